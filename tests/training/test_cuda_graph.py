"""Steps recorded as CUDA graphs: when they are, and that they compute what the steps themselves do, to the bit."""

from __future__ import annotations

import contextlib
import logging
import threading

import numpy as np
import pytest
import torch

import kerastorch as keras
from kerastorch import callbacks, layers, optimizers
from kerastorch.kernels import fast_paths
from kerastorch.training import cuda_graph, loop
from kerastorch.training import data as data_module
from kerastorch.training.capture import Watch
from kerastorch.training.cuda_graph import Graphed

gpu = pytest.mark.gpu


# ------------------------------------------------------------ when a step is recorded (no GPU needed)


class OnGpu:
    """As much of a CUDA tensor as deciding takes."""

    device = torch.device("cuda", 0)
    dtype = torch.float32

    def __init__(self, *shape: int) -> None:
        self.shape = shape

    def stride(self) -> tuple[int, ...]:
        return self.shape


class Watching:
    """A watch whose state the test sets."""

    def __init__(self) -> None:
        self.version, self.graphable, self.fixed, self.model = 1, True, (), self
        self.name = "model"


@pytest.fixture
def replays(monkeypatch):
    """Recordings that need no GPU; gives the list of replayed batches."""
    found = []

    class Recording:
        def __init__(self, step, device, groups, *rest):
            step(*groups)
            self.groups = groups

        def __call__(self, groups):
            found.append(groups[0][0].shape)
            return ("replayed",)

        def launch(self):
            raise AssertionError("nothing is timed here")

    monkeypatch.setattr(cuda_graph, "_Recording", Recording)
    monkeypatch.setattr(cuda_graph, "_noticing_waits", lambda: contextlib.nullcontext([]))
    return found


def test_a_step_is_recorded_after_three_of_its_kind(replays):
    calls = []
    step = Graphed(lambda xs: calls.append(xs[0].shape), Watching())
    for _ in range(6):
        step([OnGpu(2)])
    assert len(calls) == 4 and replays == [(2,)] * 3 and step.recorded() == 1
    step([OnGpu(3)])
    assert calls[-1] == (3,) and len(replays) == 3


def test_a_new_state_or_another_number_needs_a_recording_of_its_own(replays):
    watch = Watching()
    step = Graphed(lambda xs: None, watch)
    for change in ({}, {"version": 2}, {"fixed": (0.9,)}):
        vars(watch).update(change)
        replays.clear()
        for _ in range(4):
            step([OnGpu(2)])
        assert len(replays) == 1
    watch.version, watch.fixed = 1, ()
    step([OnGpu(2)])
    assert len(replays) == 2  # the first state is known


def test_only_so_many_kinds_and_states_are_kept(replays):
    watch = Watching()
    step = Graphed(lambda xs: None, watch)
    for version in range(6):
        watch.version = version
        for size in range(1, 12):
            for _ in range(4):
                step([OnGpu(size)])
    assert step.recorded() == cuda_graph._STATES * cuda_graph._SHAPES


def test_what_may_not_be_recorded_runs(replays):
    watch = Watching()
    calls = []
    step = Graphed(lambda xs: calls.append(1), watch)
    watch.graphable = False
    for _ in range(6):
        step([OnGpu(2)])
    watch.graphable = True
    with fast_paths(False):
        for _ in range(6):
            step([OnGpu(2)])
    for _ in range(6):
        step([torch.ones(2)])
    assert len(calls) == 18 and not replays


def test_a_step_that_waits_is_not_recorded(replays, monkeypatch, caplog):
    monkeypatch.setattr(cuda_graph, "_noticing_waits", lambda: contextlib.nullcontext(["layer.py:7"]))
    calls = []
    step = Graphed(lambda xs: calls.append(1), Watching())
    with caplog.at_level(logging.INFO, "kerastorch"):
        for _ in range(6):
            step([OnGpu(2)])
    assert len(calls) == 6 and not replays
    assert [r.getMessage() for r in caplog.records] == [
        "model: steps of this kind are not recorded as a CUDA graph, since they wait for the device (layer.py:7)"
    ]


def test_a_step_that_cannot_be_recorded_runs(monkeypatch, caplog):
    class Refusing:
        def __init__(self, *args):
            raise RuntimeError("operation not permitted\nmore")

    monkeypatch.setattr(cuda_graph, "_Recording", Refusing)
    monkeypatch.setattr(cuda_graph, "_noticing_waits", lambda: contextlib.nullcontext([]))
    calls = []
    step = Graphed(lambda xs: calls.append(1), Watching())
    with caplog.at_level(logging.INFO, "kerastorch"):
        for _ in range(6):
            step([OnGpu(2)])
    assert len(calls) == 6 and len(caplog.records) == 1
    assert caplog.text.rstrip().endswith("since RuntimeError: operation not permitted")


