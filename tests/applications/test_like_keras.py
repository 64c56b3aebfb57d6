"""Architectures against what ``record_keras2.py`` and ``record_later.py`` recorded of the real Kerases.

Those that take little time to build are compared always, and the outputs of the smallest; KERASTORCH_ARCHITECTURES=all
compares the outputs of every recorded one.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import kerastorch as keras
from kerastorch import applications
from kerastorch.engine.functions import FunctionLayer

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
import architectures as arch  # noqa: E402

EVERY = os.environ.get("KERASTORCH_ARCHITECTURES") == "all"
FIRST = "/channels_first"


def recorded(era):
    path = HERE / f"{era}.json"
    return json.loads(path.read_text()) if path.exists() else {}


RECORDED = {era: recorded(era) for era in ("keras2", "tf.keras", "keras3")}


def cases():
    """(era, name) of each recorded case; those that take long are left out unless all are asked for."""
    for era, found in RECORDED.items():
        known = arch.KERAS2 if era == "keras2" else arch.LATER_OF[era]
        for name in found:
            quick = known[name.removesuffix(FIRST)][2] and name.startswith(
                ("MobileNet", "EfficientNetB0", "RegNet", "ResNetRS")
            )
            if quick or EVERY:
                yield pytest.param(era, name, id=f"{era}/{name}")


def path_of(era, name):
    return (arch.KERAS2 if era == "keras2" else arch.LATER_OF[era])[name.removesuffix(FIRST)][0]


def built(era, name):
    """The architecture, and its layers as the real Keras counts them."""
    path, kwargs, _ = (arch.KERAS2 if era == "keras2" else arch.LATER_OF[era])[name.removesuffix(FIRST)]
    keras.set_era(era)
    keras.backend.clear_session()
    if name.endswith(FIRST):
        keras.backend.set_image_data_format("channels_first")
        shape = kwargs["input_shape"]
        kwargs = {**kwargs, "input_shape": shape[-1:] + shape[:-1]}
    return arch.find(applications, path)(weights=None, **kwargs), kwargs


def before(layer):
    """The layers that a layer takes its inputs from, through operations that are no layers."""
    nested = hasattr(layer, "layers")  # its first node is its own graph
    found, waiting = [], list(layer._inbound_nodes[int(nested)].parents)
    while waiting:
        tensor = waiting.pop()
        owner = tensor._keras_history[0] if tensor.node is None else tensor.node.layer
        if owner is None:
            waiting += tensor.node.parents
        else:
            found.append(owner)
    return found


# Keras sums the groups of a convolution in layers that have no names of their own; here it is one layer
GROUPED = ("resnext.ResNeXt50", "resnext.ResNeXt101")


@pytest.mark.parametrize(("era", "name"), list(cases()))
def test_is_the_real_one(era, name):
    expected = RECORDED[era][name]
    model, kwargs = built(era, name)
    layers = [layer for layer in model.layers if not isinstance(layer, FunctionLayer)]
    rows = arch.described(layers, keras.backend.int_shape, before)
    assert model.name == expected["name"]
    ours, theirs = arch.marks(rows), expected["marks"]
    differing = [rows[i] for i in range(len(rows)) if ours[4 * i : 4 * i + 4] != theirs[4 * i : 4 * i + 4]]
    if name not in GROUPED:
        assert len(rows) == expected["layers"] and not differing, f"first layer that differs: {differing[:1]}"
        assert arch.digest(rows) == expected["digest"]
    if not expected["numbers"] or not (EVERY or path_of(era, name).startswith("Mobile")):
        return
    arch.fill(model, layers, rows)
    image = arch.image_for(kwargs["input_shape"])
    names = {layer.name for layer in model.layers}
    picks = [model.get_layer(pick) for pick in expected["numbers"] if pick in names]
    assert len(picks) == len(expected["numbers"]) or name in GROUPED
    with torch.no_grad():
        found = keras.models.Model(model.input, [layer.output for layer in picks]).predict(image)
    for layer, values in zip(picks, found, strict=True):
        wanted = np.array(expected["numbers"][layer.name])
        scale = max(abs(wanted[0]), wanted[1])
        np.testing.assert_allclose(arch.summary(values), wanted, rtol=2e-4, atol=2e-4 * scale, err_msg=layer.name)


@pytest.mark.parametrize("era", RECORDED)
def test_what_is_recorded_is_what_is_defined(era):
    known = (
        set(arch.KERAS2) | {name + FIRST for name in arch.CHANNELS_FIRST}
        if era == "keras2"
        else set(arch.LATER_OF[era])
    )
    assert known - set(RECORDED[era]) <= (
        {"NASNetMobile"} if era == "keras3" else set()
    )  # refuses to run on torch there
