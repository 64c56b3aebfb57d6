"""``keras.tree`` gives what Keras 3's does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

import kerastorch as keras
from kerastorch import tree

from .cases import CASES, value

VALUES = json.loads((Path(__file__).parent / "tree.json").read_text())["values"]


@pytest.mark.parametrize("expression", CASES)
def test_like_keras(expression):
    assert value(expression, tree) == VALUES[expression]


def test_at_the_top():
    keras.set_era("keras3")
    assert keras.tree is tree


def test_shapes_of_tensors_are_values():
    assert tree.flatten([torch.zeros(2, 3).shape]) == [torch.Size([2, 3])]


def test_check_types_warns():
    with pytest.warns(DeprecationWarning, match="check_types changes nothing"):
        tree.assert_same_structure([1], [2], check_types=True)
