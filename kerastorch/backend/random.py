"""Random tensors.

While a graph is built, a draw is recorded as an operation with a stream of its own: every run goes on where the last
one ended, with the numbers that TensorFlow 1 gives for the same seed. Like in Keras 2, a draw without a seed takes one
from numpy's global generator, so that ``np.random.seed`` fixes it. Where data is computed on, torch's generator of the
device draws.

Source: https://faroit.com/keras-docs/2.2.4/backend/
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch

from .. import config
from ..engine.symbolic import Spec, building, computing, is_symbolic, record_as, recordable, wants_recording
from ..kernels.dropout import dropout as _dropout_now
from . import names, philox
from .convert import as_tensor, is_tensor_like, sizes, static_shape
from .seeds import numpy_seed
from .variable import Variable

__all__ = [
    "dropout",
    "random_bernoulli",
    "random_binomial",
    "random_normal",
    "random_normal_variable",
    "random_uniform",
    "random_uniform_variable",
    "truncated_normal",
]

_PHILOX = {"uniform": philox.uniform, "normal": philox.normal, "truncated_normal": philox.truncated_normal}
_RESERVED = 256  # counters that TensorFlow sets aside for each number


class Stream:
    """The random numbers of one operation of a graph.

    Args:
        seed: what they depend on.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.places: dict[torch.device, torch.Tensor] = {}  # on the device, so that a replayed step moves them too

    def place(self, device: torch.device) -> torch.Tensor:
        """How far the stream has come on a device."""
        if device not in self.places:
            self.places[device] = torch.zeros((), dtype=torch.int64, device=device)
        return self.places[device]

    def draw(self, kind: str, shape: Sequence[int], dtype: torch.dtype, device: torch.device) -> torch.Tensor:
        """The next numbers: ``'uniform'`` in [0, 1), ``'normal'`` or ``'truncated_normal'`` of mean 0, stddev 1."""
        place = self.place(device)
        drawn = _PHILOX[kind](shape, seed=self.seed, dtype=dtype, start=place)
        place += _RESERVED * math.prod(shape)
        return drawn


_streams: dict[tuple[str, int, torch.device], torch.Generator] = {}


def _seeded(kind: str, seed: int | None, device: torch.device) -> torch.Generator | None:
    """The generator of draws with a seed that are made where data is computed on; None is torch's own."""
    if seed is None:
        return None
    key = (kind, int(seed), device)
    if key not in _streams:
        _streams[key] = torch.Generator(device).manual_seed(int(seed))
    return _streams[key]


def streams() -> list[torch.Generator]:
    """The generators of draws with a seed, wherever data was computed on."""
    return list(_streams.values())


def stream_states() -> list[list[Any]]:
    """Where the draws with a seed are that were made where data was computed on: kind, seed, device, state of each."""
    return [[kind, seed, str(device), found.get_state()] for (kind, seed, device), found in _streams.items()]


def restore_streams(states: Iterable[Sequence[Any]]) -> None:
    """Goes on from what ``stream_states`` gave; streams of devices that are not here are left out."""
    for kind, seed, device, state in states:
        if device == "cpu" or torch.cuda.is_available():
            _seeded(kind, seed, torch.device(device)).set_state(state)


def stream_places(operations: Iterable[Any], device: torch.device) -> list[torch.Tensor]:
    """How far the draws among the operations of a graph have come on a device; to be read, or written to."""
    return [operation.stream.place(device) for operation in operations if isinstance(operation, (_Draw, _Drop))]


def forget_streams() -> None:
    """Starts all draws with a seed again (``K.clear_session`` does)."""
    _streams.clear()


def _draw_now(kind: str, shape: Sequence[int], dtype: torch.dtype, seed: int | None) -> torch.Tensor:
    device = config.device()
    out = torch.empty(tuple(shape), dtype=dtype, device=device)
    generator = _seeded(kind, seed, device)
    if kind == "uniform":
        return out.uniform_(generator=generator)
    if kind == "normal":
        return out.normal_(generator=generator)
    return torch.nn.init.trunc_normal_(out, a=-2.0, b=2.0, generator=generator)


def _make_seed(seed: int | None) -> int:
    return numpy_seed() if seed is None else int(seed)


