"""Learning rates that follow the iteration count.

A schedule takes the place of ``lr``. Its formula is tensor arithmetic on the count, so a captured CUDA graph follows.

Source: https://keras.io/api/optimizers/learning_rate_schedules/
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ..backend.registry import Registry
from .hyper import exact

__all__ = [
    "LearningRateSchedule",
    "ExponentialDecay",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "InverseTimeDecay",
    "CosineDecay",
    "CosineDecayRestarts",
    "serialize",
    "deserialize",
]

REGISTRY = Registry("learning rate schedule")


class LearningRateSchedule:
    """Base class: ``__call__(step)`` gives the rate after ``step`` iterations, ``get_config`` the arguments.

    Example:
        >>> class Halving(LearningRateSchedule):
        ...     def __call__(self, step):
        ...         return 0.5 ** step
        >>> from kerastorch.optimizers import SGD
        >>> SGD(lr=Halving()).lr(2)
        0.25
    """

    is_schedule = True

    def __call__(self, step: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__}: expected a schedule class to define __call__(step)")

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal schedule."""
        raise NotImplementedError(f"{type(self).__name__}: expected a schedule class to define get_config()")

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> LearningRateSchedule:
        """A schedule from what ``get_config`` gave."""
        return cls(**config)


def _count(step: Any) -> Tensor:
    """The iteration count as a 0-d float tensor."""
    return exact(step if isinstance(step, Tensor) else torch.tensor(step))


def _steps(owner: str, name: str, given: Any) -> Any:
    """A number of steps, once it is known to be positive.

    Raises:
        ValueError: when it is not.
    """
    if isinstance(given, bool) or not isinstance(given, (int, float)) or given <= 0:
        raise ValueError(f"{owner}: expected {name} to be a positive number. Received: {name}={given!r}")
    return given


@REGISTRY.register
class ExponentialDecay(LearningRateSchedule):
    """``initial_learning_rate * decay_rate ** (step / decay_steps)``.

    Args:
        initial_learning_rate: the rate at step 0.
        decay_steps: after so many steps the rate has been multiplied by ``decay_rate`` once.
        decay_rate: the factor.
        staircase: whether the rate changes only at whole multiples of ``decay_steps``.
        name: kept for configs.

    Raises:
        ValueError: unless ``decay_steps`` is positive.

    Example:
        >>> float(ExponentialDecay(0.5, 10, 0.25)(20))
        0.03125
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = _steps("ExponentialDecay", "decay_steps", decay_steps)
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step: Any) -> Tensor:
        passed = _count(step) / self.decay_steps
        if self.staircase:
            passed = passed.floor()
        return self.initial_learning_rate * self.decay_rate**passed

    def get_config(self) -> dict[str, Any]:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "decay_rate": self.decay_rate,
            "staircase": self.staircase,
            "name": self.name,
        }


@REGISTRY.register
class PiecewiseConstantDecay(LearningRateSchedule):
    """``values[0]`` up to and including step ``boundaries[0]``, then ``values[1]``, and so on.

    Args:
        boundaries: steps in increasing order.
        values: rates, one more than there are boundaries.
        name: kept for configs.

    Raises:
        ValueError: when there is not one value more than boundaries.

    Example:
        >>> schedule = PiecewiseConstantDecay([100], [0.5, 0.25])
        >>> float(schedule(100)), float(schedule(101))
        (0.5, 0.25)
    """

    def __init__(self, boundaries: Sequence[float], values: Sequence[float], name: str = "PiecewiseConstant") -> None:
        if len(values) != len(boundaries) + 1:
            raise ValueError(
                f"PiecewiseConstantDecay: expected one value more than boundaries, {len(boundaries) + 1} in all. "
                f"Received: {len(values)}"
            )
        self.boundaries = list(boundaries)
        self.values = list(values)
        self.name = name

    def __call__(self, step: Any) -> Tensor:
        count = _count(step)
        rate = torch.full_like(count, self.values[0])
        for boundary, value in zip(self.boundaries, self.values[1:]):
            rate = torch.where(count > boundary, value, rate)
        return rate

    def get_config(self) -> dict[str, Any]:
        return {"boundaries": self.boundaries, "values": self.values, "name": self.name}


@REGISTRY.register
class PolynomialDecay(LearningRateSchedule):
    """From ``initial_learning_rate`` to ``end_learning_rate`` along ``(1 - step/decay_steps) ** power``.

    Args:
        initial_learning_rate: the rate at step 0.
        decay_steps: how many steps the way down takes.
        end_learning_rate: the rate from then on.
        power: 1 is a straight line.
        cycle: whether to start again, more slowly each time, instead of staying at the end.
        name: kept for configs.

    Raises:
        ValueError: unless ``decay_steps`` is positive.

    Example:
        >>> float(PolynomialDecay(1.0, 4, 0.5)(2))
        0.75
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = _steps("PolynomialDecay", "decay_steps", decay_steps)
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name

    def __call__(self, step: Any) -> Tensor:
        count = _count(step)
        if self.cycle:
            length = self.decay_steps * (count / self.decay_steps).ceil().clamp_min(1.0)
        else:
            count, length = count.clamp_max(self.decay_steps), self.decay_steps
        left = (1.0 - count / length) ** self.power
        return (self.initial_learning_rate - self.end_learning_rate) * left + self.end_learning_rate

    def get_config(self) -> dict[str, Any]:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "end_learning_rate": self.end_learning_rate,
            "power": self.power,
            "cycle": self.cycle,
            "name": self.name,
        }


