"""Keras 3's ``keras.dtype_policies``: the type that a layer computes in, and the one that it keeps its weights in.

Source: https://keras.io/api/mixed_precision/policy/
"""

from __future__ import annotations

from typing import Any

from .backend.registry import Registry
from .engine.policy import Policy, global_policy, policy_of

__all__ = ["DTypePolicy", "FloatDTypePolicy", "deserialize", "get", "serialize"]

DTypePolicy = FloatDTypePolicy = Policy

_REGISTRY = Registry("dtype policy")
_REGISTRY.register(Policy)
_REGISTRY.alias(DTypePolicy=Policy, FloatDTypePolicy=Policy)

_ABSENT = {
    "DTypePolicyMap": "layers take their own dtype= here; there is no map from paths to policies",
    **dict.fromkeys(
        "AWQDTypePolicy GPTQDTypePolicy Int4DTypePolicy QuantizedDTypePolicy QuantizedFloat8DTypePolicy".split(),
        "weights of few bits are made by torch's own tools, torchao among them, of any model",
    ),
}


def get(identifier: Any) -> Policy:
    """The policy that an argument means.

    Args:
        identifier: a policy, its name, a dtype, a config, or None for the global one.

    Raises:
        ValueError: for anything else.

    Example:
        >>> get("mixed_bfloat16").compute_dtype
        'bfloat16'
    """
    if identifier is None:
        return global_policy()
    if isinstance(identifier, dict):
        return deserialize(identifier)
    found = Policy(identifier) if isinstance(identifier, str) else policy_of(identifier)
    if found is None:
        raise ValueError(f"dtype_policies.get: expected a policy, a dtype or a name. Received: {identifier!r}")
    return found


def serialize(dtype_policy: Policy) -> dict[str, Any]:
    """A policy as a config.

    Example:
        >>> serialize(DTypePolicy("float32"))["config"]
        {'name': 'float32'}
    """
    return {
        "module": "keras",
        "class_name": "DTypePolicy",
        "config": dtype_policy.get_config(),
        "registered_name": None,
    }


def deserialize(config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Policy:
    """A policy from its config.

    Args:
        config: what ``serialize`` gave.
        custom_objects: further classes by name.

    Raises:
        ValueError: for an unknown class.
    """
    named = {"class_name": config["class_name"], "config": config.get("config", {})}
    return _REGISTRY.deserialize(named, custom_objects)


def __getattr__(name: str) -> Any:
    why = f": {_ABSENT[name]}" if name in _ABSENT else ""
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}{why}")
