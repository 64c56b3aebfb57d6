"""The ``.keras`` archive of tf.keras 2.12 and Keras 3: a zip file of a configuration and the weights.

Nothing is ever unpacked to the disk, so no name in an archive can lead out of a folder; what a member unpacks to is
bounded before it is read.

Source: Keras 3, ``keras.src.saving.saving_lib``.
"""

from __future__ import annotations

import datetime
import io
import json
import os
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

import h5py

from .. import eras
from ..engine.budget import weight_budget
from . import deferred, files, guard, h5_model, layered, modern, optimizer_state, plain, run_state
from .architecture import build, json_default, trusting
from .errors import FileError, as_file_errors, brief

__all__ = ["is_unpacked", "read", "read_weights", "write"]

_CONFIG, _WEIGHTS, _ABOUT = "config.json", "model.weights.h5", "metadata.json"
_FLOOR = 16 << 20  # bytes that any member may unpack to
_RATIO = 100  # Keras stores without packing; what unpacks to more than this is made to fill the memory


def _member(archive: zipfile.ZipFile, name: str, size: int) -> bytes:
    """A member's bytes.

    Raises:
        FileError: when it is missing, or unpacks to far more than the file.
    """
    found = [info for info in archive.infolist() if info.filename == name]
    if not found:
        raise FileError(f"load: expected {name!r} in the archive. Received: one without it")
    if len(found) > 1:  # readers differ in which they take, so that one may check what another one loads
        raise FileError(f"load: expected {name!r} once in the archive. Received: {len(found)} members of that name")
    info = found[0]
    if info.file_size > max(_FLOOR, _RATIO * info.compress_size) or info.compress_size > size:
        raise FileError(
            f"load: expected {name!r} to unpack to about its size of {info.compress_size} bytes. "
            f"Received: one that declares {info.file_size} bytes"
        )
    with archive.open(info) as member:
        data = member.read(info.file_size + 1)
    if len(data) != info.file_size:
        raise FileError(f"load: expected {info.file_size} bytes in {name!r}. Received: {len(data)}")
    return data


def _opened(path: str, *names: str) -> list[bytes]:
    """Members of an archive.

    Raises:
        FileError: when it is no archive, or a damaged one.
    """
    if is_unpacked(path):
        return [_in_folder(path, name) for name in names]
    try:
        with zipfile.ZipFile(path) as archive:
            size = archive.fp.seek(0, io.SEEK_END) if archive.fp else 0
            return [_member(archive, name, size) for name in names]
    except FileError:
        raise
    except Exception as error:  # zipfile and zlib raise many kinds for damaged archives
        raise FileError(
            f"load: expected a .keras archive. Received: {path!r}, which is none or is damaged ({brief(error)})"
        ) from None


def is_unpacked(filepath: Any) -> bool:
    """Whether a path is the folder of an archive that Keras 3 left unpacked."""
    return os.path.isdir(filepath) and os.path.isfile(os.path.join(filepath, _CONFIG))


def _in_folder(path: str, name: str) -> bytes:
    file = os.path.join(path, name)
    if os.path.islink(file) or not os.path.isfile(file):
        raise FileError(f"load: expected a file {name!r} in {path!r}. Received: a folder without it")
    with open(file, "rb") as stream:
        return stream.read()


