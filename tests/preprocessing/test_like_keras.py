"""What Keras 2.2.4 makes of images, sequences and texts (preprocessing_cases.py), number by number."""

import json
from pathlib import Path

import numpy as np
import pytest

from kerastorch import preprocessing
from tests.preprocessing import preprocessing_cases

HERE = Path(__file__).parent
RECORDED = json.loads((HERE / "preprocessing.json").read_text(encoding="utf-8"))
ARRAYS = np.load(HERE / "preprocessing.npz")

# Everything is the same arithmetic, but decompositions differ from one linear algebra library to the next, and so does
# what pillow's versions make of a pixel's last bit.
TOLERANCE = {"fitted": 1e-4, "resized": 1 / 255}


def compare(found, wanted, tolerance):
    if isinstance(wanted, dict):
        array = ARRAYS[wanted["array"]]
        assert isinstance(found, np.ndarray)
        assert (found.shape, found.dtype.kind) == (array.shape, array.dtype.kind)
        np.testing.assert_allclose(
            found, array, rtol=tolerance, atol=tolerance * max(1.0, np.abs(array).max(initial=0))
        )
    elif isinstance(wanted, list):
        assert len(found) == len(wanted)
        for f, w in zip(found, wanted, strict=True):
            compare(f, w, tolerance)
    elif isinstance(wanted, float):
        assert found == pytest.approx(wanted, rel=1e-12)
    else:
        assert found == wanted


@pytest.mark.parametrize("name", RECORDED)
@pytest.mark.filterwarnings("ignore:.*(featurewise|samplewise|have no picture|no effect).*")
def test_like_keras(name, tmp_path):
    found = preprocessing_cases.run(name, preprocessing, str(tmp_path))
    compare(found, RECORDED[name], TOLERANCE.get(name, 1e-6))
