"""Every optimizer and option against recordings of the real Keras 2.2.4 and Keras 3.15 (golden/)."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from kerastorch import eras, optimizers

GOLDEN = Path(__file__).parent / "golden"
KERAS2 = dict(np.load(GOLDEN / "keras2.npz"))
KERAS3 = dict(np.load(GOLDEN / "keras3.npz"))
TF_KERAS = dict(np.load(GOLDEN / "tfkeras.npz"))


def cases(data):
    return [pytest.param(case, id=case["name"]) for case in json.loads(str(data["cases"]))]


def schedules():
    entries = json.loads(str(KERAS3["schedules"]))
    return [pytest.param(entry, id=f"{entry['class']}-{i}") for i, entry in enumerate(entries)]


@pytest.fixture
def keras3():
    eras.set_era("keras3")


def close(got, expected, tolerance):
    scale = np.abs(expected).max()
    np.testing.assert_allclose(got, expected, rtol=0, atol=max(tolerance * scale, 1e-30))


def start(data, opt, *, on_device):
    count = sum(key.startswith("start/") for key in data)
    params = [torch.nn.Parameter(torch.tensor(data[f"start/{k}"])) for k in range(count)]
    binding = opt.bind(params)
    # A GPU's arithmetic, on tensors instead of floats, runs on any device.
    binding.groups[0].host = not on_device
    return params


def gradients(data, params, i):
    return [torch.tensor(data[f"gradients/{k}"][i]) for k in range(len(params))]


@pytest.mark.parametrize("on_device", [False, True], ids=["floats", "tensors"])
@pytest.mark.parametrize("case", cases(KERAS2))
def test_keras_2(case, on_device):
    opt = getattr(optimizers, case["class"])(**case["arguments"])
    assert opt.get_config() == case["config"]
    params = start(KERAS2, opt, on_device=on_device)
    for i in range(12):
        for name, value in case["settings"].get(str(i), {}).items():
            setattr(opt, name, value)
        opt.step(gradients(KERAS2, params, i))
        for k, p in enumerate(params):
            close(p.detach().numpy(), KERAS2[f"{case['name']}/weight/{k}"][i], 1e-6)
    state = opt.get_weights()
    assert len(state) == case["states"]
    for k, w in enumerate(state):
        expected = KERAS2[f"{case['name']}/state/{k}"]
        assert w.shape == expected.shape and w.dtype == expected.dtype
        close(w, expected, 1e-6)


@pytest.mark.parametrize("on_device", [False, True], ids=["floats", "tensors"])
@pytest.mark.parametrize("case", cases(KERAS3))
def test_keras_3(case, on_device, keras3):
    opt = getattr(optimizers, case["class"])(**case["arguments"])
    params = start(KERAS3, opt, on_device=on_device)
    for i in range(12):
        opt.step(gradients(KERAS3, params, i))
        for k, p in enumerate(params):
            close(p.detach().numpy(), KERAS3[f"{case['name']}/weight/{k}"][i], 2e-6)


def test_running_means_go_into_the_weights(keras3):
    opt = optimizers.Adam(**json.loads(str(KERAS3["finalized/arguments"])))
    params = start(KERAS3, opt, on_device=False)
    for i in range(12):
        opt.step(gradients(KERAS3, params, i))
    opt.finalize_variable_values(params)
    for k, p in enumerate(params):
        close(p.detach().numpy(), KERAS3[f"finalized/weight/{k}"], 2e-6)


@pytest.mark.parametrize("case", cases(TF_KERAS))
def test_running_means_of_tf_keras(case):
    eras.set_era("tf.keras")
    opt = getattr(optimizers, case["class"])(**case["arguments"])
    params = start(TF_KERAS, opt, on_device=False)
    path = []
    for i in range(8):
        opt.step(gradients(TF_KERAS, params, i))
        path.append([p.detach().clone().numpy() for p in params])
    opt.finalize_variable_values(params)
    path.append([p.detach().numpy() for p in params])
    for k in range(len(params)):
        close(np.stack([weights[k] for weights in path]), TF_KERAS[f"{case['name']}/weight/{k}"], 2e-6)


@pytest.mark.parametrize("warmup", [0, 4])
def test_schedule_free_is_the_papers(warmup, keras3):
    """Keras 3.15 on torch reads z after it was moved, where the paper and its other backends read it before."""
    opt = optimizers.ScheduleFreeAdamW(0.05, beta_1=0.7, warmup_steps=warmup)
    params = start(KERAS3, opt, on_device=False)
    y = [p.detach().double().numpy().copy() for p in params]
    z, mean, v = [a.copy() for a in y], [a.copy() for a in y], [np.zeros_like(a) for a in y]
    for i in range(12):
        grads = gradients(KERAS3, params, i)
        opt.step(grads)
        for k, g in enumerate(grad.double().numpy() for grad in grads):
            v[k] = 0.999 * v[k] + 0.001 * g * g
            rate = 0.05 * min(1.0, (i + 1) / warmup) if warmup else 0.05
            z[k] = z[k] - rate * g / (np.sqrt(v[k] / (1 - 0.999 ** (i + 1))) + 1e-8)
            mean[k] = mean[k] + (z[k] - mean[k]) / (i + 1)
            close(params[k].detach().numpy(), 0.3 * z[k] + 0.7 * mean[k], 5e-6)


@pytest.mark.parametrize("entry", schedules())
def test_schedule(entry):
    schedule = getattr(optimizers.schedules, entry["class"])(**entry["arguments"])
    assert schedule.get_config() == entry["config"]
    rates = [float(schedule(torch.tensor(step))) for step in range(25)]
    np.testing.assert_allclose(rates, entry["rates"], rtol=2e-6, atol=1e-8)
    again = optimizers.schedules.deserialize(optimizers.schedules.serialize(schedule))
    assert [float(again(step)) for step in range(25)] == rates


def test_era_defaults(keras3):
    # Signatures of Keras 3.15 and tf.keras 2.15.
    rates = {name: float(optimizers.get(name).lr) for name in ("SGD", "Adagrad", "Adadelta", "Adamax", "Nadam")}
    assert rates == pytest.approx({"SGD": 0.01, "Adagrad": 0.001, "Adadelta": 0.001, "Adamax": 0.001, "Nadam": 0.001})
    assert optimizers.Adagrad().initial_accumulator_value == 0.1
    with pytest.warns(UserWarning, match="decay has no effect"):
        assert optimizers.SGD(decay=0.1).initial_decay == 0.0
