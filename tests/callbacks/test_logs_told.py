"""What callbacks are told in each era: the hooks in their order, the keys of their logs, kinds and numbers."""

import json
from pathlib import Path

import pytest

import kerastorch as keras
from tests.callbacks import record_logs

RECORDED = {
    era: json.loads((Path(__file__).parent / f"logs_{era}.json").read_text(encoding="utf-8")) for era in record_logs.ALL
}
RUNS = [(era, name) for era in RECORDED for name in RECORDED[era]]


def plain(told):
    """Numbers apart, and what is left; numpy's doubles, which Keras 2.2.4 averages in, are floats."""
    if isinstance(told, float):
        return "a number"
    if isinstance(told, (list, tuple)):
        return [plain(part) for part in told]
    return "float" if told == "float64" else told


def numbers(told):
    return [number for part in told for number in numbers(part)] if isinstance(told, list) else _number(told)


def _number(value):
    return [value] if isinstance(value, float) else []


@pytest.mark.parametrize(("era", "name"), RUNS)
def test_told_like_keras(era, name):
    keras.set_era(era)
    told, expected = record_logs.told(keras, name), RECORDED[era][name]
    assert plain(told) == plain(expected)
    assert numbers(told) == pytest.approx(numbers(expected), rel=1e-5)


@pytest.mark.parametrize("era", record_logs.ALL)
def test_everything_is_recorded(era):
    assert list(RECORDED[era]) == [name for name, (_, eras) in record_logs.CASES.items() if era in eras]


@pytest.mark.parametrize("era", record_logs.ALL)
def test_steps_of_a_models_own_in_every_era(era):
    """Keras 2.2.4 has none; what ``compile`` was given is measured there too."""

    class Own(keras.Model):
        def train_step(self, data):
            return super().train_step(data)

    keras.set_era(era)
    model = record_logs.model_of(keras, Own)
    history = model.fit(*record_logs.data(), epochs=2, verbose=0).history
    assert len(history) == 2 and all(len(values) == 2 for values in history.values())


def test_a_batch_that_nobody_hears_of_is_not_looked_at(monkeypatch):
    """The numbers of a step stay on the device until the epoch's end."""
    from kerastorch.training import own_steps

    class Own(keras.Model):
        def train_step(self, data):
            return super().train_step(data)

    keras.set_era("keras3")
    model, looked = record_logs.model_of(keras, Own), []
    monkeypatch.setattr(own_steps, "_numbers", lambda logs, real=own_steps._numbers: looked.append(1) or real(logs))
    monkeypatch.setattr(own_steps, "Logs", None)
    model.fit(*record_logs.data(), batch_size=1, epochs=2, verbose=0)
    assert len(looked) == 2
