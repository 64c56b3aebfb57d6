"""``tf.test``: what there is to compute on, and assertions.

Source: https://www.tensorflow.org/api_docs/python/tf/test
"""

from __future__ import annotations

import tempfile
import unittest
from typing import Any
from unittest import mock

import numpy as np
import torch

__all__ = [
    "TestCase",
    "get_temp_dir",
    "gpu_device_name",
    "is_built_with_cuda",
    "is_built_with_gpu_support",
    "is_built_with_rocm",
    "is_gpu_available",
    "main",
    "mock",
]


def is_gpu_available(cuda_only: bool = False, min_cuda_compute_capability: Any = None) -> bool:
    """Whether there is a GPU."""
    return torch.cuda.is_available()


def gpu_device_name() -> str:
    """The first GPU's name, empty where there is none."""
    return "/device:GPU:0" if torch.cuda.is_available() else ""


def is_built_with_cuda() -> bool:
    """Whether torch was built with CUDA."""
    return torch.version.cuda is not None


is_built_with_gpu_support = is_built_with_cuda


def is_built_with_rocm() -> bool:
    """Whether torch was built with ROCm."""
    return torch.version.hip is not None


def get_temp_dir() -> str:
    """A folder for files of tests."""
    return tempfile.mkdtemp()


class TestCase(unittest.TestCase):
    """``unittest.TestCase`` with comparisons of tensors."""

    __test__ = False  # pytest: a base of the script's tests, none itself

    def assertAllEqual(self, a: Any, b: Any, msg: str | None = None) -> None:
        """Checks that all elements are equal."""
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b), msg or "")

    def assertAllClose(self, a: Any, b: Any, rtol: float = 1e-6, atol: float = 1e-6, msg: Any = None) -> None:
        """Checks that all elements are nearly equal."""
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol, atol, err_msg=msg or "")

    def assertShapeEqual(self, a: Any, b: Any, msg: str | None = None) -> None:
        """Checks that shapes are equal."""
        self.assertEqual(tuple(a.shape), tuple(b.shape), msg)

    def assertNear(self, f1: float, f2: float, err: float, msg: str | None = None) -> None:
        """Checks that two numbers differ by no more than ``err``."""
        self.assertTrue(abs(f1 - f2) <= err, msg)

    def get_temp_dir(self) -> str:
        """A folder for files of tests."""
        return get_temp_dir()

    def evaluate(self, tensors: Any) -> Any:
        """The values as arrays."""
        from . import nest

        return nest.map_structure(np.asarray, tensors)


def main(argv: Any = None) -> None:
    """Runs the tests of the script."""
    unittest.main(argv=argv)
