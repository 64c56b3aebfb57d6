"""The golden cases themselves: each is recorded, and the comparison lets nothing slip."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from golden import cases, compare, store

MEGABYTE = 1024 * 1024


@pytest.mark.parametrize("name", cases.AREAS)
def test_what_is_recorded_is_what_is_defined(name):
    assert list(store.load(name)) == list(cases.load(name).cases)


def test_recording_is_small():
    assert sum(path.stat().st_size for path in Path(store.DATA).rglob("*") if path.is_file()) < 4 * MEGABYTE


def test_every_area_is_replayed():
    replayed = "".join(path.read_text() for path in Path(__file__).parent.glob("test_golden_*.py"))
    assert [name for name in cases.AREAS if f'"{name}"' not in replayed] == []


ARRAY = np.linspace(-2, 3, 6, dtype="float32")


@pytest.mark.parametrize(
    "expected",
    [
        {"output": ARRAY, "history": {"loss": [1.0, 0.5], "acc": [0.25, 0.5]}},
        {"config": {"name": "dense_1", "units": 3, "rate": 0.25, "use_bias": True, "activation": None}},
        {"shape": [None, 3, 4], "text": "Epoch 1/2\n - T\n", "loss": float("nan"), "infinite": np.array([1, np.inf])},
    ],
)
def test_equal_results_are_equal(expected):
    assert compare.differences(expected, expected, 1e-5) == []


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (ARRAY + np.float32(1e-4), ARRAY),
        (ARRAY * np.float32(1 + 3e-5), ARRAY),
        (ARRAY[:-1], ARRAY),
        (ARRAY.reshape(2, 3), ARRAY),
        (np.where(ARRAY > 2, np.nan, ARRAY), ARRAY),
        (np.array([1.0, np.inf]), np.array([1.0, -np.inf])),
        (np.full(3, 1e-3), np.zeros(3)),
        (None, ARRAY),
        ([1.0, 0.5001], [1.0, 0.5]),
        ([1.0], [1.0, 0.5]),
        (0.5001, 0.5),
        (3, 2),
        (1, True),
        ("Dense", "dense"),
        (None, "dense"),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": 1, "b": 2}, {"a": 1}),
        ([{"a": 1}, {"b": 3}], [{"a": 1}, {"b": 2}]),
    ],
)
def test_other_results_are_reported(got, expected):
    assert compare.differences({"result": got}, {"result": expected}, 1e-5)


def test_order_of_history_counts():
    expected = {"history": {"val_loss": [1.0], "loss": [2.0]}}
    assert compare.differences({"history": {"loss": [2.0], "val_loss": [1.0]}}, expected, 1e-5)


def test_gradients_have_a_tolerance_of_their_own():
    got, expected = ARRAY * np.float32(1 + 5e-5), ARRAY
    assert compare.differences({"grad_weights": [got]}, {"grad_weights": [expected]}, 1e-5) == []
    assert compare.differences({"output": [got]}, {"output": [expected]}, 1e-5)


def test_bars_may_skip_updates_but_not_invent_them():
    bars = "Epoch 1/1\n\n1/3 [>..] - ETA: T\n2/3 [=>.] - ETA: T\n3/3 [===] - T\n"
    assert compare.differences({"lines": bars.replace("2/3 [=>.] - ETA: T\n", "")}, {"lines": bars}, 1e-5) == []
    assert compare.differences({"lines": bars.replace("2/3", "4/3")}, {"lines": bars}, 1e-5)
    assert compare.differences({"lines": bars.replace("3/3 [===] - T\n", "")}, {"lines": bars}, 1e-5)
