"""Random numbers: those of TensorFlow for the same seeds.

``tf.random.set_seed`` and the seeds of operations give TensorFlow's own numbers (its counter-based generator on a CPU,
outside of ``tf.function``). Without any seed torch's generator of the device draws.

Source: https://www.tensorflow.org/api_docs/python/tf/random
"""

from __future__ import annotations

import math
import random as python_random
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import torch

from ... import config
from ...backend import philox, seeds
from ...engine.immutable import as_immutable, plain
from ...engine.symbolic import Spec, is_symbolic, record_as
from ._dtypes import torch_type
from ._functions import ints, number_like, op, tensor

__all__ = [
    "Generator",
    "categorical",
    "create_rng_state",
    "experimental",
    "gamma",
    "get_global_generator",
    "get_seed",
    "multinomial",
    "normal",
    "poisson",
    "set_random_seed",
    "set_seed",
    "shuffle",
    "split",
    "stateless_categorical",
    "stateless_normal",
    "stateless_shuffle",
    "stateless_split",
    "stateless_truncated_normal",
    "stateless_uniform",
    "truncated_normal",
    "uniform",
]

_RESERVED = 256  # counters that TensorFlow sets aside for each number


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
    start = _place(kind + str(dtype), pair, _RESERVED * math.prod(shape))
    return _DRAWS[kind](shape, seed=pair, dtype=dtype, start=start)


def _sizes(shape: Any) -> list[int]:
    found = ints(shape)
    return found if isinstance(found, list) else [found]


class _Draw:
    """A draw whose shape only data will tell, as one operation of a graph."""

    def __init__(self, draw: Callable, dtype: torch.dtype) -> None:
        self.draw, self.dtype = draw, dtype

    def __call__(self, shape: Any) -> Any:
        if is_symbolic(shape):
            return _drawn(self.draw, shape, self.dtype)
        return self.draw(_sizes(shape))


def _drawn(draw: Callable, shape: Any, dtype: torch.dtype) -> Any:
    """Numbers of a shape; drawn anew at each run where a symbolic tensor is in it."""
    from ...backend.convert import static_shape

    if is_symbolic(shape):
        return record_as(_Draw(draw, dtype), (shape,), {}, Spec(static_shape(shape), dtype), "random")
    return as_immutable(draw(_sizes(shape)))


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
    return _affine(drawn, stddev, mean)


@op
def _affine(drawn: Any, factor: Any, shift: Any) -> torch.Tensor:
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
        return _between(drawn, minval, 1 if maxval is None else maxval)
    if maxval is None:
        raise ValueError("tf.random.uniform: expected maxval for whole numbers. Received: maxval=None")
    low, high = ints(minval), ints(maxval)
    return _drawn(lambda sizes: _whole(sizes, low, high, wanted, seed), shape, wanted)


@op
def _between(drawn: Any, low: Any, high: Any) -> torch.Tensor:
    drawn = tensor(drawn)
    low, high = tensor(low, like=drawn), tensor(high, like=drawn)
    return drawn * (high - low) + low


def _whole(shape: Sequence[int], low: int, high: int, dtype: torch.dtype, seed: int | None) -> torch.Tensor:
    pair = get_seed(seed)
    if pair[0] is None:
        return torch.randint(low, high, tuple(shape), dtype=dtype, device=config.device())
    start = _place(f"integers{dtype}", pair, _RESERVED * math.prod(shape))
    return philox.integers(shape, low, high, seed=pair, dtype=dtype, start=start)


