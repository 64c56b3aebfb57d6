"""What Keras 3 draws from torch's global generator while it goes over arrays, so that a seed gives its order of rows.

Each pass makes a torch ``DataLoader``, which draws once when it begins and once more when it is made again at the end;
its ``RandomSampler`` draws the seed of a permutation in between. The first pass after ``compile`` looks ahead.

Source: ``torch.utils.data``; Keras 3, ``keras.src.trainers.data_adapters.array_data_adapter`` and ``epoch_iterator``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from .. import eras

__all__ = ["begin_run", "order_of_rows", "pass_over"]


def _draw() -> int:
    return int(torch.empty((), dtype=torch.int64).random_().item())


def _counts() -> bool:
    return eras.current().shuffle_draws == "torch_sampler"


def begin_run(model: Any, shuffle: bool | str, rows: int, batch_size: int) -> None:
    """The look at one batch that the first run after ``compile`` takes.

    Args:
        model: the model that runs.
        shuffle: as for ``fit``.
        rows: how many there are.
        batch_size: as for ``fit``.
    """
    if not _counts() or model.__dict__.get("_looked_at_data"):
        return
    model.__dict__["_looked_at_data"] = True
    _draw()
    if shuffle == "batch":
        torch.randperm(min(rows, batch_size))
    elif shuffle:
        _draw()


def order_of_rows(rows: int) -> np.ndarray:
    """The next epoch's order; the draw at its end is made here as well."""
    if not _counts():
        return torch.randperm(rows).numpy()
    _draw()
    generator = torch.Generator()
    generator.manual_seed(_draw())
    order = torch.randperm(rows, generator=generator).numpy()
    _draw()
    return order


def pass_over() -> None:
    """A pass in the order of the rows: an evaluation or a prediction."""
    if _counts():
        _draw()
        _draw()
