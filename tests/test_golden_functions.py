"""Functions and small objects, against what the real Keras 2.2.4 computed (golden/README.md)."""

from __future__ import annotations

import pytest
from golden import replay


@pytest.mark.parametrize("case", replay.parameters("functions", "objectives"))
def test_equals_keras(case, tmp_path):
    replay.check(case, tmp_path)
