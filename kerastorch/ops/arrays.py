"""Operations that join, cut and reorder tensors.

Source: https://keras.io/api/ops/numpy/
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from .. import config
from ..backend.convert import sizes
from ._making import axes, converted, operation, together

__all__ = [
    "append",
    "array_split",
    "broadcast_to",
    "concatenate",
    "diag",
    "diagflat",
    "diagonal",
    "diff",
    "dsplit",
    "dstack",
    "expand_dims",
    "flip",
    "fliplr",
    "flipud",
    "hsplit",
    "hstack",
    "moveaxis",
    "pad",
    "ravel",
    "rearrange",
    "repeat",
    "reshape",
    "roll",
    "rot90",
    "split",
    "squeeze",
    "stack",
    "swapaxes",
    "tile",
    "trace",
    "transpose",
    "tril",
    "triu",
    "unstack",
    "view",
    "view_as_complex",
    "view_as_real",
    "vsplit",
    "vstack",
]


@operation
def tril(x: Any, k: int = 0) -> Any:
    """What is on and below a diagonal."""
    return torch.tril(converted(x), k)


@operation
def triu(x: Any, k: int = 0) -> Any:
    """What is on and above a diagonal."""
    return torch.triu(converted(x), k)


@operation
def diag(x: Any, k: int = 0) -> Any:
    """A matrix with a diagonal, or the diagonal of a matrix."""
    return torch.diag(converted(x), k)


@operation
def diagflat(x: Any, k: int = 0) -> Any:
    """A matrix with all elements on a diagonal."""
    return torch.diagflat(converted(x), k)


@operation
def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """A diagonal."""
    return torch.diagonal(converted(x), offset, axis1, axis2)


@operation
def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The sum of a diagonal."""
    x = converted(x)
    kind = torch.int32 if x.dtype in (torch.bool, torch.int8, torch.int16, torch.uint8) else x.dtype
    return torch.diagonal(x, offset, axis1, axis2).sum(-1, dtype=kind)


@operation
def concatenate(xs: Sequence[Any], axis: int = 0) -> Any:
    """Tensors side by side along an axis."""
    return torch.cat(together(xs), axis)


@operation
def stack(x: Sequence[Any], axis: int = 0) -> Any:
    """Tensors along a new axis."""
    return torch.stack(together(x), axis)


@operation
def hstack(xs: Sequence[Any]) -> Any:
    """Tensors beside each other."""
    return torch.hstack(together(xs))


@operation
def vstack(xs: Sequence[Any]) -> Any:
    """Tensors below each other."""
    return torch.vstack(together(xs))


@operation
def dstack(xs: Sequence[Any]) -> Any:
    """Tensors behind each other."""
    return torch.dstack(together(xs))


@operation
def append(x1: Any, x2: Any, axis: int | None = None) -> Any:
    """One tensor behind another; None takes the elements of both in a row."""
    pair = together([x1, x2])
    return torch.cat([x.reshape(-1) for x in pair]) if axis is None else torch.cat(pair, axis)


