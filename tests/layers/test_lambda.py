"""Functions of Lambda layers in configs, files and pickles: one's own come back, a stranger's code does not run."""

import copy
import json
import pickle

import numpy as np
import pytest

import kerastorch as keras
from kerastorch import backend as K
from kerastorch.backend import bytecode
from kerastorch.layers import Dense, Lambda
from kerastorch.models import Model, Sequential, load_model, model_from_json

X = np.arange(6.0).reshape(2, 3)
OFFSET = 5.0


def by_two(x):
    return x * 2.0


@pytest.fixture(params=[lambda x: x + OFFSET, by_two, lambda x: K.square(x) * 0.5], ids=["global", "named", "K"])
def model(request):
    return Sequential([Lambda(request.param, input_shape=(3,)), Dense(2)])


def test_one_process_reads_its_own_files(model, tmp_path):
    path = tmp_path / "model.h5"
    model.save(path)
    with pytest.warns(UserWarning, match="not compiled"):
        again = load_model(path)
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    plain = model_from_json(model.to_json())
    plain.set_weights(model.get_weights())
    np.testing.assert_array_equal(plain.predict(X), model.predict(X))


def test_configs_know_their_functions():
    def local(x):
        return x - 1.0

    layer = Lambda.from_config(Lambda(local, output_shape=lambda shape: shape).get_config())
    assert layer.function is local and layer.compute_output_shape((None, 3)) == (None, 3)


def test_two_functions_of_one_name_need_custom_objects():
    def make(factor):
        def scale(x):
            return x * factor

        return scale

    text = [Sequential([Lambda(make(factor), input_shape=(3,))]).to_json() for factor in (2.0, 3.0)]
    with pytest.raises(ValueError, match="Unknown function.*'scale'"):
        model_from_json(text[0])
    np.testing.assert_array_equal(model_from_json(text[0], {"scale": make(4.0)}).predict(X), 4 * X)


def test_a_strangers_code_is_refused(monkeypatch):
    theirs = Sequential([Lambda(lambda x: x + 41.0, input_shape=(3,))]).to_json()
    monkeypatch.setattr(bytecode, "_dumped", {})  # as if another process had written it
    with pytest.raises(ValueError, match="safe_mode=False"):
        model_from_json(theirs)
    again = keras.saving.model_from_json(theirs, safe_mode=False)
    np.testing.assert_array_equal(again.predict(X), X + 41.0)
    changed = json.loads(theirs)
    mine = json.loads(Sequential([Lambda(lambda x: x - 41.0, input_shape=(3,))]).to_json())
    code = changed["config"]["layers"][0]["config"]
    code["function"][1:] = mine["config"]["layers"][0]["config"]["function"][1:]  # only the code itself is trusted
    with pytest.raises(ValueError, match="safe_mode=False"):
        model_from_json(json.dumps(changed))


def test_arrays_as_arguments(tmp_path):
    mean = np.array([1.0, 2.0, 3.0])
    x = keras.layers.Input((3,))
    model = Model(x, Lambda(lambda v, mean, by: (v - mean) / by, arguments={"mean": mean, "by": 2.0})(x))
    again = model_from_json(model.to_json())
    np.testing.assert_array_equal(again.layers[1].arguments["mean"], mean)
    np.testing.assert_allclose(again.predict(X), (X - mean) / 2.0)


def test_pickles_and_copies():
    factor = 3.0
    model = Sequential([Lambda(lambda x, *, plus=1.0: x * factor + OFFSET + plus, input_shape=(3,))])
    for twin in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        np.testing.assert_array_equal(twin.predict(X), X * 3.0 + OFFSET + 1.0)
    named = pickle.loads(pickle.dumps(Lambda(by_two)))
    assert named.function is by_two
