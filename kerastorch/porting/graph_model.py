"""``Graph``: Keras 0's model of named nodes.

Source: Keras 1.0.8, ``keras.legacy.models``.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..engine.input_layer import Input
from ..layers.core import Activation
from ..models.model import Model
from ..training.callback import History
from .legacy_layers import Merge

__all__ = ["Graph"]


class Graph(Model):
    """A model whose tensors have names: inputs, nodes that say which names they read, and outputs.

    Data goes in and out as a dict from names to arrays. Today's way is ``Model(inputs, outputs)``.

    Args:
        name: name of the model.

    Source: Keras 1.0.8, ``keras.legacy.models.Graph``

    Example:
        >>> import warnings, numpy as np, kerastorch as keras
        >>> warnings.simplefilter("ignore")
        >>> graph = Graph()
        >>> graph.add_input(name="x", input_shape=(4,))
        >>> graph.add_node(keras.layers.Dense(3), name="hidden", input="x")
        >>> graph.add_output(name="y", input="hidden")
        >>> graph.compile("sgd", {"y": "mse"})
        >>> graph.predict({"x": np.ones((2, 4))})["y"].shape
        (2, 3)
    """

    def __init__(self, name: str | None = None) -> None:
        super().__init__(name=name)
        warnings.warn("Graph is a model of Keras 0; Keras 2 has Model(inputs, outputs) in its place.", stacklevel=3)
        self.__dict__.update(_tensors={}, _graph_inputs={}, _graph_outputs={})

    # ------------------------------------------------------------------- building

    def _new(self, name: str) -> None:
        if name in self._tensors or name in self._graph_outputs:
            raise ValueError(f"Graph: expected a name that is not taken. Received: {name!r}")

    def _read(self, name: str) -> Any:
        try:
            return self._tensors[name]
        except KeyError:
            known = ", ".join(self._tensors)
            raise ValueError(f"Graph: expected the name of an input or node: {known}. Received: {name!r}") from None

    def _joined(self, name: str, one: str | None, several: Sequence[str], mode: Any, axis: int, dot_axes: Any) -> Any:
        if one:
            return self._read(one)
        tensors = [self._read(source) for source in several]
        if len(tensors) < 2:
            return tensors[0]
        return Merge(mode=mode, concat_axis=axis, dot_axes=dot_axes, name=f"merge_inputs_for_{name}")(tensors)

    def add_input(
        self, name: str, input_shape: Any = None, batch_input_shape: Any = None, dtype: str = "float"
    ) -> None:
        """Adds an input.

        Args:
            name: its name.
            input_shape: shape without the batch axis.
            batch_input_shape: shape with the batch axis.
            dtype: ``'float'`` or ``'int'``.

        Raises:
            ValueError: for a name that is taken, or another dtype.
        """
        self._new(name)
        if not dtype.startswith(("float", "int")):
            raise ValueError(f"Graph.add_input: expected dtype 'float' or 'int'. Received: {dtype!r}")
        kind = "int32" if dtype.startswith("int") else None
        tensor = Input(shape=input_shape, batch_shape=batch_input_shape, name=name, dtype=kind)
        self._tensors[name] = self._graph_inputs[name] = tensor

    def add_node(
        self,
        layer: Any,
        name: str,
        input: str | None = None,
        inputs: Sequence[str] = (),
        merge_mode: str | Callable = "concat",
        concat_axis: int = -1,
        dot_axes: Any = -1,
        create_output: bool = False,
    ) -> None:
        """Adds a layer that reads one name, or several that are joined first.

        Args:
            layer: the layer; it takes the node's name.
            name: the node's name.
            input: the name that it reads.
            inputs: or the names that it reads.
            merge_mode: how several are joined, as for ``Merge``.
            concat_axis: axis of ``'concat'``.
            dot_axes: axes of ``'dot'``.
            create_output: whether the node is an output too.

        Raises:
            ValueError: for a name that is taken or unknown.
        """
        self._new(name)
        source = self._joined(name, input, inputs, merge_mode, concat_axis, dot_axes)
        layer.name = name
        self._tensors[name] = layer(source)
        if create_output:
            self.add_output(name, input=name)

    def add_shared_node(
        self,
        layer: Any,
        name: str,
        inputs: Sequence[str] = (),
        merge_mode: str | Callable | None = None,
        concat_axis: int = -1,
        dot_axes: Any = -1,
        outputs: Sequence[str] = (),
        create_output: bool = False,
    ) -> None:
        """Adds one layer that is applied to several names.

        Args:
            layer: the layer.
            name: the name of the joined results, or of the layer.
            inputs: the names that it is applied to, one by one.
            merge_mode: how the results are joined; None to keep them apart.
            concat_axis: axis of ``'concat'``.
            dot_axes: axes of ``'dot'``.
            outputs: without ``merge_mode``, the names of the results.
            create_output: whether the results are outputs too.

        Raises:
            ValueError: for a name that is taken or unknown, or results without names.
        """
        self._new(name)
        layer.name = f"input_for_{name}" if merge_mode else name
        results = [layer(self._read(source)) for source in inputs]
        if merge_mode:
            joined = Merge(mode=merge_mode, concat_axis=concat_axis, dot_axes=dot_axes, name=name)(results)
            named = {name: joined}
        elif len(outputs) == len(inputs):
            named = dict(zip(outputs, results, strict=True))
        else:
            raise ValueError(
                f"Graph.add_shared_node: expected a name for each of {len(inputs)} results, or a merge_mode. "
                f"Received: outputs={list(outputs)}"
            )
        for result, tensor in named.items():
            self._new(result)
            self._tensors[result] = tensor
            if create_output:
                self.add_output(result, input=result)

    def add_output(
        self,
        name: str,
        input: str | None = None,
        inputs: Sequence[str] = (),
        merge_mode: str | Callable = "concat",
        concat_axis: int = -1,
        dot_axes: Any = -1,
    ) -> None:
        """Makes a node, or several joined, an output.

        Args:
            name: the output's name.
            input: the node that it is.
            inputs: or the nodes that are joined.
            merge_mode: how several are joined, as for ``Merge``.
            concat_axis: axis of ``'concat'``.
            dot_axes: axes of ``'dot'``.

        Raises:
            ValueError: for a name that is an output already, or unknown.
        """
        if name in self._graph_outputs:
            raise ValueError(f"Graph.add_output: expected a name that is no output yet. Received: {name!r}")
        source = self._joined(name, input, inputs, merge_mode, concat_axis, dot_axes)
        named = source._keras_history[0].name == name
        self._graph_outputs[name] = source if named else Activation("linear", name=name)(source)

    # ------------------------------------------------------------------- learning

    def compile(
        self,
        optimizer: Any,
        loss: Any,
        metrics: Any = None,
        sample_weight_modes: Any = None,
        loss_weights: Any = None,
        **kwargs: Any,
    ) -> None:
        """``Model.compile``; ``loss`` is a dict from output names.

        Args:
            optimizer: as for ``Model.compile``.
            loss: from output names to losses.
            metrics: as for ``Model.compile``.
            sample_weight_modes: from output names to ``'temporal'`` or None.
            loss_weights: from output names to factors.
            **kwargs: as for ``Model.compile``.
        """
        if not self._graph:
            self._init_graph(list(self._graph_inputs.values()), list(self._graph_outputs.values()))
        super().compile(
            optimizer, loss, metrics or None, loss_weights, sample_weight_mode=sample_weight_modes, **kwargs
        )

    def _arrays(self, data: Mapping[str, Any], names: Mapping[str, Any]) -> list[Any]:
        missing = [name for name in names if name not in data]
        if missing:
            raise ValueError(f"Graph: expected data for {missing[0]!r}. Received: data for {', '.join(data)}")
        return [data[name] for name in names]

    def _both(self, data: Mapping[str, Any]) -> tuple[list[Any], list[Any]]:
        return self._arrays(data, self._graph_inputs), self._arrays(data, self._graph_outputs)

    def fit(
        self, data: Mapping[str, Any], batch_size: int = 32, nb_epoch: int = 10, verbose: int = 1, **kwargs: Any
    ) -> History:
        """``Model.fit`` on a dict of arrays, inputs and targets together.

        Args:
            data: from names to arrays.
            batch_size: samples in a step.
            nb_epoch: passes over the data.
            verbose: as for ``Model.fit``.
            **kwargs: as for ``Model.fit``; ``validation_data`` is a dict too.
        """
        validation = kwargs.pop("validation_data", None)
        if validation is not None:
            kwargs["validation_data"] = self._both(validation)
        return super().fit(*self._both(data), batch_size=batch_size, epochs=nb_epoch, verbose=verbose, **_given(kwargs))

    def evaluate(self, data: Mapping[str, Any], batch_size: int = 128, verbose: int = 1, **kwargs: Any) -> Any:
        """``Model.evaluate`` on a dict of arrays."""
        return super().evaluate(*self._both(data), batch_size=batch_size, verbose=verbose, **_given(kwargs))

    def predict(self, data: Mapping[str, Any], batch_size: int = 128, verbose: int = 0) -> dict[str, Any]:
        """``Model.predict`` on a dict of arrays; gives one."""
        found = super().predict(self._arrays(data, self._graph_inputs), batch_size=batch_size, verbose=verbose)
        return self._named(found)

    def _named(self, found: Any) -> dict[str, Any]:
        return dict(zip(self._graph_outputs, found if isinstance(found, list) else [found], strict=True))

    def train_on_batch(self, data: Mapping[str, Any], class_weight: Any = None, sample_weight: Any = None) -> Any:
        """``Model.train_on_batch`` on a dict of arrays."""
        return super().train_on_batch(
            *self._both(data), **_given({"class_weight": class_weight, "sample_weight": sample_weight})
        )

    def test_on_batch(self, data: Mapping[str, Any], sample_weight: Any = None) -> Any:
        """``Model.test_on_batch`` on a dict of arrays."""
        return super().test_on_batch(*self._both(data), **_given({"sample_weight": sample_weight}))

    def predict_on_batch(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """``Model.predict_on_batch`` on a dict of arrays; gives one."""
        return self._named(super().predict_on_batch(self._arrays(data, self._graph_inputs)))

    def fit_generator(self, generator: Any, *args: Any, **kwargs: Any) -> History:
        """``Model.fit_generator`` on dicts of arrays, or pairs of them and sample weights."""
        validation = kwargs.get("validation_data")
        if isinstance(validation, Mapping):
            kwargs["validation_data"] = self._both(validation)
        elif validation is not None:
            kwargs["validation_data"] = self._batches(validation)
        return super().fit_generator(self._batches(generator), *args, **_given(kwargs))

    def _batches(self, generator: Any) -> Iterator[tuple[Any, ...]]:
        for batch in generator:
            data, *weights = batch if isinstance(batch, (tuple, list)) else (batch,)
            yield (*self._both(data), *weights)


def _given(kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments that say something: Keras 0 had empty dicts where Keras 2 has None."""
    return {name: value for name, value in kwargs.items() if value is not None and value != {}}
