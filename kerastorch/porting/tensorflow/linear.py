"""Matrix products and linear algebra.

Source: https://www.tensorflow.org/api_docs/python/tf/linalg
"""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import torch

from ._dtypes import torch_type
from ._functions import axes_of, ints, op, pair, tensor, tensors
from .elementwise import floats

__all__ = [
    "adjoint",
    "band_part",
    "cholesky",
    "cholesky_solve",
    "cross",
    "det",
    "diag",
    "diag_part",
    "eig",
    "eigh",
    "eigvals",
    "eigvalsh",
    "einsum",
    "expm",
    "inv",
    "l2_normalize",
    "logdet",
    "lstsq",
    "lu",
    "matmul",
    "matrix_power",
    "matrix_rank",
    "matrix_transpose",
    "matvec",
    "norm",
    "normalize",
    "pinv",
    "qr",
    "set_diag",
    "slogdet",
    "solve",
    "sqrtm",
    "svd",
    "tensor_diag",
    "tensor_diag_part",
    "tensordot",
    "trace",
    "triangular_solve",
]

_Svd = namedtuple("Svd", "s u v")
_Qr = namedtuple("Qr", "q r")
_SlogDet = namedtuple("LogMatrixDeterminant", "sign log_abs_determinant")


@op
def matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    output_type: Any = None,
) -> torch.Tensor:
    """The matrix product over the last two axes.

    Raises:
        ValueError: for a tensor of fewer than two axes.

    Example:
        >>> matmul([[1.0, 2.0]], [[3.0], [4.0]]).tolist()
        [[11.0]]
    """
    a, b = pair(a, b)
    if a.ndim < 2 or b.ndim < 2:
        raise ValueError(
            f"tf.matmul: expected tensors of at least 2 axes. Received: shapes {tuple(a.shape)} and {tuple(b.shape)}"
        )
    a = a.mH if adjoint_a else a.mT if transpose_a else a
    b = b.mH if adjoint_b else b.mT if transpose_b else b
    found = torch.matmul(a, b)
    return found if output_type is None else found.to(torch_type(output_type))


@op
def matvec(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    adjoint_a: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
) -> torch.Tensor:
    """Matrices times vectors."""
    a, b = pair(a, b)
    a = a.mH if adjoint_a else a.mT if transpose_a else a
    return torch.matmul(a, b.unsqueeze(-1)).squeeze(-1)


@op
def tensordot(a: Any, b: Any, axes: Any) -> torch.Tensor:
    """The product summed over so many last and first axes, or over the axes listed for each tensor."""
    a, b = pair(a, b)
    axes = ints(axes)
    if isinstance(axes, list):
        axes = [axis if isinstance(axis, list) else [axis] for axis in axes]
    return torch.tensordot(a, b, axes)


@op
def einsum(equation: str, *inputs: Any, optimize: str = "greedy") -> torch.Tensor:
    """Products and sums after Einstein's convention.

    Example:
        >>> einsum("ij,j->i", [[1.0, 2.0]], [3.0, 4.0]).tolist()
        [11.0]
    """
    return torch.einsum(equation, *tensors(inputs))


@op
def norm(tensor: Any, ord: Any = "euclidean", axis: Any = None, keepdims: bool | None = None) -> torch.Tensor:
    """The norm of all elements, or of the vectors or matrices along axes."""
    x = floats(_tensor(tensor))
    axis, keep = ints(axis), bool(keepdims)
    if isinstance(axis, list) and len(axis) == 2:
        order = {"euclidean": "fro", "fro": "fro"}.get(ord, ord) if isinstance(ord, str) else ord
        if order == 1 or order == 2 or order == float("inf"):
            return torch.linalg.matrix_norm(x, order, axis, keepdim=keep)
        return torch.linalg.vector_norm(x, 2, axis, keepdim=keep)
    order = 2 if ord in ("euclidean", "fro") else float(ord)
    return torch.linalg.vector_norm(x, order, axes_of(axis, x) or None, keepdim=keep)


_tensor = tensor


@op
def normalize(tensor: Any, ord: Any = "euclidean", axis: Any = None) -> Any:
    """The tensor divided by its norm, and the norm."""
    x = floats(_tensor(tensor))
    size = _tensor(norm(x, ord, axis, keepdims=True))
    return x / size, size


