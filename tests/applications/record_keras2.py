"""Records what the architectures of Keras 2.2.4 (keras_applications 1.0.8) are and give; see CONTRIBUTING.md.

It takes a quarter of an hour, and goes on where it was stopped; cases to record anew are taken out of the file first.
With a folder as argument the weights are also saved there, as .h5 files of the real Keras.
"""

import os
import sys

import keras
import keras_applications
from keras import backend as K

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import architectures as arch

HERE = os.path.dirname(os.path.abspath(__file__))


def build(path, kwargs):
    """The architecture; those that Keras 2.2.4 does not pass on come from keras_applications itself."""
    K.clear_session()
    if "." in path:
        modules = {"backend": K, "layers": keras.layers, "models": keras.models, "utils": keras.utils}
        return arch.find(keras_applications, path)(weights=None, **dict(kwargs, **modules))
    return arch.find(keras.applications, path)(weights=None, **kwargs)


def before(layer):
    """The layers that a layer takes its inputs from."""
    return layer._inbound_nodes[0].inbound_layers


def numbers(model, image):
    """Of the outputs of some layers."""
    picks = arch.picked(model.layers)
    outputs = K.function([model.input, K.learning_phase()], [layer.output for layer in picks])([image, 0])
    return {layer.name: arch.summary(values) for layer, values in zip(picks, outputs)}


def record(path, kwargs, folder=None, name=None):
    model = build(path, kwargs)
    rows = arch.described(model.layers, K.int_shape, before)
    if K.image_data_format() == "channels_first":  # which TensorFlow cannot run on a CPU
        return arch.recorded(model, rows, {})
    arch.fill(model, model.layers, rows)
    if folder:
        model.save_weights(os.path.join(folder, name.replace("/", "_") + ".h5"))
    return arch.recorded(model, rows, numbers(model, arch.image_for(kwargs["input_shape"])))


def main(folder=None):
    results = arch.Results(os.path.join(HERE, "keras2.json"))
    for name, (path, kwargs, _) in sorted(arch.KERAS2.items(), key=lambda case: not case[1][2]):
        results.add(name, lambda: record(path, kwargs, folder, name))  # noqa: B023 - called at once
    K.set_image_data_format("channels_first")
    for name in arch.CHANNELS_FIRST:
        path, kwargs, _ = arch.KERAS2[name]
        shape = kwargs["input_shape"]
        moved = dict(kwargs, input_shape=shape[-1:] + shape[:-1])
        results.add(name + "/channels_first", lambda: record(path, moved))  # noqa: B023


if __name__ == "__main__":
    main(*sys.argv[1:])
