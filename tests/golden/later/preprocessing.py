"""Layers that prepare numbers, categories and text. Keras 3 records them on TensorFlow, which it needs for text."""

import numpy as np

from ..cases.kit import ints, normal
from .kit import Area, plain_config

area = Area("preprocessing")


def given(values):
    return lambda rng: np.array(values)


TF = ("tf.keras",)
ROWS, CUBE = normal(4, 3), normal(2, 3, 4)
WORDS = given([["the", "cat"], ["", "dog"], ["cat", "CAT"]])
WORD = given([["cat"], ["bird"], ["dog"], [""]])
COLUMN = given([[3], [7], [-1], [3]])
TEXTS = given([["The cat, the dog!"], ["a  Bird\tsings"], ["dog (dog) dog"], [""], ["don't stop: now"]])
VOCABULARY = ["the", "cat", "dog"]


def layer(cls, name, data, *args, eras=None, **kwargs):
    also = {key: kwargs.pop(key) for key in ("grads", "weights", "shape") if key in kwargs}
    also.setdefault("grads", False)
    area.layer(f"{cls.lower()}/{name}", lambda k: getattr(k.layers, cls)(*args, **kwargs), data, eras=eras, **also)


def adapted(cls, name, learned, data, *args, eras=None, adapt=None, **kwargs):
    """What the layer gives, and what it holds, after it learned from data."""

    def body(k, t):
        made = getattr(k.layers, cls)(*args, **kwargs)
        made.adapt(learned(t.rng), **(adapt or {}))
        x = data(t.rng)
        out = t.value(made(t.tensor(x)))
        results = {"output": [out], "output_kinds": [out.dtype.kind], "config": plain_config(made)}
        if hasattr(made, "get_vocabulary"):
            results["vocabulary"] = [str(token) for token in made.get_vocabulary()]
            results["tokens"] = [str(token) for token in made.get_vocabulary(include_special_tokens=False)]
            results["size"] = int(made.vocabulary_size())
        if cls == "Discretization":
            results["boundaries"] = [float(edge) for edge in made.bin_boundaries]
        if cls == "Normalization":
            results["mean"], results["variance"] = t.value(made.mean), t.value(made.variance)
        return results

    area.add(f"{cls.lower()}/adapted_{name}", body, eras)


layer("Normalization", "given", ROWS, mean=3.0, variance=4.0)
layer("Normalization", "given_each", ROWS, mean=[1.0, 2.0, 3.0], variance=[4.0, 5.0, 0.0])
layer("Normalization", "given_axes", CUBE, axis=(1, 2), mean=0.5, variance=2.0)
layer("Normalization", "given_axis_1", CUBE, axis=1, mean=[1.0, 2.0, 3.0], variance=[1.0, 4.0, 9.0])
layer("Normalization", "given_over_all", CUBE, axis=None, mean=0.5, variance=0.25)
layer("Normalization", "inverted", ROWS, mean=3.0, variance=4.0, invert=True)
layer("Normalization", "integers", ints(9, 4, 3), mean=2.0, variance=4.0)
layer("Normalization", "not_adapted", ROWS, weights=False)
adapted("Normalization", "default", normal(70, 3), ROWS)
adapted("Normalization", "over_all", normal(40, 3, 4), CUBE, axis=None)
adapted("Normalization", "axis_1", normal(40, 3, 4), CUBE, axis=1)
adapted("Normalization", "two_axes", normal(40, 3, 4), CUBE, axis=(1, -1))
adapted("Normalization", "inverted", normal(10, 3), ROWS, invert=True)
adapted("Normalization", "small_batches", normal(40, 3), ROWS, adapt={"batch_size": 7}, eras=TF)

for mode in ("int", "one_hot", "multi_hot", "count"):
    eras = ("keras3",) if mode == "one_hot" else None  # tf.keras gives no more than two axes
    layer("Discretization", mode, ROWS, bin_boundaries=[-0.5, 0.0, 0.7], output_mode=mode, eras=eras)
layer("Discretization", "integers", ints(9, 4, 3), bin_boundaries=[2, 5])
layer("Discretization", "column", normal(4, 1), bin_boundaries=[0.0], output_mode="one_hot")
adapted("Discretization", "bins", normal(300, 1), ROWS, num_bins=4)
adapted("Discretization", "rough", normal(500, 2), ROWS, num_bins=6, epsilon=0.05)
adapted("Discretization", "few", normal(20, 1), normal(4, 1), num_bins=3, output_mode="one_hot", eras=TF)

