"""The pages of what is supported are as the code is, and what is missing has a reason."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import table

each_page = pytest.mark.parametrize("page", table.PAGES, ids=lambda page: page.file)


@each_page
def test_the_page_is_current(page):
    text = (table.DOCS / page.file).read_text()
    assert text == page.text(), "python tests/support/table.py writes the page anew"


@each_page
def test_what_is_missing_has_a_reason(page):
    missing = {
        (module, name) for module, names in page.findings.items() for name, found in names.items() if found != []
    }
    unexplained = sorted((module, name) for module, name in missing if not page.note(module, name))
    assert not unexplained


def test_keras_ops_is_whole():
    """Nothing of ``keras.ops`` may go missing again, reason or not."""
    found = table.PAGES[1].findings
    modules = [name for name in found if name.startswith("keras.ops")]
    assert {(module, name) for module in modules for name, missing in found[module].items() if missing != []} == set()
