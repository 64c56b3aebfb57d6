"""Figures as tables, as JSON and as a picture."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.measure import US
from benchmarks.rows import ROWS, Row

__all__ = ["aims", "machine", "memory", "plot", "ratio", "table"]

_ROWS: dict[str, Row] = {row.name: row for row in ROWS}


def machine(threads: int, device: str) -> dict[str, Any]:
    """What the figures were measured on."""
    import torch

    name = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo") as file:
            name = next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    gpu = torch.cuda.get_device_name() if device == "cuda" else None
    return {
        "processor": name,
        "cores": os.cpu_count(),
        "threads": threads,
        "device": gpu or device,
        "vector instructions": torch.backends.cpu.get_cpu_capability(),
        "torch": torch.__version__,
        "python": platform.python_version(),
        "load before": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    }


def ratio(times: dict[str, list[float]], other: str, by: str = "median") -> float:
    """Our time by another's.

    Args:
        times: milliseconds by peer, one a turn.
        other: the peer.
        by: ``'median'`` of the turns' ratios; ``'min'``, the ratio of the quickest turns, which a busy machine moves
            less.

    Example:
        >>> ratio({"kerastorch": [1.0, 9.0], "tuned": [2.0, 2.0]}, "tuned", "min")
        0.5
    """
    if by == "min":
        return min(times[US]) / min(times[other])
    return statistics.median(a / b for a, b in zip(times[US], times[other]))


def _others(rows: dict[str, Any]) -> list[str]:
    return list(dict.fromkeys(name for row in rows.values() for name in row["ms"] if name != US))


def _lines(cells: Iterable[list[str]]) -> str:
    head, *rest = cells
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, ["---"] * len(head), *rest])


def table(rows: dict[str, Any], by: str = "median") -> str:
    """Milliseconds, and ratios of ours to each other's.

    Args:
        rows: figures by row.
        by: ``'median'`` or ``'min'`` of the turns.
    """
    others = _others(rows)
    average = min if by == "min" else statistics.median
    cells = [["row", f"{US} ms", *(f"{name} ms" for name in others), *(f"/ {name}" for name in others)]]
    for name, row in rows.items():
        times = row["ms"]
        if not times.get(US):
            continue
        line = [_ROWS[name].title, f"{average(times[US]):.3g}"]
        line += [f"{average(times[o]):.3g}" if o in times else "-" for o in others]
        line += [f"{ratio(times, o, by):.2f}" if o in times else "-" for o in others]
        cells.append(line)
    return _lines(cells)


def memory(rows: dict[str, Any]) -> str:
    """The most memory that each peer's process held during a row, in MB; what an earlier row left counts too."""
    names = [US, *_others(rows)]
    cells = [["row", *(f"{name} MB" for name in names)]]
    for name, row in rows.items():
        if any(row["peak"].values()):
            cells.append([_ROWS[name].title, *(f"{row['peak'][n]:.0f}" if row["peak"].get(n) else "-" for n in names)])
    return _lines(cells)


def aims(rows: dict[str, Any], by: str = "median") -> str:
    """Which of the rows' limits are kept, a line each."""
    lines = []
    for name, row in rows.items():
        times, wanted = row["ms"], _ROWS[name]
        for other, limit in wanted.limits.items():
            if times.get(US) and other in times:
                found = ratio(times, other, by)
                lines.append(f"{_mark(found, limit)} {name} / {other}: {found:.2f} (at most {limit:.2f})")
        if wanted.most is not None and times.get(US):
            found = min(times[US]) if by == "min" else statistics.median(times[US])
            lines.append(f"{_mark(found, wanted.most)} {name}: {found:.3f} ms (at most {wanted.most} ms)")
    return "\n".join(lines)


def _mark(found: float, limit: float) -> str:
    return "kept  " if found <= limit else "MISSED"


def plot(rows: dict[str, Any], path: Path, by: str = "median") -> None:
    """Draws our time as a share of each other's, a bar for each row and peer.

    Raises:
        ImportError: without matplotlib.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ImportError(
            "run.py: expected matplotlib for --plot; install it with: pip install 'kerastorch[plot]'"
        ) from None
    others = _others(rows)
    figure = Figure(figsize=(8, 0.13 * len(rows) * max(2, len(others)) + 1.5), layout="constrained")
    axis = figure.add_subplot()
    height = 0.8 / max(1, len(others))
    for k, other in enumerate(others):
        shown = [(i, row["ms"]) for i, row in enumerate(rows.values()) if other in row["ms"] and US in row["ms"]]
        places, lengths = [i + k * height for i, _ in shown], [ratio(times, other, by) for _, times in shown]
        axis.barh(places, lengths, height, label=other)
    axis.axvline(1.0, color="black", linewidth=1)
    axis.set_yticks([i + 0.4 - height / 2 for i in range(len(rows))], list(rows))
    axis.set_ylim(len(rows), -0.5)  # the first row on top, no empty space at the ends
    axis.set_xscale("log")
    axis.set_xlabel(f"time of {US} as a share of the other's (left of 1: quicker)")
    if others:
        figure.legend(loc="outside upper center", ncols=min(4, len(others)))
    figure.savefig(path, dpi=120)
