"""``import keras``, ``tensorflow.keras``, ``tf_keras`` and ``tensorflow`` answered by kerastorch while installed.

``install()`` puts an import hook first in line, so it wins over packages of those names; ``uninstall()`` takes it out
again and puts back what was imported before. Nothing on disk changes.

Example:
    >>> import sys
    >>> install()
    >>> import keras
    >>> keras.layers.Dense.__module__
    'kerastorch.layers.core'
    >>> uninstall()
    >>> "keras" in sys.modules
    False
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.util
import sys
import types
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from typing import Any

from .. import config
from . import shims, star_imports, tensor_names

__all__ = ["ALIASES", "install", "translate", "uninstall", "load_ipython_extension", "unload_ipython_extension"]

_PACKAGE = __name__.split(".")[0]
_TENSORFLOW = f"{_PACKAGE}.porting.tensorflow"

#: foreign module -> ours; the longest prefix of a dotted name counts
ALIASES = {
    "keras": "",
    "keras._tf_keras.keras": "",
    "keras.api": "",
    "keras.src": "",
    "tf_keras": "",
    "keras_core": "",
    "tensorflow": "porting.tensorflow",
    "tensorflow.keras": "",
    "tensorflow.python.keras": "",
    "tensorflow.python.ops.init_ops": "initializers",
    "tensorflow.python.ops.init_ops_v2": "initializers",
    "tensorflow.contrib.keras": "",
    "tensorflow.contrib.keras.api.keras": "",
    "tensorflow.python.keras.api.keras": "",
    "tensorflow.compat.v1.keras": "",
    "tensorflow.compat.v2.keras": "",
    "tensorflow.compat.v1": "porting.tensorflow",
    "tensorflow.compat.v2": "porting.tensorflow",
}
_ROOTS = ("keras", "tf_keras", "keras_core", "tensorflow")


def translate(name: str) -> str | None:
    """The name of our module for a foreign one, None for a module that is not answered."""
    head = name
    while head not in ALIASES:
        head, _, _ = head.rpartition(".")
        if not head:
            return None
    if head == "tensorflow" and name.startswith("tensorflow.python"):
        return _TENSORFLOW  # whatever its inner modules are called, their functions are those of tf
    ours = ".".join(part for part in (_PACKAGE, ALIASES[head]) if part)
    return ours + name[len(head) :]


class _Face(types.ModuleType):
    """The top of a foreign package: kerastorch under that name, with the version of the era in force."""

    @property
    def __version__(self) -> str:
        from .. import eras

        return eras.current().version

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            return importlib.import_module(_PACKAGE).__all__
        try:
            return getattr(importlib.import_module(_PACKAGE), name)
        except AttributeError:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}") from None

    def __dir__(self) -> list[str]:
        return dir(importlib.import_module(_PACKAGE))


class _Missing(importlib.abc.Loader):
    """Stands for a part that kerastorch has not got: who imports it is told so, and no real package steps in."""

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        root = spec.name.partition(".")[0]
        raise ModuleNotFoundError(
            f"No module named {spec.name!r}: kerastorch answers for {root} and has no such part", name=spec.name
        )

    def exec_module(self, module: types.ModuleType) -> None:
        pass


class _Alias(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds foreign modules in ours; they are the same module objects under a second name."""

    def __init__(self) -> None:
        self._specs: dict[str, Any] = {}

    def find_spec(self, name: str, path: Sequence[str] | None, target: object = None) -> ModuleSpec | None:
        if name.partition(".")[0] not in _ROOTS:
            return None
        real = translate(name)
        if real is None:
            return None
        try:
            module = importlib.import_module(real)
        except ModuleNotFoundError as error:
            if error.name and not f"{real}.".startswith(f"{error.name}."):
                raise
            return importlib.util.spec_from_loader(name, _Missing())
        return importlib.util.spec_from_loader(name, self, origin=real, is_package=hasattr(module, "__path__"))

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        module = importlib.import_module(str(spec.origin))
        star_imports.extend(str(spec.origin).partition(".")[2])
        if spec.origin == _PACKAGE:
            face = _Face(spec.name, module.__doc__)
            face.__path__ = module.__path__
            return face
        if spec.origin == _TENSORFLOW:
            module.begin()
        self._specs[spec.name] = module.__spec__
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        # the import machinery wrote its own spec into our module: it gets its own back
        name = getattr(module.__spec__, "name", None)
        if name in self._specs:
            module.__spec__ = self._specs.pop(name)


_installed: _Alias | None = None
_hidden: dict[str, types.ModuleType] = {}


def _foreign_modules() -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] in _ROOTS]


def install(era: str | None = None) -> None:
    """From here on kerastorch answers for Keras and for what Keras scripts use of TensorFlow.

    Names that old scripts use and their libraries dropped (``np.int``, ``scipy.misc.imread``, …) come back as well.

    Args:
        era: the Keras generation to follow, as for ``set_era``.

    Raises:
        ValueError: for an unknown era.
    """
    global _installed
    if era is not None:
        from ..eras import set_era

        set_era(era)
    if _installed is not None:
        return
    for name in _foreign_modules():
        _hidden[name] = sys.modules.pop(name)
    _installed = _Alias()
    sys.meta_path.insert(0, _installed)
    config.set_lenient(True)
    shims.install()
    tensor_names.install()


def uninstall() -> None:
    """Takes back what ``install`` did; modules imported since are forgotten, those from before are there again."""
    global _installed
    if _installed is None:
        return
    sys.meta_path.remove(_installed)
    _installed = None
    for name in _foreign_modules():
        del sys.modules[name]
    if _TENSORFLOW in sys.modules:
        sys.modules[_TENSORFLOW].end()
    sys.modules.update(_hidden)
    _hidden.clear()
    config.set_lenient(False)
    tensor_names.uninstall()
    shims.uninstall()


def load_ipython_extension(ipython: Any) -> None:
    """``%load_ext kerastorch`` in a notebook."""
    install()


def unload_ipython_extension(ipython: Any) -> None:
    """``%unload_ext kerastorch``."""
    uninstall()
