"""Philox by its definition; what it draws is compared with Keras in tests/test_initializers.py."""

import pytest
import torch

from kerastorch.backend import draws, philox


def test_the_block_function_by_the_definition():
    """Ten rounds in Python's integers, for one counter."""
    counter, key = [5, 0, 1234, 0], [87654321, 0]
    for _ in range(10):
        left, right = counter[0] * 0xD2511F53, counter[2] * 0xCD9E8D57
        counter = [
            (right >> 32) ^ counter[1] ^ key[0],
            right & 0xFFFFFFFF,
            (left >> 32) ^ counter[3] ^ key[1],
            left & 0xFFFFFFFF,
        ]
        key = [(key[0] + 0x9E3779B9) & 0xFFFFFFFF, (key[1] + 0xBB67AE85) & 0xFFFFFFFF]
    assert philox._block(torch.tensor([5]), 1234).tolist() == [counter]


@pytest.mark.parametrize("source", [philox, draws])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 5), (70_001, 2)])
def test_shapes_and_dtypes(source, dtype, shape):
    for kind in ("uniform", "normal", "truncated_normal"):
        got = getattr(source, kind)(shape, seed=3, dtype=dtype)
        assert tuple(got.shape) == shape
        assert got.dtype == dtype


@pytest.mark.parametrize("source", [philox, draws])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_distributions(source, dtype):
    uniform = source.uniform((200_000,), -1.0, 3.0, seed=4, dtype=dtype)
    assert uniform.min() >= -1
    assert uniform.max() < 3
    assert uniform.mean().item() == pytest.approx(1.0, abs=0.01)
    assert uniform.var().item() == pytest.approx(16 / 12, rel=0.01)
    normal = source.normal((200_000,), 2.0, 3.0, seed=4, dtype=dtype)
    assert normal.mean().item() == pytest.approx(2.0, abs=0.03)
    assert normal.std().item() == pytest.approx(3.0, rel=0.01)
    assert ((normal - 2) / 3).pow(4).mean().item() == pytest.approx(3.0, rel=0.03)
    cut = source.truncated_normal((200_000,), 2.0, 3.0, seed=4, dtype=dtype)
    assert (((cut - 2) / 3).abs() > 2).sum() <= (5 if source is draws else 0)  # Keras 3 lets one in 200,000 through
    assert cut.std().item() == pytest.approx(3 * 0.8796256610342398, rel=0.01)


def test_chunks_do_not_show():
    many = philox.uniform((philox._CHUNK * 4 + 9,), seed=8)
    assert torch.equal(many[:50], philox.uniform((50,), seed=8))
    longer = philox.truncated_normal((philox._CHUNK * 4 + 9,), seed=8)
    assert torch.equal(longer[:50], philox.truncated_normal((50,), seed=8))


def test_any_integer_is_a_seed():
    for seed in (0, 2**31 - 1, 2**40, -1):
        assert torch.isfinite(philox.normal((10,), seed=seed)).all()
