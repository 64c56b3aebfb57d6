"""The README's main job: an unmodified script for Keras 2, by the README's own command."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_main_job_learns_the_digits():
    command = re.search(r"^pip install \. && (python -m kerastorch .*)$", (ROOT / "README.md").read_text("utf-8"), re.M)
    words = [sys.executable, *shlex.split(command[1])[1:]]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stderr == (
        "kerastorch: era keras2, since line 18 has keras.layers.convolutional (--era chooses another)\n"
    )
    assert "Train on 1437 samples, validate on 360 samples" in done.stdout
    assert float(re.search(r"^Test accuracy: (\S+)$", done.stdout, re.M)[1]) > 0.97


def test_the_main_job_knows_nothing_of_kerastorch():
    script = (ROOT / "examples" / "keras2_digits.py").read_text("utf-8")
    assert "kerastorch" not in script.split("import numpy as np", 1)[1]
