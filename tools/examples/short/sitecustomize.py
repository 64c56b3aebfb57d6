"""Shortens training in every Python that finds this on its path, so that a long script comes to its end in minutes.

Python imports a module of this name by itself (``PYTHONPATH=tools/examples/short``); nothing happens unless
``SHORT_STEPS`` is set. The script stays as it is: ``fit`` sees the first rows of its data, generators give fewer
batches, data sets give fewer rows, a loop of ``train_on_batch`` ends the script.

    SHORT_STEPS=8    batches of an epoch, of a validation and of an evaluation
    SHORT_EPOCHS=1   epochs of one call of fit
    SHORT_STOP=      calls of train_on_batch after which the script ends; nothing: it goes on
    SHORT_ROWS=      rows that keras.datasets give; nothing: all
"""

import functools
import importlib
import inspect
import os


def _number(name, default):
    return int(os.environ.get(name) or default)


def _rows(data, count):
    """The first rows of an array, or of every array in a list, tuple or dict."""
    if isinstance(data, dict):
        return {key: _rows(value, count) for key, value in data.items()}
    if isinstance(data, (list, tuple)) and data and hasattr(data[0], "shape"):
        return type(data)(_rows(value, count) for value in data)
    return data[:count] if hasattr(data, "shape") or isinstance(data, list) else data


def _cap(given, name, limit):
    if given.get(name) is not None:
        given[name] = min(given[name], limit)


def _shorten(owner, name, change):
    """Lets a method see the arguments that ``change`` has shortened."""
    method = getattr(owner, name)
    signature = inspect.signature(method)

    @functools.wraps(method)
    def shorter(*args, **kwargs):
        given = signature.bind(*args, **kwargs).arguments
        given.update(given.pop("kwargs", {}))
        change(given)
        return method(**given)

    setattr(owner, name, shorter)


def _shorten_fit(given):
    steps = _number("SHORT_STEPS", 8)
    epochs = _number("SHORT_EPOCHS", 1) + given.get("initial_epoch", 0)
    given["epochs"] = min(given.pop("nb_epoch", None) or given.get("epochs") or 1, epochs)
    for name in ("steps_per_epoch", "validation_steps"):
        _cap(given, name, steps)
    if given.get("steps_per_epoch") is None:
        count = steps * (given.get("batch_size") or 32)
        for name in ("x", "y", "sample_weight"):
            given[name] = _rows(given.get(name), count)
        if isinstance(given.get("validation_data"), (list, tuple)):
            given["validation_data"] = tuple(_rows(part, count) for part in given["validation_data"])


def _shorten_evaluate(given):
    count = _number("SHORT_STEPS", 8) * (given.get("batch_size") or 32)
    _cap(given, "steps", _number("SHORT_STEPS", 8))
    for name in ("x", "y", "sample_weight"):
        given[name] = _rows(given.get(name), count)


def _shorten_generator(given):
    steps = _number("SHORT_STEPS", 8)
    for old, new in (("nb_epoch", "epochs"), ("samples_per_epoch", "steps_per_epoch"), ("val_samples", "steps")):
        if old in given:
            given[old] = min(given[old], 1 if new == "epochs" else 32 * steps)
    _cap(given, "epochs", _number("SHORT_EPOCHS", 1) + given.get("initial_epoch", 0))
    for name in ("steps_per_epoch", "validation_steps", "steps"):
        if name in given or name == "steps_per_epoch" and "samples_per_epoch" not in given:
            given[name] = min(given.get(name) or steps, steps)
    if isinstance(given.get("validation_data"), (list, tuple)):
        given["validation_data"] = tuple(_rows(part, 32 * steps) for part in given["validation_data"])


def _stop_after(owner, limit):
    train = owner.train_on_batch
    calls = []

    @functools.wraps(train)
    def train_on_batch(self, *args, **kwargs):
        if len(calls) == limit:
            raise SystemExit(f"stopped after {limit} calls of train_on_batch")
        calls.append(self.name)
        return train(self, *args, **kwargs)

    owner.train_on_batch = train_on_batch


def _shorten_data_set(name):
    module = importlib.import_module(f"kerastorch.datasets.{name}")
    load = module.load_data

    @functools.wraps(load)
    def load_data(*args, **kwargs):
        rows = _number("SHORT_ROWS", 0)
        found = load(*args, **kwargs)
        return tuple(tuple(part[:rows] for part in half) for half in found) if rows else found

    module.load_data = load_data


def _install():
    from kerastorch.models import Model

    _shorten(Model, "fit", _shorten_fit)
    _shorten(Model, "evaluate", _shorten_evaluate)
    for name in ("fit_generator", "evaluate_generator", "predict_generator"):
        _shorten(Model, name, _shorten_generator)
    if _number("SHORT_STOP", 0):
        _stop_after(Model, _number("SHORT_STOP", 0))
    for name in ("mnist", "cifar10", "cifar100", "imdb", "reuters", "fashion_mnist"):
        _shorten_data_set(name)


if os.environ.get("SHORT_STEPS"):
    _install()
