"""``python -m kerastorch``: what runs sees, what it prints and how it ends."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from kerastorch import eras

CHOSEN = "kerastorch: era keras2, since nothing in it belongs to one generation only (--era chooses another)\n"


def test_a_script_sees_itself_its_arguments_and_the_modules_beside_it(run):
    files = {
        "beside.py": "word = 'found'\n",
        "script.py": "import sys, beside\nprint(__name__, __file__, sys.argv, beside.word)",
    }
    status, out, err = run("script.py", "--epochs", "3", files=files)
    assert status == 0
    assert out == "__main__ script.py ['script.py', '--epochs', '3'] found\n"
    assert err == CHOSEN


def test_keras_is_answered(run):
    text = (
        "import keras\nfrom keras.layers import Dense\nfrom keras.utils.np_utils import to_categorical\n"
        "print(keras.__version__, Dense.__module__, to_categorical([1]))\n"
    )
    status, out, _ = run("script.py", files={"script.py": text})
    assert (status, out) == (0, "2.2.4 kerastorch.layers.core [[0. 1.]]\n")
    assert "keras" not in sys.modules


def test_numpy_reads_tensors_of_keras_3_as_with_its_first_backends(run):
    """TensorFlow's and JAX's tensors mix with arrays and have values whatever has a gradient; torch's do not."""
    text = (
        "import numpy as np\nimport keras\nlayer = keras.layers.Dense(2, kernel_initializer='ones')\n"
        "y = layer(keras.ops.ones((1, 3)))\n"
        "print(y.numpy(), np.asarray(y), np.mean(y), np.ones((1, 2)) - y.numpy(), float(y[0, 0]), np.exp(0 * y))\n"
        "print((np.ones((1, 2)) - y).numpy(), layer.kernel.value.numpy()[0])\n"
    )
    status, out, _ = run("script.py", files={"script.py": text})
    assert (status, out) == (0, "[[3. 3.]] [[3. 3.]] 3.0 [[-2. -2.]] 3.0 [[1. 1.]]\n[[-2. -2.]] [1. 1.]\n")
    status, _, err = run("script.py", files={"script.py": "import torch\n" + text})
    assert status == 1
    assert "requires grad" in err


def test_a_script_on_jax_itself_is_told_so(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "jax", None)
    status, _, err = run("script.py", files={"script.py": "import keras\nimport jax\n"})
    assert status == 1
    assert err.splitlines()[-1].startswith(
        "kerastorch: the script calls jax itself, and kerastorch computes on PyTorch"
    )


def test_a_folder_runs_its_main(run):
    files = {"tool/__main__.py": "import part; print(part.word)", "tool/part.py": "word = 'part'"}
    assert run("tool", files=files)[:2] == (0, "part\n")


def test_a_module(run):
    files = {
        "pack/__init__.py": "",
        "pack/train.py": "import sys\nfrom . import part\nprint(__name__, __package__, part.word, sys.argv[1:])\n",
        "pack/part.py": "from keras.models import Sequential\nword = Sequential.__name__\n",
        "pack/__main__.py": "print('main of', __package__)\n",
    }
    assert run("-m", "pack.train", "-v", files=files)[:2] == (0, "__main__ pack Sequential ['-v']\n")
    assert run("-m", "pack")[:2] == (0, "main of pack\n")


def test_code(run):
    status, out, err = run("-c", "import sys, keras\nprint(sys.argv, keras.layers.Dense(3).units)", "a")
    assert (status, out, err) == (0, "['-c', 'a'] 3\n", CHOSEN)


def test_what_cannot_be_found(run):
    assert run("nothing.py") == (2, "", "kerastorch: No such file or directory: nothing.py\n")
    assert run("-m", "no_such_module") == (2, "", "kerastorch: No module to run: no_such_module\n")
    assert run("-m") == (2, "", "kerastorch: No module to run: \n")


def test_usage(run):
    status, out, err = run("--help")
    assert status == 0 and out.startswith("usage: python -m kerastorch") and not err
    status, out, err = run()
    assert status == 2 and err.startswith("usage: python -m kerastorch") and not out


# ------------------------------------------------------------------------------------- eras


def test_the_era_is_found_and_said(run):
    text = "import os\nos.environ['KERAS_BACKEND'] = 'torch'\nimport keras\nprint(keras.__version__)\n"
    status, out, err = run("script.py", files={"script.py": text})
    assert (status, out) == (0, "3.15\n")
    assert err == "kerastorch: era keras3, since line 2 has KERAS_BACKEND = 'torch' (--era chooses another)\n"


