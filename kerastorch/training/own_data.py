"""Data for steps that a model writes itself: batches nested as the caller's arrays are.

Source: tf_keras, ``tf_keras/src/engine/data_adapter.py``
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from .. import config
from ..engine.symbolic import flatten, map_structure
from ..engine.symbolic.immutable import as_immutable
from . import standardize
from .data import Columns, DeviceFeed, epoch_order
from .streams import Stream, as_arrays, as_batches, is_stream

__all__ = ["Batches", "as_data", "pack_x_y_sample_weight", "unpack_x_y_sample_weight"]


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """Inputs, targets and weights as ``train_step`` is given them; inputs alone as they are.

    Example:
        >>> pack_x_y_sample_weight(1, 2), pack_x_y_sample_weight(1)
        ((1, 2), 1)
    """
    if y is None and sample_weight is None:
        return (x,) if isinstance(x, (list, tuple, dict)) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """The inverse of ``pack_x_y_sample_weight``.

    Raises:
        ValueError: for a tuple of more than three.

    Example:
        >>> unpack_x_y_sample_weight((1, 2))
        (1, 2, None)
    """
    if isinstance(data, list):
        data = tuple(data)
    if not isinstance(data, tuple):
        return data, None, None
    if not 1 <= len(data) <= 3:
        raise ValueError(f"expected data to be x, (x, y) or (x, y, sample_weight). Received: {len(data)} entries")
    return (*data, None, None)[:3]


def as_data(value: Any) -> Any:
    """Arrays, in the nesting in which they came; a list of numbers is one array."""
    if isinstance(value, dict):
        return {key: as_data(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)) and any(standardize.is_array(leaf) for leaf in flatten(value)):
        return type(value)(as_data(item) for item in value)
    if value is None or isinstance(value, torch.Tensor):
        return value
    if hasattr(value, "to_numpy"):
        value = value.to_numpy()
    if hasattr(value, "toarray"):
        value = value.toarray()
    if standardize.is_array(value) and not isinstance(value, (np.ndarray, np.generic)):
        return value  # a data set on disk
    array = np.asarray(value)
    return array.astype(np.float32) if array.dtype == object else array


def _type_of(leaf: Any) -> torch.dtype:
    """The dtype that a batch has: ``floatx()`` for floats, else the array's own."""
    if isinstance(leaf, torch.Tensor):
        kind = leaf.dtype
    else:
        kind = torch.from_numpy(np.empty(0, np.dtype(leaf.dtype).newbyteorder("="))).dtype
    return config.torch_dtype(None) if kind.is_floating_point else kind


class Batches:
    """A data set for ``train_step``, ``test_step`` or ``predict_step``, epoch after epoch.

    Args:
        owner: the method that was called.
        x: inputs, or what yields batches.
        y: targets.
        sample_weight: weights.
        batch_size: samples in a batch, 32 when missing.
        shuffle: whether arrays come in a new order each epoch.
        steps: how many batches an epoch has.
        class_weight: weights by class number, turned into weights of samples.
        queue: arguments of a stream's workers.

    Attributes:
        steps: how many batches an epoch has; None when only the data knows.
        samples: how many samples arrays have; None for a stream.
    """

    def __init__(
        self,
        owner: str,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        *,
        batch_size: int | None = None,
        shuffle: bool | str = False,
        steps: int | None = None,
        class_weight: dict[int, float] | None = None,
        queue: dict[str, Any] | None = None,
    ) -> None:
        arrays = as_arrays(x)
        if arrays is not None:
            x, y, sample_weight = (*arrays, None, None)[:3]
        self.class_weight = class_weight
        self.samples: int | None = None
        self._stream: Stream | None = None
        if is_stream(x):
            source = as_batches(x, owner, batch_size, shuffle, lenient=True)
            self._stream = Stream(source, owner, shuffle=bool(shuffle) and source is x, **(queue or {}))
            self.steps = self._stream.steps(steps, "steps_per_epoch" if owner == "fit" else "steps", needed=False)
            return
        self._size, self._shuffle = batch_size or 32, shuffle
        data = pack_x_y_sample_weight(*(as_data(part) for part in (x, y, sample_weight)))
        self._template, leaves = data, list(flatten(data))
        lengths = {int(leaf.shape[0]) for leaf in leaves if leaf is not None}
        if len(lengths) != 1:
            raise ValueError(f"{owner}: expected arrays of one length. Received: lengths {sorted(lengths)}")
        self.samples = lengths.pop()
        self._order = np.arange(self.samples)
        self._columns = Columns(leaves, [None if leaf is None else _type_of(leaf) for leaf in leaves])
        whole = -(-self.samples // self._size)
        self.steps = whole if steps is None else steps

    @property
    def endless(self) -> bool:
        """Whether the data never ends by itself."""
        return self._stream is not None and self._stream.endless

    def epoch(self) -> Iterator[Any]:
        """The batches of one epoch, as tensors on the device."""
        if self._stream is not None:
            feed = DeviceFeed()
            for batch in self._stream.epoch(self.steps):
                yield self._weighed(as_immutable(map_structure(lambda leaf: _on_device(feed, leaf), batch)))
            return
        self._order = epoch_order(self._order, self._shuffle, self._size)
        batches = self._columns.batches(self._order if self._shuffle else None, self._size)
        for _, tensors in zip(range(self.steps or 0), batches):
            yield self._weighed(as_immutable(_packed(self._template, tensors)))

    def _weighed(self, batch: Any) -> Any:
        """The batch with the weights of its classes."""
        if self.class_weight is None:
            return batch
        x, y, weight = unpack_x_y_sample_weight(batch)
        classes = y.argmax(-1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(-1)
        most = max(self.class_weight) + 1
        table = torch.tensor([float(self.class_weight.get(i, 1.0)) for i in range(most)], device=y.device)
        own = table[classes.long()]
        return x, y, own if weight is None else weight * own

    def close(self) -> None:
        """Ends a stream's workers."""
        if self._stream is not None:
            self._stream.close()

    def __enter__(self) -> Batches:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def _packed(template: Any, leaves: list[Any]) -> Any:
    """Tensors in the nesting of the caller's arrays."""
    rest = iter(leaves)
    return map_structure(lambda _: next(rest), template)


def _on_device(feed: Callable, leaf: Any) -> Any:
    """An array or tensor of a batch on the device; anything else as it is."""
    if isinstance(leaf, torch.Tensor) or isinstance(leaf, (np.ndarray, np.generic)) and leaf.dtype.kind in "fiubc":
        return feed([leaf], [_type_of(leaf)])[0]
    return leaf
