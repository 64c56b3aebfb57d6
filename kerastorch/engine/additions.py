"""What a layer adds to a step beside its output: terms of the loss, updates of weights, numbers to log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn

from .. import eras
from ..backend import phase
from ..backend.updates import assign_all
from .holder import partition, sublayers
from .symbolic import Node, SymbolicTensor, computing, flatten, is_graph_type, read, recordable, tracing
from .symbolic.calls import calls
from .symbolic.immutable import seen

__all__ = ["Additions", "kept_losses", "kept_updates"]


@recordable
def _per_sample(term: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    return term / x.shape[0]


def _listed(given: Any) -> list[Any]:
    """Losses as a list of single ones."""
    return list(given) if isinstance(given, (list, tuple)) else [] if given is None else [given]


def _updates(given: Any) -> list[Any]:
    """Updates as a list of single ones, each of which may be a pair itself."""
    pair = isinstance(given, tuple) and len(given) == 2 and not isinstance(given[0], tuple)
    return [given] if pair else _listed(given)


def _key(inputs: Any) -> tuple[int, ...] | None:
    """What tells the inputs of a call from others; None for none."""
    if inputs is None:
        return None
    return tuple(id(read(leaf) if is_graph_type(leaf) else leaf) for leaf in flatten(inputs)) or None


class Additions:
    """The part of a layer that knows its losses, updates and added metrics.

    Three times may things be added. While a step runs they count for this step. While a call is recorded they are kept
    with the call, so that ``losses`` can list them; the step itself asks the layer again. Outside of both, in ``build``
    or by a script, they stay with the layer and count in every step.
    """

    name: str
    trainable: bool
    stateful: bool
    activity_regularizer: Callable | None
    _inbound_nodes: list[Node]

    def add_loss(self, losses: Any, inputs: Any = None) -> None:
        """Adds terms to the loss.

        Args:
            losses: a tensor, a number or a list of them. Outside of ``call`` what changes from step to step has to be a
                symbolic tensor or a function without arguments.
            inputs: the tensors that the terms depend on, for ``get_losses_for``; None for terms of weights alone.

        Raises:
            ValueError: outside of ``call`` for a tensor that has a gradient, which would be that of today's values.
        """
        terms = _listed(losses)
        if tracing.active() and not calls.building:
            if calls.traced is not None:
                calls.traced.losses += terms
        elif computing() and not calls.building:
            if calls.losses is not None:
                calls.losses += terms
        else:
            for term in terms:
                if isinstance(term, torch.Tensor) and term.requires_grad:
                    raise ValueError(
                        f"Layer {self.name}: expected a symbolic tensor, a number or a function without arguments from "
                        f"add_loss() outside of call(), since it is asked for in every step. Received: {term!r}"
                    )
            self._kept("_kept_losses").extend((_key(inputs), term) for term in terms)

    def add_update(self, updates: Any, inputs: Any = None) -> None:
        """Changes weights in every step of training by other means than gradients.

        Args:
            updates: what ``K.update`` gives or a ``(variable, new_value)`` pair, or a list of them.
            inputs: the tensors that they depend on, for ``get_updates_for``.
        """
        given = _updates(updates)
        if tracing.active() and not calls.building:
            if calls.traced is not None:
                calls.traced.updates += given
        elif computing() and not calls.building:
            if (self.stateful or self.trainable and phase.current()) and not phase.pure():
                assign_all(given)
        else:
            self._kept("_kept_updates").extend((_key(inputs), update) for update in given)

    def add_metric(self, value: Any, name: str | None = None, aggregation: str | None = "mean", **kwargs: Any) -> None:
        """Reports a number of the batch, whose mean over an epoch is logged.

        Args:
            value: a tensor; its mean counts.
            name: what it is called in the logs.
            aggregation: ``'mean'``, or None for a value that a metric object gave.
            **kwargs: accepted as in Keras (``inputs``).

        Raises:
            ValueError: without a name.
        """
        from ..metrics import Mean

        if name is None:
            raise ValueError(f"Layer {self.name}: expected a name for add_metric. Received: name=None")
        known = self.__dict__.setdefault("_added_metrics", {})
        if name not in known:
            known[name] = Mean(name=name)
        if not tracing.active() and not isinstance(value, SymbolicTensor):
            with torch.no_grad():
                known[name].update_state(value.detach() if isinstance(value, torch.Tensor) else value)

    def _kept(self, where: str) -> list[tuple[Any, Any]]:
        """What was added outside of calls, with what tells the inputs."""
        return self.__dict__.setdefault(where, [])

    def _penalties(self, outputs: Any) -> list[Any]:
        """The activity regularizer's terms for outputs."""
        if self.activity_regularizer is None:
            return []
        terms = [self.activity_regularizer(x) for x in flatten(outputs)]
        if eras.current().activity_regularizer != "mean":
            return terms
        return [_per_sample(term, x) for term, x in zip(terms, flatten(outputs), strict=True)]

    # ---------------------------------------------------------------- listing

    def losses_of(self, node: Node) -> list[Any]:
        """The terms that one recorded call adds to the loss, symbolic."""
        if node.penalties is None:
            node.penalties = self._penalties(node.outputs)
        return [*node.losses, *node.penalties]

    def updates_of(self, node: Node) -> list[Any]:
        """What one recorded call changes in training by other means than gradients."""
        return list(node.updates) if self.trainable or self.stateful else []

    def _weight_penalties(self) -> list[torch.Tensor]:
        return [w.regularizer(w.view) for w in sum(partition(self), []) if w.regularizer is not None]

    def _nodes_on(self, inputs: Any) -> list[Node]:
        return [node for node in self._inbound_nodes if _key(node.input_tensors) == _key(inputs)]

    @property
    @seen
    def losses(self) -> list[Any]:
        """Penalties on weights, computed now, and what calls and ``add_loss`` add.

        Of calls that are the symbolic terms of the recorded ones; where nothing was recorded, and in an era that
        computes at once, the terms of the latest call on data.
        """
        kept = [term for _, term in _all_kept(self, "_kept_losses")]
        return self._weight_penalties() + self._terms(kept, self._inbound_nodes)

    def _terms(self, kept: list[Any], nodes: list[Node]) -> list[Any]:
        """What was added outside of calls, and what calls add."""
        latest = self.__dict__.get("_call_losses")
        if latest is not None and (not nodes or eras.current().variables == "eager"):
            return [term for term in kept if not _is_symbolic(term)] + latest
        return kept + [term for node in nodes for term in node.layer.losses_of(node)]

    @seen
    def get_losses_for(self, inputs: Any) -> list[Any]:
        """The losses that depend on these symbolic inputs; for None those that depend on weights alone."""
        kept = [term for key, term in _all_kept(self, "_kept_losses") if key == _key(inputs)]
        if inputs is None:
            return self._weight_penalties() + kept
        return kept + [term for node in self._nodes_on(inputs) for term in self.losses_of(node)]

    @property
    def updates(self) -> list[Any]:
        """What the recorded calls and ``add_update`` change in training by other means than gradients."""
        if not self.trainable and not self.stateful:
            return []
        kept = [update for _, update in _all_kept(self, "_kept_updates")]
        return kept + [update for node in self._inbound_nodes for update in self.updates_of(node)]

    def get_updates_for(self, inputs: Any) -> list[Any]:
        """The updates that depend on these symbolic inputs; for None those that depend on none."""
        if not self.trainable and not self.stateful:
            return []
        kept = [update for key, update in _all_kept(self, "_kept_updates") if key == _key(inputs)]
        if inputs is None:
            return kept
        return kept + [update for node in self._nodes_on(inputs) for update in self.updates_of(node)]

    def __getstate__(self) -> dict[str, Any]:
        state = self.__dict__.copy()
        for where in ("_kept_losses", "_kept_updates"):  # what belongs to a graph stays with the original
            plain = [(key, item) for key, item in state.pop(where, ()) if key is None and not _is_symbolic(item)]
            if plain:
                state[where] = plain
        return state


