"""Models and weights in files, read and written as each Keras generation does, safely.

Source: https://keras.io/api/models/model_saving_apis/
"""

from .architecture import model_from_config, model_from_json, model_from_yaml, model_to_json, model_to_yaml
from .errors import FileError, MissingFileError
from .model_io import load_model, save_model
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
