"""Records what the architectures of tf_keras and Keras 3 are and give; see CONTRIBUTING.md.

Run with ``tf_keras`` or ``keras`` as argument, in an environment that has it (``KERAS_BACKEND=torch`` for Keras 3). It
goes on where it was stopped; cases to record anew are taken out of the file first. With a folder as second argument the
weights are also saved there.
"""

import importlib
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import architectures as arch

HERE = os.path.dirname(os.path.abspath(__file__))
OPERATIONS = ("TFOpLambda", "SlicingOpLambda")  # tf_keras counts them as layers


def main(package, folder=None):
    keras = importlib.import_module(package)
    later = package == "keras"

    def operations_before(layer):
        if later:
            return [node.operation for node in layer._inbound_nodes[0].parent_nodes]
        nodes = layer._inbound_nodes[0].parent_nodes if layer._inbound_nodes else []
        return [node.layer for node in nodes]

    def is_layer(operation):
        return isinstance(operation, keras.layers.Layer) and type(operation).__name__ not in OPERATIONS

    def before(layer):
        found, waiting = [], operations_before(layer)
        while waiting:
            operation = waiting.pop()
            if is_layer(operation):
                found.append(operation)
            else:
                waiting += operations_before(operation)
        return found

    def record(name, path, kwargs):
        keras.backend.clear_session()
        model = arch.find(keras.applications, path)(weights=None, **kwargs)
        layers = [layer for layer in model.layers if is_layer(layer)]
        rows = arch.described(layers, lambda tensor: tensor.shape, before)
        arch.fill(model, layers, rows)
        picks = arch.picked(layers)
        image = arch.image_for(kwargs["input_shape"])
        values = keras.Model(model.input, [layer.output for layer in picks]).predict(image, verbose=0)
        if folder:
            model.save_weights(os.path.join(folder, f"{package}_{name.replace('/', '_')}.weights.h5"))
        return arch.recorded(model, rows, {layer.name: arch.summary(v) for layer, v in zip(picks, values)})

    era = "keras3" if later else "tf.keras"
    results = arch.Results(os.path.join(HERE, f"{era}.json"))
    for name, (path, kwargs, _) in arch.LATER_OF[era].items():
        if not (later and path == "NASNetMobile"):  # refuses to run on torch
            results.add(name, lambda: record(name, path, kwargs))  # noqa: B023 - called at once


if __name__ == "__main__":
    main(*sys.argv[1:])
