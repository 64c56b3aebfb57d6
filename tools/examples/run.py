"""Runs the examples of a Keras version, unmodified, through ``python -m kerastorch``, and writes the table of results.

    git clone https://github.com/keras-team/keras
    python tools/examples/standins.py /tmp/home                      # or use real data: leave --home out
    python tools/examples/run.py keras --tag 2.2.4 --home /tmp/home --results /tmp/results
    python tools/examples/run.py keras --tag 2.2.4 --results /tmp/results --table docs/examples.md

Training is shortened from outside (``short/sitecustomize.py``): each script runs to its end, but learns little.
``--whole`` leaves it as it is.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Setting:
    """How one example is run.

    Attributes:
        arguments: of the script.
        environment: limits of ``short/sitecustomize.py`` that differ from the usual ones.
        before: examples that write what this one reads.
        note: what the table says.
    """

    arguments: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    before: tuple[str, ...] = ()
    note: str = ""


_STYLE = ("images/base.jpg", "images/style.jpg", "styled", "--iter", "1")
_DOODLE = (
    *("--nlabels", "4", "--style-image", "images/style.jpg", "--style-mask", "images/style_mask.png"),
    *("--target-mask", "images/target_mask.png", "--target-image-prefix", "doodle"),
)

SETTINGS = {
    "deep_dream": Setting(("images/base.jpg", "dream")),
    "neural_style_transfer": Setting(_STYLE),
    "neural_doodle": Setting(_DOODLE, note="it is written for Python 2: xrange"),
    "class_activation_maps": Setting(("images/base.jpg",)),
    "reuters_mlp_relu_vs_selu": Setting(environment={"SHORT_STEPS": "2", "SHORT_EPOCHS": "40"}),
    "image_ocr": Setting(environment={"SHORT_STEPS": "1", "SHORT_EPOCHS": "20"}),  # it reads its twentieth weights
    "mnist_net2net": Setting(note="it looks for kernels in the order of Keras 1 on Theano"),
    "pretrained_word_embeddings": Setting(note="it counts one word too few, unless there are more than 20,000"),
    "mnist_swwae": Setting(note="it stops by itself on any backend but Theano, in Keras too"),
    "mnist_tfrecord": Setting(note="it builds on TensorFlow's input pipeline and its session"),
    "lstm_seq2seq_restore": Setting(before=("lstm_seq2seq",)),
    "mnist_acgan": Setting(environment={"SHORT_ROWS": "512", "SHORT_STOP": "13"}, note="stopped in its second epoch"),
}
_USUAL = {"SHORT_STEPS": "8", "SHORT_EPOCHS": "1"}


def unpack(clone: Path, tag: str, folder: Path) -> list[Path]:
    """Puts the examples of a version into a folder and gives their paths."""
    archive = subprocess.run(["git", "-C", str(clone), "archive", tag, "examples"], check=True, capture_output=True)
    subprocess.run(["tar", "x", "-C", str(folder)], input=archive.stdout, check=True)
    return sorted((folder / "examples").glob("*.py"))


def make_work(home: Path | None) -> Path:
    """A folder to run in, with links to what lies in the home folder."""
    work = Path(tempfile.mkdtemp(prefix="example-"))
    for entry in home.iterdir() if home else ():
        if not entry.name.startswith("."):
            (work / entry.name).symlink_to(entry)
    return work


def run(script: Path, work: Path, environment: dict[str, str], limit: float) -> dict:
    """Runs one script and describes what happened."""
    setting = SETTINGS.get(script.stem, Setting())
    command = [sys.executable, "-m", "kerastorch", str(script), *setting.arguments]
    own = {**environment, **(setting.environment if "SHORT_STEPS" in environment else {})}
    began = time.monotonic()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command, cwd=work, env=own, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            status = process.wait(limit)
        except subprocess.TimeoutExpired:
            process.kill()
            status = process.wait() and "timeout"
        log.seek(0)
        output = log.read().decode("utf-8", "replace")
    return {"status": status, "seconds": round(time.monotonic() - began), "output": output}


def last_line(output: str) -> str:
    """The last line that says something, without what a terminal would have drawn over."""
    output = re.sub(r"\x1b\[[0-9;]*m", "", output)  # colours
    output = re.sub(r"/\S+(?=/examples/)", "…", output)  # the folder that a copy of the clone was run in
    lines = [re.split(r"[\r\x08]", line.rstrip())[-1].strip() for line in output.splitlines()]
    lines = [line for line in lines if re.search(r"\w", line)]
    return lines[-1][:80] if lines else ""


def run_all(options: argparse.Namespace) -> None:
    """Runs the examples asked for and stores each one's outcome as a JSON file."""
    environment = {**os.environ, "MPLBACKEND": "Agg", "PYTHONUNBUFFERED": "1"}
    home = options.home and options.home.resolve()
    if home:
        environment["HOME"] = str(home)
    if not options.whole:
        environment.update(_USUAL)
        environment["PYTHONPATH"] = os.pathsep.join(
            [str(HERE / "short"), *filter(None, [environment.get("PYTHONPATH")])]
        )
    folder = options.results / options.tag
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as unpacked:
        scripts = unpack(options.clone, options.tag, Path(unpacked))
        for script in scripts:
            if options.only and script.stem not in options.only:
                continue
            work = make_work(home)
            for name in SETTINGS.get(script.stem, Setting()).before:
                run(script.with_name(f"{name}.py"), work, environment, options.limit)
            outcome = run(script, work, environment, options.limit)
            shutil.rmtree(work)
            (folder / f"{script.stem}.json").write_text(json.dumps(outcome, indent=1))
            print(f"{script.stem:40} {outcome['status']!s:8} {outcome['seconds']:4} s  {last_line(outcome['output'])}")


