"""What callbacks do to a run, and what they see of it."""

import csv
import os

import numpy as np

from .kit import Area, results_of_fit
from .networks import blobs, classifier, perceptron, regression

area = Area("training_callbacks", tolerance=1e-4)


def run(k, t, callbacks, epochs=8, lr=0.1, optimizer=None, metrics=("mae",), **arguments):
    """A regression whose validation loss falls at first and rises later."""
    x, y = regression(t)
    model = perceptron(k)
    t.set_weights(model)
    model.compile(optimizer or k.optimizers.SGD(lr=lr), "mse", metrics=list(metrics))
    t.seed(8)
    history = model.fit(
        x, y, batch_size=8, epochs=epochs, verbose=0, validation_split=0.3, callbacks=callbacks, **arguments
    )
    return results_of_fit(model, history, x)


def callback(name, make, **arguments):
    area.add(name, lambda k, t: run(k, t, [make(k)], **arguments))


# Learning rates

callback("lr_scheduler/of_epoch", lambda k: k.callbacks.LearningRateScheduler(lambda epoch: 0.1 / (1 + epoch)))
callback("lr_scheduler/of_epoch_and_rate", lambda k: k.callbacks.LearningRateScheduler(lambda epoch, lr: lr * 0.8))
callback(
    "lr_scheduler/adam",
    lambda k: k.callbacks.LearningRateScheduler(lambda epoch: 0.02 if epoch < 3 else 0.005),
    optimizer="adam",
)
callback(
    "lr_scheduler/initial_epoch",
    lambda k: k.callbacks.LearningRateScheduler(lambda epoch: 0.01 * (1 + epoch)),
    initial_epoch=4,
)

REDUCE = {
    "default_patience": {},
    "patience_1": {"patience": 1, "factor": 0.5},
    "cooldown": {"patience": 1, "factor": 0.5, "cooldown": 2},
    "min_lr": {"patience": 1, "factor": 0.3, "min_lr": 0.05},
    "min_delta": {"patience": 1, "factor": 0.5, "min_delta": 0.2},
    "monitor_loss": {"monitor": "loss", "patience": 0, "factor": 0.9},
    "mode_max": {"monitor": "val_mean_absolute_error", "patience": 1, "factor": 0.5, "mode": "max"},
}
for name, arguments in REDUCE.items():
    callback(
        "reduce_lr/" + name,
        lambda k, arguments=arguments: k.callbacks.ReduceLROnPlateau(**arguments),
        lr=0.6,
        epochs=12,
    )

# Stopping

STOP = {
    "patience_0": {},
    "patience_2": {"patience": 2},
    "restore_best": {"patience": 2, "restore_best_weights": True},
    "min_delta": {"min_delta": 0.05, "patience": 1},
    "baseline": {"baseline": 0.2, "patience": 3},
    "mode_max": {"monitor": "val_mean_absolute_error", "mode": "max", "patience": 2},
    "training_loss": {"monitor": "loss", "patience": 3},
}
for name, arguments in STOP.items():
    callback(
        "early_stopping/" + name,
        lambda k, arguments=arguments: k.callbacks.EarlyStopping(**arguments),
        lr=0.6,
        epochs=12,
    )


@area.run("early_stopping/accuracy")
def _(k, t):
    x, _labels, y = blobs(t)
    model = classifier(k)
    t.set_weights(model)
    model.compile(k.optimizers.SGD(lr=0.3), "categorical_crossentropy", metrics=["accuracy"])
    t.seed(8)
    stop = k.callbacks.EarlyStopping(monitor="val_acc", patience=2, restore_best_weights=True)
    history = model.fit(x, y, batch_size=8, epochs=12, verbose=0, validation_split=0.3, callbacks=[stop])
    results = results_of_fit(model, history, x)
    results["stopped"] = stop.stopped_epoch
    results["best"] = float(stop.best)
    return results


@area.run("stopping/stop_training_in_a_batch")
def _(k, t):
    class Stop(k.callbacks.Callback):
        def on_batch_end(self, batch, logs=None):
            if self.model.seen_epochs == 1 and batch == 0:
                self.model.stop_training = True

        def on_epoch_begin(self, epoch, logs=None):
            self.model.seen_epochs = epoch

    return run(k, t, [Stop()])


@area.run("stopping/terminate_on_nan")
def _(k, t):
    x, y = regression(t)
    y[9] = np.nan
    model = perceptron(k)
    t.set_weights(model)
    model.compile(k.optimizers.SGD(lr=0.1), "mse")
    history = model.fit(
        x, y, batch_size=8, epochs=4, verbose=0, shuffle=False, callbacks=[k.callbacks.TerminateOnNaN()]
    )
    return {"history": history.history, "epochs": history.epoch}


# Files


@area.run("checkpoint/best_only")
def _(k, t):
    path = t.scratch("best.h5")
    results = run(k, t, [k.callbacks.ModelCheckpoint(path, save_best_only=True)], lr=0.6)
    best = k.models.load_model(path)
    results["best"] = best.get_weights()
    results["optimizer"] = best.optimizer.get_config()
    return results


