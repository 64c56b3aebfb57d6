"""One step as plain functions over tensors. Nothing here waits for the device.

``train_step`` is the whole of learning: forward, loss, gradients by list, update, metrics. What it does before the
update is a function of the batch, ``gradients``, and so are evaluation and prediction; ``capture`` may replay such a
function where that gives the same bits.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from ..backend import phase, random
from ..backend.updates import assign_all
from ..engine.additions import kept_losses, kept_updates
from ..engine.layer import collecting_losses, partition
from ..engine.policy import HALF
from ..engine.symbolic import SymbolicTensor
from ..engine.symbolic.plan import evaluate
from ..engine.weights import Weight
from ..kernels.lookup import lending
from ..kernels.memory import keep_freed
from .capture import Captured, Watch
from .compiled import run_model
from .cuda_graph import Graphed
from .objective import Objective
from .unchanged import is_ours

__all__ = [
    "Program",
    "as_given",
    "bound",
    "forward",
    "predict_step",
    "predictor_of",
    "score",
    "test_step",
    "train_step",
]

Tensors = Sequence[torch.Tensor | None]


@dataclass
class Program:
    """What a step needs besides the batch, collected at ``compile``.

    Attributes:
        model: the module that is run.
        objective: losses and metrics.
        optimizer: the optimizer, None for a model that only evaluates.
        trained: the weights that gradients are taken for.
        penalties: weights with a regularizer.
        added: tensors of the model's graph that were added to the loss once for all steps.
        standing: numbers, functions and other tensors that were.
        updates: what changes variables in each step besides the optimizer.
        values: tensors of the model's graph that these assign.
        bounded: trained weights with a constraint.
        own_apply: how a script's optimizer class applies gradients, None for one that leaves it to ``step``.
        learn: ``gradients`` of this program, captured.
        measure: ``measurements`` of this program, captured.
        update: learning from a batch as a whole; on a GPU one CUDA graph.
    """

    model: Any
    objective: Objective
    optimizer: Any
    trained: list[Weight]
    penalties: list[Weight] = field(init=False)
    bounded: list[Weight] = field(init=False)
    params: list[torch.Tensor] = field(init=False)
    added: list[SymbolicTensor] = field(init=False)
    standing: list[Any] = field(init=False)
    updates: list[Any] = field(init=False)
    values: list[SymbolicTensor] = field(init=False)

    def __post_init__(self) -> None:
        keep_freed()
        everything = sum(partition(self.model), [])
        self.penalties = [w for w in everything if w.regularizer is not None]
        self.bounded = [w for w in self.trained if w.constraint is not None]
        self._take_additions()
        self.params = [w.tensor for w in self.trained]
        self._binding = None
        self.own_apply = self.optimizer.own_apply() if self.params else None
        owners = [*self.objective.called, *(w.regularizer for w in self.penalties)]
        buffers = [b for owner in owners if isinstance(owner, nn.Module) for b in owner.buffers()]
        baked = getattr(self.optimizer, "baked", tuple)
        self._watch = Watch(
            self.model, owners, buffers, baked, lambda: getattr(self.optimizer, "loss_scale_factor", None)
        )
        watch, streams = self._watch, functools.partial(generators_of, self.model)
        self.learn = Captured(functools.partial(gradients, self), watch)
        self.measure = Graphed(Captured(functools.partial(measurements, self), watch), watch, generators=streams)
        if self._whole():
            self.update = Graphed(
                functools.partial(learn_and_update, self),
                watch,
                deferred=lambda: (self.bind().groups, self.optimizer.settle),
                generators=streams,
            )
        else:
            self.learn = Graphed(self.learn, watch, generators=streams, lent=1)
            self.update = functools.partial(learn_and_update, self)

    def _take_additions(self) -> None:
        """What was added to the model outside of its layers' calls; symbolic tensors are computed with its graph."""
        graph = getattr(self.model, "_graph", False)
        losses, self.updates = kept_losses(self.model), kept_updates(self.model)
        self.added = [term for term in losses if graph and isinstance(term, SymbolicTensor)]
        self.standing = [term for term in losses if not any(term is known for known in self.added)]
        values = [update[1] for update in self.updates if isinstance(update, tuple)]
        self.values = [value for value in values if graph and isinstance(value, SymbolicTensor)]
        self.found: dict[int, torch.Tensor] = {}

    def _whole(self) -> bool:
        """Whether the update, too, only queues work on the device."""
        if not self.params or self.own_apply is not None or not self.optimizer.capturable:
            return False
        return all(is_ours(w.constraint) for w in self.bounded)

    def look(self) -> bool:
        """Has to be called before a step when other code may have run since the last one.

        Returns:
            Whether model, weights and settings are known to be what they were when the last step looked.
        """
        return self._watch.look()

    def bind(self) -> Any:
        """The optimizer's state for the trained weights; made on first use."""
        if self._binding is None:
            self._binding = bound(self.optimizer, self.trained)
        return self._binding


