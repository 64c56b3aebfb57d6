"""Eras are data: how one is chosen, and that nothing else branches on generations."""

import ast
import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest

import kerastorch
from kerastorch import eras

PACKAGE = Path(kerastorch.__file__).parent


def test_an_era_is_chosen_by_name():
    kerastorch.set_era("keras3")
    assert (eras.current().name, eras.current().version) == ("keras3", "3.15")
    with pytest.raises(ValueError, match="Did you mean 'tf.keras'"):
        kerastorch.set_era("tf_keras")
    assert eras.current().name == "keras3"


@pytest.mark.parametrize("name", eras.ERAS)
def test_the_environment_chooses_the_first_one(name):
    code = "import kerastorch; print(kerastorch.eras.current().name)"
    surroundings = {**os.environ, "KERASTORCH_ERA": name, "PYTHONPATH": str(PACKAGE.parent)}
    done = subprocess.run([sys.executable, "-c", code], env=surroundings, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == name


def test_each_field_tells_eras_apart():
    records = [dataclasses.asdict(era) for era in eras.ERAS.values()]
    alike = [name for name in records[0] if len({repr(record[name]) for record in records}) == 1]
    assert alike == ["masked_loss", "optimizer_epsilon", "truncated_normal_corrected"]  # rows where Keras 2.0 differed


def _branches_on_names(tree):
    """Comparisons of an era's name or version."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            for side in [node.left, *node.comparators]:
                if isinstance(side, ast.Attribute) and side.attr in ("name", "version"):
                    owner = ast.unparse(side.value)
                    if owner in ("era", "eras.current()", "current()"):
                        yield node


def test_nothing_branches_on_versions():
    found = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in PACKAGE.rglob("*.py")
        for node in _branches_on_names(ast.parse(path.read_text("utf-8")))
    ]
    assert found == []
