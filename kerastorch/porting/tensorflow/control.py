"""Functions that call functions: loops, conditions, ``tf.function``, Python code.

Everything runs at once, so ``tf.function`` is the function itself; Python's own ``if``, ``for`` and ``while`` work on
tensors in it.

Source: https://www.tensorflow.org/api_docs/python/tf
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch

from ...backend import control as keras
from ...backend import names
from ...engine.symbolic import flatten, is_symbolic, map_structure
from ...engine.symbolic.immutable import as_immutable, values_of
from ._dtypes import as_dtype
from ._functions import before_2, converted, ints, tensor
from ._specs import RaggedTensorSpec
from ._texts import TextTensor
from .arrays import stack
from .ragged import stack_rows

__all__ = [
    "case",
    "cond",
    "control_dependencies",
    "foldl",
    "foldr",
    "function",
    "group",
    "init_scope",
    "map_fn",
    "name_scope",
    "no_op",
    "numpy_function",
    "print",
    "py_func",
    "py_function",
    "scan",
    "switch_case",
    "timestamp",
    "tuple",
    "vectorized_map",
    "while_loop",
]

_print, _tuple = print, tuple


def _true(value: Any) -> bool:
    """A condition's value.

    Raises:
        TypeError: for a symbolic tensor, which has none yet.
    """
    return bool(value() if callable(value) and not isinstance(value, torch.Tensor) else value)


def cond(
    pred: Any, true_fn: Callable | None = None, false_fn: Callable | None = None, name: str | None = None, **kwargs: Any
) -> Any:
    """What one of two functions gives, by a condition."""
    true_fn, false_fn = true_fn or kwargs.get("fn1"), false_fn or kwargs.get("fn2")
    if is_symbolic(pred):
        return keras.switch(pred, true_fn, false_fn)
    return true_fn() if _true(pred) else false_fn()


def case(
    pred_fn_pairs: Any,
    default: Callable | None = None,
    exclusive: bool = False,
    strict: bool = False,
    name: str = "case",
) -> Any:
    """What the function of the first condition that holds gives.

    Raises:
        ValueError: when none holds and there is no default.
    """
    pairs = pred_fn_pairs.items() if isinstance(pred_fn_pairs, dict) else pred_fn_pairs
    for condition, fn in pairs:
        if _true(condition):
            return fn()
    if default is None:
        raise ValueError("tf.case: expected a condition that holds, or a default. Received: neither")
    return default()


def switch_case(branch_index: Any, branch_fns: Any, default: Callable | None = None, name: str = "switch_case") -> Any:
    """What the function of a number gives; the default's or the last one's for a number without one."""
    functions = dict(branch_fns if isinstance(branch_fns, dict) else _numbered(branch_fns))
    fallback = default or functions[max(functions)]
    return functions.get(int(branch_index), fallback)()


def _numbered(functions: Sequence[Any]) -> Any:
    return functions if functions and isinstance(functions[0], (list, _tuple)) else enumerate(functions)


def while_loop(
    cond: Callable,
    body: Callable,
    loop_vars: Any,
    shape_invariants: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    maximum_iterations: Any = None,
    name: str | None = None,
    **kwargs: Any,
) -> Any:
    """Calls ``body`` with what it gave last, as long as a condition holds; what it gave is the result.

    TensorFlow 1 gives a single variable as such.

    Example:
        >>> [int(x) for x in while_loop(lambda i, n: i < 5, lambda i, n: [i + 2, n + 1], [0, 0])]
        [6, 3]
    """
    several = isinstance(loop_vars, (list, _tuple))
    values = map_structure(_as_data, loop_vars if several else [loop_vars])
    left = None if maximum_iterations is None else ints(maximum_iterations)
    while (left is None or left > 0) and _true(cond(*values)):
        found = map_structure(_as_data, body(*values))
        values = found if isinstance(found, (list, _tuple)) else type(values)([found])
        left = None if left is None else left - 1
    return values[0] if not several or (before_2() and len(values) == 1) else values


def _as_data(value: Any) -> Any:
    """Numbers and texts as tensors; tensors, arrays of tensors and whatever else a loop carries as they are."""
    plain_data = isinstance(value, (bool, int, float, complex, str, bytes, list, np.ndarray, np.generic))
    return as_immutable(converted(value)) if plain_data else value


def _elements(elems: Any) -> Any:
    """A structure of tensors; a list of plain numbers is one."""
    if isinstance(elems, list) and not _holds_tensors(elems):
        return _as_data(elems)
    return map_structure(_as_data, elems)


def _rows(elems: Any) -> int:
    return len(next(flatten(elems)))


def map_fn(
    fn: Callable,
    elems: Any,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    name: str | None = None,
    fn_output_signature: Any = None,
) -> Any:
    """A function's results on each element along the first axis, stacked.

    Example:
        >>> map_fn(lambda x: x * x, [1, 2, 3]).tolist()
        [1, 4, 9]
    """
    if is_symbolic(elems):
        return keras.map_fn(fn, elems)
    elems = _elements(elems)
    found = [fn(map_structure(lambda x, i=i: x[i], elems)) for i in range(_rows(elems))]
    return _stacked(found, isinstance(fn_output_signature, RaggedTensorSpec))


def _holds_tensors(value: Any) -> bool:
    return any(isinstance(leaf, (torch.Tensor, np.ndarray)) and leaf.ndim for leaf in flatten(value))


def _stacked(results: list[Any], ragged: bool = False) -> Any:
    """Results of one structure as one structure of stacked tensors, or of rows of different lengths."""
    first = results[0]
    columns = zip(*(flatten(result) for result in results), strict=True)
    together = stack_rows if ragged else stack
    stacked = iter([together([_as_data(x) for x in column]) for column in columns])
    return map_structure(lambda _: next(stacked), first)


def vectorized_map(fn: Callable, elems: Any, fallback_to_while_loop: bool = True, warn: bool = True) -> Any:
    """``map_fn``: a function's results on each element along the first axis, stacked."""
    return map_fn(fn, elems)


