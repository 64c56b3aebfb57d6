"""Cases for what differs between Keras generations: each row of ``rows.ROWS`` has three or more in every generation
that it concerns, recorded from that generation's real Keras and asked of kerastorch in its era.

They are written like those of ``golden.cases`` and keep to the Python of Keras 2.2.4 (3.7). ``t.era`` says which
generation runs them, where a name or an argument has to be written differently.
"""

import importlib

__all__ = ["AREAS", "load"]

AREAS = ("layers", "functions", "weighting", "optimizing", "fitting", "watching", "surface", "own_steps", "told")


def load(name):
    """The Area of that name, with its cases defined."""
    return importlib.import_module(f"{__name__}.{name}").area
