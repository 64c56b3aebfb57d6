"""docs/support.md is as the code is, and what is missing has a reason."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import table  # noqa: E402


def test_the_page_is_current():
    assert table.PAGE.read_text() == table.page(), "python tests/support/table.py writes the page anew"


def test_what_is_missing_has_a_reason():
    every = table.findings().items()
    missing = {(module, name) for module, names in every for name, found in names.items() if found != []}
    assert missing <= {(module, name) for module, names in table.NOTES.items() for name in names}
