"""Layers of images: what they draw, when they act, what they take. Their numbers: tests/test_golden_later.py."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from kerastorch import eras, layers
from kerastorch.models import Model, Sequential

ERAS = ("tf.keras", "keras3")
RANDOM = {
    "RandomFlip": {},
    "RandomRotation": {"factor": 0.3},
    "RandomTranslation": {"height_factor": 0.3, "width_factor": 0.2},
    "RandomZoom": {"height_factor": 0.3},
    "RandomCrop": {"height": 4, "width": 5},
    "RandomContrast": {"factor": 0.5},
    "RandomBrightness": {"factor": 0.5},
    "RandomHeight": {"factor": 0.5},
    "RandomWidth": {"factor": 0.5},
}
SAME_SIZE = [name for name in RANDOM if name not in ("RandomCrop", "RandomHeight", "RandomWidth")]


def images(*shape, seed=0):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed)) * 255


def make(name, **kwargs):
    return getattr(layers, name)(**RANDOM[name], **kwargs)


@pytest.fixture(params=ERAS)
def era(request):
    eras.set_era(request.param)
    return request.param


@pytest.mark.parametrize("name", RANDOM)
def test_a_seed_fixes_what_is_drawn(name, era):
    x = images(8, 6, 7, 3)
    one, other, third = (make(name, seed=seed) for seed in (5, 5, 6))
    first = one(x)
    torch.testing.assert_close(first, other(x), rtol=0, atol=0)
    runs = [layer(x) for layer in (one, third) for _ in range(3)]
    assert any(run.shape != first.shape or not torch.equal(run, first) for run in runs)
    before = torch.get_rng_state()
    one(x)
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("name", SAME_SIZE)
def test_nothing_happens_in_inference(name, era):
    x, layer = images(4, 6, 7, 3), make(name)
    torch.testing.assert_close(layer(x, training=False), x, rtol=0, atol=0)
    model = Sequential([layers.Input((6, 7, 3)), layer])
    np.testing.assert_array_equal(model.predict(x.numpy()), x.numpy())
    layer.eval()
    torch.testing.assert_close(layer(x), x, rtol=0, atol=0)
    layer.train()
    assert not torch.equal(layer(x), x)


@pytest.mark.parametrize("name", SAME_SIZE)
def test_a_call_by_itself_counts_as_training(name):
    x = images(8, 6, 7, 3)
    assert not torch.equal(make(name)(x), x)
    assert not torch.equal(Sequential([layers.Input((6, 7, 3)), make(name)])(x), x)


@pytest.mark.parametrize("name", RANDOM)
def test_one_image_is_a_batch_of_one(name, era):
    x = images(6, 7, 3)
    single, batch = make(name, seed=1)(x), make(name, seed=1)(x.unsqueeze(0))
    torch.testing.assert_close(single, batch.squeeze(0))
    with pytest.raises(ValueError, match="images of 3 or 4 dimensions"):
        make(name)(torch.ones(3, 3))


@pytest.mark.parametrize("name", RANDOM)
def test_images_of_bytes_become_floats(name, era):
    assert make(name)(images(2, 6, 7, 3).to(torch.uint8)).dtype == torch.float32


def test_each_image_is_flipped_by_its_own_coin(era):
    x = images(4000, 2, 3, 1)
    out = layers.RandomFlip("horizontal", seed=1)(x)
    flipped = (out == x.flip(2)).flatten(1).all(1)
    assert ((out == x).flatten(1).all(1) ^ flipped).all()
    assert abs(flipped.float().mean() - 0.5) < 0.03


def test_two_coins_or_one_decide_of_both_directions(era):
    x = images(4000, 2, 3, 1)
    out = layers.RandomFlip(seed=1)(x)
    shares = [(out == turned).flatten(1).all(1).float().mean().item() for turned in (x, x.flip(2), x.flip(1))]
    expected = [0.25, 0.25, 0.25] if era == "tf.keras" else [0.5, 0, 0]
    np.testing.assert_allclose(shares, expected, atol=0.03)


def drawn(layer, x, key, n=400):
    return torch.cat([layer.get_random_transformation(x)[key].flatten() for _ in range(n)])


@pytest.mark.parametrize(
    ("layer", "key", "low", "high"),
    [
        (lambda: layers.RandomZoom((-0.2, 0.6)), "height_zoom", 0.8, 1.6),
        (lambda: layers.RandomZoom(0.3, (-0.1, 0.5)), "width_zoom", 0.9, 1.5),
        (lambda: layers.RandomBrightness((-0.2, 0.4), value_range=(0, 10)), "rgb_delta", -2, 4),
        (lambda: layers.RandomContrast((0.2, 0.7)), "contrast_factor", 0.8, 1.7),
        (lambda: layers.RandomTranslation((0.1, 0.4), (0.1, 0.4)), "translations", 1, 4),
    ],
)
def test_numbers_are_drawn_uniformly_from_their_span(layer, key, low, high, era):
    found = drawn(layer(), images(8, 10, 10, 1), key)
    assert low <= found.min() < low + 0.05 * (high - low)
    assert high - 0.05 * (high - low) < found.max() <= high
    assert abs(found.mean() - (low + high) / 2) < 0.06 * (high - low)
    assert abs(found.std() - (high - low) / 12**0.5) < 0.03 * (high - low)


def test_angles_fill_their_span():
    found = layers.RandomRotation((-0.1, 0.2), seed=1).get_random_transformation(images(5000, 2, 2, 1))
    angles = torch.atan2(found["rotation_matrix"][:, 3], found["rotation_matrix"][:, 0]) / (2 * torch.pi)
    assert -0.1 <= angles.min() < -0.09
    assert 0.19 < angles.max() <= 0.2
    assert abs(angles.mean() - 0.05) < 0.01


def test_a_crop_is_a_window_anywhere():
    x = torch.arange(30.0).reshape(1, 5, 6, 1).expand(2, 5, 6, 1)
    layer, starts = layers.RandomCrop(4, 3, seed=3), set()
    for _ in range(80):
        out = layer(x)
        top, left = divmod(int(out[0, 0, 0, 0]), 6)
        starts.add((top, left))
        torch.testing.assert_close(out, x[:, top : top + 4, left : left + 3])
    assert starts == {(top, left) for top in range(2) for left in range(4)}


def test_contrast_of_a_batch_has_one_factor_in_tf_keras():
    x = images(5, 4, 4, 2) / 4 + 90
    for name, count in (("tf.keras", 1), ("keras3", 5)):
        eras.set_era(name)
        out = layers.RandomContrast(0.4, seed=1)(x)
        mean = x.mean((1, 2), keepdim=True)
        factors = ((out - mean) / (x - mean)).flatten(1)
        torch.testing.assert_close(factors, factors[:, :1].expand_as(factors), rtol=1e-3, atol=1e-3)
        assert len(factors[:, 0].round(decimals=2).unique()) == count


def test_values_stay_in_their_range(era):
    x = images(6, 4, 4, 2)
    for layer in (layers.RandomContrast((0.0, 1.0), seed=1), layers.RandomBrightness(1.0, seed=1)):
        out = layer(x)
        assert out.min() >= 0
        assert out.max() <= 255


def test_a_quarter_turn_is_a_quarter_turn(era):
    x = images(1, 5, 5, 2)
    torch.testing.assert_close(layers.RandomRotation((0.25, 0.25))(x), torch.rot90(x, 1, (1, 2)), rtol=1e-3, atol=1e-2)


def test_a_shift_by_whole_pixels_is_one(era):
    x = images(1, 4, 5, 2)
    moved = layers.RandomTranslation((0.25, 0.25), (-0.4, -0.4), fill_mode="constant", fill_value=7.0)(x)
    expected = torch.full_like(x, 7.0)
    expected[:, 1:, :3] = x[:, :3, 2:]
    torch.testing.assert_close(moved, expected, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("name", ["RandomRotation", "RandomZoom", "RandomFlip", "RandomCrop"])
def test_masks_move_with_their_images(name, era):
    x = torch.randint(0, 4, (3, 6, 8, 1)).float()
    data = {"images": x, "labels": torch.tensor([1, 2, 3]), "segmentation_masks": x.long()}
    settings = {"fill_mode": "nearest", "interpolation": "nearest"} if name in ("RandomRotation", "RandomZoom") else {}
    out = make(name, seed=2, **settings)(data)
    assert torch.equal(out["images"].long(), out["segmentation_masks"])
    assert out["labels"].tolist() == [1, 2, 3]
    assert out["segmentation_masks"].dtype == torch.int64


def test_colours_leave_masks_alone():
    data = {"images": images(3, 4, 4, 3), "segmentation_masks": torch.randint(0, 4, (3, 4, 4, 1))}
    out = layers.RandomBrightness(0.5)(data)
    assert torch.equal(out["segmentation_masks"], data["segmentation_masks"])
    with pytest.raises(NotImplementedError, match="bounding_boxes"):
        layers.RandomFlip()({"images": images(3, 4, 4, 3), "bounding_boxes": {}})


def test_a_model_trains_through_augmentation():
    model = Sequential(
        [
            layers.Rescaling(1 / 255, input_shape=(8, 8, 3)),
            layers.RandomFlip("horizontal"),
            layers.RandomRotation(0.1),
            layers.RandomZoom(0.1),
            layers.Conv2D(4, 3, activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    x, y = images(16, 8, 8, 3).numpy(), np.arange(16) % 2
    history = model.fit(x, y, epochs=2, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    np.testing.assert_array_equal(model.predict(x), model.predict(x))


def test_a_random_size_is_unknown_in_a_graph():
    x = layers.Input((8, 6, 3))
    assert layers.RandomHeight(0.2)(x).shape == (None, None, 6, 3)
    assert layers.RandomWidth(0.2)(x).shape == (None, 8, None, 3)
    heights = {layers.RandomHeight((-0.5, 0.5))(images(1, 8, 6, 3)).shape[1] for _ in range(60)}
    assert min(heights) >= 4
    assert max(heights) <= 12
    assert len(heights) > 4


def test_a_config_makes_the_model_again(era):
    x = layers.Input((8, 8, 3))
    y = x
    for name in SAME_SIZE:
        y = make(name, seed=3)(y)
    model = Model(x, layers.Resizing(4, 4)(layers.CenterCrop(6, 6)(y)))
    again = Model.from_config(model.get_config())
    assert again.get_config() == model.get_config()


def test_wrong_settings_are_one_sentence():
    with pytest.raises(ValueError, match=r"RandomRotation: expected fill_mode to be one of .* Received: fill_mode='x'"):
        layers.RandomRotation(0.1, fill_mode="x")
    with pytest.raises(ValueError, match="RandomZoom: expected height_factor to be a number or a pair"):
        layers.RandomZoom(3)
    with pytest.raises(ValueError, match="lower bound of factor not to be above"):
        layers.RandomBrightness((0.2, 0.4)) and layers.RandomHeight((0.4, 0.2))
    with pytest.raises(ValueError, match="mode to be one of"):
        layers.RandomFlip("sideways")
    with pytest.raises(ValueError, match="value_range to be a pair"):
        layers.RandomBrightness(0.1, value_range=3)
    with pytest.raises(ValueError, match="both True"):
        layers.Resizing(2, 2, crop_to_aspect_ratio=True, pad_to_aspect_ratio=True)
    with pytest.raises(TypeError, match="scale to be a number"):
        layers.Rescaling("a")


def test_a_dtype_is_what_comes_out(era):
    assert layers.Rescaling(2, dtype="float16")(torch.ones(2)).dtype == torch.float16
    assert layers.Resizing(2, 2, dtype="mixed_float16")(images(1, 3, 3, 1)).dtype in (torch.float16, torch.float32)
    assert layers.RandomFlip(dtype="float16")(images(1, 3, 3, 1)).dtype == torch.float16


def test_warping_is_differentiable():
    x = images(1, 4, 4, 1).requires_grad_()
    layers.RandomRotation(0.2, fill_mode="nearest")(x).sum().backward()
    assert abs(x.grad.sum() - 16) < 1e-3


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("name", RANDOM)
def test_on_cuda(name, era):
    x = images(4, 6, 7, 3)
    layer = make(name, seed=1)
    assert layer(x.cuda()).device.type == "cuda"
    given = layer.get_random_transformation(x)
    moved = {k: v.cuda() if torch.is_tensor(v) else v for k, v in given.items()}
    if "start" in given and torch.is_tensor(given["start"][0]):
        moved["start"] = tuple(v.cuda() for v in given["start"])
    torch.testing.assert_close(
        layer.transform_images(x.cuda(), moved).cpu(), layer.transform_images(x, given), rtol=1e-3, atol=1e-2
    )


@pytest.mark.parametrize("era", ["tf.keras", "keras3"])
@pytest.mark.parametrize("dtype", ["int32", "uint8", "int64"])
@pytest.mark.parametrize("scale", [0.5, [0.5, 0.5]])
def test_rescaling_in_whole_numbers_cuts_its_factors_off(era, dtype, scale):
    """As tf_keras 2.21 and Keras 3.15 give it: 0.5 is 0 there."""
    eras.set_era(era)
    found = layers.Rescaling(scale, 1, dtype=dtype)(np.array([[1.5, 2.0], [3.0, 4.0]], "float32"))
    assert str(found.dtype).endswith(dtype) and found.tolist() == [[1, 1], [1, 1]]
