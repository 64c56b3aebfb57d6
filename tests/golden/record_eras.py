"""Records the cases of ``golden.eras`` with whichever real Keras the interpreter has (README.md).

``python tests/golden/record_eras.py [--only part of a name] [area ...]``: run it with Keras 2.2.4, with tf_keras, and
with Keras 3 on torch; each writes the files of its own generation.
"""

import argparse
import collections
import os
import shutil
import sys
import tempfile

OLD = sys.version_info < (3, 8)  # Keras 2.2.4 runs on Python 3.7 and older, the others do not
os.environ.update(CUDA_VISIBLE_DEVICES="", TF_CPP_MIN_LOG_LEVEL="3", TF_USE_LEGACY_KERAS="1")
os.environ["KERAS_BACKEND"] = "tensorflow" if OLD else "torch"

import numpy as np  # noqa: E402

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from golden import eras, store  # noqa: E402


def oracle():
    """The generation that this interpreter has: its era, its module, and a function that makes tools for a case."""
    if OLD:
        import keras
        import tensorflow

        from golden import norace, record

        tensorflow.compat.v1.logging.set_verbosity(tensorflow.compat.v1.logging.ERROR)
        norace.install()
        record.show_every_update(keras)
        return "keras2", keras, lambda case, folder: record.OracleTools(case, folder, store.FILES, keras)
    from golden import record_later

    return record_later.oracle()


def run_case(case, keras, tools, era):
    folder = tempfile.mkdtemp()
    keras.backend.clear_session()
    np.random.seed(0)
    helper = tools(case, folder)
    helper.era = era
    try:
        return store.plain(case(keras, helper))
    finally:
        shutil.rmtree(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("areas", nargs="*", default=eras.AREAS)
    parser.add_argument("--only", default="", help="run the cases whose name contains this, write nothing")
    options = parser.parse_args()
    era, keras, tools = oracle()
    for area in options.areas or eras.AREAS:
        cases = [c for c in eras.load(area).cases[era].values() if options.only in c.name]
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
            store.save(f"eras/{area}.{era}", results)
        print(f"{area} ({era}): {len(results)} of {len(cases)} cases")


if __name__ == "__main__":
    main()
