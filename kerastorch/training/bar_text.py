"""What a progress bar says, in the words of each generation.

Source: the ``Progbar`` of Keras 2.2.4, of tf_keras and of Keras 3.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np

__all__ = ["State", "bar_line", "closing_line"]

_BOLD, _GREEN, _WHITE, _PLAIN = "\x1b[1m", "\x1b[32m", "\x1b[37m", "\x1b[0m"


@dataclasses.dataclass
class State:
    """Where a bar is.

    Args:
        current: the steps done.
        target: of how many, None if unknown.
        elapsed: seconds since the bar began.
        first: seconds that the first step took, None if no update reported it alone.
        values: what is shown, as ``{name: [sum, count]}``.
        done: whether this is the last line.
        unit: what is counted.
    """

    current: int
    target: int | None
    elapsed: float
    first: float | None
    values: Mapping[str, list]
    done: bool
    unit: str = "step"

    def each(self, style: str) -> float:
        """Seconds a step; the later generations leave the first one out, which is rarely like the others."""
        if not self.current:
            return 0.0
        if style != "keras2" and self.first is not None and self.current > 1:
            return (self.elapsed - self.first) / (self.current - 1)
        return self.elapsed / self.current


def bar_line(style: str, state: State, width: int) -> str:
    """One line of verbose=1.

    Args:
        style: ``'keras2'``, ``'tf.keras'`` or ``'keras3'``.
        state: where the bar is.
        width: of the bar itself, in characters.

    Example:
        >>> state = State(1, 2, 1.0, 1.0, {"loss": [0.5, 1]}, done=False)
        >>> bar_line("tf.keras", state, 10)
        '1/2 [====>.....] - ETA: 1s - loss: 0.5000'
        >>> print(bar_line("keras3", state, 10).replace("\\x1b", "^"))
        ^[1m1/2^[0m ^[32m━━━━━^[0m^[37m━━━━━^[0m ^[1m1s^[0m 1s/step - loss: 0.5000
    """
    each = state.each(style)
    if style == "keras3":
        return _line_of_keras3(state, width, each)
    left = state.target is not None and not state.done
    if left:
        info = f" - ETA: {_time_left(each * (state.target - state.current))}"
    else:
        info = f" - {state.elapsed:.0f}s {_speed(each, state.unit, style)}"
    return _arrow(state.current, state.target, width) + info + _averages(state.values, abs)


def closing_line(style: str, state: State) -> str:
    """The line of verbose=2.

    Example:
        >>> closing_line("keras2", State(4, 4, 2.0, None, {"loss": [0.5, 1]}, done=True))
        ' - 2s - loss: 0.5000'
        >>> closing_line("tf.keras", State(4, 4, 2.0, None, {"loss": [0.5, 1]}, done=True))
        '4/4 - 2s - loss: 0.5000 - 2s/epoch - 500ms/step'
    """
    # A negative average is printed in exponent form here: no generation takes its absolute value.
    values = _averages(state.values, float)
    if style == "keras2":
        return f" - {state.elapsed:.0f}s" + values
    count = f"{int(state.current)}/{int(state.target or state.current)} - {state.elapsed:.0f}s"
    if style == "keras3":
        return f"{count} - {_speed(state.each(style), state.unit, style)}" + values
    step = state.elapsed / (state.target or 1)
    return f"{count}{values} - {_speed(state.elapsed, 'epoch', style)} - {_speed(step, state.unit, style)}"


def _arrow(current: int, target: int | None, width: int) -> str:
    if target is None:
        return f"{int(current):7d}/Unknown"
    filled = int(width * (float(current) / target)) if target else width
    arrow = "=" * (filled - 1) + (">" if current < target else "=") if filled > 0 else ""
    return f"{int(current):{len(str(int(target)))}d}/{int(target)} [{arrow}{'.' * (width - filled)}]"


def _line_of_keras3(state: State, width: int, each: float) -> str:
    if state.target:
        filled = int(width * (float(state.current) / state.target))
        text = f"{_BOLD}{int(state.current):{len(str(int(state.target)))}d}/{int(state.target)}{_PLAIN} "
        text += f"{_GREEN}{'━' * filled}{_PLAIN}" if filled > 0 else ""
        text += f"{_WHITE}{'━' * (width - filled)}{_PLAIN}"
    else:
        text = f"{int(state.current):7d}/Unknown"
    left = state.target and not state.done
    time = _time_left(each * (state.target - state.current)) if left else f"{state.elapsed:.0f}s"
    return f"{text} {_BOLD}{time}{_PLAIN} {_speed(each, state.unit, 'keras3')}" + _averages(state.values, abs)


def _time_left(seconds: float) -> str:
    if seconds > 3600:
        return f"{int(seconds // 3600)}:{int(seconds % 3600 // 60):02d}:{int(seconds % 60):02d}"
    if seconds > 60:
        return f"{int(seconds // 60)}:{int(seconds % 60):02d}"
    return f"{int(seconds)}s"


def _speed(seconds: float, unit: str, style: str) -> str:
    if seconds >= 1 or (seconds == 0 and style != "keras2"):
        return f"{seconds:.0f}s/{unit}"
    if seconds >= 1e-3:
        return f"{seconds * 1e3:.0f}ms/{unit}"
    return f"{seconds * 1e6:.0f}us/{unit}"


def _averages(values: Mapping[str, list], magnitude: Callable[[float], float]) -> str:
    text = ""
    for name, (total, weight) in values.items():
        average = np.mean(total / max(1, weight))
        text += f" - {name}: {average:.4f}" if magnitude(average) > 1e-3 else f" - {name}: {average:.4e}"
    return text
