"""Callbacks, and what predict and evaluate print."""

import os
import re

import numpy as np

from ..cases.kit import captured
from .kit import K3, KERAS2_AND_TF, LATER, Area, chain, floats, outcome, regression

area = Area("watching", tolerance=1e-4)


def model_of(k, t, rate=0.1, **compiled):
    x, y = regression(t)
    model = chain(k, (4,), k.layers.Dense(2))
    t.set_weights(model)
    model.compile(k.optimizers.SGD(rate), "mse", **compiled)
    return model, x, y


# The learning rate in logs


def rates(name, build, epochs=4, rate=0.1, **arguments):
    @area.run(f"lr_key/{name}")
    def _(k, t):
        model, x, y = model_of(k, t, rate)
        callbacks = [build(k)]
        arguments.setdefault("shuffle", False)
        history = model.fit(x, y, batch_size=4, epochs=epochs, verbose=0, callbacks=callbacks, **arguments)
        return {"history": dict(sorted(floats(history.history).items()))}


rates("scheduler", lambda k: k.callbacks.LearningRateScheduler(lambda epoch: 0.1 * 0.5**epoch))
rates("scheduler_of_two", lambda k: k.callbacks.LearningRateScheduler(lambda epoch, lr: lr * 0.7))
rates("plateau", lambda k: k.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=10.0))
rates("plateau_val", lambda k: k.callbacks.ReduceLROnPlateau(patience=1, min_delta=10.0), validation_split=0.25)


# EarlyStopping's automatic mode: a run whose monitored number rises in every epoch, or falls


def stopping(name, monitor, metrics, eras=("keras2",) + LATER):
    @area.run(f"early_stopping_auto/{name}", eras)
    def _(k, t):
        def attempt():
            model, x, y = model_of(k, t, metrics=metrics(k))
            stop = k.callbacks.EarlyStopping(monitor=monitor, patience=1)
            model.fit(x, y, epochs=1, verbose=0)  # later Keras asks the compiled metrics for their direction
            stop.set_model(model)
            found = {}
            for way, numbers in (("rising", (1.0, 2.0, 3.0, 4.0)), ("falling", (4.0, 3.0, 2.0, 1.0))):
                model.stop_training = False
                stop.on_train_begin()
                for epoch, number in enumerate(numbers):
                    stop.on_epoch_end(epoch, {monitor: number})
                    if model.stop_training:
                        break
                found[way] = epoch
            return found

        return outcome(attempt)


def my_accuracy(y_true, y_pred):
    return 0.0 * y_pred[:, 0] + 0.5


def measure_acc(y_true, y_pred):
    return 0.0 * y_pred[:, 0] + 0.5


stopping("loss", "loss", lambda k: [])
stopping("val_loss", "val_loss", lambda k: [])
stopping("acc", "acc", lambda k: ["acc"])
stopping("accuracy", "accuracy", lambda k: ["accuracy"])
stopping("val_accuracy", "val_accuracy", lambda k: ["accuracy"])
# Keras 3 refuses functions, which know no direction; kerastorch goes by their name there.
stopping("own_accuracy", "my_accuracy", lambda k: [my_accuracy], KERAS2_AND_TF)
stopping("own_acc", "measure_acc", lambda k: [measure_acc], KERAS2_AND_TF)
stopping("error", "mse", lambda k: ["mse"])
stopping("auc", "auc", lambda k: [k.metrics.AUC(name="auc")], LATER)
stopping("unknown", "no_such_metric", lambda k: ["mse"])
stopping("falls_by_name", "fmeasure", lambda k: ["mse"], ("keras2",))


# ModelCheckpoint: which files there are at the end


def files(name, eras, path, epochs=5, **arguments):
    @area.run(f"model_checkpoint/{name}", eras)
    def _(k, t):
        def attempt():
            model, x, y = model_of(k, t)
            saver = k.callbacks.ModelCheckpoint(t.scratch(path), **arguments)
            model.fit(x, y, batch_size=4, epochs=epochs, verbose=0, shuffle=False, callbacks=[saver])
            return {"files": sorted(os.listdir(t.scratch("")))}

        return outcome(attempt)


files("period", KERAS2_AND_TF, "m.{epoch:02d}.h5", period=2)
files("every_epoch", KERAS2_AND_TF, "m.{epoch:02d}-{loss:.4f}.h5", epochs=3)
files("weights", KERAS2_AND_TF, "w.{epoch}.h5", epochs=2, save_weights_only=True)
BEST = {"monitor": "loss", "save_best_only": True, "save_weights_only": True}
files("best_only", ("keras2",) + LATER, "best.weights.h5", **BEST)
files("save_freq", LATER, "m.{epoch:02d}-{batch:02d}.keras", save_freq=3, epochs=3)
files("archives", LATER, "m.{epoch:02d}.keras", epochs=3)
files("weights_of_archives", K3, "w.{epoch}.weights.h5", epochs=2, save_weights_only=True)
files("ending_of_weights_is_enforced", K3, "w.{epoch}.h5", save_weights_only=True)
files("ending_of_models_is_enforced", K3, "m.{epoch}", epochs=1)


# What predict, evaluate and fit print where nothing is said about it


def untimed(text):
    """Without escapes, the moves of a terminal's cursor, and durations."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", text).replace("\x08", "")
    text = re.sub(r"\d+(\.\d+)?(us|ms|s)/(step|epoch|sample)", "T", text)
    return re.sub(r" \d+s\b", " T", text)


def last_line(text):
    """The last state of the last line: how often a bar is drawn in between depends on the clock."""
    return untimed(text).strip().split("\n")[-1].split("\r")[-1].rstrip()


def printed(row, name, run, eras=("keras2",) + LATER):
    @area.run(f"{row}/{name}", eras)
    def _(k, t):
        model, x, y = model_of(k, t)
        np.random.seed(1)
        with captured() as text:
            run(model, x, y)
        return {"end": last_line(text())}


printed("predict_verbose", "default", lambda model, x, y: model.predict(x))
printed("predict_verbose", "batches", lambda model, x, y: model.predict(x, batch_size=4))
printed("predict_verbose", "zero", lambda model, x, y: model.predict(x, verbose=0))
printed("predict_verbose", "one", lambda model, x, y: model.predict(x, batch_size=4, verbose=1))
printed("predict_verbose", "evaluate", lambda model, x, y: model.evaluate(x, y, batch_size=4))
printed("predict_verbose", "two", lambda model, x, y: model.predict(x, verbose=2), LATER)
