"""Arguments that all architectures share, and files of weights."""

from __future__ import annotations

import inspect
import subprocess
import sys

import h5py
import numpy as np
import pytest
import torch

import kerastorch as keras
from kerastorch import applications, set_era
from kerastorch import backend as K
from kerastorch.applications import _assemble
from kerastorch.engine.symbolic import SymbolicTensor
from kerastorch.layers import Conv2D, Input

ARCHITECTURES = sorted(applications._MODULE_OF)
SHAPE = (32, 32, 3)


def small(**kwargs):
    """An architecture that is built quickly."""
    return applications.MobileNet(**{"input_shape": SHAPE, "alpha": 0.25, "weights": None, "classes": 10, **kwargs})


def test_nothing_is_imported_before_it_is_asked_for():
    code = "import sys, kerastorch; print([m for m in sys.modules if m.startswith('kerastorch.applications')])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_architecture_explains_its_arguments(name):
    build = getattr(applications, name)
    assert (build.__name__, build.__module__.rpartition(".")[0]) == (name, "kerastorch.applications")
    known = list(inspect.signature(build).parameters)
    for argument in ("include_top", "weights", "input_tensor", "input_shape", "pooling", "classes"):
        assert argument in known and f"{argument}: " in build.__doc__
    assert inspect.signature(build).parameters["classifier_activation"].default == "softmax"


@pytest.mark.parametrize("name", ARCHITECTURES)
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"weights": "nowhere.h5"}, ValueError, "expected weights to be None, 'imagenet' or a file"),
        ({"weights": None, "pooling": "mean"}, ValueError, "expected pooling to be one of"),
        ({"weights": None, "include_top": "vgg"}, ValueError, "expected include_top to be one of"),
        ({"weights": "imagenet", "classes": 10}, ValueError, "expected classes=1000"),
        ({"weights": None, "classes": 0}, ValueError, "expected classes to be a positive integer"),
        ({"weights": "imagenet", "classifier_activation": "relu"}, ValueError, "expected 'softmax' or None"),
        ({"weights": None, "depth": 3}, TypeError, "Received: 'depth'"),
        ({"weights": None, "input_shape": (20, 20, 3)}, ValueError, "at least"),
    ],
)
def test_wrong_arguments(name, arguments, error, message):
    with pytest.raises(error, match=message):
        getattr(applications, name)(**arguments)


def test_modules_are_accepted_as_by_keras_applications():
    small(backend=K, layers=keras.layers, models=keras.models, utils=keras.utils)


def test_input_tensor_of_an_input():
    image = Input(SHAPE)
    model = small(input_tensor=image)
    assert model.inputs == [image]


def test_input_tensor_with_layers_before_it():
    image = Input((64, 64, 1))
    before = Conv2D(3, 2, strides=2, name="before")
    model = small(input_tensor=before(image), include_top=False)
    assert model.inputs == [image]
    assert model.layers[1] is before
    assert model.predict(np.ones((2, 64, 64, 1))).shape == (2, 1, 1, 256)


def test_input_tensor_that_no_layer_made():
    """As in neural style transfer: fixed images and one that changes, in one batch."""
    fixed, free = K.variable(np.ones((1, *SHAPE))), K.placeholder((1, *SHAPE))
    batch = K.concatenate([fixed, free], axis=0)
    model = small(input_tensor=batch, include_top=False)
    assert model.inputs == [batch]
    features = model.get_layer("conv_pw_3_relu").output
    loss = K.sum(K.square(features[0] - features[1]))
    run = K.function([free], [loss, *K.gradients(loss, free)])
    value, gradient = run([np.random.RandomState(0).uniform(0, 1, (1, *SHAPE))])
    assert value > 0 and gradient.shape == (1, *SHAPE) and np.abs(gradient).max() > 0
    assert run([np.ones((1, *SHAPE))])[0] == pytest.approx(0, abs=1e-6)


def test_mobilenet_v2_takes_its_size_from_the_input_tensor():
    model = applications.MobileNetV2(input_tensor=Input((96, 96, 3)), weights=None, include_top=False, alpha=0.35)
    assert model.output_shape == (None, 3, 3, 1280)
    with pytest.raises(ValueError, match="expected input_shape to be that of input_tensor"):
        applications.MobileNetV2((64, 64, 3), input_tensor=Input((96, 96, 3)), weights=None)


@pytest.mark.parametrize(("pooling", "shape"), [(None, (None, 1, 1, 256)), ("avg", (None, 256)), ("max", (None, 256))])
def test_features(pooling, shape):
    assert small(include_top=False, pooling=pooling).output_shape == shape


def test_classifier_activation():
    logits, softmax = small(classifier_activation=None), small(name="another")
    softmax.set_weights(logits.get_weights())
    x = np.random.RandomState(0).standard_normal((2, *SHAPE)).astype("float32")
    expected = torch.softmax(torch.from_numpy(logits.predict(x)), -1)
    np.testing.assert_allclose(softmax.predict(x), expected, rtol=1e-5)
    assert softmax.name == "another"


def write_like_keras(path, model, values):
    """A file of weights in the layout of Keras 2, written without kerastorch."""
    values = iter(values)
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [layer.name.encode() for layer in model.layers]
        file.attrs["backend"], file.attrs["keras_version"] = b"tensorflow", b"2.2.4"
        for layer in model.layers:
            group = file.create_group(layer.name)
            names = [f"{layer.name}/weight_{i}:0".encode() for i in range(len(layer.weights))]
            group.attrs["weight_names"] = names
            for name in names:
                group.create_dataset(name.decode(), data=next(values))


