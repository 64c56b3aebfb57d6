"""The parts of TensorFlow 1's ``tf.contrib`` that Keras scripts use: image, layers, eager, keras.

Source: https://github.com/tensorflow/tensorflow/tree/r1.15/tensorflow/contrib
"""

from __future__ import annotations

import importlib
from typing import Any

from .._functions import refuse

__all__ = ["eager", "image", "keras", "layers"]

_INSTEAD = {
    "crf": "a Keras layer with K.rnn computes a conditional random field",
    "learn": "keras.datasets and tf.data.TFRecordDataset read data",
    "rnn": "keras.layers has LSTM, GRU and RNN",
    "slim": "keras.layers and keras.applications have its layers and models",
}


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "keras":
        return importlib.import_module(__name__.partition(".")[0])
    if name in __all__:
        return importlib.import_module(f"{__name__}.{name}")
    refuse(f"contrib.{name}", _INSTEAD.get(name, "it left TensorFlow with version 2; keras.layers has its layers"))