def table(results: Path, tag: str) -> str:
    """The outcomes of one version as a Markdown table."""
    rows = ["| example | result | seconds | last line printed |", "|---|---|---|---|"]
    for path in sorted((results / tag).glob("*.json")):
        outcome = json.loads(path.read_text())
        note = SETTINGS.get(path.stem, Setting()).note
        stopped = "stopped after" in outcome["output"][-80:]
        if outcome["status"] == 0 or stopped:
            result = f"runs ({note})" if note and stopped else "runs"
        elif outcome["status"] == "timeout":
            result = "stopped while it was still at work"
        else:
            result = f"does not run: {note or 'status ' + str(outcome['status'])}"
        said = last_line(outcome["output"]).replace("|", "\\|")
        rows.append(f"| `{path.stem}` | {result} | {outcome['seconds']} | {f'`{said}`' if said else ''} |")
    return "\n".join(rows)


def write_table(document: Path, results: Path, tag: str) -> None:
    """Replaces what stands between the tag's two marks in a document."""
    begin, end = f"<!-- begin {tag} -->", f"<!-- end {tag} -->"
    before, found, rest = document.read_text().partition(begin)
    if not found or end not in rest:
        raise SystemExit(f"{document} has no marks {begin} and {end}")
    document.write_text(f"{before}{begin}\n{table(results, tag)}\n{end}{rest.partition(end)[2]}")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clone", type=Path, help="a clone of keras-team/keras")
    parser.add_argument("--tag", required=True, help="the version, such as 2.2.4")
    parser.add_argument("--home", type=Path, help="home folder with data, as standins.py writes it; yours when missing")
    parser.add_argument("--results", type=Path, required=True, help="where outcomes are stored")
    parser.add_argument("--only", nargs="+", help="names of examples")
    parser.add_argument("--limit", type=float, default=900, help="seconds that one example may take")
    parser.add_argument("--whole", action="store_true", help="do not shorten training")
    parser.add_argument("--table", type=Path, help="run nothing: write the outcomes into this document")
    options = parser.parse_args()
    if options.table:
        write_table(options.table, options.results, options.tag)
    else:
        run_all(options)


if __name__ == "__main__":
    main()
