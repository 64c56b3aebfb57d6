"""Elements in files, for ``Dataset.save`` and ``Dataset.load``: numpy's format, not TensorFlow's."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from ....engine.symbolic.immutable import as_immutable
from .._specs import TensorSpec
from .._texts import TextTensor
from ..errors import NotFoundError
from ..io.files import path_of
from .elements import flat

__all__ = ["read", "write", "written"]

_NAME = "elements.npz"


def written(path: Any) -> bool:
    """Whether ``write`` has been here."""
    return os.path.exists(os.path.join(path_of(path), _NAME))


def write(elements: list[Any], path: Any, spec: Any) -> None:
    """Writes elements to a folder: an array for each leaf of each, and how the leaves are nested.

    Args:
        elements: tensors, or tuples and dicts of them, all nested alike.
        path: the folder.
        spec: the description of the elements.
    """
    folder = path_of(path)
    os.makedirs(folder, exist_ok=True)
    arrays: dict[str, Any] = {}
    for j, element in enumerate(elements):
        for i, leaf in enumerate(flat(element)):
            arrays[f"{i}|{j}"] = leaf.array.astype("S") if isinstance(leaf, TextTensor) else np.asarray(leaf)
    nesting = json.dumps(_encoded(spec))
    np.savez(os.path.join(folder, _NAME), nesting=np.array(nesting), **arrays)


def read(path: Any) -> tuple[list[Any], Any]:
    """The elements that ``write`` wrote to a folder, and their description.

    Raises:
        NotFoundError: when there are none.
    """
    if not written(path):
        raise NotFoundError(f"Dataset.load: expected a folder that Dataset.save wrote. Received: {path_of(path)}")
    store = np.load(os.path.join(path_of(path), _NAME), allow_pickle=False)
    nesting = json.loads(str(store["nesting"]))
    columns: dict[int, dict[int, Any]] = {}
    for key in store.files:
        if key != "nesting":
            i, j = (int(part) for part in key.split("|"))
            columns.setdefault(i, {})[j] = store[key]
    count = len(columns.get(0, ()))

    def item(j: int) -> Any:
        leaves = iter([_leaf(columns[i][j]) for i in sorted(columns)])
        return _decoded(nesting, lambda _: next(leaves))

    return [item(j) for j in range(count)], _decoded(nesting, lambda leaf: TensorSpec(*leaf))


def _leaf(array: np.ndarray) -> Any:
    return TextTensor(array.astype(object)) if array.dtype.kind == "S" else as_immutable(torch.tensor(array))


def _encoded(template: Any) -> Any:
    """Nested dicts and tuples of descriptions as JSON has them."""
    if isinstance(template, dict):
        return {"d": {key: _encoded(value) for key, value in template.items()}}
    if isinstance(template, tuple):
        return {"t": [_encoded(value) for value in template]}
    return [None if template.shape is None else list(template.shape), template.dtype.name]


def _decoded(nesting: Any, leaf: Callable[[Any], Any]) -> Any:
    """The inverse of ``_encoded``, with what a function gives for each description in its place."""
    if isinstance(nesting, list):
        return leaf(nesting)
    if "t" in nesting:
        return tuple(_decoded(value, leaf) for value in nesting["t"])
    return {key: _decoded(value, leaf) for key, value in nesting["d"].items()}
