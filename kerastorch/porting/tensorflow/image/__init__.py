"""Functions of images: one (height, width, channels), or a batch of them.

Source: https://www.tensorflow.org/api_docs/python/tf/image
"""

from __future__ import annotations

from .._functions import refusing
from ..arrays import extract_image_patches as extract_patches
from . import boxes, codecs, colors, geometry, quality, random_boxes, random_changes, resizing
from .boxes import *  # noqa: F403
from .codecs import *  # noqa: F403
from .colors import *  # noqa: F403
from .geometry import *  # noqa: F403
from .quality import *  # noqa: F403
from .random_boxes import *  # noqa: F403
from .random_changes import *  # noqa: F403
from .resizing import *  # noqa: F403

__all__ = ["extract_patches"]
for _module in (boxes, codecs, colors, geometry, quality, random_boxes, random_changes, resizing):
    __all__ += _module.__all__


__getattr__ = refusing(__name__)
