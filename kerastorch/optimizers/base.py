"""What every optimizer shares: arguments, clipping, decay, state, saving.

One step is: clip the gradients, update the parameters in place with fused or foreach kernels, count the iteration.
Nothing in it waits for a GPU. On the CPU the per-step numbers (rate, bias corrections) are plain Python floats read
from 0-d tensors; elsewhere they are tensor arithmetic on ``iterations`` and ``lr``, which therefore stay live when a
captured CUDA graph replays the step. The few numbers that a graph does bake in are listed by ``baked()``. Take one step
before capturing: it makes the constants and state that are created on first use.

Source: https://keras.io/api/optimizers/
"""

from __future__ import annotations

import inspect
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .. import eras
from ..backend.registry import nearest
from ..backend.telling import warn
from ..kernels.switch import fast_enabled
from ..kernels.threads import one_thread
from .applying import Applying
from .averaging import EXTRA_SLOTS, Averaging
from .binding import Binding, Group, MissingGradientError, View
from .by_slot import BySlot
from .by_variable import ByVariable
from .clipping import clip_each, clip_together
from .defaults import value
from .graph_updates import GraphUpdates
from .hyper import Hyper, value_of
from .state import State

__all__ = ["Optimizer"]

Number = float | Tensor  # a Python float on the CPU, a 0-d tensor on other devices

# Arguments of later generations, with the values that ask for nothing.
_OFF: dict[str, Any] = {
    "use_ema": (False,),
    "ema_momentum": (0.99,),
    "ema_overwrite_frequency": (None,),
    "loss_scale_factor": (None,),
    "gradient_accumulation_steps": (None,),
    "jit_compile": (False,),
    "is_legacy_optimizer": (False, True),
}


