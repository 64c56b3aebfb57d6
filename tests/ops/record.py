"""Records what Keras 3's ``keras.ops`` gives: ``KERAS_BACKEND=torch python tests/ops/record.py``, run by that Keras."""

import json
import operator
import os
import sys

import keras
import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cases import CASES  # noqa: E402

WANT_TENSORS = ("unstack", "scatter", "scatter_update", "slice", "slice_update", "get_item", "in_top_k")
HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    arrays, kinds = {}, {}
    for i, (name, args, kwargs) in enumerate(CASES):
        if name in WANT_TENSORS:
            args = [keras.ops.convert_to_tensor(a) if isinstance(a, np.ndarray) else a for a in args]
        found = operator.attrgetter(name)(keras.ops)(*args, **kwargs)
        results = list(found) if isinstance(found, (list, tuple)) else [found]
        kinds[str(i)] = [name, [str(keras.backend.standardize_dtype(r.dtype)) for r in results]]
        for k, result in enumerate(results):
            arrays[f"{i}/{k}"] = keras.ops.convert_to_numpy(result)
    np.savez_compressed(os.path.join(HERE, "ops.npz"), **arrays)
    with open(os.path.join(HERE, "ops.json"), "w") as file:
        json.dump({"version": keras.__version__, "kinds": kinds}, file)


if __name__ == "__main__":
    main()
