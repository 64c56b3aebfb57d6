"""``Model.export``: the file computes what the model does."""

import numpy as np
import pytest
import torch

import kerastorch as keras


def made():
    first = keras.layers.Input((6, 3))
    x = keras.layers.Conv1D(4, 2, activation="relu")(first)
    return keras.models.Model(first, keras.layers.Dense(2)(keras.layers.GlobalAveragePooling1D()(x)))


def test_a_program_of_torch(tmp_path, capsys):
    model, path = made(), str(tmp_path / "net.pt2")
    model.export(path, verbose=True)
    assert capsys.readouterr().out == f"Saved artifact at {path!r}.\n"
    x = np.random.RandomState(0).standard_normal((5, 6, 3)).astype("float32")
    found = torch.export.load(path).module()(torch.tensor(x, device=keras.config.device()))
    np.testing.assert_allclose(found.detach().cpu().numpy(), model.predict(x, verbose=0), rtol=1e-5, atol=1e-6)


def test_onnx(tmp_path):
    runtime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    model, path = made(), str(tmp_path / "net.onnx")
    model.export(path)
    x = np.random.RandomState(1).standard_normal((4, 6, 3)).astype("float32")
    session = runtime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {session.get_inputs()[0].name: x})
    np.testing.assert_allclose(found, model.predict(x, verbose=0), rtol=1e-5, atol=1e-6)


LATER = {
    "one_hot": ((1,), lambda k: k.layers.CategoryEncoding(5, output_mode="one_hot"), [[1], [4], [0]]),
    "multi_hot": ((3,), lambda k: k.layers.CategoryEncoding(5), [[1, 2, 2], [4, 0, 0], [3, 3, 3]]),
    "counts": ((3,), lambda k: k.layers.CategoryEncoding(5, output_mode="count"), [[1, 2, 2], [4, 0, 0], [3, 3, 3]]),
    "buckets": ((2,), lambda k: k.layers.Discretization([0.0, 1.0]), [[0.5, 3.0], [-1.0, 1.5], [0.0, 1.0]]),
    "lookup": ((2,), lambda k: k.layers.IntegerLookup(vocabulary=[3, 5], output_mode="multi_hot"), [[3, 9], [5, 5]]),
    "scaled": ((2,), lambda k: k.layers.Normalization(mean=[1.0, 2.0], variance=[2.0, 3.0]), [[0.5, 3.0]] * 3),
    "softmax": ((2, 3), lambda k: k.layers.Softmax(axis=(1, 2)), [[[1.0, 2.0, 0.5], [0.0, -1.0, 3.0]]] * 3),
    "attention": ((5, 4), lambda k: k.layers.MultiHeadAttention(2, 3), None),
}


@pytest.mark.parametrize("name", LATER)
def test_layers_of_later_kerases(name, tmp_path):
    keras.set_era("keras3")
    shape, build, rows = LATER[name]
    if rows is None:
        rows = np.random.RandomState(0).standard_normal((3, *shape)).astype("float32")
        rows[0, 2:] = 0
    x = np.array(rows)
    first = keras.layers.Input(shape, dtype="int64" if x.dtype.kind == "i" else "float32")
    inner = keras.layers.Masking()(first) if name == "attention" else first
    layer = build(keras)
    model = keras.models.Model(first, layer(inner, inner) if name == "attention" else layer(inner))
    model.export(tmp_path / "net.pt2")
    given = torch.tensor(x, dtype=getattr(torch, model.inputs[0].dtype_name), device=keras.config.device())
    found = torch.export.load(tmp_path / "net.pt2").module()(given)
    np.testing.assert_allclose(found.detach().cpu().numpy(), model.predict(x, verbose=0), rtol=1e-5, atol=1e-6)


def test_a_loop_of_unknown_length_is_refused(tmp_path):
    first = keras.layers.Input((None, 3), name="words")
    model = keras.models.Model(first, keras.layers.LSTM(2)(first))
    path = tmp_path / "net.pt2"
    path.write_text("old")
    with pytest.raises(ValueError, match="give words a known shape"):
        model.export(path)
    assert path.read_text() == "old"


def test_what_is_cut_short_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "net.pt2"
    path.write_text("old")

    def half(program, where):
        with open(where, "w") as file:
            file.write("half")
        raise OSError("disk full")

    monkeypatch.setattr(torch.export, "save", half)
    with pytest.raises(OSError, match="disk full"):
        made().export(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["net.pt2"] and path.read_text() == "old"


@pytest.mark.parametrize("given", [{"format": "tf_saved_model"}, {}, {"format": "openvino"}])
def test_other_formats_are_refused(given, tmp_path):
    with pytest.raises(ValueError, match="format='torch'.*Received: format="):
        made().export(tmp_path / "net", **given)


def test_unknown_arguments_are_refused(tmp_path):
    with pytest.raises(TypeError, match="opset"):
        made().export(tmp_path / "net.onnx", opset=3)


def test_settings_under_keras_3s_names():
    config = keras.config
    assert config.backend() == "torch" and config.dtype_policy().name == "float32"
    config.disable_traceback_filtering()
    assert not config.is_traceback_filtering_enabled()
    config.enable_traceback_filtering()
    config.set_dtype_policy("mixed_bfloat16")
    assert keras.layers.Dense(1).compute_dtype == "bfloat16"
    with pytest.warns(UserWarning, match="torch"):
        config.set_backend("jax")