@pytest.fixture
def published(tmp_path, monkeypatch):
    """What a download would bring: weights of the small model, with its top or without."""
    asked = []

    def get_file(name, origin, cache_subdir, file_hash):
        asked.append((name, origin, cache_subdir, file_hash))
        model = small(include_top="no_top" not in name, classes=1000)
        values = [np.full(value.shape, 0.01 * (i % 7 + 1)) for i, value in enumerate(model.get_weights())]
        write_like_keras(tmp_path / name, model, values)
        return str(tmp_path / name)

    monkeypatch.setattr(_assemble, "get_file", get_file)
    return asked


@pytest.mark.parametrize("include_top", [True, False])
def test_published_weights(published, include_top):
    shape = (128, 128, 3)
    model = small(weights="imagenet", include_top=include_top, classes=1000, input_shape=shape)
    name = "mobilenet_2_5_128_tf.h5" if include_top else "mobilenet_2_5_128_tf_no_top.h5"
    base = "https://storage.googleapis.com/tensorflow/keras-applications/mobilenet/"
    assert published == [(name, base + name, "models", None)]
    for i, value in enumerate(model.get_weights()):
        np.testing.assert_array_equal(value, np.float32(0.01 * (i % 7 + 1)))


def test_weights_from_a_file(tmp_path):
    model = small()
    values = [value + 1 for value in model.get_weights()]
    write_like_keras(tmp_path / "weights.h5", model, values)
    loaded = small(weights=tmp_path / "weights.h5")
    for value, expected in zip(loaded.get_weights(), values, strict=True):
        np.testing.assert_array_equal(value, expected)
    by_name = small(include_top=False)
    by_name.load_weights(tmp_path / "weights.h5", by_name=True)
    for value, expected in zip(by_name.get_weights(), values):
        np.testing.assert_array_equal(value, expected)


def test_loading_draws_as_many_seeds_as_building(tmp_path):
    """So that the weights of a head on top are those of a script that drew them all."""
    write_like_keras(tmp_path / "weights.h5", small(), small().get_weights())
    drawn = []
    for weights in (None, tmp_path / "weights.h5"):
        np.random.seed(4)
        small(weights=weights)
        drawn.append(keras.initializers.GlorotUniform()((2, 2)).tolist())
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize("era", ["keras2", "tf.keras"])
def test_nasnet_works_with_the_channels_last(era):
    set_era(era)
    K.set_image_data_format("channels_first")
    with pytest.warns(UserWarning, match="channels last"):
        model = applications.NASNetMobile((32, 32, 3), weights=None, include_top=False)
    assert (model.output_shape, K.image_data_format()) == ((None, 1, 1, 1056), "channels_first")
    set_era("keras3")
    with pytest.raises(ValueError, match="expected the data format 'channels_last'"):
        applications.NASNetMobile((32, 32, 3), weights=None)


def test_nasnet_for_images_of_any_size():
    """It has the weights of one for a fixed size, and gives the same numbers."""
    free = applications.NASNetMobile(weights=None, include_top=False)
    fixed = applications.NASNetMobile((67, 70, 3), weights=None, include_top=False)
    assert free.output_shape == (None, None, None, 1056)
    fixed.set_weights(free.get_weights())
    x = np.random.RandomState(0).standard_normal((1, 67, 70, 3)).astype("float32")
    np.testing.assert_allclose(free.predict(x), fixed.predict(x), rtol=1e-4, atol=1e-5)


def test_custom_layers_are_found_by_name():
    set_era("tf.keras")
    layer = keras.layers.deserialize({"class_name": "Custom>CustomScaleLayer", "config": {"scale": 0.5}})
    assert isinstance(layer([Input((2,)), Input((2,))]), SymbolicTensor)
    assert layer.get_config()["scale"] == 0.5


@pytest.mark.parametrize("name", ["keras.applications.mobilenetv2", "keras.applications.mobilenet_v2"])
def test_both_spellings(name):
    keras.install()
    try:
        module = __import__(name, fromlist=["MobileNetV2"])
        assert module.MobileNetV2 is applications.MobileNetV2
    finally:
        keras.uninstall()


@pytest.mark.parametrize(
    ("weights", "file"),
    [("imagenet", "resnet-rs-101-i192_notop.h5"), ("imagenet-i160", "resnet-rs-101-i160_notop.h5")],
)
def test_resnet_rs_has_files_by_the_size_of_their_images(weights, file, monkeypatch):
    asked = []

    def get_file(name, origin, **_):
        asked.append((name, origin))
        raise OSError("no network")

    monkeypatch.setattr("kerastorch.applications._assemble.get_file", get_file)
    with pytest.raises(OSError, match="no network"):
        applications.ResNetRS101(weights=weights, include_top=False, input_shape=(32, 32, 3))
    assert asked == [(file, f"https://storage.googleapis.com/tensorflow/keras-applications/resnet_rs/{file}")]


def test_regnets_top_gives_logits_as_in_keras():
    model = applications.RegNetX002(weights=None, input_shape=(32, 32, 3), classes=3)
    assert model.layers[-1].activation is keras.activations.linear
    assert model.name == "regnetx002"
    with pytest.raises(ValueError, match="expected weights to be None"):
        applications.RegNetX002(weights="nothing")