@op
def l2_normalize(x: Any, axis: Any = None, epsilon: float = 1e-12, *, dim: Any = None) -> torch.Tensor:
    """The tensor divided by its norm along axes, which counts as at least the square root of ``epsilon``."""
    x = tensor(x)
    axes = axes_of(dim if axis is None else axis, x)
    squares = torch.sum(torch.square(x), axes, keepdim=True)
    return x * torch.rsqrt(torch.clamp(squares, min=epsilon))


# -------------------------------------------------------------------- diagonals


@op
def diag(
    diagonal: Any,
    k: int = 0,
    num_rows: int = -1,
    num_cols: int = -1,
    padding_value: float = 0,
    align: str = "RIGHT_LEFT",
) -> torch.Tensor:
    """Matrices with given diagonals."""
    return torch.diag_embed(tensor(diagonal), k)


@op
def diag_part(input: Any, k: int = 0, padding_value: float = 0, align: str = "RIGHT_LEFT") -> torch.Tensor:
    """The diagonals of matrices."""
    return torch.diagonal(tensor(input), k, -2, -1).clone()


@op
def set_diag(input: Any, diagonal: Any, k: int = 0, align: str = "RIGHT_LEFT") -> torch.Tensor:
    """Matrices with other diagonals."""
    x = tensor(input)
    return torch.diagonal_scatter(x, tensor(diagonal, like=x).to(x.dtype), k, -2, -1)


@op
def tensor_diag(diagonal: Any) -> torch.Tensor:
    """A tensor of twice as many axes with the elements on its diagonal."""
    x = tensor(diagonal)
    return torch.diag(x.reshape(-1)).reshape(*x.shape, *x.shape)


