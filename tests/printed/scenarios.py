"""Scripted runs of callbacks and progress bars, free of any model: the same code drives Keras 2.2.4 and kerastorch.

Kept to the Python that Keras 2.2.4 runs on (3.7).
"""

import collections
import io
import os
import sys

__all__ = ["PROGBARS", "SCENARIOS", "Clock", "Stage", "captured", "draw_progbar"]


class Clock:
    """Time that passes only when told to."""

    def __init__(self, now=1000.0):
        self.now = now

    def time(self):
        return self.now


class Screen(io.StringIO):
    """Standard output that says whether it is a terminal."""

    def __init__(self, terminal):
        super().__init__()
        self.terminal = terminal

    def isatty(self):
        return self.terminal


class captured:
    """Collects what a block prints."""

    def __init__(self, terminal=False):
        self.screen = Screen(terminal)

    def __enter__(self):
        self.before, sys.stdout = sys.stdout, self.screen
        return self

    def __exit__(self, *exc):
        sys.stdout = self.before
        self.text = self.screen.getvalue()


# --- progress bars: (constructor's arguments, [(seconds later, method, steps, values)])


def _steady(target, step, seconds, values):
    done = list(range(step, target, step)) + [target]
    return [(seconds, "update", n, values(n)) for n in done]


PROGBARS = collections.OrderedDict(
    plain=({"target": 10}, _steady(10, 1, 0.06, lambda n: [])),
    loss=({"target": 1000}, _steady(1000, 320, 0.5, lambda n: [["loss", 1.0 / n], ["acc", 0.5]])),
    averages=({"target": 7}, _steady(7, 2, 0.3, lambda n: [["loss", float(n)], ["other", -2.5 * n]])),
    tiny_values=({"target": 3}, _steady(3, 1, 1.0, lambda n: [["a", 1e-3], ["b", 9.9e-4], ["c", -5e-5], ["d", 0.0]])),
    not_numbers=({"target": 2}, _steady(2, 1, 1.0, lambda n: [["a", float("nan")], ["b", float("inf")]])),
    stateful=(
        {"target": 6, "stateful_metrics": ["auc"]},
        _steady(6, 2, 0.1, lambda n: [["loss", n], ["auc", n / 10.0]]),
    ),
    too_fast=({"target": 100}, _steady(100, 10, 0.01, lambda n: [["loss", n]])),
    interval=({"target": 8, "interval": 2.0}, _steady(8, 1, 0.5, lambda n: [["loss", n]])),
    narrow=({"target": 50, "width": 7}, _steady(50, 9, 0.2, lambda n: [])),
    wide=({"target": 50, "width": 60}, _steady(50, 25, 0.2, lambda n: [])),
    minutes=({"target": 100}, _steady(100, 20, 100.0, lambda n: [])),
    hours=({"target": 20}, _steady(20, 4, 7000.0, lambda n: [["loss", 2.0]])),
    milliseconds=({"target": 400}, _steady(400, 100, 1.5, lambda n: [])),
    shrinking=(
        {"target": 90000},
        [(500.0, "update", 1, []), (3000.0, "update", 80000, []), (1.0, "update", 90000, [])],
    ),
    zero_steps=({"target": 10}, [(1.0, "update", 0, [["loss", 3.0]]), (1.0, "update", 10, [["loss", 4.0]])]),
    adding=({"target": 9}, [(0.2, "add", 4, [["loss", 1.0]]), (0.2, "add", 2, [["loss", 2.0]]), (0.2, "add", 3, [])]),
    unknown=({"target": None}, [(0.01, "add", 3, [["loss", 1.0]]), (0.01, "add", 2, [["loss", 2.0]])]),
    past_the_end=({"target": 5}, [(1.0, "update", 5, []), (1.0, "update", 7, [["late", 1.0]])]),
    given_up=({"target": 5}, [(1.0, "update", 2, [["loss", 1.0]])]),
    quiet=({"target": 5, "verbose": 0}, _steady(5, 1, 1.0, lambda n: [["loss", 1.0]])),
    line=({"target": 5, "verbose": 2}, _steady(5, 2, 1.0, lambda n: [["loss", n], ["acc", 0.25]])),
    line_signs=({"target": 2, "verbose": 2}, _steady(2, 1, 0.1, lambda n: [["a", -3.0], ["b", 1e-4], ["c", 5.0]])),
    line_unknown=({"target": None, "verbose": 2}, [(1.0, "update", 2, [["loss", 1.0]]), (1.0, "update", 4, [])]),
    line_given_up=({"target": 5, "verbose": 2}, [(1.0, "update", 2, [["loss", 1.0]])]),
)


