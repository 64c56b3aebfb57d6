"""What owns weights: making, finding, reading and writing them, in Keras's order."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from .. import config, constraints, eras, initializers, regularizers
from ..backend import names, phase
from ..backend.variable import State, Variable
from . import budget, checks
from .policy import casted
from .symbolic import flatten
from .symbolic.tracing import at_once, building
from .weights import Weight, assign_all, foreign_weights

__all__ = ["WeightHolder", "partition", "sublayers", "unique"]

_WEIGHT_ARGUMENTS = ("name", "shape", "dtype", "initializer", "regularizer", "trainable", "constraint")
_SHAPE_FIRST = ("shape", "initializer")
# How TensorFlow places a variable: there is nothing to choose here.
_NO_TORCH_MEANING = {"aggregation", "synchronization", "use_resource", "partitioner", "getter", "experimental_autocast"}
_KNOWN_WEIGHT_ARGUMENTS = {*_WEIGHT_ARGUMENTS, "axes", "attribute", *_NO_TORCH_MEANING}


class _Listed(list):
    """A layer's own weights; what is put into the list becomes one of them."""

    def __init__(self, holder: WeightHolder, trainable: bool) -> None:
        super().__init__(weight.variable for weight in holder._own_weights if weight.trainable == trainable)
        self._holder, self._trainable = holder, trainable

    def append(self, tensor: torch.Tensor) -> None:
        self.extend([tensor])

    def extend(self, tensors: Iterable[torch.Tensor]) -> None:
        tensors = list(tensors)
        self._holder._adopt(tensors, self._trainable)
        super().extend(tensors)

    def __iadd__(self, tensors: Iterable[torch.Tensor]) -> _Listed:
        self.extend(tensors)
        return self


def _sees_variables() -> bool:
    """Whether a script's code is to find variables where weights are.

    In an era of graphs it finds them while a graph is built, so that what is computed of them is recorded; where data
    is computed on, K functions take the tensors as they are.
    """
    return eras.current().variables == "eager" or building()


@functools.cache
def _is_kind_of_ours(kind: type) -> bool:
    """Whether a class is one of the package's layers, or derived from one that does something."""
    return any(each.__module__.startswith("kerastorch.layers.") for each in kind.__mro__)


