"""Torch's fused optimizer kernels, called so that they compute Keras's formulas."""

from __future__ import annotations

import functools

import torch
from torch import Tensor

from .binding import Group

__all__ = ["adam", "sgd", "plain_sgd", "adagrad", "has_adagrad", "add_number", "subtract_ratio"]


def adam(
    group: Group,
    grads: list[Tensor],
    first: list[Tensor],
    second: list[Tensor],
    largest: list[Tensor],
    *,
    lr: float | Tensor,
    beta_1: float,
    beta_2: float,
    epsilon: float,
) -> None:
    """``m = b1*m + (1-b1)*g;  v = b2*v + (1-b2)*g^2;  p -= lr * m / (sqrt(v) + epsilon)`` in one pass.

    The kernel gets an infinite step count, so that its own bias corrections are 1: torch adds epsilon after correcting
    ``v`` and Keras before, so the caller puts Keras's correction into ``lr``. With ``largest``, that running maximum of
    ``v`` takes its place under the root.
    """
    torch._fused_adam_(
        group.params,
        grads,
        first,
        second,
        largest,
        group.steps,
        lr=lr if group.host else lr.to(torch.float32),
        beta1=beta_1,
        beta2=beta_2,
        weight_decay=0.0,
        eps=epsilon,
        amsgrad=bool(largest),
        maximize=False,
    )


def sgd(
    group: Group,
    grads: list[Tensor],
    velocity: list[Tensor],
    *,
    lr: float | Tensor,
    momentum: float,
    nesterov: bool,
) -> None:
    """``v = momentum*v - lr*g;  p += v``, or with Nesterov ``p += momentum*v - lr*g``.

    Torch keeps the learning rate out of its velocity and Keras in it, which differs as soon as the rate changes.
    With ``maximize`` and a rate of -1 the kernel's buffer is Keras's velocity, given gradients scaled by ``lr``. Where
    ``lr`` is a plain float the kernel's ``dampening`` does the scaling, and Nesterov's step is two plain ones.
    """
    damped = not isinstance(lr, Tensor)
    torch._fused_sgd_(
        group.params,
        grads if damped else torch._foreach_mul(grads, lr),
        velocity,
        weight_decay=0.0,
        momentum=momentum,
        lr=-momentum if damped and nesterov else -1.0,
        dampening=1.0 - lr if damped else 0.0,
        nesterov=nesterov and not damped,
        maximize=True,
        is_first_step=False,
    )
    if damped and nesterov:
        plain_sgd(group, grads, lr)


def plain_sgd(group: Group, grads: list[Tensor], lr: float | Tensor) -> None:
    """``p -= lr * g``."""
    torch._fused_sgd_(
        group.params,
        grads,
        [],
        weight_decay=0.0,
        momentum=0.0,
        lr=lr,
        dampening=0.0,
        nesterov=False,
        maximize=False,
        is_first_step=False,
    )


@functools.cache
def has_adagrad(device: torch.device) -> bool:
    """Whether this torch has a fused Adagrad for the device."""
    if device.type == "cpu":
        return True
    if "tensor_lr" not in torch.ops.aten._fused_adagrad_.overloads():
        return False
    return torch._C._dispatch_has_kernel_for_dispatch_key("aten::_fused_adagrad_.tensor_lr", device.type.upper())


def adagrad(group: Group, grads: list[Tensor], sums: list[Tensor], *, lr: float | Tensor, epsilon: float) -> None:
    """``a += g^2;  p -= lr * g / (sqrt(a) + epsilon)``."""
    if has_adagrad(group.device):
        torch._fused_adagrad_(
            group.params,
            grads,
            sums,
            group.ones,
            lr=lr,
            lr_decay=0.0,
            weight_decay=0.0,
            eps=epsilon,
            maximize=False,
        )
        return
    torch._foreach_addcmul_(sums, grads, grads)
    below = torch._foreach_sqrt(sums)
    torch._foreach_add_(below, epsilon)
    subtract_ratio(group.params, grads, below, lr)


def add_number(tensors: list[Tensor], number: float | Tensor) -> None:
    """``t += number``, which may be a 0-d tensor on the tensors' device."""
    if isinstance(number, Tensor):
        # Without alpha torch takes the overload for numbers of the host, and waits for the GPU to get one.
        torch._foreach_add_(tensors, number.to(tensors[0].dtype), alpha=1)
    else:
        torch._foreach_add_(tensors, number)


def subtract_ratio(params: list[Tensor], above: list[Tensor], below: list[Tensor], factor: float | Tensor) -> None:
    """``p -= factor * above / below``; overwrites ``below`` when the factor is a tensor."""
    if isinstance(factor, Tensor):
        torch._foreach_div_(below, -factor)
        torch._foreach_addcdiv_(params, above, below, 1.0)
    else:
        torch._foreach_addcdiv_(params, above, below, -factor)
