"""Losses that read tensors of the graph from elsewhere than their arguments, with Keras 2.2.4's numbers."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from kerastorch.porting import alias

HERE = Path(__file__).parent
RECORDED = json.loads((HERE / "closures.json").read_text())


@pytest.fixture
def keras():
    alias.install("keras2")
    import keras

    yield keras
    alias.uninstall()


@pytest.fixture
def script():
    spec = importlib.util.spec_from_file_location("record_closures", HERE / "record_closures.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_like_keras(keras, script):
    found = script.results(keras)
    assert found.keys() == RECORDED.keys()
    for key, values in RECORDED.items():
        np.testing.assert_allclose(found[key], values, rtol=2e-5, err_msg=key)
