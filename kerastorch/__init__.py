"""Keras scripts on PyTorch: ``import kerastorch as keras``."""

from __future__ import annotations

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
    models,
    optimizers,
    regularizers,
    utils,
)
from ._version import __version__
from .eras import set_era
from .layers import Input
from .models import Model, Sequential
from .porting import old_paths

old_paths.install()

__all__ = [
    "Input",
    "Model",
    "Sequential",
    "__version__",
    "activations",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "datasets",
    "eras",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "regularizers",
    "set_era",
    "utils",
]
