"""An optimizer's state in files, whichever Keras laid it out.

Keras 2 writes slot by slot: the count of steps, all first moments, then all second ones. tf.keras and Keras 3 write
weight by weight: the first and the second moment of each, then what further slots there are; before them stand the
running means of the weights and gathered gradients. Keras 3 puts the learning rate after the count, and Nadam's
schedule at the end.

Source: Keras 2.2.4, ``keras.optimizers``; Keras 3, ``keras.src.optimizers.base_optimizer``.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from .. import eras
from ..optimizers.averaging import EXTRA_SLOTS
from .errors import brief

__all__ = ["restore", "written"]

Named = list[tuple[str, np.ndarray]]

# Optimizers whose first two slots the later generations make in one go, weight by weight.
_PAIRED = ("Adam", "AdamW", "Adamax", "Nadam", "Adadelta", "Ftrl", "Lamb", "ScheduleFreeAdamW")
# What tf.keras calls the slots in files; the others have the same name there.
_LATER_NAMES = {
    "moments": "m",
    "accumulators": "accumulator",
    "linears": "linear",
    "momentums": "momentum",
    "means": "average_gradient",
}


def restore(model: Any, named: Named) -> None:
    """Gives a compiled model's optimizer its state back; one that does not fit is left out with a warning.

    Args:
        model: the compiled model.
        named: names and values in the file's order.
    """
    optimizer = model.optimizer
    model._bind_optimizer()
    if hasattr(optimizer, "inner_optimizer"):  # its scale stands beside the inner state; only our own files have it
        values = [np.asarray(value) for _, value in named]
        if [value.shape for value in values] == [tuple(weight.shape) for weight in optimizer.weights]:
            optimizer.set_weights(values)
            return
    if optimizer.files_by_weight:  # the count, the rate, and then what the optimizer has in this order
        values = [np.asarray(value) for _, value in named]
        if [np.shape(value) for value in (values[:1] + values[2:])] == [tuple(w.shape) for w in optimizer.weights]:
            optimizer.set_weights(values[:1] + values[2:])
            return
    try:
        head, slots, tail = _taken_apart(optimizer, named)
        optimizer.set_weights(_as_keras2(optimizer, head, slots))
    except ValueError as error:
        warnings.warn(
            f"load_model: the optimizer starts over, since its state does not fit: {brief(error)}", stacklevel=7
        )
        return
    if head and not optimizer.saves_iterations:
        optimizer.iterations = int(head[0])
    if hasattr(optimizer, "m_schedule"):
        if tail:
            optimizer.m_schedule = float(tail[0])
        elif eras.current().optimizer_files == "tf.keras" and head:  # it writes down the count only
            optimizer.m_schedule = _nadam_schedule(optimizer, int(head[0]))


def _nadam_schedule(optimizer: Any, steps: int) -> float:
    """The product of Nadam's momenta up to a step."""
    found, beta = 1.0, float(optimizer.beta_1)
    for t in range(1, min(steps, 10_000) + 1):  # it has long become 0 by then
        found *= beta * (1.0 - 0.5 * 0.96 ** (t * optimizer.schedule_decay))
    return found


def _taken_apart(optimizer: Any, named: Named) -> tuple[list[Any], list[list[Any]], list[Any]]:
    """The numbers before the slots, each slot's arrays, and the numbers after them.

    Raises:
        ValueError: when the shapes are those of no generation's layout.
    """
    names, values = [name for name, _ in named], [np.asarray(value) for _, value in named]
    shapes = [tuple(view.shape) for view in _views(optimizer)]
    orders = (True, False) if _is_by_weight(names) else (False, True)
    ends = (0, 1) if hasattr(optimizer, "m_schedule") else (0,)
    for by_weight, heads, tails in itertools.product(orders, (0, 1, 2), ends):
        head, tail = values[:heads], values[len(values) - tails :]
        if any(number.shape != () for number in (*head, *tail)) or heads + tails > len(values):
            continue
        body = values[heads : len(values) - tails]
        before, own = _extra(optimizer)
        front = [body[k * len(shapes) : (k + 1) * len(shapes)] for k in range(len(before))]
        body = body[len(before) * len(shapes) :]
        if any([array.shape for array in slot] != shapes for slot in front):
            continue
        for kept in _possible_slots(optimizer, own, shapes):
            pairs = 2 if by_weight and len(kept) > 1 and type(optimizer).__name__ in _PAIRED else 1
            if [array.shape for array in body] == list(_in_order(kept, pairs)):
                slots = _slots_of(body, len(kept), pairs, len(shapes))
                return head, _in_place(optimizer, dict(zip(before, front)), slots), tail
    raise ValueError(
        f"expected the state of {type(optimizer).__name__} for weights of shapes {shapes}. "
        f"Received: shapes {[value.shape for value in values]}"
    )


def _views(optimizer: Any) -> list[Any]:
    """The bound parameters with Keras's axes."""
    binding = getattr(optimizer, "inner_optimizer", optimizer)._current
    return binding.keras_view(binding.params)


