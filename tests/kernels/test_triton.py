"""The fused scan on a GPU agrees with its slow twin, in value and gradient."""

from __future__ import annotations

import itertools

import pytest
import torch

from kerastorch.kernels import on_gpu
from kerastorch.kernels.lstm import lstm, lstm_slow

pytestmark = pytest.mark.gpu

KINDS = ["tanh", "relu", "softsign", "linear", "hard_sigmoid"]
GATES = ["sigmoid", "hard_sigmoid", "hard_sigmoid_relu6"]


def arguments(batch, steps, width, units, dtype=torch.float32):
    torch.manual_seed(0)
    shapes = [
        (batch, steps, width),
        (4 * units, width),
        (4 * units, units),
        (4 * units,),
        (batch, units),
        (batch, units),
    ]
    scales = [1.0, width**-0.5, units**-0.5, 1.0, 1.0, 1.0]
    return [
        (s * torch.randn(*shape)).to("cuda", dtype).requires_grad_() for shape, s in zip(shapes, scales, strict=True)
    ]


def worst(leaves, **options):
    """The largest relative difference of results and gradients from those of the twin in double precision."""
    doubles = [leaf.detach().double().requires_grad_() for leaf in leaves]
    wanted = lstm_slow(*doubles, **options)
    upstream = [torch.randn_like(t) for t in wanted]
    wanted = [*wanted, *torch.autograd.grad(wanted, doubles, upstream)]
    found = lstm(*leaves, **options)
    found = [*found, *torch.autograd.grad(found, leaves, [u.to(leaves[0].dtype) for u in upstream])]
    return max(((a.double() - b).norm() / b.norm()).item() for a, b in zip(found, wanted, strict=True))


@pytest.fixture(autouse=True)
def triton():
    pytest.importorskip("triton")


def ways():
    """The modules for all steps at once, which can be imported where Triton is."""
    from kerastorch.kernels import triton_lstm

    return triton_lstm.WAYS


def allow(monkeypatch, *names):
    """Leaves only these ways."""
    for name in set(ways()) - set(names):
        monkeypatch.setattr(ways()[name], "fits", lambda *args: False)


def test_it_is_in_use():
    scan = on_gpu.lstm_scan(torch.ones(1, 2, 3, device="cuda"), ["tanh", "hard_sigmoid"])
    assert scan is not None and scan.keywords["ways"] == ["single", "persistent"]
    assert on_gpu.lstm_scan(torch.ones(1, 2, 3, device="cuda").double(), ["tanh", "hard_sigmoid"]) is None


@pytest.mark.parametrize("activation, gate", list(itertools.product(KINDS, GATES)))
def test_lstm(activation, gate):
    if (activation, gate) == ("tanh", "sigmoid"):
        pytest.skip("cuDNN's")
    assert worst(arguments(5, 6, 7, 19), activation=activation, recurrent_activation=gate) < 1e-6


@pytest.mark.parametrize("kind", ["end", "start", "holes"])
def test_lstm_with_a_mask(kind):
    leaves = arguments(5, 9, 7, 33)
    ahead = torch.arange(9) < torch.tensor([9, 2, 0, 5, 1]).unsqueeze(1)
    mask = {"end": ahead, "start": ahead.flip(1), "holes": torch.rand(5, 9) > 0.4}[kind].cuda()
    assert worst(leaves, recurrent_activation="hard_sigmoid", mask=mask) < 1e-6


@pytest.mark.parametrize("masked", [False, True])
def test_a_launch_a_step(masked, monkeypatch):
    """What layers too large for the kernel of all steps get."""
    allow(monkeypatch)
    mask = (torch.rand(5, 9) > 0.4).cuda() if masked else None
    assert worst(arguments(5, 9, 7, 33), recurrent_activation="hard_sigmoid", mask=mask) < 1e-6


@pytest.mark.parametrize("way", ["single", "persistent"])
@pytest.mark.parametrize("units", [5, 16, 30, 64])
@pytest.mark.parametrize("masked", [False, True])
def test_either_way(way, units, masked, monkeypatch):
    monkeypatch.setitem(ways()["single"]._MOST_UNITS, torch.float32, 64)
    allow(monkeypatch, way)
    mask = (torch.rand(37, 9) > 0.4).cuda() if masked else None
    assert worst(arguments(37, 9, 7, units), recurrent_activation="hard_sigmoid", mask=mask) < 1e-6


@pytest.mark.parametrize(
    "batch, units, dtype", [(70, 128, torch.float32), (40, 256, torch.bfloat16), (300, 64, torch.float16)]
)
def test_several_groups_of_programs(batch, units, dtype):
    """Programs that wait for one another share a group of samples."""
    leaves = arguments(batch, 12, 20, units, dtype)
    assert any(way.fits(leaves[0], batch, units) for way in ways().values())
    bound = 1e-6 if dtype == torch.float32 else 8 * torch.finfo(dtype).eps
    for _ in range(3):
        # hard_sigmoid's slope jumps: of many sums in half precision, some come to lie on the other side
        gate, activation = ("hard_sigmoid", "tanh") if dtype != torch.float16 else ("sigmoid", "softsign")
        assert worst(leaves, activation=activation, recurrent_activation=gate) < bound


@pytest.mark.parametrize("units", [32, 128])
def test_all_steps_at_once_have_the_same_bits_each_time(units):
    leaves = arguments(32, 80, 128, units)
    first = lstm(*leaves, recurrent_activation="hard_sigmoid")
    for _ in range(20):
        for ours, theirs in zip(lstm(*leaves, recurrent_activation="hard_sigmoid"), first, strict=True):
            assert torch.equal(ours, theirs)


def test_lstm_at_the_size_of_the_benchmark():
    assert worst(arguments(32, 80, 128, 128), recurrent_activation="hard_sigmoid") < 2e-6


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_lstm_in_half_precision(dtype):
    rounding = torch.finfo(dtype).eps
    assert worst(arguments(16, 20, 32, 48, dtype), recurrent_activation="hard_sigmoid") < 8 * rounding
