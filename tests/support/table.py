"""Writes docs/support.md, the public names of Keras 2.2.4 and where each stands: ``python tests/support/table.py``."""

from __future__ import annotations

import functools
import importlib
import inspect
import json
import re
from pathlib import Path
from typing import Any

__all__ = ["findings", "page"]

HERE = Path(__file__).parent
PAGE = HERE.parent.parent / "docs" / "support.md"
RECORDED = json.loads((HERE / "names.json").read_text())
NOTES = json.loads((HERE / "notes.json").read_text())


def _parameters(thing: Any) -> tuple[set[str], bool]:
    """The names of a callable's arguments, and whether it takes any others."""
    if inspect.isclass(thing):
        if thing.__init__ is object.__init__:
            return set(), False
        found: set[str] = set()
        for base in thing.__mro__:  # a subclass passes its keywords on
            initializer = vars(base).get("__init__")
            if initializer is None or base is object:
                continue
            names, open_end = _parameters(initializer)
            found |= names
            if not open_end:
                return found, False
        return found, True
    try:
        parameters = inspect.signature(thing).parameters.values()
    except (TypeError, ValueError):
        return set(), True
    return {p.name for p in parameters}, any(p.kind is p.VAR_KEYWORD for p in parameters)


def _documented(thing: Any) -> set[str]:
    """The names of arguments that a docstring explains: those that ``*args`` and ``**kwargs`` take."""
    told = inspect.getdoc(thing) or ""
    section = re.search(r"^Args:\n((?:    .*\n?|\n)*)", told, re.MULTILINE)
    names = re.findall(r"^    ([\w, ]+):", section.group(1), re.MULTILINE) if section else []
    return {name.strip() for line in names for name in line.split(",")}


def _absent(expected: list[str] | None, thing: Any) -> list[str]:
    """Arguments of Keras that a callable does not name."""
    names, _ = _parameters(thing)
    names = names | _documented(thing)
    return [name for name in expected or () if name.strip("*_") and not name.startswith("*") and name not in names]


def _standing(entry: dict[str, Any], thing: Any) -> list[str]:
    """What is missing of a name that exists."""
    missing = _absent(entry["arguments"], thing)
    for name, expected in entry.get("methods", {}).items():
        method = getattr(thing, name, None)
        if method is None:
            missing.append(f"{name}()")
        elif name not in ("call", "build"):  # called by position
            missing += [f"{name}({absent}=)" for absent in _absent(expected, method)]
    return missing + [name for name in entry.get("properties", ()) if not _has(thing, name)]


def _has(thing: Any, name: str) -> bool:
    return hasattr(thing, name) or f"self.{name}" in "".join(map(inspect.getsource, thing.__mro__[:-2]))


@functools.cache
def findings() -> dict[str, dict[str, list[str] | None]]:
    """For each module of Keras, for each name: what is missing of it, None for the whole name."""
    found: dict[str, dict[str, list[str] | None]] = {}
    for module_name, names in RECORDED["modules"].items():
        try:
            module = importlib.import_module("kerastorch" + module_name.removeprefix("keras"))
        except ModuleNotFoundError:
            module = None
        for name, entry in names.items():
            thing = getattr(module, name, None)
            found.setdefault(module_name, {})[name] = None if thing is None else _standing(entry, thing)
    return found


def _signature(name: str, entry: dict[str, Any]) -> str:
    return f"`{name}({', '.join(entry['arguments'] or ())})`"


def _row(name: str, entry: dict[str, Any], missing: list[str] | None, note: str) -> str:
    standing = "no" if missing is None else "in part" if missing else "yes"
    told = [f"without {', '.join(f'`{m}`' for m in missing)}"] if missing else []
    return f"| {_signature(name, entry)} | {standing} | {'; '.join([*told, note] if note else told)} |"


def page() -> str:
    """The text of docs/support.md."""
    found = findings()
    rows = [missing for names in found.values() for missing in names.values()]
    whole, absent = sum(missing == [] for missing in rows), sum(missing is None for missing in rows)
    gone = "1 is" if absent == 1 else f"{absent} are"
    lines = [
        "# What is supported",
        "",
        f"Every public name of Keras {RECORDED['version']}, module by module, with its arguments; the methods and",
        "properties of classes are compared too. `python tests/support/table.py` writes this page from what",
        "`tests/support/record.py` read off the real Keras, and a test keeps it true.",
        "",
        f"**{whole} of {len(rows)} names** are there with every argument, method and property; {gone} missing.",
        "A missing name raises `ImportError` or `AttributeError`. The notes say what is different on PyTorch.",
        "",
        "Keras 1's names (`nb_epoch`, `border_mode`, `Convolution2D(64, 3, 3)` …) are translated with a warning, and",
        "old import paths are answered from one table,",
        "[`porting/old_paths.py`](../kerastorch/porting/old_paths.py).",
    ]
    for module_name, names in found.items():
        lines += ["", f"## `{module_name}`", "", "| name | here | notes |", "| --- | --- | --- |"]
        entries = RECORDED["modules"][module_name]
        lines += [
            _row(name, entries[name], missing, NOTES.get(module_name, {}).get(name, NOTES[""].get(name, "")))
            for name, missing in names.items()
        ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
