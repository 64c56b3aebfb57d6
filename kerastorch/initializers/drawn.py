"""Initializers that draw random numbers."""

from __future__ import annotations

import contextlib
import math
import numbers
import random
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

from .. import config as _config
from .. import eras
from ..backend import draws, philox
from .base import REGISTRY, Dtype, Initializer, Shape, checked_shape

__all__ = [
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Orthogonal",
    "GlorotUniform",
    "GlorotNormal",
    "HeUniform",
    "HeNormal",
    "LecunUniform",
    "LecunNormal",
    "glorot_uniform",
    "glorot_normal",
    "he_uniform",
    "he_normal",
    "lecun_uniform",
    "lecun_normal",
    "compute_fans",
    "undrawn",
]

_TRUNCATED_STDDEV = 0.87962566103423978  # standard deviation of a normal distribution cut at two of its own


class _Drawing(threading.local):
    off = False


_drawing = _Drawing()


@contextlib.contextmanager
def undrawn() -> Iterator[None]:
    """Random initial values are zeros inside of the block, for weights that a file is going to replace.

    Seeds are taken as ever, so that what is drawn later is the same.

    Example:
        >>> with undrawn():
        ...     GlorotUniform()((1, 2)).tolist()
        [[0.0, 0.0]]
    """
    before, _drawing.off = _drawing.off, True
    try:
        yield
    finally:
        _drawing.off = before


class _Random(Initializer):
    """An initializer with a seed."""

    def __init__(self, seed: int | None = None) -> None:
        if seed is not None and (isinstance(seed, bool) or not hasattr(seed, "__index__")):
            raise ValueError(f"{type(self).__name__}: expected seed to be an integer or None. Received: seed={seed!r}")
        self.seed = seed
        self._fixed = (
            random.randint(1, 10**9) if seed is None and eras.current().initializer_draws == "python" else seed
        )

    def _draw(self, kind: str, shape: tuple[int, ...], first: float, second: float, dtype: Dtype) -> torch.Tensor:
        """Random numbers of the kind that a function of ``philox`` and ``draws`` gives."""
        source = philox if eras.current().initializer_draws == "numpy" else draws
        seed = self._next_seed()
        if _drawing.off:
            return torch.zeros(shape, dtype=_config.torch_dtype(dtype), device=_config.device())
        drawn = getattr(source, kind)(shape, first, second, seed=seed, dtype=_config.torch_dtype(dtype))
        return drawn.to(_config.device())

    def _next_seed(self) -> int:
        """The seed, or one number out of NumPy's global generator for each call, exactly as many as Keras 2 takes."""
        return int(np.random.randint(10_000_000, dtype=np.int64)) if self._fixed is None else int(self._fixed)

    def get_config(self) -> dict[str, Any]:
        return {"seed": self.seed}


