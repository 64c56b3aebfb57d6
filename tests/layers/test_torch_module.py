"""Torch modules as layers: what comes out is what the module gives, and a config that holds one takes consent."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

import kerastorch
from kerastorch import layers
from kerastorch.models import Model, Sequential, load_model


@pytest.fixture(autouse=True)
def era():
    kerastorch.set_era("keras3")


def test_gives_what_the_module_gives():
    module, x = nn.Linear(4, 3), torch.randn(5, 4)
    layer = layers.TorchModuleWrapper(module)
    torch.testing.assert_close(layer(x), module(x))
    assert layer.built
    assert [w.shape for w in layer.get_weights()] == [(3, 4), (3,)]
    assert layer.name == "torch_module_wrapper"


def test_several_arguments_are_handed_on():
    module, x, y = nn.Bilinear(2, 3, 4), torch.randn(5, 2), torch.randn(5, 3)
    torch.testing.assert_close(layers.TorchModuleWrapper(module)(x, y), module(x, y))


def test_a_call_trains_unless_it_says_otherwise():
    layer = layers.TorchModuleWrapper(nn.Dropout(0.5))
    assert (layer(torch.ones(400)) == 0).any()
    assert layer(torch.ones(400), training=False).tolist() == [1.0] * 400


def test_a_model_of_it_trains_and_comes_back_from_a_file(tmp_path):
    inputs = layers.Input((4,))
    hidden = layers.TorchModuleWrapper(nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3)))(inputs)
    model = Model(inputs, layers.Dense(1)(hidden))
    model.compile("adam", "mse")
    x = np.random.RandomState(0).randn(16, 4).astype("float32")
    before = model.get_weights()
    model.fit(x, x[:, :1], epochs=2, verbose=0)
    assert not np.array_equal(before[0], model.get_weights()[0])
    model.save(tmp_path / "model.keras")
    with pytest.raises(ValueError, match="expected safe_mode=False"):
        load_model(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras", safe_mode=False)
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))


def test_the_shape_may_be_given():
    layer = layers.TorchModuleWrapper(nn.Linear(4, 3), output_shape=(None, 3))
    assert Sequential([layers.Input((4,)), layer]).output_shape == (None, 3)
    assert layer.compute_output_shape((None, 4)) == (None, 3)


def test_what_cannot_be_wrapped():
    with pytest.raises(ValueError, match="has seen data"):
        layers.TorchModuleWrapper(nn.LazyLinear(3))
    with pytest.raises(TypeError, match="expected an nn.Module"):
        layers.TorchModuleWrapper(3)


@pytest.mark.parametrize(("name", "reason"), [("TFSMLayer", "TensorFlow"), ("JaxLayer", "JAX"), ("FlaxLayer", "Flax")])
def test_layers_of_other_frameworks_say_why_they_are_not_here(name, reason):
    with pytest.raises(AttributeError, match=f"has no {name}, since .*{reason}"):
        getattr(layers, name)
