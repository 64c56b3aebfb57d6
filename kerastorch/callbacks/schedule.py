"""Changing the learning rate while training runs."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from .. import eras
from ..backend.telling import warn
from ..backend.variable import Variable
from ..training.callback import Callback
from ..training.logs import fetch
from .monitor import Direction, checked_mode, epoch_name, first_best, monitored

__all__ = ["LearningRateScheduler", "ReduceLROnPlateau"]

_RATE_NAMES = ("lr", "learning_rate")


def _rate_name(owner: str, model: Any) -> str:
    for name in _RATE_NAMES:
        if hasattr(model.optimizer, name):
            return name
    raise ValueError(
        f"{owner}: expected the model's optimizer to have a learning rate ('lr'). "
        f"Received: {type(model.optimizer).__name__}"
    )


def _read_rate(owner: str, model: Any) -> Any:
    """The learning rate as the optimizer holds it: np.float32, rounded to what training uses."""
    rate = fetch([getattr(model.optimizer, _rate_name(owner, model))])[0]
    if not isinstance(rate, (float, int, np.number)):
        raise ValueError(f"{owner}: expected the optimizer's learning rate to be a number. Received: {rate!r}")
    return rate


def _log_rate(owner: str, model: Any, logs: dict[str, Any]) -> None:
    rate = _read_rate(owner, model)
    logs[eras.current().lr_key] = float(rate) if eras.current().logged_numbers == "floats" else rate


def _write_rate(owner: str, model: Any, rate: float) -> None:
    name = _rate_name(owner, model)
    held = getattr(model.optimizer, name)
    if isinstance(held, Variable):  # of a script's own optimizer, whose updates read this very variable
        held.assign(float(rate))
    else:
        setattr(model.optimizer, name, float(rate))


def _more_is_better(name: str) -> bool:
    return "acc" in name


def _takes_two(schedule: Callable) -> bool:
    try:
        inspect.signature(schedule).bind(0, 0.0)
    except TypeError:
        return False
    except ValueError:  # a builtin without a signature
        return False
    return True


class LearningRateScheduler(Callback):
    """Sets the learning rate at the beginning of each epoch.

    Args:
        schedule: gives the new rate, a float, for ``(epoch, current rate)`` or for ``(epoch)``; epochs count from 0.
        verbose: 1 says what it is set to.

    Raises:
        ValueError: when the schedule gives something else, or the optimizer has no learning rate.

    Example:
        >>> from types import SimpleNamespace
        >>> model = SimpleNamespace(optimizer=SimpleNamespace(lr=0.5))
        >>> halve = LearningRateScheduler(lambda epoch, lr: lr / 2)
        >>> halve.set_model(model)
        >>> halve.on_epoch_begin(0)
        >>> model.optimizer.lr
        0.25

    Source: https://keras.io/api/callbacks/learning_rate_scheduler/
    """

    def __init__(self, schedule: Callable, verbose: int = 0) -> None:
        super().__init__()
        if not callable(schedule):
            raise TypeError(f"LearningRateScheduler: expected schedule to be a function. Received: {schedule!r}")
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        current = float(_read_rate("LearningRateScheduler", self.model))
        rate = self.schedule(epoch, current) if _takes_two(self.schedule) else self.schedule(epoch)
        if isinstance(rate, torch.Tensor) and rate.numel() == 1 and rate.is_floating_point():
            rate = rate.item()
        if not isinstance(rate, (float, np.floating)):
            raise ValueError(
                f"LearningRateScheduler: expected schedule to give a float. Received: {rate!r} for epoch {epoch}"
            )
        _write_rate("LearningRateScheduler", self.model, rate)
        if self.verbose > 0:
            print(f"\n{epoch_name(epoch)}: LearningRateScheduler setting learning rate to {rate}.")

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if logs is not None:
            _log_rate("LearningRateScheduler", self.model, logs)


class ReduceLROnPlateau(Callback):
    """Lowers the learning rate when a quantity has stopped improving.

    Args:
        monitor: the quantity's name in the logs.
        factor: what the rate is multiplied with, below 1.
        patience: for how many epochs without improvement to wait.
        verbose: 1 says when the rate is lowered.
        mode: ``'min'``, ``'max'``, or ``'auto'``: by the quantity's name.
        min_delta: a smaller change is no improvement.
        cooldown: for how many epochs after lowering to watch nothing.
        min_lr: the rate is never lowered below.
        epsilon: the name of ``min_delta`` before Keras 2.1.6.

    Raises:
        ValueError: for a ``factor`` of 1 or more.

    Example:
        >>> from types import SimpleNamespace
        >>> model = SimpleNamespace(optimizer=SimpleNamespace(lr=0.5))
        >>> reduce = ReduceLROnPlateau("loss", factor=0.5, patience=1)
        >>> reduce.set_model(model)
        >>> reduce.on_epoch_end(0, {"loss": 1.0})
        >>> reduce.on_epoch_end(1, {"loss": 1.0})
        >>> model.optimizer.lr
        0.25

    Source: https://keras.io/api/callbacks/reduce_lr_on_plateau/
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0,
        *,
        epsilon: float | None = None,
    ) -> None:
        super().__init__()
        if factor >= 1.0:
            raise ValueError(f"ReduceLROnPlateau: expected factor to be below 1. Received: factor={factor}")
        if epsilon is not None:
            warn("ReduceLROnPlateau: the `epsilon` argument is deprecated; it is now called min_delta.", FutureWarning)
            min_delta = epsilon
        self.monitor = monitor
        self.factor = factor
        self.patience = patience
        self.verbose = verbose
        self.mode = checked_mode("ReduceLROnPlateau", mode)
        self.min_delta = min_delta
        self.cooldown = cooldown
        self.min_lr = min_lr
        self._reset()

    def _reset(self) -> None:
        self.best: float | None = None
        self.cooldown_counter = 0
        self.wait = 0
        self._direction: str | None = None

    def on_train_begin(self, logs: dict | None = None) -> None:
        self._reset()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        logs = {} if logs is None else logs
        _log_rate("ReduceLROnPlateau", self.model, logs)
        current = monitored("ReduceLROnPlateau", self.monitor, logs)
        if current is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self._improved(current):
            self.best = current
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience:
                self._lower(epoch)

    def in_cooldown(self) -> bool:
        """Whether the rate was lowered a short while ago."""
        return self.cooldown_counter > 0

    def _improved(self, current: float) -> bool:
        if self._direction is None:
            self._direction = Direction("ReduceLROnPlateau", self.monitor, self.mode, _more_is_better).find(self.model)
            if self.best is None:
                self.best = first_best(self._direction)
        if self.best is None:
            return True
        if self._direction == "min":
            return bool(current < self.best - self.min_delta)
        return bool(current > self.best + self.min_delta)

    def _lower(self, epoch: int) -> None:
        old = float(_read_rate("ReduceLROnPlateau", self.model))
        if old <= self.min_lr:
            return
        lowered = old * self.factor
        if eras.current().lowered_rate == "float32":
            lowered = float(np.float32(old) * np.float32(self.factor))
        new = max(lowered, self.min_lr)
        _write_rate("ReduceLROnPlateau", self.model, new)
        if self.verbose > 0:
            print(f"\n{epoch_name(epoch)}: ReduceLROnPlateau reducing learning rate to {new}.")
        self.cooldown_counter = self.cooldown
        self.wait = 0
