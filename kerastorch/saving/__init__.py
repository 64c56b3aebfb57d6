"""Models and weights in files, as Keras 2 lays them out.

Source: https://keras.io/api/models/model_saving_apis/
"""

from .files import FileError, MissingFileError
from .model_io import (
    load_model,
    model_from_config,
    model_from_json,
    model_from_yaml,
    model_to_json,
    model_to_yaml,
    save_model,
)
from .weights_io import load_weights, save_weights

__all__ = [
    "FileError",
    "MissingFileError",
    "load_model",
    "load_weights",
    "model_from_config",
    "model_from_json",
    "model_from_yaml",
    "model_to_json",
    "model_to_yaml",
    "save_model",
    "save_weights",
]