@REGISTRY.register
class InverseTimeDecay(LearningRateSchedule):
    """``initial_learning_rate / (1 + decay_rate * step / decay_steps)``.

    Args:
        initial_learning_rate: the rate at step 0.
        decay_steps: the unit in which steps are counted.
        decay_rate: how much each unit adds to the divisor.
        staircase: whether the rate changes only at whole multiples of ``decay_steps``.
        name: kept for configs.

    Raises:
        ValueError: unless ``decay_steps`` is positive.

    Example:
        >>> float(InverseTimeDecay(1.0, 10, 0.5)(20))
        0.5
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = _steps("InverseTimeDecay", "decay_steps", decay_steps)
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step: Any) -> Tensor:
        passed = _count(step) / self.decay_steps
        if self.staircase:
            passed = passed.floor()
        return self.initial_learning_rate / (1.0 + self.decay_rate * passed)

    def get_config(self) -> dict[str, Any]:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "decay_rate": self.decay_rate,
            "staircase": self.staircase,
            "name": self.name,
        }


@REGISTRY.register
class CosineDecay(LearningRateSchedule):
    """Half a cosine from the initial rate down to ``alpha`` times it, after an optional straight warm-up.

    Args:
        initial_learning_rate: the rate at step 0.
        decay_steps: how many steps the way down takes, after the warm-up.
        alpha: what part of the highest rate remains at the end.
        name: kept for configs.
        warmup_target: the rate that the warm-up reaches; None means no warm-up.
        warmup_steps: how many steps the warm-up takes.

    Raises:
        ValueError: unless ``decay_steps`` is positive.

    Example:
        >>> schedule = CosineDecay(0.5, 10)
        >>> float(schedule(0)), round(float(schedule(5)), 6), float(schedule(10))
        (0.5, 0.25, 0.0)

    Source: Loshchilov and Hutter, SGDR, https://arxiv.org/abs/1608.03983
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = _steps("CosineDecay", "decay_steps", decay_steps)
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps

    def __call__(self, step: Any) -> Tensor:
        count = _count(step)
        if self.warmup_target is None:
            return self._descend(count, self.initial_learning_rate)
        down = self._descend(count - self.warmup_steps, self.warmup_target)
        if not self.warmup_steps:
            return down
        rise = (self.warmup_target - self.initial_learning_rate) / self.warmup_steps
        return torch.where(count > self.warmup_steps, down, self.initial_learning_rate + rise * count)

    def _descend(self, count: Tensor, top: float) -> Tensor:
        """The rate ``count`` steps after the top."""
        passed = count.clamp_max(self.decay_steps) / self.decay_steps
        part = 0.5 * (1.0 + torch.cos(math.pi * passed))
        return top * ((1.0 - self.alpha) * part + self.alpha)

    def get_config(self) -> dict[str, Any]:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "alpha": self.alpha,
            "name": self.name,
            "warmup_target": self.warmup_target,
            "warmup_steps": self.warmup_steps,
        }


@REGISTRY.register
class CosineDecayRestarts(LearningRateSchedule):
    """Half cosines one after the other, each ``t_mul`` times as long and ``m_mul`` times as high as the one before.

    Args:
        initial_learning_rate: the rate at step 0.
        first_decay_steps: length of the first half cosine.
        t_mul: factor of the lengths.
        m_mul: factor of the heights.
        alpha: what part of the initial rate remains at the low points.
        name: kept for configs.

    Raises:
        ValueError: unless ``first_decay_steps`` is positive.

    Example:
        >>> schedule = CosineDecayRestarts(0.5, 4)
        >>> float(schedule(0)), round(float(schedule(2)), 6), float(schedule(4))
        (0.5, 0.25, 0.5)

    Source: Loshchilov and Hutter, SGDR, https://arxiv.org/abs/1608.03983
    """

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: int,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = _steps("CosineDecayRestarts", "first_decay_steps", first_decay_steps)
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name

    def __call__(self, step: Any) -> Tensor:
        passed = _count(step) / self.first_decay_steps
        if self.t_mul == 1.0:
            restarts = passed.floor()
            passed = passed - restarts
        else:
            # The lengths form a geometric series. The small number keeps a whole logarithm from landing just below.
            restarts = (torch.log(1.0 + passed * (self.t_mul - 1.0)) / math.log(self.t_mul) + 1e-9).floor()
            length = self.t_mul**restarts
            passed = (passed - (length - 1.0) / (self.t_mul - 1.0)) / length
        part = 0.5 * self.m_mul**restarts * (1.0 + torch.cos(math.pi * passed))
        return self.initial_learning_rate * ((1.0 - self.alpha) * part + self.alpha)

    def get_config(self) -> dict[str, Any]:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "first_decay_steps": self.first_decay_steps,
            "t_mul": self.t_mul,
            "m_mul": self.m_mul,
            "alpha": self.alpha,
            "name": self.name,
        }


def serialize(schedule: LearningRateSchedule) -> dict[str, Any]:
    """A schedule as a config dict.

    Example:
        >>> serialize(PiecewiseConstantDecay([1], [0.5, 0.25]))["class_name"]
        'PiecewiseConstantDecay'
    """
    return REGISTRY.serialize(schedule)


def deserialize(config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> LearningRateSchedule:
    """A schedule from its config dict.

    Example:
        >>> float(deserialize({"class_name": "PiecewiseConstantDecay",
        ...     "config": {"boundaries": [1], "values": [0.5, 0.25]}})(5))
        0.25
    """
    return REGISTRY.deserialize(config, custom_objects)