def shuffle(value: Any, seed: int | None = None, name: str | None = None) -> Any:
    """The rows in another order."""
    rows = plain(tensor(value))
    return as_immutable(rows[_order(len(rows), seed).to(rows.device)])


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
    rows, count = plain(tensor(logits)).detach(), ints(num_samples)
    kind = torch.int64 if dtype is None else torch_type(dtype)
    pair = get_seed(seed)
    if pair[0] is None:
        return as_immutable(torch.multinomial(torch.softmax(rows.double(), -1), count, True).to(kind))
    reserved = -(-count // 4) * 4
    start = _place("categorical", pair, _RESERVED * rows.shape[0] * reserved)
    return as_immutable(_sampled(rows, count, pair, start).to(kind))


multinomial = categorical


def _sampled(rows: torch.Tensor, count: int, pair: tuple[int, int], start: torch.Tensor) -> torch.Tensor:
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
        return as_immutable(torch.distributions.Gamma(alpha, beta).sample(tuple(_sizes(shape))))


def poisson(shape: Any, lam: Any, dtype: Any = torch.float32, seed: int | None = None, name: str | None = None) -> Any:
    """Numbers of Poisson distributions; ``shape`` of them for each ``lam``."""
    rates = plain(tensor(lam, torch.float32))
    with _torch_seed(seed):
        return as_immutable(torch.poisson(rates.expand(*_sizes(shape), *rates.shape)).to(torch_type(dtype)))


class _torch_seed:  # noqa: N801 - reads as a phrase
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


# ------------------------------------------------------------------------ stateless


def _scrambled(seed: Any) -> tuple[int, int]:
    """The key and the upper half of the counter that a stateless seed of two numbers stands for."""
    first, second = (int(s) % 2**64 for s in ints(seed))
    mixed = _encrypted(first, second).tolist()
    return mixed[0] | mixed[1] << 32, mixed[2] | mixed[3] << 32


def _encrypted(low: int, high: int) -> torch.Tensor:
    signed = low - 2**64 if low >= 2**63 else low
    return philox.words(4, seed=(0x02461E293EC8F720, high), start=torch.tensor(signed, dtype=torch.int64))


def stateless_uniform(
    shape: Any,
    seed: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = torch.float32,
    name: Any = None,
    alg: Any = None,
) -> Any:
    """``uniform`` as a pure function of a seed of two numbers.

    Example:
        >>> bool((stateless_uniform((3,), seed=(1, 2)) == stateless_uniform((3,), seed=(1, 2))).numpy().all())
        True
    """
    wanted, sizes = torch_type(dtype), _sizes(shape)
    key = _scrambled(seed)
    if wanted.is_floating_point:
        return _between(
            philox.uniform(sizes, seed=key, dtype=wanted, start=_zero()), minval, 1 if maxval is None else maxval
        )
    if maxval is None:
        raise ValueError("tf.random.stateless_uniform: expected maxval for whole numbers. Received: maxval=None")
    low, high = ints(minval), ints(maxval)
    return as_immutable(philox.integers(sizes, low, high, seed=key, dtype=wanted, start=_zero()))


def _zero() -> torch.Tensor:
    return torch.zeros((), dtype=torch.int64, device=config.device())


def stateless_normal(
    shape: Any,
    seed: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = torch.float32,
    name: Any = None,
    alg: Any = None,
) -> Any:
    """``normal`` as a pure function of a seed of two numbers."""
    drawn = philox.normal(_sizes(shape), seed=_scrambled(seed), dtype=torch_type(dtype), start=_zero())
    return _affine(drawn, stddev, mean)


def stateless_truncated_normal(
    shape: Any,
    seed: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = torch.float32,
    name: Any = None,
    alg: Any = None,
) -> Any:
    """``truncated_normal`` as a pure function of a seed of two numbers."""
    drawn = philox.truncated_normal(_sizes(shape), seed=_scrambled(seed), dtype=torch_type(dtype), start=_zero())
    return _affine(drawn, stddev, mean)


def stateless_categorical(logits: Any, num_samples: Any, seed: Any, dtype: Any = torch.int64, name: Any = None) -> Any:
    """``categorical`` as a pure function of a seed of two numbers."""
    return as_immutable(
        _sampled(plain(tensor(logits)), ints(num_samples), _scrambled(seed), _zero()).to(torch_type(dtype))
    )


def stateless_shuffle(value: Any, seed: Any, alg: Any = None, name: str | None = None) -> Any:
    """``shuffle`` as a pure function of a seed of two numbers, of an order of its own."""
    rows = plain(tensor(value))
    keys = philox.words(len(rows), seed=_scrambled(seed))
    return as_immutable(rows[torch.sort(keys, stable=True)[1].to(rows.device)])


def stateless_split(seed: Any, num: int = 2, alg: Any = None) -> Any:
    """New seeds of two numbers each, out of one."""
    drawn = philox.words(2 * num, seed=_scrambled(seed)).reshape(num, 2)
    return as_immutable(drawn.to(torch.int32))


split = stateless_split


# ------------------------------------------------------------------------ generators


class Generator:
    """A stream of its own.

    Args:
        state: the two halves of the counter and the key.

    Example:
        >>> one, other = Generator.from_seed(1), Generator.from_seed(1)
        >>> bool((one.normal((3,)) == other.normal((3,))).numpy().all())
        True
    """

    def __init__(self, state: Sequence[int], alg: Any = None) -> None:
        self._low, self._high, self._key = (int(part) for part in ints(state))

    @classmethod
    def from_seed(cls, seed: int, alg: Any = None) -> Generator:
        """The stream of a seed."""
        return cls([int(seed), 0, 0])

    @classmethod
    def from_non_deterministic_state(cls, alg: Any = None) -> Generator:
        """A stream that nothing decides."""
        return cls.from_seed(python_random.SystemRandom().getrandbits(63))

    @classmethod
    def from_state(cls, state: Sequence[int], alg: Any = None) -> Generator:
        """The stream in a state."""
        return cls(state)

    @property
    def state(self) -> Any:
        """The two halves of the counter and the key."""
        return as_immutable(torch.tensor([self._low, self._high, self._key]))

    @property
    def key(self) -> Any:
        """The key."""
        return as_immutable(torch.tensor(self._key))

    def reset_from_seed(self, seed: int) -> None:
        """Begins the stream of a seed."""
        self._low, self._high, self._key = int(seed), 0, 0

    def skip(self, delta: int) -> None:
        """Passes over numbers."""
        self._low += int(delta) * _RESERVED

    def _next(self, shape: Any) -> tuple[list[int], dict[str, Any]]:
        sizes = _sizes(shape)
        start = torch.tensor(self._low, dtype=torch.int64, device=config.device())
        self._low += _RESERVED * math.prod(sizes)
        return sizes, {"seed": (self._key % 2**64, self._high % 2**64), "start": start}

    def normal(
        self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = torch.float32, name: Any = None
    ) -> Any:
        """Normally distributed numbers."""
        sizes, stream = self._next(shape)
        return _affine(philox.normal(sizes, dtype=torch_type(dtype), **stream), stddev, mean)

    def truncated_normal(
        self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = torch.float32, name: Any = None
    ) -> Any:
        """Normally distributed numbers within two standard deviations of the mean."""
        sizes, stream = self._next(shape)
        return _affine(philox.truncated_normal(sizes, dtype=torch_type(dtype), **stream), stddev, mean)

    def uniform(
        self, shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = torch.float32, name: Any = None
    ) -> Any:
        """Numbers in [minval, maxval)."""
        sizes, stream = self._next(shape)
        wanted = torch_type(dtype)
        if wanted.is_floating_point:
            return _between(philox.uniform(sizes, dtype=wanted, **stream), minval, 1 if maxval is None else maxval)
        return as_immutable(philox.integers(sizes, ints(minval), ints(maxval), dtype=wanted, **stream))

    def _whole(self, count: int) -> torch.Tensor:
        """Whole numbers of all 64 bits."""
        _, stream = self._next((count,))
        low, high = philox.words(2 * count, **stream).view(-1, 2).unbind(1)
        return high << 32 | low

    def make_seeds(self, count: int = 1) -> Any:
        """Seeds of two numbers each, as columns."""
        drawn = self._whole(count)
        return as_immutable(torch.stack([drawn, torch.zeros_like(drawn)]))

    def split(self, count: int = 1) -> list[Generator]:
        """New streams."""
        return [Generator([0, 0, key]) for key in self._whole(count).tolist()]


_global: Generator | None = None


def get_global_generator() -> Generator:
    """The process's stream."""
    global _global
    if _global is None:
        _global = Generator.from_non_deterministic_state()
    return _global


def set_global_generator(generator: Generator) -> None:
    """Chooses the process's stream."""
    global _global
    _global = generator


def create_rng_state(seed: int, alg: Any = None) -> Any:
    """The state of the stream of a seed."""
    return Generator.from_seed(seed).state


def index_shuffle(index: Any, seed: Any, max_index: Any) -> Any:
    """Where an index goes in a shuffled order of 0 … ``max_index``, an order of its own."""
    order = plain(stateless_shuffle(torch.arange(ints(max_index) + 1), seed))
    return as_immutable(order[plain(tensor(index)).long().cpu()])


experimental = SimpleNamespace(
    Generator=Generator,
    create_rng_state=create_rng_state,
    get_global_generator=get_global_generator,
    index_shuffle=index_shuffle,
    set_global_generator=set_global_generator,
    stateless_shuffle=stateless_shuffle,
    stateless_split=stateless_split,
)
