"""``python -m kerastorch check script.py``: what a script uses of Keras, and where each use stands. Nothing is run."""

from __future__ import annotations

import argparse
import ast
import inspect
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import detect, keras1
from .meanings import RULES
from .old_paths import OLD_PATHS
from .reading import MISSING, Script, Use, ours, read_source

__all__ = ["Finding", "check", "main", "table_of"]

KINDS = ("missing", "translated", "era", "syntax")


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    Attributes:
        line: where in the source.
        kind: ``'missing'``, ``'translated'``, ``'era'`` (its meaning changes between generations) or ``'syntax'``.
        told: what it is.
    """

    line: int
    kind: str
    told: str


def check(source: str) -> tuple[list[Finding], set[str]]:
    """The findings in a script, and the names of Keras that it uses and that are there.

    Args:
        source: the script's text.

    Example:
        >>> findings, supported = check("from keras.layers import Dense, Dens\\nDense(output_dim=3)")
        >>> [(f.line, f.kind, f.told) for f in findings]
        [(1, 'missing', 'keras.layers.Dens'), (2, 'translated', 'Dense: output_dim is units')]
        >>> supported
        {'keras.layers.Dense'}
    """
    try:
        script = Script(source)
    except SyntaxError as error:
        return [Finding(error.lineno or 1, "syntax", f"no Python 3: {error.msg}")], set()
    found = {finding for use in script.uses for finding in _of_use(use)}
    found |= set(_trainable(script))
    supported = {use.path for use in script.uses if use.thing is not MISSING and not inspect.ismodule(use.thing)}
    return sorted(found, key=lambda f: (f.line, KINDS.index(f.kind), f.told)), supported


def _of_use(use: Use) -> Iterator[Finding]:
    if use.thing is MISSING:
        if use.path.startswith("keras.models.Model."):
            yield Finding(use.line, "missing", f"Model.{use.name}()")
        else:
            yield Finding(use.line, "missing", use.path)
        return
    if isinstance(use.node, ast.alias):
        yield from _moved(use)
    if use.call is None:
        return
    yield from _arguments(use)
    for rule in RULES:
        if use.name in rule.names and rule.applies(use.call):
            yield Finding(use.line, "era", f"{use.name}: {rule.told}")


def _moved(use: Use) -> Iterator[Finding]:
    """A name that is imported from a module of an older Keras."""
    module_name = (ours(use.path.rpartition(".")[0]) or "").partition(".")[2]
    if module_name in OLD_PATHS:
        now = getattr(use.thing, "__module__", None) or use.path
        yield Finding(use.line, "translated", f"{use.path} is an old place; it is in {now} now")


def table_of(use: Use) -> keras1.Translation:
    """How the arguments of what is called are translated."""
    if use.name == "Model":
        return _MODEL
    if use.path.startswith("keras.models.Model."):
        return keras1.METHODS.get(f"models.Model.{use.name}", keras1.Translation())
    thing = use.thing
    for path, table in {**keras1.TABLE, **keras1.FUNCTIONS}.items():
        if path.rpartition(".")[2] == getattr(thing, "__name__", None):
            return table
    return keras1.Translation()


_MODEL = keras1.Translation({"input": "inputs", "output": "outputs"})
#: Keras 1's names of arguments of the generator methods
STREAMS = {
    "samples_per_epoch": "steps_per_epoch, in batches",
    "nb_epoch": "epochs",
    "nb_val_samples": "validation_steps, in batches",
    "val_samples": "steps, in batches",
    "nb_worker": "workers",
    "max_q_size": "max_queue_size",
    "pickle_safe": "use_multiprocessing",
}


#: names that the translation of single classes understands beside its table
_PREPARED = frozenset(
    """
    forget_bias_init init inputs kernel_dim1 kernel_dim2 kernel_dim3 mode nb_col nb_row output_shape outputs
    show_accuracy
    """.split()
)


def _arguments(use: Use) -> Iterator[Finding]:
    table, known = table_of(use), _parameters(use.thing)
    streams = STREAMS if use.name.endswith("_generator") else {}
    for item in use.call.keywords:
        name, line = item.arg, item.value.lineno
        if name is None:
            continue
        if name in table.names or name in streams:
            yield Finding(line, "translated", f"{use.name}: {name} is {table.names.get(name) or streams[name]}")
        elif name in table.gone:
            yield Finding(line, "translated", f"{use.name}: {name} has no effect any more; {table.gone[name]}")
        elif known is not None and name not in known and name not in _PREPARED:
            yield Finding(line, "missing", f"{use.name}: the argument {name}")
    sizes = [arg for arg in use.call.args[1:4] if isinstance(arg, ast.Constant) and type(arg.value) is int]
    if use.name.startswith("Convolution") and len(sizes) > 1:
        yield Finding(use.line, "translated", f"{use.name}: the kernel's sizes are one tuple, kernel_size")


def _parameters(thing: Any) -> set[str] | None:
    """The keyword arguments that a callable takes; None where it may take any."""
    if inspect.isclass(thing):
        found: set[str] = set()
        for base in thing.__mro__:
            initializer = vars(base).get("__init__")
            if initializer is None or base is object:
                continue
            parameters = inspect.signature(initializer).parameters.values()
            found |= {p.name for p in parameters}
            rest = next((p.name for p in parameters if p.kind is p.VAR_KEYWORD), None)
            if rest in (None, "unknown"):  # Layer takes the unknown ones to refuse them
                return found
        return None
    try:
        parameters = inspect.signature(thing).parameters.values()
    except (TypeError, ValueError):
        return None
    return None if any(p.kind is p.VAR_KEYWORD for p in parameters) else {p.name for p in parameters}


def _trainable(script: Script) -> Iterator[Finding]:
    """``layer.trainable = False`` after a compile."""
    compiles = [use.line for use in script.uses if use.name == "compile"]
    for target in script.assignments("trainable"):
        if compiles and target.lineno > min(compiles):
            told = "trainable set after compile() counts from the next compile() in Keras 2, at once in later ones"
            yield Finding(target.lineno, "era", told)


# ------------------------------------------------------------------------------- command line


def _scripts(paths: Sequence[str]) -> Iterator[Path]:
    for given in map(Path, paths):
        if given.is_dir():
            yield from sorted(p for p in given.rglob("*") if p.suffix in (".py", ".ipynb") and p.is_file())
        else:
            yield given


def _supported(source: str) -> Iterator[str]:
    """What is there as it stands: the names of each module, with their lines."""
    try:
        uses = Script(source).uses
    except SyntaxError:
        return
    places: dict[str, dict[str, list[int]]] = {}
    for use in uses:
        if use.thing is not MISSING and not inspect.ismodule(use.thing):
            module_name, _, name = use.path.rpartition(".")
            lines = places.setdefault(module_name, {}).setdefault(name, [])
            if use.line not in lines:
                lines.append(use.line)
    for module_name, names in sorted(places.items()):
        yield f"{module_name}: " + ", ".join(
            f"{name} ({', '.join(map(str, lines))})" for name, lines in sorted(names.items())
        )


def _report(path: Path, source: str) -> tuple[list[str], bool]:
    """The lines about one script, and whether something is missing."""
    findings, supported = check(source)
    lines = [f"{path}:{f.line}: {f.kind}: {f.told}" for f in findings]
    bad = any(f.kind in ("missing", "syntax") for f in findings)
    if not findings and not supported:
        return [f"{path}: nothing of Keras"], False
    try:
        verdict = detect.detect(source)
        lines.append(f"{path}: era {verdict.era}, since {verdict.reason}")
    except SyntaxError:
        pass
    lines += [f"{path}: supported: {names}" for names in _supported(source)]
    counts = ", ".join(f"{sum(f.kind == kind for f in findings)} {kind}" for kind in KINDS[:3])
    lines.append(f"{path}: {len(supported)} names supported, {counts}")
    return lines, bad


def main(arguments: Sequence[str]) -> int:
    """``python -m kerastorch check``; the status is 1 where something is missing."""
    parser = argparse.ArgumentParser(
        prog="python -m kerastorch check", description="Reads scripts and says what of Keras they use; nothing is run."
    )
    parser.add_argument("paths", nargs="+", metavar="SCRIPT|FOLDER")
    status = 0
    for path in _scripts(parser.parse_args(list(arguments)).paths):
        try:
            source = read_source(path)
        except (OSError, ValueError) as error:
            print(f"kerastorch: {path}: {getattr(error, 'strerror', None) or error}", file=sys.stderr)
            status = 2
            continue
        lines, bad = _report(path, source)
        print("\n".join(lines))
        status = status or int(bad)
    return status
