"""Records what callbacks are told: every hook of a run with its logs, their keys in order, kinds and numbers.

``<python of Keras 2.2.4, tf_keras, or Keras 3 on torch> tests/callbacks/record_logs.py`` writes ``logs_<era>.json``.
``told`` is what both the recorder and ``test_logs_told.py`` run; it keeps to the Python of Keras 2.2.4 (3.7).
"""

import json
import os
import sys

import numpy as np

ALL, LATER = ("keras2", "tf.keras", "keras3"), ("tf.keras", "keras3")
CASES = {}
HOOKS = ["train_begin", "train_end", "epoch_begin", "epoch_end", "train_batch_begin", "train_batch_end"]
HOOKS += [kind + moment for kind in ("test_", "predict_") for moment in ("begin", "end", "batch_begin", "batch_end")]


def case(*eras):
    def register(function):
        CASES[function.__name__] = (function, eras)
        return function

    return register


def shown(value):
    """A value with its kind."""
    if isinstance(value, dict):
        return ["dict", [[key] + shown(part) for key, part in value.items()]]
    if isinstance(value, (list, tuple)):
        return [type(value).__name__, [shown(part) for part in value]]
    if getattr(value, "ndim", 0):
        return [type(value).__name__, list(value.shape)]
    kind = type(value).__name__
    return [kind, None if value is None else float(value)]


def spy(keras, seen):
    """A callback that writes down whatever it is told."""

    def hook(name):
        def with_index(self, index, logs=None):
            seen.append([name, index, [[key] + shown(value) for key, value in logs.items()]])

        def without(self, logs=None):
            seen.append([name, None, [[key] + shown(value) for key, value in logs.items()]])

        return with_index if "batch" in name or "epoch" in name else without

    hooks = {"on_" + name: hook(name) for name in HOOKS}
    if not hasattr(keras.callbacks.Callback, "on_train_batch_end"):
        hooks.update({"on_batch_begin": hooks["on_train_batch_begin"], "on_batch_end": hooks["on_train_batch_end"]})
    return type("Spy", (keras.callbacks.Callback,), hooks)()


def data(rows=8):
    x = np.linspace(-1, 1, rows * 4).reshape(rows, 4).astype("float32")
    return x, (x.sum(1, keepdims=True) ** 2).astype("float32")


def model_of(keras, kind=None, compiled=None):
    first = keras.layers.Input(shape=(4,), name="i")
    output = keras.layers.Dense(1, name="d2")(keras.layers.Dense(3, activation="tanh", name="d1")(first))
    model = (kind or keras.models.Model)(first, output)
    model.set_weights([np.linspace(-0.5, 0.5, w.size).reshape(w.shape) for w in model.get_weights()])
    model.compile(keras.optimizers.SGD(0.1), **({"loss": "mse", "metrics": ["mae"]} if compiled is None else compiled))
    return model


def fit(keras, seen, model, x, y, extra=(), epochs=2, **arguments):
    model.fit(
        x,
        y,
        batch_size=4,
        epochs=epochs,
        verbose=0,
        shuffle=False,
        callbacks=list(extra) + [spy(keras, seen)],
        **arguments,
    )


@case(*ALL)
def arrays(keras, seen):
    fit(keras, seen, model_of(keras), *data())


@case(*ALL)
def validated(keras, seen):
    fit(keras, seen, model_of(keras), *data(), validation_data=data(4))


@case(*ALL)
def split_off(keras, seen):
    fit(keras, seen, model_of(keras), *data(), validation_split=0.5)


@case(*LATER)
def validated_at_times(keras, seen):
    fit(keras, seen, model_of(keras), *data(), validation_data=data(4), validation_freq=2, epochs=3)


@case(*ALL)
def two_outputs(keras, seen):
    first = keras.layers.Input(shape=(4,))
    outputs = [keras.layers.Dense(1, name=name)(first) for name in ("b", "a")]
    model = keras.models.Model(first, outputs)
    model.set_weights([np.linspace(-0.5, 0.5, w.size).reshape(w.shape) for w in model.get_weights()])
    model.compile("sgd", "mse", metrics={"b": ["mae"]})
    x, y = data()
    fit(keras, seen, model, x, [y, y], epochs=1, validation_split=0.5)


@case(*ALL)
def no_epoch(keras, seen):
    fit(keras, seen, model_of(keras), *data(), initial_epoch=2)


@case(*ALL)
def scheduled(keras, seen):
    change = keras.callbacks.LearningRateScheduler(lambda epoch: 0.1 / (1 + epoch))
    fit(keras, seen, model_of(keras), *data(), extra=[change], validation_split=0.5)


@case(*ALL)
def reduced(keras, seen):
    change = keras.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=10.0)
    fit(keras, seen, model_of(keras), *data(), extra=[change], epochs=3)


