"""What fit tells its listeners: the ``Callback`` hooks, their logs, and the two callbacks that fit itself needs.

``CallbackList`` knows which hooks anybody listens to, so that a hook without a listener costs nothing; the numbers that
a hook is given stay on the device until a callback looks (``Logs``).

Source: https://keras.io/api/callbacks/base_callback/
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from ..backend.telling import warn
from .logs import Logs, RunningTotals

__all__ = ["Callback", "CallbackList", "BaseLogger", "History", "Logs"]

# The name that a hook has in Keras 2.2.4, and the one it got later.
_LATER_NAMES = {"on_batch_begin": "on_train_batch_begin", "on_batch_end": "on_train_batch_end"}
_EARLIER_NAMES = {later: earlier for earlier, later in _LATER_NAMES.items()}

HOOKS = (
    "on_train_begin",
    "on_train_end",
    "on_epoch_begin",
    "on_epoch_end",
    "on_batch_begin",
    "on_batch_end",
    "on_test_begin",
    "on_test_end",
    "on_test_batch_begin",
    "on_test_batch_end",
    "on_predict_begin",
    "on_predict_end",
    "on_predict_batch_begin",
    "on_predict_batch_end",
)


class Callback:
    """Base class of everything that listens to training.

    Override the hooks you need. A hook's ``logs`` holds numbers under the names of ``model.metrics_names``:
    ``on_batch_begin`` has ``batch`` and ``size``, ``on_batch_end`` also the batch's loss and metrics, ``on_epoch_end``
    the epoch's averages and ``val_`` values. What a hook puts into the epoch's logs reaches the callbacks after it.
    ``on_batch_*`` and ``on_train_batch_*`` are the same moments under Keras 2's and later names; where a class has
    both, the later name is called. Set ``self.model.stop_training = True`` to stop.

    Attributes:
        params: dict with the keys batch_size, epochs, steps, samples, verbose, do_validation and metrics.
        model: the model that is being trained.
        validation_data: what fit validates on, or None.

    Example:
        >>> class Losses(Callback):
        ...     def on_train_begin(self, logs=None):
        ...         self.losses = []
        ...
        ...     def on_batch_end(self, batch, logs=None):
        ...         self.losses.append(logs["loss"])
        >>> listener = Losses()
        >>> hooks = CallbackList([listener])
        >>> hooks.on_train_begin()
        >>> hooks.on_batch_end(0, {"size": 2, "loss": 0.5})
        >>> listener.losses
        [0.5]

    Source: https://keras.io/api/callbacks/base_callback/
    """

    # Defaults on the class serve subclasses that never call __init__.
    validation_data: Any = None
    model: Any = None
    params: dict[str, Any] | None = None

    def __init__(self) -> None:
        self.validation_data = None
        self.model = None

    def set_params(self, params: dict[str, Any]) -> None:
        """Stores the parameters of the run."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Stores the model."""
        self.model = model

    def listens_to(self, hook: str) -> bool:
        """Whether calling the hook would do anything; a callback that needs it only sometimes overrides this."""
        return any(_overrides(self, name) for name in _names(hook))

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Called before the first epoch."""

    def on_train_end(self, logs: dict | None = None) -> None:
        """Called after the last epoch."""

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Called before an epoch."""

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Called after an epoch and its validation."""

    def on_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        """Called before a training step."""

    def on_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Called after a training step."""

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        """``on_batch_begin`` under its later name."""
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """``on_batch_end`` under its later name."""
        self.on_batch_end(batch, logs)

    def on_test_begin(self, logs: dict | None = None) -> None:
        """Called before an evaluation."""

    def on_test_end(self, logs: dict | None = None) -> None:
        """Called after an evaluation."""

    def on_test_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        """Called before a batch is evaluated."""

    def on_test_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Called after a batch was evaluated."""

    def on_predict_begin(self, logs: dict | None = None) -> None:
        """Called before a prediction."""

    def on_predict_end(self, logs: dict | None = None) -> None:
        """Called after a prediction."""

    def on_predict_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        """Called before a batch is predicted."""

    def on_predict_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Called after a batch was predicted."""


