"""Calls of functions in a graph, as the layers that later Kerases show and write down for them.

``x + y`` and ``keras.ops.mean(x)`` on symbolic tensors are nodes of a graph whose operation is a function. Keras 2
knows none of these; tf.keras lists each as a ``TFOpLambda`` layer, Keras 3 as an operation beside the layers. ``own``
gives a recorded call such a layer in these eras, named as they name it; files are written and read with tables of
known functions.
"""

from .base import FunctionLayer
from .limits import checked
from .names import located, made, own, stands_for_function
from .values import TENSOR, decoded

__all__ = ["TENSOR", "FunctionLayer", "checked", "decoded", "located", "made", "own", "stands_for_function"]
