"""torch's own functions and modules where Keras takes an activation or an initializer: by object, name and config.

A config never turns a torch function into a Keras one with other defaults: those that compute the same go by Keras's
name, the others by their place in torch (``'torch.nn.functional.hardswish'``). Names are looked up in fixed tables.

Source: https://pytorch.org/docs/stable/nn.functional.html
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F

__all__ = ["activation", "activation_config", "initializer", "is_initializer", "initialized"]

_SAME_AS_KERAS = "celu elu gelu glu mish relu relu6 selu sigmoid silu softplus softsign tanh".split()
_ONLY_TORCHS = (
    "abs cos erf exp hardshrink hardsigmoid hardswish hardtanh leaky_relu log1p logsigmoid sin softshrink square "
    "tanhshrink"
).split()
_FUNCTIONS = {
    f"{place}.{name}": getattr(module, name)
    for place, module in (("torch", torch), ("torch.nn.functional", F))
    for name in (*_SAME_AS_KERAS, *_ONLY_TORCHS)
    if hasattr(module, name)
}
_MODULES = {
    f"torch.nn.{name}": found
    for name, found in vars(torch.nn.modules.activation).items()
    if isinstance(found, type) and found.__module__ == "torch.nn.modules.activation" and name != "MultiheadAttention"
}


def activation(identifier: Any) -> Any:
    """The function or module of torch that a name or a config dict means, None when it means none.

    Example:
        >>> activation({"class_name": "torch.nn.ELU", "config": {"alpha": 0.5}})
        ELU(alpha=0.5)
        >>> activation("tanh") is None
        True
    """
    if isinstance(identifier, str):
        return _FUNCTIONS.get(identifier)
    found = _MODULES.get(identifier.get("class_name"))
    return found and found(**identifier.get("config", {}))


def activation_config(callable_: Any) -> Any:
    """The name or config dict of a function or activation module of torch, None for any other callable.

    Example:
        >>> activation_config(torch.relu), activation_config(F.hardswish)
        ('relu', 'torch.nn.functional.hardswish')
        >>> activation_config(torch.nn.ELU(0.5))
        {'class_name': 'torch.nn.ELU', 'config': {'alpha': 0.5, 'inplace': False}}
    """
    for name, function in _FUNCTIONS.items():
        if function is callable_:
            short = name.rpartition(".")[2]
            return short if short in _SAME_AS_KERAS else name
    kind = type(callable_)
    name = f"torch.nn.{kind.__name__}"
    if _MODULES.get(name) is not kind:
        return None
    arguments = inspect.signature(kind).parameters
    return {
        "class_name": name,
        "config": {key: getattr(callable_, key) for key in arguments if hasattr(callable_, key)},
    }


def initializer(name: str) -> Callable[[torch.Tensor], Any] | None:
    """The in-place initializer of torch with that name, None when there is none.

    Example:
        >>> initializer("xavier_uniform_").__name__
        'xavier_uniform_'
    """
    return getattr(torch.nn.init, name, None) if name.endswith("_") and not name.startswith("_") else None


def is_initializer(callable_: Any) -> bool:
    """Whether a callable is one of ``torch.nn.init``'s, perhaps with some arguments bound (``functools.partial``)."""
    return getattr(getattr(callable_, "func", callable_), "__module__", None) == "torch.nn.init"


def initialized(
    in_place: Callable[[torch.Tensor], Any], shape: Sequence[int], dtype: torch.dtype | None = None
) -> torch.Tensor:
    """A CPU tensor of Keras's shape (spatial..., in, out) that one of torch's initializers has filled.

    It fills a tensor laid out as (out, in, spatial...), whose fans torch counts rightly.

    Example:
        >>> initialized(torch.nn.init.eye_, (2, 2))
        tensor([[1., 0.],
                [0., 1.]])
    """
    last = len(shape) - 1
    if last < 1:
        weight = torch.empty(tuple(shape), dtype=dtype)
        in_place(weight)
        return weight
    weight = torch.empty((shape[last], shape[last - 1], *shape[: last - 1]), dtype=dtype)
    in_place(weight)
    return weight.permute(*range(2, last + 1), 1, 0).contiguous()
