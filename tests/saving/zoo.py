# ruff: noqa: UP008 - Python 3.7 and Keras 2 read this too
"""Models that every Keras generation can build, with data to run them on. Runs under Python 3.7, without torch."""

import numpy as np


def data(shape, seed=0, high=None):
    rng = np.random.RandomState(seed)
    return rng.randint(1, high, shape).astype("int32") if high else rng.standard_normal(shape).astype("float32")


def mlp(k):
    layers = [
        k.layers.Dense(6, activation="relu", input_shape=(5,), kernel_regularizer=k.regularizers.l2(0.01)),
        k.layers.Dropout(0.3),
        k.layers.Dense(3, activation="softmax", kernel_constraint=k.constraints.MaxNorm(2.0), name="answer"),
    ]
    return k.models.Sequential(layers), data((4, 5))


def cnn(k):
    layers = [
        k.layers.Conv2D(4, (3, 2), strides=2, padding="same", activation="relu", input_shape=(9, 8, 2)),
        k.layers.BatchNormalization(),
        k.layers.MaxPooling2D(2),
        k.layers.Conv2D(3, 2, use_bias=False, dilation_rate=1),
        k.layers.GlobalAveragePooling2D(),
        k.layers.Dense(2),
    ]
    return k.models.Sequential(layers), data((4, 9, 8, 2))


def separable(k):
    layers = [
        k.layers.SeparableConv2D(4, 3, depth_multiplier=2, padding="same", input_shape=(7, 7, 2)),
        k.layers.DepthwiseConv2D(2, activation="relu"),
        k.layers.Conv2DTranspose(3, 3, strides=2, padding="same"),
        k.layers.UpSampling2D(2),
        k.layers.Cropping2D(1),
        k.layers.ZeroPadding2D(((1, 0), (0, 2))),
        k.layers.AveragePooling2D(3),
        k.layers.Flatten(),
    ]
    return k.models.Sequential(layers), data((3, 7, 7, 2))


def sequence(k):
    layers = [
        k.layers.Conv1D(4, 3, padding="causal", input_shape=(8, 3)),
        k.layers.LeakyReLU(0.1),
        k.layers.MaxPooling1D(2),
        k.layers.TimeDistributed(k.layers.Dense(3, activation="tanh")),
        k.layers.SimpleRNN(3, return_sequences=True),
        k.layers.Reshape((3, 4)),
        k.layers.Permute((2, 1)),
        k.layers.Flatten(),
    ]
    return k.models.Sequential(layers), data((2, 8, 3))


def reader(k):
    layers = [
        k.layers.Embedding(9, 4, mask_zero=True),
        k.layers.LSTM(3, return_sequences=True, recurrent_activation="sigmoid"),
        k.layers.LSTM(3, go_backwards=True, recurrent_activation="sigmoid"),
        k.layers.Dense(1, activation="sigmoid"),
    ]
    words = data((4, 6), 1, 9)
    words[:, 4:] = 0
    x = k.layers.Input((6,), dtype="int32")
    y = x
    for layer in layers:
        y = layer(y)
    return k.models.Model(x, y), words


def bidirectional(k):
    layers = [
        k.layers.Bidirectional(k.layers.LSTM(3, return_sequences=True), input_shape=(5, 3)),
        k.layers.Bidirectional(k.layers.GRU(2, reset_after=False), merge_mode="sum"),
        k.layers.Dense(2),
    ]
    return k.models.Sequential(layers), data((3, 5, 3))


def gru_before(k):
    layers = [
        k.layers.GRU(4, reset_after=False, recurrent_activation="sigmoid", input_shape=(5, 3)),
        k.layers.Dense(2),
    ]
    return k.models.Sequential(layers), data((3, 5, 3))


def gru_after(k):
    layers = [
        k.layers.GRU(4, reset_after=True, recurrent_activation="sigmoid", input_shape=(5, 3), return_sequences=True),
        k.layers.GRU(2, reset_after=True, use_bias=False),
    ]
    return k.models.Sequential(layers), data((3, 5, 3))


