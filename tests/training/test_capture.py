"""A replayed step does what the step does, to the bit; whatever cannot be replayed is refused with a reason."""

from __future__ import annotations

import contextlib
import copy
import logging
import os
import pickle
import re
import subprocess
import sys
import threading

import numpy as np
import pytest
import torch
from torch import nn

import kerastorch as keras
from kerastorch import eras, regularizers
from kerastorch import layers as kl
from kerastorch.kernels import fast_paths
from kerastorch.kernels.switch import fast_enabled
from kerastorch.models import Model, Sequential
from kerastorch.training import capture
from kerastorch.training.recorded import NotRecordable
from kerastorch.training.replay import replay_of
from kerastorch.training.tape import Tape

pytestmark = [
    pytest.mark.skipif(not fast_enabled(), reason="KERASTORCH_FAST=0 turns replays off"),
    pytest.mark.cpu,  # on a GPU steps are recorded as CUDA graphs: test_cuda_graph.py
]

BATCH, STEPS = 8, 14
random = np.random.RandomState(0)


@pytest.fixture
def replays(monkeypatch):
    """Counts the steps that were replayed."""
    counted = []
    run = capture._Replay.__call__

    def counting(self, groups):
        counted.append(self)
        return run(self, groups)

    monkeypatch.setattr(capture._Replay, "__call__", counting)
    return counted


@contextlib.contextmanager
def eager():
    """No step is ever recorded; kernels stay the fast ones, so that the bits can be compared."""
    before, capture._WARM_STEPS = capture._WARM_STEPS, sys.maxsize
    try:
        yield
    finally:
        capture._WARM_STEPS = before


def vectors(count: int, width: int) -> np.ndarray:
    return random.standard_normal((count, width)).astype("float32")


