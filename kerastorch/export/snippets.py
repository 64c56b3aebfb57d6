"""Ready-made pieces of source that written models use: what Keras has and torch has no module of."""

from __future__ import annotations

__all__ = ["SNIPPETS"]

_HARD_SIGMOID = '''
def hard_sigmoid(x):
    """Keras 2's hard sigmoid: a line from 0 at -2.5 to 1 at 2.5."""
    return torch.clamp(0.2 * x + 0.5, 0.0, 1.0)
'''

_LINEAR = '''
def linear(x):
    """No activation."""
    return x
'''

_SAME_PAD = '''
def same_pad(x, size, stride, dilation):
    """Zeros around the spatial axes, so that a window with strides sees every element; the odd zero goes last."""
    amounts = []
    for length, k, s, d in zip(x.shape[2:], size, stride, dilation):
        total = max((-(-length // s) - 1) * s + (k - 1) * d + 1 - length, 0)
        amounts = [total // 2, total - total // 2, *amounts]
    return F.pad(x, amounts)
'''

_SCAN = '''
class Recurrent(nn.Module):
    """Runs a step along time as Keras does: a masked step repeats what was there before it."""

    states = 1

    def __init__(self, inputs, units, gates, bias=True, backwards=False):
        super().__init__()
        self.units, self.backwards = units, backwards
        self.weight_ih = nn.Parameter(torch.empty(gates * units, inputs))
        self.weight_hh = nn.Parameter(torch.empty(gates * units, units))
        self.bias = nn.Parameter(torch.empty(self.bias_shape(gates * units))) if bias else None
        self.reset_parameters()

    def bias_shape(self, width):
        return (width,)

    def reset_parameters(self):
        for weight in (self.weight_ih, self.weight_hh):
            nn.init.xavier_uniform_(weight)
        if self.bias is not None:
            nn.init.zeros_(self.bias)

    def forward(self, x, mask=None, states=None):
        """Gives all outputs (batch, time, units) and the last states."""
        if states is None:
            states = [x.new_zeros(x.shape[0], self.units) for _ in range(self.states)]
        if self.backwards:
            x = x.flip(1)
            mask = None if mask is None else mask.flip(1)
        output, outputs = torch.zeros_like(states[0]), []
        for t, projected in enumerate(self.project(x).unbind(1)):
            new, new_states = self.step(projected, states)
            if mask is not None:
                counts = mask[:, t].bool().unsqueeze(1)
                new = torch.where(counts, new, output)
                new_states = [torch.where(counts, a, b) for a, b in zip(new_states, states)]
            output, states = new, new_states
            outputs.append(output)
        return torch.stack(outputs, 1), states

    def project(self, x):
        return F.linear(x, self.weight_ih, self.bias)
'''

_LSTM = '''
class KerasLSTM(Recurrent):
    """An LSTM with the activations of one's choice; its gates are input, forget, candidate, output."""

    states = 2

    def __init__(self, inputs, units, activation, gate, bias=True, backwards=False):
        super().__init__(inputs, units, 4, bias, backwards)
        self.activation, self.gate = activation, gate

    def step(self, projected, states):
        h, c = states
        i, f, g, o = (projected + F.linear(h, self.weight_hh)).chunk(4, 1)
        c = self.gate(f) * c + self.gate(i) * self.activation(g)
        h = self.gate(o) * self.activation(c)
        return h, [h, c]
'''

_GRU = '''
class KerasGRU(Recurrent):
    """A GRU with the activations of one's choice; its gates are update, reset, candidate.

    ``reset_after``: whether the reset gate acts on the recurrent product, as cuDNN has it, or on the state before it.
    """

    def __init__(self, inputs, units, activation, gate, bias=True, backwards=False, reset_after=False):
        self.reset_after = reset_after
        super().__init__(inputs, units, 3, bias, backwards)
        self.activation, self.gate = activation, gate

    def bias_shape(self, width):
        return (2, width) if self.reset_after else (width,)

    def project(self, x):
        bias = self.bias[0] if self.bias is not None and self.reset_after else self.bias
        return F.linear(x, self.weight_ih, bias)

    def step(self, projected, states):
        h = states[0]
        z, r, g = projected.chunk(3, 1)
        if self.reset_after:
            inner = F.linear(h, self.weight_hh, None if self.bias is None else self.bias[1])
            z_h, r_h, g_h = inner.chunk(3, 1)
            z, r = self.gate(z + z_h), self.gate(r + r_h)
            g = self.activation(g + r * g_h)
        else:
            split = 2 * self.units
            z_h, r_h = F.linear(h, self.weight_hh[:split]).chunk(2, 1)
            z, r = self.gate(z + z_h), self.gate(r + r_h)
            g = self.activation(g + F.linear(r * h, self.weight_hh[split:]))
        h = z * h + (1 - z) * g
        return h, [h]
'''

_SIMPLE = '''
class KerasRNN(Recurrent):
    """A fully connected recurrent layer with the activation of one's choice."""

    def __init__(self, inputs, units, activation, bias=True, backwards=False):
        super().__init__(inputs, units, 1, bias, backwards)
        self.activation = activation

    def step(self, projected, states):
        h = self.activation(projected + F.linear(states[0], self.weight_hh))
        return h, [h]
'''

# name: what it needs, and its text; in the order in which they are written down
SNIPPETS: dict[str, tuple[tuple[str, ...], str]] = {
    "hard_sigmoid": ((), _HARD_SIGMOID),
    "linear": ((), _LINEAR),
    "same_pad": ((), _SAME_PAD),
    "Recurrent": ((), _SCAN),
    "KerasLSTM": (("Recurrent",), _LSTM),
    "KerasGRU": (("Recurrent",), _GRU),
    "KerasRNN": (("Recurrent",), _SIMPLE),
}
