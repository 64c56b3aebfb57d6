"""Batched products and norms."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from kerastorch.backend.products import batch_dot, l2_normalize


@settings(deadline=None, max_examples=50)
@given(st.integers(2, 4), st.integers(2, 4), st.data())
def test_batch_dot_sample_by_sample(rank_x, rank_y, data):
    i, j = data.draw(st.integers(1, rank_x - 1)), data.draw(st.integers(1, rank_y - 1))
    shape_x = [2] + [data.draw(st.integers(1, 4)) for _ in range(rank_x - 1)]
    shape_y = [2] + [data.draw(st.integers(1, 4)) for _ in range(rank_y - 1)]
    shape_y[j] = shape_x[i]
    rng = np.random.RandomState(0)
    x, y = rng.standard_normal(shape_x), rng.standard_normal(shape_y)
    expected = np.stack([np.tensordot(a, b, (i - 1, j - 1)) for a, b in zip(x, y)])
    expected = expected[:, None] if expected.ndim == 1 else expected
    negative = data.draw(st.booleans())
    axes = (i - rank_x, j - rank_y) if negative else (i, j)
    got = batch_dot(torch.as_tensor(x), torch.as_tensor(y), axes)
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-9, atol=1e-12)


def test_default_axes_are_those_of_a_matrix_product():
    x, y = torch.randn(2, 3, 4), torch.randn(2, 4, 5)
    torch.testing.assert_close(batch_dot(x, y), x @ y)


@pytest.mark.parametrize("axes", [(2, 2), 0, (1, (2, 1)), (1, 0)])
def test_batch_dot_names_bad_axes(axes):
    with pytest.raises(ValueError, match="batch_dot: expected axes.*Received"):
        batch_dot(torch.zeros(2, 3, 4), torch.zeros(2, 3, 5), axes)


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1)])
def test_l2_normalize(axis):
    x = np.random.RandomState(0).standard_normal((3, 4))
    expected = x / np.sqrt((x**2).sum(axis, keepdims=True))
    np.testing.assert_allclose(l2_normalize(torch.as_tensor(x), axis).numpy(), expected, rtol=1e-9)
    assert torch.isfinite(l2_normalize(torch.zeros(3, 4), axis)).all()
