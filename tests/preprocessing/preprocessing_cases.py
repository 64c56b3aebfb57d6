"""Preprocessing that the real Keras 2.2.4 and kerastorch both do; kept to Python 3.7.

A case gets the package's ``preprocessing`` and a folder, and gives arrays and lists.
"""

import collections
import contextlib
import io
import os
import random

import numpy as np

__all__ = ["CASES", "pictures", "run"]

CASES = collections.OrderedDict()


def case(function):
    CASES[function.__name__] = function
    return function


def images(count=4, height=7, width=6, channels=3, seed=0, dtype="float32"):
    return np.random.RandomState(seed).randint(0, 256, (count, height, width, channels)).astype(dtype)


def pictures(folder):
    """Twelve small PNG files of two classes, some in a folder further down."""
    from PIL import Image

    rng = np.random.RandomState(5)
    for name, count in (("cats", 7), ("dogs", 5)):
        for i in range(count):
            deep = os.path.join(folder, name, "more") if i % 3 == 2 else os.path.join(folder, name)
            if not os.path.isdir(deep):
                os.makedirs(deep)
            kind = (8, 9) if i % 2 else (8, 9, 3)
            Image.fromarray(rng.randint(0, 256, kind).astype("uint8")).save(os.path.join(deep, f"p{i}.png"))
    with open(os.path.join(folder, "cats", "notes.txt"), "w") as f:
        f.write("no picture")


RANDOM = {
    "rotation": {"rotation_range": 40},
    "shift_parts": {"width_shift_range": 0.3, "height_shift_range": 0.2},
    "shift_pixels": {"width_shift_range": 2.0, "height_shift_range": 1.5},
    "shift_int": {"width_shift_range": 3, "height_shift_range": 2},
    "shift_list": {"width_shift_range": [-2, 0, 1], "height_shift_range": [0.1, 0.4]},
    "shear": {"shear_range": 30.0},
    "zoom": {"zoom_range": 0.4},
    "zoom_pair": {"zoom_range": [0.5, 0.7], "fill_mode": "reflect"},
    "flips": {"horizontal_flip": True, "vertical_flip": True},
    "channel_shift": {"channel_shift_range": 60.0},
    "brightness": {"brightness_range": (0.2, 1.8)},
    "constant": {"rotation_range": 90, "fill_mode": "constant", "cval": 7.0},
    "wrap": {"width_shift_range": 0.9, "rotation_range": 10, "fill_mode": "wrap"},
    "reflect": {"height_shift_range": 0.9, "shear_range": 20, "fill_mode": "reflect"},
    "samplewise": {"samplewise_center": True, "samplewise_std_normalization": True, "rescale": 1 / 255.0},
    "function": {"preprocessing_function": lambda x: x[..., ::-1] * 2.0, "rescale": 0.5, "rotation_range": 20},
    "everything": {
        "rotation_range": 30,
        "width_shift_range": 0.2,
        "height_shift_range": 0.2,
        "shear_range": 15,
        "zoom_range": 0.2,
        "channel_shift_range": 20.0,
        "horizontal_flip": True,
        "vertical_flip": True,
        "rescale": 1 / 127.5,
    },
}


def _random(arguments):
    def body(pre, folder):
        generator = pre.image.ImageDataGenerator(**arguments)
        np.random.seed(8)
        found = [generator.random_transform(image) for image in images()]
        found += [generator.standardize(image.copy()) for image in images()[:1]]
        flow = generator.flow(images(5), np.arange(5), batch_size=2, seed=3)
        for _ in range(4):
            found.extend(next(flow))
        return found + [np.random.random()]

    return body


for _name, _arguments in RANDOM.items():
    CASES["random_" + _name] = _random(_arguments)


@case
def channels_first(pre, folder):
    x = images().transpose(0, 3, 1, 2)
    generator = pre.image.ImageDataGenerator(
        rotation_range=30, zoom_range=0.2, horizontal_flip=True, channel_shift_range=9, data_format="channels_first"
    )
    np.random.seed(2)
    return [generator.random_transform(image) for image in x] + [next(generator.flow(x, batch_size=3, seed=1))]


@case
def parameters(pre, folder):
    generator = pre.image.ImageDataGenerator(**RANDOM["everything"])
    drawn = generator.get_random_transform((9, 8, 3), seed=4)
    x = images()[0]
    found = [[key, float(value)] for key, value in sorted(drawn.items()) if value is not None]
    for given in (
        {"theta": 33.0},
        {"tx": 1.5, "ty": -2},
        {"zx": 0.5, "zy": 2, "shear": 10},
        {"flip_horizontal": True, "brightness": 0.4},
        {"channel_shift_intensity": -30.0, "flip_vertical": True},
    ):
        found.append(generator.apply_transform(x, given))
    return found


