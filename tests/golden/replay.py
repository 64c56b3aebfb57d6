"""Runs the recorded cases on kerastorch and says where its results differ."""

from __future__ import annotations

import contextlib
import functools
import importlib
import random
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import kerastorch
from kerastorch import config
from kerastorch.backend import names
from kerastorch.engine.layer import partition

from . import cases, compare, eras, later, store
from .tools import Tools

__all__ = ["TorchTools", "check", "check_era", "check_later", "era_parameters", "later_parameters", "parameters"]


class TorchTools(Tools):
    """Answers with kerastorch: models are called as the nn.Modules they are, gradients come from autograd."""

    def value(self, tensor: Any) -> np.ndarray:
        return tensor if isinstance(tensor, np.ndarray) else torch.as_tensor(tensor).detach().cpu().numpy()

    def tensor(self, array: np.ndarray) -> torch.Tensor:
        array = np.asarray(array)
        dtype = config.torch_dtype(None) if array.dtype.kind == "f" else None
        return torch.as_tensor(array, dtype=dtype, device=config.device())

    def forward(self, model: Any, inputs: list, grads: bool = True, training: bool = False) -> dict[str, Any]:
        tensors = [self.tensor(np.asarray(x, dtype="float32")).requires_grad_(grads) for x in inputs]
        weights = partition(model)[0]
        model.train(training)
        outputs = model(tensors if len(tensors) > 1 else tensors[0])
        outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
        results: dict[str, Any] = {"output": [self.value(o) for o in outputs]}
        if grads:
            directions = self.fixed(results["output"])
            total = sum((o * self.tensor(r)).sum() for o, r in zip(outputs, directions, strict=True))
            sources = [*tensors, *(weight.tensor for weight in weights)]
            found = torch.autograd.grad(total, sources, allow_unused=True)
            results["grad_inputs"] = [None if g is None else self.value(g) for g in found[: len(tensors)]]
            results["grad_weights"] = [
                None if g is None else self.value(w.view_of(g))
                for w, g in zip(weights, found[len(tensors) :], strict=True)
            ]
        return results

    def function(self, function: Callable, arrays: list, wrt: int | None = 0) -> dict[str, Any]:
        tensors = [self.tensor(a) for a in arrays]
        if wrt is not None:
            tensors[wrt].requires_grad_()
        value = function(*tensors)
        results = {"value": self.value(value)}
        if wrt is not None:
            total = (value * self.tensor(self.fixed([results["value"]])[0])).sum()
            results["grad"] = self.value(torch.autograd.grad(total, tensors[wrt])[0])
        return results

    def mask(self, model: Any, inputs: list) -> np.ndarray | None:
        tensors = [self.tensor(np.asarray(x, dtype="float32")) for x in inputs]
        mask = model.compute_mask(tensors if len(tensors) > 1 else tensors[0])
        return None if mask is None else self.value(mask)


def parameters(*areas: str) -> list:
    """pytest parameters: every case of these areas, whether recorded or not."""
    return [pytest.param(case, id=case.id) for area in areas for case in cases.load(area).cases.values()]


ORACLES = {"keras2": "Keras 2.2.4", "tf.keras": "tf_keras", "keras3": "Keras 3"}
_stored: dict[str, dict] = {}
# cuDNN rounds the gates of its recurrent layers more coarsely than float32 does: up to 2e-5 was seen on an H200.
CUDNN = 4e-5