def scan(
    fn: Callable,
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    reverse: bool = False,
    name: str | None = None,
) -> Any:
    """A function's results on what it gave last and the next element, stacked.

    Example:
        >>> scan(lambda total, x: total + x, [1, 2, 3]).tolist()
        [1, 3, 6]
    """
    elems = _elements(elems)
    places = list(range(_rows(elems)))
    places = places[::-1] if reverse else places
    results = []
    state = None if initializer is None else map_structure(_as_data, initializer)
    for i in places:
        element = map_structure(lambda x, i=i: x[i], elems)
        state = element if state is None else fn(state, element)
        results.append(state)
    return _stacked(results[::-1] if reverse else results)


def _fold(fn: Callable, elems: Any, initializer: Any, backwards: bool) -> Any:
    if is_symbolic(elems):
        return (keras.foldr if backwards else keras.foldl)(fn, elems, initializer)
    elems = _elements(elems)
    places = range(_rows(elems))
    state = None if initializer is None else map_structure(_as_data, initializer)
    for i in reversed(places) if backwards else places:
        element = map_structure(lambda x, i=i: x[i], elems)
        state = element if state is None else fn(state, element)
    return state


def foldl(fn: Callable, elems: Any, initializer: Any = None, *args: Any, **kwargs: Any) -> Any:
    """Combines the elements along the first axis, from the first to the last."""
    return _fold(fn, elems, initializer, False)


def foldr(fn: Callable, elems: Any, initializer: Any = None, *args: Any, **kwargs: Any) -> Any:
    """Combines the elements along the first axis, from the last to the first."""
    return _fold(fn, elems, initializer, True)


# ------------------------------------------------------------------------ functions


class _Function:
    """A Python function under ``tf.function``: arrays come in and numbers go out as tensors."""

    def __init__(self, python_function: Callable, input_signature: Any = None) -> None:
        functools.update_wrapper(self, python_function)
        self.python_function = python_function
        self.input_signature = input_signature

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        args, kwargs = map_structure(_array, args), map_structure(_array, kwargs)
        return map_structure(_result, self.python_function(*args, **kwargs))

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        return _Function(self.python_function.__get__(instance, owner), self.input_signature)

    def get_concrete_function(self, *args: Any, **kwargs: Any) -> _Function:
        """The function itself, which takes tensors of every shape."""
        return self

    def experimental_get_tracing_count(self) -> int:
        """0: nothing is traced."""
        return 0


def _array(leaf: Any) -> Any:
    return as_immutable(tensor(leaf)) if isinstance(leaf, np.ndarray) and leaf.dtype.kind in "fiubc" else leaf


def _result(leaf: Any) -> Any:
    plain = isinstance(leaf, (bool, int, float, np.ndarray, np.generic))
    return as_immutable(converted(leaf)) if plain else leaf


