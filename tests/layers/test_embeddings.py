"""Embedding."""

import numpy as np
import pytest
import torch

from kerastorch import config
from kerastorch.layers import Embedding


def table(layer):
    layer.build((None, 3))
    values = np.arange(layer.input_dim * layer.output_dim, dtype="float32").reshape(layer.input_dim, -1)
    layer.set_weights([values])
    return values


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8", "float32", "float64"])
def test_looks_up_rows(dtype):
    layer = Embedding(7, 2)
    values = table(layer)
    indices = np.array([[0, 6, 3], [1, 1, 2]])
    got = layer(torch.as_tensor(indices.astype(dtype)))
    np.testing.assert_array_equal(got.detach().numpy(), values[indices])
    assert got.dtype == torch.float32


def test_floats_are_cut_off_as_a_cast_does():
    layer = Embedding(7, 2)
    values = table(layer)
    np.testing.assert_array_equal(layer(torch.tensor([[1.9, 2.2]])).detach().numpy(), values[[[1, 2]]])


def test_the_gradient_counts_every_use():
    layer = Embedding(4, 2)
    layer(torch.tensor([[1, 1, 3]])).sum().backward()
    assert layer.weight.grad.tolist() == [[0, 0], [2, 2], [0, 0], [1, 1]]


def test_zero_is_masked_where_asked():
    x = torch.tensor([[1, 0, 2]])
    assert Embedding(4, 2, mask_zero=True)(x)._keras_mask.tolist() == [[True, False, True]]
    assert getattr(Embedding(4, 2)(x), "_keras_mask", None) is None
    assert Embedding(4, 2, mask_zero=True).supports_masking and not Embedding(4, 2).supports_masking


@pytest.mark.parametrize(
    "length, shape, expected",
    [
        (None, (None, None), (None, None, 2)),
        (5, (None, None), (None, 5, 2)),
        (5, (3, 5), (3, 5, 2)),
        ((None, 5), (None, 2, 5), (None, 2, 5, 2)),
        ((4, 5), (None, None, None), (None, 4, 5, 2)),
    ],
)
def test_output_shape(length, shape, expected):
    layer = Embedding(9, 2, input_length=length)
    assert layer.compute_output_shape(shape) == expected
    assert layer.get_config()["input_length"] == length


def test_input_shape_follows_from_input_length():
    assert Embedding(9, 2, input_length=5).batch_input_shape == (None, 5)
    assert Embedding(9, 2).batch_input_shape == (None, None)
    assert Embedding(9, 2, input_length=5, batch_input_shape=(4, 5)).batch_input_shape == (4, 5)


@pytest.mark.parametrize("bad, index", [([[0, 9]], "9"), ([[-1, 9]], "-1"), ([[2.0, 100.0]], "100")])
def test_indices_outside_the_table_are_named(bad, index):
    layer = Embedding(9, 2, name="words")
    attempts = [lambda: layer.check_indices(np.array(bad))]
    if config.device().type == "cpu":  # a GPU is not waited for: there they give zeros
        attempts.append(lambda: layer(torch.tensor(bad)))
    for attempt in attempts:
        with pytest.raises(ValueError) as error:
            attempt()
        assert str(error.value) == f"Layer words: expected indices from 0 to 8 (input_dim=9). Received: {index}"
    layer.check_indices(torch.tensor([[0, 8]]))
    layer.check_indices(np.zeros((0, 3)))


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: Embedding(0, 2), ["Embedding", "input_dim", "0"]),
        (lambda: Embedding(9, -2), ["Embedding", "output_dim", "-2"]),
        (lambda: Embedding(9, 2, input_length="5"), ["Embedding", "input_length", "'5'"]),
        (lambda: Embedding(9, 2, input_length=5)(torch.zeros(1, 4)), ["embedding", "input_length=5", "(1, 4)"]),
        (
            lambda: Embedding(9, 2, input_length=2).compute_output_shape((None, 4, 5)),
            ["input_length=2", "(None, 4, 5)"],
        ),
    ],
)
def test_bad_arguments_are_named(make, words):
    with pytest.raises(ValueError) as error:
        make()
    message = str(error.value)
    assert all(word in message for word in words), message
    assert "Received" in message and "\n" not in message


def test_weights_and_config():
    values = np.ones((9, 2), "float32")
    layer = Embedding(9, 2, weights=[values], trainable=False, name="words")
    layer(torch.zeros(1, 3))
    np.testing.assert_array_equal(layer.embeddings.detach().numpy(), values)
    assert layer.weight.shape == (9, 2) and list(layer.state_dict()) == ["weight"]
    assert Embedding.from_config(layer.get_config()).get_config() == layer.get_config()
