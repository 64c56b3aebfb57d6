"""A step as a flat list of tensor operations, recorded once and replayed without layers, autograd or Python's part.

For small models most of a step is Python and autograd, not arithmetic. ``Captured`` watches a step function: when
batches of one shape keep coming, it records every operation that one real step runs, below autograd, writes them down
as straight-line Python, checks on the next batch that this gives the same bits, and runs it from then on. Whatever
cannot be shown to be the same each time (a user's own code, hooks, a value read on the host) stays with the step
function; the reason is logged once, at level DEBUG. ``KERASTORCH_FAST=0`` turns it off.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import torch

from ..kernels.switch import fast_enabled, tracing
from ..kernels.threads import one_thread
from .replay import replay_of
from .tape import Tape
from .unchanged import Unchanged, refusal

__all__ = ["Captured", "Watch"]

_log = logging.getLogger(__name__)

_WARM_STEPS = 6  # batches of a shape before a step on it is recorded: a few single calls are not worth it
_SHAPES = 8  # how many are kept, so that sequences of every length do not pile up
_STATES = 4  # states of a model that recordings are kept of
_MOST_BYTES = 1 << 29  # results of one step together, kept while it is recorded; a larger step would gain nothing
# A step whose results are all smaller than what torch divides among threads, and whose matrix products are this small
# at most (in multiplications), is quicker on one thread than waking another takes.
_SMALL_RESULT = 1 << 15
_SMALL_PRODUCT = 1 << 19

_numbers = itertools.count(1)

Group = Sequence[torch.Tensor | None]
Results = tuple[list[torch.Tensor | None], ...]


class Watch:
    """Tells when what a model's steps read besides their batches may have changed.

    Args:
        model: the model.
        owners: losses, metrics and penalties that run with it.
        buffers: tensors outside of the model that steps write to.
        settings: gives numbers that an update on a GPU reads on the host besides.
        factor: gives the number that the loss is multiplied by before gradients are taken.

    Attributes:
        version: the number of the state that the model is in; it has the same number when it comes back to that state,
            as GAN scripts do that switch ``trainable`` to and fro.
        allowed: whether the model's steps may be recorded on a tape in this state.
        graphable: whether they may be recorded as a CUDA graph in it.
    """

    def __init__(
        self,
        model: Any,
        owners: Sequence[Any] = (),
        buffers: Sequence[torch.Tensor] = (),
        settings: Callable[[], Hashable] = tuple,
        factor: Callable[[], float | None] = lambda: None,
    ) -> None:
        self.model, self.owners, self._more = model, owners, buffers
        self._settings, self._factor = settings, factor
        self._fixed: Hashable = None
        self.version = 0
        self.allowed = self.graphable = False
        self._states: list[tuple[Unchanged, float | None, int, tuple[bool, bool]]] = []  # the present one last
        self._told: set[str] = set()

    def look(self) -> bool:
        """Has to be called before steps that other code may have run in front of.

        Returns:
            Whether the model is in a state that it was in at an earlier call, and may be recorded in it.
        """
        if not fast_enabled() or self.model.__dict__.get("run_eagerly"):
            self.allowed = self.graphable = False
            return False
        self._fixed = None
        factor = self._factor()
        for place in range(len(self._states) - 1, -1, -1):
            unchanged, known, version, allowed = self._states[place]
            if known == factor and unchanged.holds():
                self.version, (self.allowed, self.graphable) = version, allowed
                if place + 1 < len(self._states):
                    self._states.append(self._states.pop(place))
                return any(allowed)
        on_gpu = next((w.device.type == "cuda" for w in self.weights), False)
        reason = refusal(self.model, self.owners, on_gpu)
        if reason is not None and reason not in self._told:
            self._told.add(reason)
            level = logging.INFO if on_gpu else logging.DEBUG
            _log.log(level, "%s: steps run eagerly, since %s", self.model.name, reason)
        self.version = next(_numbers)
        self.allowed, self.graphable = reason is None and not on_gpu, reason is None and on_gpu
        state = Unchanged(self.model, self.owners), factor, self.version, (self.allowed, self.graphable)
        self._states = [*self._states[1 - _STATES :], state]
        return False

    @property
    def fixed(self) -> Hashable:
        """What ``settings`` gave when it was first asked for after the latest look."""
        if self._fixed is None:
            self._fixed = self._settings()
        return self._fixed

    @property
    def weights(self) -> list[torch.Tensor]:
        """Tensors that are there before and after a step."""
        return [*self.model.parameters(), *self.buffers]

    @property
    def buffers(self) -> list[torch.Tensor]:
        """Tensors that a step may write to."""
        return [*self.model.buffers(), *self._more]


class Captured:
    """A step function that replays itself where that gives the same bits.

    Args:
        step: a function of groups of tensors (inputs, targets, weights) that gives lists of tensors, None entries
            allowed on both sides. It writes to nothing but the watch's buffers.
        watch: knows when a recording has to be given up.

    Example:
        >>> import kerastorch as keras
        >>> model = keras.models.Sequential([keras.layers.Dense(1, input_dim=2)])
        >>> watch = Watch(model)
        >>> step = Captured(lambda xs: ([model(xs[0]).detach()],), watch)
        >>> _ = watch.look()
        >>> found = [step([torch.ones(1, 2)]) for _ in range(10)]
        >>> torch.equal(found[0][0][0], found[-1][0][0])
        True
    """

    def __init__(self, step: Callable[..., Results], watch: Watch) -> None:
        self.step, self.watch = step, watch
        self._version = 0
        self._tables: dict[int, dict[tuple, int | _Replay | None]] = {}
        self._known: dict[tuple, int | _Replay | None] = {}  # batches seen, what replays them, or None for never
        self._lock = threading.Lock()

    def __call__(self, *groups: Group) -> Results:
        watch = self.watch
        if not watch.allowed or not fast_enabled():
            return self.step(*groups)
        if self._version != watch.version:
            self._turn_to(watch.version)
        key = tuple([None if t is None else (t.shape, t.dtype, t.stride()) for group in groups for t in group])
        known = self._known.get(key, 0)
        if known is None:
            return self.step(*groups)
        if type(known) is int or not known.proven:
            return self._warm_up(key, known, groups)
        try:
            return known(groups)
        except Exception:  # bad data: the step itself says what is wrong with it
            return self.step(*groups)

    def _turn_to(self, version: int) -> None:
        """Takes up what is known of another state of the model."""
        self._known = self._tables.pop(version, {})
        self._tables[version] = self._known
        while len(self._tables) > _STATES:
            del self._tables[next(iter(self._tables))]
        self._version = version

    def _warm_up(self, key: tuple, known: int | _Replay, groups: Sequence[Group]) -> Results:
        if type(known) is int and known < _WARM_STEPS:
            if known or len(self._known) < _SHAPES:
                self._known[key] = known + 1
            return self.step(*groups)
        if tracing() or not self._lock.acquire(blocking=False):  # another thread is at it
            return self.step(*groups)
        try:
            return self._record(key, groups) if type(known) is int else self._try_out(key, known, groups)
        finally:
            self._lock.release()

    def _record(self, key: tuple, groups: Sequence[Group]) -> Results:
        """A real step, during which the tape runs."""
        inputs = [t for group in groups for t in group if t is not None]
        tape = Tape(inputs, self.watch.weights, _MOST_BYTES)
        with tape:
            results = self.step(*groups)
        try:
            small = tape.largest_result < _SMALL_RESULT and tape.largest_product <= _SMALL_PRODUCT
            self._known[key] = _Replay(replay_of(tape, results), small, tape.grad_mode)
        except Exception as reason:  # whatever it is: the step ran and its result counts
            self._give_up(key, str(reason))
        return results

    def _try_out(self, key: tuple, replay: _Replay, groups: Sequence[Group]) -> Results:
        """A real step, and a replay on the same batch whose effects are taken back."""
        with replay.on_its_threads():
            state = _State(self.watch.buffers, replay.generators)
            before = state.values()
            expected = self.step(*groups)
            after = state.values()
            state.restore(before)
            try:
                replay.proven = _same(replay.run(groups), expected) and _same(state.values(), after)
            except Exception as reason:
                _log.debug("replay: %s", reason)
            state.restore(after)
        if not replay.proven:
            self._give_up(key, "the recording gives other bits")
        return expected

    def _give_up(self, key: tuple, reason: str) -> None:
        self._known[key] = None
        _log.debug("%s: steps on %s run eagerly, since %s", self.watch.model.name, key, reason)


class _Replay:
    """A recorded step.

    Args:
        function: what ``replay_of`` gave.
        small: whether it is quicker on one thread.
        grad_mode: whether gradients have to be on, None where it does not matter.

    ``proven`` becomes True when it gave the same bits as the step itself.
    """

    def __init__(self, function: Callable[..., Results], small: bool, grad_mode: bool | None) -> None:
        self._function, self._small, self._grad_mode, self.proven = function, small, grad_mode, False
        self.generators = [value for value in function.__globals__.values() if isinstance(value, torch.Generator)]

    def run(self, groups: Sequence[Group]) -> Results:
        """The step's results for a batch."""
        inputs = [t for group in groups for t in group if t is not None]
        with torch._C._AutoDispatchBelowAutograd():
            if self._grad_mode is None:
                return self._function(*inputs)
            with torch.set_grad_enabled(self._grad_mode):
                return self._function(*inputs)

    def __call__(self, groups: Sequence[Group]) -> Results:
        with self.on_its_threads():
            return self.run(groups)

    def on_its_threads(self) -> one_thread:
        """As many threads as a replay uses: sums may be rounded in another order on more."""
        return one_thread(self._small)


class _State:
    """What a step leaves behind: buffers and the places in random streams."""

    def __init__(self, buffers: Sequence[torch.Tensor], generators: Sequence[torch.Generator]) -> None:
        self._buffers = list(buffers)
        self._generators = [torch.default_generator, *generators]

    def values(self) -> list[torch.Tensor]:
        return [*(b.clone() for b in self._buffers), *(g.get_state() for g in self._generators)]

    def restore(self, values: Sequence[torch.Tensor]) -> None:
        with torch.no_grad():
            for buffer, value in zip(self._buffers, values):
                buffer.copy_(value)
        for generator, value in zip(self._generators, values[len(self._buffers) :]):
            generator.set_state(value)


def _same(first: Any, second: Any) -> bool:
    """Whether two results, nested alike, have the same bits and lie in memory alike."""
    if isinstance(first, (list, tuple)):
        return len(first) == len(second) and all(_same(a, b) for a, b in zip(first, second))
    if not isinstance(first, torch.Tensor):  # nothing, or a metric's function that is read at the epoch's end
        return first == second
    if first.shape != second.shape or first.dtype != second.dtype or first.stride() != second.stride():
        return False
    return first.detach().contiguous().numpy().tobytes() == second.detach().contiguous().numpy().tobytes()