for mode in ("one_hot", "multi_hot", "count"):
    eras = ("keras3",) if mode == "one_hot" else None
    layer("CategoryEncoding", f"{mode}_rows", ints(5, 4, 3), num_tokens=5, output_mode=mode, eras=eras)
    layer("CategoryEncoding", f"{mode}_column", ints(5, 4, 1), num_tokens=6, output_mode=mode)
layer("CategoryEncoding", "default", ints(5, 4, 3), 5)


@area.run("categoryencoding/weights")
def _(k, t):
    made = k.layers.CategoryEncoding(num_tokens=4, output_mode="count")
    x, weights = t.tensor(np.array([[0, 1], [3, 3]])), t.tensor(np.array([[0.5, 2.0], [1.5, 0.25]]))
    return {"output": [t.value(made(x, count_weights=weights))], "config": plain_config(made)}


@area.run("categoryencoding/one_axis")
def _(k, t):
    x = t.tensor(np.array([3, 2, 0, 1]))
    return {
        mode: t.value(k.layers.CategoryEncoding(num_tokens=4, output_mode=mode)(x))
        for mode in ("one_hot", "multi_hot", "count")
    }


layer("Hashing", "text", WORDS, 3)
layer("Hashing", "many", TEXTS, num_bins=1000)
layer("Hashing", "salt", WORDS, num_bins=30, salt=137)
layer("Hashing", "two_salts", WORDS, num_bins=30, salt=[137, 133])
layer("Hashing", "mask", WORDS, num_bins=5, mask_value="")
layer("Hashing", "integers", ints(100, 4, 3), num_bins=7)
layer("Hashing", "integers_mask", COLUMN, num_bins=7, mask_value=-1, salt=3)
for mode in ("one_hot", "multi_hot", "count"):
    layer("Hashing", mode, WORD, num_bins=6, output_mode=mode)


@area.run("hashedcrossing/pairs")
def _(k, t):
    words, numbers = t.tensor(np.array(["a", "b", "cc"])), t.tensor(np.array([101, 102, -3]))
    column = [t.tensor(np.array(values)) for values in ([["a"], ["b"]], [["x"], ["y"]], [[1], [2]])]
    made = k.layers.HashedCrossing(num_bins=50)
    return {
        "rows": t.value(made([words, numbers])),
        "columns": t.value(made(column)),
        "one_hot": t.value(k.layers.HashedCrossing(num_bins=5, output_mode="one_hot")([words, numbers])),
        "config": plain_config(made),
    }


layer("StringLookup", "default", WORDS, vocabulary=VOCABULARY)
layer("StringLookup", "mask", WORDS, vocabulary=VOCABULARY, mask_token="")
layer("StringLookup", "specials_given", WORDS, vocabulary=["", "[UNK]", *VOCABULARY], mask_token="")
layer("StringLookup", "several_unknown", WORDS, vocabulary=["cat"], num_oov_indices=3)
layer("StringLookup", "several_unknown_and_mask", WORDS, vocabulary=["cat"], num_oov_indices=2, mask_token="")
layer("StringLookup", "none_unknown", WORD, vocabulary=["cat", "dog", "bird", ""], num_oov_indices=0)
for mode in ("one_hot", "multi_hot", "count"):
    layer("StringLookup", mode, WORD, vocabulary=VOCABULARY, output_mode=mode)
    layer("StringLookup", f"{mode}_mask", WORD, vocabulary=VOCABULARY, output_mode=mode, mask_token="")
layer("StringLookup", "multi_hot_rows", WORDS, vocabulary=VOCABULARY, output_mode="multi_hot")
layer("StringLookup", "padded", WORDS, 8, vocabulary=VOCABULARY, output_mode="count", pad_to_max_tokens=True)
adapted("StringLookup", "default", WORDS, WORDS)
adapted("StringLookup", "mask", WORDS, WORDS, mask_token="")
adapted("StringLookup", "limited", WORDS, WORDS, max_tokens=3, num_oov_indices=2)
adapted("StringLookup", "counted", WORDS, WORDS, output_mode="count")
adapted("StringLookup", "tf_idf", WORDS, WORDS, output_mode="tf_idf")
adapted("StringLookup", "tf_idf_padded", WORDS, WORDS, max_tokens=9, output_mode="tf_idf", pad_to_max_tokens=True)


