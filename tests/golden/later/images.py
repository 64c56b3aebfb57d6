"""Layers of images: sizes and values, and what the random ones do with given numbers."""

from ..cases.kit import ints, normal, uniform
from .kit import Area, plain_config

area = Area("images")

TF, K3 = ("tf.keras",), ("keras3",)
IMAGE, ODD, LARGE = uniform(0, 255, 2, 6, 8, 3), uniform(0, 255, 2, 5, 7, 3), uniform(0, 1, 1, 13, 11, 2)


def layer(cls, name, data, *args, eras=None, **kwargs):
    also = {key: kwargs.pop(key) for key in ("grads", "config", "mask") if key in kwargs}
    area.layer(
        f"{cls.lower()}/{name}",
        lambda k: getattr(k.layers, cls)(*args, **kwargs),
        data,
        eras=eras,
        weights=False,
        **also,
    )


layer("Rescaling", "scale", IMAGE, 1 / 255)
layer("Rescaling", "offset", IMAGE, scale=1 / 127.5, offset=-1)
layer("Rescaling", "of_channels", IMAGE, [0.1, 0.2, 0.3], offset=[1.0, 2.0, 3.0])
layer("Rescaling", "integers", ints(256, 2, 3, 3, 1), 0.5, grads=False)
for method in ("bilinear", "nearest"):
    layer("Resizing", f"{method}_larger", IMAGE, 9, 11, interpolation=method)
    layer("Resizing", f"{method}_smaller", IMAGE, 3, 5, interpolation=method)
    layer("Resizing", f"{method}_crop", IMAGE, 4, 4, interpolation=method, crop_to_aspect_ratio=True)
for method in ("area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic"):
    layer("Resizing", f"{method}_larger", ODD, 9, 11, interpolation=method, eras=TF, grads=method != "area")
    layer("Resizing", f"{method}_smaller", LARGE, 3, 5, interpolation=method, eras=TF, grads=method != "area")
layer("Resizing", "bicubic_larger", ODD, 9, 11, interpolation="bicubic")
layer("Resizing", "bicubic_smaller", LARGE, 4, 5, interpolation="bicubic")
layer("Resizing", "same", IMAGE, 6, 8)
layer("Resizing", "crop_tall", ODD, 8, 4, crop_to_aspect_ratio=True)
layer("Resizing", "integers", ints(256, 2, 6, 8, 3), 4, 4, grads=False)
layer("Resizing", "pad", IMAGE, 9, 9, pad_to_aspect_ratio=True, fill_value=7.0, eras=K3)
layer("Resizing", "pad_tall", ODD, 10, 4, pad_to_aspect_ratio=True, eras=K3)
layer("Resizing", "antialias", LARGE, 5, 4, antialias=True, eras=K3)
layer("Resizing", "antialias_bicubic", LARGE, 5, 4, antialias=True, interpolation="bicubic", eras=K3)
layer("Resizing", "channels_first", normal(2, 3, 6, 8), 4, 5, data_format="channels_first", eras=K3)
layer("CenterCrop", "even", IMAGE, 4, 4)
layer("CenterCrop", "odd", IMAGE, 3, 5)
layer("CenterCrop", "odd_of_odd", ODD, 4, 4)
layer("CenterCrop", "same", IMAGE, 6, 8)
layer("CenterCrop", "too_small", IMAGE, 10, 4)
layer("CenterCrop", "integers", ints(256, 2, 6, 8, 3), 4, 4, grads=False)
layer("CenterCrop", "channels_first", normal(2, 3, 6, 8), 4, 5, data_format="channels_first", eras=K3)


@area.run("unbatched")
def _(k, t):
    x = t.tensor(t.rng.uniform(0, 255, (6, 8, 3)))
    layers = [k.layers.Resizing(4, 5), k.layers.CenterCrop(3, 3), k.layers.Rescaling(0.5)]
    return {"output": [t.value(made(x)) for made in layers]}


def drawn(cls, name, data, *args, eras=None, **kwargs):
    """What the layer does in training with numbers that all sides are given; and in inference nothing."""

    def body(k, t):
        x = data(t.rng)
        inputs = k.layers.Input(shape=x.shape[1:])
        made = getattr(k.layers, cls)(*args, **kwargs)
        model = k.models.Model(inputs, made(inputs))
        with t.drawn(made):
            results = t.forward(model, [x], grads=False, training=True)
        results["inference"] = t.forward(model, [x], grads=False)["output"]
        results["output_shape"] = list(model.output_shape)
        results["config"] = plain_config(made)
        results["config_again"] = plain_config(type(made).from_config(made.get_config())) == plain_config(made)
        return results

    area.add(f"{cls.lower()}/{name}", body, eras)


