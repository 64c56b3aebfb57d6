"""An LSTM's whole recurrence in one kernel: each program keeps its share of the recurrent weights from step to step.

A step of a recurrence is so little work that reading the weights and launching a kernel cost more. Here the programs
divide the units among them; one that has written its units' outputs waits for those of its fellows, who work on the
same samples, before it goes on. All of them have to be on the GPU at once, which the launch is told to see to. Its slow
twins are the kernels of ``triton_lstm``, launched once a step.

Source: Diamos et al., Persistent RNNs: Stashing Recurrent Weights On-Chip (2016),
https://proceedings.mlr.press/v48/diamos16.html
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl

from .chip import keeps, properties
from .triton_pointwise import activate, load_gates, step_back, step_of, store_gates, zeros_unless

__all__ = ["fits", "forward", "backward"]

Tensor = torch.Tensor

_ROWS = 16  # samples of one program
_UNITS = 16  # units of one program
_WARPS = 8
_APART = 32  # counters lie in cache lines of their own
_MOST_UNITS = {torch.float32: 128, torch.bfloat16: 256, torch.float16: 256}  # whose weights the registers hold


def fits(like: Tensor, batch: int, units: int) -> bool:
    """Whether all programs run at once, with the weights in their registers.

    Args:
        like: data of the type and device.
        batch: samples.
        units: units of the layer.
    """
    programs = triton.cdiv(batch, _ROWS) * triton.cdiv(units, _UNITS)
    at_once = programs <= properties(like.device).multi_processor_count
    weights = 4 * _UNITS * max(16, triton.next_power_of_2(units))
    return at_once and units <= _MOST_UNITS[like.dtype] and keeps(like, weights)


def forward(
    gates: Tensor, weight: Tensor, outputs: Tensor, cells: Tensor, mask: Tensor, fixed: dict, alone: bool = False
) -> None:
    """All steps: ``gates`` become the activated gates; ``outputs`` and ``cells`` are written from the second row on.

    Args:
        gates: (time, batch, 4 * units), gates i, f, c, o.
        weight: (4 * units, units).
        outputs: (time + 1, batch, units).
        cells: the same.
        mask: bytes (time, batch), anything where nothing is masked.
        fixed: the compile-time arguments that all ways share.
        alone: one launch a step, with nobody to wait for, as Triton's interpreter needs it.
    """
    steps, (batch, units) = gates.shape[0], outputs.shape[1:]
    grid, counters, options = _launch(gates, batch, units, fixed, alone)
    options |= {"HALF": max(16, triton.next_power_of_2(units) // 2)}
    for first, last in [(t, t + 1) for t in range(steps)] if alone else [(0, steps)]:
        _forward[grid](gates, weight, outputs, cells, mask, counters, first, last, batch, units, **options)


def backward(
    grads: Tensor,
    gates: Tensor,
    weight: Tensor,
    cells: Tensor,
    d_hidden: Tensor,
    d_cell: Tensor,
    mask: Tensor,
    fixed: dict,
    alone: bool = False,
) -> None:
    """All steps, from the last to the first: ``grads`` is written, ``d_cell`` goes back to the first step.

    Args:
        grads: (time, batch, 4 * units), of the gates before their activations.
        gates: what ``forward`` made of them.
        weight: (4 * units, units).
        cells: (time + 1, batch, units).
        d_hidden: the same, what is known of the outputs' gradients; with a mask, all of them in the end.
        d_cell: (batch, units).
        mask: as for ``forward``.
        fixed: as for ``forward``.
        alone: as for ``forward``.
    """
    steps, (batch, units) = gates.shape[0], d_cell.shape
    grid, counters, options = _launch(gates, batch, units, fixed, alone)
    options |= {"ALL": max(16, triton.next_power_of_2(units)), "FELLOWS": grid[1]}
    said = torch.empty(2, *grid, grid[1], _ROWS, _UNITS, device=gates.device)
    for first, last in [(t, t + 1) for t in reversed(range(steps))] if alone else [(0, steps)]:
        _backward[grid](
            *(grads, gates, weight, cells, d_hidden, d_cell, mask, said, counters),
            *(first, last, steps, batch, units),
            **options,
        )


def _launch(like: Tensor, batch: int, units: int, fixed: dict, alone: bool) -> tuple[tuple[int, int], Tensor, dict]:
    grid = triton.cdiv(batch, _ROWS), triton.cdiv(units, _UNITS)
    counters = torch.zeros(grid[0] * _APART, dtype=torch.int32, device=like.device)
    own = {
        "ROWS": _ROWS,
        "UNITS": _UNITS,
        "APART": _APART,
        "num_warps": _WARPS,
        "num_stages": 1,  # nothing of a step may be read before the fellows have written it
        "launch_cooperative_grid": not alone,
    }
    return grid, counters, {**fixed, **own}


@triton.jit
def _arrive(counter):
    """Tells the fellows that everything this program has written so far may be read."""
    tl.debug_barrier()  # all threads have written
    tl.atomic_add(counter, 1, sem="release", scope="gpu")


@triton.jit
def _await(counter, arrivals):
    """Waits for so many arrivals. Each thread looks for itself, so that none has to wait for another to tell it."""
    seen = arrivals - 1
    while seen < arrivals:
        seen = tl.inline_asm_elementwise(
            "ld.acquire.gpu.global.s32 $0, [$1];", "=r,l", [counter.to(tl.int64)], tl.int32, is_pure=False, pack=1
        )


@triton.jit(do_not_specialize=["first", "last", "batch"])
def _forward(
    gates,
    weight,
    outputs,
    cells,
    mask,
    counters,
    first,
    last,
    batch,
    units: tl.constexpr,
    MASKED: tl.constexpr,
    ACT: tl.constexpr,
    REC: tl.constexpr,
    PRECISION: tl.constexpr,
    ROWS: tl.constexpr,
    UNITS: tl.constexpr,
    HALF: tl.constexpr,
    APART: tl.constexpr,
):
    """Steps ``first`` to ``last - 1``."""
    row = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    unit = tl.program_id(1) * UNITS + tl.arange(0, UNITS)
    inside = (row < batch)[:, None] & (unit < units)[None, :]
    place = row[:, None] * units + unit[None, :]
    gate_place = row[:, None] * (4 * units) + unit[None, :]
    # The weights of this program's units, the four gates of a unit side by side, in two halves of the outputs' units.
    column = tl.arange(0, 4 * UNITS)
    owner = tl.program_id(1) * UNITS + column // 4
    k = tl.arange(0, HALF)
    block = weight + ((column % 4) * units + owner)[None, :] * units + k[:, None]
    there = (owner < units)[None, :]
    near = tl.load(block, mask=there & (k < units)[:, None], other=0.0)
    far = tl.load(block + HALF, mask=there & (k + HALF < units)[:, None], other=0.0)
    fed_place = row[:, None] * units + k[None, :]
    fed_near = (row < batch)[:, None] & (k < units)[None, :]
    fed_far = (row < batch)[:, None] & (k + HALF < units)[None, :]
    kind = gates.dtype.element_ty
    counter = counters + tl.program_id(0) * APART
    fellows = tl.num_programs(1)
    size = batch * units
    step = first.to(tl.int64) * size
    now = gates + 4 * step + gate_place
    x_i, x_f, x_g, x_o = load_gates(now, units, inside)
    old_c = tl.load(cells + step + place, mask=inside, other=0.0).to(tl.float32)
    old_h = tl.load(outputs + step + place, mask=inside, other=0.0).to(tl.float32)
    for t in range(first, last):
        fed = outputs + step + fed_place
        h_near = tl.load(fed, mask=fed_near, other=0.0, cache_modifier=".cg")
        h_far = tl.load(fed + HALF, mask=fed_far, other=0.0, cache_modifier=".cg")
        products = tl.dot(h_near, near, input_precision=PRECISION) + tl.dot(h_far, far, input_precision=PRECISION)
        i_and_g, f_and_o = tl.split(tl.reshape(products, (ROWS, UNITS, 2, 2)))
        i, g = tl.split(i_and_g)
        f, o = tl.split(f_and_o)
        i, f, g, o, c, h = step_of(i + x_i, f + x_f, g + x_g, o + x_o, old_c, ACT, REC)
        if MASKED:
            counts = tl.load(mask + t * batch + row, mask=row < batch, other=0)[:, None] != 0
            c = tl.where(counts, c, old_c)
            h = tl.where(counts, h, old_h)
        tl.store(outputs + step + size + place, h.to(kind), mask=inside)
        if t + 1 < last:
            _arrive(counter)
        now = gates + 4 * step + gate_place
        store_gates(now, units, inside, i, f, g, o)
        tl.store(cells + step + size + place, c.to(kind), mask=inside)
        step += size
        now = gates + 4 * step + gate_place
        more = inside & (t + 1 < last)
        x_i, x_f, x_g, x_o = load_gates(now, units, more)
        old_c = c
        old_h = h.to(kind).to(tl.float32)
        if t + 1 < last:
            _await(counter, (t + 1 - first) * fellows)


@triton.jit(do_not_specialize=["first", "last", "steps", "batch"])
def _backward(
    grads,
    gates,
    weight,
    cells,
    d_hidden,
    d_cell,
    mask,
    said,
    counters,
    first,
    last,
    steps,
    batch,
    units: tl.constexpr,
    MASKED: tl.constexpr,
    ACT: tl.constexpr,
    REC: tl.constexpr,
    PRECISION: tl.constexpr,
    ROWS: tl.constexpr,
    UNITS: tl.constexpr,
    ALL: tl.constexpr,
    FELLOWS: tl.constexpr,
    APART: tl.constexpr,
):
    """Steps ``last - 1`` to ``first``."""
    row = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    unit = tl.program_id(1) * UNITS + tl.arange(0, UNITS)
    inside = (row < batch)[:, None] & (unit < units)[None, :]
    place = row[:, None] * units + unit[None, :]
    gate_place = row[:, None] * (4 * units) + unit[None, :]
    # What the gates of this program's units, side by side, say about all units' outputs.
    column = tl.arange(0, 4 * UNITS)
    owner = tl.program_id(1) * UNITS + column // 4
    to = tl.arange(0, ALL)
    block = weight + ((column % 4) * units + owner)[:, None] * units + to[None, :]
    block = tl.load(block, mask=(owner < units)[:, None] & (to < units)[None, :], other=0.0)
    # A tile for each reader and writer; those of two steps, since a fellow may still read the last one's.
    tile = ROWS * UNITS
    group = said + tl.program_id(0) * (FELLOWS * FELLOWS * tile)
    apart = tl.num_programs(0) * (FELLOWS * FELLOWS * tile)
    tell = (to // UNITS) * FELLOWS * tile + tl.program_id(1) * tile + to % UNITS
    tell = tell[None, :] + tl.arange(0, ROWS)[:, None] * UNITS
    told = (to < FELLOWS * UNITS)[None, :]
    hear = tl.program_id(1) * FELLOWS * tile + tl.arange(0, ROWS)[:, None] * UNITS + tl.arange(0, UNITS)[None, :]
    kind = gates.dtype.element_ty
    counter = counters + tl.program_id(0) * APART
    size = batch * units
    step = (last - 1).to(tl.int64) * size
    carried = tl.load(d_cell + place, mask=inside, other=0.0).to(tl.float32)
    later_h = tl.zeros((ROWS, UNITS), tl.float32)  # the gradient of the next step's output
    if MASKED:
        if last < steps:
            later_h = tl.load(d_hidden + step + 2 * size + place, mask=inside, other=0.0).to(tl.float32)
    for n in range(last - first):
        t = last - 1 - n
        after = step + size + place
        now = gates + 4 * step + gate_place
        d_h = tl.load(d_hidden + after, mask=inside, other=0.0).to(tl.float32)
        i, f, g, o = load_gates(now, units, inside)
        squashed = activate(tl.load(cells + after, mask=inside, other=0.0).to(tl.float32), ACT)
        old_c = tl.load(cells + step + place, mask=inside, other=0.0).to(tl.float32)
        if n > 0:
            _await(counter, n * FELLOWS)
        known = t + 1 < steps  # before the last step nothing is said about its output but from outside
        heard = group + ((t + 1) % 2) * apart + hear
        for fellow in tl.static_range(FELLOWS):
            d_h += tl.load(heard + fellow * tile, mask=inside & known, other=0.0, cache_modifier=".cg")
        if MASKED:
            held = tl.load(mask + (t + 1) * batch + row, mask=(row < batch) & known, other=1)[:, None] == 0
            d_h += tl.where(held, later_h, 0.0)
            later_h = d_h.to(kind).to(tl.float32)
        d_i, d_f, d_g, d_o, back = step_back(d_h, carried, i, f, g, o, squashed, old_c, ACT, REC)
        if MASKED:
            counts = tl.load(mask + t * batch + row, mask=row < batch, other=0)[:, None] != 0
            d_i, d_f, d_g, d_o = zeros_unless(counts, d_i, d_f, d_g, d_o)
            back = tl.where(counts, back, carried)
        carried = back
        if t > 0:
            four = tl.reshape(tl.join(tl.join(d_i, d_g), tl.join(d_f, d_o)), (ROWS, 4 * UNITS))
            says = tl.dot(four.to(kind), block, input_precision=PRECISION)
            tl.store(group + (t % 2) * apart + tell, says, mask=told)
            if t > first:
                _arrive(counter)
        if MASKED:
            tl.store(d_hidden + after, d_h.to(kind), mask=inside)
        mine = grads + 4 * step + gate_place
        store_gates(mine, units, inside, d_i, d_f, d_g, d_o)
        step -= size
    tl.store(d_cell + place, carried.to(kind), mask=inside)
