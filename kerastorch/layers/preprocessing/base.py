"""What layers that prepare data share: learning from a data set before training, and numbers of categories as vectors.

Source: https://keras.io/api/layers/preprocessing_layers/
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from ... import config, eras
from ...backend import text
from ...engine import checks
from ...engine.layer import Layer
from ...engine.symbolic import is_symbolic

__all__ = [
    "AdaptiveLayer",
    "CategoryLayer",
    "Shape",
    "as_later",
    "as_tensor",
    "encoded",
    "encoded_shape",
    "hash_key",
    "listed",
]

Shape = tuple[int | None, ...]
_BATCH = 32  # of an array that tf.keras's layers learn from


def as_later() -> bool:
    """Whether the era is Keras 3, where it differs from tf.keras."""
    return eras.current().later_layers == "keras3"


class AdaptiveLayer(Layer):
    """A layer that can learn from data before training; subclasses say what a batch changes."""

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Learns from a data set what the layer needs; what it learned before is forgotten.

        Args:
            data: an array, tensor or list, or a data set that gives batches.
            batch_size: samples at a time of an array, 32 when missing.
            steps: how many batches; all when missing.

        Raises:
            ValueError: when the layer was given what it would learn, or for no data.
        """
        self.reset_state()
        count = 0
        for batch in _batches(data, batch_size):
            if count == steps:
                break
            count += 1
            if not self.built:
                self._ensure_built(batch)
            self.update_state(batch)
        if not count:
            raise ValueError(f"Layer {self.name}: expected adapt() to be given data. Received: none")
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Learns from one batch."""
        raise NotImplementedError

    def finalize_state(self) -> None:
        """Makes what ``call`` uses of what was learned."""

    def reset_state(self) -> None:
        """Forgets what was learned."""


def _batches(data: Any, batch_size: int | None) -> Iterator[torch.Tensor]:
    """What a layer learns from, batch by batch."""
    if isinstance(data, (np.ndarray, torch.Tensor)) or text.holds_text(data) or _is_table(data):
        whole = as_tensor(data)
        if as_later() and batch_size is None or not whole.ndim:
            yield whole
            return
        yield from whole.split(batch_size or _BATCH)
        return
    for element in data:
        first = element[0] if isinstance(element, tuple) else element
        yield as_tensor(next(iter(first.values())) if isinstance(first, dict) else first)


def _is_table(data: Any) -> bool:
    """Whether data is one array: a list of numbers, a pandas frame."""
    if isinstance(data, (list, tuple)):
        return not any(isinstance(row, (np.ndarray, torch.Tensor)) for row in data)
    return hasattr(data, "to_numpy")


def as_tensor(value: Any) -> torch.Tensor:
    """Data of any kind as a tensor on the device: numbers in their own type, or text."""
    if text.holds_text(value):
        return text.as_text(value, config.device())
    if isinstance(value, torch.Tensor):
        return value.detach().as_subclass(torch.Tensor).to(config.device())
    if hasattr(value, "to_numpy"):
        return as_tensor(value.to_numpy())
    array = np.asarray(value)
    return torch.from_numpy(array.copy() if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))).to(
        config.device()
    )


class CategoryLayer(Layer):
    """A layer that gives numbers of categories, or vectors that mark them.

    Args:
        output_mode: ``'int'``, ``'one_hot'``, ``'multi_hot'``, ``'count'`` or ``'tf_idf'``.
        modes: those that the layer has.
        sparse: accepted; what comes out is dense in any case.
        **kwargs: those of ``Layer``.
    """

    capturable = False  # it looks at its data

    def __init__(self, output_mode: str, modes: tuple[str, ...], sparse: bool, **kwargs: Any) -> None:
        owner = type(self).__name__
        output_mode = {"binary": "multi_hot", "tf-idf": "tf_idf"}.get(output_mode, output_mode)
        checks.one_of(owner, "output_mode", output_mode, modes)
        if sparse and output_mode == "int":
            raise ValueError(f"{owner}: expected sparse=False beside output_mode='int'. Received: sparse=True")
        if kwargs.get("dtype") is None and "int" in modes:
            kwargs["dtype"] = "int64" if output_mode == "int" else config.floatx()
        super().__init__(**kwargs)
        if output_mode == "int" and not str(self.compute_dtype).startswith(("int", "uint")):
            if owner in ("Hashing", "Discretization") or as_later():  # files of old keep 'float32' there
                self.dtype = "int64"
            else:
                raise ValueError(
                    f"{owner}: expected dtype to be a type of whole numbers beside output_mode='int'. "
                    f"Received: dtype={kwargs['dtype']!r}"
                )
        if sparse:
            warnings.warn(f"{owner}: sparse=True changes nothing here, since outputs are dense.", stacklevel=3)
        self.output_mode = output_mode
        self.sparse = bool(sparse)

    def _take_inputs(self, inputs: Any) -> Any:
        if not is_symbolic(inputs) and not isinstance(inputs, torch.Tensor):
            return as_tensor(inputs)
        return inputs

    def _encoded(self, numbers: torch.Tensor, depth: int, **weights: Any) -> torch.Tensor:
        kind = config.torch_dtype(self.dtype)
        return encoded(type(self).__name__, numbers, self.output_mode, depth, kind, **weights)

    def _depth(self) -> int | None:
        """The size of the vectors."""
        raise NotImplementedError

    def compute_output_shape(self, input_shape: Any) -> Any:
        return encoded_shape(tuple(input_shape), self.output_mode, self._depth())

    def _output_specs(self, args: tuple, kwargs: dict[str, Any]) -> tuple[Any, Any]:
        return self.compute_output_shape(tuple(args[0].shape)), config.torch_dtype(self.dtype)


def listed(value: Any) -> Any:
    """An array or a tensor as a list, as configs hold it; bytes as text."""
    if isinstance(value, text.StringTensor):
        value = value.numpy()
    if isinstance(value, torch.Tensor):
        value = value.detach().cpu().numpy()
    if hasattr(value, "numpy") and not isinstance(value, np.ndarray):
        value = value.numpy()
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [v.decode("utf-8", "replace") if isinstance(v, bytes) else v for v in value]
    return value


def hash_key(owner: str, salt: Any) -> list[int] | None:
    """A salt as the two words of SipHash's key.

    Raises:
        ValueError: for anything but a whole number or two of them.
    """
    if salt is None:
        return None
    if isinstance(salt, int) and not isinstance(salt, bool):
        return [salt, salt]
    if isinstance(salt, (list, tuple)) and len(salt) == 2:
        return list(salt)
    raise ValueError(f"{owner}: expected salt to be a whole number or two of them. Received: salt={salt!r}")


def encoded(
    owner: str,
    numbers: torch.Tensor,
    mode: str,
    depth: int,
    dtype: torch.dtype,
    count_weights: torch.Tensor | None = None,
    idf_weights: torch.Tensor | None = None,
) -> torch.Tensor:
    """Numbers of categories as they are, or as vectors that mark or count them; those out of range are left out.

    Args:
        owner: the layer, for messages.
        numbers: whole numbers, of shape (..., n).
        mode: ``'int'``, ``'one_hot'``, ``'multi_hot'``, ``'count'`` or ``'tf_idf'``.
        depth: the number of categories.
        dtype: the type of what comes out.
        count_weights: what each number counts for, 1 when missing.
        idf_weights: the weight of each category in ``'tf_idf'``.

    Example:
        >>> encoded("Layer", torch.tensor([[0, 2, 2]]), "count", 3, torch.float32)
        tensor([[1., 0., 2.]])
    """
    if mode == "int":
        return numbers.to(dtype)
    numbers = numbers.unsqueeze(0) if numbers.ndim == 0 else numbers
    if mode == "one_hot":
        alone = numbers.shape[-1] == 1 and (numbers.ndim > 1 or not as_later())
        rows = numbers.squeeze(-1) if alone else numbers
        _check_rank(owner, mode, numbers.ndim + (not alone), numbers.shape)
        return _counted(rows.reshape(-1, 1), depth, dtype, None).reshape(*rows.shape, depth)
    _check_rank(owner, mode, numbers.ndim, numbers.shape)
    axis = 1 if numbers.ndim > 1 else 0
    counted = numbers.movedim(axis, -1)
    if count_weights is not None:
        count_weights = count_weights.to(numbers.device).expand_as(numbers).movedim(axis, -1)
        count_weights = count_weights.reshape(-1, counted.shape[-1])
    found = _counted(counted.reshape(-1, counted.shape[-1]), depth, dtype, count_weights)
    found = found.reshape(*counted.shape[:-1], depth)
    if mode == "multi_hot":
        return (found > 0).to(dtype)
    return found if idf_weights is None else found * idf_weights.to(found)


def _check_rank(owner: str, mode: str, rank: int, shape: Any) -> None:
    if rank > 2 and not as_later():
        raise ValueError(
            f"{owner}: expected an output of at most 2 axes beside output_mode={mode!r}. "
            f"Received: an input of shape {tuple(shape)}"
        )


def _counted(rows: torch.Tensor, depth: int, dtype: torch.dtype, weights: torch.Tensor | None) -> torch.Tensor:
    """How often each number occurs in a row."""
    rows = rows.to(torch.int64)
    places = torch.where((rows < 0) | (rows >= depth), depth, rows)
    ones = torch.ones_like(places, dtype=dtype) if weights is None else weights.to(dtype)
    zeros = torch.zeros(rows.shape[0], depth + 1, dtype=dtype, device=rows.device)
    return zeros.scatter_add_(1, places, ones)[:, :depth]


def encoded_shape(shape: Shape, mode: str, depth: int | None) -> Shape:
    """The shape of what ``encoded`` gives.

    Example:
        >>> encoded_shape((None, 1), "one_hot", 4), encoded_shape((None, 7), "count", 4)
        ((None, 4), (None, 4))
    """
    if mode == "int":
        return shape
    if not shape:
        return (depth,)
    if mode == "one_hot":
        alone = shape[-1] == 1 and (len(shape) > 1 or not as_later())
        return (*(shape[:-1] if alone else shape), depth)
    return (shape[0], *shape[2:], depth) if len(shape) > 1 else (depth,)
