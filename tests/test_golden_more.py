"""Every other layer of Keras 2.2.4, against what the real Keras 2.2.4 computed (golden/README.md)."""

from __future__ import annotations

import pytest
from golden import replay


@pytest.mark.parametrize("case", replay.parameters("more_conv", "more_recurrent", "more_layers"))
def test_equals_keras(case, tmp_path):
    replay.check(case, tmp_path)
