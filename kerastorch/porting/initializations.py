"""Keras 1's ``initializations``: functions that make a variable from a shape.

    self.init = initializations.get("glorot_uniform")
    self.W = self.init((3, 4), name="W")

Source: Keras 1.2.2, ``keras.initializations``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import backend as K  # Keras's own name for it
from .. import initializers

__all__ = [
    "get",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_uniform",
    "normal",
    "one",
    "orthogonal",
    "uniform",
    "zero",
]


_SCALES: dict[str, Callable[[float], dict[str, float]]] = {
    "identity": lambda scale: {"gain": scale},
    "normal": lambda scale: {"stddev": scale},
    "orthogonal": lambda scale: {"gain": scale},
    "uniform": lambda scale: {"minval": -scale, "maxval": scale},
}


class _Maker:
    """An initializer of today that gives a variable."""

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __call__(self, shape: Any, scale: float | None = None, name: str | None = None, **kwargs: Any) -> Any:
        initializer: Any = self.__name__
        if scale is not None:
            initializer = {"class_name": self.__name__, "config": _SCALES[self.__name__](scale)}
        kwargs.pop("dim_ordering", None)  # today an initializer sees the same shape for either
        return K.variable(initializers.get(initializer)(tuple(shape), **kwargs), name=name)

    def get_config(self) -> dict[str, Any]:
        return initializers.get(self.__name__).get_config()


glorot_normal = _Maker("glorot_normal")
glorot_uniform = _Maker("glorot_uniform")
he_normal = _Maker("he_normal")
he_uniform = _Maker("he_uniform")
identity = _Maker("identity")
lecun_uniform = _Maker("lecun_uniform")
normal = _Maker("normal")
one = _Maker("one")
orthogonal = _Maker("orthogonal")
uniform = _Maker("uniform")
zero = _Maker("zero")


def get(identifier: Any, **kwargs: Any) -> Callable[..., Any]:
    """The function of a name; functions and initializers stay what they are.

    Args:
        identifier: name, function or initializer.
        **kwargs: ``dim_ordering``, which shapes of Keras 2 need not know.

    Raises:
        ValueError: for an unknown name.

    Example:
        >>> import kerastorch as keras
        >>> keras.backend.int_shape(get("glorot_uniform")((3, 4), name="W"))
        (3, 4)
    """
    if not isinstance(identifier, str):
        return identifier
    initializers.get(identifier)  # an unknown name is refused here
    return _Maker(identifier)
