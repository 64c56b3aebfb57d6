"""Pixels, class names, image shapes."""

from __future__ import annotations

import hashlib
import json
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

import kerastorch as keras
from kerastorch import backend as K
from kerastorch.applications import imagenet_utils

from . import architectures as arch

RECORDED = json.loads((Path(__file__).parent / "keras2_utils.json").read_text())
PREPROCESS = list(arch.preprocess_cases())


@pytest.mark.parametrize(("name", "arguments"), PREPROCESS, ids=[name for name, _ in PREPROCESS])
def test_preprocess_input(name, arguments):
    shape, dtype, data_format, mode = arguments
    x = arch.pixels(shape, dtype)
    found = imagenet_utils.preprocess_input(x, data_format=data_format, mode=mode)
    expected = RECORDED[name]
    assert found.dtype == expected["dtype"]
    np.testing.assert_allclose(found, expected["values"], rtol=1e-6, atol=1e-5)
    np.testing.assert_allclose(x, expected["input"], rtol=1e-6, atol=1e-5)  # floats are overwritten


@pytest.mark.parametrize(("name", "arguments"), PREPROCESS, ids=[name for name, _ in PREPROCESS])
def test_preprocess_input_of_tensors(name, arguments):
    shape, dtype, data_format, mode = arguments
    x = torch.from_numpy(arch.pixels(shape, dtype))
    found = imagenet_utils.preprocess_input(x, data_format=data_format, mode=mode)
    np.testing.assert_allclose(found, RECORDED[name]["values"], rtol=1e-6, atol=1e-5)
    np.testing.assert_array_equal(x, arch.pixels(shape, dtype))  # a tensor is not
    if not x.dtype.is_floating_point:
        return
    symbolic = keras.layers.Input(batch_shape=(None, *shape[1:]), dtype=dtype)
    model = keras.Model(symbolic, imagenet_utils.preprocess_input(symbolic, data_format=data_format, mode=mode))
    np.testing.assert_allclose(model(x), RECORDED[name]["values"], rtol=1e-6, atol=1e-5)


def test_preprocess_input_refuses():
    with pytest.raises(ValueError, match="expected mode to be one of"):
        imagenet_utils.preprocess_input(np.zeros((2, 2, 3)), mode="keras")
    with pytest.raises(ValueError, match="expected data_format to be one of"):
        imagenet_utils.preprocess_input(np.zeros((2, 2, 3)), data_format="first")


def test_each_room_scales_as_its_weights_were_trained():
    modes = {"resnet": "caffe", "resnet50": "caffe", "vgg16": "caffe", "vgg19": "caffe"}
    modes |= {"densenet": "torch", "resnext": "torch"}
    modes |= dict.fromkeys(("inception_v3", "inception_resnet_v2", "xception", "nasnet", "resnet_v2"), "tf")
    modes |= dict.fromkeys(("mobilenet", "mobilenet_v2", "mobilenetv2"), "tf")
    modes |= dict.fromkeys(("mobilenet_v3", "efficientnet", "efficientnet_v2", "convnext"), None)
    for name, mode in modes.items():
        room = getattr(keras.applications, name)
        x = arch.pixels((1, 2, 2, 3), "float32")
        expected = imagenet_utils.preprocess_input(x.copy(), mode=mode) if mode else x.copy()
        np.testing.assert_array_equal(room.preprocess_input(x), expected, err_msg=name)
        assert room.decode_predictions is imagenet_utils.decode_predictions


@pytest.fixture
def classes(tmp_path, monkeypatch):
    """A list of class names in the cache, as it would lie there after a download."""
    names = {str(i): [f"n{i:08d}", f"class_{i}"] for i in range(1000)}
    path = tmp_path / "models" / "imagenet_class_index.json"
    path.parent.mkdir()
    path.write_text(json.dumps(names))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(imagenet_utils, "_class_index", None)
    monkeypatch.setattr(imagenet_utils, "_CLASS_INDEX_HASH", hashlib.md5(path.read_bytes()).hexdigest())


@pytest.mark.parametrize("kind", [np.asarray, torch.as_tensor])
def test_decode_predictions(classes, kind):
    found = imagenet_utils.decode_predictions(kind(arch.predictions()), top=4)
    assert [[[*names, pytest.approx(p)] for *names, p in row] for row in RECORDED["decode"]] == [
        [list(entry) for entry in row] for row in found
    ]


def test_decode_predictions_of_another_file_without_a_network(classes, monkeypatch):
    monkeypatch.setattr(imagenet_utils, "_CLASS_INDEX_HASH", "0" * 32)
    monkeypatch.setattr(imagenet_utils, "CLASS_INDEX_PATH", "file:///nowhere/imagenet_class_index.json")
    with pytest.warns(UserWarning, match="is used as it is"):
        found = imagenet_utils.decode_predictions(arch.predictions(), top=1)
    assert found[0][0][1] == RECORDED["decode"][0][0][1]


@pytest.mark.parametrize("shape", [(2, 10), (1000,), (1, 1, 1000)])
def test_decode_predictions_refuses(shape):
    with pytest.raises(ValueError, match="shape"):
        imagenet_utils.decode_predictions(np.zeros(shape))


@pytest.mark.parametrize(("name", "arguments"), arch.SHAPES.items(), ids=list(arch.SHAPES))
def test_obtain_input_shape(name, arguments):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = imagenet_utils._obtain_input_shape(**arguments)
        except ValueError:
            found = "ValueError"
    expected = RECORDED["shapes"][name]
    assert (list(found) if isinstance(found, tuple) else found) == expected["shape"]
    assert len(caught) == expected["warnings"]


def test_obtain_input_shape_of_old_keras():
    """Keras to 2.0.8 called the argument include_top."""
    found = imagenet_utils._obtain_input_shape(
        None, default_size=224, min_size=48, data_format="channels_last", include_top=True
    )
    assert found == (224, 224, 3)


@pytest.mark.parametrize("name", ["softmax", None, keras.activations.softmax])
def test_validate_activation(name):
    imagenet_utils.validate_activation(name, "imagenet")
    imagenet_utils.validate_activation("relu", None)
    with pytest.raises(ValueError, match="expected 'softmax' or None"):
        imagenet_utils.validate_activation("relu", "imagenet")


def test_correct_pad_follows_the_data_format():
    image = keras.layers.Input((3, 9, 10))
    K.set_image_data_format("channels_first")
    assert imagenet_utils.correct_pad(image, (5, 3)) == ((2, 2), (0, 1))
