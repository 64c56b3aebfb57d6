"""Models as parts of other libraries.

Source: Keras 2.2.4, ``keras.wrappers``.
"""

from __future__ import annotations

from . import scikit_learn

__all__ = ["scikit_learn"]
