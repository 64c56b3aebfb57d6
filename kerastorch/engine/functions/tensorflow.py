"""Calls of TensorFlow's functions and operators as tf.keras has them: ``TFOpLambda`` and ``SlicingOpLambda`` layers.

Source: tf_keras, ``layers/core/tf_op_layer.py`` and ``engine/node.py``.
"""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from ...backend import names
from ...backend.registry import nearest
from ..symbolic import Node, SymbolicTensor
from .base import FunctionLayer
from .tensorflow_parts import PARTS
from .tensorflow_table import ALIASES, BACKEND, INNER, METHODS, SYMBOLS, TORCH, TORCH_ARGUMENTS, V1, Call
from .values import TENSOR, plain_array, without_ellipsis

__all__ = ["SlicingOpLambda", "TFOpLambda", "describes", "expanded", "made", "own"]

_FACE = "kerastorch.porting.tensorflow"
_CONSTANT = "_CONSTANT_VALUE"
_GETITEM = "__operators__.getitem"
_LEFT_OUT = {"name": None, "use_cudnn_on_gpu": True, "validate_indices": None, "dilations": None, "conjugate": False}


@functools.cache
def _face(symbol: str) -> Callable:
    """The function that answers for TensorFlow's of that name; only names of the table are asked for."""
    spaces = importlib.import_module(f"{_FACE}._spaces")  # from a level above, which scripts of TensorFlow load
    part, _, name = symbol.rpartition(".")
    return (
        getattr(importlib.import_module(f"{_FACE}.{part}"), name)
        if part in spaces.MODULE_NAMES
        else spaces.find(part, name)
    )


@functools.cache
def _symbols() -> dict[int, str]:
    """The names of the functions that answer for TensorFlow's, by identity."""
    found: dict[int, str] = {}
    for symbol in sorted(SYMBOLS, key=lambda symbol: (symbol.count("."), symbol)):
        found.setdefault(id(_face(symbol)), symbol)
    return found


def _call(function: Any, args: tuple, kwargs: dict[str, Any]) -> Call | None:
    """How TensorFlow has a recorded call; None for what it has not, or not as one function."""
    module, name = getattr(function, "__module__", None) or "", getattr(function, "__qualname__", "")
    if function is _getitem:
        return Call(_GETITEM)
    if module.startswith(_FACE):
        if name in INNER:
            return INNER[name]
        if name == "_getitem":
            return Call(_GETITEM)
        symbol = _symbols().get(id(function))
        return Call(f"compat.v1.{symbol}" if symbol in V1 else symbol) if symbol else None
    if module.startswith("kerastorch.backend"):
        return _of_backend(name, args, kwargs)
    owner, _, name = name.rpartition(".")
    if owner in ("TensorBase", "Tensor"):
        return Call(_GETITEM) if name == "__getitem__" else METHODS.get(name)
    return TORCH.get(name) if module.startswith("torch") or owner == "_VariableFunctionsClass" else None


def _of_backend(name: str, args: tuple, kwargs: dict[str, Any]) -> Call | None:
    if name == "relu" and (len(args) > 1 or kwargs):
        plain = {"alpha": 0.0, "max_value": None, "threshold": 0.0}
        given = {**dict(zip(plain, args[1:], strict=False)), **kwargs}
        if all(plain.get(key) == value for key, value in given.items()):
            return BACKEND["relu"]
        return Call("nn.relu6") if {**plain, **given} == {**plain, "max_value": 6.0} else None
    return BACKEND.get(name)


