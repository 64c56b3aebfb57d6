"""Writes docs/support.md, docs/support_keras3.md and docs/layers_*.md: ``python tests/support/table.py``.

They list the public names of Keras 2.2.4, those of Keras 3.15 for scripts, and the layers and architectures of tf.keras
and Keras 3, and where each stands.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import inspect
import json
import re
from pathlib import Path
from typing import Any

from kerastorch import eras

__all__ = ["PAGES"]

HERE = Path(__file__).parent
DOCS = HERE.parent.parent / "docs"


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
    return hasattr(thing, name) or f"self.{name}" in "".join(map(_source, thing.__mro__[:-2]))


def _source(thing: Any) -> str:
    try:
        return inspect.getsource(thing)
    except (OSError, TypeError):  # made while running
        return ""


@dataclasses.dataclass(frozen=True)
class Page:
    """One page: what a real Keras has, and the era in which its names are looked up."""

    file: str
    names: str
    notes: str
    era: str
    head: str

    @functools.cached_property
    def recorded(self) -> dict[str, Any]:
        """What was read off the real Keras."""
        return json.loads((HERE / self.names).read_text())

    @functools.cached_property
    def told(self) -> dict[str, dict[str, str]]:
        """Notes, by module and name; those of the module ``""`` are for every module."""
        return json.loads((HERE / self.notes).read_text())

    @functools.cached_property
    def findings(self) -> dict[str, dict[str, list[str] | None]]:
        """For each module of Keras, for each name: what is missing of it, None for the whole name."""
        found: dict[str, dict[str, list[str] | None]] = {}
        before = eras.current().name
        eras.set_era(self.era)
        try:
            for module_name, names in self.recorded["modules"].items():
                module = _module("kerastorch" + module_name.removeprefix("keras"))
                for name, entry in names.items():
                    thing = getattr(module, name, None)
                    found.setdefault(module_name, {})[name] = None if thing is None else _standing(entry, thing)
        finally:
            eras.set_era(before)
        return found

    def note(self, module_name: str, name: str) -> str:
        """What is to be known about a name."""
        return self.told.get(module_name, {}).get(name, self.told[""].get(name, ""))

    def text(self) -> str:
        """The page."""
        rows = [missing for names in self.findings.values() for missing in names.values()]
        whole, absent = sum(missing == [] for missing in rows), sum(missing is None for missing in rows)
        left = "1 is" if absent == 1 else f"{absent} are"
        lines = [self.head.format(version=self.recorded["version"], whole=whole, all=len(rows), gone=left).strip()]
        for module_name, names in self.findings.items():
            lines += ["", f"## `{module_name}`", "", "| name | here | notes |", "| --- | --- | --- |"]
            entries = self.recorded["modules"][module_name]
            lines += [
                _row(name, entries[name], missing, self.note(module_name, name)) for name, missing in names.items()
            ]
        return "\n".join(lines) + "\n"


def _module(name: str) -> Any:
    """A module by its path; the last part may be a module that a package made."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        parent, _, last = name.rpartition(".")
        return getattr(importlib.import_module(parent), last, None) if parent else None


def _signature(name: str, entry: dict[str, Any]) -> str:
    return f"`{name}({', '.join(entry['arguments'] or ())})`"


def _row(name: str, entry: dict[str, Any], missing: list[str] | None, note: str) -> str:
    standing = "no" if missing is None else "in part" if missing else "yes"
    told = [f"without {', '.join(f'`{m}`' for m in missing)}"] if missing else []
    return f"| {_signature(name, entry)} | {standing} | {'; '.join([*told, note] if note else told)} |"


PAGES = (
    Page(
        "support.md",
        "names.json",
        "notes.json",
        "keras2",
        """
# What is supported

Every public name of Keras {version}, module by module, with its arguments; the methods and
properties of classes are compared too. `python tests/support/table.py` writes this page from what
`tests/support/record.py` read off the real Keras, and a test keeps it true.
[support_keras3.md](support_keras3.md) does the same for Keras 3, [layers_tf_keras.md](layers_tf_keras.md) and
[layers_keras3.md](layers_keras3.md) for the layers and architectures of both later generations.

**{whole} of {all} names** are there with every argument, method and property; {gone} missing.
A missing name raises `ImportError` or `AttributeError`. The notes say what is different on PyTorch.

Keras 1's names (`nb_epoch`, `border_mode`, `Convolution2D(64, 3, 3)` …) are translated with a warning, and
old import paths are answered from one table,
[`porting/old_paths.py`](../kerastorch/porting/old_paths.py).
""",
    ),
    Page(
        "support_keras3.md",
        "names_keras3.json",
        "notes_keras3.json",
        "keras3",
        """
# What is supported of Keras 3

The public names of Keras {version} that scripts use beside layers and applications, in the era `keras3`, with
their arguments; the methods and properties of classes are compared too. `python tests/support/table.py` writes this
page from what `tests/support/record_keras3.py` read off the real Keras, and a test keeps it true.

**{whole} of {all} names** are there with every argument, method and property; {gone} missing.
A missing name raises `AttributeError`. The notes say why, or what is different on PyTorch.
""",
    ),
    Page(
        "layers_tf_keras.md",
        "layers_tf_keras.json",
        "notes_layers.json",
        "tf.keras",
        """
# Layers and architectures of tf.keras

Every name in `keras.layers` and `keras.applications` of tf_keras {version}, with the arguments of its constructor.
`python tests/support/table.py` writes this page from what `tests/support/record_layers.py` read off the real one, and a
test keeps it true.

**{whole} of {all} names** are there with every argument; {gone} missing, on purpose: the notes say why.
""",
    ),
    Page(
        "layers_keras3.md",
        "layers_keras3.json",
        "notes_layers.json",
        "keras3",
        """
# Layers and architectures of Keras 3

Every name in `keras.layers` and `keras.applications` of Keras {version}, with the arguments of its constructor.
`python tests/support/table.py` writes this page from what `tests/support/record_layers.py` read off the real one, and a
test keeps it true.

**{whole} of {all} names** are there with every argument; {gone} missing, on purpose: the notes say why.
""",
    ),
)


if __name__ == "__main__":
    for _page in PAGES:
        (DOCS / _page.file).write_text(_page.text())
