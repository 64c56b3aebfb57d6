"""TensorBoard writes what it is asked for, under Keras 2.2.4's names and steps."""

import sys
import types

import numpy as np
import pytest

import kerastorch as keras
from kerastorch.callbacks import TensorBoard, event_files
from kerastorch.callbacks import tensorboard as module


class Writer:
    """Keeps what would go into the event files."""

    def __init__(self):
        self.scalars, self.histograms, self.images, self.embeddings, self.graphs = [], {}, {}, {}, 0
        self.closed = False

    def add_scalar(self, tag, value, step):
        self.scalars.append((tag, step, value))

    def add_histogram(self, tag, values, step):
        self.histograms[tag, step] = values.numpy().copy()

    def add_images(self, tag, images, step, dataformats):
        assert dataformats == "NHWC"
        self.images[tag, step] = tuple(images.shape), float(images.min()), float(images.max())

    def add_embedding(self, rows, metadata, metadata_header, tag, global_step):
        self.embeddings[tag, global_step] = rows.numpy(), metadata, metadata_header

    def add_graph(self, model, inputs, use_strict_trace):
        self.graphs += 1

    def flush(self):
        pass

    def close(self):
        self.closed = True


@pytest.fixture
def writer(monkeypatch):
    made = Writer()
    monkeypatch.setattr(module, "writer_of", lambda folder: made)
    return made


@pytest.fixture
def model():
    L = keras.layers
    made = keras.Sequential(
        [L.Embedding(10, 4, input_length=3, name="words"), L.Flatten(name="flat"), L.Dense(2, name="head")]
    )
    made.compile(keras.optimizers.SGD(lr=0.1), "mse")
    return made


X, Y = np.arange(48).reshape(16, 3) % 10, np.linspace(0, 1, 32, dtype="float32").reshape(16, 2)


def fit(model, *callbacks, **arguments):
    return model.fit(X, Y, batch_size=4, epochs=2, verbose=0, callbacks=list(callbacks), **arguments)


def test_scalars_of_epochs(model, writer):
    callback = TensorBoard(write_graph=False)
    assert not callback.listens_to("on_batch_end")
    history = fit(model, callback, validation_split=0.25).history
    expected = {(name, epoch): history[name][epoch] for name in ("loss", "val_loss") for epoch in (0, 1)}
    assert {(tag, step): value for tag, step, value in writer.scalars} == expected
    assert writer.closed and writer.histograms == {} and writer.graphs == 0


@pytest.mark.parametrize(
    ("update_freq", "steps"), [("batch", [4, 8, 12, 16, 16, 20, 24, 28, 32, 32]), (8, [8, 16, 16, 24, 32, 32])]
)
def test_scalars_of_batches(model, writer, update_freq, steps):
    """As in Keras 2.2.4 by samples seen, the epoch's once more at its end."""
    fit(model, TensorBoard(update_freq=update_freq))
    assert [step for _, step, _ in writer.scalars] == steps and {tag for tag, _, _ in writer.scalars} == {"loss"}
    assert writer.graphs == 1


def test_histograms_and_images(model, writer):
    fit(model, TensorBoard(histogram_freq=2, write_images=True, write_grads=True), validation_split=0.25)
    weights = {"words/embeddings_0", "head/kernel_0", "head/bias_0"}
    outputs = {"words_out", "flat_out", "head_out"}
    assert {tag for tag, _ in writer.histograms} == weights | outputs | {f"{name}_grad" for name in weights}
    assert {step for _, step in writer.histograms} == {0}
    assert writer.histograms["head/kernel_0", 0].shape == (12, 2)
    assert writer.images == {
        ("words/embeddings_0", 0): ((1, 4, 10, 1), 0.0, 1.0),
        ("head/kernel_0", 0): ((1, 2, 12, 1), 0.0, 1.0),
        ("head/bias_0", 0): ((1, 2, 1, 1), 0.0, 1.0),
    }


