"""What scripts of TensorFlow 1 ask of tensors, shapes and dtypes, and of ``keras.backend.tensorflow_backend``."""

import sys

import numpy as np
import pytest
import torch

from kerastorch.porting import alias, backend_names, tensor_names

HEAD = """
import numpy as np
from keras import backend as K
from keras.layers import Activation, Dense, Input, Lambda, Layer, RNN, Reshape
from keras.models import Model, Sequential

x = np.linspace(-1, 1, 16).reshape(4, 4)
start = [np.linspace(-1, 1, 16).reshape(4, 4), np.zeros(4)]

def trained(layers, loss="mse", **how):
    model = Sequential(layers)
    model.compile("sgd", loss, **how)
    return model.fit(x, np.abs(x), epochs=2, batch_size=2, verbose=0, shuffle=False).history

def dense(**how):
    return Dense(4, input_dim=4, weights=start, **how)
"""


def ran(run, text):
    status, _, errors = run("script.py", files={"script.py": HEAD + text})
    assert status == 0, errors


ASKED = {
    "get_shape": "x.get_shape().as_list()[-1]",
    "size": "x.get_shape()[1].value",
    "shape": "x.shape[-1].value",
    "arithmetic": "(x.shape[-1] * 2).value // 2",
    "ndims": "x.get_shape().ndims + 2",
    "len": "len(x.get_shape()) + 2",
    "keras_shape": "x._keras_shape[-1]",
    "dtype": "4 * (x.dtype.base_dtype == 'float32')",
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_losses_metrics_and_functions_of_layers(run, asked):
    ran(
        run,
        f"""
def four(x):
    found = {asked}
    assert int(found) == 4, found
    return float(found)

def loss(t, p):
    return K.mean(K.square(p - t), axis=-1) * four(p) / 4

class Own(Layer):
    def call(self, inputs):
        return inputs * four(inputs)

assert trained([dense()], loss, metrics=[loss])["loss"] == trained([dense()])["loss"]
one = trained([dense(), Lambda(lambda x: x * four(x)), Own()])
two = trained([dense(), Lambda(lambda x: x * 16.0)])
np.testing.assert_allclose(one["loss"], two["loss"], rtol=1e-6)
""",
    )


def test_activations_regularizers_constraints_and_cells(run):
    ran(
        run,
        """
def rank(x):
    x.set_shape(x.get_shape())
    return float(x.get_shape().ndims)

class Cell(Layer):
    def __init__(self, units):
        super().__init__()
        self.state_size = units
    def call(self, inputs, states):
        out = inputs + states[0] * states[0].shape[1].value
        return out, [out]

trained([dense(activation=lambda x: x * rank(x), kernel_regularizer=lambda w: K.sum(w) * rank(w),
               kernel_constraint=lambda w: w / rank(w))])
got = Sequential([Reshape((2, 2), input_shape=(4,)), RNN(Cell(2))]).predict(x)
np.testing.assert_allclose(got, x[:, 2:] + 2 * x[:, :2], rtol=1e-6)
""",
    )


def test_losses_and_metrics_change_nothing_in_place(run):
    ran(
        run,
        """
def in_place(t, p):
    p /= 2.0
    t -= 1.0
    return K.mean(K.square(p - t), axis=-1)

def anew(t, p):
    return K.mean(K.square(p / 2.0 - (t - 1.0)), axis=-1)

one = trained([dense(activation="sigmoid")], in_place, metrics=[in_place, "mae"])
two = trained([dense(activation="sigmoid")], anew, metrics=[anew, "mae"])
assert list(one.values()) == list(two.values()), (one, two)
""",
    )


def test_set_shape_tells_what_was_unknown(run):
    ran(
        run,
        """
x = Input((None, 3))
x.set_shape((None, 5, 3))
assert K.int_shape(x) == (None, 5, 3)
try:
    x.set_shape((None, 6, 3))
except ValueError as error:
    assert "incompatible" in str(error)
else:
    raise SystemExit("two sizes at once")
""",
    )


def test_names_of_the_backend_on_tensorflow(run):
    ran(
        run,
        """
from keras.backend import tensorflow_backend as KTF
from keras.backend.tensorflow_backend import _to_tensor, tf
assert K.tf is tf and K.np is np and KTF.py_all is all
assert K.eval(K.tf.reduce_sum(_to_tensor([1.0, 2.0], "float32"))) == 3.0
image = K.variable(np.arange(24.0).reshape(1, 2, 3, 4))
kind = K.variable(1.0).dtype.base_dtype
assert K.dtype(K.cast(K.variable([1]), kind)) == K.dtype(K.zeros((2,), dtype=kind)) == "float32"
last, order = KTF._preprocess_conv2d_input(image, "channels_first")
assert order == "NHWC" and K.eval(last).tolist() == np.moveaxis(K.eval(image), 1, -1).tolist()
assert K.eval(KTF._postprocess_conv2d_output(last, "channels_first")).tolist() == K.eval(image).tolist()
assert KTF._preprocess_padding("same") == "SAME" and KTF._has_nchw_support() is False
assert KTF.control_flow_ops.cond and KTF.device_lib.list_local_devices()
""",
    )


def test_wrong_words_are_refused():
    with pytest.raises(ValueError, match="expected 'same' or 'valid'. Received: 'full'"):
        backend_names._preprocess_padding("full")
    with pytest.raises(ValueError, match="expected 'CPU' or 'GPU'. Received: 'TPU'"):
        backend_names._is_current_explicit_device("TPU")


def test_what_torch_is_given_is_taken_back():
    before = dict(torch.Tensor.__dict__), set(dir(torch.float32))
    alias.install()
    assert torch.ones(2, 3).get_shape().as_list() == [2, 3]
    assert torch.float32.base_dtype == torch.float32 and torch.float32.as_numpy_dtype is np.float32
    assert torch.float32.name == "float32" and torch.int32.is_integer and torch.uint8.max == 255
    alias.uninstall()
    assert (dict(torch.Tensor.__dict__), set(dir(torch.float32))) == before
    assert "tensorflow" not in sys.modules and tensor_names.install


@pytest.mark.parametrize(
    "draw", ["tf.random_shuffle(K.arange(0, K.shape(x)[0]))", "tf.random_shuffle(K.cast(x[:, 0], 'int32'))"]
)
def test_orders_are_drawn_anew_at_each_run(run, draw):
    ran(
        run,
        f"""
import tensorflow as tf
a = Input((1,))
model = Model(a, Lambda(lambda x: K.gather(x, {draw}))(a))
rows = np.arange(50.0)[:, None]
one, two = model.predict(rows, batch_size=50), model.predict(rows, batch_size=50)
assert sorted(one[:, 0]) == sorted(two[:, 0]) == rows[:, 0].tolist()
assert (one != rows).any() and (one != two).any()
""",
    )


def test_classes_are_drawn_in_a_graph(run):
    ran(
        run,
        """
import tensorflow as tf
a = Input((3,))
model = Model(a, Lambda(lambda x: tf.multinomial(x, 2))(a))
assert model.output_shape == (None, 2)
logits = np.full((4, 3), -1e9)
logits[np.arange(4), [0, 2, 1, 1]] = 0
assert model.predict(logits).tolist() == [[0, 0], [2, 2], [1, 1], [1, 1]]
""",
    )


def test_how_many_parts_a_mask_keeps_only_data_tells(run):
    ran(
        run,
        """
import tensorflow as tf
rows = np.arange(12.0).reshape(4, 3)
a = Input(batch_shape=(4, 3))
kept = Lambda(lambda x: tf.boolean_mask(x, tf.greater(x[:, 0], 4.0)))(a)
places = Lambda(lambda x: tf.cast(tf.where(x > 8.0), "float32"))(a)
columns = Lambda(lambda x: tf.boolean_mask(x, np.array([True, False, True]), axis=1))(a)
assert K.int_shape(kept) == (None, 3) and K.int_shape(places) == (None, 2) and K.int_shape(columns)[0] == 4
found = K.function([a], [kept, places, columns])([rows])
assert found[0].tolist() == rows[2:].tolist() and found[1].tolist() == [[3, 0], [3, 1], [3, 2]]
assert found[2].tolist() == rows[:, [0, 2]].tolist()
""",
    )


def test_the_package_of_architectures(run):
    ran(
        run,
        """
import keras
import keras_applications
from keras_applications import correct_pad, get_submodules_from_kwargs, resnext
from keras_applications.imagenet_utils import _obtain_input_shape, preprocess_input
from keras_applications.resnet import ResNet101
modules = {"backend": keras.backend, "layers": keras.layers, "models": keras.models, "utils": keras.utils}
assert get_submodules_from_kwargs(modules) == list(modules.values()) == get_submodules_from_kwargs({})
try:
    get_submodules_from_kwargs({"engine": 1})
except TypeError as error:
    assert "engine" in str(error)
else:
    raise SystemExit("taken")
assert _obtain_input_shape(None, 224, 32, "channels_last", True) == (224, 224, 3)
pixels = preprocess_input(np.full((1, 2, 2, 3), 255.0), mode="tf", **modules)
assert pixels.min() == pixels.max() == 1.0 and resnext.preprocess_input(pixels * 0, **modules).shape == (1, 2, 2, 3)
assert correct_pad(keras.backend, Input((8, 7, 3)), 3) == ((0, 1), (1, 1))
assert keras_applications.vgg16.VGG16(weights=None, include_top=False, **modules).count_params() == 14714688
""",
    )


def test_boxes_that_do_not_overlap_are_chosen_in_a_graph(run):
    ran(
        run,
        """
import tensorflow as tf
boxes, scores = Input(batch_shape=(3, 4)), Input(batch_shape=(3,))
most = K.variable(3, dtype="int32")
kept = tf.image.non_max_suppression(boxes, scores, most, iou_threshold=0.5)
assert K.int_shape(kept) == (None,)
three = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 0.1, 1.0, 1.1], [0.0, 2.0, 1.0, 3.0]])
found = K.function([boxes, scores], [kept, K.gather(boxes, kept)])([three, np.array([0.9, 0.8, 0.7])])
assert found[0].tolist() == [0, 2] and np.allclose(found[1], three[[0, 2]])
""",
    )
