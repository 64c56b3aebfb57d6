"""Labels that are not aligned with their steps: connectionist temporal classification.

Source: https://keras.io/api/ops/nn/
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from ..backend.ctc import likeliest
from ..engine.symbolic import Spec
from ._making import converted, floats, operation_like

__all__ = ["ctc_decode", "ctc_loss"]


def _wide(kind: torch.dtype) -> torch.dtype:
    return torch.float32 if kind in (torch.float16, torch.bfloat16) else kind


def _at_least_float32(x: Any) -> Any:
    x = floats(x)
    return x.to(_wide(x.dtype))


@operation_like(lambda target, output, *_, **__: Spec((target.shape[0],), _wide(floats(output).dtype)))
def ctc_loss(target: Any, output: Any, target_length: Any, output_length: Any, mask_index: int = 0) -> Any:
    """The loss of labels that are not aligned with the steps.

    Args:
        target: (batch, longest) class numbers.
        output: (batch, steps, classes) logits.
        target_length: (batch,) how many labels of each row count.
        output_length: (batch,) how many steps of each row count.
        mask_index: which class is the blank.

    Example:
        >>> even = torch.zeros(1, 3, 2)  # 6 of the 8 ways through three steps read as one label
        >>> ctc_loss([[1]], even, [1], [3]).exp()
        tensor([1.3333])
    """
    logs = torch.log_softmax(_at_least_float32(output), -1).transpose(0, 1)
    target, steps, labels = (converted(x).long() for x in (target, output_length, target_length))
    return F.ctc_loss(logs, target, steps, labels, blank=mask_index, reduction="none")


def _decoded(
    inputs: Any,
    sequence_lengths: Any,
    strategy: str = "greedy",
    beam_width: int = 100,
    top_paths: int = 1,
    merge_repeated: bool = True,
    mask_index: int = 0,
) -> Any:
    batch, steps = tuple(inputs.shape)[:2]
    paths = 1 if strategy == "greedy" else top_paths
    return Spec((paths, batch, steps), torch.int32), Spec((batch, paths), _wide(floats(inputs).dtype))


@operation_like(_decoded)
def ctc_decode(
    inputs: Any,
    sequence_lengths: Any,
    strategy: str = "greedy",
    beam_width: int = 100,
    top_paths: int = 1,
    merge_repeated: bool = True,
    mask_index: int = 0,
) -> Any:
    """Likely labels of each row.

    Args:
        inputs: (batch, steps, classes) logits.
        sequence_lengths: (batch,) how many steps of each row count.
        strategy: ``"greedy"`` takes the likeliest class of each step, ``"beam_search"`` keeps the likeliest labellings.
        beam_width: how many the search keeps.
        top_paths: how many of them are returned.
        merge_repeated: whether the greedy strategy takes the same class in a row for one label.
        mask_index: which class is the blank.

    Returns:
        (paths, batch, steps) class numbers as int32, filled up with -1, and (batch, paths) scores: minus the sum of the
        greatest logits where greedy, else log-probabilities.

    Raises:
        ValueError: for another strategy.

    Example:
        >>> steps = torch.tensor([[[0.1, 0.8, 0.1], [0.1, 0.8, 0.1], [0.7, 0.2, 0.1]]])
        >>> ctc_decode(steps, [3])[0].tolist()
        [[[1, -1, -1]]]
    """
    x, lengths = _at_least_float32(inputs), converted(sequence_lengths).long()
    if strategy == "greedy":
        return _greedy(x, lengths.to(x.device), merge_repeated, mask_index)
    if strategy != "beam_search":
        raise ValueError(f"ops.ctc_decode: expected greedy or beam_search. Received: strategy={strategy!r}")
    return _searched(x, lengths, beam_width, top_paths, mask_index)


def _greedy(x: Any, lengths: Any, merge_repeated: bool, blank: int) -> tuple[Any, Any]:
    best, classes = x.max(-1)
    counts = torch.arange(x.shape[1], device=x.device) < lengths.unsqueeze(1)
    classes = torch.where(counts, classes, blank)
    kept = classes != blank
    if merge_repeated:
        kept[:, 1:] &= classes[:, 1:] != classes[:, :-1]
    order = torch.argsort((~kept).to(torch.uint8), dim=1, stable=True)  # what is kept comes first, in its order
    found = torch.where(kept, classes, -1).gather(1, order)
    return found.to(torch.int32).unsqueeze(0), -torch.where(counts, best, 0).sum(1, keepdim=True)


def _searched(x: Any, lengths: Any, beam_width: int, top_paths: int, blank: int) -> tuple[Any, Any]:
    batch, steps, classes = x.shape
    blank = blank % classes
    order = [i for i in range(classes) if i != blank] + [blank]  # the search has its blank behind all others
    logs = torch.log_softmax(x, -1)[..., order].detach().cpu().numpy()
    paths = np.full((top_paths, batch, steps), -1, dtype=np.int32)
    scores = np.full((batch, top_paths), -np.inf, dtype=logs.dtype)
    for row, count in enumerate(lengths.tolist()):
        for rank, (labels, score) in enumerate(likeliest(logs[row, :count], beam_width)[:top_paths]):
            paths[rank, row, : len(labels)] = [order[label] for label in labels]
            scores[row, rank] = score
    return torch.as_tensor(paths, device=x.device), torch.as_tensor(scores, device=x.device)
