"""Tensors of the CPU that meet those of a GPU, as TensorFlow and Keras 3 let them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import kerastorch as keras
from kerastorch import backend as K
from kerastorch import config, layers
from kerastorch.engine.arguments import beside_weights
from kerastorch.engine.symbolic.devices import call_on_one_device, moved_to


def test_an_error_about_something_else_is_torchs():
    with pytest.raises(RuntimeError, match="size"):
        call_on_one_device(torch.add, (torch.ones(2), torch.ones(3)), {})


def test_an_error_about_devices_that_moving_does_not_mend_is_torchs():
    calls = []

    def refuse(*args):
        calls.append(args)
        raise RuntimeError("no such device")

    with pytest.raises(RuntimeError, match="no such device"):
        call_on_one_device(refuse, (torch.ones(2),), {})
    assert len(calls) == 1


def test_what_has_axes_is_moved_in_any_nesting():
    there = torch.device("meta")
    tree = {"x": [torch.ones(2), torch.tensor(1)], "y": (None, 3)}
    moved = moved_to(there, tree)
    assert moved["x"][0].device == there and moved["x"][1].device.type == "cpu" and moved["y"] == (None, 3)


def test_on_a_cpu_arguments_are_handed_on():
    x = [torch.ones(1, 2)]
    assert beside_weights(layers.Dense(1, input_dim=2), x) is x


@pytest.mark.gpu
def test_a_model_takes_what_torchs_loaders_give():
    x, y = torch.randn(32, 4), torch.randint(0, 3, (32,))
    model = keras.Sequential([layers.Dense(8, activation="relu", input_shape=(4,)), layers.Dense(3)])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    accuracy = keras.metrics.SparseCategoricalAccuracy()
    losses = []
    for _ in range(3):
        for inputs, targets in torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), batch_size=32):
            logits = model(inputs)
            loss = loss_fn(targets, logits)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            accuracy.update_state(targets, logits)
            losses.append(loss.item())
    assert losses[0] > losses[1] > losses[2]
    assert 0 <= float(accuracy.result()) <= 1


@pytest.mark.gpu
def test_masks_and_states_come_along():
    there = config.device()
    x = torch.randn(2, 5, 3)
    mask = torch.arange(5) < torch.tensor([[5], [2]])
    layer = layers.LSTM(4)
    torch.testing.assert_close(layer(x, mask=mask), layer(x.to(there), mask=mask.to(there)))
    first = [torch.ones(2, 4), torch.zeros(2, 4)]
    expected = layer(x.to(there), initial_state=[state.to(there) for state in first])
    torch.testing.assert_close(layer(x, initial_state=first), expected)


@pytest.mark.gpu
def test_a_layer_without_weights_computes_where_its_inputs_are():
    assert layers.Flatten()(torch.ones(2, 3, 4)).device.type == "cpu"


@pytest.mark.gpu
@pytest.mark.parametrize(
    "call",
    [
        lambda here, there: keras.ops.concatenate([here, there], 0),
        lambda here, there: keras.ops.matmul(there, here),
        lambda here, there: keras.ops.where(here > 0, there, here),
        lambda here, there: K.dot(there, here),
    ],
)
def test_functions_take_both(call):
    here, there = torch.ones(2, 2), torch.full((2, 2), 3.0, device=config.device())
    torch.testing.assert_close(call(here, there), call(here.to(config.device()), there))


@pytest.mark.gpu
def test_tensorflows_operators_take_both():
    from kerastorch.porting import tensorflow as tf
    from kerastorch.porting.tensorflow._tensors import Tensor

    host = torch.ones(2, 2).as_subclass(Tensor)
    there = torch.tensor([[1.0, 2.0], [3.0, 4.0]], device=config.device()).as_subclass(Tensor)
    for found in (host + there, there + host, tf.add(host, there)):
        assert found.device.type == config.device().type
        np.testing.assert_array_equal(found.cpu().numpy(), [[2.0, 3.0], [4.0, 5.0]])


@pytest.mark.gpu
def test_shapes_of_a_graph_are_found_beside_constants_on_the_device():
    x = keras.Input((4,))
    scaled = keras.layers.Lambda(lambda v: v * K.pow(K.constant([2, 2, 2, 2], dtype="int32"), 2))(x)
    assert scaled.shape[1:] == (4,)
