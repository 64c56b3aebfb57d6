"""What a function's call from a file may ask for: no more memory than the file and the model's own data take.

Shapes are worked out on tensors without data, save small tensors of whole numbers, which may be sizes and keep their
values. Functions that make much of little are therefore given none of these, and no absurd sizes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..symbolic import SymbolicTensor, flatten

__all__ = ["checked"]

_LARGEST = 1 << 24
# by the last part of their names; those of TensorFlow, then those of keras.ops
_MAKERS = frozenset(
    """batch_to_space bincount confusion_matrix crop_and_resize depth_to_space einsum extract_patches
    histogram_fixed_width histogram_fixed_width_bins meshgrid one_hot pad pad_to_bounding_box repeat resize
    resize_with_crop_or_pad space_to_batch tensordot tile top_k unsorted_segment_max unsorted_segment_mean
    unsorted_segment_min unsorted_segment_prod unsorted_segment_sqrt_n unsorted_segment_sum frame stft
    mfccs_from_log_mel_spectrograms argpartition array_split extract_sequences fft fft2 fold full_like ifft2 irfft
    istft kron multi_hot outer
    pad_images rfft segment_max segment_min segment_prod segment_sum split unfold unstack vander""".split()
)


def checked(symbol: str, args: Any, kwargs: Any) -> None:
    """Makes sure that a call can be tried.

    Args:
        symbol: the function's name in the file.
        args: its positional arguments.
        kwargs: its keyword arguments.

    Raises:
        ValueError: for a call without a tensor of the graph, which would compute at once, and for absurd sizes.
    """
    leaves = list(flatten((args, kwargs)))
    tensors = [leaf for leaf in leaves if isinstance(leaf, SymbolicTensor)]
    if not tensors:
        raise ValueError(f"Model config: expected {symbol} to be called on a tensor of the graph. Received: constants")
    name = symbol.rpartition(".")[2]
    if name not in _MAKERS and _snake(name) not in _MAKERS:
        return
    sizes = [leaf for leaf in leaves if isinstance(leaf, (int, float)) and not isinstance(leaf, bool)]
    sizes += [leaf.max() for leaf in leaves if isinstance(leaf, np.ndarray) and leaf.size and leaf.dtype.kind in "iuf"]
    if any(abs(size) > _LARGEST for size in sizes):
        raise ValueError(f"Model config: expected sizes of at most {_LARGEST} in {symbol}. Received: {max(sizes)}")
    for tensor in tensors if name in ("einsum", "meshgrid", "Einsum", "Meshgrid") else tensors[:1]:
        tensor._examples = tuple(example.to("meta") for example in tensor._examples)  # its values are no sizes here


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name))
