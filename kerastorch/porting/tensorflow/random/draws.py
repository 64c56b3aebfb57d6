"""Random numbers of the process's seed and of the seeds of operations.

Source: https://www.tensorflow.org/api_docs/python/tf/random
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch

from .... import config
from ....backend import philox, seeds
from ....engine.symbolic import Spec, building, is_symbolic, record_as
from ....engine.symbolic.immutable import as_immutable, plain
from .._dtypes import torch_type
from .._functions import ints, number_like, op, tensor

__all__ = [
    "categorical",
    "gamma",
    "get_seed",
    "multinomial",
    "normal",
    "poisson",
    "random_poisson",
    "set_random_seed",
    "set_seed",
    "shuffle",
    "truncated_normal",
    "uniform",
]

RESERVED = 256  # counters that TensorFlow sets aside for each number


def set_seed(seed: int) -> None:
    """Fixes all numbers drawn from here on, torch's too.

    Example:
        >>> set_seed(42)
        >>> uniform((2,)).numpy()
        array([0.6645621 , 0.44100678], dtype=float32)
        >>> seeds.set_seed(None)
    """
    seeds.set_seed(seed)


set_random_seed = set_seed
get_seed = seeds.get_seed


def _place(kind: str, pair: tuple[int, int], reserved: int) -> torch.Tensor:
    """Where an operation's stream goes on, on the device; moves it forward."""
    return torch.tensor(seeds.place(kind, pair, reserved), dtype=torch.int64, device=config.device())


_DRAWS = {"uniform": philox.uniform, "normal": philox.normal, "truncated_normal": philox.truncated_normal}


def _standard(kind: str, shape: Sequence[int], dtype: torch.dtype, seed: int | None) -> torch.Tensor:
    """Standard random numbers, TensorFlow's where there is a seed."""
    pair = get_seed(seed)
    if pair[0] is None:
        out = torch.empty(tuple(shape), dtype=dtype, device=config.device())
        if kind == "uniform":
            return out.uniform_()
        return out.normal_() if kind == "normal" else torch.nn.init.trunc_normal_(out, a=-2.0, b=2.0)
    start = _place(kind + str(dtype), pair, RESERVED * math.prod(shape))
    return _DRAWS[kind](shape, seed=pair, dtype=dtype, start=start)


def sizes_of(shape: Any) -> list[int]:
    found = ints(shape)
    return found if isinstance(found, list) else [found]


class _Draw:
    """A draw whose shape only data will tell, as one operation of a graph."""

    def __init__(self, draw: Callable, dtype: torch.dtype) -> None:
        self.draw, self.dtype = draw, dtype

    def __call__(self, shape: Any) -> Any:
        if is_symbolic(shape):
            return _drawn(self.draw, shape, self.dtype)
        return self.draw(sizes_of(shape))


def _drawn(draw: Callable, shape: Any, dtype: torch.dtype) -> Any:
    """Numbers of a shape; drawn again at each run where a symbolic tensor is in it."""
    from ....backend.convert import static_shape

    if is_symbolic(shape) or building():
        return record_as(_Draw(draw, dtype), (shape,), {}, Spec(static_shape(shape), dtype), "random")
    return as_immutable(draw(sizes_of(shape)))


def normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = torch.float32,
    seed: int | None = None,
    name: Any = None,
) -> Any:
    """Normally distributed numbers."""
    return _scaled("normal", shape, mean, stddev, dtype, seed)


def truncated_normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = torch.float32,
    seed: int | None = None,
    name: Any = None,
) -> Any:
    """Normally distributed numbers within two standard deviations of the mean."""
    return _scaled("truncated_normal", shape, mean, stddev, dtype, seed)


def _scaled(kind: str, shape: Any, mean: Any, stddev: Any, dtype: Any, seed: int | None) -> Any:
    wanted = torch_type(dtype)
    drawn = _drawn(lambda sizes: _standard(kind, sizes, wanted, seed), shape, wanted)
    return affine(drawn, stddev, mean)


@op
def affine(drawn: Any, factor: Any, shift: Any) -> torch.Tensor:
    drawn = tensor(drawn)
    return drawn * number_like(factor, drawn) + number_like(shift, drawn)


def uniform(
    shape: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = torch.float32,
    seed: int | None = None,
    name: Any = None,
) -> Any:
    """Numbers in [minval, maxval); whole ones for an integer type, which asks for ``maxval``.

    Raises:
        ValueError: for whole numbers without ``maxval``.
    """
    wanted = torch_type(dtype)
    if wanted.is_floating_point:
        drawn = _drawn(lambda sizes: _standard("uniform", sizes, wanted, seed), shape, wanted)
        return between(drawn, minval, 1 if maxval is None else maxval)
    if maxval is None:
        raise ValueError("tf.random.uniform: expected maxval for whole numbers. Received: maxval=None")
    low, high = ints(minval), ints(maxval)
    return _drawn(lambda sizes: _whole(sizes, low, high, wanted, seed), shape, wanted)


@op
def between(drawn: Any, low: Any, high: Any) -> torch.Tensor:
    drawn = tensor(drawn)
    low, high = tensor(low, like=drawn), tensor(high, like=drawn)
    return drawn * (high - low) + low


def _whole(shape: Sequence[int], low: int, high: int, dtype: torch.dtype, seed: int | None) -> torch.Tensor:
    pair = get_seed(seed)
    if pair[0] is None:
        return torch.randint(low, high, tuple(shape), dtype=dtype, device=config.device())
    start = _place(f"integers{dtype}", pair, RESERVED * math.prod(shape))
    return philox.integers(shape, low, high, seed=pair, dtype=dtype, start=start)