@operation
def split(x: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    """Equal parts, or parts that begin at places."""
    x = converted(x)
    if isinstance(indices_or_sections, int):
        if x.shape[axis] % indices_or_sections:
            raise ValueError(
                f"ops.split: expected axis {axis} to be a multiple of indices_or_sections={indices_or_sections}. "
                f"Received: shape {tuple(x.shape)}"
            )
        return list(torch.split(x, x.shape[axis] // indices_or_sections, axis))
    return list(torch.tensor_split(x, [int(i) for i in indices_or_sections], axis))


@operation
def array_split(x: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    """Parts as equal as can be, or parts that begin at places."""
    parts = indices_or_sections
    return list(torch.tensor_split(converted(x), parts if isinstance(parts, int) else sizes(parts), axis))


def hsplit(x: Any, indices_or_sections: Any) -> Any:
    """Parts beside each other, as ``split`` along axis 1; of a row, along its only axis."""
    return split(x, indices_or_sections, 0 if len(x.shape) == 1 else 1)


def vsplit(x: Any, indices_or_sections: Any) -> Any:
    """Parts below each other, as ``split`` along axis 0."""
    return split(x, indices_or_sections, 0)


def dsplit(x: Any, indices_or_sections: Any) -> Any:
    """Parts behind each other, as ``split`` along axis 2."""
    return split(x, indices_or_sections, 2)


@operation
def unstack(x: Any, num: int | None = None, axis: int = 0) -> Any:
    """The parts along an axis, without it."""
    return list(torch.unbind(converted(x), axis))


@operation
def reshape(x: Any, newshape: Any) -> Any:
    """The elements in another shape."""
    return converted(x).reshape(sizes(newshape))


@operation
def ravel(x: Any) -> Any:
    """All elements in a row."""
    return converted(x).reshape(-1)


@operation
def transpose(x: Any, axes: Sequence[int] | None = None) -> Any:
    """The axes in another order; the other way round by default."""
    x = converted(x)
    return x.permute(*(reversed(range(x.ndim)) if axes is None else axes))


@operation
def swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    """Two axes change places."""
    return torch.swapaxes(converted(x), axis1, axis2)


@operation
def moveaxis(x: Any, source: Any, destination: Any) -> Any:
    """Axes go to other places."""
    return torch.movedim(converted(x), axes(source), axes(destination))


@operation
def expand_dims(x: Any, axis: Any) -> Any:
    """New axes of size 1."""
    x = converted(x)
    wanted = [axis] if isinstance(axis, int) else list(axis)
    rank = x.ndim + len(wanted)
    for place in sorted(one % rank for one in wanted):
        x = x.unsqueeze(place)
    return x


@operation
def squeeze(x: Any, axis: Any = None) -> Any:
    """Without axes of size 1.

    Raises:
        ValueError: for an axis of another size.
    """
    x = converted(x)
    if axis is None:
        return torch.squeeze(x)
    wanted = [axis] if isinstance(axis, int) else list(axis)
    for one in wanted:
        if x.shape[one] != 1:
            raise ValueError(f"ops.squeeze: expected axis={axis} to have size 1. Received: shape {tuple(x.shape)}")
    return torch.squeeze(x, tuple(wanted))


@operation
def broadcast_to(x: Any, shape: Any) -> Any:
    """The elements repeated into a shape."""
    return torch.broadcast_to(converted(x), sizes(shape))


@operation
def repeat(x: Any, repeats: Any, axis: int | None = None) -> Any:
    """Repeats each element along an axis."""
    x = converted(x)
    repeats = repeats if isinstance(repeats, int) else converted(repeats)
    return torch.repeat_interleave(x, repeats, dim=axis)


@operation
def tile(x: Any, repeats: Any) -> Any:
    """Repeats the whole tensor along each axis."""
    return torch.tile(converted(x), (repeats,) if isinstance(repeats, int) else sizes(repeats))


@operation
def roll(x: Any, shift: Any, axis: Any = None) -> Any:
    """Elements moved on, those beyond the end to the beginning."""
    return torch.roll(converted(x), axes(shift), axes(axis))


@operation
def flip(x: Any, axis: Any = None) -> Any:
    """The elements the other way round."""
    x = converted(x)
    wanted = range(x.ndim) if axis is None else [axis] if isinstance(axis, int) else axis
    return torch.flip(x, list(wanted))


def fliplr(x: Any) -> Any:
    """The columns the other way round."""
    return flip(x, 1)


def flipud(x: Any) -> Any:
    """The rows the other way round."""
    return flip(x, 0)


@operation
def rot90(array: Any, k: int = 1, axes: Sequence[int] = (0, 1)) -> Any:
    """Rotates by 90 degrees ``k`` times, in the plane of two axes."""
    return torch.rot90(converted(array), k, list(axes))


@operation
def view(x: Any, dtype: Any = None) -> Any:
    """The same bits, read as another type; the last axis grows or shrinks with the size of the type."""
    return converted(x).view(config.torch_dtype(dtype))


@operation
def view_as_complex(x: Any) -> Any:
    """Complex numbers of pairs along the last axis.

    Raises:
        ValueError: unless the last axis has size 2.
    """
    x = converted(x)
    if not x.ndim or x.shape[-1] != 2:
        raise ValueError(f"ops.view_as_complex: expected the last axis to have size 2. Received: {tuple(x.shape)}")
    return torch.complex(x[..., 0].to(torch.float32), x[..., 1].to(torch.float32))


@operation
def view_as_real(x: Any) -> Any:
    """Pairs along a new last axis of complex numbers."""
    return torch.view_as_real(converted(x))


def _groups(side: str) -> list[list[str]]:
    return [inside.split() if inside else [name] for inside, name in re.findall(r"\(([^)]*)\)|(\w+)", side)]


@operation
def rearrange(tensor: Any, pattern: str, **axes_lengths: int) -> Any:
    """The axes split, moved and joined as a pattern says.

    Args:
        tensor: what to rearrange.
        pattern: names of the axes before and after, ``"b h w c -> b (h w) c"``; parentheses hold those in one axis.
        **axes_lengths: sizes of axes in parentheses on the left, all of each group but one at least.

    Raises:
        ValueError: where the pattern does not fit the tensor.
    """
    x = converted(tensor)
    before, arrow, after = pattern.partition("->")
    given, wanted = _groups(before), _groups(after)
    names = [name for group in given for name in group]
    if not arrow or len(given) != x.ndim or sorted(names) != sorted(name for group in wanted for name in group):
        raise ValueError(
            f"ops.rearrange: expected a pattern that names each of {x.ndim} axes once on either side of '->'. "
            f"Received: pattern={pattern!r}"
        )
    lengths = dict(axes_lengths)
    for group, size in zip(given, x.shape):
        known = math.prod(lengths[name] for name in group if name in lengths)
        unknown = [name for name in group if name not in lengths]
        if len(unknown) > 1 or size % known or (not unknown and size != known):
            raise ValueError(
                f"ops.rearrange: expected the sizes of {group} to make an axis of {size}. Received: {axes_lengths}"
            )
        lengths.update(dict.fromkeys(unknown, size // known))
    x = x.reshape([lengths[name] for name in names])
    x = x.permute([names.index(name) for group in wanted for name in group])
    return x.reshape([math.prod(lengths[name] for name in group) for group in wanted])


@operation
def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = None) -> Any:
    """Elements around the outside: constant, or as ``mode`` continues them.

    Raises:
        ValueError: for ``constant_values`` with another mode.
    """
    x = converted(x)
    if constant_values is not None and mode != "constant":
        raise ValueError(f"ops.pad: expected constant_values only with mode='constant'. Received: mode={mode!r}")
    widths = torch.broadcast_to(torch.as_tensor(np.asarray(pad_width)), (x.ndim, 2)).tolist()
    if mode == "constant":
        flat = [amount for pair in reversed(widths) for amount in pair]
        return F.pad(x, flat, value=0 if constant_values is None else constant_values)
    for axis, (before, after) in enumerate(widths):
        length = x.shape[axis]
        places = torch.arange(-before, length + after, device=x.device)
        if mode == "reflect":
            period = 2 * (length - 1)
            places = (length - 1 - ((places % period) - (length - 1)).abs()) if period else places * 0
        elif mode == "symmetric":
            places = places % (2 * length)
            places = torch.where(places < length, places, 2 * length - 1 - places)
        elif mode == "edge":
            places = places.clamp(0, length - 1)
        else:
            raise ValueError(f"ops.pad: expected mode constant, reflect, symmetric or edge. Received: mode={mode!r}")
        x = torch.index_select(x, axis, places)
    return x


@operation
def diff(a: Any, n: int = 1, axis: int = -1) -> Any:
    """Differences of neighbours."""
    return torch.diff(converted(a), n, axis)
