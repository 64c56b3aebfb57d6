"""Images: interpolation, wrong input, life without pillow, and training on batches of them."""

import sys

import numpy as np
import pytest

import kerastorch as keras
from kerastorch.preprocessing import image
from kerastorch.preprocessing.image.warp import FILL_MODES, affine_transform
from tests.preprocessing import preprocessing_cases

IMAGES = preprocessing_cases.images()


@pytest.mark.parametrize("mode", FILL_MODES)
@pytest.mark.parametrize("order", range(6))
def test_interpolation_is_scipys(mode, order):
    scipy = pytest.importorskip("scipy")
    ndimage = pytest.importorskip("scipy.ndimage")
    rng = np.random.RandomState(order)
    # Keras's numbers are those of scipy up to 1.17, which reads a sum in the place of the first value; 1.18 does not.
    # Long axes do not show it.
    mended = mode == "reflect" and order > 1 and tuple(map(int, scipy.__version__.split(".")[:2])) >= (1, 18)
    for turn in range(40):
        shape = (2, *rng.randint(17 if mended else 1 if turn % 7 == 0 else 2, 33 if mended else 17, 2))
        x = (rng.uniform(0, 255, shape)).astype([np.float32, np.float64, np.uint8, np.int32][turn % 4])
        matrix = np.eye(2) + rng.standard_normal((2, 2)) * rng.choice([0.05, 0.5, 2.0])
        offset = rng.standard_normal(2) * rng.choice([0.1, 5.0, 30.0])
        found = affine_transform(x, matrix, offset, order, mode, 3.5)
        wanted = [ndimage.affine_transform(c, matrix, offset, order=order, mode=mode, cval=3.5) for c in x]
        assert found.dtype == x.dtype
        np.testing.assert_allclose(found, np.stack(wanted), rtol=1e-6, atol=1e-9)


