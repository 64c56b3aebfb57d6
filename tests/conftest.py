"""Settings that all tests share."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
import torch

from kerastorch import config, eras
from kerastorch.backend import registry, seeds
from kerastorch.engine import policy

sys.path.insert(0, str(Path(__file__).parent))  # for `golden`

# Where the ordinary tests compute; those marked gpu do so on the GPU.
DEVICE = os.environ.get("KERASTORCH_TEST_DEVICE", "cpu")
# Expected values are float32's: a GPU's convolutions round their inputs to 10 bits by default.
torch.backends.cudnn.allow_tf32 = False

# The models of the tests are small: more threads than this only wait for one another.
torch.set_num_threads(min(2, os.cpu_count() or 1))


config.set_device(DEVICE)


def _read_anywhere(read):
    """A tensor's ``numpy`` or ``__array__`` for tests that compute on a GPU; the package itself gets torch's own."""

    def on_host(tensor, *args, **kwargs):
        frame = sys._getframe(1)
        while frame.f_globals.get("__name__", "").startswith("torch."):
            frame = frame.f_back
        inside = frame.f_globals.get("__name__", "").startswith("kerastorch.")
        return read(tensor if inside or tensor.is_meta else tensor.cpu(), *args, **kwargs)

    return on_host


if DEVICE != "cpu":
    torch.Tensor.numpy = _read_anywhere(torch.Tensor.numpy)
    torch.Tensor.__array__ = _read_anywhere(torch.Tensor.__array__)


def pytest_collection_modifyitems(items):
    for item in items:
        if item.get_closest_marker("gpu") and not torch.cuda.is_available():
            item.add_marker(pytest.mark.skip(reason="needs a CUDA device"))
        if item.get_closest_marker("cpu") and DEVICE != "cpu":
            item.add_marker(pytest.mark.skip(reason="about what is done on a CPU only"))


@pytest.fixture(autouse=True)
def device(request):
    """Where the test computes."""
    chosen = "cuda" if request.node.get_closest_marker("gpu") else DEVICE
    config.set_device(chosen)
    yield torch.device(chosen)
    config.set_device(DEVICE)


@pytest.fixture(autouse=True)
def unchanged_settings():
    """What a test sets for the whole process is set back after it."""
    before = config.floatx(), config.epsilon(), config.image_data_format(), eras.current().name
    seed, precision = seeds.current(), policy._global
    objects, names = dict(registry._custom_objects), dict(registry._registered_names)
    yield
    config.set_floatx(before[0])
    config.set_epsilon(before[1])
    config.set_image_data_format(before[2])
    eras.set_era(before[3])
    policy.set_global_policy(precision)
    if seeds.current() != seed:
        seeds.set_seed(seed)
    for table, kept in ((registry._custom_objects, objects), (registry._registered_names, names)):
        table.clear()
        table.update(kept)


@pytest.fixture
def one_thread():
    """For computations so small that threads would only wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
