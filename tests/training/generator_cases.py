"""Runs of fit_generator and its kin that the real Keras 2.2.4 and kerastorch both make; kept to Python 3.7."""

import collections
import random

import numpy as np

__all__ = ["CASES", "run"]

CASES = collections.OrderedDict()


def case(function):
    CASES[function.__name__] = function
    return function


def data(n=21):
    rng = np.random.RandomState(7)
    x = rng.uniform(-1, 1, (n, 4)).astype("float32")
    labels = (np.abs(x.sum(axis=1)) * 2).astype("int64") % 3
    return x, np.eye(3, dtype="float32")[labels], labels


def fixed(model):
    rng = np.random.RandomState(3)
    model.set_weights([rng.uniform(-0.5, 0.5, w.shape).astype("float32") for w in model.get_weights()])
    return model


def classifier(keras, loss="categorical_crossentropy", **arguments):
    L = keras.layers
    layers = [L.Dense(5, activation="tanh", input_dim=4), L.Dense(3, activation="softmax")]
    model = fixed(keras.models.Sequential(layers))
    model.compile(keras.optimizers.SGD(lr=0.5), loss, metrics=["accuracy"], **arguments)
    return model


def two_headed(keras):
    L = keras.layers
    a, b = L.Input((4,), name="a"), L.Input((4,), name="b")
    both = L.concatenate([a, b])
    model = keras.models.Model([a, b], [L.Dense(1, name="one")(both), L.Dense(3, name="two", activation="softmax")(a)])
    fixed(model).compile(keras.optimizers.SGD(lr=0.1), ["mse", "categorical_crossentropy"], loss_weights=[0.5, 1.0])
    return model


def ragged(*arrays, **options):
    """Batches of 5 from 21 samples for ever: every fifth is a single sample."""
    while True:
        for start in range(0, len(arrays[0]), options.get("size", 5)):
            yield tuple(a[start : start + options.get("size", 5)] for a in arrays)


