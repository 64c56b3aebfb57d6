"""Another share of classes, by rejecting elements.

Source: https://www.tensorflow.org/api_docs/python/tf/data/Dataset#rejection_resample
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import torch

from ....engine.symbolic.immutable import plain
from .._functions import tensor
from ..random import uniform
from .elements import called, host
from .specs import spec_of, trial

if TYPE_CHECKING:
    from .dataset import Dataset

__all__ = ["resampled"]

_AT_ONCE = 32  # elements after which the shares are estimated anew
_SEEN = 10  # how many elements of each class an estimate begins with


def resampled(source: Dataset, class_func: Callable, target: Any, initial: Any, seed: int | None) -> Dataset:
    """Pairs of class and element in which the classes have given shares.

    An element comes from the source as it is as often as that helps, else it is one that passed a draw for its class.

    Args:
        source: the data set.
        class_func: gives the class of an element.
        target: the share of each class wanted.
        initial: the share of each class now; estimated as elements come when missing.
        seed: of the draws.
    """
    with host():
        wanted = plain(tensor(target, torch.float32))
        known = None if initial is None else plain(tensor(initial, torch.float32))

    def labelled(item: Any) -> Any:
        return called(class_func, item), item

    def pairs() -> Iterator[Any]:
        return map(labelled, source._make())

    def spec() -> Any:
        return trial(source, lambda item: spec_of(labelled(item)))

    def kept() -> Iterator[Any]:
        for (kind, item), now in zip(pairs(), _shares(pairs, known, len(wanted))):
            if _drawn(seed) < float(_accepted(now, wanted)[int(kind)]):
                yield kind, item

    def mixed() -> Iterator[Any]:
        whole, few = pairs(), kept()
        for now in _shares(pairs, known, len(wanted)):
            found = next(whole if _drawn(seed) < float(_ratio(now, wanted).min()) else few, None)
            if found is None:
                return
            yield found

    original = None if known is None else float(_ratio(known, wanted).min())
    if original == 1:
        return source._new(pairs, source._count, spec, kind="_MapDataset")
    if original == 0:
        return source._new(kept, spec=spec, kind="_MapDataset")
    return source._new(mixed, spec=spec, kind="_DirectedInterleaveDataset")


def _ratio(now: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    return wanted / (now + torch.finfo(torch.float32).tiny)


def _accepted(now: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """How likely an element of each class passes, beside elements that come without a draw."""
    ratio = _ratio(now, wanted)
    return (ratio - ratio.min()) / (ratio.max() - ratio.min())


def _drawn(seed: int | None) -> float:
    with host():
        return float(uniform((), seed=seed))


def _shares(pairs: Callable[[], Iterator[Any]], known: torch.Tensor | None, count: int) -> Iterator[torch.Tensor]:
    """The share of each class as known or seen so far, once for each element."""
    if known is not None:
        while True:
            yield known
    seen = torch.full((count,), float(_SEEN))
    waiting = 0
    for kind, _ in pairs():
        seen[int(kind)] += 1
        waiting += 1
        if waiting == _AT_ONCE:
            yield from [seen / seen.sum()] * waiting
            waiting = 0
    yield from [seen / seen.sum()] * waiting
