"""Every other recurrent layer: SimpleRNN, GRU, cells, stacks, ConvLSTM2D, and their wrappers."""

from .kit import Area, lengths, normal

area = Area("more_recurrent")

SEQUENCE = normal(3, 5, 4)
HOLES = lengths(5, 4, [(0, 2), (1, 4), 3])


def recurrent(cls, name, *args, **kwargs):
    """A case of k.layers.<cls>; with `masked`, behind a Masking layer."""
    data, masked = kwargs.pop("data", SEQUENCE), kwargs.pop("masked", False)

    def make(k):
        made = getattr(k.layers, cls)(*args, **kwargs)
        return [k.layers.Masking(), made] if masked else made

    area.layer(f"{cls.lower()}/{name}", make, HOLES if masked else data, mask=masked)


# SimpleRNN and GRU

for cls in ("SimpleRNN", "GRU"):
    recurrent(cls, "plain", 3)
    recurrent(cls, "return_sequences", 3, return_sequences=True)
    recurrent(cls, "backwards", 3, go_backwards=True, return_sequences=True)
    recurrent(cls, "no_bias_relu", 3, use_bias=False, activation="relu")
    recurrent(cls, "unroll", 3, unroll=True, return_sequences=True)
    recurrent(cls, "dropout_in_inference", 3, dropout=0.3, recurrent_dropout=0.2)
    recurrent(cls, "masked", 3, masked=True)
    recurrent(cls, "masked_return_sequences", 3, masked=True, return_sequences=True)
    recurrent(cls, "masked_backwards", 2, masked=True, go_backwards=True, return_sequences=True)
    area.graph(
        cls.lower() + "/return_state",
        lambda k, x, cls=cls: getattr(k.layers, cls)(3, return_state=True, return_sequences=True)(x),
        SEQUENCE,
    )
    area.graph(
        cls.lower() + "/initial_state",
        lambda k, x, h, cls=cls: getattr(k.layers, cls)(3)(x, initial_state=h),
        SEQUENCE,
        normal(3, 3),
    )
recurrent(
    "SimpleRNN",
    "every_argument",
    2,
    activation="sigmoid",
    kernel_initializer="he_normal",
    recurrent_initializer="glorot_normal",
    bias_initializer="ones",
    kernel_regularizer="l1",
    recurrent_regularizer="l2",
    bias_regularizer="l1_l2",
    activity_regularizer="l2",
    kernel_constraint="max_norm",
    recurrent_constraint="unit_norm",
    bias_constraint="non_neg",
    dropout=0.1,
    recurrent_dropout=0.2,
)
recurrent("GRU", "implementation_2", 3, implementation=2, return_sequences=True)
recurrent("GRU", "sigmoid", 3, recurrent_activation="sigmoid")
recurrent("GRU", "reset_after", 3, reset_after=True, return_sequences=True)
recurrent("GRU", "reset_after_implementation_2", 3, reset_after=True, implementation=2, recurrent_activation="sigmoid")
recurrent("GRU", "reset_after_no_bias", 3, reset_after=True, use_bias=False)
recurrent("GRU", "reset_after_masked", 3, reset_after=True, masked=True, return_sequences=True)
recurrent(
    "GRU",
    "every_argument",
    2,
    activation="softsign",
    recurrent_activation="sigmoid",
    kernel_initializer="he_normal",
    recurrent_initializer="glorot_normal",
    bias_initializer="ones",
    kernel_regularizer="l1",
    recurrent_regularizer="l2",
    bias_regularizer="l1_l2",
    activity_regularizer="l2",
    kernel_constraint="max_norm",
    recurrent_constraint="unit_norm",
    bias_constraint="non_neg",
    dropout=0.1,
    recurrent_dropout=0.2,
    implementation=2,
)


def stateful(cls, **arguments):
    def body(k, t):
        model = k.models.Sequential(
            [getattr(k.layers, cls)(3, stateful=True, batch_input_shape=(2, 4, 3), **arguments)]
        )
        t.set_weights(model)
        x = t.rng.standard_normal((2, 2, 4, 3))
        results = {"outputs": [model.predict(batch) for batch in x]}
        model.reset_states()
        results["after_reset"] = model.predict(x[0])
        return results

    area.add("{}/{}".format(cls.lower(), "_".join(["stateful"] + sorted(arguments))), body)


stateful("SimpleRNN")
stateful("GRU")
stateful("GRU", reset_after=True)

# RNN with cells