def test_numbers_are_taken_out_by_one_copy():
    loss, count, wide = torch.tensor(1.5), torch.tensor(3), torch.arange(4.0)
    read = lambda: loss  # noqa: E731
    results = cuda_graph._Results(([loss, count, None, read, loss + 1], [wide]), lent=None)
    (first, second, nothing, function, third), (copied,) = results.taken()
    assert (float(first), int(second), float(third)) == (1.5, 3, 2.5) and nothing is None and function is read
    assert torch.equal(copied, wide) and copied.data_ptr() != wide.data_ptr()
    assert first.data_ptr() != results.taken()[0][0].data_ptr()
    lent = cuda_graph._Results(([loss], [wide]), lent=1).taken()
    assert lent[1][0] is wide


# ------------------------------------------------------------------------------- models on a GPU


def mlp():
    return keras.models.Sequential(
        [
            layers.Dense(16, activation="relu", input_dim=8, kernel_regularizer="l2"),
            layers.Dropout(0.4),
            layers.Dropout(0.3, seed=3),
            layers.GaussianNoise(0.1),
            layers.Dense(3, activation="softmax", kernel_constraint=keras.constraints.MaxNorm(1.0)),
        ]
    )


def cnn():
    return keras.models.Sequential(
        [
            layers.Conv2D(4, 3, activation="relu", input_shape=(8, 8, 3)),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.SpatialDropout2D(0.2),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ]
    )


def recurrent(kind, masked=False, **kwargs):
    def make():
        return keras.models.Sequential(
            [
                layers.Embedding(20, 8, input_length=7, mask_zero=masked),
                kind(12, **kwargs),
                layers.Dense(3, activation="softmax"),
            ]
        )

    return make


MODELS = {
    "mlp": mlp,
    "cnn": cnn,
    "lstm": recurrent(layers.LSTM, recurrent_activation="sigmoid"),
    "lstm hard": recurrent(layers.LSTM),
    "lstm masked": recurrent(layers.LSTM, recurrent_activation="sigmoid", masked=True),
    "lstm dropout": recurrent(layers.LSTM, dropout=0.2, recurrent_dropout=0.2),
    "gru": recurrent(layers.GRU, dropout=0.2),
    "gru after": recurrent(layers.GRU, recurrent_activation="sigmoid", reset_after=True),
    "rnn": recurrent(layers.SimpleRNN),
}
OPTIMIZERS = {
    "sgd": lambda: optimizers.SGD(0.1),
    "momentum": lambda: optimizers.SGD(0.1, momentum=0.9, nesterov=True, decay=0.01),
    "rmsprop": lambda: optimizers.RMSprop(),
    "adam": lambda: optimizers.Adam(amsgrad=True, clipnorm=1.0),
    "nadam": lambda: optimizers.Nadam(),
    "adadelta": lambda: optimizers.Adadelta(),
    "adamax": lambda: optimizers.Adamax(),
    "torch": lambda: torch.optim.AdamW,
}


def data(model, count=70):
    random = np.random.RandomState(0)
    shape = model.input_shape[1:]
    x = random.randint(0, 20, (count, *shape)) if len(shape) == 1 and shape[0] == 7 else random.randn(count, *shape)
    return x.astype("float32"), random.randint(0, 3, (count, 1))


def trained(make, optimizer, eager, epochs=6, **fit):
    """History, weights and the optimizer's state after some epochs, and the model."""
    np.random.seed(1)
    torch.manual_seed(1)
    model = make()
    model.compile(optimizer(), "sparse_categorical_crossentropy", metrics=["acc"], run_eagerly=eager)
    x, y = data(model)
    history = model.fit(x, y, batch_size=16, epochs=epochs, verbose=0, **fit).history
    state = [] if optimizer is OPTIMIZERS["torch"] else model.optimizer.get_weights()
    return history, [*model.get_weights(), *state], model


@pytest.fixture
def deterministic(monkeypatch, caplog):
    caplog.set_level(logging.INFO, "kerastorch")  # why a step was not recorded, for the report of a failure
    monkeypatch.setattr(torch.backends.cudnn, "deterministic", True)


def both(make, optimizer, **fit):
    graphed, eager = (trained(make, optimizer, eager, **fit) for eager in (False, True))
    program = graphed[2]._program
    assert (program.update.recorded() if isinstance(program.update, Graphed) else program.learn.recorded()) > 0
    assert not isinstance(eager[2]._program.update, Graphed) or eager[2]._program.update.recorded() == 0
    assert graphed[0] == eager[0]
    for ours, theirs in zip(graphed[1], eager[1], strict=True):
        np.testing.assert_array_equal(ours, theirs)
    return graphed[2]


@gpu
@pytest.mark.parametrize("name", MODELS)
def test_a_replay_has_the_bits_of_the_step(name, deterministic):
    both(MODELS[name], OPTIMIZERS["adam"])


@gpu
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_each_optimizer_is_recorded(name, deterministic):
    both(mlp, OPTIMIZERS[name])


@gpu
def test_learning_rate_and_weights_of_samples_stay_live(deterministic):
    model = both(
        mlp,
        OPTIMIZERS["momentum"],
        callbacks=[callbacks.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1))],
        class_weight={0: 1.0, 1: 2.0, 2: 0.5},
        validation_split=0.2,
    )
    assert float(model.optimizer.lr) == pytest.approx(0.1 / 6)


