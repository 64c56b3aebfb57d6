"""Writes the table of docs/files.md, measured on each format: ``python tests/saving/formats.py``."""

from __future__ import annotations

import sys
import tempfile
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

import kerastorch as keras
from kerastorch import eras

sys.path.insert(0, str(Path(__file__).parent))
import zoo

__all__ = ["ARCHIVES", "PAGE", "page"]

PAGE = Path(__file__).parents[2] / "docs" / "files.md"
BEGIN, END = "<!-- begin formats -->\n", "<!-- end formats -->"
ARCHIVES = {"keras2": "keras2.zip", "tf.keras": "tfkeras.zip", "keras3": "keras3.zip"}
# how a file is named after its model, and what writes it
FORMATS = {
    ".keras": "`model.save('m.keras')`",
    ".h5": "`model.save('m.h5')`",
    "_weights.h5": "`model.save_weights('w.h5')`",
    ".weights.h5": "`model.save_weights('m.weights.h5')`",
    ".pt": "`model.save_weights('w.pt')`",
    ".safetensors": "`model.save_weights('w.safetensors')`",
    ".json": "`model.to_json()`",
    ".yaml": "`model.to_yaml()`",
}


def _model() -> tuple[Any, np.ndarray, np.ndarray]:
    """A model in the midst of its training."""
    keras.backend.clear_session()
    model, x = zoo.mlp(keras, rate=0.0)
    model.compile(keras.optimizers.Adam(), "mse", metrics=["mae"])
    y = zoo.data((4, 3), 5)
    model.train_on_batch(x, y)
    return model, x, y


def _write(model: Any, path: Path, kind: str) -> None:
    if kind in (".json", ".yaml"):
        path.write_text(model.to_json() if kind == ".json" else model.to_yaml())
    elif kind in (".keras", ".h5"):
        model.save(path)
    else:
        model.save_weights(path)


def _read(path: Path, kind: str) -> Any:
    if kind in (".json", ".yaml"):
        make = keras.models.model_from_json if kind == ".json" else keras.models.model_from_yaml
        return make(path.read_text())
    if kind in (".keras", ".h5"):
        return keras.models.load_model(path)
    model, _ = zoo.mlp(keras, rate=0.0)
    model.load_weights(path)
    return model


def kept(kind: str, folder: Path) -> list[bool]:
    """Whether a format keeps architecture, weights, compile's arguments and the optimizer's state."""
    model, x, y = _model()
    path = folder / f"m{kind}"
    _write(model, path, kind)
    again = _read(path, kind)
    weights = all(np.array_equal(a, b) for a, b in zip(again.get_weights(), model.get_weights(), strict=True))
    compiled = again.optimizer is not None
    if compiled:
        model.train_on_batch(x, y)
        again.train_on_batch(x, y)
    pairs = zip(again.get_weights(), model.get_weights(), strict=True)
    state = compiled and all(np.array_equal(a, b) for a, b in pairs)
    return [kind in (".keras", ".h5", ".json", ".yaml"), weights, compiled, state]


def recorded(era: str) -> dict[str, int]:
    """How many files that the real Keras wrote are read in ``test_real_files.py``, by format."""
    with zipfile.ZipFile(Path(__file__).parent / "data" / ARCHIVES[era]) as archive:
        names = archive.namelist()
    longest = sorted(FORMATS, key=len, reverse=True)
    kinds = [next((kind for kind in longest if name.endswith(kind)), None) for name in names]
    return {kind: kinds.count(kind) for kind in FORMATS}


def rows() -> list[list[str]]:
    """The table's cells."""
    found = []
    for era in ARCHIVES:
        eras.set_era(era)
        counts = recorded(era)
        for kind, call in FORMATS.items():
            with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                marks = ["yes" if mark else "" for mark in kept(kind, Path(folder))]
            found.append([era, call, *marks, str(counts[kind] or "")])
    return found


def table() -> str:
    """The table as Markdown."""
    head = ["era", "written by", "architecture", "weights", "compile", "optimizer state", "real files read"]
    lines = [head, ["---"] * len(head), *rows()]
    return "".join("| " + " | ".join(cells) + " |\n" for cells in lines)


def page() -> str:
    """docs/files.md with the table as it is now."""
    before, rest = PAGE.read_text().split(BEGIN)
    return before + BEGIN + table() + END + rest.split(END)[1]


if __name__ == "__main__":
    PAGE.write_text(page())