def cells(name, make, data=SEQUENCE, **kwargs):
    also = {key: kwargs.pop(key) for key in ("config", "mask") if key in kwargs}
    area.layer("rnn/" + name, lambda k: k.layers.RNN(make(k), **kwargs), data, **also)


cells("simple", lambda k: k.layers.SimpleRNNCell(3))
cells("gru", lambda k: k.layers.GRUCell(3, implementation=2), return_sequences=True)
cells("gru_reset_after", lambda k: k.layers.GRUCell(3, reset_after=True))
cells("lstm", lambda k: k.layers.LSTMCell(3, unit_forget_bias=False), go_backwards=True)
cells("list_of_lstm", lambda k: [k.layers.LSTMCell(3), k.layers.LSTMCell(2)], return_sequences=True)
cells("stacked", lambda k: k.layers.StackedRNNCells([k.layers.LSTMCell(3), k.layers.GRUCell(4)]))
cells("unroll", lambda k: [k.layers.SimpleRNNCell(3), k.layers.SimpleRNNCell(2)], unroll=True, return_sequences=True)
area.layer(
    "rnn/masked_stack",
    lambda k: [k.layers.Masking(), k.layers.RNN([k.layers.LSTMCell(3), k.layers.LSTMCell(3)], return_sequences=True)],
    HOLES,
    mask=True,
)
area.graph(
    "rnn/stack_return_state",
    lambda k, x: k.layers.RNN([k.layers.LSTMCell(3), k.layers.GRUCell(2)], return_state=True)(x),
    SEQUENCE,
)
area.graph(
    "rnn/stack_initial_state",
    lambda k, x, h, c, g: k.layers.RNN([k.layers.LSTMCell(3), k.layers.GRUCell(2)])(x, initial_state=[h, c, g]),
    SEQUENCE,
    normal(3, 3),
    normal(3, 3),
    normal(3, 2),
)


@area.run("rnn/custom_cell")
def _(k, t):
    """The cell of Keras's own documentation, with what it needs of the backend."""
    K = k.backend

    class MinimalRNNCell(k.layers.Layer):
        def __init__(self, units, **kwargs):
            self.units = units
            self.state_size = units
            super().__init__(**kwargs)

        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="uniform", name="kernel")
            self.recurrent_kernel = self.add_weight(
                shape=(self.units, self.units), initializer="uniform", name="recurrent_kernel"
            )
            self.built = True

        def call(self, inputs, states):
            h = K.dot(inputs, self.kernel)
            output = K.tanh(h + K.dot(states[0], self.recurrent_kernel))
            return output, [output]

    model = k.models.Sequential(
        [
            k.layers.RNN(MinimalRNNCell(3), return_sequences=True, input_shape=(5, 4)),
            k.layers.RNN([MinimalRNNCell(2), MinimalRNNCell(3)]),
        ]
    )
    t.set_weights(model)
    results = {"output_shape": model.output_shape, "weight_shapes": [w.shape for w in model.get_weights()]}
    results.update(t.forward(model, [t.rng.standard_normal((3, 5, 4))]))
    return results


# ConvLSTM2D

FILM = normal(2, 3, 5, 4, 2)


def convlstm(name, *args, **kwargs):
    area.layer("convlstm2d/" + name, lambda k: k.layers.ConvLSTM2D(*args, **kwargs), kwargs.pop("data", FILM))


convlstm("plain", 3, 2)
convlstm("same_return_sequences", 2, 3, padding="same", return_sequences=True)
convlstm("strides", 2, (3, 2), strides=(2, 1), activation="relu", recurrent_activation="sigmoid")
convlstm("dilation_no_bias", 2, 2, dilation_rate=2, use_bias=False)
convlstm("backwards", 2, 2, go_backwards=True, unit_forget_bias=False)
convlstm("dropout_in_inference", 2, 2, dropout=0.2, recurrent_dropout=0.3)
convlstm("channels_first", 3, 2, data=normal(2, 3, 2, 5, 4), data_format="channels_first", return_sequences=True)
area.graph("convlstm2d/return_state", lambda k, x: k.layers.ConvLSTM2D(2, 2, return_state=True)(x), FILM)


@area.run("convlstm2d/stateful")
def _(k, t):
    model = k.models.Sequential([k.layers.ConvLSTM2D(2, 2, stateful=True, batch_input_shape=(2, 3, 5, 4, 2))])
    t.set_weights(model)
    x = t.rng.standard_normal((2, 2, 3, 5, 4, 2))
    results = {"outputs": [model.predict(batch) for batch in x]}
    model.reset_states()
    results["after_reset"] = model.predict(x[0])
    return results