def generator(**arguments):
    return image.ImageDataGenerator(**arguments)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: generator(zoom_range=(1, 2, 3)), ValueError, "zoom_range"),
        (lambda: generator(zoom_range="big"), ValueError, "zoom_range='big'"),
        (lambda: generator(brightness_range=0.5), ValueError, "brightness_range=0.5"),
        (lambda: generator(fill_mode="mirror"), ValueError, "fill_mode='mirror'"),
        (lambda: generator(data_format="last"), ValueError, "data_format"),
        (lambda: generator(validation_split=2), ValueError, "validation_split=2"),
        (lambda: generator().fit(IMAGES[0]), ValueError, r"rank 4. Received: shape \(7, 6, 3\)"),
        (lambda: generator().flow(IMAGES[0]), ValueError, r"rank 4. Received: shape \(7, 6, 3\)"),
        (lambda: generator().flow(IMAGES, [1]), ValueError, r"`y` \(labels\) to have the same length, 4"),
        (lambda: generator().flow(IMAGES, sample_weight=[1]), ValueError, "`sample_weight` to have the same length, 4"),
        (lambda: generator().flow((IMAGES, [[1]])), ValueError, r"the same length. Received: \[4, 1\] samples"),
        (lambda: generator().flow(IMAGES, batch_size=0), ValueError, "batch_size=0"),
        (lambda: generator().flow(IMAGES, subset="test"), ValueError, "subset='test'"),
        (
            lambda: generator(validation_split=0.5).flow(IMAGES, [0, 0, 1, 1], subset="training"),
            ValueError,
            "same classes on both sides",
        ),
        (lambda: generator().flow(IMAGES)[7], ValueError, "index below 1. Received: 7"),
        (lambda: generator().apply_transform(np.ones((2, 2)), {"theta": 3}), ValueError, "rank 3"),
        (lambda: generator(interpolation_order=7).apply_transform(IMAGES[0], {"tx": 3}), ValueError, "order"),
        (lambda: image.random_zoom(IMAGES[0], 0.2), ValueError, "zoom_range=0.2"),
        (lambda: image.random_brightness(IMAGES[0], (1,)), ValueError, r"brightness_range=\(1,\)"),
        (lambda: image.apply_brightness_shift(np.ones((2, 2, 2)), 0.5), ValueError, "1, 3 or 4 channels"),
        (lambda: image.array_to_img(np.ones((2, 2))), ValueError, "rank 3"),
        (lambda: image.array_to_img(np.ones((2, 2, 2))), ValueError, "Received: 2 channels"),
        (lambda: image.array_to_img(IMAGES[0], data_format="no"), ValueError, "data_format"),
        (lambda: image.img_to_array(np.ones(3)), ValueError, "rank 2 or 3"),
        (lambda: image.img_to_array(np.ones((2, 2)), data_format="no"), ValueError, "data_format"),
        (lambda: image.load_img("x.png", color_mode="hsv"), ValueError, "color_mode"),
        (lambda: generator().flow_from_directory("/no/such"), FileNotFoundError, "'/no/such'"),
        (lambda: generator().flow_from_directory(".", class_mode="raw"), ValueError, "class_mode"),
        (lambda: generator().flow_from_directory(".", color_mode="hsv"), ValueError, "color_mode"),
        (lambda: generator().flow_from_directory(".", target_size=3.5), ValueError, "target_size=3.5"),
        (lambda: generator().flow_from_dataframe(None, colour=1), TypeError, "'colour'"),
    ],
)
def test_bad_input(call, error, text):
    with pytest.raises(error, match=text) as raised:
        call()
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"class_mode": "other thing"}, ValueError, "class_mode"),
        ({"class_mode": "multi_output"}, TypeError, "y_col to be a list"),
        ({"x_col": "weight"}, TypeError, "names of files in the column 'weight'"),
        ({"class_mode": "sparse", "y_col": "weight"}, TypeError, "strings in the column 'weight'"),
        ({"class_mode": "binary", "classes": ["a"]}, ValueError, "2 classes with class_mode='binary'. Received: 1"),
        ({"y_col": "weight"}, TypeError, "strings, lists or tuples"),
        ({"weight_col": "class"}, TypeError, "numbers in the column 'class'"),
    ],
)
def test_bad_frames(arguments, error, text):
    pandas = pytest.importorskip("pandas")
    df = pandas.DataFrame({"filename": ["a.png", "b.png"], "class": ["a", "b"], "weight": [1.0, 2.0]})
    with pytest.raises(error, match=text):
        generator().flow_from_dataframe(df, **arguments)


def test_frames_say_what_they_leave_out(tmp_path):
    pandas = pytest.importorskip("pandas")
    df = pandas.DataFrame({"filename": ["a.png", "b.png"], "class": ["a", "b"]})
    with pytest.warns(UserWarning, match=r"2 name\(s\) in the column 'filename' have no picture"):
        flow = generator().flow_from_dataframe(df, tmp_path)
    assert flow.n == 0
    with pytest.warns(DeprecationWarning, match="has_ext has no effect"):
        generator().flow_from_dataframe(df, tmp_path, has_ext=True, validate_filenames=False)
    with pytest.warns(DeprecationWarning, match="class_mode='other' is now 'raw'"):
        generator().flow_from_dataframe(df, tmp_path, class_mode="other", validate_filenames=False)


def test_warnings():
    with pytest.warns(UserWarning, match="zca_whitening=True sets featurewise_center=True"):
        made = generator(zca_whitening=True)
    assert made.featurewise_center
    with pytest.warns(UserWarning, match=r"featurewise_center has no effect before fit\(x\)"):
        generator(featurewise_center=True).standardize(IMAGES[0].copy())
    with pytest.warns(UserWarning, match="expected 1, 3 or 4 channels"):
        generator().flow(np.ones((2, 3, 3, 5)))
    with pytest.warns(UserWarning, match="grayscale=True is now"), pytest.raises(FileNotFoundError):
        image.load_img("/no/such.png", grayscale=True)


