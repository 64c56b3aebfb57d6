"""Weights as PyTorch users keep them: a ``state_dict`` in a ``.pt`` or a ``.safetensors`` file.

The names and layouts are torch's (``dense_1.weight`` is (out, in)), so that any PyTorch program reads them. Files are
read without running anything in them.

Source: https://pytorch.org/docs/stable/notes/serialization.html, https://huggingface.co/docs/safetensors
"""

from __future__ import annotations

import json
import os
import warnings
import zipfile
from typing import Any

import torch

from . import files
from .errors import FileError, as_file_errors, brief

__all__ = ["ENDINGS", "read", "write"]

State = dict[str, torch.Tensor]

_SAFE = ".safetensors"
ENDINGS = (".pt", ".pth", _SAFE)
_ORDER = "kerastorch.order"  # safetensors sorts its entries; this keeps the model's order


def write(model: Any, filepath: Any) -> None:
    """Writes a model's ``state_dict``.

    Args:
        model: the model, built.
        filepath: a path that ends in ``.pt``, ``.pth`` or ``.safetensors``.

    Raises:
        ImportError: for ``.safetensors`` without the package of that name.
        OSError: when the file cannot be written.
    """
    state = _own_state(model)
    if files.ending(filepath) != _SAFE:
        with files.replacing(filepath) as partial:
            torch.save(state, partial)
        return
    package = _safetensors()
    metadata = {"format": "pt", _ORDER: json.dumps(list(state))}
    with files.replacing(filepath) as partial:
        package.save_file({name: tensor.contiguous() for name, tensor in state.items()}, partial, metadata=metadata)


def read(model: Any, filepath: Any, by_name: bool = False, skip_mismatch: bool = False) -> None:
    """Reads a ``state_dict`` into a model; when anything does not fit, nothing is changed.

    Entries are matched by name. Where names differ, as those of a model that was numbered again, entries of the same
    shapes in the same order are taken.

    Args:
        model: the model, built.
        filepath: a path that ends in ``.pt``, ``.pth`` or ``.safetensors``.
        by_name: only entries that both have.
        skip_mismatch: leave out entries of other shapes, with a warning.

    Raises:
        ValueError: when names or shapes differ.
        MissingFileError, FileError: when the file is missing or unreadable.
        ImportError: for ``.safetensors`` without the package of that name.
    """
    path = files.existing(filepath, "a file of a state_dict")
    with as_file_errors(f"{path!r} to hold a state_dict"):
        state = _read_safetensors(path) if files.ending(path) == _SAFE else _read_torch(path)
        own = _own_state(model)
        pairs = _matched(own, state, by_name or skip_mismatch)
        fitting = {}
        for name, (source, tensor) in pairs.items():
            if tensor.shape == own[name].shape:
                fitting[name] = tensor
                continue
            said = (
                f"load_weights: expected shape {tuple(own[name].shape)} for {name!r} of model {model.name!r}. "
                f"Received: shape {tuple(tensor.shape)} from {source!r} in the file"
            )
            if not skip_mismatch:
                raise ValueError(said)
            warnings.warn(said, stacklevel=4)
        with torch.no_grad():
            for name, tensor in fitting.items():
                own[name].copy_(tensor)


def _own_state(model: Any) -> State:
    """A model's tensors by name, those that several layers share once."""
    found: State = {}
    seen: set[int] = set()
    for name, tensor in model.state_dict(keep_vars=True).items():
        if isinstance(tensor, torch.Tensor) and id(tensor) not in seen:
            seen.add(id(tensor))
            found[name] = tensor.detach()
    return found


def _matched(own: State, state: State, some: bool) -> dict[str, tuple[str, torch.Tensor]]:
    """For each of the model's names the file's name and tensor."""
    common = [name for name in own if name in state]
    if len(common) == len(own) == len(state) or (some and common):
        return {name: (name, state[name]) for name in common}
    shapes = [tensor.shape for tensor in own.values()], [tensor.shape for tensor in state.values()]
    if shapes[0] == shapes[1]:  # a model that was numbered again may have some names in common, of other layers
        return dict(zip(own, state.items(), strict=True))
    missing = next((name for name in own if name not in state), None)
    extra = next((name for name in state if name not in own), None)
    raise ValueError(
        f"load_weights: expected a state_dict of {len(own)} entries{f', one of them {missing!r}' if missing else ''}. "
        f"Received: {len(state)} entries{f', one of them {extra!r}' if extra else ''}"
    )


def _read_torch(path: str) -> State:
    """A ``.pt`` file's tensors.

    Raises:
        FileError: when it holds anything else.
    """
    if not zipfile.is_zipfile(path):
        raise FileError(
            f"load_weights: expected a file that torch.save wrote (PyTorch 1.6 or later). Received: {path!r}"
        )
    with zipfile.ZipFile(path) as archive:
        declared = sum(info.file_size for info in archive.infolist())
    if declared > os.path.getsize(path):
        raise FileError(
            f"load_weights: expected entries of no more than the file's {os.path.getsize(path)} bytes. "
            f"Received: {declared} bytes"
        )
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # damaged pickles raise many kinds
        raise FileError(
            f"load_weights: expected a state_dict of tensors and nothing else in {path!r}. Received: {brief(error)}"
        ) from None
    return _checked(state)


def _checked(state: Any) -> State:
    if not isinstance(state, dict):
        raise FileError(f"load_weights: expected a state_dict. Received: {type(state).__name__}")
    for name, tensor in state.items():
        if not isinstance(name, str) or not isinstance(tensor, torch.Tensor):
            raise FileError(
                f"load_weights: expected tensors by name. Received: {type(tensor).__name__} under {name!r}"
                f"{'; pass the state_dict inside of it' if isinstance(tensor, dict) else ''}"
            )
    return dict(state)


def _read_safetensors(path: str) -> State:
    """A ``.safetensors`` file's tensors, in the order of the model that wrote it."""
    _safetensors()
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            state = {name: file.get_tensor(name) for name in file.keys()}  # no mapping
            order = (file.metadata() or {}).get(_ORDER)
    except SafetensorError as error:
        raise FileError(f"load_weights: expected a safetensors file. Received: {path!r} ({brief(error)})") from None
    names = json.loads(order) if order else []
    if isinstance(names, list) and sorted(map(str, names)) == sorted(state):
        state = {name: state[name] for name in names}
    return state


def _safetensors() -> Any:
    try:
        import safetensors.torch as package
    except ImportError:
        raise ImportError(
            "save_weights, load_weights: expected the package safetensors; pip install 'kerastorch[safetensors]'"
        ) from None
    return package
