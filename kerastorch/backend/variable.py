"""Variables: tensors with a Keras name that can be read and assigned."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from .. import config, eras
from ..engine.symbolic import SymbolicTensor, building, graph_type, record, tracing
from ..engine.symbolic.immutable import ASSIGNING, OPERATORS, Immutable, as_immutable, foreign, operand
from . import names
from .arrays import forward
from .dtype_names import told
from .kept import before_writing

__all__ = ["State", "Variable", "stored"]


class _Value(torch.Tensor):
    """What Keras 3's ``variable.value`` is: a plain tensor in all that is computed with it."""

    __torch_function__ = torch._C._disabled_torch_function_impl
    _handle: Any = None

    @property
    def grad(self) -> torch.Tensor | None:
        """The gradient of the weight that the tensor shows, in Keras's shape."""
        handle = self._handle
        if handle is None:
            return torch.Tensor.grad.__get__(self)
        return None if handle.tensor.grad is None else handle.view_of(handle.tensor.grad)


@graph_type
class Variable(Immutable):
    """A tensor as Keras hands out weights: it has a ``name`` and shares memory with what it stands for.

    Torch functions on it give plain tensors and are differentiable back to the stored parameter. Operators do so too
    where data is computed on; outside of that, in an era of graphs, they are recorded, so that ``K.eval`` and
    ``K.function`` see the value that the variable has then.

    Args:
        initial_value: its first values, or a function that gives them.
        trainable: whether gradients are meant to change it; not for whole numbers.
        validate_shape, caching_device, import_scope, synchronization, aggregation, variable_def, use_resource,
            collections, experimental_enable_variable_lifting, autocast, layout: accepted as in TensorFlow and Keras 3;
            how they place, share and cast variables has no counterpart.
        name: its name.
        dtype: its type.
        constraint: a projection of its values, for an optimizer to apply.
        shape: in Keras 3, that of the values which an initializer is asked for; else the values have one.
        initializer: Keras 3's name of ``initial_value``: an initializer or its name beside ``shape``, or values.

    Raises:
        ValueError: without values.

    Example:
        >>> v = Variable([1.0, 2.0], name="bias")
        >>> v.assign_add([1.0, 1.0]).numpy().tolist(), v.name, v.trainable
        ([2.0, 3.0], 'bias:0', True)
    """

    name: str | None = None  # hides torch.Tensor.name, which cannot be set
    handle: Any = None  # the engine's Weight, where it stands for one
    _path: str | None = None
    constraint: Callable | None = None

    def __new__(
        cls,
        initial_value: Any = None,
        trainable: bool | None = None,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        variable_def: Any = None,
        dtype: Any = None,
        import_scope: Any = None,
        constraint: Callable | None = None,
        synchronization: Any = None,
        aggregation: Any = None,
        shape: Any = None,
        *,
        initializer: Any = None,
        autocast: bool = True,
        layout: Any = None,
        expected_shape: Any = None,
        collections: Any = None,
        use_resource: Any = None,
        experimental_enable_variable_lifting: Any = None,
    ) -> Variable:
        initial_value = initializer if initial_value is None else initial_value
        if initial_value is None:
            raise ValueError(f"Variable {name or ''!r}: expected initial_value. Received: None")
        if eras.current().variable_value == "tensor":
            if isinstance(trainable, (tuple, list, torch.Size)):  # Keras 3's second argument is the shape
                trainable, shape = None, trainable
            initial_value = _initialized(initial_value, shape, dtype)
        tensor = _first_values(initial_value() if callable(initial_value) else initial_value, dtype)
        made = cls.named(tensor, name)
        made.requires_grad_(trainable is not False and tensor.is_floating_point())
        made.constraint = constraint
        return made

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    @classmethod
    def named(cls, tensor: torch.Tensor, name: str | None) -> Variable:
        """A new variable, called as the era calls it: Keras 3's has a short name and a path."""
        if eras.current().variable_names == "full":
            return cls.of(tensor, names.scoped(name or "Variable"))
        name = name or names.unique_name("variable", as_is=True)
        made = cls.of(tensor, name)
        made._path = names.scoped(name).removesuffix(":0")
        return made

    @classmethod
    def of(cls, tensor: torch.Tensor, name: str | None = None, handle: Any = None) -> Variable:
        """The tensor itself, seen as a variable."""
        variable = tensor.as_subclass(cls)
        variable.name = name
        variable.handle = handle
        return variable

    @property
    def path(self) -> str:
        """The name with those of the layers around it.

        Example:
            >>> Variable(0.0, name="scale").path
            'scale'
        """
        full_name = self._path if self.handle is None else self.handle.full_name
        return (full_name or self.name or "").removesuffix(":0")

    @property
    def dtype(self) -> torch.dtype:
        """Its type; the name of that where a script for Keras 3 asks."""
        return told(super().dtype)

    @property
    def _keras_shape(self) -> tuple[int, ...]:
        return tuple(self.shape)

    @property
    def trainable(self) -> bool:
        """Whether gradients are meant to change it."""
        return self.requires_grad if self.handle is None else self.handle.trainable

    @property
    def _kept(self) -> torch.Tensor:
        """What is written to: of a weight that a policy casts, the one that stays."""
        return self if self.handle is None else self.handle.kept

    def _new(self, value: Any) -> torch.Tensor:
        """New values as a tensor.

        Raises:
            ValueError: for another shape.
        """
        new = value if isinstance(value, torch.Tensor) else torch.as_tensor(forward(value))
        if tuple(new.shape) != tuple(self.shape):
            raise ValueError(
                f"Variable {self.name!r}: expected values of shape {tuple(self.shape)}. Received: {tuple(new.shape)}"
            )
        return new.detach().to(device=self.device, dtype=self._kept.dtype)

    @torch.no_grad()
    def assign(self, value: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True) -> Any:
        """Writes new values in place.

        Raises:
            ValueError: for another shape.
        """
        if tracing.active():  # the code runs to learn shapes; data will be written when there is some
            return self
        new, kept = self._new(value), self._kept
        before_writing([kept])
        kept.copy_(new)
        return self

    @torch.no_grad()
    def assign_add(
        self, delta: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Any:
        """Adds in place.

        Raises:
            ValueError: for another shape.
        """
        if tracing.active():
            return self
        new, kept = self._new(delta), self._kept
        before_writing([kept])
        kept.add_(new)
        return self

    def assign_sub(
        self, delta: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Any:
        """Subtracts in place.

        Raises:
            ValueError: for another shape.
        """
        return self if tracing.active() else self.assign_add(-self._new(delta))

    def read_value(self) -> torch.Tensor:
        """The tensor without the name."""
        return as_immutable(self.as_subclass(torch.Tensor)) if foreign.active() else self.as_subclass(torch.Tensor)

    initialized_value = read_value

    @property
    def value(self) -> Any:
        """``variable.value()`` reads it; in Keras 3 ``variable.value`` is a tensor, whose ``grad`` is the weight's."""
        if eras.current().variable_value == "method":
            return self.read_value
        if foreign.active():
            return as_immutable(self.as_subclass(torch.Tensor))
        found = self.as_subclass(_Value)
        found._handle = self.handle
        return found

    def ref(self) -> Any:
        """Something that hashes the same for this variable only."""
        return id(stored(self))

    experimental_ref = ref

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        plain = self.detach().as_subclass(torch.Tensor).clone().requires_grad_(self.requires_grad)
        copied = memo[id(self)] = type(self).of(plain, self.name)
        copied.constraint = self.constraint
        copied._is_param = getattr(self, "_is_param", False)
        return copied

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        values = repr(self.numpy()) if self.ndim else str(self.numpy())
        kind = str(self.dtype).removeprefix("torch.")
        if eras.current().reprs == "keras3":
            return f"<Variable path={self.path}, shape={tuple(self.shape)}, dtype={kind}, value={self.numpy()}>"
        return f"<tf.Variable {self.name!r} shape={tuple(self.shape)} dtype={kind}, numpy={values}>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(self.numpy(), spec) if spec else repr(self)


def _initialized(given: Any, shape: Any, dtype: Any) -> Any:
    """What Keras 3's variables begin with: an initializer's values where it is given a shape.

    TensorFlow's begin with what a function without arguments gives, too.

    Raises:
        ValueError: for an initializer without a shape.
    """
    if isinstance(given, str):
        from .. import initializers  # which import this module

        given = initializers.get(given)
    if not callable(given):
        return given
    if _takes(given) and (shape is None or not _takes(given, shape, dtype=dtype)):
        return given()
    if shape is None:
        raise ValueError(f"Variable: expected shape beside an initializer. Received: shape=None, initializer={given!r}")
    return given(tuple(shape), dtype=dtype or config.floatx())


def _takes(function: Callable, *args: Any, **kwargs: Any) -> bool:
    try:
        inspect.signature(function).bind(*args, **kwargs)
    except (TypeError, ValueError):  # other arguments; none that it tells
        return False
    return True


def _first_values(value: Any, dtype: Any) -> torch.Tensor:
    """Values as a tensor of their own: Python's floats as ``floatx()``, its whole numbers as int32."""
    kind = None if dtype is None else config.torch_dtype(dtype)
    if isinstance(value, SymbolicTensor):
        from ..engine.symbolic.plan import evaluate

        with torch.no_grad():
            value = evaluate(value)
    if isinstance(value, torch.Tensor):
        return value.detach().as_subclass(torch.Tensor).to(device=config.device(), dtype=kind, copy=True)
    array = np.asarray(value)
    if kind is None and not isinstance(value, (np.ndarray, np.generic)):
        kind = {"f": config.torch_dtype(None), "i": torch.int32}.get(array.dtype.kind)
    return torch.tensor(array, dtype=kind, device=config.device())


def stored(variable: torch.Tensor) -> torch.Tensor:
    """The tensor that keeps a variable's values: for a weight the layer's own, however it is laid out."""
    handle = getattr(variable, "handle", None)
    return variable if handle is None else handle.tensor


def _operator(name: str) -> Callable:
    method = getattr(torch.Tensor, name)

    def apply(self: Variable, *args: Any) -> Any:
        if not isinstance(self, State) and building():
            return record(method, (self, *args), {})
        if foreign.active():
            return getattr(as_immutable(self.as_subclass(torch.Tensor)), name)(*args)
        return method(self, *[operand(arg, self) for arg in args])

    apply.__name__ = name
    return apply


def _is_same(self: Variable, other: Any) -> Any:
    """Two variables are equal when they stand for the same tensor, so that ``in`` and lists of weights compare."""
    if not isinstance(other, Variable):
        return torch.Tensor.__eq__(self, other)
    return _place(self) == _place(other)


def _is_other(self: Variable, other: Any) -> Any:
    return not _is_same(self, other) if isinstance(other, Variable) else torch.Tensor.__ne__(self, other)


def _place(variable: Variable) -> tuple[int, ...]:
    handle = variable.handle
    return (id(variable),) if handle is None else (id(handle.owner), hash(handle.attribute))


Variable.__eq__ = _is_same  # type: ignore[method-assign]
Variable.__ne__ = _is_other  # type: ignore[method-assign]
Variable.__hash__ = lambda self: hash(_place(self))  # type: ignore[method-assign]
for _name in OPERATORS:
    setattr(Variable, f"__{_name}__", _operator(f"__{_name}__"))
_part_of = Variable.__getitem__


def _getitem(self: Variable, key: Any) -> Any:
    part = _part_of(self, key)
    if isinstance(part, torch.Tensor) and foreign.active():
        part.assign = functools.partial(_assign_part, self, key)  # v[0].assign(x), as TensorFlow has it
    return part


@torch.no_grad()
def _assign_part(variable: Variable, key: Any, value: Any, use_locking: bool = False, name: str | None = None) -> Any:
    """Writes new values into a part of a variable."""
    tensor = variable._kept.as_subclass(torch.Tensor)
    before_writing([tensor])
    tensor[key] = torch.as_tensor(value, dtype=tensor.dtype, device=tensor.device)
    return variable


Variable.__getitem__ = _getitem  # type: ignore[method-assign]
for _name in ASSIGNING:  # v += 1 makes a new tensor: only assigning changes a variable
    setattr(Variable, f"__i{_name}__", getattr(Variable, f"__{_name}__"))


class State(Variable):
    """A variable that is no part of a graph: an optimizer's learning rate, what a metric has gathered.

    Example:
        >>> rate = State.of(torch.tensor(0.5), "learning_rate")
        >>> float(rate * 2), float(rate.assign(0.25))
        (1.0, 0.25)
    """
