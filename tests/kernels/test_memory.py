"""Freed memory is kept for the next step."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from kerastorch.kernels import fast_paths
from kerastorch.kernels.memory import keep_freed

_STEPS = """
import resource, torch, kerastorch
from kerastorch.kernels.memory import keep_freed
said = keep_freed()
def step():
    blocks = [torch.empty(5 << 20).fill_(1.0) for _ in range(6)]  # 20 MB each
    blocks.clear()
for _ in range(3):
    step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    step()
print(said, resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(**environment):
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("MALLOC_", "GLIBC_", "KERASTORCH_"))}
    done = subprocess.run(
        [sys.executable, "-c", _STEPS], env={**plain, **environment}, capture_output=True, text=True, check=True
    )
    said, count = done.stdout.split()
    return said == "True", int(count)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only glibc has the setting")
def test_steps_do_not_ask_the_system_for_memory_again_and_again():
    said, count = faults()
    if not said:
        pytest.skip("no glibc")
    assert count < 1000  # a single block of 20 MB has 5,000 pages
    said, count = faults(MALLOC_TRIM_THRESHOLD_="1000000")  # a setting from outside is left alone
    assert not said and count > 20000


def test_the_switch_turns_it_off():
    with fast_paths(False):
        assert not keep_freed()
