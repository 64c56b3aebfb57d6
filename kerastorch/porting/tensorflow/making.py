"""Tensors out of values, sizes and other tensors.

Source: https://www.tensorflow.org/api_docs/python/tf
"""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import torch

from ... import config
from ...backend.variable import Variable
from ...engine.symbolic import SymbolicTensor, flatten, map_structure, wants_recording
from ...engine.symbolic.immutable import as_immutable, plain
from ...engine.symbolic.shape import Shape
from ._dtypes import as_dtype, torch_type
from ._functions import converted, ints, op, tensor
from ._tensors import Rows
from ._texts import TextTensor

__all__ = [
    "broadcast_dynamic_shape",
    "broadcast_static_shape",
    "broadcast_to",
    "cast",
    "constant",
    "convert_to_tensor",
    "ensure_shape",
    "eye",
    "fill",
    "identity",
    "identity_n",
    "is_tensor",
    "linspace",
    "meshgrid",
    "one_hot",
    "ones",
    "ones_like",
    "range",
    "rank",
    "saturate_cast",
    "sequence_mask",
    "shape",
    "shape_n",
    "size",
    "stop_gradient",
    "to_double",
    "to_float",
    "to_int32",
    "to_int64",
    "zeros",
    "zeros_like",
]

_range = range


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str | None = None) -> Any:
    """A tensor of given values; a single value fills a given shape.

    Example:
        >>> constant([1, 2]).dtype, constant(0.5, shape=(2,)).tolist()
        (torch.int32, [0.5, 0.5])

    Raises:
        TypeError: for Python numbers that the type has no place for; arrays are cast.
    """
    made = converted(value, dtype)
    if dtype is not None and isinstance(made, torch.Tensor):
        _refuse_others(value, made.dtype)
    if isinstance(value, Variable):
        made = made.detach().clone()
    if shape is not None and not isinstance(made, TextTensor):
        sizes = ints(shape)
        made = made.expand(sizes) if made.numel() == 1 and made.ndim == 0 else made.reshape(sizes)
        made = made.contiguous()
    elif shape is not None:
        made = TextTensor(made.array.reshape(ints(shape)))
    return as_immutable(made)


def _refuse_others(value: Any, kind: torch.dtype) -> None:
    """Refuses Python numbers, alone or in lists, that a type would change."""
    python = isinstance(value, (bool, int, float, complex, list, tuple)) and not isinstance(value, np.generic)
    if not python or any(isinstance(leaf, torch.Tensor) for leaf in flatten(value)):
        return
    given = converted(value)
    as_truth = kind == torch.bool and given.dtype != torch.bool
    if given.numel() and (as_truth or _breadth(given.dtype) > _breadth(kind)):
        raise TypeError(f"tf.constant: expected values of type {as_dtype(kind).name}. Received: {value!r}")


def _breadth(kind: torch.dtype) -> int:
    return 2 if kind.is_complex else int(kind.is_floating_point)


def convert_to_tensor(
    value: Any, dtype: Any = None, dtype_hint: Any = None, name: str | None = None, preferred_dtype: Any = None
) -> Any:
    """A tensor of given values; tensors and variables come back as tensors of the same values.

    Args:
        value: the values.
        dtype: the type that they have to be of.
        dtype_hint: the type that they get where they can.
        name: accepted as in TensorFlow.
        preferred_dtype: TensorFlow 1's name of ``dtype_hint``.

    Raises:
        ValueError: for a tensor of another type than ``dtype``.
    """
    if isinstance(value, SymbolicTensor):
        return value
    if isinstance(value, torch.Tensor):
        if dtype is not None and value.dtype != torch_type(dtype):
            raise ValueError(
                f"tf.convert_to_tensor: expected a tensor of type {as_dtype(dtype).name}; tf.cast converts. "
                f"Received: {as_dtype(value.dtype).name}"
            )
        return as_immutable(plain(value))
    if wants_recording((value,), {}):
        return _of_parts(value, dtype)
    hint = preferred_dtype if dtype_hint is None else dtype_hint
    if dtype is None and hint is not None:
        with contextlib.suppress(TypeError, ValueError):
            return constant(value, hint)
    return constant(value, dtype)


@op
def _of_parts(value: Any, dtype: Any) -> torch.Tensor:
    """A list with symbolic tensors among its items as one tensor."""
    return tensor(value, dtype)


def is_tensor(x: Any) -> bool:
    """Whether something is a tensor, a variable, a symbolic tensor, a tensor of text or a ragged one."""
    return isinstance(x, (torch.Tensor, SymbolicTensor, TextTensor, Rows))


@op
def _cast(x: Any, dtype: torch.dtype) -> torch.Tensor:
    x = tensor(x)
    if x.is_complex() and not dtype.is_complex:
        x = x.real
    return x.to(dtype)


