"""One batch at a time: ``train_on_batch``, ``test_on_batch`` and ``predict_on_batch``.

Source: https://keras.io/api/models/model_training_apis/
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import loop, standardize
from .step import as_given, predict_step, test_step, train_step

__all__ = ["OnBatch"]


class OnBatch:
    """The part of a model that works on single batches of the caller's. Mixed into ``Trainer``."""

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Any = None,
        reset_metrics: bool = True,
        return_dict: bool = False,
    ) -> Any:
        """Learns from one batch.

        Args:
            x: inputs.
            y: targets.
            sample_weight: weights, as for ``fit``.
            class_weight: dict from class number to weight.
            reset_metrics: whether to reset the metrics first; otherwise they continue from earlier calls.
            return_dict: whether to give a dict by name.

        Returns:
            The loss before the update, or a list in the order of ``metrics_names``, or a dict.
        """
        self._need_compile("train_on_batch")
        with self._as_compiled():
            if self._has_own_steps():
                found = self._on_batch_own(self.train_step, (x, y, sample_weight), reset_metrics, class_weight)
                return found if return_dict else self._listed(found)
            values = self._train_on_batch(x, y, sample_weight, class_weight, reset_metrics)
        return dict(zip(self.metrics_names, np.atleast_1d(values).tolist())) if return_dict else values

    def _train_on_batch(self, x: Any, y: Any, sample_weight: Any, class_weight: Any, reset: bool) -> Any:
        xs, ys, ws = self._standardize(x, y, sample_weight, class_weight)
        program = self._ready_program()
        if reset:
            self._objective.reset_states()
        return loop.numbers(train_step(program, *loop.Split(len(xs), len(ys))(self._on_device(xs, ys, ws))))

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, reset_metrics: bool = True, return_dict: bool = False
    ) -> Any:
        """The loss and metrics of one batch, in inference.

        Args:
            x: inputs.
            y: targets.
            sample_weight: weights, as for ``fit``.
            reset_metrics: whether to reset the metrics first; otherwise they continue from earlier calls.
            return_dict: whether to give a dict by name.

        Returns:
            The loss, or a list in the order of ``metrics_names``, or a dict.
        """
        self._need_compile("test_on_batch")
        if self._has_own_steps():
            found = self._on_batch_own(self.test_step, (x, y, sample_weight), reset_metrics)
            return found if return_dict else self._listed(found)
        values = self._test_on_batch(x, y, sample_weight, reset_metrics)
        return dict(zip(self.metrics_names, np.atleast_1d(values).tolist())) if return_dict else values

    def _test_on_batch(self, x: Any, y: Any, sample_weight: Any, reset: bool) -> Any:
        xs, ys, ws = self._standardize(x, y, sample_weight)
        program = self._ready_program()
        if reset:
            self._objective.reset_states()
        return loop.numbers(test_step(program, *loop.Split(len(xs), len(ys))(self._on_device(xs, ys, ws))))

    def predict_on_batch(self, x: Any) -> Any:
        """The outputs of one batch, in inference, as numpy arrays.

        Args:
            x: inputs.
        """
        xs = self._inputs(x)
        standardize.lengths(xs, [])
        return self._predict_one_batch(xs)

    def _predict_one_batch(self, xs: list[Any]) -> Any:
        outputs = [loop.to_numpy(o) for o in predict_step(self, self._on_device(xs))]
        return as_given(self, outputs)
