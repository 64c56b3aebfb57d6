"""Models as pictures.

graphviz draws them where pydot and the program ``dot`` are there, as in Keras; matplotlib does elsewhere.

Source: https://keras.io/api/utils/model_plotting_utils/
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import config
from ..engine.layer import Layer
from ..engine.network import Network
from ..engine.symbolic import SymbolicTensor

__all__ = ["Box", "Details", "Diagram", "diagram_of", "model_to_dot", "plot_model"]

_DIRECTIONS = ("TB", "LR", "BT", "RL")


@dataclass
class Box:
    """A layer, or a function that was called without one, in a diagram.

    Attributes:
        key: unlike that of any other box.
        title: first line.
        rows: further lines, as (what, text).
        group: names of the nested models that it is drawn in, outermost first.
    """

    key: str
    title: str
    rows: list[tuple[str, str]] = field(default_factory=list)
    group: tuple[str, ...] = ()


@dataclass
class Diagram:
    """Boxes, and which lead to which, by their keys."""

    boxes: dict[str, Box] = field(default_factory=dict)
    edges: list[tuple[str, str]] = field(default_factory=list)

    def connect(self, before: str, after: str) -> None:
        """Adds an arrow, once."""
        if (before, after) not in self.edges:
            self.edges.append((before, after))


@dataclass(frozen=True)
class Details:
    """What the boxes of a diagram say of their layers.

    Attributes:
        shapes: the shapes of inputs and outputs.
        names: the layers' names.
        dtype: the layers' dtypes.
        activations: their activations, where they have one.
        trainable: whether they are trained.
    """

    shapes: bool = False
    names: bool = True
    dtype: bool = False
    activations: bool = False
    trainable: bool = False


class _Drawing:
    """Turns a model into a diagram."""

    def __init__(self, details: Details, nested: bool) -> None:
        self.details, self.nested = details, nested
        self.diagram = Diagram()
        self.ends: dict[str, list[str]] = {}  # key of a nested model -> keys of the boxes that give its outputs
        self.starts: dict[str, list[str]] = {}

    def add(self, model: Any, group: tuple[str, ...] = (), prefix: str = "") -> None:
        nodes = model._network_nodes if model._graph else []
        own = {id(node) for node in nodes}
        for layer in _layers_of(model):
            self._add_layer(layer, group, prefix)
        for node in nodes:
            if node.layer is None:
                name = getattr(node.operation, "__name__", type(node.operation).__name__).strip("_")
                self.diagram.boxes[prefix + str(id(node))] = Box(prefix + str(id(node)), name, [], group)
        inputs = {id(x) for x in (model.inputs if model._graph else [])}
        for node in nodes:
            here = prefix + str(id(node.layer or node))
            if any(id(x) in inputs for x in node.outputs):
                continue
            for tensor in node.sources if node.layer is not None else node.parents:
                self._connect(prefix + _maker(tensor, own), here)

    def _add_layer(self, layer: Any, group: tuple[str, ...], prefix: str) -> None:
        key = prefix + str(id(layer))
        if self.nested and isinstance(layer, Network) and layer._graph:
            inner = f"{key}/"
            self.add(layer, (*group, layer.name), inner)
            self.starts[key] = [inner + str(id(x._keras_history[0])) for x in layer.inputs]
            self.ends[key] = [inner + _maker(x, set()) for x in layer.outputs]
            return
        self.diagram.boxes[key] = Box(key, self._title(layer), self._rows(layer), group)

    def _connect(self, before: str, after: str) -> None:
        for end in self._flat(before, self.ends):
            for start in self._flat(after, self.starts):
                if end in self.diagram.boxes and start in self.diagram.boxes:
                    self.diagram.connect(end, start)

    def _flat(self, key: str, table: dict[str, list[str]]) -> list[str]:
        return [leaf for inner in table[key] for leaf in self._flat(inner, table)] if key in table else [key]

    def _title(self, layer: Any) -> str:
        name, kind = layer.name, type(layer).__name__
        inner = getattr(layer, "layer", None)
        if isinstance(inner, Layer):
            name, kind = f"{name}({inner.name})", f"{kind}({type(inner).__name__})"
        return f"{name}: {kind}" if self.details.names else kind

    def _rows(self, layer: Any) -> list[tuple[str, str]]:
        rows = []
        if self.details.dtype:
            rows.append(("dtype", str(getattr(layer, "dtype", None) or config.floatx())))
        activation = getattr(layer, "activation", None)
        if self.details.activations and callable(activation):
            rows.append(("activation", getattr(activation, "__name__", type(activation).__name__)))
        if self.details.trainable:
            rows.append(("trainable", str(layer.trainable)))
        if self.details.shapes:
            rows += [(what, _shape(layer, f"{what}_shape")) for what in ("input", "output")]
        return rows


def _shape(layer: Any, name: str) -> str:
    try:
        return str(getattr(layer, name))
    except AttributeError:  # called more than once, with different results
        return "multiple"


def _layers_of(model: Any) -> list[Any]:
    """The layers, with the input that a Sequential does not count."""
    layers = list(model.layers)
    if model._graph:
        layers = [layer for layer in model.input_layers if layer not in layers] + layers
    return layers


def _maker(tensor: SymbolicTensor, own: set[int]) -> str:
    """The key of what made a tensor: the layer, or the call of a function."""
    history = tensor._keras_history
    if history is not None and (tensor.node is None or tensor.node.layer is not None or id(tensor.node) not in own):
        return str(id(history[0]))
    return str(id(tensor.node))


def diagram_of(
    model: Any,
    details: Details = Details(),  # it cannot change
    expand_nested: bool = False,
    layer_range: Sequence[str] | None = None,
) -> Diagram:
    """The boxes and arrows of a model.

    Args:
        model: the model.
        details: what the boxes say.
        expand_nested: whether nested models are drawn with their layers.
        layer_range: the names of the first and the last layer to draw, or patterns for them; all when missing.

    Raises:
        TypeError: for something that is no model.
        ValueError: for a model that is not built, or a range that names no layers.

    Example:
        >>> import kerastorch as keras
        >>> model = keras.models.Sequential([keras.layers.Dense(2, input_dim=3, name="only")])
        >>> [box.title for box in diagram_of(model).boxes.values()]
        ['only_input: InputLayer', 'only: Dense']
    """
    if not isinstance(model, Network):
        raise TypeError(f"plot_model: expected a model. Received: {type(model).__name__}")
    if not model.built and not model.layers:
        raise ValueError(f"plot_model: expected a model with layers. Received: {model.name!r}, which has none yet")
    drawing = _Drawing(details, expand_nested)
    drawing.add(model)
    if layer_range is not None:
        _keep(drawing.diagram, {str(id(layer)) for layer in _within(model, layer_range)})
    return drawing.diagram


def _within(model: Any, layer_range: Sequence[str]) -> list[Any]:
    """The layers from one name to another."""
    if isinstance(layer_range, str) or len(layer_range) != 2:
        raise ValueError(f"plot_model: expected layer_range to be two names of layers. Received: {layer_range!r}")
    layers = _layers_of(model)
    ends = [[i for i, layer in enumerate(layers) if re.match(wanted, layer.name)] for wanted in layer_range]
    for wanted, found in zip(layer_range, ends, strict=True):
        if not found:
            names = [layer.name for layer in layers]
            raise ValueError(f"plot_model: expected layer_range to name layers of {names}. Received: {wanted!r}")
    first, last = sorted((min(ends[0]), max(ends[1])))
    return layers[first : last + 1]


def _keep(diagram: Diagram, keys: set[str]) -> None:
    """Leaves the boxes of those keys, and what is nested in them."""
    diagram.boxes = {key: box for key, box in diagram.boxes.items() if key.split("/")[0] in keys}
    diagram.edges = [edge for edge in diagram.edges if all(end in diagram.boxes for end in edge)]


def model_to_dot(
    model: Any,
    show_shapes: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 96,
    *,
    show_dtype: bool = False,
    layer_range: Sequence[str] | None = None,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
) -> Any:
    """A model as a graph of pydot.

    Args:
        model: the model.
        show_shapes: whether boxes say the shapes of inputs and outputs.
        show_layer_names: whether boxes say the layers' names.
        rankdir: ``'TB'`` (downwards), ``'LR'`` (to the right), ``'BT'`` or ``'RL'``.
        expand_nested: whether nested models are drawn with their layers.
        dpi: dots an inch.
        show_dtype: whether boxes say the layers' dtypes.
        layer_range: the names of the first and the last layer to draw, or patterns for them; all when missing.
        show_layer_activations: whether boxes say the layers' activations.
        show_trainable: whether boxes say which layers are trained.

    Returns:
        A ``pydot.Dot``.

    Raises:
        ImportError: without pydot.
    """
    _check_direction("model_to_dot", rankdir)
    details = Details(show_shapes, show_layer_names, show_dtype, show_layer_activations, show_trainable)
    return _dot_of(diagram_of(model, details, expand_nested, layer_range), rankdir, dpi)


def _dot_of(diagram: Diagram, rankdir: str, dpi: int) -> Any:
    try:
        import pydot
    except ImportError:
        raise ImportError("model_to_dot: expected the package pydot; pip install pydot") from None
    dot = pydot.Dot(rankdir=rankdir.upper(), concentrate=True, dpi=dpi)
    dot.set_node_defaults(shape="record")
    clusters: dict[tuple[str, ...], Any] = {(): dot}
    for box in diagram.boxes.values():
        for depth in range(len(box.group)):
            path = box.group[: depth + 1]
            if path not in clusters:
                clusters[path] = pydot.Cluster("_".join(path), label=path[-1], style="dashed")
        clusters[box.group].add_node(pydot.Node(f'"{box.key}"', label=_record(box)))
    for path in sorted(clusters, key=len, reverse=True):
        if path:
            clusters[path[:-1]].add_subgraph(clusters[path])
    for before, after in diagram.edges:
        dot.add_edge(pydot.Edge(f'"{before}"', f'"{after}"'))
    return dot


def _record(box: Box) -> str:
    title = _escaped(box.title)
    if not box.rows:
        return title
    heads = "|".join(f"{what}:" for what, _ in box.rows)
    return f"{title}\\n|{{{heads}}}|{{{'|'.join(f'{{{_escaped(text)}}}' for _, text in box.rows)}}}"


def _escaped(text: str) -> str:
    for sign in "{}|<>":
        text = text.replace(sign, f"\\{sign}")
    return text


def plot_model(
    model: Any,
    to_file: Any = "model.png",
    show_shapes: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 96,
    *,
    show_dtype: bool = False,
    layer_range: Sequence[str] | None = None,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
) -> Any:
    """Draws a model and writes the picture to a file.

    Args:
        model: the model.
        to_file: the file; its ending says the kind of picture: png, jpg, pdf, svg.
        show_shapes: whether boxes say the shapes of inputs and outputs.
        show_layer_names: whether boxes say the layers' names.
        rankdir: ``'TB'`` (downwards), ``'LR'`` (to the right), ``'BT'`` or ``'RL'``.
        expand_nested: whether nested models are drawn with their layers.
        dpi: dots an inch.
        show_dtype: whether boxes say the layers' dtypes.
        layer_range: the names of the first and the last layer to draw, or patterns for them; all when missing.
        show_layer_activations: whether boxes say the layers' activations.
        show_trainable: whether boxes say which layers are trained.

    Returns:
        In a notebook the picture, which is shown then; else None.

    Raises:
        ImportError: with neither pydot and graphviz nor matplotlib.
        TypeError: for something that is no model.
        ValueError: for a model without layers, or an unknown direction.

    Source: https://keras.io/api/utils/model_plotting_utils/#plotmodel-function
    """
    _check_direction("plot_model", rankdir)
    path = Path(to_file)
    kind = path.suffix[1:] or "png"
    details = Details(show_shapes, show_layer_names, show_dtype, show_layer_activations, show_trainable)
    diagram = diagram_of(model, details, expand_nested, layer_range)
    if _has_graphviz():
        _dot_of(diagram, rankdir, dpi).write(str(path), format=kind)
    else:
        from ._plotting import draw

        draw(diagram, path, rankdir.upper(), kind, dpi)
    if "ipykernel" in sys.modules and kind in ("png", "jpg", "jpeg"):
        from IPython.display import Image

        return Image(filename=str(path))
    return None


def _check_direction(owner: str, rankdir: Any) -> None:
    if not isinstance(rankdir, str) or rankdir.upper() not in _DIRECTIONS:
        raise ValueError(f"{owner}: expected rankdir to be one of {_DIRECTIONS}. Received: rankdir={rankdir!r}")


def _has_graphviz() -> bool:
    try:
        import pydot  # noqa: F401
    except ImportError:
        return False
    return shutil.which("dot") is not None
