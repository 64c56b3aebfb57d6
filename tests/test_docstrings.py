"""Every example in a docstring runs and prints what it says."""

import doctest
import importlib
import pkgutil
import random

import numpy as np
import pytest
import torch

import kerastorch
from kerastorch import config, eras

FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
MODULES = sorted(
    ["kerastorch"]
    + [
        found.name
        for found in pkgutil.walk_packages(kerastorch.__path__, "kerastorch.")
        if not found.name.endswith("__main__")
    ]
)


@pytest.fixture
def restored():
    """Leaves no trace of an example that sets something for the whole process."""
    before = config.floatx(), config.epsilon(), config.image_data_format(), eras.current().name
    generators = random.getstate(), np.random.get_state(), torch.get_rng_state()
    yield
    config.set_floatx(before[0])
    config.set_epsilon(before[1])
    config.set_image_data_format(before[2])
    config.set_device(None)
    eras.set_era(before[3])
    random.setstate(generators[0])
    np.random.set_state(generators[1])
    torch.set_rng_state(generators[2])


@pytest.mark.parametrize("name", MODULES)
def test_examples(name, restored, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if ".triton_" in name:
        pytest.importorskip("triton")
    if name.startswith("kerastorch.porting.tensorflow"):
        eras.set_era("tf.keras")  # the era of the scripts that import it
    failed, _ = doctest.testmod(importlib.import_module(name), optionflags=FLAGS)
    assert failed == 0
