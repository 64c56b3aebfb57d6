"""Changes to single images: rotations, shifts, shears, zooms, colours.

Functions of numpy arrays with the names, arguments and random draws of Keras's. Angles are in degrees.

Source: Keras 2.2.4, ``keras.preprocessing.image``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .files import scaled_bytes
from .warp import affine_transform

__all__ = [
    "apply_affine_transform",
    "apply_brightness_shift",
    "apply_channel_shift",
    "flip_axis",
    "random_brightness",
    "random_channel_shift",
    "random_rotation",
    "random_shear",
    "random_shift",
    "random_zoom",
    "transform_matrix_offset_center",
]


def flip_axis(x: np.ndarray, axis: int) -> np.ndarray:
    """The array with one axis the other way round.

    Example:
        >>> flip_axis(np.array([[1, 2]]), 1)
        array([[2, 1]])
    """
    return np.flip(np.asarray(x), axis)


def transform_matrix_offset_center(matrix: np.ndarray, x: float, y: float) -> np.ndarray:
    """A transformation about the origin as one about the centre of an image of ``x`` by ``y`` pixels.

    Args:
        matrix: 3 x 3, in homogeneous coordinates.
        x: rows.
        y: columns.

    Example:
        >>> transform_matrix_offset_center(np.diag([2.0, 2.0, 1.0]), 3, 3)[:2, 2].tolist()
        [-2.0, -2.0]
    """
    o_x, o_y = float(x) / 2 + 0.5, float(y) / 2 + 0.5
    there = np.array([[1, 0, o_x], [0, 1, o_y], [0, 0, 1]])
    back = np.array([[1, 0, -o_x], [0, 1, -o_y], [0, 0, 1]])
    return np.dot(np.dot(there, matrix), back)


def _matrix(theta: float, tx: float, ty: float, shear: float, zx: float, zy: float) -> np.ndarray | None:
    """Rotation, shift, shear and zoom one after the other; None when nothing changes."""
    steps = []
    if theta != 0:
        angle = np.deg2rad(theta)
        steps.append([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    if tx != 0 or ty != 0:
        steps.append([[1, 0, tx], [0, 1, ty], [0, 0, 1]])
    if shear != 0:
        angle = np.deg2rad(shear)
        steps.append([[1, -np.sin(angle), 0], [0, np.cos(angle), 0], [0, 0, 1]])
    if zx != 1 or zy != 1:
        steps.append([[zx, 0, 0], [0, zy, 0], [0, 0, 1]])
    found = None
    for step in steps:
        found = np.array(step) if found is None else np.dot(found, np.array(step))
    return found


def apply_affine_transform(
    x: np.ndarray,
    theta: float = 0,
    tx: float = 0,
    ty: float = 0,
    shear: float = 0,
    zx: float = 1,
    zy: float = 1,
    row_axis: int = 0,
    col_axis: int = 1,
    channel_axis: int = 2,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    order: int = 1,
) -> np.ndarray:
    """An image turned, shifted, sheared and zoomed.

    Args:
        x: an image of rank 3.
        theta: angle of the rotation.
        tx: shift along the rows, in pixels.
        ty: shift along the columns.
        shear: angle of the shear.
        zx: zoom along the rows.
        zy: zoom along the columns.
        row_axis: axis of the rows.
        col_axis: axis of the columns.
        channel_axis: axis of the channels.
        fill_mode: what lies outside: ``'constant'``, ``'nearest'``, ``'reflect'`` or ``'wrap'``.
        cval: the constant.
        order: of the interpolating splines, 0 to 5.

    Raises:
        ValueError: for another rank, fill mode or order.

    Example:
        >>> apply_affine_transform(np.array([[[1.0], [2.0], [3.0]]]), ty=1)[0, :, 0]
        array([2., 3., 3.])
    """
    if np.ndim(x) != 3:
        raise ValueError(f"apply_affine_transform: expected one image of rank 3. Received: shape {np.shape(x)}")
    matrix = _matrix(theta, tx, ty, shear, zx, zy)
    if matrix is None:
        return x
    matrix = transform_matrix_offset_center(matrix, x.shape[row_axis], x.shape[col_axis])
    channels = np.moveaxis(x, channel_axis, 0)
    turned = affine_transform(channels, matrix[:2, :2], matrix[:2, 2], order=order, mode=fill_mode, cval=cval)
    return np.moveaxis(turned, 0, channel_axis)


# In Keras's random functions row_axis and col_axis have no effect: the centre is that of the first two axes. This is
# kept, since a script's pictures depend on it; apply_affine_transform, which ImageDataGenerator uses, knows its axes.


def random_rotation(
    x: np.ndarray,
    rg: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """An image turned by up to ``rg`` degrees either way.

    Args:
        x: an image of rank 3.
        rg: the largest angle.
        row_axis: has no effect, as in Keras: the centre of rotation is that of the first two axes.
        col_axis: likewise.
        channel_axis: axis of the channels.
        fill_mode: what lies outside: ``'constant'``, ``'nearest'``, ``'reflect'`` or ``'wrap'``.
        cval: the constant.
        interpolation_order: of the interpolating splines, 0 to 5.
    """
    theta = np.random.uniform(-rg, rg)
    return apply_affine_transform(
        x, theta=theta, channel_axis=channel_axis, fill_mode=fill_mode, cval=cval, order=interpolation_order
    )


def random_shift(
    x: np.ndarray,
    wrg: float,
    hrg: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """An image shifted by up to parts of its width and height.

    Args:
        x: an image of rank 3.
        wrg: the largest part of the width.
        hrg: the largest part of the height.
        row_axis: axis whose length the height is.
        col_axis: axis whose length the width is.
        channel_axis: axis of the channels.
        fill_mode: what lies outside: ``'constant'``, ``'nearest'``, ``'reflect'`` or ``'wrap'``.
        cval: the constant.
        interpolation_order: of the interpolating splines, 0 to 5.
    """
    tx = np.random.uniform(-hrg, hrg) * x.shape[row_axis]
    ty = np.random.uniform(-wrg, wrg) * x.shape[col_axis]
    return apply_affine_transform(
        x, tx=tx, ty=ty, channel_axis=channel_axis, fill_mode=fill_mode, cval=cval, order=interpolation_order
    )


def random_shear(
    x: np.ndarray,
    intensity: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """An image sheared by up to ``intensity`` degrees either way.

    Args:
        x: an image of rank 3.
        intensity: the largest angle.
        row_axis: has no effect, as in Keras.
        col_axis: likewise.
        channel_axis: axis of the channels.
        fill_mode: what lies outside: ``'constant'``, ``'nearest'``, ``'reflect'`` or ``'wrap'``.
        cval: the constant.
        interpolation_order: of the interpolating splines, 0 to 5.
    """
    shear = np.random.uniform(-intensity, intensity)
    return apply_affine_transform(
        x, shear=shear, channel_axis=channel_axis, fill_mode=fill_mode, cval=cval, order=interpolation_order
    )


def random_zoom(
    x: np.ndarray,
    zoom_range: Sequence[float],
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """An image zoomed along rows and columns by factors from a range.

    Args:
        x: an image of rank 3.
        zoom_range: the smallest and the largest factor.
        row_axis: has no effect, as in Keras.
        col_axis: likewise.
        channel_axis: axis of the channels.
        fill_mode: what lies outside: ``'constant'``, ``'nearest'``, ``'reflect'`` or ``'wrap'``.
        cval: the constant.
        interpolation_order: of the interpolating splines, 0 to 5.

    Raises:
        ValueError: unless the range is two numbers.
    """
    low, high = _pair("random_zoom", "zoom_range", zoom_range)
    zx, zy = (1, 1) if low == 1 and high == 1 else np.random.uniform(low, high, 2)
    return apply_affine_transform(
        x, zx=zx, zy=zy, channel_axis=channel_axis, fill_mode=fill_mode, cval=cval, order=interpolation_order
    )


def _pair(owner: str, name: str, value: Sequence[float]) -> Sequence[float]:
    if not hasattr(value, "__len__") or len(value) != 2:
        raise ValueError(f"{owner}: expected {name} to be two numbers. Received: {name}={value!r}")
    return value


def apply_channel_shift(x: np.ndarray, intensity: float, channel_axis: int = 0) -> np.ndarray:
    """An image with a number added to it, kept within the range that it had.

    Args:
        x: an image of rank 3.
        intensity: the number.
        channel_axis: accepted as in Keras; all channels are treated alike.

    Example:
        >>> apply_channel_shift(np.array([[[0.0, 5.0, 9.0]]]), 3.0)
        array([[[3., 8., 9.]]])
    """
    return np.clip(x + intensity, np.min(x), np.max(x))


def random_channel_shift(x: np.ndarray, intensity_range: float, channel_axis: int = 0) -> np.ndarray:
    """An image with a random number added to it, kept within the range that it had.

    Args:
        x: an image of rank 3.
        intensity_range: the largest number.
        channel_axis: accepted as in Keras; all channels are treated alike.
    """
    return apply_channel_shift(x, np.random.uniform(-intensity_range, intensity_range), channel_axis)


def apply_brightness_shift(x: np.ndarray, brightness: float, data_format: str = "channels_last") -> np.ndarray:
    """An image stretched to bytes, darkened or brightened, as pillow's ``ImageEnhance.Brightness`` does.

    Args:
        x: an image of 1, 3 or 4 channels.
        brightness: the factor: 0 is black, 1 changes nothing.
        data_format: ``'channels_last'`` or ``'channels_first'``.

    Raises:
        ValueError: for another rank or number of channels.

    Example:
        >>> apply_brightness_shift(np.array([[[0.0], [100.0], [200.0]]]), 0.5)[0, :, 0]
        array([  0.,  63., 127.], dtype=float32)
    """
    pixels = scaled_bytes("apply_brightness_shift", x, data_format, True, "float32").astype(np.float32)
    found = np.trunc(np.clip(pixels * np.float32(brightness), 0, 255))
    found[:, :, 3:] = pixels[:, :, 3:]  # how transparent it is stays
    return found.transpose(2, 0, 1) if data_format == "channels_first" else found


def random_brightness(x: np.ndarray, brightness_range: Sequence[float]) -> np.ndarray:
    """An image brightened by a factor from a range.

    Args:
        x: an image of 1, 3 or 4 channels, channels last.
        brightness_range: the smallest and the largest factor.

    Raises:
        ValueError: unless the range is two numbers.
    """
    low, high = _pair("random_brightness", "brightness_range", brightness_range)
    return apply_brightness_shift(x, np.random.uniform(low, high))