for mode in ("reflect", "constant", "nearest", "wrap"):
    drawn("RandomRotation", mode, IMAGE, 0.3, fill_mode=mode)
    drawn("RandomTranslation", mode, IMAGE, 0.7, 0.8, fill_mode=mode)
    drawn("RandomZoom", mode, IMAGE, 0.5, 0.4, fill_mode=mode)
    drawn("RandomRotation", f"{mode}_nearest_pixel", ODD, (-0.2, 0.4), fill_mode=mode, interpolation="nearest", seed=1)
    drawn("RandomTranslation", f"{mode}_nearest_pixel", ODD, (-0.4, 0.9), 0.3, fill_mode=mode, interpolation="nearest")
    drawn("RandomZoom", f"{mode}_nearest_pixel", ODD, (-0.5, 0.6), fill_mode=mode, interpolation="nearest")
drawn("RandomRotation", "fill_value", IMAGE, 0.3, fill_mode="constant", fill_value=9.0)
drawn("RandomTranslation", "fill_value", IMAGE, 0.6, (-0.1, 0.7), fill_mode="constant", fill_value=9.0)
drawn("RandomZoom", "keeps_proportions", IMAGE, 0.5)
drawn("RandomZoom", "fill_value", IMAGE, (0.3, 0.9), fill_mode="constant", fill_value=9.0)
drawn("RandomRotation", "channels_first", normal(2, 3, 6, 8), 0.3, data_format="channels_first", eras=K3)
drawn("RandomZoom", "channels_first", normal(2, 3, 6, 8), 0.3, data_format="channels_first", eras=K3)
drawn("RandomTranslation", "channels_first", normal(2, 3, 6, 8), 0.3, 0.2, data_format="channels_first", eras=K3)
drawn("RandomBrightness", "default", IMAGE, 0.4)
drawn("RandomBrightness", "value_range", uniform(0, 1, 2, 4, 4, 3), (-0.2, 0.7), value_range=(0, 1), seed=3)
drawn("RandomContrast", "default", IMAGE, 0.4, eras=K3)
drawn("RandomContrast", "pair", uniform(0, 1, 2, 4, 4, 3), (0.3, 0.8), value_range=(0, 1), seed=3, eras=K3)
drawn("RandomFlip", "both", IMAGE, eras=K3)
drawn("RandomFlip", "horizontal", normal(6, 3, 4, 2), "horizontal", seed=2, eras=K3)
drawn("RandomFlip", "vertical", normal(6, 3, 4, 2), mode="vertical", eras=K3)
drawn("RandomFlip", "channels_first", normal(6, 2, 3, 4), "vertical", data_format="channels_first", eras=K3)
drawn("RandomCrop", "default", IMAGE, 3, 4, seed=5, eras=K3)
drawn("RandomCrop", "too_small", IMAGE, 8, 4, seed=5, eras=K3)
drawn("RandomCrop", "as_wide", IMAGE, 3, 8, seed=5, eras=K3)
drawn("RandomHeight", "default", IMAGE, 0.4, eras=TF)
drawn("RandomHeight", "nearest", ODD, (0.2, 0.9), interpolation="nearest", seed=4, eras=TF)
drawn("RandomWidth", "default", IMAGE, 0.4, eras=TF)
drawn("RandomWidth", "bicubic", ODD, (-0.5, -0.2), interpolation="bicubic", seed=4, eras=TF)


def configured(cls, *args, **kwargs):
    """The config, of layers whose numbers are drawn where a recorder cannot reach them."""

    def body(k, t):
        made = getattr(k.layers, cls)(*args, **kwargs)
        x = t.tensor(t.rng.uniform(0, 255, (2, 6, 8, 3)))
        return {"config": plain_config(made), "inference": t.value(made(x, training=False))}

    area.add(f"{cls.lower()}/config", body, TF)


configured("RandomFlip", "vertical", seed=3)
configured("RandomContrast", 0.3)
configured("RandomCrop", 4, 4, seed=7)