def cast(x: Any, dtype: Any, name: str | None = None) -> Any:
    """The values in another type; fractions are cut off.

    Example:
        >>> cast([1.7, -1.7], "int32").tolist()
        [1, -1]
    """
    return _cast(x, torch_type(dtype))


@op
def saturate_cast(value: Any, dtype: Any) -> torch.Tensor:
    """``cast`` of values kept within what the type can hold."""
    value, kind = tensor(value), torch_type(dtype)
    if not kind.is_floating_point and kind != torch.bool:
        value = value.clamp(torch.iinfo(kind).min, torch.iinfo(kind).max)
    return value.to(kind)


def to_float(x: Any, name: str | None = None) -> Any:
    """``cast`` to float32."""
    return cast(x, torch.float32)


def to_double(x: Any, name: str | None = None) -> Any:
    """``cast`` to float64."""
    return cast(x, torch.float64)


def to_int32(x: Any, name: str | None = None) -> Any:
    """``cast`` to int32."""
    return cast(x, torch.int32)


def to_int64(x: Any, name: str | None = None) -> Any:
    """``cast`` to int64."""
    return cast(x, torch.int64)


# ----------------------------------------------------------------- filled tensors


@op
def _filled(dims: Any, value: Any, dtype: torch.dtype | None) -> torch.Tensor:
    if isinstance(value, (bool, int, float)) and dtype is not None:
        return torch.full(_sizes(dims), value, dtype=dtype, device=config.device())
    value = tensor(value, dtype)
    return value.expand(_sizes(dims)).contiguous()


def _sizes(dims: Any) -> list[int]:
    found = ints(dims)
    return found if isinstance(found, list) else [found]


def zeros(shape: Any, dtype: Any = torch.float32, name: str | None = None, layout: Any = None) -> Any:
    """Zeros of a shape."""
    if as_dtype(dtype).name == "string":
        return _texts(shape, b"")
    return _filled(shape, 0, torch_type(dtype))


def ones(shape: Any, dtype: Any = torch.float32, name: str | None = None, layout: Any = None) -> Any:
    """Ones of a shape."""
    return _filled(shape, 1, torch_type(dtype))


def fill(dims: Any, value: Any, name: str | None = None, layout: Any = None) -> Any:
    """A tensor of one value."""
    if isinstance(value, (str, bytes, TextTensor)):
        return _texts(dims, bytes(TextTensor(value)))
    return _filled(dims, value, None)


def _texts(dims: Any, value: bytes) -> TextTensor:
    return TextTensor(np.full(_sizes(dims), value, dtype=object))


@op
def _filled_like(x: Any, value: int, dtype: torch.dtype | None) -> torch.Tensor:
    x = tensor(x)
    return torch.full(tuple(x.shape), value, dtype=dtype or x.dtype, device=x.device)


def zeros_like(
    input: Any, dtype: Any = None, name: str | None = None, optimize: bool = True, layout: Any = None
) -> Any:
    """Zeros of a tensor's shape."""
    return _filled_like(input, 0, torch_type(dtype))


def ones_like(input: Any, dtype: Any = None, name: str | None = None, optimize: bool = True, layout: Any = None) -> Any:
    """Ones of a tensor's shape."""
    return _filled_like(input, 1, torch_type(dtype))


@op
def eye(num_rows: Any, num_columns: Any = None, batch_shape: Any = None, dtype: Any = torch.float32) -> torch.Tensor:
    """An identity matrix, one for each place of ``batch_shape``."""
    rows = ints(num_rows)
    made = torch.eye(rows, ints(num_columns) or rows, dtype=torch_type(dtype), device=config.device())
    return made if batch_shape is None else made.expand([*ints(batch_shape), *made.shape])


@op
def range(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None) -> torch.Tensor:
    """Numbers from ``start`` (0) up to but without ``limit``, ``delta`` apart.

    Example:
        >>> range(3).tolist(), range(1.0, 2.0, 0.5).tolist()
        ([0, 1, 2], [1.0, 1.5])
    """
    if limit is None:
        start, limit = 0, start
    bounds = [tensor(bound) for bound in (start, limit, delta)]
    kind = torch_type(dtype)
    if kind is None:
        kind = bounds[0].dtype
        for bound in bounds[1:]:
            kind = torch.promote_types(kind, bound.dtype)
    return torch.arange(*(bound.item() for bound in bounds), dtype=kind, device=config.device())


@op
def linspace(start: Any, stop: Any, num: Any, axis: int = 0) -> torch.Tensor:
    """Evenly spaced numbers from ``start`` to ``stop``, both included."""
    start, stop = tensor(start), tensor(stop)
    start, stop = (x if x.is_floating_point() else x.to(config.torch_dtype(None)) for x in (start, stop))
    count = ints(num)
    steps = torch.linspace(0, 1, count, dtype=start.dtype, device=start.device)
    steps = steps.reshape(-1, *[1] * max(start.ndim, stop.ndim))
    found = start + (stop - start) * steps
    if count > 1:
        found[-1] = stop
    return found.movedim(0, axis)