def test_without_pillow(monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    for call in (lambda: image.load_img("x.png"), lambda: image.array_to_img(IMAGES[0])):
        with pytest.raises(ImportError, match=r"pip install 'kerastorch\[images\]'"):
            call()
    made = generator(rotation_range=10, brightness_range=(0.5, 1), zoom_range=0.1, channel_shift_range=9)
    assert next(made.flow(IMAGES)).shape == IMAGES.shape


def test_brightness_of_channels_first():
    made, x = generator(data_format="channels_first"), IMAGES[0].transpose(2, 0, 1)
    found = made.apply_transform(x, {"brightness": 0.7})
    np.testing.assert_array_equal(found, image.apply_brightness_shift(IMAGES[0], 0.7).transpose(2, 0, 1))


def test_pictures_with_and_without_alpha(tmp_path):
    pytest.importorskip("PIL")
    x = preprocessing_cases.images(channels=4)[0]
    for name, arguments in (("a.jpg", {}), ("b", {"file_format": "jpg"}), ("c.jpeg", {"file_format": "jpeg"})):
        with pytest.warns(UserWarning, match="no alpha channel"):
            image.save_img(tmp_path / name, x, **arguments)
        assert image.load_img(tmp_path / name).size == (6, 7)
    assert sorted(image.list_pictures(tmp_path)) == [str(tmp_path / "a.jpg"), str(tmp_path / "c.jpeg")]
    assert image.list_pictures(tmp_path, "jpg") == [str(tmp_path / "a.jpg")]
    with pytest.raises(ValueError, match="interpolation"):
        image.load_img(tmp_path / "a.jpg", target_size=(2, 2), interpolation="cubic")
    for interpolation in ("bicubic", "lanczos"):
        assert image.load_img(tmp_path / "a.jpg", target_size=(2, 3), interpolation=interpolation).size == (3, 2)


@pytest.mark.parametrize("how", [{"workers": 0}, {"workers": 2}, {"workers": 1, "use_multiprocessing": True}])
def test_a_model_learns_from_pictures(tmp_path, how, capsys):
    pytest.importorskip("PIL")
    preprocessing_cases.pictures(tmp_path)
    flow = generator(rescale=1 / 255, horizontal_flip=True).flow_from_directory(tmp_path, (8, 8), batch_size=5, seed=1)
    L = keras.layers
    model = keras.models.Sequential(
        [L.Conv2D(2, 3, input_shape=(8, 8, 3)), L.Flatten(), L.Dense(2, activation="softmax")]
    )
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
    history = model.fit_generator(flow, epochs=2, validation_data=flow, verbose=0, **how)
    assert len(history.history["val_acc"]) == 2
    assert model.predict_generator(flow, **how).shape == (12, 2)
    assert "Found 12 images belonging to 2 classes." in capsys.readouterr().out


def test_seeds_give_the_same_batches_to_images_and_masks():
    images, masks = (
        generator(rotation_range=40, horizontal_flip=True),
        generator(rotation_range=40, horizontal_flip=True),
    )
    both = zip(images.flow(IMAGES, batch_size=2, seed=4), masks.flow(IMAGES, batch_size=2, seed=4), strict=True)
    for _ in range(5):
        a, b = next(both)
        np.testing.assert_array_equal(a, b)


def test_an_iterator_needs_its_method():
    with pytest.raises(NotImplementedError, match="_get_batches_of_transformed_samples"):
        next(image.Iterator(3, 2, False, None))


@pytest.mark.parametrize(
    ("size", "expected"),  # as tf_keras 2.21 gives them
    [
        ((3, 3), [[10, 20, 30], [100, 110, 120], [190, 200, 210]]),
        ((2, 6), [[45, 55, 60, 70, 75, 85], [135, 145, 150, 160, 165, 175]]),
        ((4, 2), [[15, 20], [60, 65], [150, 155], [195, 200]]),
    ],
)
def test_a_picture_that_keeps_its_proportions(size, expected, tmp_path):
    from PIL import Image

    path = tmp_path / "picture.png"
    Image.fromarray((5 * np.arange(45, dtype="uint8")).reshape(5, 9)).save(path)
    found = image.load_img(path, color_mode="grayscale", target_size=size, keep_aspect_ratio=True)
    assert np.asarray(found).tolist() == expected
