"""Text as torch tensors, which have no type for it.

Each element is the number of a string in a list that the process keeps. So equal numbers are equal strings, whatever
moves elements about (indexing, stacking, reshaping, batching, other devices) is torch's own, and a layer that looks
words up gathers from a table by these numbers. The list only grows: a string is kept, once, until the process ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch

__all__ = ["StringTensor", "as_text", "extended", "holds_text", "number_of", "text_of"]

_numbers: dict[bytes, int] = {}
_strings: list[bytes] = []

# What moves elements about and leaves them as they are.
_MOVING = frozenset(
    "__getitem__ as_strided broadcast_to cat chunk clone concat concatenate contiguous cpu cuda detach expand "
    "expand_as flatten flip gather hsplit index_select masked_select moveaxis movedim narrow permute pin_memory repeat "
    "repeat_interleave reshape reshape_as roll select split squeeze stack swapaxes t take take_along_dim tensor_split "
    "to transpose unbind unflatten unsqueeze view view_as vstack hstack where".split()
)
_ASKING = frozenset(
    "__get__ __len__ __repr__ __hash__ __eq__ __ne__ eq ne equal isin dim size stride numel element_size tolist "
    "is_floating_point is_complex is_contiguous is_pinned data_ptr storage_offset __dir__ __reduce_ex__ __deepcopy__ "
    "untyped_storage requires_grad_ is_inference is_signed record_stream item unique".split()
)


class StringTensor(torch.Tensor):
    """A tensor of text: an ``int64`` tensor of the strings' numbers.

    Example:
        >>> words = as_text([["a", "b"], ["b", "c"]])
        >>> words.shape, words[:, 1].numpy().tolist()
        (torch.Size([2, 2]), [b'b', b'c'])
    """

    @classmethod
    def __torch_function__(cls, func: Callable, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        name = getattr(func, "__name__", "")
        if name not in _MOVING and name not in _ASKING:
            raise TypeError(f"torch.{name}: expected numbers, since text has none. Received: a tensor of text")
        with torch._C.DisableTorchFunctionSubclass():
            found = func(*args, **(kwargs or {}))
        return _wrapped(found) if name in _MOVING else found

    def numpy(self) -> Any:  # type: ignore[override]
        """The strings as an array of bytes; the bytes themselves for a tensor without axes."""
        numbers = self.as_subclass(torch.Tensor).cpu()
        if not numbers.ndim:
            return _strings[int(numbers)]
        found = np.empty(numbers.numel(), dtype=object)
        found[:] = [_strings[i] for i in numbers.flatten().tolist()]
        return found.reshape(tuple(numbers.shape))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        array = np.asarray(self.numpy(), dtype=object)
        return array if dtype is None else array.astype(dtype)

    def __repr__(self) -> str:  # type: ignore[override]
        place = "meta" if self.is_meta else self.numpy()
        return f"StringTensor({place}, shape={tuple(self.shape)})"


def _wrapped(found: Any) -> Any:
    if isinstance(found, torch.Tensor):
        return found.as_subclass(StringTensor)
    return type(found)(_wrapped(part) for part in found) if isinstance(found, (list, tuple)) else found


def holds_text(value: Any) -> bool:
    """Whether data is text: strings, bytes, nestings and arrays of them, or a tensor of text.

    Example:
        >>> holds_text(["a"]), holds_text([1]), holds_text(np.array(["a"], dtype=object))
        (True, False, True)
    """
    if isinstance(value, (str, bytes, StringTensor)):
        return True
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "US" or (value.dtype == object and value.size > 0 and holds_text(value.flat[0]))
    if isinstance(value, (list, tuple)):
        return bool(value) and isinstance(value[0], (str, bytes, list, tuple)) and holds_text(value[0])
    return getattr(getattr(value, "dtype", None), "name", None) == "string" and hasattr(value, "__array__")


def as_text(value: Any, device: Any = None) -> StringTensor:
    """Text as a tensor.

    Args:
        value: text, bytes, a nesting or an array of them, or a tensor of text; text is encoded as UTF-8.
        device: where to put it; the CPU when missing.

    Raises:
        TypeError: for anything that is no text.

    Example:
        >>> as_text("word").numpy()
        b'word'
    """
    if isinstance(value, StringTensor):
        return value if device is None else value.to(device)
    array = np.asarray(value, dtype=object)
    numbers = torch.tensor([number_of(entry) for entry in array.ravel().tolist()], dtype=torch.int64, device=device)
    return numbers.reshape(array.shape).as_subclass(StringTensor)


def number_of(entry: Any) -> int:
    """The number of a string, a new one for a new string.

    Raises:
        TypeError: for anything that is no text.
    """
    string = entry.encode("utf-8") if isinstance(entry, str) else entry
    if not isinstance(string, bytes):
        raise TypeError(f"text: expected strings. Received: {entry!r} of type {type(entry).__name__}")
    found = _numbers.get(string)
    if found is None:
        string = bytes(string)
        found = _numbers[string] = len(_strings)
        _strings.append(string)
    return found


def text_of(numbers: Iterable[int]) -> list[bytes]:
    """The strings of numbers."""
    return [_strings[i] for i in numbers]


def extended(table: torch.Tensor, value_of: Callable[[bytes], int], device: torch.device) -> torch.Tensor:
    """A table of a whole number for each string that the process knows, with those that were added since.

    Args:
        table: the values of the first strings.
        value_of: gives the value of a string.
        device: where the table is needed.

    Example:
        >>> words = as_text(["a", "bcd"])
        >>> lengths = extended(torch.zeros(0, dtype=torch.int64), len, words.device)
        >>> lengths[words.as_subclass(torch.Tensor)]
        tensor([1, 3])
    """
    added = [value_of(string) for string in _strings[len(table) :]]
    table = table.to(device)
    return torch.cat([table, torch.tensor(added, dtype=torch.int64, device=device)]) if added else table
