"""What may be replayed, and whether it is still what it was when it was recorded.

A recorded step knows nothing of Python: an attribute that changed, a hook that was added or a weight that moved would
be missed. So only the package's own layers, losses and metrics are recorded, and everything they read is compared
before a replay.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import nn

from .. import config, eras
from ..engine.additions import kept_losses, kept_updates
from ..engine.network import Network

__all__ = ["Unchanged", "is_ours", "refusal"]

_OWN = ("kerastorch.", "torch.")
_BUILTIN = (
    types.BuiltinFunctionType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.MethodWrapperType,
    types.GetSetDescriptorType,
)
# Kept out: a step function for each time step makes a long recording; modules made elsewhere do what they like.
_UNSEEN = tuple(f"kerastorch.layers.{name}" for name in ("convolutional_recurrent", "torch_module"))
_GPU_MODULES = ("kerastorch.", "torch.nn.")
_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
_NOT_RUN = ("initializer", "constraint")  # what only build() or the update calls
_GRAPH = ("_plan", "_masked_plan", "_trainable")


def refusal(model: Any, owners: Sequence[Any], on_gpu: bool = False) -> str | None:
    """Why a model's steps may not be recorded; None when they may.

    Args:
        model: the model.
        owners: losses, metrics and penalties that run with it.
        on_gpu: whether a CUDA graph is to be recorded. It holds whatever runs on the device, and what steps leave in
            a layer's buffers.
    """
    if not getattr(model, "_graph", False):
        return "it is no graph of layers"
    if not on_gpu and model.__dict__.get("jit_compile"):
        return "torch.compile runs it"
    for module in model.modules():
        kind = type(module)
        if not kind.__module__.startswith(_GPU_MODULES if on_gpu else "kerastorch."):
            return f"{kind.__name__} may do what cannot be recorded"
        if not getattr(module, "capturable", True):
            return f"{module.name} looks at its data"
        if not on_gpu and kind.__module__.startswith(_UNSEEN):
            return f"{kind.__name__} may do what cannot be recorded"
        if not on_gpu and getattr(module, "stateful", False) and not isinstance(module, Network):
            return f"{module.name} keeps a state"
        if any(not str(f.__module__).startswith(_OWN) for f in _methods(kind)):
            return f"{kind.__name__}.call was replaced"
        found = _stranger(module, set())
        if found is not None:
            return f"{module.name} calls {found}"
    for network in _networks(model):
        for node in network._masked_plan.nodes:
            if node.layer is None and not is_ours(node.operation):
                return f"the graph calls {_label(node.operation)}"
    if kept_losses(model) or kept_updates(model):
        return "losses or updates were added to it"
    for owner in owners:
        if not is_ours(owner) or not getattr(owner, "capturable", True):
            return f"compile() was given {_label(owner)}"
    return _surroundings()


def _methods(kind: type) -> list[Any]:
    """What runs when a layer is called. Scripts replace them, in the class too."""
    return [getattr(kind, name) for name in ("__call__", "forward", "call") if hasattr(kind, name)]


def _surroundings() -> str | None:
    """What is switched on around the step and wants to see each operation."""
    if torch.is_anomaly_enabled() or torch.is_autocast_enabled("cpu") or torch.is_autocast_enabled("cuda"):
        return "autocast or anomaly detection is on"
    if torch._C._len_torch_dispatch_stack() or torch._C._len_torch_function_stack():
        return "a torch mode is active"
    return "modules have global hooks" if nn.modules.module._has_any_global_hook() else None


def _networks(model: nn.Module) -> Iterator[Network]:
    return (module for module in model.modules() if isinstance(module, Network))


def _label(thing: Any) -> str:
    return getattr(thing, "__qualname__", None) or type(thing).__qualname__


def is_ours(thing: Any, seen: set[int] | None = None) -> bool:
    """Whether something that is called is the package's or torch's own, with all that it calls in turn."""
    if isinstance(thing, functools.partial):
        thing = thing.func
    if isinstance(thing, _BUILTIN):
        return True
    if isinstance(thing, (types.FunctionType, types.MethodType, type)):
        return str(thing.__module__).startswith(_OWN) or thing.__module__ == "torch"
    return type(thing).__module__.startswith(_OWN) and _stranger(thing, seen or set()) is None


def _stranger(thing: Any, seen: set[int]) -> str | None:
    """The first attribute that is called and comes from elsewhere."""
    if id(thing) in seen or not hasattr(thing, "__dict__"):
        return None
    seen.add(id(thing))
    hooked = isinstance(thing, nn.Module) and any(getattr(thing, name, None) for name in _HOOKS)
    if hooked:
        return "hooks"
    if isinstance(thing, Network):
        return None  # its graph is looked at as a whole
    for name, value in vars(thing).items():
        if callable(value) and not name.endswith(_NOT_RUN) and not is_ours(value, seen):
            return _label(value)
    return None


class Unchanged:
    """Remembers what a step reads besides its batch.

    Args:
        model: the model.
        owners: losses, metrics and penalties that run with it.

    Example:
        >>> import kerastorch as keras
        >>> model = keras.models.Sequential([keras.layers.Dropout(0.5, input_shape=(2,))])
        >>> before = Unchanged(model, [])
        >>> before.holds()
        True
        >>> model.layers[0].rate = 0.25
        >>> before.holds()
        False
    """

    def __init__(self, model: nn.Module, owners: Sequence[Any]) -> None:
        tables = list(_tables(model, owners))
        self._empty = [table for table in tables if not table]  # most are, and are looked at quickly
        self._tables = [table for table in tables if table]
        self._values = [list(table.values()) for table in self._tables]
        self._graphs = [(network, [network.__dict__.get(name) for name in _GRAPH]) for network in _networks(model)]
        self._tensors = [*model.parameters(), *model.buffers()]
        self._places = [tensor.data_ptr() for tensor in self._tensors]
        self._kinds = {type(module) for module in model.modules()}
        self._called = self._functions()
        self._settings = _settings()

    def _functions(self) -> list[Any]:
        return [function for kind in self._kinds for function in _methods(kind)]

    def holds(self) -> bool:
        """Whether all of it is as it was."""
        try:
            return (
                not any(self._empty)
                and [list(table.values()) for table in self._tables] == self._values
                and [tensor.data_ptr() for tensor in self._tensors] == self._places
                and all([n.__dict__.get(name) for name in _GRAPH] == seen for n, seen in self._graphs)
                and self._functions() == self._called
                and _settings() == self._settings
            )
        except (RuntimeError, ValueError):  # an array took the place of another: == gives no single answer
            return False


def _tables(model: nn.Module, owners: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """The dicts that hold what layers and owners read."""
    for module in model.modules():
        yield from (module._parameters, module._buffers, module._modules)
        yield from (getattr(module, name) for name in _HOOKS)
        if not isinstance(module, Network):  # a network's own attributes come and go; its graph is compared instead
            yield vars(module)
            yield from (vars(value) for value in vars(module).values() if _has_settings(value))
    for owner in owners:
        for part in owner.modules() if isinstance(owner, nn.Module) else [owner]:
            if isinstance(part, nn.Module):
                yield part._buffers
            if hasattr(part, "__dict__"):
                yield vars(part)


def _has_settings(value: Any) -> bool:
    """Whether an attribute is an object that is called, such as a regularizer, with attributes of its own."""
    return callable(value) and hasattr(value, "__dict__") and not isinstance(value, (nn.Module, type))


def _settings() -> tuple[Any, ...]:
    return eras.current(), config.epsilon(), config.floatx(), _surroundings(), _kernels()


def _kernels() -> tuple[Any, ...]:
    """What decides which of a GPU's kernels run."""
    if not torch.cuda.is_initialized():
        return ()
    cudnn = torch.backends.cudnn
    return (
        torch.get_float32_matmul_precision(),
        torch.are_deterministic_algorithms_enabled(),
        (cudnn.enabled, cudnn.allow_tf32, cudnn.benchmark, cudnn.deterministic),
    )
