"""Symbolic tensors: stand-ins for data that record what is done to them, to be replayed on real tensors.

A ``SymbolicTensor`` comes from ``Input()``. Every torch function, ``torch.Tensor`` method, operator, ``K.`` function
or layer that meets one records a ``Node`` instead of computing. Shapes are inferred by running the same function on
two example tensors on the meta device in which every unknown axis has a different size: an axis that comes out
different is unknown (``None``), the others are fixed. No arithmetic happens.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch

from ... import config, eras
from ...backend import names
from ...backend.arrays import forward
from ...backend.dtype_names import told
from ...backend.text import StringTensor
from .call_view import CallView
from .immutable import OPERATORS
from .inference import examples_for, infer, resized
from .shape import Shape
from .standins import serial, stand_in
from .tracing import computing, guard, tracing
from .trees import flatten, map_structure

__all__ = [
    "Node",
    "SymbolicTensor",
    "arrays_to_tensors",
    "in_place_of",
    "is_symbolic",
    "on_function",
    "placeholder",
    "record",
]


def is_symbolic(tree: Any) -> bool:
    """True when a symbolic tensor is anywhere inside."""
    # in every call of a recordable function, hence no generator
    if isinstance(tree, (list, tuple)):
        for item in tree:
            if isinstance(item, (SymbolicTensor, list, tuple, dict, slice)) and is_symbolic(item):
                return True
        return False
    if isinstance(tree, (dict, slice)):
        return any(isinstance(leaf, SymbolicTensor) for leaf in flatten(tree))
    return isinstance(tree, SymbolicTensor)


class Node(CallView):
    """One recorded call: an operation, its arguments and the symbolic tensors that came out.

    Args:
        operation: a layer or a function; replaying calls it with real tensors in place of the symbolic ones.
        args: positional arguments, any nesting, symbolic tensors inside.
        kwargs: keyword arguments, likewise.
        layer: the layer, where the operation is one.

    ``owner`` is that layer, or the one that stands for a function in eras that show functions as layers.
    """

    __slots__ = (
        "owner",
        "operation",
        "args",
        "kwargs",
        "layer",
        "outputs",
        "parents",
        "call_arguments",
        "inner",
        "guard",
        "phased",
        "losses",
        "updates",
        "penalties",
        "serial",
    )

    def __init__(self, operation: Callable, args: tuple, kwargs: dict[str, Any], layer: Any = None) -> None:
        self.operation = operation
        self.args = args
        self.kwargs = kwargs
        self.layer = self.owner = layer
        self.outputs: list[SymbolicTensor] = []
        self.parents = [leaf for leaf in flatten((args, kwargs)) if isinstance(leaf, SymbolicTensor)]
        self.call_arguments: dict[str, Any] = {}
        self.inner = tracing.active()  # recorded inside of a layer's call
        self.serial = serial()
        self.guard = guard()  # the phase that it runs in; None for both
        # whether its results differ in training and inference
        self.phased = getattr(operation, "reads_phase", False) or any(p._uses_learning_phase for p in self.parents)
        self.losses: list[Any] = []  # what the layer's call added to the loss and to the updates
        self.updates: list[Any] = []
        self.penalties: list[Any] | None = None  # the activity regularizer's terms, once somebody asks

    def replay(self, value_of: Callable[[SymbolicTensor], Any]) -> Any:
        """The operation's result on real values."""
        swap = functools.partial(_swap, value_of)
        return self.operation(*map_structure(swap, self.args), **map_structure(swap, self.kwargs))

    @property
    def sources(self) -> list[SymbolicTensor]:
        """The layer's own inputs (masks and other extras left out); none where a graph begins."""
        if self.layer is None:
            return self.parents
        inputs = [leaf for leaf in flatten(self.args[:1]) if isinstance(leaf, SymbolicTensor)]
        return inputs + [leaf for leaf in flatten(self.call_arguments) if isinstance(leaf, SymbolicTensor)]


def _swap(value_of: Callable, leaf: Any) -> Any:
    return value_of(leaf) if isinstance(leaf, SymbolicTensor) else leaf


