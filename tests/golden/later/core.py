"""Layers of later Keras that compute one thing: EinsumDense and the like."""

from ..cases.kit import ints, lengths, normal
from .kit import Area

area = Area("core")


def layer(cls, name, *data, positional=(), **kwargs):
    also = {key: kwargs.pop(key) for key in ("eras", "train", "mask", "config", "grads", "shape") if key in kwargs}
    area.layer(f"{cls.lower()}/{name}", lambda k: getattr(k.layers, cls)(*positional, **kwargs), *data, **also)


def einsum(name, equation, shape, *size, **kwargs):
    asked = {"shape": "tf.keras"} if isinstance(shape, tuple) and None in shape else {}  # Keras 3 repeats the None
    layer("EinsumDense", name, normal(*size), positional=(equation, shape), **asked, **kwargs)


einsum("linear", "ab,bc->ac", 5, 3, 4, bias_axes="c")
einsum("no_bias", "ab,bc->ac", 5, 3, 4)
einsum("sequence", "abc,cd->abd", (None, 5), 2, 3, 4, bias_axes="d", activation="relu")
einsum("left_elided", "...x,xy->...y", 5, 2, 3, 4, bias_axes="y")
einsum("left_elided_rank_2", "...x,xy->...y", 5, 3, 4, bias_axes="y")
einsum("right_elided", "ab...,bc->ac...", 5, 2, 4, 3, bias_axes="c")
einsum("heads", "abc,cde->abde", (None, 2, 3), 2, 3, 4, bias_axes="de")
einsum("heads_back", "abcd,cde->abe", (None, 5), 2, 3, 2, 3, bias_axes="e")
einsum("bias_of_one_axis", "abc,cde->abde", (None, 2, 3), 2, 3, 4, bias_axes="d")
einsum("bias_of_time", "abc,cd->abd", (3, 5), 2, 3, 4, bias_axes="b")
einsum("bias_of_both", "abc,cd->abd", (3, 5), 2, 3, 4, bias_axes="bd")
einsum("transposed", "abc,bd->adc", (5, None), 2, 3, 4, bias_axes="d")
einsum("per_channel", "abc,c->abc", (None, 4), 2, 3, 4, bias_axes="c")
einsum("per_position", "abc,bcd->abd", (3, 5), 2, 3, 4, bias_axes="bd")
einsum("swapped_kernel", "ab,cb->ac", 5, 3, 4, bias_axes="c")
einsum(
    "everything",
    "ab,bc->ac",
    (5,),
    3,
    4,
    bias_axes="c",
    activation="tanh",
    kernel_initializer="ones",
    bias_initializer="ones",
    kernel_regularizer="l2",
    bias_regularizer="l1",
    kernel_constraint="max_norm",
    bias_constraint="non_neg",
)

layer("Identity", "floats", normal(2, 3, 4))
layer("Identity", "integers", ints(9, 2, 3), grads=False)
area.graph("identity/passes_a_mask", lambda k, x: _masked(k, k.layers.Identity(), x), lengths(4, 3, [2, 4]), mask=True)


def _masked(k, made, x):
    return made, made(k.layers.Masking()(x))
