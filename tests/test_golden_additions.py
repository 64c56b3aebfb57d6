"""Added losses and updates, states and constants, compared with recordings of the real Keras 2.2.4."""

from __future__ import annotations

import pytest
from golden import replay


@pytest.mark.parametrize("case", replay.parameters("additions"))
def test_equals_keras(case, tmp_path):
    replay.check(case, tmp_path)
