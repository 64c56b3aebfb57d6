"""Data sets give TensorFlow's elements in TensorFlow's order: those of ``pipelines.py``."""

import io
import json
import re
import wave
from pathlib import Path

import numpy as np
import pytest
from pipelines import PIPELINES, REFUSED, SPECS, names, refusal, values

from kerastorch.backend import seeds

STORE = np.load(Path(__file__).with_name("pipelines.npz"))
TOLD = json.loads(Path(__file__).with_name("pipelines.json").read_text())


@pytest.fixture(autouse=True)
def without_a_seed():
    """Lines that set the process's seed come last where TensorFlow's values are recorded."""
    seeds.set_seed(None)
    yield
    seeds.set_seed(None)


@pytest.mark.parametrize("text", PIPELINES)
def test_like_tensorflow(text, tf):
    key = text.replace("/", "\u2215")
    found, cardinality = values(tf, text)
    expected = [STORE[f"{key}|{i}"] for i in range(1000) if f"{key}|{i}" in STORE]
    assert [a.tolist() for a in found] == [a.tolist() for a in expected]
    assert [a.dtype.kind for a in found] == [a.dtype.kind for a in expected]
    assert cardinality == int(STORE[f"{key}|cardinality"])


@pytest.mark.parametrize("text", SPECS)
def test_printed_like_tensorflow(text, tf):
    found = repr(eval(text, names(tf)))
    if "OrderedDict({" in found:  # so Python prints it from 3.12 on
        found = re.sub(r"('\w+'): (\w+\(.*?name=None\))", r"(\1, \2)", found)
        found = found.replace("OrderedDict({", "OrderedDict([").replace("})", "])")
    assert found == TOLD["printed"][text]


@pytest.mark.parametrize("text", REFUSED)
def test_refused_like_tensorflow(text, tf):
    error = refusal(tf, text)
    assert type(error).__name__ == TOLD["refused"][text], error


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


def test_descriptions_use_nothing_up(tf):
    """Asking for a description, or printing, leaves generators, random numbers and orders as they are."""
    given = iter([1, 2, 3])
    shared = tf.data.Dataset.from_generator(lambda: given, output_signature=tf.TensorSpec((), tf.int32))
    assert "_BatchDataset" in repr(shared.map(lambda x: x + 1).batch(2))
    assert [int(x) for x in shared] == [1, 2, 3]

    def drawn(told):
        tf.random.set_seed(3)
        np.random.seed(3)
        noise = tf.data.Dataset.range(6).shuffle(6, seed=1).map(lambda x: (x, tf.random.uniform(()), np.random.rand()))
        noise = noise.batch(2)
        if told:
            repr(noise.map(lambda x, y, z: (x, y * z)))
        return [[leaf.tolist() for leaf in item] for item in noise.as_numpy_iterator()]

    assert drawn(True) == drawn(False)


def test_few_elements_are_made_for_a_description(tf):
    made = []

    def read(x):
        made.append(int(x))
        return tf.fill((2, 3), x)

    described = tf.data.Dataset.range(100).map(read).batch(50).map(lambda x: x * 2)
    assert described.element_spec == tf.TensorSpec((None, 2, 3), tf.int64) and len(made) < 8
    assert described.element_spec is described.element_spec and len(made) < 8
    whole = tf.data.Dataset.range(100).map(read).batch(50, drop_remainder=True).map(lambda x: x * 2)
    assert whole.element_spec == tf.TensorSpec((50, 2, 3), tf.int64) and len(made) < 16


def test_a_function_that_fails_is_named_without_a_description(tf):
    made = tf.data.Dataset.range(3).map(lambda x: undefined)  # noqa: F821
    assert repr(made) == "<_MapDataset>"
    with pytest.raises(NameError):
        made.element_spec  # noqa: B018


def test_rejected_classes(tf):
    """Shares of classes come near those asked for, known or not, as in TensorFlow 2.21."""
    numbers = tf.data.Dataset.range(4000).map(lambda x: x % 10)

    def kind(x):
        return tf.cast(x == 0, tf.int32)

    for known in ([0.9, 0.1], None):
        found = [int(label) for label, _ in numbers.rejection_resample(kind, [0.5, 0.5], known, seed=1).take(400)]
        assert 0.4 < np.mean(found) < 0.6
    kept = [int(x) for _, x in numbers.rejection_resample(kind, [0.0, 1.0], [0.9, 0.1]).take(20)]
    assert kept == [0] * 20


def test_snapshots_are_read_again(tf, tmp_path):
    calls = []

    def counted(x):
        calls.append(int(x))
        return {"x": x, "s": tf.strings.as_string(x)}

    for _ in range(2):
        before = len(calls)
        made = tf.data.Dataset.range(3).map(counted).snapshot(str(tmp_path))
        assert [(int(i["x"]), i["s"]) for i in made.as_numpy_iterator()] == [(0, b"0"), (1, b"1"), (2, b"2")]
    assert before == len(calls)
    with pytest.raises(NotImplementedError, match="reader_func.*shuffle what snapshot"):
        tf.data.Dataset.range(3).snapshot(str(tmp_path), reader_func=lambda parts: parts)


def test_what_load_tells(tf, tmp_path):
    tf.data.Dataset.range(5).batch(2).map(lambda x: (x, {"s": tf.strings.as_string(x)})).save(str(tmp_path))
    assert repr(tf.data.Dataset.load(str(tmp_path))) == (
        "<_LoadDataset element_spec=(TensorSpec(shape=(None,), dtype=tf.int64, name=None), "
        "{'s': TensorSpec(shape=(None,), dtype=tf.string, name=None)})>"
    )


def test_odds_of_iterators_and_options(tf):
    step = iter(tf.data.Dataset.range(1))
    first, second = step.get_next_as_optional(), step.get_next_as_optional()
    assert bool(first.has_value()) and int(first.get_value()) == 0 and not bool(second.has_value())
    with pytest.raises(tf.errors.InvalidArgumentError, match="Optional.get_value: expected an element. Received: none"):
        second.get_value()
    options = tf.data.Options()
    options.deterministic = False
    options.autotune.enabled = True
    assert options.experimental_slack is None
    assert tf.data.Dataset.range(1).with_options(options).options().deterministic is False
    with pytest.raises(AttributeError, match="tf.data.experimental.table_from_dataset is not among"):
        tf.data.experimental.table_from_dataset  # noqa: B018
