"""From tf.keras on TensorBoard writes a run of training and one of validation, as the real ones do."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

import kerastorch as keras
from kerastorch import eras

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from record_tensorboard import CASES, read, written  # noqa: E402

pytest.importorskip("tensorboard")

X, Y = np.arange(32, dtype="float32").reshape(8, 4) / 32, np.ones((8, 1), "float32")


def small():
    model = keras.models.Sequential([keras.layers.Dense(1, input_shape=(4,), name="top")])
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize("era", ["tf.keras", "keras3"])
@pytest.mark.parametrize("case", CASES)
def test_the_files_are_those_of_the_real_one(era, case, tmp_path):
    eras.set_era(era)
    expected = json.loads((HERE / f"tensorboard_{era}.json").read_text())[case]
    if era == "keras3" and case == "third":  # there the last batch decides whether an epoch's numbers are written
        for part in expected.values():
            for tag, held in part.items():
                if tag.startswith(("epoch_", "evaluation_")):
                    held.update(steps=None, values=None)
    found = written(keras, str(tmp_path), CASES[case])
    if era == "tf.keras" and case == "batch":  # documented, but tf_keras forgets them without write_steps_per_second
        assert found["train"].pop("batch_loss")["steps"] == found["train"].pop("batch_mae")["steps"] == [*range(1, 13)]
    assert found.keys() == expected.keys()
    for part, tags in expected.items():
        assert found[part].keys() == tags.keys()
        for tag, held in tags.items():
            if held["steps"] is not None:
                assert found[part][tag]["steps"] == held["steps"], tag
            if held["values"] is not None:
                np.testing.assert_allclose(found[part][tag]["values"], held["values"], rtol=2e-5, err_msg=tag)


def test_a_schedules_rate(tmp_path):
    eras.set_era("tf.keras")
    model = small()
    rate = keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)
    model.compile(keras.optimizers.SGD(rate), "mse")
    model.fit(X, Y, batch_size=4, epochs=2, verbose=0, callbacks=[keras.callbacks.TensorBoard(str(tmp_path))])
    np.testing.assert_allclose(read(str(tmp_path / "train"))["epoch_learning_rate"]["steps"], [0, 1])


def test_evaluation_on_its_own(tmp_path):
    eras.set_era("tf.keras")
    model = small()
    model.fit(X, Y, batch_size=4, epochs=2, verbose=0)
    board = keras.callbacks.TensorBoard(str(tmp_path))
    loss = model.evaluate(X, Y, verbose=0, callbacks=[board])
    found = read(str(tmp_path / "validation"))["evaluation_loss_vs_iterations"]
    assert found["steps"] == [4] and found["values"] == pytest.approx([loss])


def test_embeddings(tmp_path):
    eras.set_era("tf.keras")
    (tmp_path / "words.tsv").write_text("\n".join(f"word {i}" for i in range(6)))
    layers = keras.layers
    model = keras.models.Sequential(
        [layers.Embedding(6, 2, input_length=4, name="words"), layers.Flatten(), layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    x = np.arange(32).reshape(8, 4) % 6
    board = keras.callbacks.TensorBoard(str(tmp_path), embeddings_freq=1, embeddings_metadata="words.tsv")
    model.fit(x, Y, epochs=1, verbose=0, callbacks=[board])
    (made,) = (tmp_path / "train").glob("*/words/tensors.tsv")
    rows = np.loadtxt(made, delimiter="\t")
    np.testing.assert_allclose(rows, model.get_weights()[0], rtol=1e-5)
    assert (made.parent / "metadata.tsv").read_text().split("\n")[5] == "word 5"
    wrong = keras.callbacks.TensorBoard(str(tmp_path), embeddings_freq=1, embeddings_metadata={"other": "words.tsv"})
    with pytest.raises(ValueError, match=r"TensorBoard: expected embeddings_metadata to name .*'words'.*'other'"):
        model.fit(x, Y, epochs=1, verbose=0, callbacks=[wrong])


def test_a_class_of_a_script_writes_to_its_own_place(tmp_path):
    """The board of many reinforcement learning tutorials: one writer for every fit, steps of its own."""
    eras.set_era("tf.keras")

    class Board(keras.callbacks.TensorBoard):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.step = 1
            self.seen = []

        def set_model(self, model):
            self.model = model

        def on_epoch_end(self, epoch, logs=None):
            self.seen.append((self.step, dict(logs)))
            self.step += 1

        def on_batch_end(self, batch, logs=None):
            pass

        def on_train_end(self, _):
            pass

    board, model = Board(log_dir=str(tmp_path), write_graph=False), small()
    for _ in range(3):
        model.fit(X, Y, epochs=1, verbose=0, callbacks=[board])
    assert [step for step, _ in board.seen] == [1, 2, 3] and list(tmp_path.iterdir()) == []


def test_batches_are_listened_to_where_they_are_written(tmp_path):
    eras.set_era("tf.keras")
    board = keras.callbacks.TensorBoard(str(tmp_path))
    assert not board.listens_to("on_batch_end") and not board.listens_to("on_batch_begin")
    assert board.listens_to("on_epoch_end") and board.listens_to("on_test_end")
    assert keras.callbacks.TensorBoard(str(tmp_path), update_freq=10).listens_to("on_batch_end")