class WeightHolder(nn.Module):
    """A module whose parameters are stored as torch wants them and seen as Keras has them.

    The part of a layer that knows its weights; ``Layer`` adds how it is called.
    """

    name: str
    built: bool
    _is_ours = True  # whether the class is one of this package

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._is_ours = cls.__module__.startswith("kerastorch.")

    def __new__(cls, *args: Any, **kwargs: Any) -> WeightHolder:
        self = super().__new__(cls)
        nn.Module.__init__(self)  # here, so that a subclass may set attributes before super().__init__()
        nn.Module.train(self, False)  # inference unless told otherwise, as in Keras
        self._own_weights: list[Weight] = []
        self._aliases: dict[str, str] = {}
        self._trainable = True
        return self

    def add_weight(self, *args: Any, **kwargs: Any) -> torch.Tensor:
        """Makes a weight, remembers it and returns the stored tensor.

        The arguments are Keras 2's; a shape in first place, as Keras 1 and 3 have it, is understood too.

        Args:
            name: Keras's name of it.
            shape: Keras's shape.
            dtype: its type; the layer's when missing.
            initializer: name, object, config or callable.
            regularizer: penalty on it.
            trainable: a parameter if True, else a buffer.
            constraint: projection after each update.
            axes: permutation from Keras's axes to those it is stored with; none by default.
            attribute: the name it is stored under; ``name`` by default.

        Raises:
            ValueError: when the shape holds an unknown axis.
            TypeError: for an unknown argument.
        """
        order = _WEIGHT_ARGUMENTS if args and isinstance(args[0], str) or not args or args[0] is None else _SHAPE_FIRST
        given = {**dict(zip(order, args, strict=False)), **kwargs}
        if unknown := set(given) - _KNOWN_WEIGHT_ARGUMENTS:
            raise TypeError(f"add_weight: expected only known keyword arguments. Received: {min(unknown)!r}")
        return self._make_weight(**{key: value for key, value in given.items() if key not in _NO_TORCH_MEANING})

    def _make_weight(
        self,
        name: str | None = None,
        shape: Sequence[int] | int | None = None,
        dtype: str | None = None,
        initializer: Any = None,
        regularizer: Any = None,
        trainable: bool = True,
        constraint: Any = None,
        axes: Sequence[int] | None = None,
        attribute: str | None = None,
    ) -> torch.Tensor:
        name = name or f"weight_{len(self._own_weights)}"
        shape = checks.shape_tuple(f"Layer {self.name}", f"shape of {name}", () if shape is None else shape)
        if None in shape:
            raise ValueError(f"Layer {self.name}: expected weight {name!r} to have a known shape. Received: {shape}")
        kind = config.torch_dtype(dtype or getattr(self, "dtype", None))
        budget.spend(self.name, name, shape)
        init = initializers.get("glorot_uniform" if initializer is None else initializer)
        with at_once():  # a script's initializer may compute with variables, as K.ones(shape) * 0.1 does
            values = initializers.make(init, shape, kind)
        stored = values.permute(tuple(axes)) if axes is not None else values
        layout = {4: torch.channels_last, 5: torch.channels_last_3d}.get(stored.ndim if axes is not None else 0)
        stored = stored.contiguous(memory_format=layout or torch.contiguous_format)
        attribute = self._free_attribute(attribute or name)
        weight = Weight(
            self,
            attribute,
            name,
            names.scoped(name),
            axes=axes,
            trainable=bool(trainable),
            regularizer=regularizers.get(regularizer),
            constraint=constraints.get(constraint),
        )
        self._store(attribute, stored, weight.trainable)
        self._own_weights.append(weight)
        return weight.tensor

    def _free_attribute(self, wanted: str) -> str:
        base = wanted.replace(".", "_").replace("/", "_").replace(":", "_")
        name, i = base, 0
        while name in self._parameters or name in self._buffers or name in self._modules or hasattr(type(self), name):
            i += 1
            name = f"{base}_{i}"
        return name

    def _store(self, attribute: str, tensor: torch.Tensor, trainable: bool) -> None:
        self.__dict__.pop(attribute, None)
        if trainable:
            self._parameters[attribute] = nn.Parameter(tensor, requires_grad=tensor.is_floating_point())
        else:
            self._buffers[attribute] = tensor

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, torch.Tensor):
            weight = self._weight_behind(value)
            if weight is not None:
                if weight.attribute != name:
                    self.__dict__.pop(name, None)
                    self._aliases[name] = weight.attribute
                return
            if tracked(value):
                super().__setattr__(name, value)
                if name not in {weight.attribute for weight in self._own_weights}:
                    # among the weights of add_weight in the order they were made, as TensorFlow tracks variables
                    self._own_weights.append(Weight(self, name, name, value.name, trainable=value.requires_grad))
                return
        if value is None and name == "activation" and _is_kind_of_ours(type(self)):
            from ..activations import linear

            value = linear  # scripts take the activation off the last layer of a classifier
        super().__setattr__(name, value)

    def __getattr__(self, name: str) -> Any:
        state = self.__dict__
        if name in state.get("_parameters", ()):
            held = state["_parameters"][name]
            return self._variable_at(name, held) if self._shows_variables() else casted(held)
        if name in state.get("_buffers", ()):
            held = state["_buffers"][name]
            return self._variable_at(name, held) if self._shows_variables() else held
        if name in state.get("_modules", ()):
            return state["_modules"][name]
        if name in state.get("_aliases", ()):
            return getattr(self, state["_aliases"][name])
        for weight in state.get("_own_weights", ()):
            if weight.name == name:
                return weight.variable if _sees_variables() else weight.view
        if name == "dtype" and eras.current().layer_dtype == "always":
            return self.dtype_policy.variable_dtype
        if hasattr(type(self), name):  # a property raised AttributeError: its own message says more
            return object.__getattribute__(self, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def _shows_variables(self) -> bool:
        """Whether who reads a stored weight is to find a variable, with Keras's name and ``assign()``.

        A script's layers find them wherever a script does; of our own only a script asks while nothing runs.
        """
        if self._is_ours:
            return not phase.running() and eras.current().variables == "eager"
        return _sees_variables()

    def _weight_behind(self, tensor: torch.Tensor) -> Weight | None:
        """The weight that a tensor is, or that a variable stands for."""
        handle = getattr(tensor, "handle", None)
        known = self.__dict__.get("_own_weights", ())
        return next((weight for weight in known if weight.tensor is tensor or weight is handle), None)

    def _variable_at(self, attribute: str, held: Any) -> Any:
        """A stored weight as a variable where Keras has the attribute too, laid out alike; others as torch has them."""
        weight = next((one for one in self._own_weights if one.attribute == attribute), None)
        if weight is not None and weight.inverse is None and (weight.name == attribute or not self._is_ours):
            return weight.variable
        return casted(held) if isinstance(held, nn.Parameter) else held

    @property
    def trainable(self) -> bool:
        """Whether gradients change the layer's weights."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        if eras.current().trainable_inside == "all":
            for module in self.modules():
                if isinstance(module, WeightHolder):
                    module._trainable = self._trainable

    @property
    def trainable_weights(self) -> list[torch.Tensor]:
        """Weights that training changes, Keras-shaped, sharing memory with the parameters."""
        return [weight.variable for weight in partition(self)[0]]

    @trainable_weights.setter
    def trainable_weights(self, tensors: Sequence[torch.Tensor]) -> None:
        self._adopt(tensors, trainable=True)

    @property
    def non_trainable_weights(self) -> list[torch.Tensor]:
        """Weights that training leaves alone."""
        return [weight.variable for weight in partition(self)[1]]

    @non_trainable_weights.setter
    def non_trainable_weights(self, tensors: Sequence[torch.Tensor]) -> None:
        self._adopt(tensors, trainable=False)

    def _adopt(self, tensors: Sequence[torch.Tensor], trainable: bool) -> None:
        """Old custom layers make variables themselves and list them: they become stored weights."""
        for i, tensor in enumerate(tensors):
            known = self._weight_behind(tensor)
            if known is not None:
                known.trainable = trainable
                continue
            found = next((key for key, value in self.__dict__.items() if value is tensor), f"weight_{i}")
            full_name = getattr(tensor, "name", None) or names.scoped(found)
            self._store(found, tensor.detach().as_subclass(torch.Tensor), trainable)
            self._own_weights.append(Weight(self, found, found, full_name, trainable=trainable))

    @property
    def _trainable_weights(self) -> _Listed:
        """``trainable_weights`` as the list that layers of old scripts append their variables to."""
        return _Listed(self, True)

    @_trainable_weights.setter
    def _trainable_weights(self, tensors: Sequence[torch.Tensor]) -> None:
        if not isinstance(tensors, _Listed):  # what += hands back is known already
            self._adopt(tensors, trainable=True)

    @property
    def _non_trainable_weights(self) -> _Listed:
        """The same of ``non_trainable_weights``."""
        return _Listed(self, False)

    @_non_trainable_weights.setter
    def _non_trainable_weights(self, tensors: Sequence[torch.Tensor]) -> None:
        if not isinstance(tensors, _Listed):
            self._adopt(tensors, trainable=False)

    @property
    def weights(self) -> list[torch.Tensor]:
        """All weights, trainable ones first."""
        return self.trainable_weights + self.non_trainable_weights

    @property
    def variables(self) -> list[torch.Tensor]:
        """``weights`` under TensorFlow's name."""
        return self.weights

    @property
    def trainable_variables(self) -> list[torch.Tensor]:
        """``trainable_weights`` under TensorFlow's name."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[torch.Tensor]:
        """``non_trainable_weights`` under TensorFlow's name."""
        return self.non_trainable_weights

    def get_weights(self) -> list[np.ndarray]:
        """The weights as arrays in Keras's shapes and order."""
        trainable, fixed = partition(self)
        return [weight.numpy() for weight in trainable + fixed]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Sets all weights.

        Args:
            weights: arrays in the shapes and order of ``get_weights()``.

        Raises:
            ValueError: when the number or a shape differs; nothing is written then.
        """
        trainable, fixed = partition(self)
        assign_all(f"Layer {self.name}", trainable + fixed, weights)

    def count_params(self) -> int:
        """How many numbers its weights hold.

        Raises:
            RuntimeError: before the layer is built.
        """
        if not self.built:
            raise RuntimeError(
                f"Layer {self.name}: count_params() needs built weights; give the layer an input first or call build()"
            )
        trainable, fixed = partition(self)
        return sum(int(np.prod(weight.shape)) for weight in trainable + fixed)

    def _partition(self) -> tuple[list[Weight], list[Weight]]:
        """The layer's weights, trainable and not; containers with an order of their own override it."""
        return _gather(self)

    def _adopt_lists(self) -> None:
        """Layers kept in plain lists, tuples and dicts of attributes become submodules, as in tf.keras."""
        for name, value in list(self.__dict__.items()):
            if name.startswith("_") or not isinstance(value, (list, tuple, dict)) or not value:
                continue
            for i, leaf in enumerate(flatten(value)):
                if isinstance(leaf, nn.Module) and not any(leaf is m for m in self._modules.values()):
                    self._modules[f"{name}_{i}"] = leaf
                elif (
                    isinstance(leaf, Variable)
                    and tracked(leaf)
                    and not any(leaf is p for p in self._parameters.values())
                ):
                    self._parameters[f"{name}_{i}"] = leaf

    def _adopted(self) -> Iterator[nn.Module]:
        self._adopt_lists()
        yield from (module for module in self._modules.values() if module is not None)


def tracked(value: Any) -> bool:
    """Whether an attribute is a variable of the script's own, which TensorFlow 2 makes a weight of its layer."""
    own = isinstance(value, Variable) and not isinstance(value, State) and value.handle is None and value.is_leaf
    if own and eras.current().variables == "eager":
        value._is_param = True  # as torch.nn.Module tells its parameters
        return True
    return False


def sublayers(module: nn.Module) -> Iterator[nn.Module]:
    """A module's direct submodules, those kept in lists included."""
    return (
        module._adopted()
        if isinstance(module, WeightHolder)
        else iter(m for m in module._modules.values() if m is not None)
    )


def partition(module: nn.Module, prefix: str | None = None) -> tuple[list[Weight], list[Weight]]:
    """A module's weights: those that training changes, and the others, each once.

    A layer that is not trainable moves all of its own to the second list.
    """
    return module._partition() if isinstance(module, WeightHolder) else _gather(module, prefix)


def _gather(module: nn.Module, prefix: str | None = None) -> tuple[list[Weight], list[Weight]]:
    prefix = prefix or getattr(module, "name", None) or type(module).__name__.lower()
    own = list(module._own_weights) if isinstance(module, WeightHolder) else []
    known = {weight.attribute for weight in own}
    own += [weight for weight in foreign_weights(module, prefix) if weight.attribute not in known]
    children = list(sublayers(module))
    trainable = [w for w in own if w.trainable]
    fixed = [w for w in own if not w.trainable]
    for child in children:
        more, still = partition(
            child, None if isinstance(child, WeightHolder) else f"{prefix}/{type(child).__name__.lower()}"
        )
        trainable += more
        fixed += still
    trainable, fixed = unique(trainable), unique(fixed)
    if isinstance(module, WeightHolder) and not module.trainable:
        return [], trainable + fixed
    return trainable, fixed


def unique(weights: list[Weight]) -> list[Weight]:
    """The list without repetitions of the same stored tensor."""
    seen: dict[tuple[int, str], Weight] = {}
    for weight in weights:
        seen.setdefault((id(weight.owner), weight.attribute), weight)
    return list(seen.values())
