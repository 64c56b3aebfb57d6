"""What the tests of running scripts share."""

from __future__ import annotations

import os
import sys
import warnings
from unittest import mock

import pytest

from kerastorch.porting import alias, runner


@pytest.fixture
def installed():
    """kerastorch answers for Keras during the test."""
    alias.install()
    yield
    alias.uninstall()


@pytest.fixture
def run(tmp_path, capsys, monkeypatch):
    """Runs something as ``python -m kerastorch`` does, in this process: gives its status, output and error output.

    The working directory is ``tmp_path``; ``files`` are written there first.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["kerastorch"])
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    monkeypatch.delenv("KERASTORCH_ERA", raising=False)

    def run_it(*arguments: str, files: dict[str, str] | None = None) -> tuple[int, str, str]:
        for name, text in (files or {}).items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                status = runner.main(arguments)
        finally:
            alias.uninstall()
        return (status, *capsys.readouterr())

    with mock.patch.dict(os.environ):  # scripts set variables
        yield run_it
