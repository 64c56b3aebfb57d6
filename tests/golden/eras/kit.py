"""What the cases of ``golden.eras`` share: areas of three generations, small models, the outcome of a call."""

import collections
import warnings

import numpy as np

from ..cases.kit import Case

__all__ = [
    "ALL",
    "K2",
    "K3",
    "LATER",
    "TF",
    "Area",
    "chain",
    "examined",
    "fitted",
    "outcome",
    "regression",
    "same_order",
]

ALL = ("keras2", "tf.keras", "keras3")
K2, TF, K3, LATER = ("keras2",), ("tf.keras",), ("keras3",), ("tf.keras", "keras3")
KERAS2_AND_TF = ("keras2", "tf.keras")


class Area:
    """Cases called ``row/name``; numbers are relative to `tolerance`, gradients (keys 'grad…') to 1e-4."""

    def __init__(self, name, tolerance=1e-5):
        self.name, self.tolerance = name, tolerance
        self.cases = collections.OrderedDict((era, collections.OrderedDict()) for era in ALL)

    def run(self, name, eras=ALL, tolerance=None):
        """Decorates a function(keras, tools) that returns its results as a dict."""

        def register(body):
            self.add(name, body, eras, tolerance)
            return body

        return register

    def add(self, name, body, eras=ALL, tolerance=None):
        for era in eras:
            if name in self.cases[era]:
                raise ValueError(f"Two cases of {self.name} are called {name}.")
            self.cases[era][name] = Case(f"eras/{self.name}.{era}", name, body, tolerance or self.tolerance)


def chain(k, shape, *layers, **options):
    """A functional model of layers in a row, which every generation builds in the same way."""
    first = output = k.layers.Input(shape=shape, **options)
    for layer in layers:
        output = layer(output)
    return k.models.Model(first, output)


def examined(t, model, x, training=False, grads=True):
    """Outputs and gradients of a model with seeded weights."""
    t.set_weights(model)
    results = {"weight_shapes": [list(w.shape) for w in model.get_weights()]}
    results.update(t.forward(model, [x], grads=grads, training=training))
    return results


def regression(t, rows=16, features=4, targets=2):
    """A smooth function of the features, with noise."""
    x = t.rng.standard_normal((rows, features))
    mix = t.rng.standard_normal((features, targets))
    return x, np.tanh(x.dot(mix)) + 0.3 * t.rng.standard_normal((rows, targets))


def fitted(model, x, y, epochs=3, batch_size=4, **arguments):
    """What a training run in the order of the rows leaves behind."""
    arguments.setdefault("shuffle", False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        history = model.fit(x, y, epochs=epochs, batch_size=batch_size, verbose=0, **arguments)
    results = collections.OrderedDict(history=floats(history.history), weights=model.get_weights())
    results["predictions"] = model.predict(x, verbose=0)
    return results


def floats(history):
    return collections.OrderedDict((key, [float(v) for v in values]) for key, values in history.items())


def same_order(history):
    """The keys of a history in their order, as plain values."""
    return {"keys": list(history.history)}


def outcome(function):
    """What a call gives, or that it raises: generations differ in the class of the error and in its words."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return function()
        except Exception as error:
            return {"raises": True, "of": _family(error)}


def _family(error):
    name = type(error).__name__
    return "value or type" if isinstance(error, (TypeError, ValueError)) or name == "InvalidArgumentError" else name
