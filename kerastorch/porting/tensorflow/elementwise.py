"""Functions of each element: arithmetic, comparisons, logic, special functions.

Source: https://www.tensorflow.org/api_docs/python/tf/math
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from ... import config
from ...engine.symbolic.immutable import as_immutable, plain
from ._functions import number_like, op, pair, tensor, tensors
from ._texts import TextTensor, holds_text

__all__ = [
    "accumulate_n",
    "add_n",
    "angle",
    "approximate_equal",
    "as_string",
    "clip_by_average_norm",
    "clip_by_global_norm",
    "clip_by_norm",
    "clip_by_value",
    "complex",
    "divide",
    "div",
    "divide_no_nan",
    "equal",
    "floordiv",
    "floormod",
    "global_norm",
    "logical_xor",
    "mod",
    "multiply_no_nan",
    "not_equal",
    "polar",
    "polyval",
    "pow",
    "realdiv",
    "round",
    "scalar_mul",
    "sign",
    "truediv",
    "truncatediv",
    "truncatemod",
    "xdivy",
    "xlog1py",
    "xlogy",
    "zeta",
]

# Those that round have no gradient at all in TensorFlow, where torch's is zero.
_ONE = {
    "abs": torch.abs,
    "acos": torch.acos,
    "acosh": torch.acosh,
    "asin": torch.asin,
    "asinh": torch.asinh,
    "atan": torch.atan,
    "atanh": torch.atanh,
    "bessel_i0": torch.special.i0,
    "bessel_i0e": torch.special.i0e,
    "bessel_i1": torch.special.i1,
    "bessel_i1e": torch.special.i1e,
    "ceil": lambda x: torch.ceil(x.detach()),
    "conj": torch.conj_physical,
    "cos": torch.cos,
    "cosh": torch.cosh,
    "digamma": torch.digamma,
    "erf": torch.erf,
    "erfc": torch.erfc,
    "erfinv": torch.erfinv,
    "exp": torch.exp,
    "expm1": torch.expm1,
    "floor": lambda x: torch.floor(x.detach()),
    "imag": lambda x: x.imag if x.is_complex() else torch.zeros_like(x),
    "invert": torch.bitwise_not,
    "is_finite": torch.isfinite,
    "is_inf": torch.isinf,
    "is_nan": torch.isnan,
    "lgamma": torch.lgamma,
    "log": torch.log,
    "log1p": torch.log1p,
    "log_sigmoid": torch.nn.functional.logsigmoid,
    "logical_not": torch.logical_not,
    "ndtri": torch.special.ndtri,
    "negative": torch.neg,
    "real": lambda x: x.real,
    "reciprocal": torch.reciprocal,
    "reciprocal_no_nan": lambda x: torch.where(
        x == 0, torch.zeros_like(x), 1 / torch.where(x == 0, torch.ones_like(x), x)
    ),
    "rint": lambda x: torch.round(x.detach()),
    "rsqrt": torch.rsqrt,
    "sigmoid": torch.sigmoid,
    "sin": torch.sin,
    "sinh": torch.sinh,
    "softplus": lambda x: torch.logaddexp(x, torch.zeros_like(x)),
    "softsign": torch.nn.functional.softsign,
    "sqrt": torch.sqrt,
    "square": torch.square,
    "tan": torch.tan,
    "tanh": torch.tanh,
}

_TWO = {
    "add": torch.add,
    "greater": torch.gt,
    "greater_equal": torch.ge,
    "left_shift": torch.bitwise_left_shift,
    "less": torch.lt,
    "less_equal": torch.le,
    "logaddexp": torch.logaddexp,
    "logical_and": torch.logical_and,
    "logical_or": torch.logical_or,
    "maximum": torch.maximum,
    "minimum": torch.minimum,
    "multiply": torch.mul,
    "right_shift": torch.bitwise_right_shift,
    "squared_difference": lambda x, y: torch.square(x - y),
    "subtract": torch.sub,
    "bitwise_and": torch.bitwise_and,
    "bitwise_or": torch.bitwise_or,
    "bitwise_xor": torch.bitwise_xor,
}


def _one(name: str, function: Callable) -> Callable:
    @op
    def apply(x: Any) -> torch.Tensor:
        return function(tensor(x))

    apply.__name__ = apply.__qualname__ = name
    apply.__doc__ = f"``{name}`` of each element."
    return apply


def _two(name: str, function: Callable) -> Callable:
    @op
    def apply(x: Any, y: Any) -> torch.Tensor:
        return function(*pair(x, y))

    apply.__name__ = apply.__qualname__ = name
    apply.__doc__ = f"``{name}`` of two tensors, element by element."
    return apply


for _name, _function in _ONE.items():
    globals()[_name] = _one(_name, _function)
for _name, _function in _TWO.items():
    globals()[_name] = _two(_name, _function)
__all__ += [*_ONE, *_TWO]


# two tensors that TensorFlow calls otherwise


@op
def atan2(y: Any, x: Any) -> torch.Tensor:
    """The angle of a point."""
    return torch.atan2(*pair(y, x))


@op
def igamma(a: Any, x: Any) -> torch.Tensor:
    """The lower regularized incomplete gamma function."""
    return torch.special.gammainc(*pair(a, x))


@op
def igammac(a: Any, x: Any) -> torch.Tensor:
    """The upper regularized incomplete gamma function."""
    return torch.special.gammaincc(*pair(a, x))


@op
def nextafter(x1: Any, x2: Any) -> torch.Tensor:
    """The next number from ``x1`` towards ``x2``."""
    return torch.nextafter(*pair(x1, x2))


__all__ += ["atan2", "igamma", "igammac", "nextafter"]


# ------------------------------------------------------------------ arithmetic


@op
def pow(x: Any, y: Any) -> torch.Tensor:
    """``x`` to the power of ``y``."""
    if isinstance(x, torch.Tensor) and isinstance(y, (int, float)):
        return torch.pow(plain(x), y)
    return torch.pow(*pair(x, y))


@op
def round(x: Any) -> torch.Tensor:
    """The nearest whole number; of two equally near ones the even one."""
    x = tensor(x)
    return torch.round(x.detach()) if x.is_floating_point() else x


@op
def sign(x: Any) -> torch.Tensor:
    """-1, 0 or 1 for each element."""
    x = tensor(x)
    return torch.sgn(x) if x.is_complex() else torch.sign(x)


@op
def truediv(x: Any, y: Any) -> torch.Tensor:
    """``x / y``; whole numbers of 32 and 64 bits are divided in double precision, smaller ones in single.

    Example:
        >>> truediv(1, 4).dtype
        torch.float64
    """
    x, y = pair(x, y)
    if not (x.is_floating_point() or x.is_complex() or y.is_floating_point()):
        wide = torch.float64 if max(x.dtype.itemsize, y.dtype.itemsize) >= 4 else torch.float32
        x, y = x.to(wide), y.to(wide)
    return torch.true_divide(x, y)


divide = truediv


@op
def realdiv(x: Any, y: Any) -> torch.Tensor:
    """``x / y`` of real numbers."""
    return torch.true_divide(*pair(x, y))


@op
def floordiv(x: Any, y: Any) -> torch.Tensor:
    """``x / y``, rounded down."""
    x, y = pair(x, y)
    return torch.div(x.detach(), y.detach(), rounding_mode="floor")


@op
def truncatediv(x: Any, y: Any) -> torch.Tensor:
    """``x / y``, rounded towards zero."""
    return torch.div(*pair(x, y), rounding_mode="trunc")


@op
def div(x: Any, y: Any) -> torch.Tensor:
    """``x / y`` as Python 2 had it: rounded down for whole numbers."""
    x, y = pair(x, y)
    return torch.true_divide(x, y) if x.is_floating_point() else torch.div(x, y, rounding_mode="floor")


@op
def floormod(x: Any, y: Any) -> torch.Tensor:
    """What is left of ``x`` after ``floordiv``; its sign is that of ``y``."""
    return torch.remainder(*pair(x, y))


mod = floormod


@op
def truncatemod(x: Any, y: Any) -> torch.Tensor:
    """What is left of ``x`` after ``truncatediv``; its sign is that of ``x``."""
    return torch.fmod(*pair(x, y))


@op
def divide_no_nan(x: Any, y: Any) -> torch.Tensor:
    """``x / y``, and 0 where ``y`` is 0."""
    x, y = pair(x, y)
    zero = y == 0
    return torch.where(zero, torch.zeros_like(x / y), x / torch.where(zero, torch.ones_like(y), y))


@op
def multiply_no_nan(x: Any, y: Any) -> torch.Tensor:
    """``x * y``, and 0 where ``y`` is 0, whatever ``x`` is."""
    x, y = pair(x, y)
    return torch.where(y == 0, torch.zeros_like(x * y), x * y)


@op
def _guarded(x: Any, y: Any, function: Callable) -> torch.Tensor:
    x, y = pair(x, y)
    zero = x == 0
    found = function(torch.where(zero, torch.ones_like(y), y))
    return torch.where(zero, torch.zeros_like(x * y), x * found)


def xlogy(x: Any, y: Any, name: str | None = None) -> Any:
    """``x * log(y)``, and 0 where ``x`` is 0."""
    return _guarded(x, y, torch.log)


def xlog1py(x: Any, y: Any, name: str | None = None) -> Any:
    """``x * log(1 + y)``, and 0 where ``x`` is 0."""
    return _guarded(x, y, torch.log1p)


def xdivy(x: Any, y: Any, name: str | None = None) -> Any:
    """``x / y``, and 0 where ``x`` is 0."""
    return _guarded(x, y, torch.reciprocal)


@op
def zeta(x: Any, q: Any) -> torch.Tensor:
    """Hurwitz's zeta function."""
    return torch.special.zeta(*pair(x, q))


