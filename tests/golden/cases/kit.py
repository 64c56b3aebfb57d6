"""What cases are made of: areas, seeded data, and the standard examination of a layer."""

import collections
import functools
import io
import re
import sys

import numpy as np

__all__ = [
    "Area",
    "Case",
    "captured",
    "constant",
    "config_of",
    "ints",
    "lengths",
    "mask_times",
    "normal",
    "positive",
    "results_of_fit",
    "uniform",
]


class Case:
    """One named piece of code, with the tolerance its numbers are held to."""

    def __init__(self, area, name, body, tolerance):
        self.area, self.name, self.body, self.tolerance = area, name, body, tolerance

    @property
    def id(self):
        return f"{self.area}/{self.name}"

    def __call__(self, keras, tools):
        return self.body(keras, tools)


class Area:
    """A named family of cases; results are relative to `tolerance`, gradients (keys 'grad…') to 1e-4."""

    def __init__(self, name, tolerance=1e-5):
        self.name, self.tolerance = name, tolerance
        self.cases = collections.OrderedDict()

    def add(self, name, body):
        if name in self.cases:
            raise ValueError(f"Two cases of {self.name} are called {name}.")
        self.cases[name] = Case(self.name, name, body, self.tolerance)

    def run(self, name):
        """Decorates a function(keras, tools) that returns its results as a dict."""

        def register(body):
            self.add(name, body)
            return body

        return register

    def layer(self, name, build, data, **options):
        """A layer, or a list of them, that `build(keras)` makes, as a Sequential model on `data`."""
        self.add(name, functools.partial(_layer_case, build, data, options))

    def graph(self, name, build, *data, **options):
        """A functional model: `build(keras, *symbolic inputs)` gives its output or list of outputs."""
        self.add(name, functools.partial(_graph_case, build, data, options))

    def function(self, name, pick, *data, **options):
        """Value, and gradient with respect to argument `wrt`, of the function that `pick(keras)` gives."""
        self.add(name, functools.partial(_function_case, pick, data, options))


# Data: each gives a function of a numpy RandomState (its stream is the same in every version of numpy).


def normal(*shape, **kw):
    scale = kw.get("scale", 1.0)
    return lambda rng: scale * rng.standard_normal(shape)


def uniform(low, high, *shape):
    return lambda rng: rng.uniform(low, high, shape)


def positive(*shape):
    return uniform(0.05, 0.95, *shape)


def ints(high, *shape):
    return lambda rng: rng.randint(0, high, shape)


def constant(values):
    return lambda rng: np.array(values, dtype="float64")


def lengths(steps, features, counts, value=0.0):
    """Sequences of the given lengths, padded at the end with `value`; a tuple of steps names masked steps instead."""

    def make(rng):
        x = rng.standard_normal((len(counts), steps, features))
        for i, count in enumerate(counts):
            x[i, list(count) if isinstance(count, tuple) else slice(count, None)] = value
        return x

    return make


# The standard examinations.


def config_of(layer):
    return layer.get_config()


def examine(tools, model, layer, inputs, train=False, grads=True, config=True, mask=False):
    """Shape, config, weights, outputs and gradients of a model; with `train`, also one pass in the training phase."""
    tools.set_weights(model)
    results = collections.OrderedDict()
    results["output_shape"] = model.output_shape
    if config:
        results["config"] = config_of(layer)
    results["weight_shapes"] = [w.shape for w in model.get_weights()]
    results["weight_names"] = [w.name for w in model.weights]
    results["trainable"] = len(model.trainable_weights)
    results["params"] = model.count_params()
    if mask:
        results["mask"] = tools.mask(model, inputs)
    results.update(tools.forward(model, inputs, grads=grads))
    if train:
        phase = tools.forward(model, inputs, grads=grads, training=True)
        results.update((key + "_train", value) for key, value in phase.items())
        results["weights_train"] = model.get_weights()
    return results


def _layer_case(build, data, options, keras, tools):
    options = dict(options)
    x = data(tools.rng)
    batch = options.pop("batch", None)
    shape = options.pop("input_shape", x.shape[1:])
    layers = build(keras)
    layers = layers if isinstance(layers, list) else [layers]
    first = keras.layers.InputLayer(batch_input_shape=(batch,) + tuple(shape))
    model = keras.models.Sequential([first] + layers)
    return examine(tools, model, layers[-1], [x], **options)


def _graph_case(build, data, options, keras, tools):
    options = dict(options)
    arrays = [make(tools.rng) for make in data]
    batch = options.pop("batch", None)
    inputs = [keras.layers.Input(batch_shape=(batch,) + a.shape[1:]) for a in arrays]
    model = keras.models.Model(inputs, build(keras, *inputs))
    return examine(tools, model, model.layers[-1], arrays, **options)


def _function_case(pick, data, options, keras, tools):
    arrays = [make(tools.rng) for make in data]
    return tools.function(pick(keras), arrays, **options)


def results_of_fit(model, history, x=None):
    """What a training run left behind: history with its key order, final weights, predictions."""
    results = collections.OrderedDict()
    results["history"] = history.history
    results["epochs"] = list(history.epoch)
    results["weights"] = model.get_weights()
    if x is not None:
        results["predictions"] = model.predict(x)
    return results


# Printed text.


class captured:
    """Collects what is printed to a stream that is no terminal: ``with captured() as text: ...; text()``."""

    def __enter__(self):
        self.stream, self.before = io.StringIO(), sys.stdout
        sys.stdout = self.stream
        return self.stream.getvalue

    def __exit__(self, *error):
        sys.stdout = self.before


_TIMES = (
    (re.compile(r"ETA: (\d+:)*\d+s?"), "ETA: T"),
    (re.compile(r"\d+s \d+(us|ms|s)/(step|sample)"), "T"),
    (re.compile(r"^ - \d+s - ", re.MULTILINE), " - T - "),
)


def mask_times(text):
    """The text with every duration replaced by T, and without the spaces that cover a longer line before it."""
    for pattern, replacement in _TIMES:
        text = pattern.sub(replacement, text)
    return re.sub(r" +$", "", text, flags=re.MULTILINE)
