"""Says in what two trees of results differ; used by the replay, and by the recorder to find ill-conditioned cases."""

import numpy as np

from . import store

__all__ = ["differences"]

GRADIENT = 1e-4
# Numbers smaller than this part of the largest one in their array are held to that part: their own relative error is
# the rounding of the terms that cancelled in them.
FLOOR = 0.1


def relative_error(got, expected):
    """The largest of |got - expected| / max(|expected|, FLOOR * largest |expected|), NaN and inf in place."""
    got, expected = np.asarray(got, dtype="float64"), np.asarray(expected, dtype="float64")
    finite = np.isfinite(expected)
    if not np.array_equal(finite, np.isfinite(got)) or not np.array_equal(
        np.nan_to_num(got[~finite]), np.nan_to_num(expected[~finite])
    ):
        return float("inf")
    got, expected = got[finite], expected[finite]
    if expected.size == 0:
        return 0.0
    size = np.abs(expected)
    scale = np.maximum(size, max(FLOOR * size.max(), np.finfo("float32").tiny))
    if size.max() < 1e-7:  # zero but for rounding: then so must the other be
        scale = np.full_like(size, 0.01)
    return float(np.max(np.abs(got - expected) / scale))


def differences(got, expected, tolerance, at=""):
    """Sentences, one for each place where `got` is not `expected`; none when they agree."""
    got = store.plain(got)
    if at.rsplit(".", 1)[-1].startswith("grad"):
        tolerance = max(tolerance, GRADIENT)
    if isinstance(expected, dict):
        return _spread(got, expected, at) if "std" in expected else _dicts(got, expected, tolerance, at)
    if _numeric(expected):
        return _numbers(got, expected, tolerance, at)
    if isinstance(expected, list):
        if not isinstance(got, list) or len(got) != len(expected):
            return [f"{at}: got {_short(got)}, expected {_short(expected)}"]
        return [d for i, (g, e) in enumerate(zip(got, expected)) for d in differences(g, e, tolerance, f"{at}[{i}]")]
    if at.endswith("lines"):
        return _lines(got, expected, at)
    same = not isinstance(got, np.ndarray) and got == expected and isinstance(got, bool) == isinstance(expected, bool)
    return [] if same else [f"{at}: got {_short(got)}, expected {_short(expected)}"]


def _dicts(got, expected, tolerance, at):
    if not isinstance(got, dict):
        return [f"{at}: got {_short(got)}, expected a dict"]
    found = []
    if at.endswith("history") and list(got) != list(expected):
        return [f"{at}: keys {list(got)}, expected {list(expected)}"]
    if set(got) != set(expected):
        found.append(f"{at}: missing {sorted(set(expected) - set(got))}, unexpected {sorted(set(got) - set(expected))}")
    for key in expected:
        if key in got:
            found += differences(got[key], expected[key], tolerance, f"{at}.{key}" if at else key)
    return found


def _spread(got, expected, at):
    """What random values of one distribution must share, with room for their number (some thousand)."""
    std = expected["std"]
    room = {"mean": 0.08 * std, "std": 0.03 * std, "largest": 0.2 * expected["largest"]}
    return [
        f"{at}.{key}: got {got[key]}, expected {expected[key]} +- {room[key]:.2g}"
        for key in room
        if not abs(got[key] - expected[key]) <= room[key]
    ]


def _numeric(value):
    if isinstance(value, np.ndarray):
        return True
    if isinstance(value, list):
        return len(value) > 0 and any(isinstance(v, float) for v in value) and all(_number(v) for v in value)
    return isinstance(value, float)


def _number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _numbers(got, expected, tolerance, at):
    got = np.asarray(got) if isinstance(got, (np.ndarray, list, int, float)) else got
    expected = np.asarray(expected)
    if not isinstance(got, np.ndarray) or got.dtype == object or got.shape != expected.shape:
        return [f"{at}: got {_short(got)}, expected shape {expected.shape}"]
    if expected.dtype.kind in "bui":
        return [] if np.array_equal(got, expected) else [f"{at}: got {_short(got)}, expected {_short(expected)}"]
    error = relative_error(got, expected)
    if error <= tolerance:
        return []
    return [f"{at}: relative error {error:.3g} > {tolerance:g} (got {_short(got)}, expected {_short(expected)})"]


def _lines(got, expected, at):
    """Progress text where all updates were recorded: some in between may be left out, none may be added."""
    got, expected = str(got).split("\n"), expected.split("\n")
    wanted = iter(expected)
    for line in got:
        if not any(line == candidate for candidate in wanted):
            return [f"{at}: unexpected line {line!r}"]
    left_out = [line for line in expected if line not in got and ">" not in line and ".." not in line]
    return [f"{at}: missing line {line!r}" for line in left_out]


def _short(value):
    text = repr(value.ravel()[:6].tolist()) + " " + str(value.shape) if isinstance(value, np.ndarray) else repr(value)
    return text if len(text) < 400 else text[:400] + "..."
