"""Functions of ``keras.backend`` that tf.keras makes of several of TensorFlow's: a graph has a layer for each of these.

Source: tf_keras, ``backend.py``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from ... import config

__all__ = ["PARTS"]

Face = Callable[[str], Callable]  # gives a function of TensorFlow by its name


def _sqrt(tf: Face, x: Any) -> Any:
    return tf("math.sqrt")(tf("math.maximum")(x, 0.0))


def _hard_sigmoid(tf: Face, x: Any) -> Any:
    scaled = tf("math.add")(tf("math.multiply")(x, 0.2), 0.5)
    return tf("clip_by_value")(scaled, 0.0, 1.0)


def _any(tf: Face, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return tf("math.reduce_any")(tf("cast")(x, "bool"), axis, keepdims)


def _all(tf: Face, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return tf("math.reduce_all")(tf("cast")(x, "bool"), axis, keepdims)


def _dot(tf: Face, x: Any, y: Any) -> Any:
    return tf("linalg.matmul")(x, y) if len(x.shape) <= 2 and len(y.shape) <= 2 else None


def _batch_dot(tf: Face, x: Any, y: Any, axes: int | Sequence[int] | None = None) -> Any:
    ranks = len(x.shape), len(y.shape)
    if max(ranks) > 3:
        return None
    if axes is None:
        axes = (ranks[0] - 1, ranks[1] - (1 if ranks[1] == 2 else 2))
    a, b = (axes, axes) if isinstance(axes, int) else axes
    a, b = a % ranks[0], b % ranks[1]
    if ranks[0] == 2:
        x, a = tf("expand_dims")(x, 1), a + 1
    if ranks[1] == 2:
        y = tf("expand_dims")(y, 2)
    x = tf("transpose")(x, [0, 2, 1]) if a == 1 else x
    y = tf("transpose")(y, [0, 2, 1]) if b == 2 else y
    result = tf("linalg.matmul")(x, y)
    if ranks[0] == 2:
        return tf("squeeze")(result, 1)
    return tf("squeeze")(result, -1) if ranks[1] == 2 else result


def _repeat(tf: Face, x: Any, n: int) -> Any:
    return tf("tile")(tf("expand_dims")(x, 1), [1, n, 1])


def _repeat_elements(tf: Face, x: Any, rep: int, axis: int) -> Any:
    size = x.shape[axis]
    if size is None:
        return None
    parts = tf("split")(x, size, axis=axis)
    return tf("concat")([part for part in parts for _ in range(rep)], axis % len(x.shape))


def _xor(tf: Face, x: Any, y: Any) -> Any:
    either = tf("math.logical_or")(x, y)
    return tf("math.logical_and")(either, tf("math.logical_not")(tf("math.logical_and")(x, y)))


def _batch_flatten(tf: Face, x: Any) -> Any:
    sizes = tuple(x.shape)[1:]
    return None if None in sizes else tf("reshape")(x, [-1, math.prod(sizes)])


def _leaky_relu(tf: Face, x: Any, alpha: float = 0.0, max_value: Any = None, threshold: float = 0.0) -> Any:
    return tf("nn.leaky_relu")(x, alpha) if alpha and max_value is None and not threshold else None


def _resize_images(tf: Face, x: Any, height: int, width: int, data_format: str, interpolation: str = "nearest") -> Any:
    rows, columns = tuple(x.shape)[1:3]
    if data_format != "channels_last" or rows is None or columns is None:
        return None
    return tf("image.resize")(x, (rows * height, columns * width), interpolation)


def _spatial_2d_padding(tf: Face, x: Any, padding: Any = ((1, 1), (1, 1)), data_format: str | None = None) -> Any:
    if (data_format or config.image_data_format()) != "channels_last":
        return None
    return tf("pad")(x, [[0, 0], *(list(pair) for pair in padding), [0, 0]])


def _mish(tf: Face, x: Any, inplace: bool = False) -> Any:
    return tf("math.multiply")(x, tf("math.tanh")(tf("math.softplus")(x)))


PARTS: dict[str, Callable] = {
    "all": _all,
    "any": _any,
    "batch_dot": _batch_dot,
    "batch_flatten": _batch_flatten,
    "dot": _dot,
    "hard_sigmoid": _hard_sigmoid,
    "repeat": _repeat,
    "relu": _leaky_relu,
    "repeat_elements": _repeat_elements,
    "resize_images": _resize_images,
    "spatial_2d_padding": _spatial_2d_padding,
    "mish": _mish,
    "sqrt": _sqrt,
    "TensorBase.__xor__": _xor,
}
