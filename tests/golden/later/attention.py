"""Attention layers: scores, masks, heads, axes."""

import numpy as np

from ..cases.kit import ints, lengths, normal
from .kit import Area

area = Area("attention")

QUERY, VALUE, KEY = normal(2, 3, 4), normal(2, 5, 4), normal(2, 5, 4)
PADDED = (lengths(4, 4, [2, 4, 1]), lengths(5, 4, [3, 1, 5]))


def options_of(kwargs, *names):
    return {name: kwargs.pop(name) for name in names if name in kwargs}


# Attention and AdditiveAttention: one list of inputs


def dense(cls, name, *data, **kwargs):
    also = options_of(kwargs, "eras", "train", "config")
    area.layer(f"{cls.lower()}/{name}", lambda k: getattr(k.layers, cls)(**kwargs), *data, **also)


dense("Attention", "default", QUERY, VALUE)
dense("Attention", "key", QUERY, normal(2, 5, 6), KEY)
dense("Attention", "use_scale", QUERY, VALUE, KEY, use_scale=True)
dense("Attention", "concat", QUERY, VALUE, score_mode="concat")
dense("Attention", "concat_scaled", QUERY, VALUE, KEY, score_mode="concat", use_scale=True)
dense("Attention", "dropout_in_inference", QUERY, VALUE, dropout=0.4)
dense("Attention", "rank_4", normal(2, 2, 3, 4), normal(2, 2, 5, 4))
dense("Attention", "causal_argument", QUERY, VALUE, causal=True, config=False, eras=("tf.keras",))
dense("AdditiveAttention", "default", QUERY, VALUE)
dense("AdditiveAttention", "key", QUERY, VALUE, KEY)
dense("AdditiveAttention", "no_scale", QUERY, VALUE, KEY, use_scale=False)
dense("AdditiveAttention", "dropout_in_inference", QUERY, VALUE, dropout=0.4)


def call_dense(cls, name, *data, masks=False, **kwargs):
    arguments = options_of(kwargs, "use_causal_mask", "return_attention_scores")
    also = options_of(kwargs, "eras", "train")

    def build(k, *inputs):
        layer = getattr(k.layers, cls)(**kwargs)
        masked = [k.layers.Masking()(x) for x in inputs] if masks else list(inputs)
        return layer, layer(masked, **arguments)

    area.graph(f"{cls.lower()}/{name}", build, *data, mask=masks, **also)


for cls in ("Attention", "AdditiveAttention"):
    call_dense(cls, "scores", QUERY, VALUE, return_attention_scores=True)
    call_dense(cls, "causal", QUERY, VALUE, use_causal_mask=True)
    call_dense(cls, "causal_scores", VALUE, KEY, use_causal_mask=True, return_attention_scores=True)
    call_dense(cls, "masks", *PADDED, masks=True)
    call_dense(cls, "masks_and_scores", *PADDED, masks=True, use_causal_mask=True, return_attention_scores=True)
    call_dense(cls, "all_masked", lengths(3, 4, [2, 0]), lengths(3, 4, [0, 3]), masks=True)

# MultiHeadAttention: query, value and key as arguments of their own


def heads(name, *data, masks=False, cls="MultiHeadAttention", positional=(2, 3), **kwargs):
    arguments = options_of(kwargs, "use_causal_mask", "return_attention_scores")
    also = options_of(kwargs, "eras", "train", "shape")
    given = kwargs.pop("attention_mask", None)

    def build(k, *inputs):
        layer = getattr(k.layers, cls)(*positional, **kwargs)
        inputs = list(inputs)
        if given is not None:
            arguments["attention_mask"] = inputs.pop()
        inputs = [k.layers.Masking()(x) for x in inputs] if masks else inputs
        if len(inputs) == 1:
            inputs = inputs * 2
        return layer, layer(*inputs, **arguments)

    sources = (*data, given) if given is not None else data
    area.graph(f"{cls.lower()}/{name}", build, *sources, mask=masks, **also)


