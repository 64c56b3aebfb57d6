"""Small helpers that Keras scripts and custom layers import.

Source: https://keras.io/api/models/model_saving_apis/serialization_utils/
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from .. import eras
from ..backend.bytecode import func_dump, func_load
from ..backend.registry import (
    CustomObjectScope,
    Registry,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from ..engine.symbolic.trees import object_list_uid
from ..training.progress import Progbar

__all__ = [
    "CustomObjectScope",
    "Progbar",
    "custom_object_scope",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "register_keras_serializable",
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

    In the later generations this is ``saving.serialize_keras_object``.

    Raises:
        ValueError: when the object has neither ``get_config`` nor a name.

    Example:
        >>> serialize_keras_object(len)
        'len'
    """
    if eras.current().serialized == "wrapped":
        from .. import saving

        return saving.serialize_keras_object(instance)
    return Registry("object").serialize(instance)


def deserialize_keras_object(
    identifier: str | dict[str, Any],
    module_objects: dict[str, Any] | None = None,
    custom_objects: dict[str, Any] | None = None,
    printable_module_name: str = "object",
    safe_mode: bool = True,
) -> Any:
    """The object that a config describes; a name alone gives what bears it, a class uncalled.

    In the later generations this is ``saving.deserialize_keras_object``, to which both dicts give further names.

    Args:
        identifier: a ``{'class_name', 'config'}`` dict, or a name.
        module_objects: from names to classes and functions, such as ``globals()``.
        custom_objects: names that come before those of ``module_objects``.
        printable_module_name: what an error message calls such an object.
        safe_mode: False lets functions bring their code along.

    Raises:
        ValueError: for an unknown name or a config of another form.

    Example:
        >>> deserialize_keras_object({"class_name": "complex", "config": {"real": 1, "imag": 2}}, {"complex": complex})
        (1+2j)
    """
    if eras.current().serialized == "wrapped":
        from .. import saving

        return saving.deserialize_keras_object(
            identifier, custom_objects, safe_mode=safe_mode, module_objects=module_objects
        )
    registry = Registry(printable_module_name)
    registry.objects = module_objects or {}
    if isinstance(identifier, str):
        return registry.find(identifier, custom_objects)
    if isinstance(identifier, dict):
        return registry.deserialize(identifier, custom_objects)
    raise ValueError(f"{printable_module_name}: expected a name or a config dict. Received: {identifier!r}")


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
