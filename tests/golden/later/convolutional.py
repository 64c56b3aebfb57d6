"""Convolutions that Keras 2.2.4 lacks, in one and three dimensions and over time."""

from ..cases.kit import normal
from .kit import Area

area = Area("convolutional")

TF, K3 = ("tf.keras",), ("keras3",)
FIRST = "channels_first"
# what configs say of every recurrent layer or convolution
GENERAL = ("time_major", "zero_output_for_mask", "seed", "groups", "unroll")


def layer(cls, name, data, *args, **kwargs):
    also = {key: kwargs.pop(key) for key in ("eras", "train", "mask") if key in kwargs}
    area.layer(
        f"{cls.lower()}/{name}", lambda k: getattr(k.layers, cls)(*args, **kwargs), data, without=GENERAL, **also
    )


STEPS = normal(2, 9, 4)
layer("DepthwiseConv1D", "default", STEPS, 3)
layer("DepthwiseConv1D", "same_strides", STEPS, 4, 2, "same", depth_multiplier=2)
layer("DepthwiseConv1D", "positional", STEPS, 3, 1, "valid", 2, "channels_last", 2, "relu", False)
layer("DepthwiseConv1D", "dilated", STEPS, 3, dilation_rate=3, padding="same", activation="tanh")
layer("DepthwiseConv1D", "first", normal(2, 4, 9), 3, data_format=FIRST, depth_multiplier=2, eras=K3)
layer(
    "DepthwiseConv1D",
    "regularized",
    STEPS,
    2,
    depthwise_initializer="ones",
    bias_initializer="ones",
    depthwise_regularizer="l2",
    bias_regularizer="l1",
    depthwise_constraint="max_norm",
    bias_constraint="non_neg",
)

LINES, VOLUMES = normal(2, 3, 7, 2), normal(2, 3, 4, 3, 5, 2)
layer("ConvLSTM1D", "default", LINES, 3, 2)
layer("ConvLSTM1D", "sequences", LINES, 3, 3, padding="same", return_sequences=True)
layer("ConvLSTM1D", "strides", LINES, 2, 3, strides=2, return_sequences=True, go_backwards=True)
layer("ConvLSTM1D", "dilated", LINES, 2, 2, dilation_rate=2, padding="same", use_bias=False, activation="relu")
layer("ConvLSTM1D", "sigmoid", LINES, 2, 2, recurrent_activation="sigmoid", dropout=0.2, recurrent_dropout=0.3)
layer("ConvLSTM1D", "first", normal(2, 3, 2, 7), 3, 2, data_format=FIRST, eras=K3)
layer("ConvLSTM1D", "state", LINES, 2, 3, padding="same", return_state=True)
layer("ConvLSTM3D", "default", VOLUMES, 3, 2)
layer("ConvLSTM3D", "sequences", VOLUMES, 2, (2, 1, 3), padding="same", return_sequences=True)
layer("ConvLSTM3D", "strides", VOLUMES, 2, 2, strides=(2, 1, 2), unit_forget_bias=False, kernel_regularizer="l2")
layer("ConvLSTM3D", "first", normal(2, 3, 2, 4, 3, 5), 2, 2, data_format=FIRST, return_sequences=True, eras=K3)
layer("ConvLSTM2D", "default", normal(2, 3, 5, 4, 2), 3, 2)
layer("ConvLSTM2D", "sequences", normal(2, 3, 5, 4, 2), 2, (2, 3), padding="same", return_sequences=True)


@area.run("abstractrnncell/own", TF)
def _(k, t):
    """A cell as the docstring of tf.keras has it."""

    class Minimal(k.layers.AbstractRNNCell):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units

        @property
        def state_size(self):
            return self.units

        @property
        def output_size(self):
            return self.units

        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="uniform", name="kernel")
            self.recurrent_kernel = self.add_weight(
                shape=(self.units, self.units), initializer="uniform", name="recurrent_kernel"
            )
            super().build(input_shape)

        def call(self, inputs, states):
            output = k.backend.dot(inputs, self.kernel) + k.backend.dot(states[0], self.recurrent_kernel)
            return output, output

    inputs = k.layers.Input(shape=(5, 3))
    model = k.models.Model(inputs, k.layers.RNN([Minimal(4), Minimal(2)], return_sequences=True)(inputs))
    t.set_weights(model)
    results = t.forward(model, [t.rng.standard_normal((2, 5, 3))])
    results["state"] = t.value(Minimal(4).get_initial_state(batch_size=2, dtype="float32"))
    return results


@area.run("names")
def _(k, t):
    """The names that layers get by themselves."""
    made = [
        k.layers.ConvLSTM1D(2, 1),
        k.layers.ConvLSTM2D(2, 1),
        k.layers.ConvLSTM3D(2, 1),
        k.layers.DepthwiseConv1D(1),
        k.layers.Conv2DTranspose(2, 1),
        k.layers.GlobalMaxPooling3D(),
        k.layers.GRU(2),
        k.layers.SeparableConv2D(2, 1),
    ]
    return {"names": [layer.name.rstrip("_0123456789") for layer in made]}


def transposed(rank, name, data, *args, **kwargs):
    layer(f"Conv{rank}DTranspose", name, data, *args, **kwargs)


transposed(1, "default", STEPS, 3, 2)
transposed(1, "strides", STEPS, 2, 3, strides=2, padding="same", activation="relu")
transposed(1, "output_padding", STEPS, 2, 3, strides=3, output_padding=1, use_bias=False)
transposed(1, "first", normal(2, 4, 9), 2, 3, data_format=FIRST, eras=K3)
transposed(3, "default", normal(2, 3, 4, 3, 2), 3, 2)
transposed(3, "strides", normal(2, 3, 4, 3, 2), 2, (2, 3, 1), strides=(1, 2, 3), padding="same")
transposed(3, "first", normal(2, 2, 3, 4, 3), 2, 2, strides=2, data_format=FIRST, eras=K3)
transposed(3, "dilated", normal(2, 3, 4, 3, 2), 2, 2, dilation_rate=2, eras=K3)


@area.run("abstractrnncell/states", TF)
def _(k, t):
    """Several states, one of them a matrix."""

    class Two(k.layers.AbstractRNNCell):
        state_size, output_size = (3, 2), 3

        def call(self, inputs, states):
            return inputs + states[0], [states[0] + 1.0, states[1]]

    inputs = k.layers.Input(shape=(4, 3))
    model = k.models.Model(inputs, k.layers.RNN(Two(), return_state=True)(inputs))
    results = t.forward(model, [t.rng.standard_normal((2, 4, 3))])
    first = Two().get_initial_state(batch_size=2, dtype="float32")
    results["first"] = [t.value(state) for state in first]
    return results
