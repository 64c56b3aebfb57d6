"""Times the LSTM kernels by themselves on a GPU: ``python benchmarks/recurrent.py``.

Forward, and forward with backward, at the size of the benchmark's rows and larger, inside a CUDA graph as in training.
cuDNN's own layer, with sigmoid gates and exact products, is what the others are compared with.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from kerastorch.kernels import fast_paths, triton_lstm
from kerastorch.kernels.lstm import lstm


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


def leaves_of(steps: int, batch: int, width: int, units: int, dtype: torch.dtype) -> list[torch.Tensor]:
    """Data, weights and states of one layer."""
    torch.manual_seed(0)
    shapes = [
        (batch, steps, width),
        (4 * units, width),
        (4 * units, units),
        (4 * units,),
        (batch, units),
        (batch, units),
    ]
    return [(0.1 * torch.randn(shape)).to("cuda", dtype).requires_grad_() for shape in shapes]


def training(gate: str, leaves: list[torch.Tensor]) -> Callable[[], list[torch.Tensor]]:
    """Forward and backward of one layer; gives the last output and the gradients."""
    upstream = torch.ones_like(leaves[4])

    def work() -> list[torch.Tensor]:
        _, last, _ = lstm(*leaves, recurrent_activation=gate)
        return [last, *torch.autograd.grad(last, leaves[:4], upstream)]

    return work


def inference(gate: str, leaves: list[torch.Tensor]) -> Callable[[], torch.Tensor]:
    """Forward alone."""

    def work() -> torch.Tensor:
        with torch.no_grad():
            return lstm(*leaves, recurrent_activation=gate)[1]

    return work


def error_of(gate: str, leaves: list[torch.Tensor]) -> float:
    """The largest relative difference from the plain loop in double precision."""
    doubles = [leaf.detach().double().requires_grad_() for leaf in leaves]
    with fast_paths(False):
        wanted = training(gate, doubles)()
    found = training(gate, leaves)()
    return max(((a.double() - b).norm() / b.norm()).item() for a, b in zip(found, wanted, strict=True))


@contextlib.contextmanager
def only(way: str | None) -> Iterator[None]:
    """Which of ``triton_lstm.WAYS`` is used; None is a launch a step."""
    fits = {name: module.fits for name, module in triton_lstm.WAYS.items()}
    for name in fits.keys() - {way}:
        triton_lstm.WAYS[name].fits = lambda *args: False
    try:
        yield
    finally:
        for name, before in fits.items():
            triton_lstm.WAYS[name].fits = before


def main() -> None:
    """Prints one line a size, type and kernel."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    kinds = [
        ("cuDNN, exact", "sigmoid", None),
        ("cuDNN, TF32", "sigmoid", None),
        ("Triton, single", "hard_sigmoid", "single"),
        ("Triton, persistent", "hard_sigmoid", "persistent"),
        ("Triton, a step", "hard_sigmoid", None),
    ]
    print("| time, batch, in, units | dtype | kernel | forward ms | training ms | / cuDNN, exact | error |")
    print("|---|---|---|---|---|---|---|")
    sizes = [(80, 32, 128, 128), (40, 64, 64, 64), (200, 16, 32, 32), (80, 32, 256, 256), (80, 128, 256, 512)]
    for size in sizes:
        for dtype in (torch.float32, torch.bfloat16):
            base = None
            leaves = leaves_of(*size, dtype)
            for name, gate, way in kinds:
                torch.backends.cudnn.allow_tf32 = name == "cuDNN, TF32"
                if torch.backends.cudnn.allow_tf32 and dtype == torch.bfloat16:
                    continue  # the same as the other
                if way and not triton_lstm.WAYS[way].fits(leaves[0], size[1], size[3]):
                    continue
                with only(way):
                    forward = milliseconds(graphed(inference(gate, leaves)))
                    both = milliseconds(graphed(training(gate, leaves)))
                    error = error_of(gate, leaves) if size[0] * size[3] <= 80 * 256 else float("nan")
                base = base or both
                kind = str(dtype).removeprefix("torch.")
                line = f"| {size} | {kind} | {name} | {forward:.3f} | {both:.3f} | {both / base:.2f} | {error:.1e} |"
                print(line, flush=True)


if __name__ == "__main__":
    main()
