"""Augmentations of Keras 3: what is drawn, what is left alone, in graphs, models and pipelines."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import kerastorch
from kerastorch import layers
from kerastorch.models import Model, Sequential

MAKERS = {
    "AugMix": {},
    "CutMix": {},
    "MixUp": {},
    "RandAugment": {},
    "RandomColorDegeneration": {"factor": 0.8},
    "RandomColorJitter": {"brightness_factor": 0.4, "hue_factor": 0.4},
    "RandomElasticTransform": {"scale": (0.6, 1.0)},
    "RandomErasing": {},
    "RandomGaussianBlur": {"sigma": (0.5, 1.0)},
    "RandomGrayscale": {},
    "RandomHue": {"factor": 0.8},
    "RandomInvert": {},
    "RandomPerspective": {},
    "RandomPosterization": {"factor": 5},
    "RandomSaturation": {"factor": 0.8},
    "RandomSharpness": {"factor": 1.0},
    "RandomShear": {"x_factor": 0.4},
    "Solarization": {"addition_factor": 0.4},
}
ALWAYS = {"AutoContrast": {}, "ContrastLimitedAdaptiveHistogramEqualization": {}}


@pytest.fixture(autouse=True)
def era():
    kerastorch.set_era("keras3")


def images(*shape: int) -> torch.Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(0)) * 255


@pytest.mark.parametrize(("name", "settings"), MAKERS.items())
def test_changes_images_in_training_only(name, settings):
    x = images(8, 20, 20, 3)
    before = x.clone()
    layer = getattr(layers, name)(seed=1, **settings)
    changed = layer(x, training=True)
    assert changed.shape == x.shape
    assert torch.isfinite(changed).all()
    assert not torch.equal(changed, x)
    assert torch.equal(layer(x, training=False), x)
    assert torch.equal(x, before)


@pytest.mark.parametrize(("name", "settings"), {**MAKERS, **ALWAYS}.items())
def test_a_graph_knows_its_shape_and_a_config_its_layer(name, settings):
    inputs = layers.Input((16, 16, 3))
    model = Model(inputs, getattr(layers, name)(**settings)(inputs))
    assert model.output_shape == (None, 16, 16, 3)
    again = Model.from_config(model.get_config())
    assert again.get_config() == model.get_config()
    x = images(2, 16, 16, 3).numpy()
    if name in MAKERS:
        np.testing.assert_array_equal(model.predict(x, verbose=0), x)


def seeded(name: str) -> list:
    layer = getattr(layers, name)(seed=3, **MAKERS[name])
    return [layer(images(4, 20, 20, 3), training=True) for _ in range(2)]


@pytest.mark.parametrize("name", sorted(set(MAKERS) - {"AugMix"}))  # which chooses by Python's random
def test_a_seed_fixes_what_is_drawn(name):
    (first, second), again = seeded(name), seeded(name)
    assert torch.equal(first, again[0])
    assert torch.equal(second, again[1])
    assert not torch.equal(first, second)


@pytest.mark.parametrize("name", ["RandomShear", "RandomPerspective", "RandomElasticTransform"])
def test_masks_move_with_their_images(name):
    x = torch.randint(0, 4, (3, 20, 20, 1), generator=torch.Generator().manual_seed(0)).float()
    settings = {"interpolation": "nearest", **MAKERS[name]}
    data = {"images": x, "labels": torch.tensor([1, 2, 3]), "segmentation_masks": x.long()}
    found = getattr(layers, name)(seed=2, **settings)(data, training=True)
    assert torch.equal(found["images"].long(), found["segmentation_masks"])
    assert found["labels"].tolist() == [1, 2, 3]


def test_colours_leave_masks_and_boxes_alone():
    boxes = {"boxes": torch.ones(2, 1, 4), "labels": torch.ones(2, 1)}
    data = {"images": images(2, 6, 6, 3), "segmentation_masks": torch.ones(2, 6, 6, 1), "bounding_boxes": boxes}
    found = layers.RandomHue(0.5)(data, training=True)
    assert torch.equal(found["bounding_boxes"]["boxes"], boxes["boxes"])
    assert torch.equal(found["segmentation_masks"], data["segmentation_masks"])
    with pytest.raises(NotImplementedError, match="RandomShear does not move them along"):
        layers.RandomShear(0.2)(data, training=True)


def share(layer: layers.Layer, count: int = 4000) -> float:
    x = torch.full((count, 1, 1, 3), 100.0) * torch.tensor([1.0, 0.5, 0.2])
    changed = layer(x, training=True)
    return float(((changed - x).abs().amax((1, 2, 3)) > 1e-3).float().mean())


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (lambda: layers.RandomGrayscale(0.3, seed=1), 0.3),
        (lambda: layers.RandomInvert((0.4, 0.4), seed=1), 0.4),
        (lambda: layers.RandomInvert(0.6, seed=1), 0.3),  # from 0 to 0.6
        (lambda: layers.RandomErasing((0.25, 0.25), scale=(1.0, 1.0), seed=1), 0.25),
    ],
)
def test_as_many_images_as_asked_for(layer, expected):
    assert abs(share(layer()) - expected) < 0.03


def test_posterization_leaves_so_many_values():
    x = torch.arange(256.0).reshape(1, 16, 16, 1).repeat(300, 1, 1, 1)
    counts = {len(image.unique()) for image in layers.RandomPosterization((2, 5), seed=1)(x, training=True)}
    assert counts == {4, 8, 16}  # 2 to 4 bits: the upper bound is excluded


def test_mixing_is_like_the_beta_distribution():
    weights = torch.cat(
        [layers.MixUp(0.4, seed=i).get_random_transformation(images(500, 1, 1, 3))["mix_weight"] for i in range(4)]
    )
    assert abs(weights.mean() - 0.5) < 0.03
    assert abs(weights.var() - 0.25 / 1.8) < 0.02  # a b / (a + b)^2 (a + b + 1)


def test_cutmix_mixes_labels_by_area():
    x = torch.arange(16.0)[:, None, None, None].expand(16, 20, 20, 1)
    drawn = layers.CutMix(seed=1)
    found = drawn({"images": x, "labels": torch.eye(16)}, training=True)
    own = (found["images"] == x).float().mean((1, 2, 3))
    kept = found["labels"].diagonal()
    moved = found["labels"].argmax(1) != torch.arange(16)
    assert moved.any()
    assert (own - kept).abs().max() < 0.12  # whole pixels
    torch.testing.assert_close(found["labels"].sum(1), torch.ones(16))


def test_rand_augment_and_augmix_stay_in_range():
    x = images(4, 20, 20, 3) / 255
    for layer in (layers.RandAugment((0, 1), num_ops=4, factor=0.9, seed=1), layers.AugMix((0, 1), factor=0.9, seed=1)):
        for _ in range(10):
            found = layer(x, training=True)
            assert found.min() >= -1e-4
            assert found.max() <= 1 + 1e-4


def test_a_model_trains_through_them():
    model = Sequential(
        [
            layers.Input((16, 16, 3)),
            layers.RandAugment(seed=1),
            layers.RandomErasing(),
            layers.AutoContrast(),
            layers.Conv2D(4, 3),
            layers.GlobalAveragePooling2D(),
            layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    x, y = images(16, 16, 16, 3).numpy(), np.arange(16) % 2
    history = model.fit(x, y, batch_size=4, epochs=2, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    np.testing.assert_array_equal(model.predict(x, verbose=0), model.predict(x, verbose=0))


def test_a_pipeline_hands_the_phase_on():
    pipeline = layers.Pipeline([layers.RandomInvert((1.0, 1.0)), layers.Rescaling(1 / 255)])
    x = images(2, 4, 4, 3)
    torch.testing.assert_close(pipeline(x), (255 - x) / 255)
    torch.testing.assert_close(pipeline(x, training=False), x / 255)
    with pytest.raises(TypeError, match="expected layers"):
        layers.Pipeline([lambda x: x])


def test_wrong_settings_are_one_sentence():
    wrong = [
        (lambda: layers.RandomGaussianBlur(kernel_size=4), "kernel_size to be an odd number"),
        (lambda: layers.RandomGrayscale(2), "factor to be from 0 to 1"),
        (lambda: layers.RandomInvert(1.5), "factor to be a number or a pair"),
        (lambda: layers.RandomPosterization(9), "factor to be a number or a pair"),
        (lambda: layers.RandomErasing(fill_value="x"), "fill_value to be a number, three of them, or None"),
        (lambda: layers.RandomPerspective(scale=2), "scale to be from 0 to 1"),
        (lambda: layers.RandomElasticTransform(fill_mode="x"), "fill_mode to be one of"),
        (lambda: layers.MixUp(0), "alpha to be above 0"),
        (lambda: layers.AutoContrast(3), "value_range to be a pair"),
    ]
    for make, message in wrong:
        with pytest.raises(ValueError, match=message):
            make()


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize(("name", "settings"), {**MAKERS, **ALWAYS, "Equalization": {}}.items())
def test_on_cuda(name, settings):
    layer = getattr(layers, name)(**settings)
    assert layer(images(4, 20, 20, 3).cuda(), training=True).device.type == "cuda"
