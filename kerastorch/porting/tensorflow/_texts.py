"""Tensors of text, which torch has none of: an array of bytes under the names that TensorFlow's tensors have.

Source: https://www.tensorflow.org/api_docs/python/tf/strings
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from ...backend import text
from ...engine.symbolic.immutable import as_immutable
from ._dtypes import DType, as_dtype
from ._tensors import TensorShape

__all__ = ["TextTensor", "holds_text"]


def holds_text(value: Any) -> bool:
    """Whether data is text."""
    if isinstance(value, (list, tuple)):
        return bool(value) and holds_text(value[0])
    return isinstance(value, TextTensor) or text.holds_text(value)


class TextTensor:
    """A tensor of text; its values are bytes, as TensorFlow's are.

    Args:
        values: text, bytes, or a nesting of them; text is encoded as UTF-8.

    Example:
        >>> words = TextTensor(["a", "bc"])
        >>> words.shape, words[1].numpy(), (words + "!").numpy().tolist()
        (TensorShape([2]), b'bc', [b'a!', b'bc!'])
    """

    __array_priority__ = 1000

    def __init__(self, values: Any) -> None:
        if isinstance(values, TextTensor):
            values = values.array
        elif isinstance(values, (list, tuple)):
            values = [np.asarray(TextTensor(v).array, dtype=object) if not _flat(v) else v for v in values]
        array = np.asarray(values, dtype=object)
        self.array = _encoded(array) if array.size else array

    @property
    def shape(self) -> TensorShape:
        """The shape."""
        return TensorShape(self.array.shape)

    def get_shape(self) -> TensorShape:
        """The shape."""
        return self.shape

    @property
    def ndim(self) -> int:
        """How many axes it has."""
        return self.array.ndim

    @property
    def dtype(self) -> DType:
        """``tf.string``."""
        return as_dtype("string")

    @property
    def device(self) -> torch.device:
        """The CPU: text stays there."""
        return torch.device("cpu")

    def numpy(self) -> Any:
        """The values as an array of bytes; the bytes themselves for a tensor without axes."""
        return self.array.copy()[()] if self.array.ndim else self.array[()]

    def map(self, fn: Callable[[bytes], Any]) -> np.ndarray:
        """``fn`` of every element, as an array of objects."""
        found = np.empty(self.array.shape, dtype=object)
        for place, value in np.ndenumerate(self.array):
            found[place] = fn(value)
        return found

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return self.array if dtype is None else self.array.astype(dtype)

    def __getitem__(self, key: Any) -> TextTensor:
        keys = key if isinstance(key, tuple) else (key,)
        keys = tuple(k.numpy() if isinstance(k, torch.Tensor) else k for k in keys)
        return TextTensor(self.array[keys])

    def __iter__(self) -> Iterator[TextTensor]:
        return (self[i] for i in range(len(self)))

    def __len__(self) -> int:
        return len(self.array)

    def __add__(self, other: Any) -> TextTensor:
        return TextTensor(self.array + TextTensor(other).array)

    def __radd__(self, other: Any) -> TextTensor:
        return TextTensor(TextTensor(other).array + self.array)

    def __eq__(self, other: object) -> Any:
        return self._compare(other, np.equal) if holds_text(other) else False

    def __ne__(self, other: object) -> Any:
        return self._compare(other, np.not_equal) if holds_text(other) else True

    def _compare(self, other: object, fn: Callable) -> Any:
        return as_immutable(torch.as_tensor(np.asarray(fn(self.array, TextTensor(other).array), dtype=bool)))

    __hash__ = object.__hash__

    def __bytes__(self) -> bytes:
        return bytes(self.array[()])

    def __bool__(self) -> bool:
        return bool(self.array[()])

    def __format__(self, spec: str) -> str:
        return format(str(self.numpy()), spec)

    def __str__(self) -> str:
        text = str(self.numpy())
        text = f"\n{text}" if "\n" in text else text
        return f"tf.Tensor({text}, shape={self.shape}, dtype=string)"

    def __repr__(self) -> str:
        return f"<tf.Tensor: shape={self.shape}, dtype=string, numpy={self.numpy()!r}>"


def _flat(value: Any) -> bool:
    return isinstance(value, (str, bytes))


def _encoded(array: np.ndarray) -> np.ndarray:
    """The array with every text as bytes.

    Raises:
        TypeError: for anything that is no text.
    """
    found = np.empty(array.shape, dtype=object)
    for place, value in np.ndenumerate(array):
        if isinstance(value, str):
            value = value.encode("utf-8")
        if not isinstance(value, bytes):
            raise TypeError(f"tf.string: expected text. Received: {value!r}")
        found[place] = bytes(value)
    return found
