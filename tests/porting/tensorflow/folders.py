"""Data sets of folders and series that are compared with Keras 3's, one a line; ``F`` is a folder with files."""

import wave
from pathlib import Path

import numpy as np

FOLDERS = """
audio(F + "/audio", shuffle=False)
audio(F + "/audio", shuffle=False, batch_size=3, label_mode="categorical")
audio(F + "/audio", shuffle=False, batch_size=3, label_mode="binary", output_sequence_length=4)
audio(F + "/audio", shuffle=False, batch_size=None)
audio(F + "/audio", shuffle=False, batch_size=None, label_mode=None)
audio(F + "/audio", shuffle=False, batch_size=3, labels=None)
audio(F + "/audio", shuffle=False, batch_size=4, labels=[3, 1, 2, 0, 1, 1, 3])
audio(F + "/audio", shuffle=False, batch_size=4, labels=[3, 1, 2, 0, 1, 1, 3], label_mode="categorical")
audio(F + "/audio", seed=3, batch_size=4, class_names=["dog", "cat"])
audio(F + "/audio", seed=3, batch_size=4, class_names=["dog"], follow_links=True)
audio(F + "/audio", seed=3, validation_split=0.3, subset="training")
audio(F + "/audio", seed=3, validation_split=0.3, subset="validation")
audio(F + "/audio", seed=3, validation_split=0.3, subset="both", verbose=False)
text(F + "/texts", batch_size=2, seed=1)
text(F + "/texts", batch_size=None, max_length=3, label_mode="binary", verbose=False, seed=1)
text(F + "/texts", labels=None, shuffle=False)
series(np.arange(20.0).reshape(10, 2), np.arange(10), 3, batch_size=4)
series(np.arange(20.0).reshape(10, 2), None, 3, batch_size=None)
series(np.arange(20.0).reshape(10, 2), None, 3, batch_size=4, shuffle=True, seed=2)
image(F + "/images", image_size=(2, 3), shuffle=False)
image(F + "/images", image_size=(2, 3), shuffle=False, pad_to_aspect_ratio=True)
image(F + "/images", image_size=(6, 2), shuffle=False, crop_to_aspect_ratio=True, data_format="channels_first")
image(F + "/images", image_size=3, seed=5, batch_size=None, interpolation="NEAREST")
""".strip().splitlines()

RAGGED = """
audio(F + "/audio", shuffle=False, batch_size=3, ragged=True)
audio(F + "/audio", shuffle=False, batch_size=None, ragged=True)
audio(F + "/audio", shuffle=False, batch_size=4, ragged=True, label_mode=None)
""".strip().splitlines()

REFUSED = """
audio(F + "/audio", labels=[3, 1])
audio(F + "/audio", class_names=["dog", "cow"])
audio(F + "/audio", validation_split=0.3, subset="both")
audio(F + "/audio", seed=1, validation_split=0.3)
audio(F + "/audio", seed=1, subset="both")
audio(F + "/audio", seed=1, validation_split=1.3, subset="both")
audio(F + "/audio", seed=1, validation_split=0.3, subset="some")
audio(F + "/audio", sampling_rate=1.5)
audio(F + "/audio", sampling_rate=0)
audio(F + "/audio", ragged=True, output_sequence_length=4)
audio(F + "/audio", label_mode="some")
audio(F + "/audio", label_mode="binary", labels=[0, 1, 2, 0, 1, 2, 0])
audio(F + "/audio", labels="some")
audio(F + "/audio", labels=None, class_names=["cat", "dog"])
audio(F + "/audio", labels=[0] * 7, class_names=["cat", "dog"])
audio(F + "/texts")
audio(F + "/nowhere")
image(F + "/images", format="other")
image(F + "/images", image_size=(1, 2, 3))
image(F + "/images", crop_to_aspect_ratio=True, pad_to_aspect_ratio=True)
text(F + "/texts", format="other")
""".strip().splitlines()


def written(folder):
    """A folder with sounds, texts and pictures, seven or six of each in two classes."""
    folder = Path(folder)
    for name, count in (("cat", 3), ("dog", 4)):
        (folder / "audio" / name).mkdir(parents=True)
        for i in range(count):
            samples = ((np.arange(3 + i + (name == "dog")) + 7 * i + 3) * 7919) % 60000 - 30000
            with wave.open(str(folder / "audio" / name / f"{i}.wav"), "wb") as file:
                file.setparams((1, 2, 8000, len(samples), "NONE", None))
                file.writeframes(samples.astype("<i2").tobytes())
    (folder / "audio" / "cat" / "notes.txt").write_text("no sound")
    for name in "ab":
        (folder / "texts" / name).mkdir(parents=True)
        (folder / "images" / name).mkdir(parents=True)
        for i in range(3):
            (folder / "texts" / name / f"{i}.txt").write_text(f"{name}{i} words")
            pixels = (np.arange((4 + i) * 5 * 3).reshape(4 + i, 5, 3) * (37 + i)) % 256
            (folder / "images" / name / f"{i}.bmp").write_bytes(bitmap(pixels))
    return str(folder)


def bitmap(pixels):
    """Pixels as the bytes of a BMP file, so that nothing depends on how an encoder works."""
    height, width, _ = pixels.shape
    rows = b"".join(row[:, ::-1].astype("u1").tobytes().ljust(-(-width * 3 // 4) * 4, b"\0") for row in pixels[::-1])
    numbers = np.array([54 + len(rows), 0, 54, 40, width, height], "<u4").tobytes()
    return b"BM" + numbers + np.array([1, 24], "<u2").tobytes() + np.zeros(6, "<u4").tobytes() + rows


def found(make, functions, folder):
    """What a line gives: for each data set what is printed of it, its classes and its elements."""
    made = eval(make, {**functions, "F": folder, "np": np})
    parts = made if isinstance(made, (tuple, list)) else [made]
    return [[repr(part), getattr(part, "class_names", None), [plain(item) for item in part]] for part in parts]


def plain(item):
    """An element as nested lists."""
    if isinstance(item, tuple):
        return [plain(part) for part in item]
    if hasattr(item, "to_list"):
        return item.to_list()
    array = np.asarray(item.numpy())
    array = array.astype("U") if array.dtype.kind in "OS" else array
    return [array.tolist(), array.dtype.name if array.dtype.kind != "U" else "string"]
