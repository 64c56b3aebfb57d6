"""Images read at other places than their pixels: spline interpolation as ``scipy.ndimage.affine_transform`` does it.

Keras's augmentation is defined by that function, down to how it treats the outside of an image; this is the same
arithmetic in numpy, all channels at once.

Source: https://docs.scipy.org/doc/scipy/reference/generated/scipy.ndimage.affine_transform.html;
M. Unser, "Splines: A Perfect Fit for Signal and Image Processing", 1999.
"""

from __future__ import annotations

import itertools
import math

import numpy as np

__all__ = ["FILL_MODES", "affine_transform"]

FILL_MODES = ("constant", "nearest", "reflect", "wrap")

# The roots that the recursive filter of each spline has inside the unit circle.
_POLES = {
    2: (math.sqrt(8.0) - 3.0,),
    3: (math.sqrt(3.0) - 2.0,),
    4: (
        math.sqrt(664.0 - math.sqrt(438976.0)) + math.sqrt(304.0) - 19.0,
        math.sqrt(664.0 + math.sqrt(438976.0)) - math.sqrt(304.0) - 19.0,
    ),
    5: (
        math.sqrt(67.5 - math.sqrt(4436.25)) + math.sqrt(26.25) - 6.5,
        math.sqrt(67.5 + math.sqrt(4436.25)) - math.sqrt(26.25) - 6.5,
    ),
}
_PADDING = 12  # pixels around the image that its splines are fitted on too, where it goes on as its edge


def affine_transform(
    x: np.ndarray, matrix: np.ndarray, offset: np.ndarray, order: int = 1, mode: str = "nearest", cval: float = 0.0
) -> np.ndarray:
    """The image whose pixel at (i, j) is ``x`` at ``matrix @ (i, j) + offset``.

    Args:
        x: channels of one image.
        matrix: 2 x 2.
        offset: two numbers.
        order: of the splines: 0 (nearest pixel) to 5; 1 is bilinear.
        mode: what lies outside the image: ``'constant'``, ``'nearest'``, ``'reflect'`` or ``'wrap'``.
        cval: the constant.

    Shape:
        ``(channels, rows, columns)``, as ``x``.

    Raises:
        ValueError: for an unknown mode or order.

    Example:
        >>> affine_transform(np.array([[[1.0, 2.0, 4.0]]]), np.eye(2), np.array([0.0, 0.5]))
        array([[[1.5, 3. , 4. ]]])
    """
    if mode not in FILL_MODES:
        raise ValueError(f"fill_mode: expected one of {FILL_MODES}. Received: {mode!r}")
    if order not in range(6):
        raise ValueError(f"interpolation_order: expected an integer from 0 to 5. Received: {order!r}")
    rows, columns = x.shape[1:]
    i, j = np.arange(rows, dtype=float)[:, None], np.arange(columns, dtype=float)[None, :]
    values, shift = np.moveaxis(x, 0, -1).astype(np.float64, order="C"), 0
    if order > 1:
        shift = _PADDING if mode == "nearest" else 0
        values = np.pad(values, ((shift, shift), (shift, shift), (0, 0)), "edge")
        values = _coefficients(_coefficients(values, order, mode, 0), order, mode, 1)
    places, weights, outside = [], [], np.zeros((rows, columns), bool)
    for axis in range(2):
        at = i * matrix[axis, 0] + j * matrix[axis, 1] + offset[axis] + shift
        outside |= _outside(at, values.shape[axis])
        at = _inside(at, values.shape[axis], mode)
        start = np.floor(at if order % 2 else at + 0.5) - order // 2
        places.append([_index(start + k, values.shape[axis], mode) for k in range(order + 1)])
        weights.append([w[:, :, None] for w in _weights(at, order)])
    flat = values.reshape(-1, values.shape[2])
    total = np.zeros((rows, columns, flat.shape[1]))
    for a, b in itertools.product(range(order + 1), repeat=2):
        term = flat.take(places[0][a] * values.shape[1] + places[1][b], axis=0)
        if order:
            term *= weights[0][a]
            term *= weights[1][b]
        total += term
    if mode == "constant":
        total[outside] = cval
    return _as(np.moveaxis(total, -1, 0), x.dtype)


def _outside(at: np.ndarray, length: int) -> np.ndarray:
    return (at < 0) | (at > length - 1)


