"""Records what ``keras.tree`` gives: ``KERAS_BACKEND=torch python tests/tree/record.py``, run by Keras 3."""

import json
import os
import sys

import keras

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cases import CASES, value

if __name__ == "__main__":
    found = {expression: value(expression, keras.tree) for expression in CASES}
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "tree.json"), "w") as file:
        json.dump({"version": keras.__version__, "values": found}, file, indent=1)
        file.write("\n")
