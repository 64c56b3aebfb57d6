"""What a script uses of Keras, read from its source; nothing of it is run.

Names are followed through imports and aliases to the objects of this package that would answer for them.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import alias, runner

__all__ = ["MISSING", "Script", "Use", "find", "ours", "read_source"]

MISSING = object()
_ROOTS = ("keras", "tensorflow", "tf_keras", "keras_core")
_MODEL_METHODS = frozenset(
    """
    compile fit evaluate predict fit_generator evaluate_generator predict_generator train_on_batch test_on_batch
    predict_on_batch predict_classes predict_proba save_weights load_weights get_layer summary
    """.split()
)
# methods that nothing but a Keras model has
_ONLY_MODELS = frozenset(
    """
    fit_generator evaluate_generator predict_generator train_on_batch test_on_batch predict_on_batch predict_classes
    """.split()
)


def read_source(path: str | os.PathLike) -> str:
    """The text of a script, or of a notebook's code.

    Raises:
        OSError: when it cannot be read.
        ValueError: for a notebook that is none.
    """
    raw = Path(path).read_bytes()
    return "\n".join(runner.cells(str(path), raw)) if str(path).endswith(".ipynb") else runner.decode(raw)


@dataclass
class Use:
    """One place where a script uses a name of Keras.

    Attributes:
        path: the name with its module, as Keras calls it: ``keras.layers.Dense``.
        node: the name in the source.
        call: the call it is part of, None where it is only named.
        thing: the object that answers for it, MISSING where there is none.
    """

    path: str
    node: ast.AST
    call: ast.Call | None
    thing: Any

    @property
    def line(self) -> int:
        """The line in the source."""
        return self.node.lineno

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]


@functools.lru_cache(maxsize=4096)
def ours(path: str) -> str | None:
    """Where kerastorch has what a foreign dotted name means, None for names that are not Keras's.

    Example:
        >>> ours("keras.layers.Dense"), ours("tensorflow.keras.models"), ours("numpy.array")
        ('kerastorch.layers.Dense', 'kerastorch.models', None)
    """
    return alias.translate(path) if path.partition(".")[0] in _ROOTS else None


@functools.lru_cache(maxsize=4096)
def find(path: str) -> Any:
    """The object that answers for a foreign dotted name; MISSING where there is none.

    Example:
        >>> find("keras.layers.Dense").__name__, find("keras.layers.NoSuchLayer") is MISSING
        ('Dense', True)
    """
    name = ours(path)
    if name is None:
        return MISSING
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            thing: Any = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            try:
                thing = getattr(thing, part)
            except (AttributeError, NotImplementedError, ImportError):
                return MISSING
        return thing
    return MISSING


@dataclass
class Script:
    """A script's uses of Keras.

    Args:
        source: its text.

    Attributes:
        tree: its syntax.
        uses: in the order of the source.
        imports: the import statements that are about Keras.
        names: local names and what they stand for.

    Raises:
        SyntaxError: when it is no Python 3.

    Example:
        >>> script = Script("from keras.layers import Dense as D\\nlayer = D(3)")
        >>> [(use.path, use.line) for use in script.uses]
        [('keras.layers.Dense', 1), ('keras.layers.Dense', 2)]
    """

    source: str
    tree: ast.Module = field(init=False)
    uses: list[Use] = field(default_factory=list)
    imports: list[ast.Import | ast.ImportFrom] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    models: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.tree = ast.parse(self.source)
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                self._import(node)
        self._find_models()
        self._visit(self.tree, None)
        self.uses.sort(key=lambda use: (use.node.lineno, use.node.col_offset))

    # ---------------------------------------------------------------- imports

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        if isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level or ours(module) is None:
                return
            self.imports.append(node)
            for entry in node.names:
                if entry.name == "*":
                    self._star(module)
                    continue
                path = f"{module}.{entry.name}"
                self.names[entry.asname or entry.name] = path
                self.uses.append(Use(path, entry, None, find(path)))
            return
        about = [entry for entry in node.names if ours(entry.name) is not None]
        if about:
            self.imports.append(node)
        for entry in about:
            root = entry.name.partition(".")[0]
            self.names[entry.asname or root] = entry.name if entry.asname else root
            self.uses.append(Use(entry.name, entry, None, find(entry.name)))

    def _star(self, module: str) -> None:
        found = find(module)
        for name in getattr(found, "__all__", None) or [n for n in dir(found) if not n.startswith("_")]:
            self.names.setdefault(name, f"{module}.{name}")

    # ------------------------------------------------------------------- uses

    def path_of(self, node: ast.AST) -> str | None:
        """The dotted name that an expression stands for, None for what is not Keras's."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id)
        if isinstance(node, ast.Attribute):
            owner = self.path_of(node.value)
            return None if owner is None else f"{owner}.{node.attr}"
        return None

    def _find_models(self) -> None:
        """Variables that hold models, as far as the source shows it."""
        for node in ast.walk(self.tree):
            if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
                continue
            path = self.path_of(node.value.func) or ""
            if path.rpartition(".")[2] in (
                "Sequential",
                "Model",
                "load_model",
                "model_from_json",
                "Graph",
                "clone_model",
            ):
                self.models |= {ast.unparse(target) for target in node.targets}

    def _visit(self, node: ast.AST, call: ast.Call | None) -> None:
        if isinstance(node, ast.Call):
            self._visit(node.func, node)
            for child in [*node.args, *node.keywords]:
                self._visit(child, None)
            return
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            return
        path = self.path_of(node) if isinstance(node, (ast.Name, ast.Attribute)) else None
        if path is not None and isinstance(getattr(node, "ctx", None), ast.Load):
            if not inspect.ismodule(thing := find(path)) or call is not None:
                self.uses.append(Use(path, node, call, thing))
            return
        if isinstance(node, ast.Attribute) and call is not None and self._is_model(node):
            path = f"keras.models.Model.{node.attr}"
            thing = find(path)
            if thing is MISSING:  # predict_classes and predict_proba are Sequential's only
                thing = find(f"keras.models.Sequential.{node.attr}")
            self.uses.append(Use(path, node, call, thing))
        for child in ast.iter_child_nodes(node):
            self._visit(child, None)

    def _is_model(self, node: ast.Attribute) -> bool:
        if node.attr in _ONLY_MODELS:
            return True
        return node.attr in _MODEL_METHODS and ast.unparse(node.value) in self.models

    def assignments(self, attribute: str) -> Iterator[ast.Attribute]:
        """Where an attribute of something is set, such as ``layer.trainable``."""
        for node in ast.walk(self.tree):
            for target in getattr(node, "targets", ()):
                if isinstance(target, ast.Attribute) and target.attr == attribute:
                    yield target
