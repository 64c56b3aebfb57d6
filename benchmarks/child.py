"""One peer in a process of its own, driven by ``peers.Peer``: ``child.py NAME DEVICE THREADS``.

NAME is ``kerastorch``, ``tuned``, ``usual``, ``floor``, ``compiled``, ``keras3-torch``, ``keras3-tf``, ``keras3-jax``,
``tf_keras`` or ``keras2``. Requests and answers are lines of JSON; what the libraries print goes to stderr. Old
interpreters run this file too.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from typing import Any

_BACKENDS = {"keras3-torch": "torch", "keras3-tf": "tensorflow", "keras3-jax": "jax"}
_KERAS = {"kerastorch": "kerastorch", "tf_keras": "tf_keras", **dict.fromkeys([*_BACKENDS, "keras2"], "keras")}


class _Runner:
    """Answers the requests; each method is one."""

    def __init__(self, name: str, device: str, threads: int) -> None:
        self.name, self.device, self.threads = name, device, threads
        if name in _BACKENDS:
            os.environ["KERAS_BACKEND"] = _BACKENDS[name]
        start = time.perf_counter()
        self.module = importlib.import_module(_KERAS.get(name, "torch"))
        self.import_seconds = time.perf_counter() - start
        self.work: Any = None
        self._set_threads()

    def _set_threads(self) -> None:
        if "torch" in sys.modules:
            sys.modules["torch"].set_num_threads(self.threads)
        if self.name in ("keras3-tf", "tf_keras"):
            threading = importlib.import_module("tensorflow").config.threading
            threading.set_intra_op_parallelism_threads(self.threads)
            threading.set_inter_op_parallelism_threads(self.threads)
        if self.name == "kerastorch":
            self.module.config.set_device(self.device)

    def hello(self) -> dict[str, Any]:
        """Who this is, and how long its import took."""
        return {"about": f"{self.module.__name__} {self.module.__version__}", "import": self.import_seconds}

    def ready(self, row_name: str, steps: int) -> None:
        """Builds model and data of a row with so many steps, and does its work once."""
        import dataclasses

        from benchmarks import rows

        self.work = None  # lets go of the last row's before
        _forget_peak()
        row = dataclasses.replace(next(row for row in rows.ROWS if row.name == row_name), steps=steps)
        self.work = getattr(self._peer(row), row.work)
        self.turn()

    def _peer(self, row: Any) -> Any:
        if self.name in _KERAS:
            from benchmarks import keras_loops

            if self.name == "kerastorch":
                from benchmarks import layers

                if row.work == "layer":
                    return layers.OneLayer(row, self.device)
            return keras_loops.KerasScript(row, self.module)
        from benchmarks import loops

        return getattr(loops, self.name.capitalize())(row, self.module.device(self.device))

    def turn(self) -> float:
        """Seconds that the row's work takes, the device's part included."""
        self._settle()
        start = time.perf_counter()
        self.work()
        self._settle()
        return time.perf_counter() - start

    def _settle(self) -> None:
        torch = sys.modules.get("torch")
        if self.device == "cuda" and torch is not None:
            torch.cuda.synchronize()

    def peak(self) -> float | None:
        """The most memory that this process has held since ``ready``, in MB; None where the system does not say."""
        return _status("VmHWM")

    def growth(self, calls: int) -> float | None:
        """How many MB so many calls of the row's work leave behind."""
        before = _status("VmRSS")
        for _ in range(calls):
            self.work()
        after = _status("VmRSS")
        return None if before is None else after - before


def _status(key: str) -> float | None:
    try:
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) / 1024 for line in file if line.startswith(key))
    except (OSError, StopIteration):
        return None


def _forget_peak() -> None:
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:  # not Linux
        pass


def main() -> None:
    """Answers requests until the pipe is closed."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    runner: Any = None
    for line in sys.stdin:
        request, *arguments = json.loads(line)
        try:
            runner = runner or _Runner(sys.argv[1], sys.argv[2], int(sys.argv[3]))
            answer = {"value": getattr(runner, request)(*arguments)}
        except Exception as error:  # whatever it is, the other side reports it and goes on without this row
            answer = {"error": "{}: {}".format(type(error).__name__, (str(error).splitlines() or [""])[0][:200])}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
