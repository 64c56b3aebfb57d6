"""Augmentations that Keras 3 added: what they do with numbers that both sides are given, and in inference."""

import numpy as np

from ..cases.kit import uniform
from .kit import Area, plain_config

area = Area("augmentation", tolerance=1e-4, eras=("keras3",))

IMAGE, ODD, UNIT = uniform(0, 255, 3, 6, 8, 3), uniform(0, 255, 2, 5, 7, 3), uniform(0, 1, 2, 6, 7, 3)
FIRST = {"data_format": "channels_first"}
FIRSTS, LARGE = uniform(0, 255, 2, 3, 6, 8), uniform(0, 255, 2, 22, 24, 3)


def drawn(cls, name, data, *args, **kwargs):
    def body(k, t):
        x = data(t.rng)
        made = getattr(k.layers, cls)(*args, **kwargs)
        with t.drawn(made):
            results = {"output": t.value(made(t.tensor(x), training=True))}
        results["inference"] = t.value(made(t.tensor(x), training=False))
        results["output_shape"] = list(made.compute_output_shape(x.shape))
        results["config"] = plain_config(made)
        if cls != "RandomShear":  # Keras refuses what it writes itself
            results["config_again"] = plain_config(type(made).from_config(made.get_config())) == plain_config(made)
        return results

    area.add(f"{cls.lower()}/{name}", body)


drawn("AutoContrast", "default", IMAGE)
drawn("AutoContrast", "range", UNIT, value_range=(0, 1))
drawn("AutoContrast", "flat", lambda rng: np.full((2, 4, 4, 3), 7.0))
drawn("AutoContrast", "first", FIRSTS, **FIRST)
drawn("Equalization", "default", IMAGE)
drawn("Equalization", "range", UNIT, value_range=(0, 1), bins=64)
drawn("Equalization", "flat", lambda rng: np.full((2, 4, 4, 3), 7.0))
drawn("Equalization", "first", FIRSTS, **FIRST)
CLAHE = "ContrastLimitedAdaptiveHistogramEqualization"
drawn(CLAHE, "default", LARGE)
drawn(CLAHE, "tiles", UNIT, value_range=(0, 1), clip_limit=2.0, tile_grid_size=(2, 3))
drawn(CLAHE, "no_limit", LARGE, clip_limit=0.0, tile_grid_size=(3, 5))
drawn(CLAHE, "first", FIRSTS, tile_grid_size=(2, 2), **FIRST)
drawn("RandomInvert", "default", IMAGE)
drawn("RandomInvert", "pair", UNIT, (0.3, 0.8), value_range=(0, 1), seed=3)
drawn("RandomPosterization", "default", IMAGE, 5)
drawn("RandomPosterization", "pair", UNIT, (3, 7), value_range=(0, 1), seed=3)
drawn("RandomPosterization", "fixed", FIRSTS, (2, 2), **FIRST)
drawn("Solarization", "default", IMAGE)
drawn("Solarization", "factors", IMAGE, addition_factor=0.3, threshold_factor=(0.2, 0.6), seed=2)
drawn("Solarization", "range", UNIT, 0.2, 0.7, value_range=(0, 1))
drawn("RandomColorDegeneration", "default", IMAGE, 0.6)
drawn("RandomColorDegeneration", "pair", UNIT, (0.2, 0.9), value_range=(0, 1), seed=3)
drawn("RandomColorDegeneration", "first", FIRSTS, 0.5, **FIRST)
drawn("RandomGrayscale", "default", IMAGE)
drawn("RandomGrayscale", "often", IMAGE, 0.9)
drawn("RandomGrayscale", "first", FIRSTS, factor=0.8, **FIRST)
drawn("RandomHue", "default", IMAGE, 0.7)
drawn("RandomHue", "pair", UNIT, (0.4, 0.9), value_range=(0, 1), seed=3)
drawn("RandomHue", "first", FIRSTS, 0.4, **FIRST)
drawn("RandomSaturation", "default", IMAGE, 0.6)
drawn("RandomSaturation", "pair", UNIT, (0.3, 0.8), value_range=(0, 1), seed=3)
drawn("RandomSaturation", "first", FIRSTS, (0.2, 0.7), **FIRST)
JITTER = {"brightness_factor": 0.3, "contrast_factor": 0.4, "saturation_factor": (0.3, 0.6), "hue_factor": 0.5}
drawn("RandomColorJitter", "all", IMAGE, **JITTER)
drawn("RandomColorJitter", "some", UNIT, value_range=(0, 1), contrast_factor=(0.2, 0.4), hue_factor=0.2, seed=3)
drawn("RandomColorJitter", "none", IMAGE)
drawn("RandomSharpness", "default", IMAGE, 0.9)
drawn("RandomSharpness", "pair", UNIT, (0.6, 1.0), value_range=(0, 1), seed=3)
drawn("RandomSharpness", "first", FIRSTS, 0.4, **FIRST)
drawn("RandomGaussianBlur", "default", IMAGE)
drawn("RandomGaussianBlur", "pair", UNIT, (0.6, 1.0), (5, 5), (0.4, 0.9), value_range=(0, 1), seed=3)
drawn("RandomGaussianBlur", "first", FIRSTS, 0.9, kernel_size=5, **FIRST)
drawn("RandomErasing", "default", IMAGE)
drawn("RandomErasing", "number", IMAGE, (0.5, 1.0), (0.3, 0.6), 7.0)
drawn("RandomErasing", "colour", ODD, 0.9, 0.5, fill_value=[1.0, 2.0, 3.0], seed=2)
drawn("RandomErasing", "range", UNIT, (0.9, 1.0), value_range=(0, 1))
drawn("RandomErasing", "first", FIRSTS, (0.9, 1.0), fill_value=1, **FIRST)
for mode in ("reflect", "constant", "nearest", "wrap"):
    drawn("RandomShear", mode, IMAGE, 0.5, 0.3, fill_mode=mode)
    drawn("RandomShear", f"{mode}_nearest_pixel", ODD, (0.2, 0.6), interpolation="nearest", fill_mode=mode, seed=1)
