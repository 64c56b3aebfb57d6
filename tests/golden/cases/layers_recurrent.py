"""LSTM with its arguments, masks and states."""

from .kit import Area, ints, lengths, normal

area = Area("layers_recurrent")
layer = area.layer
sequence = normal(3, 5, 4)


def lstm(name, *args, **kwargs):
    """An LSTM case; `data`, and `also` for arguments of the examination, are taken out of the layer's arguments."""
    data = kwargs.pop("data", sequence)
    also = kwargs.pop("also", {})
    layer("lstm/" + name, lambda k: k.layers.LSTM(*args, **kwargs), data, **also)


lstm("plain", 3)
lstm("return_sequences", 3, return_sequences=True)
lstm("go_backwards", 3, go_backwards=True)
lstm("go_backwards_return_sequences", 2, go_backwards=True, return_sequences=True)
lstm("no_bias", 3, use_bias=False)
lstm("no_unit_forget_bias", 3, unit_forget_bias=False)
lstm("sigmoid", 3, recurrent_activation="sigmoid")
lstm("relu_linear", 3, activation="relu", recurrent_activation="linear", return_sequences=True)
lstm("hard_sigmoid_saturated", 2, data=normal(3, 5, 4, scale=6.0))
lstm("implementation_1", 3, implementation=1, return_sequences=True)
lstm("implementation_2", 3, implementation=2, return_sequences=True)
lstm("implementation_2_no_bias_backwards", 3, implementation=2, use_bias=False, go_backwards=True)
lstm("unroll", 3, unroll=True, return_sequences=True)
lstm("unroll_backwards", 3, unroll=True, go_backwards=True)
lstm("one_unit", 1)
lstm("one_step", 3, data=normal(2, 1, 4))
lstm("unknown_length", 3, also={"input_shape": (None, 4)}, return_sequences=True)
lstm("dropout_in_inference", 3, dropout=0.3, recurrent_dropout=0.2, return_sequences=True)
lstm("dropout_0_in_training", 3, dropout=0.0, recurrent_dropout=0.0, also={"train": True})
layer(
    "lstm/every_argument",
    lambda k: k.layers.LSTM(
        2,
        activation="softsign",
        recurrent_activation="sigmoid",
        use_bias=True,
        kernel_initializer="he_uniform",
        recurrent_initializer="glorot_uniform",
        bias_initializer="ones",
        unit_forget_bias=False,
        kernel_regularizer=k.regularizers.l1(0.01),
        recurrent_regularizer=k.regularizers.l2(0.02),
        bias_regularizer=k.regularizers.l1_l2(0.01, 0.03),
        activity_regularizer="l2",
        kernel_constraint="max_norm",
        recurrent_constraint=k.constraints.unit_norm(0),
        bias_constraint="non_neg",
        dropout=0.1,
        recurrent_dropout=0.2,
        implementation=2,
        return_sequences=True,
    ),
    sequence,
)

# Masks

ragged = lengths(5, 4, [5, 3, 1])
holes = lengths(5, 4, [(0, 2), (1, 4), (0, 1, 2, 3, 4)])


def masked(name, data, **kwargs):
    layer("lstm_masked/" + name, lambda k: [k.layers.Masking(), k.layers.LSTM(3, **kwargs)], data, mask=True)


masked("padded_at_end", ragged)
masked("padded_return_sequences", ragged, return_sequences=True)
masked("holes", holes)
masked("holes_return_sequences", holes, return_sequences=True)
masked("holes_go_backwards", holes, go_backwards=True, return_sequences=True)
masked("holes_unroll", holes, unroll=True, return_sequences=True)
masked("holes_implementation_2", holes, implementation=2)
masked("holes_no_bias_sigmoid", holes, use_bias=False, recurrent_activation="sigmoid")
layer(
    "lstm_masked/embedding",
    lambda k: [k.layers.Embedding(6, 4, mask_zero=True), k.layers.LSTM(3), k.layers.Dense(2)],
    ints(6, 4, 5),
)
layer(
    "lstm_masked/two_layers",
    lambda k: [k.layers.Embedding(5, 3, mask_zero=True), k.layers.LSTM(3, return_sequences=True), k.layers.LSTM(2)],
    ints(5, 4, 6),
)
layer(
    "lstm_masked/sequence_to_dense",
    lambda k: [k.layers.Masking(), k.layers.LSTM(3, return_sequences=True), k.layers.Dense(2, activation="softmax")],
    holes,
    mask=True,
)

# States


def returns_state(name, data=(sequence,), **kwargs):
    area.graph("lstm_states/" + name, lambda k, x: k.layers.LSTM(3, return_state=True, **kwargs)(x), *data)


returns_state("return_state")
returns_state("return_state_and_sequences", return_sequences=True)
returns_state("return_state_backwards", go_backwards=True)
area.graph(
    "lstm_states/masked_return_state",
    lambda k, x: k.layers.LSTM(3, return_state=True, return_sequences=True)(k.layers.Masking()(x)),
    holes,
)
area.graph(
    "lstm_states/initial_state",
    lambda k, x, h, c: k.layers.LSTM(3)(x, initial_state=[h, c]),
    sequence,
    normal(3, 3),
    normal(3, 3),
)


def stateful(name, masked=False, **kwargs):
    """Three batches that go on from one another, then the first again after reset_states."""

    def body(k, t):
        layers = [k.layers.LSTM(3, stateful=True, batch_input_shape=(2, 4, 3), **kwargs), k.layers.Dense(2)]
        if masked:
            layers.insert(0, k.layers.Masking(batch_input_shape=(2, 4, 3)))
        model = k.models.Sequential(layers)
        t.set_weights(model)
        x = t.rng.standard_normal((3, 2, 4, 3))
        if masked:
            x[:, 1, 1:3] = 0
        results = {"stateful": model.stateful, "config": layers[-2].get_config()}
        results["outputs"] = [model.predict(batch, batch_size=2) for batch in x]
        results["again"] = model.predict(x[0], batch_size=2)
        model.reset_states()
        results["after_reset"] = model.predict(x[0], batch_size=2)
        results["long"] = model.predict(x.reshape(6, 4, 3), batch_size=2)
        return results

    area.add("lstm_states/" + name, body)


stateful("stateful")
stateful("stateful_backwards", go_backwards=True)
stateful("stateful_masked", masked=True)
stateful("stateful_unroll_implementation_2", unroll=True, implementation=2)
stateful("stateful_return_sequences", return_sequences=True)


@area.run("lstm_states/reset_to_values")
def _(k, t):
    layer = k.layers.LSTM(3, stateful=True, batch_input_shape=(2, 4, 3))
    model = k.models.Sequential([layer])
    t.set_weights(model)
    x = t.rng.standard_normal((2, 4, 3))
    layer.reset_states([t.rng.standard_normal((2, 3)), t.rng.standard_normal((2, 3))])
    return {"output": model.predict(x)}


@area.run("lstm/initial_weights")
def _(k, t):
    """Bias: zeros, with ones for the forget gate, which comes second."""
    model = k.models.Sequential([k.layers.LSTM(2, input_shape=(4, 3))])
    kernel, recurrent, bias = model.get_weights()
    return {"bias": bias, "shapes": [kernel.shape, recurrent.shape], "gram": recurrent.dot(recurrent.T)}
