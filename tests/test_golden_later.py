"""Layers that came after Keras 2.2.4, against what tf_keras and Keras 3 computed (golden/README.md)."""

from __future__ import annotations

import pytest
from golden import later, replay, store


@pytest.mark.parametrize(("era", "case"), replay.later_parameters())
def test_equals_keras(era, case, tmp_path):
    replay.check_later(era, case, tmp_path)


@pytest.mark.parametrize("name", later.AREAS)
def test_what_is_recorded_is_what_is_defined(name):
    for era, found in later.load(name).cases.items():
        assert list(store.load(f"later/{name}.{era}")) == list(found), era
