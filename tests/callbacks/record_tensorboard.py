"""Records what TensorBoard of tf.keras and of Keras 3 writes: tags and steps of each folder, and some numbers.

``<python with tf_keras, Keras 3, TensorFlow and tensorboard> tests/callbacks/record_tensorboard.py`` writes
``tensorboard_<era>.json``. ``written`` is what both the recorder and ``test_tensorboard_runs.py`` run.
"""

import json
import os
import sys
import tempfile

import numpy as np

CASES = {
    "epoch": {},
    "batch": {"update_freq": "batch"},
    "third": {"update_freq": 3, "write_steps_per_second": True},
    "histograms": {"histogram_freq": 2, "write_images": True},
    "no_graph": {"write_graph": False},
}
NUMBERS = ("epoch_loss", "epoch_mae", "epoch_learning_rate", "batch_loss", "evaluation_loss_vs_iterations")


def written(keras, folder, arguments):
    """Trains on something small and reads the event files."""
    x = np.linspace(-1, 1, 64, dtype="float32").reshape(16, 4)
    y = x.sum(1, keepdims=True) ** 2
    layers = keras.layers
    first, output = layers.Input(shape=(4,)), None
    hidden = layers.Dense(3, activation="tanh", name="d1")(first)
    output = layers.Dense(1, name="d2")(hidden)
    model = keras.models.Model(first, output)
    model.set_weights([np.linspace(-0.5, 0.5, w.size).reshape(w.shape) for w in model.get_weights()])
    model.compile(keras.optimizers.SGD(0.1), "mse", metrics=["mae"])
    board = keras.callbacks.TensorBoard(folder, **arguments)
    model.fit(x, y, batch_size=4, epochs=3, verbose=0, shuffle=False, validation_data=(x[:8], y[:8]), callbacks=[board])
    return {part: read(os.path.join(folder, part)) for part in sorted(os.listdir(folder))}


def read(folder):
    """Steps by tag, and the numbers of some."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.util import tensor_util

    events = EventAccumulator(folder, size_guidance={"tensors": 0, "scalars": 0, "histograms": 0, "images": 0})
    events.Reload()
    tags = events.Tags()
    found = {}
    for kind, of in (("scalars", events.Scalars), ("histograms", events.Histograms), ("images", events.Images)):
        for tag in tags[kind]:
            values = [event.value for event in of(tag)] if tag in NUMBERS else None
            found[tag] = {"steps": [event.step for event in of(tag)], "values": values}
    for tag in tags["tensors"]:
        if events.SummaryMetadata(tag).plugin_data.plugin_name in ("scalars", "histograms", "images"):
            held = events.Tensors(tag)
            values = [float(tensor_util.make_ndarray(e.tensor_proto)) for e in held] if tag in NUMBERS else None
            found[tag] = {"steps": [event.step for event in held], "values": values}
    return found


if __name__ == "__main__":
    os.environ.update(CUDA_VISIBLE_DEVICES="", TF_CPP_MIN_LOG_LEVEL="3", KERAS_BACKEND="tensorflow")
    here = os.path.dirname(os.path.abspath(__file__))
    for era, name in (("tf.keras", "tf_keras"), ("keras3", "keras")):
        module = __import__(name)
        made = {}
        for case, arguments in CASES.items():
            with tempfile.TemporaryDirectory() as place:
                made[case] = written(module, place, arguments)
        with open(os.path.join(here, f"tensorboard_{era}.json"), "w") as file:
            json.dump(made, file, indent=1, sort_keys=True)
            file.write("\n")
    sys.exit(0)
