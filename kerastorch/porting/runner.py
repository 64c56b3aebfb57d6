"""``python -m kerastorch``: runs a script, a module, a line of code or a notebook with Keras answered by kerastorch.

What runs sees itself as ``__main__``, with its own ``sys.argv`` and ``sys.path``; a traceback begins in the script.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import json
import linecache
import os
import re
import runpy
import sys
import sysconfig
import traceback
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from .. import eras
from . import alias, detect, script_code

__all__ = ["cells", "decode", "main"]

_USAGE = """usage: python -m kerastorch [--era ERA] SCRIPT.py|NOTEBOOK.ipynb [arguments …]
       python -m kerastorch [--era ERA] -m MODULE [arguments …]
       python -m kerastorch [--era ERA] -c CODE [arguments …]

Runs it with `import keras`, `tensorflow.keras`, `tf_keras` and `import tensorflow as tf` answered by kerastorch.
ERA: keras2, tf.keras or keras3; otherwise the environment variable KERASTORCH_ERA, otherwise found from the source."""

_PYTHON2_WORDS = {
    "xrange": "range",
    "raw_input": "input",
    "unicode": "str",
    "basestring": "str",
    "unichr": "chr",
    "long": "int",
    "reduce": "functools.reduce",
    "file": "open",
    "execfile": "exec",
}
_PYTHON2_MODULES = {
    "cPickle": "pickle",
    "urllib2": "urllib.request",
    "ConfigParser": "configparser",
    "Queue": "queue",
    "StringIO": "io",
    "cStringIO": "io",
    "__builtin__": "builtins",
    "Tkinter": "tkinter",
    "httplib": "http.client",
    "urlparse": "urllib.parse",
}
_PYTHON2_METHODS = ("iteritems", "itervalues", "iterkeys", "has_key")
_NO_JAX = (
    "kerastorch: the script calls {} itself, and kerastorch computes on PyTorch alone; "
    "keras.ops and keras.random have what its calls do"
)
_PACKAGE_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_CONVERT = "convert the script once, for example with `pip install fissix` and `python -m fissix -w -n {path}`"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line.

    Args:
        arguments: what stands behind ``python -m kerastorch``; ``sys.argv`` when missing.

    Returns:
        The exit status.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    era = os.environ.get("KERASTORCH_ERA")
    while given and given[0].startswith("--era"):
        option = given.pop(0)
        era = option.partition("=")[2] or (given.pop(0) if given else "")
    if not given or given[0] in ("-h", "--help"):
        print(_USAGE, file=sys.stdout if given else sys.stderr)
        return 0 if given else 2
    try:
        prepared = _prepare(given)
    except OSError as error:
        print(f"kerastorch: {error.strerror}: {error.filename}", file=sys.stderr)
        return 2
    except ValueError as error:
        print(f"kerastorch: {error}", file=sys.stderr)
        return 2
    return prepared.run(era)


class _Run:
    """Something to run: its source for the era's detection, and how it is executed."""

    def __init__(self, path: str, source: str, argv: list[str], folder: str, execute: Callable[[], None]) -> None:
        self.path, self.source, self.argv, self.folder, self.execute = path, source, argv, folder, execute

    def run(self, era: str | None) -> int:
        line = _python2_syntax(self.path, self.source)
        if line is not None:
            print(line, file=sys.stderr)
            return 1
        if not self._choose(era):
            return 2
        sys.argv[:] = self.argv
        sys.path[0] = self.folder
        alias.install()
        if eras.current().computes_at_once and not detect.names_torch(self.source):
            importlib.import_module("kerastorch.porting.tensorflow").begin()
        try:
            self.execute()
        except SystemExit as stop:
            return _exit_status(stop)
        except KeyboardInterrupt:
            _show()
            return 130
        except BaseException as error:
            line = _python2_name(self.path, error)
            if line is not None:
                print(line, file=sys.stderr)
            else:
                _show()
                if isinstance(error, ModuleNotFoundError) and error.name in ("jax", "flax"):
                    print(_NO_JAX.format(error.name), file=sys.stderr)
            return 1
        return 0

    def _choose(self, era: str | None) -> bool:
        from ..eras import set_era

        if era:
            try:
                set_era(era)
            except ValueError as error:
                print(f"kerastorch: {error}", file=sys.stderr)
                return False
            print(f"kerastorch: era {era}, as asked for", file=sys.stderr)
            return True
        try:
            verdict = detect.detect_file(self.path, self.source)
        except SyntaxError:
            return True  # running it says where
        set_era(verdict.era)
        print(f"kerastorch: era {verdict.era}, since {verdict.reason} (--era chooses another)", file=sys.stderr)
        return True


