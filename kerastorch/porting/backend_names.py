"""What ``keras.backend.tensorflow_backend`` held beside the ``K`` functions: TensorFlow itself and helpers of its own.

Source: Keras 2.2.4, ``keras.backend.tensorflow_backend``; what only 2.0 had, from 2.0.8.
"""

from __future__ import annotations

import builtins
import importlib
from collections import defaultdict
from typing import Any

import numpy as np

from .. import backend as K  # Keras's name
from .. import config

__all__ = [
    "_broadcast_normalize_batch_in_training",
    "_convert_string_dtype",
    "_fused_normalize_batch_in_training",
    "_get_current_tf_device",
    "_has_nchw_support",
    "_is_current_explicit_device",
    "_postprocess_conv2d_output",
    "_postprocess_conv3d_output",
    "_preprocess_conv1d_input",
    "_preprocess_conv2d_input",
    "_preprocess_conv2d_kernel",
    "_preprocess_conv3d_input",
    "_preprocess_padding",
    "_regular_normalize_batch_in_training",
    "_to_tensor",
    "defaultdict",
    "np",
    "py_all",
    "py_any",
    "py_slice",
    "py_sum",
]

py_all, py_any, py_sum, py_slice = all, any, sum, builtins.slice

# modules of TensorFlow by the names that the backend gave them
_MODULES = {
    "tf": "tensorflow",
    "tf_ops": "tensorflow.python.framework.ops",
    "moving_averages": "tensorflow.python.training.moving_averages",
    "tensor_array_ops": "tensorflow.python.ops.tensor_array_ops",
    "control_flow_ops": "tensorflow.python.ops.control_flow_ops",
    "functional_ops": "tensorflow.python.ops.functional_ops",
    "ctc": "tensorflow.python.ops.ctc_ops",
    "device_lib": "tensorflow.python.client.device_lib",
}


def __getattr__(name: str) -> Any:
    if name in _MODULES and config.lenient():  # a script that knows nothing of kerastorch asks
        return importlib.import_module(_MODULES[name])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _to_tensor(x: Any, dtype: Any) -> Any:
    return __getattr__("tf").convert_to_tensor(x, dtype=dtype)


def _convert_string_dtype(dtype: str) -> Any:
    return __getattr__("tf").as_dtype(dtype)


def _get_current_tf_device() -> None:
    """No device was chosen by ``tf.device``."""


def _is_current_explicit_device(device_type: str) -> bool:
    """Whether ``tf.device`` chose a device of that type.

    Raises:
        ValueError: for a type that is neither CPU nor GPU.
    """
    if device_type.upper() not in ("CPU", "GPU"):
        raise ValueError(f"_is_current_explicit_device: expected 'CPU' or 'GPU'. Received: {device_type!r}")
    return False


def _has_nchw_support() -> bool:
    """Whether what comes back of ``_preprocess_conv2d_input`` may have its channels first: as on a CPU, it may not."""
    return False


def _channels_last(x: Any, data_format: str) -> Any:
    return K.permute_dimensions(x, (0, *range(2, K.ndim(x)), 1)) if data_format == "channels_first" else x


def _channels_first(x: Any, data_format: str) -> Any:
    last = K.ndim(x) - 1
    return K.permute_dimensions(x, (0, last, *range(1, last))) if data_format == "channels_first" else x


def _preprocess_conv1d_input(x: Any, data_format: str) -> tuple[Any, str]:
    return _channels_last(x, data_format), "NWC"


def _preprocess_conv2d_input(x: Any, data_format: str, force_transpose: bool = False) -> tuple[Any, str]:
    return _channels_last(x, data_format), "NHWC"


def _preprocess_conv3d_input(x: Any, data_format: str) -> tuple[Any, str]:
    return _channels_last(x, data_format), "NDHWC"


def _preprocess_conv2d_kernel(kernel: Any, data_format: str) -> Any:
    """Keras 2.0's: kernels of Keras 2 are as TensorFlow wants them."""
    return kernel


_postprocess_conv2d_output = _postprocess_conv3d_output = _channels_first


def _preprocess_padding(padding: str) -> str:
    """Keras's word for a padding as TensorFlow's.

    Raises:
        ValueError: for another word than 'same' and 'valid'.
    """
    if padding not in ("same", "valid"):
        raise ValueError(f"_preprocess_padding: expected 'same' or 'valid'. Received: {padding!r}")
    return padding.upper()


_regular_normalize_batch_in_training = K.normalize_batch_in_training
_broadcast_normalize_batch_in_training = K.normalize_batch_in_training
_fused_normalize_batch_in_training = K.normalize_batch_in_training