COUNT = BATCH * STEPS
X, X2 = vectors(COUNT, 6), vectors(COUNT, 4)
CLASSES, BITS = random.randint(0, 3, (COUNT, 1)), random.randint(0, 2, (COUNT, 1)).astype("float32")
WORDS = random.randint(0, 9, (COUNT, 5))
PADDED = random.randint(1, 9, (COUNT, 5))  # batches without zeros, with zeros behind, in front and anywhere
PADDED[COUNT // 4 : COUNT // 2, 3:] = 0
PADDED[COUNT // 2 : -COUNT // 4, :2] = 0
PADDED[-COUNT // 4 :] *= random.randint(0, 2, (COUNT // 4, 5))
IMAGES = random.standard_normal((COUNT, 8, 8, 2)).astype("float32")


def classifier(*layers, optimizer="adam", metrics=("accuracy",), **arguments):
    model = Sequential([*layers, kl.Dense(3, activation="softmax")])
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=list(metrics), **arguments)
    return model


def dropouts():
    return classifier(
        kl.Dense(16, activation="relu", input_dim=6),
        kl.Dropout(0.5),
        kl.Dense(16, activation="elu"),
        kl.Dropout(0.3, noise_shape=(None, 1)),
        kl.Dropout(0.2, seed=3),
        kl.GaussianNoise(0.1),
        kl.GaussianDropout(0.2),
        kl.AlphaDropout(0.1),
    )


def normalized():
    return classifier(
        kl.Dense(8, input_dim=6), kl.BatchNormalization(), kl.LeakyReLU(), kl.BatchNormalization(scale=False)
    )


def masked():
    model = Sequential(
        [
            kl.Embedding(9, 4, mask_zero=True, input_length=5),
            kl.TimeDistributed(kl.Dense(6, activation="tanh")),
            kl.Dense(3, activation="softmax"),
        ]
    )
    model.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy"], sample_weight_mode="temporal")
    return model


def regularized():
    return classifier(
        kl.Dense(
            16,
            input_dim=6,
            activation="relu",
            kernel_regularizer=regularizers.l1_l2(0.01, 0.02),
            bias_regularizer="l2",
            activity_regularizer=regularizers.l2(0.01),
            kernel_constraint=keras.constraints.max_norm(0.8),
            bias_constraint="nonneg",
        ),
        kl.ActivityRegularization(l1=0.01),
        optimizer=keras.optimizers.SGD(lr=0.1, momentum=0.9, nesterov=True, clipnorm=1.0),
    )


def several_outputs():
    a, b = kl.Input((6,)), kl.Input((4,))
    tower = Sequential([kl.Dense(8, activation="relu", input_dim=6), kl.Dropout(0.25)])
    joined = kl.concatenate([tower(a), kl.Dense(8)(b)])
    outputs = [kl.Dense(3, activation="softmax", name="kind")(joined), kl.Dense(1, name="size")(joined)]
    model = Model([a, b], outputs)
    model.compile(
        keras.optimizers.Adadelta(),
        {"kind": "sparse_categorical_crossentropy", "size": "mae"},
        metrics={"kind": "accuracy", "size": "mse"},
        loss_weights={"kind": 1.0, "size": 0.3},
    )
    return model


def convolutional():
    return classifier(
        kl.Conv2D(4, 3, padding="same", activation="relu", input_shape=(8, 8, 2)),
        kl.MaxPooling2D(),
        kl.BatchNormalization(),
        kl.Conv2D(4, 2),
        kl.Flatten(),
        optimizer="nadam",
    )


def recurrent():
    model = Sequential(
        [
            kl.Embedding(9, 4, input_length=5),
            kl.LSTM(6, return_sequences=True, dropout=0.2, recurrent_dropout=0.3),
            kl.Bidirectional(kl.GRU(5, return_sequences=True, reset_after=True)),
            kl.LSTM(5, recurrent_activation="sigmoid", return_sequences=True),
            kl.GRU(4, dropout=0.2, return_sequences=True),
            kl.SimpleRNN(4, activation="relu"),
            kl.Dense(3, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def masked_recurrent():
    model = Sequential(
        [
            kl.Embedding(9, 4, mask_zero=True, input_length=5),
            kl.LSTM(6, return_sequences=True, recurrent_activation="sigmoid"),
            kl.LSTM(5, return_sequences=True, dropout=0.2, recurrent_dropout=0.3),
            kl.Bidirectional(kl.GRU(5, return_sequences=True)),
            kl.SimpleRNN(4, return_sequences=True, go_backwards=True),
            kl.LSTM(4),
            kl.Dense(3, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def remembering():
    model = Sequential([kl.Dense(4, activation="tanh", input_dim=6), kl.Dense(1, activation="sigmoid")])
    metrics = [keras.metrics.AUC(num_thresholds=20), keras.metrics.Precision(), "mae"]
    model.compile("adamax", "binary_crossentropy", metrics=metrics)
    return model


WEIGHTS = random.uniform(0.5, 2.0, COUNT).astype("float32")
CASES = {
    "dropout": (dropouts, X, CLASSES, {}),
    "batch norm": (normalized, X, CLASSES, {}),
    "mask": (masked, WORDS, CLASSES.repeat(5, 1)[..., None], {"sample_weight": WEIGHTS[:, None].repeat(5, 1)}),
    "penalties and constraints": (regularized, X, CLASSES, {}),
    "several outputs": (several_outputs, [X, X2], [CLASSES, BITS], {"sample_weight": {"size": WEIGHTS}}),
    "convolution": (convolutional, IMAGES, CLASSES, {"class_weight": {0: 1.0, 1: 2.0, 2: 0.5}}),
    "recurrent": (recurrent, WORDS, CLASSES, {}),
    "recurrent with a mask": (masked_recurrent, PADDED, CLASSES, {}),
    "stateful metrics": (remembering, X, BITS, {"sample_weight": WEIGHTS}),
}


def seeded(make):
    """A model with the same weights each time, in every era."""
    model = make()
    drawn = np.random.RandomState(1)
    model.set_weights([drawn.uniform(0.1, 0.9, w.shape) - 0.4 * (w.ndim > 1) for w in model.get_weights()])
    np.random.seed(1)
    torch.manual_seed(1)
    return model


def first_rows(data, count):
    return [part[:count] for part in data] if isinstance(data, list) else data[:count]


def lived(case: str):
    """Everything that a short life of a model leaves behind."""
    make, x, y, options = CASES[case]
    keras.backend.clear_session()
    model = seeded(make)
    history = model.fit(x, y, batch_size=BATCH, epochs=2, verbose=0, **options).history
    x, y = first_rows(x, COUNT - 3), first_rows(y, COUNT - 3)  # a last batch of another size
    measured = [model.evaluate(x, y, batch_size=BATCH, verbose=0) for _ in range(2)]
    predicted = [model.predict(x, batch_size=BATCH) for _ in range(2)]
    return {
        "history": sorted(history.items()),
        "measured": measured,
        "predicted": predicted,
        "weights": model.get_weights(),
        "state": model.optimizer.get_weights(),
        "buffers": [b.numpy() for b in model.buffers()],
        "next random": torch.rand(2).numpy(),
    }


def assert_same(a, b, where=""):
    assert type(a) is type(b), where
    if isinstance(a, dict):
        assert a.keys() == b.keys(), where
        for key in a:
            assert_same(a[key], b[key], f"{where} {key}")
    elif isinstance(a, (list, tuple)):
        assert len(a) == len(b), where
        for i, (first, second) in enumerate(zip(a, b)):
            assert_same(first, second, f"{where} {i}")
    elif isinstance(a, np.ndarray):
        assert a.shape == b.shape and a.tobytes() == b.tobytes(), where
    else:
        assert a == b, where


@pytest.mark.parametrize("era", ["keras2", "tf.keras"])
@pytest.mark.parametrize("case", CASES)
def test_replays_leave_the_same_bits_behind(case, era, replays):
    eras.set_era(era)
    fast = lived(case)
    # 28 training steps: 6 by themselves, 1 recorded, 1 tried out
    assert len(replays) >= 20 + 2 * (STEPS - 8) + 2 * (STEPS - 8)
    replays.clear()
    with eager():
        assert_same(fast, lived(case))
    assert not replays


def test_the_switch_turns_replays_off(replays):
    with fast_paths(False):
        lived("batch norm")
    assert not replays


def test_the_environment_turns_everything_off():
    script = (
        "import kerastorch as k, numpy as np\n"
        "from kerastorch.training import capture\n"
        "def never(*_): raise AssertionError\n"
        "capture.Captured._record = never\n"
        "m = k.models.Sequential([k.layers.Dense(1, input_dim=2)]); m.compile('sgd', 'mse')\n"
        "m.fit(np.ones((40, 2)), np.ones(40), batch_size=2, verbose=0)\n"
    )
    environment = {**os.environ, "KERASTORCH_FAST": "0"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_replay_gives_back_the_threads_it_took(replays):
    torch.set_num_threads(2)
    model = small()
    steps(model, 12)
    assert replays and torch.get_num_threads() == 2


# ------------------------------------------------------------ what happens between steps


def small(**arguments):
    np.random.seed(2)
    torch.manual_seed(2)
    model = Sequential([kl.Dense(5, activation="relu", input_dim=6), kl.Dropout(0.5), kl.Dense(1)])
    model.compile(keras.optimizers.SGD(lr=0.05, momentum=0.5), "mse", **arguments)
    return model


def steps(model, count, start=0):
    places = [slice((start + i) % STEPS * BATCH, ((start + i) % STEPS + 1) * BATCH) for i in range(count)]
    return [model.train_on_batch(X[place], BITS[place]) for place in places]


def new_weights(model):
    model.set_weights([0.5 * w for w in model.get_weights()])


def new_rate(model):
    keras.backend.set_value(model.optimizer.lr, 0.2)


def frozen_dropout(model):
    model.layers[1].rate = 0.25


def other_activation(model):
    model.layers[0].activation = keras.activations.tanh


def moved_weight(model):
    model.layers[2].weight.data = model.layers[2].weight.data.clone() * 2


def other_epsilon(model):
    keras.config.set_epsilon(1e-3)


def scaled_output(model):
    model.layers[0].register_forward_hook(lambda layer, inputs, output: output * 0.5)


def patched_call(model):
    dense = model.layers[2]
    plain = dense.call
    dense.call = lambda x: plain(x) + 1.0


def penalty(model):
    model.layers[0].activity_regularizer = regularizers.l2(0.1)


def other_scale(model):
    model.optimizer.loss_scale_factor = 4.0


@pytest.mark.parametrize(
    "change",
    [
        new_weights,
        new_rate,
        frozen_dropout,
        other_activation,
        moved_weight,
        other_epsilon,
        scaled_output,
        patched_call,
        penalty,
        other_scale,
    ],
)
def test_a_change_between_steps_counts(change, replays):
    def life():
        model = small()
        losses = steps(model, 12)
        change(model)
        losses += steps(model, 12, start=12)
        return losses, model.get_weights(), model.predict(X)

    found = life()
    assert replays
    with eager():
        assert_same(found, life())


@pytest.mark.parametrize("change", [new_weights, frozen_dropout, moved_weight, scaled_output])
def test_a_callback_may_change_the_model_in_the_middle_of_an_epoch(change, replays):
    class Meddler(keras.callbacks.Callback):
        seen = 0

        def on_batch_begin(self, batch, logs=None):
            self.seen += 1
            if self.seen == 18:
                change(self.model)

    def life():
        model = small()
        history = model.fit(X, BITS, batch_size=BATCH, epochs=3, verbose=0, callbacks=[Meddler()])
        return history.history, model.get_weights()

    found = life()
    assert replays
    with eager():
        assert_same(found, life())


def test_a_hook_is_called_on_every_step_after_it_was_added(replays):
    model, called = small(), []
    steps(model, 12)
    assert replays
    replays.clear()
    handle = model.layers[0].register_forward_hook(lambda *_: called.append(1))
    steps(model, 12)
    assert len(called) == 12 and not replays
    handle.remove()
    steps(model, 2)
    assert len(called) == 12 and len(replays) == 2  # the state before the hook is known still


def test_a_gan_that_switches_trainable_is_replayed(replays):
    def life():
        np.random.seed(3)
        torch.manual_seed(3)
        critic = Sequential([kl.Dense(8, input_dim=6), kl.LeakyReLU(), kl.Dropout(0.3), kl.Dense(1)])
        critic.compile("adam", "mse")
        maker = Sequential([kl.Dense(8, activation="relu", input_dim=4), kl.BatchNormalization(), kl.Dense(6)])
        critic.trainable = False
        noise = kl.Input((4,))
        gan = Model(noise, critic(maker(noise)))
        gan.compile("adam", "mse")
        losses = []
        for i in range(STEPS):
            rows = slice(i * BATCH, (i + 1) * BATCH)
            critic.trainable = True
            made = maker.predict(X2[rows])
            losses.append(critic.train_on_batch(np.concatenate([X[rows], made]), np.repeat([[1.0], [0.0]], BATCH, 0)))
            critic.trainable = False
            losses.append(gan.train_on_batch(X2[rows], np.ones((BATCH, 1))))
        return losses, critic.get_weights(), maker.get_weights()

    found = life()
    assert len(replays) == 3 * (STEPS - 8)
    with eager():
        assert_same(found, life())


def test_wrong_data_is_told_as_by_the_step(replays):
    model = Sequential([kl.Embedding(9, 4, input_length=5), kl.Flatten(), kl.Dense(1)])
    model.compile("sgd", "mse")
    for _ in range(12):
        model.train_on_batch(WORDS[:BATCH], BITS[:BATCH])
    assert replays
    with pytest.raises(ValueError, match="expected indices from 0 to 8"):
        model.train_on_batch(WORDS[:BATCH] + 100, BITS[:BATCH])
    model.train_on_batch(WORDS[:BATCH], BITS[:BATCH])


def test_one_tensor_in_two_places(replays):
    a, b = kl.Input((6,)), kl.Input((6,))
    model = Model([a, b], kl.subtract([kl.Dense(2)(a), kl.Dense(2)(b)]))
    step = capture.Captured(lambda xs: ([model(list(xs)).detach()],), capture.Watch(model))
    step.watch.look()
    same, other = torch.ones(2, 6), torch.zeros(2, 6)
    for _ in range(12):
        step([same, same])
    assert not replays
    with torch.no_grad():
        assert torch.equal(step([same, other])[0][0], model([same, other]))


def test_threads_share_a_model(replays):
    model = small()
    expected = model.predict(X)
    found = [None] * 4

    def work(i):
        found[i] = [model.predict(X, batch_size=BATCH) for _ in range(5)]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for answers in found:
        for answer in answers:
            np.testing.assert_allclose(answer, expected, rtol=1e-6, atol=1e-6)


def test_a_replaying_model_can_be_copied_and_pickled(replays):
    model = small()
    steps(model, 12)
    model.predict(X, batch_size=BATCH)
    assert replays
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert_same(other.predict(X), model.predict(X))


def test_shapes_without_end_are_not_kept(replays):
    model = small()
    step = capture.Captured(lambda xs: ([model(xs[0]).detach()],), capture.Watch(model))
    step.watch.look()
    for size in range(1, 30):
        for _ in range(9):
            step([torch.ones(size, 6)])
    assert len(replays) == capture._SHAPES


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="needs /proc")
@pytest.mark.parametrize("call", ["predict", "train_on_batch"])
def test_calls_do_not_pile_up_memory(call):
    model = small()
    arguments = (X[:BATCH],) if call == "predict" else (X[:BATCH], BITS[:BATCH])

    def resident():
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")

    def calls():
        for _ in range(400):
            getattr(model, call)(*arguments)

    calls()
    before = resident()
    calls()
    # 20,000 calls may take 5 MB; what the allocator does in between is allowed for once
    assert resident() - before < 256 * 1024 + 400 * 5e6 / 20000


# ------------------------------------------------------------------ what is refused


class Doubled(kl.Layer):
    def call(self, inputs):
        return inputs * 2


def with_custom_layer():
    return classifier(kl.Dense(4, input_dim=6), Doubled())


def with_lambda():
    return classifier(kl.Dense(4, input_dim=6), kl.Lambda(lambda x: x * 2))


def with_foreign_module():
    return classifier(kl.Dense(4, input_dim=6), nn.Linear(4, 4))


def with_function_activation():
    return classifier(kl.Dense(4, input_dim=6, activation=lambda x: x.clamp(min=0.1)))


def with_custom_loss():
    model = Sequential([kl.Dense(3, input_dim=6)])
    model.compile("sgd", lambda y, p: keras.backend.mean(keras.backend.square(y - p), -1))
    return model


def with_custom_metric():
    return classifier(kl.Dense(3, input_dim=6), metrics=[lambda y, p: p.mean()])


def with_added_loss():
    x = kl.Input((6,))
    hidden = kl.Dense(3)(x)
    model = Model(x, kl.Dense(1)(hidden))
    model.add_loss(keras.backend.mean(hidden))
    model.compile("sgd", "mse")
    return model


def with_hook():
    model = small()
    model.layers[0].register_forward_pre_hook(lambda *_: None)
    return model


def with_patched_class(monkeypatch):
    plain = kl.Dense.call
    monkeypatch.setattr(kl.Dense, "call", lambda self, inputs: plain(self, inputs))
    return small()


class Subclassed(Model):
    def __init__(self):
        super().__init__()
        self.dense = kl.Dense(1)

    def call(self, inputs):
        return self.dense(inputs)


def subclassed():
    model = Subclassed()
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (with_custom_layer, "Doubled may do what cannot be recorded"),
        (with_lambda, "calls .*<lambda>"),
        (with_foreign_module, "TorchModule may do what cannot be recorded"),
        (with_function_activation, "calls .*<lambda>"),
        (with_custom_loss, r"compile\(\) was given .*<lambda>"),
        (with_custom_metric, r"compile\(\) was given .*<lambda>"),
        (with_added_loss, "losses or updates were added to it"),
        (with_hook, "calls hooks"),
        (with_patched_class, "Dense.call was replaced"),
        (subclassed, "it is no graph of layers"),
    ],
)
def test_refusals_are_logged(make, reason, replays, caplog, monkeypatch):
    model = make(monkeypatch) if make is with_patched_class else make()
    with caplog.at_level(logging.DEBUG, logger="kerastorch"):
        for _ in range(12):
            model.train_on_batch(X[:BATCH], BITS[:BATCH])
    assert not replays
    told = [record for record in caplog.records if re.search(f"run eagerly, since .*({reason})", record.getMessage())]
    assert len(told) == 1  # once, not for each step


@pytest.mark.filterwarnings("ignore:Anomaly Detection")
@pytest.mark.parametrize("around", [lambda: torch.autocast("cpu"), torch.autograd.detect_anomaly])
def test_torch_modes_see_each_operation(around, replays):
    model = small()
    for _ in range(12):
        model.predict_on_batch(X[:BATCH])
    assert replays
    replays.clear()
    with around():
        for _ in range(12):
            model.predict_on_batch(X[:BATCH])
    assert not replays


# ----------------------------------------------------------------------------- the tape


def taped(function, *inputs, known=()):
    tape = Tape(inputs, known, 1 << 20)
    with tape:
        results = function(*inputs)
    return replay_of(tape, results)


def test_a_tape_follows_its_inputs_and_weights():
    weight, x, other = torch.ones(3), torch.ones(3), torch.arange(3.0)
    replay = taped(lambda a: [(a + weight) * 2], x, known=[weight])
    weight.add_(1)
    assert torch.equal(replay(other)[0], (other + weight) * 2)


def test_a_tape_drops_what_nobody_uses_but_keeps_effects():
    seen = torch.zeros(())

    def step(a):
        a.exp()  # nobody uses it
        seen.add_(1)
        torch.rand(2)
        return [a * 2]

    replay = taped(step, torch.ones(2), known=[seen])
    torch.manual_seed(0)
    replay(torch.ones(2))
    after = torch.rand(1)
    torch.manual_seed(0)
    torch.rand(2)
    assert seen == 2 and torch.equal(after, torch.rand(1))


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (lambda a: [a + a.sum().item()], "reads a value on the host"),
        (lambda a: [a * 2 if a.sum() > 0 else a], "reads a value on the host"),
        (lambda a: [(a + 1).unsqueeze_(0)], "changes a shape in place"),
        (lambda a: [torch.zeros(1 << 21)], "computes so much"),
    ],
)
def test_what_a_tape_cannot_hold(step, reason):
    with pytest.raises(NotRecordable, match=reason):
        taped(step, torch.ones(2))


def test_a_tape_refuses_a_tensor_it_does_not_know():
    stranger = torch.ones(2)
    with pytest.raises(NotRecordable, match="no input, weight or result"):
        taped(lambda a: [a + stranger], torch.ones(2))


def test_a_step_that_differs_from_time_to_time_is_given_up(caplog):
    model = small()
    count = iter(range(100))
    step = capture.Captured(lambda xs: ([xs[0] * next(count)],), capture.Watch(model))
    step.watch.look()
    with caplog.at_level(logging.DEBUG, logger="kerastorch"):
        found = [float(step([torch.ones(1)])[0][0]) for _ in range(20)]
    assert found == list(range(20))
    assert "the recording gives other bits" in caplog.text
