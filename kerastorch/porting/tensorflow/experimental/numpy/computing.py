"""Functions of each element, and products of matrices.

Source: https://www.tensorflow.org/api_docs/python/tf/experimental/numpy
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from ..._functions import op
from ._kinds import array_of, floats_of, together

__all__ = [
    "around",
    "clip",
    "cross",
    "divide",
    "divmod",
    "dot",
    "einsum",
    "inner",
    "isclose",
    "kron",
    "matmul",
    "outer",
    "polyval",
    "round",
    "tensordot",
    "true_divide",
    "vdot",
]


def _named(function: Callable, name: str, doc: str) -> Callable:
    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return op(function)


def _unary(name: str, function: Callable, ready: Callable) -> Callable:
    return _named(lambda x: function(ready(x)), name, f"NumPy's ``{name}`` of each element.")


def _binary(name: str, function: Callable, ready: Callable = together) -> Callable:
    return _named(lambda x1, x2: function(*ready(x1, x2)), name, f"NumPy's ``{name}`` of each two elements.")


def _of_floats(*values: Any) -> list[torch.Tensor]:
    return [floats_of(x) for x in together(*values)]


def _divisible(*values: Any) -> list[torch.Tensor]:
    """Values that meet, whole numbers as floats: those below 32 bits in single precision."""
    values = together(*values)
    kind = values[0].dtype
    if kind.is_floating_point or kind.is_complex:
        return values
    wide = torch.float64 if kind.itemsize >= 4 or kind == torch.bool else torch.float32
    return [x.to(wide) for x in values]


def _truths(*values: Any) -> list[torch.Tensor]:
    return [x.to(torch.bool) for x in together(*values)]


def _cube_root(x: torch.Tensor) -> torch.Tensor:
    return torch.sign(x) * torch.abs(x) ** (1 / 3)


def _step(x: torch.Tensor, middle: torch.Tensor) -> torch.Tensor:
    return torch.where(x == 0, middle, (x > 0).to(x.dtype))


_OF_FLOATS = {
    **{
        name: getattr(torch, name)
        for name in (
            "arccos arccosh arcsin arcsinh arctan arctanh ceil cos cosh deg2rad exp exp2 expm1 floor log log10 log1p "
            "log2 rad2deg sin sinc sinh sqrt tan tanh"
        ).split()
    },
    "cbrt": _cube_root,
    "fabs": torch.abs,
    "fix": torch.trunc,
}
_OF_ANY = {
    "abs": torch.abs,
    "absolute": torch.abs,
    "angle": torch.angle,
    "bitwise_not": torch.bitwise_not,
    "conj": lambda x: torch.conj(x).resolve_conj(),
    "conjugate": lambda x: torch.conj(x).resolve_conj(),
    "imag": lambda x: x.imag if x.is_complex() else torch.zeros_like(x),
    "iscomplex": lambda x: x.imag != 0 if x.is_complex() else torch.zeros_like(x, dtype=torch.bool),
    "isfinite": torch.isfinite,
    "isinf": torch.isinf,
    "isnan": torch.isnan,
    "isneginf": torch.isneginf,
    "isposinf": torch.isposinf,
    "isreal": torch.isreal,
    "logical_not": torch.logical_not,
    "negative": torch.neg,
    "positive": lambda x: x,
    "real": lambda x: x.real,
    "reciprocal": torch.reciprocal,
    "sign": lambda x: torch.sgn(x) if x.is_complex() else torch.sign(x),
    "signbit": torch.signbit,
    "square": torch.square,
}
_OF_TWO = {
    "add": torch.add,
    "bitwise_and": torch.bitwise_and,
    "bitwise_or": torch.bitwise_or,
    "bitwise_xor": torch.bitwise_xor,
    "equal": torch.eq,
    "floor_divide": torch.floor_divide,
    "gcd": torch.gcd,
    "greater": torch.gt,
    "greater_equal": torch.ge,
    "heaviside": _step,
    "hypot": torch.hypot,
    "lcm": torch.lcm,
    "less": torch.lt,
    "less_equal": torch.le,
    "maximum": torch.maximum,
    "minimum": torch.minimum,
    "mod": torch.remainder,
    "multiply": torch.mul,
    "nextafter": torch.nextafter,
    "not_equal": torch.ne,
    "power": torch.pow,
    "remainder": torch.remainder,
    "subtract": torch.sub,
}
_OF_TWO_FLOATS = {
    "arctan2": torch.arctan2,
    "float_power": torch.pow,
    "logaddexp": torch.logaddexp,
    "logaddexp2": torch.logaddexp2,
}
_OF_TRUTHS = {
    "logical_and": torch.logical_and,
    "logical_or": torch.logical_or,
    "logical_xor": torch.logical_xor,
}
for _table, _make, _ready in (
    (_OF_FLOATS, _unary, floats_of),
    (_OF_ANY, _unary, array_of),
    (_OF_TWO, _binary, together),
    (_OF_TWO_FLOATS, _binary, _of_floats),
    (_OF_TRUTHS, _binary, _truths),
):
    for _name, _function in _table.items():
        globals()[_name] = _make(_name, _function, _ready)
    __all__ += _table

divide = _binary("divide", torch.true_divide, _divisible)
true_divide = _binary("true_divide", torch.true_divide, _divisible)


@op
def divmod(x1: Any, x2: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """The whole quotient and the remainder."""
    x1, x2 = together(x1, x2)
    return torch.floor_divide(x1, x2), torch.remainder(x1, x2)


@op
def around(a: Any, decimals: int = 0) -> torch.Tensor:
    """Rounded to so many digits, halves to the even one."""
    a = array_of(a)
    return torch.round(a, decimals=decimals) if a.is_floating_point() else a


round = around


@op
def clip(a: Any, a_min: Any, a_max: Any) -> torch.Tensor:
    """Kept within bounds, either of which may be None.

    Example:
        >>> clip([1.0, 5.0], None, 2).tolist()
        [1.0, 2.0]
    """
    x, *bounds = together(a, *(bound for bound in (a_min, a_max) if bound is not None))
    low = None if a_min is None else bounds[0]
    return torch.clip(x, low, None if a_max is None else bounds[-1]) if bounds else x


@op
def isclose(a: Any, b: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> torch.Tensor:
    """Whether each two elements are nearly the same."""
    return torch.isclose(*together(a, b), rtol=rtol, atol=atol, equal_nan=equal_nan)


@op
def polyval(p: Any, x: Any) -> torch.Tensor:
    """A polynomial of given coefficients, that of the highest power first."""
    factors, x = together(p, x)
    found = torch.zeros_like(x)
    for factor in factors:
        found = found * x + factor
    return found


# ------------------------------------------------------------------------ products


@op
def matmul(x1: Any, x2: Any) -> torch.Tensor:
    """The product of matrices.

    Example:
        >>> matmul([[1, 2]], [[3], [4]]).tolist()
        [[11]]
    """
    return torch.matmul(*together(x1, x2))


@op
def dot(a: Any, b: Any) -> torch.Tensor:
    """The sum of products over the last axis of one and the last but one of the other."""
    a, b = together(a, b)
    if not a.ndim or not b.ndim:
        return a * b
    return torch.tensordot(a, b, ([-1], [max(b.ndim - 2, 0)]))


@op
def inner(a: Any, b: Any) -> torch.Tensor:
    """The sum of products over the last axis of both."""
    a, b = together(a, b)
    return torch.tensordot(a, b, ([-1], [-1])) if a.ndim and b.ndim else a * b


@op
def outer(a: Any, b: Any) -> torch.Tensor:
    """The product of each two elements."""
    a, b = together(a, b)
    return torch.outer(a.reshape(-1), b.reshape(-1))


@op
def vdot(a: Any, b: Any) -> torch.Tensor:
    """The sum of products of all elements."""
    a, b = together(a, b)
    return torch.vdot(a.reshape(-1), b.reshape(-1))


@op
def tensordot(a: Any, b: Any, axes: Any = 2) -> torch.Tensor:
    """The sum of products over given axes of both, or over so many of the last and the first ones."""
    a, b = together(a, b)
    if not isinstance(axes, int):
        axes = [[axis] if isinstance(axis, int) else list(axis) for axis in axes]
    return torch.tensordot(a, b, axes)


@op
def einsum(subscripts: str, *operands: Any, **kwargs: Any) -> torch.Tensor:
    """The sum of products that a formula writes down."""
    return torch.einsum(subscripts, *together(*operands))


@op
def kron(a: Any, b: Any) -> torch.Tensor:
    """One tensor for each element of another one, times that element."""
    return torch.kron(*together(a, b))


@op
def cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> torch.Tensor:
    """The cross product of vectors of three elements."""
    a, b = together(a, b)
    if axis is not None:
        axisa = axisb = axisc = axis
    return torch.linalg.cross(a.movedim(axisa, -1), b.movedim(axisb, -1)).movedim(-1, axisc)
