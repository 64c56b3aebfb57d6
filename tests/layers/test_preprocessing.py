"""Layers that prepare data: inside of models, in files, and what they refuse. Their numbers are golden cases."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import kerastorch as keras
from kerastorch import eras, layers, models
from kerastorch.backend import text

TEXTS = np.array(["The cat sat.", "a dog ran far", "the dog sat", "cats run"])


@pytest.fixture(params=["tf.keras", "keras3"], autouse=True)
def era(request):
    eras.set_era(request.param)


def vectorizer():
    layer = layers.TextVectorization(max_tokens=12, output_sequence_length=5)
    layer.adapt(TEXTS)
    return layer


def reader():
    return models.Sequential([vectorizer(), layers.Embedding(12, 4), layers.GlobalAveragePooling1D(), layers.Dense(1)])


def test_a_model_trains_on_text():
    keras.utils.set_random_seed(1)
    model = reader()
    model.compile("adam", "mse")
    losses = model.fit(np.tile(TEXTS, 4), np.tile([0.0, 1.0, 0.0, 1.0], 4), epochs=8, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    expected = model.predict(TEXTS, verbose=0)
    for same in (TEXTS.tolist(), TEXTS[:, None], TEXTS.astype(object), text.as_text(TEXTS)):
        np.testing.assert_allclose(model.predict(same, verbose=0), expected, rtol=1e-6)
    np.testing.assert_allclose(model(TEXTS).detach().cpu(), expected, rtol=1e-6)


def test_files_keep_a_vocabulary(tmp_path):
    model = reader()
    expected = model.predict(TEXTS, verbose=0)
    model.save(tmp_path / "m.keras")
    again = models.load_model(tmp_path / "m.keras", compile=False)
    assert again.layers[0].get_vocabulary() == model.layers[0].get_vocabulary()
    np.testing.assert_array_equal(again.predict(TEXTS, verbose=0), expected)


def test_text_is_no_matter_of_precision(tmp_path):
    keras.mixed_precision.set_global_policy("mixed_bfloat16")
    model = reader()
    expected = model.predict(TEXTS, verbose=0)
    model.save(tmp_path / "m.keras")
    again = models.load_model(tmp_path / "m.keras", compile=False)
    np.testing.assert_array_equal(again.predict(TEXTS, verbose=0), expected)


def test_files_keep_what_was_learned_of_numbers(tmp_path):
    x = np.random.RandomState(0).standard_normal((50, 2))
    normal, bins = layers.Normalization(), layers.Discretization(num_bins=4, output_mode="count")
    words = layers.IntegerLookup(output_mode="tf_idf")
    normal.adapt(x), bins.adapt(x), words.adapt(np.arange(20).reshape(10, 2) % 5)
    a, b = layers.Input((2,)), layers.Input((2,), dtype="int64")
    model = models.Model([a, b], [normal(a), bins(a), words(b)])
    data = [x[:5], np.array([[0, 1], [3, 3], [4, 9], [2, 2], [1, 4]])]
    expected = model.predict(data, verbose=0)
    model.save(tmp_path / "m.keras")
    again = models.load_model(tmp_path / "m.keras", compile=False)
    for ours, theirs in zip(again.predict(data, verbose=0), expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_text_beside_numbers():
    words, numbers = layers.Input((1,), dtype="string"), layers.Input((3,))
    hot = layers.StringLookup(vocabulary=["a", "b"], output_mode="one_hot")(words)
    joined = layers.Concatenate()([layers.Rescaling(1.0)(hot), layers.Normalization(mean=1.0, variance=4.0)(numbers)])
    model = models.Model([words, numbers], joined)
    found = model.predict([np.array([["b"], ["z"]]), np.array([[1.0, 3.0, 5.0]] * 2)], verbose=0)
    assert found.tolist() == [[0, 0, 1, 0, 1, 2], [1, 0, 0, 0, 1, 2]]
    with pytest.raises(ValueError, match="expected text. Received: dtype float"):
        model.predict([np.zeros((2, 1)), np.zeros((2, 3))], verbose=0)
    with pytest.raises(ValueError, match="expected an array of numbers. Received: text"):
        model.predict([np.array([["b"]]), np.array([["1", "2", "3"]])], verbose=0)


def test_samples_without_axes():
    words = layers.Input((), dtype="string")
    model = models.Model(words, layers.StringLookup(vocabulary=["a", "b"])(words))
    assert model.predict(np.array(["a", "c", "b"]), verbose=0).tolist() == [1, 0, 2]


def test_a_subclass_reads_text():
    class Reader(keras.Model):
        def __init__(self):
            super().__init__()
            self.words = layers.TextVectorization(vocabulary=["cat", "dog"], output_mode="count")
            self.out = layers.Dense(1)

        def call(self, x):
            return self.out(self.words(x))

    model = Reader()
    model.compile("sgd", "mse")
    model.fit(TEXTS, np.zeros(4), verbose=0)
    assert model.predict(TEXTS, verbose=0).shape == (4, 1)


def test_own_functions():
    layer = layers.TextVectorization(
        standardize=lambda x: text.as_text([t.replace(b"-", b" ") for t in x.numpy()]),
        split=lambda x: [t.split(b" ") for t in x.numpy()],
        vocabulary=["a", "b"],
    )
    assert layer(["a-b", "b a c"]).tolist() == [[2, 3, 0], [3, 2, 1]]


def test_a_vocabulary_from_a_file(tmp_path):
    (tmp_path / "words.txt").write_text("b\na\n", encoding="utf-8")
    assert layers.StringLookup(vocabulary=str(tmp_path / "words.txt"))(["a", "b", "c"]).tolist() == [2, 1, 0]
    with pytest.raises(ValueError, match="expected vocabulary to name a readable text file"):
        layers.StringLookup(vocabulary=str(tmp_path / "none.txt"))


def test_data_sets_are_learned_from():
    batches = [np.array([[0.0, 2.0]]), (np.array([[4.0, 6.0]]), np.zeros(1))]
    layer = layers.Normalization()
    layer.adapt(iter(batches))
    assert layer.mean.tolist() == [[2.0, 4.0]] and layer.variance.tolist() == [[4.0, 4.0]]
    loader = torch.utils.data.DataLoader(torch.tensor([[1.0], [3.0]]), batch_size=1)
    layer = layers.Normalization()
    layer.adapt(loader)
    assert layer.mean.tolist() == [[2.0]] and layer.variance.tolist() == [[1.0]]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.Normalization(mean=1.0), "expected mean and variance, or neither"),
        (lambda: layers.Normalization(axis=3)(np.ones((2, 2))), "expected axis to name axes"),
        (lambda: layers.Normalization(mean=1.0, variance=1.0).adapt(np.ones((2, 2))), "expected mean=None"),
        (lambda: layers.Discretization(), "expected either bin_boundaries or num_bins"),
        (lambda: layers.Discretization([1.0]).adapt(np.ones(3)), "expected num_bins instead"),
        (lambda: layers.Discretization(num_bins=3)(np.ones(3)), "adapt\\(\\) before a call"),
        (lambda: layers.CategoryEncoding(), "expected num_tokens"),
        (lambda: layers.CategoryEncoding(3)(np.array([[1, 3]])), "expected numbers from 0 to below num_tokens=3"),
        (lambda: layers.CategoryEncoding(3)(np.array([[1]]), count_weights=[[1.0]]), "expected count_weights=None"),
        (lambda: layers.Hashing(0), "num_bins"),
        (lambda: layers.Hashing(3, salt=[1, 2, 3]), "expected salt"),
        (lambda: layers.HashedCrossing(3)(["a"]), "expected a list of at least two inputs"),
        (lambda: layers.HashedCrossing(3)([np.ones(2), np.ones(2)]), "expected text or whole numbers"),
        (lambda: layers.HashedCrossing(3)([np.ones((2, 3), int)] * 2), "expected inputs of one shape"),
        (lambda: layers.StringLookup(vocabulary=["a", "a"]), "each token of vocabulary once"),
        (lambda: layers.StringLookup(vocabulary=["a", "b"], max_tokens=2), "at most max_tokens=2"),
        (lambda: layers.StringLookup(invert=True, output_mode="count"), "expected output_mode='int'"),
        (lambda: layers.StringLookup(vocabulary=["a"], output_mode="tf_idf"), "expected idf_weights"),
        (lambda: layers.StringLookup(vocabulary=["a"], num_oov_indices=0)(["b"]), "num_oov_indices=0"),
        (lambda: layers.StringLookup(vocabulary=["a"])(np.array([1])), "expected text"),
        (lambda: layers.StringLookup(vocabulary=["a"]).adapt(["b"]), "expected vocabulary=None"),
        (lambda: layers.StringLookup(output_mode="bits"), "output_mode"),
        (lambda: layers.IntegerLookup(salt=3), "expected oov_method='farmhash'"),
        (lambda: layers.TextVectorization(ragged=True), "expected ragged=False"),
        (lambda: layers.TextVectorization(split="words"), "split"),
        (lambda: layers.TextVectorization(dtype="int64"), "expected dtype to be 'string'"),
        (
            lambda: layers.TextVectorization(output_mode="count", output_sequence_length=3),
            "output_sequence_length=None",
        ),
        (lambda: layers.TextVectorization(vocabulary=["a"])([["a", "b"]]), r"expected text of shape \(batch,\)"),
    ],
)
def test_what_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_vectors_need_a_vocabulary():
    with pytest.raises(RuntimeError, match="expected a vocabulary, or adapt"):
        layers.StringLookup(output_mode="count")(["a"])


def test_sparse_outputs_are_dense_and_said_to_be():
    with pytest.warns(UserWarning, match="sparse=True changes nothing"):
        layer = layers.CategoryEncoding(3, sparse=True)
    assert layer(np.array([[2]])).tolist() == [[0, 0, 1]]


def test_a_single_text_through_a_split_of_ones_own():
    layer = layers.TextVectorization(standardize=None, split=lambda text: text.numpy().split())
    layer.set_vocabulary(["a", "b"])
    np.testing.assert_array_equal(layer("b a c a"), [3, 2, 1, 2])
