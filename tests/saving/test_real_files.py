"""Files that the real Kerases wrote are read: same predictions, same next training step.

``data/*.zip`` were made by ``keras_side.py write data/NAME.zip`` under each real Keras; expected.npz holds its results.
"""

from __future__ import annotations

import functools
import io
import json
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

import kerastorch as keras
from kerastorch import eras

sys.path.insert(0, str(Path(__file__).parent))
import keras_side
import zoo
from formats import ARCHIVES

DATA = Path(__file__).parent / "data"


@functools.cache
def expected(era):
    """What the real Keras gives for each of its files: {file: [arrays]}."""
    with zipfile.ZipFile(DATA / ARCHIVES[era]) as archive:
        return keras_side.load(io.BytesIO(archive.read("expected.npz")))


def extracted(era, files, folder):
    eras.set_era(era)
    with zipfile.ZipFile(DATA / ARCHIVES[era]) as archive:
        archive.extractall(folder, files)
    return str(folder)


def assert_equal(found, wanted):
    if isinstance(found, Exception):
        raise found
    for ours, theirs in zip(found, wanted, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("era", "name"), [(era, name) for era in ARCHIVES for name in zoo.models_of(era)])
@pytest.mark.filterwarnings("ignore::UserWarning")  # most were never compiled
def test_predictions(era, name, tmp_path):
    files = [file for file in expected(era) if zoo.name_of(file) == name]
    assert files
    found = keras_side.read(keras, era, extracted(era, files, tmp_path), name, files)
    for file in files:
        assert_equal(found[file], expected(era)[file])


@pytest.mark.parametrize(("era", "name"), [(era, name) for era in ARCHIVES for name in keras_side.OPTIMIZERS[era]])
@pytest.mark.filterwarnings("error::UserWarning")  # an optimizer that starts anew warns
def test_next_training_step(era, name, tmp_path):
    files = [file for file in expected(era) if file.rsplit(".", 1)[0] == f"trained_{name}"]
    assert files
    folder = extracted(era, files, tmp_path)
    for file in files:
        assert_equal(keras_side.next_step(keras, str(Path(folder, file))), expected(era)[file])


@pytest.mark.parametrize("era", [era for era in ARCHIVES if era != "keras2"])
def test_functions_are_listed_as_the_real_one_lists_them(era):
    eras.set_era(era)
    with zipfile.ZipFile(DATA / ARCHIVES[era]) as archive:
        wanted = json.loads(archive.read("layers.json"))
    found = keras_side.listed(keras, era)
    for name in wanted:
        assert found[name] == wanted[name], name
