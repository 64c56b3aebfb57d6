"""Records what tf_keras or Keras 3 prints: ``python tests/printed/record_later.py`` with the interpreter of either."""

import collections
import importlib
import json
import os
import sys
import tempfile

os.environ.update(KERAS_BACKEND="torch", CUDA_VISIBLE_DEVICES="", TF_CPP_MIN_LOG_LEVEL="3")

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from printed import later_fits, scenarios  # noqa: E402


def main():
    try:
        import tf_keras as keras

        era, home = "tf.keras", "tf_keras.src.utils.generic_utils"
    except ImportError:
        import keras

        era, home = "keras3", "keras.src.utils.progbar"
    home = importlib.import_module(home)
    found = collections.OrderedDict(progbars=collections.OrderedDict(), fits=collections.OrderedDict())
    for name in scenarios.PROGBARS:
        clock = home.time = scenarios.Clock()
        try:
            found["progbars"][name] = scenarios.draw_progbar(home.Progbar, clock, name, terminal=False)
        except (ZeroDivisionError, TypeError) as error:
            print(name, error)
    home.time = scenarios.Clock()
    for name in later_fits.FITS:
        keras.backend.clear_session()
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            found["fits"][name] = later_fits.run(name, keras)
            os.chdir(HERE)
    with open(os.path.join(HERE, f"later.{era}.json"), "w", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
