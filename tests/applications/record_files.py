"""Records where tf_keras finds its published weights; see CONTRIBUTING.md."""

import ast
import importlib
import json
import os
import re
import sys

import tf_keras
from tf_keras.src.utils import data_utils

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import architectures as arch  # noqa: E402

HASH = re.compile("[0-9a-f]{32}|[0-9a-f]{64}")


class Asked(Exception):
    """The arguments that get_file was called with."""


def get_file(fname, origin, cache_subdir, file_hash=None):
    raise Asked([fname, origin, cache_subdir, file_hash])


def asked(name, kwargs):
    """What a function wants to download."""
    try:
        getattr(tf_keras.applications, name)(weights="imagenet", **kwargs)
    except Asked as arguments:
        return arguments.args[0]


def hashes(room):
    """All hashes in the source of a module, in their order."""
    module = importlib.import_module(f"tf_keras.src.applications.{room}")
    with open(module.__file__) as file:
        constants = [node.value for node in ast.walk(ast.parse(file.read())) if isinstance(node, ast.Constant)]
    return sorted({value for value in constants if isinstance(value, str) and HASH.fullmatch(value)})


def main():
    data_utils.get_file = get_file
    results = {
        "hashes": {room: hashes(room) for room in arch.ROOMS_WITH_HASHES},
        "asked": {case: asked(name, kwargs) for case, (name, kwargs) in arch.DOWNLOADS.items()},
    }
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "files.json"), "w") as file:
        json.dump(results, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
