"""The progress bar: Keras's lines, drawn by tqdm.

tqdm does what it does well: when to draw, where the cursor goes, how wide the terminal is, other bars around this one.
The text is Keras's (``bar_text.py``). In a terminal or notebook a line is drawn over the one before; anywhere else it
begins a new line in Keras 2, and since tf.keras takes back the one before with backspaces, as they do.

Source: https://keras.io/api/utils/python_utils/#progbar-class
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from tqdm import tqdm
from tqdm.utils import disp_len, disp_trim

from .. import eras
from .bar_text import State, bar_line, closing_line
from .callback import Callback
from .logs import RunningTotals, fetch, in_order

__all__ = ["Progbar", "ProgbarLogger", "RunBar"]

# A reader follows about ten lines a second, and each one drawn waits for the device.
_TERMINAL_INTERVAL = 0.1
_FILE_INTERVAL = 0.05


def _redraws_in_place() -> bool:
    """Whether a carriage return goes back to the start of the line that is seen."""
    return _is_terminal(sys.stdout) or "ipykernel" in sys.modules


def _is_terminal(file: Any) -> bool:
    isatty = getattr(file, "isatty", None)
    return bool(isatty and isatty())


class _Values:
    """The shown values as ``{name: [sum, count]}``, of which some are read only when they are needed."""

    def __init__(self) -> None:
        self.known: dict[str, list] = {}
        self.read: Callable[[], Mapping[str, list]] | None = None

    def now(self) -> dict[str, list]:
        if self.read is not None:
            read, self.read = self.read, None
            self.known.update({name: list(pair) for name, pair in read().items()})
        return self.known


class _Line(tqdm):
    """A tqdm bar with Keras's layout, which looks at its values each time it is drawn."""

    monitor_interval = 0  # no thread that redraws: each line has its cause

    def __init__(
        self, target: int | None, width: int, verbose: int, interval: float, values: _Values, unit: str = "step"
    ) -> None:
        self.width = width
        self.verbose = verbose
        self.values = values
        self.counted = unit
        self.style = eras.current().progress
        self.first: float | None = None  # seconds that the first step took
        self.done = False
        self.in_place = verbose == 1 and _redraws_in_place()
        self.let_go()
        super().__init__(
            total=target,
            file=sys.stdout,
            disable=False,
            dynamic_ncols=self.in_place,
            mininterval=interval,
            miniters=0,
            smoothing=0,
            delay=1e-9,  # else tqdm draws an empty bar at once, which Keras does not
            position=self._free_position(),
        )
        self.delay = 0
        self.last_print_t = 0  # the first update is always drawn
        if self.in_place:
            self._instances.add(self)
        else:
            self.sp = self._write_line

    @classmethod
    def let_go(cls) -> None:
        """Makes tqdm forget all bars of ours: one that was interrupted must not be drawn again, or take up a line."""
        for bar in list(cls._instances):
            if isinstance(bar, _Line):
                cls._instances.discard(bar)

    def _free_position(self) -> int:
        """The line below all other bars."""
        others = (bar for bar in list(self._instances) if hasattr(bar, "pos") and _is_terminal(bar.fp))
        return max((abs(bar.pos) + 1 for bar in others), default=0) if self.in_place else 0

    def _write_line(self, text: str) -> None:
        if self.verbose == 2:
            self.fp.write(text)
            return
        before, seen = getattr(self, "_last_length", 0), disp_len(text)
        self._last_length = seen
        start = "\n" if self.style == "keras2" else "\b" * before + "\r"
        self.fp.write(start + text + " " * max(before - seen, 0))
        self.fp.flush()

    def after_first_step(self) -> None:
        """Notes how long the first step took."""
        self.first = self._time() - self.start_t

    @property
    def format_dict(self) -> dict[str, Any]:
        known = super().format_dict
        columns = known["ncols"] if self.in_place else None
        return {**known, "ncols": columns, "ours": self}

    @staticmethod
    def format_meter(n, total, elapsed, ncols=None, ours=None, **_) -> str:
        done = ours.done or (ours.style == "keras2" and (total is None or n >= total))
        state = State(n, total, elapsed, ours.first, ours.values.now(), done, ours.counted)
        if ours.verbose == 2:
            return closing_line(ours.style, state)
        line = bar_line(ours.style, state, ours.width)
        over = disp_len(line) - ncols if ncols else 0
        if over <= 0 or total is None or n >= total:
            return line
        # A line that wraps could not be drawn over: the bar gives way to the numbers.
        return disp_trim(bar_line(ours.style, state, max(1, ours.width - over)), ncols)

    def finish(self) -> None:
        """Draws the line for good and goes to the next."""
        self.done = True
        with self.get_lock():
            if self.pos and self.ncols:
                self.fp.write("\r" + " " * self.ncols)  # the line of the bar above, which moves down
            self.display(pos=0)
            self.fp.write("\n")
            self.fp.flush()
        self._decr_instances(self)

    def close(self) -> None:
        # tqdm would draw once more; a bar that was given up stays as it is, as in Keras.
        if not self.disable:
            self.disable = True
            self._decr_instances(self)


