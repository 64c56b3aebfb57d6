"""model.summary() prints what Keras 2.2.4 prints."""

import json
import warnings
from pathlib import Path

import numpy as np
import pytest

import kerastorch as keras
from kerastorch import eras
from kerastorch.backend import names
from kerastorch.engine.summary import count_params, print_summary
from tests.printed import summaries

RECORDED = json.loads((Path(summaries.__file__).parent / "summaries.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def fresh_names():
    names.reset_uids()


def printed(name):
    model, arguments = summaries.SUMMARIES[name](keras)
    lines = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of weights frozen after compile
        model.summary(print_fn=lines.append, **arguments)
    return lines


@pytest.mark.parametrize("name", RECORDED)
def test_like_keras(name):
    assert printed(name) == RECORDED[name]


def test_literal_table(capsys):
    """Recorded from Keras 2.2.4."""
    summaries.SUMMARIES["mlp"](keras)[0].summary()
    rule, double = "_" * 65 + "\n", "=" * 65 + "\n"
    assert capsys.readouterr().out == (
        rule
        + "Layer (type)                 Output Shape              Param #   \n"
        + double
        + "dense_1 (Dense)              (None, 64)                1344      \n"
        + rule
        + "dropout_1 (Dropout)          (None, 64)                0         \n"
        + rule
        + "dense_2 (Dense)              (None, 64)                4160      \n"
        + rule
        + "dropout_2 (Dropout)          (None, 64)                0         \n"
        + rule
        + "dense_3 (Dense)              (None, 10)                650       \n"
        + double
        + "Total params: 6,154\nTrainable params: 6,154\nNon-trainable params: 0\n"
        + rule
    )


def test_weights_count_as_training_sees_them():
    """Eras that read trainable weights live count a layer frozen after compile once."""
    eras.set_era("tf.keras")
    assert printed("frozen_after_compile")[-4:-1] == [
        "Total params: 26 (104.00 Byte)",
        "Trainable params: 10 (40.00 Byte)",
        "Non-trainable params: 16 (64.00 Byte)",
    ]


def test_model_without_shapes():
    model = keras.Sequential([keras.layers.Dense(2)])
    with pytest.raises(ValueError, match="expected a built model"):
        print_summary(model)
    with pytest.raises(ValueError, match="expected a built model"):
        model.summary()


def test_too_few_positions():
    with pytest.raises(ValueError, match=r"3 numbers. Received: positions=\[0.5, 1.0\]"):
        summaries.SUMMARIES["mlp"](keras)[0].summary(positions=[0.5, 1.0])


def test_subclassed_model():
    class Two(keras.Model):
        def __init__(self):
            super().__init__()
            self.first = keras.layers.Dense(4)
            self.second = keras.layers.Dense(2)

        def call(self, x):
            return self.second(self.first(x))

    model = Two()
    model.compile("sgd", "mse")
    model.predict(np.ones((2, 3)))
    lines = []
    model.summary(print_fn=lines.append)
    assert lines[3].startswith("dense_1 (Dense)              ") and "16" in lines[3]
    assert lines[-4] == "Total params: 26"


def test_count_params_of_shapes():
    class Weight:
        def __init__(self, *shape):
            self.shape = shape

    kernel = Weight(3, 4)
    assert count_params([kernel, Weight(4), Weight(), kernel]) == 17
    assert count_params([]) == 0


def test_keras_3_shows_what_is_not_built(capsys):
    """As Keras 3.15 prints it, but for the batch axis, which it has from the latest call."""
    eras.set_era("keras3")
    model = keras.models.Sequential([keras.layers.Dense(2, name="a"), keras.layers.Dense(3, name="b")])
    model.summary(line_length=90)
    shown = capsys.readouterr().out
    rows = [line for line in shown.splitlines() if "(Dense)" in line]
    assert [[cell.strip() for cell in row.strip("│").split("│")] for row in rows] == [
        ["a (Dense)", "?", "0 (unbuilt)"],
        ["b (Dense)", "?", "0 (unbuilt)"],
    ]
    assert " Total params: 0 (0.00 B)" in shown

    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.top, self.left = keras.layers.Dense(4, name="top"), keras.layers.LSTM(3, name="left")

        def call(self, x):
            return self.top(x)

    own = Own()
    own(np.ones((2, 3)))
    own.summary(line_length=90)
    rows = [line for line in capsys.readouterr().out.splitlines() if "top" in line or "left" in line]
    assert "(None, 4)" in rows[0] and " 16 " in rows[0] and "?" in rows[1] and "0 (unbuilt)" in rows[1]
