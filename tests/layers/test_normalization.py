"""Batch, layer, group and unit normalization."""

import copy
import io

import numpy as np
import pytest
import torch

from kerastorch import eras
from kerastorch.backend import phase
from kerastorch.layers import Dense, Input
from kerastorch.layers.normalization import (
    BatchNormalization,
    GroupNormalization,
    LayerNormalization,
    RMSNormalization,
    SpectralNormalization,
    UnitNormalization,
)
from kerastorch.models import Model, Sequential


@pytest.fixture(params=["keras2", "tf.keras", "keras3"])
def era(request):
    eras.set_era(request.param)
    yield request.param
    eras.set_era("keras2")


@pytest.fixture
def in_era():
    yield eras.set_era
    eras.set_era("keras2")


def data(*shape, seed=0):
    return (3 * np.random.RandomState(seed).standard_normal(shape) + 1).astype("float32")


def train(layer, x):
    with phase.of(True):
        return layer(torch.as_tensor(x))


def averages(layer):
    return [layer.moving_mean.numpy().copy(), layer.moving_variance.numpy().copy()]


def normalized(x, axis, epsilon):
    axes = tuple(i for i in range(x.ndim) if i != axis % x.ndim)
    mean, var = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    return (x - mean) / np.sqrt(var + epsilon)


SHAPES = [((6, 3), -1), ((3, 4, 2), -1), ((3, 4, 2), 1), ((3, 4, 5, 2), -1), ((3, 4, 5, 2), 1), ((3, 4, 5, 2), 2)]
SHAPES += [((2, 3, 4, 5, 2), -1), ((2, 3, 4, 5, 2), 1)]


@pytest.mark.parametrize("shape, axis", SHAPES)
def test_training_normalises_by_the_batch(shape, axis, era):
    x = data(*shape)
    layer = BatchNormalization(axis=axis, epsilon=0.01)
    y = train(layer, x)
    np.testing.assert_allclose(y.detach().numpy(), normalized(x, axis, 0.01), rtol=1e-4, atol=1e-5)
    assert y.shape == x.shape and layer.compute_output_shape((None, *shape[1:])) == (None, *shape[1:])


@pytest.mark.parametrize("shape, axis", SHAPES)
def test_inference_normalises_by_the_averages(shape, axis, era):
    x = data(*shape)
    layer = BatchNormalization(axis=axis, epsilon=0.01)
    layer.build((None, *shape[1:]))
    size = shape[axis]
    gamma, beta, mean = data(3, size, seed=1)
    var = np.abs(data(size, seed=2)) + 0.1
    layer.set_weights([gamma, beta, mean, var])
    broadcast = [1] * len(shape)
    broadcast[axis] = size
    gamma, beta, mean, var = (v.reshape(broadcast) for v in (gamma, beta, mean, var))
    expected = (x - mean) / np.sqrt(var + 0.01) * gamma + beta
    np.testing.assert_allclose(layer(torch.as_tensor(x)).detach().numpy(), expected, rtol=1e-4, atol=1e-5)


def variance_taken_up(era, x, axis, epsilon):
    """The variance that a batch adds to the average, by each era's rule."""
    axis %= x.ndim
    n = x.size // x.shape[axis]
    var = x.var(tuple(i for i in range(x.ndim) if i != axis), dtype="float64")
    if era == "keras2":
        twice = x.ndim == 4 and axis == 3
        return var * (n / (n - 1) if twice else 1) * n / (n - 1 - epsilon)
    if era == "tf.keras":
        return var * n / (n - 1) if x.ndim in (4, 5) and axis in (1, x.ndim - 1) else var
    return var


