"""Learning from generators, sequences, torch data sets and loaders."""

import json
from pathlib import Path

import numpy as np
import pytest
import tqdm.std

import kerastorch as keras
from tests.printed import scenarios
from tests.training import generator_cases

RECORDED = json.loads((Path(__file__).parent / "generators.json").read_text(encoding="utf-8"))


def close(found, wanted):
    """Numbers to 1e-4, everything else to the letter."""
    if isinstance(wanted, dict):
        assert set(found) == set(wanted)
        for key in wanted:
            close(found[key], wanted[key])
    elif isinstance(wanted, list) and not all(isinstance(v, (int, float)) for v in wanted):
        assert len(found) == len(wanted)
        for f, w in zip(found, wanted, strict=True):
            close(f, w)
    elif isinstance(wanted, str) or wanted is None:
        assert found == wanted
    else:
        np.testing.assert_allclose(np.asarray(found, float), np.asarray(wanted, float), rtol=1e-4, atol=1e-6)


@pytest.mark.filterwarnings("ignore:.*is now called.*")
@pytest.mark.parametrize("name", RECORDED)
def test_like_keras(name, monkeypatch):
    monkeypatch.setattr(tqdm.std, "time", scenarios.Clock().time)
    close(generator_cases.run(name, keras, scenarios.captured), RECORDED[name])
