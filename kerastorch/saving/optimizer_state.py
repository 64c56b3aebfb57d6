"""An optimizer's state from a file, whichever Keras laid it out.

Keras 2 writes slot by slot (all first moments, then all second ones), tf.keras 2.11 and Keras 3 weight by weight (the
first and the second moment of each), with the learning rate among the values.

Source: Keras 2.2.4 ``keras.optimizers``; Keras 3 ``keras.src.optimizers.base_optimizer``.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from .errors import brief

__all__ = ["layered", "restore"]


def restore(model: Any, named: Sequence[tuple[str, np.ndarray]]) -> None:
    """Gives a compiled model's optimizer its state back; one that does not fit is left out with a warning.

    Args:
        model: the compiled model.
        named: names and values in the file's order.
    """
    optimizer = model.optimizer
    model._ready_program().bind()
    values = [value for _, value in named]
    try:
        optimizer.set_weights(arranged(optimizer, [name for name, _ in named], values))
    except ValueError as error:
        warnings.warn(
            f"load_model: the optimizer starts anew, since its state does not fit: {brief(error)}", stacklevel=7
        )


def arranged(optimizer: Any, names: Sequence[str], values: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The values as ``optimizer.set_weights`` takes them."""
    wanted = [tuple(weight.shape) for weight in optimizer.weights]
    if [np.shape(value) for value in values] == wanted:
        return list(values)
    rest = list(values)
    iterations = [np.asarray(rest.pop(0))] if rest and np.shape(rest[0]) == () else []
    if rest and np.shape(rest[0]) == () and _is_rate(names):
        rest.pop(0)  # the learning rate: it is in the configuration too
    head = iterations if optimizer.saves_iterations else []
    if not optimizer.saves_iterations and iterations:
        optimizer.iterations = int(iterations[0])
    slots = [slot for slot in optimizer.slots if slot not in _absent(optimizer)]
    count = len(rest) // max(1, len(slots))
    body = [array for k in range(len(slots)) for array in rest[k :: len(slots)]] if _interleaved(names) else rest
    wanted_body = wanted[len(head) :]
    if len(body) < len(wanted_body) and len(body) == count * len(slots):
        # slots that this generation leaves out, such as vhat of an Adam without amsgrad, start anew
        body = body + [np.zeros(shape, np.float32) for shape in wanted_body[len(body) :]]
    return [*head, *body]


def _is_rate(names: Sequence[str]) -> bool:
    return len(names) < 2 or "rate" in names[1] or names[1] == "1"


def _interleaved(names: Sequence[str]) -> bool:
    """Whether the file goes weight by weight: it does where the learning rate is among the values."""
    if len(names) < 3:
        return False
    # paths such as Adam/m/dense/kernel:0, Adam/v/dense/kernel:0, or the plain numbers of an archive
    return "rate" in names[1] or names[1] == "1" or ("/" in names[1] and names[1].count("/") > 2 and _moves(names))


def _moves(names: Sequence[str]) -> bool:
    """Whether the first two values belong to the same weight."""
    first, second = (name.split("/", 2)[-1] for name in names[1:3])
    return first == second


def _absent(optimizer: Any) -> tuple[str, ...]:
    """Slots of Keras 2.2 that later generations leave out where nothing needs them."""
    return () if getattr(optimizer, "amsgrad", False) else ("vhat", "vhats")


def layered(model: Any) -> list[np.ndarray]:
    """The state weight by weight, as the later generations keep it."""
    from .. import eras

    optimizer = model.optimizer
    model._ready_program().bind()
    values = optimizer.get_weights()
    body = values[1:] if optimizer.saves_iterations else values
    count = len(model._ready_program().params)
    slots = [s for s in (body[i : i + count] for i in range(0, len(body), max(1, count))) if _is_full(s, model)]
    head = [np.asarray(int(optimizer.iterations), "int32")]
    if eras.current().name != "tf.keras":
        head.append(np.asarray(float(optimizer.learning_rate), "float32"))
    return head + [array for of_one in zip(*slots) for array in of_one]


def _is_full(slot: list[np.ndarray], model: Any) -> bool:
    shapes = [weight.shape for weight in model._ready_program().trained]
    return [tuple(array.shape) for array in slot] == shapes