def _inside(at: np.ndarray, length: int, mode: str) -> np.ndarray:
    """Coordinates mapped into the image, as far as the way that pixels are picked does not do it."""
    if mode == "nearest":
        return at
    below, above = at < 0, at > length - 1
    if mode == "constant" or length <= 1:
        return np.where(below | above, 0.0, at)
    if mode == "wrap":
        period = length - 1
        low = at + period * (np.trunc(-at / period) + 1)
        return np.where(below, low, np.where(above, at - period * np.trunc(at / period), at))
    period = 2 * length
    low = np.where(at < -period, at + period * np.trunc(-at / period), at)
    low = np.where(low < -length, low + period, np.where(low > -1e-15, 1e-15, -low) - 1)
    high = at - period * np.trunc(at / period)
    high = np.where(high >= length, period - high - 1, high)
    return np.where(below, low, np.where(above, high, at))


def _index(place: np.ndarray, length: int, mode: str) -> np.ndarray:
    """The pixels that a spline reaches, those past an edge folded back."""
    if length <= 1:
        return np.zeros(place.shape, np.int64)
    place = place.astype(np.int64)
    if mode == "nearest":
        return place.clip(0, length - 1)
    if mode == "reflect":
        place = place % (2 * length)
        return np.where(place >= length, 2 * length - 1 - place, place)
    place = place % (2 * length - 2)
    return np.where(place >= length, 2 * length - 2 - place, place)


def _weights(at: np.ndarray, order: int) -> list[np.ndarray]:
    """What each of the pixels around a coordinate counts."""
    if order == 0:
        return [np.ones(at.shape)]
    part = at - np.floor(at if order % 2 else at + 0.5)
    if order == 1:
        return [1.0 - part, part]
    found = [_spline(part + order // 2 - k, order) for k in range(order)]
    return [*found, 1.0 - sum(found)]


def _spline(t: np.ndarray, order: int) -> np.ndarray:
    """The centred B-spline, as a sum of truncated powers."""
    total = np.zeros(t.shape)
    for k in range(order + 2):
        power = np.maximum(t + (order + 1) / 2 - k, 0.0) ** order
        total += (-1) ** k * math.comb(order + 1, k) * power
    return total / math.factorial(order)


def _coefficients(x: np.ndarray, order: int, mode: str, axis: int) -> np.ndarray:
    """The splines' coefficients along one axis: a filter that runs there and back."""
    n = x.shape[axis]
    if n <= 1:
        return x
    c = np.moveaxis(x, axis, 0).copy()
    reflect = mode in ("reflect", "nearest")
    for pole in _POLES[order]:
        c *= (1.0 - pole) * (1.0 - 1.0 / pole)
    for pole in _POLES[order]:
        c[0] = _first(c, pole, reflect)
        for k in range(1, n):
            c[k] += pole * c[k - 1]
        if reflect:
            c[n - 1] *= pole / (pole - 1.0)
        else:
            c[n - 1] = (pole * c[n - 2] + c[n - 1]) * pole / (pole * pole - 1.0)
        for k in range(n - 2, -1, -1):
            c[k] = pole * (c[k + 1] - c[k])
    return np.moveaxis(c, 0, axis)


def _first(c: np.ndarray, pole: float, reflect: bool) -> np.ndarray:
    """Where the filter begins: the sum over the image as it goes on for ever, folded at its edges."""
    n = len(c)
    powers = (pole ** np.arange(n))[:, None, None]
    if reflect:
        end = pole**n
        folded = (powers[:-1] * (c[:-1] + end * c[:0:-1])).sum(axis=0)
        folded += powers[-1] * (c[-1] + end * folded)  # as scipy up to 1.17: its last term meets the sum, not c[0]
        return folded * pole / (1.0 - end * end) + c[0]
    end = pole ** (n - 1)
    inner = (powers[1:-1] * (c[1:-1] + end * c[-2:0:-1])).sum(axis=0)
    return (c[0] + end * c[-1] + inner) / (1.0 - end * end)


def _as(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """The values in the image's own type; whole numbers are rounded and kept within their range."""
    if dtype.kind not in "iu":
        return values.astype(dtype)
    limits = np.iinfo(dtype)
    rounded = np.trunc(np.where(values > 0, values + 0.5, values - 0.5))
    return np.clip(rounded, limits.min, limits.max).astype(dtype)