area.layer(
    "convlstm2d/cell",
    lambda k: k.layers.ConvRNN2D(k.layers.ConvLSTM2DCell(2, 2, padding="same"), return_sequences=True),
    FILM,
)

# CuDNNLSTM and CuDNNGRU. In Keras they run on a GPU only, but their weights can be saved, and Keras itself turns them
# into those of the plain layers that compute the same.


def cudnn(name, plain_arguments, **arguments):
    cls = "CuDNN" + name

    @area.run("{}/{}".format(cls.lower(), "_".join(["weights_and_numbers", *sorted(arguments)])))
    def _(k, t):
        path = t.scratch("weights.h5")
        fast = getattr(k.layers, cls)(3, input_shape=(5, 4), **arguments)
        t.never_computed(fast)
        model = k.models.Sequential([fast])
        t.set_weights(model)
        results = {
            "config": fast.get_config(),
            "output_shape": model.output_shape,
            "weight_shapes": [w.shape for w in model.get_weights()],
            "weight_names": [w.name for w in model.weights],
        }
        model.save_weights(path)
        plain_layer = getattr(k.layers, name)(
            3, recurrent_activation="sigmoid", input_shape=(5, 4), **plain_arguments, **arguments
        )
        plain = k.models.Sequential([plain_layer])
        plain.load_weights(path)
        x = t.rng.standard_normal((3, 5, 4))
        results["plain_weights"] = plain.get_weights()
        results["plain_output"] = plain.predict(x)
        results["own_output"] = plain.predict(x) if t.recording else model.predict(x)
        # and back
        plain.save_weights(path)
        model.set_weights([0 * w for w in model.get_weights()])
        model.load_weights(path)
        results["weights_back"] = model.get_weights()
        return results


cudnn("LSTM", {})
cudnn("LSTM", {}, return_sequences=True)
cudnn("LSTM", {}, return_sequences=True, go_backwards=True)
cudnn("GRU", {"reset_after": True})
cudnn("GRU", {"reset_after": True}, return_sequences=True)


# Bidirectional

for mode in ("concat", "sum", "mul", "ave"):
    for sequences in (False, True):
        area.layer(
            "bidirectional/{}{}".format(mode, "_return_sequences" if sequences else ""),
            lambda k, mode=mode, sequences=sequences: k.layers.Bidirectional(
                k.layers.LSTM(3, return_sequences=sequences), merge_mode=mode
            ),
            SEQUENCE,
        )
area.graph(
    "bidirectional/none",
    lambda k, x: k.layers.Bidirectional(k.layers.GRU(3, return_sequences=True), merge_mode=None)(x),
    SEQUENCE,
)
area.graph(
    "bidirectional/return_state",
    lambda k, x: k.layers.Bidirectional(k.layers.LSTM(3, return_state=True))(x),
    SEQUENCE,
)
area.graph(
    "bidirectional/initial_state",
    lambda k, x, a, b: k.layers.Bidirectional(k.layers.GRU(3))(x, initial_state=[a, b]),
    SEQUENCE,
    normal(3, 3),
    normal(3, 3),
)
for name, arguments in (("masked", {}), ("masked_return_sequences", {"return_sequences": True})):
    area.layer(
        "bidirectional/" + name,
        lambda k, arguments=arguments: [k.layers.Masking(), k.layers.Bidirectional(k.layers.LSTM(3, **arguments))],
        HOLES,
        mask=True,
    )
area.layer(
    "bidirectional/simple_rnn_backwards",
    lambda k: k.layers.Bidirectional(k.layers.SimpleRNN(3, go_backwards=True), merge_mode="sum"),
    SEQUENCE,
)
area.layer(
    "bidirectional/gru_reset_after", lambda k: k.layers.Bidirectional(k.layers.GRU(2, reset_after=True)), SEQUENCE
)


@area.run("bidirectional/stateful")
def _(k, t):
    layer = k.layers.Bidirectional(k.layers.LSTM(3, stateful=True), batch_input_shape=(2, 4, 3))
    model = k.models.Sequential([layer])
    t.set_weights(model)
    x = t.rng.standard_normal((2, 2, 4, 3))
    results = {"outputs": [model.predict(batch) for batch in x]}
    model.reset_states()
    results["after_reset"] = model.predict(x[0])
    return results


# TimeDistributed

