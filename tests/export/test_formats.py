"""``torch.export`` and ONNX take functional models, with free batch sizes."""

import numpy as np
import pytest
import torch

from kerastorch.export import to_onnx

from .zoo import make

NAMES = ["images", "masked_words", "branches", "own_layers"]


def more(inputs):
    """Twice the samples."""
    return [np.concatenate([x, x[::-1]]) for x in inputs]


def expected_of(model, inputs):
    found = model.predict(inputs if len(inputs) > 1 else inputs[0])
    return found if isinstance(found, list) else [found]


@pytest.mark.parametrize("name", NAMES)
def test_torch_export(name):
    model, inputs = make(name)
    free = tuple({0: torch.export.Dim.DYNAMIC} for _ in inputs)
    given = tuple(torch.tensor(x) for x in inputs)
    arguments, free = (given, (free,)) if len(inputs) == 1 else (([*given],), ((list(free),),))
    program = torch.export.export(model, arguments, dynamic_shapes=free)
    inputs = more(inputs)
    tensors = [torch.tensor(x) for x in inputs]
    with torch.no_grad():
        got = program.module()(tensors[0] if len(tensors) == 1 else tensors)
    for a, b in zip(got if isinstance(got, (list, tuple)) else [got], expected_of(model, inputs), strict=True):
        np.testing.assert_allclose(a.numpy(), b, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", NAMES[:2])
@pytest.mark.filterwarnings("ignore")
def test_onnx(name, tmp_path):
    pytest.importorskip("onnxscript")
    runtime = pytest.importorskip("onnxruntime")
    model, inputs = make(name)
    to_onnx(model, tmp_path / "model.onnx")
    session = runtime.InferenceSession(str(tmp_path / "model.onnx"), providers=["CPUExecutionProvider"])
    assert [x.name for x in session.get_inputs()] == model.input_names
    inputs = more(inputs)
    got = session.run(None, dict(zip(model.input_names, inputs)))
    for a, b in zip(got, expected_of(model, inputs), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)


def test_onnx_needs_its_extra(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "onnx", None)
    with pytest.raises(ImportError, match=r"pip install 'kerastorch\[onnx\]'"):
        to_onnx(make("perceptron")[0], "unused.onnx")
