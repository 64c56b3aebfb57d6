"""Weights in the layout of Keras 3: a group for each layer, named by its class, with numbered arrays.

``layers/dense/vars/0`` is the kernel of the first Dense, ``layers/dense_1/vars/1`` the bias of the second; what a layer
is made of lies below it (``layers/lstm/cell/vars/0``).

Source: Keras 3, ``keras.src.saving.saving_lib``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import h5py
import numpy as np

from ..engine.holder import partition
from ..engine.input_layer import InputLayer
from ..engine.network import Network
from ..engine.weights import Weight
from . import guard
from .errors import FileError

__all__ = ["is_layered", "places", "read", "snake_case", "write"]

_LAYERS = ("layers", "_layer_checkpoint_dependencies")  # the second is tf.keras's up to 2.14


def snake_case(name: str) -> str:
    """A class name as Keras 3 writes it in paths.

    Example:
        >>> snake_case("GlobalAveragePooling2D"), snake_case("LSTM"), snake_case("PReLU")
        ('global_average_pooling2d', 'lstm', 'p_re_lu')
    """
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def _class_name(layer: Any) -> str:
    from ..models import Model

    return "Functional" if type(layer) is Model else type(layer).__name__


def places(model: Any, path: str = "") -> Iterator[tuple[str, Any, list[Weight]]]:
    """Each part of a model with its path in a file and the weights that it owns itself."""
    own = {(id(w.owner), w.attribute): w for w in sum(partition(model), [])}
    yield path, model, [w for w in own.values() if w.owner is model]
    if isinstance(model, Network) and model._graph:
        yield from _members(_listed(model), f"{path}/layers")
        return
    known = set()
    for attribute in sorted(vars(model)):
        value = vars(model)[attribute]
        if isinstance(value, (list, tuple)) and not attribute.startswith("_"):
            parts = [part for part in value if hasattr(part, "_own_weights")]
            known |= {id(part) for part in parts}
            yield from _members(parts, f"{path}/{attribute}")
    for attribute, part in sorted(model._modules.items()):
        if hasattr(part, "_own_weights") and id(part) not in known:
            yield from places(part, f"{path}/{attribute}")


def _listed(model: Any) -> list[Any]:
    from ..models import Sequential

    return [part for part in model.layers if not (isinstance(model, Sequential) and isinstance(part, InputLayer))]


def _members(parts: list[Any], path: str) -> Iterator[tuple[str, Any, list[Weight]]]:
    used: dict[str, int] = {}
    for part in parts:
        name = snake_case(_class_name(part))
        used[name] = used.get(name, -1) + 1
        yield from places(part, f"{path}/{name}{'_' + str(used[name]) if used[name] else ''}")


def is_layered(file: Any) -> bool:
    """Whether an open HDF5 file has this layout."""
    return any(name in file for name in _LAYERS) and "layer_names" not in file.attrs


def read(file: Any, model: Any, skip_mismatch: bool = False) -> None:
    """Reads all weights; none are changed when one does not fit.

    Raises:
        FileError: when the file lacks one.
        ValueError: when a shape differs.
    """
    prefix = next((name for name in _LAYERS if name in file), "layers")
    pairs = []
    for path, part, weights in places(model):
        if not weights:
            continue
        group = guard.child(file, f"{path.strip('/').replace('layers', prefix)}/vars")
        if len(group) != len(weights):
            raise ValueError(
                f"load_weights: expected {len(weights)} weights for layer {part.name!r}. Received: {len(group)}"
            )
        for i, weight in enumerate(weights):
            limit = 2 * int(np.prod(weight.shape)) + 64
            try:
                array = guard.numbers(group, str(i), limit)
                if tuple(array.shape) != weight.shape:
                    raise ValueError(
                        f"load_weights: expected shape {weight.shape} for {weight.full_name} of layer {part.name!r}. "
                        f"Received: shape {tuple(array.shape)}"
                    )
            except ValueError as error:
                if not skip_mismatch or isinstance(error, FileError):
                    raise
                continue
            pairs.append((weight, array))
    for weight, array in pairs:
        weight.load(array)


def write(file: h5py.Group, model: Any) -> None:
    """Writes all weights."""
    for path, part, weights in places(model):
        group = file.create_group(f"{path.strip('/')}/vars".strip("/"))
        group.attrs["name"] = part.name
        for i, weight in enumerate(weights):
            group.create_dataset(str(i), data=weight.numpy())
