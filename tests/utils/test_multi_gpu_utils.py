"""A script that asks for several GPUs gets a model that trains as the one it passed."""

import numpy as np
import pytest
import torch

import kerastorch as keras
from tests.training import generator_cases

L = keras.layers


@pytest.fixture
def quietly(monkeypatch):
    monkeypatch.setattr("warnings.warn", lambda *args, **kwargs: None)


def test_it_says_what_has_no_effect():
    with pytest.warns(UserWarning, match="gpus, cpu_merge and cpu_relocation have no effect"):
        keras.utils.multi_gpu_model(generator_cases.classifier(keras), gpus=[0, 2])


def test_training_is_the_same(quietly):
    x, y, _ = generator_cases.data()
    plain, template = generator_cases.classifier(keras), generator_cases.classifier(keras)
    parallel = keras.utils.multi_gpu_model(template, gpus=4, cpu_merge=False)
    parallel.compile(keras.optimizers.SGD(lr=0.5), "categorical_crossentropy", metrics=["accuracy"])
    wanted = plain.fit(x, y, epochs=3, batch_size=5, shuffle=False, verbose=0)
    found = parallel.fit(x, y, epochs=3, batch_size=5, shuffle=False, verbose=0)
    np.testing.assert_allclose(found.history["loss"], wanted.history["loss"], rtol=1e-6)
    np.testing.assert_allclose(template.predict(x), plain.predict(x), rtol=1e-5)
    assert parallel.layers[-2] is template


def test_names_of_a_siamese_model(quietly):
    nested = keras.models.Sequential([L.Dense(4, input_shape=(3,)), L.Dense(1)], name="nested")
    one, two = L.Input((3,)), L.Input((3,))
    scores = [nested(one), nested(two)]
    siamese = keras.models.Model([one, two], [L.Add(name="add")(scores), *scores], name="siamese")
    assert keras.utils.multi_gpu_model(siamese, 2).output_names == ["add", "nested_1", "nested_2"]


def test_it_saves(quietly, tmp_path):
    parallel = keras.utils.multi_gpu_model(generator_cases.classifier(keras), 2)
    parallel.save(tmp_path / "parallel.h5")
    x = generator_cases.data()[0]
    np.testing.assert_allclose(keras.models.load_model(tmp_path / "parallel.h5").predict(x), parallel.predict(x))


@pytest.mark.parametrize("gpus", [1, 0, [0], "two", 2.0])
def test_fewer_than_two(gpus):
    with pytest.raises(ValueError, match="expected at least 2 GPUs"):
        keras.utils.multi_gpu_model(generator_cases.classifier(keras), gpus)


@pytest.mark.skipif(torch.cuda.device_count() > 1, reason="has several GPUs")
def test_all_there_are():
    with pytest.raises(ValueError, match=r"Received: gpus=None on a machine with \d"):
        keras.utils.multi_gpu_model(generator_cases.classifier(keras))


def test_a_model_that_knows_its_shape():
    with pytest.raises(ValueError, match="that knows its input shape"):
        keras.utils.multi_gpu_model(keras.models.Sequential([L.Dense(1)]), 2)
