"""Records what the real Keras 2.2.4 makes of data: ``python tests/preprocessing/record_preprocessing.py``."""

import json
import os
import sys
import tempfile
import warnings

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import preprocessing_cases  # noqa: E402


def main():
    import keras

    assert keras.__version__ == "2.2.4", keras.__version__
    warnings.simplefilter("ignore")
    arrays, found = {}, {}

    def stored(value):
        """Arrays go to a file of their own; JSON keeps their place."""
        if isinstance(value, np.ndarray):
            key = f"a{len(arrays)}"
            arrays[key] = value
            return {"array": key}
        if isinstance(value, np.generic):
            return value.item()
        return [stored(v) for v in value] if isinstance(value, (list, tuple)) else value

    for name in preprocessing_cases.CASES:
        with tempfile.TemporaryDirectory() as folder:
            found[name] = stored(preprocessing_cases.run(name, keras.preprocessing, folder))
    np.savez_compressed(os.path.join(HERE, "preprocessing.npz"), **arrays)
    with open(os.path.join(HERE, "preprocessing.json"), "w", encoding="utf-8", newline="\n") as f:
        f.write(json.dumps(found, separators=(",", ":"), sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