@op
def polyval(coeffs: Any, x: Any) -> torch.Tensor:
    """The value of a polynomial, the coefficient of the highest power first."""
    x = tensor(x)
    total = torch.zeros_like(x)
    for coefficient in coeffs:
        total = total * x + number_like(coefficient, x)
    return total


@op
def scalar_mul(scalar: Any, x: Any) -> torch.Tensor:
    """A number times a tensor."""
    x = tensor(x)
    return number_like(scalar, x) * x


@op
def add_n(inputs: Any) -> torch.Tensor:
    """The sum of several tensors of one shape."""
    found = tensors(inputs if isinstance(inputs, (list, tuple)) else [inputs])
    total = found[0]
    for x in found[1:]:
        total = total + x
    return total


def accumulate_n(inputs: Any, shape: Any = None, tensor_dtype: Any = None, name: str | None = None) -> Any:
    """The sum of several tensors of one shape."""
    return add_n(inputs)


# ------------------------------------------------------------------ comparisons


@op
def equal(x: Any, y: Any) -> Any:
    """Where two tensors are equal."""
    if holds_text(x) or holds_text(y):
        return TextTensor(x) == TextTensor(y)
    return torch.eq(*pair(x, y))


@op
def not_equal(x: Any, y: Any) -> Any:
    """Where two tensors differ."""
    if holds_text(x) or holds_text(y):
        return TextTensor(x) != TextTensor(y)
    return torch.ne(*pair(x, y))


