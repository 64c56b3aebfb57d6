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
from .porting import keras1, legacy_layers, old_paths, positions
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
    "distribution",
    "dtype_policies",
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

_WHEN_ASKED_FOR = """applications callbacks datasets distribution dtype_policies export ops
preprocessing random saving tree wrappers""".split()
#: names that later Kerases have at the top, and where they are here
_AT_THE_TOP = {
    "DTypePolicy": "mixed_precision:Policy",
    "FloatDTypePolicy": "mixed_precision:Policy",
    "Function": "backend.functions:Function",
    "Initializer": "initializers:Initializer",
    "InputSpec": "layers:InputSpec",
    "KerasTensor": "engine.by_shape:KerasTensor",
    "Layer": "layers:Layer",
    "Loss": "losses:Loss",
    "Metric": "metrics:Metric",
    "Operation": "ops.calling:Operation",
    "Optimizer": "optimizers:Optimizer",
    "Regularizer": "regularizers:Regularizer",
    "Variable": "backend.variable:Variable",
    "device": "ops.calling:device",
    "name_scope": "backend:name_scope",
    "remat": "ops.calling:remat",
}
#: names of Keras 3's top that make no sense here, and why
_ABSENT = {
    "Quantizer": "weights of few bits are made by torch's own tools, torchao among them, of any model",
    "RematScope": "keras.remat makes a function compute again; torch.utils.checkpoint does so for a model's parts",
    "StatelessScope": "stateless_call, stateless_apply and stateless_update_state take values without a scope",
    "SymbolicScope": "symbolic tensors need no scope",
    "distillation": "a train_step of your own teaches one model by another",
    "quantizers": "weights of few bits are made by torch's own tools, torchao among them, of any model",
    "visualization": "images are arrays, which matplotlib draws",
}


def __getattr__(name: str) -> Any:
    """Imports the parts that not every script needs when one asks for them."""
    if name in _WHEN_ASKED_FOR:
        return importlib.import_module(f"{__name__}.{name}")
    if name in _AT_THE_TOP:
        module_name, _, wanted = _AT_THE_TOP[name].partition(":")
        return getattr(importlib.import_module(f"{__name__}.{module_name}"), wanted)
    if name == "version":
        return lambda: eras.current().version
    why = f": {_ABSENT[name]}" if name in _ABSENT else ""
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}{why}")


# last, since it adds to the function above
old_paths.install()
keras1.install()
positions.install({*keras1.TABLE, *keras1.METHODS})
legacy_layers.install()
