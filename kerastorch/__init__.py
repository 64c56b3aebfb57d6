"""Keras scripts on PyTorch: ``import kerastorch as keras``."""

from __future__ import annotations

import importlib
from types import ModuleType

from . import (
    activations,
    backend,
    callbacks,
    config,
    constraints,
    datasets,
    eras,
    initializers,
    layers,
    losses,
    metrics,
    mixed_precision,
    models,
    optimizers,
    regularizers,
    utils,
)
from ._version import __version__
from .eras import set_era
from .layers import Input
from .models import Model, Sequential
from .porting import keras1, legacy_layers, old_paths
from .porting.alias import install, load_ipython_extension, uninstall, unload_ipython_extension

__all__ = [
    "Input",
    "Model",
    "Sequential",
    "__version__",
    "activations",
    "applications",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "datasets",
    "eras",
    "export",
    "initializers",
    "install",
    "layers",
    "load_ipython_extension",
    "losses",
    "metrics",
    "mixed_precision",
    "models",
    "optimizers",
    "preprocessing",
    "regularizers",
    "set_era",
    "uninstall",
    "unload_ipython_extension",
    "utils",
    "wrappers",
]

_WHEN_ASKED_FOR = ("applications", "export", "preprocessing", "wrappers")


def __getattr__(name: str) -> ModuleType:
    """Imports the parts that not every script needs when one asks for them."""
    if name in _WHEN_ASKED_FOR:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


# last, since it adds to the function above
old_paths.install()
keras1.install()
legacy_layers.install()
