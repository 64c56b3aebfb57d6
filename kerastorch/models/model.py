"""The functional and the subclassed model.

Source: https://keras.io/api/models/model/
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from .. import config, eras
from ..backend import names, text
from ..engine.input_layer import Input, inputs_of
from ..engine.layer import Layer, tracing
from ..engine.network import Network
from ..engine.symbolic import SymbolicTensor, flatten, is_symbolic
from ..engine.symbolic.calls import Traced, calls
from ..engine.symbolic.plan import Plan
from ..training import standardize
from ..training.trainer import Trainer

__all__ = ["Model"]


class Model(Trainer, Network):
    """A model: a graph from inputs to outputs, or a subclass with a ``call`` of its own.

    Args:
        inputs: symbolic tensor(s) made by ``Input``.
        outputs: symbolic tensor(s) computed from them.
        name: name of the model.

    Raises:
        ValueError: when the outputs are not computed from the inputs.
        TypeError: for an unknown argument.

    Source: https://keras.io/api/models/model/

    Example:
        >>> import kerastorch as keras
        >>> x = keras.layers.Input((4,))
        >>> model = Model(x, keras.layers.Dense(2)(x))
        >>> model.output_shape
        (None, 2)
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        name = kwargs.pop("name", None)
        trainable = kwargs.pop("trainable", True)
        kwargs.pop("dynamic", None)  # tf.keras's promise not to trace: what is traced here gives the same
        dtype = kwargs.pop("dtype", None)
        positional = dict(zip(("inputs", "outputs", "name"), args, strict=False))
        given = {**positional, **{new: kwargs.pop(old) for old, new in _MODEL_ARGUMENTS.items() if old in kwargs}}
        if kwargs or len(args) > 3:
            extra = repr(next(iter(kwargs))) if kwargs else f"{len(args)} positional arguments"
            raise TypeError(f"{type(self).__name__}: expected inputs, outputs and name. Received: {extra}")
        name = name or given.get("name")
        if name is None and type(self) is Model and given and eras.current().graph_names == "classes":
            name = names.unique_name("Functional")
        super().__init__(name=name, trainable=trainable, dtype=dtype)
        if "inputs" in given or "outputs" in given:
            if given.get("inputs") is None or given.get("outputs") is None:
                raise TypeError(f"{type(self).__name__}: expected both inputs and outputs. Received: {sorted(given)}")
            self._init_graph(given["inputs"], given["outputs"])

    # ------------------------------------------------------- what training asks

    def _is_ready(self) -> bool:
        """Whether inputs and outputs are known."""
        return self._graph or getattr(self, "_traced", False)

    def _input_shapes(self) -> list[Any]:
        return [x.shape for x in self._feed_inputs] if self._graph else [None] * len(self.input_names)

    def _text_inputs(self) -> list[bool] | None:
        """Which inputs are text; None where they are not known."""
        return [x.is_text for x in self._feed_inputs] if self._graph else None

    def _names_fed(self) -> list[str]:
        return self._feed_input_names if self._graph else self.input_names

    def _input_types(self) -> list[torch.dtype | None]:
        """The dtype each input is fed as; None where integers go straight into an Embedding."""
        if not self._graph:
            return self._traced_types
        return [None if self._index_layers[i] else self.inputs[i].dtype for i in self._fed]

    def _output_shapes(self) -> list[tuple[int | None, ...]]:
        return [x.shape for x in self.outputs]

    def _step_outputs(self) -> list[SymbolicTensor | None]:
        return list(self.outputs) if self._graph else [None] * len(self.output_names)

    def _has_added_losses(self) -> bool:
        """Whether there is something to minimise beside the outputs' losses."""
        return bool(self.losses)

    def add_metric(self, value: Any, name: str | None = None, aggregation: str | None = "mean", **kwargs: Any) -> None:
        """Reports a number of the batch, whose mean over an epoch is logged.

        Args:
            value: a symbolic tensor of this model's graph, or inside ``call`` a tensor.
            name: what it is called in the logs.
            aggregation: ``'mean'``, or None for a value that a metric object gave.
            **kwargs: accepted as in Keras (``inputs``).

        Raises:
            ValueError: without a name.
        """
        super().add_metric(value, name, aggregation, **kwargs)
        if isinstance(value, SymbolicTensor) and not tracing.active():
            self.__dict__.setdefault("_symbolic_metrics", {})[name] = value

    def _added_losses(self) -> list[SymbolicTensor]:
        return [term for _, term in self.__dict__.get("_kept_losses", ()) if isinstance(term, SymbolicTensor)]

    def _call_with_terms(self, inputs: Any) -> Any:
        """The outputs; added losses and metrics of the graph go where those of layers go."""
        added, measured = self._added_losses(), self.__dict__.get("_symbolic_metrics", {})
        key = (tuple(id(x) for x in added), tuple(id(x) for x in measured.values()))
        if self.__dict__.get("_terms_plan", (None,))[0] != key:
            self._terms_plan = key, Plan(self.inputs, [*self.outputs, *added, *measured.values()])
        values = self._terms_plan[1].run(self._flat_inputs(inputs))
        count = len(self.outputs)
        calls.losses.extend(values[count : count + len(added)])
        for name, value in zip(measured, values[count + len(added) :], strict=True):
            Layer.add_metric(self, value, name)
        return self._pack(values[:count])

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        for name in ("_step_plan", "_terms_plan", "_running", "_extras"):
            state.pop(name, None)
        return state

    def begin_step(self, scores: Sequence[Any], ys: Sequence[Any], added: Sequence[SymbolicTensor] = ()) -> None:
        """Readies the run of one step: masks of outputs, added tensors and scores come along where there are any.

        Args:
            scores: what is computed with the graph: None, or an output's number and (target, score) tensors.
            ys: the step's targets.
            added: further tensors of the graph that are wanted: losses, values of updates.
        """
        self._extras: Any = None
        if not self._graph:
            return
        pairs = {place: entry for place, entry in enumerate(scores) if entry is not None}
        if not added and not pairs and all(m is None for m in self._output_masks):
            self._running = None
            return
        key = (tuple(id(x) for x in added), tuple(id(score) for _, _, score in pairs.values()))
        if self.__dict__.get("_step_plan", (None,))[0] != key:
            feeds = [*self.inputs, *(target for _, target, _ in pairs.values() if target is not None)]
            wanted = [*self.outputs, *self._output_masks, *added, *(score for _, _, score in pairs.values())]
            self._step_plan = (key, Plan(feeds, wanted), list(pairs), len(added))
        self._running = (self._step_plan[1], [ys[i] for i, target, _ in pairs.values() if target is not None])

    def call(self, inputs: Any, mask: Any = None, training: bool | None = None) -> Any:
        """The outputs for these inputs; a subclass writes its own."""
        if not self._graph:
            raise NotImplementedError(f"Model {self.name}: expected {type(self).__name__} to define call(inputs)")
        running = self.__dict__.get("_running")
        if running is None or is_symbolic(inputs):
            terms = "_kept_losses" in self.__dict__ or "_symbolic_metrics" in self.__dict__
            if terms and mask is None and calls.losses is not None and not is_symbolic(inputs):
                return self._call_with_terms(inputs)
            return super().call(inputs, mask, training)
        plan, more = running
        self._running = None
        values = plan.run([*self._flat_inputs(inputs), *more])
        self._extras = values[len(self.outputs) :]
        return self._pack(values[: len(self.outputs)])

    def end_step(self, outputs: Any) -> tuple[list[Any] | None, dict[int, Any], list[Any]]:
        """The masks, scores and added tensors of the step that ran."""
        if not self._graph:
            masks = [getattr(o, "_keras_mask", None) for o in flatten(outputs)]
            return masks, {}, []
        extras, self._extras = self._extras, None
        if extras is None:
            return None, {}, []
        n, (_, _, places, n_added) = len(self.outputs), self._step_plan
        return extras[:n], dict(zip(places, extras[n + n_added :], strict=True)), extras[n : n + n_added]

    def _build_from(self, x: Any) -> None:
        """A model without a graph learns its inputs and outputs from its first data."""
        if self._is_ready():
            return
        arrays = list(x.values()) if isinstance(x, dict) else (x if isinstance(x, (list, tuple)) else [x])
        arrays = arrays if all(standardize.is_array(a) for a in arrays) and arrays else [x]
        keys = list(x) if isinstance(x, dict) else [f"input_{i + 1}" for i in range(len(arrays))]
        arrays = standardize.arrays(arrays if len(arrays) > 1 else arrays[0], keys, None, "x")
        self._trace_call(arrays, keys if isinstance(x, dict) else None)
        if "_waiting" in self.__dict__:
            from ..saving import deferred

            deferred.settle(self)

    def _set_inputs(self, inputs: Any) -> None:
        """Sets the inputs of a model that has none, from data or symbolic tensors, as old scripts of subclasses do.

        Raises:
            ValueError: when it has some.
        """
        if self.__dict__.get("inputs"):
            raise ValueError(f"Model {self.name}: expected a model without inputs. Received: one that has some")
        if self._graph:
            self.inputs = list(flatten(self._input_structure))
        else:
            self._build_from(inputs)

    def _trace_call(self, arrays: list[Any], keys: list[str] | None) -> None:
        """Runs ``call`` once on symbolic tensors of the data's shapes, to build the layers and know the outputs."""
        floats = config.torch_dtype(None)
        kinds = ["string" if text.holds_text(a) else str(floats).removeprefix("torch.") for a in arrays]
        symbols = [Input(tuple(int(s) for s in a.shape[1:]), dtype=kind) for a, kind in zip(arrays, kinds, strict=True)]
        inputs: Any = dict(zip(keys, symbols, strict=True)) if keys else (symbols[0] if len(symbols) == 1 else symbols)
        self._ensure_built(inputs)
        around, calls.traced = calls.traced, Traced()
        try:
            with tracing():
                outputs = self._run((inputs,), {})
            self._traced_losses = calls.traced.losses
        finally:
            calls.traced = around
        self.inputs, self.outputs = symbols, list(flatten(outputs))
        self.input_names = keys or [f"input_{i + 1}" for i in range(len(symbols))]
        self.output_names = [f"output_{i + 1}" for i in range(len(self.outputs))]
        if isinstance(outputs, dict) and eras.current().dicts_of_tensors == "sorted":
            self.output_names = list(outputs)
        self._traced_types = [torch.int64 if kind == "string" else floats for kind in kinds]
        self._input_keys = keys
        self._traced = True

    # ---------------------------------------------------------------- contents

    @property
    def layers(self) -> list[Layer]:
        """The layers, in Keras's order."""
        if self._graph:
            return super().layers
        return [module for module in self._adopted() if isinstance(module, Layer)]

    def ordered_weights(self) -> list[Any]:
        if self._graph:
            return super().ordered_weights()
        trainable, fixed = self._partition()
        return trainable + fixed

    @property
    def losses(self) -> list[Any]:
        """Penalties on weights, computed now, and what the layers' calls and ``add_loss`` add."""
        known = self._graph or "_call_losses" in self.__dict__
        return super().losses + ([] if known else self.__dict__.get("_traced_losses", []))

    @property
    def uses_learning_phase(self) -> bool:
        """Whether the outputs differ in training."""
        return any(x._uses_learning_phase for x in self.__dict__.get("outputs") or ())

    def graph_connections(self, layer: Layer) -> list[str]:
        """Where a layer's inputs come from, as ``summary`` shows it: ``['input_1[0][0]']``."""
        return _connections(self, layer)

    @property
    def is_sequential_like(self) -> bool:
        """Whether the layers form one chain."""
        return _is_chain(self)

    def summary(
        self,
        line_length: int | None = None,
        positions: Sequence[float] | None = None,
        print_fn: Callable[[str], Any] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Sequence[str] | None = None,
    ) -> None:
        """Prints the layers, their output shapes and how many weights they hold.

        Args:
            line_length: width in characters.
            positions: where columns end, as parts of the width or in characters.
            print_fn: what a line is passed to, ``print`` when missing.
            expand_nested: whether the layers of nested models are listed.
            show_trainable: whether a column says which layers train.
            layer_range: two patterns for the names of the first and last layer to list.

        Raises:
            ValueError: before the model's shapes are known; Keras 3's table says which layers are not built.
        """
        from ..engine.summary import print_summary

        if not self.built and eras.current().summary != "keras3":
            raise ValueError(
                f"Model {self.name}: expected a built model for summary(); give the first layer an input_shape or call "
                "fit() first"
            )
        self._check_trainable()
        print_summary(self, line_length, positions, print_fn, expand_nested, show_trainable, layer_range)

    def count_params(self) -> int:
        """How many numbers the weights hold."""
        if not self.built:
            raise RuntimeError(f"Model {self.name}: count_params() needs a model that is built")
        return sum(int(np.prod(weight.shape)) for weight in self.ordered_weights())

    # ------------------------------------------------------------------- files

    def save(self, filepath: Any, overwrite: bool = True, include_optimizer: bool | str = True, **kwargs: Any) -> None:
        """Writes architecture, weights and optimizer to a file.

        Args:
            filepath: where to; the ending ``.h5`` or ``.keras`` says in which format.
            overwrite: False asks before an existing file is replaced.
            include_optimizer: False leaves the optimizer out.
            **kwargs: those of ``saving.save_model``.
        """
        from ..saving import save_model

        save_model(self, filepath, overwrite=overwrite, include_optimizer=include_optimizer, **kwargs)

    def save_weights(self, filepath: Any, overwrite: bool = True, **kwargs: Any) -> None:
        """Writes the weights to a file.

        Args:
            filepath: where to; ``.h5``, ``.weights.h5``, ``.pt`` and ``.safetensors`` say in which format.
            overwrite: False asks before an existing file is replaced.
            **kwargs: those of ``saving.save_weights``.
        """
        from ..saving import save_weights

        save_weights(self, filepath, overwrite=overwrite, **kwargs)

    def export(self, filepath: Any, format: str | None = None, verbose: bool | None = None, **kwargs: Any) -> None:
        """Writes the model for inference, as Keras 3 does.

        Args:
            filepath: the file.
            format: ``'torch'`` for a ``.pt2`` file of torch.export, or ``'onnx'``; by the path's ending when missing.
            verbose: whether to say where it was written.
            **kwargs: ``input_signature=None``: shapes are the model's.

        Raises:
            ValueError: for TensorFlow's formats, and for a model without a graph.
            TypeError: for an unknown argument.
        """
        from ..export.program import export_model

        if kwargs.pop("input_signature", None) is not None or kwargs:
            raise TypeError(
                f"export: expected only known arguments. Received: {next(iter(kwargs), 'input_signature')!r}"
            )
        export_model(self, filepath, format, verbose)

    def load_weights(self, filepath: Any, *args: Any, **kwargs: Any) -> Any:
        """Reads weights from a file; when anything does not fit, none are changed.

        Args:
            filepath: a weight file, or one that holds a whole model.
            by_name: match layers by name instead of by order.
            skip_mismatch: leave out layers whose shapes differ, with a warning.
            reshape: reshape weights that hold as many numbers.
            *args: the same by position: ``by_name``, ``skip_mismatch``, ``reshape``; since tf.keras 2.13
                ``skip_mismatch`` comes first.
            **kwargs: those of ``saving.load_weights``.

        Returns:
            None; in the era of tf.keras an object with ``expect_partial()`` and its kin, since all of it was read.

        Raises:
            ValueError: when layers, numbers of weights or shapes do not match.
            OSError: when the file is missing or unreadable.
        """
        from ..saving import load_weights
        from ..saving.files import is_tensorflow_path

        first, second = eras.current().load_weights_second, "skip_mismatch"
        order = (first, second if first == "by_name" else "by_name", "reshape")
        if len(args) > len(order):
            raise TypeError(f"load_weights: expected at most {len(order)} arguments after the path. Received: {args!r}")
        load_weights(self, filepath, **dict(zip(order, args, strict=False)), **kwargs)
        return _Loaded() if is_tensorflow_path(filepath) else None

    def to_json(self, **kwargs: Any) -> str:
        """The architecture as JSON text.

        Args:
            **kwargs: passed to ``json.dumps``.
        """
        from ..saving import model_to_json

        return model_to_json(self, **kwargs)

    def to_yaml(self, **kwargs: Any) -> str:
        """The architecture as YAML text (needs the package pyyaml).

        Args:
            **kwargs: passed to ``yaml.dump``.
        """
        from ..saving import model_to_yaml

        return model_to_yaml(self, **kwargs)

    def get_config(self) -> Any:
        """The graph as plain data; of a subclassed model, from tf.keras on, what it was made with.

        Raises:
            NotImplementedError: for a subclassed model in Keras 2, or made with what is no plain data.
        """
        if not self._graph:
            whole = eras.current().own_model_config == "base"
            base = {"name": self.name, "trainable": self.trainable} if whole else {}
            if type(self).get_config is not Model.get_config and eras.current().auto_config:
                return base  # a script's own get_config adds to it
            if self._auto_config is not None:
                return {**base, **self._auto_config}
            raise NotImplementedError(
                f"Model {self.name}: a subclassed model has no configuration; save its weights, or give it a get_config"
            )
        from ..engine.graph_config import graph_to_config

        return graph_to_config(self)

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Makes the weights of a subclassed model for the shapes that a file has.

        Args:
            config: ``input_shape``, of one input or of several in a list or dict; with None nothing is made.
        """
        shapes = config.get("input_shape")
        if self._graph or self.built or not shapes:
            return
        inputs = inputs_of(shapes)
        self._ensure_built(inputs)
        with tracing():
            self._run((inputs,), {})

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Model:
        """The model that a config describes, with fresh weights.

        Args:
            config: what ``get_config()`` gave.
            custom_objects: the caller's own classes and functions by name.
        """
        if "layers" not in config or "input_layers" not in config:
            return cls(**config)
        from .. import layers
        from ..engine.graph_config import config_to_graph

        inputs, outputs = config_to_graph(config, layers.deserialize, custom_objects)
        return cls(inputs=inputs, outputs=outputs, name=config.get("name"))


class _Loaded:
    """What ``load_weights`` gives in tf.keras; everything was found, or there was an error."""

    def expect_partial(self) -> _Loaded:
        """Anything goes."""
        return self

    assert_consumed = assert_existing_objects_matched = assert_nontrivial_match = expect_partial


_MODEL_ARGUMENTS = {"inputs": "inputs", "outputs": "outputs", "input": "inputs", "output": "outputs"}


def _connections(model: Model, layer: Layer) -> list[str]:
    own = {id(node) for node in model._network_nodes}
    later = eras.current().summary != "keras2"  # which do not count the making of a nested model as a call
    result = []
    for node in layer._inbound_nodes:
        if id(node) not in own:
            continue
        for tensor in node.sources:
            source, index, place = tensor._keras_history or (None, 0, 0)
            index -= int(later and getattr(source, "_graph", False))
            result.append(f"{source.name if source else tensor.name}[{index}][{place}]")
    return result


def _is_chain(model: Model) -> bool:
    if not model._graph:
        return True
    own = {id(node) for node in model._network_nodes}
    for layer in model._operations:
        nodes = [node for node in layer._inbound_nodes if id(node) in own]
        if len(nodes) > 1 or any(len(node.sources) > 1 for node in nodes):
            return False
    users: dict[int, int] = {}
    for node in model._network_nodes:
        for tensor in node.sources:
            users[id(tensor)] = users.get(id(tensor), 0) + 1
    return all(count == 1 for count in users.values())
