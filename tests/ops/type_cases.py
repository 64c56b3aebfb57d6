"""Calls of ``keras.ops`` with every type and pair of types: what 64 bits, small numbers and truth values become."""

import numpy as np

__all__ = ["CASES"]

CASES = []
FLOATS, WHOLE = [[0.3, 0.5], [0.7, 0.2]], [[1, 2], [3, 1]]
VALUES = {kind: np.array(FLOATS, kind) for kind in ("float64", "float32", "float16")}
VALUES.update({kind: np.array(WHOLE, kind) for kind in ("int64", "int32", "int8", "uint8")})
VALUES["bool"] = np.array([[True, False], [True, True]])
PAIRS = """float64,float64 float64,float32 float32,int64 int64,int64 int64,int32 float16,float32 float16,int32
int32,int32 int8,uint8 bool,int32 bool,float32 float16,int64 int32,uint8 float64,int32 int64,float64""".split()
NUMBERS = [("float32", 3), ("int64", 3), ("int32", 2.5), ("float16", 2.5), ("float64", 2), ("uint8", 3)]

for _name in """
    abs ceil floor exp sqrt square cbrt deg2rad sum mean max min prod std var all any argmax argsort cumsum cumprod
    median average logsumexp nanmean nansum nanvar nanprod nancumsum nanmax norm trace sigmoid fabs i0 isposinf
    transpose sort
    count_nonzero where nonzero copy zeros_like
""".split():
    for _x in VALUES.values():
        CASES.append((_name, (_x,), {}))
for _name in "trunc sign negative relu ptp".split():  # not of truth values
    for _x in VALUES.values():
        if _x.dtype != bool:
            CASES.append((_name, (_x,), {}))
for _name in """
    add subtract multiply divide maximum minimum floor_divide power equal arctan2 hypot logaddexp heaviside
    divide_no_nan
    matmul dot inner tensordot outer mod fmax
""".split():
    for _pair in PAIRS:
        _one, _other = _pair.split(",")
        CASES.append((_name, (VALUES[_one], VALUES[_other]), {}))
for _name in """
    add subtract multiply divide maximum minimum floor_divide power less arctan2 hypot divide_no_nan mod
""".split():
    for _kind, _number in NUMBERS:
        CASES.append((_name, (VALUES[_kind], _number), {}))
for _name in "concatenate stack hstack vstack dstack".split():
    for _pair in PAIRS:
        CASES.append((_name, ([VALUES[_kind] for _kind in _pair.split(",")],), {}))
for _kind, _number in NUMBERS:
    CASES.append(("where", (VALUES["bool"], VALUES[_kind], _number), {}))
CASES.append(("take", (VALUES["float32"], 3), {}))
CASES.append(("take_along_axis", (VALUES["float32"], np.array([[2, 0]])), {}))
CASES.append(("moments", (VALUES["float64"],), {"axes": [0]}))
CASES.append(("linspace", (np.float16(0), np.int32(3)), {"num": 4}))
