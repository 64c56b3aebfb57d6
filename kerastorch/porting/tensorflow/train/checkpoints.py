"""``tf.train.Checkpoint``: models, optimizers and variables in files, by the names they are given.

A checkpoint ``ckpt-1`` is the file ``ckpt-1.index``, which torch reads safely; TensorFlow's own have another form.
Beside it the file ``checkpoint`` says which one is the latest, as TensorFlow's does.

Source: https://www.tensorflow.org/api_docs/python/tf/train/Checkpoint
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch import nn

from ....backend.variable import Variable
from ....engine.holder import WeightHolder
from ....engine.symbolic.immutable import plain
from ....optimizers import Optimizer
from ....saving import files
from ....saving.deferred import later
from ..io.files import path_of

__all__ = [
    "Checkpoint",
    "CheckpointManager",
    "CheckpointOptions",
    "checkpoint_exists",
    "checkpoints_iterator",
    "get_checkpoint_state",
    "latest_checkpoint",
    "list_variables",
    "load_checkpoint",
    "load_variable",
]

_SUFFIX = ".index"
_STATE = "checkpoint"


class CheckpointOptions:
    """How checkpoints are written; accepted, since there is one way."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass


class _Status:
    """What ``restore`` gives: ways to insist on how much was found.

    Args:
        missing: names of the checkpoint's owner that the file has not got.
        unused: names of the file that nobody asked for.
    """

    def __init__(self, missing: list[str], unused: list[str]) -> None:
        self._missing, self._unused = missing, unused

    def expect_partial(self) -> _Status:
        """Anything goes."""
        return self

    def assert_existing_objects_matched(self) -> _Status:
        """Everything asked for was found.

        Raises:
            AssertionError: when it was not.
        """
        if self._missing:
            raise AssertionError(f"Checkpoint: expected {self._missing} in the file. Received: none")
        return self

    def assert_consumed(self) -> _Status:
        """Everything was found, and all of the file was asked for.

        Raises:
            AssertionError: when it was not.
        """
        self.assert_existing_objects_matched()
        if self._unused:
            raise AssertionError(f"Checkpoint: expected all of the file to be used. Received: {self._unused} left")
        return self

    assert_nontrivial_match = assert_existing_objects_matched

    def initialize_or_restore(self, session: Any = None) -> None:
        """Nothing: values are restored already."""


def _state_of(thing: Any) -> Any:
    """What is written of an object.

    Raises:
        TypeError: for an object that has no state.
    """
    if isinstance(thing, Checkpoint):
        return {name: _state_of(part) for name, part in thing._parts.items()}
    if isinstance(thing, (list, tuple)):
        return {str(i): _state_of(part) for i, part in enumerate(thing)}
    if isinstance(thing, dict):
        return {str(key): _state_of(part) for key, part in thing.items()}
    if isinstance(thing, torch.Tensor):
        return plain(thing).detach().cpu().clone()
    if isinstance(thing, Optimizer):
        return _plain_state(thing.state_dict())
    if isinstance(thing, nn.Module):
        if isinstance(thing, WeightHolder):
            thing._adopt_lists()
        return {key: plain(value).detach().cpu().clone() for key, value in thing.state_dict().items()}
    if hasattr(thing, "state_dict"):
        return _plain_state(thing.state_dict())
    if hasattr(thing, "_items"):  # a data set's iterator goes on from where it is
        return {}
    raise TypeError(f"Checkpoint: expected models, optimizers and variables. Received: {type(thing).__name__}")


def _plain_state(state: Any) -> Any:
    if isinstance(state, dict):
        return {key: _plain_state(value) for key, value in state.items()}
    if isinstance(state, (list, tuple)):
        return [_plain_state(value) for value in state]
    return plain(state).detach().cpu().clone() if isinstance(state, torch.Tensor) else state


