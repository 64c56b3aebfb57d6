"""Operations on every element by itself.

Source: https://keras.io/api/ops/numpy/
"""

from __future__ import annotations

from typing import Any

import torch

from ._making import (
    binary,
    converted,
    float_pair,
    floats,
    narrow,
    narrow_float_pair,
    narrow_floats,
    narrow_pair,
    operation,
    pair,
    together,
    unary,
    wide_floats,
)

_ANY = {
    "bitwise_invert": torch.bitwise_not,
    "bitwise_not": torch.bitwise_not,
    "conj": torch.conj,
    "conjugate": torch.conj,
    "isfinite": torch.isfinite,
    "isinf": torch.isinf,
    "isnan": torch.isnan,
    "isneginf": torch.isneginf,
    "isposinf": torch.isposinf,
    "isreal": torch.isreal,
    "logical_not": torch.logical_not,
    "negative": torch.neg,
    "real": torch.real,
    "imag": torch.imag,
    "sign": torch.sign,
    "signbit": torch.signbit,
    "trunc": torch.trunc,
}
_NARROW_FLOATS = {
    "ceil": torch.ceil,
    "floor": torch.floor,
}
_WIDE_FLOATS = {
    "deg2rad": torch.deg2rad,
    "rad2deg": torch.rad2deg,
}
_FLOATS = {
    "arccos": torch.acos,
    "arccosh": torch.acosh,
    "arcsin": torch.asin,
    "arcsinh": torch.asinh,
    "arctan": torch.atan,
    "arctanh": torch.atanh,
    "cos": torch.cos,
    "cosh": torch.cosh,
    "erf": torch.erf,
    "erfc": torch.erfc,
    "erfinv": torch.erfinv,
    "exp": torch.exp,
    "exp2": torch.exp2,
    "expm1": torch.expm1,
    "fabs": torch.abs,
    "log": torch.log,
    "log10": torch.log10,
    "log1p": torch.log1p,
    "log2": torch.log2,
    "reciprocal": torch.reciprocal,
    "rsqrt": torch.rsqrt,
    "sin": torch.sin,
    "sinc": torch.sinc,
    "sinh": torch.sinh,
    "sqrt": torch.sqrt,
    "tan": torch.tan,
    "tanh": torch.tanh,
}
_PAIRS = {
    "add": torch.add,
    "equal": torch.eq,
    "gcd": torch.gcd,
    "greater": torch.gt,
    "greater_equal": torch.ge,
    "lcm": torch.lcm,
    "less": torch.lt,
    "less_equal": torch.le,
    "logical_and": torch.logical_and,
    "logical_or": torch.logical_or,
    "logical_xor": torch.logical_xor,
    "mod": torch.remainder,
    "fmod": torch.fmod,
    "multiply": torch.mul,
    "not_equal": torch.ne,
    "power": torch.pow,
}
_BITS = {
    "bitwise_and": torch.bitwise_and,
    "bitwise_left_shift": torch.bitwise_left_shift,
    "bitwise_or": torch.bitwise_or,
    "bitwise_right_shift": torch.bitwise_right_shift,
    "bitwise_xor": torch.bitwise_xor,
    "left_shift": torch.bitwise_left_shift,
    "right_shift": torch.bitwise_right_shift,
}
_NARROW_PAIRS = {
    "fmax": torch.fmax,
    "fmin": torch.fmin,
    "maximum": torch.maximum,
    "minimum": torch.minimum,
}
_FLOAT_PAIRS = {
    "divide": torch.div,
    "true_divide": torch.div,
}
_NARROW_FLOAT_PAIRS = {
    "arctan2": torch.atan2,
    "heaviside": torch.heaviside,
    "hypot": torch.hypot,
    "logaddexp": torch.logaddexp,
    "logaddexp2": torch.logaddexp2,
    "nextafter": torch.nextafter,
}

globals().update(unary(_ANY))
globals().update(unary(_FLOATS, floats))
globals().update(unary(_NARROW_FLOATS, narrow_floats))
globals().update(unary(_WIDE_FLOATS, wide_floats))
globals().update(binary(_PAIRS, pair))
globals().update(binary(_BITS, pair, names=("x", "y")))
globals().update(binary(_NARROW_PAIRS, narrow_pair))
globals().update(binary(_FLOAT_PAIRS, float_pair))
globals().update(binary(_NARROW_FLOAT_PAIRS, narrow_float_pair))


def _counted(x: Any) -> Any:
    """Truth values as numbers, which torch's arithmetic wants."""
    return x.to(torch.int32) if x.dtype == torch.bool else x


