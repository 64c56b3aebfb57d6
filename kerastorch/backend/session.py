"""What belongs to the process: settings, names, and the parts of TensorFlow that have no counterpart.

Source: https://faroit.com/keras-docs/2.2.4/backend/
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch

from .. import config
from ..config import (
    epsilon,
    floatx,
    image_data_format,
    normalize_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)
from . import names
from .control import forget_learning_phase
from .convert import dtype_name
from .functions import Function
from .names import get_uid, reset_uids
from .random import forget_streams

__all__ = [
    "backend",
    "clear_session",
    "epsilon",
    "floatx",
    "get_session",
    "get_uid",
    "image_data_format",
    "image_dim_ordering",
    "is_float_dtype",
    "is_int_dtype",
    "manual_variable_initialization",
    "name_scope",
    "normalize_data_format",
    "reset_uids",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "set_image_dim_ordering",
    "set_session",
    "result_type",
    "standardize_dtype",
]

_ORDERINGS = {"channels_first": "th", "channels_last": "tf"}


def backend() -> str:
    """The backend's name: ``'tensorflow'``.

    Everything runs on torch. But scripts ask in order to choose layouts, weights and formulas, and those are
    TensorFlow's here.

    Example:
        >>> backend()
        'tensorflow'
    """
    return "tensorflow"


def image_dim_ordering() -> str:
    """The default place of the channels, as Keras 1 called it: ``'th'`` (first) or ``'tf'`` (last).

    Example:
        >>> image_dim_ordering()
        'tf'
    """
    return _ORDERINGS[config.image_data_format()]


def set_image_dim_ordering(dim_ordering: str) -> None:
    """Sets the default place of the channels: ``'th'`` (first) or ``'tf'`` (last).

    Raises:
        ValueError: for any other name.

    Example:
        >>> set_image_dim_ordering("tf")
        >>> image_data_format()
        'channels_last'
    """
    found = [name for name, short in _ORDERINGS.items() if short == dim_ordering]
    if not found:
        raise ValueError(f"set_image_dim_ordering: expected 'th' or 'tf'. Received: {dim_ordering!r}")
    config.set_image_data_format(found[0])


@contextmanager
def name_scope(name: str, default_name: str | None = None, values: Iterable[Any] | None = None) -> Iterator[str]:
    """Variables made in the block get ``name/`` in front of their names.

    Args:
        name: the scope; ``default_name`` when None.
        default_name: a name to fall back on.
        values: accepted as in TensorFlow, where it named the graph.

    Example:
        >>> from kerastorch import backend as K
        >>> with name_scope("encoder"):
        ...     K.variable(0.0, name="scale").name
        'encoder/scale:0'
    """
    scope = name or default_name or "scope"
    with names.name_scope(scope):
        yield f"{scope}/"


def clear_session() -> None:
    """Starts names, the learning phase and seeded draws again, and gives free GPU memory back.

    Models made before stay usable.

    Example:
        >>> clear_session()
        >>> get_uid("an example")
        1
    """
    reset_uids()
    forget_learning_phase()
    forget_streams()
    if torch.cuda.is_initialized():
        torch.cuda.empty_cache()


_warned: set[str] = set()


def _warn_once(what: str, why: str) -> None:
    if what not in _warned:
        _warned.add(what)
        warnings.warn(f"{what} has no effect: {why}", stacklevel=3)


def manual_variable_initialization(value: bool) -> None:
    """Accepted for scripts that call it; variables always have their first values.

    Example:
        >>> manual_variable_initialization(False)
    """
    if value:
        _warn_once("manual_variable_initialization", "variables have their first values from the start")


def set_session(session: Any) -> None:
    """Accepted for scripts that set TensorFlow's memory options with it; torch takes GPU memory as it needs it.

    Example:
        >>> import warnings
        >>> with warnings.catch_warnings():
        ...     warnings.simplefilter("ignore")
        ...     set_session(None)
    """
    _warn_once("set_session", "there is no TensorFlow session; torch takes GPU memory as it needs it")


class Session:
    """What ``K.get_session()`` gives: ``run`` computes symbolic tensors and reads variables, as ``K.function`` does.

    Anything else of a TensorFlow session is refused when it is asked for.

    Example:
        >>> from kerastorch import backend as K
        >>> x, y = K.placeholder((2,)), K.variable(3.0)
        >>> [value.tolist() for value in Session().run([x * 2.0, y], feed_dict={x: [1.0, 2.0]})]
        [[2.0, 4.0], 3.0]
    """

    def run(self, fetches: Any, feed_dict: dict[Any, Any] | None = None) -> Any:
        """The values of tensors.

        Args:
            fetches: a symbolic tensor, a variable, an update to carry out, or any nesting of them.
            feed_dict: values of the symbolic tensors that they need; of ``K.learning_phase()``, the phase to run in.

        Raises:
            ValueError: when a value is missing or is fed to something else.
        """
        feeds = dict(feed_dict or {})
        return Function(list(feeds), fetches)(list(feeds.values()))

    def as_default(self) -> Session:
        """The session itself, for a ``with`` block."""
        return self

    def close(self) -> None:
        """Nothing: a session holds nothing."""

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *exc: object) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f"K.get_session().{name}: there is no TensorFlow session below, only run() on symbolic tensors and "
            "variables; K.function runs graphs, K.get_value and K.set_value read and write variables"
        )


def get_session() -> Session:
    """What stands for TensorFlow's session: it computes symbolic tensors and reads variables.

    Example:
        >>> from kerastorch import backend as K
        >>> get_session().run(K.variable(2.0) * 3.0).item()
        6.0
    """
    return Session()


def _get_available_gpus() -> list[str]:
    """The GPUs' names, as the TensorFlow backend listed them."""
    return [f"/device:GPU:{i}" for i in range(torch.cuda.device_count())]


