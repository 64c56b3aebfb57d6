"""Files in the other direction: what kerastorch writes, the real Keras of that generation reads.

    python tests/saving/round_trip.py keras2=/path/to/python tf.keras=/path/to/python keras3=/path/to/python [MODEL ...]

Each interpreter has the real Keras of its generation (CONTRIBUTING.md). For every model of ``zoo.py`` and every format
kerastorch writes the file and its own predictions, ``keras_side.py read`` loads it there, and both have to agree to
1e-5; trained models also take the same next step. Prints what differs and the counts; ends with 1 when anything does.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np

import kerastorch as keras
from kerastorch import eras

sys.path.insert(0, str(Path(__file__).parent))
import keras_side


def difference(found: list[np.ndarray] | None, expected: list[np.ndarray]) -> str:
    """What is wrong with what the real Keras made of a file; empty when nothing is."""
    if found is None:
        return "not read"
    pairs = list(zip(found, expected, strict=True))
    if all(np.allclose(theirs, ours, rtol=1e-5, atol=1e-5) for theirs, ours in pairs):
        return ""
    return f"differs by {max(np.abs(theirs - ours).max() for theirs, ours in pairs):.2g}"


def round_trip(era: str, interpreter: str, names: list[str]) -> int:
    """Writes and compares one generation's files; how many of them failed."""
    eras.set_era(era)
    with tempfile.TemporaryDirectory() as folder:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = keras_side.write(keras, era, folder, names)
            for file in (file for file in expected if file.startswith("trained_")):  # as both go on after loading
                expected[file] = keras_side.next_step(keras, os.path.join(folder, file))
        environment = {**os.environ, "KERAS_ERA": era, "TF_CPP_MIN_LOG_LEVEL": "3"}
        environment.update(CUDA_VISIBLE_DEVICES="", PYTHONPATH="", PYTHONWARNINGS="ignore")
        script = Path(__file__).with_name("keras_side.py")
        told = subprocess.run([interpreter, script, "read", folder], env=environment, capture_output=True, text=True)
        print(*(line for line in told.stdout.splitlines() if line.startswith("FAILED")), sep="\n")
        if told.returncode:
            print(told.stderr[-2000:])
            return len(expected)
        found = keras_side.load(os.path.join(folder, "read.npz"))
    problems = {file: what for file in expected if (what := difference(found.get(file), expected[file]))}
    for file, what in problems.items():
        print(f"{era}: {file}: {what}")
    print(f"{era}: {len(expected) - len(problems)} of {len(expected)} files give the same there")
    return len(problems)


def main(arguments: list[str]) -> int:
    """Runs all generations that are given; the exit status."""
    generations = [argument.split("=", 1) for argument in arguments if "=" in argument]
    names = [argument for argument in arguments if "=" not in argument]
    return int(sum([round_trip(era, interpreter, names) for era, interpreter in generations]) > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