def expanded(function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    """What tf.keras records in place of a function that is several of TensorFlow's; None for all others."""
    module, name = getattr(function, "__module__", None) or "", getattr(function, "__qualname__", "")
    ours = module.startswith(("kerastorch.backend.", "torch.nn.functional")) or name.startswith("TensorBase.")
    parts = PARTS.get(name) if ours and (module != "torch.nn.functional" or name == "mish") else None
    return None if parts is None else parts(_face, *args, **kwargs)


class TFOpLambda(FunctionLayer):
    """A function's calls as tf.keras has them."""

    def _first_and_rest(self, node: Node) -> tuple[Any, dict[str, Any]]:
        """A call's first argument, and the others by TensorFlow's names."""
        call = _call(node.operation, node.args, node.kwargs)
        if call is None:
            raise ValueError(f"Layer {self.name}: expected a function of TensorFlow, to be written down")
        if call.symbol == _GETITEM:
            key = node.kwargs.get("slice_spec", *node.args[1:])
            return node.args[0], {"slice_spec": without_ellipsis(key, node.args[0])}
        module, name = getattr(node.operation, "__module__", None) or "", node.operation.__name__
        if module.startswith(_FACE) and name not in INNER:
            return self._by_signature(node)
        if call.swapped:
            return _number_beside(node.args[1], node.args[0]), {call.names[0]: node.args[0]}
        if name == "gelu":
            return node.args[0], {"approximate": node.kwargs.get("approximate", "none") == "tanh"}
        rest = self._renamed(node, call) if call.names else {}
        rest = {key: [v] if key in call.listed and not isinstance(v, (list, tuple)) else v for key, v in rest.items()}
        return node.args[0], {**rest, **dict(call.extra)}

    def _renamed(self, node: Node, call: Call) -> dict[str, Any]:
        try:
            signature = inspect.signature(node.operation)
        except ValueError:  # one of torch's own
            signature = None
        if signature is None or (getattr(node.operation, "__module__", None) or "").startswith("torch"):
            given = {TORCH_ARGUMENTS.get(key, key): value for key, value in node.kwargs.items()}
            given.update(zip(call.names, node.args[1:], strict=False))
            return {key: value for key, value in given.items() if key in call.names}
        bound = signature.bind(*node.args, **node.kwargs)
        bound.apply_defaults()
        return dict(zip(call.names, list(bound.arguments.values())[1:], strict=False))

    def _by_signature(self, node: Node) -> tuple[Any, dict[str, Any]]:
        signature = inspect.signature(node.operation)
        if any(p.kind is p.VAR_POSITIONAL for p in signature.parameters.values()):
            raise ValueError(
                f"Layer {self.name}: expected a function with named arguments, to be written down as tf.keras does. "
                f"Received: {node.operation.__name__}, which takes any number of tensors; put it into a Lambda layer"
            )
        bound = signature.bind(*node.args, **node.kwargs).arguments
        first = next(iter(signature.parameters))
        return bound[first], {key: value for key, value in bound.items() if key != first}

    def get_config(self) -> dict[str, Any]:
        """Its name, dtype and the function's name."""
        return {"name": self.name, "trainable": self.trainable, "dtype": "float32", "function": self.symbol}

    def entry(self, nodes: list[Node], place: Callable[[SymbolicTensor], list[Any]]) -> dict[str, Any]:
        """What a model's config says of it, in the words of tf.keras."""
        return {
            "name": self.name,
            "class_name": type(self).__name__,
            "config": self.get_config(),
            "inbound_nodes": [self._written(node, place) for node in nodes],
        }

    def _written(self, node: Node, place: Callable[[SymbolicTensor], list[Any]]) -> Any:
        first, rest = self._first_and_rest(node)
        rest = {key: _plain(value, place, f"Layer {self.name}") for key, value in rest.items() if key != "name"}

        def write(leaf: Any) -> Any:
            if isinstance(leaf, (list, tuple)):
                return [write(entry) for entry in leaf]
            if isinstance(leaf, SymbolicTensor):
                return [*place(leaf), rest]
            return [_CONSTANT, -1, _plain(leaf, place, f"Layer {self.name}"), rest]

        return write(first)


class SlicingOpLambda(TFOpLambda):
    """``x[…]`` in a graph as tf.keras has it."""


def _number_beside(value: Any, x: SymbolicTensor) -> Any:
    """A whole number in the type of the tensor beside it: TensorFlow makes a tensor of the first argument alone."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return float(value) if whole and x.dtype.is_floating_point else value


def _plain(value: Any, place: Callable[[SymbolicTensor], list[Any]], what: str) -> Any:
    """An argument as tf.keras writes it."""
    if isinstance(value, SymbolicTensor):
        return list(place(value))
    if isinstance(value, slice):
        return {key: _plain(getattr(value, key), place, what) for key in ("start", "stop", "step")}
    if isinstance(value, (np.ndarray, torch.Tensor)):
        return plain_array(value, what).tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, torch.dtype):
        return str(value).removeprefix("torch.")
    if type(value).__name__ == "DType":
        return value.name
    if isinstance(value, (list, tuple)):
        return [_plain(entry, place, what) for entry in value]
    if isinstance(value, (str, int, float, bool, type(None))):
        return value
    raise ValueError(f"{what}: expected plain data, to be written down. Received: {type(value).__name__}")


def own(node: Node) -> None:
    """Gives a recorded call of a function the layer that stands for it."""
    call = _call(node.operation, node.args, node.kwargs)
    if call is not None:
        kind = SlicingOpLambda if call.symbol == _GETITEM else TFOpLambda
        kind(node.operation, call.symbol, name=names.unique_name(f"tf.{call.symbol}", as_is=True)).adopt(node)


# --------------------------------------------------------------------------------------------- reading


def describes(entry: dict[str, Any]) -> bool:
    """Whether an entry of a model's config is a function's layer of tf.keras's."""
    return entry.get("class_name") in ("TFOpLambda", "SlicingOpLambda")


def made(entry: dict[str, Any]) -> tuple[TFOpLambda, list[tuple[Any, Any]]]:
    """The layer that an entry describes, and the arguments of its calls, encoded.

    Raises:
        ValueError: for a function that is not among the known ones.
    """
    config, calls = entry.get("config"), entry.get("inbound_nodes")
    if not isinstance(config, dict) or not isinstance(calls, list):
        raise ValueError("Model config: expected the config and calls of a function's layer. Received: something else")
    symbol = config.get("function")
    known = ALIASES.get(str(symbol), str(symbol).removeprefix("compat.v1."))
    name = config.get("name", entry.get("name"))
    if symbol == _GETITEM:
        return SlicingOpLambda(_getitem, symbol, name=name), [_arguments(call) for call in calls]
    if known not in SYMBOLS:
        raise ValueError(
            f"Model config: expected one of the known functions of TensorFlow. Received: {str(symbol)[:100]!r}"
            f"{nearest(str(symbol)[:100], SYMBOLS)}"
        )
    function = _face(known)
    accepted = inspect.signature(function).parameters
    return TFOpLambda(function, symbol, name=name), [_accepted(_arguments(call), accepted) for call in calls]


def _getitem(x: Any, slice_spec: Any) -> Any:
    key = tuple(slice_spec) if isinstance(slice_spec, list) else slice_spec
    return x[key]


def _accepted(arguments: tuple[Any, Any], accepted: Any) -> tuple[Any, Any]:
    """A call's arguments without those that say nothing and that ours does not take."""
    args, kwargs = arguments
    kept = {k: v for k, v in kwargs.items() if k in accepted or _LEFT_OUT.get(k, kwargs) != v}
    kept.pop("name", None)
    return args, kept


def _arguments(call: Any) -> tuple[Any, dict[str, Any]]:
    """A call in tf.keras's form as arguments in Keras 3's."""
    rest: dict[str, Any] = {}

    def read(value: Any) -> Any:
        if not isinstance(value, list):
            raise ValueError(f"Model config: expected a call as a list. Received: {type(value).__name__}")
        if len(value) in (3, 4) and isinstance(value[0], str) and isinstance(value[1], int):
            if len(value) == 4 and isinstance(value[3], dict):
                rest.update(value[3])
            return value[2] if value[0] == _CONSTANT else _tensor(value)
        return [read(entry) for entry in value]

    first = read(call)
    return [first], {key: _argument(value) for key, value in rest.items()}


def _tensor(place: list[Any]) -> dict[str, Any]:
    return {"class_name": TENSOR, "config": {"keras_history": list(place[:3])}}


def _argument(value: Any) -> Any:
    if isinstance(value, list):
        place = len(value) == 3 and isinstance(value[0], str)
        if place and all(isinstance(n, int) and not isinstance(n, bool) for n in value[1:]):
            return _tensor(value)
        return [_argument(entry) for entry in value]
    if isinstance(value, dict) and set(value) == {"start", "stop", "step"}:
        return {"class_name": "__slice__", "config": {key: _argument(part) for key, part in value.items()}}
    return value
