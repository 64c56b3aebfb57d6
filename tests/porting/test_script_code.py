"""Arrays of one element where Python wants a number: as numpy had it when the scripts were written."""

import numpy as np
import pytest

from kerastorch.porting.script_code import compiled


def ran(source, **names):
    names = {"np": np, "one": np.array([[2.5]]), **names}
    exec(compiled(source, "script.py"), names)
    return names


@pytest.mark.parametrize(
    "text, value",
    [
        ("float(one)", 2.5),
        ("int(one)", 2),
        ("complex(one)", 2.5 + 0j),
        ("'%.2f' % one", "2.50"),
        ("'%d of %s' % (one, 'all')", "2 of all"),
        ("'%(a)s' % {'a': 1}", "1"),
        ("'%s' % np.array([1])", "[1]"),
        ("'100%%' % ()", "100%"),
        ("__import__('math').floor(2.5)", 2),
        ("int('ff', 16)", 255),
        ("float('2.5')", 2.5),
        ("int()", 0),
        ("(lambda x: int(x))(3.7)", 3),
    ],
)
def test_expressions(text, value):
    assert ran(f"found = {text}")["found"] == value


def test_functions_of_math():
    assert ran("import math\nfound = math.sqrt(one), math.isnan(one), math.pow(2, 2)")["found"] == (
        2.5**0.5,
        False,
        4.0,
    )


@pytest.mark.parametrize("key", ["1", "-2", "1:2", "[1]", "np.array([False, True, False])"])
def test_assignment(key):
    assert ran(f"found = np.zeros(3)\nfound[{key}] = one[0]")["found"].tolist() == [0.0, 2.5, 0.0]


def test_assignment_to_parts_and_other_containers():
    found = ran(
        "a = np.zeros((2, 3)); a[0, 1:] = 1; a[..., 0] = 2; a[1, 1] = one\n"
        "b = [1, 2, 3]; b[0:2] = [9]\n"
        "c = {}; c['k'] = one\n"
        "order = []\n"
        "def said(x): order.append(x); return x\n"
        "d = {}; d[said(2)] = said(1)\n"
        "e = f = [0]; e[0] = f[0] = 5\n"
    )
    assert found["a"].tolist() == [[2, 1, 1], [2, 2.5, 0]] and found["b"] == [9, 3]
    assert found["c"]["k"] is found["one"] and found["order"] == [1, 2] and found["e"] == [5]


@pytest.mark.parametrize("text", ["float(np.ones(2))", "'%f' % np.ones(2)", "int('x')", "'%d' % 'x'"])
def test_what_is_wrong_stays_wrong(text):
    with pytest.raises((TypeError, ValueError)):
        ran(text)
    with pytest.raises(ValueError, match="setting an array element with a sequence"):
        ran("a = np.zeros(2)\na[0] = np.ones(2)")


def test_lines_and_statements_are_those_of_the_script(run):
    text = '"""What it is."""\nfrom __future__ import print_function\nassert __doc__ == "What it is."\n\n\nfloat([])\n'
    status, _, errors = run("script.py", files={"script.py": text})
    assert status == 1 and 'script.py", line 6' in errors and "float([])" in errors