# ---------------------------------------------------------------- later Keras


def standardize_dtype(dtype: Any) -> str:
    """A type's name; ``floatx()`` for None.

    Raises:
        ValueError: for a type that torch does not have.

    Example:
        >>> standardize_dtype(torch.int32), standardize_dtype(None)
        ('int32', 'float32')
    """
    return dtype_name(config.torch_dtype(dtype))


def result_type(*dtypes: Any) -> str:
    """The type that holds values of all these types, by Keras 3's rules: 64 bits become 32, Python's numbers give way.

    Args:
        dtypes: names or types; ``int`` and ``float`` for Python's numbers, None for ``floatx()``.

    Raises:
        ValueError: for a type that torch does not have.

    Example:
        >>> result_type("int64", "float16"), result_type("uint8", "int8"), result_type("int8", float)
        ('float16', 'int16', 'float32')

    Source: https://keras.io/api/utils/backend_utils/
    """
    numbers = [kind for kind in dtypes if kind is int or kind is float]
    known = [standardize_dtype(kind) for kind in dtypes if not (kind is int or kind is float)]
    floats = sorted(
        {kind for kind in known if "float" in kind}, key=lambda kind: torch.finfo(getattr(torch, kind)).bits
    )
    if floats or float in numbers or not dtypes:
        found = (floats or [config.floatx()])[-1]
        if {"float16", "bfloat16"} <= set(floats):
            found = max(found, "float32")
        return "float32" if found == "float64" else found
    sizes = {kind: torch.iinfo(getattr(torch, kind)).bits for kind in known if "int" in kind}
    unsigned = max((bits for kind, bits in sizes.items() if kind[0] == "u"), default=0)
    signed = max((bits for kind, bits in sizes.items() if kind[0] == "i"), default=0)
    if not sizes:
        return "int32" if numbers else "bool"
    if signed and unsigned == 64:
        return config.floatx()
    bits = min(32, max(signed, 2 * unsigned if signed else unsigned))
    return f"{'int' if signed else 'uint'}{bits}"


def is_float_dtype(dtype: Any) -> bool:
    """Whether a type is a float type.

    Example:
        >>> is_float_dtype("bfloat16"), is_float_dtype("int8")
        (True, False)
    """
    return config.torch_dtype(dtype).is_floating_point


def is_int_dtype(dtype: Any) -> bool:
    """Whether a type holds whole numbers.

    Example:
        >>> is_int_dtype("int8"), is_int_dtype("bool")
        (True, False)
    """
    kind = config.torch_dtype(dtype)
    return not (kind.is_floating_point or kind.is_complex or kind == torch.bool)
