"""Data sets of folders and series are Keras 3's: those of ``folders.py``."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from folders import FOLDERS, RAGGED, REFUSED, found, written

from kerastorch.porting.tensorflow.data import folders

STORE = json.loads(Path(__file__).with_name("folders.json").read_text())
FUNCTIONS = {
    "audio": folders.audio_dataset_from_directory,
    "image": folders.image_dataset_from_directory,
    "text": folders.text_dataset_from_directory,
    "series": folders.timeseries_dataset_from_array,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return written(tmp_path_factory.mktemp("files"))


@pytest.mark.parametrize("text", FOLDERS)
def test_like_keras(text, tf, folder):
    ours, theirs = found(text, FUNCTIONS, folder), json.loads(json.dumps(STORE["found"][text]))
    assert [part[:2] for part in ours] == [part[:2] for part in theirs]
    if not text.startswith("image"):
        assert [part[2] for part in ours] == [part[2] for part in theirs]
        return
    for (*_, items), (*_, expected) in zip(ours, theirs):
        for (pixels, label), (wanted, wanted_label) in zip(items, expected, strict=True):
            np.testing.assert_allclose(pixels[0], wanted[0], rtol=1e-5, atol=1e-4)
            assert pixels[1] == wanted[1] and label == wanted_label


@pytest.mark.parametrize("text", RAGGED)
def test_rows_like_keras(text, tf, folder):
    ((_, classes, items),) = found(text, FUNCTIONS, folder)
    ((_, wanted_classes, expected),) = STORE["found"][text]
    assert classes == wanted_classes and items == expected


@pytest.mark.parametrize("text", REFUSED)
def test_refused_like_keras(text, tf, folder):
    with pytest.raises(Exception) as error:
        found(text, FUNCTIONS, folder)
    assert type(error.value).__name__ == STORE["refused"][text]


def test_what_is_printed(tf, folder, capsys):
    folders.audio_dataset_from_directory(folder + "/audio", seed=3, validation_split=0.3, subset="both")
    told = "Found 7 files belonging to 2 classes.\nUsing 5 files for training.\nUsing 2 files for validation.\n"
    assert capsys.readouterr().out == told
    folders.audio_dataset_from_directory(folder + "/audio", label_mode=None)
    folders.text_dataset_from_directory(folder + "/texts", verbose=False)
    assert capsys.readouterr().out == "Found 7 files.\n"


@pytest.mark.parametrize("rate, wanted", [(8000, 16000), (8000, 6000), (8000, 11025)])
def test_a_tone_keeps_its_pitch(tf, rate, wanted):
    """Keras leaves other rates to tensorflow_io; a tone far below both rates tells what has to come out."""

    def tone(samples, every):
        return np.sin(np.arange(samples) * 2 * math.pi * 440 / every)[:, None].astype("float32") * [[1.0, -0.5]]

    import torch

    sound = folders._resampled(torch.tensor(tone(4000, rate), dtype=torch.float32), rate, wanted)
    assert sound.shape == (math.ceil(4000 * wanted / rate), 2)
    np.testing.assert_allclose(sound[50:-50].numpy(), tone(len(sound), wanted)[50:-50], atol=4e-3)


def test_sounds_at_another_rate(tf, folder):
    made = folders.audio_dataset_from_directory(folder + "/audio", shuffle=False, sampling_rate=16000, verbose=False)
    ((sounds, _),) = made
    assert sounds.shape == (7, 14, 1)
    same = folders.audio_dataset_from_directory(folder + "/audio", shuffle=False, sampling_rate=8000, verbose=False)
    plain = folders.audio_dataset_from_directory(folder + "/audio", shuffle=False, verbose=False)
    assert next(iter(same))[0].numpy().tolist() == next(iter(plain))[0].numpy().tolist()