@case(*ALL)
def written_to(keras, seen):
    """What a callback puts into the logs of an epoch."""

    class Writes(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["aaa"] = 1.0

    fit(keras, seen, model_of(keras), *data(), extra=[Writes()])


@case(*ALL)
def stopped_in_an_epoch(keras, seen):
    class Stops(keras.callbacks.Callback):
        def on_batch_end(self, batch, logs=None):
            self.model.stop_training = True

    fit(keras, seen, model_of(keras), *data(), extra=[Stops()], validation_data=data(4))


@case(*ALL)
def stopped_early(keras, seen):
    stop = keras.callbacks.EarlyStopping("loss", patience=1, min_delta=10.0)
    fit(keras, seen, model_of(keras), *data(), extra=[stop], epochs=4, validation_data=data(4))


def batches(rows=8):
    while True:
        x, y = data(rows)
        for i in range(0, rows, 4):
            yield x[i : i + 4], y[i : i + 4]


@case(*ALL)
def generator(keras, seen):
    model, arguments = model_of(keras), {"epochs": 2, "verbose": 0, "callbacks": [spy(keras, seen)]}
    way = getattr(model, "fit_generator", None) if "2.2" in keras.__version__ else None
    (way or model.fit)(batches(), steps_per_epoch=2, validation_data=data(4), **arguments)


@case(*LATER)
def generators(keras, seen):
    fitting = {"epochs": 2, "verbose": 0, "callbacks": [spy(keras, seen)], "steps_per_epoch": 2}
    model_of(keras).fit(batches(), validation_data=batches(4), validation_steps=1, **fitting)


@case(*LATER)
def sequence(keras, seen):
    class Rows(keras.utils.Sequence):
        def __len__(self):
            return 2

        def __getitem__(self, i):
            return tuple(part[i * 4 : i * 4 + 4] for part in data())

    model = model_of(keras)
    model.fit(Rows(), validation_data=Rows(), epochs=1, shuffle=False, verbose=0, callbacks=[spy(keras, seen)])


@case(*LATER)
def evaluation(keras, seen):
    x, y = data()
    model = model_of(keras)
    found = model.evaluate(x, y, batch_size=4, verbose=0, callbacks=[spy(keras, seen)])
    seen.append(["list", None, [["", type(v).__name__, float(v)] for v in found]])
    found = model.evaluate(x, y, batch_size=4, verbose=0, return_dict=True)
    seen.append(["dict", None, [[key] + shown(value) for key, value in found.items()]])


@case(*LATER)
def evaluation_of_batches(keras, seen):
    model_of(keras).evaluate(batches(), steps=2, verbose=0, callbacks=[spy(keras, seen)])


@case(*LATER)
def prediction(keras, seen):
    model_of(keras).predict(data(7)[0], batch_size=4, verbose=0, callbacks=[spy(keras, seen)])


@case(*LATER)
def predictions_of_two_outputs(keras, seen):
    first = keras.layers.Input(shape=(4,))
    model = keras.models.Model(first, [keras.layers.Dense(2)(first), keras.layers.Dense(3)(first)])
    model.predict(data()[0], batch_size=4, verbose=0, callbacks=[spy(keras, seen)])


@case(*LATER)
def prediction_of_one_number(keras, seen):
    model_of(keras).predict(data()[0], batch_size=1, verbose=0, callbacks=[spy(keras, seen)])


# Steps of a model's own


def own(keras, seen, kind, compiled=None):
    model = model_of(keras, kind, compiled)
    fit(keras, seen, model, *data(), validation_data=data(4))
    x, y = data()
    found = model.evaluate(x, y, batch_size=4, verbose=0)
    found = found if isinstance(found, list) else [found]
    seen.append(["list", None, [["", type(v).__name__, float(v)] for v in found]])
    found = model.evaluate(x, y, batch_size=4, verbose=0, return_dict=True)
    seen.append(["dict", None, [[key] + shown(value) for key, value in found.items()]])
    found = model.train_on_batch(x, y)
    found = found if isinstance(found, list) else [found]
    seen.append(["train_on_batch", None, [["", None, float(v)] for v in found]])
    found = model.test_on_batch(x, y, return_dict=True)
    seen.append(["test_on_batch", None, [[key] + shown(value) for key, value in found.items()]])


@case(*LATER)
def own_steps(keras, seen):
    class Own(keras.Model):
        def train_step(self, data):
            return dict(super().train_step(data))

        def test_step(self, data):
            return dict(super().test_step(data))

    own(keras, seen, Own)


@case(*LATER)
def own_names(keras, seen):
    class Own(keras.Model):
        def train_step(self, data):
            found = super().train_step(data)
            return {"zz": 2 * found["loss"], "loss": found["loss"], "aa": 3}

        def test_step(self, data):
            super().test_step(data)
            return {"zz": 1.0, "loss": 2.0, "aa": 3.0}

    own(keras, seen, Own)


@case(*LATER)
def own_by_metrics(keras, seen):
    class Own(keras.Model):
        def train_step(self, data):
            super().train_step(data)
            return {metric.name: metric.result() for metric in self.metrics}

        def test_step(self, data):
            super().test_step(data)
            return {metric.name: metric.result() for metric in self.metrics}

    own(keras, seen, Own)


@case(*LATER)
def own_loss_alone(keras, seen):
    """What a step returns under the names of all metrics gives way to the metrics at the end of an epoch."""

    class Own(keras.Model):
        def train_step(self, data):
            super().train_step(data)
            return {"loss": 7.0}

        def test_step(self, data):
            super().test_step(data)
            return {"loss": 7.0}

    own(keras, seen, Own, {"loss": "mse"})


@case(*LATER)
def own_without_a_compiled_loss(keras, seen):
    class Own(keras.Model):
        def train_step(self, data):
            return {"loss": 7.0}

        def test_step(self, data):
            return {"loss": 7.0}

    own(keras, seen, Own, {})


@case(*LATER)
def own_loss_untold(keras, seen):
    """A step that leaves the compiled loss alone."""

    class Own(keras.Model):
        def train_step(self, data):
            return {"loss": 7.0}

        def test_step(self, data):
            return {"loss": 7.0}

    own(keras, seen, Own, {"loss": "mse"})


@case(*LATER)
def own_two_outputs(keras, seen):
    class Own(keras.Model):
        def train_step(self, data):
            return dict(super().train_step(data))

        def test_step(self, data):
            super().test_step(data)
            return {metric.name: metric.result() for metric in self.metrics}

    first = keras.layers.Input(shape=(4,))
    model = Own(first, [keras.layers.Dense(1, name=name)(first) for name in ("b", "a")])
    model.set_weights([np.linspace(-0.5, 0.5, w.size).reshape(w.shape) for w in model.get_weights()])
    model.compile("sgd", "mse", metrics={"b": ["mae"]})
    x, y = data()
    seen.append(["metrics", None, [[metric.name, None, None] for metric in model.metrics]])
    fit(keras, seen, model, x, [y, y], epochs=1, validation_split=0.5)
    seen.append(["metrics", None, [[metric.name, None, None] for metric in model.metrics]])


@case(*LATER)
def written_to_once(keras, seen):
    """What a callback puts into the logs of one epoch is not in those of the next."""

    class Writes(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if not epoch:
                logs["aaa"] = 1.0

    callbacks = [Writes(), spy(keras, seen)]
    model_of(keras).fit(batches(), steps_per_epoch=2, epochs=2, verbose=0, callbacks=callbacks)


@case(*LATER)
def generator_stopped_in_an_epoch(keras, seen):
    class Stops(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = True

    fitting = {"epochs": 2, "verbose": 0, "callbacks": [Stops(), spy(keras, seen)], "steps_per_epoch": 2}
    model_of(keras).fit(batches(), validation_data=data(4), **fitting)


@case(*LATER)
def own_tracker(keras, seen):
    class Own(keras.Model):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.tracker = keras.metrics.Mean(name="mean")

        @property
        def metrics(self):
            return [self.tracker]

        def train_step(self, data):
            self.tracker.update_state(2.0)
            return {"mean": self.tracker.result()}

        test_step = train_step

    own(keras, seen, Own, {})


@case(*LATER)
def own_predictions(keras, seen):
    class Own(keras.Model):
        def predict_step(self, data):
            return {"one": super().predict_step(data), "two": 2 * super().predict_step(data)}

    model_of(keras, Own).predict(data()[0], batch_size=4, verbose=0, callbacks=[spy(keras, seen)])


def told(keras, name):
    """What one of CASES hears."""
    seen = []
    CASES[name][0](keras, seen)
    return seen


def main():
    backend = "torch" if sys.version_info > (3, 7, 99) else "tensorflow"
    os.environ.update(CUDA_VISIBLE_DEVICES="", TF_CPP_MIN_LOG_LEVEL="3", KERAS_BACKEND=backend)
    try:
        import tf_keras as keras

        era = "tf.keras"
    except ImportError:
        import keras

        era = "keras2" if keras.__version__.startswith("2.2") else "keras3"
    if era == "keras2":
        sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        from golden import norace

        norace.install()
    found = {}
    for name, (_, eras) in CASES.items():
        if era in eras:
            keras.backend.clear_session()
            found[name] = told(keras, name)
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "logs_" + era + ".json"), "w") as file:
        cases = [
            json.dumps(name) + ": [\n  " + ",\n  ".join(map(json.dumps, events)) + "\n ]"
            for name, events in found.items()
        ]
        file.write("{\n " + ",\n ".join(cases) + "\n}\n")


if __name__ == "__main__":
    main()
    sys.exit(0)