def test_histogram_values_by_hand(model, writer):
    """Outputs and gradients of the mean squared error on the validation rows, computed with numpy."""
    fit(model, TensorBoard(histogram_freq=1, write_grads=True), validation_data=(X[:5], Y[:5]))
    words, kernel, bias = model.get_weights()
    hidden = words[X[:5]].reshape(5, 12)
    outputs = hidden @ kernel + bias
    error = 2 * (outputs - Y[:5]) / (5 * 2)
    for tag, value in {
        "head_out": outputs,
        "flat_out": hidden,
        "head/kernel_0_grad": hidden.T @ error,
        "head/bias_0_grad": error.sum(0),
    }.items():
        np.testing.assert_allclose(writer.histograms[tag, 1], value, rtol=1e-4, atol=1e-6)


def test_histograms_of_weights_need_no_validation(model, writer):
    fit(model, TensorBoard(histogram_freq=1))
    assert {tag for tag, _ in writer.histograms} == {"words/embeddings_0", "head/kernel_0", "head/bias_0"}
    with pytest.raises(ValueError, match="validation_data.*write_grads=True"):
        fit(model, TensorBoard(histogram_freq=1, write_grads=True))


def test_embeddings(model, writer, tmp_path):
    (tmp_path / "names.tsv").write_text("word\tindex\n" + "".join(f"w{i}\t{i}\n" for i in range(16)))
    callback = TensorBoard(
        tmp_path, embeddings_freq=1, embeddings_data=X, batch_size=5, embeddings_metadata={"words": "names.tsv"}
    )
    fit(model, callback)
    rows, labels, header = writer.embeddings["words", 1]
    np.testing.assert_allclose(rows, model.get_weights()[0][X].reshape(16, 12), rtol=1e-6)
    assert header == ["word", "index"] and labels[3] == ["w3", "3"] and len(labels) == 16


@pytest.mark.parametrize(
    ("shape", "images"),
    [((3, 3, 1, 5), (3, 3, 3, 1)), ((7,), (1, 7, 1, 1)), ((2, 9), (1, 2, 9, 1)), ((3, 3, 2, 2), None)],
)
def test_weights_as_images(shape, images):
    """As Keras 2.2.4 lays them out for channels_last."""
    import torch

    found = event_files.as_images(torch.rand(shape))
    assert (None if found is None else tuple(found.shape)) == images


def test_graph_that_cannot_be_traced(model, writer):
    def refuse(*_, **__):
        raise RuntimeError("no such operation\nmore")

    writer.add_graph = refuse
    with pytest.warns(UserWarning, match=r"graph could not be written \(no such operation\)"):
        fit(model, TensorBoard())


def test_arguments():
    with pytest.raises(ValueError, match="embeddings_data beside embeddings_freq=1"):
        TensorBoard(embeddings_freq=1)
    with pytest.raises(ValueError, match="update_freq.*Received: update_freq='sample'"):
        TensorBoard(update_freq="sample")
    with pytest.warns(UserWarning, match="profile_batch has no effect"):
        TensorBoard(profile_batch=2)


def test_without_the_package(model, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    monkeypatch.delitem(sys.modules, "torch.utils.tensorboard", raising=False)
    with pytest.raises(ImportError, match=r"pip install kerastorch\[tensorboard\]"):
        fit(model, TensorBoard())


def test_real_event_files(model, tmp_path):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    history = fit(model, TensorBoard(tmp_path, histogram_freq=1, write_images=True), validation_split=0.25).history
    events = EventAccumulator(str(tmp_path))
    events.Reload()
    tags = events.Tags()
    assert [event.value for event in events.Scalars("loss")] == pytest.approx(history["loss"], rel=1e-6)
    assert {"head_out", "head/kernel_0"} <= set(tags["histograms"]) and tags["images"] and tags["graph"]


def test_loops_of_a_scripts_own_write_numbers(tmp_path):
    events = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    board = keras.callbacks.TensorBoard(str(tmp_path))
    board.set_model(keras.models.Sequential([keras.layers.Dense(1, input_dim=2)]))
    for step in range(3):
        number = types.SimpleNamespace(tag="loss", simple_value=np.float32(step / 2))
        board.writer.add_summary(types.SimpleNamespace(value=[number]), step)
    board.writer.flush()
    found = events.EventAccumulator(str(tmp_path)).Reload().Scalars("loss")
    assert [(event.step, event.value) for event in found] == [(0, 0.0), (1, 0.5), (2, 1.0)]
