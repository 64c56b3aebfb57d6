"""``keras.engine.saving``: groups of weights, attributes, models as plain data."""

import pickle

import h5py
import numpy as np
import pytest

import kerastorch as keras
from kerastorch.engine import saving

L = keras.layers


def model_of(*layers):
    return keras.models.Sequential(layers)


def test_groups_of_weights(tmp_path):
    source = model_of(L.Dense(3, input_dim=4, name="a"), L.Dense(2, name="b"))
    target = model_of(L.Dense(3, input_dim=4, name="a"), L.Dense(2, name="b"))
    only_b = model_of(L.Dense(2, input_dim=3, name="b"))
    with h5py.File(tmp_path / "w.h5", "w") as file:
        saving.save_weights_to_hdf5_group(file, source.layers)
        saving.load_weights_from_hdf5_group(file, target.layers)
        saving.load_weights_from_hdf5_group_by_name(file, only_b.layers)
        with pytest.raises(ValueError, match="1 layers"):
            saving.load_weights_from_hdf5_group(file, only_b.layers)
    for got, wanted in ((target.get_weights(), source.get_weights()), (only_b.get_weights(), source.get_weights()[2:])):
        assert all(np.array_equal(a, b) for a, b in zip(got, wanted, strict=True))


def test_long_lists_of_names(tmp_path):
    names = [f"layer_{i:05d}".encode() for i in range(9000)]
    with h5py.File(tmp_path / "n.h5", "w") as file:
        saving.save_attributes_to_hdf5_group(file, "names", names)
        assert "names" not in file.attrs and "names0" in file.attrs
        assert saving.load_attributes_from_hdf5_group(file, "names") == [name.decode() for name in names]


def test_weights_between_kinds_of_layers():
    """Keras's formula for cuDNN's layout: a gate's block is transposed and laid out in Fortran's order."""
    fast, plain = (
        model_of(L.CuDNNGRU(3, input_shape=(2, 4))),
        model_of(L.GRU(3, "tanh", "sigmoid", reset_after=True, input_shape=(2, 4))),
    )
    kernel, recurrent, bias = fast.get_weights()
    got = saving.preprocess_weights_for_loading(plain.layers[0], [kernel, recurrent, bias])
    gates = [gate.T.reshape(gate.shape, order="F") for gate in np.split(kernel, 3, axis=1)]
    assert np.array_equal(got[0], np.hstack(gates)) and got[2].shape == (2, 9)
    plain.set_weights(got)
    x = np.random.RandomState(0).randn(2, 2, 4)
    np.testing.assert_allclose(plain.predict(x), fast.predict(x), atol=1e-6)
    other = model_of(L.GRU(3, input_shape=(2, 4)))
    with pytest.raises(ValueError, match=r"CuDNNGRU is not compatible with GRU\(reset_after=False\)"):
        saving.preprocess_weights_for_loading(other.layers[0], [kernel, recurrent, bias])


def test_reshaped():
    layer = model_of(L.Dense(6, input_dim=2)).layers[0]
    arrays = [np.zeros((1, 1, 2, 6)), np.zeros(6)]
    assert [a.shape for a in saving.preprocess_weights_for_loading(layer, arrays, reshape=True)] == [(2, 6), (6,)]


def test_models_as_plain_data():
    model = model_of(L.Dense(3, input_dim=4), L.Dense(2))
    model.compile("adam", "mse")
    model.train_on_batch(np.ones((2, 4)), np.ones((2, 2)))
    again = saving.unpickle_model(pickle.loads(pickle.dumps(saving.pickle_model(model))))
    x = np.ones((2, 4))
    assert np.array_equal(again.predict(x), model.predict(x))
    assert len(again.optimizer.get_weights()) == len(model.optimizer.get_weights())
