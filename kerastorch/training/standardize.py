"""What users pass as x, y and weights, brought into lists of arrays, checked against what the model expects.

Source: Keras 2.2.4, ``keras.engine.training_utils``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from .. import eras, losses
from ..backend import text
from ..backend.registry import nearest
from ..backend.telling import warn
from ..engine.network import with_rank
from .data import SparseRows

__all__ = ["arrays", "lengths", "sample_weights", "target_shapes", "check_targets", "length_of", "is_array"]

Shape = tuple[int | None, ...]


def is_array(value: Any) -> bool:
    """Whether something is one array: numpy, torch, HDF5, pandas, a sparse matrix."""
    return hasattr(value, "shape") and hasattr(value, "dtype") or type(value).__name__ in ("DataFrame", "Series")


def length_of(array: Any) -> int:
    """The number of samples of an array."""
    return int(array.shape[0])


def _one_array(value: Any, owner: str) -> Any:
    """One array as numpy, torch or HDF5 (left on disk), with at least two axes and numbers inside."""
    if value is None:
        return None
    if owner.startswith("x ") and text.holds_text(value):
        value = text.as_text(value)
    if type(value).__name__ in ("DataFrame", "Series") or hasattr(value, "to_numpy"):
        return _one_array(value.to_numpy(), owner)
    if hasattr(value, "toarray") and hasattr(value, "nnz"):
        return SparseRows(value) if owner.startswith("x ") else value.toarray()
    if not is_array(value):
        try:
            value = np.asarray(value)
        except ValueError:
            raise ValueError(f"{owner}: expected rows of one length. Received: rows of different lengths") from None
    if isinstance(value, (np.ndarray, np.generic)):
        value = np.asarray(value)
        if value.dtype.kind in "OUS":
            value = _numbers(value, owner)
        if value.dtype.kind not in "fiub":
            raise ValueError(f"{owner}: expected an array of numbers. Received: dtype {value.dtype}")
    if len(value.shape) == 0:
        raise ValueError(f"{owner}: expected an array with a batch axis. Received: a single number")
    if len(value.shape) == 1:
        value = value.reshape(-1, 1) if isinstance(value, (np.ndarray, torch.Tensor)) else np.asarray(value)[:, None]
    return value


def _numbers(value: np.ndarray, owner: str) -> np.ndarray:
    """An object array of numbers (a pandas frame of mixed columns) as floats."""
    if value.dtype.kind == "O":
        try:
            return value.astype(np.float32)
        except (TypeError, ValueError):
            pass
    first = value.flat[0] if value.size else None
    raise ValueError(
        f"{owner}: expected an array of numbers with rows of one length. Received: dtype {value.dtype} "
        f"holding {type(first).__name__}"
    )


def _listed(data: Any, names: Sequence[str], what: str) -> list[Any]:
    """One entry a name, from a dict, a list or a single array."""
    if isinstance(data, dict):
        missing = [name for name in names if name not in data]
        if missing:
            near = nearest(missing[0], [str(key) for key in data])
            raise ValueError(f"{what}: expected a dict with the keys {list(names)}. Received: no {missing[0]!r}.{near}")
        return [data[name] for name in names]
    if isinstance(data, (list, tuple)) and not (isinstance(data, tuple) and hasattr(data, "_fields")):
        if len(data) == len(names) and (len(names) > 1 or is_array(data[0])):
            return list(data)
        if data and all(is_array(d) for d in data) and (len(names) > 1 or len(data[0].shape) > 0):
            if len(names) == 1 and isinstance(data, (list, tuple)) and len({tuple(d.shape) for d in data}) == 1:
                raise ValueError(f"{what}: expected 1 array. Received: a list of {len(data)} arrays")
            raise ValueError(f"{what}: expected {len(names)} array(s). Received: {len(data)} arrays")
        if len(names) > 1:
            raise ValueError(f"{what}: expected a list of {len(names)} arrays. Received: a list of {len(data)} entries")
        return [data]
    if len(names) != 1:
        raise ValueError(f"{what}: expected a list of {len(names)} arrays. Received: {type(data).__name__}")
    return [data]


def arrays(
    data: Any,
    names: Sequence[str],
    shapes: Sequence[Shape | None] | None,
    what: str,
    texts: Sequence[bool] | None = None,
) -> list[Any]:
    """Data as one array a name, each with a batch axis and the expected shape.

    Args:
        data: array, list, tuple, dict by name, pandas frame, HDF5 dataset.
        names: names of the model's inputs or outputs.
        shapes: expected shapes with the batch axis; None for one that is not checked.
        what: ``'x'`` or ``'y'``, for messages.
        texts: which of them are fed text; None for any.

    Raises:
        ValueError: for a wrong number of arrays, rank or size, text, ragged rows, no rows.
    """
    if data is None:
        raise ValueError(f"{what}: expected data for {', '.join(names)}. Received: None")
    result = []
    for i, (value, name) in enumerate(zip(_listed(data, names, what), names, strict=True)):
        array = _one_array(value, f"{what} ({name})")
        if array is None:
            raise ValueError(f"{what}: expected an array for {name}. Received: None")
        if texts is not None and isinstance(array, text.StringTensor) != texts[i]:
            wanted, got = ("text", f"dtype {array.dtype}") if texts[i] else ("an array of numbers", "text")
            raise ValueError(f"{what} ({name}): expected {wanted}. Received: {got}")
        if length_of(array) == 0:
            raise ValueError(f"{what}: expected at least one sample for {name}. Received: shape {tuple(array.shape)}")
        expected = shapes[i] if shapes is not None else None
        if expected is not None:
            array = _fit(array, expected, name, what)
        result.append(array)
    return result


def _fit(array: Any, expected: Shape, name: str, what: str) -> Any:
    shape = tuple(int(s) for s in array.shape)
    if len(shape) != len(expected):
        if len(expected) == 1 and shape[1:] == (1,):  # samples without axes of their own
            return array.reshape(-1)
        fitted = with_rank(array, len(expected)) if what in ("x", "y") and eras.current().unit_axis_fitted else array
        if len(fitted.shape) == len(expected):
            return _fit(fitted, expected, name, what)
        raise ValueError(
            f"{what}: expected {name} to have {len(expected)} dimensions, shape {expected}. Received: shape {shape}"
        )
    if any(want is not None and want != got for want, got in zip(expected[1:], shape[1:], strict=True)):
        raise ValueError(f"{what}: expected {name} to have shape {expected}. Received: shape {shape}")
    return array


def target_shapes(shapes: Sequence[Shape | None], functions: Sequence[Any]) -> list[Shape | None]:
    """The shapes that targets must have: the output's for Keras's losses, (…, 1) for sparse ones, any for others."""
    result: list[Shape | None] = []
    for shape, loss in zip(shapes, functions, strict=True):
        known = getattr(loss, "__module__", "").startswith("kerastorch.losses") and hasattr(loss, "__name__")
        if shape is None or not known or isinstance(loss, losses.TorchLoss):
            result.append(None)
        elif losses.is_sparse(loss):
            result.append((*shape[:-1], 1))
        else:
            result.append(shape)
    return result


def _unit_axis(y: Any, shape: Shape) -> Any:
    """Labels (samples, steps) of a sparse loss get their last axis of 1."""
    if len(y.shape) == len(shape) - 1 and shape[-1] == 1 and isinstance(y, (np.ndarray, torch.Tensor)):
        return y.reshape(*y.shape, 1)
    return y


def targets(data: Any, names: Sequence[str], shapes: Sequence[Shape | None], functions: Sequence[Any]) -> list[Any]:
    """Targets as one array an output, in the shape that its loss expects.

    Raises:
        ValueError: as for ``arrays``; and for labels that the loss cannot take.
    """
    expected = target_shapes(shapes, functions)
    ys = arrays(data, names, None, "y")
    for i, (y, want, name) in enumerate(zip(ys, expected, names, strict=True)):
        if want is None:
            continue
        if losses.is_sparse(functions[i]):
            y = ys[i] = _unit_axis(y, want)
        elif (
            functions[i] is losses.categorical_crossentropy
            and len(y.shape) == len(want)
            and y.shape[-1] == 1 != want[-1]
        ):
            raise ValueError(
                f"y: expected one-hot targets of shape {want} for {name}, since the loss is categorical_crossentropy. "
                f"Received: shape {tuple(y.shape)}; use to_categorical(y) or the loss sparse_categorical_crossentropy"
            )
        ys[i] = _fit(y, want, name, "y")
    return ys


def check_targets(ys: Sequence[Any], functions: Sequence[Any], shapes: Sequence[Shape | None]) -> None:
    """Checks class numbers against the number of classes, once and on the host.

    Raises:
        ValueError: for a label out of range.
    """
    for y, loss, shape in zip(ys, functions, shapes, strict=True):
        in_memory = isinstance(y, np.ndarray) or (isinstance(y, torch.Tensor) and y.device.type == "cpu")
        if shape is not None and shape[-1] is not None and in_memory and losses.is_sparse(loss):
            losses.check_sparse_labels(y, shape[-1], "y")


def lengths(xs: Sequence[Any], ys: Sequence[Any], ws: Sequence[Any] = ()) -> int:
    """The number of samples that all arrays share.

    Raises:
        ValueError: when they differ.
    """
    found: dict[str, int] = {}
    for what, group in (("x", xs), ("y", ys), ("sample_weight", ws)):
        counts = sorted({length_of(a) for a in group if a is not None})
        if len(counts) > 1:
            raise ValueError(f"{what}: expected arrays with the same number of samples. Received: {counts} samples")
        if counts:
            found[what] = counts[0]
    first = next(iter(found.values()), 0)
    for what, count in found.items():
        if count != first:
            raise ValueError(f"{what}: expected as many samples as x, which has {first}. Received: {count} samples")
    return first


def _by_output(value: Any, names: Sequence[str], what: str) -> list[Any]:
    """A weight argument as one entry an output."""
    if value is None or (isinstance(value, (list, dict)) and len(value) == 0):
        return [None] * len(names)
    if len(names) == 1:
        if isinstance(value, (list, tuple)) and len(value) == 1 and not np.isscalar(value[0]):
            return list(value)
        if isinstance(value, dict) and names[0] in value:
            return [value[names[0]]]
        return [value]
    if isinstance(value, list):
        if len(value) != len(names):
            raise ValueError(f"{what}: expected one entry for each of {len(names)} outputs. Received: {len(value)}")
        return list(value)
    if isinstance(value, dict):
        unknown = [key for key in value if not (isinstance(key, str) and key in names)]
        if unknown and not isinstance(unknown[0], str):
            warn(f"{what}: expected names of outputs {list(names)} as keys; {unknown[0]!r} has no effect.")
        elif unknown:
            raise ValueError(f"{what}: expected names of outputs {list(names)} as keys. Received: {unknown[0]!r}")
        return [value.get(name) for name in names]
    raise TypeError(
        f"{what}: expected a list or dict, since the model has {len(names)} outputs. Received: {type(value).__name__}"
    )


def sample_weights(
    ys: Sequence[Any],
    names: Sequence[str],
    modes: Sequence[str | None],
    sample_weight: Any = None,
    class_weight: Any = None,
) -> list[Any]:
    """One weight array an output, or None where nothing is weighed.

    Args:
        ys: the targets.
        names: the outputs' names.
        modes: None or ``'temporal'`` for each output.
        sample_weight: as passed to ``fit``.
        class_weight: as passed to ``fit``.

    Raises:
        ValueError: for a wrong rank or length, or a class without a weight.
    """
    given = _by_output(sample_weight, names, "sample_weight")
    classes = _by_output(class_weight, names, "class_weight")
    return [
        _weights_of(y, name, mode, weight, by_class)
        for y, name, mode, weight, by_class in zip(ys, names, modes, given, classes, strict=True)
    ]


def _weights_of(y: Any, name: str, mode: str | None, weight: Any, by_class: Any) -> Any:
    if mode == "temporal" and len(y.shape) < 3:
        raise ValueError(
            f"sample_weight: expected targets with a time axis for {name}, since sample_weight_mode is 'temporal'. "
            f"Received: targets of shape {tuple(y.shape)}"
        )
    if weight is not None:
        if by_class is not None:
            warn("fit: class_weight has no effect beside sample_weight.")
        return _given_weights(y, name, mode, weight)
    if by_class is None:
        return None
    if not hasattr(y, "dtype"):
        raise ValueError(f"class_weight: expected targets that are passed along. Received: a target tensor for {name}")
    return _class_weights(y, name, by_class)


def _given_weights(y: Any, name: str, mode: str | None, weight: Any) -> Any:
    if hasattr(weight, "to_numpy"):
        weight = weight.to_numpy()
    weight = weight if isinstance(weight, torch.Tensor) else np.asarray(weight)
    if isinstance(weight, np.ndarray) and weight.dtype.kind not in "fiub":
        raise ValueError(f"sample_weight: expected numbers for {name}. Received: dtype {weight.dtype}")
    if not eras.current().sample_weight_mode:
        return _broadcast_weights(y, name, weight)
    rank = 2 if mode == "temporal" else 1
    if weight.ndim != rank:
        hint = "; compile with sample_weight_mode='temporal' to weigh time steps" if weight.ndim == 2 else ""
        raise ValueError(
            f"sample_weight: expected {rank} dimension(s) for {name}. Received: shape {tuple(weight.shape)}{hint}"
        )
    if tuple(weight.shape) != tuple(y.shape[:rank]):
        raise ValueError(
            f"sample_weight: expected shape {tuple(y.shape[:rank])} for {name}. Received: shape {tuple(weight.shape)}"
        )
    return weight


def _broadcast_weights(y: Any, name: str, weight: Any) -> Any:
    """Weights of samples, or of what there is for each sample: later Kerases multiply what fits."""
    shape, given = tuple(y.shape), tuple(weight.shape)
    fits = all(size in (own, 1) for size, own in zip(given[1:], shape[1:]))
    if not 1 <= len(given) <= max(len(shape), 1) or given[:1] != shape[:1] or not fits:
        raise ValueError(
            f"sample_weight: expected a shape that the targets {shape} for {name} begin with. Received: shape {given}"
        )
    return weight


def _class_weights(y: Any, name: str, by_class: Any) -> np.ndarray | None:
    if isinstance(by_class, str) and by_class == "auto":
        warn("fit: class_weight='auto' weighs nothing, as in Keras; pass a dict.")
        return None
    if not isinstance(by_class, dict):
        raise TypeError(
            f"class_weight: expected a dict from class number to weight for {name}. "
            f"Received: {by_class!r} of type {type(by_class).__name__}"
        )
    if len(y.shape) > 2:
        raise ValueError(
            f"class_weight: expected targets of 2 dimensions for {name}. Received: targets of shape {tuple(y.shape)}"
        )
    values = np.asarray(y.detach().cpu() if isinstance(y, torch.Tensor) else y)
    classes = values.argmax(axis=1) if values.shape[1] > 1 else values.reshape(-1)
    present, place = np.unique(classes, return_inverse=True)
    table = {float(key): float(value) for key, value in by_class.items()}
    missing = [int(c) if float(c).is_integer() else float(c) for c in present if float(c) not in table]
    if missing:
        raise ValueError(f"class_weight: expected a weight for every class in y. Received: none for {missing}")
    return np.asarray([table[float(c)] for c in present], dtype=np.float64)[place.reshape(-1)]
