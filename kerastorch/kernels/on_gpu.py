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
    return triton_lstm.scan if _works(x.device, x.dtype) else None


@functools.cache
def _works(device: torch.device, dtype: torch.dtype) -> bool:
    """Whether a small scan and its backward pass compile and run."""
    from . import triton_lstm

    try:
        with torch.enable_grad(), torch.cuda.device(device):
            weight = torch.zeros(64, 16, dtype=dtype, device=device, requires_grad=True)
            state = torch.zeros(1, 16, dtype=dtype, device=device)
            inputs = torch.zeros(2, 1, 64, dtype=dtype, device=device)
            outputs, _, _ = triton_lstm.scan(inputs, weight, state, state, None, "tanh", "hard_sigmoid")
            torch.autograd.grad(outputs.sum(), weight)
    except Exception as error:  # no compiler, a GPU that Triton does not know, …: the plain scan does
        _log.info("Triton kernels are not used on %s, since %s: %s", device, type(error).__name__, error)
        return False
    return True