@op
def tensor_diag_part(input: Any) -> torch.Tensor:
    """The diagonal of a tensor whose axes come twice."""
    x = tensor(input)
    half = x.shape[: x.ndim // 2]
    return torch.diagonal(x.reshape(half.numel(), half.numel())).reshape(half)


@op
def trace(x: Any) -> torch.Tensor:
    """The sums of the diagonals."""
    return torch.diagonal(tensor(x), 0, -2, -1).sum(-1)


@op
def band_part(input: Any, num_lower: Any, num_upper: Any) -> torch.Tensor:
    """Matrices with zeros beyond so many diagonals below and above the main one; -1 keeps all."""
    x, low, high = tensor(input), ints(num_lower), ints(num_upper)
    rows, columns = x.shape[-2:]
    off = torch.arange(columns, device=x.device) - torch.arange(rows, device=x.device)[:, None]
    kept = torch.ones_like(off, dtype=torch.bool)
    if low >= 0:
        kept &= off >= -low
    if high >= 0:
        kept &= off <= high
    return torch.where(kept, x, torch.zeros((), dtype=x.dtype, device=x.device))


@op
def matrix_transpose(a: Any, conjugate: bool = False) -> torch.Tensor:
    """The last two axes exchanged."""
    return tensor(a).mH if conjugate else tensor(a).mT


@op
def adjoint(matrix: Any) -> torch.Tensor:
    """The last two axes exchanged, and conjugated."""
    return tensor(matrix).mH.resolve_conj()


# ------------------------------------------------------- decompositions, solvers


@op
def det(input: Any) -> torch.Tensor:
    """Determinants."""
    return torch.linalg.det(tensor(input))


@op
def slogdet(input: Any) -> Any:
    """Signs and logarithms of determinants."""
    return _SlogDet(*torch.linalg.slogdet(tensor(input)))


@op
def logdet(matrix: Any) -> torch.Tensor:
    """Logarithms of the determinants of positive definite matrices."""
    return torch.logdet(tensor(matrix))


@op
def inv(input: Any, adjoint: bool = False) -> torch.Tensor:
    """Inverse matrices."""
    x = tensor(input)
    return torch.linalg.inv(x.mH if adjoint else x)


@op
def pinv(a: Any, rcond: float | None = None, validate_args: bool = False) -> torch.Tensor:
    """Pseudo-inverse matrices."""
    a = tensor(a)
    rcond = 10 * max(a.shape[-2:]) * torch.finfo(a.dtype).eps if rcond is None else rcond
    return torch.linalg.pinv(a, rtol=rcond)


@op
def solve(matrix: Any, rhs: Any, adjoint: bool = False) -> torch.Tensor:
    """What a matrix has to be multiplied with to give ``rhs``."""
    a, b = pair(matrix, rhs)
    return torch.linalg.solve(a.mH if adjoint else a, b)


@op
def lstsq(matrix: Any, rhs: Any, l2_regularizer: float = 0.0, fast: bool = True) -> torch.Tensor:
    """The solutions of least squares."""
    a, b = pair(matrix, rhs)
    if not l2_regularizer:
        return torch.linalg.lstsq(a, b).solution
    square = a.mH @ a + l2_regularizer * torch.eye(a.shape[-1], dtype=a.dtype, device=a.device)
    return torch.linalg.solve(square, a.mH @ b)


@op
def triangular_solve(matrix: Any, rhs: Any, lower: bool = True, adjoint: bool = False) -> torch.Tensor:
    """What a triangular matrix has to be multiplied with to give ``rhs``."""
    a, b = pair(matrix, rhs)
    a = torch.tril(a) if lower else torch.triu(a)
    return torch.linalg.solve_triangular(a.mH if adjoint else a, b, upper=lower == adjoint)


@op
def cholesky(input: Any) -> torch.Tensor:
    """The lower triangular factors of positive definite matrices."""
    return torch.linalg.cholesky(tensor(input))


@op
def cholesky_solve(chol: Any, rhs: Any) -> torch.Tensor:
    """Solves with a matrix whose lower triangular factor is given."""
    chol, rhs = pair(chol, rhs)
    return torch.cholesky_solve(rhs, chol)


@op
def qr(input: Any, full_matrices: bool = False) -> Any:
    """Orthogonal and upper triangular factors."""
    return _Qr(*torch.linalg.qr(tensor(input), "complete" if full_matrices else "reduced"))


@op
def svd(tensor: Any, full_matrices: bool = False, compute_uv: bool = True) -> Any:
    """Singular values, and the vectors that go with them: ``s, u, v``."""
    x = _tensor(tensor)
    if not compute_uv:
        return torch.linalg.svdvals(x)
    u, s, vh = torch.linalg.svd(x, full_matrices)
    return _Svd(s, u, vh.mH)


@op
def eigh(tensor: Any) -> Any:
    """Eigenvalues and eigenvectors of symmetric matrices."""
    values, vectors = torch.linalg.eigh(_tensor(tensor))
    return values, vectors


@op
def eigvalsh(tensor: Any) -> torch.Tensor:
    """Eigenvalues of symmetric matrices."""
    return torch.linalg.eigvalsh(_tensor(tensor))


@op
def eig(tensor: Any) -> Any:
    """Eigenvalues and eigenvectors."""
    values, vectors = torch.linalg.eig(_tensor(tensor))
    return values, vectors


@op
def eigvals(tensor: Any) -> torch.Tensor:
    """Eigenvalues."""
    return torch.linalg.eigvals(_tensor(tensor))


@op
def expm(input: Any) -> torch.Tensor:
    """Exponentials of matrices."""
    return torch.linalg.matrix_exp(tensor(input))


@op
def sqrtm(input: Any) -> torch.Tensor:
    """Square roots of symmetric positive semidefinite matrices."""
    values, vectors = torch.linalg.eigh(tensor(input))
    return vectors * values.clamp(min=0).sqrt().unsqueeze(-2) @ vectors.mH


@op
def matrix_power(a: Any, n: int) -> torch.Tensor:
    """Matrices multiplied with themselves."""
    return torch.linalg.matrix_power(tensor(a), n)


@op
def matrix_rank(a: Any, tol: float | None = None, validate_args: bool = False) -> torch.Tensor:
    """Ranks of matrices."""
    return torch.linalg.matrix_rank(tensor(a), atol=tol).to(torch.int32)


@op
def lu(input: Any, output_idx_type: Any = torch.int32) -> Any:
    """Both triangular factors in one matrix, and the permutation of the rows."""
    found, pivots = torch.linalg.lu_factor(tensor(input))
    order = torch.arange(found.shape[-2], device=found.device).expand(*pivots.shape[:-1], -1).clone()
    for i in range(pivots.shape[-1]):
        other = pivots[..., i : i + 1].long() - 1
        here, there = order[..., i : i + 1].clone(), order.gather(-1, other)
        order[..., i : i + 1] = there
        order.scatter_(-1, other, here)
    return found, order.to(torch_type(output_idx_type))


@op
def cross(a: Any, b: Any) -> torch.Tensor:
    """Cross products of vectors of three."""
    return torch.linalg.cross(*pair(a, b))