@REGISTRY.register
class RandomNormal(_Random):
    """Normally distributed numbers.

    Args:
        mean: their mean.
        stddev: their standard deviation.
        seed: an integer for the same numbers at each call.

    Example:
        >>> RandomNormal(stddev=2.0, seed=1)((3, 4)).shape
        torch.Size([3, 4])
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None) -> None:
        super().__init__(seed)
        self.mean = mean
        self.stddev = stddev

    def __call__(self, shape: Shape, dtype: Dtype = None) -> torch.Tensor:
        return self._draw("normal", checked_shape("RandomNormal", shape), self.mean, self.stddev, dtype)

    def get_config(self) -> dict[str, Any]:
        return {"mean": self.mean, "stddev": self.stddev, "seed": self.seed}


@REGISTRY.register
class RandomUniform(_Random):
    """Evenly distributed numbers in [minval, maxval).

    Args:
        minval: the lower bound.
        maxval: the upper bound.
        seed: an integer for the same numbers at each call.

    Example:
        >>> RandomUniform(0.0, 1.0, seed=1)((2,))
        tensor([0.2390, 0.9204])
    """

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: int | None = None) -> None:
        super().__init__(seed)
        self.minval = minval
        self.maxval = maxval

    def __call__(self, shape: Shape, dtype: Dtype = None) -> torch.Tensor:
        return self._draw("uniform", checked_shape("RandomUniform", shape), self.minval, self.maxval, dtype)

    def get_config(self) -> dict[str, Any]:
        return {"minval": self.minval, "maxval": self.maxval, "seed": self.seed}


@REGISTRY.register
class TruncatedNormal(_Random):
    """Normally distributed numbers, those further than two standard deviations from the mean drawn again.

    Args:
        mean: their mean.
        stddev: the standard deviation before the cut.
        seed: an integer for the same numbers at each call.

    Example:
        >>> bool(TruncatedNormal(stddev=1.0, seed=1)((100,)).abs().max() < 2)
        True
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None) -> None:
        super().__init__(seed)
        self.mean = mean
        self.stddev = stddev

    def __call__(self, shape: Shape, dtype: Dtype = None) -> torch.Tensor:
        return self._draw("truncated_normal", checked_shape("TruncatedNormal", shape), self.mean, self.stddev, dtype)

    def get_config(self) -> dict[str, Any]:
        return {"mean": self.mean, "stddev": self.stddev, "seed": self.seed}


