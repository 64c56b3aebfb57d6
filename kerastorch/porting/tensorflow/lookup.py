"""Tables from keys to values.

Source: https://www.tensorflow.org/api_docs/python/tf/lookup
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from ...engine.symbolic.immutable import as_immutable
from ._dtypes import as_dtype, torch_type
from ._functions import ints, text_or_tensor
from ._texts import TextTensor

__all__ = [
    "KeyValueTensorInitializer",
    "StaticHashTable",
    "StaticVocabularyTable",
    "TextFileIndex",
    "TextFileInitializer",
]


def _keys(data: Any, dtype: Any = None) -> list[Any]:
    found = text_or_tensor(data, dtype)
    return list(found.array.reshape(-1)) if isinstance(found, TextTensor) else found.reshape(-1).tolist()


class TextFileIndex:
    """What of a file's lines is taken: all of a line, or its number; other numbers are columns."""

    WHOLE_LINE = -2
    LINE_NUMBER = -1


class KeyValueTensorInitializer:
    """A table out of keys and values.

    Args:
        keys: the keys.
        values: a value for each.
        key_dtype: the keys' type.
        value_dtype: the values' type.
    """

    def __init__(
        self, keys: Any, values: Any, key_dtype: Any = None, value_dtype: Any = None, name: Any = None
    ) -> None:
        made = text_or_tensor(values, value_dtype)
        self.key_dtype = as_dtype(text_or_tensor(keys, key_dtype).dtype)
        self.value_dtype = as_dtype(made.dtype)
        self.entries = dict(zip(_keys(keys, key_dtype), _keys(made), strict=True))


class TextFileInitializer:
    """A table out of the lines of a file.

    Args:
        filename: the file.
        key_dtype: the keys' type.
        key_index: what of a line is the key.
        value_dtype: the values' type.
        value_index: what of a line is the value.
        vocab_size: how many lines to read, all of them when missing.
        delimiter: what separates columns.
    """

    def __init__(
        self,
        filename: Any,
        key_dtype: Any,
        key_index: int,
        value_dtype: Any,
        value_index: int,
        vocab_size: int | None = None,
        delimiter: str = "\t",
        name: str | None = None,
        value_index_offset: int = 0,
    ) -> None:
        with open(filename, encoding="utf-8") as file:
            lines = [line.rstrip("\n") for line in file][:vocab_size]
        self.key_dtype, self.value_dtype = as_dtype(key_dtype), as_dtype(value_dtype)
        self.entries = {
            self._part(line, i, key_index, delimiter, self.key_dtype): self._part(
                line, i, value_index, delimiter, self.value_dtype
            )
            for i, line in enumerate(lines)
        }

    @staticmethod
    def _part(line: str, number: int, index: int, delimiter: str, dtype: Any) -> Any:
        if index == TextFileIndex.LINE_NUMBER:
            return number
        text = line if index == TextFileIndex.WHOLE_LINE else line.split(delimiter)[index]
        return text.encode() if dtype.name == "string" else int(text) if dtype.is_integer else float(text)


class StaticHashTable:
    """Values by key, and a default for other keys.

    Args:
        initializer: what the table holds.
        default_value: the value of a key that is not in it.

    Example:
        >>> table = StaticHashTable(KeyValueTensorInitializer(["a", "b"], [1, 2]), -1)
        >>> table.lookup(["b", "c"]).numpy().tolist()
        [2, -1]
    """

    def __init__(self, initializer: Any, default_value: Any, name: str | None = None, **kwargs: Any) -> None:
        self.key_dtype, self.value_dtype = initializer.key_dtype, initializer.value_dtype
        self._entries = initializer.entries
        self._default = _keys(default_value)[0]

    def lookup(self, keys: Any, name: str | None = None) -> Any:
        """The values of keys."""
        return self._values(keys, lambda key: self._entries.get(key, self._default))

    def _values(self, keys: Any, find: Any) -> Any:
        data = text_or_tensor(keys)
        array = data.array if isinstance(data, TextTensor) else data.cpu().numpy()
        found = np.empty(array.shape, dtype=object)
        for place, key in np.ndenumerate(array):
            found[place] = find(key if isinstance(key, bytes) else key.item())
        if self.value_dtype.name == "string":
            return TextTensor(found)
        kind = torch_type(self.value_dtype)
        return as_immutable(torch.tensor(found.astype(np.float64 if kind.is_floating_point else np.int64), dtype=kind))

    __getitem__ = lookup

    def size(self, name: str | None = None) -> Any:
        """How many keys there are."""
        return as_immutable(torch.tensor(len(self._entries), dtype=torch.int64))

    def export(self) -> tuple[Any, Any]:
        """All keys and all values."""
        return tuple(
            as_immutable(text_or_tensor(list(part), kind))
            for part, kind in ((self._entries.keys(), self.key_dtype), (self._entries.values(), self.value_dtype))
        )


class StaticVocabularyTable(StaticHashTable):
    """Numbers by key; other keys share some numbers behind them.

    Args:
        initializer: what the table holds.
        num_oov_buckets: how many numbers other keys share.
    """

    def __init__(
        self,
        initializer: Any,
        num_oov_buckets: int,
        lookup_key_dtype: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(initializer, -1)
        self._buckets = ints(num_oov_buckets)

    def lookup(self, keys: Any, name: str | None = None) -> Any:
        """The numbers of keys."""
        from zlib import crc32

        count = len(self._entries)
        return self._values(
            keys,
            lambda k: self._entries.get(
                k, count + crc32(k if isinstance(k, bytes) else str(k).encode()) % self._buckets
            ),
        )

    __getitem__ = lookup

    def size(self, name: str | None = None) -> Any:
        """How many numbers there are."""
        return as_immutable(torch.tensor(len(self._entries) + self._buckets, dtype=torch.int64))
