"""Models that every Keras generation can build, with data to run them on. Runs under Python 3.7, without torch."""

import numpy as np


def data(shape, seed=0, high=None):
    rng = np.random.RandomState(seed)
    return rng.randint(1, high, shape).astype("int32") if high else rng.standard_normal(shape).astype("float32")


def mlp(k, rate=0.3):
    layers = [
        k.layers.Dense(6, activation="relu", input_shape=(5,), kernel_regularizer=k.regularizers.l2(0.01)),
        k.layers.Dropout(rate),
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


def masked(k):
    x = data((3, 6, 4))
    x[0, 4:], x[1, 0], x[2, 2] = 0, 0, 0
    layers = [
        k.layers.Masking(0.0, input_shape=(6, 4)),
        k.layers.SimpleRNN(4, return_sequences=True),
        k.layers.TimeDistributed(k.layers.Dense(3)),
        k.layers.Bidirectional(k.layers.LSTM(3, return_sequences=True, recurrent_activation="sigmoid")),
        k.layers.GRU(2, reset_after=False, recurrent_activation="sigmoid"),
    ]
    return k.models.Sequential(layers), x


def embedded(k):
    words = data((3, 7), 2, 12)
    words[0, 5:], words[1, 2] = 0, 0
    layers = [
        k.layers.Embedding(12, 5, mask_zero=True, embeddings_constraint="unit_norm"),
        k.layers.Bidirectional(
            k.layers.GRU(3, reset_after=True, return_sequences=True, recurrent_activation="sigmoid"), merge_mode="ave"
        ),
        k.layers.TimeDistributed(k.layers.Dense(2, activation="softmax")),
    ]
    x = k.layers.Input((7,), dtype="int32")
    y = x
    for layer in layers:
        y = layer(y)
    return k.models.Model(x, y), words


def merged(k):
    a, b = k.layers.Input((4, 3), name="a"), k.layers.Input((4, 3), name="b")
    parts = [
        k.layers.Subtract()([a, b]),
        k.layers.Maximum()([a, b]),
        k.layers.Minimum()([a, b]),
        k.layers.Average()([a, b]),
        k.layers.Concatenate(axis=1)([a, b]),
    ]
    dotted = k.layers.Dot(axes=(2, 2), normalize=True)([parts[0], parts[4]])
    flat = [k.layers.Flatten()(part) for part in [*parts, dotted]]
    return k.models.Model([a, b], k.layers.Concatenate()(flat)), [data((3, 4, 3)), data((3, 4, 3), 1)]


def lines(k):
    layers = [
        k.layers.ZeroPadding1D((1, 2), input_shape=(9, 4)),
        k.layers.SeparableConv1D(5, 3, depth_multiplier=2, activation="selu"),
        k.layers.UpSampling1D(2),
        k.layers.Cropping1D((1, 2)),
        k.layers.Conv1D(4, 3, dilation_rate=2, activation="softsign"),
        k.layers.AveragePooling1D(2, padding="same"),
        k.layers.SpatialDropout1D(0.2),
        k.layers.GlobalMaxPooling1D(),
        k.layers.Softmax(),
    ]
    return k.models.Sequential(layers), data((3, 9, 4))


def films(k):
    layers = [
        k.layers.ConvLSTM2D(
            3, 2, padding="same", return_sequences=True, recurrent_activation="sigmoid", input_shape=(3, 5, 4, 2)
        ),
        k.layers.TimeDistributed(k.layers.Conv2D(2, 2)),
        k.layers.ConvLSTM2D(2, 2, recurrent_activation="sigmoid", go_backwards=True),
        k.layers.GlobalMaxPooling2D(),
    ]
    return k.models.Sequential(layers), data((2, 3, 5, 4, 2))


def cells(k):
    cell = [k.layers.LSTMCell(4, recurrent_activation="sigmoid"), k.layers.SimpleRNNCell(3, activation="relu")]
    layers = [
        k.layers.RNN(cell, return_sequences=True, input_shape=(5, 3)),
        k.layers.RNN(k.layers.GRUCell(2, reset_after=False, recurrent_activation="sigmoid")),
    ]
    return k.models.Sequential(layers), data((3, 5, 3))


def translator(k):
    source, target = k.layers.Input((5, 3), name="source"), k.layers.Input((4, 2), name="target")
    _, h, c = k.layers.LSTM(4, return_state=True, recurrent_activation="sigmoid", name="encoder")(source)
    decoder = k.layers.LSTM(4, return_sequences=True, return_state=True, recurrent_activation="sigmoid", name="decoder")
    y, _, _ = decoder(target, initial_state=[h, c])
    y = k.layers.Dense(3, activation="softmax", name="words")(y)
    return k.models.Model([source, target], y), [data((3, 5, 3)), data((3, 4, 2), 1)]


def twins(k):
    a, b = k.layers.Input((6,), dtype="int32", name="left"), k.layers.Input((6,), dtype="int32", name="right")
    words, reader = k.layers.Embedding(9, 4), k.layers.LSTM(3, recurrent_activation="sigmoid")
    both = k.layers.Concatenate()([reader(words(a)), reader(words(b))])
    return k.models.Model([a, b], k.layers.Dense(1)(both)), [data((3, 6), 0, 9), data((3, 6), 1, 9)]


def frames(k):
    eye = k.models.Sequential(
        [k.layers.Conv2D(2, 2, input_shape=(4, 4, 1)), k.layers.BatchNormalization(axis=1), k.layers.Flatten()]
    )
    x = k.layers.Input((3, 4, 4, 1))
    y = k.layers.LSTM(2, recurrent_activation="sigmoid")(k.layers.TimeDistributed(eye)(x))
    return k.models.Model(x, y), data((2, 3, 4, 4, 1))


def frozen(k):
    base = k.models.Sequential([k.layers.Dense(4, input_shape=(4,)), k.layers.BatchNormalization()], name="base")
    base.trainable = False
    model = k.models.Sequential([base, k.layers.Dense(3), k.layers.Dense(2, trainable=False)])
    return model, data((4, 4))


def initialized(k):
    kinds = ["zeros", "ones", "random_normal", "random_uniform", "truncated_normal", "orthogonal", "identity"]
    kinds += ["lecun_uniform", "lecun_normal", "glorot_normal", "glorot_uniform", "he_normal", "he_uniform"]
    kinds += [k.initializers.VarianceScaling(2.0, "fan_out", "uniform"), k.initializers.Constant(0.25)]
    limits = [k.constraints.MaxNorm(3.0), k.constraints.NonNeg(), k.constraints.UnitNorm(), None]
    limits += [k.constraints.MinMaxNorm(0.1, 2.0, 0.5)]
    costs = [k.regularizers.l1(0.01), k.regularizers.l2(0.02), None, k.regularizers.l1_l2(0.01, 0.02)]
    shape, layers = {"input_shape": (3,)}, []
    for i, kind in enumerate(kinds):
        limit, cost = limits[i % len(limits)], costs[i % len(costs)]
        layers.append(
            k.layers.Dense(3, kernel_initializer=kind, kernel_constraint=limit, kernel_regularizer=cost, **shape)
        )
        shape = {}
    layers.append(k.layers.ActivityRegularization(0.1, 0.2))
    return k.models.Sequential(layers), data((3, 3))


def activated(k):
    names = ["elu", "selu", "softplus", "softsign", "relu", "tanh", "sigmoid", "exponential", "linear"]
    x = k.layers.Input((4,))
    y = k.layers.Dense(4)(x)
    outputs = [k.layers.Activation(name)(y) for name in names]
    outputs += [k.layers.ReLU(max_value=1.0)(y), k.layers.AlphaDropout(0.1)(y), k.layers.GaussianDropout(0.1)(y)]
    outputs += [k.layers.PReLU()(k.layers.Reshape((2, 2))(y)), k.layers.Dropout(0.5)(y)]
    return k.models.Model(x, outputs), data((3, 4))


# compiled under a name of its own, since Keras writes the path of a Lambda's function into files
exec(compile("def double(x):\n    return x * 2.0\n", "zoo.py", "exec"))


def functions(k):
    x = k.layers.Input((4,))
    double = globals()["double"]
    y = k.layers.Lambda(double, output_shape=(4,), name="doubled")(k.layers.Dense(4)(x))
    model = k.models.Model(x, k.layers.Dense(2, activation=double)(y))
    model.own_classes = {"double": double, "doubled": double}
    return model, data((3, 4))


def unbuilt(k):
    """A Sequential that is told its shapes last."""
    model = k.models.Sequential([k.layers.Dense(3, activation="tanh"), k.layers.Dense(2)])
    model.build((None, 5))
    return model, data((4, 5))


def dense_block(k):
    """Many calls of one layer, and a tower inside of a tower."""
    x = k.layers.Input((4,))
    shared = k.layers.Dense(4, activation="tanh", name="again")
    y = shared(shared(shared(x)))
    low_in = k.layers.Input((4,))
    low = k.models.Model(low_in, [k.layers.Dense(2)(low_in), k.layers.Dense(3)(low_in)], name="low")
    high_in = k.layers.Input((4,))
    p, q = low(high_in)
    high = k.models.Model(high_in, k.layers.Concatenate()([q, p]), name="high")
    joined = k.layers.Add()([high(y), high(x)])
    return k.models.Model(x, [joined, low(x)[1]]), data((3, 4))


def picture_2d(k):
    """Sizes, strides and data formats of two axes."""
    x = k.layers.Input((8, 9, 2))
    y = k.layers.Conv2D(4, (1, 3), strides=(2, 1), padding="same", dilation_rate=1, activation="relu")(x)
    y = k.layers.Conv2DTranspose(3, (2, 3), strides=(2, 1))(y)
    y = k.layers.SpatialDropout2D(0.3)(y)
    y = k.layers.AveragePooling2D((2, 3), strides=1)(y)  # Keras 3 on torch counts the padding of "same" twice
    y = k.layers.UpSampling2D((1, 2), interpolation="bilinear")(k.layers.MaxPooling2D((2, 1))(y))
    return k.models.Model(x, k.layers.GlobalMaxPooling2D()(y)), data((2, 8, 9, 2))


def solid(k):
    layers = [
        k.layers.ZeroPadding3D(1, input_shape=(3, 4, 3, 2)),
        k.layers.Conv3D(3, (2, 2, 3), strides=(1, 2, 1)),
        k.layers.UpSampling3D((2, 1, 1)),
        k.layers.Cropping3D(((1, 0), (0, 1), (0, 0))),
        k.layers.Conv3DTranspose(2, 2, strides=2)
        if hasattr(k.layers, "Conv3DTranspose")
        else k.layers.Activation("relu"),
        k.layers.AveragePooling3D(2),
        k.layers.SpatialDropout3D(0.1),
        k.layers.GlobalAveragePooling3D(),
    ]
    return k.models.Sequential(layers), data((2, 3, 4, 3, 2))


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
        masked,
        embedded,
        merged,
        lines,
        films,
        cells,
        translator,
        twins,
        frames,
        frozen,
        initialized,
        activated,
        functions,
        unbuilt,
        dense_block,
        picture_2d,
        solid,
    )
}

