"""How results are kept: a tree of plain values in <area>.json whose arrays lie in <area>.npz, one pool a dtype.

Pools, not one entry an array: an .npz spends some 300 bytes on each entry, and a case has a dozen small arrays.
"""

import collections
import io
import json
import os
import zipfile

import numpy as np

__all__ = ["DATA", "FILES", "load", "plain", "save"]

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")
FILES = os.path.join(DATA, "files")  # what the real Keras saved itself


def plain(value):
    """The tree with JSON's types and numpy arrays only; tuples become lists, as JSON makes them."""
    if isinstance(value, dict):
        return collections.OrderedDict((str(k), plain(v)) for k, v in value.items())
    if isinstance(value, np.ndarray) and value.ndim > 0:
        return value
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if hasattr(value, "item"):
        return plain(value.item())
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"A case returned {value!r}, which is neither a plain value nor an array.")


def save(area, results):
    """Writes {case name: results}."""
    pools = {}

    def encode(value):
        if isinstance(value, dict):
            return collections.OrderedDict((k, encode(v)) for k, v in value.items())
        if isinstance(value, list):
            return [encode(v) for v in value]
        if isinstance(value, np.ndarray):
            pool = pools.setdefault(value.dtype.name, [])
            start = sum(part.size for part in pool)
            pool.append(value.ravel())
            return {"$array": [value.dtype.name, start] + list(value.shape)}
        return value

    lines = [f"{json.dumps(name)}: {json.dumps(encode(plain(r)))}" for name, r in results.items()]
    with open(os.path.join(DATA, area + ".json"), "w", encoding="utf-8", newline="\n") as f:
        f.write("{\n" + ",\n".join(lines) + "\n}\n")
    # Fixed time stamps, so that recording the same numbers again gives the same file.
    with zipfile.ZipFile(os.path.join(DATA, area + ".npz"), "w", zipfile.ZIP_DEFLATED) as archive:
        for dtype in sorted(pools):
            buffer = io.BytesIO()
            np.save(buffer, np.concatenate(pools[dtype]))
            entry = zipfile.ZipInfo(dtype + ".npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, buffer.getvalue())


def load(area):
    """Reads what `save` wrote; {} for an area that was never recorded."""
    path = os.path.join(DATA, area + ".json")
    if not os.path.exists(path):
        return {}
    with np.load(path[:-5] + ".npz") as archive:
        pools = {dtype: archive[dtype] for dtype in archive.files}

    def decode(value):
        if isinstance(value, dict):
            if "$array" in value:
                dtype, start = value["$array"][:2]
                shape = tuple(value["$array"][2:])
                size = int(np.prod(shape))
                return pools[dtype][start : start + size].reshape(shape)
            return {k: decode(v) for k, v in value.items()}
        if isinstance(value, list):
            return [decode(v) for v in value]
        return value

    with open(path, encoding="utf-8") as f:
        return decode(json.load(f, object_pairs_hook=collections.OrderedDict))
