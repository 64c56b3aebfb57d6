"""Training runs, against what the real Keras 2.2.4 computed (golden/README.md)."""

from __future__ import annotations

import pytest
from golden import replay


@pytest.mark.parametrize(
    "case",
    replay.parameters(
        "training_optimizers", "training_objectives", "training_weighting", "training_runs", "training_callbacks"
    ),
)
def test_equals_keras(case, tmp_path):
    replay.check(case, tmp_path)
