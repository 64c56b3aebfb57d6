"""Both directions by one call of torch's kernel agree with one layer after the other."""

from __future__ import annotations

import pytest
import torch

from kerastorch.kernels import fast_paths
from kerastorch.layers import LSTM, Bidirectional
from kerastorch.layers.recurrent import both_ways

SIGMOID = {"recurrent_activation": "sigmoid"}


def results(layer, x, training=None):
    """Outputs and the gradients of the input and of all weights."""
    outputs = layer(x, training=training)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    upstream = [torch.linspace(-1, 1, out.numel(), device=out.device).view_as(out) for out in outputs]
    gradients = torch.autograd.grad(outputs, [x, *layer.parameters()], upstream)
    return [*outputs, *gradients]


@pytest.fixture
def calls(monkeypatch):
    """How often the kernel went both ways."""
    found = []
    kernel = both_ways.lstm_both_ways

    def counted(*args):
        found.append(kernel(*args))
        return found[-1]

    monkeypatch.setattr(both_ways, "lstm_both_ways", counted)
    return found


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("sequences", [True, False])
@pytest.mark.parametrize("merge_mode", ["concat", "sum", "ave", "mul", None])
def test_both_ways(merge_mode, sequences, bias, device, calls):
    layer = Bidirectional(LSTM(5, return_sequences=sequences, use_bias=bias, **SIGMOID), merge_mode=merge_mode)
    x = torch.randn(3, 7, 4, device=device, requires_grad=True)
    fast = results(layer, x)
    assert len(calls) == 1 and calls[0] is not None
    with fast_paths(False):
        slow = results(layer, x)
    for a, b in zip(fast, slow, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-6, atol=1e-6 * b.abs().max().item())


@pytest.mark.parametrize(
    "arguments",
    [{"dropout": 0.4}, {"recurrent_dropout": 0.4}, {"return_state": True}, {"unroll": True}, {"activation": "relu"}],
    ids=str,
)
def test_what_the_kernel_does_not_know(arguments, device, calls):
    layer = Bidirectional(LSTM(5, **SIGMOID, **arguments))
    x = torch.randn(3, 7, 4, device=device, requires_grad=True)
    assert all(torch.isfinite(t).all() for t in results(layer, x, training=True))
    assert not any(found is not None for found in calls)


def test_hooks_inside_are_called(device, calls):
    layer = Bidirectional(LSTM(5, **SIGMOID))
    x = torch.randn(3, 7, 4, device=device)
    expected = layer(x)
    seen = []
    layer.forward_layer.register_forward_hook(lambda module, args, output: seen.append(output))
    torch.testing.assert_close(layer(x), expected)
    assert len(seen) == 1 and len(calls) == 1


def test_layers_of_different_sizes(device):
    layer = Bidirectional(LSTM(5, **SIGMOID), backward_layer=LSTM(3, go_backwards=True, **SIGMOID))
    assert layer(torch.ones(2, 4, 3, device=device)).shape == (2, 8)
