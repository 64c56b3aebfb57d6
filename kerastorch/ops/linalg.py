"""Products and factorizations of matrices.

Source: https://keras.io/api/ops/linalg/
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from ._making import axes, converted, floats, narrow, narrow_floats, operation, together

__all__ = [
    "cholesky",
    "cross",
    "det",
    "dot",
    "eigh",
    "einsum",
    "inner",
    "inv",
    "kron",
    "logdet",
    "lstsq",
    "matmul",
    "norm",
    "outer",
    "qr",
    "slogdet",
    "solve",
    "solve_triangular",
    "svd",
    "tensordot",
    "vdot",
]


def _pair(x1: Any, x2: Any) -> tuple[Any, Any]:
    x1, x2 = together([x1, x2])
    return x1, x2


def _product(function: Callable, x1: Any, x2: Any, **kwargs: Any) -> Any:
    """A product in a type without 64 bits; torch multiplies truth values nowhere, whole numbers not on a GPU."""
    x1, x2 = (narrow(x) for x in _pair(x1, x2))
    kind = x1.dtype
    if not kind.is_floating_point and not kind.is_complex:
        within = torch.int32 if x1.device.type != "cuda" else torch.float64
        x1, x2 = x1.to(within), x2.to(within)
    return function(x1, x2, **kwargs).to(kind)


@operation
def matmul(x1: Any, x2: Any) -> Any:
    """The product of matrices."""
    return _product(torch.matmul, x1, x2)


@operation
def dot(x1: Any, x2: Any) -> Any:
    """numpy's dot product: over the last axis of one and the last but one of the other."""
    x1, x2 = converted(x1), converted(x2)
    if x1.ndim == 0 or x2.ndim == 0:
        return _product(torch.mul, x1, x2)
    return _product(torch.tensordot, x1, x2, dims=([-1], [-2 if x2.ndim > 1 else 0]))


@operation
def inner(x1: Any, x2: Any) -> Any:
    """The product over the last axes."""
    return _product(torch.inner, x1, x2)


@operation
def outer(x1: Any, x2: Any) -> Any:
    """All products of two rows of numbers."""
    x1, x2 = _pair(x1, x2)
    return torch.outer(x1.reshape(-1), x2.reshape(-1))


@operation
def vdot(x1: Any, x2: Any) -> Any:
    """The dot product of all elements."""
    x1, x2 = _pair(x1, x2)
    return torch.vdot(x1.reshape(-1), x2.reshape(-1))


@operation
def kron(x1: Any, x2: Any) -> Any:
    """Kronecker's product."""
    return torch.kron(*_pair(x1, x2))


@operation
def cross(x1: Any, x2: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Any:
    """The vector product."""
    axisa, axisb, axisc = (axisa, axisb, axisc) if axis is None else (axis,) * 3
    x1, x2 = _pair(x1, x2)
    found = torch.linalg.cross(torch.movedim(x1, axisa, -1), torch.movedim(x2, axisb, -1), dim=-1)
    return torch.movedim(found, -1, axisc)


@operation
def tensordot(x1: Any, x2: Any, axes: Any = 2) -> Any:
    """The product over pairs of axes."""
    if not isinstance(axes, int):
        axes = [[one] if isinstance(one, int) else list(one) for one in axes]
    return _product(torch.tensordot, x1, x2, dims=axes)


@operation
def einsum(subscripts: str, *operands: Any, **kwargs: Any) -> Any:
    """Einstein's sum.

    Raises:
        TypeError: for further arguments.
    """
    if kwargs:
        raise TypeError(f"ops.einsum: expected subscripts and operands only. Received: {next(iter(kwargs))!r}")
    tensors = [converted(x) for x in operands]
    kind = tensors[0].dtype
    for tensor in tensors[1:]:
        kind = torch.promote_types(kind, tensor.dtype)
    return torch.einsum(subscripts, *(tensor.to(kind) for tensor in tensors))


@operation
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """A norm of vectors or matrices."""
    x = narrow_floats(x)
    if ord is None and axis is None:
        return torch.linalg.vector_norm(x, keepdim=keepdims)
    return torch.linalg.norm(x, ord, axes(axis), keepdim=keepdims)


@operation
def det(x: Any) -> Any:
    """Determinants."""
    return torch.linalg.det(floats(x))


@operation
def slogdet(x: Any) -> Any:
    """The sign of determinants and the logarithm of their size."""
    return tuple(torch.linalg.slogdet(floats(x)))


@operation
def logdet(x: Any) -> Any:
    """The logarithm of determinants."""
    return torch.logdet(floats(x))


@operation
def inv(x: Any) -> Any:
    """Inverses."""
    return torch.linalg.inv(floats(x))


@operation
def cholesky(x: Any, upper: bool = False) -> Any:
    """Cholesky's factor."""
    return torch.linalg.cholesky(floats(x), upper=upper)


@operation
def qr(x: Any, mode: str = "reduced") -> Any:
    """An orthogonal factor and a triangular one."""
    return tuple(torch.linalg.qr(floats(x), mode=mode))


@operation
def svd(x: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """Singular values, with their vectors or without."""
    x = floats(x)
    return tuple(torch.linalg.svd(x, full_matrices=full_matrices)) if compute_uv else torch.linalg.svdvals(x)


@operation
def eigh(x: Any) -> Any:
    """Eigenvalues and eigenvectors of symmetric matrices."""
    return tuple(torch.linalg.eigh(floats(x)))


@operation
def solve(a: Any, b: Any) -> Any:
    """The solution of ``a x = b``."""
    return torch.linalg.solve(floats(a), floats(b))


@operation
def solve_triangular(a: Any, b: Any, lower: bool = False) -> Any:
    """The solution of ``a x = b`` for a triangular ``a``."""
    a, b = floats(a), floats(b)
    vector = b.ndim == a.ndim - 1
    found = torch.linalg.solve_triangular(a, b.unsqueeze(-1) if vector else b, upper=not lower)
    return found.squeeze(-1) if vector else found


@operation
def lstsq(a: Any, b: Any, rcond: float | None = None) -> Any:
    """The least squares solution of ``a x = b``."""
    a, b = floats(a), floats(b)
    vector = b.ndim == a.ndim - 1
    found = torch.linalg.lstsq(a, b.unsqueeze(-1) if vector else b, rcond=rcond).solution
    return found.squeeze(-1) if vector else found
