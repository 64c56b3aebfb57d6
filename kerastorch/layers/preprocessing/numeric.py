"""Numbers, standardized or sorted into bins: Normalization, Discretization.

Source: https://keras.io/api/layers/preprocessing_layers/numerical/
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from ... import config
from ...engine import checks
from .base import AdaptiveLayer, CategoryLayer, as_later, listed

__all__ = ["Normalization", "Discretization"]


class Normalization(AdaptiveLayer):
    """Moves and scales each feature to mean 0 and variance 1: ``(x - mean) / max(sqrt(variance), epsilon())``.

    Mean and variance are given, or learned by ``adapt``.

    Args:
        axis: the axis or axes that have a mean of their own; None for one mean over everything.
        mean: the mean, a number or an array.
        variance: the variance, likewise.
        invert: whether to undo it: ``mean + x * sqrt(variance)``.
        **kwargs: those of ``Layer``.

    Shape:
        any, the output's the same.

    Raises:
        ValueError: for one of mean and variance without the other, an axis out of range or of unknown size.

    Source: https://keras.io/api/layers/preprocessing_layers/numerical/normalization/

    Example:
        >>> layer = Normalization()
        >>> layer.adapt(np.array([[1.0], [3.0]]))
        >>> layer(np.array([[1.0], [5.0]])).tolist()
        [[-1.0], [3.0]]
    """

    def __init__(
        self,
        axis: int | Sequence[int] | None = -1,
        mean: Any = None,
        variance: Any = None,
        invert: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        axes = () if axis is None else (axis,) if isinstance(axis, (int, np.integer)) else tuple(axis)
        self.axis = tuple(int(a) for a in axes)
        if (mean is None) != (variance is None):
            raise ValueError(
                "Normalization: expected mean and variance, or neither. "
                f"Received: mean={mean!r} and variance={variance!r}"
            )
        self.input_mean, self.input_variance = listed(mean), listed(variance)
        self.invert = bool(invert)

    def build(self, input_shape: Any) -> None:
        shape = tuple(input_shape)
        rank = len(shape)
        if any(not isinstance(size, (int, type(None))) for size in shape):
            raise ValueError(f"Layer {self.name}: expected a single input. Received: {rank} inputs")
        if any(not -rank <= axis < rank for axis in self.axis):
            raise ValueError(
                f"Layer {self.name}: expected axis to name axes of its input. "
                f"Received: axis={self.axis} and an input of shape {shape}"
            )
        kept = sorted(axis % rank for axis in self.axis)
        if any(shape[axis] is None for axis in kept):
            raise ValueError(
                f"Layer {self.name}: expected the sizes of the axes {self.axis} of its input to be known. "
                f"Received: shape {shape}"
            )
        self._reduced = [axis for axis in range(rank) if axis not in kept]
        self._wide = [shape[axis] if axis in kept else 1 for axis in range(rank)]
        sizes = tuple(shape[axis] for axis in kept)
        if self.input_mean is None:
            own = {"shape": sizes, "trainable": False, "dtype": config.floatx()}
            self.adapt_mean = self.add_weight("mean", initializer="zeros", **own)
            self.adapt_variance = self.add_weight("variance", initializer="ones", **own)
            self.count = self.add_weight("count", shape=(), initializer="zeros", trainable=False, dtype="int64")
        else:
            for name, given in (("_mean", self.input_mean), ("_variance", self.input_variance)):
                self.register_buffer(name, self._spread(given, sizes, kept), persistent=False)
        super().build(input_shape)

    def _spread(self, given: Any, sizes: tuple[int, ...], kept: Sequence[int]) -> torch.Tensor:
        """A given mean or variance for each of the kept axes."""
        value = torch.as_tensor(np.asarray(given, dtype=config.floatx()), device=config.device())
        try:
            value = value.broadcast_to(sizes) if value.ndim <= len(sizes) else value
            return value.reshape(self._wide)
        except RuntimeError:
            raise ValueError(
                f"Layer {self.name}: expected mean and variance of shape {sizes}. Received: shape {tuple(value.shape)}"
            ) from None

    @property
    def mean(self) -> torch.Tensor | None:
        """The mean in the rank of the input; None before the layer is built."""
        return self._statistic("adapt_mean", "_mean")

    @property
    def variance(self) -> torch.Tensor | None:
        """The variance in the rank of the input; None before the layer is built."""
        return self._statistic("adapt_variance", "_variance")

    def _statistic(self, learned: str, given: str) -> torch.Tensor | None:
        if not self.built:
            return None
        if self.input_mean is not None:
            return getattr(self, given)
        return getattr(self, learned).detach().reshape(self._wide)

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        x = inputs.to(config.torch_dtype(self.compute_dtype))
        mean, scale = self.mean.to(x), torch.sqrt(self.variance.to(x)).clamp(min=config.epsilon())
        return mean + x * scale if self.invert else (x - mean) / scale

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def reset_state(self) -> None:
        """Forgets mean and variance."""
        if self.input_mean is not None:
            raise ValueError(
                f"Layer {self.name}: expected mean=None and variance=None, so that adapt() learns them. "
                f"Received: mean={self.input_mean!r}"
            )
        if self.built:
            with torch.no_grad():
                self.adapt_mean.zero_()
                self.adapt_variance.fill_(1.0)
                self.count.zero_()

    @torch.no_grad()
    def update_state(self, data: Any) -> None:
        """Takes one more batch into mean and variance.

        The variance of all is put together from those of the parts (lack-of-fit sum of squares).
        """
        data = data.to(self.adapt_mean.dtype)
        if [size for axis, size in enumerate(data.shape) if axis not in self._reduced] != list(self.adapt_mean.shape):
            raise ValueError(
                f"Layer {self.name}: expected data as the input that it was built for, with mean of shape "
                f"{tuple(self.adapt_mean.shape)}. Received: shape {tuple(data.shape)}"
            )
        if self._reduced:
            variance, mean = torch.var_mean(data, dim=self._reduced, correction=0)
        else:
            variance, mean = torch.zeros_like(data), data
        count = math.prod(data.shape[axis] for axis in self._reduced)
        total = int(self.count) + count
        new, old = count / total, 1.0 - count / total
        whole = self.adapt_mean * old + mean * new
        spread = (self.adapt_variance + (self.adapt_mean - whole) ** 2) * old + (variance + (mean - whole) ** 2) * new
        self.adapt_mean.copy_(whole)
        self.adapt_variance.copy_(spread)
        self.count.fill_(total)

    def finalize_state(self) -> None:
        """Keras 3 counts nothing in the end."""
        if as_later():
            with torch.no_grad():
                self.count.zero_()

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "axis": self.axis,
            "invert": self.invert,
            "mean": self.input_mean,
            "variance": self.input_variance,
        }


class Discretization(CategoryLayer, AdaptiveLayer):
    """Numbers as the number of the bin that they fall into.

    Args:
        bin_boundaries: where bins end: ``[0., 1.]`` makes the bins below 0, from 0 to below 1, and from 1 on.
        num_bins: instead, how many bins ``adapt`` finds that hold as many numbers each.
        epsilon: how exactly it finds them, a part of the numbers.
        output_mode: ``'int'``, ``'one_hot'``, ``'multi_hot'`` or ``'count'``.
        sparse: accepted; what comes out is dense in any case.
        **kwargs: those of ``Layer``.

    Shape:
        any; the output's the same, or with ``(..., bins)`` at the end.

    Raises:
        ValueError: for both or neither of bin_boundaries and num_bins, and for a call before ``adapt``.

    Source: https://keras.io/api/layers/preprocessing_layers/numerical/discretization/

    Example:
        >>> Discretization([0.0, 1.0])(np.array([[-1.5, 0.5], [1.0, 3.4]])).tolist()
        [[0, 1], [2, 2]]
    """

    def __init__(
        self,
        bin_boundaries: Any = None,
        num_bins: int | None = None,
        epsilon: float = 0.01,
        output_mode: str = "int",
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        bins = kwargs.pop("bins", None)  # their name in tf.keras's first versions
        if isinstance(bins, int) and num_bins is None:
            num_bins = bins
        elif bins is not None and bin_boundaries is None:
            bin_boundaries = bins
        super().__init__(output_mode, ("int", "one_hot", "multi_hot", "count"), sparse, **kwargs)
        if (num_bins is None) == (bin_boundaries is None):
            raise ValueError(
                "Discretization: expected either bin_boundaries or num_bins. "
                f"Received: bin_boundaries={bin_boundaries!r} and num_bins={num_bins!r}"
            )
        self.num_bins = None if num_bins is None else checks.positive_int("Discretization", "num_bins", num_bins)
        self.input_bin_boundaries = listed(bin_boundaries)
        if self.input_bin_boundaries is not None:
            self.input_bin_boundaries = [float(b) for b in self.input_bin_boundaries]
        self._boundaries: list[float] = list(self.input_bin_boundaries or [])
        self.epsilon = epsilon
        self._summary = np.zeros((2, 0), "float32")

    @property
    def bin_boundaries(self) -> list[float]:
        """Where bins end, given or learned."""
        return self._boundaries

    def _depth(self) -> int:
        return len(self._boundaries) + 1 if self._boundaries or self.num_bins is None else self.num_bins

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        if not self._boundaries and self.num_bins is not None and self.num_bins > 1:
            raise ValueError(f"Layer {self.name}: expected bin_boundaries, or adapt() before a call. Received: neither")
        x = inputs if inputs.dtype == torch.float64 else inputs.to(torch.float32)
        edges = torch.tensor(self._boundaries, dtype=x.dtype, device=x.device)
        return self._encoded(torch.bucketize(x, edges, right=True), len(self._boundaries) + 1)

    def reset_state(self) -> None:
        """Forgets the bins."""
        if self.num_bins is None:
            raise ValueError(
                f"Layer {self.name}: expected num_bins instead of bin_boundaries, so that adapt() finds them. "
                f"Received: bin_boundaries={self.input_bin_boundaries!r}"
            )
        self._summary = np.zeros((2, 0), "float32")

    def update_state(self, data: torch.Tensor) -> None:
        """Takes one more batch into the summary of all numbers."""
        values = np.sort(data.detach().to(torch.float32).cpu().numpy().ravel())
        new = _summarized(values, self.epsilon)
        merged = np.concatenate([new, self._summary], axis=1)
        self._summary = _compressed(merged[:, np.argsort(merged[0], kind="stable")], self.epsilon)

    def finalize_state(self) -> None:
        """Takes the boundaries from the summary."""
        self._boundaries = [float(edge) for edge in _compressed(self._summary, 1.0 / self.num_bins)[0, :-1]]

    @property
    def named_arrays(self) -> dict[str, Any]:
        """What was learned of the numbers: tf.keras keeps it as a weight, Keras 3 keeps the boundaries."""
        return {} if self.num_bins is None else {"0": None if as_later() else self._summary}

    def take_array(self, name: str, array: np.ndarray) -> None:
        """Takes back what ``named_arrays`` gave."""
        self._summary = np.asarray(array, "float32").reshape(2, -1)
        if self._summary.shape[1] and not self._boundaries:
            self.finalize_state()

    def get_config(self) -> dict[str, Any]:
        boundaries = (self._boundaries or None) if as_later() else self.input_bin_boundaries
        return {
            **super().get_config(),
            "bin_boundaries": boundaries,
            "num_bins": self.num_bins,
            "epsilon": self.epsilon,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Discretization:
        """The layer that a config describes; one that has learned its bins keeps them."""
        given = dict(config)
        learned = given.pop("bin_boundaries", None) if given.get("num_bins") is not None else None
        layer = cls(**given)
        if learned is not None:
            layer._boundaries = [float(edge) for edge in learned]
        return layer


def _summarized(values: np.ndarray, epsilon: float) -> np.ndarray:
    """Sorted numbers as some of them (first row) and how many each stands for (second row)."""
    if as_later():
        step: float = max(len(values) / (1.0 / epsilon), 1)
        chosen = values[int(step - 1) :: int(step)]
    else:
        increment = int(np.float32(len(values)) / np.float32(1.0 / epsilon))
        step = max(increment, 1)
        chosen = values[increment::step]
    return np.stack([chosen, np.full_like(chosen, step)])


def _compressed(summary: np.ndarray, epsilon: float) -> np.ndarray:
    """A summary with no more entries than ``epsilon`` needs, by interpolation of the weights' running sum."""
    if summary.shape[1] * epsilon < 1:
        return summary
    parts = epsilon + np.arange(0.0, 1.0, epsilon)
    running = summary[1].cumsum()
    edges = np.interp(parts, running / running[-1], summary[0])
    running = np.interp(parts, running / running[-1], running)
    return np.stack([edges, np.diff(running, prepend=0.0)]).astype("float32")
