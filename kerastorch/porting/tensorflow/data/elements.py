"""What data sets hold: tensors in tuples and dicts, made of values, stacked, padded, described."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from .... import config
from ....engine.symbolic.immutable import as_immutable, plain
from .._dtypes import as_dtype
from .._functions import text_or_tensor
from .._specs import TensorSpec
from .._texts import TextTensor
from ..errors import DataLossError, InvalidArgumentError
from ..ragged import RaggedTensor, stack_rows
from ..sparse import SparseTensor, concat, expand_dims

__all__ = ["as_element", "called", "flat", "host", "mapped", "on_device", "padded", "padded_spec", "stacked"]


@contextlib.contextmanager
def host() -> Iterator[None]:
    """Tensors made inside the block are the host's: data sets prepare their elements there."""
    with config.on_device("cpu"):
        yield


def mapped(fn: Callable, element: Any) -> Any:
    """A function of every leaf of tuples and dicts; a list is a leaf."""
    if isinstance(element, dict):
        found = {key: mapped(fn, item) for key, item in element.items()}
        return OrderedDict(found) if isinstance(element, OrderedDict) else found
    if isinstance(element, tuple):
        items = [mapped(fn, item) for item in element]
        return type(element)(*items) if hasattr(element, "_fields") else tuple(items)
    return fn(element)


def flat(element: Any) -> list[Any]:
    """The leaves of tuples and dicts."""
    if isinstance(element, dict):
        return [leaf for item in element.values() for leaf in flat(item)]
    if isinstance(element, tuple):
        return [leaf for item in element for leaf in flat(item)]
    return [element]


def _as_leaf(value: Any) -> Any:
    if value is None or isinstance(value, (TextTensor, RaggedTensor, SparseTensor)):
        return value
    if hasattr(value, "as_numpy_iterator"):  # a data set
        return value
    if isinstance(value, torch.Tensor):
        return as_immutable(plain(value))
    return as_immutable(text_or_tensor(value))


def as_element(value: Any) -> Any:
    """Values as an element: arrays, numbers and lists become tensors."""
    with host():
        return mapped(_as_leaf, value)


def called(fn: Callable, element: Any) -> Any:
    """What a function of the script gives for an element; a tuple is several arguments.

    A list that it gives is a tuple, as in TensorFlow; one inside of that is a tensor.
    """
    with host():
        found = fn(*element) if isinstance(element, tuple) and not hasattr(element, "_fields") else fn(element)
        return mapped(_as_leaf, tuple(found) if isinstance(found, list) else found)


def on_device(element: Any) -> Any:
    """The element's tensors on the device of the process."""
    device = config.device()
    if device.type == "cpu":
        return element

    def move(leaf: Any) -> Any:
        if not isinstance(leaf, torch.Tensor) or leaf.device == device:
            return leaf
        return as_immutable(plain(leaf).to(device, non_blocking=True))

    return mapped(move, element)


def stacked(elements: list[Any]) -> Any:
    """Elements as one, along a new first axis.

    Raises:
        InvalidArgumentError: when the shapes differ.
    """
    first = elements[0]
    columns = iter(list(zip(*(flat(element) for element in elements), strict=True)))
    return mapped(lambda _: _stack(next(columns)), first)


def _stack(column: tuple[Any, ...]) -> Any:
    first = column[0]
    if isinstance(first, TextTensor):
        return TextTensor(np.stack([item.array for item in column]))
    if isinstance(first, RaggedTensor):
        return stack_rows(list(column))
    if isinstance(first, SparseTensor):
        return concat(0, [expand_dims(item, 0) for item in column])
    if first is None:
        return None
    shapes = {tuple(item.shape) for item in column}
    if len(shapes) > 1:
        raise InvalidArgumentError(
            f"Dataset.batch: expected elements of one shape; padded_batch pads them. Received: shapes {sorted(shapes)}"
        )
    return as_immutable(torch.stack([plain(item) for item in column]))


def padded(elements: list[Any], shapes: Any, values: Any) -> Any:
    """Elements as one, along a new first axis, each padded at the ends of its axes.

    Args:
        elements: the elements.
        shapes: for each leaf the sizes to pad to, None or -1 for the longest; None itself for that everywhere.
        values: for each leaf what to pad with; None for zeros and empty text.
    """
    first = elements[0]
    leaves = flat(first)
    columns = list(zip(*(flat(element) for element in elements), strict=True))
    wanted = _per_leaf(shapes, leaves, first)
    fills = _per_leaf(values, leaves, first)
    made = iter([_pad(column, shape, fill) for column, shape, fill in zip(columns, wanted, fills)])
    return mapped(lambda _: next(made), first)


def _per_leaf(given: Any, leaves: list[Any], like: Any) -> list[Any]:
    """One entry for each leaf, from a nesting like the element's or one for all."""
    if isinstance(given, dict) or (isinstance(given, tuple) and isinstance(like, tuple) and len(given) == len(like)):
        if isinstance(given, dict):
            return [entry for key in like for entry in _per_leaf(given.get(key), flat(like[key]), like[key])]
        pairs = zip(given, like)
        return [entry for part, item in pairs for entry in _per_leaf(part, flat(item), item)]
    return [given] * len(leaves)


def _pad(column: tuple[Any, ...], shape: Any, fill: Any) -> Any:
    if column[0] is None:
        return None
    sizes = [max(item.shape[i] for item in column) for i in range(len(column[0].shape))]
    if shape is not None:
        chosen = [None if s in (None, -1) else int(s) for s in tuple(shape)]
        if len(chosen) != len(sizes) or any(want is not None and want < size for size, want in zip(sizes, chosen)):
            raise DataLossError(
                f"Dataset.padded_batch: expected elements within {chosen}. Received: sizes up to {sizes}"
            )
        sizes = [longest if want is None else want for longest, want in zip(sizes, chosen)]
    if isinstance(column[0], TextTensor):
        blank = bytes(TextTensor("" if fill is None else fill))
        found = np.full((len(column), *sizes), blank, dtype=object)
        for i, item in enumerate(column):
            found[(i, *(slice(0, n) for n in item.shape))] = item.numpy()
        return TextTensor(found)
    like = plain(column[0])
    value = 0 if fill is None else fill.item() if hasattr(fill, "item") else fill
    if isinstance(value, float) and not like.is_floating_point():
        raise TypeError(
            f"Dataset.padded_batch: expected padding_values of type {as_dtype(like.dtype).name}. Received: {value}"
        )
    whole = torch.full((len(column), *sizes), value, dtype=like.dtype, device=like.device)
    for i, item in enumerate(column):
        whole[(i, *(slice(0, n) for n in item.shape))] = plain(item)
    return as_immutable(whole)


def padded_spec(spec: Any, shapes: Any) -> Any:
    """The description of an element that ``padded`` made larger."""
    leaves = flat(spec)
    wanted = iter(_per_leaf(shapes, leaves, spec))

    def describe(leaf: Any) -> Any:
        shape = next(wanted)
        if shape is None or getattr(leaf, "shape", None) is None:
            return leaf
        return TensorSpec([None if size in (None, -1) else int(size) for size in tuple(shape)], leaf.dtype)

    return mapped(describe, spec)
