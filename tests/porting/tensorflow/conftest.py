"""TensorFlow's name answered by kerastorch, for the length of a module."""

import sys
from pathlib import Path

import pytest

import kerastorch

sys.path.insert(0, str(Path(__file__).parent))  # for what is recorded and tested alike


@pytest.fixture(scope="module")
def tf():
    era = kerastorch.eras.current().name
    kerastorch.install("tf.keras")
    import tensorflow

    yield tensorflow
    kerastorch.uninstall()
    kerastorch.set_era(era)


@pytest.fixture(autouse=True)
def of_tensorflow_2(tf):
    """The settings are those of the era, also where another test changed them."""
    kerastorch.set_era("tf.keras")