area.layer("timedistributed/dense", lambda k: k.layers.TimeDistributed(k.layers.Dense(3, activation="relu")), SEQUENCE)
area.layer("timedistributed/conv2d", lambda k: k.layers.TimeDistributed(k.layers.Conv2D(2, 2)), FILM)
area.layer("timedistributed/flatten", lambda k: k.layers.TimeDistributed(k.layers.Flatten()), FILM)
area.layer("timedistributed/lstm", lambda k: k.layers.TimeDistributed(k.layers.LSTM(3)), normal(2, 3, 4, 2))
area.layer("timedistributed/fixed_batch", lambda k: k.layers.TimeDistributed(k.layers.Dense(2)), SEQUENCE, batch=3)
area.layer(
    "timedistributed/batch_normalization",
    lambda k: k.layers.TimeDistributed(k.layers.BatchNormalization()),
    SEQUENCE,
)
area.layer(
    "timedistributed/masked",
    lambda k: [k.layers.Masking(), k.layers.TimeDistributed(k.layers.Dense(2)), k.layers.LSTM(3)],
    HOLES,
)
area.layer(
    "timedistributed/unknown_length",
    lambda k: k.layers.TimeDistributed(k.layers.Dense(2)),
    SEQUENCE,
    input_shape=(None, 4),
)


# The base class of layers that write their own step


def own_step(k, **kwargs):
    """A recurrent layer of the caller's, as scripts for Keras 1 and 2 derive them from Recurrent."""
    K = k.backend  # as scripts call it

    class Leaky(k.layers.Recurrent):
        def __init__(self, units, leak=0.5, **kwargs):
            self.units = units
            self.leak = leak
            super().__init__(**kwargs)
            self.state_spec = [k.engine.InputSpec(shape=(None, units)) for _ in range(2)]

        def build(self, input_shape):
            if isinstance(input_shape, list):
                input_shape = input_shape[0]
            batch = input_shape[0] if self.stateful else None
            self.input_spec[0] = k.engine.InputSpec(shape=(batch, None, input_shape[2]))
            self.states = [None, None]
            if self.stateful:
                self.reset_states()
            self.kernel = self.add_weight(
                shape=(input_shape[2], self.units), initializer="glorot_uniform", name="kernel"
            )
            self.recurrent_kernel = self.add_weight(
                shape=(self.units, self.units), initializer="orthogonal", name="recurrent_kernel"
            )
            self.built = True

        def preprocess_input(self, inputs, training=None):
            return K.dot(inputs, self.kernel)

        def get_constants(self, inputs, training=None):
            return [K.mean(inputs, axis=1)]

        def step(self, inputs, states):
            h, total, mean = states
            new = K.tanh(inputs + K.dot(h, self.recurrent_kernel) + K.sum(mean, axis=-1, keepdims=True))
            h = self.leak * h + (1.0 - self.leak) * new
            return h, [h, total + h]

        def get_config(self):
            return dict(super().get_config(), units=self.units, leak=self.leak)

    return Leaky(3, **kwargs)


for name, kwargs in [
    ("plain", {}),
    ("return_sequences", {"return_sequences": True}),
    ("backwards", {"go_backwards": True, "return_sequences": True}),
    ("unroll", {"unroll": True, "return_sequences": True, "leak": 0.2}),
]:
    area.layer("own_step/" + name, lambda k, kwargs=kwargs: own_step(k, **kwargs), SEQUENCE)
for name, kwargs in [("masked", {}), ("masked_sequences", {"return_sequences": True})]:
    area.layer(
        "own_step/" + name, lambda k, kwargs=kwargs: [k.layers.Masking(), own_step(k, **kwargs)], HOLES, mask=True
    )
area.graph("own_step/return_state", lambda k, x: own_step(k, return_state=True)(x), SEQUENCE)
area.graph(
    "own_step/initial_state",
    lambda k, x, h, total: own_step(k, return_sequences=True)(x, initial_state=[h, total]),
    SEQUENCE,
    normal(3, 3),
    normal(3, 3),
)


@area.run("own_step/stateful")
def _own_step_stateful(k, t):
    model = k.models.Sequential([own_step(k, stateful=True, batch_input_shape=(3, 5, 4))])
    t.set_weights(model)
    x = SEQUENCE(t.seeded("x"))
    found = [model.predict(x, batch_size=3) for _ in range(2)]
    model.layers[0].reset_states([normal(3, 3)(t.seeded(name)) for name in ("first", "second")])
    found.append(model.predict(x, batch_size=3))
    model.reset_states()
    return {"outputs": found, "again": model.predict(x, batch_size=3)}
