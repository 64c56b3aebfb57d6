"""Weights in the layout of Keras 3: a group for each layer, named by its class, with numbered arrays.

``layers/dense/vars/0`` is the kernel of the first Dense, ``layers/dense_1/vars/1`` the bias of the second; what a layer
is made of lies below it (``layers/lstm/cell/vars/0``).

Source: Keras 3, ``keras.src.saving.saving_lib``.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import Any

import h5py
import numpy as np

from .. import eras
from ..engine.holder import partition
from ..engine.input_layer import InputLayer
from ..engine.network import Network
from ..engine.symbolic import flatten
from ..engine.weights import Weight
from . import guard
from .errors import FileError

__all__ = ["OneFile", "is_layered", "places", "read", "snake_case", "write"]

_DEEPEST = 16  # how many parts of a model may lie inside one another before the first that has weights
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


def places(model: Any) -> Iterator[tuple[str, Any, list[Weight]]]:
    """Each part of a model with its path in a file and the weights that it owns itself; a shared part has several."""
    yield from _places(model, "", ())


def _places(part: Any, path: str, outer: tuple[int, ...]) -> Iterator[tuple[str, Any, list[Weight]]]:
    if id(part) in outer:
        return
    outer = (*outer, id(part))
    own = {(id(w.owner), w.attribute): w for w in sum(partition(part), [])}
    yield path, part, [w for w in own.values() if w.owner is part]
    if isinstance(part, Network) and part._graph:
        yield from _members(_listed(part), f"{path}/layers", outer)
        return
    found = dict(_attributes(part))
    if isinstance(part, Network):  # a class of models of its own, whose layers are an attribute among the others
        found["layers"] = list(part.layers)
    for attribute in sorted(found, key=_place, reverse=eras.current().keras_archives == "tf.keras"):
        value = found[attribute]
        if isinstance(value, (list, tuple, dict)):
            yield from _members(value, f"{path}/{attribute}", outer)
        else:
            yield from _places(value, f"{path}/{attribute}", outer)


def _place(attribute: str) -> str:
    """Names in their order, private ones at the end that tf.keras, which goes backwards, and Keras 3 come to last."""
    backwards = eras.current().keras_archives == "tf.keras"
    return f"~{attribute}" if attribute[:1] == "_" and not backwards else attribute


def _attributes(part: Any) -> Iterator[tuple[str, Any]]:
    """The attributes that are or hold further parts."""
    found = {name: value for name, value in vars(part).items() if isinstance(value, (list, tuple, dict))}
    listed = {name: value for name, value in found.items() if not name.startswith("_") and _holds_parts(value)}
    kept = {id(inner) for value in listed.values() for inner in flatten(value)}
    single = {n: m for n, m in part._modules.items() if hasattr(m, "_own_weights") and id(m) not in kept}
    yield from {**single, **listed}.items()


def _holds_parts(value: Any) -> bool:
    return any(hasattr(inner, "_own_weights") for inner in flatten(value))


def _listed(model: Any) -> list[Any]:
    from ..models import Sequential

    return [part for part in model.layers if not (isinstance(model, Sequential) and isinstance(part, InputLayer))]


def _members(parts: Any, path: str, outer: tuple[int, ...]) -> Iterator[tuple[str, Any, list[Weight]]]:
    used: dict[str, int] = {}
    for part in parts.values() if isinstance(parts, dict) else parts:
        inner = isinstance(part, (list, tuple, dict))
        if not inner and not hasattr(part, "_own_weights"):
            continue
        name = "container" if inner else snake_case(_class_name(part))
        used[name] = used.get(name, -1) + 1
        below = f"{path}/{name}{'_' + str(used[name]) if used[name] else ''}"
        yield from _members(part, below, outer) if inner else _places(part, below, outer)


def is_layered(file: Any) -> bool:
    """Whether an open HDF5 file has this layout: groups by the attributes of a class, arrays in groups ``vars``."""
    if any(name in file.attrs for name in ("layer_names", "layer_names0")) or guard.holds(file, "model_weights"):
        return False
    return any(guard.holds(file, name) for name in _LAYERS) or _holds_arrays(file, _DEEPEST)


def _holds_arrays(group: Any, deepest: int) -> bool:
    names = guard.children(group)
    if "vars" in names:
        return True
    inside = [guard.child(group, name) for name in names if deepest and guard.holds(group, name)]
    return any(isinstance(part, h5py.Group) and _holds_arrays(part, deepest - 1) for part in inside)


class OneFile:
    """Where ``read`` finds the arrays of a path: in one open HDF5 file."""

    def __init__(self, file: Any) -> None:
        self.file = file
        # the second name is tf.keras's up to 2.14
        self.prefix = next((name for name in _LAYERS if guard.holds(file, name)), "layers")

    def groups(self, path: str) -> list[Any]:
        """The groups that hold the arrays of a path; none where it is not there."""
        path = path.replace("layers", self.prefix)
        return [guard.child(self.file, path)] if guard.holds(self.file, path) else []


def read(file: Any, model: Any, skip_mismatch: bool = False) -> None:
    """Reads all weights; none are changed when one does not fit.

    Args:
        file: an open HDF5 file, or what has ``groups`` as ``OneFile`` does.
        model: the model.
        skip_mismatch: leave out layers that do not fit, with a warning.

    Raises:
        FileError: when the file lacks one.
        ValueError: when a number of weights or a shape differs.
    """
    source = file if hasattr(file, "groups") else OneFile(file)
    found: dict[int, tuple[Any, list[Weight], list[str]]] = {}
    for path, part, weights in places(model):
        if weights or getattr(part, "named_arrays", None):
            found.setdefault(id(part), (part, weights, []))[2].append(f"{path.strip('/')}/vars".strip("/"))
    stored = {(part.name, type(part)): paths for part, _, paths in found.values() if any(map(source.groups, paths))}
    pairs = []
    for part, weights, paths in found.values():
        try:
            # Keras 3 writes a shared part once, and its configuration does not always tell that it is one
            pairs += _stored(source, [*paths, *stored.get((part.name, type(part)), ())], part, weights)
        except ValueError as error:
            if not skip_mismatch:
                raise
            warnings.warn(
                f"Skipping loading of weights for layer {part.name!r} due to mismatch of its weights: {error}",
                stacklevel=4,
            )
    for weight, array in pairs:
        weight.load(array)


def _stored(source: Any, paths: list[str], part: Any, weights: list[Weight]) -> list[tuple[Weight, np.ndarray]]:
    """The arrays of a part, at the first of its paths that is in the file."""
    groups = next((groups for path in paths if (groups := source.groups(path))), None)
    if groups is None:
        raise FileError(f"load_weights: expected {paths[0]!r} in the file. Received: a file without it")
    own = getattr(part, "named_arrays", {})
    count = sum(sum(name not in own for name in group) for group in groups)
    if count != len(weights):
        raise ValueError(f"load_weights: expected {len(weights)} weights for layer {part.name!r}. Received: {count}")
    pairs = []
    for i, weight in enumerate(weights):
        group = next((group for group in groups if guard.holds(group, str(i))), groups[0])
        array = guard.numbers(group, str(i), 2 * int(np.prod(weight.shape)) + 64)
        if tuple(array.shape) != weight.shape:
            raise ValueError(
                f"load_weights: expected shape {weight.shape} for {weight.full_name} of layer {part.name!r}. "
                f"Received: shape {tuple(array.shape)}"
            )
        pairs.append((weight, array))
    for name in own:
        group = next((group for group in groups if guard.holds(group, name)), None)
        if group is not None:
            part.take_array(name, guard.numbers(group, name))
    return pairs


def write(file: h5py.Group, model: Any) -> None:
    """Writes all weights, those of a part that is met several times where it is met first."""
    written: set[int] = set()
    for path, part, weights in places(model):
        if id(part) in written:
            continue
        written.add(id(part))
        group = file.create_group(f"{path.strip('/')}/vars".strip("/"))
        group.attrs["name"] = part.name
        for i, weight in enumerate(weights):
            group.create_dataset(str(i), data=weight.numpy())
        for name, array in getattr(part, "named_arrays", {}).items():
            if array is not None:
                group.create_dataset(name, data=array)
