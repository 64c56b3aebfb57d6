"""Which architectures are compared with the real Keras, and the weights and images that both get.

Runs on Python 3.7 as well: the recorder imports it there.
"""

import hashlib
import json
import os
import zlib

import numpy as np

PICKS = 8  # layers whose output is compared, from the first to the last

# name -> (function, keyword arguments, whether a comparison of numbers takes little time)
KERAS2 = {
    "VGG16": ("VGG16", {"input_shape": (32, 32, 3), "classes": 10}, False),
    "VGG16/features": ("VGG16", {"input_shape": (32, 48, 3), "include_top": False, "pooling": "max"}, True),
    "VGG19/features": ("VGG19", {"input_shape": (32, 32, 3), "include_top": False}, False),
    "ResNet50": ("ResNet50", {"input_shape": (32, 32, 3), "classes": 10}, True),
    "ResNet50/features": ("ResNet50", {"input_shape": (None, 33, 1), "include_top": False, "pooling": "avg"}, False),
    "resnet.ResNet50": ("resnet.ResNet50", {"input_shape": (33, 32, 3), "classes": 10}, True),
    "resnet.ResNet101": ("resnet.ResNet101", {"input_shape": (32, 32, 3), "classes": 10}, False),
    "resnet.ResNet152": ("resnet.ResNet152", {"input_shape": (32, 32, 3), "include_top": False}, False),
    "resnet_v2.ResNet50V2": (
        "resnet_v2.ResNet50V2",
        {"input_shape": (32, 32, 3), "include_top": False, "pooling": "max"},
        True,
    ),
    "resnet_v2.ResNet101V2": (
        "resnet_v2.ResNet101V2",
        {"input_shape": (32, 35, 3), "include_top": False, "pooling": "avg"},
        False,
    ),
    "resnet_v2.ResNet152V2": ("resnet_v2.ResNet152V2", {"input_shape": (32, 32, 3), "include_top": False}, False),
    "resnext.ResNeXt50": ("resnext.ResNeXt50", {"input_shape": (32, 32, 3), "classes": 10}, False),
    "resnext.ResNeXt101": (
        "resnext.ResNeXt101",
        {"input_shape": (32, 32, 3), "include_top": False, "pooling": "max"},
        False,
    ),
    "InceptionV3": ("InceptionV3", {"input_shape": (75, 75, 3), "classes": 10}, True),
    "InceptionV3/features": (
        "InceptionV3",
        {"input_shape": (None, None, 3), "include_top": False, "pooling": "avg"},
        False,
    ),
    "InceptionResNetV2": ("InceptionResNetV2", {"input_shape": (75, 75, 3), "classes": 10}, False),
    "Xception": ("Xception", {"input_shape": (71, 71, 3), "classes": 10}, True),
    "MobileNet": ("MobileNet", {"input_shape": (32, 32, 3), "classes": 10}, True),
    "MobileNet/wide": (
        "MobileNet",
        {"input_shape": (35, 32, 3), "alpha": 0.5, "depth_multiplier": 2, "include_top": False, "pooling": "max"},
        True,
    ),
    "MobileNetV2": ("MobileNetV2", {"input_shape": (32, 32, 3), "classes": 10}, True),
    "MobileNetV2/odd": (
        "MobileNetV2",
        {"input_shape": (35, 38, 3), "alpha": 1.4, "include_top": False, "pooling": "avg"},
        True,
    ),
    "MobileNetV2/narrow": ("MobileNetV2", {"input_shape": (96, 96, 3), "alpha": 0.35, "include_top": False}, False),
    "DenseNet121": ("DenseNet121", {"input_shape": (32, 32, 3), "classes": 10}, True),
    "DenseNet169": ("DenseNet169", {"input_shape": (32, 32, 3), "include_top": False, "pooling": "avg"}, False),
    "DenseNet201": ("DenseNet201", {"input_shape": (32, 32, 3), "classes": 10}, False),
    "NASNetMobile": ("NASNetMobile", {"input_shape": (32, 32, 3), "classes": 10}, True),
    "NASNetMobile/odd": (
        "NASNetMobile",
        {"input_shape": (67, 70, 3), "include_top": False, "pooling": "avg"},
        False,
    ),
    "NASNetLarge": ("NASNetLarge", {"input_shape": (32, 32, 3), "classes": 10}, False),
}
CHANNELS_FIRST = ("ResNet50", "resnet_v2.ResNet50V2", "InceptionV3", "MobileNet", "MobileNetV2", "DenseNet121")

