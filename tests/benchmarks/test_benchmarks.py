"""The benchmark's peers do the same work, and its command reports whatever does not run."""

from __future__ import annotations

import dataclasses
import json
import sys

import numpy as np
import pytest
import torch
from torch import nn

import kerastorch
from benchmarks import keras_loops, loops, measure, peers, report, rows, run

pytestmark = pytest.mark.usefixtures("one_thread")

CPU = torch.device("cpu")
ALIKE = ["tiny", "embedding", "resnet", "lstm", "lstm_hard", "masked_lstm", "gru", "bilstm", "two_tower"]  # no dropout


TWO_BIASES = ["lstm", "masked_lstm", "bilstm"]  # torch's LSTM has two and learns both: they move twice as fast


def small(name: str) -> rows.Row:
    row = next(row for row in rows.ROWS if row.name == name)
    return dataclasses.replace(row, batch=4, steps=1 if name in TWO_BIASES else 3)


def torch_weights(model: nn.Module) -> list[np.ndarray]:
    """The weights of a hand-written model as Keras lays them out, in the order of its layers."""
    found: list[np.ndarray] = []
    for module in model.modules():
        own = {name: p.detach().numpy() for name, p in module.named_parameters(recurse=False)}
        if isinstance(module, nn.Linear):
            found += [own["weight"].T, *([own["bias"]] if "bias" in own else [])]
        elif isinstance(module, nn.Conv2d):
            found.append(own["weight"].transpose(2, 3, 1, 0))
        elif isinstance(module, nn.BatchNorm2d):
            found += [own["weight"], own["bias"], *(b.numpy() for b in (module.running_mean, module.running_var))]
        elif isinstance(module, nn.Embedding):
            found.append(own["weight"])
        elif isinstance(module, (nn.LSTM, nn.GRU)):
            for end in [f"_l{i}{way}" for i in range(module.num_layers) for way in _ways(module)]:
                found += _recurrent(module, own, end)
    return found


def _ways(module: nn.RNNBase) -> list[str]:
    return ["", "_reverse"] if module.bidirectional else [""]