def _restore(thing: Any, state: Any, name: str, missing: list[str]) -> None:
    """Writes a state into an object; what the object has not made yet follows once it has."""
    if isinstance(thing, (Checkpoint, dict, list, tuple)):
        parts = thing._parts if isinstance(thing, Checkpoint) else thing
        pairs = parts.items() if isinstance(parts, dict) else enumerate(parts)
        for key, part in pairs:
            if str(key) in state:
                _restore(part, state[str(key)], f"{name}{key}.", missing)
            else:
                missing.append(f"{name}{key}")
    elif isinstance(thing, Variable):
        thing.assign(state)
    elif isinstance(thing, torch.Tensor):
        with torch.no_grad():
            plain(thing).copy_(state)
    elif isinstance(thing, Optimizer):
        thing.restore(state)
    elif isinstance(thing, nn.Module):
        _restore_module(thing, state, name, missing)
    elif hasattr(thing, "load_state_dict"):
        thing.load_state_dict(state)


def _restore_module(module: nn.Module, state: dict[str, torch.Tensor], name: str, missing: list[str]) -> None:
    if isinstance(module, WeightHolder):
        module._adopt_lists()
    own = module.state_dict()
    if not own and state:  # its layers make their weights when it is called
        later(module, lambda: _restore_module(module, state, name, []))
        return
    missing += [f"{name}{key}" for key in own if key not in state]
    module.load_state_dict({key: value for key, value in state.items() if key in own}, strict=False)


class Checkpoint:
    """Objects that are saved together.

    Args:
        root: an object whose state is saved without a name.
        **kwargs: objects by name: models, layers, optimizers, variables, metrics, lists and dicts of them.

    Example:
        >>> import tempfile
        >>> step = Variable(1)
        >>> saved = Checkpoint(step=step).save(tempfile.mkdtemp() + "/ckpt")
        >>> step.assign(5).numpy().item()
        5
        >>> status = Checkpoint(step=step).restore(saved)
        >>> step.numpy().item()
        1
    """

    def __init__(self, root: Any = None, **kwargs: Any) -> None:
        self._parts: dict[str, Any] = {**({} if root is None else {"root": root}), **kwargs}
        self.save_counter = Variable(0, trainable=False, name="save_counter", dtype="int64")
        for name, part in kwargs.items():
            object.__setattr__(self, name, part)

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)
        if not name.startswith("_") and name != "save_counter":
            self._parts[name] = value

    def write(self, file_prefix: Any, options: Any = None) -> str:
        """Writes a file.

        Args:
            file_prefix: its path, without the ending.
            options: accepted as in TensorFlow.

        Returns:
            The path.
        """
        path = path_of(file_prefix)
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        state = {"parts": _state_of(self), "save_counter": int(self.save_counter)}
        with files.replacing(f"{path}{_SUFFIX}") as partial:
            torch.save(state, partial)
        return path

    def save(self, file_prefix: Any, options: Any = None) -> str:
        """Writes a numbered file, and that it is the latest.

        Args:
            file_prefix: its path, without number and ending.
            options: accepted as in TensorFlow.

        Returns:
            The path, with the number.
        """
        self.save_counter.assign_add(1)
        path = self.write(f"{path_of(file_prefix)}-{int(self.save_counter)}")
        _say_latest(path, [*_paths_of(os.path.dirname(path)), path])
        return path

    def restore(self, save_path: Any, options: Any = None) -> _Status:
        """Reads a file; models and optimizers that have no weights yet take theirs when they make them.

        Args:
            save_path: its path, without the ending; None reads nothing.
            options: accepted as in TensorFlow.

        Raises:
            NotFoundError: when there is no such file.
        """
        if save_path is None:
            return _Status([], [])
        state = _read(save_path)
        missing: list[str] = []
        _restore(self, state["parts"], "", missing)
        self.save_counter.assign(state["save_counter"])
        return _Status(missing, [key for key in state["parts"] if key not in self._parts])

    read = restore


def _read(path: Any) -> dict[str, Any]:
    from ..errors import NotFoundError

    name = path_of(path)
    file = name if name.endswith(_SUFFIX) else f"{name}{_SUFFIX}"
    if not os.path.isfile(file):
        raise NotFoundError(f"Unsuccessful checkpoint: failed to find any matching files for {name}")
    return torch.load(file, map_location="cpu", weights_only=True)