@op
def approximate_equal(x: Any, y: Any, tolerance: float = 1e-5) -> torch.Tensor:
    """Where two tensors differ by less than ``tolerance``."""
    x, y = pair(x, y)
    return (x - y).abs() < tolerance


@op
def logical_xor(x: Any, y: Any) -> torch.Tensor:
    """Where one of two is True, but not both."""
    return torch.logical_xor(*pair(x, y))


# ---------------------------------------------------------------- complex, text


@op
def complex(real: Any, imag: Any) -> torch.Tensor:
    """Complex numbers of their parts."""
    return torch.complex(*pair(real, imag))


@op
def angle(input: Any) -> torch.Tensor:
    """The argument of complex numbers."""
    return torch.angle(tensor(input))


@op
def polar(x: Any, y: Any) -> torch.Tensor:
    """Complex numbers of absolute value and argument."""
    return torch.polar(*pair(x, y))


def as_string(
    input: Any,
    precision: int = -1,
    scientific: bool = False,
    shortest: bool = False,
    width: int = -1,
    fill: str = "",
    name: str | None = None,
) -> TextTensor:
    """Numbers as text."""
    values = tensor(input).detach().cpu().numpy()
    if values.dtype.kind == "b":
        form: Callable = lambda v: "true" if v else "false"  # noqa: E731
    elif values.dtype.kind in "iu":
        form = lambda v: f"{v:{fill}{width if width > 0 else ''}d}"  # noqa: E731
    else:
        kind = "g" if shortest else "e" if scientific else "f"
        form = lambda v: f"{v:{fill}{width if width > 0 else ''}.{6 if precision < 0 else precision}{kind}}"  # noqa: E731
    import numpy as np

    return TextTensor(np.vectorize(form, otypes=[object])(values))


