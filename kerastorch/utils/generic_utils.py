"""Small helpers that Keras scripts and custom layers import.

Source: https://keras.io/api/models/model_saving_apis/serialization_utils/
"""

from __future__ import annotations

import base64
import binascii
import inspect
import marshal
import types
from collections.abc import Callable
from typing import Any

from kerastorch.backend.registry import CustomObjectScope, Registry, custom_object_scope, get_custom_objects
from kerastorch.training.progress import Progbar

__all__ = [
    "CustomObjectScope",
    "Progbar",
    "custom_object_scope",
    "get_custom_objects",
    "serialize_keras_object",
    "deserialize_keras_object",
    "func_dump",
    "func_load",
    "has_arg",
    "to_list",
    "unpack_singleton",
    "object_list_uid",
    "is_all_none",
    "slice_arrays",
    "transpose_shape",
]


def serialize_keras_object(instance: Any) -> Any:
    """What describes an object in a config: a ``{'class_name', 'config'}`` dict, a function's name, or None.

    Raises:
        ValueError: when the object has neither ``get_config`` nor a name.

    Example:
        >>> serialize_keras_object(len)
        'len'
    """
    return Registry("object").serialize(instance)


def deserialize_keras_object(
    identifier: str | dict[str, Any],
    module_objects: dict[str, Any] | None = None,
    custom_objects: dict[str, Any] | None = None,
    printable_module_name: str = "object",
) -> Any:
    """The object that a config describes; a name alone gives what bears it, a class uncalled.

    Args:
        identifier: a ``{'class_name', 'config'}`` dict, or a name.
        module_objects: from names to classes and functions, such as ``globals()``.
        custom_objects: names that come before those of ``module_objects``.
        printable_module_name: what an error message calls such an object.

    Raises:
        ValueError: for an unknown name or a config of another form.

    Example:
        >>> deserialize_keras_object({"class_name": "complex", "config": {"real": 1, "imag": 2}}, {"complex": complex})
        (1+2j)
    """
    registry = Registry(printable_module_name)
    registry.objects = module_objects or {}
    if isinstance(identifier, str):
        return registry.find(identifier, custom_objects)
    if isinstance(identifier, dict):
        return registry.deserialize(identifier, custom_objects)
    raise ValueError(f"{printable_module_name}: expected a name or a config dict. Received: {identifier!r}")


def func_dump(func: Callable) -> tuple[str, tuple | None, tuple | None]:
    """A Python function as ``(code, defaults, closure)``, the code as base64 text of its bytecode.

    Bytecode fits one version of Python only.

    Example:
        >>> func_load(func_dump(lambda x: x + 1))(2)
        3
    """
    code = base64.encodebytes(marshal.dumps(func.__code__)).decode("ascii")
    closure = tuple(cell.cell_contents for cell in func.__closure__) if func.__closure__ else None
    return code, func.__defaults__, closure


def func_load(
    code: str | tuple | list,
    defaults: tuple | list | None = None,
    closure: tuple | list | None = None,
    globs: dict[str, Any] | None = None,
) -> Callable:
    """The function that ``func_dump`` wrote down.

    The function can do whatever its author wanted: call this only with code that you trust. Loading a model never
    calls it unasked.

    Args:
        code: the code, or the whole result of ``func_dump``.
        defaults: the default arguments.
        closure: the values that the function closes over.
        globs: the function's globals; by default this module's.

    Raises:
        ValueError: when the text is no bytecode of this version of Python.
    """
    if isinstance(code, (tuple, list)):
        code, defaults, closure = code
    try:
        loaded = marshal.loads(_decoded(code))
    except (ValueError, EOFError, TypeError) as error:
        raise ValueError(f"func_load: expected bytecode of this version of Python. Received: {error}") from None
    if not isinstance(loaded, types.CodeType):
        raise ValueError(f"func_load: expected bytecode. Received: {type(loaded).__name__}")
    cells = None
    if closure is not None:
        cells = tuple(value if isinstance(value, types.CellType) else types.CellType(value) for value in closure)
    arguments = tuple(defaults) if defaults is not None else None
    return types.FunctionType(loaded, globals() if globs is None else globs, loaded.co_name, arguments, cells)


