"""Categories as numbers by a vocabulary: StringLookup, IntegerLookup.

Source: https://keras.io/api/layers/preprocessing_layers/categorical/
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from ...backend import text
from .index_lookup import IndexLookup

__all__ = ["IntegerLookup", "StringLookup"]


class StringLookup(IndexLookup):
    """Text as numbers, by a vocabulary that is given or learned by ``adapt``.

    Args:
        max_tokens: the largest size of the vocabulary, mask and unknown tokens included.
        num_oov_indices: how many numbers are for unknown tokens; FarmHash chooses among several.
        mask_token: the token that stands for nothing: number 0 in ``'int'``, left out of vectors.
        oov_token: what an unknown number becomes with ``invert``.
        vocabulary: the tokens, or the path of a text file with one a line.
        idf_weights: the inverse document frequencies of the tokens, for ``'tf_idf'``.
        invert: whether numbers become tokens.
        output_mode: ``'int'``, ``'one_hot'``, ``'multi_hot'``, ``'count'`` or ``'tf_idf'``.
        pad_to_max_tokens: whether vectors are as long as ``max_tokens`` although the vocabulary is smaller.
        sparse: accepted; what comes out is dense in any case.
        encoding: that of the text; UTF-8.
        salt: one or two whole numbers that change the hash.
        **kwargs: those of ``Layer``.

    Shape:
        any; the output's the same, or (batch, size of the vocabulary).

    Raises:
        ValueError: for arguments that do not go together, or an unknown token where ``num_oov_indices=0``.

    Source: https://keras.io/api/layers/preprocessing_layers/categorical/string_lookup/

    Example:
        >>> layer = StringLookup(vocabulary=["a", "b", "c", "d"])
        >>> layer([["a", "c", "d"], ["d", "z", "b"]]).tolist()
        [[1, 3, 4], [4, 0, 2]]
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: str | None = None,
        oov_token: str = "[UNK]",
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        pad_to_max_tokens: bool = False,
        sparse: bool = False,
        encoding: str = "utf-8",
        salt: Any = None,
        **kwargs: Any,
    ) -> None:
        if str(encoding).lower().replace("-", "") not in ("utf8", "ascii"):
            raise ValueError(f"StringLookup: expected encoding='utf-8'. Received: encoding={encoding!r}")
        kwargs.pop("vocabulary_dtype", None)
        self.takes_text = not invert
        arguments = max_tokens, num_oov_indices, mask_token, oov_token, vocabulary, idf_weights, invert
        super().__init__(*arguments, output_mode, sparse, pad_to_max_tokens, salt=salt, **kwargs)
        self.encoding = encoding

    def _token(self, value: Any) -> bytes:
        return value if isinstance(value, bytes) else str(value).encode("utf-8")

    def _shown(self, token: bytes) -> str:
        return token.decode("utf-8", "replace")

    def _settle(self) -> None:
        self._places = {token: self._token_start + i for i, token in enumerate(self._tokens)}
        self._table = torch.zeros(0, dtype=torch.int64)  # the number of each string that the process knows

    def _place(self, string: bytes) -> int:
        if self.mask_token is not None and string == self.mask_token.encode("utf-8"):
            return self._masked_as()
        found = self._places.get(string)
        if found is not None:
            return found
        if self.num_oov_indices == 0:
            return -1
        return self._unknown(string)

    def _looked_up(self, inputs: torch.Tensor) -> torch.Tensor:
        if not isinstance(inputs, text.StringTensor):
            raise ValueError(f"Layer {self.name}: expected text. Received: dtype {inputs.dtype}")
        self._table = text.extended(self._table, self._place, inputs.device)
        return self._table[inputs.as_subclass(torch.Tensor)]

    def _inverted(self, numbers: torch.Tensor) -> torch.Tensor:
        vocabulary = [text.number_of("" if token is None else token) for token in self.get_vocabulary()]
        places = torch.tensor([*vocabulary, text.number_of(self.oov_token or "")], device=numbers.device)
        size = len(vocabulary)
        return places[torch.where((numbers < 0) | (numbers >= size), size, numbers)].as_subclass(text.StringTensor)

    def _sorted_tokens(self) -> list[tuple[bytes, int]]:
        keys = list(self._counts)
        strings = text.text_of(keys)
        return sorted(zip(strings, keys, strict=True), key=lambda pair: (self._counts[pair[1]], pair[0]), reverse=True)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "encoding": self.encoding}