def _exit_status(stop: SystemExit) -> int:
    if stop.code is None or isinstance(stop.code, int):
        return stop.code or 0
    print(stop.code, file=sys.stderr)
    return 1


def _prepare(given: list[str]) -> _Run:
    if given[0] == "-c":
        code = given[1] if len(given) > 1 else ""
        return _Run("<string>", code, ["-c", *given[2:]], "", lambda: _execute(code, "<string>"))
    if given[0] == "-m":
        name = given[1] if len(given) > 1 else ""
        return _prepare_module(name, given[2:])
    path = given[0]
    if os.path.isdir(path):
        path = os.path.join(path, "__main__.py")
    with open(path, "rb") as file:
        raw = file.read()
    folder = os.path.dirname(os.path.abspath(path))
    if path.endswith(".ipynb"):
        found = list(cells(path, raw))
        readable = "\n".join(filter(_parses, found))  # a broken cell says so when it is run
        return _Run(path, readable, [path, *given[1:]], folder, lambda: _execute_cells(found, path))
    source = decode(raw)
    return _Run(path, source, [path, *given[1:]], folder, lambda: _execute(source, path))


def _prepare_module(name: str, rest: list[str]) -> _Run:
    import importlib.util

    folder = os.getcwd()
    sys.path.insert(0, folder)
    spec = importlib.util.find_spec(name) if name else None
    sys.path.pop(0)
    if spec is None:
        raise FileNotFoundError(2, "No module to run", name)
    if spec.submodule_search_locations is not None:
        spec = importlib.util.find_spec(f"{name}.__main__") or spec
    path = spec.origin or name
    source = ""
    if os.path.isfile(path):
        with open(path, "rb") as file:
            source = decode(file.read())
    return _Run(path, source, [path, *rest], folder, lambda: _run_module(name))


def _run_module(name: str) -> None:
    runpy.run_module(name, run_name="__main__", alter_sys=True)


def decode(raw: bytes) -> str:
    found = re.match(rb"(?:[^\n]*\n)?[^\n]*coding[:=]\s*([-\w.]+)", raw)
    try:
        return raw.decode(found.group(1).decode() if found else "utf-8-sig").replace("\r\n", "\n")
    except (LookupError, UnicodeDecodeError):
        return raw.decode("latin-1").replace("\r\n", "\n")


def _new_main(path: str) -> types.ModuleType:
    module = types.ModuleType("__main__")
    module.__file__ = path
    module.__builtins__ = builtins  # type: ignore[attr-defined]
    sys.modules["__main__"] = module
    return module


def _execute(source: str, path: str) -> None:
    code = script_code.compiled(source, path)
    if path == "<string>":
        linecache.cache[path] = (len(source), None, source.splitlines(True), path)
    exec(code, _new_main(path).__dict__)


# ---------------------------------------------------------------------------------- notebooks


