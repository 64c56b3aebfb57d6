"""Windows slid by hand, in numpy: what the layers' values are compared with."""

import itertools

import numpy as np


def pads(length, size, stride, dilation, padding):
    """(before, after), from TensorFlow's description of 'SAME'."""
    reach = (size - 1) * dilation
    if padding == "valid":
        return 0, 0
    if padding == "causal":
        return reach, 0
    positions = int(np.ceil(length / stride))
    total = max(0, (positions - 1) * stride + reach + 1 - length)
    return total // 2, total - total // 2


def windows(x, sizes, strides, dilation, padding, value=0.0):
    """(batch, *positions, *window, channels) of channels_last data."""
    rank = len(sizes)
    amounts = [pads(x.shape[i + 1], sizes[i], strides[i], dilation[i], padding) for i in range(rank)]
    x = np.pad(x, [(0, 0), *amounts, (0, 0)], constant_values=value)
    reach = [(k - 1) * d + 1 for k, d in zip(sizes, dilation)]
    positions = [range(0, x.shape[i + 1] - reach[i] + 1, strides[i]) for i in range(rank)]
    out = np.empty((x.shape[0], *map(len, positions), *sizes, x.shape[-1]), x.dtype)
    for place in itertools.product(*(range(len(p)) for p in positions)):
        cut = tuple(slice(p[i], p[i] + r, d) for p, i, r, d in zip(positions, place, reach, dilation))
        out[(slice(None), *place)] = x[(slice(None), *cut)]
    return out


def convolution(x, kernel, strides, dilation, padding):
    """Channels_last data with a kernel of Keras's shape (*window, channels, filters)."""
    rank = kernel.ndim - 2
    seen = windows(x, kernel.shape[:rank], strides, dilation, padding)
    axes = list(range(rank + 1, 2 * rank + 2))
    return np.tensordot(seen, kernel, (axes, list(range(rank + 1))))


def transposed(x, kernel, strides, padding, output_padding=None):
    """Each input step stamps the kernel (*window, filters, channels) on the output; 'same' then keeps the middle."""
    rank = kernel.ndim - 2
    sizes = kernel.shape[:rank]
    full = [(n - 1) * s + k for n, s, k in zip(x.shape[1:], strides, sizes)]
    out = np.zeros((x.shape[0], *full, kernel.shape[-2]))
    for place in itertools.product(*map(range, x.shape[1:-1])):
        cut = tuple(slice(i * s, i * s + k) for i, s, k in zip(place, strides, sizes))
        out[(slice(None), *cut)] += np.tensordot(x[(slice(None), *place)], kernel, ((1,), (rank + 1,)))
    for axis, (n, s, k) in enumerate(zip(x.shape[1:], strides, sizes), start=1):
        extra = None if output_padding is None else output_padding[axis - 1]
        if extra is not None:
            wanted = (n - 1) * s + k + extra - (2 * (k // 2) if padding == "same" else 0)
        else:
            wanted = n * s if padding == "same" else n * s + max(k - s, 0)
        start = max(full[axis - 1] - wanted, 0) // 2 if padding == "same" else 0
        out = np.pad(
            out, [(0, max(0, start + wanted - out.shape[axis])) if i == axis else (0, 0) for i in range(out.ndim)]
        )
        out = out.take(range(start, start + wanted), axis)
    return out
