"""Whole runs of real models, whose printed text is compared; both sides begin from the same weights."""

import collections

import numpy as np

from . import scenarios

__all__ = ["FITS", "run"]


def _data(classes=3):
    rng = np.random.RandomState(7)
    x = rng.uniform(-1, 1, (40, 6)).astype("float32")
    labels = (x.sum(axis=1) * 2).astype("int64") % classes
    return x, np.eye(classes, dtype="float32")[labels], labels


def _model(keras, outputs=3, activation="softmax"):
    L = keras.layers
    model = keras.models.Sequential(
        [L.Dense(8, activation="tanh", input_dim=6), L.Dense(outputs, activation=activation)]
    )
    rng = np.random.RandomState(3)
    model.set_weights([rng.uniform(-0.5, 0.5, w.shape).astype("float32") for w in model.get_weights()])
    return model


def bars(keras):
    model, (x, y, _) = _model(keras), _data()
    model.compile(keras.optimizers.SGD(lr=0.3), "categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, batch_size=8, epochs=3, validation_split=0.25, shuffle=False, verbose=1)
    model.evaluate(x, y, batch_size=16)
    model.predict(x, batch_size=16, verbose=1)


def lines(keras):
    model, (x, _, labels) = _model(keras), _data()
    model.compile(keras.optimizers.Adam(lr=0.05), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, labels, epochs=3, batch_size=16, validation_data=(x[:9], labels[:9]), shuffle=False, verbose=2)
    model.evaluate(x, labels, verbose=0)


def no_validation(keras):
    model, (x, y, _) = _model(keras, 1, "linear"), _data()
    model.compile("rmsprop", "mse", metrics=["mae", "msle"])
    model.fit(x, y[:, :1], epochs=2, batch_size=7, initial_epoch=1, shuffle=False)


def listening(keras):
    model, (x, y, _) = _model(keras), _data()
    model.compile(keras.optimizers.SGD(lr=1.0), "categorical_crossentropy", metrics=["acc"])
    callbacks = [
        keras.callbacks.ModelCheckpoint("best.h5", save_best_only=True, save_weights_only=True, verbose=1),
        keras.callbacks.ReduceLROnPlateau(patience=1, factor=0.5, verbose=1, min_delta=0.05),
        keras.callbacks.EarlyStopping(patience=3, verbose=1, restore_best_weights=True),
    ]
    model.fit(x, y, batch_size=8, epochs=12, validation_split=0.25, shuffle=False, callbacks=callbacks)


def scheduled(keras):
    model, (x, y, _) = _model(keras), _data()
    model.compile("sgd", "categorical_crossentropy")
    change = keras.callbacks.LearningRateScheduler(lambda epoch: 0.5 / (1 + epoch), verbose=1)
    model.fit(x, y, epochs=2, shuffle=False, verbose=2, callbacks=[change])


def two_losses(keras):
    L = keras.layers
    x, y, _ = _data()
    entry = L.Input((6,))
    one, two = L.Dense(1, name="one")(entry), L.Dense(3, name="two", activation="softmax")(entry)
    model = keras.models.Model(entry, [one, two])
    rng = np.random.RandomState(3)
    model.set_weights([rng.uniform(-0.5, 0.5, w.shape).astype("float32") for w in model.get_weights()])
    model.compile("sgd", ["mse", "categorical_crossentropy"], metrics={"two": "accuracy"}, loss_weights=[0.5, 1.0])
    model.fit(x, [x[:, :1], y], epochs=2, validation_split=0.5, shuffle=False)


def diverging(keras):
    model, (x, y, _) = _model(keras, 1, "linear"), _data()
    model.compile(keras.optimizers.SGD(lr=1e30), "mse")
    model.fit(x, y[:, :1], epochs=3, batch_size=8, shuffle=False, callbacks=[keras.callbacks.TerminateOnNaN()])


FITS = collections.OrderedDict(
    (function.__name__, function)
    for function in [bars, lines, no_validation, listening, scheduled, two_losses, diverging]
)


def run(name, keras):
    """What one of FITS prints."""
    with scenarios.captured() as out:
        FITS[name](keras)
    return out.text
