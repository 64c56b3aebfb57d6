"""What the recurrent kernels share: which path applies, the inputs' products, masks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F

from .switch import PLAIN, fast_enabled, tracing, unwatched

__all__ = [
    "Activation",
    "as_one_applies",
    "by_step",
    "fused_applies",
    "hold_back",
    "masked",
    "needed",
    "one_block",
    "project",
    "scan_applies",
    "time_major",
]

Tensor = torch.Tensor
Activation = str | Callable[[Tensor], Tensor]


def scan_applies(x: Tensor, tensors: Sequence[Tensor | None], activations: Sequence[Activation]) -> bool:
    """Whether the scans with a backward pass of their own apply: plain tensors, known activations, nobody tracing."""
    return (
        unwatched()
        and all(isinstance(a, str) for a in activations)
        and not torch.is_autocast_enabled(x.device.type)
        and x.device.type in ("cpu", "cuda")
        and x.is_floating_point()
        and x.shape[0] > 0
        and x.shape[1] > 0
        and all(t is None or (type(t) in PLAIN and t.dtype == x.dtype) for t in (x, *tensors))
    )


def fused_applies(x: Tensor, activations: Sequence[Activation]) -> bool:
    """Whether torch's own fused kernel is the better one: on CUDA (cuDNN), and for float32 on a CPU (oneDNN)."""
    if tuple(activations) != ("tanh", "sigmoid") or not fast_enabled() or tracing() or type(x) not in PLAIN:
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


def by_step(mask: Tensor | None) -> Tensor | None:
    """A mask of samples' steps as bool (batch, time)."""
    return None if mask is None else mask.bool() if mask.ndim == 2 else mask.bool().squeeze(-1)


def needed(mask: Tensor | None) -> Tensor | None:
    """The mask as bool (batch, time); None where it leaves nothing out and looking does not wait for a device."""
    mask = by_step(mask)
    return None if mask is not None and _can_look_at(mask) and bool(mask.all()) else mask


def as_one_applies(x: Tensor, mask: Tensor | None, activations: Sequence[Activation]) -> bool:
    """Whether a masked sequence may be one operation of a recorded step: what it does depends on the mask's values."""
    return mask is not None and type(x) in PLAIN and all(isinstance(a, str) for a in activations) and _can_look_at(mask)


def _can_look_at(mask: Tensor) -> bool:
    """Whether nobody is tracing and no device is waited for."""
    return type(mask) in PLAIN and mask.device.type == "cpu" and unwatched()


def hold_back(mask: Tensor | None, t: int, new: Tensor, old: Tensor) -> Tensor:
    """``new`` with the rows that the mask leaves out at step ``t`` taken from ``old``."""
    return new if mask is None else torch.where(mask[:, t].unsqueeze(-1), new, old)


def masked(
    x: Tensor,
    mask: Tensor,
    h: Tensor,
    need_outputs: bool,
    run: Callable[[Tensor, Tensor], tuple[Tensor | None, ...]],
) -> tuple[Tensor | None, ...]:
    """Runs a sequence of which some steps do not count, on something that knows no masks.

    The steps that count are moved to the front, where nothing that follows changes what they give, and each output is
    fetched from where it is. Nothing here waits for a device.

    Args:
        x: (batch, time, in).
        mask: bool (batch, time).
        h: the output before the first step.
        need_outputs: False allows None in the place of all outputs.
        run: given ``x`` and how many of its steps count, it gives all outputs and the states after these steps.

    Returns:
        What ``run`` gives; a step that the mask leaves out repeats the output.
    """
    batch, steps = mask.shape
    sample = torch.arange(batch, device=x.device)
    counted = mask.cumsum(1)
    at_end = False
    if x.device.type == "cpu":  # where looking costs nothing
        at_end = not bool((mask[:, 1:] & ~mask[:, :-1]).any())
        steps = max(int(counted[:, -1].max()), 1)
    if not at_end:
        order = (~mask).to(torch.uint8).argsort(dim=1, stable=True) + sample.unsqueeze(1) * mask.shape[1]
        order = order[:, :steps]
        x = x.flatten(0, 1).index_select(0, order.flatten()).unflatten(0, order.shape)
    out, *states = run(x[:, :steps], counted[:, -1])
    if not need_outputs:
        return None, *states
    place = (counted - 1).clamp(min=0) * batch + sample.unsqueeze(1)
    rows = out.transpose(0, 1).flatten(0, 1)  # time before batch, as they lie in memory
    out = rows.index_select(0, place.flatten()).unflatten(0, place.shape)
    return torch.where(counted.unsqueeze(-1) > 0, out, h.unsqueeze(1)), *states
