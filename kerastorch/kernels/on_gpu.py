"""Whether kernels written in Triton can be used: it is optional, and compiles with what it finds on the machine."""

from __future__ import annotations

import functools
import importlib.util
import logging
from collections.abc import Sequence
from typing import Any

import torch

__all__ = ["lstm_scan"]

_log = logging.getLogger(__name__)

_DTYPES = (torch.float32, torch.bfloat16, torch.float16)


def lstm_scan(x: torch.Tensor, activations: Sequence[Any]) -> Any:
    """The fused scan of an LSTM for data like ``x``: ``triton_lstm.scan``, or None where it cannot be used.

    Args:
        x: the data.
        activations: the names of the activations.

    Example:
        >>> lstm_scan(torch.ones(1, 2, 3), ["tanh", "hard_sigmoid"]) is None  # on a CPU
        True
    """
    if x.device.type != "cuda" or x.dtype not in _DTYPES or importlib.util.find_spec("triton") is None:
        return None
    from . import triton_lstm, triton_pointwise

    if not all(name in triton_pointwise.KINDS for name in activations):
        return None
    expected = _tried(x.device, x.dtype, None)
    if expected is None:
        return None
    ways = [way for way in triton_lstm.WAYS if _agrees(_tried(x.device, x.dtype, way), expected)]
    return functools.partial(triton_lstm.scan, ways=ways)


def _agrees(found: torch.Tensor | None, expected: torch.Tensor) -> bool:
    return found is not None and torch.allclose(found, expected, rtol=1e-2, atol=1e-2)


@functools.cache
def _tried(device: torch.device, dtype: torch.dtype, way: str | None) -> torch.Tensor | None:
    """The gradient of a small scan, on the host; None where its kernels do not compile or run.

    Args:
        device: where.
        dtype: of the data.
        way: a key of ``triton_lstm.WAYS``; None launches a kernel for each step.
    """
    from . import triton_lstm

    ways = [] if way is None else [way]
    try:
        with torch.enable_grad(), torch.cuda.device(device):
            weight = torch.linspace(-0.3, 0.3, 128 * 32, device=device).view(128, 32).to(dtype).requires_grad_()
            state = torch.zeros(1, 32, dtype=dtype, device=device)
            inputs = torch.linspace(-2, 2, 4 * 128, device=device).view(4, 1, 128).to(dtype)
            outputs, _, _ = triton_lstm.scan(inputs, weight, state, state, None, "tanh", "hard_sigmoid", ways=ways)
            return torch.autograd.grad(outputs.sum(), weight)[0].float().cpu()
    except Exception as error:  # no compiler, a GPU that Triton does not know, …: another kernel or the plain scan does
        kind = "Triton's kernel for a step is" if way is None else f"Triton's {way} kernel for all steps is"
        _log.info("%s not used on %s, since %s: %s", kind, device, type(error).__name__, error)
        return None
