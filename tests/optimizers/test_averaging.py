"""What later Kerases do around an update: gathered gradients, running means, updates without a trace."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import kerastorch as keras

X = np.random.RandomState(0).rand(24, 3).astype("float32")
Y = X.sum(1, keepdims=True)


@pytest.fixture(autouse=True)
def keras3():
    keras.set_era("keras3")


def trained(optimizer, epochs=2, **kwargs):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])
    model.compile(optimizer, "mse")
    model.fit(X, Y, epochs=epochs, shuffle=False, verbose=0, **kwargs)
    return model


def test_gathered_gradients_are_those_of_the_larger_batch():
    whole = trained(keras.optimizers.SGD(0.1, momentum=0.9), batch_size=8)
    parts = trained(keras.optimizers.SGD(0.1, momentum=0.9, gradient_accumulation_steps=2), batch_size=4)
    for a, b in zip(whole.get_weights(), parts.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_fit_ends_with_the_running_means():
    """The means are those that a loop of one's own comes to, which ends with the last values instead."""
    optimizer = keras.optimizers.Adam(0.01, use_ema=True, ema_momentum=0.5)
    model = trained(optimizer, epochs=1, batch_size=8)
    plain = trained(keras.optimizers.Adam(0.01), epochs=0)
    means = None
    for i in range(3):
        plain.train_on_batch(X[8 * i : 8 * i + 8], Y[8 * i : 8 * i + 8])
        weights = plain.get_weights()
        means = weights if means is None else [0.5 * m + 0.5 * w for m, w in zip(means, weights)]
    for a, b in zip(model.get_weights(), means):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("arguments", [{"use_ema": True}, {"gradient_accumulation_steps": 3, "use_ema": True}])
@pytest.mark.parametrize("kind", ["SGD", "Adam", "Lamb", "Muon", "Adafactor"])
def test_state_goes_through_a_file(kind, arguments, tmp_path):
    arguments = {**arguments, **({"momentum": 0.9} if kind == "SGD" else {})}
    model = trained(getattr(keras.optimizers, kind)(0.01, **arguments), batch_size=4)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert again.optimizer.get_config() == model.optimizer.get_config()
    for a, b in zip(model.optimizer.get_weights(), again.optimizer.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    for one in (model, again):
        one.fit(X, Y, shuffle=False, batch_size=4, verbose=0)
    for a, b in zip(model.get_weights(), again.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_a_loss_scale_leaves_the_update_as_it_is():
    plain, scaled = (trained(keras.optimizers.SGD(0.1, loss_scale_factor=f), batch_size=8) for f in (None, 64.0))
    for a, b in zip(plain.get_weights(), scaled.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-6)


def test_some_weights_do_not_decay():
    weights = {}
    for excluded in (None, {"var_names": ["bias"]}):
        optimizer = keras.optimizers.SGD(0.1, weight_decay=0.5)
        if excluded:
            optimizer.exclude_from_weight_decay(**excluded)
        kernel, bias = (keras.Variable(np.ones(2, "float32"), name=name) for name in ("kernel", "bias"))
        optimizer.apply([torch.zeros(2), torch.zeros(2)], [kernel, bias])
        weights[bool(excluded)] = float(kernel[0]), float(bias[0])
    assert weights == {False: pytest.approx((0.95, 0.95)), True: pytest.approx((0.95, 1.0))}
    with pytest.raises(ValueError, match="expected the call before the optimizer is built"):
        optimizer.exclude_from_weight_decay(var_names=["kernel"])


@pytest.mark.parametrize("arguments", [{}, {"use_ema": True, "gradient_accumulation_steps": 2}])
def test_stateless_apply(arguments):
    optimizer, twin = (keras.optimizers.Adam(0.1, **arguments) for _ in range(2))
    variables = [keras.Variable(np.arange(3, dtype="float32")), keras.Variable(np.ones((2, 2), "float32"))]
    copies = [keras.Variable(np.array(v)) for v in variables]
    optimizer.build(variables)
    values, state = [v.detach().clone() for v in variables], [v.detach().clone() for v in optimizer.variables]
    for i in range(4):
        grads = [torch.full((3,), i + 1.0), torch.full((2, 2), 1.0 - i)]
        values, state = optimizer.stateless_apply(state, grads, values)
        twin.apply(grads, copies)
    for value, copy in zip(values, copies):
        torch.testing.assert_close(value, copy.detach().as_subclass(torch.Tensor))
    assert int(state[0]) == 4 and int(optimizer.iterations) == 0
    np.testing.assert_array_equal(variables[0].numpy(), [0, 1, 2])  # they are as they were
    with pytest.raises(ValueError, match="stateless_apply: expected"):
        optimizer.stateless_apply(state[1:], grads, values)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"gradient_accumulation_steps": 1}, "expected gradient_accumulation_steps to be a whole number of 2 or more"),
        ({"use_ema": True, "ema_momentum": 2}, r"expected ema_momentum within \[0, 1\]"),
        ({"use_ema": True, "ema_overwrite_frequency": 0}, "expected ema_overwrite_frequency to be above 0"),
    ],
)
def test_numbers_out_of_range(arguments, message):
    with pytest.raises(ValueError, match=message):
        keras.optimizers.SGD(**arguments)


def test_keras_2_has_none_of_it():
    keras.set_era("keras2")
    with pytest.raises(TypeError, match="gradient_accumulation_steps"):
        keras.optimizers.SGD(gradient_accumulation_steps=2)
