"""Times ``fit`` against training loops written by hand: ``python benchmarks/run.py``.

All take turns in one run (A B A B …) on the same model, data and work, metrics included. What counts are the ratios:
the machine is seldom quiet.

    python benchmarks/run.py                      every row, kerastorch against the tuned and the usual loop
    python benchmarks/run.py --rows issue2        the four models of the acceptance, and hard_sigmoid
    python benchmarks/run.py --peer-python keras3-torch=/path/to/python    a Keras of another interpreter, too
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import statistics
import sys
from pathlib import Path
from typing import Any

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import peers, rows  # noqa: E402

US = "kerastorch"


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", help="names of rows, or issue2; all when missing")
    parser.add_argument("--peers", default="tuned,usual", help="loops of this process: tuned, usual, floor, compiled")
    parser.add_argument("--peer-python", action="append", default=[], metavar="NAME=PATH", help="a Keras elsewhere")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--turns", type=int, default=15, help="turns of each")
    parser.add_argument(
        "--longer", type=int, help="so many times the steps in a turn; 20 on a GPU, where they are short"
    )
    parser.add_argument("--quick", action="store_true", help="5 turns of each")
    parser.add_argument("--json", type=Path, help="where to write all figures")
    parser.add_argument("--plot", type=Path, help="where to write a picture of the ratios (needs kerastorch[plot])")
    return parser.parse_args()


def measure(row: rows.Training, names: list[str], children: list[peers.Child], device: Any, turns: int) -> dict:
    """Milliseconds a step of each, one entry a turn."""
    here = {}
    for name in [US, *names]:
        if name == "floor" and row.name != "lstm_hard":
            continue
        here[name] = peers.HERE[name](row, device)
    there = {}
    for child in children:
        try:
            child.ready(row)
            there[child.name] = child
        except RuntimeError as error:
            peers.complain(str(error))
    for peer in here.values():  # warm-up
        peer.epoch()
    times: dict[str, list[float]] = {name: [] for name in [*here, *there]}
    for _ in range(turns):
        for name, peer in here.items():
            times[name].append(peers.clock(peer.epoch, device))
        for name, child in there.items():
            times[name].append(child.turn())
    return {name: [1000 * seconds / row.steps for seconds in found] for name, found in times.items()}


def _longer(row: rows.Training, times: int | None, device: Any) -> rows.Training:
    """The row with more steps in a turn."""
    times = times or (20 if device.type == "cuda" else 1)
    return dataclasses.replace(row, steps=min(row.steps * times, max(row.steps, 1000)))


def ratio(times: dict[str, list[float]], other: str) -> float:
    """The median over turns of our time by the other's, taken turn by turn."""
    return statistics.median(a / b for a, b in zip(times[US], times[other], strict=True))


def table(results: dict[str, dict[str, list[float]]]) -> str:
    """Medians in ms a step, and ratios."""
    others = list(dict.fromkeys(name for times in results.values() for name in times if name != US))
    titles = {row.name: row.title for row in rows.TRAINING}
    head = ["model", f"{US} ms", *(f"{name} ms" for name in others), *(f"/ {name}" for name in others)]
    lines = [head, ["---"] * len(head)]
    for name, times in results.items():
        cells = [titles[name], f"{statistics.median(times[US]):.3g}"]
        cells += [f"{statistics.median(times[o]):.3g}" if o in times else "-" for o in others]
        cells += [f"{ratio(times, o):.2f}" if o in times else "-" for o in others]
        lines.append(cells)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def plot(results: dict[str, dict[str, list[float]]], path: Path) -> None:
    """Draws our time as a share of each other's, one bar a row.

    Raises:
        ImportError: without matplotlib.
    """
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise ImportError("run.py: expected matplotlib for --plot; install kerastorch[plot]") from None
    others = list(dict.fromkeys(name for times in results.values() for name in times if name != US))
    figure, axis = plt.subplots(figsize=(8, 0.6 * len(results) * max(1, len(others)) + 1), layout="constrained")
    height = 0.8 / max(1, len(others))
    for k, other in enumerate(others):
        places = [i + k * height for i, times in enumerate(results.values()) if other in times]
        axis.barh(places, [ratio(times, other) for times in results.values() if other in times], height, label=other)
    axis.axvline(1.0, color="black", linewidth=1)
    axis.set_yticks([i + 0.4 - height / 2 for i in range(len(results))], list(results))
    axis.invert_yaxis()
    axis.set_xlabel("time of kerastorch's fit, as a share of the other's (left of 1 is faster)")
    axis.legend()
    figure.savefig(path, dpi=120)


def main() -> None:
    """Runs what the command line asks for."""
    options = arguments()
    torch.set_num_threads(options.threads)
    device = torch.device(options.device)
    names = [name for name in options.peers.split(",") if name]
    for name in names:
        if name not in peers.HERE or name == US:
            known = ", ".join(other for other in peers.HERE if other != US)
            raise SystemExit(f"run.py: expected --peers to name some of {known}. Received: {name}")
    wanted = rows.select(options.rows)
    children = [peers.Child(name, path, device) for name, path in peers.parse(options.peer_python).items()]
    turns = 5 if options.quick else options.turns
    results = {}
    print(
        f"torch {torch.__version__}, {device.type}, {torch.get_num_threads()} threads, {turns} turns each", flush=True
    )
    for row in rows.TRAINING:
        if row.name in wanted:
            print(f"  {row.title} …", file=sys.stderr, flush=True)
            results[row.name] = measure(_longer(row, options.longer, device), names, children, device, turns)
    for child in children:
        child.close()
    print(table(results))
    if options.json:
        options.json.write_text(
            json.dumps({"torch": torch.__version__, "device": device.type, "ms": results}, indent=1)
        )
    if options.plot:
        plot(results, options.plot)


if __name__ == "__main__":
    main()