def read(path: str, custom_objects: dict[str, Any] | None, compile: bool, safe_mode: bool) -> Any:
    """Reads the archive; see ``load_model``."""
    text, data = _opened(path, _CONFIG, _WEIGHTS)
    what = "a model's configuration"
    description = plain.from_json(guard.text(text), what)
    with files.reading_bytes(data, path) as file:
        if not isinstance(description, dict):
            raise FileError(f"load: expected {what}. Received: {type(description).__name__}")
        with trusting(custom_objects, safe_mode):
            with weight_budget(guard.total_numbers(file) + h5_model.slack(description)):
                model = build(description, custom_objects, what)
                if hasattr(model, "build_from_config") and isinstance(description.get("build_config"), dict):
                    model.build_from_config(description["build_config"])
            if getattr(model, "built", True):
                layered.read(file, model)
            else:
                deferred.later(model, lambda: read_weights(model, path))
            _read_assets(path, model)
            if compile and description.get("compile_config"):
                _compile(model, file, description["compile_config"], custom_objects)
                if run_state.NAME in _names(path):
                    run_state.note(model, *_opened(path, run_state.NAME))
            elif compile and hasattr(model, "fit"):
                warnings.warn(
                    "load_model: the file holds no compile arguments, so the model is not compiled.", stacklevel=4
                )
    return model


def read_weights(model: Any, path: str, skip_mismatch: bool = False) -> None:
    """The weights alone, from an archive; see ``load_weights``."""
    (data,) = _opened(path, _WEIGHTS)
    with files.reading_bytes(data, path) as file:
        layered.read(file, model, skip_mismatch)


def _assets(model: Any) -> Iterator[tuple[str, Any]]:
    """Where the layers that keep text of their own (a learned vocabulary) have it, and those layers."""
    for path, part, _ in layered.places(model):
        if hasattr(part, "assets"):
            yield f"assets/{path.strip('/')}", part


def _read_assets(path: str, model: Any) -> None:
    listed = dict(_assets(model))
    if not listed:
        return
    inside = _names(path)
    for folder, part in listed.items():
        names = [name for name in part.asset_names if f"{folder}/{name}" in inside]
        found = _opened(path, *(f"{folder}/{name}" for name in names))
        if names:
            part.read_assets(dict(zip(names, map(guard.text, found), strict=True)))


def _names(path: str) -> set[str]:
    """The names of an archive's members."""
    if is_unpacked(path):
        return {os.path.relpath(os.path.join(at, f), path) for at, _, files_ in os.walk(path) for f in files_}
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


def _compile(model: Any, file: Any, training: Any, custom_objects: dict[str, Any] | None) -> None:
    with as_file_errors("compile arguments"):
        h5_model.compile_as(model, training, custom_objects)
    if not guard.holds(file, "optimizer"):
        return
    group = guard.child(file, "optimizer/vars")
    names = sorted(guard.children(group), key=lambda name: (len(name), name))
    limit = 2 * sum(int(w.tensor.numel()) for w in model.ordered_weights()) + 64
    optimizer_state.restore(model, [(name, guard.numbers(group, name, limit)) for name in names])


def write(model: Any, filepath: Any, overwrite: bool, include_optimizer: bool) -> None:
    """Writes the archive; see ``save_model``."""
    training = h5_model.training_config(model) if include_optimizer else None
    described = modern.described(model, training)
    if getattr(model, "_built_for", None) is not None and not getattr(model, "_graph", False):
        described["build_config"] = {"input_shape": model._built_for}
    description = json.dumps(described, default=json_default)
    now = datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S")
    about = json.dumps({"keras_version": eras.current().version, "date_saved": now})
    if not files.may_write(filepath, overwrite):
        return
    weights = io.BytesIO()
    with h5py.File(weights, "w") as file:
        layered.write(file, model)
        if training is not None:
            group = file.create_group("optimizer/vars")
            for i, (_, value) in enumerate(optimizer_state.written(model)):
                group.create_dataset(str(i), data=value)
    with files.replacing(filepath) as partial, zipfile.ZipFile(partial, "w") as archive:
        archive.writestr(_ABOUT, about)
        archive.writestr(_CONFIG, description)
        archive.writestr(_WEIGHTS, weights.getbuffer())
        run = run_state.dumped(model)
        if run is not None:
            archive.writestr(run_state.NAME, run)
        for folder, part in _assets(model):
            for name, content in part.assets().items():
                archive.writestr(f"{folder}/{name}", content)
