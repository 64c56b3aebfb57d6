"""What differs between Keras generations, against what each of them computed (golden/README.md)."""

from __future__ import annotations

import dataclasses

import pytest
from golden import eras, replay, store
from golden.eras.rows import ROWS, cases_of

from kerastorch.eras import ERAS


@pytest.mark.parametrize(("era", "case"), replay.era_parameters())
def test_equals_keras(era, case, tmp_path):
    replay.check_era(era, case, tmp_path)


@pytest.mark.parametrize("name", eras.AREAS)
def test_what_is_recorded_is_what_is_defined(name):
    for era, found in eras.load(name).cases.items():
        assert list(store.load(f"eras/{name}.{era}")) == list(found), era


@pytest.mark.parametrize("row", ROWS)
def test_a_row_has_three_cases_in_each_era_that_it_concerns(row):
    for era in ROWS[row].eras:
        assert len(cases_of(row, era)) >= 3, f"{row} has {cases_of(row, era)} in {era}"


def test_a_row_is_selected_by_fields_that_exist():
    known = {field.name for field in dataclasses.fields(ERAS["keras2"])}
    assert [name for row in ROWS.values() for name in row.fields if name not in known] == []


def test_every_case_belongs_to_a_row():
    names = {name.split("/")[0] for area in eras.AREAS for found in eras.load(area).cases.values() for name in found}
    assert names <= set(ROWS), names - set(ROWS)
