"""Settings that all tests share."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
import torch

from kerastorch import config, eras

sys.path.insert(0, str(Path(__file__).parent))  # for `golden`

# The models of the tests are small: more threads than this only wait for one another.
torch.set_num_threads(min(2, os.cpu_count() or 1))


@pytest.fixture(autouse=True)
def unchanged_settings():
    """What a test sets for the whole process is set back after it."""
    before = config.floatx(), config.epsilon(), config.image_data_format(), eras.current().name
    yield
    config.set_floatx(before[0])
    config.set_epsilon(before[1])
    config.set_image_data_format(before[2])
    eras.set_era(before[3])