def sequence(keras, log=None, size=5, count=None):
    x, y, _ = data()

    class Batches(keras.utils.Sequence):
        turn = 0

        def __len__(self):
            return count or -(-len(x) // size)

        def __getitem__(self, index):
            rows = slice(index * size, (index + 1) * size)
            return x[rows] * (1.0 + 0.1 * self.turn), y[rows]

        def on_epoch_end(self):
            self.turn += 1
            if log is not None:
                log.append("sequence ended epoch")

    return Batches()


def listener(keras, log, stop_at=None):
    class Listener(keras.callbacks.Callback):
        def note(self, hook, *what):
            log.append(" ".join([hook] + [str(part) for part in what]))

        def on_train_begin(self, logs=None):
            shown = {key: value for key, value in self.params.items() if key != "metrics"}
            self.note("train begin", sorted(logs), sorted(shown.items()), self.params["metrics"])

        def on_train_end(self, logs=None):
            self.note("train end", sorted(logs))

        def on_epoch_begin(self, epoch, logs=None):
            found = [None if d is None else np.shape(d) for d in (self.validation_data or [])[:3]]
            self.note("epoch begin", epoch, sorted(logs), found)

        def on_epoch_end(self, epoch, logs=None):
            self.note("epoch end", epoch, sorted(logs))

        def on_batch_begin(self, batch, logs=None):
            self.note("batch begin", batch, sorted(logs.items()))

        def on_batch_end(self, batch, logs=None):
            self.note("batch end", batch, sorted(logs), logs["size"])
            if stop_at is not None and stop_at == sum(line.startswith("batch end") for line in log):
                self.model.stop_training = True

    return Listener()


def result(model, history=None, **more):
    found = dict(more, weights=[w.tolist() for w in model.get_weights()])
    if history is not None:
        found["history"] = list(history.history.items())
        found["epochs"] = history.epoch
    return found


@case
def plain(keras):
    model, (x, y, _), log = classifier(keras), data(), []
    history = model.fit_generator(ragged(x, y), 5, epochs=3, callbacks=[listener(keras, log)])
    return result(model, history, log=log)


@case
def validated_on_arrays(keras):
    model, (x, y, _), log = classifier(keras), data(), []
    history = model.fit_generator(
        ragged(x, y), 4, epochs=3, callbacks=[listener(keras, log)], validation_data=(x[:9], y[:9]), verbose=2
    )
    return result(model, history, log=log)


@case
def validated_on_weighted_arrays(keras):
    model, (x, y, _), weights = classifier(keras), data(), np.linspace(0, 2, 21).astype("float32")
    history = model.fit_generator(ragged(x, y), 5, epochs=2, validation_data=(x, y, weights), verbose=0)
    return result(model, history)


@case
def validated_on_generator(keras):
    model, (x, y, _), log = classifier(keras), data(), []
    history = model.fit_generator(
        ragged(x, y),
        steps_per_epoch=3,
        epochs=3,
        callbacks=[listener(keras, log)],
        validation_data=ragged(x, y, size=8),
        validation_steps=2,
    )
    return result(model, history, log=log)


@case
def sequence_in_order(keras):
    model = classifier(keras)
    history = model.fit_generator(sequence(keras), epochs=3, shuffle=False, validation_data=sequence(keras))
    return result(model, history)


@case
def sequence_shuffled(keras):
    random.seed(5)
    model = classifier(keras)
    history = model.fit_generator(sequence(keras), epochs=3, verbose=0, workers=1)
    return result(model, history)


@case
def sequence_with_fewer_steps(keras):
    model = classifier(keras)
    history = model.fit_generator(
        sequence(keras), 3, 4, verbose=0, shuffle=False, validation_data=sequence(keras), validation_steps=2
    )
    return result(model, history)


@case
def sequence_without_workers(keras):
    model, log = classifier(keras), []
    history = model.fit_generator(
        sequence(keras, log), epochs=3, verbose=0, workers=0, validation_data=sequence(keras), max_queue_size=3
    )
    return result(model, history, log=log)


@case
def generator_without_workers(keras):
    model, (x, y, _) = classifier(keras), data()
    history = model.fit_generator(ragged(x, y), 5, 2, verbose=0, workers=0)
    return result(model, history)


@case
def weights_in_batches(keras):
    model, (x, y, _) = classifier(keras, weighted_metrics=["accuracy"]), data()
    weights = np.linspace(0, 2, 21).astype("float32")
    validation = ragged(x, y, weights, size=7)
    history = model.fit_generator(
        ragged(x, y, weights), 5, 3, validation_data=validation, validation_steps=3, verbose=2
    )
    return result(model, history)


@case
def class_weights(keras):
    model, (x, _, labels) = classifier(keras, "sparse_categorical_crossentropy"), data()
    history = model.fit_generator(
        ragged(x, labels), 5, 3, class_weight={0: 1.0, 1: 3.0, 2: 0.25}, validation_data=(x, labels), verbose=0
    )
    return result(model, history)


@case
def dicts_and_lists(keras):
    model, (x, y, _), log = two_headed(keras), data(), []

    def batches(named):
        for xs, ys in ragged(x, y):
            if named:
                yield {"b": xs + 1, "a": xs}, {"two": ys, "one": xs[:, :1]}
            else:
                yield [xs, xs + 1], [xs[:, :1], ys]

    history = model.fit_generator(
        batches(True),
        5,
        epochs=2,
        callbacks=[listener(keras, log)],
        validation_data=batches(False),
        validation_steps=3,
    )
    measured = model.evaluate_generator(batches(False), 4)
    predicted = model.predict_generator(([xs, xs] for xs, _ in ragged(x, y)), 3)
    return result(model, history, log=log, measured=measured, predicted=[p.tolist() for p in predicted])


@case
def stopped_within_an_epoch(keras):
    """The validation of the epoch before stays in the logs."""
    model, (x, y, _), log = classifier(keras), data(), []
    history = model.fit_generator(
        ragged(x, y), 4, epochs=3, callbacks=[listener(keras, log, stop_at=6)], validation_data=(x, y), verbose=1
    )
    return result(model, history, log=log)


@case
def stopped_at_the_last_batch(keras):
    model, (x, y, _), log = classifier(keras), data(), []
    history = model.fit_generator(
        ragged(x, y), 4, epochs=3, callbacks=[listener(keras, log, stop_at=4)], validation_data=(x, y), verbose=2
    )
    return result(model, history, log=log)


@case
def later_epochs(keras):
    model, (x, y, _), log = classifier(keras), data(), []
    history = model.fit_generator(
        ragged(x, y), 2, epochs=4, initial_epoch=2, callbacks=[listener(keras, log)], verbose=1
    )
    return result(model, history, log=log)


@case
def part_of_a_step(keras):
    """Scripts divide: 21 / 5 steps are five."""
    model, (x, y, _), log = classifier(keras), data(), []
    history = model.fit_generator(ragged(x, y), 21 / 5.0, epochs=2, callbacks=[listener(keras, log)])
    return result(model, history, log=log, measured=model.evaluate_generator(ragged(x, y), 21 / 5.0))


@case
def keras1_names(keras):
    """Keras 1 counted samples, of which a batch has 5; Keras 2 took the same arguments for batches."""
    model, (x, y, _), size = classifier(keras), data(), 1 if keras.__name__ == "keras" else 5
    history = model.fit_generator(
        ragged(x, y),
        samples_per_epoch=3 * size,
        nb_epoch=2,
        max_q_size=4,
        nb_worker=1,
        pickle_safe=False,
        validation_data=ragged(x, y),
        nb_val_samples=2 * size,
        verbose=0,
    )
    measured = model.evaluate_generator(ragged(x, y), val_samples=2 * size, max_q_size=4)
    predicted = model.predict_generator(ragged(x, y), val_samples=2 * size).tolist()
    return result(model, history, measured=measured, predicted=predicted)


@case
def evaluated_and_predicted(keras):
    model, (x, y, _) = classifier(keras), data()
    measured = [
        model.evaluate_generator(ragged(x, y), 5, verbose=1),
        model.evaluate_generator(ragged(x, y), 3, workers=0),
        model.evaluate_generator(sequence(keras)),
        model.evaluate_generator(sequence(keras), steps=2, workers=2),
    ]
    predicted = [
        model.predict_generator(ragged(x, y), 5, verbose=1),
        model.predict_generator((xs for xs, _ in ragged(x, y)), 1),
        model.predict_generator(sequence(keras), workers=0),
        model.predict_generator(ragged(x, y, np.ones(21)), steps=2),
    ]
    return result(model, measured=measured, predicted=[p.tolist() for p in predicted])


@case
def stateful_layers(keras):
    L = keras.layers
    model = fixed(keras.models.Sequential([L.SimpleRNN(3, stateful=True, batch_input_shape=(5, 2, 4)), L.Dense(1)]))
    model.compile(keras.optimizers.SGD(lr=0.1), "mse")
    x = np.random.RandomState(1).uniform(-1, 1, (20, 2, 4)).astype("float32")
    history = model.fit_generator(ragged(x, x[:, 0, :1]), 4, 2, verbose=0, shuffle=False)
    return result(model, history)


@case
def plateaus(keras):
    """Callbacks that write into the logs, and what stays there."""
    model, (x, y, _) = classifier(keras), data()
    callbacks = [
        keras.callbacks.ReduceLROnPlateau(monitor="val_loss", patience=1, factor=0.5, min_delta=10.0, verbose=1),
        keras.callbacks.EarlyStopping(patience=3, min_delta=10.0, verbose=1),
    ]
    history = model.fit_generator(ragged(x, y), 5, 9, callbacks=callbacks, validation_data=(x, y), verbose=2)
    return result(model, history)


def run(name, keras, captured):
    """What one of CASES gives and prints."""
    np.random.seed(11)
    with captured() as out:
        found = CASES[name](keras)
    return dict(found, text=out.text)
