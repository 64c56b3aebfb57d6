"""Every other layer: merges, advanced activations, noise in inference, Lambda, ActivityRegularization, masks."""

import numpy as np

from .kit import Area, ints, lengths, normal

area = Area("more_layers")

PAIR = (normal(3, 4), normal(3, 4))
TRIPLE = (normal(3, 4), normal(3, 4), normal(3, 4))


# Merges


def merge(cls, name, data, **kwargs):
    area.graph(f"{cls.lower()}/{name}", lambda k, *xs: getattr(k.layers, cls)(**kwargs)(list(xs)), *data)


for cls in ("Add", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"):
    merge(cls, "two", PAIR)
    merge(cls, "three", TRIPLE)
    merge(cls, "rank_3", (normal(2, 3, 4), normal(2, 3, 4)))
for cls in ("Add", "Multiply", "Average", "Maximum"):
    merge(cls, "broadcast_axis", (normal(2, 3, 4), normal(2, 1, 4)))
    merge(cls, "broadcast_rank", (normal(2, 3, 4), normal(2, 4)))
merge("Subtract", "two", PAIR)
merge("Subtract", "rank_3", (normal(2, 3, 4), normal(2, 3, 4)))
merge("Maximum", "ties", (lambda rng: np.ones((2, 3)), lambda rng: np.ones((2, 3))))
merge("Concatenate", "axis_1", (normal(2, 3, 4), normal(2, 2, 4)), axis=1)
merge("Concatenate", "channels", (normal(2, 3, 3, 1), normal(2, 3, 3, 2)), axis=3)
merge("Dot", "axes_1", PAIR, axes=1)
merge("Dot", "axes_pair", (normal(2, 3, 4), normal(2, 4, 5)), axes=(2, 1))
merge("Dot", "axes_negative", (normal(2, 3, 4), normal(2, 5, 4)), axes=-1)
merge("Dot", "normalize", (normal(2, 3, 4), normal(2, 5, 4)), axes=2, normalize=True)
merge("Dot", "matrix_and_vector", (normal(2, 3, 4), normal(2, 4)), axes=(2, 1))
for function in ("add", "subtract", "multiply", "average", "maximum", "minimum", "concatenate"):
    area.graph(
        "merge_function/" + function, lambda k, a, b, function=function: getattr(k.layers, function)([a, b]), *PAIR
    )
area.graph("merge_function/dot", lambda k, a, b: k.layers.dot([a, b], axes=-1, normalize=True), *PAIR)


def masked(name, build, *data):
    area.graph("masked_merge/" + name, build, *data, mask=True)


SEQUENCES = (lengths(4, 3, [2, 4, 0]), lengths(4, 3, [3, 1, 4]))
masked("add", lambda k, a, b: k.layers.add([k.layers.Masking()(a), k.layers.Masking()(b)]), *SEQUENCES)
masked("one_of_two", lambda k, a, b: k.layers.add([k.layers.Masking()(a), b]), *SEQUENCES)
masked("concatenate", lambda k, a, b: k.layers.concatenate([k.layers.Masking()(a), k.layers.Masking()(b)]), *SEQUENCES)
masked("concatenate_one_of_two", lambda k, a, b: k.layers.concatenate([k.layers.Masking()(a), b]), *SEQUENCES)
masked(
    "concatenate_time",
    lambda k, a, b: k.layers.concatenate([k.layers.Masking()(a), k.layers.Masking()(b)], axis=1),
    *SEQUENCES,
)

# Advanced activations


def layer(cls, name, data, *args, **kwargs):
    also = {key: kwargs.pop(key) for key in ("train", "mask", "config") if key in kwargs}
    area.layer(f"{cls.lower()}/{name}", lambda k: getattr(k.layers, cls)(*args, **kwargs), data, **also)


DATA = normal(3, 4, scale=2.0)
IMAGE = normal(2, 3, 4, 2)
layer("PReLU", "default", DATA)
layer("PReLU", "shared_axes", IMAGE, shared_axes=[1, 2])
layer("PReLU", "shared_one_axis", IMAGE, shared_axes=3, alpha_initializer="ones", alpha_constraint="non_neg")
layer("PReLU", "regularized", DATA, alpha_regularizer="l2", alpha_initializer="uniform")
layer("ELU", "default", DATA)
layer("ELU", "alpha", IMAGE, alpha=0.4)
layer("ThresholdedReLU", "default", DATA)
layer("ThresholdedReLU", "theta", IMAGE, theta=0.3)
layer("Softmax", "default", DATA)
layer("Softmax", "axis", IMAGE, axis=1)
layer("ReLU", "default", DATA)
layer("ReLU", "max_value", DATA, max_value=1.5)
layer("ReLU", "negative_slope", DATA, negative_slope=0.2)
layer("ReLU", "everything", DATA, max_value=2.0, negative_slope=0.1, threshold=0.5)

# Noise in inference, and where the rate is zero in training

layer("GaussianNoise", "inference", DATA, 0.5)
layer("GaussianNoise", "zero", DATA, 0.0, train=True)
layer("GaussianDropout", "inference", DATA, 0.4)
layer("GaussianDropout", "zero", DATA, 0.0, train=True)
layer("AlphaDropout", "inference", DATA, 0.4)
layer("AlphaDropout", "zero", DATA, 0.0, noise_shape=(3, 1), seed=3, train=True)
layer("SpatialDropout1D", "inference", normal(2, 3, 4), 0.4)
layer("SpatialDropout1D", "zero", normal(2, 3, 4), 0.0, train=True)
layer("SpatialDropout2D", "inference", IMAGE, 0.4)
layer("SpatialDropout2D", "channels_first", IMAGE, 0.4, data_format="channels_first")
layer("SpatialDropout3D", "inference", normal(1, 2, 3, 2, 2), 0.4)
layer("SpatialDropout3D", "channels_first", normal(1, 2, 3, 2, 2), 0.4, data_format="channels_first")
layer("ActivityRegularization", "default", DATA)
layer("ActivityRegularization", "l1_l2", IMAGE, l1=0.1, l2=0.2)


@area.run("activityregularization/in_the_loss")
def _(k, t):
    model = k.models.Sequential([k.layers.Dense(3, input_dim=4), k.layers.ActivityRegularization(l1=0.1, l2=0.02)])
    t.set_weights(model)
    model.compile(k.optimizers.SGD(lr=0.1), "mse")
    x, y = t.rng.standard_normal((6, 4)), t.rng.standard_normal((6, 3))
    return {"losses": [model.train_on_batch(x, y) for _ in range(3)], "weights": model.get_weights()}


# Lambda


def function(name, make, data, *others, **kwargs):
    area.graph(
        "lambda/" + name,
        lambda k, *xs: k.layers.Lambda(make(k), **kwargs)(list(xs) if others else xs[0]),
        data,
        *others,
        config=False,
    )


function("operators", lambda k: lambda x: x**2 - 0.5 * x, DATA)
function("backend", lambda k: lambda x: k.backend.tanh(k.backend.sum(x, axis=-1, keepdims=True)), DATA)
function("shape_changes", lambda k: lambda x: k.backend.concatenate([x, -x], axis=-1), DATA)
function("output_shape_tuple", lambda k: lambda x: x[:, :2], DATA, output_shape=(2,))
function(
    "output_shape_function",
    lambda k: lambda x: k.backend.mean(x, axis=1),
    IMAGE,
    output_shape=lambda s: (s[0], s[2], s[3]),
)
function("arguments", lambda k: lambda x, scale, shift: scale * x + shift, DATA, arguments={"scale": 2.0, "shift": 0.5})
function("two_inputs", lambda k: lambda xs: xs[0] * k.backend.sigmoid(xs[1]), *PAIR)
function("l2_normalize", lambda k: lambda x: k.backend.l2_normalize(x, axis=1), DATA)
function("reshape", lambda k: lambda x: k.backend.reshape(x, (-1, 2, 2)), DATA)
function("slice_and_expand", lambda k: lambda x: k.backend.expand_dims(x[:, 1], -1), DATA)

# Layers of one's own


@area.run("custom_layer/documented")
def _(k, t):
    K = k.backend

    class MyLayer(k.layers.Layer):
        def __init__(self, output_dim, **kwargs):
            self.output_dim = output_dim
            super().__init__(**kwargs)

        def build(self, input_shape):
            self.kernel = self.add_weight(
                name="kernel", shape=(input_shape[1], self.output_dim), initializer="uniform", trainable=True
            )
            super().build(input_shape)

        def call(self, x):
            return K.dot(x, self.kernel)

        def compute_output_shape(self, input_shape):
            return (input_shape[0], self.output_dim)

    model = k.models.Sequential([MyLayer(3, input_shape=(4,)), k.layers.Dense(2)])
    t.set_weights(model)
    results = {"names": [layer.name for layer in model.layers], "output_shape": model.output_shape}
    results.update(t.forward(model, [t.rng.standard_normal((5, 4))]))
    model.compile(k.optimizers.SGD(lr=0.1), "mse")
    x, y = t.rng.standard_normal((6, 4)), t.rng.standard_normal((6, 2))
    results["losses"] = [model.train_on_batch(x, y) for _ in range(3)]
    results["weights"] = model.get_weights()
    return results


@area.run("custom_layer/two_inputs_and_outputs")
def _(k, t):
    K = k.backend

    class MyLayer(k.layers.Layer):
        def __init__(self, output_dim, **kwargs):
            self.output_dim = output_dim
            super().__init__(**kwargs)

        def build(self, input_shape):
            self.kernel = self.add_weight(
                name="kernel", shape=(input_shape[0][1], self.output_dim), initializer="uniform", trainable=True
            )
            super().build(input_shape)

        def call(self, x):
            a, b = x
            return [K.dot(a, self.kernel) + b, K.mean(b, axis=-1)]

        def compute_output_shape(self, input_shape):
            shape_a, shape_b = input_shape
            return [(shape_a[0], self.output_dim), shape_b[:-1]]

    a, b = k.layers.Input(shape=(4,)), k.layers.Input(shape=(3,))
    model = k.models.Model([a, b], MyLayer(3)([a, b]))
    t.set_weights(model)
    results = {"output_shape": model.output_shape}
    results.update(t.forward(model, [t.rng.standard_normal((5, 4)), t.rng.standard_normal((5, 3))]))
    return results


# Masks on their way

area.layer(
    "masks/through_many",
    lambda k: [
        k.layers.Embedding(6, 4, mask_zero=True),
        k.layers.LeakyReLU(),
        k.layers.GaussianNoise(0.1),
        k.layers.TimeDistributed(k.layers.Dense(3)),
        k.layers.ELU(),
        k.layers.Bidirectional(k.layers.LSTM(2, return_sequences=True)),
        k.layers.GRU(3),
    ],
    ints(6, 3, 5),
)
area.layer(
    "masks/global_average_pooling",
    lambda k: [k.layers.Masking(), k.layers.GlobalAveragePooling1D()],
    lengths(5, 3, [5, 3, (1, 2)]),
    mask=True,
)
area.layer(
    "masks/batch_normalization",
    lambda k: [k.layers.Masking(), k.layers.BatchNormalization(), k.layers.LSTM(2)],
    lengths(5, 3, [5, 3, 2]),
)

# Layers of Keras 1 that Keras 2 keeps in keras.legacy

layer("Highway", "default", DATA)
layer("Highway", "activation", DATA, activation="relu", transform_bias=-1, W_regularizer="l2", bias=True)
layer("MaxoutDense", "default", DATA, 3)
layer("MaxoutDense", "features", DATA, 2, nb_feature=3, bias=False, W_constraint="maxnorm")
