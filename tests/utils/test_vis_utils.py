"""Pictures of models: what is in them, where it is, and that they can be read."""

import itertools
import sys
from pathlib import Path

import numpy as np
import pytest

import kerastorch as keras
from kerastorch.utils import _plotting, vis_utils

L = keras.layers
matplotlib = pytest.importorskip("matplotlib")


def residual(blocks=2):
    first = L.Input((8,), name="entry")
    x = L.Dense(8, name="start")(first)
    for i in range(blocks):
        y = L.Dense(8, name=f"left_{i}")(x)
        x = L.add([L.BatchNormalization(name=f"norm_{i}")(y), x], name=f"sum_{i}")
    outputs = [L.Dense(3, name="probs")(x), L.Dense(1, name="value")(L.concatenate([x, first], name="both"))]
    return keras.models.Model(first, outputs, name="net")


def siamese():
    nested = keras.models.Sequential([L.Dense(4, input_shape=(3,), name="in"), L.Dense(1, name="out")], name="nested")
    one, two = L.Input((3,), name="one"), L.Input((3,), name="two")
    return keras.models.Model([one, two], L.Add(name="add")([nested(one), nested(two)]))


def edges_of(diagram):
    title = {key: box.title.split(":")[0] for key, box in diagram.boxes.items()}
    return sorted((title[a], title[b]) for a, b in diagram.edges)


def test_what_is_connected():
    diagram = vis_utils.diagram_of(residual(1))
    assert edges_of(diagram) == sorted(
        [
            ("entry", "start"),
            ("start", "left_0"),
            ("left_0", "norm_0"),
            ("norm_0", "sum_0"),
            ("start", "sum_0"),
            ("sum_0", "probs"),
            ("sum_0", "both"),
            ("entry", "both"),
            ("both", "value"),
        ]
    )


def test_nested_models():
    model = siamese()
    assert edges_of(vis_utils.diagram_of(model)) == [("nested", "add"), ("one", "nested"), ("two", "nested")]
    inside = vis_utils.diagram_of(model, expand_nested=True)
    assert edges_of(inside) == [
        ("in", "out"),
        ("in_input", "in"),
        ("one", "in_input"),
        ("out", "add"),
        ("two", "in_input"),
    ]
    assert {box.group for box in inside.boxes.values()} == {(), ("nested",)}


def test_labels():
    model = keras.models.Sequential([L.Dense(5, input_dim=4, name="one"), L.Activation("relu", name="two")])
    boxes = list(vis_utils.diagram_of(model, vis_utils.Details(shapes=True)).boxes.values())
    assert [box.title for box in boxes] == ["one_input: InputLayer", "one: Dense", "two: Activation"]
    assert boxes[1].rows == [("input", "(None, 4)"), ("output", "(None, 5)")]
    boxes = vis_utils.diagram_of(model, vis_utils.Details(names=False)).boxes.values()
    assert [box.title for box in boxes] == ["InputLayer", "Dense", "Activation"]


def test_what_later_kerases_show():
    model = keras.models.Sequential([L.Dense(5, "relu", input_dim=4, name="one"), L.Dropout(0.5, name="two")])
    model.get_layer("two").trainable = False
    details = vis_utils.Details(dtype=True, activations=True, trainable=True)
    boxes = {box.title.split(":")[0]: box.rows for box in vis_utils.diagram_of(model, details).boxes.values()}
    assert boxes["one"] == [("dtype", "float32"), ("activation", "relu"), ("trainable", "True")]
    assert boxes["two"] == [("dtype", "float32"), ("trainable", "False")]


def test_a_range_of_layers():
    some = vis_utils.diagram_of(residual(2), layer_range=["left_0", "sum_0"])
    assert edges_of(some) == [("left_0", "norm_0"), ("norm_0", "sum_0")]
    assert edges_of(vis_utils.diagram_of(residual(2), layer_range=("norm_.", "norm_."))) == [
        ("left_1", "norm_1"),
        ("norm_0", "sum_0"),
        ("sum_0", "left_1"),
    ]
    for wrong, told in ((["left_0"], "two names"), (["left_0", "nowhere"], "Received: 'nowhere'")):
        with pytest.raises(ValueError, match=told):
            vis_utils.diagram_of(residual(2), layer_range=wrong)


def test_functions_are_boxes_too():
    x = L.Input((2,), name="x")
    diagram = vis_utils.diagram_of(keras.models.Model(x, L.Dense(1, name="last")(x * 2 + 1)))
    assert edges_of(diagram) == [("add", "last"), ("mul", "add"), ("x", "mul")]