_FEATURES = {"input_shape": (32, 32, 3), "include_top": False}
_CLASSES = {"input_shape": (32, 32, 3), "classes": 10}
# those of tf.keras and Keras 3 that are not as in Keras 2
LATER = {
    "ResNet50": ("ResNet50", _CLASSES, False),
    "ResNet101": ("ResNet101", {**_FEATURES, "pooling": "max"}, False),
    "ResNet50V2": ("ResNet50V2", {**_CLASSES, "classifier_activation": None}, False),
    "VGG16": ("VGG16", {**_FEATURES, "pooling": "avg"}, False),
    "InceptionV3": ("InceptionV3", {"input_shape": (75, 75, 3), "classes": 10}, False),
    "InceptionResNetV2": ("InceptionResNetV2", {"input_shape": (75, 75, 3), "include_top": False}, False),
    "Xception": ("Xception", {"input_shape": (71, 71, 3), "include_top": False, "pooling": "avg"}, False),
    "MobileNet": ("MobileNet", {**_CLASSES, "input_shape": (35, 32, 3)}, True),
    "MobileNetV2": ("MobileNetV2", {**_CLASSES, "input_shape": (35, 32, 3)}, True),
    "MobileNetV3Small": ("MobileNetV3Small", _CLASSES, True),
    "MobileNetV3Small/minimalistic": (
        "MobileNetV3Small",
        {"input_shape": (33, 36, 3), "minimalistic": True, "alpha": 0.75, "include_top": False, "pooling": "avg"},
        True,
    ),
    "MobileNetV3Large": ("MobileNetV3Large", {**_FEATURES, "alpha": 1.25, "include_preprocessing": False}, True),
    "MobileNetV3Large/top": ("MobileNetV3Large", {**_CLASSES, "dropout_rate": 0, "classifier_activation": None}, False),
    "DenseNet121": ("DenseNet121", _CLASSES, False),
    "NASNetMobile": ("NASNetMobile", _CLASSES, False),
    "EfficientNetB0": ("EfficientNetB0", _CLASSES, True),
    **{f"EfficientNetB{i}": (f"EfficientNetB{i}", {**_FEATURES, "pooling": "max"}, False) for i in range(1, 8)},
    "EfficientNetV2B0": ("EfficientNetV2B0", _CLASSES, True),
    "EfficientNetV2B1": ("EfficientNetV2B1", _FEATURES, False),
    "EfficientNetV2B2": ("EfficientNetV2B2", {**_CLASSES, "include_preprocessing": False}, False),
    "EfficientNetV2B3": ("EfficientNetV2B3", {**_FEATURES, "input_shape": (33, 32, 1)}, False),
    "EfficientNetV2S": ("EfficientNetV2S", {**_FEATURES, "pooling": "avg"}, False),
    "EfficientNetV2M": ("EfficientNetV2M", _FEATURES, False),
    "EfficientNetV2L": ("EfficientNetV2L", _FEATURES, False),
    "ConvNeXtTiny": ("ConvNeXtTiny", _CLASSES, True),
    "ConvNeXtSmall": ("ConvNeXtSmall", {**_FEATURES, "pooling": "avg", "include_preprocessing": False}, False),
    "ConvNeXtBase": ("ConvNeXtBase", _FEATURES, False),
    "ConvNeXtLarge": ("ConvNeXtLarge", _FEATURES, False),
    "ConvNeXtXLarge": ("ConvNeXtXLarge", {**_FEATURES, "pooling": "max"}, False),
}
# those of tf.keras alone
ONLY_TF_KERAS = {
    "RegNetX002": ("RegNetX002", _CLASSES, True),
    "RegNetX016": ("RegNetX016", {**_FEATURES, "pooling": "avg"}, False),
    "RegNetX320": ("RegNetX320", {**_FEATURES, "include_preprocessing": False}, False),
    "RegNetY002": ("RegNetY002", {**_FEATURES, "pooling": "max"}, True),
    "RegNetY032": ("RegNetY032", {**_CLASSES, "classifier_activation": None, "model_name": "mine"}, False),
    "RegNetY120": ("RegNetY120", _FEATURES, False),
    "ResNetRS50": ("ResNetRS50", _CLASSES, True),
    "ResNetRS101": ("ResNetRS101", {**_FEATURES, "input_shape": (33, 36, 3), "pooling": "avg"}, False),
    "ResNetRS200": ("ResNetRS200", {**_FEATURES, "include_preprocessing": False}, False),
    "ResNetRS350": ("ResNetRS350", {**_FEATURES, "input_shape": (32, 32, 1)}, False),
}
LATER_OF = {"tf.keras": {**LATER, **ONLY_TF_KERAS}, "keras3": LATER}


