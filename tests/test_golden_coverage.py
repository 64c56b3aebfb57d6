"""Every layer class of Keras 2.2.4 is in at least two golden cases, and in both data formats where it has two."""

import collections
import inspect
import json
from pathlib import Path

import pytest
from golden import cases, replay

import kerastorch
from kerastorch.engine.layer import Layer

AREAS = [area for area in cases.AREAS if area.startswith(("layers", "more", "functional"))]
BASES = {"Layer", "Wrapper", "ConvRNN2D", "ConvRecurrent2D"}  # others derive from them
ONE_FORMAT = {"Cropping1D", "LocallyConnected1D", "SpatialDropout1D", "UpSampling1D", "ZeroPadding1D"}


def layer_classes():
    names = json.loads((Path(__file__).parent / "support" / "names.json").read_text())["modules"]["keras.layers"]
    found = {name: getattr(kerastorch.layers, name) for name in names if name not in BASES}
    return {name: cls for name, cls in found.items() if inspect.isclass(cls) and issubclass(cls, Layer)}


@pytest.fixture(scope="module")
def used(tmp_path_factory):
    """Which cases make a layer of each class, and with which data formats."""
    found, formats = collections.defaultdict(set), collections.defaultdict(set)
    construct, made = Layer.__init__, []

    def noted(self, *args, **kwargs):
        made.append(self)
        construct(self, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Layer, "__init__", noted)
        for case in [case for area in AREAS for case in cases.load(area).cases.values()]:
            made.clear()
            case(kerastorch, replay.TorchTools(case, str(tmp_path_factory.mktemp("case"))))
            for layer in made:
                for cls in type(layer).__mro__:
                    found[cls].add(case.id)
                    formats[cls].add(getattr(layer, "data_format", None))
    return found, formats


@pytest.mark.parametrize(("name", "cls"), layer_classes().items(), ids=layer_classes())
def test_has_two_cases(used, name, cls):
    found, formats = used
    assert len(found[cls]) >= 2
    if {"channels_last", "channels_first"} & formats[cls] and name not in ONE_FORMAT:
        assert formats[cls] >= {"channels_last", "channels_first"}
