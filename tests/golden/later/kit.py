"""The examination of a layer that both later generations can sit, and the areas that hold such cases."""

import collections

import numpy as np

from ..cases.kit import Case

__all__ = ["ERAS", "Area", "examine", "plain_config"]

ERAS = ("tf.keras", "keras3")

# What every layer's config has; each generation writes it in its own way.
_OF_EVERY_LAYER = ("name", "trainable", "dtype", "batch_input_shape", "quantization_config", "rng_type")


class Area:
    """A family of cases; results are relative to `tolerance`, gradients (keys 'grad…') to 1e-4."""

    def __init__(self, name, tolerance=1e-5, eras=ERAS):
        self.name, self.tolerance, self.eras = name, tolerance, eras
        self.cases = collections.OrderedDict((era, collections.OrderedDict()) for era in ERAS)

    def add(self, name, body, eras=None):
        for era in eras or self.eras:
            if name in self.cases[era]:
                raise ValueError(f"Two cases of {self.name} are called {name}.")
            self.cases[era][name] = Case(f"later/{self.name}.{era}", name, body, self.tolerance)

    def run(self, name, eras=None):
        """Decorates a function(keras, tools) that returns its results as a dict."""

        def register(body):
            self.add(name, body, eras)
            return body

        return register

    def layer(self, name, build, *data, eras=None, **options):
        """The layer that `build(keras)` makes, called on `data`: one input, or a list of several."""

        def body(k, t):
            made = build(k)
            return _examined(k, t, data, options, made, lambda inputs: made(_alone(inputs)))

        self.add(name, body, eras)

    def graph(self, name, build, *data, eras=None, **options):
        """A layer called in a way of its own: `build(keras, *symbolic inputs)` gives (layer, outputs)."""

        def body(k, t):
            found = []

            def call(inputs):
                layer, outputs = build(k, *inputs)
                found.append(layer)
                return outputs

            return _examined(k, t, data, options, None, call, found)

        self.add(name, body, eras)


def _alone(items):
    return items[0] if len(items) == 1 else list(items)


def _examined(k, t, data, options, layer, call, found=()):
    arrays = [make(t.rng) for make in data]
    inputs = [k.layers.Input(shape=a.shape[1:], dtype=_dtype_of(a)) for a in arrays]
    model = k.models.Model(_alone(inputs), call(inputs))
    return examine(t, model, layer or found[0], arrays, **options)


def _dtype_of(array):
    return {"f": "float32", "U": "string", "O": "string", "u": "uint8", "b": "bool"}.get(array.dtype.kind, "int64")


def plain_config(layer):
    """A layer's config without what all layers have, and with objects as {'class_name', 'config'}."""
    return {k: _plain(v) for k, v in layer.get_config().items() if k not in _OF_EVERY_LAYER}


def _plain(value):
    if isinstance(value, dict):
        if "class_name" in value and "config" in value:
            return {"class_name": value["class_name"].rsplit(">", 1)[-1], "config": _plain(value["config"])}
        return {str(k): _plain(v) for k, v in value.items()}
    if hasattr(value, "as_list"):
        return value.as_list()
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value.item() if isinstance(value, np.generic) else value


def _shapes(shape):
    """One shape as a list, several as a list of lists."""
    if isinstance(shape, (list, tuple)) and shape and isinstance(shape[0], (list, tuple)):
        return [list(s) for s in shape]
    return list(shape)


NOISE = 1e-6


def _without_noise(results):
    """Gradients that are zero but for rounding (of a key's bias, say) as zeros."""
    found = [g for key in ("grad_inputs", "grad_weights") for g in results.get(key, ()) if g is not None]
    largest = max([np.abs(g).max() for g in found if g.size], default=0.0)
    for key in ("grad_inputs", "grad_weights"):
        results[key] = [
            np.zeros_like(g) if g is not None and g.size and np.abs(g).max() < NOISE * largest else g
            for g in results.get(key, ())
        ]
    return results


def examine(
    t, model, layer, inputs, train=False, grads=True, config=True, mask=False, weights=True, shape="", without=()
):
    """Shape, config, weights, outputs and gradients of a model; with `train`, also one pass in the training phase.

    `shape` names the generation to ask for the output's shape, where the other states it wrongly; `without` names
    entries of the config that are another matter.
    """
    results = collections.OrderedDict()
    if weights:
        t.set_weights(model)
        results["weight_shapes"] = [list(w.shape) for w in layer.get_weights()]
        results["weight_names"] = [w.name.split("/")[-1].split(":")[0] for w in layer.weights]
        results["trainable"] = len(layer.trainable_weights)
    if t.case.area.endswith(shape):
        results["output_shape"] = _shapes(model.output_shape)
    if config:
        results["config"] = {key: value for key, value in plain_config(layer).items() if key not in without}
        again = type(layer).from_config(layer.get_config())
        results["config_again"] = plain_config(again) == plain_config(layer)
    if mask:
        results["mask"] = t.mask(model, inputs)
    results.update(_without_noise(t.forward(model, inputs, grads=grads)))
    results["output_kinds"] = [o.dtype.kind for o in results["output"]]
    if train:
        phase = _without_noise(t.forward(model, inputs, grads=grads, training=True))
        results.update((key + "_train", value) for key, value in phase.items())
        results["weights_train"] = model.get_weights()
    return results
