"""Records the cases of ``golden.later`` with tf_keras and with Keras 3 on torch (README.md).

``python tests/golden/record_later.py [--only part of a name] [area ...]`` run by an interpreter that has tf_keras, or
Keras 3 and torch, records the generation that it finds. Layers of text need TensorFlow in Keras 3 too: with
``KERAS_BACKEND=tensorflow`` in the environment an interpreter that has both records Keras 3 on TensorFlow.
"""

import collections
import contextlib
import os
import random as python_random
import sys

os.environ.update(CUDA_VISIBLE_DEVICES="", TF_CPP_MIN_LOG_LEVEL="3", TF_USE_LEGACY_KERAS="1")
os.environ.setdefault("KERAS_BACKEND", "torch")

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from golden import later, recording
from golden.tools import Tools


def _floats(inputs):
    return [i for i, x in enumerate(inputs) if np.asarray(x).dtype.kind == "f"]


class LaterTools(Tools):
    """What both generations share."""

    recording = True

    def forward(self, model, inputs, grads=True, training=False):
        tensors = [self.tensor(x) for x in inputs]
        return self.pass_through(model, tensors, _floats(inputs) if grads else None, training)

    def mask(self, model, inputs):
        tensors = [self.tensor(x) for x in inputs]
        outputs = model(tensors if len(tensors) > 1 else tensors[0])
        outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
        mask = getattr(outputs[0], "_keras_mask", None)
        return None if mask is None else self.value(mask)

    def pick(self, found, tensors, wrt):
        """The gradients of the inputs in `wrt`, None for the others."""
        by_place = dict(zip(wrt, found))
        return [by_place.get(i) for i in range(len(tensors))]


class TensorFlowTools(LaterTools):
    """Answers with tf_keras."""

    def __init__(self, *args):
        super().__init__(*args)
        import tensorflow

        self.tf = tensorflow

    def value(self, tensor):
        if isinstance(tensor, np.ndarray):
            return tensor
        tensor = self.tf.convert_to_tensor(tensor)
        return tensor.numpy()

    def tensor(self, array):
        array = np.asarray(array)
        if array.dtype.kind in "UO":
            return self.tf.constant(array.tolist())
        return self.tf.constant(array, dtype="float32" if array.dtype.kind == "f" else None)

    def pass_through(self, model, tensors, wrt, training):
        watched = [tensors[i] for i in wrt or ()]
        with self.tf.GradientTape() as tape:
            for tensor in watched:
                tape.watch(tensor)
            outputs = model(tensors if len(tensors) > 1 else tensors[0], training=training)
            outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
            results = collections.OrderedDict(output=[self.value(o) for o in outputs])
            directions = self.fixed(results["output"]) if wrt is not None else []
            total = sum(self.tf.reduce_sum(o * self.tensor(r)) for o, r in zip(outputs, directions))
        if wrt is not None:
            weights = list(model.trainable_weights)
            found = tape.gradient(total, watched + weights)
            found = [None if g is None else self.value(g) for g in found]
            results["grad_inputs"] = self.pick(found[: len(watched)], tensors, wrt)
            results["grad_weights"] = found[len(watched) :]
        return results

    @contextlib.contextmanager
    def drawn(self, layer):
        generator = layer._random_generator
        before = generator.random_uniform
        generator.random_uniform = lambda shape, minval=0.0, maxval=1.0, dtype=None: (
            minval + self.numbers([int(size) for size in shape]) * (maxval - minval)
        )
        yield
        generator.random_uniform = before


class TorchKerasTools(LaterTools):
    """Answers with Keras 3 on torch."""

    def __init__(self, *args):
        super().__init__(*args)
        import keras
        import torch

        self.keras, self.torch = keras, torch

    def value(self, tensor):
        return tensor.numpy() if hasattr(tensor, "numpy") and not hasattr(tensor, "detach") else self._numpy(tensor)

    def _numpy(self, tensor):
        return tensor.detach().cpu().numpy() if hasattr(tensor, "detach") else np.asarray(tensor)

    def tensor(self, array):
        array = np.asarray(array)
        if array.dtype.kind in "UO":
            return array
        return self.torch.tensor(array, dtype=self.torch.float32 if array.dtype.kind == "f" else None)

    def pass_through(self, model, tensors, wrt, training):
        # torch's fused attention differentiates wrongly where every position is masked
        with self.torch.nn.attention.sdpa_kernel(self.torch.nn.attention.SDPBackend.MATH):
            return self._pass_through(model, tensors, wrt, training)

    def _pass_through(self, model, tensors, wrt, training):
        for i in wrt or ():
            tensors[i].requires_grad_()
        outputs = model(tensors if len(tensors) > 1 else tensors[0], training=training)
        outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
        results = collections.OrderedDict(output=[self.value(o) for o in outputs])
        if wrt is None:
            return results
        directions = self.fixed(results["output"])
        total = sum((o * self.tensor(r)).sum() for o, r in zip(outputs, directions))
        weights = [w.value for w in model.trainable_weights]
        sources = [tensors[i] for i in wrt] + weights
        found = self.torch.autograd.grad(total, sources, allow_unused=True) if sources and total.requires_grad else []
        found = [None if g is None else self.value(g) for g in found] or [None] * len(sources)
        results["grad_inputs"] = self.pick(found[: len(wrt)], tensors, wrt)
        results["grad_weights"] = found[len(wrt) :]
        return results

    @contextlib.contextmanager
    def drawn(self, layer):
        from keras.src.backend.torch import random

        places = {(random, name): getattr(random, name) for name in ("uniform", "randint", "shuffle", "beta", "gamma")}
        places[(self.torch, "normal")] = self.torch.normal
        for module, name in places:
            setattr(module, name, getattr(self, "_" + name))
        python_random.seed(7)
        for name in ("random_brightness", "random_rotation"):
            self._copied(getattr(layer, name, None))
        yield
        for (module, name), before in places.items():
            setattr(module, name, before)

    @staticmethod
    def _copied(part):
        """What a policy did not choose has no effect: Keras on torch adds to images and negates angles in place."""
        if part is not None:
            change = part.transform_images
            part.transform_images = lambda images, drawn, training=True: change(
                images.clone(), {k: v.clone() if hasattr(v, "clone") else v for k, v in drawn.items()}, training
            )

    def _uniform(self, shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
        return self.tensor(minval + self.numbers(shape) * (maxval - minval))

    def _randint(self, shape, minval, maxval, dtype="int32", seed=None):
        return self._uniform(shape, minval, maxval).floor().to(getattr(self.torch, dtype))

    def _shuffle(self, x, axis=0, seed=None):
        return x[self._uniform((x.shape[0],)).argsort()]

    def _beta(self, shape, alpha, beta, dtype=None, seed=None):
        return self._uniform(shape)

    def _gamma(self, shape, alpha, dtype=None, seed=None):
        return self._uniform(shape) + 0.1

    def _normal(self, mean, std, size, generator=None, dtype=None, device=None):
        return self._uniform(size, -2.0, 2.0) * std + mean


def oracle():
    """The generation that this interpreter has: its era, its module and its tools."""
    if os.environ["KERAS_BACKEND"] == "tensorflow":
        import keras

        return "keras3", keras, TensorFlowTools
    try:
        import tf_keras

        return "tf.keras", tf_keras, TensorFlowTools
    except ImportError:
        import keras

        assert keras.__version__.startswith("3."), keras.__version__
        return "keras3", keras, TorchKerasTools


if __name__ == "__main__":
    recording.main(__doc__, later, oracle)
