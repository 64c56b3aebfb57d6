"""The layer: an ``nn.Module`` that builds itself on first use and speaks Keras."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from .. import config, eras, regularizers
from ..backend import names, phase, text
from ..backend.seeds import numpy_seed
from . import checks
from .additions import Additions
from .arguments import as_tensor, as_tensors, beside_weights, plain_arguments, shapes_for, signature
from .holder import partition, sublayers
from .input_spec import InputSpec, check_inputs
from .masking import Masking
from .nodes import NodeInfo
from .outer import outer_tensors
from .policy import casting_weights
from .precision import Precision
from .stateless import Stateless
from .symbolic import (
    SymbolicTensor,
    building,
    flatten,
    is_graph_type,
    is_symbolic,
    map_structure,
    placeholder,
    read,
    record_layer,
    script,
    tracing,
)
from .symbolic.calls import Traced, calls, collecting_losses, from_graph
from .symbolic.immutable import as_immutable, foreign, plain
from .symbolic.shape import Shape, told_by
from .symbolic.standins import Outer, serial, stand_in, standing_in
from .symbolic.tracing import hidden

__all__ = ["Layer", "InputSpec", "collecting_losses", "from_graph", "partition", "sublayers"]


def _shape_of(x: Any) -> tuple[int | None, ...]:
    """An input's shape as ``build`` and ``compute_output_shape`` get it, in the era's type."""
    shape = tuple(x.shape) if isinstance(x, SymbolicTensor) else (None, *tuple(x.shape)[1:])
    return Shape(shape) if eras.current().shapes == "tensor_shape" else shape


class Layer(NodeInfo, Additions, Stateless, Masking, Precision):
    """Base of all layers.

    A subclass writes ``build(input_shape)``, which makes weights with ``add_weight``, ``call(inputs)``, the maths, and
    where the output has another shape ``compute_output_shape(input_shape)``.

    Args:
        name: unique name; made from the class name when missing.
        trainable: whether gradients change its weights.
        dtype: float type of its weights, or a policy (``'mixed_bfloat16'``) that says what it computes in besides; the
            global policy when missing.
        input_shape: shape of one sample, for the first layer of a Sequential.
        batch_input_shape: the same with the batch axis.
        batch_size: the batch axis that goes with ``input_shape``.
        input_dim: size of the last axis, short for ``input_shape=(input_dim,)``.
        input_length: with ``input_dim``: ``input_shape=(input_length, input_dim)``.
        weights: initial values, Keras-shaped arrays, taken over after ``build``.
        activity_regularizer: penalty on the output.

    Raises:
        TypeError: for an unknown argument.

    Source: https://keras.io/api/layers/base_layer/

    Example:
        >>> import torch
        >>> class Scale(Layer):
        ...     def build(self, input_shape):
        ...         self.factor = self.add_weight("factor", (input_shape[-1],), initializer="ones")
        ...         super().build(input_shape)
        ...     def call(self, inputs):
        ...         return inputs * self.factor
        >>> Scale()(torch.ones(1, 2)).tolist()
        [[1.0, 1.0]]
    """

    keeps_dtype = False  # True for layers that only move values: integers stay integers
    takes_text = False  # whether its input is text
    _mode_chosen = False  # whether train() or eval() was ever called on it

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = vars(cls).get("compute_output_shape")
        if own is not None and cls.__module__.startswith("kerastorch."):
            cls.compute_output_shape = told_by(own)

    def __new__(cls, *args: Any, **kwargs: Any) -> Layer:
        self = super().__new__(cls)
        self._inbound_nodes: list[Any] = []
        self._outbound_nodes: list[Any] = []
        self._initial_weights = None
        self.built = False
        self.stateful = False
        self.input_spec = None
        self.activity_regularizer = None
        if not cls._is_ours and eras.current().auto_config:
            self._auto_config = plain_arguments(cls, args, kwargs)
        return self

    _built_for: Any = None
    _auto_config: dict[str, Any] | None = None  # what a script's class was made with, where all of it is plain data

    def __init__(
        self,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: str | None = None,
        input_shape: Sequence[int | None] | int | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        input_dim: int | None = None,
        input_length: int | None = None,
        weights: Sequence[Any] | None = None,
        activity_regularizer: Any = None,
        input_dtype: str | None = None,
        **unknown: Any,
    ) -> None:
        kind = type(self).__name__
        if unknown:
            raise TypeError(f"{kind}: expected only known keyword arguments. Received: {next(iter(unknown))!r}")
        if name is not None and not isinstance(name, str):
            raise TypeError(f"{kind}: expected name to be a string. Received: name={name!r}")
        self.name = name or names.unique_name(kind)
        self._trainable = trainable
        self._initial_weights = weights
        self.activity_regularizer = regularizers.get(activity_regularizer)
        if batch_input_shape is not None:
            batch_input_shape = checks.shape_tuple(kind, "batch_input_shape", batch_input_shape)
        elif input_shape is not None:
            batch_input_shape = (batch_size, *checks.shape_tuple(kind, "input_shape", input_shape))
        elif input_dim is not None:
            size = checks.positive_int(kind, "input_dim", input_dim)
            batch_input_shape = (batch_size, size) if input_length is None else (batch_size, input_length, size)
        dtype = self._take_policy(dtype or input_dtype)
        if batch_input_shape is not None:
            self.batch_input_shape = tuple(batch_input_shape)
            dtype = dtype or config.floatx()
        if dtype is not None:
            self.dtype = dtype

    # ---------------------------------------------------------------- calling

    def build(self, input_shape: Any) -> None:
        """Makes the weights for an input shape; subclasses call this last."""
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The maths of the layer."""
        return inputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The output's shape for an input shape, None for unknown axes.

        A layer that does not say is run on symbolic tensors to find out. One that says asks here for the shape of what
        leaves shapes as they are.
        """
        if type(self).compute_output_shape is not Layer.compute_output_shape:
            return input_shape
        return self._traced_output_shape(input_shape)

    def _traced_output_shape(self, input_shape: Any) -> Any:
        shapes = input_shape if isinstance(input_shape, list) else [input_shape]
        inputs = [placeholder(tuple(shape), config.torch_dtype(None)) for shape in shapes]
        with tracing():
            self._ensure_built(inputs if isinstance(input_shape, list) else inputs[0])
            outputs = self.call(inputs if isinstance(input_shape, list) else inputs[0])
        return map_structure(lambda leaf: leaf.shape, outputs)

    def _ensure_built(self, inputs: Any, arguments: dict[str, Any] | None = None) -> None:
        """Builds the layer for its first inputs.

        Args:
            inputs: the first argument of the call.
            arguments: all of them by name; a ``build(query_shape, value_shape)`` is given their shapes.
        """
        if self.built:
            return
        shape = map_structure(_shape_of, inputs)
        self._built_for = shape  # a file tells it, so that a model without a graph can be built when it is read
        by_name = shapes_for(type(self).build, arguments or {}, _shape_of)
        calls.building += 1
        try:
            with names.name_scope(self.name), casting_weights(None):
                self.build(**by_name) if by_name else self.build(shape)
        finally:
            calls.building -= 1
        self.built = True
        if self._initial_weights is not None:
            self.set_weights(self._initial_weights)
            self._initial_weights = None

    def assert_input_compatibility(self, inputs: Any) -> None:
        """Compares shapes with ``input_spec``, as every call does.

        Args:
            inputs: a tensor or a list of them.

        Raises:
            ValueError: when the number of inputs, a rank or a size differs.
        """
        self._check_inputs(inputs)

    def _check_inputs(self, inputs: Any) -> None:
        if self.input_spec is not None and not isinstance(inputs, dict):  # a graph sorts a dict by its names
            check_inputs(self, [tuple(x.shape) for x in (inputs if isinstance(inputs, (list, tuple)) else [inputs])])

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Runs the layer on tensors, or records it on symbolic ones."""
        if calls.from_graph:
            calls.from_graph = False
            return self._run(args, kwargs)
        if script.at_top():
            if any(type(leaf) is torch.Tensor for leaf in flatten((args, kwargs))):  # torch code calls it
                return self._call_from_outside(args, kwargs)
            with script.gradients():
                return as_immutable(self._call_from_outside(args, kwargs))
        outputs = self._call_from_outside(args, kwargs)
        return as_immutable(outputs) if foreign.active() else outputs

    def train(self, mode: bool = True) -> Layer:
        """Chooses training or inference for calls outside of ``fit``, ``evaluate`` and ``predict``.

        Before it was chosen, layers infer, but for those whose ``call`` says ``training=True``: augmentations.
        """
        self._mode_chosen = True
        return super().train(mode)

    def _run(self, args: tuple, kwargs: dict[str, Any]) -> Any:
        """``call`` with the training phase resolved, and the penalty on its output."""
        if Outer.argument in kwargs:
            outer, *values = kwargs.pop(Outer.argument)
            with standing_in(outer, values):
                return self._run(args, kwargs)
        given, sig = kwargs.get("training"), signature(type(self).call)
        if "training" not in sig.names:
            if given is None or not sig.takes_any:
                kwargs.pop("training", None)
        elif given is None:
            now = phase.current()
            own = self.training or (sig.trains and not self._mode_chosen)
            kwargs["training"] = own if now is None else now
        if isinstance(given, (bool, int)) and eras.current().training_inherited and given != phase.current():
            with phase.of(bool(given)):
                outputs = self._call(args, kwargs)
        elif phase.running() or tracing.active():
            outputs = self._call(args, kwargs)
        else:
            with phase.inside(self.training):
                outputs = self._call(args, kwargs)
        if self.activity_regularizer is not None and calls.losses is not None and not tracing.active():
            calls.losses += self._penalties(outputs)
        return outputs

    def _call(self, args: tuple, kwargs: dict[str, Any]) -> Any:
        """``call``; the code of a script gets tensors that it cannot change in place."""
        return self._call_plainly(args, kwargs) if self._compute is None else self._call_in_policy(args, kwargs)

    def _call_in_policy(self, args: tuple, kwargs: dict[str, Any]) -> Any:
        if self.casts_inputs and args:
            args = (map_structure(self._cast, args[0]), *args[1:])
        with casting_weights(self._compute if self.casts_weights else None):
            outputs = self._call_plainly(args, kwargs)
        return outputs if self.casts_weights else map_structure(self._cast, outputs)

    def _call_plainly(self, args: tuple, kwargs: dict[str, Any]) -> Any:
        if torch.compiler.is_compiling():
            return self.call(*args, **kwargs)
        if type(self).__module__.startswith("kerastorch."):
            if foreign.active():
                args, kwargs = map_structure(plain, args), map_structure(plain, kwargs)
            return self.call(*args, **kwargs)
        with foreign():
            return self.call(*as_immutable(args), **as_immutable(kwargs))

    def _call_from_outside(self, args: tuple, kwargs: dict[str, Any]) -> Any:
        sig = signature(type(self).call)
        args, kwargs = stand_in((args, kwargs))
        if not args:
            if sig.first not in kwargs:
                raise TypeError(f"Layer {self.name}: expected an input. Received: no argument {sig.first!r}")
            args = (kwargs.pop(sig.first),)
        inputs = self._take_inputs(args[0])
        args, kwargs = sig.named((inputs, *as_tensors(args[1:])), as_tensors(kwargs))
        self._adopt_lists()
        if is_symbolic(args) or is_symbolic(kwargs):
            return self._record(args, kwargs)
        self._ensure_built(inputs, sig.arguments(args, kwargs))
        self._check_inputs(inputs)
        mask, kwargs = self._with_masks(args, kwargs)
        args, kwargs, mask = beside_weights(self, (args, kwargs, mask))
        inputs = args[0]
        if calls.losses is None:
            with collecting_losses() as added:
                outputs = self._run(args, kwargs)
            self._call_losses = added
        else:
            outputs = self._run(args, kwargs)
        if mask is not None or type(self).compute_mask is not Masking.compute_mask:
            self._attach_masks(outputs, self.compute_mask(inputs, self._mask_argument(inputs, mask)))
        return outputs

    def _take_inputs(self, inputs: Any) -> Any:
        """The first argument of a call with arrays as tensors; layers that take Python lists as data override it."""
        if isinstance(inputs, (list, tuple)) and text.holds_text(inputs):
            return text.as_text(inputs, config.device())
        listed = isinstance(inputs, (list, tuple)) and inputs
        if listed and all(isinstance(leaf, (bool, int, float)) for leaf in flatten(inputs)):
            return as_tensor(np.asarray(inputs))  # a list of numbers is one tensor
        return map_structure(self._as_input, inputs)

    def _as_input(self, leaf: Any) -> Any:
        if hasattr(leaf, "to_numpy"):  # a table or column of pandas
            leaf = leaf.to_numpy()
        if text.holds_text(leaf):
            return text.as_text(leaf, config.device())
        if isinstance(leaf, (np.ndarray, np.generic)):
            return as_tensor(leaf)
        if script.kind() is not None and isinstance(leaf, script.kind()) and leaf.is_floating_point():
            kind = config.torch_dtype(self.__dict__.get("dtype"))  # tf.keras casts floats to the layer's own type
            return leaf if leaf.dtype == kind else leaf.to(kind)
        if is_graph_type(leaf) and building():
            return read(leaf)  # as K functions take it: what a variable holds is looked up when the graph runs
        if leaf is not None and not isinstance(leaf, (torch.Tensor, SymbolicTensor)):
            raise ValueError(
                f"Layer {self.name}: expected tensors or arrays as inputs. "
                f"Received: {leaf!r} of type {type(leaf).__name__}"
            )
        return leaf

    def _record(self, args: tuple, kwargs: dict[str, Any]) -> Any:
        """Adds this call to the graph and returns its symbolic outputs."""
        sig = signature(type(self).call)
        inputs = list(args[0]) if type(args[0]) is tuple and eras.current().inputs_listed else args[0]
        args = (inputs, *args[1:])
        self._check_inputs(inputs)
        self._ensure_built(inputs, sig.arguments(args, kwargs))
        self._check_inputs(inputs)
        outer = kwargs.pop(Outer.argument, None)
        call_arguments = {key: value for key, value in kwargs.items() if key != "mask"}
        if phase.fixed() is not None and building() and "training" in sig.names and kwargs.get("training") is None:
            kwargs = {**kwargs, "training": phase.fixed()}  # a graph keeps the phase that it was built in
        if not tracing.active() and eras.current().initializer_draws == "numpy":
            # Keras 2 seeds each random operation so, and what is drawn next depends on it.
            for _ in range(self._draws()):
                numpy_seed()
        mask, kwargs = self._with_masks(args, kwargs)
        around, calls.traced = calls.traced, Traced()
        try:
            shapes, dtypes, outer = self._specs_and_outer(args, kwargs, outer)
            traced = calls.traced
        finally:
            calls.traced = around
        with hidden():
            output_masks = self.compute_mask(inputs, self._mask_argument(inputs, mask))
        outputs = record_layer(self, args, {**kwargs, Outer.argument: outer} if outer else kwargs, shapes, dtypes)
        self._attach_masks(outputs, output_masks)
        node = next(flatten(outputs)).node
        node.losses, node.updates = traced.losses, traced.updates
        if kwargs.get("training") is None:
            node.phased |= self._differs_in_training() if traced.phased is None else traced.phased
        if not tracing.active():
            self._add_node(outputs, call_arguments)
        elif around is not None:
            around.losses += self.losses_of(node)
            around.updates += node.updates
        return outputs

    def _draws(self) -> int:
        """How many seeds Keras 2 draws from numpy's global generator when the layer is called on symbolic tensors."""
        return 0

    def _differs_in_training(self) -> bool:
        """Whether training and inference give other results where nobody says which of them runs."""
        return "training" in self._call_names()

    def _specs_and_outer(self, args: tuple, kwargs: dict[str, Any], outer: list[Any] | None) -> tuple[Any, Any, Any]:
        """Shapes and dtypes of the outputs, and the tensors that ``call`` refers to: an ``Outer`` and their values."""
        if outer is not None:  # a call recorded before, now for other tensors
            with standing_in(outer[0], outer[1:]):
                return *self._output_specs(args, kwargs), outer
        began = serial()
        shapes, dtypes = self._output_specs(args, kwargs)
        found = outer_tensors((calls.traced.outputs, calls.traced.losses), (args, kwargs), began)
        return shapes, dtypes, [Outer(found), *found] if found else None

    def _output_specs(self, args: tuple, kwargs: dict[str, Any]) -> tuple[Any, Any]:
        """Shapes and dtypes of the outputs: from ``compute_output_shape``, or by running ``call`` symbolically."""
        kind = type(self)
        ours = kind.__module__.startswith("kerastorch.") and kind.compute_output_shape is not Layer.compute_output_shape
        if not ours or self._must_trace():
            return self._trace(args, kwargs)
        inputs = args[0]
        shapes = self.compute_output_shape(map_structure(_shape_of, inputs))
        dtype = self._output_dtype(next(flatten(inputs)).dtype)
        if isinstance(shapes, list):
            return [tuple(s) for s in shapes], [dtype] * len(shapes)
        return tuple(shapes), dtype

    def _output_dtype(self, first: torch.dtype) -> torch.dtype:
        """The dtype of the outputs for a first input of this one."""
        keep = first.is_floating_point or self.keeps_dtype
        return self._computed(first if keep else config.torch_dtype(getattr(self, "dtype", None)))

    def _computed(self, dtype: torch.dtype) -> torch.dtype:
        """The dtype of an output that would be of this one without a policy."""
        return self._compute if self._compute is not None and dtype.is_floating_point else dtype

    def _claimed_shapes(self, inputs: Any) -> Any:
        """What a layer says of its output's shape, which counts for more than what tracing found; None if nothing."""
        if type(self).compute_output_shape is Layer.compute_output_shape:
            return None
        if eras.current().output_shape == "traced" and not getattr(self, "dynamic", False):
            return None
        return self.compute_output_shape(map_structure(_shape_of, inputs))

    def _must_trace(self) -> bool:
        """True for layers whose output only ``call`` knows."""
        return False

    @classmethod
    def _call_names(cls) -> frozenset[str]:
        """The names of the arguments that ``call`` takes."""
        return signature(cls.call).names

    def _trace(self, args: tuple, kwargs: dict[str, Any]) -> tuple[Any, Any]:
        sig = signature(type(self).call)
        if "training" in kwargs and "training" not in sig.names:
            kwargs = {key: value for key, value in kwargs.items() if key != "training"}
        elif sig.needs_training and "training" not in sig.arguments(args, kwargs):
            kwargs = {**kwargs, "training": None}  # nobody has said so far
        with tracing(), phase.of(phase.current() or False):
            outputs = self.call(*args, **kwargs) if self._compute is None else self._call_in_policy(args, kwargs)
        outputs = list(outputs) if isinstance(outputs, tuple) else outputs
        if calls.traced is not None:
            calls.traced.outputs = outputs
            calls.traced.phased = any(getattr(leaf, "_uses_learning_phase", False) for leaf in flatten(outputs))
        for leaf in flatten(outputs):
            if not isinstance(leaf, (SymbolicTensor, torch.Tensor)):
                raise ValueError(f"Layer {self.name}: expected call() to return tensors. Received: {leaf!r}")
        shapes = map_structure(lambda leaf: tuple(leaf.shape), outputs)
        claimed = self._claimed_shapes(args[0])
        if claimed is not None and isinstance(claimed, list) == isinstance(shapes, list):
            shapes = [tuple(c) for c in claimed] if isinstance(claimed, list) else tuple(claimed)
        return shapes, map_structure(lambda leaf: leaf.dtype, outputs)

    # ----------------------------------------------------------------- configs

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a layer again, as plain data."""
        out: dict[str, Any] = {"name": self.name, "trainable": self.trainable}
        if "batch_input_shape" in self.__dict__:
            out["batch_input_shape"] = self.batch_input_shape
        if "dtype" in self.__dict__:
            mixed = self._policy is not None and self._policy.name != self.dtype
            out["dtype"] = self._policy.name if mixed else self.dtype
        if self._auto_config is not None and type(self).get_config is Layer.get_config:
            out.update((name, value) for name, value in self._auto_config.items() if name not in out)
        return out

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Layer:
        """The layer that a config describes, with fresh weights."""
        return cls(**config)

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        state["_inbound_nodes"] = []  # a copy belongs to no graph yet
        state["_outbound_nodes"] = []
        state.pop("_call_losses", None)
        return state

    def __repr__(self) -> str:
        if eras.current().reprs == "keras3":
            return f"<{type(self).__name__} name={self.name}, built={self.built}>"
        return super().__repr__()

    def extra_repr(self) -> str:
        return self.name