class IntegerLookup(IndexLookup):
    """Whole numbers as the numbers of their places in a vocabulary that is given or learned by ``adapt``.

    Args:
        max_tokens: the largest size of the vocabulary, mask and unknown tokens included.
        num_oov_indices: how many numbers are for unknown tokens; the remainder chooses among several.
        mask_token: the token that stands for nothing: number 0 in ``'int'``, left out of vectors.
        oov_token: what an unknown number becomes with ``invert``.
        vocabulary: the tokens, or the path of a text file with one a line.
        vocabulary_dtype: the type of the tokens.
        idf_weights: the inverse document frequencies of the tokens, for ``'tf_idf'``.
        invert: whether numbers become tokens.
        output_mode: ``'int'``, ``'one_hot'``, ``'multi_hot'``, ``'count'`` or ``'tf_idf'``.
        sparse: accepted; what comes out is dense in any case.
        pad_to_max_tokens: whether vectors are as long as ``max_tokens`` although the vocabulary is smaller.
        oov_method: how one of several numbers for unknown tokens is chosen: ``'floormod'``, the remainder, or
            ``'farmhash'``, the hash of its decimal text.
        salt: one or two whole numbers that change the hash.
        **kwargs: those of ``Layer``.

    Shape:
        any; the output's the same, or (batch, size of the vocabulary).

    Raises:
        ValueError: for arguments that do not go together, or an unknown token where ``num_oov_indices=0``.

    Source: https://keras.io/api/layers/preprocessing_layers/categorical/integer_lookup/

    Example:
        >>> layer = IntegerLookup(vocabulary=[12, 36, 1138, 42])
        >>> layer([[12, 1138, 42], [42, 1000, 36]]).tolist()
        [[1, 3, 4], [4, 0, 2]]
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: int | None = None,
        oov_token: int = -1,
        vocabulary: Any = None,
        vocabulary_dtype: str = "int64",
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        sparse: bool = False,
        pad_to_max_tokens: bool = False,
        oov_method: str = "floormod",
        salt: Any = None,
        **kwargs: Any,
    ) -> None:
        if salt is not None and oov_method != "farmhash":
            raise ValueError(
                f"IntegerLookup: expected oov_method='farmhash' beside salt. Received: oov_method={oov_method!r}"
            )
        max_tokens = kwargs.pop("max_values", max_tokens)  # names of tf.keras's first versions
        num_oov_indices = kwargs.pop("num_oov_buckets", num_oov_indices)
        oov_token, mask_token = kwargs.pop("oov_value", oov_token), kwargs.pop("mask_value", mask_token)
        self.vocabulary_dtype = str(getattr(vocabulary_dtype, "name", vocabulary_dtype))
        arguments = max_tokens, num_oov_indices, mask_token, oov_token, vocabulary, idf_weights, invert
        super().__init__(*arguments, output_mode, sparse, pad_to_max_tokens, oov_method, salt, **kwargs)
        self.vocabulary_dtype = str(getattr(vocabulary_dtype, "name", vocabulary_dtype))

    def _token(self, value: Any) -> int:
        return int(value)

    def _shown(self, token: int) -> int:
        return token

    def _settle(self) -> None:
        order = np.argsort(self._tokens, kind="stable")
        self._ordered = torch.tensor(np.asarray(self._tokens, dtype="int64")[order])
        self._numbers = torch.tensor(order + self._token_start)

    def _looked_up(self, inputs: torch.Tensor) -> torch.Tensor:
        tokens = inputs.to(torch.int64)
        if self.num_oov_indices == 1:
            found = torch.full_like(tokens, self._oov_start)
        elif self.num_oov_indices and self.oov_method == "farmhash":
            different, places = torch.unique(tokens, return_inverse=True)
            hashed = [self._unknown(b"%d" % token) for token in different.tolist()]
            found = torch.tensor(hashed, device=tokens.device)[places]
        elif self.num_oov_indices:
            found = torch.remainder(tokens, self.num_oov_indices) + self._oov_start
        else:
            found = torch.full_like(tokens, -1)
        if self._tokens:
            ordered, numbers = self._ordered.to(tokens.device), self._numbers.to(tokens.device)
            places = torch.searchsorted(ordered, tokens).clamp(max=len(ordered) - 1)
            found = torch.where(ordered[places] == tokens, numbers[places], found)
        if self.mask_token is not None:
            found = torch.where(tokens == self.mask_token, self._masked_as(), found)
        return found

    def _inverted(self, numbers: torch.Tensor) -> torch.Tensor:
        vocabulary = torch.tensor([*self.get_vocabulary(), self.oov_token], device=numbers.device)
        size = len(vocabulary) - 1
        return vocabulary[torch.where((numbers < 0) | (numbers >= size), size, numbers)]

    def _sorted_tokens(self) -> list[tuple[int, int]]:
        order = sorted(self._counts, key=lambda token: (self._counts[token], token), reverse=True)
        return [(int(token), token) for token in order]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "vocabulary_dtype": self.vocabulary_dtype}