def draw_progbar(progbar_class, clock, name, terminal):
    """What one of PROGBARS prints."""
    arguments, moves = PROGBARS[name]
    with captured(terminal) as out:
        bar = progbar_class(**arguments)
        for seconds, method, steps, values in moves:
            clock.now += seconds
            getattr(bar, method)(steps, [tuple(pair) for pair in values] or None)
        del bar
    return out.text


# --- callbacks


class Model:
    """What callbacks need of a model; writes down what they do to it."""

    def __init__(self, optimizer):
        self.optimizer = optimizer
        self.stop_training = False
        self.journal = []
        self.epoch = None
        self.metrics = []

    def save(self, filepath, overwrite=True):
        self.journal.append(["save", os.path.basename(str(filepath)), overwrite])

    def save_weights(self, filepath, overwrite=True):
        self.journal.append(["save_weights", os.path.basename(str(filepath)), overwrite])

    def get_weights(self):
        return [self.epoch]

    def set_weights(self, weights):
        self.journal.append(["set_weights", weights])


class Stage:
    """A training loop that is told what each batch's values are.

    Args:
        callbacks: the module of callbacks.
        optimizer: something with an ``lr``.
        read_lr: gives the ``lr``'s value.
        wrap: makes a batch's logs out of numbers.
        clock, folder: the time, and where files go.
    """

    def __init__(self, callbacks, optimizer, read_lr, wrap, clock, folder):
        self.callbacks = callbacks
        self.model = Model(optimizer)
        self.read_lr = read_lr
        self.wrap = wrap
        self.clock = clock
        self.folder = folder
        self.extra = collections.OrderedDict()

    def path(self, name):
        return os.path.join(self.folder, name)

    def text(self, name):
        with open(self.path(name), newline="") as f:
            return f.read()

    def fit(
        self, batches, val=None, callbacks=(), verbose=1, steps=False, stateful=(), seconds=1.0, first=0, rows=True
    ):
        """Runs the epochs.

        Args:
            batches: per epoch the batches, each (size, values).
            val: per epoch the validation's values.
            rows: whether ``batches`` has equal epochs, whose rows the bar counts.
        """
        cb, model = self.callbacks, self.model
        names = list(batches[0][0][1])
        history = cb.History()
        every = [cb.BaseLogger(stateful_metrics=stateful)]
        if verbose:
            every.append(cb.ProgbarLogger("steps" if steps else "samples", stateful_metrics=stateful))
        hooks = cb.CallbackList(every + list(callbacks) + [history])
        hooks.set_model(model)
        hooks.set_params(
            {
                "batch_size": None if steps else batches[0][0][0],
                "epochs": len(batches) + first,
                "steps": len(batches[0]) if steps else None,
                "samples": None if steps else sum(size for size, _ in batches[0]),
                "verbose": verbose,
                "do_validation": val is not None,
                "metrics": names + ["val_" + name for name in names],
            }
        )
        hooks.on_train_begin()
        model.stop_training = False
        rates = []
        for epoch, epoch_batches in enumerate(batches):
            model.epoch = epoch
            hooks.on_epoch_begin(epoch + first)
            rates.append(self.read_lr())
            logs = {}
            for index, (size, values) in enumerate(epoch_batches):
                batch_logs = self.wrap({"batch": index, "size": size}, {})
                hooks.on_batch_begin(index, batch_logs)
                self.clock.now += seconds
                hooks.on_batch_end(index, self.wrap({"batch": index, "size": size}, values))
                if model.stop_training:
                    break
            if val is not None and not model.stop_training:
                logs = {"val_" + name: value for name, value in zip(names, val[epoch])}
            hooks.on_epoch_end(epoch + first, logs)
            if model.stop_training:
                break
        hooks.on_train_end()
        self.extra.update(
            history=[[name, [float(v) for v in values]] for name, values in history.history.items()],
            epochs=list(history.epoch),
            rates=rates,
            journal=model.journal,
        )