def _drawn_by(draw: Callable[[torch.Tensor], torch.Tensor], value: Any, spec: Spec | None, name: str) -> Any:
    """What is drawn by a tensor's values; again at each run of a graph where ``spec``, the result's, is given."""
    if spec is not None:
        return record_as(draw, (value,), {}, spec, name)
    return as_immutable(draw(plain(tensor(value))))


def _in_graph(value: Any) -> bool:
    return is_symbolic(value) or building()


def shuffle(value: Any, seed: int | None = None, name: str | None = None) -> Any:
    """The rows in another order; in a graph, in a new one at each run.

    Example:
        >>> sorted(shuffle([3, 1, 2]).tolist())
        [1, 2, 3]
    """

    def draw(rows: torch.Tensor) -> torch.Tensor:
        return rows[_order(len(rows), seed).to(rows.device)]

    value = tensor(value)
    return _drawn_by(draw, value, Spec(tuple(value.shape), value.dtype) if _in_graph(value) else None, "shuffle")


def _order(count: int, seed: int | None) -> torch.Tensor:
    pair = get_seed(seed)
    if pair[0] is None:
        return torch.randperm(count)
    start = _place("shuffle", pair, -(-(count - 1) // 4)).cpu()
    return _permuted(count, philox.words(max(count - 1, 0), seed=pair, start=start).tolist())


def _permuted(count: int, words: list[int]) -> torch.Tensor:
    """Fisher and Yates's shuffle of 0 … count-1 by given words."""
    order = list(range(count))
    for i in range(count - 1):
        j = i + words[i] % (count - i)
        order[i], order[j] = order[j], order[i]
    return torch.tensor(order, dtype=torch.int64)


def categorical(
    logits: Any, num_samples: Any, dtype: Any = None, seed: int | None = None, name: str | None = None
) -> Any:
    """Class numbers, drawn for each row of unnormalized logarithms of probabilities.

    Example:
        >>> categorical([[0.0, -1000.0]], 3).tolist()
        [[0, 0, 0]]
    """
    logits, count = tensor(logits), ints(num_samples)
    kind = torch.int64 if dtype is None else torch_type(dtype)

    def draw(rows: torch.Tensor) -> torch.Tensor:
        rows, pair = rows.detach(), get_seed(seed)
        if pair[0] is None:
            return torch.multinomial(torch.softmax(rows.double(), -1), count, True).to(kind)
        reserved = -(-count // 4) * 4
        start = _place("categorical", pair, RESERVED * rows.shape[0] * reserved)
        return sampled(rows, count, pair, start).to(kind)

    spec = Spec((logits.shape[0], count), kind) if _in_graph(logits) else None
    return _drawn_by(draw, logits, spec, "categorical")


def multinomial(
    logits: Any, num_samples: Any, seed: int | None = None, name: str | None = None, output_dtype: Any = None
) -> Any:
    """``categorical`` as TensorFlow 1 has it."""
    return categorical(logits, num_samples, output_dtype, seed)


def sampled(rows: torch.Tensor, count: int, pair: tuple[int, int], start: torch.Tensor) -> torch.Tensor:
    """Samples by the inverse of the cumulated probabilities, in double precision."""
    drawn = philox.words(2 * rows.shape[0] * count, seed=pair, start=start).view(-1, 2)
    units = ((drawn[:, 0] & 0xFFFFF) << 32 | drawn[:, 1]).to(torch.float64) * 2.0**-52
    rows = rows.to(device=units.device, dtype=torch.float64)
    total = torch.exp(rows - rows.amax(-1, keepdim=True)).cumsum(-1)
    wanted = units.view(rows.shape[0], count) * total[:, -1:]
    return torch.searchsorted(total, wanted.contiguous(), right=True).clamp(max=rows.shape[1] - 1)


def gamma(
    shape: Any, alpha: Any, beta: Any = None, dtype: Any = torch.float32, seed: int | None = None, name: Any = None
) -> Any:
    """Numbers of gamma distributions; ``shape`` of them for each ``alpha``."""
    kind = torch_type(dtype)
    alpha = plain(tensor(alpha, kind))
    beta = torch.ones_like(alpha) if beta is None else plain(tensor(beta, kind))
    with _torch_seed(seed):
        return as_immutable(torch.distributions.Gamma(alpha, beta).sample(tuple(sizes_of(shape))))


def poisson(shape: Any, lam: Any, dtype: Any = torch.float32, seed: int | None = None, name: str | None = None) -> Any:
    """Numbers of Poisson distributions; ``shape`` of them for each ``lam``."""
    rates = plain(tensor(lam, torch.float32))
    with _torch_seed(seed):
        return as_immutable(torch.poisson(rates.expand(*sizes_of(shape), *rates.shape)).to(torch_type(dtype)))


def random_poisson(
    lam: Any, shape: Any, dtype: Any = torch.float32, seed: int | None = None, name: str | None = None
) -> Any:
    """``poisson`` as TensorFlow 1 has it."""
    return poisson(shape, lam, dtype, seed)


class _torch_seed:  # reads as a phrase
    """Torch's generators seeded for the length of a block, where there is a seed."""

    def __init__(self, seed: int | None) -> None:
        self.seed = seed

    def __enter__(self) -> None:
        self.fork = torch.random.fork_rng() if self.seed is not None else None
        if self.fork is not None:
            self.fork.__enter__()
            torch.manual_seed(int(self.seed))

    def __exit__(self, *exc: object) -> None:
        if self.fork is not None:
            self.fork.__exit__(*exc)
