"""Checks of tensors.

Source: https://www.tensorflow.org/api_docs/python/tf/debugging
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from ...engine.symbolic import is_symbolic
from ._dtypes import as_dtype, torch_type
from ._functions import text_or_tensor
from .errors import InvalidArgumentError

__all__ = [
    "Assert",
    "assert_all_finite",
    "assert_integer",
    "assert_near",
    "assert_proper_iterable",
    "assert_rank",
    "assert_rank_at_least",
    "assert_rank_in",
    "assert_same_float_dtype",
    "assert_scalar",
    "assert_shapes",
    "assert_type",
    "check_numerics",
    "disable_check_numerics",
    "enable_check_numerics",
    "get_log_device_placement",
    "is_numeric_tensor",
    "set_log_device_placement",
]


def _fail(message: str | None, text: str) -> None:
    raise InvalidArgumentError(f"{message}: {text}" if message else text)


def Assert(condition: Any, data: Any, summarize: int | None = None, name: str | None = None) -> None:
    """Checks that a condition holds everywhere.

    Raises:
        InvalidArgumentError: when it does not.
    """
    if not is_symbolic(condition) and not bool(np.all(np.asarray(condition))):
        _fail(None, f"assertion failed: {[np.asarray(x).tolist() if hasattr(x, 'shape') else x for x in data]}")


def _comparison(name: str, holds: Callable, word: str) -> Callable:
    def check(
        x: Any, y: Any, message: str | None = None, summarize: int | None = None, name: str | None = None
    ) -> None:
        if is_symbolic((x, y)):
            return
        a, b = (np.asarray(text_or_tensor(v)) for v in (x, y))
        if not np.all(holds(a, b)):
            _fail(message, f"expected x {word} y. Received: x={a.tolist()}, y={b.tolist()}")

    check.__name__ = check.__qualname__ = name
    check.__doc__ = f"Checks that ``x {word} y`` everywhere."
    return check


_TWO = {
    "assert_equal": (np.equal, "=="),
    "assert_none_equal": (np.not_equal, "!="),
    "assert_less": (np.less, "<"),
    "assert_less_equal": (np.less_equal, "<="),
    "assert_greater": (np.greater, ">"),
    "assert_greater_equal": (np.greater_equal, ">="),
}
for _name, (_holds, _word) in _TWO.items():
    globals()[_name] = _comparison(_name, _holds, _word)


def _sign(name: str, holds: Callable, word: str) -> Callable:
    def check(x: Any, message: str | None = None, summarize: int | None = None, name: str | None = None) -> None:
        if is_symbolic(x):
            return
        values = np.asarray(text_or_tensor(x))
        if not np.all(holds(values, 0)):
            _fail(message, f"expected x {word} 0. Received: x={values.tolist()}")

    check.__name__ = check.__qualname__ = name
    check.__doc__ = f"Checks that ``x {word} 0`` everywhere."
    return check


_ONE = {
    "assert_positive": (np.greater, ">"),
    "assert_negative": (np.less, "<"),
    "assert_non_negative": (np.greater_equal, ">="),
    "assert_non_positive": (np.less_equal, "<="),
}
for _name, (_holds, _word) in _ONE.items():
    globals()[_name] = _sign(_name, _holds, _word)

__all__ += [*_ONE, *_TWO]


def assert_near(
    x: Any,
    y: Any,
    rtol: Any = None,
    atol: Any = None,
    message: str | None = None,
    summarize: int | None = None,
    name: str | None = None,
) -> None:
    """Checks that two tensors are nearly equal; by default within ten times their type's precision."""
    if is_symbolic((x, y)):
        return
    a, b = (np.asarray(text_or_tensor(v)) for v in (x, y))
    eps = 10 * np.finfo(a.dtype if a.dtype.kind == "f" else np.float32).eps
    if not np.all(np.abs(a - b) <= (eps if atol is None else atol) + (eps if rtol is None else rtol) * np.abs(b)):
        _fail(message, f"expected x and y to be nearly equal. Received: x={a.tolist()}, y={b.tolist()}")


def _rank(x: Any) -> int:
    return len(getattr(x, "shape", np.shape(x)))


def assert_rank(x: Any, rank: Any, message: str | None = None, name: str | None = None) -> None:
    """Checks how many axes there are."""
    if _rank(x) != int(rank):
        raise ValueError(f"{message or 'tf.debugging.assert_rank'}: expected {int(rank)} axes. Received: {_rank(x)}")


