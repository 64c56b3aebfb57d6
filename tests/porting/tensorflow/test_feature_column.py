"""The tutorial on structured data with feature columns, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import kerastorch
from kerastorch.porting import tensorflow as tf


@pytest.fixture(autouse=True)
def era():
    kerastorch.set_era("tf.keras")


def table(rows: int = 40):
    rng = np.random.RandomState(0)
    age = rng.randint(20, 80, rows)
    thal = np.array(["fixed", "normal", "reversible"])[rng.randint(0, 3, rows)]
    return {"age": age, "thal": thal}, (age > 50).astype("int64")


def test_the_tutorial_runs():
    kerastorch.utils.set_random_seed(1)
    data, labels = table()
    columns = [tf.feature_column.numeric_column("age", normalizer_fn=lambda x: (tf.cast(x, tf.float32) - 50.0) / 20.0)]
    columns.append(tf.feature_column.bucketized_column(tf.feature_column.numeric_column("age"), [30, 40, 50, 60]))
    thal = tf.feature_column.categorical_column_with_vocabulary_list("thal", ["fixed", "normal", "reversible"])
    columns += [tf.feature_column.indicator_column(thal), tf.feature_column.embedding_column(thal, dimension=8)]
    crossed = tf.feature_column.crossed_column([columns[1], thal], hash_bucket_size=100)
    columns.append(tf.feature_column.indicator_column(crossed))
    batches = tf.data.Dataset.from_tensor_slices((data, labels)).shuffle(40).batch(8)
    model = tf.keras.Sequential(
        [
            tf.keras.layers.DenseFeatures(columns),
            tf.keras.layers.Dense(16, activation="relu"),
            tf.keras.layers.Dropout(0.1),
            tf.keras.layers.Dense(1),
        ]
    )
    model.compile("adam", tf.keras.losses.BinaryCrossentropy(from_logits=True), metrics=["accuracy"])
    history = model.fit(batches, validation_data=batches, epochs=30, verbose=0)
    assert history.history["loss"][-1] < 0.8 * history.history["loss"][0]
    assert model.evaluate(batches, verbose=0)[1] > 0.8
    assert model.predict(data, verbose=0).shape == (40, 1)


def test_what_is_refused():
    fc = tf.feature_column
    thal = fc.categorical_column_with_vocabulary_list("thal", ["fixed", "normal"])
    with pytest.raises(ValueError, match="indicator_column or embedding_column wraps"):
        tf.keras.layers.DenseFeatures([thal])
    with pytest.raises(ValueError, match="columns of different names"):
        tf.keras.layers.DenseFeatures([fc.numeric_column("age"), fc.numeric_column("age")])
    with pytest.raises(ValueError, match="expected a feature 'age'"):
        tf.keras.layers.DenseFeatures([fc.numeric_column("age")])({"other": tf.constant([1.0])})
    with pytest.raises(ValueError, match="from 0 to below 3. Received: 7"):
        identity = fc.indicator_column(fc.categorical_column_with_identity("kind", 3))
        tf.keras.layers.DenseFeatures([identity])({"kind": tf.constant([1, 7])})
    with pytest.raises(ValueError, match="boundaries that rise"):
        fc.bucketized_column(fc.numeric_column("age"), [3, 2])
    with pytest.raises(ValueError, match="columns of categories that do not hash"):
        fc.crossed_column(["thal", fc.categorical_column_with_hash_bucket("city", 3)], 5)
    with pytest.raises(ValueError, match="combiner to be"):
        fc.embedding_column(thal, 3, combiner="max")


def test_words_of_a_file(tmp_path):
    (tmp_path / "words.txt").write_text("fixed\nnormal\n")
    column = tf.feature_column.categorical_column_with_vocabulary_file("thal", str(tmp_path / "words.txt"))
    layer = tf.keras.layers.DenseFeatures([tf.feature_column.indicator_column(column)])
    assert layer({"thal": tf.constant(["normal", "other"])}).numpy().tolist() == [[0, 1], [0, 0]]