@case
def fitted(pre, folder):
    found = []
    for arguments in (
        {"featurewise_center": True, "featurewise_std_normalization": True, "rescale": 1 / 255.0},
        {"featurewise_center": True, "zca_whitening": True, "zca_epsilon": 1e-2, "rescale": 1 / 255.0},
    ):
        generator = pre.image.ImageDataGenerator(**arguments)
        generator.fit(images(20, 3, 4))
        found += [generator.mean, generator.standardize(images(1, 3, 4)[0])]
        found += [generator.std] if generator.std is not None else []
    generator = pre.image.ImageDataGenerator(featurewise_center=True, rotation_range=40, horizontal_flip=True)
    generator.fit(images(), augment=True, rounds=2, seed=6)
    return found + [generator.mean]


@case
def flows(pre, folder):
    generator = pre.image.ImageDataGenerator(rotation_range=20, validation_split=0.4)
    x, y = images(10, 4, 5), np.arange(10) % 2
    found = []
    for arguments in (
        {"shuffle": False},
        {"seed": 9},
        {"subset": "training", "seed": 1},
        {"subset": "validation", "shuffle": False},
        {"sample_weight": np.linspace(0, 1, 10), "shuffle": False},
    ):
        np.random.seed(4)
        flow = generator.flow(x, y, batch_size=4, **arguments)
        found += [len(flow), flow.n]
        for _ in range(3):
            found.extend(next(flow))
        flow.reset()
        found.extend(next(flow))
        found.extend(flow[len(flow) - 1])
        flow.on_epoch_end()
        found.append(flow.index_array)
    misc = generator.flow((x, [y, y * 2.0]), y, batch_size=3, shuffle=False)
    (a, b, c), d = next(misc)
    return found + [a, b, c, d, next(generator.flow((x, y), batch_size=3, seed=1))[1]]


@case
def random_functions(pre, folder):
    image = pre.image
    np.random.seed(7)
    x = images()[0]
    found = []
    for axes in ({"row_axis": 0, "col_axis": 1, "channel_axis": 2}, {}):
        found += [
            image.random_rotation(x, 45, **axes),
            image.random_shift(x, 0.4, 0.3, fill_mode="constant", cval=1.0, **axes),
            image.random_shear(x, 20, fill_mode="wrap", **axes),
            image.random_zoom(x, (0.6, 1.5), fill_mode="reflect", **axes),
        ]
    found += [
        image.random_zoom(x, (1, 1)),
        image.random_channel_shift(x, 50.0, channel_axis=2),
        image.random_brightness(x, (0.5, 2.5)),
        image.apply_brightness_shift(x[..., :1] * 3, 1.3),
        image.apply_brightness_shift(np.concatenate([x, x[..., :1]], -1), 0.3),
        image.apply_channel_shift(x, -20),
    ]
    for order in range(6):
        for mode in ("nearest", "constant", "reflect", "wrap"):
            found.append(image.apply_affine_transform(x, theta=25, zx=0.8, tx=2, fill_mode=mode, cval=3, order=order))
    for dtype in ("uint8", "int32", "float64"):
        found.append(image.apply_affine_transform(images(dtype=dtype)[0], shear=20, ty=1.5))
    return found


@case
def image_arrays(pre, folder):
    image = pre.image
    found = []
    for channels in (1, 3, 4):
        x = images(channels=channels)[0]
        for scale in (True, False):
            img = image.array_to_img(x / 3.0, scale=scale)
            found += [img.mode, list(img.size), image.img_to_array(img)]
            found += [image.img_to_array(img, data_format="channels_first", dtype="uint8")]
    high = image.array_to_img(images(channels=1)[0] * 9, scale=False)
    found += [high.mode, image.img_to_array(high)]
    path = os.path.join(folder, "saved.png")
    image.save_img(path, images()[0].transpose(2, 0, 1), data_format="channels_first", scale=False)
    for color_mode in ("rgb", "rgba", "grayscale"):
        found.append(image.img_to_array(image.load_img(path, color_mode=color_mode)))
    return found