@op
def one_hot(
    indices: Any, depth: Any, on_value: Any = None, off_value: Any = None, axis: int | None = None, dtype: Any = None
) -> torch.Tensor:
    """For each index a row of zeros with a one at that place; all zeros for an index outside.

    Example:
        >>> one_hot([0, 2, -1], 3).tolist()
        [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]]
    """
    indices = tensor(indices)
    places = torch.arange(ints(depth), device=indices.device)
    chosen = indices.unsqueeze(-1) == places
    values = [v for v in (on_value, off_value) if v is not None]
    kind = torch_type(dtype) or (tensor(values[0]).dtype if values else torch.float32)
    if on_value is None and off_value is None:
        found = chosen.to(kind)
    else:
        on, off = (
            tensor(v, kind, like=chosen).to(indices.device)
            for v in (on_value or 0 if on_value is not None else 1, off_value or 0)
        )
        found = torch.where(chosen, on, off)
    return found if axis in (None, -1) else found.movedim(-1, axis)


@op
def identity(input: Any) -> torch.Tensor:
    """The same values as a tensor of their own."""
    return tensor(input).clone()


def identity_n(input: Any, name: str | None = None) -> list[Any]:
    """``identity`` of each tensor."""
    return [identity(x) for x in input]


@op
def _detached(x: Any) -> torch.Tensor:
    return tensor(x).detach()


def stop_gradient(input: Any, name: str | None = None) -> Any:
    """The same values, as constants to every gradient."""
    return map_structure(_detached, input)


# ------------------------------------------------------------------------ shapes


@op
def _shape(x: Any, out_type: torch.dtype) -> torch.Tensor:
    return torch.tensor(tuple(tensor(x).shape), dtype=out_type)  # on the host, where sizes are asked for


def shape(input: Any, out_type: Any = torch.int32, name: str | None = None) -> Any:
    """The shape as a tensor of whole numbers."""
    if isinstance(input, TextTensor):
        return as_immutable(torch.tensor(tuple(input.shape), dtype=torch_type(out_type)))
    return _shape(input, torch_type(out_type))


def shape_n(input: Any, out_type: Any = torch.int32, name: str | None = None) -> list[Any]:
    """``shape`` of each tensor."""
    return [shape(x, out_type) for x in input]


@op
def _size(x: Any, out_type: torch.dtype) -> torch.Tensor:
    return torch.tensor(tensor(x).numel(), dtype=out_type)


def size(input: Any, out_type: Any = torch.int32, name: str | None = None) -> Any:
    """How many elements there are, as a tensor."""
    if isinstance(input, TextTensor):
        return as_immutable(torch.tensor(input.array.size, dtype=torch_type(out_type)))
    return _size(input, torch_type(out_type))


@op
def rank(input: Any) -> torch.Tensor:
    """How many axes there are, as a tensor."""
    return torch.tensor(tensor(input).ndim, dtype=torch.int32)


def ensure_shape(x: Any, shape: Any, name: str | None = None) -> Any:
    """The tensor itself, once it is known to have a shape.

    Raises:
        ValueError: when it has another one.
    """
    Shape(x.shape).assert_is_compatible_with(tuple(shape))
    return x


@op
def broadcast_to(input: Any, shape: Any) -> torch.Tensor:
    """The tensor repeated along axes of size 1 until it has the shape."""
    return tensor(input).expand(_sizes(shape)).contiguous()


def broadcast_static_shape(shape_x: Any, shape_y: Any) -> Any:
    """The shape that two shapes broadcast to."""
    from ._tensors import TensorShape

    return TensorShape(torch.broadcast_shapes(tuple(shape_x), tuple(shape_y)))


@op
def broadcast_dynamic_shape(shape_x: Any, shape_y: Any) -> torch.Tensor:
    """The shape that two shapes broadcast to, as a tensor."""
    return torch.tensor(torch.broadcast_shapes(tuple(ints(shape_x)), tuple(ints(shape_y))), dtype=torch.int32)


@op
def meshgrid(*args: Any, indexing: str = "xy") -> list[torch.Tensor]:
    """Coordinates of a grid, one tensor an axis."""
    return list(torch.meshgrid(*(tensor(arg) for arg in args), indexing=indexing))


@op
def sequence_mask(lengths: Any, maxlen: Any = None, dtype: Any = torch.bool) -> torch.Tensor:
    """For each length a row that is True up to it."""
    lengths = tensor(lengths)
    longest = int(lengths.max()) if maxlen is None else ints(maxlen)
    return (torch.arange(longest, device=lengths.device) < lengths.unsqueeze(-1)).to(torch_type(dtype))
