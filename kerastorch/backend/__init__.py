"""The ``K.`` functions, on torch tensors and on symbolic ones alike: ``from kerastorch import backend as K``.

Source: https://faroit.com/keras-docs/2.2.4/backend/
"""

from ..config import (
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)
from . import control, math, nn, shaping, tensors, values
from .control import *  # noqa: F403
from .math import *  # noqa: F403
from .nn import *  # noqa: F403
from .shaping import *  # noqa: F403
from .tensors import *  # noqa: F403
from .updates import moving_average_update, update, update_add, update_sub
from .values import *  # noqa: F403

__all__ = [
    "epsilon",
    "floatx",
    "image_data_format",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "moving_average_update",
    "update",
    "update_add",
    "update_sub",
    *control.__all__,
    *math.__all__,
    *nn.__all__,
    *shaping.__all__,
    *tensors.__all__,
    *values.__all__,
]