@pytest.mark.parametrize("shape, axis", SHAPES)
def test_averages_move_by_the_rule_of_the_era(shape, axis, era):
    layer = BatchNormalization(axis=axis, momentum=0.7)
    means, variances, weights = [], [], []
    for i, rows in enumerate((shape[0], shape[0], 2)):  # a last batch of another size
        x = data(rows, *shape[1:], seed=i)
        train(layer, x)
        axes = tuple(j for j in range(len(shape)) if j != axis % len(shape))
        means.append(x.mean(axes, dtype="float64"))
        variances.append(variance_taken_up(era, x, axis, 1e-3))
        weights = [w * 0.7 for w in weights] + [0.3]
        kept = 0.0 if era == "keras2" else 0.7 ** (i + 1)  # what is left of the initial values
        scale = sum(weights) if era == "keras2" else 1.0
        expected = [
            sum(w * v for w, v in zip(weights, values)) / scale + kept * start
            for values, start in ((means, 0.0), (variances, 1.0))
        ]
        np.testing.assert_allclose(averages(layer)[0], expected[0], rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(averages(layer)[1], expected[1], rtol=1e-4)


def test_two_numbers_of_real_keras():
    """Keras 2.2.4 on [0, 2] with momentum .5; and again after weights were set, which it forgets."""
    layer = BatchNormalization(momentum=0.5)
    x = np.array([[0.0, 0.0], [2.0, 4.0]], "float32")
    train(layer, x)
    np.testing.assert_allclose(averages(layer), [[1.0, 2.0], [2.002002, 8.008008]], rtol=1e-6)
    weights = layer.get_weights()
    layer.set_weights([weights[0], weights[1], weights[2] + 100, weights[3] + 50])
    train(layer, x + 1)
    np.testing.assert_allclose(averages(layer), [[1.6666666, 2.6666667], [2.002002, 8.008008]], rtol=1e-6)


def test_one_sample_has_no_variance(era):
    """Keras 2.2.4 gives [1, 1] and [0, 0]."""
    layer = BatchNormalization()
    for x in (np.ones((1, 2), "float32"), np.ones((1, 2), "float32")):
        train(layer, x)
    assert np.isfinite(averages(layer)).all()
    if era == "keras2":
        np.testing.assert_allclose(averages(layer), [[1, 1], [0, 0]], rtol=1e-5)
    image = BatchNormalization()
    train(image, np.ones((1, 1, 1, 2), "float32"))
    assert np.isfinite(averages(image)).all()


def test_the_fused_kernel_has_a_least_epsilon():
    """Keras 2.2.4 with epsilon 1e-7 in inference: 1.7640572 for a vector's 1.7640524, 1.7640435 for an image's."""
    x = np.float32(1.7640524)
    for shape, expected in (((1, 1), 1.7640523), ((1, 1, 1, 1), 1.7640435)):
        layer = BatchNormalization(epsilon=1e-7)
        got = layer(torch.full(shape, x)).item()
        assert abs(got - expected) < 5e-7


def test_a_frozen_layer(era):
    layer = BatchNormalization(trainable=False)
    x = data(5, 3)
    y = train(layer, x).detach().numpy()
    np.testing.assert_array_equal(averages(layer), [[0] * 3, [1] * 3])
    expected = normalized(x, -1, 1e-3) if era == "keras2" else x / np.sqrt(1 + 1e-3)
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-5)
    assert len(layer.trainable_weights) == 0 and len(layer.non_trainable_weights) == 4


