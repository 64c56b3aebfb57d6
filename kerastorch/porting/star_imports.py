"""Names that ``from keras.layers import *`` and its kin brought along by accident, and that scripts came to use.

Keras 2's modules had no ``__all__``: whatever they imported themselves was exported. While ``install()`` is in force,
the modules of this table export those names too.

Source: the namespaces that Keras 2.2.4's star imports fill.
"""

from __future__ import annotations

import importlib

from . import shims

__all__ = ["MODULE_NAMES", "extend"]

_PACKAGE = __name__.split(".")[0]
_WHERE = {
    "K": ".backend",
    "Input": ".layers:Input",
    "InputLayer": ".layers:InputLayer",
    "Highway": ".porting.legacy_layers:Highway",
    "MaxoutDense": ".porting.legacy_layers:MaxoutDense",
    "Merge": ".porting.legacy_layers:Merge",
    "TimeDistributedDense": ".porting.legacy_layers:TimeDistributedDense",
    "InputSpec": ".engine.input_spec:InputSpec",
    "Layer": ".engine.layer:Layer",
    "Model": ".models:Model",
    "Sequential": ".models:Sequential",
    "Recurrent": ".porting.legacy_layers:Recurrent",
    "activations": ".activations",
    "constraints": ".constraints",
    "conv_utils": ".backend.conv_utils",
    "initializers": ".initializers",
    "initializations": ".initializers",
    "regularizers": ".regularizers",
    "interfaces": ".porting.interfaces",
    "losses": ".losses",
    "layers": ".layers",
    "optimizers": ".optimizers",
    "Progbar": ".utils:Progbar",
    "to_list": ".utils.generic_utils:to_list",
    "has_arg": ".utils.generic_utils:has_arg",
    "deserialize_keras_object": ".utils:deserialize_keras_object",
    "serialize_keras_object": ".utils:serialize_keras_object",
    "to_categorical": ".utils:to_categorical",
    "get_file": ".utils:get_file",
    "np": "numpy",
    "deque": "collections:deque",
    "OrderedDict": "collections:OrderedDict",
    "six": ".porting.six",
    "python_types": "types",
}  # any other name is a submodule, or a module of Python

_LAYERS = (
    "K np Layer InputSpec Input Recurrent activations constraints initializers initializations regularizers conv_utils "
    "interfaces copy warnings python_types to_list has_arg deserialize_keras_object"
)
_LAYER_MODULES = (
    "core convolutional pooling local recurrent convolutional_recurrent cudnn_recurrent embeddings normalization "
    "advanced_activations noise wrappers merge"
)
_FUNCTIONS = "K np six deserialize_keras_object serialize_keras_object"

#: module -> the names
MODULE_NAMES = {
    "engine": "Layer InputSpec Input InputLayer Model Sequential",
    "layers": f"{_LAYERS} {_LAYER_MODULES} Highway MaxoutDense Merge TimeDistributedDense",
    **{f"layers.{module_name}": _LAYERS for module_name in _LAYER_MODULES.split()},
    "models": "K np Input InputLayer Layer layers optimizers copy json os warnings",
    "callbacks": "K np Progbar OrderedDict deque csv json os sys time warnings six",
    "optimizers": f"{_FUNCTIONS} copy",
    **dict.fromkeys(("losses", "metrics", "initializers", "regularizers", "constraints", "activations"), _FUNCTIONS),
    "utils.np_utils": "np",
    "utils.generic_utils": "np sys time six python_types inspect",
    "utils.data_utils": "np os sys time hashlib tarfile zipfile six warnings",
    "preprocessing.image": "np os warnings",
    "preprocessing.text": "np OrderedDict warnings",
    "preprocessing.sequence": "np",
    "wrappers.scikit_learn": "np copy Sequential to_categorical",
    "datasets.mnist": "np get_file",
}


def _find(module_name: str, name: str) -> object:
    inner = f".{module_name}.{name}" if name in _LAYER_MODULES.split() else name
    where, _, wanted = _WHERE.get(name, inner).partition(":")
    module = importlib.import_module(where, _PACKAGE)
    return getattr(module, wanted) if wanted else module


def extend(module_name: str) -> None:
    """Lets a module export its names of the table; ``shims.uninstall`` takes it back.

    Args:
        module_name: the module's name in the package; one that is not in the table stays as it is.
    """
    if module_name not in MODULE_NAMES:
        return
    module = importlib.import_module(f"{_PACKAGE}.{module_name}")
    for name in MODULE_NAMES[module_name].split():
        if name not in module.__dict__:
            shims.set_attribute(module, name, _find(module_name, name))
    shims.set_attribute(
        module, "__all__", list(dict.fromkeys([*getattr(module, "__all__", ()), *MODULE_NAMES[module_name].split()]))
    )
