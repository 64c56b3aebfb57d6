"""Connectionist temporal classification: the loss of unaligned labels, and the search for likely ones.

The last class is the blank that stands between labels.

Source: Graves et al., Connectionist Temporal Classification (2006), https://www.cs.toronto.edu/~graves/icml_2006.pdf
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from .. import config
from ..engine.symbolic import Spec, record_as, wants_recording
from .convert import as_tensor

__all__ = ["ctc_batch_cost", "ctc_decode", "ctc_label_dense_to_sparse"]


def ctc_label_dense_to_sparse(labels: Any, label_lengths: Any) -> torch.Tensor:
    """Labels as a sparse tensor that holds those within their lengths.

    Args:
        labels: (batch, length) class numbers.
        label_lengths: (batch,) how many of each row count.

    Example:
        >>> sparse = ctc_label_dense_to_sparse(torch.tensor([[5, 6], [7, 0]]), torch.tensor([2, 1]))
        >>> sparse.values().tolist(), sparse.indices().tolist()
        ([5, 6, 7], [[0, 0, 1], [0, 1, 0]])
    """
    labels, label_lengths = as_tensor(labels), as_tensor(label_lengths)
    if wants_recording((labels, label_lengths), {}):
        spec = Spec(labels.shape, labels.dtype)
        return record_as(ctc_label_dense_to_sparse, (labels, label_lengths), {}, spec, "ctc_labels")
    counts = torch.arange(labels.shape[1], device=labels.device) < label_lengths.reshape(-1, 1)
    places = counts.nonzero().T
    return torch.sparse_coo_tensor(places, labels[counts], labels.shape).coalesce()


def ctc_batch_cost(y_true: Any, y_pred: Any, input_length: Any, label_length: Any) -> Any:
    """The loss of each sample's labels.

    Args:
        y_true: (batch, most labels) class numbers.
        y_pred: (batch, time, classes) probabilities.
        input_length: (batch, 1) how many steps of each sample count.
        label_length: (batch, 1) how many labels of each sample count.

    Returns:
        (batch, 1); infinity where the labels do not fit into the steps.

    Example:
        >>> even = torch.full((1, 3, 2), 0.5)
        >>> ctc_batch_cost(torch.tensor([[0]]), even, torch.tensor([[3]]), torch.tensor([[1]]))
        tensor([[0.2877]])
    """
    y_pred, y_true = as_tensor(y_pred), as_tensor(y_true)
    input_length, label_length = as_tensor(input_length), as_tensor(label_length)
    arguments = (y_true, y_pred, input_length, label_length)
    if wants_recording(arguments, {}):
        return record_as(ctc_batch_cost, arguments, {}, Spec((y_pred.shape[0], 1), y_pred.dtype), "ctc_batch_cost")
    logs = torch.log_softmax(torch.log(y_pred.transpose(0, 1) + config.epsilon()), -1)
    labels = y_true.to(torch.int64).clamp(min=0)
    lengths = (length.reshape(-1).to(torch.int64) for length in (input_length, label_length))
    return F.ctc_loss(logs, labels, *lengths, blank=y_pred.shape[-1] - 1, reduction="none").unsqueeze(1)


def ctc_decode(
    y_pred: Any, input_length: Any, greedy: bool = True, beam_width: int = 100, top_paths: int = 1
) -> tuple[list[Any], Any]:
    """Likely labels of each sample.

    Args:
        y_pred: (batch, time, classes) probabilities.
        input_length: (batch,) how many steps of each sample count.
        greedy: takes the likeliest class of each step; otherwise a search keeps the
            ``beam_width`` likeliest labellings.
        beam_width: how many the search keeps.
        top_paths: how many of them are returned.

    Returns:
        A list of (batch, most labels) tensors of class numbers, filled up with -1, and a (batch, top_paths) tensor:
        minus the sum of the steps' largest log-probabilities when greedy, else the log-probabilities.

    Example:
        >>> steps = torch.tensor([[[0.1, 0.8, 0.1], [0.1, 0.8, 0.1], [0.7, 0.2, 0.1]]])
        >>> ctc_decode(steps, torch.tensor([3]))[0][0].tolist()
        [[1, 0]]
    """
    y_pred, input_length = as_tensor(y_pred), as_tensor(input_length)
    arguments = (y_pred, input_length, greedy, beam_width, top_paths)
    if wants_recording(arguments, {}):
        paths = 1 if greedy else top_paths
        batch = y_pred.shape[0]
        like = ([Spec((batch, None), torch.int64)] * paths, Spec((batch, paths), y_pred.dtype))
        return record_as(ctc_decode, arguments, {}, like, "ctc_decode")
    logs = torch.log(y_pred + config.epsilon())
    lengths = input_length.reshape(-1).to(device=y_pred.device, dtype=torch.int64)
    if greedy:
        return _greedy(logs, lengths)
    return _search(torch.log_softmax(logs, -1), lengths, beam_width, top_paths)


def _greedy(logs: torch.Tensor, lengths: torch.Tensor) -> tuple[list[torch.Tensor], torch.Tensor]:
    best, classes = logs.max(-1)
    counts = torch.arange(logs.shape[1], device=logs.device) < lengths.unsqueeze(1)
    fresh = torch.ones_like(counts)
    fresh[:, 1:] = classes[:, 1:] != classes[:, :-1]
    kept = counts & fresh & (classes != logs.shape[2] - 1)
    places = kept.cumsum(1) - 1
    width = int(kept.sum(1).max()) if kept.numel() else 0
    out = torch.full((logs.shape[0], width + 1), -1, dtype=torch.int64, device=logs.device)
    out.scatter_(1, torch.where(kept, places, width), torch.where(kept, classes, -1))
    return [out[:, :width]], -torch.where(counts, best, 0.0).sum(1, keepdim=True)


# ------------------------------------------------------------------ beam search


def _search(
    logs: torch.Tensor, lengths: torch.Tensor, beam_width: int, top_paths: int
) -> tuple[list[torch.Tensor], torch.Tensor]:
    values, steps = logs.detach().cpu().numpy(), lengths.cpu().numpy()
    found = [likeliest(sample[:count], beam_width)[:top_paths] for sample, count in zip(values, steps, strict=True)]
    least = min((len(labels) for labels in found), default=top_paths)
    if least < top_paths:
        raise ValueError(
            f"ctc_decode: expected top_paths to be at most the number of labellings found, {least}. "
            f"Received: top_paths={top_paths}"
        )
    paths = []
    for i in range(top_paths):
        labels = [_merged(sample[i][0]) for sample in found]
        width = max((len(each) for each in labels), default=0)
        dense = np.full((len(labels), width), -1, dtype=np.int64)
        for row, each in zip(dense, labels, strict=True):
            row[: len(each)] = each
        paths.append(torch.as_tensor(dense, device=logs.device))
    scores = np.array([[score for _, score in sample] for sample in found], dtype=values.dtype)
    return paths, torch.as_tensor(scores.reshape(len(found), top_paths), device=logs.device)


def _merged(labels: tuple[int, ...]) -> list[int]:
    """Labels without repetitions of the same one in a row, as TensorFlow 1's search returns them."""
    return [label for i, label in enumerate(labels) if i == 0 or label != labels[i - 1]]


