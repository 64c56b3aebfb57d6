"""Activations that a scan knows by name: how to apply one in place and what its derivative is, from its own output.

An affine inner part is folded into the weights ahead of time (``hard_sigmoid`` is then a mere clamp), and a derivative
written in terms of the output can be taken for all time steps at once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F

__all__ = ["Pointwise", "POINTWISE", "function_of", "arrays_of"]

Tensor = torch.Tensor


@dataclasses.dataclass(frozen=True)
class Pointwise:
    """One activation ``y = core(slope * x + shift)``.

    Args:
        function: the whole of it in plain torch; what the slow twins call.
        core: applies the core in place.
        derivative: the core's derivative with respect to its input, from ``y``, written to a second tensor.
        slope: folded into the weights.
        shift: folded into the bias.
        ufunc: the core as a numpy function with ``out=``, where numpy's is quicker than torch's on a CPU.
    """

    function: Callable[[Tensor], Tensor]
    core: Callable[[Tensor], object]
    derivative: Callable[[Tensor, Tensor], object]
    slope: float = 1.0
    shift: float = 0.0
    ufunc: Callable | None = None

    @property
    def is_plain(self) -> bool:
        """Whether the core is all of it."""
        return self.slope == 1 and self.shift == 0


def _clamp_core(x: Tensor) -> None:
    x.clamp_(0.0, 1.0)


def _clamp_derivative(y: Tensor, out: Tensor) -> None:
    torch.addcmul(y, y, y, value=-1.0, out=out)  # y (1 - y) is 0 where the clamp held, positive elsewhere
    torch.gt(out, 0.0, out=out)


def _sigmoid_derivative(y: Tensor, out: Tensor) -> None:
    torch.addcmul(y, y, y, value=-1.0, out=out)


def _tanh_derivative(y: Tensor, out: Tensor) -> None:
    torch.mul(y, y, out=out).neg_().add_(1.0)


def _relu_derivative(y: Tensor, out: Tensor) -> None:
    torch.gt(y, 0.0, out=out)


def _softsign_core(x: Tensor) -> None:
    x.div_(x.abs().add_(1.0))


def _softsign_derivative(y: Tensor, out: Tensor) -> None:
    torch.abs(y, out=out).neg_().add_(1.0).square_()


def _nothing(x: Tensor) -> None:
    return None


def _one_derivative(y: Tensor, out: Tensor) -> None:
    out.fill_(1.0)


POINTWISE: dict[str, Pointwise] = {
    "tanh": Pointwise(torch.tanh, Tensor.tanh_, _tanh_derivative, ufunc=np.tanh),
    "sigmoid": Pointwise(torch.sigmoid, Tensor.sigmoid_, _sigmoid_derivative),
    "hard_sigmoid": Pointwise(lambda x: (0.2 * x + 0.5).clamp(0.0, 1.0), _clamp_core, _clamp_derivative, 0.2, 0.5),
    "hard_sigmoid_relu6": Pointwise(lambda x: F.relu6(x + 3.0) / 6.0, _clamp_core, _clamp_derivative, 1 / 6, 0.5),
    "relu": Pointwise(torch.relu, Tensor.relu_, _relu_derivative),
    "softsign": Pointwise(F.softsign, _softsign_core, _softsign_derivative),
    "linear": Pointwise(lambda x: x, _nothing, _one_derivative),
}


def function_of(activation: str | Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """The plain function behind a name of ``POINTWISE``; a callable is itself."""
    return POINTWISE[activation].function if isinstance(activation, str) else activation


def arrays_of(*tensors: Tensor) -> list:
    """Numpy views of CPU tensors, the tensors themselves elsewhere.

    On small arrays numpy's call costs half of torch's, and its tanh is several times quicker; both share
    ``multiply``, ``add`` and ``tanh`` with an ``out=``, so one loop serves both.
    """
    if all(t.device.type == "cpu" and t.dtype in (torch.float32, torch.float64) for t in tensors):
        return [np, *(t.numpy() for t in tensors)]
    return [torch, *tensors]
