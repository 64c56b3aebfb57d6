"""What a layer computes in and what it keeps its weights in, as its dtype policy says."""

from __future__ import annotations

from typing import Any

import torch

from .. import config
from .holder import WeightHolder
from .policy import Policy, policy_of

__all__ = ["Precision"]


class Precision(WeightHolder):
    """The part of a layer that knows its dtype policy."""

    casts_inputs = True  # whether a dtype policy casts what comes in
    casts_weights = True  # and the weights; False for layers whose kernels take both types
    _policy: Policy | None = None
    _compute: torch.dtype | None = None  # what the policy computes in

    def _take_policy(self, dtype: Any) -> Any:
        """Settles what the layer computes in; gives the dtype of its weights, None for ``floatx()``."""
        policy = policy_of(dtype)
        if policy is None:
            if dtype is None:
                return None
            found = config.torch_dtype(dtype)
            return dtype if isinstance(dtype, str) else str(found).removeprefix("torch.")
        self._policy = policy
        kind = config.torch_dtype(policy.compute_dtype)
        if kind.is_floating_point and (self.casts_inputs or not self.casts_weights):
            self._compute = kind
        return policy.variable_dtype

    @property
    def dtype_policy(self) -> Policy:
        """What it computes in and keeps its weights in."""
        return self._policy or Policy(self.__dict__.get("dtype") or config.floatx())

    @property
    def compute_dtype(self) -> str:
        """The name of the dtype that it computes in."""
        return self.dtype_policy.compute_dtype

    @property
    def variable_dtype(self) -> str:
        """The name of the dtype that its weights are kept in."""
        return self.dtype_policy.variable_dtype

    def _cast(self, leaf: Any) -> Any:
        """A float tensor in the dtype that the layer computes in."""
        kind = getattr(leaf, "dtype", None)
        floating = isinstance(kind, torch.dtype) and kind.is_floating_point
        return leaf.to(self._compute) if floating and kind != self._compute else leaf
