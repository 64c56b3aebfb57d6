"""``fit``, ``evaluate`` and ``predict``: they check arguments, choose the loop and return results.

Source: https://keras.io/api/models/model_training_apis/ and Keras 2.2.4, ``keras.engine.training``.
"""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import eras
from ..backend.telling import warn
from ..engine import checks
from . import loop, standardize, torch_draws
from .callback import History
from .compiling import Compiling
from .generators import GeneratorMethods, queue_arguments
from .on_batch import OnBatch
from .own_data import Batches
from .own_steps import OwnSteps
from .step import as_given
from .streams import as_arrays, is_stream, split_dataset
from .user_data import UserData, shown_to_callbacks, split_off, validation_triple

__all__ = ["Trainer"]


class _Unsaid(int):
    """A number that an argument has where nothing was said."""


_UNSAID = _Unsaid(0)


class Trainer(Compiling, GeneratorMethods, OnBatch, UserData, OwnSteps):
    """The part of a model that learns. Mixed into ``Model``."""

    stop_training = False
    callback_model: Any = None

    # -------------------------------------------------------------------- fit

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int | None = None,
        verbose: int = 1,
        callbacks: Sequence[Any] | None = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool | str = True,
        class_weight: Any = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        **kwargs: Any,
    ) -> History:
        """Trains the model.

        Args:
            x: inputs: array, tensor, pandas frame, HDF5 dataset; a list or dict for several inputs. Or what yields
                ``(x, y)`` or ``(x, y, sample_weight)`` itself: a generator, ``Sequence``, torch ``Dataset`` or
                ``DataLoader``.
            y: targets, likewise; None where x yields them.
            batch_size: samples in a step, 32 when missing.
            epochs: passes over the data, counted from 0 (``initial_epoch`` is where to begin); 10 when missing, as the
                documented system has it (1 in the later eras).
            verbose: 0 silent, 1 a progress bar, 2 a line an epoch.
            callbacks: ``Callback`` objects.
            validation_split: part of the data, from its end and before any shuffling, that is only evaluated on.
            validation_data: ``(x, y)``, ``(x, y, sample_weight)`` or what yields them, to evaluate on instead.
            shuffle: True for a new order each epoch, False, or ``'batch'`` to permute whole batches (HDF5 files).
            class_weight: dict from class number to weight, in training only.
            sample_weight: array of one weight a sample, or with ``sample_weight_mode='temporal'`` one a time step.
            initial_epoch: the epoch to begin with.
            steps_per_epoch: steps in an epoch; as in Keras 2 each step then takes all samples of an array.
            validation_steps: the same for validation.
            **kwargs: ``workers``, ``max_queue_size`` and ``use_multiprocessing`` as for ``fit_generator``;
                ``validation_batch_size``, and ``validation_freq`` for every how many epochs, or a list of those.

        Returns:
            A ``History``; ``.history`` holds each epoch's numbers by name.

        Raises:
            RuntimeError: before ``compile``.
            ValueError: for data or arguments that do not fit; the model is left as it was.

        Example:
            >>> import numpy as np, kerastorch as keras
            >>> model = keras.models.Sequential([keras.layers.Dense(1, input_dim=2)])
            >>> model.compile("sgd", "mse")
            >>> history = model.fit(np.ones((8, 2)), np.ones(8), epochs=2, verbose=0)
            >>> len(history.history["loss"])
            2
        """
        queue = queue_arguments(kwargs)
        verbose = 1 if verbose == "auto" else verbose
        run = {
            "validation_batch_size": kwargs.pop("validation_batch_size", None),
            "validation_freq": _frequency(kwargs.pop("validation_freq", 1)),
            "epochs": self._epochs(epochs, kwargs),
            "initial_epoch": initial_epoch,
            "verbose": verbose,
            "callbacks": callbacks,
            "class_weight": class_weight,
            "validation_steps": validation_steps,
        }
        self._need_compile("fit")
        self._check_run("fit", initial_epoch, verbose)
        self._check_fit_arguments(shuffle, validation_split)
        how = {"batch_size": batch_size, "shuffle": shuffle, "steps_per_epoch": steps_per_epoch}
        how |= {"validation_data": validation_data, "validation_split": validation_split}
        with self._as_compiled():
            return self._fit((x, y, sample_weight), run, queue, **how)

    def _fit(
        self,
        data: tuple[Any, Any, Any],
        run: dict[str, Any],
        queue: dict[str, Any],
        *,
        batch_size: int | None,
        shuffle: bool | str,
        steps_per_epoch: int | None,
        validation_data: Any,
        validation_split: float | None,
    ) -> History:
        """``fit`` with checked arguments, by the way that model and data call for."""
        if self._has_own_steps():
            own = {"batch_size": batch_size, "shuffle": shuffle, "steps_per_epoch": steps_per_epoch}
            own |= {"validation_data": validation_data, "validation_split": validation_split, "queue": queue}
            return self._fit_own(data, {**run, **own})
        x, y, sample_weight = _arrays_of("fit", *data)
        if is_stream(x):
            if validation_split and validation_data is None:
                x, validation_data = split_dataset(x, validation_split)
            return self._fit_stream(
                "fit",
                x,
                steps=steps_per_epoch,
                validation_data=validation_data,
                queue=queue,
                shuffle=shuffle,
                batch_size=batch_size,
                **run,
            )
        validation_steps = run["validation_steps"]
        _no_queue("fit", queue)
        size = self._batch_size(batch_size, steps_per_epoch, "steps_per_epoch")
        part = validation_split if validation_data is None else None
        validation_data = as_arrays(validation_data) or validation_data
        rounds = max(0, run["epochs"] - run["initial_epoch"])
        with self._stream_validation(validation_data, validation_steps, queue, batch_size, rounds) as streamed:
            return self._fit_arrays(
                self._standardize(x, y, sample_weight, run["class_weight"]),
                None if streamed is not None else validation_data,
                part,
                batch_size=size,
                steps_per_epoch=steps_per_epoch,
                shuffle=shuffle,
                measure=streamed and streamed.measure,
                **run,
            )

    def _fit_arrays(
        self,
        data: tuple[list[Any], list[Any], list[Any]],
        validation_data: Any,
        validation_split: float | None,
        *,
        batch_size: int,
        steps_per_epoch: int | None,
        validation_steps: int | None,
        class_weight: Any,
        measure: Any,
        **run: Any,
    ) -> History:
        xs, ys, ws = data
        validation, shown = None, None
        if validation_data is not None:
            vx, vy, vw = self._standardize(*validation_triple(validation_data))
        elif validation_split:
            (xs, ys, ws), (vx, vy, vw) = split_off(xs, ys, ws, validation_split)
        if validation_data is not None or validation_split:
            self._check_stateful(standardize.lengths(vx, vy), batch_size)
            shown = shown_to_callbacks(vx, vy, vw)
            validation = self._columns(vx, vy, vw)
        if validation_steps is not None and not steps_per_epoch and measure is None:
            raise ValueError("fit: expected steps_per_epoch beside validation_steps. Received: steps_per_epoch=None")
        count = self._count("fit", xs, ys, steps_per_epoch)
        self._check_stateful(count, None if steps_per_epoch else batch_size)
        return loop.fit_arrays(
            self,
            self._ready_program(),
            self._columns(xs, ys, ws),
            loop.Split(len(xs), len(ys)),
            batch_size=batch_size,
            steps_per_epoch=steps_per_epoch,
            validation=validation,
            validation_steps=validation_steps,
            validation_data=shown,
            measure=measure,
            **run,
        )

    @staticmethod
    def _epochs(epochs: Any, kwargs: dict[str, Any]) -> int:
        if "nb_epoch" in kwargs:
            warn("fit: nb_epoch is now called epochs.")
            epochs = kwargs.pop("nb_epoch")
        if kwargs:
            raise TypeError(f"fit: expected only known arguments. Received: {next(iter(kwargs))!r}")
        return checks.positive_int("fit", "epochs", eras.current().fit_epochs if epochs is None else epochs, zero=True)

    @staticmethod
    def _check_run(owner: str, initial_epoch: Any, verbose: Any) -> None:
        checks.positive_int(owner, "initial_epoch", initial_epoch, zero=True)
        if verbose not in (0, 1, 2):
            raise ValueError(f"{owner}: expected verbose to be 0, 1 or 2. Received: verbose={verbose!r}")

    @staticmethod
    def _check_fit_arguments(shuffle: Any, validation_split: Any) -> None:
        if not isinstance(shuffle, (bool, np.bool_)) and shuffle not in ("batch", 0, 1):
            raise ValueError(f"fit: expected shuffle to be True, False or 'batch'. Received: shuffle={shuffle!r}")
        if validation_split is None:
            return
        if not isinstance(validation_split, numbers.Real) or not 0 <= validation_split < 1:
            raise ValueError(
                "fit: expected validation_split to be a number in (0, 1). "
                f"Received: validation_split={validation_split!r}"
            )

    # ------------------------------------------------------ evaluate, predict

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: int = 1,
        sample_weight: Any = None,
        steps: int | None = None,
        **kwargs: Any,
    ) -> Any:
        """The loss and metrics on a data set, in inference.

        Args:
            x: inputs, as for ``fit``.
            y: targets.
            batch_size: samples in a step, 32 when missing.
            verbose: 0 silent, 1 a progress bar.
            sample_weight: weights, as for ``fit``.
            steps: number of steps, each over all samples.
            **kwargs: ``workers``, ``max_queue_size`` and ``use_multiprocessing`` as for ``evaluate_generator``;
                ``callbacks``, and ``return_dict=True`` for a dict by name.

        Returns:
            The loss, or a list in the order of ``metrics_names``.

        Raises:
            RuntimeError: before ``compile``.
            ValueError: for data that does not fit.
        """
        callbacks, as_dict = kwargs.pop("callbacks", None), kwargs.pop("return_dict", False)
        queue = _only_queue("evaluate", kwargs)
        self._need_compile("evaluate")
        verbose = 1 if verbose == "auto" else verbose
        if self._has_own_steps() or callbacks:
            batches = Batches("evaluate", x, y, sample_weight, batch_size=batch_size, steps=steps, queue=queue)
            found = self._evaluate_own(batches, verbose, callbacks)
            return found if as_dict else self._listed(found)
        values = self._evaluate(x, y, batch_size, verbose, sample_weight, steps, queue)
        return dict(zip(self.metrics_names, np.atleast_1d(values).tolist())) if as_dict else values

    def _listed(self, found: dict[str, Any]) -> Any:
        """Numbers by name as ``evaluate`` gives them: in the order of ``metrics_names``, or the one that there is."""
        names = self.metrics_names
        values = [found[name] for name in names if name in found]
        values += [found[name] for name in sorted(found) if name not in names]
        return values[0] if len(values) == 1 else values

    def _evaluate(
        self, x: Any, y: Any, batch_size: Any, verbose: Any, sample_weight: Any, steps: Any, queue: dict[str, Any]
    ) -> Any:
        x, y, sample_weight = _arrays_of("evaluate", x, y, sample_weight)
        if is_stream(x):
            return self._evaluate_stream("evaluate", x, steps, verbose, queue, batch_size)
        _no_queue("evaluate", queue)
        size = self._batch_size(batch_size, steps, "steps")
        xs, ys, ws = self._standardize(x, y, sample_weight)
        self._check_stateful(self._count("evaluate", xs, ys, steps), size)
        program = self._ready_program()
        split = loop.Split(len(xs), len(ys))
        columns = self._columns(xs, ys, ws)
        values = loop.evaluate_arrays(program, columns, split, batch_size=size, steps=steps, verbose=verbose)
        return np.float64(values[0]) if len(values) == 1 else values

    def predict(
        self, x: Any, batch_size: int | None = None, verbose: int = _UNSAID, steps: int | None = None, **kwargs: Any
    ) -> Any:
        """The outputs for inputs, in inference, as numpy arrays.

        Args:
            x: inputs, as for ``fit``.
            batch_size: samples in a step, 32 when missing.
            verbose: 0 silent, 1 a progress bar, which is the default in the later eras.
            steps: number of steps, each over all samples.
            **kwargs: ``workers``, ``max_queue_size`` and ``use_multiprocessing`` as for ``predict_generator``;
                ``callbacks``.

        Returns:
            An array, or a list of them for several outputs.

        Raises:
            ValueError: for data that does not fit.
        """
        callbacks = kwargs.pop("callbacks", None)
        queue = _only_queue("predict", kwargs)
        verbose = eras.current().predict_verbose if verbose == "auto" or verbose is _UNSAID else verbose
        if self._has_own_steps() or callbacks:
            batches = Batches("predict", x, batch_size=batch_size, steps=steps, queue=queue)
            return self._predict_own(batches, verbose, callbacks)
        arrays = as_arrays(x)
        x = x if arrays is None else arrays[0]
        if is_stream(x):
            return self._predict_stream("predict", x, steps, verbose, queue, batch_size)
        _no_queue("predict", queue)
        size = self._batch_size(batch_size, steps, "steps")
        xs = self._inputs(x)
        count = self._count("predict", xs, [], steps)
        if self.stateful and count > size:
            self._check_stateful(count, size)
        if steps is None and 0 < count <= size and not verbose:
            torch_draws.pass_over()
            return self._predict_one_batch(xs)
        outputs = loop.predict_arrays(self, self._columns(xs), batch_size=size, steps=steps, verbose=verbose)
        return as_given(self, outputs)

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        state["_objective"] = state["_program"] = None  # made of closures; compile's arguments make them again
        for name in ("_predictor", "_compiled", "_found_right", "_found_right_inputs"):
            state.pop(name, None)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if self._compile_arguments is not None and self._is_ready():
            self._objective = self._make_objective(self._compile_arguments)


