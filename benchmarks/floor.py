"""How far a training step on a GPU is from what bytes and operations alone would take: ``python benchmarks/floor.py``.

The floor of a step is the larger of two times: its floating point operations over the rate of a large matrix product,
and the fewest bytes it must move over the rate of a large copy. Both rates are measured here. Bytes are: each weight
read forward and backward, its gradient written and read, its optimizer state and itself read and written; each module's
output written, read by the next one, and the same for its gradient; the batch read once.
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import sys
from pathlib import Path

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import kerastorch  # noqa: E402
from benchmarks import keras_loops, loops, rows  # noqa: E402

_SLOTS = {"sgd": 1, "rmsprop": 1, "adam": 2, "adadelta": 2}  # numbers an optimizer keeps for each weight


def seconds(work, repeats: int = 10) -> float:
    """The least time of some work on the device."""
    times = []
    for _ in range(repeats):
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        work()
        end.record()
        end.synchronize()
        times.append(start.elapsed_time(end) / 1000)
    return min(times)


def rates() -> tuple[float, dict[str, float]]:
    """Bytes a second of a copy, operations a second of a product in float32 and TF32."""
    source = torch.randn(1 << 28, device="cuda")
    target = torch.empty_like(source)
    bandwidth = 2 * source.numel() * 4 / seconds(lambda: target.copy_(source))
    a = torch.randn(8192, 8192, device="cuda")
    found = {}
    before = torch.get_float32_matmul_precision()
    for name, precision in (("float32", "highest"), ("tf32", "high")):
        torch.set_float32_matmul_precision(precision)
        found[name] = 2 * 8192**3 / seconds(lambda: a @ a)
    torch.set_float32_matmul_precision(before)
    return bandwidth, found


def work_of(row: rows.Row) -> tuple[float, float]:
    """Operations and bytes of a step."""
    hand = loops.HAND[row.model]
    model = hand.usual().cuda()
    xs, y = row.data(row.batch)
    xs = loops.on_device(xs, hand.images, torch.device("cuda"))
    y = loops.on_device([y], False, torch.device("cuda"))[0]
    sizes: list[int] = []
    leaves = [m for m in model.modules() if not list(m.children()) and not isinstance(m, nn.Identity)]
    hooks = [m.register_forward_hook(lambda m, i, o: sizes.append(o.numel())) for m in leaves]
    with FlopCounterMode(display=False) as counter:
        loops.loss_of(row)(model(*xs), y).backward()
    for hook in hooks:
        hook.remove()
    weights = sum(p.numel() for p in model.parameters())
    moved = weights * (2 + 2 + 2 * (1 + _SLOTS[hand.optimizer])) + 4 * sum(sizes) + sum(x.numel() for x in xs)
    return float(counter.get_total_flops()), 4.0 * moved


def main() -> None:
    """Prints the rates and a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", default="mlp,cnn,resnet")
    parser.add_argument("--steps", type=int, default=200)
    options = parser.parse_args()
    bandwidth, products = rates()
    print(f"{torch.cuda.get_device_name()}: copy {bandwidth / 1e12:.2f} TB/s, products", end=" ")
    print(", ".join(f"{name} {rate / 1e12:.1f} TFLOP/s" for name, rate in products.items()))
    print("| row | GFLOP | MB | by operations ms | by bytes ms | fit ms | fit / floor |\n|---|---|---|---|---|---|---|")
    kerastorch.config.set_device("cuda")
    for row in rows.select(options.rows):
        if row.work == "fit":
            operations, moved = work_of(row)
            peer = keras_loops.KerasScript(dataclasses.replace(row, steps=options.steps), kerastorch)
            peer.fit()
            step = statistics.median(seconds(peer.fit, 1) for _ in range(5)) / options.steps
            convolves = loops.HAND[row.model].images and torch.backends.cudnn.allow_tf32
            by_operations = operations / products["tf32" if convolves else "float32"]
            by_bytes = moved / bandwidth
            print(
                f"| {row.name} | {operations / 1e9:.3f} | {moved / 1e6:.1f} | {1000 * by_operations:.4f} | "
                f"{1000 * by_bytes:.4f} | {1000 * step:.4f} | {step / max(by_operations, by_bytes):.1f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