def find(applications, path):
    """The function that a dotted name means."""
    for part in path.split("."):
        applications = getattr(applications, part)
    return applications


def weights_of(layer, shapes):
    """Values for a layer's weights that depend on its name and their shapes alone."""
    values = []
    for i, shape in enumerate(shapes):
        random = np.random.RandomState(zlib.crc32(f"{layer.name}/{i}".encode()))
        if len(shape) < 2:
            values.append(random.uniform(0.5, 1.5, shape).astype("float32"))
            continue
        channelwise = "Depthwise" in type(layer).__name__ or ("Separable" in type(layer).__name__ and i == 0)
        seen = shape[:-2] + shape[-1:] if channelwise else shape[:-1]
        values.append((random.standard_normal(shape) / np.sqrt(np.prod(seen))).astype("float32"))
    return values


def fill(model, layers, rows):
    """Gives all layers the values of ``weights_of``."""
    model.set_weights([value for layer, row in zip(layers, rows) for value in weights_of(layer, row[2])])


def image_for(shape):
    """A batch with one image; unknown sizes are taken for odd ones."""
    return np.random.RandomState(7).uniform(-1, 1, (1,) + tuple(n or 77 for n in shape)).astype("float32")


def described(layers, shape_of, before):
    """What is compared of each layer: name, output shape, shapes of the weights, names of the layers before it.

    Args:
        layers: the model's.
        shape_of: gives the shape of a weight or symbolic tensor.
        before: gives the layers that a layer takes its inputs from.
    """
    rows = []
    for layer in layers:
        shapes = [plain(shape_of(weight)) for weight in layer.weights]
        rows.append(
            [layer.name, plain(shape_of(layer.output)), shapes, sorted({source.name for source in before(layer)})]
        )
    return rows


def plain(shape):
    """A shape as JSON has it."""
    return [None if n is None else int(n) for n in shape]


def recorded(model, rows, numbers):
    """What the file has of a case."""
    return {
        "name": model.name,
        "layers": len(rows),
        "digest": digest(rows),
        "marks": marks(rows),
        "numbers": numbers,
    }


def marks(rows):
    """Four hexadecimal digits for each layer: they tell which one differs."""
    return "".join(f"{zlib.crc32(json.dumps(row).encode()) & 0xFFFF:04x}" for row in rows)


def digest(rows):
    """One hash for all layers."""
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def picked(layers):
    """Layers at even distances; the last one is the last."""
    return [layers[round(i * (len(layers) - 1) / (PICKS - 1))] for i in range(1, PICKS)]


def summary(values):
    """A few numbers that stand for an array: mean, deviation, and five of its values from places all over it."""
    flat = np.asarray(values, "float64").ravel()
    places = np.linspace(0, flat.size - 1, 5).round().astype(int)
    return [float(f"{v:.9g}") for v in [flat.mean(), flat.std()] + list(flat[places])]


class Results(dict):
    """What was recorded, in a file that is written after each case."""

    def __init__(self, path):
        self.path = path
        if os.path.exists(path):
            with open(path) as file:
                self.update(json.load(file))

    def add(self, name, record):
        """Records a case that the file does not have."""
        if name in self:
            return
        print(name, flush=True)
        self[name] = record()
        with open(self.path, "w") as file:
            file.write("{\n" + ",\n".join(f"{json.dumps(key)}: {json.dumps(self[key])}" for key in self) + "\n}\n")