def bound(optimizer: Any, trained: Sequence[Weight]) -> Any:
    """The optimizer's state for some weights; made on first use."""
    views = [None if weight.inverse is None else weight.view_of for weight in trained]
    return optimizer.bind([weight.tensor for weight in trained], views, [weight.full_name for weight in trained])


def fed(model: Any, xs: Tensors) -> Any:
    """What a model is called with: one tensor, several, or a dict for a model of the script's that learnt from one."""
    keys = model.__dict__.get("_input_keys")
    if keys:
        return dict(zip(keys, xs, strict=True))
    return xs[0] if len(xs) == 1 else list(xs)


def forward(program: Program, xs: Tensors, ys: list[Any]) -> tuple[list[Any], list[Any], list[Any], dict[int, Any]]:
    """Outputs, their masks, the terms that layers added to the loss, and scores computed with the graph.

    Targets that are tensors of the graph are written into ``ys``.
    """
    model, targets = program.model, program.objective.targets
    with collecting_losses() as added:
        model.begin_step(program.objective.symbolic, ys, [*program.added, *program.values, *targets.values()])
        outputs = run_model(model, fed(model, xs))
        masks, scores, more = model.end_step(outputs)
    count = len(program.added)
    own = iter(more[count:])
    program.found = {id(value): next(own) for value in program.values}
    for i, target in zip(targets, own, strict=True):
        ys[i] = target.detach()
    more = more[:count]
    outputs = list(outputs) if isinstance(outputs, (list, tuple)) else _values(outputs)
    outputs = [o.float() if o.dtype in HALF else o for o in outputs]  # losses and metrics need the digits
    return outputs, masks or [None] * len(outputs), added + more, scores


def _values(outputs: Any) -> list[Any]:
    return list(outputs.values()) if isinstance(outputs, dict) else [outputs]


def score(
    program: Program, xs: Tensors, ys: list[Any], ws: Tensors
) -> tuple[Any, list[Any], list[Any], list[Any], dict[int, Any]]:
    outputs, masks, added, scores = forward(program, xs, ys)
    added += [weight.regularizer(weight.view) for weight in program.penalties]
    added += [_value(term) for term in program.standing]
    total, parts = program.objective.loss(ys, outputs, ws, masks, added, scores)
    return total, parts, outputs, masks, scores


def _value(term: Any) -> Any:
    if isinstance(term, SymbolicTensor):
        return evaluate(term)
    return term() if callable(term) and not isinstance(term, torch.Tensor) else term


def _results(
    program: Program, total: Any, parts: list, outputs: list, masks: list, scores: dict, ys: Tensors, ws: Tensors
) -> list:
    """The values to log, in the order of ``objective.names``."""
    results = [total.detach()]
    if program.objective.tells_parts:
        results += [part.detach() for part in parts]
    if program.objective.metrics:
        with torch.no_grad():
            known = {place: score.detach() for place, score in scores.items()}
            results += program.objective.measure(ys, [o.detach() for o in outputs], ws, masks, known)
    return results


def gradients(program: Program, xs: Tensors, ys: Tensors, ws: Tensors) -> tuple[list[Any], list[Any]]:
    """What to log of a batch, and the gradient for each trained weight."""
    ys = list(ys)
    with phase.of(True), torch.enable_grad(), lending():
        total, *rest = score(program, xs, ys, ws)
        scaled = program.optimizer.scale_loss(total) if program.params else total
        grads = _gradients(scaled, program.params) if program.params else ()
        return _results(program, total, *rest, ys, ws), list(grads)


