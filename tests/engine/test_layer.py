"""The layer as a Keras object and as a torch module."""

import copy
import pickle

import numpy as np
import pytest
import torch
from torch import nn

from kerastorch import backend as K
from kerastorch import config, constraints, eras, layers, losses, metrics, regularizers
from kerastorch.backend import names, phase
from kerastorch.engine.layer import Layer, collecting_losses
from kerastorch.models import Model, Sequential
from kerastorch.optimizers import SGD


class Scale(Layer):
    """A custom layer as scripts write them: attributes before super().__init__(), weights in build."""

    def __init__(self, power=1, **kwargs):
        self.power = power
        self.inner = layers.Dense(2, name=f"inner_{names.get_uid('inner_of_scale')}")
        super().__init__(**kwargs)

    def build(self, input_shape):
        self.factor = self.add_weight(name="factor", shape=(input_shape[-1],), initializer="ones", trainable=True)
        self.count = self.add_weight(name="count", shape=(), initializer="zeros", trainable=False)
        super().build(input_shape)

    def call(self, inputs):
        return self.inner(inputs * self.factor**self.power)

    def compute_output_shape(self, input_shape):
        return input_shape[:-1] + (2,)

    def get_config(self):
        return {**super().get_config(), "power": self.power}


def test_weights_are_stored_as_torch_has_them_and_seen_as_keras_has_them():
    dense = layers.Dense(3)
    dense.build((None, 5))
    assert dense.weight.shape == (3, 5) and isinstance(dense.weight, nn.Parameter)
    assert dense.kernel.shape == (5, 3) and dense.kernel.data_ptr() == dense.weight.data_ptr()
    assert list(dense.state_dict()) == ["weight", "bias"]
    kernel, bias = np.arange(15.0).reshape(5, 3), np.ones(3)
    dense.set_weights([kernel, bias])
    np.testing.assert_array_equal(dense.weight.detach().numpy(), kernel.T)
    np.testing.assert_array_equal(dense.get_weights()[0], kernel)
    conv = layers.Conv2D(4, (3, 2))
    conv.build((None, 8, 8, 5))
    assert conv.weight.shape == (4, 5, 3, 2) and conv.weight.is_contiguous(memory_format=torch.channels_last)
    assert conv.kernel.shape == (3, 2, 5, 4)


def test_the_view_is_differentiable():
    dense = layers.Dense(3)
    dense.build((None, 2))
    dense.kernel.select(0, 0).sum().backward()
    assert dense.weight.grad.tolist() == [[1.0, 0.0]] * 3


def test_weight_variables_have_names():
    layer = layers.Dense(2, input_dim=3, name="out")
    Sequential([layer])
    assert [w.name for w in layer.weights] == ["out/kernel:0", "out/bias:0"]
    assert np.asarray(layer.weights[0]).shape == (3, 2)
    layer.weights[1].assign([1.0, 2.0])
    assert layer.get_weights()[1].tolist() == [1.0, 2.0]
    with pytest.raises(ValueError, match="expected values of shape"):
        layer.weights[1].assign([1.0])


def test_custom_layer():
    layer = Scale(2)
    out = layer(torch.full((4, 3), 2.0))
    assert out.shape == (4, 2)
    assert [w.shape for w in layer.get_weights()] == [(3,), (3, 2), (2,), ()]
    assert {"factor", "count", "inner.weight", "inner.bias"} == set(layer.state_dict())
    assert layer.count_params() == 3 + 8 + 1
    assert len(layer.trainable_weights) == 3 and len(layer.non_trainable_weights) == 1
    layer.trainable = False
    assert not layer.trainable_weights and len(layer.non_trainable_weights) == 4
    assert Scale.from_config({**layer.get_config(), "name": "other"}).power == 2


def test_weights_under_other_names_and_in_lists():
    class Odd(Layer):
        def build(self, input_shape):
            self.W = self.add_weight(name="kernel.main", shape=(2, 2), initializer="ones")
            self.alias = self.W
            self.many = [self.add_weight(name="part", shape=(1,), initializer="zeros") for _ in range(3)]
            self.dense = [layers.Dense(2), layers.Dense(2)]
            super().build(input_shape)

        def call(self, x):
            return self.dense[1](self.dense[0](x @ self.W)) + sum(self.many)

    layer = Odd()
    layer(torch.ones(1, 2))
    assert layer.W == layer.alias
    assert len(layer.get_weights()) == 1 + 3 + 4
    assert len(list(layer.parameters())) == 8


def test_keras_1_style_weights():
    class Old(Layer):
        def build(self, input_shape):
            self.W = torch.ones(input_shape[-1], 2)
            self.trainable_weights = [self.W]
            super().build(input_shape)

        def call(self, x):
            return x @ self.W

    layer = Old()
    out = layer(torch.ones(1, 3))
    assert len(layer.trainable_weights) == len(list(layer.parameters())) == 1 and out.requires_grad


