"""Evaluation with the running means of the weights.

Source: https://keras.io/api/callbacks/swap_ema_weights/
"""

from __future__ import annotations

from typing import Any

import torch

from ..training.callback import Callback

__all__ = ["SwapEMAWeights"]


class SwapEMAWeights(Callback):
    """Puts the optimizer's running means into the model while it evaluates and predicts, and the weights back after.

    Args:
        swap_on_epoch: whether to swap at the end of each epoch too, so that a ``ModelCheckpoint`` behind this callback
            saves the means.

    Raises:
        ValueError: when training begins with an optimizer without ``use_ema=True``.
    """

    def __init__(self, swap_on_epoch: bool = False) -> None:
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        self._swapped = False

    def _means(self) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """The weights that the optimizer trains, each with its running mean."""
        optimizer = getattr(self.model.optimizer, "inner_optimizer", self.model.optimizer)
        if not getattr(optimizer, "use_ema", False):
            raise ValueError(
                "SwapEMAWeights: expected an optimizer with use_ema=True. "
                f"Received: {type(optimizer).__name__} with use_ema={getattr(optimizer, 'use_ema', None)}"
            )
        bound = optimizer._current
        return [] if bound is None else list(zip(bound.params, bound.slot("average")))

    @torch.no_grad()
    def _swap(self, into_model: bool) -> None:
        if self._swapped is not into_model:
            for param, mean in self._means():
                kept = param.detach().clone()
                param.copy_(mean)
                mean.copy_(kept)
            self._swapped = into_model

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        if self.swap_on_epoch:
            self._swap(False)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if not self.swap_on_epoch:
            return
        self._swap(True)
        if epoch == self.params["epochs"] - 1:  # fit ends by putting the means into the weights: they are there already
            with torch.no_grad():
                for param, mean in self._means():
                    mean.copy_(param)

    def on_test_begin(self, logs: Any = None) -> None:
        self._swap(True)

    def on_test_end(self, logs: Any = None) -> None:
        self._swap(False)

    def on_predict_begin(self, logs: Any = None) -> None:
        self._swap(True)

    def on_predict_end(self, logs: Any = None) -> None:
        self._swap(False)