def _gradients(total: torch.Tensor, params: Sequence[torch.Tensor]) -> Sequence[torch.Tensor | None]:
    if not total.requires_grad:  # argmax and the like on the way to it
        return [None] * len(params)
    return torch.autograd.grad(total, params, allow_unused=True)


def learn_and_update(program: Program, xs: Tensors, ys: Tensors, ws: Tensors) -> tuple[list[Any]]:
    """What to log of a batch; the weights have learnt from it."""
    results, grads = program.learn(xs, ys, ws)
    if program.own_apply is not None:
        variables = [weight.variable for weight in program.trained]
        seen = [g if g is None else weight.view_of(g) for weight, g in zip(program.trained, grads, strict=True)]
        program.own_apply(seen, variables)
    elif program.params:
        program.optimizer.step(grads, program.bind())
        if program.bounded:
            with torch.no_grad():
                for weight in program.bounded:
                    view = weight.view
                    view.copy_(weight.constraint(view))
    if program.updates:
        _carry_out(program)
    return (results,)


def _carry_out(program: Program) -> None:
    """The updates that were added to the model once for all steps."""
    with phase.of(True), torch.no_grad():
        pairs = [update for update in program.updates if isinstance(update, tuple)]
        known = program.found
        assign_all([(v, known[id(new)] if id(new) in known else _value(new)) for v, new in pairs])


def train_step(program: Program, xs: Tensors, ys: Tensors, ws: Tensors) -> list[torch.Tensor]:
    """Learns from one batch.

    Args:
        program: what ``compile`` collected.
        xs: inputs on the device.
        ys: targets, None for an output without a loss.
        ws: sample weights, None where nothing is weighed.

    Returns:
        The loss and metrics of this batch, before the update, as tensors on the device.
    """
    return program.update(xs, ys, ws)[0]


def measurements(program: Program, xs: Tensors, ys: Tensors, ws: Tensors) -> tuple[list[Any]]:
    """What to log of a batch, in inference."""
    ys = list(ys)
    with phase.of(False), torch.no_grad():
        return (_results(program, *score(program, xs, ys, ws), ys, ws),)


def test_step(program: Program, xs: Tensors, ys: Tensors, ws: Tensors) -> list[torch.Tensor]:
    """The loss and metrics of one batch in inference, as tensors on the device."""
    return program.measure(xs, ys, ws)[0]


def outputs_of(model: Any, xs: Tensors) -> tuple[list[torch.Tensor]]:
    """What a model gives for a batch, in inference."""
    with phase.of(False), torch.no_grad():
        outputs = run_model(model, fed(model, xs))
    if isinstance(outputs, dict):
        model.__dict__["_output_keys"] = list(outputs)
    return (list(outputs) if isinstance(outputs, (list, tuple)) else _values(outputs),)


def as_given(model: Any, outputs: list[Any]) -> Any:
    """Predictions in the form of the model's outputs: a dict by their keys, one alone, or a list."""
    made = model.__dict__.get("_output_structure")
    keys = list(made) if isinstance(made, dict) else model.__dict__.get("_output_keys")
    if keys is not None and len(keys) == len(outputs):
        return dict(zip(keys, outputs, strict=True))
    return outputs[0] if len(outputs) == 1 else outputs


def generators_of(model: Any) -> list[torch.Generator]:
    """The random streams that a model's steps may draw from, besides those of the devices."""
    own = [g for module in model.modules() for g in module.__dict__.get("_generators", {}).values()]
    return [g for g in {id(g): g for g in (*own, *random.streams())}.values() if g.device.type == "cuda"]


def predictor_of(model: Any) -> Graphed:
    """``outputs_of`` for a model, captured; to be asked for again whenever other code may have run."""
    found = model.__dict__.get("_predictor")
    if found is None:
        keep_freed()
        watch = Watch(model)
        plain = Captured(functools.partial(outputs_of, model), watch)
        found = model._predictor = Graphed(plain, watch, generators=functools.partial(generators_of, model))
    found.watch.look()
    return found


def predict_step(model: Any, xs: Tensors) -> list[torch.Tensor]:
    """The outputs of one batch in inference."""
    return predictor_of(model)(xs)[0]
