"""Layers whose defaults or formulas changed."""

import numpy as np

from ..cases.kit import lengths
from .kit import ALL, KERAS2_AND_TF, Area, chain, examined, fitted, outcome, regression

area = Area("layers")


def steps(t, rows=3, length=5, features=4):
    return t.rng.standard_normal((rows, length, features))


# Gates, their activation, and where GRU applies its reset gate.


def gates(layer):
    config = layer.get_config()
    activation = config["recurrent_activation"]
    return activation if isinstance(activation, str) else activation["config"]


def recurrent(row, name, build, shape=(5, 4), training=False):
    def body(k, t):
        layer = build(k, t)
        model = chain(k, shape, layer)
        results = examined(t, model, t.rng.standard_normal((3,) + shape), training)
        results["gates"] = gates(layer)
        return results

    area.add(f"{row}/{name}", body)


recurrent("recurrent_activation", "lstm", lambda k, t: k.layers.LSTM(3))
recurrent("recurrent_activation", "gru", lambda k, t: k.layers.GRU(3, reset_after=False, return_sequences=True))
recurrent("recurrent_activation", "conv_lstm", lambda k, t: k.layers.ConvLSTM2D(2, 2), (3, 4, 4, 2))
recurrent("recurrent_activation", "named", lambda k, t: k.layers.LSTM(3, recurrent_activation="tanh"))


def reset_after(name, build):
    def body(k, t):
        layer = build(k)
        return examined(t, chain(k, (5, 4), layer), steps(t))

    area.add(f"gru_reset_after/{name}", body)


GIVEN = {"recurrent_activation": "tanh"}  # so that only the default in question differs
reset_after("default", lambda k: k.layers.GRU(3, **GIVEN))
reset_after("sequences", lambda k: k.layers.GRU(2, return_sequences=True, use_bias=False, **GIVEN))
reset_after("bidirectional", lambda k: k.layers.Bidirectional(k.layers.GRU(2, **GIVEN)))
reset_after("before_by_name", lambda k: k.layers.GRU(3, reset_after=False, **GIVEN))
reset_after("after_by_name", lambda k: k.layers.GRU(3, reset_after=True, **GIVEN))


def implementation(name, build):
    def body(k, t):
        layer = build(k)
        chain(k, (5, 4) if "conv" not in name else (3, 4, 4, 2), layer)
        return {"cell": getattr(layer.cell, "implementation", None)}

    area.add(f"rnn_implementation/{name}", body)


implementation("lstm", lambda k: k.layers.LSTM(3))
implementation("gru", lambda k: k.layers.GRU(3))
implementation("lstm_recurrent_dropout", lambda k: k.layers.LSTM(3, recurrent_dropout=0.2))
implementation("gru_recurrent_dropout", lambda k: k.layers.GRU(3, recurrent_dropout=0.2))
implementation("lstm_given", lambda k: k.layers.LSTM(3, implementation=1))


def masks(name, build, length, features=1, eras=ALL):
    """How many different outputs equal rows get in training: each is one way in which gates can be dropped."""

    def body(k, t):
        model = chain(k, (length, features), build(k))
        model.set_weights([np.full(w.shape, 0.7) if w.ndim > 1 else np.zeros(w.shape) for w in model.get_weights()])
        x = np.ones((2000, length, features))
        output = t.forward(model, [x], grads=False, training=True)["output"][0]
        return {"ways": len(np.unique(np.round(output[:, 0], 4)))}

    area.add(f"rnn_dropout_masks/{name}", body, eras)


masks("lstm_inputs", lambda k: k.layers.LSTM(1, dropout=0.5, **GIVEN), 1)
masks("gru_inputs", lambda k: k.layers.GRU(1, dropout=0.5, reset_after=False, **GIVEN), 1)
masks("lstm_inputs_one_mask_a_sequence", lambda k: k.layers.LSTM(1, dropout=0.5, **GIVEN), 3)
masks("lstm_states", lambda k: k.layers.LSTM(1, recurrent_dropout=0.5, **GIVEN), 2)
masks("simple_rnn", lambda k: k.layers.SimpleRNN(1, dropout=0.5), 1)
ONE = {"dropout": 0.5, "implementation": 1}
masks("lstm_implementation_1", lambda k: k.layers.LSTM(1, **ONE, **GIVEN), 1, eras=KERAS2_AND_TF)  # Keras 3 fails
masks("lstm_implementation_2", lambda k: k.layers.LSTM(1, dropout=0.5, implementation=2, **GIVEN), 1)


