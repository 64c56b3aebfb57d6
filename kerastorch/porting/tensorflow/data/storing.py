"""Elements in files, for ``Dataset.save`` and ``Dataset.load``: numpy's format, not TensorFlow's."""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np
import torch

from ....engine.symbolic.immutable import as_immutable
from .._texts import TextTensor
from ..io.files import path_of
from .elements import flat, mapped

__all__ = ["read", "write"]

_NAME = "elements.npz"


def write(elements: list[Any], path: Any) -> None:
    """Writes elements to a folder: an array for each leaf of each, and how the leaves are nested.

    Args:
        elements: tensors, or tuples and dicts of them, all nested alike.
        path: the folder.
    """
    folder = path_of(path)
    os.makedirs(folder, exist_ok=True)
    template = mapped(lambda _: None, elements[0]) if elements else ()
    arrays: dict[str, Any] = {}
    for j, element in enumerate(elements):
        for i, leaf in enumerate(flat(element)):
            arrays[f"{i}|{j}"] = leaf.array.astype("S") if isinstance(leaf, TextTensor) else np.asarray(leaf)
    nesting = json.dumps(_encoded(template))
    np.savez(os.path.join(folder, _NAME), nesting=np.array(nesting), **arrays)


def read(path: Any) -> list[Any]:
    """The elements that ``write`` wrote to a folder."""
    store = np.load(os.path.join(path_of(path), _NAME), allow_pickle=False)
    nesting = json.loads(str(store["nesting"]))
    columns: dict[int, dict[int, Any]] = {}
    for key in store.files:
        if key != "nesting":
            i, j = (int(part) for part in key.split("|"))
            columns.setdefault(i, {})[j] = store[key]
    count = len(columns.get(0, ()))
    return [_decoded(nesting, iter([_leaf(columns[i][j]) for i in sorted(columns)])) for j in range(count)]


def _leaf(array: np.ndarray) -> Any:
    return TextTensor(array.astype(object)) if array.dtype.kind == "S" else as_immutable(torch.tensor(array))


def _encoded(template: Any) -> Any:
    """Nested dicts and tuples as JSON has them; None for a leaf."""
    if isinstance(template, dict):
        return {"d": {key: _encoded(value) for key, value in template.items()}}
    if isinstance(template, tuple):
        return {"t": [_encoded(value) for value in template]}
    return None


def _decoded(nesting: Any, leaves: Any) -> Any:
    """The inverse of ``_encoded``, with the leaves in place."""
    if nesting is None:
        return next(leaves)
    if "t" in nesting:
        return tuple(_decoded(value, leaves) for value in nesting["t"])
    return {key: _decoded(value, leaves) for key, value in nesting["d"].items()}
