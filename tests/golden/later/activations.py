"""Activation layers with the arguments that later Keras has."""

import numpy as np

from ..cases.kit import lengths, normal
from .kit import Area

area = Area("activations")

DATA, IMAGE = normal(3, 4, scale=2.0), normal(2, 3, 4, 2)
TF, K3 = ("tf.keras",), ("keras3",)


def layer(cls, name, data, *args, eras=None, **kwargs):
    also = {key: kwargs.pop(key) for key in ("mask",) if key in kwargs}
    area.layer(f"{cls.lower()}/{name}", lambda k: getattr(k.layers, cls)(*args, **kwargs), data, eras=eras, **also)


layer("Softmax", "default", DATA)
layer("Softmax", "axis", IMAGE, axis=1)
layer("Softmax", "two_axes", IMAGE, axis=(1, 2))
layer("Softmax", "axis_in_a_list", IMAGE, axis=[2])
layer("Softmax", "robust_masking", DATA, robust_masking=True, eras=TF)
layer("ReLU", "default", DATA)
layer("ReLU", "max_value", DATA, 1.5)
layer("ReLU", "everything", DATA, max_value=2.0, negative_slope=0.1, threshold=0.5)
layer("LeakyReLU", "default", DATA)
layer("LeakyReLU", "alpha", DATA, alpha=0.2, eras=TF)
layer("LeakyReLU", "negative_slope", DATA, negative_slope=0.2, eras=K3)
layer("LeakyReLU", "positional", DATA, 0.1)
layer("PReLU", "default", DATA)
layer("PReLU", "shared_axes", IMAGE, shared_axes=[1, 2], alpha_regularizer="l2", alpha_constraint="non_neg")
layer("ELU", "default", DATA)
layer("ELU", "alpha", DATA, alpha=0.4)
layer("ThresholdedReLU", "default", DATA, eras=TF)
layer("ThresholdedReLU", "theta", DATA, theta=0.3, eras=TF)


def masked(name, kept, eras=None, positive=None, **kwargs):
    """A mask as an argument of the call."""

    def body(k, t):
        x = t.rng.standard_normal((2, 3, 4))
        mask = np.array(kept(t.rng), dtype=positive or "bool")
        made = k.layers.Softmax(**kwargs)
        return {"output": t.value(made(t.tensor(x), mask=t.tensor(mask)))}

    area.add(f"softmax/{name}", body, eras)


masked("mask", lambda rng: rng.rand(2, 3, 4) < 0.7)
masked("mask_broadcast", lambda rng: rng.rand(2, 1, 4) < 0.7)
masked("mask_of_all", lambda rng: np.arange(24).reshape(2, 3, 4) >= 4)
masked("mask_of_two_axes", lambda rng: rng.rand(2, 3, 4) < 0.7, axis=(1, 2))
masked("mask_robust", lambda rng: np.arange(24).reshape(2, 3, 4) >= 4, eras=TF, robust_masking=True)
masked("mask_of_numbers", lambda rng: rng.rand(2, 3, 4) < 0.7, positive="float32")
for name in ("ReLU", "LeakyReLU", "PReLU", "ELU"):

    def build(k, x, name=name):
        made = getattr(k.layers, name)()
        return made, made(k.layers.Masking()(x))

    area.graph(f"{name.lower()}/passes_a_mask", build, lengths(4, 3, [2, 4]), mask=True)
