"""Records the cases of ``golden.eras`` with whichever real Keras the interpreter has (README.md).

``python tests/golden/record_eras.py [--only part of a name] [area ...]``: run it with Keras 2.2.4, with tf_keras, and
with Keras 3 on torch; each writes the files of its own generation.
"""

import os
import sys

OLD = sys.version_info < (3, 8)  # Keras 2.2.4 runs on Python 3.7 and older, the others do not
os.environ.update(CUDA_VISIBLE_DEVICES="", TF_CPP_MIN_LOG_LEVEL="3", TF_USE_LEGACY_KERAS="1")
os.environ["KERAS_BACKEND"] = "tensorflow" if OLD else "torch"

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from golden import eras, recording, store  # noqa: E402


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


if __name__ == "__main__":
    recording.main(__doc__, eras, oracle)