heads("self", QUERY)
heads("value", QUERY, VALUE)
heads("key", normal(2, 3, 6), normal(2, 5, 3), normal(2, 5, 7))
heads("value_dim", QUERY, VALUE, value_dim=5)
heads("no_bias", QUERY, VALUE, use_bias=False)
heads("output_shape", QUERY, VALUE, output_shape=7)
heads("output_shape_of_two", QUERY, VALUE, output_shape=(3, 2))
heads("scores", QUERY, VALUE, return_attention_scores=True, shape="tf.keras")
heads("causal", VALUE, use_causal_mask=True)
heads("causal_cross", QUERY, VALUE, use_causal_mask=True)
heads("causal_scores", VALUE, use_causal_mask=True, return_attention_scores=True)
heads("dropout_in_inference", QUERY, VALUE, dropout=0.3)
heads("masks", *PADDED, masks=True)
heads("masks_self", PADDED[0], masks=True)
heads("masks_key", *PADDED, lengths(5, 4, [5, 4, 2]), masks=True)
heads("masks_causal", lengths(5, 4, [2, 5, 4]), masks=True, use_causal_mask=True)
heads("masks_scores", *PADDED, masks=True, return_attention_scores=True, shape="tf.keras")
heads("masks_dropout_in_inference", *PADDED, masks=True, dropout=0.3)
heads("all_masked", lengths(3, 4, [2, 0]), lengths(3, 4, [0, 3]), masks=True)
heads("all_masked_scores", lengths(3, 4, [2, 0]), lengths(3, 4, [0, 3]), masks=True, return_attention_scores=True)
heads("attention_mask", QUERY, VALUE, attention_mask=lambda rng: rng.rand(2, 3, 5) < 0.7)
heads("attention_mask_int", QUERY, VALUE, attention_mask=ints(2, 2, 3, 5))
heads("attention_mask_heads", QUERY, VALUE, attention_mask=lambda rng: rng.rand(2, 2, 3, 5) < 0.7)
heads("attention_mask_and_causal", VALUE, attention_mask=lambda rng: rng.rand(2, 5, 5) < 0.8, use_causal_mask=True)
heads("regularized", QUERY, VALUE, kernel_regularizer="l2", bias_regularizer="l1", kernel_constraint="max_norm")
heads("initializers", QUERY, VALUE, kernel_initializer="ones", bias_initializer="ones", bias_constraint="non_neg")
IMAGES = normal(2, 2, 3, 4)
heads("axes_default", IMAGES)
heads("axes_1", IMAGES, attention_axes=1)
heads("axes_2", IMAGES, attention_axes=(2,))
heads("axes_both", IMAGES, attention_axes=(1, 2))
heads("axes_scores", IMAGES, attention_axes=(2,), return_attention_scores=True, shape="tf.keras")
heads("axes_both_scores", IMAGES, attention_axes=(1, 2), return_attention_scores=True, shape="tf.keras")
heads("axes_mask", IMAGES, attention_axes=(2,), attention_mask=lambda rng: rng.rand(2, 2, 3, 3) < 0.7)
heads("axes_both_mask", IMAGES, attention_mask=lambda rng: rng.rand(2, 2, 3, 2, 3) < 0.7)
heads("robust_masking", *PADDED, masks=True, softmax_robust_masking=True, eras=("tf.keras",))
heads("sliding_window", VALUE, sliding_window=2, eras=("keras3",))
heads("sliding_window_causal", VALUE, sliding_window=2, use_causal_mask=True, eras=("keras3",))
heads("gate", QUERY, VALUE, use_gate=True, value_dim=5, seed=3, eras=("keras3",))


def groups(name, *data, **kwargs):
    heads(name, *data, cls="GroupQueryAttention", positional=(3, 4, 2), eras=("keras3",), **kwargs)


groups("self", QUERY)
groups("value", QUERY, VALUE)
groups("scores", QUERY, VALUE, return_attention_scores=True)
groups("causal", VALUE, use_causal_mask=True)
groups("masks", *PADDED, masks=True)
groups("masks_scores", *PADDED, masks=True, return_attention_scores=True)
groups("gate", QUERY, VALUE, use_gate=True, use_bias=False, dropout=0.2, seed=1)
groups("sliding_window", VALUE, sliding_window=2)


@area.run("multiheadattention/in_a_transformer_block")
def _(k, t):
    """A block as scripts write it: an embedding with a mask, attention, norms, pooling."""
    tokens = k.layers.Input(shape=(6,), dtype="int32")
    x = k.layers.Embedding(10, 4, mask_zero=True)(tokens)
    attended = k.layers.MultiHeadAttention(2, 4)(x, x, use_causal_mask=True)
    x = k.layers.LayerNormalization(epsilon=1e-6)(k.layers.Add()([x, attended]))
    x = k.layers.LayerNormalization(epsilon=1e-6)(k.layers.Add()([x, k.layers.Dense(4, activation="relu")(x)]))
    model = k.models.Model(tokens, k.layers.Dense(2)(k.layers.GlobalAveragePooling1D()(x)))
    t.set_weights(model)
    rows = np.array([[1, 2, 3, 0, 0, 0], [4, 5, 6, 7, 8, 9]])
    return t.forward(model, [rows])
