"""The same elements in other shapes and orders.

Source: https://www.tensorflow.org/api_docs/python/tf
"""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from ...backend import shaping
from ...engine.symbolic.immutable import as_immutable
from ._functions import axes_of, ints, op, tensor, tensors
from ._texts import TextTensor, holds_text

__all__ = [
    "batch_to_space",
    "concat",
    "depth_to_space",
    "expand_dims",
    "extract_image_patches",
    "flatten",
    "pad",
    "parallel_stack",
    "repeat",
    "required_space_to_batch_paddings",
    "reshape",
    "reverse",
    "reverse_sequence",
    "roll",
    "slice",
    "space_to_batch",
    "space_to_depth",
    "split",
    "squeeze",
    "stack",
    "strided_slice",
    "tile",
    "transpose",
    "unstack",
]

_slice = slice


def _of_texts(values: Any) -> bool:
    return any(holds_text(value) for value in values)


@op
def reshape(tensor: Any, shape: Any) -> Any:
    """The same elements in another shape, one size of which may be -1."""
    if holds_text(tensor):
        return TextTensor(TextTensor(tensor).array.reshape(ints(shape)))
    sizes = ints(shape)
    return torch.reshape(_tensor(tensor), sizes if isinstance(sizes, list) else [sizes])


_tensor = tensor


@op
def concat(values: Any, axis: Any, *, dim: Any = None) -> Any:
    """Tensors one behind the other along an axis.

    Example:
        >>> concat([[1, 2], [3]], axis=0).tolist()
        [1, 2, 3]
    """
    axis = ints(axis)
    if not isinstance(values, (list, tuple)):
        return tensor(values)
    if _of_texts(values):
        return TextTensor(np.concatenate([TextTensor(v).array for v in values], axis))
    return torch.cat(_alike(values), axis)


def _alike(values: Any) -> list[torch.Tensor]:
    """Tensors of one type and in one place: sizes are kept on the host, and meet others now and then."""
    found = tensors(values)
    kinds = {x.dtype for x in found}
    if len(kinds) > 1:
        kind = found[0].dtype
        for x in found[1:]:
            kind = torch.promote_types(kind, x.dtype)
        found = [x.to(kind) for x in found]
    if len({x.device for x in found}) > 1:
        home = next((x.device for x in found if x.device.type != "cpu"), found[0].device)
        found = [x.to(home) for x in found]
    return found


@op
def stack(values: Any, axis: int = 0) -> Any:
    """Tensors of one shape along a new axis."""
    if isinstance(values, torch.Tensor):
        values = list(values)
    if _of_texts(values):
        return TextTensor(np.stack([TextTensor(v).array for v in values], axis))
    if ints(axis) == 0 and not any(isinstance(value, torch.Tensor) for value in values):
        with contextlib.suppress(ValueError):  # not of one kind: the first one's is taken
            return tensor(values)  # which is not the type that arrays have along another axis
    return torch.stack(_alike(values), ints(axis))


parallel_stack = stack


@op
def unstack(value: Any, num: int | None = None, axis: int = 0) -> Any:
    """The parts of a tensor along an axis, without it."""
    if isinstance(value, TextTensor):
        return list(value)
    return list(torch.unbind(tensor(value), axis))


