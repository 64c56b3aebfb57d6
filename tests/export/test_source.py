"""What ``to_source`` writes runs without kerastorch and gives what the model gives."""

import subprocess
import sys

import numpy as np
import pytest
import torch

import kerastorch as keras
from kerastorch.export import to_source, to_torch

from .zoo import MODELS, make

CHILD = """
import pathlib, sys
sys.modules["kerastorch"] = None  # an import of it fails
import torch
folder = pathlib.Path(sys.argv[1])
for path in sorted(folder.glob("*.py")):
    namespace = {"__name__": path.stem}
    exec(compile(path.read_text(), str(path), "exec"), namespace)
    given = torch.load(folder / f"{path.stem}.pt")
    model = namespace[given["class"]]()
    model.load_state_dict(given["weights"])
    model.eval()
    with torch.no_grad():
        outputs = model(*given["inputs"])
    torch.save(outputs, folder / f"{path.stem}.out")
assert not any(name.startswith("kerastorch.") for name in sys.modules)
"""


def as_list(value):
    return list(value) if isinstance(value, (list, tuple)) else [value]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The outputs of every model's source, run by another interpreter, and the model's own."""
    folder = tmp_path_factory.mktemp("sources")
    expected = {}
    for name in MODELS:
        model, inputs = make(name)
        module = to_torch(model)
        given = {
            "class": type(module).__name__,
            "weights": module.state_dict(),
            "inputs": [torch.tensor(x) for x in inputs],
        }
        torch.save(given, folder / f"{name}.pt")
        (folder / f"{name}.py").write_text(to_source(model))
        expected[name] = as_list(model.predict(inputs if len(inputs) > 1 else inputs[0]))
    subprocess.run([sys.executable, "-c", CHILD, str(folder)], check=True, timeout=120)
    return {name: (as_list(torch.load(folder / f"{name}.out")), expected[name]) for name in MODELS}


@pytest.mark.parametrize("name", MODELS)
def test_the_source_gives_the_same(written, name):
    got, expected = written[name]
    assert len(got) == len(expected)
    for a, b in zip(got, expected):
        assert np.ptp(b) > 0 or b.shape[-1] == 1
        np.testing.assert_allclose(a.numpy(), b, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", ["images", "masked_words", "own_layers"])
def test_the_module_is_a_copy(name):
    model, inputs = make(name)
    module = to_torch(model)
    before = model.predict(inputs[0])
    with torch.no_grad():
        for weight in module.parameters():
            weight.zero_()
    np.testing.assert_array_equal(model.predict(inputs[0]), before)


def test_the_source_reads_like_torch():
    source = to_source(make("images")[0])
    assert "self.conv2d" in source and "nn.BatchNorm2d(8, eps=0.001, momentum=0.01)" in source
    assert "torch.ops" not in source and "kerastorch" not in source.replace("kerastorch.", "")
    assert source.count("permute") <= 4  # into torch's order of axes, around PReLU, and out


def test_it_trains():
    model, (x,) = make("perceptron")
    module = to_torch(model).train()
    y = torch.eye(3)[torch.tensor([0, 1, 2, 0])]
    optimizer = torch.optim.SGD(module.parameters(), lr=0.5)
    losses = []
    for _ in range(60):
        loss = torch.nn.functional.mse_loss(module(torch.tensor(x)), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert np.mean(losses[-10:]) < 0.8 * np.mean(losses[:10])


def test_a_frozen_half_of_a_normalization_stays_frozen():
    module = to_torch(make("channels_first")[0])
    norm = next(m for m in module.modules() if isinstance(m, torch.nn.BatchNorm2d))
    assert not norm.weight.requires_grad and norm.bias.requires_grad
    torch.testing.assert_close(norm.weight, torch.ones(3))


def test_shared_layers_are_one_module():
    module = to_torch(make("branches")[0])
    assert sum(isinstance(m, torch.nn.Conv2d) for m in module.modules()) == 1


def test_what_cannot_be_written():
    with pytest.raises(TypeError, match="expected a model. Received: Linear"):
        to_source(torch.nn.Linear(1, 1))
    with pytest.raises(ValueError, match="whose graph is not known"):
        to_source(keras.Sequential([keras.layers.Dense(1)]))
    stateful = keras.Sequential([keras.layers.LSTM(2, stateful=True, batch_input_shape=(2, 3, 1))])
    with pytest.raises(ValueError, match="Received: the stateful layer lstm"):
        to_source(stateful)
