"""docs/porting.md: its files are written and its commands run, and they print what the page says."""

import difflib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "porting.md").read_text("utf-8")
RECORDED = (Path(__file__).parent / "page" / "digits_2017.txt").read_text()  # by Keras 2.2.4, see page/record.py


def commands(block):
    """Pairs of a command and the lines that it prints."""
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command, _, printed = part.partition("\n")
        yield command, printed


@pytest.mark.skipif(os.name != "posix", reason="the page's commands are those of a shell")
def test_the_page_runs(tmp_path):
    for name in ("digits_2017.py", "digits_2017.h5"):
        shutil.copy(ROOT / "examples" / name, tmp_path)
    (tmp_path / "bin").mkdir()
    python = tmp_path / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    surroundings = {key: value for key, value in os.environ.items() if not key.startswith(("KERAS", "PYTHONW"))}
    surroundings["PATH"] = f"{tmp_path / 'bin'}{os.pathsep}{surroundings['PATH']}"
    surroundings["PYTHONPATH"] = str(ROOT)
    count = 0
    for kind, block in re.findall(r"^```(console|python)\n(.*?)^```$", PAGE, re.M | re.S):
        if kind == "python":
            name, _, text = block.partition("\n")
            (tmp_path / name.removeprefix("# ")).write_text(text)
            continue
        for command, expected in commands(block):
            done = subprocess.run(
                command, shell=True, cwd=tmp_path, env=surroundings, capture_output=True, text=True, timeout=300
            )
            printed = done.stderr + done.stdout
            difference = "\n".join(difflib.unified_diff(expected.splitlines(), printed.splitlines(), lineterm=""))
            assert printed == expected, f"{command}\n{difference}"
            count += 1
    assert count >= 9


def test_the_page_shows_what_keras_2_printed():
    assert PAGE.count(RECORDED) >= 4
