"""Lists of losses and updates, the view of recorded calls, variables as inputs and as members of lists."""

import copy
import pickle

import numpy as np
import pytest
import torch

import kerastorch as keras
from kerastorch import backend as K
from kerastorch import layers as L
from kerastorch.models import Model, Sequential


def test_losses_by_inputs():
    a, b = L.Input((2,)), L.Input((2,))
    dense = L.Dense(3, kernel_regularizer="l2", activity_regularizer="l1")
    dense(a)
    dense(b)
    assert len(dense.losses) == 3 and len(dense.get_losses_for(None)) == 1
    penalty = dense.get_losses_for(b)
    x = np.ones((2, 2))
    got = K.function([b], penalty)([x])[0]
    assert len(penalty) == 1 and penalty != dense.get_losses_for(a)
    np.testing.assert_allclose(got, 0.01 * np.abs(x @ dense.get_weights()[0]).sum(), rtol=1e-5)


def test_model_losses_are_symbolic_and_once_each():
    x = L.Input((2,))
    dense = L.Dense(2, kernel_regularizer="l2", activity_regularizer="l2")
    model = Model(x, dense(dense(x)))
    model.add_loss(K.mean(model.output))
    model.add_loss(3)
    assert len(model.losses) == 5 and model.losses[-1] == 3
    dense(L.Input((2,)))  # a call that is no part of the model
    assert len(model.losses) == 5


def test_a_function_is_asked_in_every_step():
    model = Sequential([L.Dense(1, input_dim=2, use_bias=False)])
    kernel = model.layers[0]
    model.add_loss(lambda: 0.5 * torch.sum(kernel.weight**2))
    model.compile(keras.optimizers.SGD(lr=0.1), None)
    model.set_weights([np.ones((2, 1))])
    for _ in range(2):
        model.train_on_batch(np.zeros((3, 2)), None)
    np.testing.assert_allclose(model.get_weights()[0], 0.81 * np.ones((2, 1)), rtol=1e-6)


def test_a_tensor_with_a_gradient_is_refused_outside_of_call():
    layer = L.Dense(1)
    layer.build((None, 2))
    with pytest.raises(ValueError, match="a function without arguments from add_loss"):
        layer.add_loss(torch.sum(layer.weight))


def test_what_a_step_adds_does_not_stay():
    class Scale(L.Layer):
        def call(self, inputs):
            self.add_loss(torch.mean(inputs))
            self.add_update([])
            return inputs

    layer = Scale()
    for value in (1.0, 2.0):
        layer(torch.full((2, 3), value))
    assert layer.losses == [2.0] and layer.updates == []  # those of the latest call


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copies_keep_what_was_added(copied):
    x = L.Input((2,))
    y = L.Dense(1)(x)
    model = Model(x, y)
    model.add_loss(K.mean(K.square(y)))
    model.add_loss(0.5)
    model.compile("sgd", None)
    data = np.ones((3, 2))
    twin = copied(model)
    assert len(twin.losses) == 2 and twin.evaluate(data, verbose=0) == model.evaluate(data, verbose=0)
    model.fit(data, epochs=1, verbose=0)
    assert twin.evaluate(data, verbose=0) != model.evaluate(data, verbose=0)


def test_updates_need_training_or_state():
    layer = L.LSTM(2, stateful=True, batch_input_shape=(1, 3, 2))
    model = Sequential([layer])
    assert [u.shape for u in model.state_updates] == [(1, 2), (1, 2)] and len(model.updates) == 2
    layer.trainable = False
    assert len(model.updates) == 2
    frozen = L.BatchNormalization(input_shape=(2,), trainable=False)
    assert Sequential([frozen]).updates == []


def test_an_added_update_that_needs_data_of_the_model():
    x = L.Input((3,))
    dense = L.Dense(2)
    y = dense(x)
    total = K.variable(np.zeros(3))
    dense.add_update(K.update_add(total, K.sum(x, axis=0)), inputs=x)
    model = Model(x, y)
    model.compile("sgd", "mse")
    data = np.arange(6.0).reshape(2, 3)
    model.train_on_batch(data, np.zeros((2, 2)))
    model.train_on_batch(data, np.zeros((2, 2)))
    model.predict(data)
    np.testing.assert_allclose(K.get_value(total), 2 * data.sum(0))


