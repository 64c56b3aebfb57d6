"""What scripts use beside models and layers.

Source: https://keras.io/api/utils/
"""

from __future__ import annotations

import importlib
from typing import Any

from . import (
    conv_utils,
    data_utils,
    generic_utils,
    io_utils,
    layer_utils,
    multi_gpu_utils,
    np_utils,
    vis_utils,
)
from . import np_utils as numerical_utils
from .data_utils import GeneratorEnqueuer, OrderedEnqueuer, Sequence, get_file
from .generic_utils import (
    CustomObjectScope,
    Progbar,
    custom_object_scope,
    deserialize_keras_object,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
    serialize_keras_object,
)
from .io_utils import HDF5Matrix, h5dict
from .layer_utils import convert_all_kernels_in_model, get_source_inputs, print_summary
from .multi_gpu_utils import multi_gpu_model
from .np_utils import normalize, to_categorical
from .random_utils import (
    disable_interactive_logging,
    enable_interactive_logging,
    is_interactive_logging_enabled,
    set_random_seed,
)
from .vis_utils import model_to_dot, plot_model

__all__ = [
    "CustomObjectScope",
    "GeneratorEnqueuer",
    "HDF5Matrix",
    "OrderedEnqueuer",
    "Progbar",
    "Sequence",
    "conv_utils",
    "convert_all_kernels_in_model",
    "custom_object_scope",
    "data_utils",
    "deserialize_keras_object",
    "disable_interactive_logging",
    "enable_interactive_logging",
    "generic_utils",
    "get_custom_objects",
    "get_file",
    "get_registered_name",
    "get_registered_object",
    "get_source_inputs",
    "h5dict",
    "io_utils",
    "is_interactive_logging_enabled",
    "layer_utils",
    "model_to_dot",
    "multi_gpu_model",
    "multi_gpu_utils",
    "normalize",
    "np_utils",
    "numerical_utils",
    "plot_model",
    "print_summary",
    "register_keras_serializable",
    "serialize_keras_object",
    "set_random_seed",
    "to_categorical",
    "vis_utils",
]


#: names that later Kerases have here, and where they are
_ELSEWHERE = {
    "FeatureSpace": "utils.feature_space:FeatureSpace",
    "PyDataset": "utils:Sequence",
    "array_to_img": "preprocessing.image:array_to_img",
    "clear_session": "backend:clear_session",
    "img_to_array": "preprocessing.image:img_to_array",
    "is_keras_tensor": "backend:is_keras_tensor",
    "load_img": "preprocessing.image:load_img",
    "pad_sequences": "preprocessing.sequence:pad_sequences",
    "save_img": "preprocessing.image:save_img",
    "standardize_dtype": "backend:standardize_dtype",
}


def __getattr__(name: str) -> Any:
    if name in _ELSEWHERE:
        module_name, _, wanted = _ELSEWHERE[name].partition(":")
        return getattr(importlib.import_module(f"kerastorch.{module_name}"), wanted)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