@pytest.mark.parametrize("sideways", [False, True])
def test_boxes_do_not_overlap_and_arrows_go_forward(sideways):
    diagram = vis_utils.diagram_of(residual(4), vis_utils.Details(shapes=True))
    layout = _plotting.lay_out(diagram, sideways)
    for a, b in itertools.combinations(diagram.boxes, 2):
        apart = np.abs(np.subtract(layout.place[a], layout.place[b]))
        room = np.add(layout.size[a], layout.size[b]) / 2
        assert (apart >= room - 1e-6).any()
    along = [x if sideways else -y for x, y in layout.place.values()]
    forward = dict(zip(layout.place, along, strict=True))
    assert all(forward[a] < forward[b] for a, b in diagram.edges)


@pytest.mark.parametrize("rankdir", ["TB", "LR", "BT", "RL", "tb"])
def test_a_picture(tmp_path, rankdir, monkeypatch):
    monkeypatch.setattr(vis_utils, "_has_graphviz", lambda: False)
    image = pytest.importorskip("PIL.Image")
    path = tmp_path / "net.png"
    assert keras.utils.plot_model(residual(), path, show_shapes=True, rankdir=rankdir) is None
    picture = np.asarray(image.open(path).convert("L"))
    wide = picture.shape[1] > picture.shape[0]
    assert wide == (rankdir in ("LR", "RL"))
    assert (picture < 50).mean() > 0.01 and (picture > 250).mean() > 0.7
    keras.utils.plot_model(residual(), tmp_path / "fine.png", show_shapes=True, rankdir=rankdir, dpi=192)
    assert image.open(tmp_path / "fine.png").size[0] == pytest.approx(2 * picture.shape[1], abs=3)


@pytest.mark.parametrize("kind", ["pdf", "svg", "jpg"])
def test_kinds(tmp_path, kind, monkeypatch):
    monkeypatch.setattr(vis_utils, "_has_graphviz", lambda: False)
    path = tmp_path / f"net.{kind}"
    keras.utils.plot_model(siamese(), to_file=str(path), expand_nested=True)
    assert path.stat().st_size > 1000
    with pytest.raises(ValueError, match="expected a file that ends in one of"):
        keras.utils.plot_model(siamese(), to_file=tmp_path / "net.doc")


def test_graphviz(monkeypatch, tmp_path):
    pydot = pytest.importorskip("pydot")
    text = vis_utils.model_to_dot(siamese(), show_shapes=True, expand_nested=True, rankdir="LR", dpi=50).to_string()
    for piece in (
        "rankdir=LR",
        "dpi=50",
        "cluster_nested",
        "label=nested",
        "{input:|output:}|{{(None, 3)}|{(None, 4)}}",
    ):
        assert piece in text
    written = []
    monkeypatch.setattr(vis_utils, "_has_graphviz", lambda: True)
    monkeypatch.setattr(pydot.Dot, "write", lambda self, path, format: written.append((path, format)))
    keras.utils.plot_model(siamese(), tmp_path / "a")
    keras.utils.plot_model(siamese(), tmp_path / "a.svg")
    assert written == [(str(tmp_path / "a"), "png"), (str(tmp_path / "a.svg"), "svg")]


def test_without_matplotlib(monkeypatch, tmp_path):
    monkeypatch.setattr(vis_utils, "_has_graphviz", lambda: False)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r"pip install 'kerastorch\[plot\]'"):
        keras.utils.plot_model(siamese(), tmp_path / "a.png")
    monkeypatch.setitem(sys.modules, "pydot", None)
    with pytest.raises(ImportError, match="pip install pydot"):
        vis_utils.model_to_dot(siamese())


def test_it_leaves_pyplot_alone(monkeypatch, tmp_path):
    monkeypatch.setattr(vis_utils, "_has_graphviz", lambda: False)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    keras.utils.plot_model(siamese(), Path(tmp_path / "a.png"))


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: keras.utils.plot_model(L.Dense(1)), TypeError, "expected a model. Received: Dense"),
        (lambda: keras.utils.plot_model(keras.models.Sequential()), ValueError, "expected a model with layers"),
        (lambda: keras.utils.plot_model(siamese(), rankdir="UP"), ValueError, "rankdir='UP'"),
        (lambda: vis_utils.model_to_dot(siamese(), rankdir=3), ValueError, "rankdir=3"),
    ],
)
def test_bad_input(call, error, text):
    with pytest.raises(error, match=text):
        call()
