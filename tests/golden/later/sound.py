"""Spectrograms of signals."""

import numpy as np

from ..cases.kit import normal
from .kit import Area, plain_config

area = Area("sound", tolerance=1e-4, eras=("keras3",))

SIGNAL, FIRST = normal(2, 200, 2), "channels_first"


def stft(name, data=SIGNAL, **kwargs):
    area.layer(f"stftspectrogram/{name}", lambda k: k.layers.STFTSpectrogram(**kwargs), data)


stft("default", normal(2, 600, 1))
for mode in ("log", "magnitude", "psd", "real", "imag", "stft"):
    stft(mode, mode=mode, frame_length=20, frame_step=7)
stft("same", mode="magnitude", frame_length=16, padding="same", window="hamming", scaling="spectrum")
stft("image", mode="psd", frame_length=16, expand_dims=True, periodic=True, fft_length=64)
stft("image_of_both", mode="stft", frame_length=16, expand_dims=True, scaling=None, window=None)
stft("first", normal(2, 2, 90), mode="real", frame_length=16, data_format=FIRST)
stft("first_image", normal(2, 2, 90), mode="stft", frame_length=16, data_format=FIRST, expand_dims=True)
stft("own_window", mode="imag", frame_length=4, window=[0.5, 1.0, 1.0, 0.5])
stft("blackman", mode="real", frame_length=32, window="blackman")


@area.run("stftspectrogram/fresh")
def _(k, t):
    """The kernels that a layer begins with, and angles, which are too sharp for drawn kernels."""
    made = k.layers.STFTSpectrogram("angle", frame_length=20)
    x = t.tensor(t.rng.standard_normal((2, 100, 1)))
    output = t.value(made(x))
    return {"kernels": [np.asarray(w) for w in made.get_weights()], "cos": np.cos(output), "sin": np.sin(output)}


def mel(name, data, **kwargs):
    def body(k, t):
        made = k.layers.MelSpectrogram(**kwargs)
        x = data(t.rng)
        again = type(made).from_config(made.get_config())
        return {
            "output": t.value(made(t.tensor(x))),
            "shape": list(made.compute_output_shape(x.shape)),
            "config": plain_config(made),
            "config_again": plain_config(again) == plain_config(made),
        }

    area.add(f"melspectrogram/{name}", body)


mel("default", normal(2, 9000))
mel("small", normal(2, 700), fft_length=128, sequence_stride=50, num_mel_bins=12, sampling_rate=8000)
mel(
    "frames", normal(2, 700), fft_length=128, sequence_stride=64, sequence_length=100, num_mel_bins=10, window="hamming"
)
mel("power", normal(3, 500), fft_length=64, sequence_stride=32, num_mel_bins=8, power_to_db=False, mag_exp=1.0)
mel("range", normal(3, 500), fft_length=64, num_mel_bins=8, min_freq=500.0, max_freq=3000.0, top_db=20.0, ref_power=2.0)
mel("single", normal(400), fft_length=64, sequence_stride=32, num_mel_bins=8, window=None, min_power=1e-3)


@area.run("melspectrogram/matrix")
def _(k, t):
    made = k.layers.MelSpectrogram()
    return {
        "default": t.value(made.linear_to_mel_weight_matrix()),
        "other": t.value(made.linear_to_mel_weight_matrix(10, 33, 16000, 20.0, 7000.0)),
    }
