"""What scripts use beside models and layers.

Source: https://keras.io/api/utils/
"""

from __future__ import annotations

from kerastorch.utils import data_utils, generic_utils, io_utils, np_utils
from kerastorch.utils.data_utils import GeneratorEnqueuer, OrderedEnqueuer, Sequence, get_file
from kerastorch.utils.generic_utils import (
    CustomObjectScope,
    Progbar,
    custom_object_scope,
    deserialize_keras_object,
    get_custom_objects,
    serialize_keras_object,
)
from kerastorch.utils.io_utils import HDF5Matrix, h5dict
from kerastorch.utils.np_utils import normalize, to_categorical

__all__ = [
    "CustomObjectScope",
    "GeneratorEnqueuer",
    "HDF5Matrix",
    "OrderedEnqueuer",
    "Progbar",
    "Sequence",
    "custom_object_scope",
    "data_utils",
    "deserialize_keras_object",
    "generic_utils",
    "get_custom_objects",
    "get_file",
    "h5dict",
    "io_utils",
    "normalize",
    "np_utils",
    "serialize_keras_object",
    "to_categorical",
]
