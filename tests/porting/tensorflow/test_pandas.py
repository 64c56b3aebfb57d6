"""Tables of pandas where scripts hand them to layers, models and ``tf.data``."""

import numpy as np
import pytest

import kerastorch as keras
from kerastorch.porting import tensorflow as tf

pd = pytest.importorskip("pandas")


@pytest.fixture(autouse=True)
def _era():
    keras.set_era("tf.keras")


def table():
    return pd.DataFrame({"age": [20.0, 30.0, 40.0], "sex": [0, 1, 0], "thal": ["fixed", "normal", "fixed"]})


def test_layers_take_tables_and_columns():
    df = table()
    layer = tf.keras.layers.Normalization(mean=[30.0, 0.0], variance=[100.0, 1.0])
    np.testing.assert_allclose(layer(df[["age", "sex"]]).numpy(), [[-1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    assert tf.keras.layers.StringLookup(vocabulary=["normal", "fixed"])(df["thal"]).numpy().tolist() == [2, 1, 2]


def test_tensors_of_columns():
    df = table()
    assert tf.convert_to_tensor(df["thal"]).numpy().tolist() == [b"fixed", b"normal", b"fixed"]
    assert tf.constant(df["age"]).dtype == tf.float64


def test_data_sets_of_a_table():
    df = table()
    (row, *_) = tf.data.Dataset.from_tensor_slices(df[["age", "sex"]])  # one tensor, as its rows are
    assert row.numpy().tolist() == [20.0, 0.0]
    (row, *_) = tf.data.Dataset.from_tensor_slices(dict(df))
    assert {key: value.numpy() for key, value in row.items()} == {"age": 20.0, "sex": 0, "thal": b"fixed"}


def test_a_model_of_columns():
    df = table()
    inputs = {
        "age": tf.keras.Input((1,), name="age"),
        "thal": tf.keras.Input((1,), name="thal", dtype=tf.string),
    }
    words = tf.keras.layers.StringLookup(vocabulary=["fixed", "normal"], output_mode="one_hot")(inputs["thal"])
    prepared = tf.keras.Model(inputs, tf.keras.layers.Concatenate()([inputs["age"], words]))
    assert prepared(dict(df[["age", "thal"]].iloc[:1])).numpy().tolist() == [[20.0, 0.0, 1.0, 0.0]]
    model = tf.keras.Model(inputs, tf.keras.Sequential([tf.keras.layers.Dense(1)])(prepared(inputs)))
    model.compile("sgd", "mse")
    target = pd.Series([0, 1, 0])
    given = dict(df[["age", "thal"]])
    assert len(model.fit(given, target, epochs=2, verbose=0).history["loss"]) == 2
    model.fit(tf.data.Dataset.from_tensor_slices((given, target)).batch(2), verbose=0)


def test_a_python_function_by_decorator():
    @tf.py_function(Tout=tf.float32)
    def twice(x):
        return x.numpy() * 2

    found = twice(tf.constant(1.5))
    assert found.numpy() == 3.0 and found.dtype == tf.float32