def stateful(k):
    x = k.layers.Input(batch_shape=(2, 4, 3))
    y = k.layers.LSTM(3, stateful=True, recurrent_activation="sigmoid")(x)
    return k.models.Model(x, k.layers.Dense(1)(y)), data((2, 4, 3))


def branches(k):
    a, b = k.layers.Input((4,), name="a"), k.layers.Input((3,), name="b")
    left, right = k.layers.Dense(4, activation="elu")(a), k.layers.Dense(4)(b)
    both = k.layers.Concatenate()([left, right])
    summed = k.layers.Add()([left, right])
    product = k.layers.Multiply()([summed, k.layers.Activation("sigmoid")(right)])
    outputs = [k.layers.Dense(1, name="one")(both), k.layers.Dense(2, name="two")(product)]
    return k.models.Model([a, b], outputs), [data((4, 4)), data((4, 3), 1)]


def nested(k):
    inner_in = k.layers.Input((4,), name="inner_in")
    inner_out = k.layers.BatchNormalization(name="norm")(k.layers.Dense(4, name="inside")(inner_in))
    inner = k.models.Model(inner_in, inner_out, name="inner")
    tower = k.models.Sequential([k.layers.Dense(4, activation="relu", input_shape=(4,), name="floor")], name="tower")
    shared = k.layers.Dense(4, name="shared")
    a, b = k.layers.Input((4,), name="a"), k.layers.Input((4,), name="b")
    y = k.layers.Average()([inner(shared(a)), inner(tower(shared(b)))])
    return k.models.Model([a, b], k.layers.Dense(2, name="last")(y)), [data((4, 4)), data((4, 4), 1)]


def normalized(k):
    layers = [
        k.layers.Dense(5, use_bias=False, input_shape=(5,)),
        k.layers.BatchNormalization(momentum=0.9, scale=False),
        k.layers.PReLU(),
        k.layers.GaussianNoise(0.1),
        k.layers.Dense(2, trainable=False),
        k.layers.Dense(1, kernel_initializer="he_normal", bias_initializer=k.initializers.Constant(0.5)),
    ]
    return k.models.Sequential(layers), data((4, 5))


def volume(k):
    layers = [
        k.layers.Conv3D(2, 2, padding="same", input_shape=(4, 4, 4, 1)),
        k.layers.MaxPooling3D(2),
        k.layers.GlobalMaxPooling3D(),
        k.layers.RepeatVector(3),
        k.layers.GlobalAveragePooling1D(),
        k.layers.ELU(0.5),
        k.layers.ThresholdedReLU(0.1) if hasattr(k.layers, "ThresholdedReLU") else k.layers.ReLU(),
    ]
    return k.models.Sequential(layers), data((2, 4, 4, 4, 1))


def custom(k):
    class Scale(k.layers.Layer):
        def __init__(self, factor=1.0, **kwargs):
            super().__init__(**kwargs)
            self.factor = factor

        def build(self, input_shape):
            self.scale = self.add_weight(name="scale", shape=(input_shape[-1],), initializer="ones", trainable=True)
            super().build(input_shape)

        def call(self, x):
            return x * self.scale * self.factor

        def compute_output_shape(self, input_shape):
            return input_shape

        def get_config(self):
            return dict(super().get_config(), factor=self.factor)

    model = k.models.Sequential([k.layers.Dense(3, input_shape=(4,)), Scale(2.0)])
    model.own_classes = {"Scale": Scale}
    return model, data((4, 4))


MODELS = {
    f.__name__: f
    for f in (
        mlp,
        cnn,
        separable,
        sequence,
        reader,
        bidirectional,
        gru_before,
        gru_after,
        stateful,
        branches,
        nested,
        normalized,
        volume,
        custom,
    )
}


def settle(model, seed=0):
    """Gives a model weights that any generation would give it."""
    rng = np.random.RandomState(seed)
    values = []
    for w in model.get_weights():
        value = rng.uniform(0.1, 0.9, w.shape) if w.ndim < 2 else rng.uniform(-0.6, 0.6, w.shape)
        values.append(value.astype("float32") if w.dtype.kind == "f" else w)
    model.set_weights(values)


def targets(outputs):
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    found = [data(np.shape(o), 5 + i) for i, o in enumerate(outputs)]
    return found if len(found) > 1 else found[0]
