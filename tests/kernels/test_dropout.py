"""Dropout: the quick masks have the same law as torch's, repeat with a seed and differentiate."""

from __future__ import annotations

import pytest
import torch

from kerastorch.kernels import fast_paths
from kerastorch.kernels.dropout import dropout, dropout_mask, dropout_mask_slow, dropout_slow

# 0.5 goes by 8-bit lanes, 0.3 by 16-bit ones, 0.001 by bernoulli_
RATES = [0.5, 0.75, 0.3, 0.9, 0.001]


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("draw", [dropout, dropout_slow])
def test_drops_the_rate_and_keeps_the_mean(rate, draw):
    torch.manual_seed(1)
    n = 400_000
    y = draw(torch.ones(n), rate)
    kept = set(y.unique().tolist()) - {0.0}
    assert len(kept) == 1 and kept.pop() == pytest.approx(1 / (1 - rate), rel=1e-6)
    sigma = (rate * (1 - rate) / n) ** 0.5
    assert (y == 0).float().mean().item() == pytest.approx(rate, abs=5 * sigma + 1e-5)


@pytest.mark.parametrize("rate", [0.5, 0.3])
def test_neighbours_are_independent(rate):
    torch.manual_seed(2)
    dropped = (dropout(torch.ones(1000, 1000), rate) == 0).float() - rate
    for lag in (1, 2, 3, 4, 7, 8, 1000):
        flat = dropped.flatten()
        correlation = (flat[lag:] * flat[:-lag]).mean().item() / (rate * (1 - rate))
        assert abs(correlation) < 0.006


@pytest.mark.parametrize("rate", RATES)
def test_repeats_with_a_seed(rate):
    x = torch.randn(7, 5)
    torch.manual_seed(3)
    first, other = dropout(x, rate), dropout(x, 0.4)
    torch.manual_seed(3)
    assert torch.equal(first, dropout(x, rate)) and not torch.equal(first, other)
    own = [dropout(x, 0.4, generator=torch.Generator().manual_seed(s)) for s in (5, 5, 6)]
    assert torch.equal(own[0], own[1]) and not torch.equal(own[0], own[2])


@pytest.mark.parametrize("rate", RATES)
def test_gradient_is_the_mask(rate):
    x = torch.randn(64, 3, dtype=torch.float64, requires_grad=True)
    torch.manual_seed(4)
    y = dropout(x, rate)
    upstream = torch.randn_like(x)
    (grad,) = torch.autograd.grad(y, x, upstream)
    assert torch.allclose(grad * x, upstream * y)


def test_differentiates_twice():
    x = torch.randn(8, requires_grad=True)
    torch.manual_seed(5)
    (grad,) = torch.autograd.grad((dropout(x, 0.5) ** 2).sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(grad.sum(), x)
    assert set(second.tolist()) <= {0.0, 8.0}


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("rate", [0.5, 0.3])
def test_noise_shape_is_broadcast(fast, rate):
    with fast_paths(fast):
        x = torch.ones(6, 5, 4)
        for noise_shape, axis in (((6, 1, 4), 1), ((None, 5, 1), 2)):
            y = dropout(x, rate, noise_shape)
            assert y.shape == x.shape
            assert torch.equal(y, y.narrow(axis, 0, 1).expand_as(y))
            assert dropout_mask(x, rate, noise_shape).numel() == x.numel() // x.shape[axis]


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_ends_of_the_range(rate):
    x = torch.randn(3, 4)
    assert torch.equal(dropout(x, rate), x * (1 - rate))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_keeps_the_dtype(dtype):
    assert dropout(torch.ones(9, dtype=dtype), 0.5).dtype == dtype


def test_layouts_and_odd_sizes():
    image = torch.ones(2, 3, 5, 7).to(memory_format=torch.channels_last)
    assert dropout(image, 0.3).is_contiguous(memory_format=torch.channels_last)
    assert dropout(torch.ones(1, 1).expand(4, 6), 0.5).shape == (4, 6)
    assert dropout(torch.ones(0, 3), 0.5).shape == (0, 3)
    assert dropout(torch.ones(()), 0.5).shape == ()


def test_slow_twin_is_taken_when_asked():
    x = torch.ones(1000)
    with fast_paths(False):
        torch.manual_seed(6)
        mask = dropout_mask(x, 0.5)
    torch.manual_seed(6)
    assert torch.equal(mask, dropout_mask_slow(x, 0.5))


def test_exports_and_compiles_as_plain_torch():
    class Drop(torch.nn.Module):
        def forward(self, x):
            return dropout(x, 0.5)

    names = {str(node.target) for node in torch.export.export(Drop(), (torch.ones(3),)).graph.nodes}
    assert "aten.dropout.default" in names
