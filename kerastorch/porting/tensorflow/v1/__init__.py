"""What Keras scripts use of TensorFlow 1: sessions, placeholders, variables by name, settings.

``Session.run`` computes symbolic tensors, as ``K.function`` does; settings of devices and memory have no counterpart.

Source: https://www.tensorflow.org/api_docs/python/tf/compat/v1
"""

from __future__ import annotations

from . import scripts, sessions, settings, variables
from .scripts import *  # noqa: F403
from .sessions import *  # noqa: F403
from .settings import *  # noqa: F403
from .variables import *  # noqa: F403

__all__ = [*scripts.__all__, *sessions.__all__, *settings.__all__, *variables.__all__]
