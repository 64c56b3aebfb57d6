"""Every layer class that later Kerases added is in at least two of the cases that they recorded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from golden import later

import kerastorch
from kerastorch.engine.layer import Layer

HERE = Path(__file__).parent / "support"
# compared elsewhere: with plain torch, or in cases that are named after what they show
ELSEWHERE = {"DenseFeatures", "TorchModuleWrapper"}
ONE = {"HashedCrossing", "MaxNumBoundingBoxes", "Pipeline"}  # several layers in one case
ONE_IN_TF_KERAS = {"RandomContrast", "RandomCrop", "RandomFlip"}  # whose numbers a recorder does not reach


def added():
    """(era, name) of each layer that Keras 2.2.4 lacks."""
    known = json.loads((HERE / "names.json").read_text())["modules"]["keras.layers"]
    for era, file in (("tf.keras", "layers_tf_keras.json"), ("keras3", "layers_keras3.json")):
        for name in json.loads((HERE / file).read_text())["modules"]["keras.layers"]:
            cls = getattr(kerastorch.layers, name, None)
            if name not in known and isinstance(cls, type) and issubclass(cls, Layer) and cls.__name__ == name:
                yield era, name


@pytest.mark.parametrize(("era", "name"), sorted(added()))
def test_has_two_cases(era, name):
    ids = [case.name for area in later.AREAS for case in later.load(area).cases[era].values()]
    count = sum(found.split("/")[0] == name.lower() for found in ids)
    alone = name in ONE or (era == "tf.keras" and name in ONE_IN_TF_KERAS)
    assert name in ELSEWHERE or count >= (1 if alone else 2)
