"""Records what the loaders of the real Keras 2.2.4 give for the small files: ``python record_loaders.py``."""

import json
import os
import sys
import tempfile
import warnings

import numpy as np

home = tempfile.mkdtemp()
os.environ["HOME"] = home
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import keras.utils.data_utils  # noqa: E402
import loader_cases  # noqa: E402
import small_files  # noqa: E402

small_files.write(os.path.join(home, ".keras", "datasets"))
keras.utils.data_utils.validate_file = lambda *a, **k: True  # the small files have hashes of their own
load = np.load
np.load = lambda *a, **k: load(*a, allow_pickle=True, **k)  # the loaders predate numpy's refusal
warnings.simplefilter("ignore")

recorded = []
for name, arguments in loader_cases.CASES:
    loader = __import__("keras.datasets." + name, fromlist=["load_data"])
    (x, y), (u, v) = loader.load_data(**dict(arguments))
    recorded.append(
        {
            "loader": name,
            "arguments": arguments,
            "arrays": [loader_cases.described(a) for a in (x, y, u, v)],
            "next_draw": np.random.randint(0, 2**31 - 1) if "seed" in loader.load_data.__code__.co_varnames else None,
        }
    )
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "loaders.json"), "w") as file:
    json.dump(recorded, file, indent=None, separators=(",", ":"), sort_keys=True)
    file.write("\n")
print(len(recorded), "cases")
