"""Constraints against real Keras 2.2.4 and 3 (data/record_families.py, data/record_families_keras3.py)."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from kerastorch import constraints
from kerastorch.backend.registry import CustomObjectScope

DATA = Path(__file__).parent / "data"
KERAS2 = json.loads((DATA / "families.json").read_text())["constraints"]
KERAS3 = json.loads((DATA / "families_keras3.json").read_text())["constraints"]


def close(got, expected):
    torch.testing.assert_close(got, torch.tensor(expected), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("identifier", "written", "expected"), KERAS2["cases"], ids=lambda v: str(v)[:80])
def test_keras_2(identifier, written, expected):
    made = constraints.get(identifier)
    assert constraints.serialize(made) == written
    assert constraints.serialize(constraints.get(written)) == written
    for weight, values in zip((KERAS2["x"], KERAS2["kernel"]), expected):
        before = torch.tensor(weight)
        close(made(before), values)
        assert torch.equal(before, torch.tensor(weight))


@pytest.mark.parametrize(("identifier", "written", "expected"), KERAS3["cases"], ids=lambda v: str(v)[:80])
def test_keras_3(identifier, written, expected):
    made = constraints.get(identifier)
    assert constraints.serialize(made) == written
    close(made(torch.tensor(KERAS3["x"])), expected)


def test_without_an_axis_the_whole_weight_is_one_vector():
    assert constraints.UnitNorm(axis=None)(torch.full((2, 2), 3.0)).tolist() == [[0.5, 0.5], [0.5, 0.5]]


def test_a_zero_vector_stays_zero():
    for name in ("max_norm", "unit_norm", "min_max_norm", "non_neg"):
        assert constraints.get(name)(torch.zeros(3, 2)).tolist() == [[0.0, 0.0]] * 3


def rings(kernel):
    """tf.keras's loop: start from one middle value, then pad with the next ones of the diagonal, ring by ring."""
    size = len(kernel)
    start = size // 2
    out = kernel[start - 1 : start, start - 1 : start] + (np.zeros((1, 1)) if size % 2 else np.zeros((2, 2)))
    for i in range(0 if size % 2 else 1, start):
        out = np.pad(out, 1, constant_values=kernel[start + i, start + i])
    return out


@pytest.mark.parametrize("size", [2, 3, 4, 5, 6, 7])
def test_radial(size):
    kernel = np.random.RandomState(size).standard_normal((size, size, 2, 3))
    expected = np.stack([[rings(kernel[:, :, c, f]) for f in range(3)] for c in range(2)]).transpose(2, 3, 0, 1)
    got = constraints.get("radial_constraint")(torch.from_numpy(kernel))
    assert np.array_equal(got.numpy(), expected)


class Mine(constraints.Constraint):
    def __init__(self, bound=1.0):
        self.bound = bound

    def __call__(self, w):
        return torch.clamp(w, -self.bound, self.bound)

    def get_config(self):
        return {"bound": self.bound}


def halved(w):
    return w / 2


def test_custom_objects():
    written = constraints.serialize(Mine(3.0))
    assert written == {"class_name": "Mine", "config": {"bound": 3.0}}
    assert constraints.deserialize(written, {"Mine": Mine}).bound == 3.0
    with CustomObjectScope({"Mine": Mine, "halved": halved}):
        assert constraints.get("Mine").bound == 1.0
        assert constraints.get("halved") is halved
    assert constraints.serialize(halved) == "halved"
    assert constraints.get(halved) is halved
    assert constraints.get(None) is None
    assert isinstance(constraints.get(constraints.max_norm), constraints.MaxNorm)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: constraints.get("maxnrm"), ValueError, "Unknown constraint.*Did you mean 'maxnorm'?"),
        (lambda: constraints.get(2), TypeError, "constraint: expected a name.*Received: 2 of type int"),
        (lambda: constraints.MaxNorm(axis="0"), ValueError, "MaxNorm: expected axis to be an integer.*axis='0'"),
        (lambda: constraints.MaxNorm("2"), ValueError, "MaxNorm: expected max_value to be a number.*max_value='2'"),
        (lambda: constraints.MinMaxNorm(rate=None), ValueError, "MinMaxNorm: expected rate to be a number.*rate=None"),
        (lambda: constraints.UnitNorm(axis=2)(torch.ones(2, 2)), ValueError, "UnitNorm: expected axis to lie within"),
        (lambda: constraints.RadialConstraint()(torch.ones(2, 2)), ValueError, "RadialConstraint: expected a kernel"),
    ],
)
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()