def _epochs(losses, size=8, batches=2, acc=None):
    """Epochs whose loss is the given one, with some spread over the batches."""
    epochs = []
    for number, loss in enumerate(losses):
        one = []
        for batch in range(batches):
            values = collections.OrderedDict(loss=loss + 0.25 * (batch - (batches - 1) / 2.0))
            if acc is not None:
                values["acc"] = acc[number]
            one.append((size, values))
        epochs.append(one)
    return epochs


NAN = float("nan")
FALLING = [1.0, 0.5, 0.25]
VAL = [[0.75], [0.5], [0.5], [0.625], [0.25], [0.5], [0.5], [0.75]]
LOSSES = [1.0, 0.75, 0.5, 0.5, 0.375, 0.25, 0.25, 0.125]


def bar_samples(stage):
    stage.fit(_epochs(FALLING, batches=3, acc=[0.5, 0.75, 1.0]))


def bar_uneven(stage):
    stage.fit([[(32, {"loss": 1.0}), (32, {"loss": 3.0}), (7, {"loss": 9.0})]])


def bar_steps(stage):
    stage.fit([[(32, {"loss": 1.0}), (32, {"loss": 3.0}), (7, {"loss": 9.0})]], steps=True)


def bar_validation(stage):
    stage.fit(_epochs(FALLING, acc=[0.5, 0.75, 1.0]), val=[[1.5, 0.25], [0.0005, 0.5], [0.125, 0.75]])


def bar_one_batch(stage):
    stage.fit([[(10, {"loss": 2.0})], [(10, {"loss": 1.0})]], val=[[1.0], [2.0]])


def bar_fast(stage):
    stage.fit(_epochs(FALLING, batches=40), seconds=0.003)


def bar_stateful(stage):
    stage.fit([[(4, {"loss": 1.0, "auc": 0.5}), (4, {"loss": 2.0, "auc": 0.75})]], stateful=["auc"])


def bar_late_start(stage):
    stage.fit(_epochs(FALLING), first=4)


def lines(stage):
    stage.fit(_epochs(FALLING, acc=[0.5, 0.75, 1.0]), val=[[1.5, 0.25], [0.0005, 0.5], [-0.5, 0.75]], verbose=2)


def lines_steps(stage):
    stage.fit([[(32, {"loss": 1.0}), (32, {"loss": 3.0}), (7, {"loss": 9.0})]], steps=True, verbose=2)


def silent(stage):
    stage.fit(_epochs(FALLING), verbose=0)


def nan_stops(stage):
    batches = [[(8, {"loss": 1.0}), (8, {"loss": NAN}), (8, {"loss": 1.0})]] * 2
    stage.fit(batches, callbacks=[stage.callbacks.TerminateOnNaN()])


def inf_stops(stage):
    batches = [[(8, {"loss": 1.0}), (8, {"loss": float("inf")}), (8, {"loss": 1.0})]] * 2
    stage.fit(batches, callbacks=[stage.callbacks.TerminateOnNaN()], verbose=2)


def stop_early(stage):
    stop = stage.callbacks.EarlyStopping(verbose=1, patience=2)
    stage.fit(_epochs(LOSSES), VAL, [stop], verbose=2)
    stage.extra["stop"] = [stop.best, stop.wait, stop.stopped_epoch]


def stop_early_restore(stage):
    stop = stage.callbacks.EarlyStopping(patience=1, verbose=1, restore_best_weights=True)
    stage.fit(_epochs(LOSSES), VAL, [stop], verbose=2)


def stop_early_quiet_restore(stage):
    stage.fit(_epochs(LOSSES), VAL, [stage.callbacks.EarlyStopping(restore_best_weights=True)], verbose=0)


def stop_early_accuracy(stage):
    acc = [0.5, 0.5, 0.75, 0.625, 0.5, 0.5, 0.5, 0.5]
    stop = stage.callbacks.EarlyStopping(monitor="acc", patience=2, min_delta=0.125, verbose=1)
    stage.fit(_epochs(LOSSES, acc=acc), callbacks=[stop], verbose=0)


def stop_early_max(stage):
    stage.fit(_epochs(LOSSES), callbacks=[stage.callbacks.EarlyStopping("loss", mode="max", patience=1)], verbose=0)


def stop_early_delta(stage):
    stop = stage.callbacks.EarlyStopping("loss", min_delta=0.2, patience=1, verbose=1)
    stage.fit(_epochs(LOSSES), callbacks=[stop], verbose=0)


