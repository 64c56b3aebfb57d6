"""The arithmetic of the kernels for all steps of an LSTM, in Triton's interpreter, which needs no GPU."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytest.importorskip("triton")

SCRIPT = """
import torch
from kerastorch.kernels import triton_lstm, triton_persistent, triton_single
from kerastorch.kernels.lstm import lstm_step

def check(batch, steps, units, masked, kinds, way, options):
    torch.manual_seed(0)
    leaves = [torch.randn(steps, batch, 4 * units), torch.randn(4 * units, units) / units**0.5,
              torch.randn(batch, units), torch.randn(batch, units)]
    mask = torch.rand(batch, steps) > 0.4 if masked else None
    doubles = [leaf.double().requires_grad_() for leaf in leaves]
    h, c, outputs = doubles[2], doubles[3], []
    for t in range(steps):
        new_h, new_c = lstm_step(doubles[0][t], doubles[1], h, c, *kinds)
        kept = mask[:, t, None] if masked else torch.ones(batch, 1, dtype=torch.bool)
        h, c = torch.where(kept, new_h, h), torch.where(kept, new_c, c)
        outputs.append(h)
    wanted = [torch.stack(outputs), c]
    upstream = [torch.randn_like(t) for t in wanted]
    wanted += torch.autograd.grad(wanted, doubles, upstream)

    gates, weight = leaves[0].clone(), leaves[1]
    fixed = triton_lstm._fixed(gates, mask, *kinds)
    bits = mask.t().contiguous().view(torch.uint8) if masked else gates
    found, cells = torch.empty(steps + 1, batch, units), torch.empty(steps + 1, batch, units)
    found[0], cells[0] = leaves[2], leaves[3]
    way.forward(gates, weight, found, cells, bits, fixed, **options)
    grads, d_hidden, d_cell = torch.empty_like(gates), torch.zeros_like(found), upstream[1].float()
    d_hidden[1:] = upstream[0]
    way.backward(grads, gates, weight, cells, d_hidden, d_cell, bits, fixed, **options)
    d_first = grads[0] @ weight
    if masked:
        d_first += torch.where(mask[:, :1], 0.0, d_hidden[1])
    d_weight = grads.view(-1, 4 * units).t() @ found[:-1].view(-1, units)
    for ours, theirs in zip([found[1:], cells[-1], grads, d_weight, d_first, d_cell], wanted, strict=True):
        assert (ours - theirs).norm() < 1e-6 * theirs.norm(), (batch, steps, units, masked, kinds)

for way, options in ((triton_persistent, {"alone": True}), (triton_single, {})):
    check(5, 4, 19, False, ("tanh", "hard_sigmoid"), way, options)
    check(18, 3, 33, True, ("tanh", "hard_sigmoid"), way, options)
    check(3, 2, 16, False, ("softsign", "sigmoid"), way, options)
"""


def test_it_agrees_with_the_steps_as_the_paper_writes_them():
    environment = {**os.environ, "TRITON_INTERPRET": "1"}
    subprocess.run([sys.executable, "-c", SCRIPT], check=True, env=environment)
