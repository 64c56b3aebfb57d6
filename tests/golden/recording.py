"""What the scripts share that record cases with the Keras that the interpreter has."""

import argparse
import collections
import shutil
import tempfile

import numpy as np

from golden import store


def run_case(case, keras, tools, era):
    """What a case gives with this Keras, from its first seed."""
    folder = tempfile.mkdtemp()
    keras.backend.clear_session()
    np.random.seed(0)
    helper = tools(case, folder)
    helper.era = era
    try:
        return store.plain(case(keras, helper))
    finally:
        shutil.rmtree(folder)


def main(description, package, oracle):
    """Records the areas named on the command line.

    Args:
        description: of the script, for ``--help``.
        package: the cases: ``golden.eras`` or ``golden.later``; what is found goes to the folder of its name.
        oracle: gives the generation of this interpreter, its module, and what makes tools for a case in a folder.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("areas", nargs="*", default=package.AREAS)
    parser.add_argument("--only", default="", help="run the cases whose name contains this, write nothing")
    options = parser.parse_args()
    era, keras, tools = oracle()
    for area in options.areas or package.AREAS:
        cases = [c for c in package.load(area).cases[era].values() if options.only in c.name]
        results = collections.OrderedDict()
        for case in cases:
            try:
                results[case.name] = run_case(case, keras, tools, era)
            except Exception as error:
                print(case.id, "FAILED:", type(error).__name__, str(error)[:600])
                continue
            if options.only:
                print(case.id, results[case.name])
        if not options.only and cases:
            store.save(f"{package.__name__.split('.')[-1]}/{area}.{era}", results)
        print(f"{area} ({era}): {len(results)} of {len(cases)} cases")
