"""EarlyStopping beyond the scripted runs: later arguments, eras, what Keras 2.2.4 crashes on."""

from types import SimpleNamespace

import pytest

from kerastorch import eras
from kerastorch.callbacks import EarlyStopping


@pytest.fixture
def era():
    yield eras.set_era
    eras.set_era("keras2")


def run(stop, values, monitor="loss", metrics=()):
    """Feeds epochs until told to stop; the number of epochs."""
    model = SimpleNamespace(stop_training=False, metrics=list(metrics), restored=None)
    model.get_weights = lambda: [epoch]
    model.set_weights = lambda weights: setattr(model, "restored", weights)
    stop.set_model(model)
    stop.on_train_begin()
    for epoch, value in enumerate(values):
        stop.on_epoch_end(epoch, {monitor: value})
        if model.stop_training:
            break
    stop.on_train_end()
    return epoch + 1, model


def test_early_epochs_do_not_count():
    """As in Keras 2.11 and later."""
    assert run(EarlyStopping("loss", start_from_epoch=3), [1, 2, 3, 4, 5])[0] == 5
    assert run(EarlyStopping("loss"), [1, 2, 3, 4, 5])[0] == 2


def test_may_be_used_again():
    stop = EarlyStopping("loss", restore_best_weights=True, patience=1)
    assert run(stop, [1, 2])[0] == 2
    epochs, model = run(stop, [5, 4, 6])
    assert epochs == 3 and model.restored == [1]


def test_nothing_to_restore():
    stop = EarlyStopping("loss", baseline=0.1, restore_best_weights=True)
    with pytest.warns(RuntimeWarning, match="no epoch was better than 0.1"):
        epochs, model = run(stop, [1.0])
    assert epochs == 1 and model.restored is None


def test_missing_quantity_is_named():
    with pytest.warns(RuntimeWarning, match="expected monitor to be one of loss; it did nothing. Received.*'val_los'"):
        run(EarlyStopping("val_los"), [1.0])
    with pytest.warns(RuntimeWarning, match="nothing is logged"):
        EarlyStopping().get_monitor_value(None)


def test_unknown_mode():
    with pytest.warns(RuntimeWarning, match="mode='lowest'"):
        EarlyStopping(mode="lowest")


@pytest.mark.parametrize(
    ("name", "monitor", "epochs_when_rising"),
    [
        ("keras2", "val_acc", 3),
        ("keras2", "accuracy_gap", 3),
        ("keras2", "auc", 2),
        ("tf.keras", "val_auc", 3),
        ("tf.keras", "val_accuracy", 3),
        ("tf.keras", "accuracy_gap", 2),
        ("keras3", "val_loss", 2),
        ("keras3", "recall", 3),
        ("keras3", "mean_squared_error", 2),
    ],
)
def test_direction_by_era(era, name, monitor, epochs_when_rising):
    """What 2.2.4 takes from 'acc' in the name, 2.15 from its ending, 3 from the metric."""
    era(name)
    assert run(EarlyStopping(monitor), [1, 2, 3], monitor)[0] == epochs_when_rising


def test_direction_declared_by_a_metric(era):
    era("keras3")
    metric = SimpleNamespace(name="closeness", _direction="up")
    assert run(EarlyStopping("val_closeness"), [1, 2, 3], "val_closeness", [metric])[0] == 3
    metric._direction = "down"
    assert run(EarlyStopping("val_closeness"), [1, 2, 3], "val_closeness", [metric])[0] == 2
    with pytest.raises(ValueError, match="expected mode='min' or mode='max'.*Received: monitor='closeness'"):
        run(EarlyStopping("closeness"), [1], "closeness")
    assert run(EarlyStopping("closeness", mode="max"), [1, 2, 3], "closeness")[0] == 3
