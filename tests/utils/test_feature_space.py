"""FeatureSpace against values of Keras 3.15 on TensorFlow, stored by record_feature_space.py."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import kerastorch as keras
from kerastorch import eras, layers
from kerastorch.porting.tensorflow import data as tf_data

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
import record_feature_space as recorded  # noqa: E402

EXPECTED = json.loads((HERE / "feature_space.json").read_text())
FeatureSpace = keras.utils.FeatureSpace


@pytest.fixture(autouse=True)
def keras3():
    eras.set_era("keras3")
    keras.backend.clear_session()


def check(found, expected):
    if "values" not in expected:
        assert set(found) == set(expected)
        for key in expected:
            check(found[key], expected[key])
        return
    assert str(found.dtype) == f"torch.{expected['dtype']}"
    np.testing.assert_allclose(found.numpy(), np.array(expected["values"]), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", recorded.CASES)
def test_as_the_real_one(name):
    case, expected = recorded.CASES[name], EXPECTED[name]
    space = recorded.made(FeatureSpace, case)
    space.adapt(recorded.DATA)
    check(space(recorded.DATA), expected["rows"])
    check(space(case.get("row", recorded.ROW)), expected["row"])
    inputs = space.get_inputs()
    assert {key: [list(x.shape), x.dtype_name] for key, x in inputs.items()} == expected["inputs"]
    model = keras.models.Model(inputs, space.get_encoded_features())
    assert sorted([layer.name, type(layer).__name__] for layer in model.layers) == sorted(expected["layers"])
    if space.output_mode == "concat":
        assert [layer.name for layer in model.layers] == [name for name, _ in expected["layers"]]


@pytest.mark.parametrize("name", recorded.CASES)
def test_files_bring_it_back(name, tmp_path):
    space = recorded.made(FeatureSpace, recorded.CASES[name])
    space.adapt(recorded.DATA)
    space.save(tmp_path / "space.keras")
    check(keras.models.load_model(tmp_path / "space.keras")(recorded.DATA), EXPECTED[name]["rows"])


def test_files_of_the_real_one_are_read():
    space = keras.models.load_model(HERE / "feature_space.keras")
    check(space(recorded.DATA), EXPECTED["strings_of_all_kinds"]["rows"])


def test_data_sets_are_learned_from_and_prepared():
    case = recorded.CASES["strings_of_all_kinds"]
    rows = tf_data.Dataset.from_tensor_slices(recorded.DATA)
    for dataset in (rows, rows.batch(4)):
        space = recorded.made(FeatureSpace, case)
        space.adapt(dataset)
        (found,) = list(rows.batch(6).map(space))
        check(torch.as_tensor(found).as_subclass(torch.Tensor), EXPECTED["strings_of_all_kinds"]["rows"])


def test_a_model_takes_raw_columns():
    space = recorded.made(FeatureSpace, recorded.CASES["strings_of_all_kinds"])
    space.adapt(recorded.DATA)
    model = keras.models.Model(space.get_inputs(), layers.Dense(1)(space.get_encoded_features()))
    columns = {key: np.array(value)[:, None] for key, value in recorded.DATA.items()}
    by_hand = space(recorded.DATA) @ model.layers[-1].kernel + model.layers[-1].bias
    np.testing.assert_allclose(model.predict(columns, verbose=0), by_hand.detach().numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"features": {}}, "at least one feature"),
        ({"features": {"a": "floating"}}, "to be one of"),
        ({"features": {"a": "float"}, "output_mode": "list"}, "output_mode to be one of"),
        ({"features": {"a": "float"}, "crosses": [("a", "b")]}, "crosses of the features"),
        ({"features": {"a": "float"}, "crosses": [("a",)], "crossing_dim": 0}, "crossing_dim"),
    ],
)
def test_mistakes_are_told(arguments, said):
    with pytest.raises(ValueError, match=said):
        FeatureSpace(**arguments)


def test_what_was_not_learned_or_not_encoded_is_told():
    space = FeatureSpace({"a": "float_normalized"})
    with pytest.raises(ValueError, match="adapt"):
        space({"a": [1.0]})
    with pytest.raises(ValueError, match="dict of columns"):
        space.adapt([1.0, 2.0])
    space = FeatureSpace({"a": FeatureSpace.integer_hashed(3, output_mode="int"), "b": "float"})
    with pytest.raises(ValueError, match="output_mode='dict'"):
        space({"a": [1], "b": [2.0]})
    with pytest.raises(ValueError, match="dict of columns"):
        FeatureSpace({"b": "float"})([1.0])