def _names(hook: str) -> tuple[str, ...]:
    """A hook's names, the one to call first."""
    hook = _EARLIER_NAMES.get(hook, hook)
    return (_LATER_NAMES[hook], hook) if hook in _LATER_NAMES else (hook,)


def _overrides(callback: Any, name: str) -> bool:
    if not isinstance(callback, Callback):
        return callable(getattr(callback, name, None))
    return name in vars(callback) or getattr(type(callback), name) is not getattr(Callback, name)


def _method(callback: Any, hook: str) -> Callable:
    """The bound method to call; a class that overrides neither name is called by Keras 2.2.4's."""
    names = _names(hook)
    return getattr(callback, next((name for name in names if _overrides(callback, name)), names[-1]))


def _listens(callback: Any, hook: str) -> bool:
    if isinstance(callback, Callback):
        return callback.listens_to(hook)
    return any(_overrides(callback, name) for name in _names(hook))


class CallbackList:
    """Several callbacks behind one set of hooks, called in order.

    Args:
        callbacks: a callback, several, or None. An object that is no ``Callback`` may have any of the hooks.
        queue_length: has no effect: nothing is timed.
        add_history: whether to add a ``History``, if there is none.
        add_progbar: whether to add a ``ProgbarLogger`` that counts steps, if there is none.
        model: the model to hand to the callbacks.
        **params: the parameters to hand to the callbacks.

    Raises:
        TypeError: for something with no hook at all.

    Example:
        >>> hooks = CallbackList([History()])
        >>> hooks.listens_to("on_epoch_end"), hooks.listens_to("on_batch_end")
        (True, False)
    """

    def __init__(
        self,
        callbacks: Callback | Iterable[Callback] | None = None,
        queue_length: int | None = None,
        *,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ) -> None:
        if queue_length is not None:
            warn("CallbackList: queue_length has no effect, callbacks are not timed.")
        self.callbacks: list[Any] = []
        self._calls: dict[str, list[Callable]] = {}
        for callback in _as_list(callbacks):
            self._check(callback)
            self.callbacks.append(callback)
        if add_history and not any(isinstance(callback, History) for callback in self.callbacks):
            self.callbacks.append(History())
        if add_progbar:
            from .progress import ProgbarLogger  # which is a callback itself

            if not any(isinstance(callback, ProgbarLogger) for callback in self.callbacks):
                self.callbacks.append(ProgbarLogger("steps"))
        self._bind()
        if model is not None:
            self.set_model(model)
        if params:
            self.set_params(params)

    def append(self, callback: Callback) -> None:
        """Adds a callback at the end."""
        self._check(callback)
        self.callbacks.append(callback)
        self._bind()

    def set_params(self, params: dict[str, Any]) -> None:
        """Hands the parameters of the run to every callback."""
        for callback in self.callbacks:
            if hasattr(callback, "set_params"):
                callback.set_params(params)

    def set_model(self, model: Any) -> None:
        """Hands the model to every callback."""
        for callback in self.callbacks:
            if hasattr(callback, "set_model"):
                callback.set_model(model)

    def listens_to(self, hook: str) -> bool:
        """Whether any callback does something in this hook."""
        return bool(self._calls.get(_EARLIER_NAMES.get(hook, hook)))

    @staticmethod
    def _check(callback: Any) -> None:
        if isinstance(callback, type) or not any(hasattr(callback, hook) for hook in HOOKS):
            raise TypeError(
                f"callbacks: expected Callback objects. Received: {callback!r} of type {type(callback).__name__}"
            )

    def _bind(self) -> None:
        for hook in HOOKS:
            listening = [callback for callback in self.callbacks if _listens(callback, hook)]
            self._calls[hook] = [_method(callback, hook) for callback in listening]

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Calls every callback's hook of this name; so do the methods below."""
        self._bind()  # a hook may have been put on an object since
        self._call("on_train_begin", logs)

    def on_train_end(self, logs: dict | None = None) -> None:
        self._call("on_train_end", logs)

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self._call("on_epoch_begin", logs, epoch)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if isinstance(logs, Logs):
            logs.resolve()
        self._call("on_epoch_end", logs, epoch)

    def on_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        self._call("on_batch_begin", logs, batch)

    def on_batch_end(self, batch: int, logs: dict | None = None) -> None:
        self._call("on_batch_end", logs, batch)

    on_train_batch_begin = on_batch_begin
    on_train_batch_end = on_batch_end

    def on_test_begin(self, logs: dict | None = None) -> None:
        self._call("on_test_begin", logs)

    def on_test_end(self, logs: dict | None = None) -> None:
        self._call("on_test_end", logs)

    def on_test_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        self._call("on_test_batch_begin", logs, batch)

    def on_test_batch_end(self, batch: int, logs: dict | None = None) -> None:
        self._call("on_test_batch_end", logs, batch)

    def on_predict_begin(self, logs: dict | None = None) -> None:
        self._call("on_predict_begin", logs)

    def on_predict_end(self, logs: dict | None = None) -> None:
        self._call("on_predict_end", logs)

    def on_predict_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        self._call("on_predict_batch_begin", logs, batch)

    def on_predict_batch_end(self, batch: int, logs: dict | None = None) -> None:
        self._call("on_predict_batch_end", logs, batch)

    def _call(self, hook: str, logs: dict | None, *index: int) -> None:
        logs = {} if logs is None else logs
        for call in self._calls[hook]:
            call(*index, logs)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.callbacks)

    def __len__(self) -> int:
        return len(self.callbacks)