def _recurrent(module: nn.RNNBase, own: dict[str, np.ndarray], end: str) -> list[np.ndarray]:
    kernel, recurrent, bias, more = (own[f"{n}{end}"] for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
    if isinstance(module, nn.LSTM):  # one bias in Keras
        return [kernel.T, recurrent.T, bias + more]

    def update_first(gates):
        reset, update, candidate = np.split(gates, 3)
        return np.concatenate([update, reset, candidate])

    return [update_first(kernel).T, update_first(recurrent).T, np.stack([update_first(bias), update_first(more)])]


def hard_weights(model: nn.Module) -> list[np.ndarray]:
    parts = [model.embedding.weight, model.inputs.weight.t(), model.recurrent.weight.t(), model.inputs.bias]
    return [p.detach().numpy() for p in (*parts, model.dense.weight.t(), model.dense.bias)]


def resnet_weights(model: nn.Module) -> list[np.ndarray]:
    """Keras orders a graph's layers by their depth: the way around a block comes beside its last convolution."""
    found = torch_weights(nn.ModuleList([model.conv, model.norm]))
    for block in model.blocks:
        found += torch_weights(nn.ModuleList([block.conv1, block.norm1, block.conv2]))
        found += (
            torch_weights(nn.ModuleList([block.around, block.norm2]))
            if block.strides > 1
            else torch_weights(block.norm2)
        )
    return found + torch_weights(model.dense)


@pytest.mark.parametrize("name", ALIKE)
def test_everybody_trains_the_same_model(name):
    row = small(name)
    hand = [loops.Usual(row, CPU), loops.Tuned(row, CPU)]
    script = keras_loops.KerasScript(row, kerastorch)
    hand[1].model.load_state_dict(hand[0].model.state_dict())
    weights = {"lstm_hard": hard_weights, "resnet": resnet_weights}.get(name, torch_weights)(hand[0].model)
    if name == "two_tower":  # Keras goes through both towers layer by layer
        weights = [*weights[:2], *weights[4:6], *weights[2:4], *weights[6:]]
    script.model.set_weights(weights)
    found = [peer.fit(shuffle=False) for peer in (*hand, script)]
    np.testing.assert_allclose(found[1], found[0], rtol=1e-4)
    np.testing.assert_allclose(found[2], found[0], rtol=1e-4)


def test_everybody_evaluates_and_predicts_alike(monkeypatch):
    monkeypatch.setattr(rows, "_MANY", 100)
    row = next(row for row in rows.ROWS if row.name == "evaluate")
    peers_here = [loops.Usual(row, CPU), loops.Tuned(row, CPU), keras_loops.KerasScript(row, kerastorch)]
    peers_here[1].model.load_state_dict(peers_here[0].model.state_dict())
    peers_here[2].model.set_weights(torch_weights(peers_here[0].model))
    measured = [peer.evaluate() for peer in peers_here]
    predicted = [peer.predict() for peer in peers_here]
    for i in (1, 2):
        np.testing.assert_allclose(measured[i], measured[0], rtol=1e-5)
        np.testing.assert_allclose(predicted[i], predicted[0], rtol=1e-4, atol=1e-6)


def test_a_run_reports_who_does_not_start(tmp_path, capsys):
    figures = tmp_path / "figures.json"
    nothing = tmp_path / "no-python"
    command = [
        "--rows",
        "tiny",
        "--turns",
        "2",
        "--threads",
        "1",
        "--peers",
        "",
        "--device",
        "cpu",
        "--json",
        str(figures),
    ]
    options = run.arguments([*command, "--peer-python", f"keras3-torch={nothing}"])
    found = run.figures(options)
    run.show(found, "median")
    shown = capsys.readouterr().out
    assert f"left out: keras3-torch: {nothing} does not start" in shown and "tiny MLP" in shown
    assert len(found["rows"]["tiny"]["ms"][measure.US]) == 2
    assert json.loads(json.dumps(found)) == found


class Scripted(peers.Peer):
    """A peer without a process: it takes given times, and fails when they are used up."""

    def __init__(self, name: str, seconds: list[float]) -> None:
        super().__init__(name, sys.executable, "cpu", 1, 1.0)
        self.seconds = list(seconds)

    def ready(self, row):
        pass

    def turn(self):
        if not self.seconds:
            raise peers.LeftOut(f"{self.name}: its process ended")
        return self.seconds.pop(0)

    def peak(self):
        return 100.0


def test_turns_ratios_and_aims(tmp_path):
    row = next(row for row in rows.ROWS if row.name == "tiny")
    us, tuned = Scripted(measure.US, [0.2, 0.6, 0.4]), Scripted("tuned", [0.4, 0.8, 2.0])
    found = {"tiny": measure.measured(row, [us, tuned, Scripted("usual", [1.0])], 3)}
    assert found["tiny"]["ms"] == {measure.US: [1.0, 3.0, 2.0], "tuned": [2.0, 4.0, 10.0]}
    assert found["tiny"]["left_out"] == ["usual: its process ended"]
    assert report.ratio(found["tiny"]["ms"], "tuned") == 0.5
    assert report.ratio(found["tiny"]["ms"], "tuned", "min") == 0.5
    assert report.aims(found) == "kept   tiny / tuned: 0.50 (at most 0.60)"
    assert "| 2 | 4 | 0.50 |" in report.table(found)
    assert "| 100 | 100 |" in report.memory(found)
    pytest.importorskip("matplotlib")
    report.plot(found, tmp_path / "ratios.png")
    assert (tmp_path / "ratios.png").stat().st_size > 1000


def test_a_plot_without_matplotlib_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r"kerastorch\[plot\]"):
        report.plot({}, tmp_path / "none.png")


def test_what_the_command_line_may_name():
    assert [row.name for row in rows.select("first")] == ["mlp", "cnn", "lstm", "lstm_hard", "tiny"]
    assert peers.chosen("tuned", ["tf_keras=/x"]) == {"tuned": sys.executable, "tf_keras": "/x"}
    for wrong in (lambda: rows.select("tinny"), lambda: peers.chosen("tf", []), lambda: peers.chosen("", ["tuned"])):
        with pytest.raises(SystemExit, match="expected --"):
            wrong()