def stop_early_baseline(stage):
    stop = stage.callbacks.EarlyStopping("loss", baseline=0.4, patience=5, verbose=1)
    stage.fit(_epochs(LOSSES), callbacks=[stop], verbose=0)


def stop_early_first(stage):
    stop = stage.callbacks.EarlyStopping("loss", baseline=0.0, patience=0, verbose=1)
    stage.fit(_epochs(LOSSES), callbacks=[stop], verbose=0)


def stop_early_nan(stage):
    stop = stage.callbacks.EarlyStopping("loss", patience=2, verbose=1)
    stage.fit(_epochs([1.0, NAN, 0.5, NAN, NAN, NAN]), callbacks=[stop], verbose=0)


def stop_early_missing(stage):
    stage.fit(_epochs(FALLING), callbacks=[stage.callbacks.EarlyStopping("nothing")], verbose=0)


def checkpoint_each(stage):
    name = stage.path("w.{epoch:02d}-{val_loss:.2f}.h5")
    stage.fit(_epochs(LOSSES[:3]), VAL, [stage.callbacks.ModelCheckpoint(name)])


def checkpoint_best(stage):
    save = stage.callbacks.ModelCheckpoint("best.h5", save_best_only=True, save_weights_only=True, verbose=1)
    stage.fit(_epochs(LOSSES), VAL, [save], verbose=2)
    stage.extra["best"] = float(save.best)


def checkpoint_period(stage):
    save = stage.callbacks.ModelCheckpoint("e{epoch:03d}.h5", period=3, verbose=1)
    stage.fit(_epochs(LOSSES), VAL, [save], verbose=2)


def checkpoint_accuracy(stage):
    save = stage.callbacks.ModelCheckpoint("{epoch}_{acc:.3f}", monitor="acc", save_best_only=True, verbose=1, period=2)
    stage.fit(_epochs(LOSSES, acc=[0.5, 0.5, 0.75, 0.5, 0.5, 1.0, 1.0, 0.0]), callbacks=[save], verbose=2)


def checkpoint_mode(stage):
    save = stage.callbacks.ModelCheckpoint("m.h5", monitor="loss", save_best_only=True, verbose=1, mode="max")
    stage.fit(_epochs([0.5, 1.0, 0.75]), callbacks=[save], verbose=0)


def checkpoint_missing(stage):
    save = stage.callbacks.ModelCheckpoint("m.h5", monitor="nothing", save_best_only=True, verbose=1)
    stage.fit(_epochs([0.5, 1.0, 0.75]), callbacks=[save], verbose=0)


def schedule(stage):
    change = stage.callbacks.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1), verbose=1)
    stage.fit(_epochs(FALLING), callbacks=[change])


def schedule_with_rate(stage):
    change = stage.callbacks.LearningRateScheduler(lambda epoch, lr: lr * 0.5)
    stage.fit(_epochs(FALLING), callbacks=[change], verbose=2)


def plateau(stage):
    reduce = stage.callbacks.ReduceLROnPlateau(patience=2, factor=0.5, verbose=1)
    stage.fit(_epochs(LOSSES), VAL, [reduce], verbose=2)


def plateau_cooldown(stage):
    reduce = stage.callbacks.ReduceLROnPlateau("val_loss", 0.1, 1, 1, cooldown=2, min_lr=0.0005)
    stage.fit(_epochs(LOSSES), [[1.0]] * 8, [reduce], verbose=2)


def plateau_floor(stage):
    reduce = stage.callbacks.ReduceLROnPlateau("loss", factor=0.25, patience=1, min_lr=0.002, verbose=1)
    stage.fit(_epochs([1.0] * 6), callbacks=[reduce], verbose=0)


def plateau_accuracy(stage):
    reduce = stage.callbacks.ReduceLROnPlateau("acc", patience=1, verbose=1, min_delta=0.1)
    acc = [0.5, 0.5625, 0.75, 0.75, 0.875, 0.5]
    stage.fit(_epochs([1.0] * 6, acc=acc), callbacks=[reduce], verbose=0)


def plateau_missing(stage):
    stage.fit(_epochs(FALLING), callbacks=[stage.callbacks.ReduceLROnPlateau()], verbose=0)


