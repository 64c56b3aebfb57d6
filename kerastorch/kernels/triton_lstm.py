"""The recurrent part of an LSTM on a GPU: one fused kernel for each time step, or one for all of them.

cuDNN knows sigmoid gates only. Here a step is one launch, whatever the activations: the product of the last output with
the recurrent weights, the gates, the cell and the output stay in registers. Inside a CUDA graph the launches follow one
another without the host. Layers of moderate size need one launch in all: ``triton_single``, ``triton_persistent``. The
slow twin is ``kernels.lstm.lstm_slow``. This module needs Triton, which torch's builds for CUDA bring along; ``on_gpu``
says whether it works.

Source: Tillet et al., Triton (2019), https://triton-lang.org
"""

from __future__ import annotations

import types
from collections.abc import Sequence

import torch
import triton
import triton.language as tl
from torch.autograd.function import once_differentiable

from . import triton_persistent, triton_single
from .triton_pointwise import KINDS, activate, load_gates, step_back, step_of, store_gates, zeros_unless

__all__ = ["WAYS", "scan"]

Tensor = torch.Tensor

# Modules that do all steps in one launch, the quicker first.
WAYS: dict[str, types.ModuleType] = {"single": triton_single, "persistent": triton_persistent}

_ROWS = 16  # samples of one program
_UNITS = 16  # units of one program: each computes four gates of them
# Of a launch a step; the products' inner loop goes by DEPTH.
_STEP = {"ROWS": _ROWS, "UNITS": _UNITS, "DEPTH": 32, "num_warps": 4}
_PRECISION = "tf32x3"  # of float32 products; Triton takes plain float32 units where there are no TF32 ones


def scan(
    inputs: Tensor,
    weight: Tensor,
    h: Tensor,
    c: Tensor,
    mask: Tensor | None,
    activation: str,
    recurrent: str,
    *,
    ways: Sequence[str] = tuple(WAYS),
) -> tuple[Tensor, Tensor, Tensor]:
    """Runs the recurrence over all steps.

    Args:
        inputs: the inputs' products with the weights, bias added, (time, batch, 4 * units), gates i, f, c, o. They are
            overwritten.
        weight: (4 * units, units).
        h: the output before the first step, (batch, units).
        c: the cell state before the first step.
        mask: bool (batch, time); a step that it leaves out repeats the output and keeps the state.
        activation: a key of ``KINDS``.
        recurrent: the same, for the gates i, f and o.
        ways: those of ``WAYS`` that may be gone, the first one first that the sizes let; else a launch does a step.

    Returns:
        All outputs (time, batch, units), the last output and the last cell state.
    """
    way = next((way for way in ways if WAYS[way].fits(inputs, *h.shape)), None)
    return _Scan.apply(inputs, weight, h, c, mask, activation, recurrent, way)