def _is_symbolic(item: Any) -> bool:
    return any(isinstance(leaf, SymbolicTensor) for leaf in flatten(item))


def _parts(module: nn.Module, known: set[int] | None = None) -> Iterator[Additions]:
    """A layer and all layers inside of it, each once."""
    known = set() if known is None else known
    if id(module) in known:
        return
    known.add(id(module))
    if isinstance(module, Additions):
        yield module
    for inner in sublayers(module):
        yield from _parts(inner, known)


def _all_kept(layer: nn.Module, where: str) -> list[tuple[Any, Any]]:
    return [entry for part in _parts(layer) for entry in part.__dict__.get(where, ())]


def _counting(model: Any, where: str) -> list[Any]:
    """What was kept by a model's layers and counts for it: what depends on no inputs, or on those of its own graph."""
    nodes = model._network_nodes if getattr(model, "_graph", False) else []
    known = {None, *(_key(node.input_tensors) for node in nodes if node.layer is not None)}
    known.add(_key(model.__dict__.get("inputs")))
    found = []
    for part in _parts(model):
        nested = part is not model and getattr(part, "_graph", False)  # it adds what its own graph gives by itself
        entries = part.__dict__.get(where, ())
        found += [item for key, item in entries if key in known and not (nested and _is_symbolic(item))]
    return found


def kept_losses(model: Any) -> list[Any]:
    """The losses that were added to a model and its layers outside of calls: they count in each of its steps."""
    return _counting(model, "_kept_losses")


def kept_updates(model: Any) -> list[Any]:
    """The updates that were added to a model and its layers outside of calls."""
    return _counting(model, "_kept_updates") if model.trainable or model.stateful else []
