"""Products and factorizations of matrices.

Source: https://keras.io/api/ops/linalg/
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from ..engine.symbolic import Spec
from ._making import axes, converted, floats, narrow, narrow_floats, operation, operation_like, together

__all__ = [
    "cholesky",
    "cholesky_inverse",
    "cross",
    "det",
    "dot",
    "eig",
    "eigh",
    "einsum",
    "inner",
    "inv",
    "jvp",
    "kron",
    "logdet",
    "lstsq",
    "lu_factor",
    "matmul",
    "matrix_rank",
    "norm",
    "outer",
    "pinv",
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


def _fitted(a: Any, b: Any, rcond: float | None = None) -> Any:
    a, b = floats(a), floats(b)
    return Spec((*tuple(a.shape)[:-2], a.shape[-1], *tuple(b.shape)[a.ndim - 1 :]), a.dtype)


@operation_like(_fitted)
def lstsq(a: Any, b: Any, rcond: float | None = None) -> Any:
    """The least squares solution of ``a x = b``.

    Args:
        a: matrices.
        b: vectors or matrices.
        rcond: singular values below this part of the greatest count as 0.
    """
    a, b = floats(a), floats(b)
    vector = b.ndim == a.ndim - 1
    b = b.unsqueeze(-1) if vector else b
    if rcond is None:
        found = torch.linalg.lstsq(a, b).solution
    elif a.device.type == "cuda":  # the only driver there knows no rcond
        found = torch.linalg.pinv(a, rtol=rcond) @ b
    else:  # the only driver that takes rcond as numpy does
        found = torch.linalg.lstsq(a, b, rcond=rcond, driver="gelsd").solution
    return found.squeeze(-1) if vector else found


@operation
def pinv(x: Any, rcond: float | None = None) -> Any:
    """Pseudoinverses; singular values below ``rcond`` times the greatest count as 0."""
    return torch.linalg.pinv(floats(x), rtol=rcond)


@operation
def matrix_rank(x: Any, tol: float | None = None) -> Any:
    """How many singular values are above ``tol``, as int32."""
    return torch.linalg.matrix_rank(floats(x), atol=tol).to(torch.int32)


@operation
def cholesky_inverse(x: Any, upper: bool = False) -> Any:
    """The inverse of matrices whose Cholesky factors are given."""
    return torch.cholesky_inverse(floats(x), upper=upper)


@operation
def eig(x: Any) -> Any:
    """Eigenvalues and eigenvectors of square matrices, as complex numbers."""
    return tuple(torch.linalg.eig(floats(x)))


@operation
def lu_factor(x: Any) -> Any:
    """The two triangular factors in one matrix, and which row changed places with which, counted from 0."""
    factors, rows = torch.linalg.lu_factor(floats(x))
    return factors, rows - 1


def jvp(fun: Callable, primals: Any, tangents: Any, has_aux: bool = False) -> Any:
    """What a function gives, and how that changes where its arguments change.

    Args:
        fun: a function of tensors.
        primals: its arguments, a list or a tuple.
        tangents: how they change, of the same shapes.
        has_aux: whether the function gives a pair, whose second part is passed on as it is.

    Returns:
        ``(values, changes)``, or ``(values, changes, aux)``.

    Example:
        >>> jvp(lambda x: x * x, (torch.tensor(3.0),), (torch.tensor(1.0),))
        (tensor(9.), tensor(6.))
    """
    if not isinstance(primals, (list, tuple)) or not isinstance(tangents, (list, tuple)):
        raise TypeError("ops.jvp: expected primals and tangents to be lists or tuples of tensors")
    primals, tangents = (tuple(floats(x) for x in xs) for xs in (primals, tangents))
    return torch.func.jvp(fun, primals, tangents, has_aux=has_aux)
