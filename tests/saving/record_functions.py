# ruff: noqa: E501 - expressions are lines
"""Records how the real Kerases name what operators and functions add to a graph: ``python tests/saving/record_functions.py``.

With the interpreter of tf_keras or of Keras 3 (CONTRIBUTING.md). ``x`` and ``y`` are inputs of shape (None, 4), ``im`` is
one of (None, 6, 6, 3). Expected by ``test_functions.py``, which imports the lists.
"""

import json
import os
import sys

import numpy

HERE = os.path.dirname(os.path.abspath(__file__))

EXPRESSIONS = {
    "tf.keras": [
        "1 + x",
        "x // 2.0",
        "2 / x",
        "2 ** x",
        "x % 2",
        "x @ tf.transpose(x)",
        "x < 1",
        "x <= 1",
        "x >= 1",
        "(x > 0) & (x < 1)",
        "(x > 0) | (x < 1)",
        "(x > 0) ^ (x < 1)",
        "~(x > 0)",
        "1 - x",
        "abs(x)",
        "K.sqrt(x)",
        "K.var(x, axis=1)",
        "K.std(x, axis=1)",
        "K.batch_dot(x, x, axes=1)",
        "K.dot(x, K.constant([[1.0]] * 4))",
        "K.flatten(x)",
        "K.permute_dimensions(x, (1, 0))",
        "K.clip(x, 0, 1)",
        "K.max(x, axis=1)",
        "K.min(x, axis=1)",
        "K.prod(x, axis=1)",
        "K.any(x > 0, axis=1)",
        "K.all(x > 0, axis=1)",
        "K.argmax(x)",
        "K.argmin(x)",
        "K.exp(x)",
        "K.log(x)",
        "K.round(x)",
        "K.sign(x)",
        "K.pow(x, 2)",
        "K.equal(x, 1.0)",
        "K.not_equal(x, 1.0)",
        "K.greater(x, 1.0)",
        "K.less(x, 1.0)",
        "K.maximum(x, 0.5)",
        "K.minimum(x, 0.5)",
        "K.sin(x)",
        "K.cos(x)",
        "K.squeeze(x[:, :1], 1)",
        "K.stack([x, x], axis=1)",
        "K.tile(x, [1, 2])",
        "K.repeat(x, 3)",
        "K.repeat_elements(x, 2, axis=1)",
        "K.softmax(x)",
        "K.relu(x, alpha=0.1)",
        "K.relu(x, max_value=6.0)",
        "K.elu(x)",
        "K.sigmoid(x)",
        "K.hard_sigmoid(x)",
        "K.tanh(x)",
        "K.softplus(x)",
        "K.softsign(x)",
        "K.gather(x, [0])",
        "K.cast(x, 'int32')",
        "K.one_hot(K.cast(x, 'int32'), 3)",
        "K.zeros_like(x)",
        "K.ones_like(x)",
        "K.reverse(x, 1)",
        "K.shape(x)",
        "K.stop_gradient(x)",
        "K.cumsum(x, axis=1)",
        "K.l2_normalize(x, 1)",
        "K.resize_images(keras.Input((4, 4, 1)), 2, 2, 'channels_last')",
        "K.spatial_2d_padding(keras.Input((4, 4, 1)))",
        "K.concatenate([x, x])",
        "K.expand_dims(x, 1)",
        "K.mean(x)",
        "K.square(x)",
        "keras.activations.relu(x)",
        "keras.activations.relu(x, max_value=6)",
        "keras.activations.softmax(x)",
        "keras.activations.sigmoid(x)",
        "keras.activations.tanh(x)",
        "keras.activations.elu(x)",
        "keras.activations.selu(x)",
        "keras.activations.softplus(x)",
        "keras.activations.softsign(x)",
        "keras.activations.exponential(x)",
        "keras.activations.swish(x)",
        "keras.activations.gelu(x)",
        "keras.activations.mish(x)",
        "tf.square(x)",
        "tf.shape(x)[0]",
        "tf.gather(x, [0], axis=1)",
        "tf.squeeze(x[:, :1], 1)",
        "tf.unstack(x, axis=1)[0]",
        "tf.tile(x, [1, 2])",
        "tf.pad(x, [[0, 0], [1, 1]])",
        "tf.one_hot(tf.cast(x, tf.int32), 3)",
        "tf.einsum('ij,ij->i', x, x)",
        "tf.norm(x, axis=1)",
        "tf.stop_gradient(x)",
        "tf.linalg.norm(x, axis=1)",
        "tf.tensordot(x, tf.ones((4, 2)), 1)",
        "tf.add_n([x, x])",
        "tf.repeat(x, 2, axis=1)",
        "tf.nn.leaky_relu(x)",
        "tf.nn.swish(x)",
        "tf.identity(x)",
        "tf.nn.conv2d(keras.Input((4, 4, 1)), tf.ones((2, 2, 1, 1)), 1, 'SAME')",
    ],
    "keras3": [
        "x + y",
        "x * 2.0",
        "2.0 * x",
        "1 - x",
        "x / 2",
        "-x",
        "x ** 2",
        "abs(x)",
        "x[:, 0]",
        "x[:, 1:3]",
        "x[..., None]",
        "ops.mean(x, axis=1)",
        "ops.sum(x, axis=1, keepdims=True)",
        "ops.relu(x)",
        "ops.abs(x)",
        "ops.concatenate([x, y], axis=1)",
        "ops.matmul(x, ops.transpose(y))",
        "x > y",
        "ops.cast(x, 'int32')",
        "ops.reshape(x, (-1, 2, 2))",
        "ops.expand_dims(x, 1)",
        "ops.split(x, 2, axis=1)[1]",
        "ops.stack([x, y], axis=1)",
        "ops.add(x, 1.0)",
        "ops.normalize(x, axis=1)",
        "ops.image.resize(im, (3, 3))",
        "ops.where(x > 0, x, y)",
        "x @ numpy.ones((4, 2), 'float32')",
        "ops.softmax(x)",
        "ops.einsum('ij,ij->i', x, y)",
        "ops.clip(x, 0.0, 1.0)",
        "x + numpy.array([1.0, 2.0, 3.0, 4.0], 'float32')",
        "keras.activations.relu(x)",
        "keras.activations.swish(x)",
        "ops.one_hot(ops.cast(x, 'int32'), 3)",
        "ops.moveaxis(im, 1, 2)",
        "ops.max(x, axis=1)",
        "ops.logsumexp(x, axis=1)",
        "ops.norm(x, axis=1)",
        "ops.nn.conv(im, numpy.ones((2, 2, 3, 4), 'float32'))",
        "1 + x",
        "x // 2.0",
        "2 / x",
        "2 ** x",
        "x % 2",
        "x < 1",
        "x <= 1",
        "x >= 1",
        "(x > 0) & (x < 1)",
        "(x > 0) | (x < 1)",
        "(x > 0) ^ (x < 1)",
        "~(x > 0)",
        "ops.pad(x, ((0, 0), (1, 1)))",
        "ops.diff(x)",
        "ops.divide(x, 2)",
        "ops.hard_silu(x)",
        "ops.average(x, axis=1)",
        "ops.unstack(x, axis=1)",
        "ops.stop_gradient(x)",
        "ops.zeros_like(x)",
        "keras.activations.relu6(x)",
        "keras.activations.gelu(x)",
        "keras.activations.softmax(x)",
        "keras.activations.sigmoid(x)",
        "keras.activations.elu(x)",
        "keras.activations.leaky_relu(x)",
        "keras.activations.tanh(x)",
        "keras.activations.exponential(x)",
        "keras.activations.softplus(x)",
        "keras.activations.softsign(x)",
        "keras.activations.selu(x)",
        "keras.activations.log_softmax(x)",
        "keras.activations.silu(x)",
    ],
}


