"""Placeholders, and variables by name.

Source: https://www.tensorflow.org/api_docs/python/tf/compat/v1
"""

from __future__ import annotations

from typing import Any

import torch

from .... import initializers
from ....backend import session as keras_session
from ....backend import tensors as keras_tensors
from ....backend.updates import update, update_add, update_sub
from ....backend.variable import Variable
from ....engine.holder import partition
from ....engine.symbolic import SymbolicTensor, flatten
from ....engine.symbolic.plan import topological
from .._dtypes import torch_type
from .._functions import refuse
from .sessions import GraphKeys, Operation

__all__ = [
    "AUTO_REUSE",
    "add_to_collection",
    "all_variables",
    "assign",
    "assign_add",
    "assign_sub",
    "get_collection",
    "get_variable",
    "get_variable_scope",
    "global_variables",
    "global_variables_initializer",
    "initialize_all_variables",
    "initialize_local_variables",
    "is_variable_initialized",
    "local_variables",
    "local_variables_initializer",
    "placeholder",
    "placeholder_with_default",
    "report_uninitialized_variables",
    "reset_default_graph",
    "tables_initializer",
    "trainable_variables",
    "variable_scope",
    "variables_initializer",
    "variables_of",
]


_variables: dict[str, Variable] = {}
_collections: dict[str, list[Any]] = {}
_scopes: list[tuple[str, Any]] = []  # the names of the open scopes, and whether they take known variables

AUTO_REUSE = "auto_reuse"


def placeholder(dtype: Any, shape: Any = None, name: str | None = None) -> SymbolicTensor:
    """A symbolic tensor that a run is given a value for.

    Raises:
        NotImplementedError: without a shape, since a symbolic tensor knows how many axes it has.
    """
    if shape is None:
        refuse("placeholder without a shape", "name its axes, None for those of free size")
    return keras_tensors.placeholder(shape=tuple(shape), dtype=str(torch_type(dtype)).removeprefix("torch."), name=name)


def placeholder_with_default(input: Any, shape: Any, name: str | None = None) -> Any:
    """The value itself: what is not fed stays as it is.

    Raises:
        NotImplementedError: in a graph, where it could be fed.
    """
    refuse("placeholder_with_default", "K.learning_phase() tells training from inference; feed a placeholder otherwise")


def sparse_placeholder(dtype: Any, shape: Any = None, name: str | None = None) -> Any:
    """Not here."""
    refuse("sparse_placeholder", "feed a placeholder with the whole tensor")


class variable_scope:  # TensorFlow's name
    """A block whose variables get its name in front of theirs.

    Args:
        name_or_scope: the name.
        default_name: a name to fall back on.
        reuse: whether ``get_variable`` gives variables that are there: True, False or ``AUTO_REUSE``.
        **kwargs: defaults of variables, accepted as in TensorFlow.
    """

    def __init__(
        self, name_or_scope: Any, default_name: str | None = None, values: Any = None, reuse: Any = None, **kwargs: Any
    ) -> None:
        self.name = getattr(name_or_scope, "name", name_or_scope) or default_name or "scope"
        self.reuse = reuse

    def __enter__(self) -> variable_scope:
        _scopes.append((self.name, self))
        return self

    def __exit__(self, *exc: object) -> None:
        _scopes.pop()

    def reuse_variables(self) -> None:
        """``get_variable`` gives variables that are there, from here on."""
        self.reuse = True


class _Top:
    name, reuse = "", None

    def reuse_variables(self) -> None:
        """``get_variable`` gives variables that are there, from here on."""
        _Top.reuse = True


def get_variable_scope() -> Any:
    """The innermost scope."""
    return _scopes[-1][1] if _scopes else _Top()