class Optimizer(Applying, Averaging, BySlot, ByVariable, GraphUpdates, State):
    """Base class of all optimizers.

    A subclass names its state in ``slots`` and its arguments in ``arguments``, and gives the formula in ``update``.
    Attributes declared with ``Hyper`` are live: callbacks read and write them while training runs.

    Args:
        clipnorm: gradients are scaled down when their norm exceeds this; one norm over all of them, or one per
            weight in the later Keras generations. None and values <= 0 mean no clipping.
        clipvalue: every element of a gradient is kept within [-clipvalue, clipvalue].
        global_clipnorm: as ``clipnorm``, one norm over all gradients in every generation.
        weight_decay: each weight first shrinks by ``lr * weight_decay`` times itself (decoupled decay).
        name: a name, kept for configs.
        use_ema: whether to keep running means of the weights (``tf.keras``, ``keras3``), which ``fit`` puts into the
            weights at its end.
        ema_momentum: how much of a mean stays.
        ema_overwrite_frequency: after how many steps each the means go into the weights.
        loss_scale_factor: the loss is multiplied by this before gradients are taken, they are divided by it
            (``keras3``).
        gradient_accumulation_steps: over how many steps gradients are gathered for one update by their mean
            (``keras3``).

    Raises:
        TypeError: for an unknown keyword.

    Example:
        >>> class Descent(Optimizer):
        ...     arguments = ("lr",)
        ...     lr = Hyper()
        ...     def __init__(self, lr=0.5, **kwargs):
        ...         super().__init__(**kwargs)
        ...         self.lr = lr
        ...     def update(self, group, grads, lr, count):
        ...         for p, g in zip(group.params, grads):
        ...             p.sub_(lr * g)
        >>> weight = torch.nn.Parameter(torch.ones(1))
        >>> opt = Descent()
        >>> binding = opt.bind([weight])
        >>> opt.step([torch.ones(1)])
        >>> weight.item(), opt.get_config()
        (0.5, {'lr': 0.5})
    """

    slots: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    saves_iterations = True
    files_by_weight = False  # whether ``weights`` has the order of later Kerases' files
    iterations = Hyper(torch.int64)

    def __init__(
        self,
        name: str | None = None,
        *,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        weight_decay: float | None = None,
        **kwargs: Any,
    ) -> None:
        rate, decay = self._rate_of_a_script(name, kwargs), kwargs.pop("decay", 0.0) if self._by_slot else 0.0
        name = None if name is rate else name
        self._take_later(kwargs)
        self._refuse_unknown(kwargs)
        given = {"clipnorm": clipnorm, "clipvalue": clipvalue, "global_clipnorm": global_clipnorm}
        for key, limit in given.items():
            setattr(self, key, _limit(type(self).__name__, key, limit))
        self.weight_decay = weight_decay
        self.name = name or (self._base_name() if self._by_slot else type(self).__name__)
        self.iterations = 0
        self._later = eras.current().optimizers != "keras2"
        self._clip_each = eras.current().clipnorm == "per_variable"
        self.initial_decay = float(decay)
        self.built = False  # whether there is state for variables
        self.updates: list = []
        self._bindings: list[Binding] = []
        self._current: Binding | None = None
        self._pending: dict[str, Any] | None = None  # a state that waits for its parameters
        self._chosen_weights: list[Tensor] | None = None
        if rate is not None:
            self.lr = rate

    def _refuse_unknown(self, kwargs: dict[str, Any]) -> None:
        """Lets arguments of later generations pass where they ask for nothing; any other one is an error."""
        for key in kwargs:
            if key in _OFF and kwargs[key] in _OFF[key]:
                continue
            if key == "jit_compile":
                warn("jit_compile has no effect on torch, whose kernels are compiled already")
                continue
            known = {*inspect.signature(type(self).__init__).parameters, "clipnorm", "clipvalue", "learning_rate"}
            raise TypeError(
                f"Unexpected keyword argument passed to optimizer {type(self).__name__}: {key!r}."
                f"{nearest(key, known - {'self', 'kwargs'})} Received: {key}={kwargs[key]!r}"
            )

    def set_rate(self, owner: str, lr: Any, learning_rate: Any, decay: float = 0.0) -> None:
        """Sets ``lr`` and ``decay`` from a constructor's arguments; None takes the era's default.

        Raises:
            TypeError: when both names of the learning rate are given.
        """
        if lr is not None and learning_rate is not None:
            raise TypeError(
                f"{type(self).__name__}: expected lr or learning_rate, which name the same thing, not both. "
                f"Received: lr={lr!r}, learning_rate={learning_rate!r}"
            )
        self.lr = value(owner, "lr", learning_rate if lr is None else lr)
        if value_of(decay) and value("Optimizer", "decay") == "ignore":
            warn(f"{owner}: decay has no effect in Keras 3; use a learning rate schedule")
            decay = 0.0
        self.decay = decay
        self.initial_decay = float(value_of(decay))

    @property
    def learning_rate(self) -> Any:
        """``lr`` under its later name. For a schedule the later generations give its present value."""
        held = self.lr
        if getattr(held, "is_schedule", False) and self._later:
            return held(self.iterations)
        return held

    @learning_rate.setter
    def learning_rate(self, new: Any) -> None:
        self.lr = new

    def bind(
        self,
        params: Sequence[Tensor],
        views: Sequence[View | None] | None = None,
        names: Sequence[str] | None = None,
    ) -> Binding:
        """Chooses the parameters that ``step`` updates and creates their state, unless it is there already.

        Several lists may be bound to one optimizer (a GAN's two models often share one). Each keeps its own state,
        as in Keras, while ``lr`` and ``iterations`` are shared; binding a list again makes it the current one.

        Args:
            params: the trainable weights, in the model's order.
            views: for each weight None, or the function that gives a tensor laid out like it in Keras's axes.
            names: what the weights are called.

        Returns:
            The binding, which ``step`` takes as its second argument when several are in use.

        Example:
            >>> from kerastorch.optimizers import SGD
            >>> weight = torch.nn.Parameter(torch.ones(2))
            >>> opt = SGD(lr=0.5)
            >>> binding = opt.bind([weight])
            >>> opt.step([torch.tensor([1.0, 2.0])])
            >>> weight.tolist()
            [0.5, 0.0]
        """
        found = self._current if self._current is not None and self._current.holds(params) else None
        found = found or next((b for b in self._bindings if b.holds(params)), None)
        if found is None:
            found = Binding(type(self).__name__, params, views)
            for group in found.groups:
                self.create_state(group)
                self._begin_average(group)
            found.names = found.names if names is None else list(names)
            if self._is_by_variable():
                self._prepare_variables(found)
            self.built = True
            self._bindings.append(found)
        elif views is not None:
            found.look_through(views)
        found.names = found.names if names is None else list(names)
        self._current = found
        self._chosen_weights = None
        self._place(found)
        if self._pending is not None:
            state, self._pending = self._pending, None
            self.load_state_dict(state)
        return found

    def create_state(self, group: Group) -> None:
        """Adds this optimizer's slots to a group of parameters; all start at zero."""
        for slot in self.slots:
            if slot not in EXTRA_SLOTS:
                group.create(slot)

    def _place(self, binding: Binding) -> None:
        """Takes the live numbers to where the parameters are; the tensors stay the same objects."""
        if not binding.groups:
            return
        device = binding.groups[0].device
        for name in self.live():
            held = self.__dict__.get(name)
            if isinstance(held, Tensor) and held.device != device:
                held.data = held.data.to(device)  # the tensor that callbacks hold stays the one in use

    def live(self) -> tuple[str, ...]:
        """Names of the numbers that live on the parameters' device."""
        return ("lr", "iterations")

    @property
    def capturable(self) -> bool:
        """Whether ``step`` only queues work on the device, the same each time, so that a CUDA graph may hold it.

        A class of a script may do anything, so it has to say so itself, with ``capturable = True``.
        """
        return type(self).__module__.startswith("kerastorch.") and not self.counts_on_host

    def baked(self) -> tuple[Hashable, ...]:
        """What a captured graph has fixed: capture again when this tuple changes.

        Example:
            >>> from kerastorch.optimizers import SGD
            >>> SGD(momentum=0.5).baked()
            (0.5, 0.0, False, None, None, None, None)
        """
        names = (*self.arguments, "clipnorm", "clipvalue", "global_clipnorm", "weight_decay")
        found = (value_of(self.__dict__.get(name)) for name in names if name not in self.live())
        found = tuple(tuple(value) if isinstance(value, list) else value for value in found)
        return found if self.loss_scale_factor is None else (*found, self.loss_scale_factor)

    def step(self, grads: Sequence[Tensor | None], binding: Binding | None = None) -> None:
        """Updates the bound parameters in place and counts one iteration. Never waits for a GPU.

        Args:
            grads: one gradient per bound parameter. They are read, not written.
            binding: what ``bind`` returned; None is the list bound last.

        Raises:
            MissingGradientError: when a gradient is None (``keras2``); later generations warn and skip that weight.
            ValueError: when nothing is bound, or the number of gradients is not that of the parameters.
        """
        binding = binding or self._current
        if binding is None:
            raise ValueError(
                f"{type(self).__name__}: expected bind(params) before step(grads). Received: no parameters"
            )
        if self._is_scripted():
            self._refuse_means()
            self._step_by_graph(grads, binding)
            return
        with torch.no_grad():
            learnt = self._gathered(binding, grads)
            by_variable = self._is_by_variable()
            if by_variable and learnt is not None:
                self._step_by_variable(learnt, binding)
            for group, own in () if learnt is None or by_variable else self._ready(binding, learnt):
                count = self._updates_done(self.iterations.item() if group.host else group.here(self.iterations))
                rate = self.rate(group, count)
                with one_thread(group.small and fast_enabled()):
                    if self.weight_decay:
                        self.shrink(binding, group, rate)
                    self.update(group, own, rate, count)
            if learnt is not None:
                self.finish(binding)
            self._averaged(binding)
            self._count_step()

    def _ready(self, binding: Binding, grads: Sequence[Tensor | None]) -> list[tuple[Group, list[Tensor]]]:
        """Each group with its gradients, clipped and laid out in memory as the parameters are."""
        groups = binding.groups
        for group in groups:
            if group.moved():
                self.settle(group)
                group.follow()
                self._place(binding)
        if len(groups) == 1 and groups[0].fits(grads):
            return [(groups[0], self.clip(grads))]
        grads = binding.dense(grads)
        missing = [i for i, g in enumerate(grads) if g is None]
        if missing:
            return self._without(binding, grads, missing)
        grads = self.clip(grads)
        return [(group, group.select(grads)) for group in groups]

    def _without(
        self, binding: Binding, grads: list[Tensor | None], missing: list[int]
    ) -> list[tuple[Group, list[Tensor]]]:
        """The groups when some gradients are None: an error in Keras 2, a warning later."""
        present = [g for g in grads if g is not None]
        if not self._later or not present:
            raise MissingGradientError(missing[0], type(self).__name__)
        called = [(binding.names[i] if i < len(binding.names) else "") or i for i in missing]
        warn(f"{type(self).__name__}: the loss has no gradient for the weights {called}, which are left as they are")
        clipped = iter(self.clip(present))
        ready = [None if g is None else next(clipped) for g in grads]
        result = []
        for group in binding.groups:
            own = group.select(ready)
            places = [i for i, g in enumerate(own) if g is not None]
            if places:
                result.append((group.part(places), [own[i] for i in places]))
        return result

    def clip(self, grads: Sequence[Tensor]) -> Sequence[Tensor]:
        """Gradients within ``clipnorm``, then within ``clipvalue``; new tensors where something had to change."""
        if not grads:
            return grads
        if self.clipnorm and self.clipnorm > 0:
            grads = clip_each(grads, self.clipnorm) if self._clip_each else clip_together(grads, self.clipnorm)
        if self.global_clipnorm and self.global_clipnorm > 0:
            grads = clip_together(grads, self.global_clipnorm)
        if self.clipvalue and self.clipvalue > 0:
            grads = torch._foreach_clamp_min(grads, -self.clipvalue)
            torch._foreach_clamp_max_(grads, self.clipvalue)
        return grads

    def shrink(self, binding: Binding, group: Group, rate: Number) -> None:
        """Weight decay: the weights of a group shrink by a part of themselves."""
        torch._foreach_mul_(self._decayed(binding, group), 1.0 - rate * self.weight_decay)

    def rate(self, group: Group, count: int | Tensor) -> Number:
        """The learning rate of this step: a schedule's value, or ``lr / (1 + decay * iterations)``."""
        lr = self.__dict__["lr"]
        if not isinstance(lr, Tensor):
            lr = lr(count)
            if not isinstance(lr, Tensor):
                return lr
            return lr.item() if group.host else group.here(lr).float()  # torch's fused kernels take no other type
        lr = lr.item() if group.host else group.here(lr)
        if self.initial_decay > 0:
            lr = lr * (1.0 / (1.0 + self.decay.item() * count))
        return lr

    def update(self, group: Group, grads: list[Tensor], lr: Number, count: int | Tensor) -> None:
        """Writes one step into ``group.params`` and ``group.state``.

        Args:
            group: parameters of one device and dtype, with their state.
            grads: their gradients, which must not be changed.
            lr: this step's learning rate; a float on the CPU, else a 0-d tensor.
            count: iterations done before this one; an int on the CPU, else a 0-d tensor.
        """
        raise NotImplementedError(f"{type(self).__name__}: expected an optimizer class to define update()")

    def settle(self, group: Group) -> None:
        """Brings a group's state up to date before somebody reads it."""

    def _slot(self, name: str) -> list[Tensor]:
        """One slot of the current binding, up to date, in the order of its parameters."""
        for group in self._current.groups:
            self.settle(group)
        return self._current.slot(name)

    def finish(self, binding: Binding) -> None:
        """What an optimizer does once a step, after every group is updated and before the iteration is counted."""


def _limit(owner: str, key: str, limit: Any) -> float | None:
    """A clipping limit as it was given, once it is known to be a number."""
    if limit is None or isinstance(limit, (int, float, np.number)):
        return limit
    raise TypeError(f"{owner}: expected {key} to be a number or None. Received: {key}={limit!r}")
