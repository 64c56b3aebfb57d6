"""Summaries, counts, and weights moved between data formats and libraries.

Source: Keras 2.2.4, ``keras.utils.layer_utils``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..backend.conv_utils import convert_kernel
from ..engine import checks
from ..engine.input_layer import InputLayer
from ..engine.summary import count_params, print_summary
from ..engine.symbolic import SymbolicTensor

__all__ = [
    "convert_all_kernels_in_model",
    "convert_dense_weights_data_format",
    "count_params",
    "get_source_inputs",
    "print_summary",
]

_FLIPPED = ("Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose")


def convert_all_kernels_in_model(model: Any) -> None:
    """Turns all convolution kernels by 180 degrees, from Theano's convention to TensorFlow's or back.

    Args:
        model: whose layers' weights are changed.

    Example:
        >>> import kerastorch as keras
        >>> kernel = np.array([[[1.0]], [[2.0]]])
        >>> layer = keras.layers.Conv1D(1, 2, input_shape=(4, 1), use_bias=False, weights=[kernel])
        >>> convert_all_kernels_in_model(keras.models.Sequential([layer]))
        >>> layer.get_weights()[0].ravel().tolist()
        [2.0, 1.0]

    Source: Keras 2.2.4, ``keras.utils.layer_utils``.
    """
    for layer in model.layers:
        if type(layer).__name__ in _FLIPPED:
            kernel, *others = layer.get_weights()
            layer.set_weights([convert_kernel(kernel), *others])


def convert_dense_weights_data_format(
    dense: Any, previous_feature_map_shape: Sequence[int], target_data_format: str = "channels_first"
) -> None:
    """Reorders the weights of a Dense layer that follows a Flatten, for feature maps in the other data format.

    Args:
        dense: the layer, whose weights are changed.
        previous_feature_map_shape: shape of the feature map before Flatten, in the target data format.
        target_data_format: ``'channels_first'`` or ``'channels_last'``.

    Raises:
        ValueError: for an unknown data format or a shape that does not match.

    Source: Keras 2.2.4, ``keras.utils.layer_utils``.
    """
    owner = "convert_dense_weights_data_format"
    checks.one_of(owner, "target_data_format", target_data_format, ("channels_first", "channels_last"))
    shape = checks.int_tuple(owner, "previous_feature_map_shape", previous_feature_map_shape, 3)
    kernel, *bias = dense.get_weights()
    if int(np.prod(shape)) != kernel.shape[0]:
        raise ValueError(
            f"{owner}: expected a feature map of {kernel.shape[0]} numbers, as many as {dense.name} takes. "
            f"Received: previous_feature_map_shape={shape}"
        )
    if target_data_format == "channels_first":
        c, h, w = shape
        moved = kernel.reshape(h, w, c, -1).transpose(2, 0, 1, 3)
    else:
        h, w, c = shape
        moved = kernel.reshape(c, h, w, -1).transpose(1, 2, 0, 3)
    dense.set_weights([moved.reshape(kernel.shape), *bias])


def get_source_inputs(tensor: Any, layer: Any = None, node_index: int | None = None) -> Any:
    """The input tensors that a symbolic tensor is computed from.

    Args:
        tensor: where to begin.
        layer: the layer that made it, if another call of it is meant.
        node_index: which call of that layer.

    Returns:
        A list without repetitions; the tensor itself, when it is not symbolic.

    Example:
        >>> import kerastorch as keras
        >>> a, b = keras.layers.Input((2,)), keras.layers.Input((2,))
        >>> found = get_source_inputs(keras.layers.add([a, keras.layers.Dense(2)(b)]))
        >>> found[0] is a, found[1] is b, len(found)
        (True, True, 2)

    Source: Keras 2.2.4, ``keras.utils.layer_utils``.
    """
    if not isinstance(tensor, SymbolicTensor):
        return tensor
    if layer is not None and node_index:
        stack = list(reversed(layer._inbound_nodes[node_index].input_tensors))
    else:
        stack = [tensor]
    found: dict[int, Any] = {}
    seen: set[int] = set()
    while stack:
        current = stack.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        node = current.node
        began = current._keras_history is not None and isinstance(current._keras_history[0], InputLayer)
        if node is None or began:  # an Input around a tensor hides what that one was computed from
            before = []
        else:
            before = node.sources if node.layer is not None else node.parents
        if not before:
            found[id(current)] = current
        stack.extend(reversed(before))
    return list(found.values())
