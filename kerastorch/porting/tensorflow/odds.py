"""Names of ``tf`` that are no functions of tensors: version, logging, autograph, modes.

Source: https://www.tensorflow.org/api_docs/python/tf
"""

from __future__ import annotations

import logging as python_logging
from types import SimpleNamespace
from typing import Any

__all__ = [
    "autograph",
    "executing_eagerly",
    "get_logger",
    "list_local_devices",
    "logging",
    "sysconfig",
    "version",
]

version = SimpleNamespace(
    COMPILER_VERSION="", GIT_VERSION="", GRAPH_DEF_VERSION=0, VERSION="2.15.0", __version__="2.15.0"
)
sysconfig = SimpleNamespace(get_build_info=lambda: {"is_cuda_build": _has_cuda()}, get_lib=str, get_include=str)


def _has_cuda() -> bool:
    import torch

    return torch.cuda.is_available()


def executing_eagerly() -> bool:
    """Whether functions compute at once, rather than build a graph."""
    from ...engine.symbolic import building

    return not building()


def get_logger() -> python_logging.Logger:
    """Python's logger of that name."""
    return python_logging.getLogger("tensorflow")


def list_local_devices(session_config: Any = None) -> list[Any]:
    """The devices, as ``tensorflow.python.client.device_lib`` lists them."""
    from .config import list_logical_devices

    return [
        SimpleNamespace(name=d.name, device_type=d.device_type, memory_limit=0, physical_device_desc="")
        for d in list_logical_devices()
    ]


def _level(value: Any) -> int:
    return value if isinstance(value, int) else python_logging.getLevelName(str(value).upper())


def _set_verbosity(level: Any) -> None:
    """Chooses what the logger lets through."""
    get_logger().setLevel(_level(level))


logging = SimpleNamespace(
    DEBUG=python_logging.DEBUG,
    ERROR=python_logging.ERROR,
    FATAL=python_logging.FATAL,
    INFO=python_logging.INFO,
    WARN=python_logging.WARNING,
    WARNING=python_logging.WARNING,
    debug=lambda *args: get_logger().debug(*args),
    error=lambda *args: get_logger().error(*args),
    fatal=lambda *args: get_logger().critical(*args),
    get_verbosity=lambda: get_logger().level,
    info=lambda *args: get_logger().info(*args),
    set_verbosity=_set_verbosity,
    warn=lambda *args: get_logger().warning(*args),
    warning=lambda *args: get_logger().warning(*args),
)


def _same(func: Any = None, **kwargs: Any) -> Any:
    """Decorator: the function itself, which is run as it is written."""
    return func if func is not None else lambda f: f


def _source(entity: Any, *args: Any, **kwargs: Any) -> str:
    """The source of a function, which is run as it is written."""
    import inspect

    return inspect.getsource(getattr(entity, "python_function", entity))


autograph = SimpleNamespace(
    experimental=SimpleNamespace(do_not_convert=_same, set_loop_options=lambda *args, **kwargs: None),
    set_verbosity=lambda level, alsologtostdout=False: None,
    to_code=_source,
    to_graph=lambda entity, *args, **kwargs: entity,
    trace=print,
)
