"""Text as rows of numbers, or as vectors that mark or count its words.

Source: https://keras.io/api/layers/preprocessing_layers/text/text_vectorization/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from ... import config
from ...backend import text
from ...engine import checks
from ...engine.layer import Layer
from .base import AdaptiveLayer, Shape, as_tensor, encoded_shape
from .lookup import StringLookup

__all__ = ["TextVectorization"]

_PUNCTUATION = re.compile(rb"""[!"#$%&()*+,\-./:;<=>?@\[\\\]^_`{|}~']""")
_STANDARDIZE = (None, "lower_and_strip_punctuation", "lower", "strip_punctuation")
_SPLIT = (None, "whitespace", "character")
_MODES = (None, "int", "multi_hot", "count", "tf_idf")


class TextVectorization(AdaptiveLayer):
    """Text as numbers: standardized, split into tokens, joined to n-grams, looked up in a vocabulary.

    Args:
        max_tokens: the largest size of the vocabulary, those for padding and unknown tokens included.
        standardize: ``'lower_and_strip_punctuation'``, ``'lower'``, ``'strip_punctuation'``, None, or a function of
            text.
        split: ``'whitespace'``, ``'character'``, None, or a function that gives a row of tokens for each text.
        ngrams: None, the longest n-gram, or a tuple of lengths.
        output_mode: ``'int'``, ``'multi_hot'``, ``'count'``, ``'tf_idf'``, or None for the tokens themselves.
        output_sequence_length: to how many tokens rows are cut or padded in ``'int'``; to the longest when missing.
        pad_to_max_tokens: whether vectors are as long as ``max_tokens`` although the vocabulary is smaller.
        vocabulary: the tokens, or the path of a text file with one a line; without those for padding and unknown ones.
        idf_weights: the inverse document frequencies of the tokens, for ``'tf_idf'``.
        sparse: accepted; what comes out is dense in any case.
        ragged: must be False: torch has no rows of different lengths.
        encoding: that of the text; UTF-8.
        **kwargs: those of ``Layer``.

    Shape:
        (batch,) or (batch, 1), output (batch, tokens) or (batch, size of the vocabulary).

    Raises:
        ValueError: for arguments that do not go together.

    Source: https://keras.io/api/layers/preprocessing_layers/text/text_vectorization/

    Example:
        >>> layer = TextVectorization(output_sequence_length=4)
        >>> layer.adapt(["foo bar", "bar baz", "baz bada boom"])
        >>> layer([["foo qux bar"], ["qux baz"]]).tolist()
        [[4, 1, 3, 0], [1, 2, 0, 0]]
    """

    capturable = False  # it looks at its data
    takes_text = True

    def __init__(
        self,
        max_tokens: int | None = None,
        standardize: str | Callable | None = "lower_and_strip_punctuation",
        split: str | Callable | None = "whitespace",
        ngrams: int | Sequence[int] | None = None,
        output_mode: str | None = "int",
        output_sequence_length: int | None = None,
        pad_to_max_tokens: bool = False,
        vocabulary: Any = None,
        idf_weights: Any = None,
        sparse: bool = False,
        ragged: bool = False,
        encoding: str = "utf-8",
        **kwargs: Any,
    ) -> None:
        owner = "TextVectorization"
        size = kwargs.pop("vocabulary_size", None)  # of a vocabulary that was learned
        kwargs.pop("has_input_vocabulary", None)
        dtype = kwargs.pop("dtype", None)
        if dtype is not None and getattr(dtype, "name", dtype) != "string":
            raise ValueError(f"{owner}: expected dtype to be 'string' or None. Received: dtype={dtype!r}")
        super().__init__(**kwargs)
        self.dtype = "string"
        for name, value, allowed in (("standardize", standardize, _STANDARDIZE), ("split", split, _SPLIT)):
            if not callable(value):
                checks.one_of(owner, name, value, allowed)
        output_mode = {"binary": "multi_hot", "tf-idf": "tf_idf"}.get(output_mode, output_mode)
        checks.one_of(owner, "output_mode", output_mode, _MODES)
        if output_sequence_length is not None:
            checks.positive_int(owner, "output_sequence_length", output_sequence_length)
            if output_mode != "int":
                raise ValueError(
                    f"{owner}: expected output_sequence_length=None unless output_mode='int'. "
                    f"Received: output_mode={output_mode!r}"
                )
        if ragged:
            raise ValueError(
                f"{owner}: expected ragged=False, since torch has no rows of different lengths; rows are padded with "
                "0. Received: ragged=True"
            )
        self._standardize, self._split = standardize, split
        self._ngrams_given = ngrams
        self._ngrams = _widths(owner, ngrams)
        self._output_mode = output_mode
        self._output_sequence_length = output_sequence_length
        self._encoding = encoding
        self._lookup_layer = StringLookup(
            max_tokens=max_tokens,
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            pad_to_max_tokens=pad_to_max_tokens,
            mask_token="",
            output_mode=output_mode or "int",
            sparse=sparse,
            encoding=encoding,
            vocabulary_size=size,
        )

    def _take_inputs(self, inputs: Any) -> Any:
        return as_tensor(inputs) if text.holds_text(inputs) else super()._take_inputs(inputs)

    # ---------------------------------------------------------------- tokens

    def _rows(self, inputs: torch.Tensor) -> tuple[list[list[bytes]], tuple[int, ...]]:
        """The tokens of each text, and the shape of the batch that they are rows of."""
        if not isinstance(inputs, text.StringTensor):
            raise ValueError(f"Layer {self.name}: expected text. Received: dtype {inputs.dtype}")
        given: Any = inputs
        if callable(self._standardize):
            given = self._standardize(given)
        values = np.asarray(given.numpy() if isinstance(given, text.StringTensor) else _bytes_of(given), dtype=object)
        if not callable(self._standardize) and self._standardize is not None:
            values = _each(values, self._standardized)
        if self._split is None:
            rows = values.reshape(-1, values.shape[-1] if values.ndim > 1 else 1).tolist()
            return [self._joined(row) for row in rows], values.shape[:-1] if values.ndim > 1 else values.shape
        if values.ndim > 1:
            if values.shape[-1] != 1:
                raise ValueError(
                    f"Layer {self.name}: expected text of shape (batch,) or (batch, 1). "
                    f"Received: shape {tuple(values.shape)}"
                )
            values = values[..., 0]
        rows = self._split_rows(values)
        return [self._joined(row) for row in rows], values.shape

    def _standardized(self, value: bytes) -> bytes:
        if self._standardize != "strip_punctuation":
            value = value.lower()  # of bytes: ASCII's letters only, as TensorFlow does
        return value if self._standardize == "lower" else _PUNCTUATION.sub(b"", value)

    def _split_rows(self, values: np.ndarray) -> list[list[bytes]]:
        flat = values.ravel().tolist()
        if self._split == "whitespace":
            return [value.split() for value in flat]
        if self._split == "character":
            return [[char.encode("utf-8") for char in value.decode("utf-8", "replace")] for value in flat]
        found = self._split(text.as_text(values))
        for name in ("to_list", "tolist"):
            if hasattr(found, name) and not isinstance(found, torch.Tensor):
                found = getattr(found, name)()
                break
        if isinstance(found, torch.Tensor):
            found = _bytes_of(found)
        found = found if values.ndim else [found]  # the words of a single text, which no batch is around
        return [[_as_bytes(token) for token in np.asarray(row, dtype=object).ravel().tolist()] for row in found]

    def _joined(self, tokens: list[bytes]) -> list[bytes]:
        """The n-grams of a row."""
        if self._ngrams is None:
            return tokens
        return [b" ".join(tokens[i : i + n]) for n in self._ngrams for i in range(len(tokens) - n + 1)]

    # ------------------------------------------------------------------ call

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        rows, batch = self._rows(inputs)
        length = max(map(len, rows), default=0)
        padded = text.as_text(np.array([row + [b""] * (length - len(row)) for row in rows] or [[]], dtype=object))
        padded = padded.to(inputs.device).reshape(*batch, length)
        if self._output_mode is None:
            return padded
        found = self._lookup_layer(padded if padded.ndim > 1 or self._output_mode == "int" else padded.unsqueeze(0))
        if self._output_mode != "int":
            return found if batch else found.reshape(-1)
        wanted = self._output_sequence_length
        if wanted is None:
            return found
        found = found[..., :wanted]
        return torch.nn.functional.pad(found, (0, wanted - found.shape[-1]))

    def compute_output_shape(self, input_shape: Any) -> Shape:
        shape = tuple(input_shape)
        if self._split is not None:
            batch = shape[:-1] if len(shape) > 1 else shape
            shape = (*batch, None)
        elif len(shape) == 1:
            shape = (*shape, 1)
        if self._output_mode in (None, "int"):
            return (*shape[:-1], self._output_sequence_length or shape[-1])
        return encoded_shape(shape, self._output_mode, self._lookup_layer._depth())

    def _output_specs(self, args: tuple, kwargs: dict[str, Any]) -> tuple[Any, Any]:
        kind = torch.int64 if self._output_mode in (None, "int") else config.torch_dtype(None)
        return self.compute_output_shape(tuple(args[0].shape)), kind

    # ------------------------------------------------------------ vocabulary

    def reset_state(self) -> None:
        """Forgets what ``adapt`` saw."""
        self._lookup_layer.reset_state()

    def update_state(self, data: torch.Tensor) -> None:
        """Counts the tokens of one batch."""
        data = data.unsqueeze(0) if not data.ndim else data
        rows, _ = self._rows(data)
        self._lookup_layer._count([[text.number_of(token) for token in row] for row in rows])

    def finalize_state(self) -> None:
        """Makes the vocabulary of the tokens that were seen."""
        self._lookup_layer.finalize_state()

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[str]:
        """The tokens in the order of their numbers.

        Args:
            include_special_tokens: whether those for padding and unknown tokens come first.
        """
        return self._lookup_layer.get_vocabulary(include_special_tokens)

    def vocabulary_size(self) -> int:
        """The size of the vocabulary, those for padding and unknown tokens included."""
        return self._lookup_layer.vocabulary_size()

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Sets the tokens, instead of learning them; arguments as for ``StringLookup.set_vocabulary``."""
        self._lookup_layer.set_vocabulary(vocabulary, idf_weights)

    # ---------------------------------------------------------------- config

    def get_config(self) -> dict[str, Any]:
        lookup = self._lookup_layer
        return {
            **Layer.get_config(self),
            "dtype": "string",
            "max_tokens": lookup.max_tokens,
            "standardize": self._standardize,
            "split": self._split,
            "ngrams": self._ngrams_given,
            "output_mode": self._output_mode,
            "output_sequence_length": self._output_sequence_length,
            "pad_to_max_tokens": lookup.pad_to_max_tokens,
            "sparse": lookup.sparse,
            "ragged": False,
            "vocabulary": lookup.input_vocabulary,
            "idf_weights": lookup.input_idf_weights,
            "encoding": self._encoding,
            "vocabulary_size": self.vocabulary_size(),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> TextVectorization:
        """The layer that a config describes; functions are looked up among the caller's own."""
        from ...backend.registry import get_custom_objects

        known = {**get_custom_objects(), **(custom_objects or {})}
        given = dict(config)
        for name, allowed in (("standardize", _STANDARDIZE), ("split", _SPLIT)):
            value = given.get(name)
            value = value.get("config") if isinstance(value, dict) else value
            given[name] = known.get(value, value) if isinstance(value, str) and value not in allowed else value
        return cls(**given)


def _widths(owner: str, ngrams: Any) -> tuple[int, ...] | None:
    """The lengths of n-grams."""
    if ngrams is None:
        return None
    if isinstance(ngrams, (int, np.integer)) and not isinstance(ngrams, bool):
        return tuple(range(1, int(ngrams) + 1))
    if isinstance(ngrams, (list, tuple)) and all(isinstance(n, (int, np.integer)) for n in ngrams):
        return tuple(int(n) for n in ngrams)
    raise ValueError(f"{owner}: expected ngrams to be None, a whole number or a tuple of them. Received: {ngrams!r}")


def _each(values: np.ndarray, fn: Callable[[bytes], bytes]) -> np.ndarray:
    """``fn`` of each string of an array."""
    found = np.empty(values.size, dtype=object)
    found[:] = [fn(value) for value in values.ravel().tolist()]
    return found.reshape(values.shape)


def _bytes_of(value: Any) -> np.ndarray:
    """Text of any kind as an array of bytes."""
    return np.asarray(text.as_text(value).numpy(), dtype=object)


def _as_bytes(token: Any) -> bytes:
    return token.encode("utf-8") if isinstance(token, str) else bytes(token)
