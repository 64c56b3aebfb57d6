"""Models and weights in files, read and written as each Keras generation does, safely.

Source: https://keras.io/api/models/model_saving_apis/
"""

from ..backend.registry import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from .architecture import model_from_config, model_from_json, model_from_yaml, model_to_json, model_to_yaml
from .errors import FileError, MissingFileError
from .model_io import load_model, save_model
from .objects import deserialize_keras_object, serialize_keras_object
from .weights_io import load_weights, save_weights

__all__ = [
    "CustomObjectScope",
    "FileError",
    "MissingFileError",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "load_model",
    "load_weights",
    "model_from_config",
    "model_from_json",
    "model_from_yaml",
    "model_to_json",
    "model_to_yaml",
    "register_keras_serializable",
    "save_model",
    "save_weights",
    "serialize_keras_object",
]
