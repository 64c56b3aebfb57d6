"""Cases for layers that came after Keras 2.2.4, asked of tf_keras and of Keras 3; each is a module of this package.

They are written like those of ``golden.cases``, with ``k`` either of the two: an area names the generations that record
it, a case may name fewer.
"""

import importlib

__all__ = ["AREAS", "load"]

AREAS = (
    "attention",
    "core",
    "activations",
    "normalization",
    "images",
    "preprocessing",
    "convolutional",
    "pooling",
    "sound",
    "embedding",
    "augmentation",
    "features",
)


def load(name):
    """The Area of that name, with its cases defined."""
    return importlib.import_module(f"{__name__}.{name}").area
