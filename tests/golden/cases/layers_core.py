"""The documented layers that are neither convolutional nor recurrent."""

import numpy as np

from .kit import Area, constant, ints, lengths, normal

area = Area("layers_core")
layer = area.layer


# Dense

layer("dense/plain", lambda k: k.layers.Dense(3), normal(4, 5))
layer("dense/relu", lambda k: k.layers.Dense(6, activation="relu"), normal(4, 5))
layer("dense/softmax_no_bias", lambda k: k.layers.Dense(4, activation="softmax", use_bias=False), normal(5, 3))
layer("dense/rank_3", lambda k: k.layers.Dense(3, activation="tanh"), normal(2, 4, 5))
layer("dense/rank_4", lambda k: k.layers.Dense(2, activation="sigmoid"), normal(2, 3, 2, 4))
layer(
    "dense/every_argument",
    lambda k: k.layers.Dense(
        3,
        activation="elu",
        use_bias=True,
        kernel_initializer=k.initializers.RandomUniform(-0.1, 0.1, seed=3),
        bias_initializer="ones",
        kernel_regularizer=k.regularizers.l1_l2(0.01, 0.02),
        bias_regularizer="l2",
        activity_regularizer=k.regularizers.l1(0.03),
        kernel_constraint=k.constraints.max_norm(2.0, axis=0),
        bias_constraint="non_neg",
        name="named",
        trainable=True,
    ),
    normal(3, 4),
)
layer("dense/not_trainable", lambda k: k.layers.Dense(3, trainable=False), normal(3, 4))

# Activation

NAMES = "softmax elu selu softplus softsign relu tanh sigmoid hard_sigmoid exponential linear".split()
for name in NAMES:
    layer("activation/" + name, lambda k, name=name: k.layers.Activation(name), normal(3, 7, scale=2.5))
layer("activation/softmax_rank_3", lambda k: k.layers.Activation("softmax"), normal(2, 3, 4))
layer(
    "activation/function",
    lambda k: k.layers.Activation(k.activations.softplus),
    constant([[-60.0, -20, -1, 0, 1, 20, 60]]),
)

# Dropout in inference

layer("dropout/inference", lambda k: k.layers.Dropout(0.4), normal(3, 4))
layer("dropout/noise_shape", lambda k: k.layers.Dropout(0.4, noise_shape=(None, 1, 4), seed=7), normal(2, 3, 4))
layer("dropout/rate_0", lambda k: k.layers.Dropout(0.0), normal(3, 4), train=True)

# Flatten

layer("flatten/rank_4", lambda k: k.layers.Flatten(), normal(2, 3, 4, 2))
layer("flatten/channels_first", lambda k: k.layers.Flatten(data_format="channels_first"), normal(2, 3, 4, 2))
layer("flatten/rank_3", lambda k: k.layers.Flatten(), normal(3, 4, 2))
layer("flatten/channels_first_rank_3", lambda k: k.layers.Flatten("channels_first"), normal(3, 4, 2))

# Embedding

layer("embedding/plain", lambda k: k.layers.Embedding(7, 3), ints(7, 2, 5))
layer("embedding/input_length", lambda k: k.layers.Embedding(7, 3, input_length=5), ints(7, 2, 5))
layer("embedding/mask_zero", lambda k: k.layers.Embedding(6, 2, mask_zero=True), ints(6, 3, 4), mask=True)
layer(
    "embedding/every_argument",
    lambda k: k.layers.Embedding(
        6,
        4,
        embeddings_initializer="glorot_normal",
        embeddings_regularizer=k.regularizers.l2(0.1),
        activity_regularizer="l1",
        embeddings_constraint=k.constraints.unit_norm(axis=1),
        mask_zero=True,
        input_length=3,
    ),
    ints(6, 2, 3),
)
layer(
    "embedding/flatten_dense",
    lambda k: [k.layers.Embedding(9, 2, input_length=4), k.layers.Flatten(), k.layers.Dense(3)],
    ints(9, 3, 4),
)
layer("embedding/matrix_input", lambda k: k.layers.Embedding(7, 2), ints(7, 2, 3, 2))

# Masking

layer("masking/zero", lambda k: k.layers.Masking(), lengths(4, 3, [2, 4, 0]), mask=True)
layer("masking/value", lambda k: k.layers.Masking(mask_value=-1.0), lengths(4, 2, [3, (0, 2)], value=-1.0), mask=True)
layer("masking/through_dense", lambda k: [k.layers.Masking(), k.layers.Dense(2)], lengths(4, 3, [2, 4]), mask=True)
layer(
    "masking/through_dropout_activation",
    lambda k: [k.layers.Masking(), k.layers.Dropout(0.3), k.layers.Activation("softmax")],
    lengths(4, 3, [2, 3]),
    mask=True,
)

# Reshape, Permute, RepeatVector

