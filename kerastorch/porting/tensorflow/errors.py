"""TensorFlow's exceptions, for scripts that catch them.

Source: https://www.tensorflow.org/api_docs/python/tf/errors
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "AbortedError",
    "AlreadyExistsError",
    "CancelledError",
    "DataLossError",
    "DeadlineExceededError",
    "FailedPreconditionError",
    "InternalError",
    "InvalidArgumentError",
    "NotFoundError",
    "OpError",
    "OutOfRangeError",
    "PermissionDeniedError",
    "ResourceExhaustedError",
    "UnavailableError",
    "UnimplementedError",
    "UnknownError",
]


class OpError(Exception):
    """The base of all.

    Args:
        *args: a message; TensorFlow's node and operation before it are accepted.
    """

    def __init__(self, *args: Any) -> None:
        self.message = next((arg for arg in args if isinstance(arg, str)), "")
        super().__init__(self.message)


class InvalidArgumentError(OpError, ValueError):
    """An argument does not fit."""


class NotFoundError(OpError, FileNotFoundError):
    """A file or variable is not there."""


class OutOfRangeError(OpError):
    """The data ended."""


class AlreadyExistsError(OpError, FileExistsError):
    """A file is there already."""


class PermissionDeniedError(OpError, PermissionError):
    """A file may not be used."""


class FailedPreconditionError(OpError):
    """Something has to be done first."""


class ResourceExhaustedError(OpError):
    """Memory ran out."""


class UnimplementedError(OpError, NotImplementedError):
    """Something is not there."""


class AbortedError(OpError):
    """Something was given up."""


class CancelledError(OpError):
    """Something was called off."""


class DataLossError(OpError):
    """A file is damaged."""


class DeadlineExceededError(OpError):
    """Something took too long."""


class InternalError(OpError):
    """Something is broken."""


class UnavailableError(OpError):
    """Something cannot be reached."""


class UnknownError(OpError):
    """Something else."""