def _frequency(given: Any) -> Any:
    """``validation_freq`` as a number of epochs, or as the set of those that are validated.

    Raises:
        ValueError: for anything else.
    """
    if isinstance(given, int) and not isinstance(given, bool) and given > 0:
        return given
    if isinstance(given, (list, tuple, set, range)):
        return frozenset(given)
    raise ValueError(f"fit: expected validation_freq to be a positive number or a list of epochs. Received: {given!r}")


def _arrays_of(owner: str, x: Any, y: Any, sample_weight: Any) -> tuple[Any, Any, Any]:
    """Inputs, targets and weights, out of a ``TensorDataset`` too.

    Raises:
        ValueError: for targets or weights beside an x that yields them itself.
    """
    arrays = as_arrays(x)
    for name, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None and (arrays is not None or is_stream(x)):
            raise ValueError(
                f"{owner}: expected {name}=None, since {type(x).__name__} yields (x, y) or (x, y, sample_weight). "
                f"Received: {name} of type {type(value).__name__}"
            )
    return (x, y, sample_weight) if arrays is None else (*arrays, None, None)[:3]


def _only_queue(owner: str, kwargs: dict[str, Any]) -> dict[str, Any]:
    queue = queue_arguments(kwargs)
    if kwargs:
        raise TypeError(f"{owner}: expected only known arguments. Received: {next(iter(kwargs))!r}")
    return queue


def _no_queue(owner: str, queue: dict[str, Any]) -> None:
    if queue:
        warn(f"{owner}: {next(iter(queue))} has no effect on arrays.")
