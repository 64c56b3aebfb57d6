"""Records what np_utils of the real Keras 2.2.4 gives: ``python tests/utils/record_utils.py``."""

import json
import os

import numpy as np
from keras.utils.np_utils import normalize, to_categorical

CATEGORICAL = [
    ([0, 2, 1], {}),
    ([[0], [2], [1]], {"num_classes": 4}),
    ([[0, 1], [2, 0]], {"num_classes": 3, "dtype": "int32"}),
    ([[[1], [0]], [[2], [2]]], {}),
    ([1.9, 0.2], {"num_classes": 0}),
    ([-1, 1, -2], {"num_classes": 2}),
    (1, {"num_classes": 3}),
    ([], {"num_classes": 2}),
    ([[3]], {"dtype": "uint8"}),
]
NORMALIZED = [
    ([[3.0, 4.0], [0.0, 0.0]], {}),
    ([[3.0, 4.0], [1.0, -2.0]], {"axis": 0}),
    ([[3.0, 4.0], [1.0, -2.0]], {"axis": 1, "order": 1}),
    ([[[1.0, 2.0], [3.0, 4.0]]], {"axis": -2, "order": 2}),
    ([3.0, 4.0], {}),
    ([[3.0, -4.0]], {"order": float("inf")}),
]

recorded = []
for function, cases in ((to_categorical, CATEGORICAL), (normalize, NORMALIZED)):
    for value, arguments in cases:
        result = function(np.array(value) if function is normalize else value, **arguments)
        recorded.append(
            {
                "function": function.__name__,
                "value": value,
                "arguments": arguments,
                "shape": result.shape,
                "dtype": str(result.dtype),
                "result": result.tolist(),
            }
        )
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "np_utils.json"), "w") as file:
    json.dump(recorded, file, separators=(",", ":"), sort_keys=True)
    file.write("\n")
print(len(recorded), "cases")