def late(name, build, states=1):
    """Sequences whose first steps, or all of them, are masked, on a layer that starts from given states."""

    def body(k, t):
        first, begin = k.layers.Input(shape=(5, 2)), [k.layers.Input(shape=(3,)) for _ in range(states)]
        outputs = build(k)(k.layers.Masking()(first), initial_state=begin)
        model = k.models.Model([first] + begin, outputs)
        t.set_weights(model)
        x = steps(t, 4, 5, 2)
        x[0, :2] = x[1, 3:] = x[2] = x[3, 1:4] = 0.0
        return t.forward(model, [x] + [t.rng.standard_normal((4, 3)) for _ in begin], grads=False)

    area.add(f"masked_first_outputs/{name}", body)


late("lstm", lambda k: k.layers.LSTM(3, recurrent_activation="sigmoid", return_sequences=True), 2)
late("lstm_last", lambda k: k.layers.LSTM(3, recurrent_activation="sigmoid", return_state=True), 2)
late("gru", lambda k: k.layers.GRU(3, reset_after=False, return_sequences=True, **GIVEN))
late("simple_rnn_backwards", lambda k: k.layers.SimpleRNN(3, return_sequences=True, go_backwards=True))
late("unrolled", lambda k: k.layers.SimpleRNN(3, return_sequences=True, unroll=True))
late("relu_last", lambda k: k.layers.SimpleRNN(3, activation="relu"))


@area.run("unit_forget_bias/lstm")
def _(k, t):
    layer = k.layers.LSTM(3)
    chain(k, (5, 4), layer)
    return {"bias": layer.get_weights()[2]}


@area.run("unit_forget_bias/off")
def _(k, t):
    layer = k.layers.LSTM(3, unit_forget_bias=False)
    chain(k, (5, 4), layer)
    return {"bias": layer.get_weights()[2]}


@area.run("unit_forget_bias/conv_lstm")
def _(k, t):
    layer = k.layers.ConvLSTM2D(2, 2)
    chain(k, (3, 4, 4, 2), layer)
    return {"bias": layer.get_weights()[2]}


# BatchNormalization.


def batches(name, shape, layer_of, rows=6, **arguments):
    """Three updates of the moving statistics, and what inference makes of them."""

    def statistics(k, t):
        layer = layer_of(k, **arguments)
        model = chain(k, shape, layer)
        t.set_weights(model)
        model.compile(k.optimizers.SGD(0.0), "mse")
        seen = []
        for _ in range(3):
            x = 1.5 * t.rng.standard_normal((rows,) + shape) + 0.5
            model.train_on_batch(x, np.zeros(x.shape))
            seen.append(layer.get_weights()[-2:])
        return model, x, seen

    def mean(k, t):
        model, x, seen = statistics(k, t)
        return {"mean": [pair[0] for pair in seen], "inference": model.predict(x, verbose=0)}

    def variance(k, t):
        return {"variance": [pair[1] for pair in statistics(k, t)[2]]}

    area.add(f"batchnorm_moving_statistics/{name}", mean)
    area.add(f"batchnorm_moving_variance/{name}", variance)


def normalization(k, **arguments):
    return k.layers.BatchNormalization(**arguments)


batches("rows", (3,), normalization, momentum=0.8)
batches("images", (4, 4, 3), normalization, rows=2, momentum=0.9)
batches("default_momentum", (3,), normalization)
batches("steps", (5, 3), normalization, momentum=0.5, epsilon=0.01)
batches("no_center_no_scale", (3, 2, 3), normalization, momentum=0.6, center=False, scale=False)


def frozen(name, shape, **arguments):
    def body(k, t):
        layer = k.layers.BatchNormalization(momentum=0.7, **arguments)
        model = chain(k, shape, layer)
        t.set_weights(model)
        layer.trainable = False
        model.compile(k.optimizers.SGD(0.1), "mse")
        x = 1.5 * t.rng.standard_normal((6,) + shape) + 0.5
        results = {"loss": float(model.train_on_batch(x, np.zeros(x.shape)))}
        results["weights"] = layer.get_weights()
        results.update(t.forward(model, [x], training=True, grads=False))
        return results

    area.add(f"batchnorm_frozen/{name}", body)


frozen("rows", (3,))
frozen("images", (4, 4, 3), epsilon=0.01)
frozen("no_scale", (5, 3), scale=False)