def test_variables_appended_to_the_private_list():
    class Old(Layer):
        def build(self, input_shape):
            self.W = K.variable(np.ones((input_shape[-1], 2)), name="W")
            self._trainable_weights.append(self.W)
            self.seen = K.variable(np.zeros(1), name="seen")
            self._non_trainable_weights += [self.seen]
            super().build(input_shape)

        def call(self, x):
            return K.dot(x, self.W)

    layer = Old()
    assert layer(torch.ones(1, 3)).tolist() == [[3.0, 3.0]]
    assert [w.name for w in layer._trainable_weights] == [w.name for w in layer.trainable_weights]
    assert [w.shape for w in layer.get_weights()] == [(3, 2), (1,)]
    assert [p.shape for p in layer.parameters()] == [(3, 2)]


@pytest.mark.parametrize("how", ["loss", "added"])
def test_what_a_graph_computes_of_weights_is_computed_in_every_step(how):
    class Scaled(Layer):
        def build(self, input_shape):
            self.w = self.add_weight(name="w", shape=(input_shape[-1],), initializer="ones")
            super().build(input_shape)

        def call(self, x):
            return x * self.w

    x = layers.Input((3,))
    scaled, dense = Scaled(), layers.Dense(3, kernel_initializer="ones", bias_initializer="ones")
    hidden = scaled(x)
    model = Model(x, dense(hidden))

    def penalty():
        return K.sum(scaled.w**2) + K.sum(dense.kernel**2) + K.sum(K.square(dense.bias))

    def loss(y_true, y_pred):  # closes over the graph, so that it is recorded
        return K.mean(0.0 * y_pred) + 0.0 * K.sum(hidden) + penalty()

    if how == "added":
        model.add_loss(penalty())
    model.compile(SGD(0.25), loss if how == "loss" else lambda t, p: 0.0 * K.sum(p))
    sizes = [float(model.train_on_batch(np.ones((2, 3)), np.ones((2, 3)))) for _ in range(3)]
    assert sizes == pytest.approx([15.0, 15.0 / 4, 15.0 / 16])  # w - 2 w / 4, three times


def test_shape_first_weights():
    class First(Layer):
        def build(self, input_shape):
            self.w = self.add_weight((3, 2), initializer="zeros", name="w")
            self.built = True

        def call(self, x):
            return x @ self.w

    assert First()(torch.ones(1, 3)).tolist() == [[0.0, 0.0]]


def test_unknown_argument_and_unknown_axis():
    with pytest.raises(TypeError, match="Scale.*'colour'"):
        Scale(colour=1)
    with pytest.raises(ValueError, match=r"known shape.*\(None, 2\)"):
        Layer().add_weight("w", (None, 2))
    with pytest.raises(TypeError, match="add_weight.*'colour'"):
        Layer().add_weight("w", (2,), colour=1)


def test_training_phase():
    drop = layers.Dropout(0.5, seed=1)
    x = torch.ones(1000)[None]
    assert drop(x) is x  # inference unless told otherwise
    drop.train()
    assert (drop(x) == 0).any()
    assert not (drop(x, training=False) == 0).any()
    drop.eval()
    with phase.of(True):
        assert (drop(x) == 0).any()
    assert phase.current() is None


def test_masks_travel_with_tensors():
    embedding = layers.Embedding(5, 2, mask_zero=True)
    out = embedding(torch.tensor([[1, 0]]))
    assert out._keras_mask.tolist() == [[True, False]]
    assert layers.Dense(3)(out)._keras_mask.tolist() == [[True, False]]
    with pytest.raises(TypeError, match="does not support masking"):
        layers.Flatten()(out)


def test_losses():
    layer = layers.Dense(2, kernel_regularizer="l2", activity_regularizer=lambda y: y.sum(), kernel_initializer="ones")
    with collecting_losses() as added:
        layer(torch.ones(1, 3))
    assert [t.item() for t in added] == [6.0]
    np.testing.assert_allclose([t.item() for t in layer.losses], [0.06], rtol=1e-6)  # 6 ones, 0.01 * sum of squares


def test_activity_penalty_is_a_mean_in_later_eras():
    eras.set_era("tf.keras")
    with collecting_losses() as added:
        layers.Dense(2, activity_regularizer=regularizers.l1(1.0), kernel_initializer="ones")(torch.ones(4, 3))
    np.testing.assert_allclose(added[0].item(), 6.0)


def test_hooks_copies_and_pickles():
    layer = layers.Dense(2, input_dim=3, kernel_constraint=constraints.max_norm(2))
    model = Sequential([layer])
    seen = []
    layer.register_forward_hook(lambda module, args, output: seen.append(output.shape))
    model.predict(np.ones((4, 3)))
    assert seen == [(4, 2)]
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layers.Dense(2, input_dim=3)))):
        assert other.units == 2
    other = copy.deepcopy(model)
    other.layers[0].weight.data.zero_()
    assert model.layers[0].weight.any()


