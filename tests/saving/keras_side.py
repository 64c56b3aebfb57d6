"""The real Keras's side of the file tests: writes files for kerastorch, reads the files that kerastorch wrote.

    KERAS_ERA=keras2 python keras_side.py write FOLDER [MODEL ...]  # with the interpreter of that generation
    KERAS_ERA=keras2 python keras_side.py read FOLDER               # predictions of what lies in FOLDER, as read.npz

KERAS_ERA is keras2 (Keras 2.2.4), tf.keras (tf_keras) or keras3. ``write`` with a zip file's name instead of a folder
makes the test data: ``data/keras2.zip``, ``data/tfkeras.zip``, ``data/keras3.zip``.
"""

import json
import os
import shutil
import sys
import tempfile
import zipfile

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import zoo

# .keras first: Keras 3.15 forgets the optimizer when it writes an .h5 file
ENDINGS = {"keras2": [".h5"], "tf.keras": [".keras", ".h5"], "keras3": [".keras", ".h5"]}
WEIGHTS = {"keras2": ["_weights.h5"], "tf.keras": ["_weights.h5", ".weights.h5"], "keras3": [".weights.h5"]}
# tf_keras 2.21's Nadam divides by zero
OPTIMIZERS = {era: [o for o in zoo.OPTIMIZERS if (era, o) != ("tf.keras", "Nadam")] for era in ENDINGS}


def real_keras(era):
    """The Keras of that generation."""
    if era == "keras3":
        os.environ.update(KERAS_BACKEND="torch", COLUMNS="200")  # summaries are cut at the terminal's width
        import keras
    elif era == "tf.keras":
        import tf_keras as keras
    else:
        import keras

        sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))
        import norace

        norace.install()  # this Keras's own training reads weights while it assigns them
    return keras


def as_list(value):
    return list(value) if isinstance(value, (list, tuple)) else [value]


def predictions(model, x):
    return [np.asarray(y) for y in as_list(model.predict(x, batch_size=len(as_list(x)[0]), verbose=0))]


def write(keras, era, folder, names=()):
    """Every model in every format of that generation; what each file has to give: {file: [arrays]}."""
    expected = {}
    models = zoo.models_of(era)
    for name in names or models:
        keras.backend.clear_session()
        model, x = models[name](keras)
        zoo.settle(model)
        files = [name + ending for ending in ENDINGS[era] + WEIGHTS[era]]
        for file in files:
            (model.save_weights if "weights" in file else model.save)(os.path.join(folder, file))
        texts = {name + ".json": model.to_json()}
        if era == "keras2":
            texts[name + ".yaml"] = model.to_yaml()
        for file, text in texts.items():
            if "python/object" not in text:  # YAML that asks for objects is for tests of refusal
                files.append(file)
                with open(os.path.join(folder, file), "w") as stream:
                    stream.write(text)
        expected.update(dict.fromkeys(files, predictions(model, x)))
    for name in () if names else OPTIMIZERS[era]:
        keras.backend.clear_session()
        model = zoo.trained(keras, name)
        files = ["trained_" + name + ending for ending in ENDINGS[era]]
        for file in files:
            model.save(os.path.join(folder, file))
        went_on = next_step(keras, os.path.join(folder, files[0]), model)
        expected.update(dict.fromkeys(files, went_on))
    return expected


def checked(keras, era, folder, expected):
    """What the files have to give: the model's predictions, unless this Keras itself reads something else; the step
    after loading, since Keras 2 forgets Nadam's schedule and the debiasing of moving averages. Where this Keras cannot
    read its own file (Keras 3 some .h5), the model that wrote it counts.
    """
    result = dict(expected)
    for file, found in read_all(keras, era, folder).items():
        same = all(np.allclose(a, b, rtol=1e-5, atol=1e-5) for a, b in zip(found, expected[file]))
        if same or file.startswith("trained_"):
            result[file] = found
        else:
            print("DIFFERS", file)
            del result[file]
    return result


def next_step(keras, path, model=None):
    """The weights after the training step that follows those of ``zoo.trained``."""
    model, x = model or keras.models.load_model(path), zoo.data_of_trained(os.path.basename(path))
    model.train_on_batch(x, zoo.targets(predictions(model, x)))
    return model.get_weights()


