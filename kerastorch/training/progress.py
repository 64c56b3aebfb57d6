"""The progress bar: Keras's lines, drawn by tqdm.

tqdm does what it does well: when to draw, where the cursor goes, how wide the terminal is, other bars around this one.
The text is Keras's. In a terminal or a notebook a line is drawn over the one before; anywhere else each begins a new
line, as in Keras.

Source: https://keras.io/api/utils/python_utils/#progbar-class
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from tqdm import tqdm
from tqdm.utils import disp_trim

from kerastorch.training.callback import Callback
from kerastorch.training.logs import RunningTotals, fetch

__all__ = ["Progbar", "ProgbarLogger"]

# A reader follows about ten lines a second, and each one drawn waits for the device.
_TERMINAL_INTERVAL = 0.1
_FILE_INTERVAL = 0.05


def _redraws_in_place() -> bool:
    """Whether a carriage return goes back to the start of the line that is seen."""
    return _is_terminal(sys.stdout) or "ipykernel" in sys.modules


def _is_terminal(file: Any) -> bool:
    isatty = getattr(file, "isatty", None)
    return bool(isatty and isatty())


def _bar(current: int, target: int | None, width: int) -> str:
    if target is None:
        return f"{int(current):7d}/Unknown"
    filled = int(width * (float(current) / target)) if target else width
    arrow = "=" * (filled - 1) + (">" if current < target else "=") if filled > 0 else ""
    return f"{int(current):{len(str(int(target)))}d}/{int(target)} [{arrow}{'.' * (width - filled)}]"


def _time_left(seconds: float) -> str:
    if seconds > 3600:
        return f"{int(seconds // 3600)}:{int(seconds % 3600 // 60):02d}:{int(seconds % 60):02d}"
    if seconds > 60:
        return f"{int(seconds // 60)}:{int(seconds % 60):02d}"
    return f"{int(seconds)}s"


def _speed(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.0f}s/step"
    if seconds >= 1e-3:
        return f"{seconds * 1e3:.0f}ms/step"
    return f"{seconds * 1e6:.0f}us/step"


def _averages(values: Mapping[str, list], magnitude: Callable[[float], float]) -> str:
    text = ""
    for name, (total, weight) in values.items():
        average = np.mean(total / max(1, weight))
        text += f" - {name}: {average:.4f}" if magnitude(average) > 1e-3 else f" - {name}: {average:.4e}"
    return text


def _line(current: int, target: int | None, elapsed: float, values: Mapping[str, list], width: int) -> str:
    """One line of verbose=1."""
    each = elapsed / current if current else 0
    if target is not None and current < target:
        info = f" - ETA: {_time_left(each * (target - current))}"
    else:
        info = f" - {elapsed:.0f}s {_speed(each)}"
    return _bar(current, target, width) + info + _averages(values, abs)


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

    def __init__(self, target: int | None, width: int, verbose: int, interval: float, values: _Values) -> None:
        self.width = width
        self.verbose = verbose
        self.values = values
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
        padding = " " * max(getattr(self, "_last_length", 0) - len(text), 0)
        self._last_length = len(text)
        self.fp.write("\n" + text + padding)
        self.fp.flush()

    @property
    def format_dict(self) -> dict[str, Any]:
        known = super().format_dict
        columns = known["ncols"] if self.in_place else None
        layout = {"values": self.values.now(), "width": self.width, "verbose": self.verbose, "ncols": columns}
        return {**known, **layout}

    @staticmethod
    def format_meter(n, total, elapsed, ncols=None, values=(), width=30, verbose=1, **_) -> str:
        if verbose == 2:
            # Keras 2 takes no absolute value here: a negative average is printed in exponent form.
            return f" - {elapsed:.0f}s" + _averages(values, float)
        line = _line(n, total, elapsed, values, width)
        over = len(line) - ncols if ncols else 0
        if over <= 0 or total is None or n >= total:
            return line
        # A line that wraps could not be drawn over: the bar gives way to the numbers.
        return disp_trim(_line(n, total, elapsed, values, max(1, width - over)), ncols)

    def finish(self) -> None:
        """Draws the line for good and goes to the next."""
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
        width: the bar's width in characters.
        verbose: 0 (nothing), 1 (a bar) or 2 (one line at the end).
        interval: seconds between two lines, at least.
        stateful_metrics: names of values that are shown as they are instead of averaged.

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
        width: int = 30,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
    ) -> None:
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.stateful_metrics = set(stateful_metrics or ())
        self._values = _Values()
        self._seen_so_far = 0
        self._line = None
        if verbose in (1, 2) and sys.stdout is not None:
            self._line = _Line(target, width, verbose, interval, self._values)

    def update(self, current: int, values: Iterable[tuple[str, Any]] | None = None) -> None:
        """Moves to ``current`` and takes in the values of the steps since the last call.

        Args:
            current: the number of steps done.
            values: pairs of name and value; a value counts for every step since the last call.
        """
        pairs = list(values or ())
        steps = current - self._seen_so_far
        known = self._values.now()
        for (name, _), value in zip(pairs, fetch(value for _, value in pairs)):
            if name in self.stateful_metrics:
                known[name] = [value, 1]
            else:
                pair = known.setdefault(name, [0.0, 0])
                pair[0] = pair[0] + np.asarray(value, np.float64)[()] * steps
                pair[1] += steps
        self._go(current, at_once=self.target is None)

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

    def _go(self, current: int, at_once: bool) -> None:
        self._seen_so_far = current
        line = self._line
        if line is None:
            return
        done = self.target is not None and current >= self.target
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
        self.use_steps = count_mode == "steps"
        self.stateful_metrics = set(stateful_metrics or ())
        self.totals = totals

    def on_train_begin(self, logs: dict | None = None) -> None:
        self.verbose = self.params["verbose"]
        self.epochs = self.params["epochs"]

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self.seen = 0
        self.target = self.params["steps" if self.use_steps else "samples"]
        self._totals = RunningTotals(self.stateful_metrics)
        self._read = self.totals or self._totals.read
        if self.verbose and sys.stdout is not None:
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
            self._totals.add(logs, step, self.params["metrics"])
        # The last batch's line is on_epoch_end's.
        if self.target is None or self.seen < self.target:
            self.progbar.follow(self._read)
            self.progbar.move(self.seen)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        logs = logs or {}
        if self.target is None:
            self.progbar.target = self.seen
        self.progbar.follow(self._read)
        self.progbar.update(self.seen, [(name, logs[name]) for name in self.params["metrics"] if name in logs])
