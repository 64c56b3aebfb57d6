"""What the recurrent kernels share: when a scan applies, folding affine parts, the products with the last output.

Shapes here are time-major: gates (time, batch, n * units), outputs (time + 1, batch, units), the initial state first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
import torch.nn.functional as F

from kerastorch.kernels.pointwise import POINTWISE, Pointwise, arrays_of
from kerastorch.kernels.switch import fast_enabled, tracing

__all__ = [
    "Activation",
    "Feed",
    "Hold",
    "fold",
    "fused_applies",
    "hold_back",
    "needed",
    "one_block",
    "project",
    "scan_applies",
    "select",
    "time_major",
]

Tensor = torch.Tensor
Activation = str | Callable[[Tensor], Tensor]
_PLAIN = (torch.Tensor, torch.nn.Parameter)


def scan_applies(x: Tensor, tensors: Sequence[Tensor | None], activations: Sequence[Activation]) -> bool:
    """Whether the scans with a backward pass of their own apply: plain tensors, known activations, nobody tracing."""
    return (
        fast_enabled()
        and all(isinstance(a, str) for a in activations)
        and not tracing()
        and not torch._C._are_functorch_transforms_active()
        and not torch.is_autocast_enabled(x.device.type)
        and x.device.type in ("cpu", "cuda")
        and x.is_floating_point()
        and x.shape[0] > 0
        and x.shape[1] > 0
        and all(t is None or (type(t) in _PLAIN and t.dtype == x.dtype) for t in (x, *tensors))
    )


def fused_applies(x: Tensor, activations: Sequence[Activation]) -> bool:
    """Whether torch's own fused kernel is the better one: on CUDA (cuDNN), and for float32 on a CPU (oneDNN)."""
    if tuple(activations) != ("tanh", "sigmoid") or not fast_enabled() or tracing() or type(x) not in _PLAIN:
        return False
    if x.shape[0] == 0 or x.shape[1] == 0:
        return False
    if x.device.type == "cuda":
        return torch.backends.cudnn.is_acceptable(x)
    return x.device.type == "cpu" and x.dtype == torch.float32 and torch.backends.mkldnn.is_available()


def one_block(weights: Sequence[Tensor]) -> list[Tensor]:
    """The same weights as views of one block of memory, as cuDNN wants them; on other devices as they are."""
    if weights[0].device.type != "cuda":
        return list(weights)
    block = torch.cat([weight.reshape(-1) for weight in weights])
    sizes = [weight.numel() for weight in weights]
    return [part.view_as(weight) for part, weight in zip(block.split(sizes), weights, strict=True)]


def fold(weight: Tensor, bias: Tensor | None, gates: Sequence[str], shift: bool = True) -> tuple[Tensor, Tensor | None]:
    """Moves the affine parts of the gates' activations into a weight (and its bias) of ``len(gates)`` stacked blocks.

    Args:
        weight: (gates * units, features).
        bias: (gates * units,) or None.
        gates: each gate's activation.
        shift: False where the constant part is added elsewhere.
    """
    known = [POINTWISE[name] for name in gates]
    if all(p.is_plain for p in known):
        return weight, bias
    units = weight.shape[0] // len(gates)
    slope = _per_row([p.slope for p in known], units, weight)
    if bias is not None:
        bias = bias * slope
    if shift:
        constant = _per_row([p.shift for p in known], units, weight)
        bias = constant if bias is None else bias + constant
    return weight * slope.unsqueeze(1), bias


def _per_row(values: Sequence[float], units: int, like: Tensor) -> Tensor:
    row = torch.empty(len(values), units, dtype=like.dtype, device=like.device)
    for gate, value in zip(row, values, strict=True):
        gate.fill_(value)
    return row.view(-1)


def project(x: Tensor, weight: Tensor, bias: Tensor | None, masks: Sequence[Tensor] = ()) -> Tensor:
    """The inputs' products with the weights, for one step or for all of them at once.

    Args:
        x: (..., batch, in).
        weight: (gates * units, in).
        bias: (gates * units,) or None.
        masks: dropout masks (batch, in): none, one for all gates, or one for each gate.
    """
    if len(masks) < 2:
        return F.linear(x * masks[0] if masks else x, weight, bias)
    weights = weight.chunk(len(masks))
    biases = bias.chunk(len(masks)) if bias is not None else [None] * len(masks)
    return torch.cat([F.linear(x * m, w, b) for m, w, b in zip(masks, weights, biases, strict=True)], -1)


def time_major(x: Tensor) -> Tensor:
    """(batch, time, ...) as contiguous (time, batch, ...): each step is then one block of memory."""
    return x.transpose(0, 1).contiguous()


def needed(mask: Tensor | None) -> Tensor | None:
    """The mask as bool (batch, time); None where it leaves nothing out and looking does not wait for a device."""
    if mask is None:
        return None
    mask = mask.bool() if mask.ndim == 2 else mask.bool().squeeze(-1)
    can_look = type(mask) in _PLAIN and mask.device.type == "cpu" and fast_enabled() and not tracing()
    return None if can_look and bool(mask.all()) else mask