def listed(keras, era):
    """What the models with functions in their graphs list: names, and the lines of their summaries that name layers."""
    result = {}
    for name, build in zoo.WITH_FUNCTIONS.items():
        keras.backend.clear_session()
        model, lines = build(keras)[0], []
        members = model.layers if era == "tf.keras" else model.operations
        model.summary(line_length=140, print_fn=lambda text, **kwargs: lines.extend(text.split("\n")))  # noqa: B023
        shown = [" ".join(line.replace("\u2502", " ").split()) for line in lines]
        result[name] = {
            "layers": [layer.name for layer in model.layers],
            "members": [layer.name for layer in members],
            "outputs": list(model.output_names),
            "summary": [line for line in shown if "(" in line],
        }
    return result


def read(keras, era, folder, name, files):
    """What a model's files give here: {file: [arrays]}, or the exception for one that cannot be read."""
    keras.backend.clear_session()
    made, x = zoo.models_of(era)[name](keras)
    own = getattr(made, "own_classes", {})
    weights = next(file for file in files if "weights" in file)
    found = {}
    for file in files:
        path = os.path.join(folder, file)
        try:
            if file.endswith((".json", ".yaml")):
                load = keras.models.model_from_json if file.endswith(".json") else keras.models.model_from_yaml
                with open(path) as stream:
                    model = load(stream.read(), custom_objects=own)
                model.load_weights(os.path.join(folder, weights))
            elif "weights" in file:
                made.load_weights(path)
                made.reset_states() if hasattr(made, "reset_states") and made.stateful else None
                model = made
            else:
                model = keras.models.load_model(path, custom_objects=own)
            found[file] = predictions(model, x)
        except Exception as error:
            found[file] = error
    return found


def read_all(keras, era, folder):
    """What every file in a folder gives here: {file: [arrays]}; prints which could not be read."""
    files, found = sorted(os.listdir(folder)), {}
    for name in zoo.models_of(era):
        own = [file for file in files if zoo.name_of(file) == name]
        found.update(read(keras, era, folder, name, own) if own else {})
    for file in files:
        if file.startswith("trained_"):
            keras.backend.clear_session()
            try:
                found[file] = next_step(keras, os.path.join(folder, file))
            except Exception as error:
                found[file] = error
    for file, error in sorted(found.items()):
        if isinstance(error, Exception):
            print("FAILED", file, type(error).__name__, str(error)[:1000])
    return {file: value for file, value in found.items() if not isinstance(value, Exception)}


def save(path, results):
    """{file: [arrays]} as an .npz file, equal lists once."""
    arrays, index, known = {}, {}, {}
    for file, values in results.items():
        key = known.setdefault(b"".join(np.ascontiguousarray(value).tobytes() for value in values), file)
        index[file] = key
        arrays.update({f"{key}/{i}": value for i, value in enumerate(values)} if key == file else {})
    np.savez_compressed(path, index=json.dumps(index), **arrays)


def load(file):
    """The inverse of ``save``."""
    with np.load(file) as stored:
        index, arrays = json.loads(str(stored["index"])), {key: stored[key] for key in stored.files if key != "index"}
    lists = {}
    for key in sorted(arrays, key=lambda key: (key.rsplit("/")[0], int(key.rsplit("/")[-1]))):
        lists.setdefault(key.rsplit("/")[0], []).append(arrays[key])
    return {file: lists.get(key, []) for file, key in index.items()}


def main(command, target, *names):
    era = os.environ["KERAS_ERA"]
    keras = real_keras(era)
    if command == "read":
        save(os.path.join(target, "read.npz"), read_all(keras, era, target))
        return
    folder = tempfile.mkdtemp() if target.endswith(".zip") else target
    os.makedirs(folder, exist_ok=True)
    expected = checked(keras, era, folder, write(keras, era, folder, names))
    for file in set(os.listdir(folder)) - set(expected):
        os.remove(os.path.join(folder, file))  # one that this Keras itself reads as something else
    save(os.path.join(folder, "expected.npz"), expected)
    if not names and era != "keras2":
        with open(os.path.join(folder, "layers.json"), "w") as stream:
            json.dump(listed(keras, era), stream)
    if target.endswith(".zip"):
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(os.listdir(folder)):
                archive.write(os.path.join(folder, file), file)
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
