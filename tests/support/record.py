"""Records Keras 2.2.4's public names with their arguments: ``python tests/support/record.py``, run by that Keras.

CONTRIBUTING.md says how to set that environment up. Writes ``names.json`` beside this file.
"""

import importlib
import inspect
import json
import os
import pkgutil
import types

import keras
import keras_applications

# engine and legacy are rooms, not an interface; what they have is public elsewhere or belongs to Keras 1
INTERNAL = ("keras.engine", "keras.legacy", "keras.backend.", "keras.utils.test_utils")

# helpers that Keras's own modules import from each other
HELPERS = """keras_modules_injection has_arg to_list object_list_uid transpose_shape
get_index init_pool init_pool_generator next_sample""".split()

# packages whose names come from elsewhere by design
FACES = ("keras", "keras.applications", "keras.backend", "keras.layers", "keras.models", "keras.utils")
FACES += ("keras.preprocessing.image", "keras.preprocessing.sequence", "keras.preprocessing.text")

# classes that are listed with what they inherit; for all others that is the base's
_ROOTS = (keras.models.Model, keras.models.Sequential, keras.layers.Layer)


def modules():
    yield "keras"
    for _, name, _ in pkgutil.walk_packages(keras.__path__, "keras."):
        if not name.startswith(INTERNAL) and not name.rpartition(".")[2].startswith("_"):
            yield name


def arguments(thing):
    """Names of a callable's arguments, None where it has no readable signature."""
    if inspect.isclass(thing):
        if thing.__init__ is object.__init__:
            return []
        thing = thing.__init__
    # Keras 2 wraps what it translates Keras 1's names for
    thing = getattr(thing, "_original_function", thing)
    try:
        signature = inspect.signature(thing)
    except (TypeError, ValueError):
        return None
    kept = []
    for name, parameter in signature.parameters.items():
        if parameter.kind is parameter.VAR_POSITIONAL:
            kept.append("*" + name)
        elif parameter.kind is parameter.VAR_KEYWORD:
            kept.append("**" + name)
        elif name not in ("self", "cls"):
            kept.append(name)
    return kept


def own(thing, module_name):
    """Whether a thing is a module's own, or the module is where scripts are told to find it."""
    home = getattr(thing, "__module__", "") or ""
    shown = module_name in FACES or module_name.startswith("keras.applications.") or home == module_name
    return home.startswith("keras") and shown and getattr(thing, "__name__", "") not in HELPERS


def behind(name):
    """A function of the package that Keras's applications hand over to, which takes four modules as well."""
    functions = "decode_predictions preprocess_input".split()
    home = keras_applications.imagenet_utils if name in functions else keras_applications
    for module in [home] + [getattr(keras_applications, m) for m in dir(keras_applications) if not m.startswith("_")]:
        if hasattr(module, name) and inspect.isfunction(getattr(module, name)):
            return getattr(module, name)
    raise LookupError(name)


def describe(thing):
    if not inspect.isclass(thing):
        return {"kind": "function", "arguments": arguments(thing)}
    methods, properties = {}, []
    bases = [base for base in thing.__mro__[1:] if base.__module__.startswith("keras.engine") and thing in _ROOTS]
    for name, member in sorted({k: v for base in [*bases[::-1], thing] for k, v in vars(base).items()}.items()):
        member = getattr(member, "__func__", member)
        if not name.startswith("_") and inspect.isfunction(member):
            methods[name] = arguments(member)
        elif not name.startswith("_") and isinstance(member, property):
            properties.append(name)
    return {"kind": "class", "arguments": arguments(thing), "methods": methods, "properties": properties}


def main():
    found = {}
    for module_name in modules():
        module = importlib.import_module(module_name)
        names = {}
        for name, thing in sorted(vars(module).items()):
            if name.startswith("_") or isinstance(thing, types.ModuleType):
                continue
            if callable(thing) and own(thing, module_name):
                if module_name.startswith("keras.applications"):
                    thing = behind(name)
                names[name] = describe(thing)
        found[module_name] = names
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "names.json")
    with open(path, "w") as file:
        json.dump({"version": keras.__version__, "modules": found}, file, indent=1, sort_keys=True)
        file.write("\n")


if __name__ == "__main__":
    main()
