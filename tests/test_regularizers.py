"""Regularizers against real Keras 2.2.4 and 3 (data/record_families.py, data/record_families_keras3.py)."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from kerastorch import config, eras, regularizers
from kerastorch.backend.registry import CustomObjectScope

DATA = Path(__file__).parent / "data"
KERAS2 = json.loads((DATA / "families.json").read_text())["regularizers"]
KERAS3 = json.loads((DATA / "families_keras3.json").read_text())["regularizers"]


@pytest.mark.parametrize(("identifier", "written", "expected"), KERAS2["cases"], ids=str)
def test_keras_2(identifier, written, expected):
    made = regularizers.get(identifier)
    assert regularizers.serialize(made) == written
    assert regularizers.serialize(regularizers.get(written)) == written
    assert float(made(torch.tensor(KERAS2["x"]))) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(("identifier", "written", "expected"), KERAS3["cases"], ids=str)
def test_keras_3(identifier, written, expected):
    eras.set_era("keras3")
    made = regularizers.get(identifier)
    got = regularizers.serialize(made)
    assert got["class_name"] == written["class_name"]
    assert got["config"].pop("mode", None) == written["config"].get("mode")
    assert got["config"] == pytest.approx({k: v for k, v in written["config"].items() if k != "mode"}, rel=1e-7)
    assert float(made(torch.tensor(KERAS3["x"]))) == pytest.approx(expected, rel=1e-5)


def test_tf_keras_has_classes_and_rounded_factors():
    eras.set_era("tf.keras")
    written = {"class_name": "L2", "config": {"l2": float(np.float32(0.01))}}
    assert regularizers.serialize(regularizers.get("l2")) == written
    assert regularizers.serialize(regularizers.l1(l1=0.25)) == {"class_name": "L1", "config": {"l1": 0.25}}
    assert regularizers.L2(l=0.5).l2 == 0.5
    assert regularizers.l1_l2().l1 == float(np.float32(0.01))


def test_keras_3_warns_of_a_regularizer_without_effect():
    eras.set_era("keras3")
    with pytest.warns(UserWarning, match="l1_l2: without l1 or l2"):
        assert regularizers.l1_l2().get_config() == {"l1": 0.0, "l2": 0.0}


def test_factors_keep_the_float_type():
    config.set_floatx("float64")
    assert regularizers.l1(0.01).get_config() == {"l1": 0.01, "l2": 0.0}
    assert regularizers.L1L2(np.float32(0.5), torch.tensor(2.0)).get_config() == {"l1": 0.5, "l2": 2.0}


def test_gradients():
    x = torch.tensor([-2.0, 0.0, 3.0], requires_grad=True)
    regularizers.l1_l2(0.5, 0.25)(x).backward()
    assert x.grad.tolist() == [-1.5, 0.0, 2.0]


def test_orthogonal_rows_and_columns():
    x = torch.tensor([[1.0, 0.0], [1.0, 1.0], [0.0, 2.0]])
    cosines = 2**-0.5 + 0 + 2**-0.5
    assert regularizers.OrthogonalRegularizer(3.0)(x).item() == pytest.approx(3.0 * cosines / 3)
    assert regularizers.OrthogonalRegularizer(3.0, "columns")(x).item() == pytest.approx(3.0 * 1 / (2**0.5 * 5**0.5))


class Mine(regularizers.Regularizer):
    def __init__(self, power=2):
        self.power = power

    def __call__(self, x):
        return torch.sum(x**self.power)

    def get_config(self):
        return {"power": self.power}


def penalty(x):
    return 0.5 * torch.sum(x)


def test_custom_objects():
    written = regularizers.serialize(Mine(3))
    assert written == {"class_name": "Mine", "config": {"power": 3}}
    assert regularizers.deserialize(written, {"Mine": Mine}).power == 3
    with CustomObjectScope({"Mine": Mine, "penalty": penalty}):
        assert regularizers.get("Mine").power == 2
        assert regularizers.get("penalty") is penalty
    assert regularizers.serialize(penalty) == "penalty"
    assert regularizers.get(penalty) is penalty
    assert regularizers.get(None) is None
    assert isinstance(regularizers.get(regularizers.l2), regularizers.L1L2)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: regularizers.get("l3"), ValueError, "Unknown regularizer.*Received: 'l3'"),
        (lambda: regularizers.get("l1_12"), ValueError, "Did you mean 'l1_l2'?"),
        (lambda: regularizers.get(0.01), TypeError, "regularizer: expected a name.*Received: 0.01 of type float"),
        (lambda: regularizers.l2("0.1"), ValueError, "L1L2: expected l2 to be a finite number. Received: l2='0.1'"),
        (lambda: regularizers.l1(float("nan")), ValueError, "L1L2: expected l1 to be a finite number"),
        (lambda: regularizers.L2([1.0]), ValueError, r"L2: expected l2 to be a finite number. Received: l2=\[1.0\]"),
        (lambda: regularizers.OrthogonalRegularizer(mode="row"), ValueError, "expected mode to be 'rows' or 'columns'"),
        (lambda: regularizers.OrthogonalRegularizer()(torch.ones(3)), ValueError, "expected a matrix"),
    ],
)
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()