@case
def resized(pre, folder):
    image, found = pre.image, []
    path = os.path.join(folder, "saved.png")
    image.save_img(path, images()[0], scale=False)
    for interpolation in ("nearest", "bilinear", "box", "hamming"):
        img = image.load_img(path, target_size=(5, 9), interpolation=interpolation)
        found.append(image.img_to_array(img))
    return found


def _read(flow, count=3):
    found = [flow.samples, len(flow), flow.filenames, [os.path.basename(p) for p in flow.filepaths]]
    for _ in range(count):
        batch = next(flow)
        found.extend(batch if isinstance(batch, tuple) else [batch])
    return found


@case
def directories(pre, folder):
    pictures(folder)
    generator = pre.image.ImageDataGenerator(rescale=0.5, horizontal_flip=True, rotation_range=10)
    found = []
    for arguments in (
        {"target_size": (4, 5)},
        {"target_size": (4, 5), "class_mode": "binary", "color_mode": "grayscale", "shuffle": False},
        {"target_size": (8, 9), "class_mode": "sparse", "classes": ["dogs"], "interpolation": "bilinear"},
        {"target_size": (3, 3), "class_mode": "input", "color_mode": "rgba"},
        {"target_size": (3, 3), "class_mode": None, "classes": ["dogs", "cats"]},
    ):
        flow = generator.flow_from_directory(folder, batch_size=5, seed=2, **arguments)
        found += _read(flow) + [sorted(flow.class_indices.items()), flow.classes, flow.num_classes]
        last = flow[len(flow) - 1]
        found.extend(last if flow.class_mode else [last])
    generator = pre.image.ImageDataGenerator(validation_split=0.3)
    for subset in ("training", "validation"):
        flow = generator.flow_from_directory(folder, (4, 4), subset=subset, shuffle=False, batch_size=3)
        found += _read(flow)
    return found


@case
def saved_batches(pre, folder):
    pictures(folder)
    out = os.path.join(folder, "out")
    os.mkdir(out)
    flow = pre.image.ImageDataGenerator().flow_from_directory(
        folder, (4, 4), classes=["cats"], save_to_dir=out, save_prefix="a", seed=1, batch_size=3
    )
    next(flow)
    pre.image.ImageDataGenerator().flow(images(3), save_to_dir=out, save_format="bmp", seed=1).next()
    names = sorted(os.listdir(out))
    return [names] + [pre.image.img_to_array(pre.image.load_img(os.path.join(out, name))) for name in names]


@case
def frames(pre, folder):
    import pandas

    pictures(folder)
    names = ["cats/p0.png", "dogs/p0.png", "cats/p1.png", "none.png", "dogs/p1.png", "cats/more/p2.png"]
    df = pandas.DataFrame(
        {
            "filename": names,
            "class": ["cat", "dog", "cat", "dog", "dog", "cat"],
            "many": [["cat", "pet"], "dog", ("cat",), ["dog"], ["dog", "pet"], "cat"],
            "weight": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            "a": range(6),
            "b": np.linspace(0, 1, 6),
        }
    )
    generator = pre.image.ImageDataGenerator(vertical_flip=True)
    found = []
    for arguments in (
        {},
        {"class_mode": "binary", "weight_col": "weight"},
        {"class_mode": "sparse", "classes": ["dog"]},
        {"y_col": "many"},
        {"y_col": "many", "classes": ["pet", "cat"]},
        {"class_mode": "raw", "y_col": ["a", "b"]},
        {"class_mode": "raw", "y_col": "b"},
        {"class_mode": "input"},
        {"class_mode": None},
    ):
        flow = generator.flow_from_dataframe(
            df, folder, target_size=(4, 4), batch_size=2, seed=3, color_mode="grayscale", **arguments
        )
        found += _read(flow, 2) + [sorted(getattr(flow, "class_indices", {}).items())]
    flow = generator.flow_from_dataframe(
        df, folder, target_size=(4, 4), class_mode="multi_output", y_col=["a", "b"], shuffle=False
    )
    x, (a, b) = next(flow)
    found += [x, a, b]
    whole = df.assign(filename=[os.path.join(folder, name) for name in names])[:3]
    generator = pre.image.ImageDataGenerator(validation_split=0.4)
    for subset in ("training", "validation"):
        flow = generator.flow_from_dataframe(
            whole, target_size=(3, 3), subset=subset, shuffle=False, validate_filenames=False
        )
        found += [flow.samples] + list(next(flow))
    return found


