"""Module paths of Keras that are no rooms of their own here, in one table.

``import kerastorch.engine.topology`` gives a module that holds what Keras 2 had there. The table is looked up by an
import hook, so that no stub files are needed and nothing is imported before somebody asks.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.util
import sys
import types
from collections.abc import Sequence
from importlib.machinery import ModuleSpec

__all__ = ["OLD_PATHS", "install"]

_PACKAGE = __name__.split(".")[0]

# old path -> where its names are today; "module:name" or "module:name as other" brings one name, "module" all of them
OLD_PATHS: dict[str, tuple[str, ...]] = {
    "engine.base_layer": (
        "engine.layer",
        "engine.input_spec",
        "engine.symbolic:Node",
        "backend.names:snake_case as _to_snake_case",
    ),
    "engine.topology": (
        "engine.layer",
        "engine.input_spec",
        "engine.input_layer",
        "engine.network",
        "engine.network:Network as Container",
        "engine.symbolic:Node",
        "utils.layer_utils:get_source_inputs",
    ),
    "engine.sequential": ("models.sequential",),
    "engine.training": ("models.model", "training.data:batch_shuffle as _batch_shuffle"),
    "engine.training_utils": ("training.data:batch_shuffle",),
    "engine.saving": ("saving",),
    "engine.functional": ("models.model", "models.model:Model as Functional"),
    "initializations": ("initializers",),
    "objectives": ("losses",),
    "layers.merging": ("layers.merge",),
    "utils.metrics_utils": ("metrics",),
    "utils.losses_utils": ("losses",),
    "backend.tensorflow_backend": ("backend",),
    "backend.common": ("config",),
    "backend.load_backend": ("backend",),
    "legacy.models": ("models",),
    "src": ("",),
}


class _Room(types.ModuleType):
    """An old module: names are found in the modules of today."""

    def __getattr__(self, name: str) -> object:
        for entry in OLD_PATHS[self.__dict__["__old_path__"]]:
            where, _, wanted = entry.partition(":")
            original, _, alias = wanted.partition(" as ")
            if wanted and name != (alias or original):
                continue
            module = importlib.import_module(f"{_PACKAGE}.{where}" if where else _PACKAGE)
            try:
                return getattr(module, original or name)
            except AttributeError:
                if wanted:
                    raise
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")

    def __dir__(self) -> list[str]:
        found: set[str] = set()
        for entry in OLD_PATHS[self.__dict__["__old_path__"]]:
            where, _, wanted = entry.partition(":")
            if wanted:
                found.add(wanted.split(" as ")[-1])
            else:
                module = importlib.import_module(f"{_PACKAGE}.{where}" if where else _PACKAGE)
                found.update(getattr(module, "__all__", ()))
        return sorted(found)

    @property
    def __all__(self) -> list[str]:
        return self.__dir__()


class _OldPaths(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name: str, path: Sequence[str] | None, target: object = None) -> ModuleSpec | None:
        old = name.removeprefix(f"{_PACKAGE}.")
        if old == name or old not in OLD_PATHS and not any(key.startswith(f"{old}.") for key in OLD_PATHS):
            return None
        return importlib.util.spec_from_loader(name, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        old = spec.name.removeprefix(f"{_PACKAGE}.")
        if old not in OLD_PATHS:
            return types.ModuleType(spec.name, f"Holds old modules; see {__name__}.")
        room = _Room(spec.name, f"Keras's {old}; what it held is in {', '.join(OLD_PATHS[old])}.")
        room.__dict__["__old_path__"] = old
        return room

    def exec_module(self, module: types.ModuleType) -> None:
        pass


def install() -> None:
    """Makes the old paths importable; done once, when the package is imported."""
    if not any(isinstance(finder, _OldPaths) for finder in sys.meta_path):
        sys.meta_path.append(_OldPaths())
