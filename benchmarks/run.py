"""Times kerastorch against loops written by hand, and against other Kerases: ``python benchmarks/run.py``.

Each peer has a process of its own. All take turns (A B A B …) at the same model, data and work, metrics included. What
counts are the ratios: the machine is seldom quiet.

    python benchmarks/run.py                      every row, against the tuned and the usual loop
    python benchmarks/run.py --quick              fewer turns, under three minutes on two quiet cores
    python benchmarks/run.py --rows tiny,lstm     some rows only; first means the first five
    python benchmarks/run.py --peer-python keras3-torch=/path/to/python --peer-python tf_keras=/another/python
    python benchmarks/run.py --read figures.json --plot ratios.png
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import measure, peers, report, rows

_GROWTH = {"predict_one": "predict()", "on_batch": "train_on_batch()"}


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--rows", help="names of rows, or first (five of them); all when missing")
    parser.add_argument("--peers", default="tuned,usual,floor", help=", ".join((*peers.HAND_WRITTEN, *peers.KERAS)))
    parser.add_argument("--peer-python", action="append", default=[], metavar="NAME=PATH", help="a peer elsewhere")
    parser.add_argument("--device", choices=("cpu", "cuda"), help="cuda where there is one")
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--turns", type=int, help="turns of each, 15 when missing")
    parser.add_argument(
        "--longer", type=int, help="so many times the steps in a turn; 20 on a GPU, where they are short"
    )
    parser.add_argument("--quick", action="store_true", help="5 turns of each, and fewer calls")
    parser.add_argument("--by", choices=("median", "min"), default="median", help="what stands for all turns")
    parser.add_argument("--patience", type=float, default=300, help="seconds to wait for a peer's answer")
    parser.add_argument("--json", type=Path, help="where to write all figures")
    parser.add_argument("--read", type=Path, help="figures that --json wrote, to be shown instead of measuring")
    parser.add_argument("--plot", type=Path, help="where to draw the ratios (needs kerastorch[plot])")
    return parser.parse_args(given)


def figures(options: argparse.Namespace) -> dict[str, Any]:
    """Measures what the command line asks for."""
    device = options.device or _device()
    turns = options.turns or (5 if options.quick else 15)
    longer = options.longer or (20 if device == "cuda" else 1)
    wanted = [row.longer(longer) for row in rows.select(options.rows)]
    named = {measure.US: sys.executable, **peers.chosen(options.peers, options.peer_python)}
    everybody = [peers.Peer(name, path, device, options.threads, options.patience) for name, path in named.items()]
    found: dict[str, Any] = {
        "machine": report.machine(options.threads, device),
        "command": " ".join(["python benchmarks/run.py", *sys.argv[1:]]),
        "turns": turns,
        "rows": {},
        "growth": {},
        "peers": {},
    }
    try:
        for row in wanted:
            print(f"  {row.title} …", file=sys.stderr, flush=True)
            found["rows"][row.name] = measure.measured(row, everybody, turns)
            if row.name in _GROWTH:
                calls = 2000 if options.quick else 20000
                found["growth"][row.name] = {"calls": calls, "MB": measure.grown(everybody[0], row, calls)}
            found["peers"] = {peer.name: peer.about for peer in everybody}
            if options.json:  # after each row, so that a run that is cut short leaves its figures
                options.json.write_text(json.dumps(found, indent=1))
    finally:
        for peer in everybody:
            peer.close()
    return found


def _device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def show(found: dict[str, Any], by: str) -> None:
    """Prints the tables."""
    print(", ".join(f"{key}: {value}" for key, value in found["machine"].items()))
    print(", ".join(f"{name}: {about or 'did not start'}" for name, about in found["peers"].items()))
    print(f"{by} of {found['turns']} turns\n")
    print(report.table(found["rows"], by), report.memory(found["rows"]), report.aims(found["rows"], by), sep="\n\n")
    for name, grown in found["growth"].items():
        print(f"{grown['calls']} calls of {_GROWTH[name]}: {grown['MB']:+.2f} MB of resident memory")
    left_out = dict.fromkeys(reason for row in found["rows"].values() for reason in row["left_out"])
    for reason in left_out:
        print(f"left out: {reason}")


def main() -> None:
    """Measures or reads, and shows."""
    options = arguments()
    found = json.loads(options.read.read_text()) if options.read else figures(options)
    show(found, options.by)
    if options.plot:
        report.plot(found["rows"], options.plot, options.by)


if __name__ == "__main__":
    main()
