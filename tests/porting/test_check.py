"""``python -m kerastorch check``: each line of the report, and nothing is run."""

import subprocess
import sys

import pytest

from kerastorch.porting.check import check, main

OLD = """from keras.models import Sequential
from keras.layers import Dense, Convolution2D, LSTM, NoSuchLayer
from keras.layers.convolutional import MaxPooling2D as Pool
import keras.backend as K
import tensorflow as tf

model = Sequential()
model.add(Convolution2D(8, 3, 3, border_mode="same", input_shape=(8, 8, 1)))
model.add(Dense(output_dim=3, init="zero", bogus=2))
model.add(LSTM(3, return_sequence=True))
model.compile("adam", "mse", metrics=["accuracy"])
model.fit(x, y, nb_epoch=3, batch_sise=4)
layer.trainable = False
K.no_such_function(1)
tf.keras.layers.Nothing(3)
raise SystemExit("it ran")
"""


@pytest.fixture(scope="module")
def found():
    findings, supported = check(OLD)
    return {(f.line, f.kind, f.told) for f in findings}, supported


@pytest.mark.parametrize(
    ("line", "kind", "told"),
    [
        (2, "missing", "keras.layers.NoSuchLayer"),
        (8, "translated", "Convolution2D: border_mode is padding"),
        (8, "translated", "Convolution2D: the kernel's sizes are one tuple, kernel_size"),
        (9, "translated", "Dense: output_dim is units"),
        (9, "translated", "Dense: init is kernel_initializer"),
        (9, "missing", "Dense: the argument bogus"),
        (10, "missing", "LSTM: the argument return_sequence"),
        (12, "translated", "fit: nb_epoch is epochs"),
        (14, "missing", "keras.backend.no_such_function"),
        (15, "missing", "tensorflow.keras.layers.Nothing"),
    ],
)
def test_findings(found, line, kind, told):
    assert (line, kind, told) in found[0]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (10, "recurrent_activation is hard_sigmoid"),
        (11, "'accuracy' is logged as acc"),
        (13, "trainable set after compile()"),
    ],
)
def test_meanings(found, line, words):
    assert any(f[0] == line and f[1] == "era" and words in f[2] for f in found[0])


def test_nothing_else_is_missing(found):
    assert sum(kind == "missing" and told != "tensorflow" for _, kind, told in found[0]) == 5
    assert {"keras.models.Sequential", "keras.layers.Dense", "keras.layers.convolutional.MaxPooling2D"} <= found[1]


def test_a_script_without_keras():
    assert check("import numpy as np\nprint(np.ones(3))") == ([], set())


def test_python_2():
    (finding,), _ = check("print 'hello'")
    assert (finding.line, finding.kind) == (1, "syntax")


def test_command_line(tmp_path, capsys):
    (tmp_path / "good.py").write_text("from keras.layers import Dense\n")
    (tmp_path / "bad.py").write_text("from keras.layers import Dens\n")
    notebook = '{"cells": [{"cell_type": "code", "source": ["%matplotlib inline\\n", "import keras"]}]}'
    (tmp_path / "book.ipynb").write_text(notebook)
    assert main([str(tmp_path / "good.py")]) == 0
    assert main([str(tmp_path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert f"{tmp_path}/bad.py:1: missing: keras.layers.Dens" in lines
    assert f"{tmp_path}/good.py: 1 names supported, 0 missing, 0 translated, 0 era" in lines
    assert main([str(tmp_path / "absent.py")]) == 2


def test_as_a_module(tmp_path):
    (tmp_path / "script.py").write_text(OLD)
    run = subprocess.run(
        [sys.executable, "-m", "kerastorch", "check", str(tmp_path / "script.py")], capture_output=True, text=True
    )
    assert run.returncode == 1 and "it ran" not in run.stdout + run.stderr
    assert "script.py:12: translated: fit: nb_epoch is epochs" in run.stdout


def test_what_a_model_takes_is_not_missing():
    source = (
        "from keras.models import Model, Sequential\nfrom keras import backend as K\nm = Model(inputs=a, outputs=b)\n"
        "n = Model(input=a, output=b)\ns = Sequential()\ns.predict_classes(x)\nK.random_normal((2,), std=1.0)\n"
    )
    findings, _ = check(source)
    assert [f.told for f in findings if f.kind == "missing"] == []
    assert {f.told for f in findings if f.kind == "translated"} == {
        "Model: input is inputs",
        "Model: output is outputs",
        "random_normal: std is stddev",
    }
