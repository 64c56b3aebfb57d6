"""Layers as Keras 1 wrote them down, in Keras 2's words.

Source: Keras 2.2.4, ``keras.legacy.interfaces`` and the Keras 1.2 documentation.
"""

from __future__ import annotations

from typing import Any

from .errors import FileError

__all__ = ["renamed"]

_CLASSES = {
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution3D": "Conv3D",
    "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D",
    "Deconvolution2D": "Conv2DTranspose",
    "SeparableConvolution2D": "SeparableConv2D",
}
_KERNEL = {
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "bias": "use_bias",
}
_CONVOLUTION = {
    **_KERNEL,
    "nb_filter": "filters",
    "filter_length": "kernel_size",
    "subsample": "strides",
    "subsample_length": "strides",
    "border_mode": "padding",
    "dim_ordering": "data_format",
    "atrous_rate": "dilation_rate",
    "depthwise_init": "depthwise_initializer",
    "pointwise_init": "pointwise_initializer",
}
_RECURRENT = {
    **_KERNEL,
    "output_dim": "units",
    "inner_init": "recurrent_initializer",
    "inner_activation": "recurrent_activation",
    "U_regularizer": "recurrent_regularizer",
    "U_constraint": "recurrent_constraint",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
}
_POOLING = {
    "pool_length": "pool_size",
    "stride": "strides",
    "border_mode": "padding",
    "dim_ordering": "data_format",
    "length": "size",
}
_WORDS: dict[str, dict[str, str]] = {
    "Dense": {**_KERNEL, "output_dim": "units"},
    "Embedding": {
        "init": "embeddings_initializer",
        "W_regularizer": "embeddings_regularizer",
        "W_constraint": "embeddings_constraint",
    },
    "BatchNormalization": {"beta_init": "beta_initializer", "gamma_init": "gamma_initializer"},
    "Dropout": {"p": "rate"},
    "SpatialDropout1D": {"p": "rate"},
    "SpatialDropout2D": {"p": "rate", "dim_ordering": "data_format"},
    "GaussianDropout": {"p": "rate"},
    "GaussianNoise": {"sigma": "stddev"},
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN"), _RECURRENT),
    **dict.fromkeys(("Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "SeparableConv2D"), _CONVOLUTION),
}
_POOLED = ("Pooling", "UpSampling", "ZeroPadding", "Cropping")
_MERGES = {"sum": "Add", "mul": "Multiply", "ave": "Average", "max": "Maximum", "concat": "Concatenate", "dot": "Dot"}
_FORMATS = {"tf": "channels_last", "th": "channels_first", "default": None}
# What Keras 1 wrote down besides, and no layer needs.
_GONE = ("input_dtype", "consume_less", "camera_ready", "forget_bias_init", "arguments_mask", "nb_row", "nb_col")


def renamed(name: str, config: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A layer's class and config in Keras 2's words; those of later files come back as they are.

    Args:
        name: the class name in the file.
        config: its config.

    Raises:
        ValueError: for a layer whose work Keras 2 gave up.

    Example:
        >>> renamed("Convolution2D", {"nb_filter": 4, "nb_row": 3, "nb_col": 3, "border_mode": "same"})
        ('Conv2D', {'filters': 4, 'padding': 'same', 'kernel_size': (3, 3)})
    """
    if name == "Merge":
        return _merge(config)
    name = _CLASSES.get(name, name)
    words = _WORDS.get(name) or (_POOLING if any(part in name for part in _POOLED) else {})
    if not any(old in config for old in words):
        return name, config
    found = {}
    for key, value in config.items():
        if key in _GONE:
            continue
        new = words.get(key, key)
        if new == "data_format" and value in _FORMATS:
            value = _FORMATS[value]
        found[new] = _penalty(value)
    _sizes(name, config, found)
    if "forget_bias_init" in config and name == "LSTM":
        found["unit_forget_bias"] = config["forget_bias_init"] == "one"
    if name == "BatchNormalization" and found.pop("mode", 0) != 0:
        raise ValueError("load: expected BatchNormalization with mode=0. Received: another mode of Keras 1")
    if name == "Embedding" and not found.get("dropout"):
        found.pop("dropout", None)
    if found.get("strides") is None and "Pooling" not in name:
        found.pop("strides", None)
    return name, found


def _sizes(name: str, config: dict[str, Any], found: dict[str, Any]) -> None:
    """The sizes that Keras 1 gave one by one."""
    rows = [config[key] for key in ("nb_row", "nb_col") if key in config]
    cubes = [found.pop(key) for key in ("kernel_dim1", "kernel_dim2", "kernel_dim3") if key in found]
    if rows or cubes:
        found["kernel_size"] = tuple(rows or cubes)
    if name == "Conv2DTranspose":
        found.pop("output_shape", None)


def _penalty(value: Any) -> Any:
    """A regularizer or constraint, whose kind Keras 1 put beside its arguments."""
    if not isinstance(value, dict) or "name" not in value or "class_name" in value:
        return value
    rest = {key: entry for key, entry in value.items() if key != "name"}
    kind = str(value["name"])
    if kind.endswith("L1L2Regularizer") or kind == "WeightRegularizer":
        return {"class_name": "L1L2", "config": rest}
    names = {"m": "max_value", "p": "rate"}
    return {"class_name": kind, "config": {names.get(key, key): entry for key, entry in rest.items()}}


def _merge(config: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    mode = config.get("mode")
    if mode not in _MERGES:
        raise FileError(f"load: expected Merge with one of the modes {sorted(_MERGES)}. Received: mode={mode!r}")
    found = {"name": config.get("name")}
    if mode == "concat":
        found["axis"] = config.get("concat_axis", -1)
    if mode == "dot":
        axes = config.get("dot_axes", -1)
        found["axes"] = axes if isinstance(axes, int) else tuple(a[0] if isinstance(a, list) else a for a in axes)
    return _MERGES[mode], found