# The view of recorded calls


def test_calls_as_keras_shows_them():
    a, b = L.Input((4,), name="a"), L.Input((4,), name="b")
    first = L.Dense(4, name="first")
    merged = L.concatenate([first(a), first(b)], name="merged")
    node = merged._keras_history[0]._inbound_nodes[0]
    assert node.inbound_layers == [first, first] and node.node_indices == [0, 1] and node.tensor_indices == [0, 0]
    assert node.input_shapes == [(None, 4)] * 2 and node.output_shapes == [(None, 8)]
    assert node.input_masks == [None, None] and node.output_masks == [None]
    assert node.get_config() == {
        "outbound_layer": "merged",
        "inbound_layers": ["first", "first"],
        "node_indices": [0, 1],
        "tensor_indices": [0, 0],
    }
    begin = a._keras_history[0]._inbound_nodes[0]
    assert begin.inbound_layers == [] and begin.input_tensors == begin.output_tensors == [a]
    model = Model([a, b], L.Dense(1)(merged))
    by_depth = {depth: sorted(layer.name for layer in found) for depth, found in model._layers_by_depth.items()}
    assert by_depth[3] == ["a", "b"] and by_depth[2] == ["first"] and by_depth[1] == ["merged"]
    assert [len(nodes) for _, nodes in sorted(model._nodes_by_depth.items())] == [1, 1, 2, 2]


@pytest.mark.parametrize(
    ("layer", "matters"),
    [
        (L.Dense(2), False),
        (L.Dropout(0.5), True),
        (L.Dropout(0.0), False),
        (L.GaussianNoise(0.1), True),
        (L.BatchNormalization(), True),
        (L.Lambda(lambda x: K.in_train_phase(x * 2, x)), True),
        (L.Lambda(lambda x: x * 2), False),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_which_tensors_depend_on_the_phase(layer, matters):
    x = L.Input((3,))
    y = layer(x)
    assert y._uses_learning_phase is matters and L.Dense(1)(y)._uses_learning_phase is matters
    assert Model(x, y).uses_learning_phase is matters
    inner = Sequential([layer])
    assert inner(x)._uses_learning_phase is matters
    if "training" in layer._call_names():
        assert layer(x, training=True)._uses_learning_phase is False


def test_recurrent_layers_and_the_phase():
    x = L.Input((4, 3))
    assert L.LSTM(2, dropout=0.5)(x)._uses_learning_phase and not L.LSTM(2)(x)._uses_learning_phase
    assert all(y._uses_learning_phase for y in L.Bidirectional(L.GRU(2, dropout=0.1, return_state=True))(x))
    assert not L.TimeDistributed(L.Dropout(0.5))(x, training=True)._uses_learning_phase


# Variables


def test_a_layer_on_a_variable_is_part_of_a_graph():
    v = K.variable(np.ones((2, 3)))
    dense = L.Dense(2, use_bias=False)
    y = dense(v)
    first = K.eval(y)
    K.set_value(v, 3 * np.ones((2, 3)))
    np.testing.assert_allclose(K.eval(y), 3 * first, rtol=1e-6)
    assert dense.input_shape == (2, 3)


def test_variables_are_equal_when_they_are_the_same():
    model = Sequential([L.Dense(2, input_dim=2), L.Dense(2)])
    first, second = model.layers
    assert model.weights == first.weights + second.weights != second.weights + first.weights
    assert second.weights[0] in model.weights and first.weights[0] not in second.weights
    assert len(set(model.weights) & set(second.weights)) == 2
    second.trainable = False
    assert model.trainable_weights == first.weights and model.non_trainable_weights == second.weights
    assert (first.weights[1] == 0).all() and K.variable(0.0) != K.variable(0.0)
