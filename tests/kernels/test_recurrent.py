"""The scans agree with their slow twins, in value and gradient; the twins agree with torch's own layers."""

from __future__ import annotations

import itertools

import pytest
import torch

from kerastorch.kernels import fast_paths
from kerastorch.kernels.gru import gru, gru_slow
from kerastorch.kernels.loop import rnn
from kerastorch.kernels.lstm import lstm, lstm_slow
from kerastorch.kernels.pointwise import POINTWISE
from kerastorch.kernels.simple_rnn import simple_rnn, simple_rnn_slow

pytestmark = pytest.mark.usefixtures("one_thread")

BATCH, STEPS, IN, UNITS = 3, 6, 4, 5
GATES = ["sigmoid", "hard_sigmoid", "hard_sigmoid_relu6"]


def leaf(*shape: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.randn(*shape, dtype=dtype).requires_grad_()


def masks(count: int, size: int, dtype: torch.dtype = torch.float64) -> list[torch.Tensor]:
    return [(torch.rand(BATCH, size) > 0.3).to(dtype) / 0.7 for _ in range(count)]


def time_mask(kind: str) -> torch.Tensor | None:
    if kind == "none":
        return None
    if kind == "holes":
        return torch.rand(BATCH, STEPS) > 0.4
    ahead = torch.arange(STEPS) < torch.tensor([STEPS, 2, 0]).unsqueeze(1)
    return ahead if kind == "end" else ahead.flip(1)


def worst(fast, slow, leaves) -> float:
    """The largest relative difference of results and gradients."""
    upstream = [torch.randn_like(t) for t in slow]
    fast = [*fast, *torch.autograd.grad(fast, leaves, upstream)]
    slow = [*slow, *torch.autograd.grad(slow, leaves, upstream)]
    return max(((a - b).abs().max() / b.abs().max().clamp_min(1e-30)).item() for a, b in zip(fast, slow, strict=True))


def lstm_arguments(dtype=torch.float64, bias=True):
    return [
        leaf(BATCH, STEPS, IN, dtype=dtype),
        leaf(4 * UNITS, IN, dtype=dtype),
        leaf(4 * UNITS, UNITS, dtype=dtype),
        leaf(4 * UNITS, dtype=dtype) if bias else None,
        leaf(BATCH, UNITS, dtype=dtype),
        leaf(BATCH, UNITS, dtype=dtype),
    ]


def present(arguments):
    return [a for a in arguments if a is not None]


@pytest.mark.parametrize("kind", ["none", "end", "start", "holes"])
@pytest.mark.parametrize("activation", ["tanh", "relu", "softsign", "linear", "hard_sigmoid"])
@pytest.mark.parametrize("gate", GATES)
def test_lstm_scan(activation, gate, kind):
    torch.manual_seed(0)
    for dropped, recurrent, bias in itertools.product((0, 1, 4), (0, 1, 4), (True, False)):
        arguments = lstm_arguments(bias=bias)
        options = {
            "activation": activation,
            "recurrent_activation": gate,
            "mask": time_mask(kind),
            "input_masks": masks(dropped, IN),
            "recurrent_masks": masks(recurrent, UNITS),
        }
        assert worst(lstm(*arguments, **options), lstm_slow(*arguments, **options), present(arguments)) < 1e-11


@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("kind", ["none", "holes"])
def test_lstm_float32(gate, kind):
    torch.manual_seed(1)
    arguments = lstm_arguments(torch.float32)
    options = {"recurrent_activation": gate, "mask": time_mask(kind)}
    assert worst(lstm(*arguments, **options), lstm_slow(*arguments, **options), present(arguments)) < 1e-6


@pytest.mark.parametrize("kind", ["end", "start", "holes"])
@pytest.mark.parametrize("need_outputs", [True, False])
def test_lstm_fused_with_a_mask(need_outputs, kind):
    torch.manual_seed(7)
    for dropped, bias in itertools.product((0, 1), (True, False)):
        arguments = lstm_arguments(torch.float32, bias)
        options = {"mask": time_mask(kind), "input_masks": masks(dropped, IN, torch.float32)}
        fast = lstm(*arguments, **options, need_outputs=need_outputs, need_cell=False)
        slow = lstm_slow(*arguments, **options)
        assert fast[2] is None and (fast[0] is None) != need_outputs
        wanted = slice(0, 2) if need_outputs else slice(1, 2)
        assert worst(fast[wanted], slow[wanted], present(arguments)) < 1e-6


def test_lstm_fused_with_nothing_but_padding():
    arguments = lstm_arguments(torch.float32)
    out, last, _ = lstm(*arguments, mask=torch.zeros(BATCH, STEPS, dtype=torch.bool), need_cell=False)
    assert torch.equal(last, arguments[4]) and torch.equal(out[:, 2], arguments[4])


@pytest.mark.parametrize("reset_after", [False, True])
@pytest.mark.parametrize("kind", ["none", "end", "start", "holes"])
@pytest.mark.parametrize("activation", ["tanh", "relu", "hard_sigmoid"])
@pytest.mark.parametrize("gate", GATES)
def test_gru_scan(activation, gate, kind, reset_after):
    torch.manual_seed(2)
    for dropped, bias in itertools.product((0, 1, 3), (True, False)):
        arguments = [leaf(BATCH, STEPS, IN), leaf(3 * UNITS, IN), leaf(3 * UNITS, UNITS)]
        arguments += [leaf(3 * UNITS) if bias else None, leaf(BATCH, UNITS)]
        recurrent_bias = leaf(3 * UNITS) if bias and reset_after else None
        options = {
            "recurrent_bias": recurrent_bias,
            "reset_after": reset_after,
            "activation": activation,
            "recurrent_activation": gate,
            "mask": time_mask(kind),
            "input_masks": masks(dropped, IN),
        }
        leaves = present([*arguments, recurrent_bias])
        assert worst(gru(*arguments, **options), gru_slow(*arguments, **options), leaves) < 1e-11


@pytest.mark.parametrize("kind", ["none", "end", "start", "holes"])
@pytest.mark.parametrize("activation", sorted(POINTWISE))
def test_simple_rnn_scan(activation, kind):
    torch.manual_seed(3)
    for dropped, recurrent, bias in itertools.product((0, 1), (0, 1), (True, False)):
        arguments = [leaf(BATCH, STEPS, IN), leaf(UNITS, IN), leaf(UNITS, UNITS)]
        arguments += [leaf(UNITS) if bias else None, leaf(BATCH, UNITS)]
        options = {
            "activation": activation,
            "mask": time_mask(kind),
            "input_masks": masks(dropped, IN),
            "recurrent_masks": masks(recurrent, UNITS),
        }
        leaves = present(arguments)
        assert worst(simple_rnn(*arguments, **options), simple_rnn_slow(*arguments, **options), leaves) < 1e-11


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("fast", [True, False])
def test_lstm_is_torchs(dtype, fast):
    torch.manual_seed(4)
    layer = torch.nn.LSTM(IN, UNITS, batch_first=True).to(dtype)
    x = leaf(BATCH, STEPS, IN, dtype=dtype)
    bias = layer.bias_ih_l0 + layer.bias_hh_l0
    zeros = torch.zeros(BATCH, UNITS, dtype=dtype)
    with fast_paths(fast):
        got = lstm(x, layer.weight_ih_l0, layer.weight_hh_l0, bias, zeros, zeros)
    out, (h, c) = layer(x)
    tolerance = 1e-6 if dtype == torch.float32 else 1e-12
    assert worst(got, (out, h[0], c[0]), [x, layer.weight_ih_l0, layer.weight_hh_l0]) < tolerance


@pytest.mark.parametrize("fast", [True, False])
def test_gru_reset_after_is_torchs(fast):
    torch.manual_seed(5)
    layer = torch.nn.GRU(IN, UNITS, batch_first=True).double()

    def update_first(stacked):
        r, z, candidate = stacked.chunk(3)
        return torch.cat([z, r, candidate])

    x = leaf(BATCH, STEPS, IN)
    weights = [update_first(w) for w in (layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0, layer.bias_hh_l0)]
    zeros = torch.zeros(BATCH, UNITS, dtype=torch.float64)
    with fast_paths(fast):
        got = gru(x, *weights[:3], zeros, recurrent_bias=weights[3], reset_after=True)
    out, h = layer(x)
    assert worst(got, (out, h[0]), [x, *layer.parameters()]) < 1e-12


@pytest.mark.parametrize("fast", [True, False])
def test_scans_leave_their_arguments_alone(fast):
    arguments = lstm_arguments()
    before = [a.detach().clone() for a in arguments]
    with fast_paths(fast):
        results = lstm(*arguments, recurrent_activation="hard_sigmoid")
    kept = [r.detach().clone() for r in results]
    first = torch.autograd.grad(results[0].sum(), arguments, retain_graph=True, allow_unused=True)
    second = torch.autograd.grad(results[0].sum(), arguments, allow_unused=True)
    assert all(torch.equal(a, b) for a, b in zip(arguments, before, strict=True))
    assert all(torch.equal(a, b) for a, b in zip(results, kept, strict=True))
    assert all(torch.equal(a, b) for a, b in zip(first[:3], second[:3], strict=True))


def test_gradcheck_of_the_slow_twin_and_twice():
    torch.manual_seed(6)
    arguments = [a.detach()[:, :2].requires_grad_() if a.ndim == 3 else a for a in lstm_arguments()]
    assert torch.autograd.gradcheck(lstm_slow, arguments)
    with fast_paths(False):
        (first,) = torch.autograd.grad(lstm(*arguments)[1].sum(), arguments[0], create_graph=True)
        assert torch.autograd.grad(first.square().sum(), arguments[2])[0].abs().sum() > 0


def test_saturated_gates_have_no_gradient():
    x = torch.full((1, 1, 1), 100.0, requires_grad=True)
    ones, zeros = torch.ones(4, 1), torch.zeros(1, 1)
    h = lstm(x, ones, ones, None, zeros, zeros, recurrent_activation="hard_sigmoid", activation="linear")[1]
    assert h.item() == 100.0
    assert torch.autograd.grad(h, x)[0].item() == 1.0  # through the candidate only


@pytest.mark.parametrize("name", sorted(POINTWISE))
def test_pointwise_core_and_backward(name):
    known = POINTWISE[name]
    x = torch.linspace(-4, 4, 81, dtype=torch.float64) + 0.013
    x.requires_grad_()
    y = known.function(x)
    (wanted,) = torch.autograd.grad(y.sum(), x)
    inner = (known.slope * x + known.shift).detach()
    known.core(inner)
    assert torch.allclose(inner, y, rtol=1e-12, atol=1e-12)
    out = torch.empty_like(inner)
    known.backward(torch.full_like(inner, 3.0), inner, out)
    assert torch.allclose(out * known.slope, 3.0 * wanted, rtol=1e-9, atol=1e-12)
    if known.ufunc is not None:
        assert torch.allclose(torch.from_numpy(known.ufunc(x.detach().numpy())), y.detach(), rtol=1e-12)


def test_callables_run_on_the_slow_twin():
    arguments = lstm_arguments()
    by_name = lstm(*arguments, activation="softsign", recurrent_activation="sigmoid")
    by_function = lstm(*arguments, activation=torch.nn.Softsign(), recurrent_activation=torch.sigmoid)
    assert worst(by_name, by_function, arguments) < 1e-12


def test_under_function_transforms_and_autocast():
    arguments = lstm_arguments(torch.float32)
    x, *rest = [a.detach() for a in arguments]

    def total(one):
        return lstm(one, *rest, recurrent_activation="hard_sigmoid")[1].sum()

    wanted = torch.autograd.grad(total(arguments[0]), arguments[0])[0]
    assert torch.allclose(torch.func.grad(total)(x), wanted, rtol=1e-5, atol=1e-6)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.isfinite(total(x))


def test_exports_without_custom_functions():
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.w = torch.nn.Parameter(torch.randn(8, 3))
            self.u = torch.nn.Parameter(torch.randn(8, 2))

        def forward(self, x):
            zeros = x.new_zeros(x.shape[0], 2)
            return lstm(x, self.w, self.u, None, zeros, zeros, recurrent_activation="hard_sigmoid")[0]

    net, x = Net(), torch.randn(2, 3, 3)
    assert torch.allclose(torch.export.export(net, (x,)).module()(x), net(x), atol=1e-6)


# The generic loop; expected values from the definition


def cumulative(x, states):
    return x + states[0], [x + states[0]]


@pytest.mark.parametrize("backwards", [False, True])
def test_loop_sums(backwards):
    x = torch.randn(2, 5, 3)
    last, outputs, states = rnn(cumulative, x, [torch.zeros(2, 3)], go_backwards=backwards)
    wanted = (x.flip(1) if backwards else x).cumsum(1)
    assert torch.allclose(outputs, wanted) and torch.equal(last, outputs[:, -1]) and torch.equal(states[0], last)


@pytest.mark.parametrize(("zeros_first", "wanted"), [(False, [7.0, 8.0, 8.0]), (True, [0.0, 8.0, 8.0])])
def test_loop_masked_steps(zeros_first, wanted):
    mask = torch.tensor([[False, True, False]])
    x, start = torch.ones(1, 3, 1), torch.full((1, 1), 7.0)
    _, outputs, states = rnn(cumulative, x, [start], mask=mask, zeros_first=zeros_first)
    assert outputs.flatten().tolist() == wanted and states[0].item() == 8.0


def test_loop_constants_and_bad_input():
    x = torch.ones(1, 2, 1)
    last, _, _ = rnn(lambda x, s: (x + s[1], s[:1]), x, [torch.zeros(1, 1)], constants=[torch.full((1, 1), 5.0)])
    assert last.item() == 6.0
    with pytest.raises(ValueError, match="at least one step. Received: shape"):
        rnn(cumulative, torch.ones(1, 0, 1), [torch.zeros(1, 1)])
    with pytest.raises(ValueError, match="initial states together with a mask"):
        rnn(lambda x, s: (x, []), x, [], mask=torch.ones(1, 2))


@pytest.mark.parametrize("activation", ["sigmoid", "hard_sigmoid"])
@pytest.mark.parametrize("layer", ["LSTM", "GRU", "SimpleRNN"])
@pytest.mark.parametrize("masked", [False, True])
def test_a_graph_that_is_kept_gives_its_gradients_again(layer, activation, masked):
    """As persistent tapes ask for them."""
    from kerastorch import layers

    made = getattr(layers, layer)(3, **({} if layer == "SimpleRNN" else {"recurrent_activation": activation}))
    x = torch.randn(2, 4, 3, requires_grad=True)
    y = made(x, mask=torch.tensor([[True, True, False, False], [True, True, True, False]]) if masked else None)
    first = torch.autograd.grad(y.sum(), x, retain_graph=True)[0]
    assert torch.equal(torch.autograd.grad(y.sum(), x)[0], first) and bool(first.any())
