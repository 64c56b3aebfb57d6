"""Records what a real FeatureSpace gives into feature_space.json, and one of its files.

Run with Keras 3.15 on TensorFlow: ``KERAS_BACKEND=tensorflow python tests/utils/record_feature_space.py``.
"""

from __future__ import annotations

import json
from pathlib import Path

HERE = Path(__file__).parent
DATA = {
    "color": ["red", "blue", "green", "red", "blue", "red"],
    "door": [1, 2, 3, 1, 4, 1],
    "size": [0.5, 1.5, -2.0, 3.0, 0.25, 7.0],
    "age": [10.0, 20.0, 30.0, 40.0, 50.0, 60.0],
}
ROW = {"color": "violet", "door": 3, "size": 1.0, "age": 33.0}
CASES = {
    "strings_of_all_kinds": {
        "features": {
            "color": "string_categorical",
            "door": "integer_categorical",
            "size": "float_normalized",
            "age": "float_discretized",
        },
        "kwargs": {"crosses": [("color", "door")], "crossing_dim": 8, "num_discretization_bins": 3},
    },
    "hashed": {
        "features": {"color": "string_hashed", "door": "integer_hashed", "size": "float", "age": "float_rescaled"},
        "kwargs": {"hashing_dim": 5},
    },
    "methods": {
        "features": {
            "color": ("string_categorical", {"max_tokens": 3}),
            "door": ("integer_categorical", {"num_oov_indices": 2}),
            "size": ("float_rescaled", {"scale": 0.5, "offset": 1.0}),
            "age": ("float_discretized", {"num_bins": 4}),
        },
        "crosses": [(("color", "age"), 6, "one_hot")],
        "kwargs": {},
        "row": {**ROW, "age": 60.0},
    },
    "as_dict": {
        "features": {
            "color": ("string_categorical", {"output_mode": "int"}),
            "door": ("integer_hashed", {"num_bins": 4, "output_mode": "int"}),
            "size": ("float_normalized", {}),
            "age": ("float_discretized", {"num_bins": 2}),
        },
        "crosses": [(("color", "door"), 10, "int")],
        "kwargs": {"output_mode": "dict"},
    },
}


def made(space_class, case):
    """The FeatureSpace of a case."""
    features = {
        key: given if isinstance(given, str) else getattr(space_class, given[0])(**given[1])
        for key, given in case["features"].items()
    }
    kwargs = dict(case["kwargs"])
    if "crosses" in case:
        kwargs["crosses"] = [space_class.cross(names, dim, output_mode=mode) for names, dim, mode in case["crosses"]]
    return space_class(features, name="space", **kwargs)


def listed(found):
    """Outputs as lists, with their types."""
    if isinstance(found, dict):
        return {key: listed(value) for key, value in found.items()}
    array = found.numpy()
    return {"dtype": str(array.dtype), "values": array.tolist()}


def main():
    import keras

    results = {}
    for name, case in CASES.items():
        keras.backend.clear_session()
        space = made(keras.utils.FeatureSpace, case)
        space.adapt(DATA)
        model = keras.Model(space.get_inputs(), space.get_encoded_features())
        results[name] = {
            "rows": listed(space(DATA)),
            "row": listed(space(case.get("row", ROW))),
            "inputs": {key: [list(x.shape), x.dtype] for key, x in space.get_inputs().items()},
            "layers": [[layer.name, type(layer).__name__] for layer in model.layers],
        }
        if name == "strings_of_all_kinds":
            space.save(HERE / "feature_space.keras")
    (HERE / "feature_space.json").write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
