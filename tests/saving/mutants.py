"""Damaged and hostile variants of good files, made from a seed, and a child process that tries to load them.

    python tests/saving/mutants.py FOLDER START STOP    # what test_mutants.py runs: loads mutants START … STOP - 1

The child prints a JSON line a mutant. It lives under an alarm and a limit of memory, since HDF5's own C code meets the
damage first and may crash or hang there.
"""

from __future__ import annotations

import io
import json
import os
import random
import signal
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

SECONDS, MEGABYTES = 2, 200
_HUGE = (0xFFFFFFFFFFFFFFFF, 0x7FFFFFFFFFFFFFFF, 1 << 40, 1 << 32, 0xFFFFFFFF, 1 << 20, 0)
_WRONG: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    10**12,
    2.5,
    1e308,
    "",
    "x" * 5000,
    "os.system",
    [],
    {},
    [[[]]],
    {"class_name": 1},
)


def flip_bits(data: bytearray, rng: random.Random) -> bytearray:
    """1 to 16 bits are turned around, often in the first bytes, where the structure is."""
    for _ in range(rng.choice((1, 2, 4, 16))):
        at = rng.randrange(min(len(data), rng.choice((64, 1024, len(data)))))
        data[at] ^= 1 << rng.randrange(8)
    return data


def truncate(data: bytearray, rng: random.Random) -> bytearray:
    """The end is missing, or something in the middle."""
    at = rng.randrange(len(data))
    return data[:at] if rng.random() < 0.5 else data[:at] + data[at + rng.randrange(1, 512) :]


def overwrite(data: bytearray, rng: random.Random) -> bytearray:
    """A block of zeros, ones or noise."""
    at, size = rng.randrange(len(data)), rng.randrange(1, 200)
    data[at : at + size] = rng.choice((b"\0" * size, b"\xff" * size, rng.randbytes(size)))
    return data


def huge_number(data: bytearray, rng: random.Random) -> bytearray:
    """An address, a size or a count becomes huge."""
    for _ in range(rng.randrange(1, 4)):
        width = rng.choice((2, 4, 8))
        at = rng.randrange(0, len(data) - 8) // 4 * 4
        data[at : at + width] = (rng.choice(_HUGE) & ((1 << 8 * width) - 1)).to_bytes(width, "little")
    return data


