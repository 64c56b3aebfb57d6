"""Records the layers and architectures of later Keras with their arguments: ``python tests/support/record_layers.py``.

Run by an interpreter that has tf_keras 2.21, and by one that has Keras 3.15 (CONTRIBUTING.md); each writes
``layers_tf_keras.json`` or ``layers_keras3.json`` beside this file.
"""

import inspect
import json
import os

os.environ.update(CUDA_VISIBLE_DEVICES="", TF_CPP_MIN_LOG_LEVEL="3")
os.environ.setdefault("KERAS_BACKEND", "torch")


def oracle():
    """The era that this interpreter has, and its module."""
    try:
        import tf_keras

        return "tf_keras", tf_keras
    except ImportError:
        import keras

        return "keras3", keras


def arguments(thing):
    """Names of a callable's arguments; None where it has no readable signature."""
    try:
        found = inspect.signature(thing.__init__ if inspect.isclass(thing) else thing).parameters.values()
    except (TypeError, ValueError):
        return None
    marks = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    return [marks.get(p.kind, "") + p.name for p in found if p.name not in ("self", "cls")]


def main():
    era, keras = oracle()
    found = {}
    for room in ("layers", "applications"):
        names = {name: getattr(getattr(keras, room), name) for name in dir(getattr(keras, room)) if name[0] != "_"}
        found[f"keras.{room}"] = {
            name: {"kind": "class" if inspect.isclass(thing) else "function", "arguments": arguments(thing)}
            for name, thing in names.items()
            if callable(thing)
        }
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"layers_{era}.json")
    with open(path, "w") as file:
        json.dump({"version": keras.__version__, "modules": found}, file, indent=1, sort_keys=True)
        file.write("\n")


if __name__ == "__main__":
    main()