class _Draw:
    """One draw of a graph, as an operation on its shape."""

    def __init__(self, kind: str, seed: int, dtype: torch.dtype) -> None:
        self.kind = kind
        self.dtype = dtype
        self.stream = Stream(seed)

    def __call__(self, shape: Any) -> Any:
        if is_symbolic(shape):  # a nested model is called again: the draw stays the same operation
            return record_as(self, (shape,), {}, Spec(static_shape(shape), self.dtype), f"random_{self.kind}")
        return self.stream.draw(self.kind, sizes(shape), self.dtype, config.device())


def _draw(kind: str, shape: Any, dtype: str | None, seed: int | None) -> Any:
    """Standard random numbers: an operation of the graph, or the numbers themselves."""
    wanted = config.torch_dtype(dtype)
    if computing():
        return _draw_now(kind, sizes(shape), wanted, seed)
    seed = _make_seed(seed)
    if building() or is_symbolic(shape):
        spec = Spec(static_shape(shape), wanted)
        return record_as(_Draw(kind, seed, wanted), (shape,), {}, spec, f"random_{kind}")
    return _PHILOX[kind](sizes(shape), seed=seed, dtype=wanted).to(config.device())


def _scaled(drawn: Any, factor: Any, shift: Any) -> Any:
    """``drawn * factor + shift``, left out where it changes nothing."""
    if is_tensor_like(factor) or factor != 1:
        drawn = drawn * factor
    return drawn + shift if is_tensor_like(shift) or shift != 0 else drawn


def random_normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: str | None = None, seed: int | None = None
) -> Any:
    """Normally distributed numbers.

    Args:
        shape: the shape, of ints and tensors of one int.
        mean: their mean, a number or a tensor.
        stddev: their standard deviation, a number or a tensor.
        dtype: their type, ``floatx()`` when missing.
        seed: what they depend on.

    Example:
        >>> from kerastorch import backend as K
        >>> noise = random_normal((2,), seed=1)
        >>> K.eval(noise).round(2), K.eval(noise).round(2)
        (array([-0.81,  1.48], dtype=float32), array([1.36, 0.54], dtype=float32))
    """
    return _scaled(_draw("normal", shape, dtype, seed), stddev, mean)


def random_uniform(
    shape: Any, minval: Any = 0.0, maxval: Any = 1.0, dtype: str | None = None, seed: int | None = None
) -> Any:
    """Uniformly distributed numbers.

    Args:
        shape: the shape, of ints and tensors of one int.
        minval: the lower bound, which may be drawn.
        maxval: the upper bound, which is not drawn.
        dtype: their type, ``floatx()`` when missing; of an integer type they are whole numbers.
        seed: what they depend on.

    Example:
        >>> from kerastorch import backend as K
        >>> K.eval(random_uniform((2,), seed=1)).round(2)
        array([0.24, 0.92], dtype=float32)
    """
    wanted = config.torch_dtype(dtype)
    if not wanted.is_floating_point:
        return _whole(_draw("uniform", shape, "float64", seed), minval, maxval, wanted)
    return _scaled(_draw("uniform", shape, dtype, seed), maxval - minval, minval)


@recordable
def _whole(drawn: torch.Tensor, minval: Any, maxval: Any, dtype: torch.dtype) -> torch.Tensor:
    """Whole numbers from ``minval`` up to but without ``maxval``, from numbers between 0 and 1."""
    return torch.floor(drawn * (maxval - minval) + minval).to(dtype)


def truncated_normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: str | None = None, seed: int | None = None
) -> Any:
    """Normally distributed numbers no further than two standard deviations from the mean.

    Args:
        shape: the shape, of ints and tensors of one int.
        mean: their mean, a number or a tensor.
        stddev: their standard deviation before truncation, a number or a tensor.
        dtype: their type, ``floatx()`` when missing.
        seed: what they depend on.

    Example:
        >>> from kerastorch import backend as K
        >>> bool((abs(K.eval(truncated_normal((100,), seed=1))) < 2).all())
        True
    """
    return _scaled(_draw("truncated_normal", shape, dtype, seed), stddev, mean)


def random_binomial(shape: Any, p: Any = 0.0, dtype: str | None = None, seed: int | None = None) -> Any:
    """Ones with a probability, zeros elsewhere.

    Args:
        shape: the shape, of ints and tensors of one int.
        p: the probability of a one.
        dtype: their type, ``floatx()`` when missing.
        seed: what they depend on.

    Example:
        >>> from kerastorch import backend as K
        >>> K.eval(random_binomial((5,), p=0.4, seed=3)).tolist()
        [1.0, 1.0, 0.0, 1.0, 0.0]
    """
    drawn = _draw("uniform", shape, dtype, seed)
    return (drawn <= p).to(drawn.dtype)


