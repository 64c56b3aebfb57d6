"""Times the LSTM kernels by themselves on a GPU: ``python benchmarks/recurrent.py``.

Forward and backward at the size of the benchmark's rows, inside a CUDA graph as in training and outside of one. cuDNN's
own layer, with sigmoid gates, is what the others are compared with.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from kerastorch.kernels import fast_paths, on_gpu  # noqa: E402
from kerastorch.kernels.lstm import lstm  # noqa: E402


def milliseconds(work: Callable[[], object], repeats: int = 30) -> float:
    """The median time of some work on the device."""
    for _ in range(3):
        work()
    times = []
    for _ in range(repeats):
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        work()
        end.record()
        end.synchronize()
        times.append(start.elapsed_time(end))
    return statistics.median(times)


def graphed(work: Callable[[], object]) -> Callable[[], None]:
    """The work as a CUDA graph."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            work()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        work()
    return graph.replay


def worker(gate: str, steps: int, batch: int, width: int, units: int, dtype: torch.dtype) -> Callable[[], object]:
    """Forward and backward of one layer."""
    torch.manual_seed(0)
    shapes = (
        (batch, steps, width),
        (4 * units, width),
        (4 * units, units),
        (4 * units,),
        (batch, units),
        (batch, units),
    )
    leaves = [(0.1 * torch.randn(shape)).to("cuda", dtype).requires_grad_() for shape in shapes]
    upstream = torch.randn(batch, units, device="cuda", dtype=dtype)

    def work() -> object:
        _, last, _ = lstm(*leaves, recurrent_activation=gate)
        return torch.autograd.grad(last, leaves[:4], upstream)

    return work


def main() -> None:
    """Prints one line a size, type and kernel."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tiles", action="store_true", help="also other tile sizes of the Triton kernels")
    options = parser.parse_args()
    sizes = [(80, 32, 128, 128), (40, 64, 64, 64), (80, 128, 256, 512)]
    tiles = [(16, 16, 32, 4)] + (
        [(16, 16, 64, 4), (16, 16, 64, 2), (32, 16, 32, 4), (16, 32, 32, 4)] if options.tiles else []
    )
    print("| time, batch, in, units | dtype | kernel | in a graph ms | eager ms | / cuDNN |\n|---|---|---|---|---|---|")
    for size in sizes:
        for dtype in (torch.float32, torch.bfloat16):
            base = None
            for name, gate, tile in [("cuDNN", "sigmoid", None), *(("Triton", "hard_sigmoid", tile) for tile in tiles)]:
                if tile is not None and on_gpu.lstm_scan(torch.ones(1, 1, 1, device="cuda"), ["tanh", gate]) is None:
                    print("no Triton here")
                    continue
                if tile is not None:
                    from kerastorch.kernels import triton_lstm

                    triton_lstm._ROWS, triton_lstm._UNITS, triton_lstm._DEPTH, triton_lstm._WARPS = tile
                work = worker(gate, *size, dtype)
                inside, outside = milliseconds(graphed(work)), milliseconds(work, 5)
                base = base or inside
                label = name if tile is None else f"{name} {tile}"
                kind = str(dtype).removeprefix("torch.")
                print(f"| {size} | {kind} | {label} | {inside:.3f} | {outside:.3f} | {inside / base:.2f} |", flush=True)
    with fast_paths(False):
        work = worker("hard_sigmoid", *sizes[0], torch.float32)
        print(
            f"| {sizes[0]} | float32 | plain loop | {milliseconds(graphed(work)):.3f} | {milliseconds(work, 5):.3f} | |"
        )


if __name__ == "__main__":
    main()
