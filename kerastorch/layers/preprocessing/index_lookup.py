"""What lookups share: a vocabulary, given or learned, and the places before it for a mask and for unknown tokens.

Source: https://keras.io/api/layers/preprocessing_layers/categorical/
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from ... import config
from ...backend import text
from ...backend.fingerprints import fingerprint64, siphash
from ...engine import checks
from .base import AdaptiveLayer, CategoryLayer, Shape, as_later, hash_key, listed

__all__ = ["IndexLookup"]

_MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")
_NOWHERE = np.iinfo(np.int64).max  # a number that no vector has a place for


class IndexLookup(CategoryLayer, AdaptiveLayer):
    """What both lookups share: a vocabulary, the places before it for a mask and for unknown tokens, vectors.

    Args:
        max_tokens: the largest size of the vocabulary, mask and unknown tokens included.
        num_oov_indices: how many numbers are for unknown tokens; a hash chooses among several.
        mask_token: the token that stands for nothing: number 0 in ``'int'``, left out of vectors.
        oov_token: what an unknown number becomes with ``invert``.
        vocabulary: the tokens, or the path of a text file with one a line.
        idf_weights: the inverse document frequencies of the tokens, for ``'tf_idf'``.
        invert: whether numbers become tokens.
        output_mode: ``'int'``, ``'one_hot'``, ``'multi_hot'``, ``'count'`` or ``'tf_idf'``.
        sparse: accepted; what comes out is dense in any case.
        pad_to_max_tokens: whether vectors are as long as ``max_tokens`` although the vocabulary is smaller.
        oov_method: how one of several numbers for unknown tokens is chosen, ``'floormod'`` or ``'farmhash'``.
        salt: one or two whole numbers that change the hash.
        **kwargs: those of ``Layer``.
    """

    def __init__(
        self,
        max_tokens: int | None,
        num_oov_indices: int,
        mask_token: Any,
        oov_token: Any,
        vocabulary: Any,
        idf_weights: Any,
        invert: bool,
        output_mode: str,
        sparse: bool,
        pad_to_max_tokens: bool,
        oov_method: str = "floormod",
        salt: Any = None,
        **kwargs: Any,
    ) -> None:
        owner = type(self).__name__
        self.oov_method = checks.one_of(owner, "oov_method", oov_method, ("floormod", "farmhash"))
        self.salt = hash_key(owner, salt)
        self._size_in_file = kwargs.pop("vocabulary_size", None)  # of a vocabulary that was learned
        kwargs.pop("has_input_vocabulary", None)
        if max_tokens is not None and checks.positive_int(owner, "max_tokens", max_tokens) < 2:
            raise ValueError(f"{owner}: expected max_tokens to be above 1. Received: max_tokens={max_tokens}")
        if pad_to_max_tokens and max_tokens is None:
            raise ValueError(f"{owner}: expected max_tokens beside pad_to_max_tokens=True. Received: max_tokens=None")
        super().__init__(output_mode, _MODES, sparse, **kwargs)
        if invert and self.output_mode != "int":
            raise ValueError(
                f"{owner}: expected output_mode='int' beside invert=True. Received: output_mode={output_mode!r}"
            )
        if idf_weights is not None and self.output_mode != "tf_idf":
            raise ValueError(
                f"{owner}: expected idf_weights=None unless output_mode='tf_idf'. Received: output_mode={output_mode!r}"
            )
        self.max_tokens = max_tokens
        self.num_oov_indices = checks.positive_int(owner, "num_oov_indices", num_oov_indices, zero=True)
        self.mask_token, self.oov_token = mask_token, oov_token
        self.invert = bool(invert)
        self.pad_to_max_tokens = bool(pad_to_max_tokens)
        self.input_vocabulary = listed(vocabulary)
        self.input_idf_weights = listed(idf_weights)
        self._tokens: list[Any] = []
        self._idf: np.ndarray | None = None
        self.reset_counts()
        self._settle()
        if vocabulary is not None:
            self.set_vocabulary(self.input_vocabulary, self.input_idf_weights)

    # ------------------------------------------------------------- vocabulary

    def _token(self, value: Any) -> Any:
        """A token as the vocabulary keeps it."""
        raise NotImplementedError

    def _shown(self, token: Any) -> Any:
        """A token as the user sees it."""
        raise NotImplementedError

    @property
    def _oov_start(self) -> int:
        return int(self.mask_token is not None and self.output_mode == "int")

    @property
    def _token_start(self) -> int:
        return self._oov_start + self.num_oov_indices

    def vocabulary_size(self) -> int:
        """The size of the vocabulary, mask and unknown tokens included."""
        return len(self._tokens) + self._token_start

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[Any]:
        """The tokens in the order of their numbers.

        Args:
            include_special_tokens: whether those for mask and unknown tokens come first.
        """
        special = [self.mask_token] * self._oov_start + [self.oov_token] * self.num_oov_indices
        tokens = [self._shown(token) for token in self._tokens]
        return special + tokens if include_special_tokens else tokens

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Sets the tokens, instead of learning them.

        Args:
            vocabulary: the tokens, with or without those for mask and unknown ones in front; or the path of a text
                file with one a line.
            idf_weights: their inverse document frequencies, for ``'tf_idf'``.

        Raises:
            ValueError: for tokens that occur twice, too many of them, or no ``idf_weights`` where they are needed.
        """
        tf_idf = self.output_mode == "tf_idf"
        if tf_idf == (idf_weights is None):
            raise ValueError(
                f"Layer {self.name}: expected idf_weights {'' if tf_idf else 'only '}beside output_mode='tf_idf'. "
                f"Received: output_mode={self.output_mode!r} and idf_weights={idf_weights!r}"
            )
        from_file = isinstance(vocabulary, (str, os.PathLike))
        tokens = self._from_file(vocabulary) if from_file else [self._token(v) for v in listed(vocabulary)]
        if not tokens:
            raise ValueError(f"Layer {self.name}: expected a vocabulary with tokens in it. Received: none")
        special = [self.mask_token] * self._oov_start + [self.oov_token] * self.num_oov_indices
        start = len(special)
        given_special = not from_file and [self._shown(token) for token in tokens[:start]] == special and start > 0
        plain = tokens[start:] if given_special else tokens
        self._check_tokens(plain, special)
        if tf_idf:
            self._set_idf(idf_weights, len(tokens), 0 if given_special else start)
        self._tokens = plain
        self._settle()

    def _check_tokens(self, tokens: Sequence[Any], special: list[Any]) -> None:
        repeated = [self._shown(token) for token, count in Counter(tokens).items() if count > 1]
        if repeated:
            raise ValueError(f"Layer {self.name}: expected each token of vocabulary once. Received: {repeated} again")
        known = {self._shown(token) for token in tokens}
        for token, counts in ((self.mask_token, True), (self.oov_token, self.invert)):
            if token is not None and counts and token in known:
                raise ValueError(
                    f"Layer {self.name}: expected a vocabulary without the tokens for mask and unknown ones, or with "
                    f"{special} in front. Received: {token!r} among its tokens"
                )
        size = len(tokens) + self._token_start
        if self.max_tokens is not None and size > self.max_tokens:
            raise ValueError(
                f"Layer {self.name}: expected a vocabulary of at most max_tokens={self.max_tokens}. "
                f"Received: {size} tokens, those for mask and unknown ones included"
            )

    def _set_idf(self, given: Any, count: int, front: int) -> None:
        weights = np.asarray(given, dtype="float64")
        if weights.shape != (count,):
            raise ValueError(
                f"Layer {self.name}: expected idf_weights for each of {count} tokens. "
                f"Received: shape {tuple(weights.shape)}"
            )
        back = self.max_tokens - front - count if self.pad_to_max_tokens else 0
        mean = weights.mean() if front else 0.0
        self._idf = np.concatenate([np.full(front, mean), weights, np.zeros(back)])

    def _from_file(self, path: Any) -> list[Any]:
        try:
            with open(path, encoding="utf-8") as file:
                return [self._token(line) for line in file.read().splitlines()]
        except OSError as error:
            raise ValueError(
                f"Layer {self.name}: expected vocabulary to name a readable text file. Received: {path!r} ({error})"
            ) from None

    def _settle(self) -> None:
        """Makes what ``call`` looks tokens up in."""
        raise NotImplementedError

    # ----------------------------------------------------------------- adapt

    def reset_counts(self) -> None:
        """Forgets how often tokens were seen."""
        self._counts: Counter = Counter()
        self._documents: Counter = Counter()
        self._document_count = 0

    def reset_state(self) -> None:
        """Forgets what ``adapt`` saw."""
        if self.input_vocabulary is not None:
            raise ValueError(
                f"Layer {self.name}: expected vocabulary=None, so that adapt() learns it. Received: a vocabulary"
            )
        self.reset_counts()

    def update_state(self, data: torch.Tensor) -> None:
        """Counts the tokens of one batch; each row is a document."""
        data = data.reshape(1, -1) if data.ndim < 2 else data.reshape(len(data), -1)
        self._count(data.tolist())

    def _count(self, rows: Sequence[Sequence[Any]]) -> None:
        for row in rows:
            self._counts.update(row)
            if self.output_mode == "tf_idf":
                self._documents.update(set(row))
        self._document_count += len(rows)

    def _sorted_tokens(self) -> list[tuple[Any, Any]]:
        """Each token that was seen, and what it was counted under, the most frequent first."""
        raise NotImplementedError

    def finalize_state(self) -> None:
        """Makes the vocabulary of the tokens that were seen, the most frequent first."""
        special = {self.mask_token, self.oov_token} - {None}
        found = [(token, key) for token, key in self._sorted_tokens() if self._shown(token) not in special]
        if self.max_tokens is not None:
            found = found[: self.max_tokens - self._token_start]
        self._tokens = [token for token, _ in found]
        if self.output_mode == "tf_idf":
            seen = np.array([self._documents[key] for _, key in found])
            weights = np.log(1.0 + self._document_count / (1.0 + seen))
            front, mean = self._token_start, weights.mean() if len(weights) else 0.0
            back = self.max_tokens - front - len(weights) if self.pad_to_max_tokens else 0
            self._idf = np.concatenate([np.full(front, mean), weights, np.zeros(back)])
        self.reset_counts()
        self._settle()

    # ------------------------------------------------------------------ call

    def _depth(self) -> int | None:
        if self.pad_to_max_tokens:
            return self.max_tokens
        if not self._tokens and self._size_in_file:
            return self._size_in_file
        if not self._tokens and self.output_mode != "int":
            raise RuntimeError(
                f"Layer {self.name}: expected a vocabulary, or adapt(), before a call beside "
                f"output_mode={self.output_mode!r}. Received: neither"
            )
        return self.vocabulary_size()

    def _looked_up(self, inputs: torch.Tensor) -> torch.Tensor:
        """The numbers of tokens, -1 for unknown ones where there is no number for them."""
        raise NotImplementedError

    def _refuse_unknown(self, numbers: torch.Tensor, inputs: torch.Tensor) -> None:
        if self.num_oov_indices == 0 and bool((numbers < 0).any()):
            unknown = inputs[numbers < 0]
            shown = unknown.numpy().tolist() if isinstance(unknown, text.StringTensor) else unknown.tolist()
            raise ValueError(
                f"Layer {self.name}: expected tokens of its vocabulary, since num_oov_indices=0. Received: {shown[:5]}"
            )

    def _unknown(self, string: bytes) -> int:
        """The number of an unknown token, by its hash where there are several."""
        if self.num_oov_indices < 2:
            return self._oov_start
        number = fingerprint64(string) if self.salt is None else siphash(string, self.salt)
        return self._oov_start + number % self.num_oov_indices

    def _masked_as(self) -> int:
        return 0 if self.output_mode == "int" else _NOWHERE

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        if self.invert:
            return self._inverted(inputs.to(torch.int64))
        numbers = self._looked_up(inputs)
        self._refuse_unknown(numbers, inputs)
        if self.output_mode == "int":
            return numbers.to(config.torch_dtype(self.dtype))
        weights = None if self._idf is None else torch.as_tensor(self._idf)
        found = self._encoded(numbers, self._depth(), idf_weights=weights)
        return found.to(self._vector_kind())

    def _vector_kind(self) -> torch.dtype:
        """The type of vectors: Keras 3 counts in whole numbers."""
        whole = as_later() and self.output_mode != "tf_idf"
        return torch.int64 if whole else config.torch_dtype(self.dtype)

    def _output_specs(self, args: tuple, kwargs: dict[str, Any]) -> tuple[Any, Any]:
        shape, kind = super()._output_specs(args, kwargs)
        return shape, kind if self.output_mode == "int" else self._vector_kind()

    def _inverted(self, numbers: torch.Tensor) -> torch.Tensor:
        """The tokens of numbers."""
        raise NotImplementedError

    def compute_output_shape(self, input_shape: Any) -> Shape:
        return tuple(input_shape) if self.output_mode == "int" else super().compute_output_shape(input_shape)

    # ---------------------------------------------------------------- files

    asset_names = ("vocabulary.txt",)

    def assets(self) -> dict[str, str]:
        """A vocabulary that was learned, as tf.keras and Keras 3 keep it beside the weights."""
        if self.input_vocabulary is not None or not self._tokens:
            return {}
        return {"vocabulary.txt": "\n".join(str(token) for token in self.get_vocabulary())}

    def read_assets(self, found: dict[str, str]) -> None:
        """Takes back what ``assets`` gave."""
        if self.input_vocabulary is None:
            self._tokens = [self._token(line) for line in found["vocabulary.txt"].split("\n")][self._token_start :]
            self._settle()

    @property
    def named_arrays(self) -> dict[str, Any]:
        """The weights of ``'tf_idf'``, which files keep by name."""
        return {"idf_weights": self._idf} if self.output_mode == "tf_idf" else {}

    def take_array(self, name: str, array: np.ndarray) -> None:
        """Takes back what ``named_arrays`` gave."""
        self._idf = array

    def get_config(self) -> dict[str, Any]:
        found = {
            **super().get_config(),
            "invert": self.invert,
            "max_tokens": self.max_tokens,
            "num_oov_indices": self.num_oov_indices,
            "oov_token": self.oov_token,
            "mask_token": self.mask_token,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
            "pad_to_max_tokens": self.pad_to_max_tokens,
            "vocabulary": self.input_vocabulary,
            "idf_weights": self.input_idf_weights,
            "vocabulary_size": self.vocabulary_size(),
        }
        return {**found, **({"oov_method": self.oov_method, "salt": self.salt} if as_later() else {})}
