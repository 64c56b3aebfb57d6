"""docs/files.md says what each format keeps."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import formats


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_table_is_as_measured():
    assert formats.PAGE.read_text() == formats.page(), "python tests/saving/formats.py writes the table anew"