drawn("RandomShear", "fill_value", IMAGE, 0.4, (0.1, 0.7), fill_mode="constant", fill_value=9.0)
drawn("RandomShear", "first", FIRSTS, 0.4, **FIRST)
drawn("RandomPerspective", "default", IMAGE)
drawn("RandomPerspective", "mild", ODD, (0.8, 1.0), 0.3, interpolation="nearest", fill_value=5.0, seed=2)
drawn("RandomPerspective", "first", FIRSTS, (0.9, 1.0), scale=0.5, **FIRST)
for mode in ("reflect", "constant", "nearest", "wrap", "mirror"):
    drawn("RandomElasticTransform", mode, LARGE, (0.9, 1.0), 0.9, fill_mode=mode)
drawn("RandomElasticTransform", "nearest_pixel", LARGE, (0.9, 1.0), (0.5, 0.8), interpolation="nearest", seed=2)
drawn("RandomElasticTransform", "nothing", LARGE, 0.0)
drawn("RandomElasticTransform", "first", uniform(0, 255, 2, 3, 22, 24), (0.9, 1.0), scale=(0.6, 0.9), **FIRST)
drawn("RandAugment", "default", IMAGE)
drawn("RandAugment", "many", LARGE, num_ops=6, factor=0.7, seed=4)
drawn("RandAugment", "range", UNIT, value_range=(0, 1), num_ops=5, factor=(0.25, 0.8))
drawn("RandAugment", "first", FIRSTS, num_ops=4, **FIRST)
drawn("AugMix", "default", IMAGE)
drawn("AugMix", "deep", LARGE, num_chains=2, chain_depth=4, factor=0.6, alpha=0.5, seed=4)
drawn("AugMix", "range", UNIT, value_range=(0, 1), all_ops=False, factor=(0.2, 0.9))
drawn("AugMix", "first", FIRSTS, **FIRST)
drawn("MixUp", "default", IMAGE)
drawn("MixUp", "alpha", IMAGE, alpha=0.6, seed=2)
drawn("CutMix", "default", IMAGE)
drawn("CutMix", "factor", IMAGE, (0.3, 0.6), seed=2)
drawn("CutMix", "first", FIRSTS, **FIRST)


def labelled(cls, name, **kwargs):
    """Images with their labels."""

    def body(k, t):
        made = getattr(k.layers, cls)(**kwargs)
        data = {"images": t.tensor(t.rng.uniform(0, 255, (4, 6, 8, 3))), "labels": t.tensor(np.eye(4))}
        with t.drawn(made):
            found = made(data, training=True)
        return {key: t.value(value) for key, value in found.items()}

    area.add(f"{cls.lower()}/{name}", body)


labelled("MixUp", "labels")
labelled("CutMix", "labels")
labelled("RandomInvert", "labels")


def unbatched(cls, *args, **kwargs):
    def body(k, t):
        made = getattr(k.layers, cls)(*args, **kwargs)
        with t.drawn(made):
            return {"output": t.value(made(t.tensor(t.rng.uniform(0, 255, (6, 8, 3))), training=True))}

    area.add(f"{cls.lower()}/unbatched", body)


for name in ("RandomInvert", "RandomGaussianBlur", "RandomErasing", "RandomPerspective", "CutMix"):
    unbatched(name)
for name in ("RandomColorDegeneration", "RandomHue", "RandomSharpness", "RandomSaturation"):
    unbatched(name, 0.5)


@area.run("maxnumboundingboxes")
def _(k, t):
    results = {}
    for count in (2, 5):
        made = k.layers.MaxNumBoundingBoxes(count, bounding_box_format="xyxy")
        boxes = {"boxes": t.tensor(t.rng.uniform(0, 6, (2, 3, 4))), "labels": t.tensor(t.rng.uniform(0, 3, (2, 3)))}
        found = made({"images": t.tensor(t.rng.uniform(0, 255, (2, 6, 8, 3))), "bounding_boxes": boxes})
        results[str(count)] = [t.value(found["bounding_boxes"][key]) for key in ("boxes", "labels")]
        results[f"config {count}"] = plain_config(made)
    return results


@area.run("pipeline")
def _(k, t):
    made = k.layers.Pipeline([k.layers.Rescaling(0.5), k.layers.CenterCrop(3, 4), k.layers.Flatten()], name="steps")
    again = k.layers.Pipeline.from_config(made.get_config())
    x = t.tensor(t.rng.uniform(0, 255, (2, 6, 8, 3)))
    names = [type(layer).__name__ for layer in again.layers]
    return {"output": t.value(made(x)), "again": t.value(again(x)), "names": names, "name": again.name}