# ---------------------------------------------------------------------- clipping


@op
def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any) -> torch.Tensor:
    """The values kept within two bounds."""
    t = tensor(t)
    low, high = (number_like(bound, t) for bound in (clip_value_min, clip_value_max))
    if isinstance(low, torch.Tensor) or isinstance(high, torch.Tensor):
        return torch.maximum(torch.minimum(t, tensor(high, like=t)), tensor(low, like=t))
    return torch.clamp(t, low, high)


@op
def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None) -> torch.Tensor:
    """The tensor, scaled down where its norm exceeds ``clip_norm``."""
    from ._functions import axes_of

    t = tensor(t)
    squares = torch.sum(t * t, axes_of(axes, t), keepdim=True)
    norm = torch.where(squares > 0, torch.sqrt(torch.where(squares > 0, squares, torch.ones_like(squares))), squares)
    limit = tensor(clip_norm, like=t)
    return t * limit / torch.maximum(norm, limit.expand_as(norm))


@op
def clip_by_average_norm(t: Any, clip_norm: Any) -> torch.Tensor:
    """The tensor, scaled down where its norm for each element exceeds ``clip_norm``."""
    t = tensor(t)
    norm = torch.linalg.vector_norm(t) / t.numel()
    limit = tensor(clip_norm, like=t)
    return t * limit / torch.maximum(norm, limit)


@op
def global_norm(t_list: Any) -> torch.Tensor:
    """The norm of several tensors together; None entries do not count."""
    squares = [torch.sum(torch.square(tensor(t))) for t in t_list if t is not None]
    return torch.sqrt(torch.stack(squares).sum()) if squares else torch.zeros(())


def clip_by_global_norm(
    t_list: Any, clip_norm: Any, use_norm: Any = None, name: str | None = None
) -> tuple[list[Any], Any]:
    """Several tensors, scaled down together where their common norm exceeds ``clip_norm``, and that norm.

    Example:
        >>> clipped, norm = clip_by_global_norm([[3.0], None, [4.0]], 1.0)
        >>> float(norm), clipped[0].tolist()
        (5.0, [0.6000000238418579])
    """
    norm = plain(global_norm(t_list) if use_norm is None else tensor(use_norm))
    limit = tensor(clip_norm, like=norm)
    # as TensorFlow has it: not finite where the norm is not
    scale = limit * torch.minimum(1.0 / norm, 1.0 / limit) + (norm - norm)
    return [None if t is None else as_immutable(tensor(t) * scale) for t in t_list], as_immutable(norm)


def floats(x: torch.Tensor) -> torch.Tensor:
    """A tensor of floats: whole numbers become ``floatx()``."""
    return x if x.is_floating_point() or x.is_complex() else x.to(config.torch_dtype(None))
