"""Records what imagenet_utils of Keras 2.2.4 (keras_applications 1.0.8) gives; see CONTRIBUTING.md."""

import json
import os
import sys
import warnings

import keras  # noqa: F401 - gives keras_applications its modules
import numpy as np
from keras.applications.imagenet_utils import decode_predictions, preprocess_input
from keras_applications import imagenet_utils

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import architectures as arch


def preprocessed(shape, dtype, data_format, mode):
    x = arch.pixels(shape, dtype)
    found = preprocess_input(x, data_format=data_format, mode=mode)
    return {"dtype": found.dtype.name, "values": np.round(found, 5).tolist(), "input": np.round(x, 5).tolist()}


def decoded():
    imagenet_utils.CLASS_INDEX = {str(i): [f"n{i:08d}", f"class_{i}"] for i in range(1000)}
    return [[list(entry[:2]) + [float(entry[2])] for entry in row] for row in decode_predictions(arch.predictions(), 4)]


def shape_of(arguments):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            return {"shape": imagenet_utils._obtain_input_shape(**arguments), "warnings": len(caught)}
        except ValueError:
            return {"shape": "ValueError", "warnings": len(caught)}


def main():
    results = {name: preprocessed(*arguments) for name, arguments in arch.preprocess_cases()}
    results["decode"] = decoded()
    results["shapes"] = {name: shape_of(arguments) for name, arguments in arch.SHAPES.items()}
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "keras2_utils.json"), "w") as file:
        file.write("{\n" + ",\n".join(json.dumps(key) + ": " + json.dumps(results[key]) for key in results) + "\n}\n")


if __name__ == "__main__":
    main()
