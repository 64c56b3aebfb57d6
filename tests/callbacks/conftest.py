"""A training loop that is told its numbers (tests/printed/scenarios.py), and what Keras 2.2.4 did in it."""

import json
import math
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
import tqdm.std

from kerastorch import callbacks
from kerastorch.training.logs import Logs
from tests.printed import scenarios

RECORDED = json.loads((Path(scenarios.__file__).parent / "callbacks.json").read_text(encoding="utf-8"))


class Optimizer:
    """Holds its learning rate as kerastorch's optimizers do: in a 0-d tensor that keeps its identity."""

    def __init__(self, lr):
        self._lr = torch.tensor(lr, dtype=torch.float32)

    @property
    def lr(self):
        return self._lr

    @lr.setter
    def lr(self, value):
        self._lr.fill_(value)


def as_numbers(numbers, values):
    return {**numbers, **{name: np.float32(value) for name, value in values.items()}}


def as_tensors(numbers, values):
    return Logs({**numbers, **{name: torch.tensor(value) for name, value in values.items()}})


@pytest.fixture(params=[as_numbers, as_tensors], ids=["numbers", "tensors"])
def wrap(request):
    return request.param


@pytest.fixture
def stage(wrap, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    clock = scenarios.Clock()
    monkeypatch.setattr(tqdm.std, "time", clock.time)
    optimizer = Optimizer(0.01)
    return scenarios.Stage(callbacks, optimizer, lambda: float(optimizer.lr), wrap, clock, str(tmp_path))


def same(ours, theirs):
    """Equality in which NaN equals itself."""
    if isinstance(theirs, (list, tuple)):
        return len(ours) == len(theirs) and all(same(a, b) for a, b in zip(ours, theirs))
    if isinstance(theirs, float) and math.isnan(theirs):
        return math.isnan(ours)
    return ours == theirs


@pytest.fixture
def like_keras(stage):
    """Runs a scenario and compares everything that was recorded of it."""

    def run(name):
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            with scenarios.captured() as out:
                scenarios.SCENARIOS[name](stage)
        expected = dict(RECORDED[name])
        assert out.text.replace(stage.folder + "/", "") == expected.pop("printed")
        ours_warned = sum(issubclass(warning.category, RuntimeWarning) for warning in warned)
        if name != "inf_stops":  # numpy's own, of inf - inf
            assert ours_warned == expected["warned"]
        expected.pop("warned")
        for key, value in expected.items():
            assert same(stage.extra[key], value), (key, stage.extra[key], value)

    return run