def _decoded(text: str) -> bytes:
    """Bytecode from base64, or from the raw text that Keras before 2.1.2 wrote."""
    try:
        return base64.b64decode("".join(text.split()).encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return text.encode("raw_unicode_escape")


def has_arg(fn: Callable, name: str, accept_all: bool = False) -> bool:
    """Whether a callable can be called with a keyword.

    Args:
        fn: the callable.
        name: the keyword.
        accept_all: the answer for a callable that only takes it among ``**kwargs``.

    Example:
        >>> has_arg(lambda x, training=None: x, "training")
        True
    """
    parameters = inspect.signature(fn).parameters
    found = parameters.get(name)
    if found is None:
        return accept_all and any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values())
    return found.kind in (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def to_list(x: Any, allow_tuple: bool = False) -> list:
    """A list as it is, anything else as a list of one; with ``allow_tuple`` a tuple as a list of its members.

    Example:
        >>> to_list((1, 2)), to_list((1, 2), allow_tuple=True)
        ([(1, 2)], [1, 2])
    """
    if isinstance(x, list):
        return x
    return list(x) if allow_tuple and isinstance(x, tuple) else [x]


def unpack_singleton(x: Any) -> Any:
    """The only member of a list or tuple of one, else the list or tuple.

    Example:
        >>> unpack_singleton([7]), unpack_singleton([7, 8])
        (7, [7, 8])
    """
    return x[0] if len(x) == 1 else x


def object_list_uid(object_list: Any) -> str:
    """A text that tells lists of objects apart by identity."""
    return ", ".join(str(abs(id(x))) for x in to_list(object_list))


def is_all_none(iterable_or_element: Any) -> bool:
    """Whether something, or each member of a list or tuple, is None.

    Example:
        >>> is_all_none([None, None]), is_all_none(None), is_all_none([None, 0])
        (True, True, False)
    """
    return all(element is None for element in to_list(iterable_or_element, allow_tuple=True))


def slice_arrays(arrays: Any, start: Any = None, stop: int | None = None) -> Any:
    """Rows of an array, or of each array in a list.

    Args:
        arrays: an array or a list of arrays (None among them stays None).
        start: the first row, or the numbers of all rows to take.
        stop: the row after the last.

    Example:
        >>> import numpy as np
        >>> slice_arrays([np.arange(5), None], 1, 3)
        [array([1, 2]), None]
    """
    if arrays is None:
        return [None]
    rows = slice(start, stop)
    if hasattr(start, "__len__"):
        rows = start.tolist() if hasattr(start, "shape") else start  # HDF5 takes lists only
    if isinstance(arrays, list):
        return [None if x is None else x[rows] for x in arrays]
    return arrays[rows]


def transpose_shape(shape: tuple | list, target_format: str, spatial_axes: tuple[int, ...]) -> tuple | list:
    """A channels_last shape as a data format has it.

    Args:
        shape: the shape, channels last.
        target_format: ``'channels_first'`` or ``'channels_last'``.
        spatial_axes: the positions of the spatial axes in ``shape``.

    Raises:
        ValueError: for another format.

    Example:
        >>> transpose_shape((16, 128, 96, 3), "channels_first", spatial_axes=(1, 2))
        (16, 3, 128, 96)
    """
    if target_format == "channels_last":
        return shape
    if target_format != "channels_first":
        raise ValueError(
            f"transpose_shape: expected target_format 'channels_first' or 'channels_last'. Received: {target_format!r}"
        )
    moved = [*shape[: spatial_axes[0]], shape[-1], *(shape[axis] for axis in spatial_axes)]
    return moved if isinstance(shape, list) else tuple(moved)