@case
def padding(pre, folder):
    pad = pre.sequence.pad_sequences
    ragged = [[1], [2, 3, 4], [], [5, 6]]
    found = [pad(ragged), pad(ragged, maxlen=2), pad(ragged, 2, truncating="post"), pad(ragged, padding="post")]
    found += [pad(ragged, 4, "float32", "post", "post", 0.5), pad(np.array([[1, 2], [3, 4]]), 3)]
    found += [pad([np.ones((2, 3)), np.zeros((1, 3)), np.ones((4, 3))], 3, value=-1.0, dtype="float64")]
    return found + [pad([["a"], ["bb", "c"]], dtype=object, value="pad", padding="post").tolist()]


@case
def pairs(pre, folder):
    found = [pre.sequence.make_sampling_table(20), pre.sequence.make_sampling_table(5, 1e-3)]
    words = [1, 4, 0, 3, 2, 2, 5, 1]
    for arguments in (
        {"window_size": 2, "seed": 3},
        {"negative_samples": 0.5, "shuffle": False},
        {"categorical": True, "seed": 1, "negative_samples": 2.0},
        {"window_size": 1},
        {"sampling_table": [0.0, 0.9, 0.5, 0.4, 0.8, 0.1], "window_size": 3},
    ):
        random.seed(12)
        found.extend(pre.sequence.skipgrams(words, 6, **arguments))
    return found + list(pre.sequence._remove_long_seq(3, [[1, 2], [1, 2, 3], [4]], [0, 1, 2]))


@case
def windows(pre, folder):
    series, targets = np.arange(60.0).reshape(30, 2), np.arange(30)
    found = []
    for arguments in (
        {"length": 5},
        {"length": 6, "sampling_rate": 2, "batch_size": 4},
        {"length": 4, "stride": 3, "batch_size": 3, "reverse": True},
        {"length": 3, "start_index": 4, "end_index": 20, "batch_size": 5},
        {"length": 3, "shuffle": True, "batch_size": 4},
        {"length": 0, "batch_size": 30},
    ):
        np.random.seed(1)
        batches = pre.sequence.TimeseriesGenerator(series, targets, **arguments)
        found.append(len(batches))
        for i in range(min(len(batches), 3)):
            found.extend(batches[i])
        found.append(sorted(batches.get_config().items()))
    return found


TEXTS = ["The cat sat on the mat.", "The dog, the DOG sat\ton: a log!", "", "It's a 'quoted' cat/dog \u00c9t\u00e9"]


@case
def words(pre, folder):
    text = pre.text
    found = [text.text_to_word_sequence(t) for t in TEXTS]
    found.append(text.text_to_word_sequence(TEXTS[1], filters="a!", lower=False, split="s"))
    found.append(text.text_to_word_sequence(TEXTS[1], filters=" .,", split="__"))
    found += [text.hashing_trick(t, 9, "md5") for t in TEXTS]
    found.append(text.hashing_trick(TEXTS[0], 5, hash_function=len, filters=""))
    return found


@case
def tokenizers(pre, folder):
    found = []
    for arguments in (
        {},
        {"num_words": 4},
        {"num_words": 4, "oov_token": "<oov>"},
        {"char_level": True, "lower": False},
        {"filters": ".", "split": "t", "oov_token": "?"},
    ):
        tokenizer = pre.text.Tokenizer(**arguments)
        tokenizer.fit_on_texts(TEXTS)
        tokenizer.fit_on_texts([["Listed", "words", "cat"]])
        sequences = tokenizer.texts_to_sequences(TEXTS + ["an unknown cat", ["CAT", "zebra"]])
        found += [sorted(tokenizer.word_index.items()), list(tokenizer.word_counts.items()), sequences]
        found += [sorted(tokenizer.word_docs.items()), sorted(tokenizer.index_docs.items())]
        found += [tokenizer.sequences_to_texts(sequences + [[1, 3, 99]]), tokenizer.document_count]
        found += [tokenizer.texts_to_matrix(TEXTS, mode=mode) for mode in ("binary", "count", "freq", "tfidf")]
    tokenizer = pre.text.Tokenizer(num_words=5)
    tokenizer.fit_on_sequences([[1, 2], [2, 3, 3], [4]])
    return found + [
        tokenizer.sequences_to_matrix([[1, 2, 2, 7], []], mode="tfidf"),
        sorted(tokenizer.index_docs.items()),
    ]


def run(name, preprocessing, folder):
    """What one of CASES gives, and what it prints."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        found = CASES[name](preprocessing, folder)
    return found + [out.getvalue()]