class SymbolicTensor:
    """A tensor that is known by shape and dtype only.

    Args:
        examples: one or two example tensors (two where an axis is unknown).
        name: what summaries and errors call it.
        node: the call that it came from; None for an input.
        index: its place among the outputs of that call.

    ``x.shape`` is a tuple with None for unknown axes. Operators and every ``torch.Tensor`` method work and give further
    symbolic tensors; ``==`` compares identity, as in graph-mode Keras (``torch.eq`` compares values).

    Example:
        >>> import torch
        >>> x = placeholder((None, 4))
        >>> torch.relu(x @ torch.zeros(4, 3)).shape
        (None, 3)
    """

    __array_ufunc__ = None  # numpy_array * symbolic goes to __rmul__
    __array_priority__ = 1000
    _examples: tuple[torch.Tensor, ...] = ()

    def __init__(
        self, examples: tuple[torch.Tensor, ...], name: str | None = None, node: Node | None = None, index: int = 0
    ) -> None:
        self._examples = examples
        self.name = name or f"tensor_{names.get_uid('tensor')}"
        self.node = node
        self.index = index
        self._keras_mask: SymbolicTensor | None = None
        self._history: tuple[Any, int, int] | None = None

    traced_back = False  # whether anyone asked which layer made it

    @property
    def _keras_history(self) -> tuple[Any, int, int] | None:
        """The layer that made it, the number of that layer's call, and its place among the call's outputs."""
        self.traced_back = True
        return self._history

    @_keras_history.setter
    def _keras_history(self, history: tuple[Any, int, int] | None) -> None:
        self._history = history

    @property
    def shape(self) -> Shape:
        """The shape, None for unknown axes."""
        first, last = self._examples[0].shape, self._examples[-1].shape
        return Shape(int(a) if a == b else None for a, b in zip(first, last, strict=True))

    @property
    def _keras_shape(self) -> tuple[int | None, ...]:
        return tuple(self.shape)

    @property
    def unknown(self) -> bool:
        """Whether its value is open; shapes, whole numbers worked out of them, have one for each example."""
        return any(example.device.type == "meta" for example in self._examples)

    @property
    def _uses_learning_phase(self) -> bool:
        return self.node is not None and self.node.phased

    @property
    def dtype(self) -> torch.dtype:
        """The dtype of the tensors it stands for; its name where a script for Keras 3 asks."""
        kind = told(self._examples[0].dtype)
        return "string" if self.is_text and isinstance(kind, str) else kind

    @property
    def ndim(self) -> int:
        """How many axes it has."""
        return self._examples[0].ndim

    @property
    def device(self) -> torch.device:
        """Where tensors of the process live."""
        return config.device()

    @property
    def is_text(self) -> bool:
        """Whether it stands for tensors of text."""
        return isinstance(self._examples[0], StringTensor)

    @property
    def dtype_name(self) -> str:
        """The dtype as Keras names it: ``'float32'``, ``'string'`` for text."""
        return "string" if self.is_text else str(self.dtype).removeprefix("torch.")

    def dim(self) -> int:
        """How many axes it has."""
        return self.ndim

    def get_shape(self) -> Shape:
        """The shape, under TensorFlow's name."""
        return self.shape

    def set_shape(self, shape: Any) -> None:
        """Tells sizes that nobody could know.

        Raises:
            ValueError: when no tensor can have both shapes.
        """
        self.shape.assert_is_compatible_with(shape)
        known = [new if old is None else old for old, new in zip(self.shape, shape, strict=True)]
        if known != self.shape:
            self._examples = resized(self._examples, known)

    def to(self, *args: Any, **kwargs: Any) -> SymbolicTensor:
        """The tensor in another type or on another device."""
        return record(_moved, (self, *args), kwargs, "to")

    def eval(self, feed_dict: dict[Any, Any] | None = None, session: Any = None) -> Any:
        """The values as an array, as scripts of TensorFlow 1 ask for them.

        Args:
            feed_dict: values of the symbolic tensors that it is computed from.
            session: accepted as in TensorFlow.
        """
        from ...backend.session import get_session

        return get_session().run(self, feed_dict)

    def size(self, axis: int | None = None) -> Any:
        """The shape, or one axis of it."""
        return self.shape if axis is None else self.shape[axis]

    @classmethod
    def __torch_function__(cls, func: Callable, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        return record(_returning(func), args, kwargs or {})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or not hasattr(torch.Tensor, name):
            raise AttributeError(f"SymbolicTensor {self.__dict__.get('name')!r} has no attribute {name!r}")
        attribute = getattr(torch.Tensor, name)
        if not callable(attribute):
            if name in ("T", "mT", "H", "mH", "real", "imag"):
                return record(operator.attrgetter(name), (self,), {})
            raise AttributeError(f"SymbolicTensor {self.name!r} has no values yet, so no {name!r}")
        if name.endswith("_"):
            raise TypeError(
                f"SymbolicTensor {self.name!r}: expected a function that returns a new tensor. Received: {name}"
            )
        if name in ("item", "tolist", "numpy", "cpu", "cuda", "backward"):
            raise TypeError(
                f"SymbolicTensor {self.name!r} has no values yet, so {name}() cannot be called on it; "
                "run data through a model first"
            )
        return functools.partial(record_method, attribute, self)

    def __bool__(self) -> bool:
        raise TypeError(f"SymbolicTensor {self.name!r} has no values yet, so it cannot decide a Python condition")

    def __len__(self) -> int:
        raise TypeError(f"SymbolicTensor {self.name!r} of shape {self.shape} has no length; use x.shape[0]")

    def __getitem__(self, key: Any) -> Any:
        from .indexing import part_of

        return part_of(self, key)

    def __iter__(self) -> Iterator[SymbolicTensor]:
        length = self.shape[0] if self.ndim else None
        if length is None:
            raise TypeError(f"SymbolicTensor {self.name!r} of shape {self.shape} cannot be iterated over")
        return (self[i] for i in range(length))

    def __index__(self) -> int:
        raise TypeError(f"SymbolicTensor {self.name!r} has no values yet, so it is no Python integer")

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other

    def __repr__(self) -> str:
        if eras.current().reprs == "keras3":
            name = self.name.partition(":")[0]
            return f"<KerasTensor shape={tuple(self.shape)}, dtype={self.dtype_name}, sparse=False, name={name}>"
        return f"<SymbolicTensor {self.name!r} shape={self.shape} dtype={str(self.dtype).removeprefix('torch.')}>"


def _returning(func: Callable) -> Callable:
    """The function that returns what another would write into its first argument: ``x /= symbolic`` is a new tensor."""
    name = getattr(func, "__name__", "")
    if name.startswith("__i") and name.endswith("__"):
        other = "__truediv__" if name == "__idiv__" else f"__{name[3:]}"
    else:
        other = name[:-1] if name.endswith("_") and not name.endswith("__") else None
    return getattr(torch.Tensor, other, func) if other and getattr(torch.Tensor, name, None) is not None else func


def _moved(x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
    if x.device.type != "meta":
        return x.to(*args, **kwargs)
    kinds = [leaf for leaf in (*args, *kwargs.values()) if isinstance(leaf, (torch.dtype, torch.Tensor))]
    return x.to(next((getattr(kind, "dtype", kind) for kind in kinds), x.dtype))


def record_method(method: Callable, x: SymbolicTensor, *args: Any, **kwargs: Any) -> Any:
    """Records ``x.method(*args, **kwargs)``."""
    return record(method, (x, *args), kwargs)


def _operator(name: str) -> Callable:
    method = getattr(torch.Tensor, name)

    def apply(self: SymbolicTensor, *args: Any) -> Any:
        return record(method, (self, *args), {})

    apply.__name__ = name
    return apply


for _name in OPERATORS:
    if _name != "getitem":
        setattr(SymbolicTensor, f"__{_name}__", _operator(f"__{_name}__"))
SymbolicTensor.__ne__ = lambda self, other: self is not other  # type: ignore[method-assign]


def placeholder(
    shape: Sequence[int | None], dtype: torch.dtype | str = torch.float32, name: str | None = None
) -> SymbolicTensor:
    """A symbolic tensor that no call made.

    Args:
        shape: its shape, None for unknown axes.
        dtype: the type of the tensors it stands for; ``'string'`` for text.
        name: what summaries and errors call it.

    Example:
        >>> placeholder((None, 3)).shape
        (None, 3)
    """
    if dtype != "string":
        return SymbolicTensor(examples_for(tuple(shape), dtype), name)
    examples = examples_for(tuple(shape), torch.int64)
    return SymbolicTensor(tuple(example.as_subclass(StringTensor) for example in examples), name)


def arrays_to_tensors(args: tuple, kwargs: dict[str, Any]) -> tuple[tuple, dict[str, Any]]:
    """Arrays become tensors, those of float64 in the type of the tensors beside them, as in TensorFlow."""
    leaves = list(flatten((args, kwargs)))
    if not any(isinstance(leaf, (np.ndarray, np.generic)) for leaf in leaves):
        return args, kwargs
    kinds = (leaf.dtype for leaf in leaves if isinstance(leaf, (SymbolicTensor, torch.Tensor)))
    beside = next((kind for kind in kinds if kind.is_floating_point), config.torch_dtype(None))

    def convert(leaf: Any) -> Any:
        if not isinstance(leaf, (np.ndarray, np.generic)):
            return leaf
        tensor = torch.as_tensor(forward(leaf), device=config.device() if leaf.ndim else None)
        return tensor.to(beside) if tensor.dtype == torch.float64 else tensor

    return map_structure(convert, (args, kwargs))


on_function: list[Callable[[Node], None]] = []  # what is told of each function's call outside of layers
in_place_of: list[Callable] = []  # what may record something else instead of such a call


def record(
    operation: Callable, args: tuple, kwargs: dict[str, Any], label: str | None = None, owner: Any = None
) -> Any:
    """Records a call of a function on symbolic tensors and returns what it will give.

    Results that are no tensors (``x.is_floating_point()``) are returned as they are.

    Args:
        operation: the function.
        args: its positional arguments.
        kwargs: its keyword arguments.
        label: what the results are called.
        owner: the layer that stands for the function, where there is one.

    Raises:
        ValueError: when the function does not work for these shapes.
    """
    label = label or getattr(operation, "__name__", None) or repr(operation)
    args, kwargs = stand_in((args, kwargs))
    if computing():
        return operation(*map_structure(_value_now, args), **map_structure(_value_now, kwargs))
    shown = owner is None and not tracing.active() and not tracing.hidden()
    for other in in_place_of if shown else ():
        found = other(operation, args, kwargs)
        if found is not None:
            return found
    args, kwargs = arrays_to_tensors(args, kwargs)
    results = infer(operation, args, kwargs, label)
    node = Node(operation, args, kwargs)
    leaves = [list(flatten(result)) for result in results]
    if not any(isinstance(leaf, torch.Tensor) for leaf in leaves[0]):
        return results[0]
    outputs = iter(zip(*leaves, strict=True))

    def wrap(_: Any) -> Any:
        examples = next(outputs)
        if not isinstance(examples[0], torch.Tensor):
            return examples[0]
        if len(examples) > 1 and examples[0].ndim != examples[1].ndim:
            raise ValueError(f"{label}: the number of axes of the result depends on the data")
        tensor = SymbolicTensor(tuple(examples), f"{label}_{names.get_uid('tensor ' + label)}", node, len(node.outputs))
        node.outputs.append(tensor)
        return tensor

    wrapped = map_structure(wrap, results[0])
    if owner is not None:
        owner.adopt(node)
    elif shown:
        for tell in on_function:
            tell(node)
    return wrapped


def _value_now(leaf: Any) -> Any:
    """The value of a graph of variables alone that turns up where data is computed on.

    Raises:
        ValueError: when the tensor needs data of its own.
    """
    if not isinstance(leaf, SymbolicTensor):
        return leaf
    from .plan import evaluate

    return evaluate(leaf)
