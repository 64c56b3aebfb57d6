"""Damaged files: each is read all the same or gives one sentence, soon and without taking memory.

Runs the first of the mutants that ``mutants.py`` makes from real files; ``KERASTORCH_MUTANTS=500 pytest`` runs as many.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import kerastorch as keras

sys.path.insert(0, str(Path(__file__).parent))
import mutants

pytest.importorskip("resource", reason="limits of processes are POSIX's")
HERE = Path(__file__).parent
COUNT = int(os.environ.get("KERASTORCH_MUTANTS", "120"))
GOOD = {
    "keras2": "mlp.h5 mlp_weights.h5 trained_Adam.h5 embedded.h5 mlp.json nested.h5",
    "tfkeras": "nested.keras trained_SGD.keras trained_SGD.h5 branches.json operators.h5 called.json",
    "keras3": "mlp.weights.h5 bidirectional.keras trained_RMSprop.keras cells.json nested.h5 called.keras gated.json",
}


def good_files(folder):
    """Small files of every format."""
    for era, names in GOOD.items():
        with zipfile.ZipFile(HERE / "data" / f"{era}.zip") as archive:
            for name in names.split():
                (folder / f"{era}_{name}").write_bytes(archive.read(name))
    model = keras.models.Sequential([keras.layers.Dense(6, input_shape=(5,)), keras.layers.Dense(3)])
    model.save_weights(folder / "weights.pt")
    for package, name, write in (
        ("yaml", "model.yaml", lambda path: path.write_text(model.to_yaml())),
        ("safetensors", "weights.safetensors", model.save_weights),
    ):
        try:
            __import__(package)
        except ImportError:
            continue
        write(folder / name)


def tried(folder, start, stop):
    """What became of a range of mutants, as far as the child process lived."""
    child = subprocess.run(
        [sys.executable, mutants.__file__, str(folder), str(start), str(stop)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(HERE.parents[1]), "OMP_NUM_THREADS": "1"},
    )
    rows = [json.loads(line) for line in child.stdout.splitlines()]
    assert rows, child.stderr[-2000:]
    began = {row["number"]: row["name"] for row in rows if "name" in row}
    return began, {row["number"]: row for row in rows if "kind" in row}


def test_each_mutant_is_read_or_refused(tmp_path):
    good_files(tmp_path)
    problems, start, read = [], 0, 0
    while start < COUNT:
        began, ended = tried(tmp_path, start, COUNT)
        for number, row in ended.items():
            read += row["kind"] == "read"
            sentence = "\n" not in row.get("text", "") and len(row.get("text", "")) < 500
            if not row.get("expected", True) or not sentence or "MemoryError" in row.get("chain", ()):
                problems.append((number, began[number], row))
            if row["seconds"] > mutants.SECONDS or row["megabytes"] > mutants.MEGABYTES:
                problems.append((number, began[number], row))
        start = max(began) + 1
        problems += [(number, name, "the process died") for number, name in began.items() if number not in ended]
    assert not problems
    assert read < COUNT * 0.6  # most of the damage is seen


def test_mutants_are_the_same_everywhere(tmp_path):
    (tmp_path / "a.json").write_text('{"class_name": "Dense", "config": {"units": 3}}')
    first, again = (list(mutants.mutants(tmp_path, 0, 20)) for _ in range(2))
    assert first == again and len({content for _, _, content in first}) > 10