@gpu
def test_changes_are_noticed(deterministic):
    results = []
    for eager in (False, True):
        np.random.seed(1)
        torch.manual_seed(1)
        model = mlp()
        model.compile(optimizers.SGD(0.1), "sparse_categorical_crossentropy", run_eagerly=eager)
        x, y = data(model)
        run = {"batch_size": 16, "epochs": 5, "verbose": 0}
        model.fit(x, y, **run)
        model.optimizer.momentum = 0.9
        model.fit(x, y, **run)
        model.optimizer.momentum = 0.0
        model.layers[1].rate = 0.1
        model.fit(x, y, **run)
        model.set_weights([w / 2 for w in model.get_weights()])
        model.fit(x, y, **run)
        model.layers[0].trainable = False
        model.compile(optimizers.Adam(), "sparse_categorical_crossentropy", run_eagerly=eager)
        model.fit(x, y, **run)
        results.append([*model.get_weights(), *model.optimizer.get_weights()])
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@gpu
def test_saved_velocity_is_the_last_step_s():
    """Plain SGD leaves its velocity to be worked out; a replay does so anew each time."""
    found = []
    for eager in (False, True):
        _, _, model = trained(mlp, OPTIMIZERS["sgd"], eager)
        x, y = data(model)
        first = model.optimizer.get_weights()
        model.fit(x, y, batch_size=16, epochs=1, verbose=0)
        found.append([*first, *model.optimizer.get_weights()])
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@gpu
@pytest.mark.parametrize("resident", [True, False])
def test_an_epoch_never_waits_for_the_device(resident, monkeypatch):
    plain = loop.run_epoch
    epochs = []

    def strict(*args, **kwargs):
        if len(epochs) > 1:
            torch.cuda.set_sync_debug_mode("error")
        try:
            return plain(*args, **kwargs)
        finally:
            epochs.append(1)
            torch.cuda.set_sync_debug_mode("default")

    monkeypatch.setattr(loop, "run_epoch", strict)
    if not resident:
        monkeypatch.setattr(data_module, "_RESIDENT_SHARE", 0.0)
    model = mlp()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["acc"])
    x, y = data(model, 1300)
    model.fit(x, y, batch_size=2, epochs=5, verbose=0, validation_split=0.1)
    assert len(epochs) == 5 and model._program.update.recorded() > 0


@gpu
def test_evaluate_and_predict_are_recorded_too():
    model = cnn()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["acc"])
    x, y = data(model, 200)
    with fast_paths(False):
        measured, outputs = model.evaluate(x, y, batch_size=8, verbose=0), model.predict(x, batch_size=8)
    for _ in range(3):
        np.testing.assert_array_equal(model.evaluate(x, y, batch_size=8, verbose=0), measured)
        np.testing.assert_array_equal(model.predict(x, batch_size=8), outputs)
    assert model._program.measure.recorded() > 0 and model._predictor.recorded() > 0


@gpu
def test_threads_may_predict_at_once():
    model = mlp()
    x, _ = data(model, 400)
    wanted = model.predict(x, batch_size=8)
    found = [None] * 4

    def work(i):
        found[i] = np.concatenate([model.predict_on_batch(x[k : k + 8]) for k in range(0, 400, 8)])

    workers = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for outputs in found:
        np.testing.assert_array_equal(outputs, wanted)


@gpu
def test_a_recording_that_breaks_off_leaves_no_trace():
    def step(xs):
        if torch.cuda.is_current_stream_capturing():
            torch.nn.functional.dropout(xs[0])
            xs[0].sum().item()
        return ([torch.nn.functional.dropout(xs[0])],)

    _, _, before = trained(mlp, OPTIMIZERS["adam"], False)
    watch = Watch(before)
    watch.look()
    graphed = Graphed(step, watch)
    x = torch.ones(1000, device="cuda")
    for _ in range(6):
        (dropped,), *_ = graphed([x])
        assert 300 < int((dropped == 0).sum()) < 700
    assert graphed.recorded() == 0
    both(mlp, OPTIMIZERS["adam"])
    x, y = data(before)
    before.fit(x, y, batch_size=16, epochs=4, verbose=0)  # its earlier recordings would draw from another stream
    assert before._program.update.recorded() > 2


@gpu
def test_a_layer_that_waits_runs_eagerly(caplog, monkeypatch):
    """No layer of the package does; one of a script would not be tried at all."""
    plain = layers.Dense.call

    def call(self, inputs):
        return plain(self, inputs) / max(1.0, float(inputs.abs().max()))

    call.__module__ = "kerastorch.layers.core"
    monkeypatch.setattr(layers.Dense, "call", call)
    model = keras.models.Sequential([layers.Dense(3, activation="softmax", input_dim=8)])
    model.compile("sgd", "sparse_categorical_crossentropy")
    x, y = data(model)
    with caplog.at_level(logging.INFO, "kerastorch"):
        model.fit(x, y, batch_size=16, epochs=4, verbose=0)
    assert "wait for the device" in caplog.text and model._program.update.recorded() == 0
