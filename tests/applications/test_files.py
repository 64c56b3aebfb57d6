"""Where the published weights are: names, addresses and hashes as tf_keras has them."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

import pytest

from kerastorch import applications, set_era
from kerastorch.applications import _assemble, resnet50

from . import architectures as arch

RECORDED = json.loads((Path(__file__).parent / "files.json").read_text())


class Found(Exception):
    """The two files that an architecture knows."""


@pytest.fixture(autouse=True)
def unbuilt(monkeypatch):
    """Architectures do not get built: they tell of their files."""

    def assemble(owner, body, *, files, **kwargs):
        raise Found(files())

    for name, module in list(sys.modules.items()):
        if name.startswith("kerastorch.applications") and hasattr(module, "assemble"):
            monkeypatch.setattr(module, "assemble", assemble)


def files_of(build, **kwargs):
    kwargs.pop("include_top", None)
    with pytest.raises(Found) as found, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        build(weights="imagenet", **kwargs)
    return found.value.args[0]


@pytest.mark.parametrize("case", arch.DOWNLOADS)
def test_what_is_asked_for(case, monkeypatch):
    set_era("tf.keras")
    name, kwargs = arch.DOWNLOADS[case]
    with_top, without = files_of(getattr(applications, name), **kwargs)
    asked = []
    monkeypatch.setattr(_assemble, "get_file", lambda *args, **more: asked.append([*args, *more.values()]))
    (with_top if kwargs.get("include_top", True) else without).fetch()
    assert asked == [RECORDED["asked"][case]]


@pytest.mark.parametrize("room", arch.ROOMS_WITH_HASHES)
def test_hashes(room):
    """All that tf_keras has, and no other."""
    set_era("tf.keras")
    rooms = ("resnet", "resnet_v2", "resnext") if room == "resnet" else (room,)
    modules = [getattr(applications, name) for name in rooms]
    builders = [getattr(module, name) for module in modules for name in module.__all__ if name[0].isupper()]
    if room == "mobilenet_v3":
        variants = ({"alpha": 0.75}, {}, {"minimalistic": True})
        found = [file for build in builders for more in variants for file in files_of(build, **more)]
    else:
        found = [file for build in builders for file in files_of(build)]
    assert sorted(file.hash for file in found) == RECORDED["hashes"][room]


def test_resnet50_of_keras_2_has_weights_of_its_own():
    """Their hashes are those in the source of keras_applications 1.0.8."""
    with_top, without = files_of(applications.ResNet50)
    assert with_top.hash == "a7b3fe01876f51b976af0dea6bc144eb"
    assert without.hash == "a268eb855778b3df3c7506639542a6af"
    assert with_top.url.startswith("https://github.com/fchollet/deep-learning-models/releases/download/v0.2/")
    set_era("tf.keras")
    assert files_of(resnet50.ResNet50) == files_of(applications.resnet.ResNet50)
