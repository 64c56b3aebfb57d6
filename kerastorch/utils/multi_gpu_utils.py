"""``multi_gpu_model``: a script that asks for several GPUs runs on one device, with the same numbers.

Source: Keras 2.2.4, ``keras.utils.multi_gpu_utils``.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import torch

from .. import config

__all__ = ["multi_gpu_model"]


def multi_gpu_model(
    model: Any, gpus: int | Sequence[int] | None = None, cpu_merge: bool = True, cpu_relocation: bool = False
) -> Any:
    """A model on top of another that shares its weights and is trained in its place.

    Keras splits each batch over several GPUs and puts the outputs together again, which gives the gradients of the
    whole batch. Here the whole batch is computed on the device of ``kerastorch.config.device()``: training is the same,
    and layers that look at the whole batch, such as BatchNormalization, even see all of it. A warning says so. To use
    several GPUs, start one process for each with ``torchrun`` and ``torch.nn.parallel.DistributedDataParallel``.

    Args:
        model: a Sequential or functional model; save this one, as in Keras.
        gpus: how many GPUs, or their numbers; all there are when missing.
        cpu_merge: has no effect, since nothing is merged.
        cpu_relocation: has no effect, since weights stay where they are.

    Returns:
        A ``Model`` with the same inputs, outputs and weights.

    Raises:
        ValueError: for fewer than two GPUs, as in Keras, whose scripts fall back on the plain model then.

    Example:
        >>> import warnings, kerastorch as keras
        >>> model = keras.models.Sequential([keras.layers.Dense(1, input_dim=2, name="out")])
        >>> with warnings.catch_warnings():
        ...     warnings.simplefilter("ignore")
        ...     parallel = multi_gpu_model(model, gpus=2)
        >>> parallel.output_names, parallel.layers[-2] is model
        (['out'], True)

    Source: Keras 2.2.4, ``keras.utils.multi_gpu_utils``.
    """
    from ..layers import Activation
    from ..models import Model

    found = torch.cuda.device_count() if gpus is None else gpus
    count = len(found) if isinstance(found, (list, tuple)) else found
    if isinstance(count, bool) or not isinstance(count, int) or count < 2:
        where = "" if gpus is not None else f" on a machine with {count}"
        raise ValueError(f"multi_gpu_model: expected at least 2 GPUs. Received: gpus={gpus!r}{where}")
    if not isinstance(model, Model) or not model._graph:
        raise ValueError(
            "multi_gpu_model: expected a Sequential or functional model that knows its input shape. "
            f"Received: {type(model).__name__}"
        )
    warnings.warn(
        f"multi_gpu_model: the whole batch is computed on {config.device()}, so gpus, cpu_merge and cpu_relocation "
        "have no effect; for several GPUs start the script with torchrun.",
        stacklevel=2,
    )
    outputs = model(model.inputs if len(model.inputs) > 1 else model.inputs[0])
    outputs = outputs if isinstance(outputs, list) else [outputs]
    names = [layer.name if layer else name for layer, name in zip(model.output_layers, model.output_names, strict=True)]
    named = [Activation("linear", name=name)(x) for name, x in zip(_distinct(names), outputs, strict=True)]
    return Model(list(model.inputs), named)


def _distinct(names: Sequence[str]) -> list[str]:
    """Names that occur several times are numbered from 1."""
    counts: dict[str, int] = {}
    result = []
    for name in names:
        counts[name] = counts.get(name, 0) + 1
        result.append(f"{name}_{counts[name]}" if list(names).count(name) > 1 else name)
    return result