def names_added(era, keras, functions, expression):
    """The names of what an expression adds to a graph, sorted."""
    keras.backend.clear_session()
    layers = keras.layers
    x, y = layers.Input((4,), name="x"), layers.Input((4,), name="y")
    known = {"x": x, "y": y, "im": layers.Input((6, 6, 3), name="im"), "keras": keras, "numpy": numpy}
    known.update({"K": keras.backend, "tf": functions, "ops": functions})
    waiting, found = [eval(expression, known)], {}
    while waiting:
        tensor = waiting.pop()
        if isinstance(tensor, (list, tuple)):
            waiting += tensor
            continue
        operation, index = tensor._keras_history[:2]
        if type(operation).__name__ != "InputLayer" and operation.name not in found:
            node = operation._inbound_nodes[index]
            found[operation.name] = True
            waiting += getattr(node, "keras_inputs", None) or getattr(node, "parents", None) or list(node.input_tensors)
    return sorted(found)


def main():
    os.environ.update(KERAS_BACKEND="torch", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")
    try:
        import tensorflow as functions
        import tf_keras as keras

        era = "tf.keras"
    except ImportError:
        import keras

        era, functions = "keras3", keras.ops
    path = os.path.join(HERE, "functions.json")
    results = {}
    if os.path.exists(path):
        with open(path) as file:
            results = json.load(file)
    results[era] = {text: names_added(era, keras, functions, text) for text in EXPRESSIONS[era]}
    with open(path, "w") as file:
        file.write(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