@area.run("stringlookup/inverted")
def _(k, t):
    made = k.layers.StringLookup(vocabulary=VOCABULARY, invert=True, mask_token="", oov_token="?")
    found = made(t.tensor(np.array([[0, 1, 2], [3, 4, 9]])))
    rows = [[token.decode() for token in row] for row in t.value(found).tolist()]
    return {"output": rows, "config": plain_config(made)}


layer("IntegerLookup", "default", COLUMN, vocabulary=[7, 3])
layer("IntegerLookup", "mask", COLUMN, vocabulary=[7, 3], mask_token=-1)
layer("IntegerLookup", "several_unknown", ints(9, 4, 3), vocabulary=[7, 3], num_oov_indices=3)
for mode in ("one_hot", "multi_hot", "count"):
    layer("IntegerLookup", mode, COLUMN, vocabulary=[7, 3], output_mode=mode, mask_token=-1)
hashed = {"num_oov_indices": 3, "oov_method": "farmhash", "eras": ("keras3",)}
layer("IntegerLookup", "hashed_unknown", ints(99, 4, 3), vocabulary=[7, 3], **hashed)
layer("IntegerLookup", "salted_unknown", ints(99, 4, 3), vocabulary=[7, 3], salt=[5, 6], **hashed)
layer("StringLookup", "salted_unknown", WORDS, vocabulary=["cat"], num_oov_indices=3, salt=4, eras=("keras3",))
adapted("IntegerLookup", "default", ints(9, 30, 2), ints(12, 4, 3))
adapted("IntegerLookup", "limited", ints(9, 30, 2), ints(12, 4, 3), max_tokens=4, mask_token=0)


@area.run("integerlookup/inverted")
def _(k, t):
    made = k.layers.IntegerLookup(vocabulary=[7, 3], invert=True, mask_token=0, oov_token=-9)
    return {"output": [t.value(made(t.tensor(np.array([[0, 1, 2], [3, 4, 9]]))))], "config": plain_config(made)}


layer("TextVectorization", "default", TEXTS, vocabulary=VOCABULARY)
layer("TextVectorization", "length", TEXTS, vocabulary=VOCABULARY, output_sequence_length=3)
layer("TextVectorization", "longer", TEXTS, vocabulary=VOCABULARY, output_sequence_length=7)
layer("TextVectorization", "as_it_is", TEXTS, vocabulary=VOCABULARY, standardize=None)
layer("TextVectorization", "lower", TEXTS, vocabulary=["cat,", *VOCABULARY], standardize="lower")
layer("TextVectorization", "no_punctuation", TEXTS, vocabulary=["The", "cat"], standardize="strip_punctuation")
layer("TextVectorization", "characters", TEXTS, vocabulary=list("adgt "), split="character")
layer("TextVectorization", "not_split", WORDS, vocabulary=VOCABULARY, split=None, shape="tf.keras")
layer("TextVectorization", "ngrams", TEXTS, vocabulary=[*VOCABULARY, "the cat", "dog dog"], ngrams=2)
layer("TextVectorization", "only_pairs", TEXTS, vocabulary=["the cat", "dog dog"], ngrams=(2,))
for mode in ("multi_hot", "count"):
    layer("TextVectorization", mode, TEXTS, vocabulary=VOCABULARY, output_mode=mode, shape="tf.keras")
padded = {"output_mode": "count", "pad_to_max_tokens": True, "shape": "tf.keras"}
layer("TextVectorization", "padded", TEXTS, 9, vocabulary=VOCABULARY, **padded)
adapted("TextVectorization", "default", TEXTS, TEXTS)
adapted("TextVectorization", "limited", TEXTS, TEXTS, max_tokens=5, output_sequence_length=4)
adapted("TextVectorization", "ngrams", TEXTS, TEXTS, ngrams=2, max_tokens=8)
adapted("TextVectorization", "count", TEXTS, TEXTS, output_mode="count")
adapted("TextVectorization", "tf_idf", TEXTS, TEXTS, output_mode="tf_idf")
adapted("TextVectorization", "tf_idf_padded", TEXTS, TEXTS, max_tokens=20, output_mode="tf_idf", pad_to_max_tokens=True)
