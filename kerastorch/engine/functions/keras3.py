"""Calls of ``keras.ops`` functions and operators as Keras 3 has them: operations beside a model's layers.

Source: Keras 3, ``keras.src.ops`` and ``keras.src.models.functional``.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import torch

from ...backend import names
from ...backend.registry import nearest
from ..symbolic import Node, SymbolicTensor
from .base import FunctionLayer
from .keras3_table import BY_CLASS, BY_NAME, METHODS, Operation
from .values import decoded, encoded, without_ellipsis

__all__ = ["KerasOperation", "describes", "located", "made", "own"]

_MODULE = "keras.src.ops."
_RELU = ("keras.src.activations.activations", "ReLU")  # what keras.activations.relu is, alone of its kind
_RELU_CONFIG = {"negative_slope": 0.0, "max_value": None, "threshold": 0.0}


def _ops() -> Any:
    from ... import ops  # a level above, whose functions record graphs

    return ops


def _function(operation: Operation) -> Callable:
    """The function of ``kerastorch.ops``."""
    return functools.reduce(getattr, operation.name.split("."), _ops())


@functools.cache
def _parameters(operation: Operation) -> tuple[inspect.Signature, list[str], list[str]]:
    """The function's signature; which arguments a call is given, and which belong to the operation."""
    signature = inspect.signature(_function(operation))
    every = [p.name for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
    if operation.tensors < 0:
        varied = [p.name for p in signature.parameters.values() if p.kind is p.VAR_POSITIONAL]
        return signature, varied, [name for name in every if name not in varied]
    given = every[: operation.tensors]
    return signature, given, [name for name in every if name not in given and name not in operation.named]


def _normal(function: Any, args: tuple, kwargs: dict[str, Any]) -> tuple[Operation, tuple, dict[str, Any]] | None:
    """The operation that a recorded function is, and its arguments in the order of ours; None for an unknown one."""
    module, name = getattr(function, "__module__", None) or "", getattr(function, "__qualname__", "")
    if module.startswith("kerastorch.ops"):
        name = f"image.{name}" if module.endswith(".image") else name
        return (BY_NAME[name], args, kwargs) if name in BY_NAME else None
    owner, _, method = name.rpartition(".")
    if owner in ("TensorBase", "Tensor") and method in METHODS:
        name, swapped = METHODS[method]
        if method in ("reshape", "squeeze") and len(args) > 2:
            args = (args[0], args[1:])
        return BY_NAME[name], args[::-1] if swapped else args, kwargs
    return None


def _is_relu(function: Any) -> bool:
    return getattr(function, "__module__", None) == "torch" and getattr(function, "__name__", None) == "relu"


# torch's names of functions that keras.activations call, and of their arguments, where Keras 3 has others
_ACTIVATIONS = {
    **{name: name for name in "celu elu exp gelu glu leaky_relu log_softmax relu6 selu sigmoid silu softmax".split()},
    **{name: name for name in "log_sigmoid softplus softsign tanh".split()},
    "hardswish": "hard_silu",
    "hardtanh": "hard_tanh",
    "softshrink": "soft_shrink",
}
_RENAMED = {"dim": "axis"}


def _activation(node: Node) -> tuple[Operation, tuple, dict[str, Any]] | None:
    """The operation that Keras 3 records for one of ``keras.activations``, of which torch's function is recorded."""
    function = node.operation
    module, name = getattr(function, "__module__", None) or "", getattr(function, "__name__", "")
    if not module.startswith("torch") or name not in _ACTIVATIONS or not node.args:
        return None
    operation = BY_NAME[_ACTIVATIONS[name]]
    given = {_RENAMED.get(key, key): value for key, value in node.kwargs.items()}
    if name == "gelu":
        given["approximate"] = given.get("approximate") == "tanh"
    own_names = _parameters(operation)[2]
    own_arguments = {**dict(zip(own_names, node.args[1:], strict=False)), **given}
    return operation, node.args[:1], {key: own_arguments[key] for key in own_names if key in own_arguments}


class KerasOperation(FunctionLayer):
    """A function's calls as Keras 3 has them: an operation that is no layer."""

    listed = False
    operation: Operation | None = None  # of one from a file: what it is,
    arguments: dict[str, Any] = {}  # and its own arguments, which every call is given

    def arranged(self, args: tuple, kwargs: dict[str, Any]) -> tuple[tuple, dict[str, Any]]:
        """A call's arguments with the operation's own ones among them."""
        if self.operation is not None and self.operation.name == "get_item" and len(args) > 1:
            return (args[0], tuple(args[1]) if isinstance(args[1], list) else args[1]), kwargs
        if self.operation is None or not self.arguments:
            return args, kwargs
        first = [name for name, p in _parameters(self.operation)[0].parameters.items() if p.kind is p.VAR_POSITIONAL]
        own = dict(self.arguments)
        if first:  # einsum("ij->i", x): its own arguments come before those that there are any number of
            every = list(_parameters(self.operation)[0].parameters)
            args = (*(own.pop(name) for name in every[: every.index(first[0])] if name in own), *args)
        return args, {**own, **kwargs}

    def shown_as(self) -> str:
        """The class that Keras 3 has for it."""
        return self.symbol.rpartition(".")[2]

    def _call_of(self, node: Node) -> tuple[list[Any], dict[str, Any], dict[str, Any]]:
        """A call's positional and keyword arguments, and those that belong to the operation."""
        if self.symbol.startswith(_RELU[0]):
            return list(node.args[:1]), {}, _RELU_CONFIG
        found = _normal(node.operation, node.args, node.kwargs) or _activation(node)
        if found is None:
            raise ValueError(f"Operation {self.name}: expected a function of keras.ops, to be written down")
        operation, args, kwargs = found
        signature, given, own_names = _parameters(operation)
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        values = bound.arguments
        positional = [values[name] for name in given]
        if operation.name == "get_item":
            positional[1] = without_ellipsis(positional[1], positional[0])
        positional = list(positional[0]) if operation.tensors < 0 else positional
        named = {name: values[name] for name in operation.named}
        return positional, named, {name: values[name] for name in own_names}

    def get_config(self) -> dict[str, Any]:
        """Its name, and the arguments that are no tensors."""
        config = self._call_of(self._inbound_nodes[0])[2] if self._inbound_nodes else {}
        return {"name": self.name, **{key: encoded(config[key], _nowhere, self.name) for key in config}}

    def entry(self, nodes: list[Node], place: Callable[[SymbolicTensor], list[Any]]) -> dict[str, Any]:
        """What a model's config says of it, in the words of Keras 3."""
        module, _, kind = self.symbol.rpartition(".")
        calls = []
        for node in nodes:
            args, kwargs, _ = self._call_of(node)
            what = f"Operation {self.name}"
            calls.append({"args": encoded(args, place, what), "kwargs": encoded(kwargs, place, what)})
        return {
            "module": module,
            "class_name": kind,
            "config": self.get_config(),
            "registered_name": kind,
            "name": self.name,
            "inbound_nodes": calls,
        }


def _nowhere(tensor: SymbolicTensor) -> list[Any]:
    raise ValueError(
        f"Operation: expected plain data where Keras 3 takes no tensors, to be written down. Received: {tensor.name!r}"
    )


def own(node: Node) -> None:
    """Gives a recorded call of a function the operation that stands for it."""
    if _is_relu(node.operation):
        symbol = ".".join(_RELU)
    else:
        found = _normal(node.operation, node.args, node.kwargs) or _activation(node)
        if found is None:
            return
        symbol = f"{_MODULE}{found[0].module}.{found[0].kind}"
    name = names.unique_name(symbol.rpartition(".")[2])
    KerasOperation(node.operation, symbol, name=name).adopt(node)


def describes(entry: dict[str, Any]) -> bool:
    """Whether an entry of a model's config is an operation of Keras 3's."""
    module = entry.get("module")
    return isinstance(module, str) and (module.startswith(_MODULE) or (module, entry.get("class_name")) == _RELU)


def located(entry: Any) -> Any:
    """An entry with the module of the operation that it is, which Keras 3 leaves out in .h5 files; others as they are.

    Configs of operations, other than those of layers, do not say whether they are trainable.
    """
    config, calls = entry.get("config"), entry.get("inbound_nodes")
    if entry.get("module") is not None or not isinstance(config, dict) or "trainable" in config or not calls:
        return entry
    kinds = [module for module, kind in BY_CLASS if kind == entry.get("class_name")]
    if not kinds or not isinstance(calls, list) or not all(isinstance(call, dict) for call in calls):
        return entry
    return {**entry, "module": _MODULE + kinds[0]}


def made(entry: dict[str, Any]) -> tuple[KerasOperation, list[tuple[Any, Any]]]:
    """The operation that an entry describes, and the arguments of its calls.

    Raises:
        ValueError: for one that is not in the table, or with arguments that it does not take.
    """
    module, kind, config = entry["module"], entry.get("class_name"), entry.get("config")
    calls = entry.get("inbound_nodes")
    if not isinstance(config, dict) or not isinstance(calls, list) or not all(isinstance(c, dict) for c in calls):
        raise ValueError(f"Model config: expected the config and calls of operation {kind!r}. Received: something else")
    name = config.get("name", entry.get("name"))
    arguments = {key: decoded(value, _refused) for key, value in config.items() if key != "name"}
    calls = [(call.get("args"), call.get("kwargs")) for call in calls]
    symbol = f"{module}.{kind}"
    if (module, kind) == _RELU:
        if any(arguments.get(key, value) != value for key, value in _RELU_CONFIG.items()):
            raise ValueError(f"Model config: expected relu without further arguments. Received: {str(arguments)[:80]}")
        return KerasOperation(torch.relu, symbol, name=name), calls
    operation, arguments = _known(module.removeprefix(_MODULE), kind, arguments)
    layer = KerasOperation(_function(operation), symbol, name=name)
    layer.operation, layer.arguments = operation, arguments
    return layer, calls


def _refused(place: Any) -> Any:
    raise ValueError("Model config: expected plain data as an operation's own arguments. Received: a tensor")


def _known(module: str, kind: Any, arguments: dict[str, Any]) -> tuple[Operation, dict[str, Any]]:
    """An operation of the table, and those of its own arguments that say something."""
    operation = BY_CLASS.get((module, kind))
    if operation is None:
        known = [name for _, name in BY_CLASS]
        raise ValueError(
            f"Model config: expected one of the known functions of keras.ops. Received: {module}.{kind}"
            f"{nearest(str(kind), known)}"
        )
    _, _, own_names = _parameters(operation)
    unknown = [key for key, value in arguments.items() if key not in own_names and value not in (None, False)]
    if unknown:
        raise ValueError(
            f"Model config: expected arguments of keras.ops.{operation.name}: {own_names}. Received: {unknown[0]!r}"
        )
    return operation, {key: value for key, value in arguments.items() if key in own_names}
