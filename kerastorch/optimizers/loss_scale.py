"""Loss scaling: small gradients survive float16 when the loss is multiplied first and the gradients divided after.

Source: Micikevicius et al., Mixed Precision Training (2018), https://arxiv.org/abs/1710.03740
"""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from .. import eras
from .base import Optimizer
from .binding import Binding, View
from .hyper import Hyper
from .torch_optimizer import TorchOptimizer

__all__ = ["LossScaleOptimizer"]

_INITIAL = 2.0**15
_GROWTH_STEPS = 2000


class LossScaleOptimizer(Optimizer):
    """Another optimizer, fed with gradients of a scaled loss.

    A dynamic scale is halved, and the step left out, whenever a gradient is not finite; after so many good steps in a
    row it is doubled. All of it happens on the device: no step waits to know.

    Args:
        inner_optimizer: the optimizer that updates the weights.
        dynamic: whether the scale adapts itself; if not, it stays at ``initial_scale``.
        initial_scale: the first scale, 2**15 when dynamic.
        dynamic_growth_steps: good steps before the scale doubles, 2000 when dynamic.
        name: a name, kept for configs.

    Raises:
        TypeError: when ``inner_optimizer`` is no optimizer or already scales the loss.
        ValueError: for a fixed scale that is not given, or growth steps beside it.

    Source: https://keras.io/api/mixed_precision/loss_scale_optimizer/

    Example:
        >>> from kerastorch.optimizers import SGD
        >>> weight = torch.nn.Parameter(torch.ones(1))
        >>> opt = LossScaleOptimizer(SGD(lr=0.5), initial_scale=4.0)
        >>> binding = opt.bind([weight])
        >>> opt.step([torch.tensor([float("inf")])])
        >>> weight.item(), float(opt.dynamic_scale)
        (1.0, 2.0)
        >>> opt.step([torch.tensor([1.0])])
        >>> weight.item()
        0.75
    """

    arguments = ()
    dynamic_scale = Hyper(torch.float32)
    step_counter = Hyper(torch.int64)

    def __init__(
        self,
        inner_optimizer: Any,
        dynamic: bool = True,
        initial_scale: float | None = None,
        dynamic_growth_steps: int | None = None,
        name: str | None = None,
    ) -> None:
        if not isinstance(inner_optimizer, Optimizer) or isinstance(inner_optimizer, LossScaleOptimizer):
            raise TypeError(
                "LossScaleOptimizer: expected inner_optimizer to be an optimizer that does not scale the loss. "
                f"Received: {inner_optimizer!r}"
            )
        if not dynamic and (initial_scale is None or dynamic_growth_steps is not None):
            raise ValueError(
                "LossScaleOptimizer: expected initial_scale and no dynamic_growth_steps with dynamic=False. "
                f"Received: initial_scale={initial_scale}, dynamic_growth_steps={dynamic_growth_steps}"
            )
        super().__init__(name=name)
        del self.__dict__["iterations"]  # the inner one counts
        self.inner_optimizer = inner_optimizer
        self.dynamic = bool(dynamic)
        self.initial_scale = _positive("initial_scale", _INITIAL if initial_scale is None else initial_scale)
        growth = _GROWTH_STEPS if dynamic_growth_steps is None else dynamic_growth_steps
        self.dynamic_growth_steps = int(_positive("dynamic_growth_steps", growth)) if dynamic else None
        self.dynamic_scale = self.initial_scale
        self.step_counter = 0
        self._least = eras.current().least_loss_scale
        self._counts_all = eras.current().left_out_steps_count

    # ------------------------------------------------------------------ scaling

    @property
    def loss_scale(self) -> Tensor:
        """The present scale, a 0-d tensor."""
        return self.dynamic_scale

    @property
    def dynamic_counter(self) -> Tensor | None:
        """Good steps since the scale last changed; None for a fixed scale."""
        return self.step_counter if self.dynamic else None

    def scale_loss(self, loss: Tensor) -> Tensor:
        """The loss times the scale."""
        if self.dynamic_scale.device != loss.device:
            self.__dict__["dynamic_scale"].data = self.dynamic_scale.data.to(loss.device)
        return loss * self.dynamic_scale.to(loss.dtype)

    get_scaled_loss = scale_loss

    def get_unscaled_gradients(self, grads: Sequence[Tensor | None]) -> list[Tensor | None]:
        """Gradients divided by the scale, None where there is none."""
        return [None if g is None else g / self.dynamic_scale.to(g.device) for g in grads]

    # ------------------------------------------------------------- as an optimizer

    def bind(
        self,
        params: Sequence[Tensor],
        views: Sequence[View | None] | None = None,
        names: Sequence[str] | None = None,
    ) -> Binding:
        binding = self.inner_optimizer.bind(params, views, names)
        self._place(binding)
        return binding

    def live(self) -> tuple[str, ...]:
        return ("dynamic_scale", "step_counter")

    def baked(self) -> tuple[Any, ...]:
        return (self.dynamic, self.dynamic_growth_steps, *self.inner_optimizer.baked())

    @property
    def capturable(self) -> bool:
        """Whether the inner optimizer's step may be held by a CUDA graph."""
        return self.inner_optimizer.capturable

    def finalize_variable_values(self, var_list: Sequence[Any]) -> None:
        """Puts the inner optimizer's running means into the weights, where it keeps any."""
        self.inner_optimizer.finalize_variable_values(var_list)

    def exclude_from_weight_decay(self, var_list: Sequence[Any] | None = None, var_names: Any = None) -> None:
        """Leaves weights out of the inner optimizer's weight decay."""
        self.inner_optimizer.exclude_from_weight_decay(var_list, var_names)

    def settle(self, group: Any) -> None:
        self.inner_optimizer.settle(group)

    def step(self, grads: Sequence[Tensor | None], binding: Binding | None = None) -> None:
        """Updates the parameters from gradients of the scaled loss, unless one of them is not finite."""
        inner = self.inner_optimizer
        binding = binding or inner._current
        if not self.dynamic:
            inner.step(self.get_unscaled_gradients(grads), binding)
            return
        with torch.no_grad():
            grads, bad = self._unscaled(grads)
            before = {key: tensor.clone() for key, tensor in _held(inner, binding).items()}
            inner.step(grads, binding)
            for key, tensor in _held(inner, binding).items():
                if key == ("number", "iterations") and self._counts_all:
                    continue
                old = before[key] if key in before else torch.zeros_like(tensor)
                tensor.copy_(torch.where(bad.to(tensor.device), old, tensor))
            self._adapt(bad)

    def _unscaled(self, grads: Sequence[Tensor | None]) -> tuple[list[Tensor | None], Tensor]:
        """The gradients divided by the scale, and whether one of them is not finite."""
        unscaled = self.get_unscaled_gradients(grads)
        place = self.dynamic_scale.device
        found = [torch.isfinite(g).all().to(place) for g in unscaled if g is not None]
        return unscaled, ~torch.stack(found).all() if found else torch.zeros((), dtype=torch.bool, device=place)

    def _adapt(self, bad: Tensor) -> None:
        scale, count = self.dynamic_scale, self.step_counter
        grows = ~bad & (count + 1 >= self.dynamic_growth_steps)
        doubled = scale * 2
        doubled = torch.where(torch.isfinite(doubled), doubled, scale)
        scale.copy_(torch.where(bad, (scale / 2).clamp_min(self._least), torch.where(grows, doubled, scale)))
        count.copy_(torch.where(bad | grows, 0, count + 1))

    # ---------------------------------------------------- what the inner one answers

    @property
    def iterations(self) -> Tensor:
        """Steps taken; Keras 3 does not count those left out."""
        return self.inner_optimizer.iterations

    @iterations.setter
    def iterations(self, value: Any) -> None:
        if "inner_optimizer" in self.__dict__:
            self.inner_optimizer.iterations = value
        else:
            self.__dict__["iterations"] = value

    @property
    def lr(self) -> Any:
        """The inner optimizer's learning rate."""
        return self.inner_optimizer.lr

    @lr.setter
    def lr(self, value: Any) -> None:
        self.inner_optimizer.lr = value

    @property
    def learning_rate(self) -> Any:
        """The inner optimizer's learning rate."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self.inner_optimizer.learning_rate = value

    @property
    def weights(self) -> list[Tensor]:
        """The inner optimizer's state: the scale is in no file, as in Keras."""
        return self.inner_optimizer.weights

    @weights.setter
    def weights(self, new: list[Tensor]) -> None:
        self.inner_optimizer.weights = new

    def set_weights(self, weights: Sequence[Any]) -> None:
        self.inner_optimizer.set_weights(weights)

    def state_dict(self) -> dict[str, Any]:
        own = {"dynamic_scale": self.dynamic_scale.clone(), "step_counter": self.step_counter.clone()}
        return {**own, "inner": self.inner_optimizer.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.inner_optimizer.load_state_dict(state["inner"])
        self.dynamic_scale, self.step_counter = state["dynamic_scale"], state["step_counter"]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal optimizer."""
        from . import serialize

        config = {
            "inner_optimizer": serialize(self.inner_optimizer),
            "dynamic": self.dynamic,
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }
        return {"name": self.name, **config} if self._later else config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> LossScaleOptimizer:
        from . import deserialize

        inner = config["inner_optimizer"]
        return cls(**{**config, "inner_optimizer": deserialize(inner) if isinstance(inner, dict) else inner})


def _held(inner: Optimizer, binding: Binding) -> dict[tuple, Tensor]:
    """What a step changes: parameters, state, and the optimizer's own numbers."""
    held: dict[tuple, Tensor] = {("param", i): p.detach() for i, p in enumerate(binding.params)}
    for k, group in enumerate(binding.groups):
        for name, tensors in group.state.items():
            held.update({(k, name, i): t for i, t in enumerate(tensors)})
    for i, p in enumerate(binding.params if isinstance(inner, TorchOptimizer) else ()):
        own = inner.optimizer.state.get(p, {})
        held.update({("torch", i, name): t for name, t in own.items() if isinstance(t, Tensor)})
    held.update({("number", name): t for name, t in inner.__dict__.items() if isinstance(t, Tensor)})
    return held


def _positive(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or value <= 0:
        raise ValueError(f"LossScaleOptimizer: expected {name} to be a positive number. Received: {name}={value!r}")
    return float(value)
