"""What stateful metrics say of the training data is not what they say of the validation data."""

import numpy as np
import pytest

import kerastorch as keras


@pytest.mark.parametrize("by_generator", [False, True])
def test_validation_leaves_the_training_value_alone(by_generator):
    rng = np.random.RandomState(0)
    x, y = rng.randn(64, 3).astype("float32"), rng.randint(0, 2, (64, 1)).astype("float32")
    model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid", input_shape=(3,))])
    model.compile(keras.optimizers.SGD(0.0), "binary_crossentropy", metrics=[keras.metrics.AUC(name="auc")])
    rows = (x[:48], y[:48]), (x[48:], y[48:])
    if by_generator:
        batches = (rows[0] for _ in range(3))
        history = model.fit_generator(batches, 1, epochs=2, validation_data=rows[1], verbose=0)
    else:
        history = model.fit(*rows[0], epochs=2, validation_data=rows[1], verbose=0)
    expected = [model.evaluate(*part, verbose=0)[1] for part in rows]
    assert expected[0] != expected[1]
    np.testing.assert_allclose(history.history["auc"], [expected[0]] * 2, rtol=1e-6)
    np.testing.assert_allclose(history.history["val_auc"], [expected[1]] * 2, rtol=1e-6)
