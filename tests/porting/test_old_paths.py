"""Old module paths: what Keras 2 had there is there."""

import importlib

import pytest

import kerastorch
from kerastorch.porting.old_paths import OLD_PATHS

NAMES = {
    "engine.base_layer": ["Layer", "InputSpec"],
    "engine.topology": ["Layer", "InputSpec", "Input", "InputLayer", "Network", "Container"],
    "engine.sequential": ["Sequential"],
    "engine.training": ["Model"],
    "objectives": ["mean_squared_error", "get"],
    "initializations": ["glorot_uniform", "get"],
}


@pytest.mark.parametrize("path, names", NAMES.items(), ids=NAMES)
def test_names(path, names):
    module = importlib.import_module(f"kerastorch.{path}")
    for name in names:
        assert getattr(module, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = module.nothing


def test_imports_as_scripts_write_them():
    found = {}
    exec("from kerastorch.engine.topology import Layer\nfrom kerastorch.objectives import *", found)
    assert found["Layer"] is kerastorch.layers.Layer
    assert found["mean_squared_error"] is kerastorch.losses.mean_squared_error


def test_unknown_paths_stay_unknown():
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("kerastorch.engine.nothing")


@pytest.mark.parametrize("path", OLD_PATHS)
def test_no_real_module_is_hidden(path):
    module = importlib.import_module(f"kerastorch.{path}")
    assert "__old_path__" in module.__dict__, "there is a real module of this name: take it out of the table"


def test_why_a_name_is_not_there_is_told():
    with pytest.raises(AttributeError, match="K.tf: "):
        kerastorch.backend.tf  # noqa: B018 - asking is what is tested