def _extra(optimizer: Any) -> tuple[list[str], list[str]]:
    """The slots that any optimizer may have, which stand first in files, and this one's own."""
    before = [slot for slot in EXTRA_SLOTS if slot in optimizer.slots]
    return before, [slot for slot in optimizer.slots if slot not in before]


def _in_place(optimizer: Any, front: dict[str, list[Any]], slots: list[list[Any]]) -> list[list[Any]]:
    """All slots in the optimizer's own order."""
    rest = iter(slots)
    known = [front[slot] if slot in front else next(rest, None) for slot in optimizer.slots]
    return [slot for slot in known if slot is not None] + list(rest)


def _possible_slots(optimizer: Any, own: list[str], shapes: list[Any]) -> Iterator[list[list[Any]]]:
    """What slots a file may hold: all, or those that a generation writes although, or unless, nothing needs them."""
    full = [list(shapes) for _ in own]
    yield full
    if type(optimizer).__name__ == "Adam" and "vhat" not in optimizer.slots:
        yield [*full, [(1,)] * len(shapes)]
    if own == ["moments"]:
        yield []


def _in_order(slots: list[list[Any]], pairs: int) -> Iterator[Any]:
    """The slots' members, the first few slots weight by weight, the others one after the other."""
    for of_one in zip(*slots[:pairs]):
        yield from of_one
    for slot in slots[pairs:]:
        yield from slot


def _slots_of(body: list[Any], count: int, pairs: int, length: int) -> list[list[Any]]:
    """The inverse of ``_in_order``."""
    if not count:
        return []
    first = [body[k : pairs * length : pairs] for k in range(pairs)]
    return [*first, *(body[k * length : (k + 1) * length] for k in range(pairs, count))]


def _is_by_weight(names: Sequence[str]) -> bool:
    """Whether the names are those of a file that goes weight by weight."""
    if all(name.isdigit() for name in names):  # the numbers of an archive
        return True
    if any("learning_rate" in name for name in names):
        return True
    places = [name.split("/") for name in names if name.count("/") > 1]  # Adam/m/dense/kernel:0, Adam/v/dense/kernel:0
    return len(places) > 1 and places[0][0] == places[1][0] and places[0][2:] == places[1][2:]


def _as_keras2(optimizer: Any, head: list[Any], slots: list[list[Any]]) -> list[Any]:
    """The state as ``optimizer.set_weights`` takes it."""
    if len(slots) < len(optimizer.slots) and "moments" in optimizer.slots:
        zeros = [np.zeros(tuple(view.shape), np.float32) for view in _views(optimizer)]
        slots = [*slots[: optimizer.slots.index("moments")], zeros, *slots[optimizer.slots.index("moments") :]]
    return [*(head[:1] if optimizer.saves_iterations else []), *(array for slot in slots for array in slot)]


def written(model: Any) -> Named:
    """The state of a model's optimizer as the present generation lays it out: names and values."""
    optimizer, layout = model.optimizer, eras.current().optimizer_files
    trained = model._bind_optimizer()
    kind = type(optimizer).__name__
    if layout == "keras2":
        names = [f"training/{kind}/Variable{f'_{i}' if i else ''}:0" for i in range(len(optimizer.weights))]
        return list(zip(names, optimizer.get_weights(), strict=True))
    if optimizer.files_by_weight:
        rate = np.asarray(float(optimizer.learning_rate), "float32")
        count, *state = optimizer.get_weights()
        return [(f"{kind}/{i}", value) for i, value in enumerate([count.astype("int32"), rate, *state])]
    before, own = _extra(optimizer)
    slots = [slot for slot in own if layout != "keras3" or slot != "moments" or float(optimizer.momentum)]
    weights = [weight.full_name for weight in trained]
    held = [_slot(optimizer, slot) for slot in (*before, *slots)]
    labels = [[f"{kind}/{_LATER_NAMES.get(slot, slot)}/{weight}" for weight in weights] for slot in (*before, *slots)]
    front = len(before)
    pairs = 2 if kind in _PAIRED and len(slots) > 1 else 1
    head: Named = [("iteration:0", np.asarray(int(optimizer.iterations), "int64"))]
    if layout == "keras3":
        head = [
            (f"{kind}/iteration", np.asarray(int(optimizer.iterations), "int32")),
            (f"{kind}/learning_rate", np.asarray(float(optimizer.learning_rate), "float32")),
        ]
    tail: Named = []
    if layout == "keras3" and hasattr(optimizer, "m_schedule"):
        tail = [(f"{kind}/u_product", np.asarray(float(optimizer.m_schedule), "float32"))]
    first = [each for label, slot in zip(labels[:front], held[:front]) for each in zip(label, slot, strict=True)]
    own_part = zip(_in_order(labels[front:], pairs), _in_order(held[front:], pairs), strict=True)
    return [*head, *first, *own_part, *tail]


def _slot(optimizer: Any, slot: str) -> list[np.ndarray]:
    """One slot's arrays with Keras's axes."""
    return [t.detach().cpu().numpy().copy() for t in optimizer._current.keras_view(optimizer._slot(slot))]
