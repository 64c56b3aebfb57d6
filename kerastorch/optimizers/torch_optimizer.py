"""Any ``torch.optim`` optimizer behind the interface of a Keras one.

Source: https://pytorch.org/docs/stable/optim.html
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from .base import Optimizer
from .binding import Binding, MissingGradientError, View
from .hyper import scalar_dtype, value_of

__all__ = ["TorchOptimizer", "is_torch_optimizer"]


def is_torch_optimizer(candidate: Any) -> bool:
    """Whether an object steps as ``torch.optim`` optimizers do."""
    return not inspect.isclass(candidate) and all(hasattr(candidate, a) for a in ("param_groups", "step", "zero_grad"))


class TorchOptimizer(Optimizer):
    """A torch optimizer that a Keras model can train with.

    Its arithmetic, its ``param_groups`` and any learning-rate scheduler attached to it stay as they are. ``lr`` reads
    the first group's rate; setting it (also through ``K.set_value``) writes to every group before the next step.

    Args:
        optimizer: an instance, a class (made with its own defaults), or a factory that takes the parameters.

    Raises:
        TypeError: when it is none of these.

    Example:
        >>> weight = torch.nn.Parameter(torch.ones(1))
        >>> opt = TorchOptimizer(lambda params: torch.optim.SGD(params, lr=0.5))
        >>> binding = opt.bind([weight])
        >>> opt.step([torch.ones(1)])
        >>> weight.item(), float(opt.lr)
        (0.5, 0.5)
    """

    def __init__(self, optimizer: torch.optim.Optimizer | type | Callable[[Sequence[Tensor]], Any]) -> None:
        ready = is_torch_optimizer(optimizer)
        if not ready and not callable(optimizer):
            raise TypeError(
                "TorchOptimizer: expected a torch optimizer, its class or a function of the parameters. "
                f"Received: {optimizer!r}"
            )
        super().__init__()
        self.factory = None if ready else optimizer
        self.optimizer: Any = optimizer if ready else None
        self._optimizers: list[Any] = []  # one per binding; all the same when an instance was given
        self._rate: Tensor | None = None
        self._seen = 0

    def bind(
        self,
        params: Sequence[Tensor],
        views: Sequence[View | None] | None = None,
        names: Sequence[str] | None = None,
    ) -> Binding:
        """Makes the torch optimizer for these parameters, or checks that the one given updates them all.

        Raises:
            ValueError: when the one given lacks some of them, or its ``step`` needs a closure.
        """
        for binding, optimizer in zip(self._bindings, self._optimizers):
            if binding.holds(params):
                self._current, self.optimizer = binding, optimizer
                return binding
        optimizer = self.optimizer if self.factory is None else self._made(params)
        name = type(optimizer).__name__
        covered = {id(p) for group in optimizer.param_groups for p in group["params"]}
        missing = [i for i, p in enumerate(params) if id(p) not in covered]
        if missing:
            raise ValueError(
                f"{name}: expected an optimizer over all {len(params)} trainable weights of the model, made after the "
                f"model was built. Received: one that lacks the weights {missing}"
            )
        closure = inspect.signature(optimizer.step).parameters.get("closure")
        if closure is not None and closure.default is inspect.Parameter.empty:
            raise ValueError(
                f"{name}: expected an optimizer that steps from given gradients. Received: one whose step() needs a "
                "closure that computes the loss again"
            )
        self._current, self.optimizer = Binding(name, params, views), optimizer
        self._bindings.append(self._current)
        self._optimizers.append(optimizer)
        return self._current

    def _made(self, params: Sequence[Tensor]) -> Any:
        """What the factory makes of the parameters.

        Raises:
            TypeError: when that is no torch optimizer.
        """
        made = self.factory(list(params))
        if not is_torch_optimizer(made):
            raise TypeError(
                f"TorchOptimizer: expected a function of the parameters that returns an optimizer. Received: {made!r}"
            )
        return made

    def step(self, grads: Sequence[Tensor | None], binding: Binding | None = None) -> None:
        """Hands the gradients over as ``.grad``, calls the torch optimizer's ``step`` and clears them.

        Raises:
            MissingGradientError: when there is no gradient at all; torch skips weights without one.
        """
        binding = binding or self._current
        if binding is None:
            raise ValueError("TorchOptimizer: expected bind(params) before step(grads). Received: no parameters")
        optimizer = self._optimizers[self._bindings.index(binding)]
        ready = binding.dense(grads)
        if all(g is None for g in ready):
            raise MissingGradientError(0, binding.owner)
        self._push_rate()
        for param, grad in zip(binding.params, ready):
            param.grad = grad
        optimizer.step()
        for param in binding.params:
            param.grad = None
        self.iterations.add_(1)

    capturable = False  # most of torch's keep the rate and the step count on the host

    def _place(self, binding: Binding) -> None:
        """Nothing to move: a torch optimizer keeps its numbers itself."""

    def _groups(self) -> list[dict[str, Any]]:
        """The parameter groups of every torch optimizer in use."""
        known = {id(o): o for o in (*self._optimizers, self.optimizer) if o is not None}
        if not known:
            raise AttributeError("TorchOptimizer: the learning rate is known once the model is compiled and built")
        return [group for optimizer in known.values() for group in optimizer.param_groups]

    def _push_rate(self) -> None:
        """Writes the rate to the groups if somebody wrote into the tensor that ``lr`` gave out."""
        if self._rate is not None and self._rate._version != self._seen:
            self._seen = self._rate._version
            self.lr = self._rate

    @property
    def lr(self) -> Any:
        """The first parameter group's learning rate, as a 0-d tensor that may be written to."""
        groups = self._groups()
        self._push_rate()
        now = groups[0]["lr"]
        if isinstance(now, Tensor):
            return now
        if self._rate is None:
            self._rate = torch.zeros((), dtype=scalar_dtype())
        self._rate.fill_(now)
        self._seen = self._rate._version
        return self._rate

    @lr.setter
    def lr(self, new: Any) -> None:
        rate = float(value_of(new))
        for group in self._groups():
            if isinstance(group["lr"], Tensor):
                group["lr"].fill_(rate)
            else:
                group["lr"] = rate

    @property
    def weights(self) -> list[Tensor]:
        """Torch keeps its own state: use ``state_dict``.

        Raises:
            NotImplementedError: always, as Keras's wrapper of foreign optimizers does.
        """
        raise NotImplementedError("TorchOptimizer: expected state_dict() instead of Keras's list of weights")

    @weights.setter
    def weights(self, new: list[Tensor]) -> None:
        self._chosen_weights = new

    def state_dict(self) -> dict[str, Any]:
        """The torch optimizer's own ``state_dict``, with the iteration count."""
        return {"iterations": self.iterations.clone(), "torch": self.optimizer.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restores what ``state_dict`` gave."""
        self.optimizer.load_state_dict(state["torch"])
        self.iterations = state["iterations"]

    def get_config(self) -> dict[str, Any]:
        """A torch optimizer has no Keras config.

        Raises:
            NotImplementedError: always.
        """
        raise NotImplementedError(
            f"TorchOptimizer: expected a Keras optimizer to write a config. Received: {self.optimizer!r}"
        )