layer("reshape/plain", lambda k: k.layers.Reshape((6, 2)), normal(2, 3, 4))
layer("reshape/unknown", lambda k: k.layers.Reshape((-1, 3)), normal(2, 3, 4))
layer("reshape/to_vector", lambda k: k.layers.Reshape((-1,)), normal(2, 3, 4))
layer("reshape/list", lambda k: k.layers.Reshape([2, 2, 3]), normal(2, 12))
layer("permute/pair", lambda k: k.layers.Permute((2, 1)), normal(2, 3, 4))
layer("permute/triple", lambda k: k.layers.Permute((3, 1, 2)), normal(2, 3, 4, 5))
layer("repeat_vector/3", lambda k: k.layers.RepeatVector(3), normal(2, 4))
layer("repeat_vector/1", lambda k: k.layers.RepeatVector(1), normal(3, 2))

# BatchNormalization


def shifted(*shape):
    return lambda rng: 3 * rng.standard_normal(shape) + 1.5


layer("batch_normalization/plain", lambda k: k.layers.BatchNormalization(), shifted(6, 4), train=True)
layer("batch_normalization/images", lambda k: k.layers.BatchNormalization(), shifted(3, 4, 3, 2), train=True)
layer("batch_normalization/axis_1", lambda k: k.layers.BatchNormalization(axis=1), shifted(3, 2, 4, 3), train=True)
layer("batch_normalization/axis_1_rank_3", lambda k: k.layers.BatchNormalization(axis=1), shifted(4, 3, 5), train=True)
layer("batch_normalization/sequence", lambda k: k.layers.BatchNormalization(), shifted(4, 3, 5), train=True)
layer(
    "batch_normalization/no_scale_no_center",
    lambda k: k.layers.BatchNormalization(scale=False, center=False, momentum=0.5, epsilon=0.01),
    shifted(5, 3),
    train=True,
)
layer("batch_normalization/no_scale", lambda k: k.layers.BatchNormalization(scale=False), shifted(5, 3), train=True)
layer("batch_normalization/no_center", lambda k: k.layers.BatchNormalization(center=False), shifted(5, 3), train=True)
layer("batch_normalization/frozen", lambda k: k.layers.BatchNormalization(trainable=False), shifted(5, 3), train=True)
layer(
    "batch_normalization/every_argument",
    lambda k: k.layers.BatchNormalization(
        axis=-1,
        momentum=0.9,
        epsilon=1e-4,
        beta_initializer="ones",
        gamma_initializer="uniform",
        moving_mean_initializer="ones",
        moving_variance_initializer="zeros",
        beta_regularizer=k.regularizers.l2(0.01),
        gamma_regularizer=k.regularizers.l1(0.01),
        beta_constraint="non_neg",
        gamma_constraint=k.constraints.max_norm(1.0),
    ),
    shifted(4, 3),
    train=True,
)


@area.run("batch_normalization/moving_statistics")
def _(k, t):
    """From the layer's own initial statistics, batch after batch: the zero-debiased averages."""
    model = k.models.Sequential([k.layers.BatchNormalization(momentum=0.8, input_shape=(3,))])
    model.compile("sgd", "mse")
    x = 2 * t.rng.standard_normal((4, 6, 3)) + 1
    results = {}
    for i, batch in enumerate(x):
        model.train_on_batch(batch, np.full((6, 3), 2.0))
        results[f"after_{i + 1}"] = model.get_weights()
    results["predictions"] = model.predict(x[0])
    return results


@area.run("batch_normalization/two_values")
def _(k, t):
    model = k.models.Sequential([k.layers.BatchNormalization(momentum=0.5, input_shape=(1,))])
    model.compile(k.optimizers.SGD(lr=0.0), "mse")
    model.train_on_batch(np.array([[0.0], [2.0]]), np.zeros((2, 1)))
    return {"weights": model.get_weights()}


# LeakyReLU

layer("leaky_relu/default", lambda k: k.layers.LeakyReLU(), normal(3, 4))
layer("leaky_relu/alpha", lambda k: k.layers.LeakyReLU(alpha=0.05), normal(2, 3, 4))

# InputLayer and the arguments all layers take


@area.run("any_layer/weights_argument")
def _(k, t):
    kernel, bias = t.rng.standard_normal((3, 2)), t.rng.standard_normal(2)
    x = t.rng.standard_normal((4, 3))
    model = k.models.Sequential([k.layers.Dense(2, input_dim=3, weights=[kernel, bias])])
    return {"weights": model.get_weights(), "output": model.predict(x)}


@area.run("any_layer/batch_input_shape")
def _(k, t):
    layer = k.layers.Dense(2, batch_input_shape=(4, 3), name="first", dtype="float32")
    model = k.models.Sequential([layer])
    return {
        "config": layer.get_config(),
        "input": model.input_shape,
        "output": model.output_shape,
        "model": model.get_config(),
    }


@area.run("any_layer/names")
def _(k, t):
    layers = k.layers
    made = [
        layers.Dense(2, input_shape=(4, 4, 3)),
        layers.Conv2D(2, 2),
        layers.MaxPooling2D(),
        layers.BatchNormalization(),
        layers.LeakyReLU(),
        layers.GlobalMaxPooling2D(),
        layers.RepeatVector(3),
        layers.LSTM(2),
        layers.Dense(3),
        layers.Activation("relu"),
        layers.Dropout(0.1),
        layers.Dense(2),
    ]
    model = k.models.Sequential(made)
    return {"names": [layer.name for layer in model.layers], "shapes": [layer.output_shape for layer in model.layers]}
