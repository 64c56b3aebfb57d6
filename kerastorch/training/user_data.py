"""What users pass as x, y and weights, on its way to the device: the part of a model that knows its own inputs.

Source: Keras 2.2.4, ``keras.engine.training``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from .. import config, eras, losses
from ..engine import checks
from . import standardize
from .data import Columns, DeviceFeed, one_batch
from .objective import Objective
from .target_tensors import Held

__all__ = ["UserData", "shown_to_callbacks", "split_off", "validation_triple"]


class UserData:
    """Brings data into the order and types that a model's step takes. Mixed into ``Trainer``."""

    name: str
    _compile_arguments: dict[str, Any] | None = None
    _objective: Objective | None = None

    def _need_compile(self, method: str) -> None:
        if self._compile_arguments is None:
            raise RuntimeError(f"Model {self.name}: expected compile() before {method}()")

    def _standardize_x(self, x: Any) -> list[Any]:
        self._build_from(x)
        made = self.__dict__.get("_input_structure")
        if isinstance(x, dict) and isinstance(made, dict) and all(key in x for key in made):
            x = [x[key] for key in made]  # keys that are no names of inputs, as Keras 3 takes them
        names = self._names_fed()
        if not names and (x is None or isinstance(x, (list, tuple, dict)) and not x):
            return []  # its inputs have data of their own
        return standardize.arrays(x, names, self._input_shapes(), "x", self._text_inputs())

    def _inputs(self, x: Any) -> list[Any]:
        """``_standardize_x``, remembering types and shapes that were found right."""
        kinds = _kinds(x)
        last = self.__dict__.get("_found_right_inputs")
        if kinds is not None and last is not None and last[0] == kinds and _same(last[1], self._meaning()):
            return _listed(x)
        xs = self._standardize_x(x)
        as_they_are = kinds is not None and _same(xs, _listed(x))
        self._found_right_inputs = (kinds, self._meaning()) if as_they_are else None
        return xs

    def _standardize(
        self, x: Any, y: Any, sample_weight: Any = None, class_weight: Any = None
    ) -> tuple[list[Any], list[Any], list[Any]]:
        """Lists of arrays: inputs, a target for each output (None without a loss), weights or None."""
        weighted = sample_weight is not None or class_weight is not None
        kinds = None if weighted else _kinds(x, y)
        last = self.__dict__.get("_found_right")
        if kinds is not None and last is not None and last[0] == kinds and _same(last[1], self._meaning()):
            return _listed(x), _listed(y), [None] * len(_listed(y))
        xs, ys, ws = self._checked(x, y, sample_weight, class_weight)
        as_they_are = kinds is not None and _same(xs, _listed(x)) and _same(ys, _listed(y))
        by_value = any(map(losses.is_sparse, self._objective.functions))  # class numbers are looked at in each batch
        # batches of these types and shapes need not be checked again
        self._found_right = (kinds, self._meaning()) if as_they_are and not by_value else None
        return xs, ys, ws

    def _meaning(self) -> tuple[Any, ...]:
        """What decides which data are right, besides shapes and types."""
        return self._objective, self.__dict__.get("outputs"), eras.current()

    def _checked(self, x: Any, y: Any, sample_weight: Any, class_weight: Any) -> tuple[list[Any], list[Any], list[Any]]:
        xs = self._standardize_x(x)
        if self._objective is None or (eras.current().accuracy_by == "shape" and y is not None):
            self._settle_objective(y)
        objective = self._objective
        scored = objective.scored
        names = [objective.output_names[i] for i in scored]
        ys: list[Any] = [None] * len(objective.output_names)
        ws: list[Any] = [None] * len(objective.output_names)
        if scored:
            shapes = [objective.output_shapes[i] for i in scored]
            functions = [objective.functions[i] for i in scored]
            found = self._targets(xs, y, scored, names, shapes, functions)
            modes = [objective.modes[i] for i in scored]
            weights = standardize.sample_weights(found, names, modes, sample_weight, class_weight)
            standardize.lengths(xs, found, [w for w in weights if w is not None])
            fed = [k for k, target in enumerate(found) if not isinstance(target, Held)]
            standardize.check_targets(*([group[k] for k in fed] for group in (found, functions, shapes)))
            for i, target, weight in zip(scored, found, weights, strict=True):
                ys[i], ws[i] = None if isinstance(target, Held) else target, weight
        else:
            standardize.lengths(xs, [])
        return xs, ys, ws

    def _targets(self, xs: list[Any], y: Any, scored: list[int], names: list[str], shapes: Any, functions: Any) -> Any:
        """A target for each scored output; ``Held`` where compile was given a tensor for it."""
        count = len(self._objective.output_names)
        if isinstance(y, (list, tuple)) and len(y) == count > len(scored) and eras.current().targets == "of_outputs":
            y = [y[i] for i in scored]
        held = self._objective.targets
        if not held:
            return standardize.targets(y, names, shapes, functions)
        fed = [k for k, i in enumerate(scored) if i not in held]
        given = iter(())
        if fed:
            chosen = ([group[k] for k in fed] for group in (names, shapes, functions))
            given = iter(standardize.targets(y, *chosen))
        elif y is not None and not (isinstance(y, (list, tuple, dict)) and not y):
            raise ValueError(
                "y: expected None, since compile() was given a target tensor for each output. "
                f"Received: {type(y).__name__}"
            )
        rows = standardize.lengths(xs, [])
        return [
            next(given) if k in fed else Held(rows or held[i].shape[0], held[i].shape) for k, i in enumerate(scored)
        ]

    def _settle_objective(self, y: Any) -> None:
        """The part of ``compile`` that had to wait for shapes."""
        shapes = None
        if y is not None and not isinstance(y, dict):
            entries = y if isinstance(y, (list, tuple)) and len(self.output_names) > 1 else [y]
            shapes = [(None, *np.shape(entry)[1:]) for entry in entries]  # a smaller last batch is no other shape
            shapes = shapes if len(shapes) == len(self.output_names) else None
        fresh = self._objective is None
        if fresh or shapes != getattr(self, "_target_shapes", None):
            self._target_shapes = shapes
            self._objective = self._make_objective(self._compile_arguments, shapes)
        if fresh:
            self._collect()

    def _columns(self, xs: Sequence[Any], ys: Sequence[Any] = (), ws: Sequence[Any] = ()) -> Columns:
        self._check_indices(xs)
        return Columns([*xs, *ys, *ws], self._types(ys, ws))

    def _check_indices(self, xs: Sequence[Any]) -> None:
        """Looks at the numbers that Embeddings are going to look up while they are on the host.

        A CPU looks at each of them anyway, and nothing waits for what a GPU finds.
        """
        layers = self.__dict__.get("_index_layers")
        if not layers or not any(layers) or config.device().type == "cpu":
            return
        for i, x in zip(self._fed, xs):
            if isinstance(x, np.ndarray) or isinstance(x, torch.Tensor) and x.device.type == "cpu":
                for layer in layers[i]:
                    layer.check_indices(x)

    def _types(self, ys: Sequence[Any], ws: Sequence[Any]) -> list[torch.dtype | None]:
        """The dtype that each input, target and weight is fed as."""
        targets = [self._target_type(i, y) for i, y in enumerate(ys)]
        return [*self._input_types(), *targets, *[config.torch_dtype(None)] * len(ws)]

    def _feed(self, feed: DeviceFeed, xs: Sequence[Any], ys: Sequence[Any] = (), ws: Sequence[Any] = ()) -> list[Any]:
        """One batch on its way to the device; nothing waits for it to arrive."""
        self._check_indices(xs)
        return feed([*xs, *ys, *ws], self._types(ys, ws))

    def _target_type(self, i: int, y: Any) -> torch.dtype | None:
        """Class numbers stay integers, floating targets keep the float type, everything else becomes it."""
        floats = config.torch_dtype(None)
        if y is None:
            return floats
        whole = getattr(y, "dtype", None) is not None and (
            y.dtype.kind in "iu" if isinstance(y, np.ndarray) else not getattr(y.dtype, "is_floating_point", True)
        )
        function = self._objective.functions[i]
        return None if whole and (losses.is_sparse(function) or isinstance(function, losses.TorchLoss)) else floats

    def _on_device(
        self, xs: Sequence[Any], ys: Sequence[Any] = (), ws: Sequence[Any] = ()
    ) -> list[torch.Tensor | None]:
        self._check_indices(xs)
        return one_batch([*xs, *ys, *ws], self._types(ys, ws))

    def _count(self, owner: str, xs: Sequence[Any], ys: Sequence[Any], steps: int | None) -> int:
        """The number of samples.

        Raises:
            ValueError: when there are no data to count, all being in variables, and no number of steps either.
        """
        count = standardize.lengths(xs, ys)
        if not count and steps is None:
            raise ValueError(
                f"{owner}: expected steps, since model {self.name!r} is fed nothing: its data lie in variables. "
                "Received: no number of steps"
            )
        return count

    def _check_stateful(self, count: int, batch_size: int | None) -> None:
        if self.stateful and batch_size and count % batch_size:
            raise ValueError(
                f"Model {self.name}: expected a number of samples that is a multiple of the batch size {batch_size}, "
                f"since the model is stateful. Received: {count} samples"
            )

    @staticmethod
    def _batch_size(batch_size: Any, steps: Any, name: str) -> int:
        if steps is not None:
            checks.positive_int("fit" if name == "steps_per_epoch" else "evaluate", name, steps)
            if batch_size is not None:
                raise ValueError(f"{name}: expected batch_size=None beside it. Received: batch_size={batch_size}")
        return checks.positive_int("fit", "batch_size", 32 if batch_size is None else batch_size)


