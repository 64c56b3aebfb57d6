"""What differs between Keras generations, against what each of them computed (golden/README.md)."""

from __future__ import annotations

import pytest
from golden import eras, replay, store


@pytest.mark.parametrize(("era", "case"), replay.era_parameters())
def test_equals_keras(era, case, tmp_path):
    replay.check_era(era, case, tmp_path)


@pytest.mark.parametrize("name", eras.AREAS)
def test_what_is_recorded_is_what_is_defined(name):
    for era, found in eras.load(name).cases.items():
        assert list(store.load(f"eras/{name}.{era}")) == list(found), era
