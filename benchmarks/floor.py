"""How far a training step on a GPU is from what bytes and operations alone would take: ``python benchmarks/floor.py``.

The floor of a step is the larger of two times: its floating point operations over the rate of a large matrix product,
and the fewest bytes it must move over the rate of a large copy. Both rates are measured here. Bytes are: each weight
read forward and backward, its gradient written and read, its optimizer state and itself read and written; each module's
output written, read by the next one, and the same for its gradient; the batch read once. What cuDNN's recurrent layers
do is not counted.

Besides, the recorded step is launched by itself: where that takes as long as a step of ``fit``, the GPU is what fit
waits for; where kernels run for less than that, it waits between kernels.
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import sys
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import kerastorch
from benchmarks import keras_loops, loops, rows

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
    hooks = [
        m.register_forward_hook(lambda m, i, o: sizes.append((o[0] if isinstance(o, tuple) else o).numel()))
        for m in leaves
    ]
    with FlopCounterMode(display=False) as counter:
        loops.loss_of(row)(model(*xs), y).backward()
    for hook in hooks:
        hook.remove()
    weights = sum(p.numel() for p in model.parameters())
    moved = weights * (2 + 2 + 2 * (1 + _SLOTS[hand.optimizer])) + 4 * sum(sizes) + sum(x.numel() for x in xs)
    return float(counter.get_total_flops()), 4.0 * moved


def inside(launch: Callable[[], None], repeats: int = 20) -> tuple[float, float, int, list[str]]:
    """What the GPU does in a step: how long it takes, how long kernels run, how many they are, the longest of them."""

    def many() -> None:
        for _ in range(repeats):
            launch()

    many()
    whole = seconds(many) / repeats
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CUDA]) as profile:
        many()
        torch.cuda.synchronize()
    found = [event for event in profile.key_averages() if event.device_type == torch.autograd.DeviceType.CUDA]
    found.sort(key=lambda event: -event.self_device_time_total)
    busy = sum(event.self_device_time_total for event in found) / repeats / 1e6
    longest = [
        f"{event.self_device_time_total / repeats:.1f} us in {event.count / repeats:g}: {event.key[:90]}"
        for event in found[:7]
    ]
    return whole, busy, round(sum(event.count for event in found) / repeats), longest


def main() -> None:
    """Prints the rates and a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", default="mlp,cnn,resnet")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--precision", default="highest", help="of float32 products, see config.set_float32_precision")
    options = parser.parse_args()
    bandwidth, products = rates()
    print(f"{torch.cuda.get_device_name()}: copy {bandwidth / 1e12:.2f} TB/s, products", end=" ")
    print(", ".join(f"{name} {rate / 1e12:.1f} TFLOP/s" for name, rate in products.items()))
    head = "row|GFLOP|MB|by operations ms|by bytes ms|fit ms|fit / floor|a replay ms|kernels run ms|kernels".split("|")
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    kerastorch.config.set_device("cuda")
    if options.precision != "highest":
        kerastorch.config.set_float32_precision(options.precision)
    details = []
    for row in rows.select(options.rows):
        if row.work == "fit":
            operations, moved = work_of(row)
            peer = keras_loops.KerasScript(dataclasses.replace(row, steps=options.steps), kerastorch)
            peer.fit()
            step = statistics.median(seconds(peer.fit, 1) for _ in range(5)) / options.steps
            convolves = loops.HAND[row.model].images and torch.backends.cudnn.allow_tf32
            fast = convolves or options.precision != "highest"
            by_operations = operations / products["tf32" if fast else "float32"]
            by_bytes = moved / bandwidth
            line = (
                f"| {row.name} | {operations / 1e9:.3f} | {moved / 1e6:.1f} | {1000 * by_operations:.4f} | "
                f"{1000 * by_bytes:.4f} | {1000 * step:.4f} | {step / max(by_operations, by_bytes):.1f} |"
            )
            launches = peer.model._program.update.launches()
            if launches:
                whole, busy, count, longest = inside(launches[-1])
                line += f" {1000 * whole:.4f} | {1000 * busy:.4f} | {count} |"
                details += [f"{row.name}:", *(f"    {each}" for each in longest)]
            print(line, flush=True)
    print("\n".join(details))


if __name__ == "__main__":
    main()