def hold_back(mask: Tensor | None, t: int, new: Tensor, old: Tensor) -> Tensor:
    """``new`` with the rows that the mask leaves out at step ``t`` taken from ``old``."""
    return new if mask is None else torch.where(mask[:, t].unsqueeze(-1), new, old)


class Feed:
    """The product of the last output with the recurrent weights, and its backward pass.

    Args:
        outputs: (time + 1, batch, units); row ``t`` is what step ``t`` is fed.
        weight: (gates * units, units).
        masks: recurrent dropout masks (batch, units): none, one for all gates, or one for each gate.
    """

    def __init__(self, outputs: Tensor, weight: Tensor, masks: Sequence[Tensor] = ()) -> None:
        self.outputs, self.weight, self.masks = outputs, weight, list(masks)
        self.units = weight.shape[1]

    def forward(self, gates: Tensor) -> Callable[[int], object]:
        """``step(t)``: adds the product to ``gates[t]``; with at most one mask."""
        rows, last, transposed = gates.unbind(0), self.outputs.unbind(0), self.weight.t()
        if not self.masks:
            return lambda t: rows[t].addmm_(last[t], transposed)
        (only,) = self.masks
        return lambda t: rows[t].addmm_(last[t] * only, transposed)

    def backward(self, grads: Tensor, into: Tensor) -> Callable[[int], object]:
        """``step(t)``: adds what ``grads[t]`` says about the output fed to step ``t`` to ``into[t]``."""
        rows, targets = grads.unbind(0), into.unbind(0)
        if not self.masks:
            return lambda t: targets[t].addmm_(rows[t], self.weight)
        if len(self.masks) == 1:
            only = self.masks[0]
            return lambda t: targets[t].addcmul_(rows[t] @ self.weight, only)
        stacked = torch.stack(self.masks)
        count = len(self.masks)
        weights = self.weight.view(count, self.units, self.units)
        per_gate = grads.view(*grads.shape[:2], count, self.units).transpose(1, 2).unbind(0)
        return lambda t: targets[t].add_(torch.bmm(per_gate[t], weights).mul_(stacked).sum(0))

    def weight_gradient(self, grads: Tensor) -> Tensor:
        """The gradient of the recurrent weights, from all steps at once."""
        fed = self.outputs[:-1]
        flat = grads.view(-1, grads.shape[-1])
        if len(self.masks) > 1:
            parts = flat.split(self.units, 1)
            return torch.cat([p.t() @ (fed * m).view(-1, self.units) for p, m in zip(parts, self.masks, strict=True)])
        if self.masks:
            fed = fed * self.masks[0]
        return flat.t() @ fed.reshape(-1, self.units)


class Hold:
    """Keeps the rows of a step that a mask leaves out as they were.

    Args:
        mask: bool (batch, time), or None.
        on_cpu: whether the mask may be looked at (on CUDA that would wait for the device).
    """

    def __init__(self, mask: Tensor | None, on_cpu: bool) -> None:
        self.active = mask is not None
        if mask is None:
            return
        left_out = ~mask.t().unsqueeze(-1)
        self.valid = mask.t().unsqueeze(-1)
        self.left_out = left_out.unbind(0)
        self.numpy = on_cpu
        if on_cpu:
            some = left_out.flatten(1).any(1).tolist()
            self.left_out = [rows if any_ else None for rows, any_ in zip(left_out.numpy(), some, strict=True)]

    def apply(self, t: int, new: Tensor | np.ndarray, old: Tensor | np.ndarray) -> None:
        """Puts ``old`` into the left-out rows of ``new``."""
        rows = self.left_out[t]
        if rows is None:
            return
        if isinstance(new, np.ndarray):
            np.copyto(new, old, where=rows)
        else:
            rows = torch.from_numpy(rows) if self.numpy else rows
            torch.where(rows, old, new, out=new)

    def pass_back(self, t: int, grad: Tensor, into: Tensor) -> None:
        """Adds the left-out rows of a gradient to that of the step before."""
        rows = self.left_out[t]
        if rows is not None:
            rows = torch.from_numpy(rows) if self.numpy else rows
            into.addcmul_(grad, rows.to(grad.dtype))


def select(name: str, *sequences: Tensor) -> tuple[Callable, list[list]]:
    """An activation's core as ``apply(source, target)``, and the time steps to call it on; numpy's where it is quicker.

    Args:
        name: a key of ``POINTWISE``.
        *sequences: tensors whose first axis is time.
    """
    pointwise: Pointwise = POINTWISE[name]
    if pointwise.ufunc is not None:
        module, *arrays = arrays_of(*sequences)
        if module is np:
            ufunc = pointwise.ufunc
            return (lambda source, target: ufunc(source, out=target)), [list(a) for a in arrays]
    core = pointwise.core

    def apply(source: Tensor, target: Tensor) -> None:
        if source is not target:
            target.copy_(source)
        core(target)

    return apply, [list(s.unbind(0)) for s in sequences]
