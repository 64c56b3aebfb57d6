"""What a case may ask of the side that runs it; record.py and replay.py each fill in the half that needs a backend."""

import os
import zlib

import numpy as np

from . import store

__all__ = ["Tools"]


class Tools:
    """Seeded data and weights, and a folder to write to; `recording` says which side this is."""

    recording = False

    def __init__(self, case, folder, files=store.FILES):
        self.case, self.folder, self.files = case, folder, files
        self.rng = self.seeded("data")
        self._drawn = 0

    def seeded(self, purpose):
        """A generator of its own for each purpose: numpy keeps RandomState's stream the same for good."""
        return np.random.RandomState(zlib.crc32(f"{self.case.id}#{purpose}".encode("ascii")))

    @staticmethod
    def seed(number):
        """Fixes the order in which fit shuffles; the weights of a new layer draw from the same generator."""
        np.random.seed(number)

    def scratch(self, name):
        """The path of a file that lives as long as the case."""
        return os.path.join(self.folder, name)

    def stored(self, name):
        """The path of a file that the real Keras wrote and that is part of the recording."""
        return os.path.join(self.files, name)

    def set_weights(self, model, scale=0.6):
        """Gives every weight of the model seeded values, in the order of get_weights()."""
        self._drawn += 1
        rng = self.seeded(f"weights {self._drawn}")
        for layer in model.layers:
            values = [rng.uniform(-scale, scale, w.shape) for w in layer.get_weights()]
            if type(layer).__name__ == "BatchNormalization":
                values[-1] = np.abs(values[-1]) + 0.3  # a variance
            if values:
                layer.set_weights([v.astype(w.dtype) for v, w in zip(values, layer.get_weights())])

    def fixed(self, outputs):
        """The arrays R of the scalar sum(outputs * R) whose gradient is taken."""
        rng = self.seeded("direction")
        return [rng.uniform(-1, 1, np.shape(o)) for o in outputs]

    def never_computed(self, layer):
        """Says, before a layer is called, that the recording side cannot compute it and only its weights count."""

    def numbers(self, shape):
        """The next uniform numbers in [0, 1) that a layer is made to draw inside ``drawn``."""
        self._uniforms = getattr(self, "_uniforms", None) or self.seeded("uniform numbers")
        return self._uniforms.random_sample([int(size) for size in shape]).astype("float32")

    # The half that needs a backend.

    def value(self, tensor):
        """A tensor, or a variable, as a numpy array."""
        raise NotImplementedError

    def tensor(self, array):
        """An array as a constant of the backend, floats in floatx."""
        raise NotImplementedError

    def forward(self, model, inputs, grads=True, training=False):
        """{'output', 'grad_inputs', 'grad_weights'} of one pass; the gradients are those of sum(output * R)."""
        raise NotImplementedError

    def function(self, function, arrays, wrt=0):
        """{'value', 'grad'} of a function of tensors; wrt=None leaves the gradient out."""
        raise NotImplementedError

    def mask(self, model, inputs):
        """The mask that leaves the model's last layer, or None."""
        raise NotImplementedError

    def drawn(self, layer):
        """A block in which the layer draws ``numbers`` instead of its own."""
        raise NotImplementedError
