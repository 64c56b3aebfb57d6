"""An optimizer's state and arguments: as tensors, as arrays, as configs.

Source: https://keras.io/api/optimizers/
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .. import eras
from ..backend.arrays import forward
from ..backend.registry import described
from ..backend.variable import Variable
from . import schedules
from .binding import Binding

__all__ = ["State"]


class State:
    """The part of an optimizer that is kept and restored. Mixed into ``Optimizer``."""

    name: str
    slots: tuple[str, ...]
    arguments: tuple[str, ...]
    saves_iterations: bool
    iterations: Any
    _slot: Callable
    _is_by_variable: Callable
    _by_slot: bool
    _single_weights: Callable
    _own_variables: Callable
    _later_config: Callable
    _current: Binding | None
    _chosen_weights: list[Tensor] | None
    _pending: dict[str, Any] | None
    _later: bool

    @property
    def weights(self) -> list[Tensor]:
        """The optimizer's state in Keras's order, as tensors with Keras's axes."""
        if self._chosen_weights is not None:
            return self._chosen_weights
        if self._current is None:
            return self._single_weights()
        if self._is_by_variable():
            slots = [t for slot in self.slots for t in self._current.keras_view(self._slot(slot))]
            return [self.iterations, *slots, *self._own_variables()]
        state = [t for slot in self.slots for t in self._current.keras_view(self._slot(slot))]
        return [self.iterations, *state] if self.saves_iterations else state

    @weights.setter
    def weights(self, new: list[Tensor]) -> None:
        self._chosen_weights = new

    @property
    def variables(self) -> _Variables:
        """``weights``, in Keras 3 weight by weight after the rate; old scripts call it as a function."""
        if eras.current().optimizer_variables == "as_weights" or self._chosen_weights is not None:
            return _Variables(self.weights)
        rate = self.__dict__.get("lr")
        head = [self.iterations, *([rate] if isinstance(rate, Tensor) else [])]
        if self._current is None:
            return _Variables(head)
        if self._is_by_variable() or self.files_by_weight:
            return _Variables([*head, *self.weights[1:]])
        plain = type(self).__name__ == "SGD" and not float(self.momentum)
        slots = () if plain else self.slots
        columns = [list(map(self._named, self._slot_names(slot), self._views(slot))) for slot in slots]
        pairs = 1 if type(self).__name__ == "RMSprop" else 2  # the first two go weight by weight, others by themselves
        first = [each for row in zip(*columns[:pairs], strict=True) for each in row]
        return _Variables([*head, *first, *(each for column in columns[pairs:] for each in column)])

    def _views(self, slot: str) -> list[Tensor]:
        return self._current.keras_view(self._slot(slot))

    def _slot_names(self, slot: str) -> list[str]:
        """What Keras 3 calls a slot of each weight."""
        called = _SLOT_NAMES.get(type(self).__name__, {}).get(slot) or _SLOT_NAMES[""].get(slot, slot)
        return [f"{name.removesuffix(':0').replace('/', '_')}_{called}" for name in self._current.names]

    def _named(self, name: str, held: Tensor) -> Variable:
        found = Variable.of(held, name)
        found._path = f"{self.name}/{name}"
        return found

    def get_weights(self) -> list[np.ndarray]:
        """The state as numpy arrays, in the order and shapes of Keras 2.2.4's files. Waits for the device.

        Example:
            >>> from kerastorch.optimizers import RMSprop
            >>> opt = RMSprop()
            >>> binding = opt.bind([torch.nn.Parameter(torch.ones(2, 3))])
            >>> [w.shape for w in opt.get_weights()]
            [(2, 3)]
        """
        return [w.detach().cpu().numpy().copy() for w in self.weights]

    def set_weights(self, weights: Sequence[np.ndarray]) -> None:
        """Sets the state from what ``get_weights`` gives.

        A leading ``iterations`` is accepted from files of Keras 2.3 for the optimizers that Keras 2.2 saves without.

        Raises:
            ValueError: when number or shapes do not match; nothing is changed then.
        """
        own = self.weights
        if len(weights) == len(own) + 1 and not self.saves_iterations and np.ndim(weights[0]) == 0:
            own = [self.iterations, *own]
        if len(own) != len(weights):
            raise ValueError(
                f"{type(self).__name__}.set_weights: expected {len(own)} arrays, the number of the optimizer's weights "
                f"(none before the model is compiled). Received: {len(weights)}"
            )
        for i, (held, new) in enumerate(zip(own, weights)):
            if tuple(held.shape) != np.shape(new):
                raise ValueError(
                    f"{type(self).__name__}.set_weights: expected array {i} of shape {tuple(held.shape)}. "
                    f"Received: {np.shape(new)}"
                )
        with torch.no_grad():
            for held, new in zip(own, weights):
                held.copy_(torch.as_tensor(forward(new)))

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal optimizer, as Python values."""
        limits = ("clipnorm", "clipvalue", "global_clipnorm", *(() if self._by_slot else ("weight_decay",)))
        config: dict[str, Any] = {"name": self.name} if self._later else {}
        config.update({key: getattr(self, key) for key in limits if getattr(self, key) is not None})
        config.update(self._later_config())
        rates = ("lr",) if self._is_by_variable() and not self._by_slot and "lr" in self.__dict__ else ()
        for key in (*rates, *self.arguments):
            held = self.__dict__[key]
            written = "learning_rate" if key == "lr" and self._later else key
            config[written] = held.item() if isinstance(held, Tensor) else _plain(held)
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
        """An optimizer from what ``get_config`` gave.

        Args:
            config: its arguments.
            custom_objects: classes by name, for a schedule of the script's own.

        Example:
            >>> from kerastorch.optimizers import SGD
            >>> SGD.from_config({"lr": 0.5, "nesterov": True}).nesterov
            True
        """
        rate = config.get("learning_rate")
        if isinstance(rate, dict):
            config = {**config, "learning_rate": schedules.deserialize(rate, custom_objects)}
        return cls(**config)

    def state_dict(self) -> dict[str, Any]:
        """Everything a resumed run needs: state, iteration count and the present hyperparameters, as tensors."""
        numbers = {k: v.detach().clone() for k, v in self.__dict__.items() if isinstance(v, Tensor)}
        slots = {s: [t.detach().clone() for t in self._slot(s)] for s in self.slots} if self._current else {}
        return {"numbers": numbers, "slots": slots}

    def restore(self, state: dict[str, Any]) -> None:
        """``load_state_dict``; state of parameters that are not bound yet follows when they are."""
        if self._current is None:
            self._pending = state
            for name, number in state["numbers"].items():
                setattr(self, name, number)
        else:
            self.load_state_dict(state)

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restores what ``state_dict`` gave, into an optimizer bound to parameters of the same shapes.

        Raises:
            ValueError: when the state does not belong to such an optimizer; nothing is changed then.
        """
        own = {s: self._slot(s) for s in self.slots} if self._current else {}
        shapes = {s: [tuple(t.shape) for t in tensors] for s, tensors in own.items()}
        given = {s: [tuple(t.shape) for t in tensors] for s, tensors in state["slots"].items()}
        if shapes != given:
            raise ValueError(
                f"{type(self).__name__}.load_state_dict: expected state of shapes {shapes}. Received: {given}"
            )
        with torch.no_grad():
            for name, number in state["numbers"].items():
                setattr(self, name, number)
            for slot, tensors in own.items():
                for held, new in zip(tensors, state["slots"][slot]):
                    held.copy_(new)


# What Keras 3 calls the slots, by optimizer.
_SLOT_NAMES: dict[str, dict[str, str]] = {
    "": {"m": "momentum", "v": "velocity", "vhat": "velocity_hat", "moments": "momentum", "u": "norm"},
    "Adadelta": {"accumulators": "accumulated_grad", "delta_accumulators": "accumulated_delta_var"},
    "Adagrad": {"accumulators": "accumulator"},
    "Ftrl": {"accumulators": "accumulator", "linears": "linear"},
    "RMSprop": {"accumulators": "velocity", "momentums": "momentum", "means": "average_gradient"},
}


class _Variables(list):
    """A list that gives itself when it is called: ``optimizer.variables`` was a function once."""

    def __call__(self) -> _Variables:
        return self


def _plain(held: Any) -> Any:
    """A config entry as plain data: a schedule becomes its own config dict."""
    if getattr(held, "is_schedule", False):
        return described(held)
    return held
