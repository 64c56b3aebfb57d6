"""Parts of Triton kernels: activations, their derivatives from their values, an LSTM's step, its gates in memory."""

from __future__ import annotations

import triton
import triton.language as tl

__all__ = [
    "KINDS",
    "activate",
    "derivative",
    "load_four",
    "load_gates",
    "step_back",
    "step_of",
    "store_gates",
    "zeros_unless",
]

# The numbers by which kernels know the keys of ``kernels.pointwise.POINTWISE``.
KINDS = {
    "linear": 0,
    "tanh": 1,
    "sigmoid": 2,
    "hard_sigmoid": 3,
    "hard_sigmoid_relu6": 4,
    "relu": 5,
    "softsign": 6,
}


@triton.jit
def activate(x, KIND: tl.constexpr):
    """The activation of float32 values."""
    y = x
    if KIND == 1:
        # Near zero the quotient would lose its digits; there the series' next term is below float32's last bit.
        small = x * (1.0 - x * x * (1.0 / 3.0 - x * x * (2.0 / 15.0 - x * x * (17.0 / 315.0))))
        e = tl.exp(-2.0 * tl.abs(x))
        large = (1.0 - e) / (1.0 + e)
        y = tl.where(tl.abs(x) < 0.15, small, tl.where(x < 0.0, -large, large))
    elif KIND == 2:
        y = 1.0 / (1.0 + tl.exp(-x))
    elif KIND == 3:
        y = tl.minimum(tl.maximum(0.2 * x + 0.5, 0.0), 1.0)
    elif KIND == 4:
        y = tl.minimum(tl.maximum(x + 3.0, 0.0), 6.0) / 6.0
    elif KIND == 5:
        y = tl.maximum(x, 0.0)
    elif KIND == 6:
        y = x / (1.0 + tl.abs(x))
    return y


@triton.jit
def derivative(y, KIND: tl.constexpr):
    """The derivative of the activation where its value is ``y``."""
    d = tl.full(y.shape, 1.0, tl.float32)
    if KIND == 1:
        d = 1.0 - y * y
    elif KIND == 2:
        d = y * (1.0 - y)
    elif KIND == 3:
        d = tl.where((y > 0.0) & (y < 1.0), 0.2, 0.0)
    elif KIND == 4:
        d = tl.where((y > 0.0) & (y < 1.0), 1.0 / 6.0, 0.0)
    elif KIND == 5:
        d = tl.where(y > 0.0, 1.0, 0.0)
    elif KIND == 6:
        d = (1.0 - tl.abs(y)) * (1.0 - tl.abs(y))
    return d


@triton.jit
def step_of(i, f, g, o, old_c, ACT: tl.constexpr, REC: tl.constexpr):
    """A step of an LSTM from the sums of its gates: the activated gates, the new cell state and the new output."""
    i = activate(i, REC)
    f = activate(f, REC)
    g = activate(g, ACT)
    o = activate(o, REC)
    c = f * old_c + i * g
    return i, f, g, o, c, o * activate(c, ACT)


@triton.jit
def step_back(d_h, d_c, i, f, g, o, squashed, old_c, ACT: tl.constexpr, REC: tl.constexpr):
    """The gradients of a step's sums, and of the cell state before it.

    ``d_h`` and ``d_c`` are those of its output and of the cell state after it, ``squashed`` is that state activated.
    """
    d_c += d_h * o * derivative(squashed, ACT)
    d_i = d_c * g * derivative(i, REC)
    d_f = d_c * old_c * derivative(f, REC)
    d_g = d_c * i * derivative(g, ACT)
    d_o = d_h * squashed * derivative(o, REC)
    return d_i, d_f, d_g, d_o, d_c * f


@triton.jit
def zeros_unless(counts, i, f, g, o):
    """Four blocks where a step counts, zeros elsewhere."""
    return tl.where(counts, i, 0.0), tl.where(counts, f, 0.0), tl.where(counts, g, 0.0), tl.where(counts, o, 0.0)


@triton.jit
def load_four(at, apart, mask):
    """Four blocks that lie so far apart: what belongs to the gates i, f, c and o."""
    first = tl.load(at, mask=mask, other=0.0)
    second = tl.load(at + apart, mask=mask, other=0.0)
    third = tl.load(at + 2 * apart, mask=mask, other=0.0)
    return first, second, third, tl.load(at + 3 * apart, mask=mask, other=0.0)


@triton.jit
def load_gates(at, apart, mask):
    """The same as float32."""
    i, f, g, o = load_four(at, apart, mask)
    return i.to(tl.float32), f.to(tl.float32), g.to(tl.float32), o.to(tl.float32)


@triton.jit
def store_gates(at, apart, mask, i, f, g, o):
    """Writes four blocks so far apart, in the type of what lies there."""
    kind = at.dtype.element_ty
    tl.store(at, i.to(kind), mask=mask)
    tl.store(at + apart, f.to(kind), mask=mask)
    tl.store(at + 2 * apart, g.to(kind), mask=mask)
    tl.store(at + 3 * apart, o.to(kind), mask=mask)