def likeliest(logs: np.ndarray, beam_width: int) -> list[tuple[tuple[int, ...], float]]:
    """The likeliest labellings of one sample and their log-probabilities.

    For each labelling that is kept, two probabilities are known: that of ending in a blank and that of ending in its
    last label. A label that repeats the last one starts over only after a blank.
    """
    blank = logs.shape[1] - 1
    beams: dict[tuple[int, ...], tuple[float, float]] = {(): (0.0, -np.inf)}
    for step in logs:
        totals = {labels: np.logaddexp(*ends) for labels, ends in beams.items()}
        kept = {}
        for labels, (_, by_label) in beams.items():
            if labels:
                before = labels[:-1]
                if before in beams:
                    repeats = bool(before) and before[-1] == labels[-1]
                    by_label = np.logaddexp(by_label, beams[before][0] if repeats else totals[before])
                by_label += step[labels[-1]]
            kept[labels] = (totals[labels] + step[blank], by_label)
        kept.update(_grown(beams, totals, step[:blank], beam_width))
        order = sorted(kept, key=lambda labels: -np.logaddexp(*kept[labels]))
        beams = {labels: kept[labels] for labels in order[:beam_width]}
    return [(labels, float(np.logaddexp(*ends))) for labels, ends in beams.items()]


def _grown(beams: dict, totals: dict, step: np.ndarray, beam_width: int) -> dict:
    """The likeliest labellings with one label more, none of which is kept already."""
    names = list(beams)
    scores = np.array([totals[labels] for labels in names])[:, None] + step
    for i, labels in enumerate(names):
        if labels:  # the same label once more needs a blank between
            scores[i, labels[-1]] = beams[labels][0] + step[labels[-1]]
    for labels in names:
        if labels and labels[:-1] in beams:
            scores[names.index(labels[:-1]), labels[-1]] = -np.inf
    flat = scores.ravel()
    best = np.argsort(-flat, kind="stable")[:beam_width]
    return {(*names[k // len(step)], int(k % len(step))): (-np.inf, flat[k]) for k in best if flat[k] > -np.inf}