def function(
    func: Callable | None = None,
    input_signature: Any = None,
    autograph: bool = True,
    jit_compile: bool | None = None,
    reduce_retracing: bool = False,
    experimental_implements: Any = None,
    experimental_autograph_options: Any = None,
    experimental_attributes: Any = None,
    experimental_relax_shapes: Any = None,
    experimental_compile: bool | None = None,
    experimental_follow_type_hints: Any = None,
) -> Any:
    """Decorator: the function runs as it is written, at once; how TensorFlow would compile it has no counterpart.

    Example:
        >>> @function
        ... def double(x):
        ...     return 2 * x
        >>> double(np.ones(2)).numpy().tolist()
        [2.0, 2.0]
    """
    if func is None:
        return lambda f: _Function(f, input_signature)
    return _Function(func, input_signature)


def _typed(value: Any, dtype: Any) -> Any:
    made = converted(value) if dtype is None or not isinstance(value, torch.Tensor) else value
    if dtype is not None and not isinstance(made, TextTensor) and as_dtype(dtype).torch is not None:
        made = tensor(made, dtype)
    return as_immutable(made)


def _typed_results(found: Any, types: Any) -> Any:
    if found is None:
        return None
    if isinstance(types, (list, _tuple)):
        found = found if isinstance(found, (list, _tuple)) else [found]
        return [_typed(value, kind) for value, kind in zip(found, types, strict=True)]
    return _typed(found, types)


def py_function(
    func: Callable | None = None,
    inp: Any = None,
    Tout: Any = None,  # TensorFlow's name
    name: str | None = None,
) -> Any:
    """What a Python function gives for tensors, in given types; without a function a decorator of one."""
    if func is None:
        return lambda function: functools.wraps(function)(lambda *inputs: py_function(function, inputs, Tout, name))
    return _typed_results(func(*(as_immutable(converted(x)) for x in inp)), Tout)


def numpy_function(
    func: Callable,
    inp: Any,
    Tout: Any,  # TensorFlow's name
    stateful: bool = True,
    name: str | None = None,
) -> Any:
    """What a Python function gives for arrays, in given types."""
    arrays = [x.numpy() if isinstance(x, TextTensor) else np.asarray(values_of(x)) for x in map(_as_data, inp)]
    return _typed_results(func(*arrays), Tout)


py_func = numpy_function


# ------------------------------------------------------------------- around a graph


@contextlib.contextmanager
def name_scope(name: str | None, default_name: str | None = None, values: Any = None) -> Iterator[str]:
    """Variables made inside get ``name/`` in front of their names."""
    scope = name or default_name or "scope"
    with names.name_scope(scope):
        yield f"{scope}/"


@contextlib.contextmanager
def control_dependencies(control_inputs: Any) -> Iterator[None]:
    """A block that runs in the order in which it is written, as everything does."""
    yield


@contextlib.contextmanager
def init_scope() -> Iterator[None]:
    """A block that runs at once, as everything does."""
    yield


def group(*inputs: Any, name: str | None = None, **kwargs: Any) -> list[Any]:
    """Several updates as one."""
    return list(flatten(inputs))


def no_op(name: str | None = None) -> None:
    """Nothing."""


def tuple(tensors: Any, control_inputs: Any = None, name: str | None = None) -> list[Any]:
    """The tensors as they are."""
    return list(tensors)


def timestamp(name: str | None = None) -> Any:
    """The time, in seconds."""
    import time

    return as_immutable(torch.tensor(time.time(), dtype=torch.float64))


def print(
    *inputs: Any, output_stream: Any = None, summarize: int = 3, sep: str = " ", end: str = "\n", name: Any = None
) -> None:
    """Prints tensors and text, of long axes the first and last ``summarize`` elements.

    Example:
        >>> import sys
        >>> print("x:", torch.arange(10), output_stream=sys.stdout)
        x: [0 1 2 ... 7 8 9]
    """
    import sys

    text = sep.join(_shown(x, summarize) for x in inputs)
    streams = {None: sys.stderr, "stdout": sys.stdout, "stderr": sys.stderr}
    stream = output_stream if hasattr(output_stream, "write") else streams.get(output_stream, sys.stderr)
    stream.write(text + end)


def _shown(value: Any, summarize: int) -> str:
    if isinstance(value, TextTensor):
        return str(value.numpy().decode() if value.ndim == 0 else [v.decode() for v in value.array.reshape(-1)])
    if isinstance(value, torch.Tensor):
        array = np.asarray(as_immutable(value.detach().cpu()).numpy())
        edge = 10**9 if summarize < 0 else summarize
        with np.printoptions(threshold=2 * edge, edgeitems=edge, floatmode="maxprec", precision=8):
            return str(array).replace("\n\n", "\n")
    if isinstance(value, (list, _tuple)):
        inside = ", ".join(_shown(v, summarize) for v in value)
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    return str(value)
