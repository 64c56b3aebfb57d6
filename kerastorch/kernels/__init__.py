"""Fast paths, each beside its slow twin: dropout masks and the scans of recurrent layers.

``KERASTORCH_FAST=0`` in the environment, or ``with fast_paths(False)``, leaves only the slow twins.
"""

from .switch import fast_enabled, fast_paths

__all__ = ["fast_enabled", "fast_paths"]
