"""Phases, choices, sessions and random tensors of the ``K.`` functions.

Source: https://faroit.com/keras-docs/2.2.4/backend/
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from .. import config
from ..engine.symbolic import is_symbolic, record, recordable
from ..kernels.dropout import dropout as _drop
from . import names, phase, philox
from .convert import as_tensor, sizes

__all__ = [
    "backend",
    "clear_session",
    "dropout",
    "get_uid",
    "in_test_phase",
    "in_train_phase",
    "learning_phase",
    "name_scope",
    "random_normal",
    "random_uniform",
    "reset_uids",
    "set_learning_phase",
    "stop_gradient",
    "switch",
    "truncated_normal",
]

name_scope = names.name_scope
get_uid = names.get_uid
reset_uids = names.reset_uids


def backend() -> str:
    """``'tensorflow'``: scripts branch on it, and layouts and arithmetic here are those of Keras on TensorFlow.

    Example:
        >>> backend()
        'tensorflow'
    """
    return "tensorflow"


def clear_session() -> None:
    """Starts layer names again from 1."""
    reset_uids()
    phase.set_default(None)


def learning_phase() -> int:
    """1 in training, 0 otherwise.

    Example:
        >>> learning_phase()
        0
    """
    return int(_now())


def set_learning_phase(value: int) -> None:
    """Fixes the phase.

    Args:
        value: 0 for inference, 1 for training.

    Raises:
        ValueError: for anything else.
    """
    if value not in (0, 1):
        raise ValueError(f"set_learning_phase: expected 0 or 1. Received: {value!r}")
    phase.set_default(bool(value))


def _value(x: Any) -> Any:
    return x() if callable(x) and not isinstance(x, torch.Tensor) else x


def _now() -> bool:
    """Whether training: what the running step or layer says, else what was fixed."""
    now = phase.running_value()
    return bool(phase.fixed() if now is None else now)


def _by_phase(x: Any, alt: Any) -> Any:
    return x if _now() else alt


def in_train_phase(x: Any, alt: Any, training: bool | None = None) -> Any:
    """``x`` in training, ``alt`` otherwise; on symbolic tensors the choice is made when the graph runs.

    Args:
        x: a tensor or a function without arguments.
        alt: likewise.
        training: True or False settles the choice.

    Example:
        >>> in_train_phase(1, 2, training=True)
        1
    """
    if training is not None and not is_symbolic(training):
        return _value(x) if training else _value(alt)
    if _now():
        found = _value(x)
        return record(_by_phase, (found, _value(alt)), {}) if is_symbolic(found) else found
    other = _value(alt)
    return record(_by_phase, (_value(x), other), {}) if is_symbolic(other) else other


def in_test_phase(x: Any, alt: Any, training: bool | None = None) -> Any:
    """``alt`` in training, ``x`` otherwise; see ``in_train_phase``."""
    return in_train_phase(alt, x, training)


def switch(condition: Any, then_expression: Any, else_expression: Any) -> Any:
    """One of two values, element by element where the condition has several.

    Args:
        condition: a tensor or a bool.
        then_expression: a tensor or a function without arguments.
        else_expression: likewise.

    Example:
        >>> switch(torch.tensor([True, False]), torch.ones(2), torch.zeros(2)).tolist()
        [1.0, 0.0]
    """
    if isinstance(condition, (bool, int)):
        return _value(then_expression) if condition else _value(else_expression)
    chosen, other = as_tensor(_value(then_expression)), as_tensor(_value(else_expression))
    condition = condition.to(torch.bool)
    if condition.ndim < chosen.ndim:
        condition = condition.reshape(tuple(condition.shape) + (1,) * (chosen.ndim - condition.ndim))
    return torch.where(condition, chosen, other)


def stop_gradient(variables: Any) -> Any:
    """The same values, constant for gradients; a tensor or a list of them.

    Example:
        >>> stop_gradient(torch.ones(1, requires_grad=True)).requires_grad
        False
    """
    if isinstance(variables, (list, tuple)):
        return [v.detach() for v in variables]
    return variables.detach()


def _seed(seed: int | None) -> int:
    """Unseeded draws take their seed from numpy's global generator, as Keras 2 does."""
    return int(np.random.randint(10e6)) if seed is None else int(seed)


def _stream(seed: int) -> Callable[[torch.device], torch.Generator]:
    """One stream of numbers for each place in a program that draws: every run of a graph goes on in it."""
    generators: dict[torch.device, torch.Generator] = {}

    def get(device: torch.device) -> torch.Generator:
        if device not in generators:
            generators[device] = torch.Generator(device).manual_seed(seed)
        return generators[device]

    return get


def _drawn(shape: Any, dtype: str | None, seed: int, fill: Callable[[torch.Tensor, torch.Generator], Any]) -> Any:
    stream = _stream(seed)

    def draw(shape: Any) -> torch.Tensor:
        out = torch.empty(sizes(shape), dtype=config.torch_dtype(dtype), device=config.device())
        return fill(out, stream(out.device))

    draw.__name__ = "random"
    return recordable(draw)(shape)


def random_normal(
    shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: str | None = None, seed: int | None = None
) -> Any:
    """Normally distributed numbers, new ones each time a graph runs.

    Args:
        shape: a tuple of ints and scalar tensors, or a shape tensor.
        mean: their mean.
        stddev: their standard deviation.
        dtype: their type, ``floatx()`` when missing.
        seed: for the same numbers in each process.

    Example:
        >>> random_normal((2, 3)).shape
        torch.Size([2, 3])
    """
    return _drawn(shape, dtype, _seed(seed), lambda out, g: out.normal_(mean, stddev, generator=g))


def random_uniform(
    shape: Any, minval: float = 0.0, maxval: float = 1.0, dtype: str | None = None, seed: int | None = None
) -> Any:
    """Evenly distributed numbers; see ``random_normal``.

    Args:
        shape: as there.
        minval: lower bound.
        maxval: upper bound.
        dtype: as there.
        seed: as there.

    Example:
        >>> bool((random_uniform((9,)) < 1).all())
        True
    """
    return _drawn(shape, dtype, _seed(seed), lambda out, g: out.uniform_(minval, maxval, generator=g))


def truncated_normal(
    shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: str | None = None, seed: int | None = None
) -> torch.Tensor:
    """Normally distributed numbers within two standard deviations, TensorFlow's own for a seed.

    Args:
        shape: a tuple of ints.
        mean: their mean.
        stddev: their standard deviation before the cut.
        dtype: their type, ``floatx()`` when missing.
        seed: for the same numbers in each process.

    Example:
        >>> bool((truncated_normal((9,)).abs() <= 2).all())
        True
    """
    values = philox.truncated_normal(tuple(shape), mean, stddev, seed=_seed(seed))
    return values.to(config.device(), config.torch_dtype(dtype))


def dropout(x: Any, level: float, noise_shape: Sequence[int | None] | None = None, seed: int | None = None) -> Any:
    """Sets a random part of the input to zero and scales the rest.

    Args:
        x: a tensor.
        level: the part to drop.
        noise_shape: shape of the mask, broadcast to ``x``.
        seed: for the same masks in each process.

    Example:
        >>> sorted(set(dropout(torch.ones(99), 0.5).tolist()))
        [0.0, 2.0]
    """
    stream = _stream(_seed(seed))

    def run(x: torch.Tensor) -> torch.Tensor:
        return x.clone() if x.device.type == "meta" else _drop(x, level, noise_shape, stream(x.device))

    run.__name__ = "dropout"
    return recordable(run)(x)