@op
def split(value: Any, num_or_size_splits: Any, axis: Any = 0, num: int | None = None) -> Any:
    """Parts of a tensor along an axis: so many equal ones, or of the sizes given (one may be -1).

    Raises:
        ValueError: when the axis is no multiple of the number of parts.
    """
    value, parts, axis = tensor(value), ints(num_or_size_splits), ints(axis)
    length = value.shape[axis]
    if isinstance(parts, int):
        if length % parts:
            raise ValueError(f"tf.split: expected an axis that {parts} divides. Received: size {length}")
        return list(torch.split(value, length // parts, axis)) if length else [value] * parts
    if -1 in parts:
        parts[parts.index(-1)] = length - sum(p for p in parts if p >= 0)
    return list(torch.split(value, parts, axis))


@op
def tile(input: Any, multiples: Any) -> Any:
    """The tensor repeated as a whole, so many times along each axis."""
    if isinstance(input, TextTensor):
        return TextTensor(np.tile(input.array, ints(multiples)))
    return tensor(input).repeat(ints(multiples))


@op
def repeat(input: Any, repeats: Any, axis: int | None = None) -> Any:
    """Each element repeated so many times along an axis; of all elements in a row without one."""
    if isinstance(input, TextTensor):
        return TextTensor(np.repeat(input.array, ints(repeats), axis))
    input = tensor(input)
    times = ints(repeats)
    times = times[0] if isinstance(times, list) and len(times) == 1 else times
    times = times if isinstance(times, int) else torch.tensor(times, device=input.device)
    return torch.repeat_interleave(input if input.ndim else input.reshape(1), times, axis)


@op
def expand_dims(input: Any, axis: Any = None, *, dim: Any = None) -> Any:
    """The tensor with one more axis of size 1."""
    place = ints(dim if axis is None else axis)
    if isinstance(input, TextTensor):
        return TextTensor(np.expand_dims(input.array, place))
    return torch.unsqueeze(tensor(input), place)


@op
def squeeze(input: Any, axis: Any = None, *, squeeze_dims: Any = None) -> Any:
    """The tensor without axes of size 1: all of them, or those given.

    Raises:
        ValueError: when an axis given has another size.
    """
    axis = squeeze_dims if axis is None else axis
    if isinstance(input, TextTensor):
        return TextTensor(np.squeeze(input.array, None if axis is None else tuple(np.atleast_1d(ints(axis)))))
    input = tensor(input)
    axes = None if axis is None or axis == [] else axes_of(axis, input)
    if axes is None:
        return torch.squeeze(input)
    for place in axes:
        if input.shape[place] != 1:
            raise ValueError(f"tf.squeeze: expected size 1 at axis {place}. Received: shape {tuple(input.shape)}")
    return torch.squeeze(input, axes)


@op
def transpose(a: Any, perm: Any = None, conjugate: bool = False) -> torch.Tensor:
    """The axes in another order, turned round when none is given."""
    a = tensor(a)
    order = list(range(a.ndim))[::-1] if perm is None else ints(perm)
    moved = torch.permute(a, order)
    return moved.conj() if conjugate else moved


@op
def reverse(tensor: Any, axis: Any) -> torch.Tensor:
    """The elements in the other direction along axes."""
    x = _tensor(tensor)
    return torch.flip(x, axes_of(axis, x))


@op
def reverse_sequence(
    input: Any,
    seq_lengths: Any,
    seq_axis: int | None = None,
    batch_axis: int = 0,
    *,
    seq_dim: int | None = None,
    batch_dim: int | None = None,
) -> torch.Tensor:
    """The first so many elements of each sequence in the other direction."""
    seq_axis = seq_dim if seq_axis is None else seq_axis
    batch_axis = batch_axis if batch_dim is None else batch_dim
    x = tensor(input).movedim((batch_axis, seq_axis), (0, 1))
    lengths = tensor(seq_lengths).to(x.device)[:, None]
    places = torch.arange(x.shape[1], device=x.device)[None, :]
    places = torch.where(places < lengths, lengths - 1 - places, places)
    return x[torch.arange(len(x), device=x.device)[:, None], places].movedim((0, 1), (batch_axis, seq_axis))


@op
def roll(input: Any, shift: Any, axis: Any) -> torch.Tensor:
    """The elements shifted along axes; those that leave come in again."""
    return torch.roll(tensor(input), ints(shift), ints(axis))


_PADDING = {"reflect": "reflect", "symmetric": "symmetric", "constant": "constant"}


@op
def pad(
    tensor: Any, paddings: Any, mode: str = "CONSTANT", constant_values: Any = 0, name: str | None = None
) -> torch.Tensor:
    """The tensor with more elements before and after each axis: a constant, or its own mirrored.

    Raises:
        ValueError: for another mode.
    """
    x, kind = _tensor(tensor), mode.lower()
    widths = ints(paddings)
    if kind not in _PADDING:
        raise ValueError(f"tf.pad: expected mode to be one of {sorted(_PADDING)}. Received: mode={mode!r}")
    if kind == "constant":
        flat = [width for before_after in reversed(widths) for width in before_after]
        value = constant_values.item() if isinstance(constant_values, torch.Tensor) else constant_values
        return F.pad(x, flat, value=value)
    for axis, (before, after) in enumerate(widths):
        if before or after:
            x = x.index_select(axis, _mirrored(x.shape[axis], before, after, kind == "symmetric").to(x.device))
    return x


def _mirrored(size: int, before: int, after: int, edge: bool) -> torch.Tensor:
    """Which elements a mirrored axis is made of; with ``edge`` the outermost ones are repeated."""
    limit = size if edge else size - 1
    if max(before, after) > limit:
        raise ValueError(f"tf.pad: expected widths of at most {limit} for an axis of size {size}. Received: more")
    places = torch.arange(-before, size + after)
    period = 2 * size if edge else max(2 * (size - 1), 1)
    places = places % period
    return torch.where(places < size, places, (period - 1 if edge else period) - places)


@op
def slice(input_: Any, begin: Any, size: Any) -> torch.Tensor:
    """A part that begins at ``begin`` and has ``size``, -1 for all the rest."""
    return shaping.slice(tensor(input_), begin, size)


@op
def strided_slice(input_: Any, begin: Any, end: Any, strides: Any = None) -> Any:
    """The part that ``x[begin:end:strides]`` names, axis by axis."""
    begin, end = ints(begin), ints(end)
    steps = ints(strides) or [1] * len(begin)
    return as_immutable(tensor(input_))[tuple(_slice(*bounds) for bounds in zip(begin, end, steps))]


@op
def flatten(x: Any) -> torch.Tensor:
    """All axes but the first as one."""
    return tensor(x).flatten(1)


# ------------------------------------------------------- space, depth and batch


@op
def depth_to_space(input: Any, block_size: int, data_format: str = "NHWC") -> torch.Tensor:
    """Channels moved into blocks of pixels."""
    x = tensor(input)
    x = x if data_format == "NHWC" else x.permute(0, 2, 3, 1)
    n, h, w, c = x.shape
    x = x.reshape(n, h, w, block_size, block_size, c // block_size**2).permute(0, 1, 3, 2, 4, 5)
    x = x.reshape(n, h * block_size, w * block_size, c // block_size**2)
    return x if data_format == "NHWC" else x.permute(0, 3, 1, 2)


@op
def space_to_depth(input: Any, block_size: int, data_format: str = "NHWC") -> torch.Tensor:
    """Blocks of pixels moved into channels."""
    x = tensor(input)
    x = x if data_format == "NHWC" else x.permute(0, 2, 3, 1)
    n, h, w, c = x.shape
    x = x.reshape(n, h // block_size, block_size, w // block_size, block_size, c).permute(0, 1, 3, 2, 4, 5)
    x = x.reshape(n, h // block_size, w // block_size, c * block_size**2)
    return x if data_format == "NHWC" else x.permute(0, 3, 1, 2)


@op
def space_to_batch(input: Any, block_shape: Any, paddings: Any) -> torch.Tensor:
    """Blocks of space moved into the batch."""
    x, blocks = tensor(input), ints(block_shape)
    blocks = blocks if isinstance(blocks, list) else [blocks] * len(ints(paddings))
    n, m = x.shape[0], len(blocks)
    widths = [[0, 0], *ints(paddings), *[[0, 0]] * (x.ndim - 1 - m)]
    x = F.pad(x, [width for both in reversed(widths) for width in both])
    parts, rest = [], list(x.shape[1 + m :])
    for size, block in zip(x.shape[1 : 1 + m], blocks):
        parts += [size // block, block]
    x = x.reshape(n, *parts, *rest)
    order = [2 * i + 2 for i in range(m)] + [0] + [2 * i + 1 for i in range(m)]
    x = x.permute(*order, *range(1 + 2 * m, x.ndim))
    return x.reshape(-1, *(parts[2 * i] for i in range(m)), *rest)


@op
def batch_to_space(input: Any, block_shape: Any, crops: Any) -> torch.Tensor:
    """What ``space_to_batch`` moved, moved back."""
    x, blocks = tensor(input), ints(block_shape)
    blocks = blocks if isinstance(blocks, list) else [blocks] * len(ints(crops))
    m, n = len(blocks), x.shape[0]
    for block in blocks:
        n //= block
    space, rest = list(x.shape[1 : 1 + m]), list(x.shape[1 + m :])
    x = x.reshape(*blocks, n, *space, *rest)
    order = [m]
    for i in range(m):
        order += [m + 1 + i, i]
    x = x.permute(*order, *range(2 * m + 1, x.ndim)).reshape(n, *(s * b for s, b in zip(space, blocks)), *rest)
    for axis, (before, after) in enumerate(ints(crops), 1):
        x = x.narrow(axis, before, x.shape[axis] - before - after)
    return x


def required_space_to_batch_paddings(
    input_shape: Any, block_shape: Any, base_paddings: Any = None, name: str | None = None
) -> tuple[Any, Any]:
    """The paddings that make every size a multiple of its block, and the crops that take them away again."""
    sizes, blocks = ints(input_shape), ints(block_shape)
    base = ints(base_paddings) if base_paddings is not None else [[0, 0]] * len(blocks)
    paddings, crops = [], []
    for size, block, (before, after) in zip(sizes, blocks, base):
        extra = -(size + before + after) % block
        paddings.append([before, after + extra])
        crops.append([0, extra])
    return tuple(as_immutable(torch.tensor(found, dtype=torch.int32)) for found in (paddings, crops))


@op
def extract_image_patches(
    images: Any,
    sizes: Any = None,
    strides: Any = None,
    rates: Any = None,
    padding: str = "VALID",
    *,
    ksizes: Any = None,
) -> torch.Tensor:
    """Patches of images, flattened into channels: (n, h, w, c) becomes (n, rows, columns, height * width * c)."""
    x = tensor(images)
    (_, kh, kw, _), (_, sh, sw, _), (_, rh, rw, _) = (ints(v) for v in (sizes or ksizes, strides, rates))
    if padding.upper() == "SAME":
        widths = []
        for size, k, s, r in ((x.shape[2], kw, sw, rw), (x.shape[1], kh, sh, rh)):
            total = max((-(-size // s) - 1) * s + (k - 1) * r + 1 - size, 0)
            widths += [total // 2, total - total // 2]
        x = F.pad(x, [0, 0, *widths])
    h, w = x.shape[1:3]
    rows, columns = (h - (kh - 1) * rh - 1) // sh + 1, (w - (kw - 1) * rw - 1) // sw + 1
    found = [
        x[:, i * rh : i * rh + (rows - 1) * sh + 1 : sh, j * rw : j * rw + (columns - 1) * sw + 1 : sw]
        for i in range(kh)
        for j in range(kw)
    ]
    return torch.cat(found, -1)
