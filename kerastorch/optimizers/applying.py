"""Gradients that a script took itself: ``apply_gradients``, ``minimize`` and their kin.

Source: https://www.tensorflow.org/api_docs/python/tf/keras/optimizers/Optimizer
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from ..backend.differentiation import gradients
from ..backend.kept import before_writing
from ..backend.telling import warn
from ..backend.variable import stored
from ..engine.symbolic import script
from ..engine.symbolic.immutable import plain
from .by_variable import ByVariable

__all__ = ["Applying", "as_stored", "project"]


class Applying:
    """The part of an optimizer that scripts with loops of their own call. Mixed into ``Optimizer``."""

    bind: Callable
    step: Callable
    iterations: Any

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Any]], name: str | None = None, **kwargs: Any) -> Any:
        """Updates variables by gradients.

        Args:
            grads_and_vars: pairs of a gradient and the variable that it is of. A variable without a gradient (None)
                stays as it is.
            name: accepted as in Keras; an update has no name here.
            **kwargs: how replicas add their gradients up (``skip_gradients_aggregation``,
                ``experimental_aggregate_gradients``, ``global_step``); there is one replica.

        Returns:
            The number of updates so far.

        Raises:
            ValueError: when no variable has a gradient.
            TypeError: for an unknown argument.

        Example:
            >>> from kerastorch.optimizers import SGD
            >>> weight = torch.nn.Parameter(torch.ones(1))
            >>> SGD(learning_rate=0.5).apply_gradients([(torch.ones(1), weight)]).item()
            1
            >>> weight.item()
            0.5
        """
        known = {"skip_gradients_aggregation", "experimental_aggregate_gradients", "global_step"}
        if unknown := set(kwargs) - known:
            raise TypeError(f"apply_gradients: expected only known arguments. Received: {min(unknown)!r}")
        pairs = [(gradient, variable) for gradient, variable in grads_and_vars]
        if not any(gradient is not None for gradient, _ in pairs):
            raise ValueError(
                f"No gradients provided for any variable: {[_name_of(variable) for _, variable in pairs]}. "
                "Provided `grads_and_vars` holds no gradient"
            )
        missing = [_name_of(variable) for gradient, variable in pairs if gradient is None]
        if missing:
            warn(f"apply_gradients: no gradients for the variables {missing}, which stay as they are")
        handles = [getattr(variable, "handle", None) for _, variable in pairs]
        params = [stored(variable) for _, variable in pairs]
        views = [None if h is None or h.inverse is None else h.view_of for h in handles]
        before_writing(params)
        binding = self.bind(params, views, [_called(v, h) for (_, v), h in zip(pairs, handles)])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of missing gradients, which were told by name
            self.step([as_stored(gradient, h) for (gradient, _), h in zip(pairs, handles)], binding)
        project([variable for _, variable in pairs])
        return self.iterations

    def own_apply(self) -> Callable[[Sequence[Any], Sequence[Any]], Any] | None:
        """A function of gradients and variables, where a script's class says itself how they meet; else None."""
        if _is_scripts(self.apply):
            return self.apply
        if _is_scripts(self.apply_gradients):
            return lambda grads, variables: self.apply_gradients(zip(grads, variables, strict=True))
        return None

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Any] | None = None) -> None:
        """``apply_gradients`` as Keras 3 has it.

        Args:
            grads: the gradients.
            trainable_variables: the variables; those of the last call or of ``build`` when missing.

        Raises:
            ValueError: when no variables are known.
        """
        if trainable_variables is None:
            trainable_variables = self.__dict__.get("_built_for")
            if trainable_variables is None:
                raise ValueError(
                    f"{type(self).__name__}.apply: expected trainable_variables before build(). Received: None"
                )
        self._built_for = list(trainable_variables)
        self.apply_gradients(zip(grads, trainable_variables, strict=True))

    def build(self, var_list: Sequence[Any]) -> None:
        """Makes the state for variables.

        Args:
            var_list: the variables that gradients will come for.
        """
        if self._is_by_variable():  # whose own build made the state, and called this one
            ByVariable.build(self, var_list)
            return
        self._built_for = list(var_list)
        handles = [getattr(variable, "handle", None) for variable in var_list]
        self.bind(
            [stored(v) for v in var_list],
            [None if h is None or h.inverse is None else h.view_of for h in handles],
            [_called(v, h) for v, h in zip(var_list, handles)],
        )

    def compute_gradients(self, loss: Any, var_list: Any, tape: Any = None, **kwargs: Any) -> list[tuple[Any, Any]]:
        """The gradients of a loss, as ``apply_gradients`` takes them.

        Args:
            loss: a function of nothing, or a tensor that ``tape`` recorded.
            var_list: the variables, or a function that gives them.
            tape: the tape, for a loss that is a tensor.
            **kwargs: accepted as in TensorFlow.

        Raises:
            ValueError: for a tensor without a tape.
        """
        if not callable(loss) or isinstance(loss, Tensor):
            if tape is None:
                raise ValueError("`tape` is required when a `Tensor` loss is passed.")
            var_list = var_list() if callable(var_list) else var_list
            return list(zip(tape.gradient(loss, list(var_list)), var_list))
        with script.tape(1):
            loss = loss()
        var_list = list(var_list() if callable(var_list) else var_list)
        with torch.no_grad():
            return list(zip(gradients(loss, var_list), var_list))

    def minimize(self, loss: Any, var_list: Any, tape: Any = None, **kwargs: Any) -> Any:
        """Takes the gradients of a loss and updates variables by them.

        Args:
            loss: a function of nothing, or a tensor that ``tape`` recorded.
            var_list: the variables, or a function that gives them.
            tape: the tape, for a loss that is a tensor.
            **kwargs: accepted as in TensorFlow.

        Example:
            >>> from kerastorch.optimizers import SGD
            >>> weight = torch.nn.Parameter(torch.ones(1))
            >>> SGD(learning_rate=0.25).minimize(lambda: (weight * weight).sum(), [weight]).item()
            1
            >>> weight.item()
            0.5
        """
        return self.apply_gradients(self.compute_gradients(loss, var_list, tape))


@torch.no_grad()
def project(variables: Sequence[Any]) -> None:
    """Applies the constraints that variables have."""
    for variable in variables:
        handle = getattr(variable, "handle", None)
        owner = variable if handle is None else handle
        constraint = getattr(owner, "constraint", None)
        if constraint is not None:
            view = plain(variable) if handle is None else handle.view
            view.copy_(constraint(view))


def _is_scripts(method: Any) -> bool:
    return not str(getattr(method, "__module__", "")).startswith(f"{__name__.split('.')[0]}.")


def _called(variable: Any, handle: Any) -> str:
    return str(getattr(variable, "name", None) or "") if handle is None else handle.full_name


def _name_of(variable: Any) -> str:
    return str(getattr(variable, "name", None) or f"of shape {tuple(variable.shape)}")


def as_stored(gradient: Any, handle: Any) -> Tensor | None:
    """A gradient, seen as its variable is, as the variable is stored."""
    if gradient is None:
        return None
    if hasattr(gradient, "dense_shape"):  # rows of a table
        whole = torch.zeros(tuple(gradient.dense_shape), dtype=gradient.values.dtype, device=gradient.values.device)
        gradient = whole.index_add(0, plain(gradient.indices).long(), plain(gradient.values))
    gradient = plain(gradient).detach()
    return gradient if handle is None or handle.axes is None else gradient.permute(handle.axes)
