"""Variables.

Source: https://www.tensorflow.org/api_docs/python/tf/Variable
"""

from __future__ import annotations

from typing import Any

import torch

from ...backend.variable import Variable
from ...engine.symbolic.immutable import as_immutable
from ._functions import ints, tensor

__all__ = [
    "AggregationMethod",
    "IndexedSlices",
    "Variable",
    "VariableAggregation",
    "VariableSynchronization",
    "variable_creator_scope",
]


class IndexedSlices:
    """Rows of a tensor by number; gradients here are whole tensors, so scripts only meet those that they make.

    Args:
        values: the rows.
        indices: their numbers.
        dense_shape: the shape of the whole tensor.
    """

    def __init__(self, values: Any, indices: Any, dense_shape: Any = None) -> None:
        self.values, self.indices, self.dense_shape = values, indices, dense_shape

    def numpy(self) -> Any:
        """The whole tensor as an array."""
        rows = tensor(self.values)
        whole = torch.zeros(ints(self.dense_shape), dtype=rows.dtype, device=rows.device)
        return as_immutable(whole.index_add(0, tensor(self.indices).long(), rows)).numpy()


class AggregationMethod:
    """How gradients are added up; there is one way."""

    ADD_N = DEFAULT = EXPERIMENTAL_ACCUMULATE_N = EXPERIMENTAL_TREE = 0


class VariableAggregation:
    """How values of replicas become one; there is one replica."""

    NONE, SUM, MEAN, ONLY_FIRST_REPLICA = range(4)


class VariableSynchronization:
    """When values of replicas become one; there is one replica."""

    AUTO, NONE, ON_WRITE, ON_READ = range(4)


class variable_creator_scope:  # TensorFlow's name
    """A block in which variables are made as ever.

    Args:
        variable_creator: accepted as in TensorFlow.
    """

    def __init__(self, variable_creator: Any) -> None:
        pass

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exc: object) -> None:
        pass
