"""Attention layers in models: arguments, masks, configs, files. Their numbers: tests/test_golden_later.py."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from kerastorch import eras
from kerastorch.engine.layer import collecting_losses
from kerastorch.layers import (
    AdditiveAttention,
    Attention,
    Dense,
    Embedding,
    GlobalAveragePooling1D,
    GroupQueryAttention,
    Input,
    Masking,
    MultiHeadAttention,
)
from kerastorch.models import Model, load_model


def data(*shape, seed=0):
    return np.random.RandomState(seed).standard_normal(shape).astype("float32")


def cross_model(**kwargs):
    query, value = Input((3, 4), name="query"), Input((5, 6), name="value")
    found = MultiHeadAttention(2, 4, name="heads", **kwargs)(query, value=Dense(4, name="dense")(value))
    return Model([query, value], found)


def test_arrays_and_keywords_are_taken():
    layer = MultiHeadAttention(2, 3)
    x, y, mask = data(2, 3, 4), data(2, 5, 4, seed=1), np.tril(np.ones((2, 3, 5)))
    found = layer(x, value=y, attention_mask=mask)
    same = layer(query=torch.tensor(x), value=torch.tensor(y), key=torch.tensor(y), attention_mask=torch.tensor(mask))
    torch.testing.assert_close(found, same)


def test_weights_are_stored_for_linear_and_seen_as_keras_has_them():
    layer = MultiHeadAttention(2, 3, value_dim=5)
    layer(data(2, 3, 4), data(2, 5, 6))
    shapes = [tuple(w.shape) for w in layer.get_weights()]
    assert shapes == [(4, 2, 3), (2, 3), (6, 2, 3), (2, 3), (6, 2, 5), (2, 5), (2, 5, 4), (4,)]
    assert layer.query_dense.weight.shape == (2, 3, 4)
    assert layer.query_dense.weight.is_contiguous()
    assert [w.name for w in layer.weights][0].endswith("/query/kernel:0")


def test_a_graph_survives_its_config():
    model = cross_model()
    config = model.get_config()
    call = next(entry for entry in config["layers"] if entry["name"] == "heads")["inbound_nodes"][0]
    assert call == [["query", 0, 0, {"value": ["dense", 0, 0]}]]
    other = Model.from_config(config)
    other.set_weights(model.get_weights())
    arrays = [data(2, 3, 4), data(2, 5, 6)]
    np.testing.assert_array_equal(other.predict(arrays), model.predict(arrays))


def test_a_graph_survives_its_file(tmp_path):
    model = cross_model(dropout=0.1)
    model.compile("sgd", "mse")
    model.save(tmp_path / "model.h5")
    arrays = [data(2, 3, 4), data(2, 5, 6)]
    np.testing.assert_array_equal(load_model(tmp_path / "model.h5").predict(arrays), model.predict(arrays))


def masked_inner():
    x, y = Input((4, 3)), Input((4, 3))
    return Model([x, y], MultiHeadAttention(1, 3, name="heads")(x, y))


def test_masks_reach_arguments_of_a_nested_model():
    inner = masked_inner()
    a, b = Input((4, 3)), Input((4, 3))
    nested = Model([a, b], inner([Masking()(a), Masking()(b)]))
    flat = Model([a, b], inner.get_layer("heads")(Masking()(a), Masking()(b)))
    arrays = [data(2, 4, 3), data(2, 4, 3, seed=1)]
    arrays[0][0, 2:], arrays[1][1, 1:] = 0, 0
    np.testing.assert_allclose(nested.predict(arrays), flat.predict(arrays), atol=1e-6)
    assert np.abs(flat.predict(arrays) - inner.predict(arrays)).max() > 1e-3


def test_the_query_s_mask_goes_on():
    tokens = Input((4,))
    x = Embedding(5, 3, mask_zero=True)(tokens)
    out, _ = MultiHeadAttention(1, 3)(x, x, return_attention_scores=True)
    model = Model(tokens, GlobalAveragePooling1D()(out))
    first, second = model.predict(np.array([[1, 2, 0, 0], [1, 2, 0, 0]]))
    np.testing.assert_array_equal(first, second)
    attended = Model(tokens, out).predict(np.array([[1, 2, 0, 0]]))
    np.testing.assert_allclose(first, attended[0, :2].mean(0), atol=1e-6)


@pytest.mark.parametrize("kind", [Attention, AdditiveAttention])
def test_dropout_draws_from_its_seed(kind):
    x = [torch.tensor(data(2, 3, 4)), torch.tensor(data(2, 5, 4, seed=1))]
    one, other = kind(dropout=0.5, seed=7), kind(dropout=0.5, seed=7)
    other.build([(None, 3, 4), (None, 5, 4)])
    one.build([(None, 3, 4), (None, 5, 4)])
    other.set_weights(one.get_weights())
    first = one(x, training=True)
    torch.testing.assert_close(first, other(x, training=True))
    assert not torch.equal(first, one(x, training=True))
    torch.testing.assert_close(one(x), kind(dropout=0.0, weights=one.get_weights())(x))


def test_heads_drop_weights_in_training_only():
    layer, x = MultiHeadAttention(2, 3, dropout=0.5), torch.tensor(data(2, 6, 4))
    torch.testing.assert_close(layer(x, x), layer(x, x))
    torch.manual_seed(0)
    found = torch.stack([layer(x, x, training=True) for _ in range(800)])
    assert not torch.equal(found[0], found[1])
    torch.testing.assert_close(found.mean(0), layer(x, x), atol=0.06, rtol=0)


@pytest.mark.parametrize("era", ["tf.keras", "keras3"])
def test_activity_regularizer_counts_what_the_era_counts(era):
    eras.set_era(era)
    layer, x = MultiHeadAttention(2, 3, activity_regularizer="l2"), torch.tensor(data(2, 3, 4))
    with collecting_losses() as losses:
        parts = [layer(x, x)]
    if era == "keras3":
        parts += [dense(x) for dense in (layer.query_dense, layer.key_dense, layer.value_dense)]
    expected = sum(0.01 * part.pow(2).sum() / 2 for part in parts)
    torch.testing.assert_close(sum(losses), expected)


def test_flash_attention_is_insisted_on():
    with pytest.raises(ValueError, match="expected dropout=0 with flash_attention=True"):
        MultiHeadAttention(2, 3, dropout=0.1, flash_attention=True)
    layer, x = MultiHeadAttention(2, 8, flash_attention=True), torch.tensor(data(2, 6, 4))
    if not torch.cuda.is_available():
        plain = MultiHeadAttention(2, 8, weights=None)
        plain.build((None, 6, 4), (None, 6, 4))
        layer.build((None, 6, 4), (None, 6, 4))
        plain.set_weights(layer.get_weights())
        torch.testing.assert_close(layer(x, x), plain(x, x))
    with pytest.raises(ValueError, match="return_attention_scores=False"):
        layer(x, x, return_attention_scores=True)


def test_wrong_use_is_one_sentence():
    with pytest.raises(ValueError, match="expected num_heads to be a positive integer"):
        MultiHeadAttention(0, 3)
    with pytest.raises(ValueError, match="multiple of num_key_value_heads=2"):
        GroupQueryAttention(3, 3, 2)
    with pytest.raises(ValueError, match="expected a list of inputs"):
        Attention()(torch.zeros(2, 3, 4))
    with pytest.raises(ValueError, match=r"expected a list of inputs .* Received: 4 tensors"):
        Attention()([torch.zeros(2, 3, 4)] * 4)
    with pytest.raises(ValueError, match="mask to be a list"):
        Attention()([torch.zeros(2, 3, 4)] * 2, mask=torch.ones(2, 3))
    with pytest.raises(ValueError, match="value and key to differ in their last axis only"):
        MultiHeadAttention(2, 3)(data(2, 3, 4), data(2, 5, 4), data(2, 6, 4))
    with pytest.warns(UserWarning, match="causal is now called use_causal_mask"):
        Attention(causal=True)


def test_configs_are_the_era_s():
    assert MultiHeadAttention(2, 3, output_shape=5).get_config()["output_shape"] == 5
    eras.set_era("keras3")
    config = MultiHeadAttention(2, 3, output_shape=5).get_config()
    assert config["output_shape"] == (5,)
    assert "query_shape" not in config
    assert config["seed"] is None
