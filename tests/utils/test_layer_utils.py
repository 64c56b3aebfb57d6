"""Kernels turned, Dense weights reordered, the inputs of a tensor."""

import numpy as np
import pytest
import torch

import kerastorch as keras
from kerastorch.utils import conv_utils, layer_utils

L = keras.layers
RNG = np.random.RandomState(0)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (L.Conv1D(2, 3), (8, 2)),
        (L.Conv2D(2, (2, 3)), (6, 7, 2)),
        (L.Conv3D(2, 2), (4, 5, 4, 2)),
        (L.Conv2DTranspose(2, 3), (4, 4, 3)),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_turned_kernels_see_turned_data(layer, shape):
    model = keras.models.Sequential([L.InputLayer(shape), layer])
    x = RNG.uniform(-1, 1, (2, *shape)).astype("float32")
    axes = tuple(range(1, len(shape)))
    before = model.predict(x)
    layer_utils.convert_all_kernels_in_model(model)
    after = np.flip(model.predict(np.flip(x, axes).copy()), axes)
    np.testing.assert_allclose(after, before, atol=1e-5)
    assert not np.allclose(model.predict(x), before)


@pytest.mark.parametrize("target", ["channels_first", "channels_last"])
def test_dense_weights_in_the_other_format(target):
    last = RNG.uniform(-1, 1, (3, 4, 5, 2)).astype("float32")
    first = last.transpose(0, 3, 1, 2)
    given, wanted = (last, first) if target == "channels_first" else (first, last)
    model = keras.models.Sequential([L.Flatten(input_shape=given.shape[1:]), L.Dense(3)])
    before = model.predict(given)
    layer_utils.convert_dense_weights_data_format(model.layers[1], wanted.shape[1:], target)
    after = model.layers[1](torch.tensor(wanted.reshape(3, -1))).detach().numpy()
    np.testing.assert_allclose(after, before, atol=1e-5)


def test_wrong_shapes():
    model = keras.models.Sequential([L.Dense(3, input_dim=8)])
    with pytest.raises(ValueError, match="feature map of 8 numbers"):
        layer_utils.convert_dense_weights_data_format(model.layers[0], (2, 2, 3))
    with pytest.raises(ValueError, match="target_data_format='last'"):
        layer_utils.convert_dense_weights_data_format(model.layers[0], (2, 2, 2), "last")


def test_source_inputs():
    a, b, c = L.Input((2,)), L.Input((2,)), L.Input((2,))
    shared = L.Dense(2)
    x, y = shared(a), shared(b)
    both = L.concatenate([y, x * 2 + c])
    assert [id(t) for t in keras.utils.get_source_inputs(both)] == [id(b), id(a), id(c)]
    assert [id(t) for t in keras.utils.get_source_inputs(a)] == [id(a)]
    assert [id(t) for t in keras.utils.get_source_inputs(y, shared, 0)] == [id(b)]
    assert [id(t) for t in keras.utils.get_source_inputs(x, shared, 1)] == [id(b)]
    assert keras.utils.get_source_inputs(3) == 3


def test_old_addresses():
    assert conv_utils.conv_output_length(10, 3, "same", 2) == 5
    assert keras.utils.print_summary is layer_utils.print_summary


def test_source_inputs_end_at_an_input_around_a_tensor():
    fixed, free = keras.backend.variable(np.ones((1, 2))), keras.backend.placeholder((1, 2))
    batch = keras.backend.concatenate([fixed, free], axis=0)
    image = keras.layers.Input(tensor=batch)
    assert image is batch and keras.backend.is_keras_tensor(batch)
    assert layer_utils.get_source_inputs(keras.layers.Dense(1)(image)) == [batch]
    around = keras.layers.Input(tensor=fixed)
    fixed.assign(np.full((1, 2), 3.0))
    assert around.shape == (1, 2) and keras.backend.eval(around).tolist() == [[3.0, 3.0]]
