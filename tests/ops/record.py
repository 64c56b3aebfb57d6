"""Records what Keras 3's ``keras.ops`` gives: ``KERAS_BACKEND=torch python tests/ops/record.py``, run by that Keras."""

import json
import operator
import os
import sys

import keras
import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cases
import more_cases
import type_cases

WANT_TENSORS = """unstack scatter scatter_update slice slice_update get_item in_top_k cholesky_inverse eig lu_factor
unfold fold hsplit vsplit dsplit view_as_real segment_min segment_max segment_prod segment_sum histogram
image.gaussian_blur image.sobel_edges image.ssim image.extract_patches_3d image.affine_transform""".split()
FILES = {"ops": cases.CASES, "more": more_cases.CASES, "types": type_cases.CASES}
HERE = os.path.dirname(os.path.abspath(__file__))


def record(stem, calls):
    arrays, kinds = {}, {}
    for i, (name, args, kwargs) in enumerate(calls):
        if name in WANT_TENSORS:
            args = [keras.ops.convert_to_tensor(a) if isinstance(a, np.ndarray) else a for a in args]
        found = operator.attrgetter(name)(keras.ops)(*args, **kwargs)
        results = list(found) if isinstance(found, (list, tuple)) else [found]
        kinds[str(i)] = [name, [str(keras.backend.standardize_dtype(r.dtype)) for r in results]]
        for k, result in enumerate(results):
            arrays[f"{i}/{k}"] = keras.ops.convert_to_numpy(result)
    np.savez_compressed(os.path.join(HERE, f"{stem}.npz"), **arrays)
    with open(os.path.join(HERE, f"{stem}.json"), "w") as file:
        json.dump({"version": keras.__version__, "kinds": kinds}, file)


if __name__ == "__main__":
    for stem in sys.argv[1:] or FILES:
        record(stem, FILES[stem])
