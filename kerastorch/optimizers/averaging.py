"""What later Kerases do around an update: gradients gathered over several steps, and running means of the weights.

Source: https://keras.io/api/optimizers/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from .. import eras
from ..backend.variable import stored
from .binding import Binding, Group

__all__ = ["Averaging", "EXTRA_SLOTS"]

EXTRA_SLOTS = ("average", "gradient_accumulator")
_EMA = {"use_ema": False, "ema_momentum": 0.99, "ema_overwrite_frequency": None}
_GATHER = {"loss_scale_factor": None, "gradient_accumulation_steps": None}


class Averaging:
    """The part of an optimizer that means over steps are in. Mixed into ``Optimizer``."""

    iterations: Any
    weight_decay: float | None
    slots: tuple[str, ...]
    _current: Binding | None
    _bindings: list[Binding]
    _slot: Callable

    def _take_later(self, kwargs: dict[str, Any]) -> None:
        """Takes the arguments that the era's Keras has out of a constructor's keywords.

        Raises:
            ValueError: for numbers out of their range.
        """
        era = eras.current().optimizers
        known = {} if era == "keras2" else _EMA if era == "tf.keras" else {**_EMA, **_GATHER}
        for key, default in {**_EMA, **_GATHER}.items():
            setattr(self, key, kwargs.pop(key, default) if key in known else default)
        self._average_from_start = era == "tf.keras"  # the mean begins with the first values; else with the first step
        self._kept_out: tuple[set[int], Any] = (set(), None)
        self._known_count: tuple[Any, int, int] | None = None
        owner, steps = type(self).__name__, self.gradient_accumulation_steps
        if self.use_ema and not 0 <= self.ema_momentum <= 1:
            raise ValueError(f"{owner}: expected ema_momentum within [0, 1]. Received: {self.ema_momentum!r}")
        every = self.ema_overwrite_frequency if self.use_ema else None
        if every is not None and (not isinstance(every, int) or every < 1):
            raise ValueError(f"{owner}: expected ema_overwrite_frequency to be above 0 or None. Received: {every!r}")
        if steps is not None and (not isinstance(steps, int) or isinstance(steps, bool) or steps < 2):
            raise ValueError(
                f"{owner}: expected gradient_accumulation_steps to be a whole number of 2 or more, or None. "
                f"Received: {steps!r}"
            )
        wanted = (("average", self.use_ema), ("gradient_accumulator", steps))
        self.slots = (*self.slots, *(slot for slot, used in wanted if used))

    def _refuse_means(self) -> None:
        """An optimizer that a script wrote as a graph of updates does all of a step itself."""
        if asked := self._later_config():
            raise NotImplementedError(
                f"{type(self).__name__}: expected no {min(asked)} with get_updates(). Received: {asked}"
            )

    def _later_config(self) -> dict[str, Any]:
        """Those of the arguments that ask for something."""
        every = {**_EMA, **_GATHER}
        return {key: getattr(self, key) for key, default in every.items() if getattr(self, key) != default}

    @property
    def counts_on_host(self) -> bool:
        """Whether a step looks at the number of steps before it decides what to do."""
        return bool(self.use_ema or self.gradient_accumulation_steps)

    def _steps_taken(self) -> int:
        """``iterations`` as a number; the device is asked only when others have written it."""
        held = self.iterations
        if self._known_count is None or self._known_count[0] is not held or self._known_count[1] != held._version:
            self._known_count = (held, held._version, int(held))
        return self._known_count[2]

    def _updates_done(self, count: Any) -> Any:
        """How many updates there were before this one, which formulas and schedules go by."""
        return count if not self.gradient_accumulation_steps else count // self.gradient_accumulation_steps

    def _count_step(self) -> None:
        taken = self._steps_taken() if self.counts_on_host else 0
        self.iterations.add_(1)
        if self.counts_on_host:
            self._known_count = (self.iterations, self.iterations._version, taken + 1)

    def scale_loss(self, loss: Tensor) -> Tensor:
        """What gradients are taken of: the loss, times ``loss_scale_factor`` if there is one."""
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    def _gathered(self, binding: Binding, grads: Sequence[Tensor | None]) -> Sequence[Tensor | None] | None:
        """The gradients to learn from, unscaled, or their mean over several steps; None while they are gathered."""
        if self.loss_scale_factor is not None:
            grads = [None if g is None else g / self.loss_scale_factor for g in grads]
        steps = self.gradient_accumulation_steps
        if not steps:
            return grads
        grads, sums = binding.dense(grads), binding.slot("gradient_accumulator")
        present = [i for i, g in enumerate(grads) if g is not None]
        held = [sums[i] for i in present]
        torch._foreach_add_(held, [grads[i] for i in present])
        if (self._steps_taken() + 1) % steps:
            return None
        means = dict(zip(present, torch._foreach_div(held, steps)))
        torch._foreach_zero_(sums)
        return [means.get(i) for i in range(len(grads))]

    def _averaged(self, binding: Binding) -> None:
        """Moves the running means of the weights on, and puts them into the weights where that is due."""
        if not self.use_ema:
            return
        taken = self._steps_taken() // (self.gradient_accumulation_steps or 1)
        momentum = self.ema_momentum if taken or self._average_from_start else 0.0
        for group in binding.groups:
            means = group.held("average")
            torch._foreach_mul_(means, momentum)
            torch._foreach_add_(means, group.params, alpha=1 - momentum)
        if self.ema_overwrite_frequency and (taken + 1) % self.ema_overwrite_frequency == 0:
            self._overwrite(binding)

    def _begin_average(self, group: Group) -> None:
        """Makes the slots that are the same for every optimizer."""
        for slot in EXTRA_SLOTS:
            if slot in self.slots:
                group.create(slot)
                if slot == "average" and self._average_from_start:
                    torch._foreach_copy_(group.state[slot], [p.detach() for p in group.params])

    @torch.no_grad()
    def _overwrite(self, binding: Binding) -> None:
        for group in binding.groups:
            torch._foreach_copy_(group.params, group.held("average"))

    def finalize_variable_values(self, var_list: Sequence[Any]) -> None:
        """Puts the running means into the weights, as ``fit`` does at its end with ``use_ema``.

        Args:
            var_list: the weights, those that the optimizer was built with.
        """
        if self.use_ema:
            params = [stored(variable) for variable in var_list]
            found = next((binding for binding in self._bindings if binding.holds(params)), self._current)
            if found is not None:
                self._overwrite(found)

    def exclude_from_weight_decay(self, var_list: Sequence[Any] | None = None, var_names: Any = None) -> None:
        """Leaves weights out of ``weight_decay``.

        Args:
            var_list: the weights.
            var_names: parts of names of weights.

        Raises:
            ValueError: once the optimizer has weights.
        """
        if self._bindings:
            raise ValueError(
                f"{type(self).__name__}.exclude_from_weight_decay: expected the call before the optimizer is built"
            )
        pattern = re.compile("|".join(sorted(set(var_names)))) if var_names else None
        self._kept_out = ({id(stored(variable)) for variable in var_list or ()}, pattern)

    def _decayed(self, binding: Binding, group: Group) -> list[Tensor]:
        """The group's parameters that ``weight_decay`` shrinks."""
        numbers, pattern = self._kept_out
        if not numbers and pattern is None:
            return group.params
        names = group.select(binding.names)
        if eras.current().optimizers == "keras3":  # whose weights are called kernel, not dense/kernel:0
            names = [name.rpartition("/")[2].partition(":")[0] for name in names]
        return [
            p
            for p, name in zip(group.params, names)
            if id(p) not in numbers and not (pattern is not None and pattern.search(name))
        ]

    @torch.no_grad()
    def stateless_apply(
        self, optimizer_variables: Sequence[Any], grads: Sequence[Any], trainable_variables: Sequence[Any]
    ) -> tuple[list[Tensor], list[Tensor]]:
        """What an update would make of given values; the optimizer and its weights stay as they are.

        Args:
            optimizer_variables: values of ``optimizer.variables``.
            grads: the gradients.
            trainable_variables: values of the weights that the optimizer was built with.

        Returns:
            The new values of the weights, and of ``optimizer.variables``.

        Raises:
            ValueError: before ``build``, or for other numbers of values.
        """
        built = self.__dict__.get("_built_for")
        if built is None:
            raise ValueError(f"{type(self).__name__}.stateless_apply: expected build(trainable_variables) before")
        own = [*self.variables]
        if len(own) != len(optimizer_variables) or len(built) != len(trainable_variables):
            raise ValueError(
                f"{type(self).__name__}.stateless_apply: expected {len(own)} optimizer_variables and {len(built)} "
                f"trainable_variables. Received: {len(optimizer_variables)} and {len(trainable_variables)}"
            )
        places = [*built, *own]
        before = [place.detach().clone() for place in places]
        try:
            for place, new in zip(places, [*trainable_variables, *optimizer_variables]):
                place.detach().copy_(torch.as_tensor(new))
            self.apply(list(grads), built)
            after = [place.detach().clone() for place in places]
        finally:
            for place, old in zip(places, before):
                place.detach().copy_(old)
        return after[: len(built)], after[len(built) :]
