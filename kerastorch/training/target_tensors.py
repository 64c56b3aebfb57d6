"""``compile(target_tensors=...)``: targets that are tensors of the graph or variables, so that none are fed.

Source: Keras 2.2.4, ``keras.engine.training``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from ..backend.registry import nearest
from ..engine.symbolic import Spec, SymbolicTensor, record_as

__all__ = ["Held", "targets_of"]


class Held:
    """Stands where a fed target would be, with its shape: what the target itself is comes from the graph.

    Args:
        rows: how many samples there are.
        shape: the target's shape with the batch axis.
    """

    def __init__(self, rows: int, shape: Sequence[int | None]) -> None:
        self.shape = (rows, *shape[1:])


def targets_of(given: Any, names: Sequence[str]) -> dict[int, SymbolicTensor]:
    """The tensors that are targets by themselves, by the number of their output.

    Args:
        given: what ``compile`` was given: a tensor, a list of them or a dict by output name. A placeholder is no such
            tensor, since data is fed for it as for any other target.
        names: the outputs' names.

    Raises:
        ValueError: when they do not match the outputs.
        TypeError: for anything else.
    """
    if given is None:
        return {}
    if isinstance(given, (list, tuple)):
        if len(given) != len(names):
            raise ValueError(
                "compile: When passing a list as `target_tensors`, it should have one entry per model output. "
                f"The model has {len(names)} outputs, but you passed target_tensors={given!r}"
            )
        entries = list(given)
    elif isinstance(given, dict):
        for key in given:
            if key not in names:
                raise ValueError(
                    f"compile: expected the keys of target_tensors to be names of outputs {list(names)}. "
                    f"Received: {key!r}.{nearest(key, names)}"
                )
        entries = [given.get(name) for name in names]
    elif isinstance(given, (SymbolicTensor, torch.Tensor)):
        if len(names) > 1:
            raise ValueError(
                f"compile: The model has {len(names)} outputs, but you passed a single tensor as `target_tensors`. "
                "Expected a list or a dict of tensors."
            )
        entries = [given]
    else:
        raise TypeError(f"compile: expected target_tensors to be a list or a dict of tensors. Received: {given!r}")
    found = {i: _symbolic(entry, names[i]) for i, entry in enumerate(entries) if entry is not None}
    return {i: tensor for i, tensor in found.items() if tensor.node is not None or tensor._keras_history is not None}


def _symbolic(tensor: Any, name: str) -> SymbolicTensor:
    if isinstance(tensor, SymbolicTensor):
        return tensor
    if not isinstance(tensor, torch.Tensor):
        raise TypeError(f"compile: expected target_tensors to hold tensors. Received: {tensor!r} for {name!r}")
    return record_as(torch.positive, (tensor,), {}, Spec(tensor.shape, tensor.dtype), f"{name}_target")