@operation
def abs(x: Any) -> Any:
    """Every element without its sign; truth values as they are."""
    x = converted(x)
    return x if x.dtype == torch.bool else torch.abs(x)


def absolute(x: Any) -> Any:
    """``abs`` under its full name."""
    return abs(x)


@operation
def square(x: Any) -> Any:
    """Every element times itself."""
    return torch.square(_counted(converted(x)))


@operation
def subtract(x1: Any, x2: Any) -> Any:
    """One less the other."""
    x1, x2 = pair(x1, x2)
    return torch.sub(_counted(x1), _counted(x2))


@operation
def round(x: Any, decimals: int = 0) -> Any:
    """Every element rounded, halves to the even neighbour."""
    x = converted(x)
    if x.is_floating_point():
        return torch.round(x, decimals=decimals)
    return x if decimals >= 0 else torch.round(x.double(), decimals=decimals).to(x.dtype)


@operation
def floor_divide(x1: Any, x2: Any) -> Any:
    """The whole part of a quotient, rounded down."""
    return narrow(torch.floor_divide(*pair(x1, x2)))


@operation
def clip(x: Any, x_min: Any, x_max: Any) -> Any:
    """Every element moved into a range."""
    x = _counted(converted(x))
    low, high = (torch.as_tensor(limit, dtype=x.dtype, device=x.device) for limit in (x_min, x_max))
    return torch.minimum(torch.maximum(x, low), high)


@operation
def divide_no_nan(x1: Any, x2: Any) -> Any:
    """A quotient that is 0 where the divisor is."""
    x1, x2 = (narrow(x) for x in float_pair(x1, x2))
    safe = torch.where(x2 == 0, torch.ones_like(x2), x2)
    return torch.where(x2 == 0, torch.zeros_like(x1 / safe), x1 / safe)


@operation
def isclose(x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Any:
    """Whether elements are as good as equal."""
    x1, x2 = converted(x1), converted(x2)
    kind = torch.promote_types(x1.dtype, x2.dtype)
    return torch.isclose(x1.to(kind), x2.to(kind), rtol, atol, equal_nan)


@operation
def allclose(x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Any:
    """Whether all elements are as good as equal, a tensor of one truth value."""
    return torch.all(isclose(x1, x2, rtol, atol, equal_nan))


@operation
def isin(x1: Any, x2: Any, assume_unique: bool = False, invert: bool = False) -> Any:
    """Whether each element is among others; ``invert`` for whether it is not."""
    x1, x2 = together([x1, x2])
    if x1.dtype == torch.bool:  # torch compares no truth values here
        x1, x2 = x1.to(torch.int32), x2.to(torch.int32)
    return torch.isin(x1, x2, assume_unique=assume_unique, invert=invert)


@operation
def ldexp(x1: Any, x2: Any) -> Any:
    """``x1 * 2 ** x2``, for whole ``x2``.

    Raises:
        TypeError: for other exponents.
    """
    x1, x2 = narrow_floats(x1), converted(x2)
    if x2.is_floating_point() or x2.is_complex() or x2.dtype == torch.bool:
        raise TypeError(f"ops.ldexp: expected x2 to hold whole numbers. Received: dtype {x2.dtype}")
    return torch.ldexp(x1, x2).to(x1.dtype)


@operation
def i0(x: Any) -> Any:
    """The modified Bessel function of the first kind and order 0."""
    return torch.special.i0(wide_floats(x))


@operation
def nan_to_num(x: Any, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None) -> Any:
    """Numbers in place of what is none."""
    x = converted(x)
    return torch.nan_to_num(x, nan, posinf, neginf) if x.is_floating_point() else x


@operation
def angle(x: Any) -> Any:
    """The angle of complex numbers, in radians."""
    return torch.angle(converted(x))


@operation
def cbrt(x: Any) -> Any:
    """The third root."""
    x = wide_floats(x)
    return torch.sign(x) * torch.abs(x) ** (1 / 3)


__all__ = [
    *_ANY,
    *_FLOATS,
    *_NARROW_FLOATS,
    *_WIDE_FLOATS,
    *_PAIRS,
    *_BITS,
    *_NARROW_PAIRS,
    *_FLOAT_PAIRS,
    *_NARROW_FLOAT_PAIRS,
]
__all__ += ["abs", "absolute", "allclose", "angle", "cbrt", "clip", "divide_no_nan", "floor_divide", "i0", "isclose"]
__all__ += ["isin", "ldexp", "nan_to_num", "round", "square", "subtract"]
