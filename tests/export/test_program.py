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
    try:
        assert keras.layers.Dense(1).compute_dtype == "bfloat16"
    finally:
        config.set_dtype_policy("float32")
    with pytest.warns(UserWarning, match="torch"):
        config.set_backend("jax")
