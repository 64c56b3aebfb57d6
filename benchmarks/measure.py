"""Turns: A B A B …, so that whatever else the machine does meets everybody."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from benchmarks.peers import LeftOut, Peer
from benchmarks.rows import Row

__all__ = ["US", "Measured", "grown", "measured"]

US = "kerastorch"
Measured = dict[str, Any]  # "ms": times by peer, one a turn; "peak": MB by peer; "left_out": reasons


def measured(row: Row, peers: Sequence[Peer], turns: int) -> Measured:
    """A row's figures.

    Args:
        row: what to do.
        peers: who takes part; a peer that fails is left out from there on.
        turns: how many each has.
    """
    if row.work == "import":
        return _imports(peers, turns)
    found: Measured = {"ms": {}, "peak": {}, "left_out": []}
    at_work = [peer for peer in peers if _tried(found, peer, peer.ready, row) is not _FAILED]
    times: dict[str, list[float]] = {peer.name: [] for peer in at_work}
    for turn in range(turns):
        first = turn % max(1, len(at_work))  # nobody always follows the same one
        for peer in [*at_work[first:], *at_work[:first]]:
            seconds = _tried(found, peer, peer.turn)
            if seconds is _FAILED:
                at_work.remove(peer)
                del times[peer.name]
            else:
                times[peer.name].append(1000 * seconds / row.steps)
    found["ms"] = times
    for peer in at_work:
        peak = _tried(found, peer, peer.peak)
        if peak is not _FAILED:
            found["peak"][peer.name] = peak
    return found


_FAILED: Any = object()


def _tried(found: Measured, peer: Peer, work: Any, *arguments: Any) -> Any:
    try:
        return work(*arguments)
    except LeftOut as reason:
        if str(reason):
            print(f"    left out: {reason}", file=sys.stderr, flush=True)
            found["left_out"].append(str(reason))
        return _FAILED


def _imports(peers: Sequence[Peer], turns: int) -> Measured:
    """Milliseconds that each peer's import takes in a fresh interpreter; a loop written by hand imports torch."""
    found: Measured = {"ms": {}, "peak": {}, "left_out": []}
    fresh = {peer.name: peer.twin() for peer in peers if peer.name not in ("usual", "floor", "compiled")}
    for _ in range(min(turns, 5)):
        for name, peer in list(fresh.items()):
            seconds = _tried(found, peer, peer.start)
            peer.close()
            if seconds is _FAILED:
                del fresh[name]
                found["ms"].pop(name, None)
            else:
                found["ms"].setdefault(name, []).append(1000 * seconds)
    return found


def grown(peer: Peer, row: Row, calls: int) -> float | None:
    """MB of resident memory that so many calls of kerastorch leave behind, after some to warm up."""
    peer.ready(row)
    peer.growth(5)
    return peer.growth(-(-calls // row.steps))
