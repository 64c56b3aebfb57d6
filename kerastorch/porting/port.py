"""``python -m kerastorch port script.py -o new.py``: the script with kerastorch's imports and today's argument names.

Only those places change, so comments and layout stay. What has no safe change by text alone is left as it is:
kerastorch understands it, and says so with a warning.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from . import detect
from .check import STREAMS, table_of
from .old_paths import OLD_PATHS
from .reading import MISSING, Script, Use, find, ours, read_source
from .shims import ATTRIBUTES

__all__ = ["main", "port"]

_FACE = "kerastorch.porting.tensorflow"


class _Text:
    """A source whose places are changed at the end, all at once."""

    def __init__(self, source: str) -> None:
        self._lines = source.splitlines(keepends=True)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))
        self._source = source
        self._edits: list[tuple[int, int, str]] = []

    def _place(self, line: int, column: int) -> int:
        # columns of the syntax tree count bytes of UTF-8
        text = self._lines[line - 1].encode()[:column].decode()
        return self._starts[line - 1] + len(text)

    def replace(self, first: ast.AST, new: str, last: ast.AST | None = None) -> None:
        """Replaces the text of a node, or from one node to another."""
        last = last or first
        begin = self._place(first.lineno, first.col_offset)
        self._edits.append((begin, self._place(last.end_lineno, last.end_col_offset), new))

    def rename(self, item: ast.keyword, new: str) -> None:
        """Gives a keyword argument another name."""
        begin = self._place(item.lineno, item.col_offset)
        self._edits.append((begin, begin + len(item.arg or ""), new))

    def insert_before(self, line: int, text: str) -> None:
        """A line of its own in front of another."""
        self._edits.append((self._starts[line - 1], self._starts[line - 1], text))

    def result(self) -> str:
        """The source with all changes."""
        text = self._source
        for begin, end, new in sorted(self._edits, reverse=True):
            text = text[:begin] + new + text[end:]
        return text


def port(source: str) -> str:
    """A script's source with kerastorch's imports and today's argument names, equal in behaviour.

    Args:
        source: the script's text.

    Raises:
        SyntaxError: when it is no Python 3.

    Example:
        >>> print(port("from keras.layers.core import Dense  # layers\\nDense(output_dim=3, init='zero')"))
        from kerastorch.layers import Dense  # layers
        Dense(units=3, kernel_initializer='zero')
    """
    script, text = Script(source), _Text(source)
    keras_only = _uses_only_keras(script)
    bound: set[str] = set()
    for node in script.imports:
        _change_import(text, node, keras_only, bound)
    first_keras = detect.is_keras1(source)
    for use in script.uses:
        if use.call is not None and use.thing is not MISSING:
            _change_call(text, use, first_keras)
        if keras_only and isinstance(use.node, ast.Attribute):
            _shorten(text, use.node, script)
    _dropped_types(text, script.tree)
    _set_era(text, script, source)
    return text.result()


# -------------------------------------------------------------------------------------- imports


def _uses_only_keras(script: Script) -> bool:
    """Whether ``tf`` stands only in front of ``.keras``, and no other name is called keras."""
    tensorflow = {name for name, path in script.names.items() if path == "tensorflow"}
    if not tensorflow or script.names.get("keras", "tensorflow.keras") != "tensorflow.keras":
        return False
    behind = set()
    for node in ast.walk(script.tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in tensorflow:
            behind.add(id(node.value))
            if node.attr != "keras":
                return False
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id == "keras":
            return False
    names = [n for n in ast.walk(script.tree) if isinstance(n, ast.Name) and n.id in tensorflow]
    return all(id(name) in behind for name in names)


def _shorten(text: _Text, node: ast.Attribute, script: Script) -> None:
    """``tf.keras.layers`` becomes ``keras.layers``."""
    inner: ast.expr = node
    while isinstance(inner, ast.Attribute):
        if (
            inner.attr == "keras"
            and isinstance(inner.value, ast.Name)
            and script.names.get(inner.value.id) == "tensorflow"
        ):
            text.replace(inner, "keras")
            return
        inner = inner.value


def _module(name: str) -> str:
    """Where kerastorch has a module: the place of today for an old one."""
    found = ours(name) or name
    module_name = found.partition(".")[2]
    if module_name in OLD_PATHS or module_name.startswith("layers."):
        parent = "layers" if module_name.startswith("layers.") else OLD_PATHS[module_name][0].partition(":")[0]
        return f"kerastorch.{parent}" if parent else "kerastorch"
    return found


def _home(module: str, name: str) -> str:
    """The module to import a name from."""
    new = _module(module)
    thing, wanted = find(f"{module}.{name}"), find(f"{new.replace('kerastorch', 'keras', 1)}.{name}")
    return new if thing is wanted and thing is not MISSING else ours(module) or module


def _change_import(text: _Text, node: ast.Import | ast.ImportFrom, keras_only: bool, bound: set[str]) -> None:
    lines = list(_from_lines(node)) if isinstance(node, ast.ImportFrom) else list(_import_lines(node, keras_only))
    fresh = [line for line in lines if line not in bound]
    bound |= {line for line in lines if line == "import kerastorch as keras"}
    indent = " " * node.col_offset
    text.replace(node, f"\n{indent}".join(fresh) or "pass")


def _from_lines(node: ast.ImportFrom) -> Iterator[str]:
    module = node.module or ""
    groups: dict[str, list[str]] = {}
    for entry in node.names:
        alias = f" as {entry.asname}" if entry.asname else ""
        path = f"{module}.{entry.name}"
        if ours(path) == "kerastorch":  # from tensorflow import keras
            yield f"import kerastorch as {entry.asname or entry.name}"
        elif entry.name == "*":
            groups.setdefault(ours(module) or module, []).append("*")
        elif (ours(path) or "").count(".") == 1 and (ours(module) or "") == "kerastorch":
            groups.setdefault("kerastorch", []).append(f"{entry.name}{alias}")
        else:
            groups.setdefault(_home(module, entry.name), []).append(f"{entry.name}{alias}")
    for home, names in groups.items():
        many = len(names) > 6
        yield f"from {home} import ({', '.join(names)})" if many else f"from {home} import {', '.join(names)}"


def _import_lines(node: ast.Import, keras_only: bool) -> Iterator[str]:
    others = [entry for entry in node.names if ours(entry.name) is None]
    if others:
        yield "import " + ", ".join(e.name + (f" as {e.asname}" if e.asname else "") for e in others)
    for entry in node.names:
        new = ours(entry.name)
        if new is None:
            continue
        root = entry.name.partition(".")[0]
        if new == _FACE:
            if keras_only:
                yield "import kerastorch as keras"
            else:
                yield f"from kerastorch.porting import tensorflow{f' as {entry.asname}' if entry.asname else ''}"
        elif entry.asname:
            package, _, name = new.rpartition(".")
            yield (
                f"from {package} import {name} as {entry.asname}" if package else f"import kerastorch as {entry.asname}"
            )
        elif root == "keras":
            yield "import kerastorch as keras"
            if new != "kerastorch":
                yield f"import {new}"
        else:
            yield (
                f"import kerastorch as {root}"
                if root == entry.name
                else f"import kerastorch.porting.tensorflow as {root}"
            )


# ---------------------------------------------------------------------------------------- calls


def _change_call(text: _Text, use: Use, first_keras: bool) -> None:
    table, call = table_of(use), use.call
    given = {item.arg for item in call.keywords}
    for item in call.keywords:
        new = table.names.get(item.arg or "")
        if new is None or new in given:
            continue
        choices = table.values.get(item.arg or "")
        if choices is not None and not isinstance(item.value, ast.Constant):
            continue  # a variable may hold an old value
        text.rename(item, new)
        if choices is not None and item.value.value in choices:
            text.replace(item.value, repr(choices[item.value.value]))
    if use.name.endswith("_generator"):
        for item in call.keywords:
            if item.arg in _STREAMS and _STREAMS[item.arg] not in given:
                text.rename(item, _STREAMS[item.arg])
    if use.name in _KERNELS:
        _join_kernel(text, use, _KERNELS[use.name], first_keras)


# What counts samples keeps its name: how many batches they make, only the generator knows.
_STREAMS = {old: new for old, new in STREAMS.items() if new.isidentifier()}
_KERNELS = {"Convolution2D": 2, "Convolution3D": 3, "AtrousConvolution2D": 2, "SeparableConvolution2D": 2}


def _join_kernel(text: _Text, use: Use, axes: int, first_keras: bool) -> None:
    """``Convolution2D(64, 3, 3)``: the sizes of the kernel become one tuple."""
    sizes = use.call.args[1 : axes + 1]
    whole = all(isinstance(size, ast.Constant) and type(size.value) is int for size in sizes)
    if len(use.call.args) == axes + 1 and (whole or first_keras):
        text.replace(sizes[0], f"({', '.join(ast.unparse(size) for size in sizes)})", sizes[-1])


# --------------------------------------------------------------------------------- other places


def _dropped_types(text: _Text, tree: ast.Module) -> None:
    """``np.int`` and its kin, which numpy dropped, become Python's types."""
    numpy = {
        entry.asname or entry.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for entry in node.names
        if entry.name == "numpy"
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in numpy:
            home, _, name = ATTRIBUTES["numpy"].get(node.attr, "").partition(":")
            if home == "builtins":
                text.replace(node, name)


def _set_era(text: _Text, script: Script, source: str) -> None:
    """A line that chooses the generation whose numbers the script expects, where it is not the default."""
    era = detect.detect(source).era
    if era == "keras2" or not script.imports:
        return
    last = max((node for node in script.tree.body if node in script.imports), key=lambda n: n.lineno, default=None)
    after = [node.lineno for node in script.tree.body if last is not None and node.lineno > last.end_lineno]
    if after:
        text.insert_before(after[0], f"import kerastorch\nkerastorch.set_era({era!r})\n")


def main(arguments: Sequence[str]) -> int:
    """``python -m kerastorch port``."""
    parser = argparse.ArgumentParser(
        prog="python -m kerastorch port", description="Writes a script with kerastorch's imports and argument names."
    )
    parser.add_argument("script", metavar="SCRIPT")
    parser.add_argument("-o", "--output", metavar="NEW", help="where to; the terminal when missing")
    given = parser.parse_args(list(arguments))
    try:
        changed = port(read_source(given.script))
    except (OSError, ValueError) as error:
        print(f"kerastorch: {given.script}: {getattr(error, 'strerror', None) or error}", file=sys.stderr)
        return 2
    except SyntaxError as error:
        print(f"kerastorch: {given.script}, line {error.lineno}: no Python 3: {error.msg}", file=sys.stderr)
        return 1
    if given.output is None:
        print(changed, end="")
    else:
        try:
            Path(given.output).write_text(changed, encoding="utf-8")
        except OSError as error:
            print(f"kerastorch: {given.output}: {error.strerror}", file=sys.stderr)
            return 2
    return 0
