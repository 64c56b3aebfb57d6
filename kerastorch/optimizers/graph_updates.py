"""Updates as parts of a graph: what ``get_updates`` gives to ``K.function``, and optimizers that scripts write with it.

Source: Keras 2.2.4, ``keras.optimizers``; https://faroit.com/keras-docs/2.2.4/optimizers/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ..backend.differentiation import gradients
from ..backend.functions import Function
from ..backend.updates import Action
from ..backend.variable import Variable, stored
from ..engine.symbolic import Spec, SymbolicTensor, is_symbolic, placeholder, record_as
from .applying import as_stored, project
from .binding import Binding, MissingGradientError, laid_out_as

__all__ = ["GraphUpdates"]


class GraphUpdates:
    """The part of an optimizer that works on graphs. Mixed into ``Optimizer``."""

    _graph_gradients: list[SymbolicTensor] | None = None  # what get_gradients gives while get_updates of a script runs

    def get_gradients(self, loss: Any, params: Sequence[Tensor]) -> list[Any]:
        """Clipped gradients of a loss, a tensor or a symbolic one.

        Args:
            loss: what is derived.
            params: by what.

        Raises:
            MissingGradientError: when the loss does not depend on a parameter.
        """
        if self._graph_gradients is not None:
            return list(self._graph_gradients)
        symbolic = is_symbolic(loss)
        grads = gradients(loss, params) if symbolic else torch.autograd.grad(loss, list(params), allow_unused=True)
        for i, g in enumerate(grads):
            if g is None:
                raise MissingGradientError(i, type(self).__name__)
        if not symbolic:
            return list(self.clip([laid_out_as(g, p) for g, p in zip(grads, params)]))
        if self.clipnorm is None and self.clipvalue is None and self.global_clipnorm is None:
            return list(grads)
        like = [Spec(tuple(g.shape), g.dtype) for g in grads]
        return record_as(self.clip, (list(grads),), {}, like, "clipped")

    def get_updates(self, *args: Any, **kwargs: Any) -> list[Any]:
        """What ``K.function`` has to do for one step of learning.

        Args:
            loss: the symbolic loss.
            params: the weights that learn.
            constraints: projections by weight, as Keras 1 has them: there the order is ``(params, constraints, loss)``.

        Returns:
            A list to pass to ``K.function`` as ``updates``. Weights that have a constraint are projected, too.

        Raises:
            TypeError: for other arguments.
            ValueError: when the loss is no symbolic tensor.

        Example:
            >>> import kerastorch as keras
            >>> from kerastorch import backend as K
            >>> x, w = K.placeholder((2,)), K.variable([1.0, 1.0])
            >>> loss = K.sum(x * w)
            >>> step = K.function([x], [loss], updates=keras.optimizers.SGD(lr=0.5).get_updates(loss, [w]))
            >>> float(step([[1.0, 2.0]])[0]), K.get_value(w).tolist()
            (3.0, [0.5, 0.0])

        Source: Keras 2.2.4, ``keras.optimizers.Optimizer.get_updates``
        """
        owner = f"{type(self).__name__}.get_updates"
        loss, params, constraints = _arguments(owner, args, kwargs)
        if not is_symbolic(loss):
            raise ValueError(f"{owner}: expected a symbolic loss; for tensors there is step(). Received: {loss!r}")
        grads = self.get_gradients(loss, params)
        handles = [getattr(param, "handle", None) for param in params]
        views = [None if handle is None or handle.inverse is None else handle.view_of for handle in handles]
        binding = self.bind([stored(param) for param in params], views)

        def step(values: Sequence[Tensor]) -> None:
            self.step([as_stored(value, handle) for value, handle in zip(values, handles, strict=True)], binding)
            project(params)
            for param, constraint in constraints.items():
                param.copy_(constraint(param))

        self.updates = [Action(grads, step)]
        return list(self.updates)

    # ------------------------------------------------ optimizers that scripts write

    def _is_scripted(self) -> bool:
        """Whether a script's class says by ``get_updates`` how it learns."""
        return type(self).get_updates is not GraphUpdates.get_updates

    def _step_by_graph(self, grads: Sequence[Tensor | None], binding: Binding) -> None:
        """Runs the updates that a script's ``get_updates`` gave for these parameters once."""
        for i, g in enumerate(grads):
            if g is None:
                raise MissingGradientError(i, type(self).__name__)
        run = binding.__dict__.get("scripted")
        if run is None:
            run = binding.scripted = self._graph_of(binding)
        run(binding.keras_view(list(self.clip(binding.dense(grads)))))

    def _graph_of(self, binding: Binding) -> Function:
        for name, held in list(self.__dict__.items()):
            if isinstance(held, Tensor) and type(held) is not Variable and not held.ndim:  # what a graph reads again
                self.__dict__[name] = Variable.of(held, f"{name}:0")
        seen = binding.keras_view(list(binding.params))
        variables = [Variable.of(view.detach(), f"weight_{i}:0") for i, view in enumerate(seen)]
        self._graph_gradients = [placeholder(tuple(v.shape), v.dtype, f"gradient_{i}") for i, v in enumerate(variables)]
        try:
            updates = self.get_updates(loss=placeholder((), variables[0].dtype, "loss"), params=variables)
            return Function(self._graph_gradients, [], updates)
        finally:
            self._graph_gradients = None


def _arguments(owner: str, args: tuple, kwargs: dict[str, Any]) -> tuple[Any, list[Any], Any]:
    names = (
        ("params", "constraints", "loss")
        if len(args) == 3 or args and isinstance(args[0], list)
        else ("loss", "params")
    )
    given = {**dict(zip(names, args, strict=False)), **kwargs}
    unknown = set(given) - {"loss", "params", "constraints"}
    if len(args) > 3 or unknown or not {"loss", "params"} <= set(given):
        raise TypeError(f"{owner}: expected loss and params. Received: {len(args)} arguments and {sorted(kwargs)}")
    return given["loss"], list(given["params"]), dict(given.get("constraints") or {})
