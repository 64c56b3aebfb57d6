"""Categories as vectors and as hashes: CategoryEncoding, Hashing, HashedCrossing.

Source: https://keras.io/api/layers/preprocessing_layers/categorical/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from ... import config
from ...backend import text
from ...backend.fingerprints import concatenated, fingerprint64, siphash
from ...engine import checks
from ...engine.symbolic import is_symbolic
from ...kernels import switch
from .base import CategoryLayer, as_later, as_tensor, encoded_shape, hash_key

__all__ = ["CategoryEncoding", "Hashing", "HashedCrossing"]

_CROSS_KEY = 0xDECAFCAFFE  # where TensorFlow begins to join fingerprints
_WORD = 1 << 64


class CategoryEncoding(CategoryLayer):
    """Numbers of categories as vectors that mark or count them.

    Args:
        num_tokens: the number of categories; inputs are below it.
        output_mode: ``'one_hot'``, ``'multi_hot'`` or ``'count'``.
        sparse: accepted; what comes out is dense in any case.
        **kwargs: those of ``Layer``.

    Call arguments: ``count_weights``, what each number counts for in ``'count'``.

    Shape:
        (batch, n), output (batch, num_tokens); for ``'one_hot'`` (batch, n, num_tokens) unless n is 1.

    Raises:
        ValueError: for num_tokens below 1, or inputs out of range.

    Source: https://keras.io/api/layers/preprocessing_layers/categorical/category_encoding/

    Example:
        >>> CategoryEncoding(3)(torch.tensor([[0, 2], [1, 1]])).tolist()
        [[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    """

    def __init__(
        self, num_tokens: int | None = None, output_mode: str = "multi_hot", sparse: bool = False, **kwargs: Any
    ) -> None:
        num_tokens = kwargs.pop("max_tokens", num_tokens)  # its name in tf.keras's first versions
        if num_tokens is None:
            raise ValueError(
                "CategoryEncoding: expected num_tokens, or the layer IntegerLookup where it is not known. "
                "Received: num_tokens=None"
            )
        kwargs["dtype"] = kwargs.get("dtype") or config.floatx()
        super().__init__(output_mode, ("count", "one_hot", "multi_hot"), sparse, **kwargs)
        self.num_tokens = checks.positive_int("CategoryEncoding", "num_tokens", num_tokens)

    def _depth(self) -> int:
        return self.num_tokens

    def call(self, inputs: torch.Tensor, count_weights: Any = None) -> torch.Tensor:
        if count_weights is not None:
            if self.output_mode != "count":
                raise ValueError(
                    f"Layer {self.name}: expected count_weights=None beside output_mode={self.output_mode!r}. "
                    "Received: count_weights"
                )
            count_weights = torch.as_tensor(count_weights, dtype=config.torch_dtype(self.dtype))
        if inputs.device.type == "cpu" and not switch.tracing() and inputs.numel():  # elsewhere looking would wait
            least, most = inputs.min().item(), inputs.max().item()
            if least < 0 or most >= self.num_tokens:
                raise ValueError(
                    f"Layer {self.name}: expected numbers from 0 to below num_tokens={self.num_tokens}. "
                    f"Received: numbers from {least} to {most}"
                )
        return self._encoded(inputs, self.num_tokens, count_weights=count_weights)

    def get_config(self) -> dict[str, Any]:
        own = {"num_tokens": self.num_tokens, "output_mode": self.output_mode}
        return {**super().get_config(), **own, **({} if as_later() else {"sparse": self.sparse})}


class Hashing(CategoryLayer):
    """Categories as the number of a bin that their hash falls into: no vocabulary, some collisions.

    Whole numbers are hashed as their decimal text. The hash is FarmHash's fingerprint, with a salt SipHash.

    Args:
        num_bins: how many bins.
        mask_value: what goes to bin 0, which nothing else then does.
        salt: one or two whole numbers that change the hash.
        output_mode: ``'int'``, ``'one_hot'``, ``'multi_hot'`` or ``'count'``.
        sparse: accepted; what comes out is dense in any case.
        **kwargs: those of ``Layer``.

    Shape:
        any; the output's the same, or with ``num_bins`` at the end.

    Raises:
        ValueError: for num_bins below 1 or another salt.

    Source: https://keras.io/api/layers/preprocessing_layers/categorical/hashing/

    Example:
        >>> Hashing(3)([["A"], ["B"], ["C"], ["D"], ["E"]]).tolist()
        [[1], [0], [1], [1], [2]]
    """

    def __init__(
        self,
        num_bins: int,
        mask_value: Any = None,
        salt: int | Sequence[int] | None = None,
        output_mode: str = "int",
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(output_mode, ("int", "one_hot", "multi_hot", "count"), sparse, **kwargs)
        self.num_bins = checks.positive_int("Hashing", "num_bins", num_bins)
        self.mask_value = mask_value
        self.salt = hash_key("Hashing", salt)
        self.strong_hash = salt is not None
        self._bins = torch.zeros(0, dtype=torch.int64)  # of the strings that the process knows

    def _depth(self) -> int:
        return self.num_bins

    def _bin(self, string: bytes) -> int:
        masked = self.mask_value is not None and self.num_bins > 1
        bins = self.num_bins - masked
        number = (siphash(string, self.salt) if self.salt is not None else fingerprint64(string)) % bins
        return number + masked

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        if isinstance(inputs, text.StringTensor):
            self._bins = text.extended(self._bins, self._bin, inputs.device)
            mask = None if self.mask_value is None else text.number_of(self.mask_value)
            inputs = inputs.as_subclass(torch.Tensor)
            numbers = self._bins[inputs]
        else:
            inputs = inputs.to(torch.int64)
            different, places = torch.unique(inputs, return_inverse=True)
            table = torch.tensor([self._bin(b"%d" % n) for n in different.tolist()], device=inputs.device)
            mask, numbers = self.mask_value, table[places]
        if mask is not None and self.num_bins > 1:
            numbers = torch.where(inputs == mask, 0, numbers)
        return self._encoded(numbers, self.num_bins)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_bins": self.num_bins,
            "salt": self.salt,
            "mask_value": self.mask_value,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
        }


class HashedCrossing(CategoryLayer):
    """Several categories together as one, by the hash of all of them.

    Args:
        num_bins: how many bins.
        output_mode: ``'int'`` or ``'one_hot'``.
        sparse: accepted; what comes out is dense in any case.
        **kwargs: those of ``Layer``.

    Shape:
        a list of inputs of shape (batch,) or (batch, 1); output of that shape, or (batch, num_bins).

    Raises:
        ValueError: for num_bins below 1, fewer than two inputs, or inputs of other shapes.

    Source: https://keras.io/api/layers/preprocessing_layers/categorical/hashed_crossing/

    Example:
        >>> layer = HashedCrossing(num_bins=5)
        >>> layer([["A", "B", "A", "B", "A"], [101, 101, 101, 102, 102]]).tolist()
        [1, 4, 1, 1, 3]
    """

    def __init__(self, num_bins: int, output_mode: str = "int", sparse: bool = False, **kwargs: Any) -> None:
        super().__init__(output_mode, ("int", "one_hot"), sparse, **kwargs)
        self.num_bins = checks.positive_int("HashedCrossing", "num_bins", num_bins)

    def _depth(self) -> int:
        return self.num_bins

    def _take_inputs(self, inputs: Any) -> Any:
        if not isinstance(inputs, (list, tuple)) or len(inputs) < 2:
            raise ValueError(f"Layer {self.name}: expected a list of at least two inputs. Received: {inputs!r}")
        return [x if is_symbolic(x) or isinstance(x, torch.Tensor) else as_tensor(x) for x in inputs]

    def build(self, input_shape: Any) -> None:
        shapes = [tuple(shape) for shape in input_shape]
        first = shapes[0]
        if len(first) > 2 or (len(first) == 2 and first[-1] != 1) or any(shape[1:] != first[1:] for shape in shapes):
            raise ValueError(
                f"Layer {self.name}: expected inputs of one shape, (batch,) or (batch, 1). Received: shapes {shapes}"
            )
        super().build(input_shape)

    def call(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        columns = [_fingerprints(self.name, x) for x in inputs]
        numbers = []
        for row in zip(*columns, strict=True):
            joined = _CROSS_KEY
            for fingerprint in row:
                joined = concatenated(joined, fingerprint)
            numbers.append(joined % self.num_bins)
        crossed = torch.tensor(numbers, dtype=torch.int64, device=inputs[0].device).reshape(tuple(inputs[0].shape))
        return self._encoded(crossed, self.num_bins)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return encoded_shape(tuple(input_shape[0]), self.output_mode, self.num_bins)

    def _output_specs(self, args: tuple, kwargs: dict[str, Any]) -> tuple[Any, Any]:
        return self.compute_output_shape([tuple(x.shape) for x in args[0]]), config.torch_dtype(self.dtype)

    def get_config(self) -> dict[str, Any]:
        own = {"num_bins": self.num_bins, "output_mode": self.output_mode, "sparse": self.sparse}
        return {**super().get_config(), **own}


def _fingerprints(owner: str, values: torch.Tensor) -> list[int]:
    """Of strings their hash, whole numbers as they are."""
    if isinstance(values, text.StringTensor):
        return [fingerprint64(string) for string in text.text_of(values.flatten().tolist())]
    if values.is_floating_point():
        raise ValueError(f"Layer {owner}: expected text or whole numbers. Received: dtype {values.dtype}")
    return [number % _WORD for number in values.flatten().tolist()]
