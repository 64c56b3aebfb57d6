"""Records Keras 3's public names for scripts: ``python tests/support/record_keras3.py``, run by that Keras.

CONTRIBUTING.md says how to set that environment up. Writes ``names_keras3.json`` beside this file.
"""

import importlib
import inspect
import json
import os
import types

import keras

# applications and layers have their own tests; backend is what torch has anyway
MODULES = """keras keras.activations keras.callbacks keras.config keras.constraints keras.distribution
keras.dtype_policies keras.initializers keras.losses keras.metrics keras.models keras.ops keras.ops.image
keras.ops.linalg keras.ops.nn keras.ops.numpy keras.optimizers keras.optimizers.schedules keras.random
keras.regularizers keras.saving keras.tree keras.utils""".split()


def arguments(thing):
    """Names of a callable's arguments, None where it has no readable signature."""
    thing = thing.__init__ if inspect.isclass(thing) else thing
    try:
        parameters = inspect.signature(thing).parameters.values()
    except (TypeError, ValueError):
        return None
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    return [stars.get(p.kind, "") + p.name for p in parameters if p.name not in ("self", "cls")]


def describe(thing, public):
    """A name's kind and arguments; of a class what it and those of its bases have that are not public themselves."""
    if not inspect.isclass(thing):
        return {
            "kind": "function" if callable(thing) else "value",
            "arguments": arguments(thing) if callable(thing) else None,
        }
    bases = [base for base in thing.__mro__[1:] if base.__module__.startswith("keras.") and base not in public]
    methods, properties = {}, set()
    for base in [*bases[::-1], thing]:
        for name, member in vars(base).items():
            member = getattr(member, "__func__", member)
            if not name.startswith("_") and inspect.isfunction(member):
                methods[name] = arguments(member)
            elif not name.startswith("_") and isinstance(member, property):
                properties.add(name)
    return {"kind": "class", "arguments": arguments(thing), "methods": methods, "properties": sorted(properties)}


def main():
    modules = {name: importlib.import_module(name) for name in MODULES}
    members = {
        module_name: {
            name: thing
            for name, thing in sorted(vars(module).items())
            if not name.startswith("_") and not isinstance(thing, types.ModuleType)
        }
        for module_name, module in modules.items()
    }
    public = {thing for things in members.values() for thing in things.values() if inspect.isclass(thing)}
    found = {
        module_name: {name: describe(thing, public - {thing}) for name, thing in things.items()}
        for module_name, things in members.items()
    }
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "names_keras3.json")
    with open(path, "w") as file:
        json.dump({"version": keras.__version__, "modules": found}, file, indent=1, sort_keys=True)
        file.write("\n")


if __name__ == "__main__":
    main()
