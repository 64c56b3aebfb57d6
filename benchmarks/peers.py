"""Who is timed: each peer takes turns of a row, in this process or in one of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from benchmarks import keras_models, loops
from benchmarks.rows import Training

__all__ = ["HERE", "KerasTorch", "Child", "clock", "complain", "parse"]

_ROOT = Path(__file__).resolve().parent


class KerasTorch:
    """kerastorch's own ``fit``."""

    def __init__(self, row: Training, device: torch.device) -> None:
        import kerastorch

        kerastorch.config.set_device(device)
        torch.manual_seed(0)
        self.row = row
        self.model = getattr(keras_models, row.name)(kerastorch)
        xs, self.y = row.data()
        self.x = xs if len(xs) > 1 else xs[0]

    def epoch(self, shuffle: bool = True) -> tuple[float, float]:
        """One pass over the data; gives its mean loss and accuracy."""
        found = self.model.fit(self.x, self.y, batch_size=self.row.batch, epochs=1, verbose=0, shuffle=shuffle)
        return tuple(values[0] for values in found.history.values())


HERE: dict[str, Callable[[Training, torch.device], Any]] = {
    "kerastorch": KerasTorch,
    "tuned": loops.Tuned,
    "usual": loops.Usual,
    "floor": loops.Floor,
    "compiled": loops.Compiled,
}


class Child:
    """A peer in another interpreter: it waits for its turn at the end of a pipe.

    Args:
        name: what the tables call it.
        python: its interpreter.

    Raises:
        RuntimeError: when it cannot run a row.
    """

    def __init__(self, name: str, python: str, device: torch.device) -> None:
        self.name = name
        command = [python, str(_ROOT / "child.py"), name, device.type, str(torch.get_num_threads())]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.about = self._ask("hello")

    def _ask(self, *words: Any) -> Any:
        self.process.stdin.write(json.dumps(words) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name}: the interpreter ended")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(f"{self.name}: {answer['error']}")
        return answer["value"]

    def ready(self, row: Training) -> None:
        """Builds the row's model and data over there."""
        self._ask("ready", row.name)

    def turn(self) -> float:
        """Seconds of one turn."""
        return self._ask("turn")

    def close(self) -> None:
        """Ends the interpreter."""
        self.process.stdin.close()
        self.process.wait(timeout=60)


def clock(work: Callable[[], Any], device: torch.device) -> float:
    """Seconds that some work takes, the device's part included."""
    _settle(device)
    start = time.perf_counter()
    work()
    _settle(device)
    return time.perf_counter() - start


def _settle(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def parse(pairs: list[str]) -> dict[str, str]:
    """``NAME=PATH`` arguments as a dict.

    Raises:
        SystemExit: for anything else.

    Example:
        >>> parse(["keras3-torch=/usr/bin/python3"])
        {'keras3-torch': '/usr/bin/python3'}
    """
    found = {}
    for pair in pairs:
        name, equals, path = pair.partition("=")
        if not equals or not name or not path:
            raise SystemExit(f"run.py: expected --peer-python NAME=PATH. Received: {pair}")
        found[name] = path
    return found


def complain(message: str) -> None:
    """Says on stderr what is left out and why."""
    print(f"  left out: {message}", file=sys.stderr)