def move_block(data: bytearray, rng: random.Random) -> bytearray:
    """A piece of the file stands in the place of another one: cycles, wrong kinds of nodes."""
    size = rng.choice((8, 64, 544))
    a, b = rng.randrange(max(1, len(data) - size)), rng.randrange(max(1, len(data) - size))
    data[a // 8 * 8 : a // 8 * 8 + size] = data[b // 8 * 8 : b // 8 * 8 + size]
    return data


BYTES: tuple[Callable[[bytearray, random.Random], bytearray], ...] = (
    flip_bits,
    truncate,
    overwrite,
    huge_number,
    move_block,
)


def mutated_json(text: str, rng: random.Random) -> str:
    """A configuration with wrong types, missing keys, huge numbers, or one that contains too much of itself."""
    tree = json.loads(text)
    for _ in range(rng.randrange(1, 4)):
        places: list[tuple[Any, Any]] = []
        waiting = [tree]
        while waiting:
            node = waiting.pop()
            items = list(node.items() if isinstance(node, dict) else enumerate(node))
            places += [(node, key) for key, _ in items]
            waiting += [value for _, value in items if isinstance(value, (dict, list))]
        if not places:
            break
        node, key = rng.choice(places)
        kind = rng.random()
        if kind < 0.6:
            node[key] = rng.choice(_WRONG)
        elif kind < 0.75:
            del node[key]
        elif kind < 0.9:
            other, place = rng.choice(places)
            node[key] = json.loads(json.dumps(other.get(place) if isinstance(other, dict) else other[:1]))
        else:
            deep: Any = node[key]
            for _ in range(rng.choice((5, 50, 150))):
                deep = [deep] if rng.random() < 0.5 else {"class_name": "Sequential", "config": {"layers": [deep]}}
            node[key] = deep
    try:
        return json.dumps(tree)
    except RecursionError:
        return '{"config":' * 5000 + "1" + "}" * 5000


def mutant(name: str, data: bytes, rng: random.Random) -> bytes:
    """A variant of a file."""
    if name.endswith((".json", ".yaml")) and "weights" not in name:
        text = data.decode()
        if name.endswith(".json") and rng.random() < 0.8:
            return mutated_json(text, rng).encode()
        return bytes(rng.choice(BYTES)(bytearray(data), rng))
    if name.endswith(".keras") and rng.random() < 0.7:
        return _in_archive(data, rng)
    if name.endswith(".h5") and rng.random() < 0.25:
        return _in_h5(data, rng)
    for _ in range(rng.choice((1, 1, 1, 3))):
        data = bytes(rng.choice(BYTES)(bytearray(data), rng)) or b"\0" * 16
    return data


def _in_archive(data: bytes, rng: random.Random) -> bytes:
    """The same with right checksums: a member is what differs."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    target = rng.choice(("config.json", "model.weights.h5", "model.weights.h5"))
    if target == "config.json":
        members[target] = mutated_json(members[target].decode(), rng).encode()
    else:
        members[target] = mutant("weights.h5", members[target], rng)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _in_h5(data: bytes, rng: random.Random) -> bytes:
    """A whole HDF5 file with another configuration, or with arrays of other kinds."""
    import h5py
    import numpy as np

    buffer = io.BytesIO(data)
    with h5py.File(buffer, "r+") as file:
        texts = [key for key in ("model_config", "training_config") if key in file.attrs]
        if texts and rng.random() < 0.6:
            key = rng.choice(texts)
            value = file.attrs[key]
            file.attrs[key] = mutated_json(value.decode() if isinstance(value, bytes) else value, rng).encode()[:60000]
            return buffer.getvalue()
        arrays: list[str] = []
        file.visititems(lambda name, node: arrays.append(name) if isinstance(node, h5py.Dataset) else None)
        name = rng.choice(sorted(arrays))
        del file[name]
        kind = rng.randrange(6)
        if kind == 0:
            file.create_dataset(name, shape=(10**6, 10**6), chunks=(64, 64), dtype="f4", compression="gzip")
        elif kind == 1:
            file.create_dataset(name, data=np.array([b"text"] * 3))
        elif kind == 2:
            file[name] = h5py.SoftLink("/")
        elif kind == 3:
            file[name] = h5py.ExternalLink("other.h5", "/")
        elif kind == 4:
            file.create_group(name)[name.split("/")[-1]] = file["/"]  # a group that contains the file
        else:
            file.create_dataset(name, data=np.zeros((3, 3), rng.choice(("f8", "i1", "c8", "S3", "?", "u8"))))
    return buffer.getvalue()


def mutants(folder: Path, start: int, stop: int) -> Any:
    """(number, name, content) of the mutants of a folder's files."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    for number in range(start, stop):
        rng = random.Random(f"mutant {number}")
        path = files[number % len(files)]
        yield number, path.name, mutant(path.name, path.read_bytes(), rng)


def _load(path: str) -> None:
    import numpy as np

    import kerastorch as keras

    if path.endswith(("_weights.h5", ".weights.h5", ".pt", ".safetensors")):
        model = keras.models.Sequential([keras.layers.Dense(6, input_shape=(5,)), keras.layers.Dense(3)])
        model.load_weights(path)
        return
    if path.endswith((".json", ".yaml")):
        load = keras.models.model_from_json if path.endswith(".json") else keras.models.model_from_yaml
        load(Path(path).read_bytes().decode("utf-8", "replace"))
        return
    model = keras.models.load_model(path)
    if model.count_params() < 10**6 and all(
        None not in x.shape[1:] and np.prod(x.shape[1:]) < 10**6 for x in model.inputs
    ):
        model.get_weights()


def _peak() -> float:
    """The greatest memory so far, in MB."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(folder: str, start: str, stop: str) -> None:
    """Tries a range of mutants."""
    import tempfile
    import warnings

    import kerastorch as keras

    warnings.simplefilter("ignore")
    scratch = tempfile.mkdtemp()
    for path in sorted(Path(folder).iterdir()):  # whatever is imported late is not counted below
        _load(str(path))
    for number, name, content in mutants(Path(folder), int(start), int(stop)):
        path = os.path.join(scratch, name)
        Path(path).write_bytes(content)
        keras.backend.clear_session()
        print(json.dumps({"number": number, "name": name}), flush=True)
        before, began = _peak(), time.process_time()
        signal.setitimer(signal.ITIMER_PROF, SECONDS * 5)  # kills a hang in C code; the time itself is compared below
        try:
            _load(path)
            told: dict[str, Any] = {"kind": "read"}
        except Exception as error:
            chain, seen = error, []
            while chain is not None and len(seen) < 10:
                seen.append(type(chain).__name__)
                chain = chain.__cause__ or chain.__context__
            told = {"kind": type(error).__name__, "text": str(error), "chain": seen}
            told["expected"] = isinstance(error, (ValueError, OSError))
        signal.setitimer(signal.ITIMER_PROF, 0)
        told.update(number=number, seconds=time.process_time() - began, megabytes=_peak() - before)
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
