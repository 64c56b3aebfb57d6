"""Warnings show the line of the script."""

import warnings

from kerastorch.backend import telling


def told_by(path):
    """The file that a warning shows which arises in code of a file."""
    names = {"warn": telling.warn}
    exec(compile("def inner():\n    warn('text')", path, "exec"), names)
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        names["inner"]()
    return found[0].filename


def test_files_of_the_package_are_passed_over():
    assert told_by(f"{telling._ROOT}layers/other.py") == __file__


def test_a_folder_beside_it_is_not_the_package():
    beside = f"{telling._ROOT[:-1]}_scripts/train.py"
    assert told_by(beside) == beside
