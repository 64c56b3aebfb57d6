"""The cases: small pieces of Python that the real Keras and kerastorch both run.

A module of this package is an area. It makes ``area = Area("<its name>")`` and hands it cases; each is a function of
(the keras module, the tools of the side that runs it) that returns a dict of results. Nothing here imports a Keras,
and the syntax stays within Python 3.7, which runs the recording side.
"""

import importlib

from .kit import Area

__all__ = ["AREAS", "Area", "load"]

AREAS = (
    "layers_core",
    "layers_conv",
    "layers_recurrent",
    "functions",
    "objectives",
    "training_optimizers",
    "training_objectives",
    "training_weighting",
    "training_runs",
    "training_callbacks",
    "text",
    "files",
    "more_conv",
    "more_recurrent",
    "more_layers",
    "functional",
    "additions",
)


def load(name):
    """The Area of that name, with its cases defined."""
    return importlib.import_module(f"{__name__}.{name}").area