class _Scan(torch.autograd.Function):
    @staticmethod
    def forward(ctx, inputs, weight, h, c, mask, activation, recurrent, way):
        gates = inputs.detach()  # written over: nobody else needs the products
        steps, batch, units = gates.shape[0], *h.shape
        outputs = gates.new_empty(steps + 1, batch, units)
        cells = torch.empty_like(outputs)
        outputs[0], cells[0] = h, c
        weight = weight.contiguous()
        steps_first = gates if mask is None else mask.t().contiguous().view(torch.uint8)
        fixed = _fixed(gates, mask, activation, recurrent)
        if way is not None:
            WAYS[way].forward(gates, weight, outputs, cells, steps_first, fixed)
        for t in range(steps if way is None else 0):
            _forward[_grid(batch, units)](gates, weight, outputs, cells, steps_first, t, batch, units, **fixed, **_STEP)
        ctx.save_for_backward(gates, weight, outputs, cells, steps_first)
        ctx.fixed, ctx.masked, ctx.way = fixed, mask is not None, way
        ctx.set_materialize_grads(False)
        return outputs[1:], outputs[-1].clone(), cells[-1].clone()

    @staticmethod
    @once_differentiable
    def backward(ctx, d_outputs, d_h, d_c):
        gates, weight, outputs, cells, mask = ctx.saved_tensors
        steps, batch, units = gates.shape[0], *outputs.shape[1:]
        grads = torch.empty_like(gates)
        d_hidden = torch.zeros_like(outputs)
        if d_outputs is not None:
            d_hidden[1:] = d_outputs
        if d_h is not None:
            d_hidden[-1] += d_h
        d_cell = torch.zeros_like(outputs[0]) if d_c is None else d_c.clone(memory_format=torch.contiguous_format)
        if ctx.way is not None:
            WAYS[ctx.way].backward(grads, gates, weight, cells, d_hidden, d_cell, mask, ctx.fixed)
        grid = _grid(batch, units)
        for t in range(steps - 1 if ctx.way is None else -1, -1, -1):
            where = grads, gates, weight, cells, d_hidden, d_cell, mask
            _backward[grid](*where, t, steps, batch, units, **ctx.fixed, **_STEP)
        flat = grads.view(-1, 4 * units)
        d_first = grads[0] @ weight
        if ctx.masked:
            d_first += torch.where(mask[0].unsqueeze(1) != 0, 0.0, d_hidden[1])
        return grads, flat.t() @ outputs[:-1].view(-1, units), d_first, d_cell, *[None] * 4


def _grid(batch: int, units: int) -> tuple[int, int]:
    return triton.cdiv(batch, _ROWS), triton.cdiv(units, _UNITS)


def _fixed(gates: Tensor, mask: Tensor | None, activation: str, recurrent: str) -> dict[str, object]:
    """The compile-time arguments that all ways share. Products are rounded as torch's own are.

    ``tf32x3`` sums three products of rounded parts, which together have float32's digits.
    """
    tf32 = gates.dtype == torch.float32 and torch.backends.cuda.matmul.allow_tf32
    return {
        "MASKED": mask is not None,
        "ACT": KINDS[activation],
        "REC": KINDS[recurrent],
        "PRECISION": "tf32" if tf32 else _PRECISION,
    }


@triton.jit(do_not_specialize=["t", "batch"])
def _forward(
    gates,
    weight,
    outputs,
    cells,
    mask,
    t,
    batch,
    units: tl.constexpr,
    MASKED: tl.constexpr,
    ACT: tl.constexpr,
    REC: tl.constexpr,
    PRECISION: tl.constexpr,
    ROWS: tl.constexpr,
    UNITS: tl.constexpr,
    DEPTH: tl.constexpr,
):
    """Step ``t``: gates[t] become the activated gates, outputs[t + 1] and cells[t + 1] are written."""
    row = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    unit = tl.program_id(1) * UNITS + tl.arange(0, UNITS)
    inside = (row < batch)[:, None] & (unit < units)[None, :]
    step = t.to(tl.int64) * batch * units  # where the step before lies in outputs and cells
    place = row[:, None] * units + unit[None, :]
    i = tl.zeros((ROWS, UNITS), tl.float32)
    f = tl.zeros((ROWS, UNITS), tl.float32)
    g = tl.zeros((ROWS, UNITS), tl.float32)
    o = tl.zeros((ROWS, UNITS), tl.float32)
    for first in range(0, units, DEPTH):
        k = first + tl.arange(0, DEPTH)
        fed = tl.load(
            outputs + step + row[:, None] * units + k[None, :],
            mask=(row < batch)[:, None] & (k < units)[None, :],
            other=0.0,
        )
        block = weight + unit[None, :] * units + k[:, None]
        there = (unit < units)[None, :] & (k < units)[:, None]
        square = units * units
        i = tl.dot(fed, tl.load(block, mask=there, other=0.0), i, input_precision=PRECISION)
        f = tl.dot(fed, tl.load(block + square, mask=there, other=0.0), f, input_precision=PRECISION)
        g = tl.dot(fed, tl.load(block + 2 * square, mask=there, other=0.0), g, input_precision=PRECISION)
        o = tl.dot(fed, tl.load(block + 3 * square, mask=there, other=0.0), o, input_precision=PRECISION)
    gate = gates + 4 * step + row[:, None] * (4 * units) + unit[None, :]
    x_i, x_f, x_g, x_o = load_gates(gate, units, inside)
    old_c = tl.load(cells + step + place, mask=inside, other=0.0).to(tl.float32)
    i, f, g, o, c, h = step_of(i + x_i, f + x_f, g + x_g, o + x_o, old_c, ACT, REC)
    if MASKED:
        counts = tl.load(mask + t * batch + row, mask=row < batch, other=0)[:, None] != 0
        c = tl.where(counts, c, old_c)
        h = tl.where(counts, h, tl.load(outputs + step + place, mask=inside, other=0.0).to(tl.float32))
    kind = gates.dtype.element_ty
    store_gates(gate, units, inside, i, f, g, o)
    after = step + batch * units + place
    tl.store(cells + after, c.to(kind), mask=inside)
    tl.store(outputs + after, h.to(kind), mask=inside)


