"""Learning from generators, sequences, torch data sets and loaders."""

import json
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import torch
import tqdm.std
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset

import kerastorch as keras
from kerastorch import eras
from kerastorch.training.streams import DatasetBatches, Stream, inputs_of, is_stream
from tests.printed import scenarios
from tests.training import generator_cases

RECORDED = json.loads((Path(__file__).parent / "generators.json").read_text(encoding="utf-8"))


def close(found, wanted):
    """Numbers to 1e-4, everything else to the letter."""
    if isinstance(wanted, dict):
        assert set(found) == set(wanted)
        for key in wanted:
            close(found[key], wanted[key])
    elif isinstance(wanted, list) and not all(isinstance(v, (int, float)) for v in wanted):
        assert len(found) == len(wanted)
        for f, w in zip(found, wanted, strict=True):
            close(f, w)
    elif isinstance(wanted, str) or wanted is None:
        assert found == wanted
    else:
        np.testing.assert_allclose(np.asarray(found, float), np.asarray(wanted, float), rtol=1e-4, atol=1e-6)


@pytest.mark.filterwarnings("ignore:.*is now called.*")
@pytest.mark.parametrize("name", RECORDED)
def test_like_keras(name, monkeypatch):
    monkeypatch.setattr(tqdm.std, "time", scenarios.Clock().time)
    close(generator_cases.run(name, keras, scenarios.captured), RECORDED[name])


def model_and_data():
    x, y, labels = generator_cases.data(21)
    return generator_cases.classifier(keras), x, y, labels


def history_of(model, *args, **kwargs):
    history = model.fit(*args, verbose=0, **kwargs)
    return {**history.history, "weights": [w.tolist() for w in model.get_weights()]}


