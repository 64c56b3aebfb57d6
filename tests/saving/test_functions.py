"""Models with operators and functions in their graphs: files, configs and copies of one's own, in each era."""

from __future__ import annotations

import copy
import importlib
import json
import pickle
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import kerastorch as keras
from kerastorch import eras

sys.path.insert(0, str(Path(__file__).parent))
import keras_side
import record_functions
import zoo

LATER = ("tf.keras", "keras3")
NAMES = json.loads(Path(__file__).with_name("functions.json").read_text())
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # most were never compiled


def made(era, name):
    """A model with settled weights, data for it, and what it gives."""
    eras.set_era(era)
    keras.backend.clear_session()
    model, x = zoo.WITH_FUNCTIONS[name](keras)
    zoo.settle(model)
    return model, x, keras_side.predictions(model, x)


def assert_gives(model, x, wanted):
    for found, expected in zip(keras_side.predictions(model, x), wanted, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


def names(model):
    return [layer.name for layer in model.operations]


@pytest.mark.parametrize(
    ("era", "expression"), [(era, text) for era in LATER for text in record_functions.EXPRESSIONS[era]]
)
def test_names_are_those_of_the_real_one(era, expression):
    eras.set_era(era)
    functions = keras.ops if era == "keras3" else importlib.import_module("kerastorch.porting.tensorflow")
    assert record_functions.names_added(era, keras, functions, expression) == NAMES[era][expression]


@pytest.mark.parametrize("ending", [".keras", ".h5"])
@pytest.mark.parametrize("name", zoo.WITH_FUNCTIONS)
@pytest.mark.parametrize("era", LATER)
def test_files(era, name, ending, tmp_path):
    model, x, wanted = made(era, name)
    model.save(tmp_path / f"a{ending}")
    again = keras.models.load_model(tmp_path / f"a{ending}")
    assert names(again) == names(model)
    assert_gives(again, x, wanted)
    again.save(tmp_path / f"b{ending}")
    for reader in eras.ERAS:  # a file says itself which generation wrote it
        eras.set_era(reader)
        assert_gives(keras.models.load_model(tmp_path / f"b{ending}"), x, wanted)


@pytest.mark.parametrize("name", zoo.WITH_FUNCTIONS)
@pytest.mark.parametrize("era", LATER)
def test_configs_and_copies(era, name):
    model, x, wanted = made(era, name)
    copies = [
        keras.models.clone_model(model),
        keras.models.Model.from_config(model.get_config()),
        keras.models.model_from_json(model.to_json()),
        copy.deepcopy(model),
    ]
    if name in ("called", "attentive") and era == "keras3":
        copies.append(pickle.loads(pickle.dumps(model)))
    for one in copies:
        one.set_weights(model.get_weights())
        assert names(one) == names(model)
        assert_gives(one, x, wanted)


@pytest.mark.parametrize("era", LATER)
def test_training_goes_on_from_a_checkpoint(era, tmp_path):
    model, x, _ = made(era, "attentive")
    y = zoo.data((3, 3), 5)
    model.compile("adam", "mse")
    model.fit(x, y, verbose=0, callbacks=[keras.callbacks.ModelCheckpoint(str(tmp_path / "m.keras"))])
    again = keras.models.load_model(tmp_path / "m.keras")
    for one in (model, again):
        one.train_on_batch(x, y)
    for ours, theirs in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    ("era", "function", "said"),
    [
        ("keras2", lambda x: x + 1, "expected layers only"),
        ("tf.keras", torch.special.i0e, "expected layers and functions of TensorFlow"),
        ("keras3", torch.special.i0e, "expected layers and functions of keras.ops"),
    ],
)
def test_what_the_generation_does_not_know(era, function, said):
    eras.set_era(era)
    x = keras.layers.Input((4,))
    model = keras.models.Model(x, keras.layers.Dense(2)(function(x)))
    assert len(model.layers) == 2
    with pytest.raises(ValueError, match=said):
        model.get_config()


@pytest.mark.parametrize("era", LATER)
def test_a_variable_is_no_constant(era):
    eras.set_era(era)
    x = keras.layers.Input((4,))
    model = keras.models.Model(x, x * torch.nn.Parameter(torch.ones(4)))
    with pytest.raises(ValueError, match=r"expected constants.*a variable of shape \(4,\)"):
        model.get_config()


def test_a_layer_that_stands_for_a_function_can_be_called():
    eras.set_era("tf.keras")
    keras.backend.clear_session()
    x = keras.layers.Input((4,))
    model = keras.models.Model(x, (x + 1.0)[:, :2])
    added, cut = model.layers[1:]
    assert [added.name, cut.name] == ["tf.__operators__.add", "tf.__operators__.getitem"]
    assert [type(layer).__name__ for layer in (added, cut)] == ["TFOpLambda", "SlicingOpLambda"]
    assert added.output_shape == (None, 4) and model.get_layer("tf.__operators__.getitem") is cut
    half = keras.models.Model(x, added.output)
    np.testing.assert_array_equal(half.predict(np.zeros((2, 4)), verbose=0), np.ones((2, 4)))
    assert added(torch.ones(2), torch.ones(2)).tolist() == [2.0, 2.0]


def test_operations_are_no_layers_in_keras3():
    eras.set_era("keras3")
    keras.backend.clear_session()
    x = keras.layers.Input((4,))
    model = keras.models.Model(x, keras.layers.Dense(2)(keras.ops.mean(x, axis=-1, keepdims=True) * x))
    assert [layer.name for layer in model.layers] == ["input_layer", "dense"]
    assert [layer.name for layer in model.operations] == ["input_layer", "mean", "multiply", "dense"]
    with pytest.raises(ValueError, match="Received: 'mean'"):
        model.get_layer("mean")
