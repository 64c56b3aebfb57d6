"""Records in which order a Keras takes arguments without names.

``python tests/porting/record_positions.py tf.keras`` is run by tf_keras, ``KERAS_BACKEND=torch python … keras3`` by
Keras 3.
"""

import inspect
import os
import sys

PARTS = "layers optimizers losses metrics callbacks initializers regularizers constraints utils".split()
PARTS += ["preprocessing.image", "preprocessing.sequence", "preprocessing.text"]


def order(function):
    """The names of arguments that may stand without them."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [p.name for p in inspect.signature(function).parameters.values() if p.kind in kinds]
    return [name for name in names if name != "self"]


def at(keras, path):
    for name in path.split("."):
        keras = getattr(keras, name, None)
    return keras


def orders(keras):
    """``(path, names)`` for what has a signature; of several names for one thing the first."""
    seen = set()
    for part in PARTS:
        module = at(keras, part)
        for name in sorted(vars(module)) if module is not None else ():
            found = getattr(module, name)
            if name.startswith("_") or inspect.ismodule(found) or not callable(found) or id(found) in seen:
                continue
            seen.add(id(found))
            try:
                yield f"{part}.{name}", order(found.__init__ if inspect.isclass(found) else found)
            except ValueError:  # no signature
                pass
    for name, method in inspect.getmembers(keras.Model, inspect.isfunction):
        if not name.startswith("_"):
            yield f"models.Model.{name}", order(method)


if __name__ == "__main__":
    era = sys.argv[1]
    if era == "keras3":
        import keras
    else:
        import tf_keras as keras
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"positions_{era}.txt")
    with open(path, "w") as file:
        file.write(f"# {keras.__version__}\n")
        file.writelines(" ".join([path, *names]) + "\n" for path, names in orders(keras))
