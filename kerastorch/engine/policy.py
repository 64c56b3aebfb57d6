"""Dtype policies: the type that a layer computes in, and the type that it keeps its weights in.

Under ``mixed_bfloat16`` or ``mixed_float16`` a layer keeps float32 weights and computes in half the bits: inputs and
weights are cast on their way into ``call``. Without a policy nothing is cast, and nothing here runs.

Source: https://keras.io/api/mixed_precision/policy/
"""

from __future__ import annotations

import threading
from typing import Any

import torch

from .. import config

__all__ = ["HALF", "Policy", "casted", "casting_weights", "global_policy", "policy_of", "set_global_policy"]

_MIXED = {"mixed_bfloat16": "bfloat16", "mixed_float16": "float16"}
HALF = (torch.bfloat16, torch.float16)


class Policy:
    """A pair of dtypes.

    Args:
        name: ``'mixed_bfloat16'``, ``'mixed_float16'``, or the name of one dtype for both; the global policy's by
            default.

    Raises:
        TypeError: when the name is no string.
        ValueError: for any other name.

    Source: https://keras.io/api/mixed_precision/policy/

    Example:
        >>> policy = Policy("mixed_bfloat16")
        >>> policy.compute_dtype, policy.variable_dtype
        ('bfloat16', 'float32')
    """

    quantization_mode = None  # weights of few bits are made by torch's tools

    def __init__(self, name: str = "") -> None:
        name = global_policy().name if name == "" else name
        if not isinstance(name, str):
            raise TypeError(f"Policy: expected name to be a string. Received: name={name!r}")
        if name not in _MIXED and not isinstance(getattr(torch, name, None), torch.dtype):
            raise ValueError(
                "Policy: expected 'mixed_bfloat16', 'mixed_float16' or the name of a dtype such as 'float32'. "
                f"Received: name={name!r}"
            )
        self._name = name

    @property
    def name(self) -> str:
        """The name it was made with."""
        return self._name

    @property
    def compute_dtype(self) -> str:
        """What layers compute in."""
        return _MIXED.get(self._name, self._name)

    @property
    def variable_dtype(self) -> str:
        """What weights are kept in."""
        return "float32" if self._name in _MIXED else self._name

    def convert_input(self, x: Any, autocast: bool, dtype: Any) -> Any:
        """What goes into a layer: floats in the type it computes in, everything else as it is.

        Args:
            x: a tensor, an array, or anything else.
            autocast: whether to cast floats.
            dtype: what to.

        Example:
            >>> Policy("float32").convert_input(torch.ones(1, dtype=torch.float64), True, "float16").dtype
            torch.float16
        """
        x = torch.as_tensor(x) if hasattr(x, "__array__") and not hasattr(x, "is_floating_point") else x
        floats = hasattr(x, "is_floating_point") and x.is_floating_point()
        return x.to(config.torch_dtype(dtype)) if autocast and floats else x

    def get_config(self) -> dict[str, Any]:
        """The arguments that make it again."""
        return {"name": self._name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Policy:
        """The policy of a config; entries that other generations write beside the name mean nothing here."""
        return cls(config["name"])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Policy) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self._name)

    def __repr__(self) -> str:
        return f'<Policy "{self._name}">'


_global: Policy | None = None


def global_policy() -> Policy:
    """The policy of layers that are made without a dtype: ``floatx()`` unless one was set.

    Example:
        >>> global_policy()
        <Policy "float32">
    """
    return _global or Policy(config.floatx())


def set_global_policy(policy: str | Policy | None) -> None:
    """Sets the policy of layers that are made from here on without a dtype of their own.

    Args:
        policy: its name, or a policy; None goes back to ``floatx()``.

    Raises:
        ValueError: for an unknown name.

    Example:
        >>> set_global_policy("mixed_bfloat16")
        >>> global_policy().compute_dtype
        'bfloat16'
        >>> set_global_policy(None)
    """
    global _global
    _global = policy if policy is None or isinstance(policy, Policy) else Policy(policy)


def policy_of(dtype: Any) -> Policy | None:
    """The policy that a layer's ``dtype`` argument means; None where nothing has to be cast.

    Args:
        dtype: the argument: None, a name, a torch dtype, a policy or its config.
    """
    if dtype is None:
        return _global
    if isinstance(dtype, Policy):
        return dtype
    if isinstance(dtype, dict):
        return Policy.from_config(dtype.get("config", dtype))
    if isinstance(dtype, str) and dtype in _MIXED:
        return Policy(dtype)
    kind = config.torch_dtype(dtype)
    return Policy(str(kind).removeprefix("torch.")) if kind.is_floating_point else None


class _Scope(threading.local):
    """What weights are cast to when a layer's ``call`` asks for them; None leaves them as they are."""

    dtype: torch.dtype | None = None


_scope = _Scope()


def casted(parameter: Any) -> Any:
    """A weight in the type that the layer which is running computes in."""
    kind = _scope.dtype
    cast = kind is not None and parameter is not None and parameter.is_floating_point()
    return parameter.to(kind) if cast else parameter


class casting_weights:  # reads as a phrase
    """Parameters read inside the block come in a dtype.

    Args:
        dtype: the dtype; None is the one they are kept in.
    """

    __slots__ = ("before", "dtype")

    def __init__(self, dtype: torch.dtype | None) -> None:
        self.dtype = dtype

    def __enter__(self) -> None:
        self.before = _scope.dtype
        _scope.dtype = self.dtype

    def __exit__(self, *exc: object) -> None:
        _scope.dtype = self.before
