"""What is printed in the eras tf.keras and keras3, to the letter: off a terminal backspaces take bars back."""

import json
import re
from pathlib import Path

import pytest
import tqdm.std

import kerastorch as keras
from kerastorch.training.progress import Progbar
from tests.printed import later_fits, scenarios

RECORDED = {
    era: json.loads((Path(__file__).parent / f"later.{era}.json").read_text(encoding="utf-8"))
    for era in ("tf.keras", "keras3")
}
BARS = [(era, name) for era in RECORDED for name in RECORDED[era]["progbars"]]
RUNS = [(era, name) for era in RECORDED for name in RECORDED[era]["fits"]]


@pytest.fixture
def clock(monkeypatch):
    clock = scenarios.Clock()
    monkeypatch.setattr(tqdm.std, "time", clock.time)
    return clock


@pytest.mark.parametrize(("era", "name"), BARS)
def test_file_gets_its_text(era, name, clock):
    keras.set_era(era)
    assert scenarios.draw_progbar(Progbar, clock, name, terminal=False) == RECORDED[era]["progbars"][name]


def last_states(text):
    """Each line as it stands in the end, without the blanks that cover a longer one before it."""
    return [re.sub("\x08+", "", line.split("\r")[-1]).rstrip() for line in text.split("\n")]


@pytest.mark.parametrize(("era", "name"), RUNS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_text_of_a_run(era, name, clock, tmp_path, monkeypatch):
    keras.set_era(era)
    monkeypatch.chdir(tmp_path)
    assert last_states(later_fits.run(name, keras)) == last_states(RECORDED[era]["fits"][name])


@pytest.mark.parametrize(("era", "name"), BARS)
@pytest.mark.parametrize("columns", [80, 100])
def test_a_terminal_shows_its_last_state(era, name, columns, clock, monkeypatch):
    keras.set_era(era)
    monkeypatch.setenv("COLUMNS", str(columns))
    written = scenarios.draw_progbar(Progbar, clock, name, terminal=True)
    wanted = last_states(RECORDED[era]["progbars"][name])
    shown = [line for line in last_states(written) if line]
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in wanted if line]
    assert len(shown) == len(plain)
    for line, full in zip(shown, plain):
        line = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", line)
        assert line == full or len(full) >= columns - 1