@REGISTRY.register
class VarianceScaling(_Random):
    """Random numbers whose variance is ``scale`` divided by the number of connections of a unit.

    Args:
        scale: a positive number.
        mode: ``'fan_in'`` counts a unit's inputs, ``'fan_out'`` its outputs, ``'fan_avg'`` takes the mean of both.
        distribution: ``'normal'`` (or ``'truncated_normal'``), ``'untruncated_normal'`` or ``'uniform'``.
        seed: an integer for the same numbers at each call.
        input_axes: the axes that count as inputs, where a weight is laid out in an unusual way.
        output_axes: the axes that count as outputs; given together with ``input_axes``.

    Raises:
        ValueError: for a scale that is not positive, another mode, another distribution, or axes given by half.

    Example:
        >>> VarianceScaling(scale=2.0, seed=1)((3, 4)).shape
        torch.Size([3, 4])
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "normal",
        seed: int | None = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(seed)
        if not isinstance(scale, numbers.Real) or not scale > 0:
            raise ValueError(f"VarianceScaling: expected scale to be a positive number. Received: scale={scale!r}")
        self.scale = scale
        self.mode = _choice("mode", mode, ("fan_in", "fan_out", "fan_avg"))
        kinds = ("normal", "uniform", "truncated_normal", "untruncated_normal")
        self.distribution = _choice("distribution", distribution, kinds)
        if self.distribution == "normal" and eras.current().initializers != "keras2":
            self.distribution = "truncated_normal"
        if (input_axes is None) != (output_axes is None):
            raise ValueError(
                f"{type(self).__name__}: expected input_axes and output_axes together. "
                f"Received: input_axes={input_axes!r}, output_axes={output_axes!r}"
            )
        self.input_axes = input_axes
        self.output_axes = output_axes

    def __call__(self, shape: Shape, dtype: Dtype = None) -> torch.Tensor:
        shape = checked_shape(type(self).__name__, shape)
        fan_in, fan_out = self._fans(shape)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1.0, fan)
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)
            return self._draw("uniform", shape, -limit, limit, dtype)
        stddev = math.sqrt(variance)
        if self.distribution == "untruncated_normal":
            return self._draw("normal", shape, 0.0, stddev, dtype)
        if eras.current().truncated_normal_corrected:
            stddev /= _TRUNCATED_STDDEV
        return self._draw("truncated_normal", shape, 0.0, stddev, dtype)

    def _fans(self, shape: tuple[int, ...]) -> tuple[float, float]:
        if self.input_axes is None or self.output_axes is None:
            return compute_fans(shape)
        return math.prod(shape[axis] for axis in self.input_axes), math.prod(shape[axis] for axis in self.output_axes)

    def _axes_config(self) -> dict[str, Any]:
        """The axes, which only Keras 3 writes down unasked."""
        if self.input_axes is None and eras.current().initializers != "keras3":
            return {}
        return {"input_axes": self.input_axes, "output_axes": self.output_axes}

    def get_config(self) -> dict[str, Any]:
        config = {"scale": self.scale, "mode": self.mode, "distribution": self.distribution, "seed": self.seed}
        return {**config, **self._axes_config()}


@REGISTRY.register
class Orthogonal(_Random):
    """A random orthogonal matrix, or as near to one as the shape allows; axes before the last are taken as one.

    Args:
        gain: what the matrix is multiplied by.
        seed: an integer for the same numbers at each call. As in Keras 2, it seeds NumPy's global generator.

    Raises:
        ValueError: for a shape of fewer than two dimensions.

    Example:
        >>> q = Orthogonal(seed=1)((3, 3))
        >>> torch.allclose(q @ q.T, torch.eye(3), atol=1e-6)
        True

    Source: https://arxiv.org/abs/1312.6120
    """

    def __init__(self, gain: float = 1.0, seed: int | None = None) -> None:
        super().__init__(seed)
        self.gain = gain

    def __call__(self, shape: Shape, dtype: Dtype = None) -> torch.Tensor:
        shape = checked_shape("Orthogonal", shape)
        if len(shape) < 2:
            raise ValueError(f"Orthogonal: expected a shape of at least two dimensions. Received: {shape}")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        find = self._by_svd if eras.current().orthogonal == "svd" else self._by_qr
        matrix = find(rows, columns).reshape(shape) * self.gain
        return matrix.to(_config.device(), _config.torch_dtype(dtype))

    def _by_svd(self, rows: int, columns: int) -> torch.Tensor:
        if self._fixed is not None:
            np.random.seed(self._fixed)
        u, _, v = np.linalg.svd(np.random.normal(0.0, 1.0, (rows, columns)), full_matrices=False)
        return torch.from_numpy(u if u.shape == (rows, columns) else v)

    def _by_qr(self, rows: int, columns: int) -> torch.Tensor:
        tall = (max(rows, columns), min(rows, columns))
        q, r = torch.linalg.qr(draws.normal(tall, seed=self._next_seed()))
        q = q * torch.sign(torch.diagonal(r))  # without it the signs are not evenly distributed
        return q.T if rows < columns else q

    def get_config(self) -> dict[str, Any]:
        return {"gain": self.gain, "seed": self.seed}


def compute_fans(shape: Shape, data_format: str = "channels_last") -> tuple[float, float]:
    """How many inputs and outputs a unit of a weight has.

    Args:
        shape: (in, out) of a matrix, or (spatial..., in, out) of a convolution kernel.
        data_format: ``'channels_first'`` for a kernel that is (out, in, spatial...).

    Raises:
        ValueError: for another data format.

    Example:
        >>> compute_fans((3, 3, 8, 16))
        (72, 144)
    """
    if len(shape) == 2:
        return shape[0], shape[1]
    if len(shape) < 2:
        size = math.prod(shape)
        return (size, size) if eras.current().initializers != "keras2" else (math.sqrt(size), math.sqrt(size))
    if data_format == "channels_first":
        field = math.prod(shape[2:])
        return shape[1] * field, shape[0] * field
    if data_format != "channels_last":
        raise ValueError(
            f"data_format: expected 'channels_last' or 'channels_first'. Received: data_format={data_format!r}"
        )
    field = math.prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field


def _choice(name: str, value: Any, choices: tuple[str, ...]) -> str:
    lowered = value.lower() if isinstance(value, str) else value
    if lowered not in choices:
        raise ValueError(f"VarianceScaling: expected {name} to be one of {choices}. Received: {name}={value!r}")
    return lowered


class _Scaled(VarianceScaling):
    """A ``VarianceScaling`` whose configuration is its seed, as tf.keras and Keras 3 have them."""

    _scaling: tuple[float, str, str]

    def __init__(
        self,
        seed: int | None = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(*self._scaling, seed, input_axes, output_axes)

    def get_config(self) -> dict[str, Any]:
        return {"seed": self.seed, **self._axes_config()}


@REGISTRY.register
class GlorotUniform(_Scaled):
    """Evenly distributed within ``sqrt(6 / (fan_in + fan_out))`` of zero.

    Args:
        seed: an integer for the same numbers at each call.

    Example:
        >>> GlorotUniform(seed=1)((3, 4)).shape
        torch.Size([3, 4])

    Source: https://proceedings.mlr.press/v9/glorot10a.html
    """

    _scaling = (1.0, "fan_avg", "uniform")


@REGISTRY.register
class GlorotNormal(_Scaled):
    """Truncated normal with standard deviation ``sqrt(2 / (fan_in + fan_out))``.

    Args:
        seed: an integer for the same numbers at each call.

    Source: https://proceedings.mlr.press/v9/glorot10a.html
    """

    _scaling = (1.0, "fan_avg", "normal")


@REGISTRY.register
class HeUniform(_Scaled):
    """Evenly distributed within ``sqrt(6 / fan_in)`` of zero.

    Args:
        seed: an integer for the same numbers at each call.

    Source: https://arxiv.org/abs/1502.01852
    """

    _scaling = (2.0, "fan_in", "uniform")


@REGISTRY.register
class HeNormal(_Scaled):
    """Truncated normal with standard deviation ``sqrt(2 / fan_in)``.

    Args:
        seed: an integer for the same numbers at each call.

    Source: https://arxiv.org/abs/1502.01852
    """

    _scaling = (2.0, "fan_in", "normal")


@REGISTRY.register
class LecunUniform(_Scaled):
    """Evenly distributed within ``sqrt(3 / fan_in)`` of zero.

    Args:
        seed: an integer for the same numbers at each call.

    Source: http://yann.lecun.com/exdb/publis/pdf/lecun-98b.pdf
    """

    _scaling = (1.0, "fan_in", "uniform")


@REGISTRY.register
class LecunNormal(_Scaled):
    """Truncated normal with standard deviation ``sqrt(1 / fan_in)``.

    Args:
        seed: an integer for the same numbers at each call.

    Source: https://arxiv.org/abs/1706.02515
    """

    _scaling = (1.0, "fan_in", "normal")


def _scaled(cls: type[_Scaled], seed: int | None) -> VarianceScaling:
    """What the era's lower-case function gives: a plain ``VarianceScaling`` in Keras 2."""
    return cls(seed) if eras.current().initializers != "keras2" else VarianceScaling(*cls._scaling, seed=seed)


@REGISTRY.register
def glorot_uniform(seed: int | None = None) -> VarianceScaling:
    """See ``GlorotUniform``."""
    return _scaled(GlorotUniform, seed)


@REGISTRY.register
def glorot_normal(seed: int | None = None) -> VarianceScaling:
    """See ``GlorotNormal``."""
    return _scaled(GlorotNormal, seed)


@REGISTRY.register
def he_uniform(seed: int | None = None) -> VarianceScaling:
    """See ``HeUniform``."""
    return _scaled(HeUniform, seed)


@REGISTRY.register
def he_normal(seed: int | None = None) -> VarianceScaling:
    """See ``HeNormal``."""
    return _scaled(HeNormal, seed)


@REGISTRY.register
def lecun_uniform(seed: int | None = None) -> VarianceScaling:
    """See ``LecunUniform``."""
    return _scaled(LecunUniform, seed)


@REGISTRY.register
def lecun_normal(seed: int | None = None) -> VarianceScaling:
    """See ``LecunNormal``."""
    return _scaled(LecunNormal, seed)
