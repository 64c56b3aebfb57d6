"""Keras 3's calls without a trace, losses and callbacks that only Keras 3 has."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

import kerastorch as keras

LOSSES = json.loads((Path(__file__).parent / "golden" / "data" / "keras3_losses.json").read_text())["cases"]
X = np.random.RandomState(0).rand(16, 3).astype("float32")
Y = X.sum(1, keepdims=True)


@pytest.fixture(autouse=True)
def keras3():
    keras.set_era("keras3")


def made(**kwargs):
    keras.utils.set_random_seed(2)
    inputs = keras.Input((3,))
    x = keras.layers.Dense(4, kernel_regularizer=keras.regularizers.L2(0.1))(inputs)
    x = keras.layers.BatchNormalization()(x)
    model = keras.Model(inputs, keras.layers.Dense(1)(x))
    model.compile(**{"optimizer": "sgd", "loss": "mse", **kwargs})
    return model


def values(variables):
    return [v.detach().as_subclass(torch.Tensor).clone() for v in variables]


@pytest.mark.parametrize("training", [False, True])
def test_stateless_call(training):
    model, twin = made(), made()
    for variable in twin.trainable_variables:
        variable.assign(variable * 2)
    before = values(model.variables)
    given = [v.requires_grad_() for v in values(twin.trainable_variables)]
    fixed = values(twin.non_trainable_variables)
    outputs, after, losses = model.stateless_call(given, fixed, X, training=training, return_losses=True)
    expected = twin(X, training=training)
    torch.testing.assert_close(outputs, expected)
    torch.testing.assert_close(sum(losses), sum(twin.losses))
    for value, variable in zip(after, twin.non_trainable_variables, strict=True):
        torch.testing.assert_close(value, values([variable])[0])
    for value, variable in zip(before, model.variables):
        torch.testing.assert_close(value, values([variable])[0])
    gradients = torch.autograd.grad(outputs.square().sum(), given, allow_unused=True)
    expected.square().sum().backward()
    for one, variable in zip(gradients, twin.trainable_variables, strict=True):
        torch.testing.assert_close(one, variable.handle.view_of(variable.handle.tensor.grad))


def test_stateless_call_checks_what_it_is_given():
    model = made()
    with pytest.raises(ValueError, match="expected 6 trainable and 2 non-trainable variables. Received: 5 and 2"):
        model.stateless_call(values(model.trainable_variables)[1:], values(model.non_trainable_variables), X)
    wrong = [torch.zeros(1), *values(model.trainable_variables)[1:]]
    with pytest.raises(ValueError, match=r"expected a value of shape \(3, 4\) for dense"):
        model.stateless_call(wrong, values(model.non_trainable_variables), X)


def test_a_loop_without_a_trace_learns_what_fit_learns():
    model, twin = made(), made()
    model.optimizer.build(model.trainable_variables)
    given, fixed = values(model.trainable_variables), values(model.non_trainable_variables)
    state = values(model.optimizer.variables)
    for i in range(4):
        x, y = X[4 * i : 4 * i + 4], Y[4 * i : 4 * i + 4]
        given = [v.requires_grad_() for v in given]
        y_pred, fixed = model.stateless_call(given, fixed, x, training=True)
        loss, (_, fixed, _) = model.stateless_compute_loss(given, fixed, [], x=x, y=torch.tensor(y), y_pred=y_pred)
        gradients = torch.autograd.grad(loss, given)
        given, state = model.optimizer.stateless_apply(state, gradients, given)
    twin.fit(X, Y, batch_size=4, shuffle=False, verbose=0)
    for value, variable in zip([*given, *fixed], twin.trainable_variables + twin.non_trainable_variables, strict=True):
        torch.testing.assert_close(value.detach(), values([variable])[0], rtol=1e-4, atol=1e-6)


def test_metrics():
    metric = keras.metrics.BinaryAccuracy()
    state = metric.stateless_reset_state()
    for y, p in (([1.0, 0.0], [0.9, 0.8]), ([1.0, 1.0], [0.7, 0.6])):
        state = metric.stateless_update_state(state, y, p)
    assert float(metric.stateless_result(state)) == 0.75
    assert float(metric.result()) == 0.0
    with pytest.raises(ValueError, match="expected 2 metric_variables. Received: 1"):
        metric.stateless_result(state[:1])


@pytest.mark.parametrize("case", LOSSES, ids=lambda case: case["name"])
def test_losses_of_keras_3(case):
    loss = getattr(keras.losses, case["name"])(**case["arguments"])
    y_true, y_pred = np.array(case["y_true"]), np.array(case["y_pred"], "float32")
    np.testing.assert_allclose(loss(y_true, y_pred).numpy(), case["value"], rtol=1e-5, atol=1e-6)
    weights = np.arange(1.0, 1 + len(y_true), dtype="float32")
    np.testing.assert_allclose(loss(y_true, y_pred, weights).numpy(), case["weighted"], rtol=1e-5, atol=1e-6)
    again = keras.losses.deserialize(keras.losses.serialize(loss))
    np.testing.assert_allclose(again(y_true, y_pred).numpy(), case["value"], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("era", "streamed"),
    [("keras2", False), ("tf.keras", False), ("tf.keras", True), ("keras3", False), ("keras3", True)],
)
def test_callbacks_hear_of_the_validation_inside_fit(era, streamed):
    keras.set_era(era)
    heard = []

    class Listen(keras.callbacks.Callback):
        def on_test_begin(self, logs=None):
            heard.append("begin")

        def on_test_batch_begin(self, batch, logs=None):
            heard.append(batch)

        def on_test_batch_end(self, batch, logs=None):
            heard.append(logs["loss"])

        def on_test_end(self, logs=None):
            heard.append(logs["loss"])

    model = keras.Sequential([keras.layers.Dense(1, input_shape=(3,))])
    model.compile("sgd", "mse")
    validation = [(X[:8], Y[:8]), (X[8:], Y[8:])] if streamed else (X, Y)
    history = model.fit(
        X,
        Y,
        batch_size=8,
        verbose=0,
        validation_data=iter(validation) if streamed else validation,
        callbacks=[Listen()],
        **({"validation_steps": 2} if streamed else {}),
    )
    if era == "keras2":
        assert heard == []
    else:
        assert heard[:2] + heard[3:4] == ["begin", 0, 1]
        assert heard[4] == pytest.approx(heard[5]) == pytest.approx(history.history["val_loss"][0])


def test_swap_ema_weights():
    model = made(optimizer=keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5))
    seen = {}

    class Look(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen["trained"] = values(self.model.trainable_variables)
            seen["loss"] = logs["val_loss"]

    swap = keras.callbacks.SwapEMAWeights()
    model.fit(X, Y, batch_size=4, validation_data=(X, Y), verbose=0, callbacks=[Look(), swap])
    means = values(model.trainable_variables)  # fit ends with the means
    assert not torch.allclose(means[0], seen["trained"][0])
    assert model.evaluate(X, Y, verbose=0) == pytest.approx(seen["loss"], rel=1e-5)
    with pytest.raises(ValueError, match="expected an optimizer with use_ema=True"):
        made().fit(X, Y, validation_data=(X, Y), verbose=0, callbacks=[keras.callbacks.SwapEMAWeights()])


def test_swap_on_epoch_saves_the_means(tmp_path):
    model = made(optimizer=keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5))
    swap = keras.callbacks.SwapEMAWeights(swap_on_epoch=True)
    save = keras.callbacks.ModelCheckpoint(str(tmp_path / "m.weights.h5"), save_weights_only=True)
    model.fit(X, Y, epochs=2, batch_size=4, verbose=0, callbacks=[swap, save])
    twin = made()
    twin.load_weights(tmp_path / "m.weights.h5")
    for a, b in zip(model.trainable_variables, twin.trainable_variables):
        torch.testing.assert_close(values([a])[0], values([b])[0])
