"""Files of architectures in both directions, between the real Keras and kerastorch.

    python tests/applications/round_trip.py ERA=/path/to/python [NAME ...]

The interpreter has the real Keras of the generation (CONTRIBUTING.md). For each architecture, at its smallest, the real
one writes files with seeded weights, kerastorch reads them and writes its own, and the real one reads those: weights
have to be equal to the bit, predictions to 1e-5. What the real one says of its own file too is a note. Prints a line
for each, and ends with 1 when anything differs.
"""

import os
import subprocess
import sys
import tempfile
import warnings

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import architectures as arch

# file endings, and whether the file holds the whole model
FORMATS = {
    "keras2": [("weights.h5", False), ("model.h5", True)],
    "tf.keras": [("weights.h5", False), ("model.h5", True), ("model.keras", True)],
    "keras3": [("all.weights.h5", False), ("model.keras", True)],
}


def cases(era):
    """The first case of each architecture: name, path of the function, keyword arguments."""
    found = {}
    for name, (path, kwargs, _) in (arch.KERAS2 if era == "keras2" else arch.LATER_OF[era]).items():
        if None not in kwargs["input_shape"]:
            found.setdefault(path, (name, path, kwargs))
    return list(found.values())


def real(era):
    """The real Keras's module, and a function that builds an architecture."""
    if era == "keras2":
        import keras
        from record_keras2 import build

        return keras, build
    if era == "tf.keras":
        import tf_keras as keras
    else:
        import keras
    return keras, lambda path, kwargs: arch.find(keras.applications, path)(weights=None, **kwargs)


def ours(era):
    """The same of kerastorch."""
    import kerastorch as keras
    from kerastorch import applications

    keras.set_era(era)
    return keras, lambda path, kwargs: arch.find(applications, path)(weights=None, **kwargs)


def saved(model, folder, era, whose):
    """Writes a model in each format."""
    for ending, whole in FORMATS[era]:
        path = os.path.join(folder, whose + "." + ending)
        model.save(path) if whole else model.save_weights(path)


def compared(keras, build, path, kwargs, folder, era, whose):
    """What is wrong with a model that was read from each format: pairs of an ending and a text; the last model too."""
    expected = np.load(os.path.join(folder, "expected.npz"))
    weights = [expected[f"weight_{i}"] for i in range(len(expected.files) - 1)]
    problems, model = [], None
    for ending, whole in FORMATS[era]:
        file = os.path.join(folder, whose + "." + ending)
        try:
            if whole:
                model = keras.models.load_model(file, compile=False)
            else:
                model = build(path, kwargs)
                model.load_weights(file)
            found = model.get_weights()
            same = len(found) == len(weights) and all(np.array_equal(a, b) for a, b in zip(found, weights))
            if not same:
                problems.append((ending, "weights differ"))
            output = np.asarray(model.predict(arch.image_for(kwargs["input_shape"]), verbose=0))
            if not np.allclose(output, expected["output"], rtol=1e-5, atol=1e-5 * np.abs(expected["output"]).max()):
                off = np.abs(output - expected["output"]).max() / np.abs(expected["output"]).max()
                problems.append((ending, f"predictions differ by {off:.1e}"))
        except Exception as error:
            problems.append((ending, type(error).__name__ + ": " + str(error).split("\n")[0][:200]))
    return problems, model


def filled(model):
    """Gives every float weight of a model seeded values."""
    for layer in model.layers:
        present = layer.get_weights()
        values = arch.weights_of(layer, [w.shape for w in present])
        layer.set_weights([v if w.dtype.kind == "f" else w for v, w in zip(values, present)])


def on_the_other_side(mode, era, name, folder):
    """What the real Keras's interpreter does: writes files, or reads those of kerastorch."""
    keras, build = real(era)
    path, kwargs = next(case[1:] for case in cases(era) if case[0] == name)
    if mode == "read":
        found = compared(keras, build, path, kwargs, folder, era, "ours")[0]
        own = dict(compared(keras, build, path, kwargs, folder, era, "real")[0]) if found else {}
        for ending, problem in found:
            kind = "NOTE its own file neither" if own.get(ending) == problem else "PROBLEM read there"
            print(f"{kind}: {ending}: {problem}")
        return
    model = build(path, kwargs)
    filled(model)
    saved(model, folder, era, "real")
    arrays = {f"weight_{i}": w for i, w in enumerate(model.get_weights())}
    output = model.predict(arch.image_for(kwargs["input_shape"]), verbose=0)
    np.savez(os.path.join(folder, "expected.npz"), output=output, **arrays)


def other_side(interpreter, *arguments):
    """Runs this file with the real Keras's interpreter; the problems that it found."""
    backend = "tensorflow" if arguments[1] == "keras2" else "torch"
    environment = dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="", PYTHONPATH="")
    environment["KERAS_BACKEND"] = backend
    command = [interpreter, os.path.abspath(__file__), "--side", *arguments]
    told = subprocess.run(command, env=environment, capture_output=True, text=True)
    if told.returncode:
        return ["the other side: " + (told.stderr.strip().splitlines() or ["failed"])[-1][:300]]
    for line in told.stdout.splitlines():
        if line.startswith("NOTE "):
            print(line)
    return [line[len("PROBLEM ") :] for line in told.stdout.splitlines() if line.startswith("PROBLEM ")]


def both_ways(era, interpreter, name, path, kwargs):
    """The problems of one architecture."""
    keras, build = ours(era)
    with tempfile.TemporaryDirectory() as folder:
        problems = other_side(interpreter, "write", era, name, folder)
        if problems:
            return problems
        keras.backend.clear_session()
        found, model = compared(keras, build, path, kwargs, folder, era, "real")
        problems = [f"read here: {ending}: {problem}" for ending, problem in found]
        if model is None:
            return problems
        try:
            saved(model, folder, era, "ours")
        except ValueError as error:
            return [*problems, f"written here: {error}"]
        return problems + other_side(interpreter, "read", era, name, folder)


def main(arguments):
    era, interpreter = arguments[0].split("=", 1)
    failed, wanted = 0, [case for case in cases(era) if case[0] in arguments[1:] or len(arguments) == 1]
    for name, path, kwargs in wanted:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            problems = both_ways(era, interpreter, name, path, kwargs)
        failed += bool(problems)
        print(f"{era}: {name}: " + ("; ".join(problems) or "equal both ways"), flush=True)
    print(f"{era}: {len(wanted) - failed} of {len(wanted)} architectures equal both ways")
    return int(failed > 0)


if __name__ == "__main__":
    if sys.argv[1] == "--side":
        on_the_other_side(*sys.argv[2:])
    else:
        sys.exit(main(sys.argv[1:]))
