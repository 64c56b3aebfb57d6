"""Models: ``Sequential``, the functional and subclassed ``Model``, copies.

Source: https://keras.io/api/models/
"""

from ..engine.input_layer import Input
from .copies import clone_model, load_model, model_from_config, model_from_json, model_from_yaml, save_model
from .model import Model
from .sequential import Sequential

__all__ = [
    "Input",
    "Model",
    "Sequential",
    "clone_model",
    "load_model",
    "model_from_config",
    "model_from_json",
    "model_from_yaml",
    "save_model",
]
