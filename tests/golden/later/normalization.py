"""Normalization layers of later Keras."""

from ..cases.kit import lengths, normal
from .kit import Area

area = Area("normalization")

ROWS, STEPS, IMAGE = normal(3, 6), normal(2, 3, 6), normal(2, 3, 4, 6)
TF, K3 = ("tf.keras",), ("keras3",)
EVERYTHING = {
    "center": True,
    "scale": True,
    "beta_initializer": "ones",
    "gamma_initializer": "glorot_uniform",
    "beta_regularizer": "l2",
    "gamma_regularizer": "l1",
    "beta_constraint": "non_neg",
    "gamma_constraint": "max_norm",
}


def layer(cls, name, data, *args, eras=None, **kwargs):
    also = {key: kwargs.pop(key) for key in ("train", "mask", "grads", "config") if key in kwargs}
    area.layer(f"{cls.lower()}/{name}", lambda k: getattr(k.layers, cls)(*args, **kwargs), data, eras=eras, **also)


layer("LayerNormalization", "default", ROWS)
layer("LayerNormalization", "steps", STEPS, epsilon=1e-6)
layer("LayerNormalization", "axis_1", STEPS, axis=1, eras=TF)  # Keras 3.15 on torch fails on any but the last axes
layer("LayerNormalization", "two_axes", IMAGE, axis=[1, 2], eras=TF)
layer("LayerNormalization", "last_two_axes", IMAGE, axis=(-2, -1))
layer("LayerNormalization", "neither", IMAGE, center=False, scale=False)
layer("LayerNormalization", "no_scale", ROWS, scale=False)
layer("LayerNormalization", "no_center", ROWS, center=False)
layer("LayerNormalization", "everything", ROWS, **{**EVERYTHING, "gamma_initializer": "ones"})
layer("GroupNormalization", "groups", IMAGE, groups=3)
layer("GroupNormalization", "instance", IMAGE, groups=-1)
layer("GroupNormalization", "layer", STEPS, groups=1)
layer("GroupNormalization", "axis_1", normal(2, 6, 3, 4), groups=2, axis=1, epsilon=1e-5)
layer("GroupNormalization", "neither", IMAGE, groups=2, center=False, scale=False)
layer("GroupNormalization", "rows", ROWS, groups=2)
layer("GroupNormalization", "everything", IMAGE, groups=2, **{**EVERYTHING, "gamma_initializer": "ones"})
layer("UnitNormalization", "default", ROWS)
layer("UnitNormalization", "two_axes", IMAGE, axis=[1, 2])
layer("UnitNormalization", "zeros", lengths(4, 3, [2, 4]), grads=False)
layer("RMSNormalization", "default", ROWS, eras=K3)
layer("RMSNormalization", "last_by_number", STEPS, axis=2, epsilon=1e-3, eras=K3)
layer("RMSNormalization", "two_axes", IMAGE, axis=[-2, -1], eras=K3)
layer("BatchNormalization", "default", IMAGE, train=True)
layer("BatchNormalization", "axis_1", STEPS, axis=1, momentum=0.9, epsilon=1e-5, train=True)
layer("BatchNormalization", "synchronized", ROWS, synchronized=False, train=True)
for name in ("LayerNormalization", "UnitNormalization", "BatchNormalization"):

    def build(k, x, name=name):
        made = getattr(k.layers, name)()
        return made, made(k.layers.Masking()(x))

    area.graph(f"{name.lower()}/passes_a_mask", build, lengths(4, 3, [2, 4]), mask=True)


def transposed(name, *args, eras=None, **kwargs):
    def build(k):
        return k.layers.Conv1DTranspose(*args, **kwargs)

    area.layer(f"conv1dtranspose/{name}", build, normal(2, 5, 4), config=False, eras=eras)


transposed("default", 3, 2)
transposed("same_strides", 3, 4, strides=2, padding="same", activation="relu", use_bias=False)
transposed("output_padding", 3, 4, strides=3, padding="same", output_padding=1)
transposed("dilation", 3, 3, dilation_rate=2, eras=K3)  # TensorFlow has none on a CPU


def spectral(name, inner, data, **kwargs):
    """Two calls in training, each of which moves the kernel, and one in inference."""

    def body(k, t):
        x = data(t.rng)
        inputs = k.layers.Input(shape=x.shape[1:])
        layer = k.layers.SpectralNormalization(inner(k), **kwargs)
        model = k.models.Model(inputs, layer(inputs))
        names = [w.name.split("/")[-1].split(":")[0] for w in layer.weights]
        shapes = dict(zip(names, (w.shape for w in layer.get_weights())))
        values = {n: t.rng.standard_normal(shapes[n]).astype("float32") for n in sorted(shapes)}
        layer.set_weights([values[n] for n in names])
        results = {"first": t.forward(model, [x], training=True), "second": t.forward(model, [x], training=True)}
        results["weights"] = dict(zip(names, layer.get_weights()))
        results["inference"] = t.forward(model, [x])
        results["power_iterations"] = layer.get_config()["power_iterations"]
        return results

    area.add(f"spectralnormalization/{name}", body)


spectral("dense", lambda k: k.layers.Dense(3), ROWS)
spectral("conv", lambda k: k.layers.Conv2D(3, 2), IMAGE, power_iterations=3)
