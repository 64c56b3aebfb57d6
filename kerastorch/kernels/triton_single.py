"""An LSTM of few units: each program runs all steps of its samples by itself, with all recurrent weights on the chip.

Nothing is waited for and what a step hands to the next one never leaves the program. Its slow twins are the kernels of
``triton_lstm``, launched once a step; ``triton_persistent`` divides more units among programs.
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl

from .chip import keeps
from .triton_pointwise import activate, load_four, load_gates, step_back, step_of, store_gates, zeros_unless

__all__ = ["fits", "forward", "backward"]

Tensor = torch.Tensor

_ROWS = 16  # samples of one program
# Beyond these, products of float32 weights in two parts take longer than waiting for fellow programs.
_MOST_UNITS = {torch.float32: 32, torch.bfloat16: 64, torch.float16: 64}


def fits(like: Tensor, batch: int, units: int) -> bool:
    """Whether one program can keep the weights, and does it sooner than several that wait for each other.

    Args:
        like: data of the type and device.
        batch: samples.
        units: units of the layer.
    """
    return units <= _MOST_UNITS[like.dtype] and keeps(like, 4 * _width(units) ** 2)


def _width(units: int) -> int:
    return max(16, triton.next_power_of_2(units))


def forward(gates: Tensor, weight: Tensor, outputs: Tensor, cells: Tensor, mask: Tensor, fixed: dict) -> None:
    """All steps; the arguments are those of ``triton_persistent.forward``."""
    steps, (batch, units) = gates.shape[0], outputs.shape[1:]
    grid, options = _launch(batch, units, fixed)
    _forward[grid](gates, weight, outputs, cells, mask, steps, batch, units, **options)


def backward(
    grads: Tensor,
    gates: Tensor,
    weight: Tensor,
    cells: Tensor,
    d_hidden: Tensor,
    d_cell: Tensor,
    mask: Tensor,
    fixed: dict,
) -> None:
    """All steps, from the last to the first; the arguments are those of ``triton_persistent.backward``."""
    steps, (batch, units) = gates.shape[0], d_cell.shape
    grid, options = _launch(batch, units, fixed)
    _backward[grid](grads, gates, weight, cells, d_hidden, d_cell, mask, steps, batch, units, **options)


def _launch(batch: int, units: int, fixed: dict) -> tuple[tuple[int], dict]:
    width = _width(units)
    own = {"ROWS": _ROWS, "WIDTH": width, "num_warps": width // 8, "num_stages": 1}
    return (triton.cdiv(batch, _ROWS),), {**fixed, **own}


@triton.jit(do_not_specialize=["steps", "batch"])
def _forward(
    gates,
    weight,
    outputs,
    cells,
    mask,
    steps,
    batch,
    units: tl.constexpr,
    MASKED: tl.constexpr,
    ACT: tl.constexpr,
    REC: tl.constexpr,
    PRECISION: tl.constexpr,
    ROWS: tl.constexpr,
    WIDTH: tl.constexpr,
):
    row = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    unit = tl.arange(0, WIDTH)
    inside = (row < batch)[:, None] & (unit < units)[None, :]
    place = row[:, None] * units + unit[None, :]
    gate_place = row[:, None] * (4 * units) + unit[None, :]
    # Weights from every unit's output to each gate of every unit.
    there = (unit < units)[:, None] & (unit < units)[None, :]
    block = weight + unit[None, :] * units + unit[:, None]
    w_i, w_f, w_g, w_o = load_four(block, units * units, there)
    kind = gates.dtype.element_ty
    size = (batch * units).to(tl.int64)
    now = gates + gate_place
    x_i, x_f, x_g, x_o = load_gates(now, units, inside)
    c = tl.load(cells + place, mask=inside, other=0.0).to(tl.float32)
    h = tl.load(outputs + place, mask=inside, other=0.0)
    for t in range(steps):
        step = t * size
        now = gates + 4 * step + gate_place
        after = now + 4 * size
        more = inside & (t + 1 < steps)
        # What the next step adds is read while this one is computed.
        next_i, next_f, next_g, next_o = load_gates(after, units, more)
        i = tl.dot(h, w_i, input_precision=PRECISION) + x_i
        f = tl.dot(h, w_f, input_precision=PRECISION) + x_f
        g = tl.dot(h, w_g, input_precision=PRECISION) + x_g
        o = tl.dot(h, w_o, input_precision=PRECISION) + x_o
        i, f, g, o, new_c, new_h = step_of(i, f, g, o, c, ACT, REC)
        if MASKED:
            counts = tl.load(mask + t * batch + row, mask=row < batch, other=0)[:, None] != 0
            new_c = tl.where(counts, new_c, c)
            new_h = tl.where(counts, new_h, h.to(tl.float32))
        c = new_c
        h = new_h.to(kind)
        store_gates(now, units, inside, i, f, g, o)
        tl.store(outputs + step + size + place, h, mask=inside)
        tl.store(cells + step + size + place, c.to(kind), mask=inside)
        x_i, x_f, x_g, x_o = next_i, next_f, next_g, next_o


@triton.jit(do_not_specialize=["steps", "batch"])
def _backward(
    grads,
    gates,
    weight,
    cells,
    d_hidden,
    d_cell,
    mask,
    steps,
    batch,
    units: tl.constexpr,
    MASKED: tl.constexpr,
    ACT: tl.constexpr,
    REC: tl.constexpr,
    PRECISION: tl.constexpr,
    ROWS: tl.constexpr,
    WIDTH: tl.constexpr,
):
    row = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    unit = tl.arange(0, WIDTH)
    inside = (row < batch)[:, None] & (unit < units)[None, :]
    place = row[:, None] * units + unit[None, :]
    gate_place = row[:, None] * (4 * units) + unit[None, :]
    # Weights from each gate of every unit back to every unit's output.
    there = (unit < units)[:, None] & (unit < units)[None, :]
    block = weight + unit[:, None] * units + unit[None, :]
    w_i, w_f, w_g, w_o = load_four(block, units * units, there)
    kind = gates.dtype.element_ty
    size = (batch * units).to(tl.int64)
    d_c = tl.load(d_cell + place, mask=inside, other=0.0).to(tl.float32)
    # What a step needs is read while the one after it is computed.
    step = (steps - 1) * size
    now = gates + 4 * step + gate_place
    known = tl.load(d_hidden + step + size + place, mask=inside, other=0.0).to(tl.float32)
    i, f, g, o = load_gates(now, units, inside)
    new_c = tl.load(cells + step + size + place, mask=inside, other=0.0).to(tl.float32)
    old_c = tl.load(cells + step + place, mask=inside, other=0.0).to(tl.float32)
    said = tl.zeros((ROWS, WIDTH), tl.float32)  # what the next step says about this one's output
    for n in range(steps):
        t = steps - 1 - n
        step = t * size
        after = step + size + place
        d_h = known + said
        squashed = activate(new_c, ACT)
        d_i, d_f, d_g, d_o, back = step_back(d_h, d_c, i, f, g, o, squashed, old_c, ACT, REC)
        held = tl.zeros((ROWS, WIDTH), tl.float32)  # of the output, where this step only handed it on
        if MASKED:
            tl.store(d_hidden + after, d_h.to(kind), mask=inside)
            counts = tl.load(mask + t * batch + row, mask=row < batch, other=0)[:, None] != 0
            d_i, d_f, d_g, d_o = zeros_unless(counts, d_i, d_f, d_g, d_o)
            back = tl.where(counts, back, d_c)
            held = tl.where(counts, 0.0, d_h.to(kind).to(tl.float32))
        d_c = back
        mine = grads + 4 * step + gate_place
        store_gates(mine, units, inside, d_i, d_f, d_g, d_o)
        more = inside & (t > 0)
        now = gates + 4 * (step - size) + gate_place
        known = tl.load(d_hidden + step + place, mask=more, other=0.0).to(tl.float32)
        i, f, g, o = load_gates(now, units, more)
        new_c = old_c
        old_c = tl.load(cells + step - size + place, mask=more, other=0.0).to(tl.float32)
        said = tl.dot(d_i.to(kind), w_i, input_precision=PRECISION) + held
        said += tl.dot(d_f.to(kind), w_f, input_precision=PRECISION)
        said += tl.dot(d_g.to(kind), w_g, input_precision=PRECISION)
        said += tl.dot(d_o.to(kind), w_o, input_precision=PRECISION)
    tl.store(d_cell + place, d_c.to(kind), mask=inside)
