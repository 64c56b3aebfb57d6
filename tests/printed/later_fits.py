"""Whole runs whose printed text tf_keras and Keras 3 give as well; both sides begin from the same weights."""

import collections

from . import scenarios
from .fits import _data, _model

__all__ = ["FITS", "run"]


def bars(keras):
    model, (x, y, _) = _model(keras), _data()
    model.compile(keras.optimizers.SGD(0.3), "categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, batch_size=8, epochs=3, validation_split=0.25, shuffle=False)
    model.evaluate(x, y, batch_size=16)
    model.predict(x, batch_size=16)


def one_epoch(keras):
    model, (x, y, _) = _model(keras, 1, "linear"), _data()
    model.compile("sgd", "mse", metrics=["mae"])
    model.fit(x, y[:, :1], batch_size=7, shuffle=False)


def lines(keras):
    model, (x, _, labels) = _model(keras), _data()
    model.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy", metrics=["accuracy"])
    data = (x[:9], labels[:9])
    model.fit(x, labels, epochs=3, batch_size=16, validation_data=data, shuffle=False, verbose=2)
    model.evaluate(x, labels, verbose=2)
    model.predict(x, verbose=2)


def silent(keras):
    model, (x, y, _) = _model(keras), _data()
    model.compile("sgd", "categorical_crossentropy")
    model.fit(x, y, epochs=2, shuffle=False, verbose=0)
    model.evaluate(x, y, verbose=0)
    model.predict(x, verbose=0)


def scheduled(keras):
    model, (x, y, _) = _model(keras), _data()
    model.compile("sgd", "categorical_crossentropy")
    change = keras.callbacks.LearningRateScheduler(lambda epoch: 0.5 / (1 + epoch))
    model.fit(x, y, epochs=2, shuffle=False, callbacks=[change])


def generator(keras):
    model, (x, y, _) = _model(keras), _data()

    def batches():
        while True:
            for i in range(0, 40, 8):
                yield x[i : i + 8], y[i : i + 8]

    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
    model.fit(batches(), steps_per_epoch=5, epochs=2)


def _stopping(keras, verbose):
    """Saves, lowers the learning rate and stops, all of them aloud."""
    model, (x, y, _) = _model(keras), _data()
    model.compile(keras.optimizers.SGD(3.0), "categorical_crossentropy", metrics=["accuracy"])
    callbacks = [
        keras.callbacks.ModelCheckpoint("best.weights.h5", save_best_only=True, save_weights_only=True, verbose=1),
        keras.callbacks.ReduceLROnPlateau(patience=1, factor=0.5, verbose=1, min_delta=0.05),
        keras.callbacks.EarlyStopping(patience=2, verbose=1, restore_best_weights=True),
    ]
    fitting = {"batch_size": 8, "epochs": 12, "validation_split": 0.25, "shuffle": False, "callbacks": callbacks}
    model.fit(x, y, verbose=verbose, **fitting)
    print(round(float(model.evaluate(x, y, verbose=0)[0]), 4))


def stopping(keras):
    _stopping(keras, 1)


def stopping_lines(keras):
    _stopping(keras, 2)


def stopping_silently(keras):
    _stopping(keras, 0)


def lowered(keras):
    model, (x, y, _) = _model(keras), _data()
    model.compile(keras.optimizers.SGD(0.01), "categorical_crossentropy")
    reduce = keras.callbacks.ReduceLROnPlateau("loss", patience=1, min_delta=9.0, verbose=1, min_lr=2e-5)
    model.fit(x, y, epochs=5, shuffle=False, verbose=2, callbacks=[reduce])


def restored_at_the_end(keras):
    """Nothing stops the training, and the best weights come back all the same."""
    model, (x, y, _) = _model(keras), _data()
    model.compile(keras.optimizers.SGD(4.0), "categorical_crossentropy")
    stop = keras.callbacks.EarlyStopping("loss", patience=9, verbose=1, restore_best_weights=True)
    model.fit(x, y, epochs=4, batch_size=8, shuffle=False, verbose=2, callbacks=[stop])
    print(round(float(model.evaluate(x, y, verbose=0)), 4))


def baselines(keras):
    """Improving without reaching the baseline is no reason to wait longer."""
    for arguments in ({"baseline": 0.1, "patience": 2}, {"baseline": 9.0, "patience": 0}, {"start_from_epoch": 2}):
        model, (x, y, _) = _model(keras), _data()
        model.compile(keras.optimizers.SGD(3.0), "categorical_crossentropy")
        stop = keras.callbacks.EarlyStopping("loss", verbose=1, restore_best_weights=True, min_delta=1e-3, **arguments)
        model.fit(x[:30], y[:30], epochs=6, batch_size=8, shuffle=False, verbose=2, callbacks=[stop])


def saving(keras):
    model, (x, y, _) = _model(keras), _data()
    model.compile("sgd", "categorical_crossentropy")
    callbacks = [
        keras.callbacks.LearningRateScheduler(lambda epoch: 0.5 / (1 + epoch), verbose=1),
        keras.callbacks.ModelCheckpoint("m{epoch}.keras", verbose=1),
        keras.callbacks.BackupAndRestore("backup"),
    ]
    for verbose in (0, 1, 2):
        model.fit(x, y, epochs=2, shuffle=False, verbose=verbose, callbacks=callbacks)


def saving_at_batches(keras):
    model, (x, y, _) = _model(keras), _data()
    model.compile("sgd", "categorical_crossentropy")
    saver = keras.callbacks.ModelCheckpoint("m{epoch}-{batch}.keras", verbose=1, save_freq=3)
    model.fit(x, y, epochs=2, batch_size=8, shuffle=False, callbacks=[saver])


def thresholds(keras):
    model, (x, y, _) = _model(keras), _data()
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
    for threshold in (0.01, 9.0):
        best = {"save_best_only": True, "initial_value_threshold": threshold}
        saver = keras.callbacks.ModelCheckpoint("m.keras", "loss", verbose=1, **best)
        model.fit(x, y, epochs=2, shuffle=False, verbose=2, callbacks=[saver])
    for monitor, mode in (("accuracy", "max"), ("val_loss", "min")):  # of which there is no val_loss
        saver = keras.callbacks.ModelCheckpoint("m.keras", monitor, verbose=1, save_best_only=True, mode=mode)
        model.fit(x, y, epochs=3, shuffle=False, verbose=0, callbacks=[saver])


def diverging(keras):
    for verbose in (1, 2):
        model, (x, y, _) = _model(keras, 1, "linear"), _data()
        model.compile(keras.optimizers.SGD(1e30), "mse")
        stops = [keras.callbacks.TerminateOnNaN()]
        fitting = {"epochs": 3, "batch_size": 8, "shuffle": False, "verbose": verbose, "callbacks": stops}
        model.fit(x, y[:, :1], validation_split=0.5, **fitting)


def not_a_number(keras):
    """What a quantity that is no number improves; that the first epoch is never the last."""
    for monitor, patience in (("loss", 2), ("val_loss", 2), ("val_loss", 0)):
        model, (x, y, _) = _model(keras, 1, "linear"), _data()
        model.compile(keras.optimizers.SGD(1e30), "mse")
        callbacks = [
            keras.callbacks.ModelCheckpoint(
                "m.weights.h5", monitor, verbose=1, save_best_only=True, save_weights_only=True
            ),
            keras.callbacks.ReduceLROnPlateau(monitor, patience=1, factor=0.5, verbose=1),
            keras.callbacks.EarlyStopping(monitor, patience=patience, verbose=1, restore_best_weights=True),
        ]
        model.fit(x, y[:, :1], validation_split=0.5, epochs=5, shuffle=False, verbose=2, callbacks=callbacks)


def own_step(keras):
    class Own(keras.Model):
        def train_step(self, data):
            super().train_step(data)
            return {metric.name: metric.result() for metric in self.metrics}

        def test_step(self, data):
            return dict(super().test_step(data), zz=1.0, aa=2.0)

    first = keras.layers.Input(shape=(6,))
    model, (x, y, _) = Own(first, _model(keras)(first)), _data()
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
    for verbose in (1, 2):
        model.fit(x, y, batch_size=8, epochs=2, validation_split=0.25, shuffle=False, verbose=verbose)
    model.evaluate(x, y, batch_size=16)


FITS = collections.OrderedDict(
    (function.__name__, function)
    for function in [
        bars,
        one_epoch,
        lines,
        silent,
        scheduled,
        generator,
        stopping,
        stopping_lines,
        stopping_silently,
        lowered,
        restored_at_the_end,
        baselines,
        saving,
        saving_at_batches,
        thresholds,
        diverging,
        not_a_number,
        own_step,
    ]
)


def run(name, keras):
    """What one of FITS prints."""
    with scenarios.captured() as out:
        FITS[name](keras)
    return out.text
