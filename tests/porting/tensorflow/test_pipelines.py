"""Data sets give TensorFlow's elements in TensorFlow's order: those of ``pipelines.py``."""

import io
import wave
from pathlib import Path

import numpy as np
import pytest
from pipelines import PIPELINES, values

STORE = np.load(Path(__file__).with_name("pipelines.npz"))


@pytest.mark.parametrize("text", PIPELINES)
def test_like_tensorflow(text, tf):
    key = text.replace("/", "\u2215")
    found, cardinality = values(tf, text)
    expected = [STORE[f"{key}|{i}"] for i in range(1000) if f"{key}|{i}" in STORE]
    assert [a.tolist() for a in found] == [a.tolist() for a in expected]
    assert [a.dtype.kind for a in found] == [a.dtype.kind for a in expected]
    assert cardinality == int(STORE[f"{key}|cardinality"])


def test_elements_come_back_from_files(tf, tmp_path):
    rows = {"a": [1, 2], "b": [[1.0, 2.0], [3.0, 4.0]]}, ["x", "yy"]
    tf.data.Dataset.from_tensor_slices(rows).save(str(tmp_path))
    found = tf.data.Dataset.load(str(tmp_path))
    assert len(found) == 2
    for i, (first, second) in enumerate(found.as_numpy_iterator()):
        assert first["a"] == rows[0]["a"][i] and first["b"].tolist() == rows[0]["b"][i]
        assert second == rows[1][i].encode()


def sound(samples, width=2):
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((samples.shape[1], width, 8000, len(samples), "NONE", None))
        file.writeframes(samples.astype(f"<i{width}").tobytes())
    return buffer.getvalue()


SAMPLES = np.array([[1, -2], [300, 32767], [-32768, 5]])


def test_sound_is_read_while_a_data_set_runs(tf, tmp_path):
    for i in range(2):
        (tmp_path / f"{i}.wav").write_bytes(sound(SAMPLES * (i == 0)))

    def read(path):
        return tf.audio.decode_wav(tf.io.read_file(path), desired_channels=1, desired_samples=4)

    paths = sorted(str(path) for path in tmp_path.iterdir())
    ((audio, rate),) = tf.data.Dataset.from_tensor_slices(paths).map(read).batch(2)
    assert rate.numpy().tolist() == [8000, 8000] and rate.dtype == tf.int32
    expected = [[3.0517578125e-05], [0.0091552734375], [-1.0], [0.0]]  # TensorFlow 2.21's
    assert audio.numpy().tolist() == [expected, [[0.0]] * 4] and audio.dtype == tf.float32


@pytest.mark.parametrize(
    "contents, came",
    [
        (b"", "bytes that end too early"),
        (b"RIFF", "bytes that end too early"),
        (b"OggS" * 20, "file does not start with RIFF id"),
        (sound(SAMPLES)[:50], "6"),
        (sound(SAMPLES, width=4), "32 bits"),
        ([sound(SAMPLES)], r"\(1,\)"),
    ],
)
def test_what_is_no_sound(tf, contents, came):
    with pytest.raises(tf.errors.InvalidArgumentError, match=f"^tf.audio.decode_wav: expected .* Received: {came}"):
        tf.audio.decode_wav(contents)


def test_sound_that_cannot_be_written(tf):
    with pytest.raises(tf.errors.InvalidArgumentError, match="expected audio of shape .* Received: shape \\(3,\\)"):
        tf.audio.encode_wav([0.0, 0.1, 0.2], 8000)
    with pytest.raises(tf.errors.InvalidArgumentError, match="expected a positive sample_rate. Received: 0"):
        tf.audio.encode_wav([[0.0]], 0)


def test_boxes_at_random(tf):
    """Means and bounds of boxes (top, left, height, width) are those of TensorFlow 2.21."""
    tf.random.set_seed(1)
    drawn, item = [], np.array([10, 15, 30, 45])
    for _ in range(1000):
        begin, size, corners = tf.image.sample_distorted_bounding_box(
            [40, 60, 3], [[[0.25, 0.25, 0.75, 0.75]]], 0, 0.3, [0.6, 1.5], [0.1, 0.6]
        )
        assert begin.numpy()[2] == 0 and size.numpy()[2] == -1 and corners.shape == (1, 1, 4)
        drawn.append([*begin.numpy()[:2], *size.numpy()[:2]])
        ends = np.array(drawn[-1][:2]) + drawn[-1][2:]
        np.testing.assert_allclose(corners.numpy()[0, 0] * [40, 60, 40, 60], [*drawn[-1][:2], *ends], rtol=1e-5)
        inner = np.minimum(ends, item[2:]) - np.maximum(drawn[-1][:2], item[:2])
        assert inner.min() > 0 and inner.prod() >= 0.3 * 20 * 30
    drawn = np.array(drawn)
    np.testing.assert_allclose(drawn.mean(0), [5.953, 15.485, 27.468, 28.466], atol=1.0)
    assert (drawn.min(0) >= [0, 0, 13, 12]).all() and (drawn.max(0) <= [22, 36, 40, 46]).all()
    one, same = (
        tf.image.stateless_sample_distorted_bounding_box(tf.constant([9, 9, 3], tf.int64), [[[0.0, 0, 1, 1]]], [1, 2])
        for _ in range(2)
    )
    assert one.size.numpy().tolist() == same.size.numpy().tolist() and one.begin.dtype == tf.int64


def test_boxes_without_any_that_fits(tf):
    sample = tf.image.sample_distorted_bounding_box
    for options in ({"min_object_covered": 1.5}, {"area_range": [0.5, 0.2]}):
        begin, size, corners = sample([10, 20, 3], [[[0.0, 0, 1, 1]]], **options)
        assert begin.numpy().tolist() == [0, 0, 0] and size.numpy().tolist() == [10, 20, -1]
        assert corners.numpy().tolist() == [[[0, 0, 1, 1]]]
    with pytest.raises(tf.errors.InvalidArgumentError, match="use_image_if_no_bounding_boxes=True. Received: no boxes"):
        sample([10, 20, 3], tf.zeros((1, 0, 4)))
    whole = sample([10, 20, 3], tf.zeros((1, 0, 4)), min_object_covered=1, use_image_if_no_bounding_boxes=True)
    assert whole.size.numpy().tolist() == [10, 20, -1]
    for options in ({"aspect_ratio_range": [0, 1]}, {"area_range": [0.1, 1.2]}, {"max_attempts": 0}):
        with pytest.raises(tf.errors.InvalidArgumentError, match="sample_distorted_bounding_box: expected "):
            sample([10, 20, 3], [[[0.0, 0, 1, 1]]], **options)