def get_variable(
    name: str,
    shape: Any = None,
    dtype: Any = torch.float32,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool | None = None,
    **kwargs: Any,
) -> Variable:
    """A variable by name: a new one, or where a scope reuses variables the one of that name.

    Raises:
        ValueError: for a name that is taken where none are reused, and for one that is not where they are.
    """
    full = "/".join([*(scope for scope, _ in _scopes), name])
    reuse = next((s.reuse for _, s in reversed(_scopes) if s.reuse is not None), _Top.reuse)
    if full in _variables:
        if not reuse:
            raise ValueError(f"Variable {full} already exists, disallowed. Did you mean to set reuse=True?")
        return _variables[full]
    if reuse is True:
        raise ValueError(f"Variable {full} does not exist. Did you mean to set reuse=tf.AUTO_REUSE in variable_scope?")
    if (
        isinstance(initializer, torch.Tensor)
        or initializer is not None
        and not callable(initializer)
        and not isinstance(initializer, str)
    ):
        values = initializer
    else:
        draw = initializers.get(initializer or "glorot_uniform")
        values = initializers.make(draw, tuple(shape), torch_type(dtype))
    made = Variable(values, trainable=trainable, name=full, dtype=torch_type(dtype))
    _variables[full] = made
    if regularizer is not None:
        add_to_collection(GraphKeys.REGULARIZATION_LOSSES, regularizer(made))
    return made


def add_to_collection(name: str, value: Any) -> None:
    """Puts something into a collection."""
    _collections.setdefault(name, []).append(value)


def reset_default_graph() -> None:
    """Forgets variables by name, and starts names and seeded draws again."""
    _variables.clear()
    _collections.clear()
    keras_session.clear_session()


def get_collection(key: str, scope: str | None = None) -> list[Any]:
    """What was put into a collection; of variables those that ``get_variable`` made."""
    if key in (GraphKeys.GLOBAL_VARIABLES, GraphKeys.TRAINABLE_VARIABLES):
        found: list[Any] = [v for v in _variables.values() if key == GraphKeys.GLOBAL_VARIABLES or v.trainable]
    else:
        found = list(_collections.get(key, ()))
    return [v for v in found if scope is None or str(getattr(v, "name", "")).startswith(scope)]


def global_variables(scope: str | None = None) -> list[Any]:
    """The variables that ``get_variable`` made."""
    return get_collection(GraphKeys.GLOBAL_VARIABLES, scope)


all_variables = global_variables


def trainable_variables(scope: str | None = None) -> list[Any]:
    """Those of them that gradients change."""
    return get_collection(GraphKeys.TRAINABLE_VARIABLES, scope)


def local_variables(scope: str | None = None) -> list[Any]:
    """None: there is one kind of variables."""
    return []


def variables_of(loss: Any) -> list[Variable]:
    """The variables and weights that a loss is computed from and that gradients change."""
    found: dict[int, Variable] = {}
    for node in topological([loss], _inputs_of(loss)):
        if node.layer is not None:
            found.update({id(w.tensor): w.variable for w in partition(node.layer)[0]})
        for leaf in flatten((node.args, node.kwargs)):
            if isinstance(leaf, Variable) and leaf.trainable:
                found[id(leaf)] = leaf
    return list(found.values())


def _inputs_of(loss: SymbolicTensor) -> list[SymbolicTensor]:
    """The symbolic tensors without a call that a tensor is computed from."""
    found, seen, stack = [], set(), [loss]
    while stack:
        tensor = stack.pop()
        if id(tensor) in seen:
            continue
        seen.add(id(tensor))
        if tensor.node is None or not tensor.node.parents:
            found.append(tensor)
        else:
            stack.extend(tensor.node.parents)
    return [x for x in found if x.node is None or getattr(x.node.layer, "is_input", False) or not x.node.parents]


def assign(ref: Any, value: Any, validate_shape: Any = None, use_locking: Any = None, name: str | None = None) -> Any:
    """Gives a variable a new value: now, or in a graph when a session runs it."""
    return update(ref, value)


def assign_add(ref: Any, value: Any, use_locking: Any = None, name: str | None = None) -> Any:
    """Adds to a variable."""
    return update_add(ref, value)


def assign_sub(ref: Any, value: Any, use_locking: Any = None, name: str | None = None) -> Any:
    """Subtracts from a variable."""
    return update_sub(ref, value)


def global_variables_initializer() -> Operation:
    """Nothing to do: variables have their first values from the start."""
    return Operation()


initialize_all_variables = local_variables_initializer = global_variables_initializer
initialize_local_variables = tables_initializer = global_variables_initializer


def variables_initializer(var_list: Any, name: str = "init") -> Operation:
    """Nothing to do: variables have their first values from the start."""
    return Operation()


def is_variable_initialized(variable: Any) -> bool:
    """True."""
    return True


def report_uninitialized_variables(var_list: Any = None, name: str | None = None) -> list[str]:
    """None."""
    return []
