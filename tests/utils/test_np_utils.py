"""np_utils; expected values from the real Keras 2.2.4 (record_utils.py)."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from kerastorch.utils import np_utils

RECORDED = json.loads((Path(__file__).parent / "np_utils.json").read_text())


@pytest.mark.filterwarnings("ignore:.*negative class numbers")
@pytest.mark.parametrize("case", RECORDED, ids=lambda case: f"{case['function']}-{case['value']}-{case['arguments']}")
def test_gives_what_keras_gives(case):
    value = np.array(case["value"]) if case["function"] == "normalize" else case["value"]
    result = getattr(np_utils, case["function"])(value, **case["arguments"])
    assert list(result.shape) == case["shape"] and str(result.dtype) == case["dtype"]
    np.testing.assert_allclose(result, np.array(case["result"]).reshape(case["shape"]), rtol=1e-15)


def test_tensors_are_taken():
    expected = np_utils.to_categorical([0, 2, 1])
    np.testing.assert_array_equal(np_utils.to_categorical(torch.tensor([[0], [2], [1]])), expected)


def test_negative_numbers_warn():
    with pytest.warns(UserWarning, match="-1 is 1"):
        np_utils.to_categorical([-1, 0], num_classes=2)


@pytest.mark.parametrize(
    ("y", "arguments", "message"),
    [
        ([0, 3], {"num_classes": 3}, "from 0 to 2. Received: y with 3"),
        ([0, -4], {"num_classes": 3}, "from 0 to 2. Received: y with -4"),
        ([], {}, "expected num_classes, since y is empty"),
    ],
)
def test_wrong_numbers(y, arguments, message):
    with pytest.raises(ValueError, match=message):
        np_utils.to_categorical(y, **arguments)


def test_normalize_of_tensors():
    x = torch.tensor([[3.0, 4.0], [0.0, 0.0]], requires_grad=True)
    y = np_utils.normalize(x)
    torch.testing.assert_close(y.detach(), torch.tensor([[0.6, 0.8], [0.0, 0.0]]))
    y.sum().backward()
    assert x.grad is not None
