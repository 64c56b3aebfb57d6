"""A script's source as code in which an array of one element is a number where Python wants one, as numpy had it.

From numpy 2.4 on ``float(model.predict(x))``, ``"%.2f" % loss`` and ``a[i] = model.predict(x)`` raise a TypeError.
Only such expressions are rewritten, and nothing is where numpy still allows them.
"""

from __future__ import annotations

import ast
import builtins
import types
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["compiled"]

_NUMBERS = ("int", "float", "complex")


def compiled(source: str, path: str) -> types.CodeType:
    """The code of a script or of a notebook's cell.

    Args:
        source: its text.
        path: what tracebacks call it.

    Raises:
        SyntaxError: as ``compile`` does.
    """
    code = compile(source, path, "exec", dont_inherit=True)
    if not _needed():
        return code
    for name, helper in _HELPERS.items():
        setattr(builtins, name, helper)
    tree = _Rewriter().visit(ast.parse(source, path))
    return compile(ast.fix_missing_locations(tree), path, "exec", dont_inherit=True)


def _needed() -> bool:
    try:
        float(np.ones(1))
    except TypeError:
        return True
    return False


class _Rewriter(ast.NodeTransformer):
    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:  # ast's name
        return node  # a model's file may hold its code

    def visit_Call(self, node: ast.Call) -> ast.AST:  # ast's name
        self.generic_visit(node)
        wanted = (
            isinstance(node.func, ast.Name)
            and node.func.id in _NUMBERS
            or isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "math"
        )
        if not wanted or node.keywords or len(node.args) != 1 or isinstance(node.args[0], ast.Starred):
            return node
        return _call("number", node, node.func, node.args[0])

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        text = isinstance(node.left, ast.Constant) and isinstance(node.left.value, str)
        return _call("format", node, node.left, node.right) if text and isinstance(node.op, ast.Mod) else node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        self.generic_visit(node)
        target = node.targets[0]
        if len(node.targets) > 1 or not isinstance(target, ast.Subscript):
            return node
        call = _call("assign", node, node.value, target.value, _key(target.slice))
        return ast.copy_location(ast.Expr(call), node)


def _call(name: str, at: ast.AST, *args: ast.expr) -> ast.Call:
    return ast.copy_location(ast.Call(ast.Name(f"__kerastorch_{name}__", ast.Load()), list(args), []), at)


def _key(node: ast.expr) -> ast.expr:
    """An index as an expression of its own."""
    if isinstance(node, ast.Slice):
        ends = [part or ast.Constant(None) for part in (node.lower, node.upper, node.step)]
        return _call("slice", node, *ends)
    if isinstance(node, ast.Tuple):
        return ast.copy_location(ast.Tuple([_key(part) for part in node.elts], ast.Load()), node)
    return node


def _scalar(value: Any) -> Any:
    if isinstance(value, np.ndarray) and value.ndim and value.size == 1:
        return value.reshape(())[()]
    return value


def _number(kind: Callable, value: Any) -> Any:
    return kind(_scalar(value))


def _format(text: str, values: Any) -> str:
    try:
        return text % values
    except TypeError:
        return text % (tuple(map(_scalar, values)) if isinstance(values, tuple) else _scalar(values))


def _assign(value: Any, owner: Any, key: Any) -> None:
    try:
        owner[key] = value
    except ValueError:
        if _scalar(value) is value:
            raise
        owner[key] = _scalar(value)


# what rewritten code calls, by the names that it calls it
_HELPERS: dict[str, Any] = {
    "__kerastorch_number__": _number,
    "__kerastorch_format__": _format,
    "__kerastorch_assign__": _assign,
    "__kerastorch_slice__": slice,
}
