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


FITS = collections.OrderedDict(
    (function.__name__, function) for function in [bars, one_epoch, lines, silent, scheduled, generator]
)


def run(name, keras):
    """What one of FITS prints."""
    with scenarios.captured() as out:
        FITS[name](keras)
    return out.text