def assert_rank_at_least(x: Any, rank: Any, message: str | None = None, name: str | None = None) -> None:
    """Checks that there are no fewer axes."""
    if _rank(x) < int(rank):
        raise ValueError(f"{message or 'tf.debugging'}: expected at least {int(rank)} axes. Received: {_rank(x)}")


def assert_rank_in(x: Any, ranks: Any, message: str | None = None, name: str | None = None) -> None:
    """Checks that the number of axes is one of several."""
    if _rank(x) not in [int(rank) for rank in ranks]:
        raise ValueError(f"{message or 'tf.debugging'}: expected one of {list(ranks)} axes. Received: {_rank(x)}")


def assert_scalar(tensor: Any, name: str | None = None, message: str | None = None) -> None:
    """Checks that there are no axes."""
    assert_rank(tensor, 0, message)


def assert_shapes(
    shapes: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> None:
    """Checks shapes against sizes and letters; a letter stands for one size throughout.

    Raises:
        ValueError: when a shape differs.
    """
    known: dict[Any, int] = {}
    for x, wanted in shapes.items() if isinstance(shapes, dict) else shapes:
        shape = tuple(getattr(x, "shape", np.shape(x)))
        wanted = tuple(wanted)
        fits = len(shape) == len(wanted)
        for size, want in zip(shape, wanted):
            if isinstance(want, str) and want not in (".", "*"):
                want = int(want) if want.isdigit() else known.setdefault(want, size)
            fits = fits and (want in (None, ".", "*") or size in (None, want))
        if not fits:
            raise ValueError(f"{message or 'tf.debugging.assert_shapes'}: expected shape {wanted}. Received: {shape}")


def assert_type(tensor: Any, tf_type: Any, message: str | None = None, name: str | None = None) -> None:
    """Checks the type.

    Raises:
        TypeError: when it is another one.
    """
    if as_dtype(tensor.dtype) != as_dtype(tf_type):
        raise TypeError(f"{message or 'tf.debugging'}: expected {as_dtype(tf_type).name}. Received: {tensor.dtype}")


def assert_integer(x: Any, message: str | None = None, name: str | None = None) -> None:
    """Checks that the type holds whole numbers."""
    if not as_dtype(x.dtype).is_integer:
        raise TypeError(f"{message or 'tf.debugging.assert_integer'}: expected whole numbers. Received: {x.dtype}")


def assert_same_float_dtype(tensors: Any = None, dtype: Any = None) -> Any:
    """The float type of all tensors.

    Raises:
        ValueError: when they have several.
    """
    kinds = {as_dtype(t.dtype) for t in tensors or ()} | ({as_dtype(dtype)} if dtype is not None else set())
    if len(kinds) > 1 or not all(kind.is_floating for kind in kinds):
        raise ValueError(f"tf.debugging.assert_same_float_dtype: expected one float type. Received: {kinds}")
    return next(iter(kinds), as_dtype(torch_type("float32")))


def assert_proper_iterable(values: Any) -> None:
    """Checks that something may be iterated over element by element.

    Raises:
        TypeError: for tensors, text and what is no iterable.
    """
    if isinstance(values, (torch.Tensor, np.ndarray, str, bytes)) or not hasattr(values, "__iter__"):
        raise TypeError(f"expected an iterable of values. Received: {type(values).__name__}")


def check_numerics(tensor: Any, message: str, name: str | None = None) -> Any:
    """The tensor itself, once it is known to hold no NaN and no infinity.

    Raises:
        InvalidArgumentError: when it does.
    """
    if not is_symbolic(tensor) and not bool(np.isfinite(np.asarray(tensor)).all()):
        _fail(message, "expected finite numbers. Received: NaN or Inf")
    return tensor


def assert_all_finite(x: Any, message: str = "", name: str | None = None) -> Any:
    """The tensor itself, once it is known to hold no NaN and no infinity."""
    return check_numerics(x, message)


def enable_check_numerics(*args: Any, **kwargs: Any) -> None:
    """Gradients stop at the first NaN, as ``torch.autograd.set_detect_anomaly`` has it."""
    torch.autograd.set_detect_anomaly(True)


def disable_check_numerics() -> None:
    """Takes ``enable_check_numerics`` back."""
    torch.autograd.set_detect_anomaly(False)


def is_numeric_tensor(tensor: Any) -> bool:
    """Whether something is a tensor of numbers."""
    return isinstance(tensor, torch.Tensor) and tensor.dtype != torch.bool


def set_log_device_placement(enabled: bool) -> None:
    """Accepted: tensors say where they are."""


def get_log_device_placement() -> bool:
    """False."""
    return False