@pytest.mark.parametrize("given", [("--era", "tf.keras"), ("--era=tf.keras",)])
def test_the_era_is_given(run, given, monkeypatch):
    code = "import keras; print(keras.__version__)"
    said = "kerastorch: era tf.keras, as asked for\n"
    assert run(*given, "-c", code) == (0, "2.15\n", said)
    monkeypatch.setenv("KERASTORCH_ERA", "tf.keras")
    assert run("-c", code) == (0, "2.15\n", said)
    assert run("--era", "keras2", "-c", code)[1] == "2.2.4\n"


def test_an_era_that_is_none(run):
    status, out, err = run("--era", "keras4", "-c", "print('ran')")
    assert (status, out) == (2, "")
    assert re.fullmatch(r"kerastorch: set_era: expected one of .* Received: 'keras4'\..*\n", err)
    assert eras.current().name == "keras2"


# --------------------------------------------------------------------------------- the end


@pytest.mark.parametrize(
    "end, status, said",
    [("exit()", 0, ""), ("exit(3)", 3, ""), ("exit('no data')", 1, "no data\n"), ("exit(None)", 0, "")],
)
def test_exit(run, end, status, said):
    assert run("-c", f"import sys\nsys.{end}") == (status, "", CHOSEN + said)


def test_a_traceback_begins_in_the_script(run):
    text = "import keras\n\n\ndef build():\n    return keras.layers.Dense(-3)\n\n\nbuild()\n"
    status, _, err = run("script.py", files={"script.py": text})
    lines = err.splitlines()
    assert status == 1
    assert lines[1:4] == [
        "Traceback (most recent call last):",
        '  File "script.py", line 8, in <module>',
        "    build()",
    ]
    assert "runner.py" not in err
    assert lines[-1] == "ValueError: Dense: expected units to be a positive integer. Received: units=-3"


def test_a_traceback_shows_no_causes_that_never_left_the_library(run):
    inputs = "Input(batch_shape=(2, 3)), Input(batch_shape=(2, 4))"
    text = f"from keras import backend as K\nfrom keras.layers import Input\nK.dot({inputs})\n"
    status, _, err = run("script.py", files={"script.py": text})
    assert status == 1
    assert err.count("Traceback") == 1
    assert err.splitlines()[-1].startswith("ValueError: dot cannot be applied to symbolic tensors of shapes")


def test_a_traceback_shows_causes_in_the_users_code(run):
    text = "try:\n    1 / 0\nexcept ZeroDivisionError:\n    raise ValueError('second')\n"
    _, _, err = run("script.py", files={"script.py": text})
    assert err.count("Traceback") == 2
    assert "ZeroDivisionError: division by zero" in err


def test_a_mistake_in_the_syntax(run):
    status, _, err = run("script.py", files={"script.py": "import keras\nx = = 1\n"})
    assert status == 1
    assert err.splitlines()[0].lstrip() == 'File "script.py", line 2'
    assert err.splitlines()[-1] == "SyntaxError: invalid syntax"


def test_as_a_command_of_its_own(tmp_path):
    text = "import sys\nfrom keras.models import Sequential\nprint(Sequential.__name__)\nsys.exit(7)\n"
    (tmp_path / "script.py").write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "kerastorch", "script.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stdout, done.stderr) == (7, "Sequential\n", CHOSEN)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for another process")
def test_control_c(tmp_path):
    (tmp_path / "script.py").write_text("import time\nopen('begun', 'w').close()\ntime.sleep(60)\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "kerastorch", "script.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(
            signal.SIGINT, signal.SIG_DFL
        ),  # ignored where the tests run in the background
    )
    limit = time.monotonic() + 60
    while not (tmp_path / "begun").exists() and time.monotonic() < limit:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    lines = err.splitlines()
    assert lines[1:3] == ["Traceback (most recent call last):", '  File "script.py", line 3, in <module>']
    assert lines[-1] == "KeyboardInterrupt"


# -------------------------------------------------------------------------------- Python 2

PYTHON_2 = {
    "print 'x'": "print without parentheses",
    "print": None,
    "print >>f, 'x'": None,
    "exec 'x = 1'": "exec without parentheses",
    "try:\n    pass\nexcept ValueError, error:\n    pass": "`except Error, name`",
    "raise ValueError, 'text'": "`raise Error, text`",
    "if 1 <> 2: pass": "the operator <>",
    "x = 0777": "an octal number such as 0777",
    "x = ur'text'": "a ur'' text",
    "x = `1`": "backquotes",
    "f = lambda (a, b): a": "a tuple among the parameters",
    "if True:\n        x = 1\n\ty = 2": "tabs and spaces are mixed, as Python 2 allowed",
}


