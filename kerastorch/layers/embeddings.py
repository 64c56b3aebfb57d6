"""Embedding: a table of vectors that integers look up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from .. import config as _config
from .. import constraints, eras, initializers, regularizers
from ..engine import checks
from ..engine.layer import Layer
from ..kernels.lookup import lookup

__all__ = ["Embedding", "ReversibleEmbedding"]

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
            # A CPU looks at every index anyway. On CUDA nothing may wait for the data: there the trainer checks what
            # it takes from the host, and indices that a script brings by other ways give zeros.
            return lookup(inputs, self.weight)
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


class ReversibleEmbedding(Embedding):
    """An ``Embedding`` that also goes back: with ``reverse=True`` vectors become scores of all indices.

    Args:
        input_dim: size of the vocabulary.
        output_dim: size of the vectors.
        tie_weights: whether the way back uses the table too, or a matrix of its own.
        embeddings_initializer: initial values of the table, and of the matrix.
        embeddings_regularizer: penalty on the table.
        embeddings_constraint: projection of the table after each update.
        mask_zero: whether index 0 is padding, to be masked.
        reverse_dtype: the type that the way back is computed in; the layer's when missing.
        logit_soft_cap: scores beyond this are pressed below it, by ``tanh``; None leaves them.
        **kwargs: those of ``Embedding``.

    Shape:
        (batch, length) → (batch, length, output_dim); with ``reverse=True`` (batch, length, output_dim) → (batch,
        length, input_dim).

    Raises:
        ValueError: for a bad size, or an index outside the table.

    Source: Press and Wolf, Using the Output Embedding to Improve Language Models (2016),
        https://arxiv.org/abs/1608.05859

    Example:
        >>> layer = ReversibleEmbedding(10, 4)
        >>> layer(layer(torch.tensor([[1, 2, 0]])), reverse=True).shape
        torch.Size([1, 3, 10])
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        tie_weights: bool = True,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        reverse_dtype: Any = None,
        logit_soft_cap: float | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            input_dim,
            output_dim,
            embeddings_initializer=embeddings_initializer,
            embeddings_regularizer=embeddings_regularizer,
            embeddings_constraint=embeddings_constraint,
            mask_zero=mask_zero,
            **kwargs,
        )
        self.tie_weights = bool(tie_weights)
        self.reverse_dtype = reverse_dtype
        self.logit_soft_cap = logit_soft_cap

    def build(self, input_shape: Shape) -> None:
        super().build(input_shape)
        if not self.tie_weights:
            self.add_weight(
                "reverse_embeddings",
                (self.output_dim, self.input_dim),
                initializer=self.embeddings_initializer,
                axes=(1, 0),
                attribute="reverse_weight",
            )

    def call(self, inputs: torch.Tensor, reverse: bool = False) -> torch.Tensor:
        if not reverse:
            return super().call(inputs)
        weight = self.weight if self.tie_weights else self.reverse_weight
        if self.reverse_dtype is not None:
            kind = _config.torch_dtype(self.reverse_dtype)
            inputs, weight = inputs.to(kind), weight.to(kind)
        scores = F.linear(inputs, weight)
        cap = self.logit_soft_cap
        return scores if cap is None else torch.tanh(scores / cap) * cap

    def compute_mask(self, inputs: torch.Tensor, mask: Any = None) -> torch.Tensor | None:
        return None if inputs.is_floating_point() else super().compute_mask(inputs)  # vectors are on the way back

    def compute_output_shape(self, input_shape: Shape, reverse: bool = False) -> Shape:
        return (*input_shape[:-1], self.input_dim) if reverse else super().compute_output_shape(input_shape)

    def _output_specs(self, args: tuple, kwargs: dict[str, Any]) -> tuple[Any, Any]:
        if not kwargs.get("reverse"):
            return super()._output_specs(args, kwargs)
        shape = self.compute_output_shape(tuple(args[0].shape), reverse=True)
        return shape, self.reverse_dtype and _config.torch_dtype(self.reverse_dtype) or args[0].dtype

    def get_config(self) -> dict[str, Any]:
        names = ("tie_weights", "reverse_dtype", "logit_soft_cap")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def _checked_length(value: Any) -> int | Shape | None:
    if value is None:
        return None
    shape = checks.shape_tuple("Embedding", "input_length", value)
    return shape if isinstance(value, (list, tuple)) else shape[0]
