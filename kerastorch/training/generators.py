"""``fit_generator``, ``evaluate_generator`` and ``predict_generator``, and what ``fit`` does with their kind of data.

Source: Keras 2.2.4, ``keras.engine.training_generator``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ..backend.telling import warn
from ..engine import checks
from . import loop
from .callback import CallbackList, History
from .step import Program, as_given
from .stream_loop import Validation, evaluate_stream, fit_stream, predict_stream
from .streams import Samples, Stream, as_arrays, as_batches, is_stream, unpack
from .user_data import shown_to_callbacks, validation_triple

__all__ = ["GeneratorMethods", "queue_arguments"]

_QUEUE = ("max_queue_size", "workers", "use_multiprocessing")
_KERAS1 = {
    "samples_per_epoch": "steps_per_epoch",
    "val_samples": "steps",
    "nb_epoch": "epochs",
    "nb_val_samples": "validation_steps",
    "nb_worker": "workers",
    "pickle_safe": "use_multiprocessing",
    "max_q_size": "max_queue_size",
}


def queue_arguments(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Takes the arguments about workers out of a method's keyword arguments."""
    return {name: kwargs.pop(name) for name in _QUEUE if name in kwargs}


def _translated(owner: str, generator: Any, given: dict[str, Any], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments with Keras 1's names among ``kwargs`` under those of Keras 2.

    Raises:
        TypeError: for an argument that neither knows, or that is there under both names.
    """
    known = {old: new for old, new in _KERAS1.items() if new in given}
    for old, value in kwargs.items():
        if old not in known:
            raise TypeError(f"{owner}: expected only known arguments. Received: {old!r}")
        new = known[old]
        counted = "samples" in old
        meant = " and counts batches; as many are taken as hold that number of samples" if counted else ""
        warn(f"{owner}: {old} is now called {new}{meant}.")
        if counted and isinstance(value, (int, float, np.integer)) and not isinstance(value, bool):
            value = Samples(value)
        given[new] = value
    return given


class GeneratorMethods:
    """The part of a model that learns from what makes its batches itself. Mixed into ``Trainer``."""

    def fit_generator(
        self,
        generator: Any,
        steps_per_epoch: int | float | None = None,
        epochs: int = 1,
        verbose: int = 1,
        callbacks: Sequence[Any] | None = None,
        validation_data: Any = None,
        validation_steps: int | float | None = None,
        class_weight: Any = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        shuffle: bool = True,
        initial_epoch: int = 0,
        **kwargs: Any,
    ) -> History:
        """Trains on batches that a generator or ``Sequence`` makes while the model learns.

        Args:
            generator: yields ``(x, y)`` or ``(x, y, sample_weight)`` for ever; a ``Sequence``; a torch ``DataLoader``.
            steps_per_epoch: batches in an epoch; the length of a ``Sequence`` when missing.
            epochs: passes, counted from 0 (``initial_epoch`` is where to begin).
            verbose: 0 silent, 1 a progress bar, 2 a line an epoch.
            callbacks: ``Callback`` objects.
            validation_data: ``(x, y)``, ``(x, y, sample_weight)``, or a generator or ``Sequence`` of them.
            validation_steps: batches in a validation; the length of a ``Sequence`` when missing.
            class_weight: dict from class number to weight, in training only.
            max_queue_size: how many batches may wait.
            workers: how many threads or processes make batches; 0 to make each when it is needed.
            use_multiprocessing: processes instead of threads.
            shuffle: whether the batches of a ``Sequence`` come in a new order each epoch.
            initial_epoch: the epoch to begin with.
            **kwargs: Keras 1's names of these arguments, translated with a warning.

        Returns:
            A ``History``; ``.history`` holds each epoch's numbers by name.

        Raises:
            RuntimeError: before ``compile``.
            ValueError: for arguments or batches that do not fit, or a generator that ends too early.
            Exception: whatever the generator raised.

        Example:
            >>> import numpy as np, kerastorch as keras
            >>> model = keras.models.Sequential([keras.layers.Dense(1, input_dim=2)])
            >>> model.compile("sgd", "mse")
            >>> def batches():
            ...     while True:
            ...         yield np.ones((4, 2)), np.ones(4)
            >>> history = model.fit_generator(batches(), steps_per_epoch=3, epochs=2, verbose=0)
            >>> len(history.history["loss"])
            2

        Source: https://keras.io/api/models/model_training_apis/
        """
        given = {
            "steps_per_epoch": steps_per_epoch,
            "epochs": epochs,
            "validation_steps": validation_steps,
            **_queue(max_queue_size, workers, use_multiprocessing),
        }
        given = _translated("fit_generator", generator, given, kwargs)
        return self._fit_stream(
            "fit_generator",
            generator,
            steps=given["steps_per_epoch"],
            epochs=checks.positive_int("fit_generator", "epochs", given["epochs"], zero=True),
            initial_epoch=initial_epoch,
            verbose=verbose,
            callbacks=callbacks,
            validation_data=validation_data,
            validation_steps=given["validation_steps"],
            class_weight=class_weight,
            queue={name: given[name] for name in _QUEUE},
            shuffle=shuffle,
        )

    def evaluate_generator(
        self,
        generator: Any,
        steps: int | float | None = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        verbose: int = 0,
        **kwargs: Any,
    ) -> Any:
        """The loss and metrics on batches that a generator or ``Sequence`` makes, in inference.

        Args:
            generator: yields ``(x, y)`` or ``(x, y, sample_weight)``.
            steps: how many batches; the length of a ``Sequence`` when missing.
            max_queue_size: how many batches may wait.
            workers: how many threads or processes make batches; 0 to make each when it is needed.
            use_multiprocessing: processes instead of threads.
            verbose: 1 for a progress bar.
            **kwargs: Keras 1's names of these arguments, translated with a warning.

        Returns:
            The loss, or a list in the order of ``metrics_names``; means weighted by the sizes of the batches.

        Raises:
            RuntimeError: before ``compile``.
            ValueError: for arguments or batches that do not fit.

        Source: https://keras.io/api/models/model_training_apis/
        """
        given = {"steps": steps, **_queue(max_queue_size, workers, use_multiprocessing)}
        given = _translated("evaluate_generator", generator, given, kwargs)
        return self._evaluate_stream("evaluate_generator", generator, given.pop("steps"), verbose, given)

    def predict_generator(
        self,
        generator: Any,
        steps: int | float | None = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        verbose: int = 0,
        **kwargs: Any,
    ) -> Any:
        """The outputs for batches that a generator or ``Sequence`` makes, as numpy arrays.

        Args:
            generator: yields inputs, or tuples that begin with them.
            steps: how many batches; the length of a ``Sequence`` when missing.
            max_queue_size: how many batches may wait.
            workers: how many threads or processes make batches; 0 to make each when it is needed.
            use_multiprocessing: processes instead of threads.
            verbose: 1 for a progress bar.
            **kwargs: Keras 1's names of these arguments, translated with a warning.

        Returns:
            An array, or a list of them for several outputs.

        Raises:
            ValueError: for arguments or batches that do not fit.

        Source: https://keras.io/api/models/model_training_apis/
        """
        given = {"steps": steps, **_queue(max_queue_size, workers, use_multiprocessing)}
        given = _translated("predict_generator", generator, given, kwargs)
        return self._predict_stream("predict_generator", generator, given.pop("steps"), verbose, given)

    # ------------------------------------------------- also what fit, evaluate and predict do with a stream

    def _needs_targets(self) -> bool:
        return self._objective is None or bool(self._objective.scored)

    def _fit_stream(
        self,
        owner: str,
        source: Any,
        *,
        steps: Any,
        epochs: int,
        initial_epoch: int,
        verbose: int,
        callbacks: Any,
        validation_data: Any,
        validation_steps: Any,
        class_weight: Any,
        queue: dict[str, Any],
        shuffle: Any = False,
        batch_size: Any = None,
        **run: Any,
    ) -> History:
        self._need_compile(owner)
        self._check_run(owner, initial_epoch, verbose)
        strict = owner == "fit_generator"
        batches = as_batches(source, owner, batch_size, shuffle)
        shuffle = bool(shuffle) and batches is source  # else the samples are shuffled
        with contextlib.ExitStack() as stack:
            stream = stack.enter_context(Stream(batches, owner, shuffle=shuffle, **queue))
            steps = stream.steps(steps, "steps_per_epoch", needed=strict)
            rounds = max(0, epochs - initial_epoch)
            stream.expect(steps, rounds)
            if self._objective is None or not self._is_ready():  # it may have been called since compile()
                self._learn_shapes(stream)
            validation = stack.enter_context(
                self._validation(owner, validation_data, validation_steps, queue, batch_size, rounds)
            )
            return fit_stream(
                self,
                stream,
                steps=steps,
                epochs=epochs,
                initial_epoch=initial_epoch,
                verbose=int(verbose),
                callbacks=callbacks,
                class_weight=class_weight,
                validation=validation,
                strict=strict,
                **run,
            )

    def _learn_shapes(self, stream: Stream) -> None:
        """A model without an input shape learns it from the first batch, before callbacks ask for names."""
        batch = stream.peek()
        if batch is not None:
            self._standardize(*unpack(batch, stream.owner, self._needs_targets()))

    @contextlib.contextmanager
    def _validation(
        self, owner: str, data: Any, steps: Any, queue: dict[str, Any], batch_size: Any, epochs: int
    ) -> Iterator[Validation | None]:
        """What to evaluate on after each epoch; workers that make it end with the block."""
        if data is None or (isinstance(data, (tuple, list)) and not data):
            yield None
            return
        if as_arrays(data) is not None or not is_stream(data):
            yield self._array_validation(owner, as_arrays(data) or data)
            return
        with Stream(as_batches(data, owner, batch_size, lenient=True), owner, **queue) as stream:
            steps = stream.steps(steps, "validation_steps", needed=owner == "fit_generator" or stream.endless)
            stream.expect(steps, epochs)

            def measure(program: Program, _: int, hooks: CallbackList | None) -> list[Any]:
                return evaluate_stream(self, program, stream, steps, hooks=hooks)

            yield Validation(measure)

    @contextlib.contextmanager
    def _stream_validation(
        self, data: Any, steps: Any, queue: dict[str, Any], batch_size: Any, epochs: int
    ) -> Iterator[Validation | None]:
        """For fit on arrays: what to evaluate on after each epoch where it is a stream, else None."""
        data = data if is_stream(data) else None
        with self._validation("fit", data, steps, queue, batch_size, epochs) as validation:
            yield validation

    def _array_validation(self, owner: str, data: Any) -> Validation:
        xs, ys, ws = self._standardize(*validation_triple(data, owner))
        measure = loop.measuring(self._columns(xs, ys, ws), loop.Split(len(xs), len(ys)))
        return Validation(measure, shown_to_callbacks(xs, ys, ws))

    def _evaluate_stream(
        self, owner: str, source: Any, steps: Any, verbose: int, queue: dict[str, Any], batch_size: Any = None
    ) -> Any:
        self._need_compile(owner)
        with Stream(as_batches(source, owner, batch_size), owner, **queue) as stream:
            steps = stream.steps(steps, "steps", needed=owner == "evaluate_generator")
            stream.expect(steps)
            if self._objective is None or not self._is_ready():  # it may have been called since compile()
                self._learn_shapes(stream)
            values = evaluate_stream(self, self._ready_program(), stream, steps, verbose)
        return values[0] if len(values) == 1 else values

    def _predict_stream(
        self, owner: str, source: Any, steps: Any, verbose: int, queue: dict[str, Any], batch_size: Any = None
    ) -> Any:
        with Stream(as_batches(source, owner, batch_size), owner, **queue) as stream:
            steps = stream.steps(steps, "steps", needed=owner == "predict_generator")
            stream.expect(steps)
            outputs = predict_stream(self, stream, steps, verbose)
        return as_given(self, outputs)


def _queue(*values: Any) -> dict[str, Any]:
    return dict(zip(_QUEUE, values, strict=True))
