"""Settings of sessions, which torch has no need of; modes of running.

Source: https://www.tensorflow.org/api_docs/python/tf/compat/v1
"""

from __future__ import annotations

import dataclasses
from typing import Any

from .... import eras

__all__ = [
    "ConfigProto",
    "GPUOptions",
    "GraphOptions",
    "OptimizerOptions",
    "RunMetadata",
    "RunOptions",
    "Summary",
    "disable_eager_execution",
    "disable_resource_variables",
    "disable_v2_behavior",
    "enable_eager_execution",
    "enable_resource_variables",
    "enable_v2_behavior",
]


class _Settings:
    """Settings by name; any may be read and written."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.__dict__.update(kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = self.__dict__[name] = _Settings()
        return made


class ConfigProto(_Settings):
    """Settings of a session; accepted, since torch takes devices and memory as it needs them."""


class GPUOptions(_Settings):
    """Settings of GPU memory; accepted."""


class GraphOptions(_Settings):
    """Settings of a graph; accepted."""


class OptimizerOptions(_Settings):
    """Settings of a graph's compiler; accepted."""

    L0, L1, ON_1, ON_2, OFF = -1, 0, 1, 2, -1


class RunOptions(_Settings):
    """Settings of a run; accepted."""

    NO_TRACE, SOFTWARE_TRACE, HARDWARE_TRACE, FULL_TRACE = range(4)


class RunMetadata(_Settings):
    """What a run reports, which is nothing."""


class Summary:
    """Numbers for ``FileWriter.add_summary``.

    Args:
        value: a list of ``Summary.Value``.
    """

    class Value:
        """A number under a name."""

        def __init__(self, tag: str = "", simple_value: float = 0.0, **kwargs: Any) -> None:
            self.tag, self.simple_value = tag, simple_value

    class _Values(list):
        def add(self) -> Summary.Value:
            """A new number, to be filled in."""
            self.append(Summary.Value())
            return self[-1]

    def __init__(self, value: Any = ()) -> None:
        self.value = Summary._Values(value)


def _with_variables(kind: str) -> None:
    eras._current = dataclasses.replace(eras.current(), variables=kind)


def disable_eager_execution() -> None:
    """From here on arithmetic on variables is recorded, to be run by a session."""
    _with_variables("graph")


def enable_eager_execution(config: Any = None, device_policy: Any = None, execution_mode: Any = None) -> None:
    """From here on everything computes at once."""
    _with_variables("eager")


disable_v2_behavior, enable_v2_behavior = disable_eager_execution, enable_eager_execution


def enable_resource_variables() -> None:
    """Accepted: there is one kind of variables."""


disable_resource_variables = enable_resource_variables
