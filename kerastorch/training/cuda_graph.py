"""A whole step on a GPU as one CUDA graph: recorded once for each kind of batch, then launched by a single call.

On a GPU a small step is mostly the host's work of launching kernels. ``Graphed`` watches a step function; when batches
of one shape keep coming, it records what the step launches and replays that from then on: forward, loss, gradients,
update, metrics. What changes from step to step lives on the device, and so stays live in a replay: the batch, weights
and state, the learning rate, the iteration count, the places in random streams. What a recording has fixed is part of
the key it is kept under. A step that cannot be recorded (it waits for the device, runs code of a script, …) stays as
it is; the reason is logged once, at level INFO. ``KERASTORCH_FAST=0`` turns recording off.

Source: https://pytorch.org/docs/stable/notes/cuda.html#cuda-graphs
"""

from __future__ import annotations

import contextlib
import gc
import logging
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import torch

from ..kernels.switch import fast_enabled, tracing
from .capture import Group, Results, Watch

__all__ = ["Graphed"]

_log = logging.getLogger(__name__)

_WARM_STEPS = 3  # steps of a kind before one is recorded: libraries set themselves up in them; the last one is watched
_SHAPES = 8  # recordings kept for one state of a model: each holds memory of its own
_STATES = 4  # states of a model that recordings are kept of
_SYNC_WARNING = "called a synchronizing CUDA operation"

_streams: dict[torch.device, torch.cuda.Stream] = {}
_repairs = 0  # recordings made before the last one know random streams that are no longer in use


class Graphed:
    """A step function that replays itself from a CUDA graph where its tensors are on a GPU.

    Args:
        step: a function of groups of tensors (inputs, targets, weights) that gives lists of tensors; None entries
            are allowed on both sides, and functions among the results.
        watch: knows when a recording has to be given up.
        deferred: gives objects whose ``pending`` a step sets for later, and the function that works it off.
        generators: gives random streams of its own, besides the device's, that the step draws from.
        lent: the place of results that are used up before the next step, which need no copy.

    Example:
        >>> import kerastorch as keras
        >>> from kerastorch.training.capture import Watch
        >>> model = keras.models.Sequential([keras.layers.Dense(1, input_dim=2)])
        >>> step = Graphed(lambda xs: ([2 * xs[0]],), Watch(model))
        >>> step([torch.ones(1)])  # on a CPU it is the step itself
        ([tensor([2.])],)
    """

    def __init__(
        self,
        step: Callable[..., Results],
        watch: Watch,
        *,
        deferred: Callable[[], tuple[Sequence[Any], Callable[[Any], None]]] | None = None,
        generators: Callable[[], Iterable[torch.Generator]] = tuple,
        lent: int | None = None,
    ) -> None:
        self.step, self.watch = step, watch
        self._deferred, self._generators, self._lent = deferred, generators, lent
        self._tables: dict[int, dict[tuple, int | _Recording | None]] = {}  # by the watch's version
        self._lock = threading.RLock()
        self._busy = False

    def __call__(self, *groups: Group) -> Results:
        first = groups[0][0] if groups[0] else None
        if first is None or first.device.type != "cuda":
            return self.step(*groups)
        if not self.watch.graphable or not fast_enabled() or tracing():
            return self.step(*groups)
        with self._lock:
            if self._busy:  # the step itself asked for a step
                return self.step(*groups)
            self._busy = True
            try:
                return self._run(first.device, groups)
            finally:
                self._busy = False

    def recorded(self) -> int:
        """How many recordings are kept."""
        return len(self.launches())

    def launches(self) -> list[Callable[[], None]]:
        """What launches each recording on the data it was given last: for timing what a GPU does in a step."""
        known = [entry for table in self._tables.values() for entry in table.values()]
        return [entry.launch for entry in known if isinstance(entry, _Recording)]

    def _run(self, device: torch.device, groups: Sequence[Group]) -> Results:
        table = self._table()
        shapes = tuple([None if t is None else (t.shape, t.dtype, t.stride()) for group in groups for t in group])
        key = (device, _repairs, self.watch.fixed, shapes)
        known = table.get(key, 0)
        if isinstance(known, _Recording):
            return known(groups)
        if known is None or (known == 0 and len(table) >= _SHAPES):
            return self.step(*groups)
        if known < _WARM_STEPS - 1:
            table[key] = known + 1
            return self.step(*groups)
        if known < _WARM_STEPS:
            return self._try(table, key, groups)
        return self._record(device, table, key, groups)

    def _table(self) -> dict[tuple, int | _Recording | None]:
        """What is known of the model in its present state; the state used last is the last one."""
        version = self.watch.version
        if next(reversed(self._tables), None) != version:
            self._tables[version] = self._tables.pop(version, {})
            while len(self._tables) > _STATES:
                del self._tables[next(iter(self._tables))]
        return self._tables[version]

    def _try(self, table: dict, key: tuple, groups: Sequence[Group]) -> Results:
        """A real step that is watched for waiting: what waits for the device cannot be recorded."""
        with _noticing_waits() as waits:
            results = self.step(*groups)
        table[key] = _WARM_STEPS
        if waits:
            self._give_up(table, key, f"they wait for the device ({waits[0]})")
        return results

    def _record(self, device: torch.device, table: dict, key: tuple, groups: Sequence[Group]) -> Results:
        try:
            owners, settle = self._deferred() if self._deferred is not None else ((), None)
            for owner in owners:
                settle(owner)
            recording = _Recording(self.step, device, groups, owners, settle, list(self._generators()), self._lent)
        except Exception as error:  # whatever it is: nothing ran yet, and the step itself says what is wrong with it
            self._give_up(table, key, f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")
            return self.step(*groups)
        table[key] = recording
        return recording(groups)

    def _give_up(self, table: dict, key: tuple, reason: str) -> None:
        table[key] = None
        _log.info("%s: steps of this kind are not recorded as a CUDA graph, since %s", self.watch.model.name, reason)


class _Recording:
    """One recorded step: the graph, the memory its inputs are copied to, and where its results lie."""

    def __init__(
        self,
        step: Callable[..., Results],
        device: torch.device,
        groups: Sequence[Group],
        owners: Sequence[Any],
        settle: Callable[[Any], None] | None,
        generators: Sequence[torch.Generator],
        lent: int | None,
    ) -> None:
        self.device = device
        self._groups = [[None if t is None else torch.empty_like(t) for t in group] for group in groups]
        self._inputs = [t for group in self._groups for t in group if t is not None]
        torch._foreach_copy_(self._inputs, [t for group in groups for t in group if t is not None])
        self._graph = torch.cuda.CUDAGraph()
        for generator in generators:
            self._graph.register_generator_state(generator)
        with _capturing(self._graph, device, generators):
            self._results = _Results(step(*self._groups), lent)
        self._pending = [(owner, owner.pending) for owner in owners]
        self._settle = settle
        self._last_stream = torch.cuda.current_stream(device)

    def launch(self) -> None:
        """Runs the step once more on what lies in its memory."""
        self._graph.replay()

    def __call__(self, groups: Sequence[Group]) -> Results:
        stream = torch.cuda.current_stream(self.device)
        if stream != self._last_stream:
            stream.wait_stream(self._last_stream)  # the recording's memory is one and the same on every stream
            self._last_stream = stream
        for owner, pending in self._pending:
            if pending is None and owner.pending is not None:
                self._settle(owner)
        torch._foreach_copy_(self._inputs, [t for group in groups for t in group if t is not None])
        self._graph.replay()
        for owner, pending in self._pending:
            owner.pending = pending
        return self._results.taken()


class _Results:
    """What a recorded step gives. Numbers are packed, so that one copy takes them out of the recording's memory.

    Args:
        results: of the step, while it is recorded.
        lent: the place of a list that is handed out as it is.
    """

    def __init__(self, results: Results, lent: int | None = None) -> None:
        self._lists = [list(group) for group in results]
        self._copied: list[tuple[int, int, torch.Tensor]] = []
        single: dict[torch.dtype, list[tuple[int, int, torch.Tensor]]] = {}
        for i, group in enumerate(self._lists):
            for j, leaf in enumerate(group):
                if i != lent and isinstance(leaf, torch.Tensor):
                    leaf = leaf.detach()
                    (self._copied if leaf.ndim else single.setdefault(leaf.dtype, [])).append((i, j, leaf))
        self._packed = [
            (torch.stack([leaf for _, _, leaf in leaves]), [(i, j) for i, j, _ in leaves]) for leaves in single.values()
        ]

    def taken(self) -> Results:
        """The present results, which the next step leaves alone."""
        lists = [group.copy() for group in self._lists]
        for i, j, leaf in self._copied:
            lists[i][j] = leaf.clone()
        for packed, places in self._packed:
            for (i, j), number in zip(places, packed.clone().unbind()):
                lists[i][j] = number
        return tuple(lists)


@contextlib.contextmanager
def _noticing_waits() -> Iterator[list[str]]:
    """Gathers what torch says of operations that wait for the device inside the block."""
    before = torch.cuda.get_sync_debug_mode()
    waits: list[str] = []
    if before == 2:  # somebody wants an error, and gets one
        yield waits
        return
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        torch.cuda.set_sync_debug_mode("warn")
        try:
            yield waits
        finally:
            torch.cuda.set_sync_debug_mode(before)
    for warning in caught:
        text = str(warning.message)
        if _SYNC_WARNING in text:
            waits.append(f"{warning.filename}:{warning.lineno}")
        elif "ynchronization debug mode" not in text:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)