def test_node_information():
    dense = layers.Dense(2)
    with pytest.raises(AttributeError, match="expected a call"):
        _ = dense.output
    a, b = layers.Input((3,)), layers.Input((3,))
    first, second = dense(a), dense(b)
    assert dense.get_output_at(1) is second and dense.get_input_at(0) is a
    assert dense.input_shape == (None, 3) and dense.output_shape == (None, 2)
    with pytest.raises(AttributeError, match="2 calls"):
        _ = dense.output
    with pytest.raises(ValueError, match="below 2"):
        dense.get_output_at(2)
    assert first._keras_history == (dense, 0, 0)


def test_names():
    names.reset_uids()
    assert [layers.Dense(1).name, layers.Dense(1).name, layers.MaxPooling2D().name] == [
        "dense_1",
        "dense_2",
        "max_pooling2d_1",
    ]
    eras.set_era("keras3")
    names.reset_uids()
    assert [layers.Dense(1).name, layers.Dense(1).name] == ["dense", "dense_1"]


def test_devices_and_dtypes():
    layer = layers.Dense(2, dtype="float64")
    assert layer(torch.ones(1, 3, dtype=torch.float64)).dtype == torch.float64
    layer.to(torch.float32)
    assert layer.kernel.dtype == torch.float32
    moved = layers.Dense(2)
    moved.build((None, 3))
    moved.to("meta")
    assert moved.kernel.device.type == "meta"
    with pytest.raises(ValueError, match="set_device.*nowhere"):
        config.set_device("nowhere")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cuda_is_chosen():
    layer = layers.Dense(2)
    layer.build((None, 3))
    assert layer.weight.device.type == "cuda"


def test_any_module_is_a_layer():
    model = Sequential([layers.Dense(4, input_dim=3), nn.Linear(4, 2), nn.Tanh()])
    assert model.output_shape == (None, 2)
    model.compile("sgd", "mse")
    before = model.get_weights()
    model.fit(np.ones((4, 3)), np.ones((4, 2)), epochs=1, verbose=0)
    assert len(before) == 4 and all((a != b).any() for a, b in zip(before, model.get_weights(), strict=True))
    lazy = Sequential([nn.Linear(3, 2)])
    assert lazy.predict(np.ones((4, 3))).shape == (4, 2)
    with pytest.raises(ValueError, match=r"linear_.*Linear takes.*\(None, 4\)"):
        Sequential([layers.Dense(4, input_dim=3), nn.Linear(5, 2)])


def test_a_layer_of_several_arguments_is_built_for_each():
    class Joined(layers.Layer):
        supports_masking = True

        def build(self, left_shape, right_shape):
            self.left = self.add_weight(name="left", shape=(left_shape[-1],), initializer="ones")
            self.right = self.add_weight(name="right", shape=(right_shape[-1],), initializer="ones")

        def call(self, left, right, left_mask=None):
            total = (left * self.left).sum(-1) + (right * self.right).sum(-1)
            return total if left_mask is None else total * left_mask.to(total.dtype)

    layer = Joined()
    left, right = torch.ones(2, 4, 3), torch.ones(2, 4, 5)
    left[0, 1] = 0
    assert layer(left, right).tolist() == [[8, 5, 8, 8], [8, 8, 8, 8]]
    assert [tuple(w.shape) for w in layer.weights] == [(3,), (5,)]
    a, b = layers.Input((4, 3)), layers.Input((4, 5))
    model = Model([a, b], layer(layers.Masking()(a), b))
    assert model.predict([left.numpy(), right.numpy()]).tolist() == [[8, 0, 8, 8], [8, 8, 8, 8]]


@pytest.mark.parametrize("era", ["tf.keras", "keras3"])
def test_metrics_inside_of_a_layer_count_data_alone(era):
    eras.set_era(era)

    class Endpoint(Layer):
        def __init__(self):
            super().__init__()
            self.seen = metrics.BinaryAccuracy(name="seen")
            self.loss = losses.BinaryCrossentropy(from_logits=True)

        def call(self, logits, targets, weights):
            self.add_loss(self.loss(targets, logits, weights))
            self.seen.update_state(targets, logits, weights)
            return torch.sigmoid(logits)

    logits, targets, weights = (layers.Input((1,)) for _ in range(3))
    endpoint = Endpoint()
    model = Model([logits, targets, weights], endpoint(logits, targets, weights))
    assert float(endpoint.seen.count) == 0.0
    y = np.array([[1.0], [0.0], [1.0], [1.0]])
    model.predict([8 * y - 4, y, np.array([[1.0], [1.0], [0.0], [0.0]])], verbose=0)
    assert float(endpoint.seen.result()) == 1.0 and float(endpoint.seen.count) == 2.0


@pytest.mark.parametrize("era", ["keras2", "tf.keras", "keras3"])
def test_a_call_that_needs_training_is_given_it(era):
    """tf.keras hands ``training`` to every ``call`` that takes it, and its tutorials count on that."""
    eras.set_era(era)
    seen = []

    class Noted(Layer):
        def call(self, inputs, training):
            seen.append(training)
            return inputs * 2

    inputs = layers.Input(shape=(3,))
    model = Model(inputs, Noted()(inputs))
    assert seen == [None]
    model.predict(np.ones((1, 3)), verbose=0)
    Noted()(torch.ones(1, 3), training=True)
    assert seen == [None, False, True]
