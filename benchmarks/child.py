"""Runs a Keras of another interpreter turn by turn: ``child.py NAME DEVICE THREADS``, driven by ``peers.Child``.

NAME is ``keras3-torch``, ``keras3-tensorflow``, ``keras3-jax``, ``tf_keras`` or ``keras2``. Requests and answers are
lines of JSON; what the libraries print goes to stderr.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from typing import Any


def _load(name: str, device: str, threads: int) -> Any:
    """The Keras module that a name means, set to so many threads."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    if device == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
        os.environ["JAX_PLATFORMS"] = "cpu"
    if name.startswith("keras3-"):
        os.environ["KERAS_BACKEND"] = name[len("keras3-") :]
    os.environ["OMP_NUM_THREADS"] = str(threads)
    if name == "keras3-torch":
        importlib.import_module("torch").set_num_threads(threads)
    return importlib.import_module("tf_keras" if name == "tf_keras" else "keras")


class _Runner:
    def __init__(self, name: str, device: str, threads: int) -> None:
        self.name = name
        self.keras = _load(name, device, threads)

    def hello(self) -> str:
        return f"{self.name} {self.keras.__version__}"

    def ready(self, row_name: str) -> None:
        from benchmarks import keras_models, rows

        self.row = next(row for row in rows.TRAINING if row.name == row_name)
        self.model = getattr(keras_models, row_name)(self.keras)
        xs, self.y = self.row.data()
        self.x = xs if len(xs) > 1 else xs[0]
        self.turn()

    def turn(self) -> float:
        start = time.perf_counter()
        self.model.fit(self.x, self.y, batch_size=self.row.batch, epochs=1, verbose=0)
        return time.perf_counter() - start


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
            answer = {"error": "{}: {}".format(type(error).__name__, str(error).split("\n")[0][:200])}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