# Graphs with functions in them, of the generations that can write these down


def functions_of(k):
    """TensorFlow in the generation tf.keras, ``keras.ops`` in keras3, and whether it is the first."""
    if k.__name__ == "tf_keras":
        import tensorflow as tf

        return tf, True
    if k.__name__ == "kerastorch" and k.eras.current().name == "tf.keras":
        from kerastorch.porting import tensorflow as tf

        return tf, True
    return k.ops, False


def operators(k):
    x = k.layers.Input((4,))
    y = k.layers.Dense(4, name="first")(x)
    parts = [x + y, 1 - x, 2.0 * y, y / 2, -x, x**2, abs(y), x % 2.0, x // 0.5, 1 + y, 0.5 / (x * x + 1.0)]
    cut = y[:, 1:3]
    column = x[:, 0]
    turned = x[:, None] * y[:, :, None]
    flat = k.layers.Flatten()(turned)
    outputs = [k.layers.Concatenate()(parts), cut, column, k.layers.Dense(2)(flat - 1.0)]
    return k.models.Model(x, outputs), data((3, 4))


def called(k):
    f, tf = functions_of(k)
    x, y = k.layers.Input((4,), name="left"), k.layers.Input((4,), name="right")
    if tf:
        parts = [f.reduce_mean(x, 1, keepdims=True), f.reduce_sum(y, axis=-1, keepdims=True), f.concat([x, y], 1)]
        parts += [
            f.reshape(f.stack([x, y], axis=1), [-1, 8]),
            f.nn.relu(x),
            f.maximum(x, y),
            f.clip_by_value(y, 0.0, 1.0),
        ]
        parts += [f.split(x, 2, axis=1)[1], f.where(x > 0, x, y), f.cast(f.cast(x, "int32"), "float32"), f.square(x)]
        parts += [f.squeeze(f.expand_dims(x, 1), 1), f.tile(x, [1, 2]), f.nn.softmax(y), f.nn.l2_normalize(y, 1)]
        parts += [f.matmul(x, f.constant([[1.0, 2.0]] * 4)), f.pad(x, [[0, 0], [1, 2]]), f.gather(x, [2, 0], axis=1)]
        parts += [f.one_hot(f.argmax(x, 1), 4), f.math.add(x, 1.0), f.reverse(x, [1]), f.nn.leaky_relu(x, 0.1)]
    else:
        parts = [f.mean(x, axis=1, keepdims=True), f.sum(y, axis=-1, keepdims=True), f.concatenate([x, y], axis=1)]
        parts += [f.reshape(f.stack([x, y], axis=1), (-1, 8)), f.relu(x), f.maximum(x, y), f.clip(y, 0.0, 1.0)]
        parts += [f.split(x, 2, axis=1)[1], f.where(x > 0, x, y), f.cast(f.cast(x, "int32"), "float32"), f.square(x)]
        parts += [f.squeeze(f.expand_dims(x, 1), 1), f.tile(x, [1, 2]), f.softmax(y), f.normalize(y, axis=1)]
        parts += [f.matmul(x, np.ones((4, 2), "float32")), f.pad(x, [[0, 0], [1, 2]]), f.take(x, [2, 0], axis=1)]
        parts += [f.one_hot(f.argmax(x, axis=1), 4), f.add(x, 1.0), f.flip(x, axis=1), f.leaky_relu(x, 0.1)]
        parts += [f.einsum("ij,ij->ij", x, y), f.average(x, axis=1)[:, None], f.logsumexp(y, axis=1, keepdims=True)]
    right, y = y, k.layers.Dense(3, name="joined")(k.layers.Concatenate()(parts))
    return k.models.Model([x, right], y), [data((3, 4)), data((3, 4), 1)]


def gated(k):
    """What small networks for pictures are made of: rescaling, hard swish, squeeze and excite; a nested model."""
    f, tf = functions_of(k)
    resize = f.image.resize

    def hard_swish(x):
        return x * k.layers.ReLU(6.0)(x + 3.0) * (1.0 / 6.0)

    a = k.layers.Input((4, 4, 3), name="small")
    b = hard_swish(k.layers.Conv2D(4, 1)(a))
    inner = k.models.Model(a, [b + 1.0, b[:, 0]], name="inner")
    x = k.layers.Input((8, 8, 3), name="image")
    y = resize(x / 127.5 - 1.0, (4, 4))
    y, edge = inner(y)
    scale = k.layers.Dense(4, activation="sigmoid")(k.layers.GlobalAveragePooling2D()(y))
    y = y * scale[:, None, None]
    y = k.layers.BatchNormalization()(y)
    again, _ = inner(y[..., :3] if not tf else y[:, :, :, :3])
    return k.models.Model(x, [k.layers.Flatten()(again - y), edge]), 100 * data((2, 8, 8, 3))


def attentive(k):
    f, tf = functions_of(k)
    words = k.layers.Input((5,), dtype="int32")
    x = k.layers.Embedding(9, 4)(words)
    q, v = k.layers.Dense(4)(x), k.layers.Dense(4)(x)
    if tf:
        scores = f.nn.softmax(f.matmul(q, x, transpose_b=True) / 2.0, axis=-1)
        y = f.reduce_max(f.matmul(scores, v), axis=1)
    else:
        scores = f.softmax(f.matmul(q, f.transpose(x, (0, 2, 1))) / 2.0, axis=-1)
        y = f.max(f.matmul(scores, v), axis=1)
    y = k.layers.LSTM(3, recurrent_activation="sigmoid")(x * 2.0, initial_state=[y[:, :3], y[:, 1:]])
    return k.models.Model(words, y), data((3, 5), 1, 9)


def activated_calls(k):
    """Functions of ``keras.activations``, and with TensorFlow those of ``keras.backend``, called on tensors."""
    f, tf = functions_of(k)
    x = k.layers.Input((4,))
    names = ["relu", "sigmoid", "tanh", "softplus", "softsign", "elu", "selu", "gelu", "softmax"]
    parts = [getattr(k.activations, name)(x) for name in [*names, "swish" if tf else "silu"]]
    if tf:
        b = k.backend
        parts += [
            b.sqrt(b.square(x)),
            b.hard_sigmoid(x),
            b.clip(x, -1.0, 1.0),
            b.exp(x),
            b.mean(x, axis=1, keepdims=True),
        ]
        parts += [
            b.batch_dot(x, x, axes=1),
            b.permute_dimensions(b.expand_dims(x, 1), (0, 2, 1))[:, :, 0],
            b.sum(x, 1)[:, None],
        ]
        parts += [
            b.concatenate([x, b.abs(x)]),
            b.max(x, axis=1, keepdims=True),
            b.maximum(x, 0.5),
            b.l2_normalize(x, 1),
        ]
        parts += [b.repeat_elements(x, 2, 1), b.reverse(x, 1), b.cast(b.greater(x, 0.0), "float32"), b.std(x, 1, True)]
    return k.models.Model(x, k.layers.Dense(2)(k.layers.Concatenate()(parts))), data((3, 4))


WITH_FUNCTIONS = {f.__name__: f for f in (operators, called, gated, attentive, activated_calls)}


def models_of(era):
    """The models that a generation can build and write down."""
    return MODELS if era == "keras2" else {**MODELS, **WITH_FUNCTIONS}


OPTIMIZERS = {
    "SGD": {"momentum": 0.9},
    "RMSprop": {},
    "Adagrad": {},
    "Adadelta": {},
    "Adam": {},
    "Adamax": {},
    "Nadam": {},
    "Adam-amsgrad": {"amsgrad": True},
    "SGD-plain": {},
}


def name_of(file):
    """The model that a file is of."""
    base = file.split(".")[0]
    return base[: -len("_weights")] if base.endswith("_weights") else base


def trained(k, name):
    """A model after three steps of an optimizer."""
    kind = name.split("-")[0]
    model, _ = cnn(k) if kind == "Adam" else mlp(k, rate=0.0)
    x = data_of_trained(name)
    settle(model)
    model.compile(getattr(k.optimizers, kind)(**OPTIMIZERS[name]), "mse", metrics=["mae"])
    y = targets(model.predict(x, batch_size=len(x), verbose=0))
    for _ in range(3):
        model.train_on_batch(x, y)
    return model


def data_of_trained(file):
    """What ``trained`` learns from."""
    return data((4, 9, 8, 2) if file.split("_")[-1].split("-")[0].split(".")[0] == "Adam" else (4, 5))


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