class Progbar:
    """A progress bar with running averages, laid out as Keras's.

    Args:
        target: the number of steps or samples, None if unknown.
        width: the bar's width in characters: 30, in Keras 3 20.
        verbose: 0 (nothing), 1 (a bar) or 2 (one line at the end).
        interval: seconds between two lines, at least.
        stateful_metrics: names of values that are shown as they are instead of averaged.
        unit_name: what is counted.
        stateless_metrics: names of the values that are averaged, all others then being shown as they are.

    Raises:
        ValueError: for both ``stateful_metrics`` and ``stateless_metrics``.

    Example:
        >>> bar = Progbar(2, width=10)
        >>> bar.update(2, [("loss", 0.5)])  # doctest: +ELLIPSIS
        <BLANKLINE>
        2/2 [==========] - 0s .../step - loss: 0.5000

    Source: https://keras.io/api/utils/python_utils/#progbar-class
    """

    def __init__(
        self,
        target: int | None,
        width: int | None = None,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
        stateless_metrics: Iterable[str] | None = None,
    ) -> None:
        if stateful_metrics is not None and stateless_metrics is not None:
            raise ValueError(
                "Progbar: expected one of stateful_metrics and stateless_metrics at most. Received: both of them"
            )
        self._style = eras.current().progress
        if width is None:
            width = 20 if self._style == "keras3" else 30
        self.target = target
        self.width = width
        self.unit_name = unit_name
        self.stateless_metrics = None if stateless_metrics is None else set(stateless_metrics)
        self.verbose = verbose
        self.interval = interval
        self.stateful_metrics = set(stateful_metrics or ())
        self._values = _Values()
        self._seen_so_far = 0
        self._line = None
        if verbose in (1, 2) and sys.stdout is not None:
            self._line = _Line(target, width, verbose, interval, self._values, unit_name)

    def _is_stateful(self, name: str) -> bool:
        known = self.stateless_metrics
        return name in self.stateful_metrics if known is None else name not in known

    def update(
        self, current: int, values: Iterable[tuple[str, Any]] | None = None, finalize: bool | None = None
    ) -> None:
        """Moves to ``current`` and takes in the values of the steps since the last call.

        Args:
            current: the number of steps done.
            values: pairs of name and value; a value counts for every step since the last call.
            finalize: whether this is the last update; by default when ``target`` is reached.
        """
        pairs = list(values or ())
        steps = current - self._seen_so_far
        if self._style != "keras2":
            steps = max(steps, 1)
        last = finalize if finalize is not None else self.target is not None and current >= self.target
        settled = last and self._style == "keras3"  # what comes last stands for all of it
        known = self._values.now()
        for (name, _), value in zip(pairs, fetch(value for _, value in pairs)):
            if settled or self._is_stateful(name):
                known[name] = [value, 1]
            else:
                pair = known.setdefault(name, [0.0, 0])
                pair[0] = pair[0] + np.asarray(value, np.float64)[()] * steps
                pair[1] += steps
        self._go(current, self.target is None and self._style == "keras2", finalize)

    def add(self, n: int, values: Iterable[tuple[str, Any]] | None = None) -> None:
        """Moves ``n`` steps on: ``update`` by difference."""
        self.update(self._seen_so_far + n, values)

    def follow(self, read: Callable[[], Mapping[str, list]]) -> None:
        """Takes the values from ``read`` the next time that they are needed, and no sooner.

        Args:
            read: gives ``{name: [sum of values, number of steps]}`` from the beginning on.
        """
        self._values.read = read

    def move(self, current: int) -> None:
        """Moves to ``current``; unless the line is drawn now, nothing is read."""
        self._go(current, at_once=False)

    def _go(self, current: int, at_once: bool, finalize: bool | None = None) -> None:
        self._seen_so_far = current
        line = self._line
        if line is None:
            return
        if current == 1:
            line.after_first_step()
        done = finalize if finalize is not None else self.target is not None and current >= self.target
        if done or (at_once and self.verbose == 2):
            line.total, line.n = self.target, current
            line.finish()
        elif self.verbose == 1 and at_once:
            line.n = current
            line.refresh()
        elif self.verbose == 1:
            line.update(current - line.n)