def csv_log(stage):
    stage.fit(_epochs(FALLING, acc=[0.5, 0.75, 1.0]), callbacks=[stage.callbacks.CSVLogger(stage.path("log.csv"))])
    stage.extra["csv"] = stage.text("log.csv")


def csv_append(stage):
    for _ in range(2):
        log = stage.callbacks.CSVLogger(stage.path("log.csv"), separator=";", append=True)
        stage.fit(_epochs(FALLING), VAL, [log], verbose=0)
    stage.extra["csv"] = stage.text("log.csv")


def csv_twice(stage):
    log = stage.callbacks.CSVLogger(stage.path("log.csv"))
    for losses in (FALLING, [2.0]):
        stage.fit(_epochs(losses), VAL, [log], verbose=0)
    stage.extra["csv"] = stage.text("log.csv")


def csv_stopped(stage):
    log = stage.callbacks.CSVLogger(stage.path("log.csv"))
    batches = _epochs([0.5]) + [[(8, {"loss": NAN}), (8, {"loss": 1.0})]]
    stage.fit(batches, VAL, [stage.callbacks.TerminateOnNaN(), log], verbose=0)
    stage.extra["csv"] = stage.text("log.csv")


def csv_with_rate(stage):
    log = stage.callbacks.CSVLogger(stage.path("log.csv"))
    change = stage.callbacks.LearningRateScheduler(lambda epoch: 0.01 / (epoch + 1))
    stage.fit(_epochs(FALLING), VAL, [change, log], verbose=0)
    stage.extra["csv"] = stage.text("log.csv")


def csv_values(stage):
    class Odd(stage.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["note"] = "a,b"
            logs["row"] = [1, 2.5]

    log = stage.callbacks.CSVLogger(stage.path("log.csv"))
    hooks = stage.callbacks.CallbackList([Odd(), log])
    hooks.set_model(stage.model)
    hooks.on_train_begin()
    hooks.on_epoch_end(0, {"loss": 0.5})
    hooks.on_train_end()
    stage.extra["csv"] = stage.text("log.csv")


def hooks_in_order(stage):
    seen = []
    stage.fit(
        _epochs([1.0]),
        VAL,
        [
            stage.callbacks.LambdaCallback(
                on_epoch_begin=lambda epoch, logs: seen.append(["epoch_begin", epoch, sorted(logs)]),
                on_epoch_end=lambda epoch, logs: seen.append(["epoch_end", epoch, sorted(logs.items())]),
                on_batch_begin=lambda batch, logs: seen.append(["batch_begin", batch, sorted(logs)]),
                on_batch_end=lambda batch, logs: seen.append(["batch_end", batch, float(logs["loss"])]),
                on_train_begin=lambda logs: seen.append(["train_begin", sorted(logs)]),
                on_train_end=lambda logs: seen.append(["train_end", sorted(logs)]),
            )
        ],
        verbose=0,
    )
    stage.extra["seen"] = seen


def in_company(stage):
    cb = stage.callbacks
    stage.fit(
        _epochs(LOSSES),
        VAL,
        [
            cb.ModelCheckpoint("best.h5", save_best_only=True, verbose=1),
            cb.ReduceLROnPlateau(patience=1, factor=0.1, verbose=1),
            cb.EarlyStopping(patience=3, verbose=1, restore_best_weights=True),
        ],
    )


SCENARIOS = collections.OrderedDict(
    (function.__name__, function)
    for function in (
        [bar_samples, bar_uneven, bar_steps, bar_validation, bar_one_batch, bar_fast, bar_stateful, bar_late_start]
        + [lines, lines_steps, silent, nan_stops, inf_stops]
        + [stop_early, stop_early_restore, stop_early_quiet_restore, stop_early_accuracy, stop_early_max]
        + [stop_early_delta, stop_early_baseline, stop_early_first, stop_early_nan, stop_early_missing]
        + [
            checkpoint_each,
            checkpoint_best,
            checkpoint_period,
            checkpoint_accuracy,
            checkpoint_mode,
            checkpoint_missing,
        ]
        + [schedule, schedule_with_rate, plateau, plateau_cooldown, plateau_floor, plateau_accuracy, plateau_missing]
        + [csv_log, csv_append, csv_twice, csv_stopped, csv_with_rate, csv_values, hooks_in_order, in_company]
    )
)