def random_bernoulli(shape: Any, p: Any = 0.0, dtype: str | None = None, seed: int | None = None) -> Any:
    """``random_binomial`` under its later name.

    Args:
        shape: the shape.
        p: the probability of a one.
        dtype: its type; ``floatx()`` by default.
        seed: what they depend on.

    Example:
        >>> from kerastorch import backend as K
        >>> K.eval(random_bernoulli((2,), p=1.0)).tolist()
        [1.0, 1.0]
    """
    return random_binomial(shape, p, dtype, seed)


def _variable_of(kind: str, shape: Any, dtype: str | None, seed: int | None, name: str | None, *bounds: float) -> Any:
    seed = int(np.random.randint(10e8) if seed is None else seed)
    drawn = _PHILOX[kind](sizes(shape), *bounds, seed=seed, dtype=config.torch_dtype(dtype))
    drawn = drawn.to(config.device())
    return Variable.of(drawn.requires_grad_(drawn.is_floating_point()), names.scoped(name or kind))


def random_uniform_variable(
    shape: Any, low: float, high: float, dtype: str | None = None, name: str | None = None, seed: int | None = None
) -> Any:
    """A variable of uniformly distributed numbers.

    Args:
        shape: its shape.
        low: the lower bound.
        high: the upper bound.
        dtype: its type, ``floatx()`` when missing.
        name: its name.
        seed: what they depend on.

    Example:
        >>> from kerastorch import backend as K
        >>> K.get_value(random_uniform_variable((2,), 0, 1, seed=1)).round(2)
        array([0.24, 0.92], dtype=float32)
    """
    return _variable_of("uniform", shape, dtype, seed, name, low, high)


def random_normal_variable(
    shape: Any, mean: float, scale: float, dtype: str | None = None, name: str | None = None, seed: int | None = None
) -> Any:
    """A variable of normally distributed numbers.

    Args:
        shape: its shape.
        mean: their mean.
        scale: their standard deviation.
        dtype: its type, ``floatx()`` when missing.
        name: its name.
        seed: what they depend on.

    Example:
        >>> from kerastorch import backend as K
        >>> K.get_value(random_normal_variable((2,), 0, 1, seed=1)).round(2)
        array([-0.81,  1.48], dtype=float32)
    """
    return _variable_of("normal", shape, dtype, seed, name, mean, scale)


# --------------------------------------------------------------------- dropout


class _Drop:
    """One dropout of a graph, as an operation on a tensor."""

    def __init__(self, level: float, seed: int) -> None:
        self.level = level
        self.stream = Stream(seed)

    def __call__(self, x: Any, noise_shape: Any) -> Any:
        if wants_recording((x, noise_shape), {}):
            return record_as(self, (x, noise_shape), {}, Spec(x.shape, x.dtype), "dropout")
        mask_shape = tuple(x.shape) if noise_shape is None else _noise_shape(x, noise_shape)
        kept = self.stream.draw("uniform", mask_shape, x.dtype, x.device) >= self.level
        return x * (1.0 / (1.0 - self.level)) * kept.to(x.dtype)


def _noise_shape(x: torch.Tensor, noise_shape: Any) -> tuple[int, ...]:
    if isinstance(noise_shape, (list, tuple)):
        noise_shape = [size if wanted is None else wanted for wanted, size in zip(noise_shape, x.shape, strict=True)]
    return sizes(noise_shape)


def dropout(x: Any, level: float, noise_shape: Any = None, seed: int | None = None) -> Any:
    """Sets a random part of a tensor to zero and divides the rest by ``1 - level``.

    Args:
        x: a tensor.
        level: the part to drop.
        noise_shape: the shape of the mask, broadcast to ``x``; None in it stands for ``x``'s own size.
        seed: what the mask depends on.

    Raises:
        ValueError: for a level outside [0, 1).

    Example:
        >>> from kerastorch import backend as K
        >>> K.eval(dropout(K.ones((4,)), 0.5, seed=1)).tolist()
        [0.0, 2.0, 0.0, 0.0]
    """
    if not 0 <= level < 1:
        raise ValueError(f"dropout: expected level to be a number in [0, 1). Received: level={level!r}")
    if computing():
        x = as_tensor(x)
        shape = None if noise_shape is None else _noise_shape(x, noise_shape)
        return _dropout_now(x, level, shape, _seeded("dropout", seed, x.device))
    return _Drop(1.0 - (1.0 - level), _make_seed(seed))(as_tensor(x), noise_shape)