@triton.jit(do_not_specialize=["t", "steps", "batch"])
def _backward(
    grads,
    gates,
    weight,
    cells,
    d_hidden,
    d_cell,
    mask,
    t,
    steps,
    batch,
    units: tl.constexpr,
    MASKED: tl.constexpr,
    ACT: tl.constexpr,
    REC: tl.constexpr,
    PRECISION: tl.constexpr,
    ROWS: tl.constexpr,
    UNITS: tl.constexpr,
    DEPTH: tl.constexpr,
):
    """Step ``t``: d_hidden[t + 1] gets what later steps say, grads[t] is written, d_cell goes one step back."""
    row = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    unit = tl.program_id(1) * UNITS + tl.arange(0, UNITS)
    inside = (row < batch)[:, None] & (unit < units)[None, :]
    step = t.to(tl.int64) * batch * units
    place = row[:, None] * units + unit[None, :]
    after = step + batch * units + place
    d_h = tl.load(d_hidden + after, mask=inside, other=0.0).to(tl.float32)
    if t + 1 < steps:
        later = grads + 4 * (step + batch * units)
        for first in range(0, 4 * units, DEPTH):
            k = first + tl.arange(0, DEPTH)
            d_gates = tl.load(
                later + row[:, None] * (4 * units) + k[None, :],
                mask=(row < batch)[:, None] & (k < 4 * units)[None, :],
                other=0.0,
            )
            block = tl.load(
                weight + k[:, None] * units + unit[None, :],
                mask=(k < 4 * units)[:, None] & (unit < units)[None, :],
                other=0.0,
            )
            d_h = tl.dot(d_gates, block, d_h, input_precision=PRECISION)
        if MASKED:
            passed = tl.load(mask + (t + 1) * batch + row, mask=row < batch, other=1)[:, None] == 0
            d_h += tl.where(passed, tl.load(d_hidden + after + batch * units, mask=inside, other=0.0), 0.0)
    kind = gates.dtype.element_ty
    if MASKED:
        tl.store(d_hidden + after, d_h.to(kind), mask=inside)
    gate = 4 * step + row[:, None] * (4 * units) + unit[None, :]
    i, f, g, o = load_gates(gates + gate, units, inside)
    squashed = activate(tl.load(cells + after, mask=inside, other=0.0).to(tl.float32), ACT)
    old_c = tl.load(cells + step + place, mask=inside, other=0.0).to(tl.float32)
    carried = tl.load(d_cell + place, mask=inside, other=0.0).to(tl.float32)
    d_i, d_f, d_g, d_o, back = step_back(d_h, carried, i, f, g, o, squashed, old_c, ACT, REC)
    if MASKED:
        counts = tl.load(mask + t * batch + row, mask=row < batch, other=0)[:, None] != 0
        d_i, d_f, d_g, d_o = zeros_unless(counts, d_i, d_f, d_g, d_o)
        back = tl.where(counts, back, carried)
    store_gates(grads + gate, units, inside, d_i, d_f, d_g, d_o)
    tl.store(d_cell + place, back.to(kind), mask=inside)
