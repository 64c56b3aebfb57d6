"""The bar prints what the real Keras 2.2.4 prints, letter by letter, and asks for numbers only when it draws."""

import contextlib
import io
import json
import os
import struct
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
import tqdm.std

from kerastorch.training.callback import CallbackList
from kerastorch.training.logs import Logs
from kerastorch.training.progress import Progbar, ProgbarLogger
from tests.printed import scenarios

RECORDED = json.loads((Path(scenarios.__file__).parent / "progbars.json").read_text(encoding="utf-8"))


@pytest.fixture
def clock(monkeypatch):
    clock = scenarios.Clock()
    monkeypatch.setattr(tqdm.std, "time", clock.time)
    return clock


def on_screen(written, columns=None):
    """What a terminal shows after these characters."""
    lines, row, column = [[]], 0, 0
    for character in written.replace("\x1b[A", "\x1b"):
        if character == "\n":
            row, column = row + 1, 0
            if row == len(lines):
                lines.append([])
        elif character == "\r":
            column = 0
        elif character == "\x1b":  # cursor up
            row -= 1
        elif character == "\b":
            column = max(0, column - 1)
        else:
            line = lines[row]
            line.extend(" " * (column + 1 - len(line)))
            line[column] = character
            column += 1
            assert columns is None or column <= columns, "the line wraps"
    return ["".join(line).rstrip() for line in lines]


@pytest.mark.parametrize("name", RECORDED)
def test_file_gets_keras_text(name, clock):
    assert scenarios.draw_progbar(Progbar, clock, name, terminal=False) == RECORDED[name]["file"]


@pytest.mark.parametrize("name", RECORDED)
def test_terminal_shows_what_keras_shows(name, clock):
    written = scenarios.draw_progbar(Progbar, clock, name, terminal=True)
    assert on_screen(written) == on_screen(RECORDED[name]["terminal"])
    if name != "past_the_end":
        assert written.count("\n") == RECORDED[name]["terminal"].count("\n")


def test_literal_lines(clock):
    """Recorded from Keras 2.2.4 with the same times."""
    assert scenarios.draw_progbar(Progbar, clock, "loss", terminal=False) == (
        "\n 320/1000 [========>.....................] - ETA: 1s - loss: 0.0031 - acc: 0.5000"
        "\n 640/1000 [==================>...........] - ETA: 0s - loss: 0.0023 - acc: 0.5000"
        "\n 960/1000 [===========================>..] - ETA: 0s - loss: 0.0019 - acc: 0.5000"
        "\n1000/1000 [==============================] - 2s 2ms/step - loss: 0.0019 - acc: 0.5000\n"
    )
    assert scenarios.draw_progbar(Progbar, clock, "shrinking", terminal=False) == (
        "\n    1/90000 [..............................] - ETA: 12499:51:40"
        "\n80000/90000 [=========================>....] - ETA: 7:17       "
        "\n90000/90000 [==============================] - 3501s 39ms/step\n"
    )


def test_notebook_draws_in_place(clock, monkeypatch):
    monkeypatch.setitem(sys.modules, "ipykernel", io)
    written = scenarios.draw_progbar(Progbar, clock, "loss", terminal=False)
    assert written.startswith("\r 320/1000 [") and written.count("\n") == 1


def in_real_terminal(run, columns):
    """What a block writes to a pseudo-terminal of so many columns."""
    pty, termios = pytest.importorskip("pty"), pytest.importorskip("termios")
    fcntl = pytest.importorskip("fcntl")
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    before = sys.stdout
    with os.fdopen(theirs, "w") as terminal:
        sys.stdout = terminal
        try:
            run()
        finally:
            sys.stdout = before
        terminal.flush()
    written = b""
    with os.fdopen(ours, "rb", buffering=0) as screen, contextlib.suppress(OSError):  # Linux: an error ends it
        while piece := screen.read(1 << 16):
            written += piece
    return written.decode().replace("\r\n", "\n")


def test_narrow_terminal_never_wraps_while_it_runs(clock):
    def run():
        bar = Progbar(1000)
        for n in range(100, 1000, 100):
            clock.now += 1
            bar.update(n, [("loss", 0.5), ("acc", 0.25)])

    # Older versions of tqdm fill the last column, newer ones leave it free.
    (line,) = on_screen(in_real_terminal(run, 60), columns=60)
    assert len(line) in (59, 60) and line.endswith(">.] - ETA: 1s - loss: 0.5000 - acc: 0.2500")
    (line,) = on_screen(in_real_terminal(run, 30), columns=30)
    assert len(line) in (29, 30) and line.startswith(" 900/1000 [.] - ETA: 1s - lo")
    assert on_screen(in_real_terminal(run, 200), columns=200) == [
        " 900/1000 [==========================>...] - ETA: 1s - loss: 0.5000 - acc: 0.2500"
    ]


def test_unfinished_bar_takes_no_line(clock):
    """A run that was stopped leaves its bar behind; the next run's begins where Keras's would."""
    with scenarios.captured(terminal=True) as out:
        stopped, second = Progbar(5), Progbar(5)
        clock.now += 1
        stopped.update(1)
        second.update(1)
    assert "\n" not in out.text


