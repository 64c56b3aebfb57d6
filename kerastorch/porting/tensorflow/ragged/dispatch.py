"""Which functions of ``tf`` take rows of different lengths, and what they do with them.

Source: https://www.tensorflow.org/api_docs/python/tf/ragged
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from .._tensors import Rows
from ..elementwise import __all__ as of_elements
from . import joining, picking, reducing
from .elementwise import each, same_rows
from .rows import RaggedTensor

__all__ = ["of_rows"]

#: functions of each element, beside those of tf.math
_EACH = frozenset(
    "_cast _detached _filled_like clip_by_value dropout elu gelu identity leaky_relu one_hot relu relu6 selu".split()
)


def _size(function: Callable, x: RaggedTensor, *args: Any) -> Any:
    return function(x.flat_values, *args)


def _rank(function: Callable, input: RaggedTensor) -> Any:
    return function(input.flat_values) + input.ragged_rank


def _reshape(function: Callable, tensor: RaggedTensor, shape: Any) -> Any:
    return function(tensor.flat_values, shape)


def _add_n(function: Callable, inputs: Any) -> RaggedTensor:
    first = same_rows(list(inputs))
    return first.with_flat_values(function([rows.flat_values for rows in inputs]))


#: functions of tf -> what they do with rows, given the function of tensors
_OWN: dict[str, Callable] = {
    "_size": _size,
    "add_n": _add_n,
    "rank": _rank,
    "reshape": _reshape,
    **{
        function.__name__: functools.partial(lambda own, _, *args, **kwargs: own(*args, **kwargs), function)
        for function in (
            joining.concat,
            joining.expand_dims,
            joining.reverse,
            joining.split,
            joining.squeeze,
            joining.stack,
            joining.tile,
            picking.gather,
            picking.gather_nd,
            picking.where,
            reducing.softmax,
        )
    },
}
_REDUCTIONS = frozenset(
    "reduce_all reduce_any reduce_max reduce_mean reduce_min reduce_prod reduce_std reduce_sum reduce_variance".split()
)


def of_rows(function: Callable, args: Any, kwargs: Any) -> Any:
    """What a function of ``tf`` gives for rows among its arguments.

    Raises:
        TypeError: for a function that takes none.
    """
    name = function.__name__
    if name in _REDUCTIONS:
        return reducing.reduced(name, *args, **kwargs)
    if name in _OWN:
        return _OWN[name](function, *args, **kwargs)
    if name in _EACH or name in of_elements:
        return each(function, *args, **kwargs)
    rows = next(arg for arg in (*args, *kwargs.values()) if isinstance(arg, (Rows, list, tuple)))
    raise TypeError(f"tf.{name.lstrip('_')}: expected tensors. Received: {rows!r}")