def test_a_prediction_with_training_true_updates_nothing():
    layer = BatchNormalization()
    x = data(5, 3)
    with phase.of(False):
        y = layer(torch.as_tensor(x), training=True).detach().numpy()
    np.testing.assert_allclose(y, normalized(x, -1, 1e-3), rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(averages(layer), [[0] * 3, [1] * 3])


def test_a_frozen_network_keeps_the_averages_inside():
    """As a GAN's discriminator while the generator learns."""
    layer = BatchNormalization(input_shape=(3,))
    inner = Sequential([layer])
    inner.compile("sgd", "mse")
    inner.trainable = False
    x = Input((3,))
    outer = Model(x, inner(Dense(3)(x)))
    outer.compile("sgd", "mse")
    assert outer.updates == inner.updates == [] and layer.trainable
    outer.train_on_batch(data(4, 3), data(4, 3, seed=1))
    np.testing.assert_array_equal(averages(layer), [[0] * 3, [1] * 3])
    inner.trainable = True
    outer.compile("sgd", "mse")
    assert len(outer.updates) == 2
    outer.train_on_batch(data(4, 3), data(4, 3, seed=1))
    assert (averages(layer)[0] != 0).all()


def test_updates_follow_the_recorded_calls():
    layer = BatchNormalization()
    x = Input((3,))
    layer(x, training=False)
    assert layer.updates == []
    layer(x)
    layer(Input((3,)), training=True)
    assert [tuple(w.shape) for w in layer.updates] == [(3,)] * 4 and len(layer.get_updates_for(x)) == 2
    layer.trainable = False
    assert layer.updates == []


def test_torch_own_training_flag_counts():
    layer = BatchNormalization()
    x = torch.as_tensor(data(5, 3))
    layer(x)
    layer.train()
    y = layer(x)
    np.testing.assert_allclose(y.detach().numpy(), normalized(x.numpy(), -1, 1e-3), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(layer.running_mean.numpy(), x.numpy().mean(0), rtol=1e-5)


def test_gradients_of_the_batch_statistics():
    x = torch.as_tensor(data(4, 3)).requires_grad_()
    layer = BatchNormalization()
    direction = torch.as_tensor(data(4, 3, seed=1))
    with phase.of(True):
        (layer(x) * direction).sum().backward()
    twin = x.detach().clone().requires_grad_()
    mean, var = twin.mean(0), twin.var(0, correction=0)
    ((twin - mean) / torch.sqrt(var + 1e-3) * direction).sum().backward()
    torch.testing.assert_close(x.grad, twin.grad, rtol=1e-4, atol=1e-5)
    assert layer.weight.grad is not None and layer.bias.grad is not None


@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("center", [True, False])
def test_gamma_and_beta_can_be_left_out(scale, center):
    layer = BatchNormalization(scale=scale, center=center)
    train(layer, data(5, 3))
    assert len(layer.trainable_weights) == scale + center and len(layer.get_weights()) == 2 + scale + center
    assert (layer.gamma is None) != scale and (layer.beta is None) != center


def test_stored_under_torch_names_and_copied_whole():
    layer = BatchNormalization()
    train(layer, data(5, 3))
    assert sorted(layer.state_dict()) == ["bias", "running_mean", "running_var", "weight"]
    stream = io.BytesIO()
    torch.save(layer, stream)
    stream.seek(0)
    twins = [copy.deepcopy(layer), torch.load(stream, weights_only=False)]
    for each in (layer, *twins):
        train(each, data(5, 3, seed=1))
    for twin in twins:
        np.testing.assert_array_equal(averages(twin), averages(layer))


def test_two_passes_before_one_backward():
    """As a GAN's discriminator sees real and fake batches."""
    layer = BatchNormalization()
    total = train(layer, data(5, 3)).square().sum() + train(layer, data(5, 3, seed=1)).square().sum()
    total.backward()
    assert torch.isfinite(layer.weight.grad).all()


@pytest.mark.parametrize("axis", [-1, 1, [1, 2], [-1, -2], 2])
def test_layer_normalization(axis):
    x = data(3, 4, 5)
    layer = LayerNormalization(axis=axis, epsilon=0.01)
    axes = tuple(sorted(i % 3 for i in (axis if isinstance(axis, list) else [axis])))
    layer.build((None, 4, 5))
    shape = tuple(x.shape[i] for i in axes)
    gamma, beta = data(*shape, seed=1), data(*shape, seed=2)
    layer.set_weights([gamma, beta])
    broadcast = [x.shape[i] if i in axes else 1 for i in range(3)]
    expected = (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + 0.01)
    expected = expected * gamma.reshape(broadcast) + beta.reshape(broadcast)
    np.testing.assert_allclose(layer(torch.as_tensor(x)).detach().numpy(), expected, rtol=1e-4, atol=1e-5)


def test_rms_scaling():
    x = data(3, 4)
    layer = LayerNormalization(rms_scaling=True)
    expected = x / np.sqrt(x.var(-1, keepdims=True) + 1e-3)
    np.testing.assert_allclose(layer(torch.as_tensor(x)).detach().numpy(), expected, rtol=1e-4, atol=1e-5)
    assert len(layer.get_weights()) == 1 and layer.get_config()["rms_scaling"] is True


@pytest.mark.parametrize("groups, axis", [(2, -1), (3, 1), (-1, -1), (1, 2)])
def test_group_normalization(groups, axis):
    x = data(2, 6, 6, 6)
    layer = GroupNormalization(groups, axis=axis, beta_initializer="normal", gamma_initializer="normal")
    got = layer(torch.as_tensor(x)).detach().numpy()
    gamma, beta = layer.get_weights()
    moved = np.moveaxis(x, axis, -1)
    count = 6 if groups == -1 else groups
    parts = moved.reshape(2, 6, 6, count, 6 // count)
    mean, var = parts.mean((1, 2, 4), keepdims=True), parts.var((1, 2, 4), keepdims=True)
    expected = ((parts - mean) / np.sqrt(var + 1e-3)).reshape(2, 6, 6, 6) * gamma + beta
    np.testing.assert_allclose(got, np.moveaxis(expected, -1, axis), rtol=1e-4, atol=1e-5)


def test_unit_normalization():
    x = data(3, 4, 5)
    for axis in (-1, 1, [1, 2]):
        axes = tuple(axis) if isinstance(axis, list) else axis
        expected = x / np.sqrt((x**2).sum(axes, keepdims=True))
        np.testing.assert_allclose(UnitNormalization(axis)(torch.as_tensor(x)).numpy(), expected, rtol=1e-5)
    assert UnitNormalization()(torch.zeros(1, 3)).tolist() == [[0.0, 0.0, 0.0]]


@pytest.mark.parametrize("cls", [BatchNormalization, LayerNormalization, GroupNormalization, UnitNormalization])
def test_configs_and_masks(cls):
    layer = cls(axis=1, name="twin")
    config = layer.get_config()
    assert cls.from_config(config).get_config() == config
    x = torch.zeros(2, 32, 3)
    x._keras_mask = torch.ones(2, 32, dtype=torch.bool)
    assert layer(x)._keras_mask is x._keras_mask


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: BatchNormalization(momentum=1.5), ["BatchNormalization", "momentum", "1.5"]),
        (lambda: BatchNormalization(epsilon=-1), ["BatchNormalization", "epsilon", "-1"]),
        (lambda: BatchNormalization(axis="last"), ["BatchNormalization", "axis", "'last'"]),
        (lambda: BatchNormalization(axis=3).build((None, 4)), ["batch_normalization", "axis=3"]),
        (lambda: BatchNormalization().build((None, None)), ["batch_normalization", "known size", "(None, None)"]),
        (lambda: GroupNormalization(4).build((None, 6)), ["group_normalization", "groups=4", "(None, 6)"]),
        (lambda: GroupNormalization(0), ["GroupNormalization", "groups"]),
        (lambda: LayerNormalization(axis=None), ["LayerNormalization", "axis"]),
        (lambda: LayerNormalization(axis=[1, -1]).build((None, 4)), ["layer_normalization", "axis"]),
        (lambda: UnitNormalization(axis=0.5), ["UnitNormalization", "axis"]),
    ],
)
def test_bad_arguments_are_named(make, words):
    with pytest.raises((ValueError, TypeError)) as error:
        make()
    message = str(error.value)
    assert all(word in message for word in words), message
    assert "Received" in message and "\n" not in message


