"""Activations that a scan knows by name: how to apply one in place and what its derivative is, from its own output.

An affine inner part is folded into the weights ahead of time (``hard_sigmoid`` is then a mere clamp), and a backward
pass written in terms of the output can be taken for all time steps at once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F

__all__ = ["Pointwise", "POINTWISE", "function_of"]

Tensor = torch.Tensor


@dataclasses.dataclass(frozen=True)
class Pointwise:
    """One activation ``y = core(slope * x + shift)``.

    Args:
        function: the whole of it in plain torch; what the slow twins call.
        core: applies the core in place.
        backward: ``f(gradient, y, out)``: the gradient of the core's input, written to ``out``.
        slope: folded into the weights.
        shift: folded into the bias.
        ufunc: the core as a numpy function with ``out=``, where numpy's is quicker than torch's on a CPU.
    """

    function: Callable[[Tensor], Tensor]
    core: Callable[[Tensor], object]
    backward: Callable[[Tensor, Tensor, Tensor], object]
    slope: float = 1.0
    shift: float = 0.0
    ufunc: Callable | None = None

    @property
    def is_plain(self) -> bool:
        """Whether the core is all of it."""
        return self.slope == 1 and self.shift == 0


def _clamp_core(x: Tensor) -> None:
    x.clamp_(0.0, 1.0)


# torch's own backward kernels read gradient and output and write the result in a single pass over memory.


def _clamp_backward(gradient: Tensor, y: Tensor, out: Tensor) -> None:
    torch.ops.aten.hardtanh_backward.grad_input(gradient, y, 0.0, 1.0, grad_input=out)


def _sigmoid_backward(gradient: Tensor, y: Tensor, out: Tensor) -> None:
    torch.ops.aten.sigmoid_backward.grad_input(gradient, y, grad_input=out)


def _tanh_backward(gradient: Tensor, y: Tensor, out: Tensor) -> None:
    torch.ops.aten.tanh_backward.grad_input(gradient, y, grad_input=out)


def _relu_backward(gradient: Tensor, y: Tensor, out: Tensor) -> None:
    torch.ops.aten.threshold_backward.grad_input(gradient, y, 0.0, grad_input=out)


def _softsign_core(x: Tensor) -> None:
    x.div_(x.abs().add_(1.0))


def _softsign_backward(gradient: Tensor, y: Tensor, out: Tensor) -> None:
    out.copy_(y.abs().neg_().add_(1.0).square_().mul_(gradient))


def _nothing(x: Tensor) -> None:
    return None


def _linear_backward(gradient: Tensor, y: Tensor, out: Tensor) -> None:
    out.copy_(gradient)


POINTWISE: dict[str, Pointwise] = {
    "tanh": Pointwise(torch.tanh, Tensor.tanh_, _tanh_backward, ufunc=np.tanh),
    "sigmoid": Pointwise(torch.sigmoid, Tensor.sigmoid_, _sigmoid_backward),
    "hard_sigmoid": Pointwise(lambda x: (0.2 * x + 0.5).clamp(0.0, 1.0), _clamp_core, _clamp_backward, 0.2, 0.5),
    "hard_sigmoid_relu6": Pointwise(lambda x: F.relu6(x + 3.0) / 6.0, _clamp_core, _clamp_backward, 1 / 6, 0.5),
    "relu": Pointwise(torch.relu, Tensor.relu_, _relu_backward),
    "softsign": Pointwise(F.softsign, _softsign_core, _softsign_backward),
    "linear": Pointwise(lambda x: x, _nothing, _linear_backward),
}


def function_of(activation: str | Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """The plain function behind a name of ``POINTWISE``; a callable is itself."""
    return POINTWISE[activation].function if isinstance(activation, str) else activation
