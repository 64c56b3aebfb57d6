"""Models as pictures.

graphviz draws them where pydot and the program ``dot`` are there, as in Keras; matplotlib does elsewhere.

Source: https://keras.io/api/utils/model_plotting_utils/
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kerastorch.engine.layer import Layer
from kerastorch.engine.network import Network
from kerastorch.engine.symbolic import SymbolicTensor

__all__ = ["Box", "Diagram", "diagram_of", "model_to_dot", "plot_model"]

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


class _Drawing:
    """Turns a model into a diagram."""

    def __init__(self, shapes: bool, names: bool, nested: bool) -> None:
        self.shapes, self.names, self.nested = shapes, names, nested
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
        return f"{name}: {kind}" if self.names else kind

    def _rows(self, layer: Any) -> list[tuple[str, str]]:
        if not self.shapes:
            return []
        return [(what, _shape(layer, f"{what}_shape")) for what in ("input", "output")]


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
    model: Any, show_shapes: bool = False, show_layer_names: bool = True, expand_nested: bool = False
) -> Diagram:
    """The boxes and arrows of a model.

    Args:
        model: the model.
        show_shapes: whether boxes say the shapes of inputs and outputs.
        show_layer_names: whether boxes say the layers' names.
        expand_nested: whether nested models are drawn with their layers.

    Raises:
        TypeError: for something that is no model.
        ValueError: for a model that is not built.

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
    drawing = _Drawing(show_shapes, show_layer_names, expand_nested)
    drawing.add(model)
    return drawing.diagram


def model_to_dot(
    model: Any,
    show_shapes: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 96,
) -> Any:
    """A model as a graph of pydot.

    Args:
        model: the model.
        show_shapes: whether boxes say the shapes of inputs and outputs.
        show_layer_names: whether boxes say the layers' names.
        rankdir: ``'TB'`` (downwards), ``'LR'`` (to the right), ``'BT'`` or ``'RL'``.
        expand_nested: whether nested models are drawn with their layers.
        dpi: dots an inch.

    Returns:
        A ``pydot.Dot``.

    Raises:
        ImportError: without pydot.
    """
    _check_direction("model_to_dot", rankdir)
    try:
        import pydot
    except ImportError:
        raise ImportError("model_to_dot: expected the package pydot; pip install pydot") from None
    diagram = diagram_of(model, show_shapes, show_layer_names, expand_nested)
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
    if _has_graphviz():
        dot = model_to_dot(model, show_shapes, show_layer_names, rankdir, expand_nested, dpi)
        dot.write(str(path), format=kind)
    else:
        from kerastorch.utils._plotting import draw

        diagram = diagram_of(model, show_shapes, show_layer_names, expand_nested)
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