def _kinds(*data: Any) -> list[Any] | None:
    """Types and shapes of plain arrays; None where other data are among them."""
    kinds: list[Any] = []
    for entry in data:
        arrays = _listed(entry)
        if not arrays or not all(type(array) in (np.ndarray, torch.Tensor) for array in arrays):
            return None
        kinds += [type(entry), *[(array.dtype, array.shape) for array in arrays]]
    return kinds


def _listed(data: Any) -> list[Any]:
    return list(data) if type(data) in (list, tuple) else [data]


def _same(a: Sequence[Any], b: Sequence[Any]) -> bool:
    return len(a) == len(b) and all(one is other for one, other in zip(a, b, strict=True))


def validation_triple(data: Any, owner: str = "fit") -> tuple[Any, Any, Any]:
    """``validation_data`` as inputs, targets and weights."""
    if not isinstance(data, (tuple, list)) or len(data) not in (2, 3):
        count = f"{len(data)} entries" if isinstance(data, (tuple, list)) else type(data).__name__
        raise ValueError(f"{owner}: expected validation_data to be (x, y) or (x, y, sample_weight). Received: {count}")
    return data[0], data[1], data[2] if len(data) == 3 else None


def split_off(xs: list[Any], ys: list[Any], ws: list[Any], part: float) -> tuple[tuple, tuple]:
    """Cuts the last part off, before any shuffling, at the row where Keras cuts."""
    count = standardize.lengths(xs, ys)
    cut = int(count * (1.0 - part))
    if not 0 < cut < count:
        raise ValueError(
            f"fit: expected validation_split to leave samples on both sides. Received: validation_split={part} "
            f"of {count} samples"
        )

    def take(group: list[Any], start: int, stop: int) -> list[Any]:
        return [None if a is None else a[start:stop] for a in group]

    first = tuple(take(group, 0, cut) for group in (xs, ys, ws))
    return first, tuple(take(group, cut, count) for group in (xs, ys, ws))


def shown_to_callbacks(xs: list[Any], ys: list[Any], ws: list[Any]) -> list[Any]:
    """What callbacks find as ``validation_data``: inputs, targets, weights (ones where none were given)."""
    count = standardize.length_of(xs[0])
    weights = [
        np.ones(count, config.floatx()) if w is None else w for y, w in zip(ys, ws, strict=True) if y is not None
    ]
    return [*xs, *(y for y in ys if y is not None), *weights]
