"""Initializers: the first values of a weight, given its shape in Keras's order.

An initializer is any callable of a shape that gives a tensor, an array or a number; ``make`` calls one and brings
what it gives into the wanted form. Random values depend on a seed alone, never on the device. A seed that is not given
is drawn from NumPy's global generator, so that ``np.random.seed`` makes a model's first weights those that Keras 2
gives it (tf.keras and Keras 3 draw it from Python's ``random`` when the initializer is made).

Source: https://keras.io/api/layers/initializers/
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from .. import config as _config
from ..backend import torch_callables
from .base import REGISTRY, Dtype, Initializer, Shape
from .drawn import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    Orthogonal,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    VarianceScaling,
    glorot_normal,
    glorot_uniform,
    he_normal,
    he_uniform,
    lecun_normal,
    lecun_uniform,
)
from .drawn import compute_fans as _compute_fans  # noqa: F401 (the name it has in Keras)
from .fixed import STFT, Constant, Identity, Ones, Zeros

__all__ = [
    "Initializer",
    "Zeros",
    "Ones",
    "Constant",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Orthogonal",
    "Identity",
    "STFT",
    "stft",
    "GlorotUniform",
    "GlorotNormal",
    "HeUniform",
    "HeNormal",
    "LecunUniform",
    "LecunNormal",
    "glorot_uniform",
    "glorot_normal",
    "he_uniform",
    "he_normal",
    "lecun_uniform",
    "lecun_normal",
    "zero",
    "zeros",
    "one",
    "ones",
    "constant",
    "uniform",
    "random_uniform",
    "normal",
    "random_normal",
    "truncated_normal",
    "variance_scaling",
    "identity",
    "orthogonal",
    "make",
    "get",
    "serialize",
    "deserialize",
]

zero = zeros = Zeros
one = ones = Ones
constant = Constant
uniform = random_uniform = RandomUniform
normal = random_normal = RandomNormal
truncated_normal = TruncatedNormal
variance_scaling = VarianceScaling
identity = Identity
orthogonal = Orthogonal
stft = STFT
_CLASSES = {name: kind for name, kind in globals().items() if isinstance(kind, type) and issubclass(kind, Initializer)}
REGISTRY.alias(**_CLASSES, IdentityInitializer=Identity, OrthogonalInitializer=Orthogonal)
IdentityInitializer, OrthogonalInitializer, STFTInitializer = Identity, Orthogonal, STFT  # Keras 3's names


def make(initializer: Callable[..., Any], shape: Shape, dtype: Dtype = None) -> torch.Tensor:
    """Calls an initializer of whatever kind and gives a tensor of the wanted shape, dtype and device.

    Args:
        initializer: ``f(shape)`` or ``f(shape, dtype)`` giving a tensor, an array or a number, or one of torch's
            in-place functions (``torch.nn.init.xavier_uniform_``).
        shape: Keras's shape of the weight.
        dtype: its dtype; None is ``floatx()``.

    Raises:
        ValueError: when what it gives is no array of numbers, or has another shape.

    Example:
        >>> make(lambda shape: 3, (2,))
        tensor([3., 3.])
    """
    dtype, shape = _config.torch_dtype(dtype), tuple(shape)
    if torch_callables.is_initializer(initializer):
        return torch_callables.initialized(initializer, shape, dtype).to(_config.device())
    built_in = type(initializer).__module__.startswith(f"{__name__}.")
    found = initializer(shape, dtype) if built_in else _called(initializer, shape, dtype)
    name = getattr(initializer, "__name__", type(initializer).__name__)
    try:
        # What came from the caller may be theirs to keep: training must not write into it.
        value = torch.as_tensor(found).detach().to(_config.device(), dtype, copy=not built_in)
    except (TypeError, ValueError, RuntimeError):
        raise ValueError(f"{name}: expected initial values of shape {shape}. Received: {found!r}") from None
    if value.ndim == 0:
        return value.repeat(shape)
    if tuple(value.shape) != shape:
        raise ValueError(f"{name}: expected initial values of shape {shape}. Received: shape {tuple(value.shape)}")
    return value


def _called(initializer: Callable[..., Any], shape: tuple[int, ...], dtype: torch.dtype) -> Any:
    """What a caller's own gives. Keras 2 passes the shape alone; later ones a dtype too, which some demand."""
    try:
        inspect.signature(initializer).bind(shape)
    except TypeError:
        return initializer(shape, dtype=str(dtype).removeprefix("torch."))
    except ValueError:  # written in C: its signature cannot be read
        pass
    return initializer(shape)


def serialize(initializer: Any) -> Any:
    """The config dict of an initializer, or the name of a function.

    Example:
        >>> serialize(Constant(2))
        {'class_name': 'Constant', 'config': {'value': 2}}
    """
    return REGISTRY.serialize(initializer)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The initializer that a name or a config dict describes.

    Args:
        config: a name or a ``{'class_name', 'config'}`` dict.
        custom_objects: further names.

    Raises:
        ValueError: for an unknown name.

    Example:
        >>> deserialize({"class_name": "Constant", "config": {"value": 2}}).value
        2
    """
    found = torch_callables.initializer(config) if isinstance(config, str) else None
    return REGISTRY.deserialize(config, custom_objects) if found is None else found


def get(identifier: Any) -> Any:
    """What a ``*_initializer`` argument means.

    Args:
        identifier: a name, a config dict, an initializer, any callable (see ``make``), an array of values.

    Raises:
        ValueError: for an unknown name.
        TypeError: for anything else.

    Example:
        >>> get("zeros")((2,))
        tensor([0., 0.])
    """
    if isinstance(identifier, (np.ndarray, np.generic, torch.Tensor)):
        return Constant(identifier)
    return deserialize(identifier) if isinstance(identifier, str) else REGISTRY.get(identifier)
