"""``TensorArray`` and ``Module``.

Source: https://www.tensorflow.org/api_docs/python/tf
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn

from ...backend import names
from ...engine.holder import WeightHolder
from ...engine.symbolic.immutable import as_immutable
from ._dtypes import as_dtype
from ._functions import converted, ints, refuse, tensor
from ._texts import TextTensor
from .arrays import concat, stack
from .control import name_scope

__all__ = [
    "Module",
    "TensorArray",
]


class TensorArray:
    """Tensors that are written and read by number.

    Args:
        dtype: their type.
        size: how many there are to begin with.
        dynamic_size: whether more may be written.
        clear_after_read, tensor_array_name, handle, flow, infer_shape, element_shape, colocate_with_first_write_call:
            accepted as in TensorFlow; how it stores them has no counterpart.

    Example:
        >>> array = TensorArray("float32", size=2)
        >>> array.write(0, 1.0).write(1, 2.0).stack().tolist()
        [1.0, 2.0]
    """

    def __init__(
        self,
        dtype: Any,
        size: Any = None,
        dynamic_size: bool | None = None,
        clear_after_read: bool | None = None,
        tensor_array_name: str | None = None,
        handle: Any = None,
        flow: Any = None,
        infer_shape: bool = True,
        element_shape: Any = None,
        colocate_with_first_write_call: bool = True,
        name: str | None = None,
    ) -> None:
        self.dtype = as_dtype(dtype)
        self.dynamic_size = bool(dynamic_size)
        self._items: list[Any] = [None] * (ints(size) or 0)

    def _typed(self, value: Any) -> Any:
        made = as_immutable(converted(value))
        return (
            made if isinstance(made, TextTensor) or made.dtype == self.dtype else as_immutable(tensor(made, self.dtype))
        )

    def write(self, index: Any, value: Any, name: str | None = None) -> TensorArray:
        """Writes a tensor.

        Raises:
            IndexError: beyond the size, unless it is dynamic.
        """
        place = int(index)
        if place >= len(self._items):
            if not self.dynamic_size:
                raise IndexError(f"TensorArray: expected an index below {len(self._items)}. Received: {place}")
            self._items += [None] * (place + 1 - len(self._items))
        self._items[place] = self._typed(value)
        return self

    def read(self, index: Any, name: str | None = None) -> Any:
        """The tensor of a number."""
        return self._filled()[int(index)]

    def _filled(self) -> list[Any]:
        like = next((item for item in self._items if item is not None), None)
        if like is None:
            return []
        return [torch.zeros_like(like).as_subclass(type(like)) if item is None else item for item in self._items]

    def stack(self, name: str | None = None) -> Any:
        """All tensors along a new first axis."""
        return stack(self._filled())

    def concat(self, name: str | None = None) -> Any:
        """All tensors one behind the other."""
        return concat(self._filled(), 0)

    def unstack(self, value: Any, name: str | None = None) -> TensorArray:
        """The parts of a tensor along its first axis."""
        self._items = [self._typed(part) for part in value]
        return self

    def scatter(self, indices: Any, value: Any, name: str | None = None) -> TensorArray:
        """Writes the parts of a tensor at given numbers."""
        for i, part in zip(ints(indices), value):
            self.write(i, part)
        return self

    def gather(self, indices: Any, name: str | None = None) -> Any:
        """The tensors of given numbers, stacked."""
        items = self._filled()
        return stack([items[i] for i in ints(indices)])

    def size(self, name: str | None = None) -> Any:
        """How many there are."""
        return as_immutable(torch.tensor(len(self._items), dtype=torch.int32))

    def identity(self) -> TensorArray:
        """Itself."""
        return self

    def close(self, name: str | None = None) -> None:
        """Lets the tensors go."""
        self._items = []

    def __len__(self) -> int:
        return len(self._items)


class Module(WeightHolder):
    """A container of variables and other modules.

    Args:
        name: its name; the class's in lower case when missing.

    Example:
        >>> from kerastorch.porting.tensorflow import Variable
        >>> class Scale(Module):
        ...     def __init__(self):
        ...         super().__init__(name="scale")
        ...         self.factor = Variable(2.0)
        ...     def __call__(self, x):
        ...         return x * self.factor
        >>> Scale().name
        'scale'
    """

    def __init__(self, name: str | None = None) -> None:
        self.name = name or names.snake_case(type(self).__name__)
        self.built = True

    @property
    def submodules(self) -> Sequence[nn.Module]:
        """All modules inside."""
        self._adopt_lists()
        return tuple(module for module in self.modules() if module is not self)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What a subclass's ``call`` gives; most write ``__call__`` itself."""
        call = getattr(self, "call", None)
        if call is None:
            refuse(f"Module.__call__ of {type(self).__name__}", "write __call__ in the class")
        return call(*args, **kwargs)

    @classmethod
    def with_name_scope(cls, method: Callable) -> Callable:
        """Decorator: variables that the method makes get the module's name in front of theirs."""

        @functools.wraps(method)
        def inside(self: Any, *args: Any, **kwargs: Any) -> Any:
            with names.name_scope(self.name):
                return method(self, *args, **kwargs)

        return inside

    @property
    def name_scope(self) -> Any:
        """A block whose variables get the module's name in front of theirs."""
        return name_scope(self.name)