def cells(path: str, raw: bytes) -> Iterator[str]:
    """The code of a notebook's cells; magics and shell lines are left out, cells of other languages too.

    Raises:
        ValueError: when it is no notebook.
    """
    try:
        notebook = json.loads(raw)
        cells = notebook.get("cells") or [cell for sheet in notebook["worksheets"] for cell in sheet["cells"]]
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: expected a notebook, JSON with a list of cells. Received: {error}") from None
    for cell in cells:
        if cell.get("cell_type") != "code":
            continue
        text = cell.get("source", cell.get("input", ""))
        yield _without_magics(_dedented("".join(text) if isinstance(text, list) else text))


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def _dedented(text: str) -> str:
    """A cell without the indentation of its first line, as IPython reads it."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip())]
    return "\n".join(line.removeprefix(indent) for line in text.splitlines()) if indent else text


def _without_magics(text: str) -> str:
    lines = text.splitlines()
    first = next((line.strip() for line in lines if line.strip()), "")
    if first.startswith("%%") and first.split()[0] not in ("%%time", "%%timeit", "%%capture", "%%prun"):
        return ""
    kept = []
    for line in lines:
        bare = line.lstrip()
        magic = (
            bare.startswith(("%", "!")) or re.match(r"[\w, ]+=\s*[!%]\s*\w", bare) or re.match(r"\??\w[\w.]*\?+$", bare)
        )
        indent = line[: len(line) - len(bare)]
        kept.append(f"{indent}pass" if magic else line)
    return "\n".join(kept)


class _Notebook:
    """What ``get_ipython()`` gives in a notebook that is run as a script: it takes every request and does nothing."""

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **kwargs: None


def _execute_cells(cells: list[str], path: str) -> None:
    main_module = _new_main(path)
    main_module.get_ipython = _Notebook  # type: ignore[attr-defined]
    main_module.display = print  # type: ignore[attr-defined]
    for i, source in enumerate(cells, 1):
        name = f"{path}[cell {i}]"
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
        exec(script_code.compiled(source, name), main_module.__dict__)


# ------------------------------------------------------------------------------------- errors


def _show() -> None:
    """Prints the traceback of the error being handled, from the script on.

    Errors behind it are shown too where they passed through the user's code; the others are ours, and the last message
    says what they said.
    """
    _, error, tb = sys.exc_info()
    assert error is not None
    own = {__file__, script_code.__file__, runpy.__file__, "<frozen runpy>"}
    while tb is not None and tb.tb_frame.f_code.co_filename in own:
        tb = tb.tb_next
    told = traceback.TracebackException(type(error), error, tb)
    libraries = tuple({sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")} | {_PACKAGE_FOLDER})
    told.__cause__ = _of_users(told.__cause__, libraries)
    told.__context__ = _of_users(told.__context__, libraries)
    print("".join(told.format()), end="", file=sys.stderr)


def _of_users(
    told: traceback.TracebackException | None, libraries: tuple[str, ...]
) -> traceback.TracebackException | None:
    if told is None or all(frame.filename.startswith(("<frozen ", *libraries)) for frame in told.stack):
        return None
    return told


def _python2_syntax(path: str, source: str) -> str | None:
    """One line about Python 2's syntax, None for a source that compiles or is wrong in another way."""
    try:
        compile(source, path, "exec", dont_inherit=True)
    except SyntaxError as error:
        text = (error.text or "").strip()
        signs = {
            r"print\s+[^\s(=]|print\s*$|print\s*>>": "print without parentheses",
            r"exec\s+[^\s(=]": "exec without parentheses",
            r"except\s+[\w.()]+\s*,\s*\w+\s*:": "`except Error, name`",
            r"raise\s+\w+\s*,": "`raise Error, text`",
            r"<>": "the operator <>",
            r"\b0\d+\b": "an octal number such as 0777",
            r"\bur['\"]": "a ur'' text",
            r"`.+`": "backquotes",
            r"def\s+\w+\(.*\(|lambda\s*\(": "a tuple among the parameters",
        }
        for pattern, what in signs.items():
            if re.search(pattern, text):
                return (
                    f"{path}, line {error.lineno}: {what} is Python 2; {_CONVERT.format(path=path)}. "
                    f"The line is: {text[:80]}"
                )
        if isinstance(error, TabError):
            told = "tabs and spaces are mixed, as Python 2 allowed"
            return f"{path}, line {error.lineno}: {told}; {_CONVERT.format(path=path)}"
    except ValueError as error:
        return f"{path}: {error}"
    return None


def _python2_name(path: str, error: BaseException) -> str | None:
    """One line about a name of Python 2 that failed in the script itself."""
    tb, line = error.__traceback__, None
    while tb is not None:
        if tb.tb_frame.f_code.co_filename == path:
            line = tb.tb_lineno
        tb = tb.tb_next
    name = getattr(error, "name", None)
    told = None
    if isinstance(error, NameError) and name in _PYTHON2_WORDS:
        told = f"{name} is Python 2's name of {_PYTHON2_WORDS[name]}"
    elif isinstance(error, ModuleNotFoundError) and name in _PYTHON2_MODULES:
        told = f"{name} is Python 2's name of the module {_PYTHON2_MODULES[name]}"
    elif isinstance(error, AttributeError) and name in _PYTHON2_METHODS and isinstance(error.obj, dict):
        told = f"dict.{name}() is Python 2's"
    if told is None or line is None:
        return None
    return f"{path}, line {line}: {told}; {_CONVERT.format(path=path)}"