def pixels(shape, dtype):
    """Values from 0 to 255."""
    return np.random.RandomState(3).uniform(0, 255, shape).astype(dtype)


def preprocess_cases():
    """(name, (shape, type, data format, mode)) for images alone and in batches."""
    for mode in ("caffe", "tf", "torch"):
        for data_format, shape in (("channels_last", (2, 4, 3)), ("channels_first", (3, 2, 4))):
            for batch in ((), (2,)):
                for dtype in ("uint8", "float32", "float64"):
                    name = f"preprocess/{mode}/{data_format}/{3 + len(batch)}d/{dtype}"
                    yield name, (batch + shape, dtype, data_format, mode)


def predictions():
    """What a model might give for two images."""
    return np.random.RandomState(5).dirichlet(np.full(1000, 0.01), 2).astype("float32")


def _shape(shape, weights=None, flat=False, data_format="channels_last"):
    return {
        "input_shape": shape,
        "default_size": 224,
        "min_size": 32,
        "data_format": data_format,
        "require_flatten": flat,
        "weights": weights,
    }


SHAPES = {
    "nothing": _shape(None),
    "nothing/flat": _shape(None, flat=True),
    "nothing/imagenet": _shape(None, "imagenet"),
    "nothing/first": _shape(None, data_format="channels_first"),
    "nothing/first/flat": _shape(None, flat=True, data_format="channels_first"),
    "given": _shape((50, 60, 3)),
    "given/flat": _shape((50, 60, 3), flat=True),
    "given/first": _shape((3, 50, 60), data_format="channels_first"),
    "unknown": _shape((None, 60, 3)),
    "unknown/flat": _shape((None, 60, 3), flat=True),
    "small": _shape((31, 60, 3)),
    "small/first": _shape((3, 60, 31), data_format="channels_first"),
    "one channel": _shape((50, 60, 1)),
    "five channels": _shape((50, 60, 5)),
    "five channels/first": _shape((5, 50, 60), data_format="channels_first"),
    "five channels/imagenet": _shape((50, 60, 5), "imagenet"),
    "one channel/imagenet/flat": _shape((224, 224, 1), "imagenet", True),
    "imagenet/flat": _shape((224, 224, 3), "imagenet", True),
    "other size/imagenet": _shape((50, 60, 3), "imagenet"),
    "other size/imagenet/flat": _shape((50, 60, 3), "imagenet", True),
    "file/flat": _shape((50, 60, 3), "some.h5", True),
    "two numbers": _shape((50, 60)),
}


ROOMS_WITH_HASHES = (
    *("vgg16", "vgg19", "resnet", "inception_v3", "inception_resnet_v2", "xception", "densenet", "nasnet"),
    *("mobilenet_v3", "efficientnet", "efficientnet_v2", "convnext"),
)
_BARE = {"include_top": False}
# one architecture of each family, with the top and without: their downloads
DOWNLOADS = {
    f"{name}{'' if kwargs.get('include_top', True) else '/features'}{variant}": (name, kwargs)
    for name, variant, more in (
        ("VGG16", "", {}),
        ("ResNet50", "", {}),
        ("ResNet50V2", "", {}),
        ("InceptionV3", "", {}),
        ("InceptionResNetV2", "", {}),
        ("Xception", "", {}),
        ("DenseNet121", "", {}),
        ("NASNetMobile", "", {"input_shape": (224, 224, 3)}),
        ("MobileNet", "", {}),
        ("MobileNet", "/160", {"input_shape": (160, 160, 3), "alpha": 0.5}),
        ("MobileNetV2", "", {"alpha": 1}),
        ("MobileNetV2", "/96", {"input_shape": (96, 96, 3), "alpha": 1.3}),
        ("MobileNetV3Small", "", {"alpha": 0.75}),
        ("MobileNetV3Large", "/minimalistic", {"minimalistic": True}),
        ("EfficientNetB0", "", {}),
        ("EfficientNetV2B0", "", {}),
        ("EfficientNetV2S", "", {}),
        ("ConvNeXtTiny", "", {}),
    )
    for kwargs in (more, {**more, **_BARE})
}
