"""Attention: the fused kernels against the plain twin."""

from __future__ import annotations

import pytest
import torch

from kerastorch.kernels.attention import attention, attention_slow
from kerastorch.kernels.switch import fast_paths


def tensors(heads=(2, 2), steps=(5, 7), sizes=(4, 3), seed=0):
    made = torch.Generator().manual_seed(seed)
    shapes = [(2, heads[0], steps[0], sizes[0]), (2, heads[1], steps[1], sizes[0]), (2, heads[1], steps[1], sizes[1])]
    return [torch.randn(shape, generator=made).requires_grad_() for shape in shapes]


def gradients(found, sources):
    direction = torch.linspace(-1, 1, found.numel()).reshape(found.shape)
    return torch.autograd.grad((found * direction).sum(), sources)


def some_mask(*shape):
    mask = torch.rand(shape, generator=torch.Generator().manual_seed(1)) < 0.6
    mask[0, :, 1] = False  # a position that sees nothing
    return mask


@pytest.mark.parametrize("heads", [(2, 2), (4, 2), (4, 1)])
@pytest.mark.parametrize("robust", [False, True])
@pytest.mark.parametrize(
    "extra", [{}, {"causal": True}, {"mask": some_mask(2, 1, 5, 7)}, {"mask": some_mask(1, 1, 5, 7)}]
)
def test_twins_agree(heads, robust, extra):
    given = tensors(heads)
    fast = attention(*given, scale=0.7, robust=robust, **extra)
    slow, weights = attention_slow(*given, scale=0.7, robust=robust, **extra)
    torch.testing.assert_close(fast, slow)
    torch.testing.assert_close(weights.sum(-1), torch.ones_like(weights[..., 0]))
    for a, b in zip(gradients(fast, given), gradients(slow, given), strict=True):
        torch.testing.assert_close(a, b)


def test_a_position_that_sees_nothing_gives_the_mean():
    query, key, value = tensors()
    found = attention(query, key, value, torch.zeros(1, 1, 5, 7, dtype=torch.bool))
    torch.testing.assert_close(found, value.mean(-2, keepdim=True).expand_as(found))


def test_half_precision_masks_stay_finite():
    query, key, value = (x.detach().half() for x in tensors())
    _, weights = attention_slow(query, key, value, some_mask(2, 1, 5, 7))
    assert torch.isfinite(weights).all()


@pytest.mark.parametrize("generator", [None, torch.Generator().manual_seed(3)])
def test_dropout_keeps_the_mean(generator):
    torch.manual_seed(0)
    query, key = (torch.zeros(1, 1, n, 2) for n in (2000, 40))
    found = attention(query, key, torch.ones(1, 1, 40, 1), dropout=0.25, generator=generator)
    assert abs(found.mean().item() - 1.0) < 0.01
    # each of 40 weights of 1/40 is kept with probability .75 and divided by it
    assert abs(found.std().item() - (0.25 / 0.75 / 40) ** 0.5) < 0.01


def test_without_fast_paths_it_differentiates_twice():
    given = tensors()
    with fast_paths(False):
        first = torch.autograd.grad(attention(*given).pow(2).sum(), given[0], create_graph=True)[0]
        assert torch.autograd.grad(first.pow(2).sum(), given[1])[0].abs().max() > 0


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("kind", [torch.float32, torch.float16])
def test_on_cuda(kind):
    given = [x.detach().cuda().to(kind).requires_grad_() for x in tensors((4, 2))]
    mask = some_mask(2, 1, 5, 7).cuda()
    fast, slow = attention(*given, mask), attention_slow(*given, mask)[0]
    room = {"atol": 1e-5, "rtol": 1e-4} if kind == torch.float32 else {"atol": 5e-3, "rtol": 5e-2}
    torch.testing.assert_close(fast, slow, **room)
    direction = torch.randn_like(fast)
    pairs = zip(torch.autograd.grad(fast, given, direction), torch.autograd.grad(slow, given, direction), strict=True)
    for a, b in pairs:
        torch.testing.assert_close(a, b, **room)
