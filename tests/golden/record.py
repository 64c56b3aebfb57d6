"""Records what the real Keras 2.2.4 computes: ``python tests/golden/record.py [area ...]`` (README.md).

With ``--float64`` nothing is written: every case runs in double precision and the numbers that differ from the stored
ones by more than a quarter of their tolerance are listed. Such a case measures rounding, not Keras; change it.
"""

import argparse
import collections
import os
import shutil
import sys
import tempfile

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from golden import cases, compare, norace, store
from golden.tools import Tools


class OracleTools(Tools):
    """Answers with Keras 2.2.4 on TensorFlow 1."""

    recording = True

    def __init__(self, case, folder, files, keras):
        super().__init__(case, folder, files)
        self.K = keras.backend

    def value(self, tensor):
        return tensor if isinstance(tensor, np.ndarray) else self.K.eval(tensor)

    def tensor(self, array):
        array = np.asarray(array)
        return self.K.constant(array, dtype=self.K.floatx() if array.dtype.kind == "f" else None)

    def forward(self, model, inputs, grads=True, training=False):
        K = self.K
        phase = 1 if training else 0
        run = K.function(model.inputs + [K.learning_phase()], model.outputs)
        results = collections.OrderedDict(output=run(inputs + [phase]))
        if grads:
            directions = [K.constant(r, dtype=K.dtype(o)) for r, o in zip(self.fixed(results["output"]), model.outputs)]
            total = sum(K.sum(o * r) for o, r in zip(model.outputs, directions))
            for key, wrt in (("grad_inputs", model.inputs), ("grad_weights", model.trainable_weights)):
                tensors = [_dense(g) for g in K.gradients(total, list(wrt))] if wrt else []
                known = [t for t in tensors if t is not None]
                values = iter(K.function(model.inputs + [K.learning_phase()], known)(inputs + [phase]) if known else [])
                results[key] = [None if t is None else next(values) for t in tensors]
        if training and model.updates:
            K.function(model.inputs + [K.learning_phase()], [model.outputs[0]], updates=model.updates)(inputs + [phase])
        return results

    def function(self, function, arrays, wrt=0):
        K = self.K
        tensors = [K.placeholder(shape=a.shape) for a in arrays]
        value = 1 * function(*tensors)  # TensorFlow does not fetch what it is fed
        results = collections.OrderedDict(value=K.function(tensors, [value])(arrays)[0])
        if wrt is not None:
            direction = K.constant(self.fixed([results["value"]])[0])
            gradient = _dense(K.gradients(K.sum(value * direction), [tensors[wrt]])[0])
            results["grad"] = None if gradient is None else K.function(tensors, [gradient])(arrays)[0]
        return results

    def never_computed(self, layer):
        layer.call = lambda inputs, **kwargs: 0 * inputs  # TensorFlow for CPUs refuses a graph with a GPU-only op

    def mask(self, model, inputs):
        K = self.K
        mask = model.layers[-1].output_mask
        return None if mask is None else K.function(model.inputs + [K.learning_phase()], [mask])(inputs + [0])[0]


def _dense(gradient):
    """An embedding's gradient is a sparse IndexedSlices in TensorFlow 1, of which a session gives the rows only."""
    import tensorflow as tf

    return None if gradient is None else tf.convert_to_tensor(gradient)


def run_case(case, keras, writes):
    folder, elsewhere = tempfile.mkdtemp(), tempfile.mkdtemp()
    keras.backend.clear_session()
    np.random.seed(0)
    try:
        return store.plain(case(keras, OracleTools(case, folder, store.FILES if writes else elsewhere, keras)))
    finally:
        shutil.rmtree(folder)
        shutil.rmtree(elsewhere)


def show_every_update(keras):
    """Lets a progress bar print each update instead of those 50 ms apart, so that what it prints is known."""
    progbar = keras.utils.generic_utils.Progbar
    original = progbar.__init__

    def patched(self, *args, **kwargs):
        original(self, *args, **kwargs)
        self.interval = -1

    progbar.__init__ = patched


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("areas", nargs="*", default=cases.AREAS)
    parser.add_argument("--float64", action="store_true", help="compare with a run in double precision, write nothing")
    parser.add_argument("--only", default="", help="run the cases whose name contains this, write nothing")
    options = parser.parse_args()

    import keras
    import tensorflow as tf

    tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
    assert keras.__version__ == "2.2.4", keras.__version__
    norace.install()
    show_every_update(keras)
    if options.float64:
        keras.backend.set_floatx("float64")
    writes = not options.float64 and not options.only
    for area in options.areas or cases.AREAS:
        chosen = [c for c in cases.load(area).cases.values() if options.only in c.name]
        stored = store.load(area) if options.float64 else {}
        results = collections.OrderedDict()
        for case in chosen:
            try:
                results[case.name] = run_case(case, keras, writes)
            except Exception as error:
                print(case.id, "has no float64 run:" if options.float64 else "FAILED:", str(error)[:200])
                continue
            if options.only and not options.float64:
                print(case.id, results[case.name])
            if case.name in stored:
                found = compare.differences(results[case.name], stored[case.name], case.tolerance / 4)
                for difference in found:
                    if "dtype" not in difference:
                        print(case.id, difference)
        if writes:
            store.save(area, results)
        print(f"{area}: {len(results)} of {len(chosen)} cases")


if __name__ == "__main__":
    main()
