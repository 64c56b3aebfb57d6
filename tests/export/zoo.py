"""Models that are written out: each with inputs that fit."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from kerastorch import backend as K
from kerastorch import layers as L
from kerastorch.models import Model, Sequential

__all__ = ["MODELS", "make"]

RNG = np.random.RandomState(3)


class Doubled(L.Layer):
    """A layer of a user's own, with a weight."""

    def build(self, input_shape):
        self.factor = self.add_weight(name="factor", shape=(input_shape[-1],), initializer="ones")
        super().build(input_shape)

    def call(self, inputs):
        return K.maximum(inputs * self.factor, 0.0) * 2.0


def floats(*shape):
    return RNG.randn(*shape).astype("float32")


def perceptron():
    stack = [L.Dense(8, activation="relu", input_shape=(5,)), L.Dropout(0.3), L.Dense(6, activation="softplus")]
    return Sequential([*stack, L.GaussianNoise(0.1), L.Dense(3, "softmax", use_bias=False)]), [floats(4, 5)]


def images():
    return Sequential(
        [
            L.Conv2D(8, 3, padding="same", strides=2, activation="relu", input_shape=(15, 14, 3)),
            L.BatchNormalization(),
            L.MaxPooling2D(2, padding="same"),
            L.SeparableConv2D(6, 3, padding="same", dilation_rate=2, activation="softmax"),
            L.DepthwiseConv2D(2, depth_multiplier=2),
            L.UpSampling2D(),
            L.Conv2DTranspose(4, 3, strides=2, padding="same", activation="tanh"),
            L.ZeroPadding2D(((1, 0), (2, 1))),
            L.Cropping2D(1),
            L.SpatialDropout2D(0.2),
            L.PReLU(shared_axes=[1, 2]),
            L.AveragePooling2D(3, strides=1, padding="same"),
            L.Flatten(),
            L.Dense(4, activation="hard_sigmoid"),
        ]
    ), [floats(3, 15, 14, 3)]


def channels_first():
    return Sequential(
        [
            L.Conv2D(3, 3, data_format="channels_first", padding="same", input_shape=(2, 6, 6)),
            L.BatchNormalization(axis=1, scale=False),
            L.MaxPooling2D(data_format="channels_first"),
            L.Flatten(data_format="channels_first"),
            L.Dense(3, activation="selu"),
        ]
    ), [floats(2, 2, 6, 6)]


def free_sizes():
    return Sequential(
        [
            L.Conv2D(4, (3, 2), strides=2, padding="same", activation="elu", input_shape=(None, None, 2)),
            L.LeakyReLU(0.2),
            L.GlobalAveragePooling2D(),
        ]
    ), [floats(2, 9, 6, 2)]


def sequences():
    return Sequential(
        [
            L.Conv1D(8, 3, padding="causal", dilation_rate=2, input_shape=(None, 5)),
            L.MaxPooling1D(2),
            L.LSTM(4, recurrent_activation="sigmoid", return_sequences=True),
            L.GRU(4, reset_after=True, recurrent_activation="sigmoid", return_sequences=True, go_backwards=True),
            L.GRU(3, reset_after=True, return_sequences=True),
            L.SimpleRNN(3, activation="relu", return_sequences=True),
            L.TimeDistributed(L.Dense(4, activation="sigmoid")),
            L.LSTM(3, go_backwards=True),
            L.RepeatVector(3),
            L.Permute((2, 1)),
            L.Reshape((-1,)),
            L.Dense(2),
        ]
    ), [floats(3, 12, 5)]


def masked_words():
    stack = [L.Embedding(20, 4, mask_zero=True, input_length=7), L.Bidirectional(L.LSTM(3, return_sequences=True))]
    stack += [L.TimeDistributed(L.Dense(3)), L.Bidirectional(L.GRU(2), merge_mode="sum"), L.Dense(1, "sigmoid")]
    words = RNG.randint(1, 20, (4, 7)).astype("float32")
    words[0, 3:] = words[1, :2] = words[2] = 0
    return Sequential(stack), [words]


def branches():
    first, second = L.Input((6, 6, 2), name="left"), L.Input((6, 6, 2), name="right")
    shared = L.Conv2D(3, 3)
    p, q = shared(first), shared(second)
    joined = [L.add([p, q]), L.multiply([p, q]), L.subtract([p, q]), L.maximum([p, q]), L.average([p, q])]
    joined = L.GlobalMaxPooling2D()(L.concatenate(joined))
    product = L.dot([L.Flatten()(p), L.Flatten()(q)], 1, normalize=True)
    return Model([first, second], [joined, product]), [floats(3, 6, 6, 2), floats(3, 6, 6, 2)]


def nested():
    inner = Sequential([L.Dense(4, activation="relu", input_shape=(3,)), L.BatchNormalization()], name="inner")
    first, second = L.Input((3,)), L.Input((3,))
    return Model([first, second], L.concatenate([inner(first), inner(second)])), [floats(4, 3), floats(4, 3)]


def own_layers():
    x = L.Input((4,))
    scaled = Doubled()(x)
    lifted = L.Lambda(lambda t: K.sqrt(K.sum(K.square(t), axis=-1, keepdims=True)))(scaled)
    return Model(x, torch.relu(scaled * lifted - 1) + K.clip(x, -0.5, 0.5)[:, :1]), [floats(5, 4)]


def films():
    stack = [L.ConvLSTM2D(3, 3, input_shape=(4, 6, 6, 2), padding="same"), L.LayerNormalization(), L.Flatten()]
    return Sequential([*stack, L.Dense(2)]), [floats(2, 4, 6, 6, 2)]


def volumes():
    stack = [L.Conv3D(3, 2, padding="same", input_shape=(4, 5, 6, 2), activation="relu"), L.MaxPooling3D()]
    return Sequential([*stack, L.UpSampling3D(), L.ZeroPadding3D(1), L.GlobalMaxPooling3D()]), [floats(2, 4, 5, 6, 2)]


def torch_modules():
    return Sequential([L.Dense(4, input_shape=(3,)), nn.Linear(4, 5), nn.GELU(), L.Dense(2)]), [floats(3, 3)]


def states():
    sequence, h, c = L.Input((5, 3)), L.Input((4,)), L.Input((4,))
    outputs = L.LSTM(4, return_sequences=True, return_state=True)(sequence, initial_state=[h, c])
    return Model([sequence, h, c], outputs), [floats(2, 5, 3), floats(2, 4), floats(2, 4)]


MODELS = {
    function.__name__: function
    for function in (
        perceptron,
        images,
        channels_first,
        free_sizes,
        sequences,
        masked_words,
        branches,
        nested,
        own_layers,
        films,
        volumes,
        torch_modules,
        states,
    )
}


def make(name):
    """A model with weights that show every mistake, and inputs."""
    model, inputs = MODELS[name]()
    rng = np.random.RandomState(11)
    model.set_weights(
        [rng.uniform(0.1, 0.6, np.shape(w)) * rng.choice([-1, 1], np.shape(w)) for w in model.get_weights()]
    )
    for module in model.modules():
        if hasattr(module, "running_var"):
            module.running_var.abs_()
    return model, inputs
