"""Optimizers that scripts write as tf.keras had them up to 2.10: hyperparameters, slots and ``_resource_apply_dense``.

Source: TensorFlow 2.10, ``tf.keras.optimizers.legacy.Optimizer``;
https://www.tensorflow.org/api_docs/python/tf/keras/optimizers/legacy/Optimizer
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from .. import config
from ..backend.variable import Variable
from ..engine.symbolic.immutable import plain
from .binding import Binding, Group
from .hyper import Hyper, value_of

__all__ = ["BySlot"]

_RATES = ("learning_rate", "lr")
ApplyState = dict[tuple[Any, Any], dict[str, Any]]


class BySlot:
    """The part of an optimizer that asks a script's ``_resource_apply_dense`` for each variable.

    A script's class may derive from ``Optimizer`` and write the whole formula, or from one of the optimizers here,
    whose own ``_resource_apply_dense`` then updates a single variable. Gradients are dense: ``_resource_apply_sparse``
    is not called.
    """

    iterations: Any
    lr: Any
    initial_decay: float
    rate: Callable
    update: Callable
    settle: Callable
    add_variable: Callable
    add_variable_from_reference: Callable
    arguments: tuple[str, ...]
    slots: tuple[str, ...]
    create_state: Callable
    _own_variables: Callable
    _bindings: list[Binding]
    _current: Binding | None
    _updates_done: Callable
    _var_key: Callable
    _by_slot = False  # whether a script's class writes _resource_apply_dense
    _use_locking = False
    _HAS_AGGREGATE_GRAD = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "_resource_apply_dense" in cls.__dict__:
            cls._by_slot = cls.files_by_weight = True
            if not hasattr(cls, "lr"):
                cls.lr = Hyper()
                cls.lr.__set_name__(cls, "lr")

    @classmethod
    def _base_name(cls) -> str:
        """What an optimizer is called whose class names none: as the one here that it derives from."""
        return next(kind.__name__ for kind in cls.__mro__ if kind.__module__.startswith(f"{__name__.split('.')[0]}."))

    # ------------------------------------------------------------------------ hyperparameters

    @property
    def _initial_decay(self) -> float:
        return self.initial_decay

    @property
    def _iterations(self) -> Tensor:
        return self.iterations

    @_iterations.setter
    def _iterations(self, shared: Tensor) -> None:
        """Takes another optimizer's count for its own, as one that is wrapped does."""
        self.__dict__.update(iterations=shared, _counted_elsewhere=True)

    @property
    def _weights(self) -> list[Tensor]:
        return [self.iterations, *self._own_variables()]

    def _set_hyper(self, name: str, value: Any) -> None:
        """Keeps a hyperparameter: a number, a schedule of the learning rate, or a function of nothing."""
        if name in _RATES:
            self.lr = value
        elif name == "decay":
            self.decay = self.initial_decay = float(value_of(value))
        else:
            setattr(self, name, value)

    def _hyper(self, name: str) -> Any:
        """A hyperparameter's value; a schedule as it is."""
        value = self.lr if name in _RATES else getattr(self, name)
        if getattr(value, "is_schedule", False) or isinstance(value, Tensor) or not callable(value):
            return value
        return value()

    def _get_hyper(self, name: str, dtype: Any = None) -> Any:
        """A hyperparameter as a tensor; a schedule as it is."""
        value = self._hyper(name)
        return value if getattr(value, "is_schedule", False) else self._number(value, dtype)

    def _number(self, value: Any, dtype: Any = None) -> Tensor:
        return torch.as_tensor(value_of(value), dtype=config.torch_dtype(dtype), device=self._own_device())

    def _own_device(self) -> torch.device:
        return config.device() if self._current is None else self._current.params[0].device

    def _decayed_lr(self, var_dtype: Any = None) -> Tensor:
        """The learning rate of this step: a schedule's value, or ``lr / (1 + decay * iterations)``."""
        count = self.iterations
        rate = self.lr(count) if getattr(self.lr, "is_schedule", False) else self.lr
        return self._number(value_of(rate) / (1.0 + self.initial_decay * count.item()), var_dtype)

    # ------------------------------------------------------------------------ state

    def _create_hypers(self) -> None:
        """There for a subclass to call; hyperparameters need no variables here."""

    def _create_slots(self, var_list: Sequence[Variable]) -> None:
        """Makes the state for variables; a subclass calls ``add_slot`` here."""

    def _create_all_weights(self, var_list: Sequence[Variable]) -> None:
        self._create_hypers()
        self._create_slots(var_list)

    def add_slot(self, var: Any, slot_name: str, initializer: Any = "zeros", shape: Any = None) -> Variable:
        """Makes a piece of state for a variable, unless it is there.

        Args:
            var: the variable.
            slot_name: what to call it.
            initializer: how it starts: a name, an initializer, or values.
            shape: another shape than the variable's.
        """
        slots = self.__dict__.setdefault("_slots", {}).setdefault(self._var_key(var), {})
        if slot_name not in slots:
            how = {"initial_value": initializer} if isinstance(initializer, Tensor) else {"initializer": initializer}
            slots[slot_name] = self.add_variable_from_reference(var, slot_name, shape=shape, **how)
            names = self.__dict__.setdefault("_slot_names", [])
            if slot_name not in names:
                names.append(slot_name)
        return slots[slot_name]

    def get_slot(self, var: Any, slot_name: str) -> Variable:
        """The piece of state that ``add_slot`` made, or that this optimizer keeps by itself.

        Raises:
            KeyError: when it made none.
        """
        found = self.__dict__.get("_slots", {}).get(self._var_key(var), {})
        if slot_name not in found and slot_name in self.slots:
            group, view = self._alone(var)
            state = group.held(slot_name)[0]
            return Variable.of(state if view is None else view(state), slot_name)
        if slot_name not in found:
            raise KeyError(
                f"{type(self).__name__}.get_slot: expected a slot that add_slot made for this variable, "
                f"one of {sorted(found)}. Received: {slot_name!r}"
            )
        return found[slot_name]

    def get_slot_names(self) -> list[str]:
        """The names of slots, in the order in which they were made."""
        return list(self.__dict__.get("_slot_names", []))

    def add_weight(
        self,
        name: str,
        shape: Sequence[int] = (),
        dtype: Any = None,
        initializer: Any = "zeros",
        trainable: bool | None = None,
        synchronization: Any = None,
        aggregation: Any = None,
    ) -> Variable:
        """Makes a piece of state that belongs to no variable.

        Args:
            name: what to call it.
            shape: its shape.
            dtype: its type.
            initializer: how it starts.
            trainable: accepted as in TensorFlow; an optimizer's state is not trained.
            synchronization: accepted as in TensorFlow; there is one replica.
            aggregation: accepted as in TensorFlow.
        """
        return self.add_variable(shape, initializer, dtype, name=name)

    # ------------------------------------------------------------------------ the step

    def _prepare(self, var_list: Sequence[Variable]) -> ApplyState:
        """What is worked out once a step for all variables of one device and type."""
        state: ApplyState = {}
        for key in dict.fromkeys((var.device, var.dtype) for var in var_list):
            state[key] = {}
            self._prepare_local(*key, state)
        return state

    def _prepare_local(self, var_device: Any, var_dtype: Any, apply_state: ApplyState) -> None:
        """Puts this step's numbers under ``(var_device, var_dtype)``: ``lr_t``, and what this optimizer has besides."""
        found = apply_state[(var_device, var_dtype)]
        found["lr_t"] = self._decayed_lr(var_dtype)
        count = self.iterations.item() + 1
        for name in self.arguments:
            value = self.__dict__.get(name)
            if name in ("lr", "decay") or isinstance(value, (bool, str)) or value_of(value) is None:
                continue
            number = self._number(value, var_dtype)
            found.update({name: number, f"{name}_t": number, f"one_minus_{name}_t": 1 - number})
            if name.startswith("beta"):
                found[f"{name}_power"] = self._number(value_of(value) ** count, var_dtype)
        if {"beta_1_power", "beta_2_power"} <= found.keys():
            found["lr"] = found["lr_t"] * (1 - found["beta_2_power"]).sqrt() / (1 - found["beta_1_power"])

    def _fallback_apply_state(self, var_device: Any, var_dtype: Any) -> dict[str, Any]:
        """The numbers for one device and type, where no ``apply_state`` came."""
        state: ApplyState = {(var_device, var_dtype): {}}
        self._prepare_local(var_device, var_dtype, state)
        return state[(var_device, var_dtype)]

    def _resource_apply_dense(self, grad: Tensor, var: Variable, apply_state: ApplyState | None = None) -> Variable:
        """Updates one variable by this optimizer's own formula.

        Args:
            grad: the gradient.
            var: the variable.
            apply_state: what ``_prepare`` gave; this optimizer works its numbers out itself.

        Raises:
            NotImplementedError: in a class that has no formula.
        """
        group, view = self._alone(var)
        stored = torch.empty_like(group.params[0].detach())
        (stored if view is None else view(stored)).copy_(grad)
        count = self._updates_done(self.iterations.item() if group.host else group.here(self.iterations))
        self.update(group, [stored], self.rate(group, count), count)
        self.settle(group)
        return var

    def _alone(self, var: Variable) -> tuple[Group, Any]:
        """The group of one variable, and what shows its parameter with Keras's axes.

        For a variable that is not bound, since another optimizer wraps this one, it is a group of its own.
        """
        key = self._var_key(var)
        known = self.__dict__.setdefault("_single", {})
        if key not in known or known[key][0].moved():
            known[key] = self._part_of(key) or (Group(None, [plain(var).detach()]), None)
            if known[key][0].index is None:
                self.create_state(known[key][0])
        return known[key]

    def _part_of(self, key: Any) -> tuple[Group, Any] | None:
        for binding in self._bindings:
            for place, bound in enumerate(binding.__dict__.get("variables", ())):
                if self._var_key(bound) == key:
                    group = next(g for g in binding.groups if g.index is None or place in g.index)
                    part = group.part([place if group.index is None else group.index.index(place)])
                    return part, binding.views[place]
        return None

    def _single_weights(self) -> list[Tensor]:
        """The state where nothing is bound, since another optimizer wraps this one."""
        groups = [group for group, _ in self.__dict__.get("_single", {}).values()]
        state = [*(group.held(slot)[0] for slot in self.slots for group in groups), *self._own_variables()]
        return state if not state or self.__dict__.get("_counted_elsewhere") else [self.iterations, *state]

    def _resource_scatter_add(self, x: Variable, i: Any, v: Any) -> Variable:
        """Adds rows to a variable."""
        with torch.no_grad():
            x.index_add_(0, torch.as_tensor(i).long(), torch.as_tensor(v))
        return x

    def _updated_by_slot(self, variables: Sequence[Variable], grads: Sequence[Tensor], places: Sequence[int]) -> None:
        """Hands each variable that has a gradient to ``_resource_apply_dense``."""
        state = self._prepare([variables[i] for i in places])
        takes_state = "apply_state" in inspect.signature(self._resource_apply_dense).parameters
        for i, grad in zip(places, grads):
            self._resource_apply_dense(grad, variables[i], **({"apply_state": state} if takes_state else {}))