@pytest.mark.parametrize("text, what", [(t, w) for t, w in PYTHON_2.items() if w])
def test_the_syntax_of_python_2_gets_one_line(run, text, what):
    status, out, err = run("script.py", files={"script.py": f"{text}\n"})
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert re.match(r"script\.py, line \d: ", err)
    assert what in err
    assert "python -m fissix -w -n script.py" in err


NAMES = {
    "xrange(3)": "xrange is Python 2's name of range",
    "raw_input()": "raw_input is Python 2's name of input",
    "unicode('x')": "unicode is Python 2's name of str",
    "import cPickle": "cPickle is Python 2's name of the module pickle",
    "import urllib2": "urllib2 is Python 2's name of the module urllib.request",
    "{}.iteritems()": "dict.iteritems() is Python 2's",
    "{}.has_key(1)": "dict.has_key() is Python 2's",
}


@pytest.mark.parametrize("text, what", NAMES.items())
def test_a_name_of_python_2_gets_one_line(run, text, what):
    status, out, err = run("script.py", files={"script.py": f"import keras\nprint('begins')\n{text}\n"})
    assert (status, out) == (1, "begins\n")
    assert err.removeprefix(CHOSEN).count("\n") == 1
    assert err.removeprefix(CHOSEN).startswith(f"script.py, line 3: {what}; convert the script once")


def test_other_missing_names_are_errors_as_ever(run):
    status, _, err = run("-c", "xranges(3)")
    assert status == 1
    assert err.splitlines()[-1].startswith("NameError: name 'xranges' is not defined")


# ------------------------------------------------------------------------------- notebooks


def cell(*lines, kind="code"):
    return {"cell_type": kind, "source": [f"{line}\n" for line in lines]}


def test_a_notebook(run):
    cells = [
        cell("# A title", kind="markdown"),
        cell("%matplotlib inline", "!pip install keras", "files = !ls", "import keras"),
        cell("%%bash", "rm -rf /nothing"),
        cell("%%time", "x = 3", "if x:", "    %timeit x", "    display(x)"),
        cell("get_ipython().run_line_magic('load_ext', 'x')", "keras.layers?", "print(keras.__version__)"),
    ]
    status, out, err = run("book.ipynb", files={"book.ipynb": json.dumps({"cells": cells})})
    assert (status, out, err) == (0, "3\n2.2.4\n", CHOSEN)


def test_an_indented_cell_and_a_broken_one(run):
    """IPython takes the first line's indentation away; the generation is found whatever cannot be read."""
    cells = [
        cell("  from tensorflow import keras", "  if True:", "    print(keras.__version__)"),
        cell("this is no Python"),
    ]
    status, out, err = run("book.ipynb", files={"book.ipynb": json.dumps({"cells": cells})})
    assert (status, out) == (1, "2.15\n") and "SyntaxError" in err
    assert err.startswith("kerastorch: era tf.keras, since line 1 has tensorflow.keras")


def test_an_old_notebook(run):
    sheets = [{"cells": [{"cell_type": "code", "input": ["x = 1\n", "print(x)"]}]}]
    assert run("book.ipynb", files={"book.ipynb": json.dumps({"worksheets": sheets})})[:2] == (0, "1\n")


def test_a_notebooks_traceback_names_the_cell(run):
    cells = [cell("x = 0"), cell("y = 1", "print(y / x)")]
    status, _, err = run("book.ipynb", files={"book.ipynb": json.dumps({"cells": cells})})
    assert status == 1
    assert err.splitlines()[2:4] == ['  File "book.ipynb[cell 2]", line 2, in <module>', "    print(y / x)"]


def test_a_file_that_is_no_notebook(run):
    status, out, err = run("book.ipynb", files={"book.ipynb": "no notebook"})
    assert (status, out) == (2, "")
    assert err.startswith("kerastorch: book.ipynb: expected a notebook") and err.count("\n") == 1


# ------------------------------------------------------------------------------- encodings


def test_a_script_in_another_encoding(run, tmp_path):
    (tmp_path / "script.py").write_bytes("# -*- coding: latin-1 -*-\r\nprint('Größe')\r\n".encode("latin-1"))
    assert run("script.py")[:2] == (0, "Größe\n")


def test_a_script_that_is_not_utf8_and_says_nothing(run, tmp_path):
    (tmp_path / "script.py").write_bytes("print(len('Größe'))  # Maß\n".encode("latin-1"))
    assert run("script.py")[:2] == (0, "5\n")


def test_a_script_with_a_byte_order_mark(run, tmp_path):
    (tmp_path / "script.py").write_bytes(b"\xef\xbb\xbfprint(1)\n")
    assert run("script.py")[:2] == (0, "1\n")