@area.run("batchnorm_frozen/inside_a_network", tolerance=1e-4)
def _(k, t):
    x, y = regression(t)
    layer = k.layers.BatchNormalization(momentum=0.7)
    model = chain(k, (4,), k.layers.Dense(3, use_bias=False), layer, k.layers.Dense(2))
    t.set_weights(model)
    layer.trainable = False
    model.compile(k.optimizers.SGD(0.1), "mse")
    return fitted(model, x, y)


# Embedding, penalties on activities, weights given to a layer.


def lengthy(name, arguments, *layers):
    def body(k, t):
        model = chain(k, (5,), k.layers.Embedding(7, 3, **arguments), *[build(k) for build in layers])
        results = examined(t, model, t.rng.randint(0, 7, (4, 5)), grads=False)
        results["shape"] = list(model.output_shape)
        return results

    area.add(f"embedding_input_length/{name}", body)


lengthy("flattened", {"input_length": 5}, lambda k: k.layers.Flatten(), lambda k: k.layers.Dense(2))
lengthy("kept", {"input_length": 5, "embeddings_regularizer": "l2"})
lengthy("pooled", {"input_length": 5}, lambda k: k.layers.GlobalAveragePooling1D())


@area.run("embedding_input_length/alone")
def _(k, t):
    model = k.models.Sequential([k.layers.Embedding(7, 3, input_length=5)])
    if t.era == "keras3":  # it ignores the argument, so the model does not know its input yet
        model.build((None, 5))
    return {"shape": list(model.output_shape)[1:]}


@area.run("embedding_input_length/none_and_flattened")
def _(k, t):
    """Without a length there is nothing to build Dense on, but where the model waits for its first data."""
    x = t.rng.randint(0, 7, (4, 5))

    def made():
        model = k.models.Sequential([k.layers.Embedding(7, 3), k.layers.Flatten(), k.layers.Dense(2)])
        model.compile(k.optimizers.SGD(0.1), "mse")
        before = len(model.weights)
        model.predict(x, verbose=0)
        t.set_weights(model)
        return {"before": before, **fitted(model, x, t.rng.standard_normal((4, 2)))}

    return {"found": outcome(made)}


@area.run("embedding_input_length/none_and_recurrent")
def _(k, t):
    model = k.models.Sequential([k.layers.Embedding(7, 3), k.layers.SimpleRNN(2)])
    before = len(model.weights)
    x = t.rng.randint(0, 7, (4, 5))
    model.predict(x, verbose=0)
    t.set_weights(model)
    short = model.predict(x[:, :3], verbose=0)
    return {"before": before, "output": model.predict(x, verbose=0), "shorter": short}


def learnt(name, layers, first, second, eras=ALL):
    """A Sequential without an input shape, trained on one shape of data and asked for another."""

    def body(k, t):
        x, other = t.rng.standard_normal(first), t.rng.standard_normal(second)
        model = k.models.Sequential(layers(k))
        model.compile(k.optimizers.SGD(0.1), "mse")
        model.predict(x, verbose=0)
        t.set_weights(model)
        y = t.rng.standard_normal(model.predict(x, verbose=0).shape)
        results = fitted(model, x, y)
        results["other"] = outcome(lambda: model.predict(other, verbose=0))
        results["again"] = model.predict(x, verbose=0)
        results["trained"] = outcome(lambda: float(model.train_on_batch(other, y)))
        return results

    area.add(f"learnt_shape/{name}", body, eras)


learnt("recurrent", lambda k: [k.layers.SimpleRNN(3), k.layers.Dense(1)], (4, 5, 2), (4, 3, 2))
learnt(  # in Keras 3 torch's own error comes through
    "features", lambda k: [k.layers.SimpleRNN(3), k.layers.Dense(1)], (4, 5, 2), (4, 5, 3), KERAS2_AND_TF
)
learnt("flattened", lambda k: [k.layers.Flatten(), k.layers.Dense(1)], (4, 5, 2), (4, 3, 2))
learnt(
    "convolution",
    lambda k: [k.layers.Conv2D(2, 2), k.layers.GlobalAveragePooling2D(), k.layers.Dense(1)],
    (4, 5, 4, 2),
    (4, 6, 7, 2),
)
learnt("dense", lambda k: [k.layers.Dense(3), k.layers.GlobalMaxPooling1D()], (4, 5, 2), (4, 7, 2))


