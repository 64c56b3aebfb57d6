"""Records what the real Keras 2.2.4 prints: run with its interpreter, ``python tests/printed/record.py``."""

import collections
import json
import os
import sys
import tempfile
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from golden import norace  # noqa: E402

from printed import fits, scenarios, summaries  # noqa: E402


def write(name, found):
    with open(os.path.join(HERE, name), "w", encoding="utf-8", newline="\n") as f:
        f.write(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


def record_progbars(generic_utils):
    found = collections.OrderedDict()
    for name in scenarios.PROGBARS:
        clock = generic_utils.time = scenarios.Clock()
        file = scenarios.draw_progbar(generic_utils.Progbar, clock, name, terminal=False)
        clock = generic_utils.time = scenarios.Clock()
        terminal = scenarios.draw_progbar(generic_utils.Progbar, clock, name, terminal=True)
        found[name] = collections.OrderedDict(file=file, terminal=terminal)
    write("progbars.json", found)


class Rate:
    """The learning rate of an optimizer, as a float32 variable."""

    def __init__(self, value):
        self.value = value


class Backend:
    """The part of Keras's backend that callbacks use on a learning rate."""

    def __init__(self, np):
        self.np = np

    def get_value(self, rate):
        return self.np.float32(rate.value)

    def set_value(self, rate, value):
        rate.value = self.np.float32(value)


def record_callbacks(callbacks, generic_utils, np):
    callbacks.K = Backend(np)
    found = collections.OrderedDict()
    for name, scenario in scenarios.SCENARIOS.items():
        clock = generic_utils.time = scenarios.Clock()
        optimizer = type("Optimizer", (), {})()
        optimizer.lr = Rate(np.float32(0.01))

        def wrap(numbers, values):
            numbers.update((key, np.float32(value)) for key, value in values.items())
            return numbers

        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            stage = scenarios.Stage(callbacks, optimizer, lambda: float(optimizer.lr.value), wrap, clock, folder)  # noqa: B023
            with scenarios.captured() as out:
                scenario(stage)
            printed = out.text.replace(folder + os.sep, "")
        stage.extra["printed"] = printed
        stage.extra["warned"] = sum(issubclass(w.category, RuntimeWarning) for w in warned)
        found[name] = stage.extra
    write("callbacks.json", found)


def record_summaries(keras):
    found = collections.OrderedDict()
    for name, build in summaries.SUMMARIES.items():
        keras.backend.clear_session()
        model, arguments = build(keras)
        lines = []
        model.summary(print_fn=lines.append, **arguments)
        found[name] = lines
    write("summaries.json", found)


def record_fits(keras, generic_utils):
    """With a clock that stands still: each bar is drawn at its beginning and at its end."""
    generic_utils.time = scenarios.Clock()
    found = collections.OrderedDict()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name in fits.FITS:
            keras.backend.clear_session()
            found[name] = fits.run(name, keras)
        os.chdir(HERE)
    write("fits.json", found)


def main():
    import keras
    import numpy as np
    from keras.utils import generic_utils

    assert keras.__version__ == "2.2.4", keras.__version__
    record_progbars(generic_utils)
    record_summaries(keras)
    norace.install()
    record_fits(keras, generic_utils)
    record_callbacks(keras.callbacks, generic_utils, np)


if __name__ == "__main__":
    main()
