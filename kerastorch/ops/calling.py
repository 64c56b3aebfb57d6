"""What Keras 3 has around its operations: operations of one's own, devices, and memory for time.

Source: https://keras.io/api/ops/
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from torch.utils.checkpoint import checkpoint

from .. import config
from ..backend import names
from ..engine.symbolic import Spec, map_structure, record, record_as, wants_recording

__all__ = ["Operation", "device", "remat"]


class Operation:
    """An operation of one's own: write ``call``; on symbolic tensors it becomes a part of the graph.

    Args:
        name: what it is called; by default the class's name, numbered.

    Example:
        >>> import torch
        >>> class Twice(Operation):
        ...     def call(self, x):
        ...         return x * 2
        >>> Twice()(torch.ones(2))
        tensor([2., 2.])
    """

    def __init__(self, name: str | None = None) -> None:
        prefix = names.snake_case(type(self).__name__)
        self.name = name or f"{prefix}_{names.get_uid(prefix)}"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if wants_recording(args, kwargs):
            return self.symbolic_call(*args, **kwargs)
        return self.call(*args, **kwargs)

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """The maths; subclasses write it."""
        raise NotImplementedError(f"{type(self).__name__}: expected the class to define call(...)")

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        """The call as a node of the graph; shapes are tried out, unless ``compute_output_spec`` tells them."""
        if type(self).compute_output_spec is Operation.compute_output_spec:
            return record(self, args, kwargs, self.name)
        told = map_structure(lambda x: Spec(tuple(x.shape), x.dtype), self.compute_output_spec(*args, **kwargs))
        return record_as(self, args, kwargs, told, self.name)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Shapes and types of the results, symbolic tensors of them; a subclass may write it."""
        return record(self, args, kwargs, self.name)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make it again."""
        return {"name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Operation:
        """The operation of a config."""
        return cls(**config)


@contextmanager
def device(device_name: str) -> Iterator[None]:
    """Chooses inside the block where new tensors and weights go.

    Args:
        device_name: ``"cpu"``, ``"gpu:0"`` or a name of torch's.

    Example:
        >>> with device("cpu:0"):
        ...     config.device().type
        'cpu'
    """
    wanted = str(device_name).lower().replace("gpu", "cuda").lstrip("/").removeprefix("device:")
    with config.on_device("cpu" if wanted.startswith("cpu") else wanted):
        yield


def remat(f: Callable) -> Callable:
    """A function that keeps nothing for its gradient and computes again when that is wanted.

    Args:
        f: a function of tensors.

    Example:
        >>> import torch
        >>> x = torch.ones(2, requires_grad=True)
        >>> remat(torch.exp)(x).sum().backward()
        >>> x.grad
        tensor([2.7183, 2.7183])
    """

    @functools.wraps(f)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        symbolic = wants_recording(args, kwargs)
        return f(*args, **kwargs) if symbolic else checkpoint(f, *args, use_reentrant=False, **kwargs)

    return wrapped