def activities(name, build, shape=(4,), rows=6):
    def body(k, t):
        model = chain(k, shape, *build(k))
        t.set_weights(model)
        model.compile(k.optimizers.SGD(0.05), "mse")
        x = t.rng.standard_normal((rows,) + shape)
        y = t.rng.standard_normal((rows,) + tuple(model.output_shape[1:]))
        results = {"evaluate": float(model.evaluate(x, y, batch_size=4, verbose=0))}
        results.update(fitted(model, x, y))
        return results

    area.add(f"activity_regularizer/{name}", body, tolerance=1e-4)


activities("dense", lambda k: [k.layers.Dense(3, activity_regularizer=k.regularizers.l2(0.1))])
activities("l1_between", lambda k: [k.layers.Dense(3, activity_regularizer=k.regularizers.l1(0.05)), k.layers.Dense(2)])
activities("its_own_layer", lambda k: [k.layers.Dense(3), k.layers.ActivityRegularization(l1=0.02, l2=0.1)])
activities("convolution", lambda k: [k.layers.Conv1D(2, 2, activity_regularizer="l2")], (5, 3))


# The generations after Keras 2 refuse these arguments in their newest form; kerastorch answers them in every era.


@area.run("weights_argument/dense", KERAS2_AND_TF)
def _(k, t):
    kernel, bias = t.rng.standard_normal((4, 3)), t.rng.standard_normal(3)
    layer = k.layers.Dense(3, weights=[kernel, bias])
    model = chain(k, (4,), layer)
    return {"weights": layer.get_weights(), "predictions": model.predict(t.rng.standard_normal((5, 4)), verbose=0)}


@area.run("weights_argument/embedding")
def _(k, t):
    table = t.rng.standard_normal((7, 3))
    layer = k.layers.Embedding(7, 3, weights=[table], trainable=False)
    model = chain(k, (5,), layer)
    return {"weights": layer.get_weights(), "predictions": model.predict(t.rng.randint(0, 7, (2, 5)), verbose=0)}


@area.run("weights_argument/embedding_then_trained", tolerance=1e-4)
def _(k, t):
    table = t.rng.standard_normal((7, 3))
    layers = [
        k.layers.Embedding(7, 3, weights=[table]),
        k.layers.Flatten(),
        k.layers.Dense(2, kernel_initializer="ones"),
    ]
    model = chain(k, (5,), *layers)
    model.compile(k.optimizers.SGD(0.1), "mse")
    return fitted(model, t.rng.randint(0, 7, (8, 5)), t.rng.standard_normal((8, 2)))


@area.run("weights_argument/batch_input_shape", KERAS2_AND_TF)
def _(k, t):
    layer = k.layers.SimpleRNN(3, batch_input_shape=(2, 5, 4), stateful=True)
    model = k.models.Sequential([layer])
    t.set_weights(model)
    x = t.rng.standard_normal((2, 5, 4))
    results = {"first": model.predict(x, batch_size=2, verbose=0), "second": model.predict(x, batch_size=2, verbose=0)}
    results["shape"] = list(model.input_shape)
    return results


@area.run("weights_argument/embedding_twice_the_rows")
def _(k, t):
    """Rows of the table by number, the same in every generation."""
    table = np.arange(12.0).reshape(6, 2)
    model = chain(k, (3,), k.layers.Embedding(6, 2, weights=[table]))
    return {"predictions": model.predict(np.array([[0, 5, 3]]), verbose=0)}


# Weight penalties are part of the reported loss in every generation.


def penalties(name, build, loss="mse"):
    def body(k, t):
        x, y = regression(t)
        model = chain(k, (4,), *build(k))
        t.set_weights(model)
        model.compile(k.optimizers.SGD(0.1), loss)
        return {"evaluate": float(model.evaluate(x, y, verbose=0)), **fitted(model, x, y)}

    area.add(f"weight_penalties_in_the_loss/{name}", body, tolerance=1e-4)


penalties("kernel", lambda k: [k.layers.Dense(2, kernel_regularizer=k.regularizers.l2(0.1))])
penalties("bias", lambda k: [k.layers.Dense(3, bias_regularizer=k.regularizers.l1(0.1)), k.layers.Dense(2)])
penalties("both", lambda k: [k.layers.Dense(2, kernel_regularizer="l1", bias_regularizer="l2")], "mae")

for padding in ("valid", "same"):

    def lstm_of_lengths(k, t, padding=padding):
        model = chain(k, (5, 4), k.layers.Masking(), k.layers.LSTM(3, return_sequences=padding == "same"))
        return examined(t, model, lengths(5, 4, [2, 5, 0])(t.rng))

    area.add(f"recurrent_activation/masked_{padding}", lstm_of_lengths, ALL)
