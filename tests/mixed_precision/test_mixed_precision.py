"""Mixed precision gives the dtypes, scales and losses that tf_keras 2.21 and Keras 3.15 gave (record.py)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

import kerastorch as keras
from kerastorch import layers, mixed_precision, optimizers
from kerastorch.engine.policy import set_global_policy

ORACLES = {
    era: json.loads(Path(__file__).with_name(f"{oracle}.json").read_text(encoding="utf-8"))
    for era, oracle in (("tf.keras", "tf_keras"), ("keras3", "keras3"))
}
ROWS = np.linspace(-1, 1, 24, dtype="float32").reshape(4, 6)

eras = pytest.mark.parametrize("era", ORACLES)
policies = pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])


@pytest.fixture(autouse=True)
def no_policy():
    yield
    set_global_policy(None)


def named(dtype):
    return str(dtype).removeprefix("torch.")


@eras
def test_policies(era):
    for name, (compute, variable) in ORACLES[era]["policies"].items():
        policy = mixed_precision.Policy(name)
        assert (policy.compute_dtype, policy.variable_dtype) == (compute, variable)
        assert mixed_precision.Policy.from_config(policy.get_config()) == policy
    for bad, error in (("foo", ValueError), ("mixed_int8", ValueError), (None, TypeError)):
        with pytest.raises(error, match="Policy: expected"):
            mixed_precision.Policy(bad)


@eras
@policies
def test_dtypes_of_outputs_and_weights(era, policy, device):
    keras.set_era(era)
    for case in ORACLES[era]["types"][policy]:
        kind, arguments, shape, dtype = case["layer"]
        mixed_precision.set_global_policy(policy)
        layer = getattr(layers, kind)(**arguments)
        output = layer(torch.ones(2, *shape, dtype=getattr(torch, dtype), device=device))
        assert (kind, named(output.dtype)) == (kind, case["output"])
        assert [named(w.dtype) for w in layer.weights] == case["weights"]
        assert (layer.dtype, layer.compute_dtype, layer.variable_dtype) == (
            case["dtype"],
            case["compute_dtype"],
            "float32",
        )
        if dtype == "float32":
            again = type(layer).from_config(layer.get_config())
            assert named(again(keras.Input(tuple(shape))).dtype) == named(output.dtype)
            assert again.dtype_policy == layer.dtype_policy


@eras
def test_loss_scale(era):
    keras.set_era(era)
    for case in ORACLES[era]["scales"]:
        optimizer = mixed_precision.LossScaleOptimizer(optimizers.SGD(0.5), **case["arguments"])
        weight = torch.nn.Parameter(torch.ones(1))
        optimizer.bind([weight])
        for gradient, wanted in zip(case["gradients"], case["trace"], strict=True):
            optimizer.step([torch.tensor([float(gradient)])])
            scale, counter = float(optimizer.dynamic_scale), int(optimizer.step_counter)
            assert [scale, counter, weight.item(), int(optimizer.iterations)] == wanted


@eras
@policies
def test_training(era, policy):
    keras.set_era(era)
    mixed_precision.set_global_policy(policy)
    model = keras.Sequential([layers.Dense(8, activation="tanh", input_dim=6), layers.Dense(2, dtype="float32")])
    model.set_weights([np.cos(np.arange(w.size, dtype="float32")).reshape(w.shape) / 2 for w in model.get_weights()])
    model.compile(optimizers.SGD(0.05, momentum=0.5), "mse")
    history = model.fit(ROWS, np.stack([ROWS.sum(1), ROWS[:, 0]], 1), batch_size=4, epochs=8, shuffle=False, verbose=0)
    wanted = ORACLES[era]["training"][policy]
    assert type(model.optimizer).__name__ == wanted["optimizer"]
    # two roundings to 8 or 11 bits lie between the two, in each of 8 steps
    tolerance = 2e-2 if policy == "mixed_bfloat16" else 2e-3
    np.testing.assert_allclose(history.history["loss"], wanted["loss"], rtol=tolerance)
    np.testing.assert_allclose(model.predict(ROWS), wanted["prediction"], rtol=tolerance, atol=tolerance / 4)
    assert {named(w.dtype) for w in model.weights} == {"float32"}


@pytest.mark.parametrize(
    "make",
    [
        lambda: optimizers.SGD(0.1, momentum=0.9),
        lambda: optimizers.Adam(amsgrad=True),
        lambda: optimizers.Nadam(),
        lambda: optimizers.Adadelta(),
        lambda: optimizers.TorchOptimizer(torch.optim.Adam),
    ],
)
def test_a_step_left_out_changes_nothing(make):
    keras.set_era("keras3")
    plain, scaled = make(), mixed_precision.LossScaleOptimizer(make(), initial_scale=4.0)
    found = []
    for optimizer, gradients in ((plain, [1.0, 2.0]), (scaled, [float("nan"), 2.0, float("inf"), 2.0])):
        weight = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
        optimizer.bind([weight])
        for gradient in gradients:
            optimizer.step([torch.tensor([gradient, gradient])])
        found.append(weight.detach())
    assert torch.equal(*found) and float(scaled.dynamic_scale) == 1.0


def test_a_fixed_scale():
    optimizer = mixed_precision.LossScaleOptimizer(optimizers.SGD(1.0), dynamic=False, initial_scale=8.0)
    weight = torch.nn.Parameter(torch.ones(1))
    optimizer.bind([weight])
    (gradient,) = torch.autograd.grad(optimizer.scale_loss(weight.sum() / 2), [weight])
    assert gradient.item() == 4.0
    optimizer.step([gradient])
    assert weight.item() == 0.5 and optimizer.dynamic_counter is None


def test_what_a_loss_scale_optimizer_refuses():
    with pytest.raises(TypeError, match="inner_optimizer"):
        mixed_precision.LossScaleOptimizer("adam")
    with pytest.raises(ValueError, match="dynamic=False"):
        mixed_precision.LossScaleOptimizer(optimizers.SGD(), dynamic=False)
    with pytest.raises(ValueError, match="initial_scale to be a positive number"):
        mixed_precision.LossScaleOptimizer(optimizers.SGD(), initial_scale=0)


def test_state_and_config_come_back(tmp_path):
    mixed_precision.set_global_policy("mixed_float16")
    model = keras.Sequential([layers.Dense(3, input_dim=6), layers.Dense(1, dtype="float32")])
    model.compile("adam", "mse")
    model.optimizer.lr = 0.25
    model.fit(ROWS, ROWS[:, :1], epochs=2, verbose=0)
    mixed_precision.set_global_policy(None)
    model.save(tmp_path / "model.h5")
    again = keras.models.load_model(tmp_path / "model.h5")
    assert [layer.dtype_policy.name for layer in again.layers] == ["mixed_float16", "float32"]
    assert isinstance(again.optimizer, mixed_precision.LossScaleOptimizer) and float(again.optimizer.lr) == 0.25
    for ours, theirs in zip(again.optimizer.get_weights(), model.optimizer.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(again.predict(ROWS), model.predict(ROWS))


@policies
def test_every_kind_of_layer_learns(policy):
    keras.utils.set_random_seed(0)
    mixed_precision.set_global_policy(policy)
    image = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, activation="relu", kernel_regularizer="l2")(image)
    x = layers.BatchNormalization()(x)
    x = layers.SeparableConv2D(4, 2)(layers.MaxPooling2D()(x))
    words = keras.Input((5,))
    y = layers.Embedding(20, 6, mask_zero=True)(words)
    y = layers.Bidirectional(layers.LSTM(4, return_sequences=True, dropout=0.2))(y)
    y = layers.TimeDistributed(layers.Dense(4, activation="relu"))(y)
    y = layers.GRU(4)(y)
    z = layers.concatenate([layers.Flatten()(x), layers.LayerNormalization()(layers.Dropout(0.3)(y))])
    z = layers.Lambda(lambda t: t * 2)(z)
    model = keras.Model([image, words], layers.Dense(3, activation="softmax")(z))
    model.compile("adam", "categorical_crossentropy", metrics=["acc"])
    random = np.random.RandomState(0)
    xs = [random.randn(24, 8, 8, 3), random.randint(0, 20, (24, 5))]
    ys = np.eye(3)[random.randint(0, 3, 24)]
    losses = model.fit(xs, ys, batch_size=12, epochs=10, verbose=0).history["loss"]
    assert np.isfinite(losses).all() and losses[-1] < losses[0]
    assert {w.dtype for w in model.weights} == {torch.float32}
    assert {t.dtype for t in model.outputs} == {getattr(torch, policy.removeprefix("mixed_"))}


def test_a_layer_without_a_policy_is_left_alone(device):
    inside = layers.Dense(3)
    mixed_precision.set_global_policy("mixed_bfloat16")
    model = keras.Sequential([keras.Sequential([inside])])
    outputs = model(torch.ones(2, 4, device=device))
    assert outputs.dtype == torch.float32 and "dtype" not in inside.get_config()


def test_the_first_names():
    experimental = mixed_precision.experimental
    experimental.set_policy(experimental.Policy("mixed_bfloat16"))
    assert mixed_precision.global_policy().name == "mixed_bfloat16"
    assert experimental.get_layer_policy(layers.Dense(1)).compute_dtype == "bfloat16"
    assert float(experimental.LossScaleOptimizer(optimizers.SGD(), 128).loss_scale) == 128
    with pytest.warns(UserWarning, match="loss_scale has no effect"):
        experimental.Policy("mixed_float16", loss_scale=128)


@eras
def test_assigning_keeps_the_precision_that_a_weight_is_kept_in(era):
    keras.set_era(era)

    class Counting(layers.Layer):
        def build(self, shape):
            self.total = self.add_weight(name="total", shape=(), initializer="zeros", trainable=False)
            self.built = True

        def call(self, x):
            self.total.assign(torch.tensor(0.1))
            self.total.assign_add(torch.tensor(0.0001))
            return x * self.total

    layer = Counting(dtype="mixed_bfloat16")
    assert layer(torch.ones(1)).dtype == torch.bfloat16
    assert layer.get_weights()[0] == np.float32(0.1) + np.float32(0.0001)
