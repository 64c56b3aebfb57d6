"""``K.function``: a graph as a Python function on arrays.

Source: https://faroit.com/keras-docs/2.2.4/backend/#function
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from .. import config
from ..engine.symbolic import SymbolicTensor, flatten, map_structure
from ..engine.symbolic.plan import Plan, evaluate
from . import phase
from .arrays import forward
from .control import is_learning_phase
from .convert import as_tensor, to_numpy
from .text import as_text
from .updates import Action, Update, assign_all

__all__ = ["Function", "function"]


class Function:
    """A graph that can be called with a list of arrays.

    Args:
        inputs: symbolic tensors to give values for; ``K.learning_phase()`` among them takes the phase to run in.
        outputs: what to return, one tensor or a nesting of them.
        updates: ``K.update`` objects, ``(variable, new_value)`` pairs and what optimizers' ``get_updates`` gives; they
            are carried out once everything is computed.
        name: a name.
        fetches: further updates and tensors to compute, which are not returned.
        feed_dict: values of further symbolic tensors, read at each call.

    Raises:
        TypeError: when inputs or updates are no lists.
        ValueError: for inputs or outputs that are no tensors, or another option.

    Example:
        >>> from kerastorch import backend as K
        >>> x = K.placeholder((2,))
        >>> Function([x], [x + 1.0])([[1.0, 2.0]])[0].tolist()
        [2.0, 3.0]
    """

    def __init__(
        self,
        inputs: Sequence[Any],
        outputs: Any,
        updates: Sequence[Any] | None = None,
        name: str | None = None,
        fetches: Any = None,
        feed_dict: dict[Any, Any] | None = None,
    ) -> None:
        for what, value in (("inputs", inputs), ("updates", updates or [])):
            if not isinstance(value, (list, tuple)) or isinstance(value, Update):
                raise TypeError(f"K.function: expected {what} to be a list. Received: {value!r}")
        self.inputs = list(inputs)
        self.outputs = (
            list(outputs) if isinstance(outputs, (list, tuple)) and not isinstance(outputs, Update) else outputs
        )
        self.updates = list(updates or [])
        self.name = name
        self.fetches = list(fetches) if isinstance(fetches, list) else [] if fetches is None else [fetches]
        self.feed_dict = {} if feed_dict is None else feed_dict
        for x in self.inputs:
            if not isinstance(x, SymbolicTensor) and not is_learning_phase(x):
                raise ValueError(
                    f"K.function: expected inputs to be symbolic tensors or K.learning_phase(). Received: {x!r}"
                )
        self._fed = [x for x in [*self.inputs, *self.feed_dict] if not is_learning_phase(x)]
        self._pending = [_as_update(update) for update in [*self.updates, *self.fetches]]
        self._results = self._without_updates(self.outputs)
        self._wanted = list(flatten(self._results))
        self._check_outputs()
        self._symbols = self._needed()
        self._plan = Plan(self._fed, self._symbols)
        # layers' statistics and states change only where their own updates were asked for
        self._pure = not any(isinstance(update, Action) and update.of_layers for update in self._pending)

    def _without_updates(self, outputs: Any) -> Any:
        """The outputs, where an update among them stands for the value that it assigns."""
        if isinstance(outputs, list):
            return [self._without_updates(output) for output in outputs]
        if isinstance(outputs, Update):
            self._pending.append(outputs)
            return outputs.value
        return outputs

    def _check_outputs(self) -> None:
        for i, leaf in enumerate(self._wanted):
            if leaf is None:
                raise ValueError(
                    f"K.function: expected outputs to be tensors. Received: None as output {i}; a gradient is None "
                    "where the loss does not depend on the variable"
                )

    def _needed(self) -> list[SymbolicTensor]:
        """The symbolic tensors that a call computes, each once."""
        leaves = list(self._wanted)
        for update in self._pending:
            leaves += update.needs if isinstance(update, Action) else _values_in(update)
        return list({id(leaf): leaf for leaf in leaves if isinstance(leaf, SymbolicTensor)}.values())

    def __call__(self, inputs: Any) -> Any:
        """The outputs for these inputs, as arrays.

        Args:
            inputs: one value for each input, None for one that is not needed; a single input may come as it is.
        """
        if not isinstance(inputs, (list, tuple)):
            if len(self.inputs) != 1:
                raise TypeError(
                    f"K.function: expected a list of {len(self.inputs)} inputs. Received: {type(inputs).__name__}"
                )
            inputs = [inputs]
        values, training = self._values(inputs)
        with phase.of(training, pure=self._pure), torch.no_grad():
            results = self._plan.run(values)
            known = {id(tensor): value for tensor, value in zip(self._symbols, results, strict=True)}

            def value_of(leaf: Any) -> Any:
                return known[id(leaf)] if isinstance(leaf, SymbolicTensor) else leaf

            arrays = map_structure(lambda leaf: to_numpy(as_tensor(value_of(leaf))), self._results)
            self._carry_out(value_of)
        return arrays

    def _values(self, inputs: Sequence[Any]) -> tuple[list[Any], bool]:
        """The values in the types of the symbolic tensors, and the phase."""
        given: dict[int, Any] = {}
        training = bool(phase.fixed())
        for x, value in zip(self.inputs, inputs, strict=False):
            if value is None:
                continue
            if is_learning_phase(x):
                training = bool(np.asarray(value).item()) if isinstance(x, SymbolicTensor) else bool(x)
            else:
                given[id(x)] = value
        given.update({id(x): value for x, value in self.feed_dict.items()})
        return [None if id(x) not in given else _as_fed(x, given[id(x)]) for x in self._fed], training

    def _carry_out(self, value_of: Any) -> None:
        def settle(update: Update) -> Update:
            return Update(update.variable, value_of(update.value), map(settle, update.beside))

        settled = [settle(update) for update in self._pending if isinstance(update, Update)]
        assign_all(settled)
        for update in self._pending:
            if isinstance(update, Action):
                update.run([value_of(x) for x in update.needs])


def _as_update(update: Any) -> Any:
    """An update as an ``Update`` or an ``Action``; a symbolic tensor is merely computed."""
    if isinstance(update, (Update, Action)):
        return update
    if isinstance(update, tuple) and len(update) == 2:
        return Update(*update)
    if isinstance(update, SymbolicTensor):
        return Action([update], lambda values: None)
    raise ValueError(
        f"K.function: expected updates to be K.update() objects or (variable, value) pairs. Received: {update!r}"
    )


def _values_in(update: Update) -> list[Any]:
    return [update.value, *(value for beside in update.beside for value in _values_in(beside))]


def _as_fed(x: SymbolicTensor, value: Any) -> torch.Tensor:
    if isinstance(value, SymbolicTensor):
        value = evaluate(value)
    if x.is_text:
        value = as_text(value)
    elif not isinstance(value, torch.Tensor):
        value = torch.as_tensor(forward(value))
    if value.ndim != x.ndim or any(
        None not in pair and pair[0] != pair[1] for pair in zip(x.shape, value.shape, strict=True)
    ):
        raise ValueError(
            f"K.function: expected a value of shape {x.shape} for {x.name}. Received: shape {tuple(value.shape)}"
        )
    return value.to(device=config.device(), dtype=x.dtype)


def function(inputs: Sequence[Any], outputs: Any, updates: Sequence[Any] | None = None, **kwargs: Any) -> Function:
    """A graph as a function from a list of arrays to a list of arrays.

    Args:
        inputs: symbolic tensors to give values for; ``K.learning_phase()`` among them takes the phase to run in.
        outputs: a list of tensors to return.
        updates: ``K.update`` objects or ``(variable, new_value)`` pairs to carry out at each call.
        **kwargs: ``name``, ``fetches`` and ``feed_dict`` of ``Function``.

    Raises:
        ValueError: for another keyword argument.

    Example:
        >>> from kerastorch import backend as K
        >>> x, total = K.placeholder((2,)), K.variable([0.0, 0.0])
        >>> add = function([x], [K.sum(x)], updates=[K.update_add(total, x)])
        >>> float(add([[1.0, 2.0]])[0]), float(add([[3.0, 4.0]])[0]), K.get_value(total).tolist()
        (3.0, 7.0, [4.0, 6.0])
    """
    for key in kwargs:
        if key not in ("name", "fetches", "feed_dict"):
            raise ValueError(
                f"K.function: expected only the options name, fetches and feed_dict, since there is no session to take "
                f"others. Received: {key!r}"
            )
    return Function(inputs, outputs, updates, **kwargs)
