"""Keras scripts on PyTorch: ``import kerastorch as keras``."""

from __future__ import annotations

import importlib
from typing import Any

from . import (
    activations,
    backend,
    config,
    constraints,
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
    "ops",
    "optimizers",
    "preprocessing",
    "random",
    "regularizers",
    "saving",
    "set_era",
    "uninstall",
    "unload_ipython_extension",
    "utils",
    "wrappers",
]

_WHEN_ASKED_FOR = "applications callbacks datasets export ops preprocessing random saving tree wrappers".split()
#: names that later Kerases have at the top, and where they are here
_AT_THE_TOP = {
    "DTypePolicy": "mixed_precision:Policy",
    "Function": "backend.functions:Function",
    "Initializer": "initializers:Initializer",
    "InputSpec": "layers:InputSpec",
    "KerasTensor": "engine.symbolic:SymbolicTensor",
    "Layer": "layers:Layer",
    "Loss": "losses:Loss",
    "Metric": "metrics:Metric",
    "Optimizer": "optimizers:Optimizer",
    "Regularizer": "regularizers:Regularizer",
    "Variable": "backend.variable:Variable",
    "name_scope": "backend:name_scope",
}


def __getattr__(name: str) -> Any:
    """Imports the parts that not every script needs when one asks for them."""
    if name in _WHEN_ASKED_FOR:
        return importlib.import_module(f"{__name__}.{name}")
    if name in _AT_THE_TOP:
        room, _, wanted = _AT_THE_TOP[name].partition(":")
        return getattr(importlib.import_module(f"{__name__}.{room}"), wanted)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


# last, since it adds to the function above
old_paths.install()
keras1.install()
legacy_layers.install()