def test_file_ignores_the_terminal_width(clock, monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    assert scenarios.draw_progbar(Progbar, clock, "loss", terminal=False) == RECORDED["loss"]["file"]


def test_beside_another_tqdm_bar(clock):
    """A user's own bar around fit moves down; ours leaves whole lines above it."""

    def run():
        outer = tqdm.std.tqdm(total=2, file=sys.stdout, desc="folds", ncols=70)
        for _ in range(2):
            run_logger(clock, ProgbarLogger(), batches=3, seconds=1, capture=False)
            outer.update()
        outer.close()

    line = "24/24 [==============================] - 3s 125ms/step - loss: 0.5000 - val_loss: 0.2500"
    shown = on_screen(in_real_terminal(run, 120), columns=120)
    assert shown[:4] == ["Epoch 1/1", line] * 2
    assert shown[4].startswith("folds: 100%") and shown[5:] == [""]


def test_tqdm_write_goes_above_the_bar(clock):
    def run():
        bar = Progbar(2)
        clock.now += 1
        bar.update(1)
        tqdm.std.tqdm.write("a note")
        clock.now += 1
        bar.update(2)

    assert on_screen(in_real_terminal(run, 120)) == ["a note", "2/2 [==============================] - 2s 1s/step", ""]


def test_interrupted_bar_is_not_drawn_again(clock):
    """A traceback may keep an interrupted run's bar alive."""

    def run():
        stopped = Progbar(5)
        clock.now += 1
        stopped.update(1)
        print(" interrupted")
        run_logger(clock, ProgbarLogger(), batches=1, seconds=1, capture=False)
        return stopped

    assert on_screen(in_real_terminal(run, 120)) == [
        "1/5 [=====>........................] - ETA: 4s interrupted",
        "Epoch 1/1",
        "8/8 [==============================] - 1s 125ms/step - loss: 0.5000 - val_loss: 0.2500",
        "",
    ]


def test_values_may_be_tensors(clock):
    with scenarios.captured() as out:
        bar = Progbar(2)
        clock.now += 1
        bar.update(1, [("loss", torch.tensor(0.5, requires_grad=True)), ("n", np.float32(3))])
    assert out.text.endswith("loss: 0.5000 - n: 3.0000")


def test_no_standard_output(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    Progbar(2).update(2)


class Counted:
    """A number on a device that counts how often it is fetched."""

    def __init__(self, value):
        self.value = value
        self.fetched = 0

    def __call__(self):
        self.fetched += 1
        return torch.tensor(self.value)


def run_logger(clock, logger, batches=100, terminal=False, seconds=0.001, verbose=1, values=None, capture=True):
    hooks = CallbackList(
        [logger], verbose=verbose, epochs=1, samples=batches * 8, steps=batches, metrics=["loss", "val_loss"]
    )
    with scenarios.captured(terminal) if capture else contextlib.nullcontext() as out:
        hooks.on_train_begin()
        hooks.on_epoch_begin(0)
        for batch in range(batches):
            clock.now += seconds
            hooks.on_batch_end(batch, Logs(batch=batch, size=8, loss=values[batch] if values else torch.tensor(0.5)))
        hooks.on_epoch_end(0, {"loss": 0.5, "val_loss": 0.25})
        hooks.on_train_end()
    return out.text if capture else None


@pytest.mark.parametrize(("terminal", "draws"), [(True, 2), (False, 3)])
def test_totals_are_read_only_when_drawn(clock, terminal, draws):
    """100 batches in .1 s: the first, one each .1 s (terminal) or .05 s (file), and the last."""
    reads = []

    def totals():
        reads.append(clock.now)
        return {"loss": [0.5 * len(reads), len(reads)]}

    values = [Counted(0.5) for _ in range(100)]
    logger = ProgbarLogger(totals=totals)
    text = run_logger(clock, logger, values=values, terminal=terminal)
    assert len(reads) == text.count("ETA") + 1 == draws
    assert sum(value.fetched for value in values) == 0


def test_without_totals_each_value_is_fetched_once(clock):
    values = [Counted(float(n)) for n in range(100)]
    text = run_logger(clock, ProgbarLogger(), values=values)
    assert [value.fetched for value in values] == [1] * 100
    # (0 + ... + 99) / 100 for all batches, then the epoch's own .5 for as many samples as the last batch
    assert text.endswith(f"loss: {(4950 + 0.5) / 101:.4f} - val_loss: 0.2500\n")


def test_verbose_2_reads_at_the_end_only(clock):
    reads = []
    logger = ProgbarLogger("steps", totals=lambda: reads.append(1) or {"loss": [50.0, 100]})
    assert run_logger(clock, logger, verbose=2) == "Epoch 1/1\n - 0s - loss: 0.5000 - val_loss: 0.2500\n"
    assert len(reads) == 1


def test_verbose_0_prints_nothing(clock):
    assert run_logger(clock, ProgbarLogger(), verbose=0) == ""


def test_unknown_length_ends_with_a_full_line(clock):
    logger = ProgbarLogger("steps")
    hooks = CallbackList([logger], verbose=1, epochs=1, steps=None, samples=None, metrics=["loss"])
    with scenarios.captured() as out:
        hooks.on_train_begin()
        hooks.on_epoch_begin(0)
        for batch in range(3):
            clock.now += 1
            hooks.on_batch_end(batch, {"size": 4, "loss": 2.0})
        hooks.on_epoch_end(0, {"loss": 2.0})
    assert out.text == (
        "Epoch 1/1\n"
        "\n      1/Unknown - 1s 1s/step - loss: 2.0000"
        "\n      2/Unknown - 2s 1s/step - loss: 2.0000"
        "\n      3/Unknown - 3s 1s/step - loss: 2.0000"
        "\n3/3 [==============================] - 3s 1s/step - loss: 2.0000\n"
    )


def test_unknown_count_mode():
    with pytest.raises(ValueError, match="count_mode.*Received: 'batches'"):
        ProgbarLogger("batches")
