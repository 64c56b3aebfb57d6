"""Learning-rate callbacks beyond the scripted runs: real optimizers, eras, bad schedules."""

import functools

import numpy as np
import pytest
import torch

import kerastorch as keras
from kerastorch import eras
from kerastorch.callbacks import LearningRateScheduler, ReduceLROnPlateau


@pytest.fixture
def era():
    yield eras.set_era
    eras.set_era("keras2")


def model(optimizer):
    made = keras.Sequential([keras.layers.Dense(1, input_dim=2, kernel_initializer="ones")])
    made.compile(optimizer, "mse")
    return made


def fit(made, *callbacks, epochs=3):
    x = np.ones((4, 2), "float32")
    return made.fit(x, np.zeros((4, 1), "float32"), epochs=epochs, verbose=0, callbacks=list(callbacks)).history


@pytest.mark.parametrize("optimizer", [lambda: keras.optimizers.SGD(lr=0.5), lambda: keras.optimizers.Adam(lr=0.5)])
def test_real_optimizer_follows(optimizer):
    made = model(optimizer())
    history = fit(made, LearningRateScheduler(lambda epoch: 0.1 / 2**epoch))
    assert history["lr"] == [np.float32(0.1), np.float32(0.05), np.float32(0.025)]
    assert all(type(rate) is np.float32 for rate in history["lr"])
    assert float(made.optimizer.lr) == np.float32(0.025)


def test_rate_of_zero_stops_learning():
    made = model(keras.optimizers.SGD(lr=0.5))
    losses = fit(made, LearningRateScheduler(lambda epoch: 0.0))["loss"]
    assert losses[0] == losses[1] == losses[2] > 0


def test_torch_optimizer_follows():
    made = model(torch.optim.SGD)
    history = fit(made, LearningRateScheduler(lambda epoch, lr: 0.25))
    assert [float(rate) for rate in history["lr"]] == [0.25] * 3


@pytest.mark.parametrize(
    "schedule",
    [
        lambda epoch: 0.25,
        lambda epoch, lr: 0.25,
        lambda epoch, lr=None: 0.25 if lr is not None else None,
        functools.partial(lambda scale, epoch: 0.25 * scale, 1),
        lambda epoch: np.float32(0.25),
        lambda epoch: np.float64(0.25),
        lambda epoch: torch.tensor(0.25),
    ],
)
def test_schedules(schedule):
    made = model("sgd")
    fit(made, LearningRateScheduler(schedule), epochs=1)
    assert float(made.optimizer.lr) == 0.25


@pytest.mark.parametrize("wrong", [1, "0.1", None, [0.1]])
def test_schedule_that_gives_no_float(wrong):
    with pytest.raises(ValueError, match="expected schedule to give a float. Received"):
        fit(model("sgd"), LearningRateScheduler(lambda epoch: wrong))


def test_error_inside_a_schedule_is_the_caller_s():
    def schedule(epoch, lr):
        return lr + "x"

    with pytest.raises(TypeError, match="unsupported operand"):
        fit(model("sgd"), LearningRateScheduler(schedule))


def test_no_schedule():
    with pytest.raises(TypeError, match="expected schedule to be a function. Received: 0.1"):
        LearningRateScheduler(0.1)


def test_optimizer_without_a_rate():
    class Model:
        optimizer = object()

    change = LearningRateScheduler(lambda epoch: 0.1)
    change.set_model(Model())
    with pytest.raises(ValueError, match="learning rate .'lr'.. Received: object"):
        change.on_epoch_begin(0)


@pytest.mark.parametrize(("name", "key"), [("keras2", "lr"), ("tf.keras", "lr"), ("keras3", "learning_rate")])
def test_name_in_the_logs(era, name, key):
    class Model:
        class optimizer:
            learning_rate = 0.5

    era(name)
    for callback in (LearningRateScheduler(lambda epoch, lr: lr), ReduceLROnPlateau("loss")):
        callback.set_model(Model())
        logs = {"loss": 1.0}
        callback.on_epoch_end(0, logs)
        assert logs == {"loss": 1.0, key: 0.5}


def test_plateau_on_a_real_model():
    made = model(keras.optimizers.SGD(lr=0.0078125))
    history = fit(made, ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=100), epochs=4)
    assert history["lr"] == [0.0078125, 0.0078125, 0.00390625, 0.001953125]


def test_plateau_arguments():
    with pytest.raises(ValueError, match="factor to be below 1. Received: factor=1.0"):
        ReduceLROnPlateau(factor=1.0)
    with pytest.warns(FutureWarning, match="min_delta"):
        assert ReduceLROnPlateau(epsilon=0.5).min_delta == 0.5
    with pytest.raises(TypeError):
        ReduceLROnPlateau(patients=3)
