"""``tf.saved_model``: a Keras model in a folder, in Keras's own file format.

Source: https://www.tensorflow.org/api_docs/python/tf/saved_model
"""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

from ...engine.symbolic import flatten
from ._functions import refuse, refusing
from .io.files import path_of

__all__ = ["LoadOptions", "SaveOptions", "contains_saved_model", "load", "save"]

_FILE = "model.keras"
PREDICT_METHOD_NAME = "tensorflow/serving/predict"
DEFAULT_SERVING_SIGNATURE_DEF_KEY = "serving_default"
SERVING = "serve"


class SaveOptions:
    """How a model is written; accepted, since there is one way."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass


LoadOptions = SaveOptions


def save(obj: Any, export_dir: Any, signatures: Any = None, options: Any = None) -> None:
    """Writes a Keras model to a folder. TensorFlow cannot read it; ``torch.export`` brings models to other programs.

    Args:
        obj: the model.
        export_dir: the folder.
        signatures, options: accepted as in TensorFlow.

    Raises:
        NotImplementedError: for anything that is no Keras model.
    """
    if not hasattr(obj, "save") or not hasattr(obj, "get_config"):
        refuse(f"saved_model.save of a {type(obj).__name__}", "tf.train.Checkpoint saves variables of any object")
    folder = path_of(export_dir)
    os.makedirs(folder, exist_ok=True)
    obj.save(os.path.join(folder, _FILE))


def contains_saved_model(export_dir: Any) -> bool:
    """Whether a folder holds a model that ``save`` wrote."""
    return os.path.isfile(os.path.join(path_of(export_dir), _FILE))


def load(export_dir: Any, tags: Any = None, options: Any = None) -> Any:
    """Reads the model of a folder; ``model.signatures["serving_default"]`` runs it on tensors.

    Args:
        export_dir: the folder.
        tags, options: accepted as in TensorFlow.

    Raises:
        NotImplementedError: for a folder that TensorFlow wrote.
        OSError: when there is no model.
    """
    from ...models import load_model

    folder = path_of(export_dir)
    if not contains_saved_model(folder):
        if os.path.isfile(os.path.join(folder, "saved_model.pb")):
            refuse(
                "saved_model.load of a folder that TensorFlow wrote", "save the model as .keras or .h5 with TensorFlow"
            )
        raise OSError(f"SavedModel file does not exist at: {folder}")
    model = load_model(os.path.join(folder, _FILE))
    model.__dict__["signatures"] = {DEFAULT_SERVING_SIGNATURE_DEF_KEY: _Signature(model)}
    return model


class _Signature:
    """A model as a function of tensors by name.

    Args:
        model: the model.
    """

    def __init__(self, model: Any) -> None:
        self.model = model
        self.structured_outputs = dict(zip(model.output_names, model.outputs))
        self.inputs = list(model.inputs)

    def __call__(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        inputs = args[0] if args else kwargs if len(kwargs) > 1 else next(iter(kwargs.values()))
        found = flatten(self.model(inputs, training=False))
        return dict(zip(self.model.output_names, found))


tag_constants = SimpleNamespace(SERVING=SERVING)
signature_constants = SimpleNamespace(
    DEFAULT_SERVING_SIGNATURE_DEF_KEY=DEFAULT_SERVING_SIGNATURE_DEF_KEY, PREDICT_METHOD_NAME=PREDICT_METHOD_NAME
)


__getattr__ = refusing(__name__)
