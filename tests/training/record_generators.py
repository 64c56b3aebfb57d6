"""Records what the real Keras 2.2.4 does with generators: ``python tests/training/record_generators.py``."""

import json
import os
import sys
import warnings

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import generator_cases  # noqa: E402
from golden import norace  # noqa: E402
from printed import scenarios  # noqa: E402


def plain(value):
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value


def main():
    import keras
    from keras.utils import generic_utils

    assert keras.__version__ == "2.2.4", keras.__version__
    warnings.simplefilter("ignore")
    generic_utils.time = scenarios.Clock()
    norace.install()
    found = {}
    for name in generator_cases.CASES:
        keras.backend.clear_session()
        found[name] = generator_cases.run(name, keras, scenarios.captured)
    with open(os.path.join(HERE, "generators.json"), "w", encoding="utf-8", newline="\n") as f:
        f.write(json.dumps(found, default=plain, sort_keys=True, indent=None, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
