"""Operations on every element by itself.

Source: https://keras.io/api/ops/numpy/
"""

from __future__ import annotations

from typing import Any

import torch

from ._making import converted, floats, operation, table

_ANY = {
    "abs": torch.abs,
    "absolute": torch.abs,
    "bitwise_invert": torch.bitwise_not,
    "bitwise_not": torch.bitwise_not,
    "conj": torch.conj,
    "conjugate": torch.conj,
    "isfinite": torch.isfinite,
    "isinf": torch.isinf,
    "isnan": torch.isnan,
    "logical_not": torch.logical_not,
    "negative": torch.neg,
    "real": torch.real,
    "imag": torch.imag,
    "sign": torch.sign,
    "signbit": torch.signbit,
    "square": torch.square,
}
_FLOATS = {
    "arccos": torch.acos,
    "arccosh": torch.acosh,
    "arcsin": torch.asin,
    "arcsinh": torch.asinh,
    "arctan": torch.atan,
    "arctanh": torch.atanh,
    "ceil": torch.ceil,
    "cos": torch.cos,
    "cosh": torch.cosh,
    "deg2rad": torch.deg2rad,
    "erf": torch.erf,
    "erfinv": torch.erfinv,
    "exp": torch.exp,
    "exp2": torch.exp2,
    "expm1": torch.expm1,
    "floor": torch.floor,
    "log": torch.log,
    "log10": torch.log10,
    "log1p": torch.log1p,
    "log2": torch.log2,
    "rad2deg": torch.rad2deg,
    "reciprocal": torch.reciprocal,
    "rsqrt": torch.rsqrt,
    "sin": torch.sin,
    "sinc": torch.sinc,
    "sinh": torch.sinh,
    "sqrt": torch.sqrt,
    "tan": torch.tan,
    "tanh": torch.tanh,
    "trunc": torch.trunc,
}
_PAIRS = {
    "add": torch.add,
    "bitwise_and": torch.bitwise_and,
    "bitwise_left_shift": torch.bitwise_left_shift,
    "bitwise_or": torch.bitwise_or,
    "bitwise_right_shift": torch.bitwise_right_shift,
    "bitwise_xor": torch.bitwise_xor,
    "equal": torch.eq,
    "floor_divide": torch.floor_divide,
    "fmax": torch.fmax,
    "fmin": torch.fmin,
    "gcd": torch.gcd,
    "greater": torch.gt,
    "greater_equal": torch.ge,
    "lcm": torch.lcm,
    "left_shift": torch.bitwise_left_shift,
    "less": torch.lt,
    "less_equal": torch.le,
    "logical_and": torch.logical_and,
    "logical_or": torch.logical_or,
    "logical_xor": torch.logical_xor,
    "maximum": torch.maximum,
    "minimum": torch.minimum,
    "mod": torch.remainder,
    "fmod": torch.fmod,
    "multiply": torch.mul,
    "not_equal": torch.ne,
    "power": torch.pow,
    "right_shift": torch.bitwise_right_shift,
    "subtract": torch.sub,
}
_FLOAT_PAIRS = {
    "arctan2": torch.atan2,
    "divide": torch.div,
    "heaviside": torch.heaviside,
    "hypot": torch.hypot,
    "logaddexp": torch.logaddexp,
    "logaddexp2": torch.logaddexp2,
    "true_divide": torch.div,
}

globals().update(table(_ANY, 1))
globals().update(table(_FLOATS, 1, into_floats=True))
globals().update(table(_PAIRS, 2))
globals().update(table(_FLOAT_PAIRS, 2, into_floats=True))


@operation
def round(x: Any, decimals: int = 0) -> Any:
    """Every element rounded, halves to the even neighbour."""
    x = converted(x)
    if x.is_floating_point():
        return torch.round(x, decimals=decimals)
    return x if decimals >= 0 else torch.round(x.double(), decimals=decimals).to(x.dtype)


@operation
def clip(x: Any, x_min: Any, x_max: Any) -> Any:
    """Every element moved into a range."""
    x = converted(x)
    low, high = (torch.as_tensor(limit, dtype=x.dtype, device=x.device) for limit in (x_min, x_max))
    return torch.minimum(torch.maximum(x, low), high)


@operation
def divide_no_nan(x1: Any, x2: Any) -> Any:
    """A quotient that is 0 where the divisor is."""
    x1, x2 = floats(x1), floats(x2)
    safe = torch.where(x2 == 0, torch.ones_like(x2), x2)
    return torch.where(x2 == 0, torch.zeros_like(x1 / safe), x1 / safe)


@operation
def isclose(x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Any:
    """Whether elements are as good as equal."""
    x1, x2 = converted(x1), converted(x2)
    kind = torch.promote_types(x1.dtype, x2.dtype)
    return torch.isclose(x1.to(kind), x2.to(kind), rtol, atol, equal_nan)


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
    x = floats(x)
    return torch.sign(x) * torch.abs(x) ** (1 / 3)


__all__ = [*_ANY, *_FLOATS, *_PAIRS, *_FLOAT_PAIRS]
__all__ += ["angle", "cbrt", "clip", "divide_no_nan", "isclose", "nan_to_num", "round"]