class ProgbarLogger(Callback):
    """Prints the epochs' headings and a progress bar or line each; fit adds it when ``verbose`` is 1 or 2.

    Args:
        count_mode: ``'samples'`` or ``'steps'``: what the bar counts.
        stateful_metrics: names of metrics that are shown as they are instead of averaged.
        totals: gives ``{name: [sum of values, count]}`` of the epoch so far, weighted as ``count_mode`` counts
            (``[value, 1]`` for a stateful metric). With it the bar asks for numbers only when it draws, and looks at no
            batch's logs but ``size``.

    Raises:
        ValueError: for another ``count_mode``.

    Example:
        >>> from kerastorch.training.callback import CallbackList
        >>> parameters = {"verbose": 2, "epochs": 1, "samples": 8, "metrics": ["loss"]}
        >>> hooks = CallbackList([ProgbarLogger()], **parameters)
        >>> hooks.on_train_begin()
        >>> hooks.on_epoch_begin(0)
        Epoch 1/1
        >>> hooks.on_batch_end(0, {"size": 8, "loss": 0.5})
        >>> hooks.on_epoch_end(0, {"loss": 0.5})
         - 0s - loss: 0.5000

    Source: https://keras.io/api/callbacks/
    """

    def __init__(
        self,
        count_mode: str = "samples",
        stateful_metrics: Iterable[str] | None = None,
        *,
        totals: Callable[[], Mapping[str, list]] | None = None,
    ) -> None:
        super().__init__()
        if count_mode not in ("samples", "steps"):
            raise ValueError(f"ProgbarLogger: expected count_mode to be 'samples' or 'steps'. Received: {count_mode!r}")
        self._later = eras.current().progress != "keras2"  # they count steps, and show the means that they are given
        self.use_steps = count_mode == "steps" or self._later
        self.stateful_metrics = set(stateful_metrics or ())
        self.totals = totals

    def _sums(self) -> Mapping[str, list]:
        return self.totals() if self.totals is not None else in_order(self._totals.read())

    def on_train_begin(self, logs: dict | None = None) -> None:
        self.verbose = self.params["verbose"]
        self.epochs = self.params["epochs"]

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self.seen = 0
        self.target = self.params["steps" if self.use_steps else "samples"]
        self._totals = RunningTotals(self.stateful_metrics)
        if self.verbose and sys.stdout is not None and (self.epochs > 1 or not self._later):
            _Line.let_go()
            # tqdm's print: keeps clear of any other bar on the screen.
            tqdm.write(f"Epoch {epoch + 1}/{self.epochs}", file=sys.stdout)
        self.progbar = Progbar(
            self.target,
            verbose=self.verbose,
            interval=_TERMINAL_INTERVAL if _redraws_in_place() else _FILE_INTERVAL,
            stateful_metrics=self.stateful_metrics,
        )

    def on_batch_end(self, batch: int, logs: dict | None = None) -> None:
        logs = {} if logs is None else logs
        step = 1 if self.use_steps else logs.get("size", 0)
        self.seen += step
        if self.totals is None:
            self._totals.add(logs, step, self._names(logs))
        # The last batch's line is on_epoch_end's.
        if self.target is None or self.seen < self.target:
            self.progbar.follow(self._sums)
            self.progbar.move(self.seen)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        logs = logs or {}
        if self.target is None:
            self.progbar.target = self.seen
        if self._later:
            self.progbar.stateless_metrics = set()
            self.progbar.update(self.progbar.target, list(logs.items()), finalize=True)
            return
        self.progbar.follow(self._sums)
        self.progbar.update(self.seen, [(name, logs[name]) for name in self._names(logs) if name in logs])

    def _names(self, logs: Mapping[str, Any]) -> Iterable[str]:
        """What is shown: what the parameters of the run name, or else, in a loop of a script's own, all numbers."""
        return self.params.get("metrics") or [name for name in logs if name not in ("batch", "size")]


class RunBar:
    """The bar of ``evaluate`` and ``predict``: of samples in Keras 2, of batches and with their numbers later.

    Args:
        verbose: as for ``evaluate``.
        samples: how many rows there are, or how many steps were asked for.
        batches: how many batches that makes, None if unknown.
        counts_steps: whether ``samples`` are steps.

    Example:
        >>> bar = RunBar(1, 8, 2)
        >>> bar.step(4)  # doctest: +ELLIPSIS
        <BLANKLINE>
        4/8 [==============>...............] - ETA: ...
        >>> bar.step(4)  # doctest: +ELLIPSIS
        <BLANKLINE>
        8/8 [==============================] - ...
        >>> bar.close()
    """

    def __init__(self, verbose: int, samples: int | None, batches: int | None, counts_steps: bool = False) -> None:
        self._later = eras.current().progress != "keras2"
        self._steps = counts_steps or self._later
        shown = verbose == 1 or (verbose == 2 and self._later)
        self._seen = 0
        target = batches if self._later else samples
        self._bar = Progbar(target, verbose=verbose, stateless_metrics=()) if shown else None

    def step(self, size: int, read: Callable[[], Mapping[str, list]] | None = None) -> None:
        """Counts a batch.

        Args:
            size: its rows.
            read: gives the numbers so far, as ``RunningTotals.read`` does, in the order to show them in.
        """
        if self._bar is None:
            return
        self._seen += 1 if self._steps else size
        if not self._later:
            self._bar.update(self._seen)
        elif self._bar.target is None or self._seen < self._bar.target:
            if read is not None:
                self._bar.follow(read)
            self._bar.move(self._seen)

    def close(self, logs: Mapping[str, Any] | None = None) -> None:
        """Draws the last line.

        Args:
            logs: the numbers to show in it.
        """
        if self._bar is None or not self._later:
            return
        self._bar.target = self._seen
        self._bar.update(self._seen, list((logs or {}).items()), finalize=True)
