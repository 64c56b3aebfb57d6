"""The peers, each in a process of its own: no one's memory, threads or settings touch another's."""

from __future__ import annotations

import importlib.util
import json
import os
import selectors
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.rows import Row

__all__ = ["HAND_WRITTEN", "KERAS", "LeftOut", "Peer", "chosen"]

HAND_WRITTEN = ("tuned", "usual", "floor", "compiled")
KERAS = ("keras3-torch", "keras3-jax", "keras3-tf", "tf_keras", "keras2")
_OF_TORCH_ONLY = ("layer",)  # works that only kerastorch and the loops written by hand do


class LeftOut(Exception):
    """A peer does not do a row; the message says why."""


class Peer:
    """A peer, started when first needed and anew after it died.

    Args:
        name: what the tables call it.
        python: its interpreter.
        device: ``'cpu'`` or ``'cuda'``.
        threads: how many it may use.
        patience: seconds to wait for an answer.
    """

    def __init__(self, name: str, python: str, device: str, threads: int, patience: float) -> None:
        self.name, self._patience = name, patience
        self._arguments = name, python, device, threads, patience
        self._command = [python, str(Path(__file__).with_name("child.py")), name, device, str(threads)]
        self._environment = {
            **os.environ,
            "TF_CPP_MIN_LOG_LEVEL": "3",
            **dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(threads)),
        }
        if device == "cpu":
            self._environment.update(CUDA_VISIBLE_DEVICES="", JAX_PLATFORMS="cpu")
        self._process: subprocess.Popen | None = None
        self._said: Any = None
        self._starts = 0
        self.about: str | None = None

    def twin(self) -> Peer:
        """Another peer of the same kind, not started yet."""
        return Peer(*self._arguments)

    def start(self) -> float:
        """Starts the process; gives the seconds of its import.

        Raises:
            LeftOut: when it does not start.
        """
        self._starts += 1
        self._said = tempfile.TemporaryFile()
        pipe = subprocess.PIPE
        try:
            self._process = subprocess.Popen(
                self._command, stdin=pipe, stdout=pipe, stderr=self._said, env=self._environment
            )
        except OSError as error:
            raise LeftOut(f"{self.name}: {self._command[0]} does not start ({error.strerror})") from error
        hello = self._ask("hello")
        self.about = hello["about"]
        return hello["import"]

    def _ask(self, *words: Any) -> Any:
        process = self._process
        try:
            process.stdin.write((json.dumps(words) + "\n").encode())
            process.stdin.flush()
            with selectors.DefaultSelector() as selector:
                selector.register(process.stdout, selectors.EVENT_READ)
                if not selector.select(self._patience):
                    self._kill()
                    raise LeftOut(f"{self.name}: no answer within {self._patience:.0f} s")
            line = process.stdout.readline()
        except BrokenPipeError:
            line = b""
        if not line:
            last = self._last_words()
            self._kill()
            raise LeftOut(f"{self.name}: its process ended{last}")
        answer = json.loads(line)
        if "error" in answer:
            raise LeftOut(f"{self.name}: {answer['error']}")
        return answer["value"]

    def _last_words(self) -> str:
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").strip().splitlines()
        return f" ({lines[-1][:200]})" if lines else ""

    def _kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._process = None

    def ready(self, row: Row) -> None:
        """Builds the row's model and data over there, and does the work once.

        Raises:
            LeftOut: when it cannot.
        """
        if (row.work in _OF_TORCH_ONLY and self.name in KERAS) or (self.name == "floor" and "floor" not in row.limits):
            raise LeftOut("")  # there is nothing to be done
        if self._process is None:
            if self._starts > 2:
                raise LeftOut(f"{self.name}: given up after {self._starts} starts")
            self.start()
        self._ask("ready", row.name, row.steps)

    def turn(self) -> float:
        """Seconds of one turn."""
        return self._ask("turn")

    def peak(self) -> float | None:
        """The most memory held since ``ready``, in MB."""
        return self._ask("peak")

    def growth(self, calls: int) -> float | None:
        """How many MB so many turns leave behind."""
        return self._ask("growth", calls)

    def close(self) -> None:
        """Ends the process."""
        if self._process is not None:
            self._process.stdin.close()
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._kill()
            self._process = None


def chosen(names: str, pairs: list[str]) -> dict[str, str]:
    """The interpreter of each peer that the command line asks for.

    Args:
        names: ``--peers``: loops written by hand, and Kerases that this interpreter has.
        pairs: ``--peer-python``: ``NAME=PATH`` each.

    Raises:
        SystemExit: for an unknown name, or a Keras that is not installed here.

    Example:
        >>> chosen("", ["keras3-torch=/usr/bin/python3"])
        {'keras3-torch': '/usr/bin/python3'}
    """
    known = (*HAND_WRITTEN, *KERAS)
    found = {}
    for name in filter(None, names.split(",")):
        if name not in known:
            raise SystemExit(f"run.py: expected --peers to name some of {', '.join(known)}. Received: {name}")
        if name in KERAS and not _installed(name):
            raise SystemExit(
                f"run.py: expected {name} to be installed beside this interpreter; give another with "
                f"--peer-python {name}=PATH. Received: --peers {names}"
            )
        found[name] = sys.executable
    for pair in pairs:
        name, _, path = pair.partition("=")
        if name not in known or not path:
            raise SystemExit(
                f"run.py: expected --peer-python NAME=PATH with one of {', '.join(known)}. Received: {pair}"
            )
        found[name] = path
    return found


def _installed(name: str) -> bool:
    modules = {"keras3-jax": ("keras", "jax"), "keras3-tf": ("keras", "tensorflow"), "tf_keras": ("tf_keras",)}
    return all(importlib.util.find_spec(module) for module in modules.get(name, ("keras",)))
