"""Every scripted run prints, records and does what the real Keras 2.2.4 does."""

import pytest

from tests.printed.scenarios import SCENARIOS


@pytest.mark.parametrize("name", SCENARIOS)
def test_like_keras(name, like_keras):
    like_keras(name)