def _as_list(callbacks: Any) -> Sequence[Any]:
    if callbacks is None:
        return []
    if isinstance(callbacks, (list, tuple, CallbackList)):
        return list(callbacks)
    return [callbacks]


class BaseLogger(Callback):
    """Averages the batches' values over the epoch, weighted by the number of samples, into the epoch's logs.

    fit does this by itself, on the device; this class is for loops of one's own.

    Args:
        stateful_metrics: names of metrics that are taken as they are instead of averaged.

    Example:
        >>> logger = BaseLogger()
        >>> hooks = CallbackList([logger], metrics=["loss"])
        >>> hooks.on_epoch_begin(0)
        >>> hooks.on_batch_end(0, {"size": 3, "loss": 1.0})
        >>> hooks.on_batch_end(1, {"size": 1, "loss": 5.0})
        >>> logs = {}
        >>> hooks.on_epoch_end(0, logs)
        >>> float(logs["loss"])
        2.0

    Source: https://keras.io/api/callbacks/
    """

    def __init__(self, stateful_metrics: Iterable[str] | None = None) -> None:
        super().__init__()
        self.stateful_metrics = set(stateful_metrics or ())

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self.seen = 0
        self._totals = RunningTotals(self.stateful_metrics)

    def on_batch_end(self, batch: int, logs: dict | None = None) -> None:
        logs = {} if logs is None else logs
        size = logs.get("size", 0)
        self.seen += size
        self._totals.add(logs, size, self.params["metrics"])

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if logs is None:
            return
        totals = self._totals.read()
        for name in self.params["metrics"]:
            if name in totals:
                total = totals[name][0]
                logs[name] = total if name in self.stateful_metrics else total / self.seen


class History(Callback):
    """Records every epoch's logs; fit returns it.

    Attributes:
        epoch: the epochs' numbers.
        history: ``{name: [one value an epoch]}``.

    Example:
        >>> history = History()
        >>> history.on_epoch_end(0, {"loss": 0.5})
        >>> history.on_epoch_end(1, {"loss": 0.25})
        >>> history.epoch, history.history
        ([0, 1], {'loss': [0.5, 0.25]})

    Source: https://keras.io/api/callbacks/
    """

    def __init__(self) -> None:
        super().__init__()
        self.epoch: list[int] = []
        self.history: dict[str, list] = {}

    def on_train_begin(self, logs: dict | None = None) -> None:
        self.epoch = []
        self.history = {}

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
