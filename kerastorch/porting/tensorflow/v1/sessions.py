"""Sessions: ``run`` computes symbolic tensors, as ``K.function`` does.

Source: https://www.tensorflow.org/api_docs/python/tf/compat/v1
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from ....backend import session as keras_session
from ....backend.functions import Function
from ....backend.updates import Action, Update
from .._functions import refuse

__all__ = [
    "Graph",
    "GraphKeys",
    "InteractiveSession",
    "Operation",
    "Session",
    "get_default_graph",
    "get_default_session",
]


class GraphKeys:
    """Names of collections."""

    GLOBAL_VARIABLES = "variables"
    LOCAL_VARIABLES = "local_variables"
    MODEL_VARIABLES = "model_variables"
    TRAINABLE_VARIABLES = "trainable_variables"
    SUMMARIES = "summaries"
    UPDATE_OPS = "update_ops"
    REGULARIZATION_LOSSES = "regularization_losses"
    LOSSES = "losses"


class Graph:
    """What stands for TensorFlow's graph: nothing is kept in it."""

    seed = None

    @contextlib.contextmanager
    def as_default(self) -> Iterator[Graph]:
        """A block; everything runs as ever in it."""
        yield self

    @contextlib.contextmanager
    def device(self, name: Any) -> Iterator[None]:
        """A block; accepted."""
        yield

    def finalize(self) -> None:
        """Nothing: there is nothing to change."""

    def get_operations(self) -> list[Any]:
        """No operations."""
        return []

    def as_graph_def(self, *args: Any, **kwargs: Any) -> Any:
        """Not here."""
        refuse("Graph.as_graph_def", "there are no TensorFlow graphs; torch.export exports models")

    def get_tensor_by_name(self, name: str) -> Any:
        """Not here."""
        refuse("Graph.get_tensor_by_name", "keep the tensor itself, or take layer.output of a model's layer")

    def get_collection(self, name: str, scope: str | None = None) -> list[Any]:
        """What was put into a collection."""
        from .variables import get_collection

        return get_collection(name, scope)


_graph = Graph()


def get_default_graph() -> Graph:
    """The one graph that there is."""
    return _graph


class Session(keras_session.Session):
    """Runs symbolic tensors, updates and training operations.

    Args:
        target, graph, config: accepted as in TensorFlow; there is one machine, and settings have no counterpart.

    Example:
        >>> from kerastorch.porting.tensorflow.v1 import placeholder
        >>> x = placeholder("float32", [None])
        >>> with Session() as session:
        ...     session.run(x * 2.0, {x: [1.0, 2.0]}).tolist()
        [2.0, 4.0]
    """

    def __init__(self, target: str = "", graph: Any = None, config: Any = None) -> None:
        self.graph = graph or _graph
        self._functions: dict[Any, tuple[Any, Function]] = {}

    def run(self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None) -> Any:
        """The values of tensors.

        Args:
            fetches: symbolic tensors, tensors, variables, updates and training operations, in any nesting.
            feed_dict: values of symbolic tensors, and of ``K.learning_phase()`` the phase to run in.
            options, run_metadata: accepted as in TensorFlow.

        Returns:
            Arrays nested as the fetches; None for operations.
        """
        feeds = dict(feed_dict or {})
        leaves: list[Any] = []
        _mapped(leaves.append, fetches)
        key = (tuple(id(leaf) for leaf in leaves), tuple(id(x) for x in feeds))
        if key not in self._functions:
            tensors = [leaf for leaf in leaves if _has_value(leaf)]
            operations = [
                leaf.action if isinstance(leaf, Operation) else leaf for leaf in leaves if _is_operation(leaf)
            ]
            made = Function(list(feeds), tensors, operations)
            self._functions[key] = ((leaves, list(feeds)), made)  # what the key names stays alive
        found = iter(self._functions[key][1](list(feeds.values())))
        return _mapped(lambda leaf: next(found) if _has_value(leaf) else None, fetches)

    def partial_run_setup(self, *args: Any, **kwargs: Any) -> Any:
        """Not here."""
        refuse("Session.partial_run_setup")

    def list_devices(self) -> list[Any]:
        """The devices."""
        from ..config import list_logical_devices

        return list_logical_devices()

    def as_default(self) -> Session:
        """The session itself, for a ``with`` block."""
        return self

    def __enter__(self) -> Session:
        _sessions.append(self)
        return self

    def __exit__(self, *exc: object) -> None:
        if self in _sessions:
            _sessions.remove(self)


class InteractiveSession(Session):
    """A session that is the default one from the start.

    Args:
        target, graph, config: as for ``Session``.
    """

    def __init__(self, target: str = "", graph: Any = None, config: Any = None) -> None:
        super().__init__(target, graph, config)
        _sessions.append(self)


_sessions: list[Session] = []


def get_default_session() -> Session | None:
    """The session of the innermost ``with`` block; None outside."""
    return _sessions[-1] if _sessions else None


def _mapped(fn: Callable[[Any], Any], fetches: Any) -> Any:
    """A function of every fetch, in their nesting; an update, though a pair, is one."""
    if isinstance(fetches, dict):
        return {key: _mapped(fn, item) for key, item in fetches.items()}
    if isinstance(fetches, (list, tuple)) and not isinstance(fetches, Update):
        items = [_mapped(fn, item) for item in fetches]
        return type(fetches)(*items) if hasattr(fetches, "_fields") else type(fetches)(items)
    return fn(fetches)


def _is_operation(leaf: Any) -> bool:
    return isinstance(leaf, (Action, Operation))


def _has_value(leaf: Any) -> bool:
    return not (_is_operation(leaf) or leaf is None or isinstance(leaf, str))


class Operation:
    """Something that a session does.

    Args:
        action: what it does; None for nothing.
    """

    def __init__(self, action: Action | None = None) -> None:
        self.action = action or Action([], lambda values: None)

    def run(self, feed_dict: Any = None, session: Any = None) -> None:
        """Does it now."""
        Session().run(self, feed_dict)
