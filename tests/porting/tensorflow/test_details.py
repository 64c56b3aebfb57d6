"""Types, shapes and kinds of what functions of ``tf`` give are TensorFlow's: those of ``details.py``."""

import json
from pathlib import Path

import pytest
import torch
from details import FAMILIES, described

import kerastorch

TOLD = json.loads(Path(__file__).with_name("details.json").read_text())


@pytest.mark.parametrize("family", FAMILIES)
def test_like_tensorflow(family, tf):
    if family == "variables":  # Keras 3's, where an initializer needs a shape beside it
        kerastorch.set_era("keras3")
    wrong = []
    for text in FAMILIES[family]:
        found, expected = json.loads(json.dumps(described(tf, text))), TOLD[text]
        if found != expected:
            wrong.append(f"{text}\n    found    {found}\n    expected {expected}")
    assert not wrong, "\n".join([f"{len(wrong)} of {len(FAMILIES[family])}", *wrong])


def test_modules_that_import_torch_are_told_torch_s_types(tf):
    x = tf.ones((1, 2))
    assert x.dtype is torch.float32 and (x + 1).dtype is torch.float32
    assert torch.zeros(2, dtype=x.dtype).dtype is torch.float32
    assert torch.nn.Linear(2, 3)(x).shape == (1, 3)
    names = {"x": x}
    exec("told = x.dtype", names)
    assert names["told"] is tf.float32 and names["told"] == x.dtype and hash(names["told"]) == hash(x.dtype)


def test_one_sentence_for_what_does_not_fit(tf):
    rows = tf.ragged.constant([[1, 2], [3]])
    with pytest.raises(TypeError, match=r"tf.constant: expected values of type int32. Received: \[1.5\]"):
        tf.constant([1.5], tf.int32)
    with pytest.raises(ValueError, match="expected numbers of one kind, the first one's. Received"):
        tf.constant([True, 1])
    with pytest.raises(tf.errors.InvalidArgumentError, match="rows of the same lengths. Received"):
        rows + rows[:, :1]
    with pytest.raises(ValueError, match="expected a slice for an axis of different lengths. Received: 0"):
        rows[:, 0]
    with pytest.raises(tf.errors.InvalidArgumentError, match="expected rows of 2 values. Received: row splits .0, 3."):
        tf.RaggedTensor.from_row_splits([1, 2], [0, 3])
    with pytest.raises(TypeError, match="tf.matmul: expected tensors. Received: <tf.RaggedTensor"):
        tf.matmul(rows, rows)