def test_root_mean_square_along_any_axis():
    x = data(3, 4, 5)
    layer = RMSNormalization(axis=1, epsilon=0.1)
    expected = x / np.sqrt((x**2).mean(1, keepdims=True) + 0.1)
    np.testing.assert_allclose(layer(torch.tensor(x)).detach().numpy(), expected, rtol=1e-5)
    with pytest.raises(ValueError, match="axis to be among its input's 3 axes"):
        RMSNormalization(axis=3)(torch.tensor(x))


def test_a_spectral_layer_may_be_called_twice_before_backward():
    layer = SpectralNormalization(Dense(3))
    x = torch.as_tensor(data(4, 5))
    first = layer(x, training=True)
    kernel = layer.layer.kernel.detach().clone()
    second = layer(x * 2, training=True)
    (first.sum() + second.sum()).backward()
    gradient = layer.layer._own_weights[0].view_of(layer.layer.weight.grad)
    torch.testing.assert_close(gradient, (3 * x.sum(0))[:, None].expand_as(kernel))
    torch.testing.assert_close(first, x @ kernel + layer.layer.bias)


def test_a_spectral_layer_leaves_a_kernel_of_zeros_alone():
    layer = SpectralNormalization(Dense(3, kernel_initializer="zeros"))
    layer(torch.ones(2, 4), training=True)
    assert layer.layer.kernel.abs().max() == 0
    with pytest.raises(ValueError, match="expected a layer with a kernel or embeddings"):
        SpectralNormalization(LayerNormalization())(torch.ones(2, 4))


def test_what_is_not_there_says_so():
    with pytest.raises(NotImplementedError, match="renorm=False"):
        BatchNormalization(renorm=True)
    assert BatchNormalization(synchronized=True).get_config()["synchronized"] is True
