"""Wrong input to the functions of sequences and texts, and what survives a journey through JSON."""

import json

import numpy as np
import pytest

import kerastorch as keras
from kerastorch.preprocessing import sequence, text


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: sequence.pad_sequences(3), ValueError, "expected a list of sequences. Received: int"),
        (lambda: sequence.pad_sequences([1, 2]), ValueError, "Received: 1 in it"),
        (lambda: sequence.pad_sequences([[1]], padding="mid"), ValueError, "padding='mid'"),
        (lambda: sequence.pad_sequences([[1]], truncating="mid"), ValueError, "truncating='mid'"),
        (lambda: sequence.pad_sequences([[1]], value="x"), ValueError, "dtype=object"),
        (lambda: sequence.pad_sequences([[[1, 2]], [[1]]]), ValueError, r"Received: shape \(1,\) in sequence 1"),
        (lambda: sequence.make_sampling_table(0), ValueError, "size=0"),
        (lambda: sequence.TimeseriesGenerator([1, 2], [1], 1), ValueError, "as many targets as data"),
        (
            lambda: sequence.TimeseriesGenerator([1, 2], [1, 2], 3),
            ValueError,
            "expected a window to fit",
        ),
        (lambda: sequence.TimeseriesGenerator([1, 2], [1, 2], 1, batch_size=0), ValueError, "batch_size=0"),
        (lambda: sequence.TimeseriesGenerator([{1}, 2], [1, 2], 1).get_config(), TypeError, "JSON can hold"),
        (lambda: text.hashing_trick("a", 1), ValueError, "n to be at least 2"),
        (lambda: text.hashing_trick("a", 5, "sha"), ValueError, "hash_function to be 'md5' or a function"),
        (lambda: text.Tokenizer(words=3), TypeError, "Received: 'words'"),
        (lambda: text.Tokenizer().texts_to_matrix(["a"]), ValueError, r"expected num_words, or fit_on_texts\(\)"),
        (lambda: text.Tokenizer(3).texts_to_matrix(["a"], "tfidf"), ValueError, "no texts yet"),
        (lambda: text.Tokenizer(3).texts_to_matrix(["a"], "tf"), ValueError, "mode='tf'"),
        (lambda: text.Tokenizer(analyzer=list).to_json(), ValueError, "no analyzer"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message) as raised:
        call()
    assert "\n" not in str(raised.value)


def test_padding_nothing():
    assert sequence.pad_sequences([]).shape == (0, 0)
    assert sequence.pad_sequences([[], []]).shape == (2, 0)
    assert sequence.pad_sequences([[], [1]], 3).tolist() == [[0, 0, 0], [0, 0, 1]]


def test_windows_through_json():
    made = sequence.TimeseriesGenerator(np.arange(20.0), np.arange(20), 3, batch_size=2, stride=2)
    again = sequence.timeseries_generator_from_json(made.to_json(indent=1))
    # Keras writes start_index with the length added, and reads it as it is.
    assert (again.length, again.stride, again.batch_size, again.start_index) == (3, 2, 2, 6)
    np.testing.assert_array_equal(again[0][0], [[3, 4, 5], [5, 6, 7]])


def test_a_model_learns_from_windows():
    series = np.sin(np.arange(60))[:, None]
    batches = sequence.TimeseriesGenerator(series, series, length=6, batch_size=8)
    model = keras.models.Sequential([keras.layers.Flatten(input_shape=(6, 1)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(lr=0.05), "mse")
    losses = model.fit_generator(batches, epochs=20, verbose=0).history["loss"]
    assert losses[-1] < 0.1 * losses[0]


def test_a_tokenizer_through_json():
    made = text.Tokenizer(num_words=6, oov_token="?")
    made.fit_on_texts(["one two two", "three three three"])
    again = text.tokenizer_from_json(made.to_json())
    assert again.to_json() == made.to_json()
    assert again.texts_to_sequences(["two four"]) == made.texts_to_sequences(["two four"]) == [[3, 1]]
    assert again.sequences_to_texts([[2, 5]]) == made.sequences_to_texts([[2, 5]])
    np.testing.assert_array_equal(again.texts_to_matrix(["one"], "tfidf"), made.texts_to_matrix(["one"], "tfidf"))
    assert json.loads(made.to_json())["class_name"] == "Tokenizer"


def test_an_analyzer():
    tokenizer = text.Tokenizer(analyzer=lambda t: t.split("-"))
    tokenizer.fit_on_texts(["a-b", "b c"])
    assert tokenizer.word_index == {"a": 1, "b": 2, "b c": 3}


def test_old_name_of_num_words():
    with pytest.warns(UserWarning, match="nb_words is now called num_words"):
        assert text.Tokenizer(nb_words=7).num_words == 7


def test_one_hot_is_a_hash():
    found = text.one_hot("the cat the", 50)
    assert found[0] == found[2] and all(1 <= n < 50 for n in found)