@area.run("checkpoint/names_and_period")
def _(k, t):
    path = t.scratch("w.{epoch:02d}-{val_loss:.2f}.h5")
    checkpoint = k.callbacks.ModelCheckpoint(path, save_weights_only=True, period=3)
    results = run(k, t, [checkpoint])
    results["files"] = sorted(os.listdir(t.folder))
    return results


@area.run("checkpoint/best_accuracy_by_name")
def _(k, t):
    x, _labels, y = blobs(t)
    model = classifier(k)
    t.set_weights(model)
    model.compile(k.optimizers.SGD(lr=0.3), "categorical_crossentropy", metrics=["accuracy"])
    t.seed(8)
    path = t.scratch("w.{epoch:d}.h5")
    checkpoint = k.callbacks.ModelCheckpoint(path, monitor="val_acc", save_best_only=True, save_weights_only=True)
    model.fit(x, y, batch_size=8, epochs=8, verbose=0, validation_split=0.3, callbacks=[checkpoint])
    files = sorted(os.listdir(t.folder))
    model.load_weights(t.scratch(files[-1]))
    return {"files": files, "weights": model.get_weights()}


def csv_rows(path, separator=","):
    """Header, and the rows as numbers."""
    with open(path) as f:
        rows = list(csv.reader(f, delimiter=separator))
    return {"header": rows[0], "rows": [[float(cell) for cell in row] for row in rows[1:]]}


@area.run("csv_logger/plain")
def _(k, t):
    path = t.scratch("log.csv")
    run(k, t, [k.callbacks.CSVLogger(path)])
    return csv_rows(path)


@area.run("csv_logger/append_and_separator")
def _(k, t):
    path = t.scratch("log.csv")
    run(k, t, [k.callbacks.CSVLogger(path, separator=";")], epochs=2)
    run(k, t, [k.callbacks.CSVLogger(path, separator=";", append=True)], epochs=2)
    return csv_rows(path, ";")


# What a callback sees


def plain_logs(logs):
    return {key: float(value) for key, value in (logs or {}).items()}


@area.run("hooks/order_and_logs")
def _(k, t):
    seen = []

    class Watch(k.callbacks.Callback):
        def on_train_begin(self, logs=None):
            seen.append(["train_begin", plain_logs(logs)])

        def on_train_end(self, logs=None):
            seen.append(["train_end", plain_logs(logs)])

        def on_epoch_begin(self, epoch, logs=None):
            seen.append(["epoch_begin", epoch, plain_logs(logs)])

        def on_epoch_end(self, epoch, logs=None):
            seen.append(["epoch_end", epoch, plain_logs(logs)])

        def on_batch_begin(self, batch, logs=None):
            seen.append(["batch_begin", batch, plain_logs(logs)])

        def on_batch_end(self, batch, logs=None):
            seen.append(["batch_end", batch, plain_logs(logs)])

    watch = Watch()
    results = run(k, t, [watch], epochs=2)
    results["seen"] = seen
    results["params"] = watch.params
    return results


@area.run("hooks/lambda_callback")
def _(k, t):
    seen = []
    watch = k.callbacks.LambdaCallback(
        on_train_begin=lambda logs: seen.append("train_begin"),
        on_train_end=lambda logs: seen.append("train_end"),
        on_epoch_begin=lambda epoch, logs: seen.append(f"epoch_begin {epoch}"),
        on_epoch_end=lambda epoch, logs: seen.append(f"epoch_end {epoch} {sorted(logs)}"),
        on_batch_begin=lambda batch, logs: seen.append(f"batch_begin {batch}"),
        on_batch_end=lambda batch, logs: seen.append(f"batch_end {batch} {sorted(logs)}"),
    )
    run(k, t, [watch], epochs=2)
    return {"seen": seen}


@area.run("hooks/logs_can_be_added_to")
def _(k, t):
    class Add(k.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["extra"] = epoch * 2.0

    stop = k.callbacks.EarlyStopping(monitor="extra", patience=2)
    return run(k, t, [Add(), stop])


@area.run("hooks/rate_set_by_hand")
def _(k, t):
    class Halve(k.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            rate = k.backend.get_value(self.model.optimizer.lr)
            k.backend.set_value(self.model.optimizer.lr, rate * 0.5)

    return run(k, t, [Halve()], epochs=4)


@area.run("hooks/weights_set_in_a_batch")
def _(k, t):
    class Clip(k.callbacks.Callback):
        def on_batch_end(self, batch, logs=None):
            layer = self.model.layers[0]
            layer.set_weights([np.clip(w, -0.3, 0.3) for w in layer.get_weights()])

    return run(k, t, [Clip()], epochs=4)


@area.run("hooks/several")
def _(k, t):
    callbacks = [
        k.callbacks.LearningRateScheduler(lambda epoch: 0.4 / (epoch + 1)),
        k.callbacks.EarlyStopping(patience=4, restore_best_weights=True),
        k.callbacks.CSVLogger(t.scratch("log.csv")),
    ]
    results = run(k, t, callbacks, epochs=10)
    results["csv"] = csv_rows(t.scratch("log.csv"))
    return results
