"""What old scripts lean on and their libraries dropped, answered while ``install()`` is in force.

One table of attributes (``np.int``), one of modules (``sklearn.cross_validation``), and a few functions that had no
successor (``scipy.misc.imresize``). Everything is taken back by ``uninstall``.
"""

from __future__ import annotations

import functools
import importlib
import importlib.abc
import importlib.util
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from importlib.machinery import ModuleSpec
from typing import Any

from .dropped.tables import AFTER, ATTRIBUTES, MODULES, REPLACED

__all__ = ["ATTRIBUTES", "MODULES", "install", "renaming", "set_attribute", "uninstall", "when_taken_back"]

_PATCHES: tuple[dict[str, Any], ...] = (ATTRIBUTES, REPLACED, AFTER)
_changed: list[tuple[Any, str, Any]] = []
_undone: list[Callable[[], None]] = []
_ABSENT = object()


class _Successor(types.ModuleType):
    """A module that is gone: its names are looked up where they are today."""

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("__"):
            for successor in MODULES[self.__name__]:
                module = importlib.import_module(successor)
                if hasattr(module, name):
                    return getattr(module, name)
            target = ATTRIBUTES.get(self.__name__, {}).get(name)
            if target:
                return _target(target)
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")


def _target(path: str) -> Any:
    module, _, name = path.partition(":")
    found = importlib.import_module(module)
    return getattr(found, name) if name else found


def _patch(module: types.ModuleType) -> None:
    """Lets a module answer for the names that it has not got any more."""
    gone = ATTRIBUTES.get(module.__name__)
    if gone:
        set_attribute(module, "__getattr__", _answer(module, gone, module.__dict__.get("__getattr__")))
    for name, path in REPLACED.get(module.__name__, {}).items():
        set_attribute(module, name, _target(path))
    if module.__name__ in AFTER:
        _target(AFTER[module.__name__])(module)


def _answer(module: types.ModuleType, gone: dict[str, str], known: Callable[[str], Any] | None) -> Callable[[str], Any]:
    def __getattr__(name: str) -> Any:  # a module's hook
        if name in gone:
            return _target(gone[name])
        if known is not None:
            return known(name)
        raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")

    return __getattr__


def when_taken_back(undo: Callable[[], None]) -> None:
    """Has ``uninstall`` call something."""
    _undone.append(undo)


def set_attribute(owner: Any, name: str, value: Any) -> None:
    """Sets an attribute until ``uninstall``."""
    _changed.append((owner, name, owner.__dict__.get(name, _ABSENT)))
    setattr(owner, name, value)


def renaming(known: Callable, names: Mapping[str, str | None]) -> Callable:
    """A function that takes arguments by the names that they had.

    Args:
        known: the function as it is today.
        names: what each argument was called, with its name today; None where it has no use any more.
    """

    @functools.wraps(known)
    def call(*args: Any, **kwargs: Any) -> Any:
        for old in names.keys() & kwargs.keys():
            value, new = kwargs.pop(old), names[old]
            if new is not None:
                kwargs[new] = value
        return known(*args, **kwargs)

    return call


class _Dropped(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds modules that are gone, and patches the others once they are imported."""

    _busy: set[str] = set()

    def find_spec(self, name: str, path: Sequence[str] | None, target: object = None) -> ModuleSpec | None:
        if name in self._busy or not any(name in table for table in (MODULES, *_PATCHES)):
            return None
        self._busy.add(name)
        try:
            real = importlib.util.find_spec(name)
        except (ImportError, ValueError):
            real = None
        finally:
            self._busy.discard(name)
        if real is None or real.loader is None:
            return importlib.util.spec_from_loader(name, self, is_package=True) if name in MODULES else None
        if any(name in table for table in _PATCHES):
            real.loader = _Patching(real.loader)
        return real

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        return _Successor(spec.name, f"What {spec.name} held, where it is today.")

    def exec_module(self, module: types.ModuleType) -> None:
        pass


class _Patching(importlib.abc.Loader):
    """A module's own loader, and then the table's names."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> types.ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: types.ModuleType) -> None:
        self._loader.exec_module(module)
        module.__loader__ = self._loader
        _patch(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)


_finder: _Dropped | None = None


def install() -> None:
    """Answers for what was dropped, in modules imported already and in those still to come."""
    global _finder
    if _finder is not None:
        return
    for name in {name: None for table in _PATCHES for name in table}:
        if name in sys.modules:
            _patch(sys.modules[name])
    _finder = _Dropped()
    sys.meta_path.insert(0, _finder)


def uninstall() -> None:
    """Takes every change back."""
    global _finder
    if _finder is None:
        return
    sys.meta_path.remove(_finder)
    _finder = None
    for owner, name, before in reversed(_changed):
        if before is _ABSENT:
            delattr(owner, name)
        else:
            setattr(owner, name, before)
    _changed.clear()
    while _undone:
        _undone.pop()()
    for name in [name for name, module in sys.modules.items() if isinstance(module, _Successor)]:
        del sys.modules[name]
