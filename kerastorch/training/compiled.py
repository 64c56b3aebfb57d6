"""A model's forward pass given to ``torch.compile``, as ``compile(jit_compile=True)`` asks.

Losses, gradients, updates and metrics stay as they are, and on a GPU the whole is still recorded as a CUDA graph. Fused
operations round in another order and draw other random numbers than the eager model. Recurrent layers are unrolled,
which takes long to compile.

Source: https://pytorch.org/docs/stable/generated/torch.compile.html
"""

from __future__ import annotations

from typing import Any

import torch

from ..backend.telling import warn
from ..engine.symbolic.calls import from_graph

__all__ = ["Compiled", "run_model"]


class Compiled:
    """Runs a model compiled; as it is, where torch cannot compile it, which a warning then says once.

    Args:
        model: the model.
    """

    def __init__(self, model: Any) -> None:
        self.model = model
        self.failed = False
        self._function = torch.compile(self._plain)

    def _plain(self, inputs: Any) -> Any:
        from_graph()
        return self.model(inputs)

    def __call__(self, inputs: Any) -> Any:
        if self.failed:
            return self._plain(inputs)
        try:
            return self._function(inputs)
        except torch._dynamo.exc.TorchDynamoException as error:
            self.failed = True
            reason = str(error).strip().splitlines()[0] if str(error).strip() else ""
            warn(
                f"Model {self.model.name}: torch.compile failed, so jit_compile=True has no effect "
                f"({type(error).__name__}: {reason})"
            )
            return self._plain(inputs)


def run_model(model: Any, inputs: Any) -> Any:
    """The model's outputs for a batch that was checked, compiled where ``compile`` asked for it."""
    if not model.__dict__.get("jit_compile"):
        from_graph()
        return model(inputs)
    compiled = model.__dict__.get("_compiled")
    if compiled is None:
        compiled = model.__dict__["_compiled"] = Compiled(model)
    return compiled(inputs)
