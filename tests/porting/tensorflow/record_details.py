"""Records what TensorFlow gives for the expressions of ``details.py``: ``python record_details.py``.

Needs tensorflow and tf_keras (CONTRIBUTING.md, tf.keras). ``test_details.py`` reads the file that this writes.
"""

import json
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ["TF_USE_LEGACY_KERAS"] = "1"

import tensorflow as tf
from details import FAMILIES, described

if __name__ == "__main__":
    found = {text: described(tf, text) for lines in FAMILIES.values() for text in lines}
    lines = ",\n".join(f"{json.dumps(text)}: {json.dumps(value)}" for text, value in found.items())
    Path(__file__).with_name("details.json").write_text(f"{{\n{lines}\n}}\n")
    print(len(found), "expressions,", list(found.values()).count("refused"), "refused")
