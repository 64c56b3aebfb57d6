"""Embedding: a table of vectors that integers look up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from .. import constraints, eras, initializers, regularizers
from ..engine import checks
from ..engine.layer import Layer

__all__ = ["Embedding"]

Shape = tuple[int | None, ...]


class Embedding(Layer):
    """Turns integers from 0 to ``input_dim - 1`` into vectors.

    Args:
        input_dim: size of the vocabulary, the greatest index plus one.
        output_dim: size of the vectors.
        embeddings_initializer: initial values of the table.
        embeddings_regularizer: penalty on the table.
        activity_regularizer: penalty on the output.
        embeddings_constraint: projection of the table after each update.
        mask_zero: whether index 0 is padding, to be masked: every later layer then handles the mask or raises.
        input_length: length of the sequences where it is constant (a tuple for inputs of more axes); ``Flatten``
            followed by ``Dense`` needs it.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, length) → (batch, length, output_dim).

    Raises:
        ValueError: for a bad size, an input of another length, or an index outside the table.

    Source: https://keras.io/api/layers/core_layers/embedding/

    Example:
        >>> import torch
        >>> layer = Embedding(10, 4, mask_zero=True)
        >>> layer(torch.tensor([[1, 2, 0]])).shape, layer.weight.shape
        (torch.Size([1, 3, 4]), torch.Size([10, 4]))
    """

    takes_indices = True  # a model feeds it integers as they are

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        activity_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        input_length: int | Sequence[int | None] | None = None,
        **kwargs: Any,
    ) -> None:
        self.input_dim = checks.positive_int("Embedding", "input_dim", input_dim)
        self.output_dim = checks.positive_int("Embedding", "output_dim", output_dim)
        self.input_length = _checked_length(input_length)
        told = "input_shape" in kwargs or "batch_input_shape" in kwargs
        if not told and (self._lengths or eras.current().embedding_starts):
            kwargs["input_shape"] = self._lengths or (None,)
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        self.mask_zero = bool(mask_zero)
        self.supports_masking = self.mask_zero

    @property
    def _lengths(self) -> Shape:
        """``input_length`` as a shape; empty where it is not given."""
        if not self.input_length:
            return ()
        return self.input_length if isinstance(self.input_length, tuple) else (self.input_length,)

    def build(self, input_shape: Shape) -> None:
        self.add_weight(
            "embeddings",
            (self.input_dim, self.output_dim),
            initializer=self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
            attribute="weight",
        )
        super().build(input_shape)

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        self._check_length(inputs.shape)
        if inputs.dtype not in (torch.int32, torch.int64):
            inputs = inputs.to(torch.int32)
        if torch.compiler.is_compiling():
            return F.embedding(inputs, self.weight)
        try:
            # A CPU looks at every index anyway; on CUDA nothing may wait for the data, so there the trainer checks it
            # before it leaves the host.
            return F.embedding(inputs, self.weight)
        except IndexError:
            self.check_indices(inputs)
            raise

    def check_indices(self, indices: Any) -> None:
        """Makes sure that data on the host lies inside the table.

        Args:
            indices: an array or a tensor.

        Raises:
            ValueError: for an index that is negative or too great; the message names layer, range and index.

        Example:
            >>> Embedding(10, 4, name="words").check_indices([3, 12])
            Traceback (most recent call last):
            ...
            ValueError: Layer words: expected indices from 0 to 9 (input_dim=10). Received: 12
        """
        values = indices if isinstance(indices, torch.Tensor) else np.asarray(indices)
        if 0 in values.shape:
            return
        low, high = int(values.min()), int(values.max())
        if low < 0 or high >= self.input_dim:
            raise ValueError(
                f"Layer {self.name}: expected indices from 0 to {self.input_dim - 1} (input_dim={self.input_dim}). "
                f"Received: {low if low < 0 else high}"
            )

    def compute_mask(self, inputs: torch.Tensor, mask: Any = None) -> torch.Tensor | None:
        return torch.ne(inputs, 0) if self.mask_zero else None

    def _check_length(self, input_shape: Sequence[int | None]) -> None:
        wanted = self._lengths
        if not wanted:
            return
        got = tuple(input_shape)[1:]
        same = len(wanted) == len(got) and all(
            a == b or a is None or b is None for a, b in zip(wanted, got, strict=True)
        )
        if not same:
            raise ValueError(
                f"Layer {self.name}: expected an input of length input_length={self.input_length}. "
                f"Received: shape {tuple(input_shape)}"
            )

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        self._check_length(input_shape)
        lengths = input_shape[1:]
        if self._lengths:
            lengths = tuple(a if a is not None else b for a, b in zip(self._lengths, lengths, strict=True))
        return (input_shape[0], *lengths, self.output_dim)

    def get_config(self) -> dict[str, Any]:
        config = {
            "input_dim": self.input_dim,
            "output_dim": self.output_dim,
            "embeddings_initializer": initializers.serialize(self.embeddings_initializer),
            "embeddings_regularizer": regularizers.serialize(self.embeddings_regularizer),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "embeddings_constraint": constraints.serialize(self.embeddings_constraint),
            "mask_zero": self.mask_zero,
            "input_length": self.input_length,
        }
        return {**super().get_config(), **config}


def _checked_length(value: Any) -> int | Shape | None:
    if value is None:
        return None
    shape = checks.shape_tuple("Embedding", "input_length", value)
    return shape if isinstance(value, (list, tuple)) else shape[0]