class LaterTools(TorchTools):
    """The same in the eras since tf.keras: inputs keep their types, and the phase is an argument of the call."""

    @functools.cached_property
    def tf(self) -> Any:
        """TensorFlow's face, for what only tf.keras has."""
        return importlib.import_module("kerastorch.porting.tensorflow")

    def tensor(self, array: Any) -> Any:
        array = np.asarray(array)
        return array if array.dtype.kind in "UO" else super().tensor(array)

    def forward(self, model: Any, inputs: list, grads: bool = True, training: bool = False) -> dict[str, Any]:
        tensors = [self.tensor(x) for x in inputs]
        wrt = [i for i, x in enumerate(tensors) if torch.is_tensor(x) and x.is_floating_point()] if grads else []
        for i in wrt:
            tensors[i].requires_grad_()
        outputs = model(tensors if len(tensors) > 1 else tensors[0], training=training)
        outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
        results: dict[str, Any] = {"output": [self.value(o) for o in outputs]}
        if not grads:
            return results
        weights = partition(model)[0]
        directions = self.fixed(results["output"])
        total = sum((o * self.tensor(r)).sum() for o, r in zip(outputs, directions, strict=True))
        sources = [*(tensors[i] for i in wrt), *(weight.tensor for weight in weights)]
        found = torch.autograd.grad(total, sources, allow_unused=True) if total.requires_grad else [None] * len(sources)
        by_place = dict(zip(wrt, found, strict=False))
        results["grad_inputs"] = [self._optional(by_place.get(i)) for i in range(len(tensors))]
        pairs = zip(weights, found[len(wrt) :], strict=True)
        results["grad_weights"] = [None if g is None else self.value(w.view_of(g)) for w, g in pairs]
        return results

    def _optional(self, gradient: torch.Tensor | None) -> np.ndarray | None:
        return None if gradient is None else self.value(gradient)

    def mask(self, model: Any, inputs: list) -> np.ndarray | None:
        tensors = [self.tensor(x) for x in inputs]
        outputs = model(tensors if len(tensors) > 1 else tensors[0])
        first = outputs[0] if isinstance(outputs, (list, tuple)) else outputs
        return self._optional(getattr(first, "_keras_mask", None))

    @contextlib.contextmanager
    def drawn(self, layer: Any) -> Iterator[None]:
        def uniform(shape: Any, low: float, high: float, device: Any, generator: Any = None) -> torch.Tensor:
            return (low + torch.from_numpy(np.asarray(self.numbers(shape))) * (high - low)).to(device)

        made = {
            "_uniform": uniform,
            "_normal": lambda shape, device, generator=None: uniform(shape, -2.0, 2.0, device),
            "_beta": lambda shape, alpha, device, generator=None: uniform(shape, 0, 1, device),
            "_gamma": lambda shape, alpha, device, generator=None: uniform(shape, 0, 1, device) + 0.1,
        }
        drawing = [part for part in layer.modules() if hasattr(part, "_uniform")]
        for part in drawing:
            vars(part).update(made)
        random.seed(7)
        yield
        for part in drawing:
            for name in made:
                del vars(part)[name]


def later_parameters() -> list:
    """pytest parameters: (era, case) of every case of the later generations."""
    return _by_era(later, "later/")


def era_parameters() -> list:
    """pytest parameters: (era, case) of every case about what differs between the generations."""
    return _by_era(eras, "eras/")


def _by_era(package: Any, prefix: str) -> list:
    return [
        pytest.param(era, case, id=case.id.removeprefix(prefix))
        for area in package.AREAS
        for era, found in package.load(area).cases.items()
        for case in found.values()
    ]


def check(case: cases.kit.Case, folder: Path) -> None:
    """Runs a case and fails with a line for each result that is not the real Keras's."""
    _check(case, TorchTools(case, str(folder)), ORACLES["keras2"])


def check_later(era: str, case: cases.kit.Case, folder: Path) -> None:
    """The same for a case that a later generation recorded."""
    kerastorch.set_era(era)
    _check(case, LaterTools(case, str(folder)), ORACLES[era])


def check_era(era: str, case: cases.kit.Case, folder: Path) -> None:
    """The same for a case that the generation of that era recorded."""
    kerastorch.set_era(era)
    tools = (TorchTools if era == "keras2" else LaterTools)(case, str(folder))
    tools.era = era
    if "tape" in case.name or "compiled_loss" in case.name:
        tools.tf = importlib.import_module("kerastorch.porting.tensorflow")
    tools.torch = torch
    _check(case, tools, ORACLES[era])


def _check(case: cases.kit.Case, tools: TorchTools, oracle: str) -> None:
    if case.area not in _stored:
        _stored[case.area] = store.load(case.area)
    expected = _stored[case.area].get(case.name)
    assert expected is not None, f"{case.id} is not recorded; see tests/golden/README.md"
    names.reset_uids()
    np.random.seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        got = case(kerastorch, tools)
    tolerance = case.tolerance
    if case.area.endswith("_recurrent") and kerastorch.config.device().type == "cuda":
        tolerance = max(tolerance, CUDNN)
    found = compare.differences(got, expected, tolerance)
    if found:
        pytest.fail("\n".join([f"{case.id} differs from {oracle}:", *found]), pytrace=False)