# ------------------------------------------------------------------------ the latest


def _say_latest(path: str, every: list[str]) -> None:
    """Writes which checkpoint of a folder is the latest, in TensorFlow's words."""
    folder = os.path.dirname(path)
    names = list(dict.fromkeys(os.path.basename(p) for p in every))
    lines = [f'model_checkpoint_path: "{os.path.basename(path)}"']
    lines += [f'all_model_checkpoint_paths: "{name}"' for name in names]
    with open(os.path.join(folder, _STATE), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def _paths_of(folder: str) -> list[str]:
    state = get_checkpoint_state(folder)
    return state.all_model_checkpoint_paths if state is not None else []


def get_checkpoint_state(checkpoint_dir: Any, latest_filename: str | None = None) -> Any:
    """The latest checkpoint of a folder, and all of them; None where there is none."""
    folder = path_of(checkpoint_dir)
    try:
        with open(os.path.join(folder, latest_filename or _STATE), encoding="utf-8") as file:
            text = file.read()
    except OSError:
        return None
    latest = re.search(r'^model_checkpoint_path: "(.*)"', text, re.MULTILINE)
    every = re.findall(r'^all_model_checkpoint_paths: "(.*)"', text, re.MULTILINE)
    join = lambda name: name if os.path.isabs(name) else os.path.join(folder, name)  # noqa: E731
    return SimpleNamespace(
        model_checkpoint_path=join(latest.group(1)) if latest else "",
        all_model_checkpoint_paths=[join(name) for name in every],
    )


def latest_checkpoint(checkpoint_dir: Any, latest_filename: str | None = None) -> str | None:
    """The path of the latest checkpoint, or of the newest file where nothing says which; None where there is none.

    Example:
        >>> latest_checkpoint("no such folder") is None
        True
    """
    state = get_checkpoint_state(checkpoint_dir, latest_filename)
    if state is not None and checkpoint_exists(state.model_checkpoint_path):
        return state.model_checkpoint_path
    folder = path_of(checkpoint_dir)
    if not os.path.isdir(folder):
        return None
    files = [os.path.join(folder, name) for name in os.listdir(folder) if name != _STATE and not name.endswith(".tmp")]
    files = [file for file in files if os.path.isfile(file)]
    if not files:
        return None
    return max(files, key=lambda file: (os.path.getmtime(file), file)).removesuffix(_SUFFIX)


def checkpoint_exists(checkpoint_prefix: Any) -> bool:
    """Whether a checkpoint is there."""
    path = path_of(checkpoint_prefix)
    return os.path.isfile(f"{path}{_SUFFIX}") or os.path.isfile(path)


def checkpoints_iterator(
    checkpoint_dir: Any, min_interval_secs: float = 0, timeout: float | None = None, timeout_fn: Any = None
) -> Iterator[str]:
    """Checkpoints as they appear, until none came for ``timeout`` seconds."""
    seen, since = None, time.monotonic()
    while True:
        latest = latest_checkpoint(checkpoint_dir)
        if latest is not None and latest != seen:
            seen, since = latest, time.monotonic()
            yield latest
            time.sleep(min_interval_secs)
        elif timeout is not None and time.monotonic() - since > timeout:
            if timeout_fn is None or timeout_fn():
                return
            since = time.monotonic()
        else:
            time.sleep(0.05)


def _flat(state: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(state, dict):
        for key, value in state.items():
            yield from _flat(value, f"{name}/{key}" if name else str(key))
    elif isinstance(state, list):
        for i, value in enumerate(state):
            yield from _flat(value, f"{name}/{i}")
    elif isinstance(state, torch.Tensor):
        yield name, np.asarray(state)


def _resolved(path: Any) -> Any:
    return latest_checkpoint(path) if os.path.isdir(path_of(path)) else path


def list_variables(ckpt_dir_or_file: Any) -> list[tuple[str, list[int]]]:
    """Names and shapes of what a checkpoint holds."""
    return [(name, list(array.shape)) for name, array in _flat(_read(_resolved(ckpt_dir_or_file))["parts"])]


def load_variable(ckpt_dir_or_file: Any, name: str) -> np.ndarray:
    """One of the arrays that a checkpoint holds."""
    return dict(_flat(_read(_resolved(ckpt_dir_or_file))["parts"]))[name]


class _Reader:
    def __init__(self, path: Any) -> None:
        self._arrays = dict(_flat(_read(_resolved(path))["parts"]))

    def get_tensor(self, name: str) -> np.ndarray:
        """The array of a name."""
        return self._arrays[name]

    def has_tensor(self, name: str) -> bool:
        """Whether there is an array of a name."""
        return name in self._arrays

    def get_variable_to_shape_map(self) -> dict[str, list[int]]:
        """Shapes by name."""
        return {name: list(array.shape) for name, array in self._arrays.items()}


def load_checkpoint(ckpt_dir_or_file: Any) -> Any:
    """What a checkpoint holds, by name."""
    return _Reader(ckpt_dir_or_file)


class CheckpointManager:
    """Numbered checkpoints of one folder, of which the last ones are kept.

    Args:
        checkpoint: what is saved.
        directory: the folder.
        max_to_keep: how many are kept; None for all.
        keep_checkpoint_every_n_hours: how far apart in time those are that are kept for good.
        checkpoint_name: what their files begin with.
        step_counter: a variable that counts steps.
        checkpoint_interval: how many steps apart checkpoints are.
        init_fn: what to call when there is nothing to restore.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        directory: Any,
        max_to_keep: int | None = None,
        keep_checkpoint_every_n_hours: float | None = None,
        checkpoint_name: str = "ckpt",
        step_counter: Any = None,
        checkpoint_interval: int | None = None,
        init_fn: Any = None,
    ) -> None:
        self.checkpoint, self._folder, self._most = checkpoint, path_of(directory), max_to_keep
        self._hours, self._name, self._init = keep_checkpoint_every_n_hours, checkpoint_name, init_fn
        self._steps, self._interval = step_counter, checkpoint_interval
        self._kept = [p for p in _paths_of(self._folder) if checkpoint_exists(p)]
        self._saved_at: int | None = None
        self._for_good = time.time()

    @property
    def directory(self) -> str:
        """The folder."""
        return self._folder

    @property
    def checkpoints(self) -> list[str]:
        """The paths of those that are there, the oldest first."""
        return list(self._kept)

    @property
    def latest_checkpoint(self) -> str | None:
        """The path of the latest; None where there is none."""
        return self._kept[-1] if self._kept else None

    def save(self, checkpoint_number: Any = None, check_interval: bool = True, options: Any = None) -> str | None:
        """Writes a checkpoint and removes those that are too many.

        Args:
            checkpoint_number: its number; one more than the last when missing.
            check_interval: whether a checkpoint that comes too soon is left out.
            options: accepted as in TensorFlow.

        Returns:
            The path; None when it came too soon.
        """
        if self._interval is not None and check_interval and self._steps is not None:
            now = int(self._steps)
            if self._saved_at is not None and now - self._saved_at < self._interval:
                return None
            self._saved_at = now
        self.checkpoint.save_counter.assign_add(1)
        number = int(self.checkpoint.save_counter if checkpoint_number is None else checkpoint_number)
        path = self.checkpoint.write(os.path.join(self._folder, f"{self._name}-{number}"))
        self._kept = [p for p in self._kept if p != path] + [path]
        while self._most is not None and len(self._kept) > self._most:
            self._remove(self._kept.pop(0))
        _say_latest(path, self._kept)
        return path

    def _remove(self, path: str) -> None:
        if self._hours is not None and time.time() - self._for_good >= 3600 * self._hours:
            self._for_good = time.time()
            return
        if os.path.exists(f"{path}{_SUFFIX}"):
            os.remove(f"{path}{_SUFFIX}")

    def restore_or_initialize(self) -> str | None:
        """Reads the latest checkpoint, or calls ``init_fn`` where there is none."""
        if self.latest_checkpoint is not None:
            self.checkpoint.restore(self.latest_checkpoint)
        elif self._init is not None:
            self._init()
        return self.latest_checkpoint