@contextlib.contextmanager
def _capturing(graph: Any, device: torch.device, generators: Sequence[torch.Generator]) -> Iterator[None]:
    """Records into the graph what is launched inside the block; nothing of it runs."""
    stream = _streams.get(device)
    if stream is None:
        stream = _streams[device] = torch.cuda.Stream(device)
    _make_room(device)
    pool = torch.cuda.graph_pool_handle()
    collecting = gc.isenabled()
    gc.disable()  # what is freed while the device records could spoil the recording
    current = torch.cuda.current_stream(device)
    stream.wait_stream(current)
    try:
        with torch.cuda.stream(stream):
            graph.capture_begin(pool=pool, capture_error_mode="thread_local")
            try:
                yield
            finally:
                try:
                    graph.capture_end()
                except RuntimeError:
                    _repair(device, pool, generators)
                    raise
    finally:
        if collecting:
            gc.enable()
    current.wait_stream(stream)


def _make_room(device: torch.device) -> None:
    """A recording has memory of its own: what eager steps keep in reserve goes back where the device is half full."""
    free, total = torch.cuda.mem_get_info(device)
    if free < total / 2:
        torch.cuda.empty_cache()


def _repair(device: torch.device, pool: Any, generators: Sequence[torch.Generator]) -> None:
    """Leaves the memory allocator and the random streams as if nothing had been tried.

    A recording that broke off leaves both in recording mode; the next dropout would fail with an internal error.
    """
    global _repairs
    _repairs += 1
    with contextlib.suppress(RuntimeError, AttributeError):
        torch._C._cuda_endAllocateToPool(device.index, pool)
    for generator in (torch.cuda.default_generators[device.index], *generators):
        generator.graphsafe_set_state(generator.clone_state())
