"""What models trained on ImageNet share: how pixels are scaled, what the classes are called, which inputs they take.

Source: https://keras.io/api/applications/
"""

from __future__ import annotations

import functools
import json
import os
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from .. import activations, backend, config
from ..backend import conv_utils
from ..engine import checks
from ..engine.symbolic import SymbolicTensor
from ..utils import get_file

__all__ = [
    "correct_pad",
    "decode_predictions",
    "obtain_input_shape",
    "preprocess_input",
    "validate_activation",
]

CLASS_INDEX_PATH = "https://storage.googleapis.com/download.tensorflow.org/data/imagenet_class_index.json"
_CLASS_INDEX_HASH = "c2c37ea517e94d9795004a39431a14cb"
CLASSES = 1000

_MODES = ("caffe", "tf", "torch")
_DATA_FORMATS = ("channels_first", "channels_last")
_CAFFE_MEAN = (103.939, 116.779, 123.68)  # of blue, green, red
TORCH_MEAN = (0.485, 0.456, 0.406)
TORCH_STD = (0.229, 0.224, 0.225)

Shape = tuple[int | None, ...]
_class_index: dict[str, list[str]] | None = None


MODULES = ("backend", "layers", "models", "utils")  # what the keras_applications package is told to work with


def _passing_over_modules(function: Callable) -> Callable:
    """A function that may be told to work with ``keras.backend`` and its kin, as it does."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **{name: value for name, value in kwargs.items() if name not in MODULES})

    return call


@_passing_over_modules
def preprocess_input(x: Any, data_format: str | None = None, mode: str = "caffe") -> Any:
    """Brings pixels into the range that a model was trained on.

    Args:
        x: one RGB image or a batch of them, with values from 0 to 255: an array, a tensor or a symbolic tensor. An
            array of floats is overwritten, as in Keras; a tensor is not.
        data_format: where the channels are; None for what ``~/.keras/keras.json`` says, else ``'channels_last'``.
        mode: ``'caffe'``: BGR, the mean of ImageNet taken off each channel; ``'tf'``: from -1 to 1; ``'torch'``: from
            0 to 1, then normalized by ImageNet's mean and deviation of each channel.

    Returns:
        What came in, scaled; integers become ``floatx()``.

    Raises:
        ValueError: for an unknown mode or data format.

    Example:
        >>> preprocess_input(np.array([[[0, 127.5, 255]]]), mode="tf").tolist()
        [[[-1.0, 0.0, 1.0]]]

    Source: https://keras.io/api/applications/
    """
    checks.one_of("preprocess_input", "mode", mode, _MODES)
    data_format = data_format or config.image_data_format()
    checks.one_of("preprocess_input", "data_format", data_format, _DATA_FORMATS)
    if isinstance(x, (torch.Tensor, SymbolicTensor)):
        return _preprocess_tensor(x, data_format, mode)
    return _preprocess_array(x, data_format, mode)


@_passing_over_modules
def preprocess_tf(x: Any, data_format: str | None = None, mode: str = "tf") -> Any:
    """Scales pixels from [0, 255] to [-1, 1]: ``preprocess_input`` with another default of ``mode``."""
    return preprocess_input(x, data_format, mode)


@_passing_over_modules
def preprocess_torch(x: Any, data_format: str | None = None, mode: str = "torch") -> Any:
    """Scales pixels to [0, 1] and normalizes each channel: ``preprocess_input`` with another default of ``mode``."""
    return preprocess_input(x, data_format, mode)


@_passing_over_modules
def preprocess_nothing(x: Any, data_format: str | None = None) -> Any:
    """Returns the pixels as they are, since the model scales them itself."""
    return x


def _preprocess_array(x: np.ndarray, data_format: str, mode: str) -> np.ndarray:
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(config.floatx())
    if mode == "tf":
        x /= 127.5
        x -= 1.0
        return x
    channels = np.moveaxis(x, -3, -1) if data_format == "channels_first" else x  # a view: what is written stays in x
    if mode == "torch":
        channels /= 255.0
        channels -= np.asarray(TORCH_MEAN, x.dtype)
        channels /= np.asarray(TORCH_STD, x.dtype)
        return x
    x = x[..., ::-1, :, :] if data_format == "channels_first" else x[..., ::-1]
    channels = np.moveaxis(x, -3, -1) if data_format == "channels_first" else x
    channels -= np.asarray(_CAFFE_MEAN, x.dtype)
    return x


def _preprocess_tensor(x: Any, data_format: str, mode: str) -> Any:
    if not x.dtype.is_floating_point:
        x = backend.cast(x, config.floatx())
    if mode == "tf":
        return x / 127.5 - 1.0
    axis = -3 if data_format == "channels_first" else -1

    def along(values: Sequence[float]) -> torch.Tensor:
        """The values of the three channels, shaped to meet them."""
        return torch.tensor(values, dtype=x.dtype, device=x.device).reshape(-1, *(1,) * (-axis - 1))

    if mode == "torch":
        return (x / 255.0 - along(TORCH_MEAN)) / along(TORCH_STD)
    return torch.flip(x, (axis,)) - along(_CAFFE_MEAN)


@_passing_over_modules
def decode_predictions(preds: Any, top: int = 5) -> list[list[tuple[str, str, Any]]]:
    """Names the classes that a model trained on ImageNet finds likeliest.

    The names are read from ``imagenet_class_index.json`` in ``~/.keras/models``, which is fetched when it is not there.

    Args:
        preds: probabilities, an array or a tensor of shape (batch, 1000).
        top: how many classes are named for each image.

    Returns:
        For each image a list of (class id, class name, probability), the likeliest first.

    Raises:
        ValueError: for another shape.

    Source: https://keras.io/api/applications/
    """
    global _class_index
    if len(preds.shape) != 2 or preds.shape[1] != CLASSES:
        raise ValueError(
            f"decode_predictions: expected preds of shape (batch, {CLASSES}). Received: shape {tuple(preds.shape)}"
        )
    if isinstance(preds, torch.Tensor):
        preds = preds.detach().float().cpu().numpy()
    if _class_index is None:
        path = get_file(
            "imagenet_class_index.json", CLASS_INDEX_PATH, cache_subdir="models", file_hash=_CLASS_INDEX_HASH
        )
        with open(path, encoding="utf-8") as file:
            _class_index = json.load(file)
    names = _class_index
    found = []
    for row in preds:
        likeliest = [(*names[str(i)], row[i]) for i in row.argsort()[-top:][::-1]]
        found.append(sorted(likeliest, key=lambda entry: entry[2], reverse=True))
    return found


def obtain_input_shape(
    input_shape: Sequence[int | None] | None,
    default_size: int,
    min_size: int,
    data_format: str,
    require_flatten: bool | None = None,
    weights: Any = None,
    include_top: bool | None = None,
) -> Shape:
    """Checks the shape of a model's images, or fills it in.

    Args:
        input_shape: the shape of one image; None for the default.
        default_size: how many rows and columns the published weights were trained on.
        min_size: how many the architecture needs.
        data_format: ``'channels_first'`` or ``'channels_last'``.
        require_flatten: whether the top needs images of one size.
        weights: ``'imagenet'`` asks for three channels.
        include_top: what Keras to 2.0.8 called ``require_flatten``.

    Raises:
        ValueError: for a shape that does not fit.

    Example:
        >>> obtain_input_shape(None, 224, 32, "channels_last", require_flatten=False)
        (None, None, 3)

    Source: Keras 2.2.4, ``keras.applications.imagenet_utils``.
    """
    owner = "input_shape"
    fixed = bool(include_top if require_flatten is None else require_flatten)
    first = data_format == "channels_first"
    pretrained = weights == "imagenet"
    channels = 3
    if input_shape is not None:
        input_shape = checks.shape_tuple("applications", owner, input_shape)
        if len(input_shape) != 3:
            raise ValueError(f"{owner}: expected three numbers, rows, columns and channels. Received: {input_shape}")
        channels = input_shape[0 if first else -1]
        if channels != 3 and pretrained:
            raise ValueError(f"{owner}: expected 3 channels, as the published weights have. Received: {input_shape}")
        if channels not in (1, 3):
            warnings.warn(f"{owner}: this model usually has 1 or 3 channels. Received: {input_shape}", stacklevel=3)
    default = (default_size, default_size)
    default_shape = (channels, *default) if first else (*default, channels)
    if pretrained and fixed:
        if input_shape is not None and input_shape != default_shape:
            raise ValueError(
                f"{owner}: expected {default_shape}, that of the published weights with their top. "
                f"Received: {input_shape}"
            )
        return default_shape
    if input_shape is None:
        unknown = (channels, None, None) if first else (None, None, channels)
        return default_shape if fixed else unknown
    if any(size is not None and size < min_size for size in (input_shape[1:] if first else input_shape[:-1])):
        raise ValueError(f"{owner}: expected at least {min_size} rows and columns. Received: {input_shape}")
    if fixed and None in input_shape:
        raise ValueError(f"{owner}: expected a fixed size, since include_top=True. Received: {input_shape}")
    return input_shape


_obtain_input_shape = obtain_input_shape  # its name in Keras 2, which scripts import


def correct_pad(inputs: Any, kernel_size: int | Sequence[int]) -> tuple[tuple[int, int], tuple[int, int]]:
    """The zeros that make a 'valid' convolution with stride 2 see what TensorFlow's 'same' one sees.

    Args:
        inputs: what is padded, symbolic.
        kernel_size: the convolution's.

    Returns:
        How many rows of zeros come first and last, and how many columns.

    Example:
        >>> import kerastorch as keras
        >>> correct_pad(keras.layers.Input((8, 7, 3)), 3)
        ((0, 1), (1, 1))

    Source: https://github.com/keras-team/keras, ``keras.applications.imagenet_utils``.
    """
    sizes = conv_utils.normalize_tuple(kernel_size, 2, "kernel_size")
    axes = (2, 3) if config.image_data_format() == "channels_first" else (1, 2)
    lengths = [inputs.shape[axis] for axis in axes]
    if lengths[0] is None:
        lengths = [0, 0]  # unknown sizes are taken for even ones
    rows, columns = (halving_pad(length, size) for length, size in zip(lengths, sizes))
    return rows, columns


def halving_pad(length: int, size: int) -> tuple[int, int]:
    """How many zeros TensorFlow's 'same' puts before and after an axis for a window of odd size and stride 2."""
    return size // 2 - 1 + length % 2, size // 2


def validate_activation(classifier_activation: Any, weights: Any) -> None:
    """Refuses an activation that published or saved weights were not trained with.

    Args:
        classifier_activation: the top's.
        weights: None lets every activation pass.

    Raises:
        ValueError: for anything but softmax and None.

    Example:
        >>> validate_activation("softmax", "imagenet")
    """
    allowed = (activations.get("softmax"), activations.get(None))
    if weights is not None and activations.get(classifier_activation) not in allowed:
        raise ValueError(
            "classifier_activation: expected 'softmax' or None, since weights are loaded. "
            f"Received: {classifier_activation!r}"
        )


def is_weights(weights: Any) -> bool:
    """Whether an argument names weights: None, ``'imagenet'``, or a file that exists."""
    return weights is None or weights == "imagenet" or os.path.exists(weights)