@pytest.fixture
def threads():
    """Checks that nothing goes on in the background afterwards."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + 5
    while set(threading.enumerate()) - before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not set(threading.enumerate()) - before


class Samples(Dataset):
    def __init__(self, *arrays):
        self.arrays = arrays

    def __len__(self):
        return len(self.arrays[0])

    def __getitem__(self, index):
        return tuple(a[index] for a in self.arrays)


class Endless(IterableDataset):
    def __init__(self, x, y, times=1):
        self.x, self.y, self.times = x, y, times

    def __iter__(self):
        for _ in range(self.times):
            yield from zip(self.x, self.y, strict=True)


# ------------------------------------------------------------- what fit takes


@pytest.mark.parametrize("kind", ["samples", "tensors", "loader", "iterable", "sequence"])
def test_torch_data_trains_as_arrays_do(kind, threads):
    model, x, y, _ = model_and_data()
    wanted = history_of(model, x, y, batch_size=5, epochs=3, shuffle=False, validation_data=(x[:7], y[:7]))
    model = generator_cases.classifier(keras)
    tensors = TensorDataset(torch.tensor(x), torch.tensor(y))
    given = {
        "samples": (Samples(x, y), {"batch_size": 5}),
        "tensors": (tensors, {"batch_size": 5}),
        "loader": (DataLoader(tensors, batch_size=5), {}),
        "iterable": (Endless(x, y), {"batch_size": 5}),
        "sequence": (DatasetBatches(Samples(x, y), 5), {}),
    }
    data, arguments = given[kind]
    found = history_of(model, data, epochs=3, shuffle=False, validation_data=(x[:7], y[:7]), **arguments)
    close(found, wanted)


def test_a_data_set_is_shuffled_as_arrays_are():
    model, x, y, _ = model_and_data()
    np.random.seed(3)
    wanted = history_of(model, x, y, batch_size=5, epochs=3)
    model = generator_cases.classifier(keras)
    np.random.seed(3)
    close(history_of(model, Samples(x, y), batch_size=5, epochs=3), wanted)


@pytest.mark.parametrize("make", [Samples, lambda *a: TensorDataset(*map(torch.tensor, a))], ids=["samples", "tensors"])
def test_validation_split_of_a_data_set(make):
    model, x, y, _ = model_and_data()
    wanted = history_of(model, x, y, epochs=2, batch_size=4, shuffle=False, validation_split=0.25)
    model = generator_cases.classifier(keras)
    close(history_of(model, make(x, y), epochs=2, batch_size=4, shuffle=False, validation_split=0.25), wanted)


def test_weights_come_along():
    x, y, _ = generator_cases.data(21)
    weights = np.linspace(0, 2, 21).astype("float32")
    model = generator_cases.classifier(keras)
    wanted = history_of(model, x, y, batch_size=7, epochs=2, shuffle=False, sample_weight=weights)
    for data, arguments in [
        (Samples(x, y, weights), {"batch_size": 7}),
        (DataLoader(Samples(x, y, weights), batch_size=7), {}),
        (TensorDataset(*map(torch.tensor, (x, y, weights))), {"batch_size": 7}),
    ]:
        model = generator_cases.classifier(keras)
        close(history_of(model, data, epochs=2, shuffle=False, **arguments), wanted)


@pytest.mark.parametrize("on", ["arrays", "stream"])
def test_validation_on_a_loader(on):
    model, x, y, _ = model_and_data()
    wanted = history_of(model, x, y, batch_size=7, epochs=2, shuffle=False, validation_data=(x[:7], y[:7]))
    model = generator_cases.classifier(keras)
    loader = DataLoader(Samples(x[:7], y[:7]), batch_size=7)
    data = (x, y) if on == "arrays" else (DataLoader(Samples(x, y), batch_size=7),)
    size = {"batch_size": 7} if on == "arrays" else {}
    close(history_of(model, *data, epochs=2, shuffle=False, validation_data=loader, **size), wanted)


def test_evaluate_and_predict_of_torch_data():
    model, x, y, _ = model_and_data()
    wanted = model.evaluate(x, y, batch_size=5, verbose=0)
    predicted = model.predict(x)
    for data, arguments in [
        (Samples(x, y), {"batch_size": 5}),
        (TensorDataset(torch.tensor(x), torch.tensor(y)), {"batch_size": 5}),
        (DataLoader(Samples(x, y), batch_size=5), {}),
        (Endless(x, y), {"batch_size": 5}),
        (DatasetBatches(Samples(x, y), 5), {}),
    ]:
        np.testing.assert_allclose(model.evaluate(data, verbose=0, **arguments), wanted, rtol=1e-5)
        np.testing.assert_allclose(model.predict(data, **arguments), predicted, rtol=1e-5)
    np.testing.assert_allclose(model.predict(DataLoader(torch.tensor(x), batch_size=4)), predicted, rtol=1e-5)
    np.testing.assert_allclose(model.predict(DataLoader(TensorDataset(torch.tensor(x)))), predicted, rtol=1e-5)


def test_a_loader_goes_on_where_an_epoch_of_fewer_steps_ended():
    taken = []

    class Noted(Samples):
        def __getitem__(self, index):
            taken.append(index)
            return super().__getitem__(index)

    model, x, y, _ = model_and_data()
    model.fit(DataLoader(Noted(x[:6], y[:6]), batch_size=2), steps_per_epoch=2, epochs=3, verbose=0)
    assert taken == [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5]
    taken.clear()
    model.fit(DataLoader(Noted(x[:4], y[:4]), batch_size=2), steps_per_epoch=2, epochs=2, verbose=0)
    assert taken == [0, 1, 2, 3, 0, 1, 2, 3]


def test_a_generator_that_ends(threads):
    model, x, y, _ = model_and_data()
    with pytest.warns(RuntimeWarning, match="Received: 0 in epoch 2, where the data ended; training ends here"):
        history = model.fit(((x, y) for _ in range(3)), epochs=3, verbose=0)
    assert history.epoch == [0]
    with pytest.warns(RuntimeWarning, match="expected 2 batches an epoch. Received: 1 in epoch 2"):
        history = model.fit(((x, y) for _ in range(3)), steps_per_epoch=2, epochs=3, verbose=0)
    assert history.epoch == [0, 1]
    with pytest.raises(ValueError, match="expected 2 batches an epoch. Received: 1 in epoch 2, where the data ended"):
        model.fit_generator(((x, y) for _ in range(3)), 2, epochs=3, verbose=0)
    with pytest.raises(ValueError, match="evaluate_generator: expected 4 batches. Received: 3, then the data ended"):
        model.evaluate_generator(((x, y) for _ in range(3)), 4)
    assert len(model.predict(x for _ in range(3))) == 63
    model.fit(((x, y) for _ in range(3)), epochs=1, verbose=0)


def test_a_model_learns_its_shape_from_the_first_batch():
    _, x, y, _ = model_and_data()
    L = keras.layers
    model = keras.models.Sequential([L.Dense(5, activation="tanh"), L.Dense(3, activation="softmax")])
    model.compile(keras.optimizers.SGD(lr=0.5), "categorical_crossentropy", metrics=["accuracy"])
    seen = []

    def batches():
        for start in range(0, 21, 5):
            seen.append(start)
            yield x[start : start + 5], y[start : start + 5]

    history = model.fit_generator(batches(), 5, workers=0, verbose=0)
    assert seen == [0, 5, 10, 15, 20] and set(history.history) == {"loss", "acc"}
    assert model.predict_generator((x for _ in range(2)), 2).shape == (42, 3)


def test_a_model_without_targets():
    L = keras.layers
    entry = L.Input((4,))
    decoded = L.Dense(4)(entry)
    model = keras.models.Model(entry, decoded)
    model.add_loss(keras.losses.mse(entry, decoded))
    model.compile("sgd")
    x = np.ones((6, 4), "float32")
    assert len(model.fit(DataLoader(torch.tensor(x), batch_size=2), epochs=2, verbose=0).epoch) == 2
    assert model.fit_generator(((x, None) for _ in range(2)), 2, verbose=0).epoch == [0]


def test_epoch_ends_of_a_sequence():
    model, log = generator_cases.classifier(keras), []
    model.fit_generator(generator_cases.sequence(keras, log), epochs=3, verbose=0)
    assert len(log) in (2, 3)  # nobody waits for the last
    log.clear()
    model.fit(generator_cases.sequence(keras, log), epochs=3, verbose=0, workers=0)
    assert log == []
    eras.set_era("tf.keras")
    with Stream(generator_cases.sequence(keras, log), "fit", workers=0) as stream:
        assert len([*stream.epoch(5), *stream.epoch(5), *stream.epoch(1)]) == 11
    assert len(log) == 2


def test_unknown_steps_become_known():
    model, x, y, _ = model_and_data()
    with scenarios.captured() as out:
        model.fit(DataLoader(Endless(x, y), batch_size=21), epochs=1)
    assert "1/Unknown" in out.text and "1/1 [=====" in out.text


# --------------------------------------------------------------- what goes wrong


class Broken(keras.utils.Sequence):
    def __init__(self, error, at=(2,)):
        self.error, self.at = error, at

    def __len__(self):
        return 4

    def __getitem__(self, index):
        if index in self.at:
            raise self.error
        return np.ones((2, 4)), np.eye(3)[[0, 1]]


@pytest.mark.parametrize("workers", [0, 1, 3])
@pytest.mark.parametrize("method", ["fit_generator", "evaluate_generator", "predict_generator"])
def test_an_exception_in_a_worker_reaches_the_caller(method, workers, threads):
    model = generator_cases.classifier(keras)
    before = [w.copy() for w in model.get_weights()]
    with pytest.raises(KeyError, match="lost"):
        getattr(model, method)(Broken(KeyError("lost"), at=range(4)), workers=workers)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))

    def batches():
        yield np.ones((2, 4)), np.eye(3)[[0, 1]]
        raise OSError("unplugged")

    with pytest.raises(OSError, match="unplugged"):
        getattr(model, method)(batches(), 5, workers=min(workers, 1))


@pytest.mark.parametrize("processes", [1, 2])
def test_processes(processes, threads):
    model = generator_cases.classifier(keras)
    wanted = model.evaluate_generator(generator_cases.sequence(keras), workers=0)
    np.testing.assert_allclose(
        model.evaluate_generator(
            generator_cases.sequence(keras), workers=processes, use_multiprocessing=True, max_queue_size=2
        ),
        wanted,
        rtol=1e-6,
    )
    with pytest.raises(ZeroDivisionError):
        model.fit_generator(Broken(ZeroDivisionError()), workers=processes, use_multiprocessing=True, verbose=0)


def test_several_processes_of_one_generator_warn():
    model, x, y, _ = model_and_data()
    with pytest.warns(UserWarning, match="use a keras.utils.Sequence"):
        model.fit_generator(generator_cases.ragged(x, y), 3, workers=2, use_multiprocessing=True, verbose=0)
    with pytest.warns(UserWarning, match="workers and use_multiprocessing have no effect on DataLoader"):
        model.fit(DataLoader(Samples(x, y), batch_size=5), workers=2, verbose=0, epochs=1)
    with pytest.warns(UserWarning, match="max_queue_size has no effect on arrays"):
        model.fit(x, y, max_queue_size=2, verbose=0, epochs=1)


ARRAY = np.ones((2, 4))


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda m: m.fit_generator(iter([])), ValueError, "expected steps_per_epoch for a generator"),
        (lambda m: m.evaluate_generator(iter([])), ValueError, "expected steps for a generator"),
        (lambda m: m.predict_generator(iter([])), ValueError, "expected steps for a generator"),
        (
            lambda m: m.fit_generator(iter([]), 2, validation_data=iter([])),
            ValueError,
            "expected validation_steps for a generator",
        ),
        (lambda m: m.fit_generator(iter([]), 0), ValueError, "steps_per_epoch to be a positive number. Received: .*=0"),
        (lambda m: m.fit_generator(iter([]), "2"), ValueError, "steps_per_epoch to be a positive number"),
        (lambda m: m.fit_generator(iter([]), 2, workers=-1), ValueError, "Received: workers=-1"),
        (lambda m: m.fit_generator(iter([]), 2, max_queue_size=0), ValueError, "max_queue_size=0"),
        (lambda m: m.fit_generator(iter([]), 2, epochs=-1), ValueError, "epochs=-1"),
        (lambda m: m.fit_generator(iter([]), 2, initial_epoch=-1), ValueError, "initial_epoch=-1"),
        (lambda m: m.fit_generator(iter([]), 2, verbose=3), ValueError, "verbose=3"),
        (lambda m: m.fit_generator(iter([]), 2, shufle=True), TypeError, "Received: 'shufle'"),
        (lambda m: m.fit_generator(3, 2), TypeError, "expected a generator, a Sequence or a DataLoader. Received: int"),
        (lambda m: m.fit_generator(iter([3]), 1), ValueError, r"expected batches \(x, y\).* Received: int"),
        (lambda m: m.fit_generator(iter([(1, 2, 3, 4)]), 1), ValueError, "Received: tuple of 4"),
        (lambda m: m.fit_generator(iter([ARRAY]), 1), ValueError, "Received: ndarray"),
        (lambda m: m.evaluate_generator(iter([(ARRAY[:0], ARRAY[:0])]), 1), ValueError, "at least one sample"),
        (lambda m: m.predict_generator(iter([(1, 2, 3, 4)]), 1), ValueError, "Received: tuple of 4"),
        (lambda m: m.fit_generator(iter([(ARRAY, ARRAY)]), 1), ValueError, r"Received: shape \(2, 4\)"),
        (lambda m: m.fit_generator(iter([]), 1, validation_data=(1,)), ValueError, "expected validation_data"),
        (lambda m: m.fit(iter([]), ARRAY), ValueError, "expected y=None"),
        (lambda m: m.fit(iter([]), batch_size=3), ValueError, "expected batch_size=None"),
        (lambda m: m.fit(iter([]), validation_split=0.5), ValueError, "data that cannot be cut"),
        (lambda m: m.fit(Samples(ARRAY[:1]), validation_split=0.1), ValueError, "samples on both sides"),
        (lambda m: m.fit(Samples(ARRAY[:0])), ValueError, "at least one sample"),
        (lambda m: m.evaluate(iter([]), sample_weight=ARRAY), ValueError, "expected sample_weight=None"),
        (lambda m: m.evaluate(ARRAY, ARRAY, colour=1), TypeError, "Received: 'colour'"),
        (lambda m: m.predict(iter([])), ValueError, "expected at least one batch"),
        (
            lambda m: m.predict(iter([ARRAY]), steps=2),
            ValueError,
            "predict: expected 2 batches. Received: 1, then the data ended",
        ),
    ],
)
def test_bad_input(call, error, text, threads):
    model = generator_cases.classifier(keras)
    before = model.get_weights()
    with pytest.raises(error, match=text) as raised:
        call(model)
    assert "\n" not in str(raised.value)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_before_compile():
    model = keras.models.Sequential([keras.layers.Dense(1, input_dim=2)])
    for method in (model.fit_generator, model.evaluate_generator):
        with pytest.raises(RuntimeError, match=r"expected compile\(\)"):
            method(iter([]), 1)
    assert model.predict_generator(iter([np.ones((3, 2))]), 1).shape == (3, 1)


def test_outputs_of_different_lengths():
    model = keras.models.Sequential([keras.layers.SimpleRNN(1, return_sequences=True, input_shape=(None, 2))])
    with pytest.raises(ValueError, match="expected outputs of one shape"):
        model.predict_generator((np.ones((1, n, 2)) for n in (2, 3)), 2)


def test_what_is_a_stream():
    x = np.ones((2, 3))
    for data in (x, torch.tensor(x), [[1.0]], (x, x), {"a": x}, None, 3):
        assert not is_stream(data)
    for data in (iter([]), (i for i in [x]), Samples(x), DataLoader(Samples(x)), Broken(None), map(len, [x])):
        assert is_stream(data)


def test_lists_of_a_loader():
    x, y = torch.ones(2, 3), torch.ones(2)
    loader = DataLoader(TensorDataset(x, y))
    assert inputs_of(loader, "predict", 1)([x, y]) is x
    assert inputs_of(loader, "predict", 2)([x, y]) == [x, y]
    assert inputs_of(loader, "predict", 2)([[x, x], y]) == [x, x]
    assert inputs_of(iter([]), "predict", 2)([x, y]) == [x, y]


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_an_interrupt_leaves_no_thread_behind(tmp_path):
    script = """
        import signal, threading, time
        import numpy as np, kerastorch as keras
        signal.signal(signal.SIGINT, signal.default_int_handler)
        model = keras.models.Sequential([keras.layers.Dense(1, input_dim=2)])
        model.compile("sgd", "mse")
        def batches():
            while True:
                time.sleep(0.01)
                yield np.ones((2, 2)), np.ones(2)
        class Ready(keras.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                print("ready", flush=True)
        try:
            model.fit_generator(batches(), 3, epochs=100000, workers=1, callbacks=[Ready()],
                                validation_data=batches(), validation_steps=1, verbose=0)
        except KeyboardInterrupt:
            deadline = time.monotonic() + 5
            while threading.active_count() > 1 and time.monotonic() < deadline:
                time.sleep(0.01)
            print("threads", threading.active_count(), flush=True)
    """
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    assert rest.splitlines()[-1] == "threads 1"
    assert process.returncode == 0


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_no_step_waits_for_the_device():
    model = generator_cases.classifier(keras)
    x = np.random.RandomState(0).randint(0, 255, (64, 4)).astype("uint8")
    y = np.eye(3, dtype="float64")[np.arange(64) % 3]
    wanted = model.evaluate(x, y, batch_size=8, verbose=0)
    np.testing.assert_allclose(model.evaluate_generator(generator_cases.ragged(x, y, size=8), 8), wanted, rtol=1e-5)

    class Strict(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            torch.cuda.set_sync_debug_mode("error" if epoch else "default")

        def on_train_end(self, logs=None):
            torch.cuda.set_sync_debug_mode("default")

    strict = Strict()
    try:
        with pytest.raises(RuntimeError, match="synchronizing"):  # the end of epoch 2, where its numbers are read
            model.fit_generator(generator_cases.ragged(x, y, size=8), 8, epochs=2, callbacks=[strict], verbose=0)
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert model.optimizer.iterations == 16


@pytest.mark.parametrize("workers", [1, 3])
def test_workers_make_no_more_batches_than_are_asked_for(workers):
    made = {"train": [], "validate": []}

    class Counting(keras.utils.Sequence):
        def __init__(self, name, length):
            self.name, self.length, self.ends = name, length, 0

        def __len__(self):
            return self.length

        def __getitem__(self, index):
            made[self.name].append(index)
            return np.ones((2, 3)), np.ones((2, 1))

        def on_epoch_end(self):
            self.ends += 1

    train, validate = Counting("train", 4), Counting("validate", 3)
    model = keras.models.Sequential([keras.layers.Dense(1, input_dim=3)])
    model.compile("sgd", "mse")
    model.fit_generator(train, epochs=3, validation_data=validate, workers=workers, verbose=0, max_queue_size=10)
    assert sorted(made["train"]) == sorted([*range(4)] * 3) and sorted(made["validate"]) == sorted([*range(3)] * 3)
    assert train.ends == 3 and validate.ends == 3

    drawn = []

    def forever():
        while True:
            drawn.append(1)
            yield np.ones((2, 3)), np.ones((2, 1))

    model.fit_generator(forever(), steps_per_epoch=5, epochs=2, workers=workers if workers == 1 else 0, verbose=0)
    assert len(drawn) == 10


def test_a_model_may_be_called_between_compile_and_fit():
    """Its shapes are then known, but what it is scored by is not settled yet."""
    model = keras.models.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.ones((4, 3), "float32")
    model(x)
    batches = [(x[:2], x[:2, :1]), (x[2:], x[2:, :1])]
    model.fit_generator(iter(batches * 2), steps_per_epoch=2, epochs=2, verbose=0)
    assert np.isfinite(model.evaluate_generator(iter(batches), steps=2))


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_a_sequence_says_how_it_is_read_and_hears_of_epochs(workers):
    """Keras 3 has the arguments about workers in the data set, and tells it of the beginning of epochs."""

    class Rows(keras.utils.Sequence):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.heard = []

        def __len__(self):
            return 3

        def __getitem__(self, index):
            return np.ones((2, 3), "float32"), np.ones((2, 1), "float32")

        def on_epoch_begin(self):
            self.heard.append("begin")

        def on_epoch_end(self):
            self.heard.append("end")

    keras.set_era("keras3")
    rows = Rows(workers=workers, max_queue_size=4)
    assert (rows.workers, rows.use_multiprocessing, rows.max_queue_size, rows.num_batches) == (workers, False, 4, 3)
    model = keras.Sequential([keras.layers.Dense(1, input_shape=(3,))])
    model.compile("sgd", "mse")
    model.fit(rows, epochs=2, verbose=0)
    assert rows.heard[:3] == ["begin", "end", "begin"]


def test_num_batches_is_the_length_or_what_a_script_makes_of_it():
    class Plain(keras.utils.Sequence):
        def __len__(self):
            return 3

        def __getitem__(self, index):
            return index

    class Counting(Plain):
        def __init__(self):
            self.num_batches = 7

    assert Plain().num_batches == 3 and Counting().num_batches == 7
