"""Writing down what happens, to a CSV file, a server or functions of one's own; and stopping at a loss that is NaN."""

from __future__ import annotations

import csv
import json
import math
import os
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from ..backend.telling import warn
from ..training.callback import Callback

__all__ = ["CSVLogger", "LambdaCallback", "RemoteMonitor", "TerminateOnNaN"]


class TerminateOnNaN(Callback):
    """Stops training at the first batch whose loss is NaN or infinite.

    It looks at every batch's loss, so each step waits for the device.

    Args:
        raise_error: whether to raise in place of stopping.

    Raises:
        RuntimeError: at such a batch, with ``raise_error``.

    Example:
        >>> from types import SimpleNamespace
        >>> model = SimpleNamespace(stop_training=False)
        >>> guard = TerminateOnNaN()
        >>> guard.set_model(model)
        >>> guard.on_batch_end(3, {"loss": float("nan")})
        Batch 3: Invalid loss, terminating training
        >>> model.stop_training
        True

    Source: https://keras.io/api/callbacks/terminate_on_nan/
    """

    def __init__(self, raise_error: bool = False) -> None:
        super().__init__()
        self.raise_error = raise_error

    def on_batch_end(self, batch: int, logs: dict | None = None) -> None:
        loss = (logs or {}).get("loss")
        if loss is not None and not math.isfinite(loss):
            if self.raise_error:
                raise RuntimeError(f"TerminateOnNaN: expected finite losses. Received: loss={loss} at batch {batch}")
            print(f"Batch {batch}: Invalid loss, terminating training")
            self.model.stop_training = True


class CSVLogger(Callback):
    """Writes a row an epoch to a CSV file; each is on the disk when the next epoch begins.

    Args:
        filename: where to.
        separator: what stands between the columns.
        append: whether to add to what the file holds (to go on with an earlier run) or to write over it.

    Example:
        >>> log = CSVLogger("log.csv")
        >>> log.on_train_begin()
        >>> log.on_epoch_end(0, {"loss": 0.5, "acc": 0.75})
        >>> log.on_train_end()
        >>> print(open("log.csv").read().strip())
        epoch,acc,loss
        0,0.75,0.5

    Source: https://keras.io/api/callbacks/csv_logger/
    """

    def __init__(self, filename: str | os.PathLike, separator: str = ",", append: bool = False) -> None:
        super().__init__()
        self.filename = os.fspath(filename)
        self.sep = separator
        self.append = append
        self.append_header = True
        self.keys: list[str] | None = None
        self.writer: csv.DictWriter | None = None
        self.csv_file: Any = None

    def on_train_begin(self, logs: dict | None = None) -> None:
        if self.append and os.path.exists(self.filename):
            with open(self.filename, newline="\n") as existing:
                self.append_header = not existing.readline()
        self.csv_file = open(self.filename, "a" if self.append else "w", newline="\n")

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        logs = logs or {}
        if self.keys is None:
            self.keys = sorted(logs)
        if self.writer is None:
            self.writer = csv.DictWriter(self.csv_file, ["epoch", *self.keys], delimiter=self.sep)
            if self.append_header:
                self.writer.writeheader()
        # An epoch that was cut short lacks the validation's columns.
        self.writer.writerow({"epoch": epoch, **{key: _cell(logs.get(key, "NA")) for key in self.keys}})
        self.csv_file.flush()

    def on_train_end(self, logs: dict | None = None) -> None:
        self.csv_file.close()
        self.writer = None


def _cell(value: Any) -> Any:
    """A value as it goes into a cell: several numbers as a list in quotes."""
    if isinstance(value, str) or not isinstance(value, Iterable) or getattr(value, "ndim", 1) == 0:
        return value
    return f'"[{", ".join(map(str, value))}]"'


class LambdaCallback(Callback):
    """A callback made of functions.

    Args:
        on_epoch_begin, on_epoch_end: functions of ``(epoch, logs)``.
        on_batch_begin, on_batch_end: functions of ``(batch, logs)``.
        on_train_begin, on_train_end: functions of ``(logs)``.
        **kwargs: further hooks, or attributes of one's own.

    Example:
        >>> hello = LambdaCallback(on_epoch_begin=lambda epoch, logs: print("epoch", epoch))
        >>> hello.on_epoch_begin(0, {})
        epoch 0

    Source: https://keras.io/api/callbacks/lambda_callback/
    """

    def __init__(
        self,
        on_epoch_begin: Callable | None = None,
        on_epoch_end: Callable | None = None,
        on_batch_begin: Callable | None = None,
        on_batch_end: Callable | None = None,
        on_train_begin: Callable | None = None,
        on_train_end: Callable | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__()
        hooks = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_batch_begin": on_batch_begin,
            "on_batch_end": on_batch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
        }
        # A hook that is not given stays the class's own, which nobody needs to call.
        self.__dict__.update({name: hook for name, hook in {**hooks, **kwargs}.items() if hook is not None})


class RemoteMonitor(Callback):
    """Sends each epoch's logs to a server; needs the package ``requests``.

    Args:
        root: the server's address.
        path: what comes after it.
        field: the form's field that holds the JSON text.
        headers: HTTP headers.
        send_as_json: whether the body is the JSON text itself instead of a form.

    Raises:
        ImportError: without ``requests``.

    Example:
        >>> RemoteMonitor(root="http://localhost:9000").path
        '/publish/epoch/end/'

    Source: https://keras.io/api/callbacks/remote_monitor/
    """

    def __init__(
        self,
        root: str = "http://localhost:9000",
        path: str = "/publish/epoch/end/",
        field: str = "data",
        headers: dict[str, str] | None = None,
        send_as_json: bool = False,
    ) -> None:
        super().__init__()
        self.root = root
        self.path = path
        self.field = field
        self.headers = headers
        self.send_as_json = send_as_json

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        try:
            import requests
        except ImportError:
            raise ImportError("RemoteMonitor needs the package requests: pip install requests") from None
        content: dict[str, Any] = {"epoch": epoch}
        for name, value in (logs or {}).items():
            content[name] = value.item() if isinstance(value, (np.ndarray, np.generic)) else value
        body = {"json": content} if self.send_as_json else {"data": {self.field: json.dumps(content)}}
        try:
            requests.post(self.root + self.path, headers=self.headers, **body)
        except requests.exceptions.RequestException:
            warn(f"RemoteMonitor: could not reach the server at {self.root}.")
