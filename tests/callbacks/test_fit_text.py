"""What fit, evaluate and predict print on real models, to the letter; the clock stands still, so every time is 0."""

import json
from pathlib import Path

import pytest
import tqdm.std

import kerastorch as keras
from tests.printed import fits, scenarios

RECORDED = json.loads((Path(fits.__file__).parent / "fits.json").read_text(encoding="utf-8"))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", RECORDED)
def test_text_of_a_run(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tqdm.std, "time", scenarios.Clock().time)
    assert fits.run(name, keras) == RECORDED[name]
