"""A tf.data set with fewer batches than epochs ask for. Expected: Keras 3.15 on TensorFlow, and tf_keras 2.21."""

from __future__ import annotations

import numpy as np
import pytest

import kerastorch as keras
from kerastorch import eras
from kerastorch.porting.tensorflow import data as tf_data


def batches_seen(era, steps, epochs):
    eras.set_era(era)
    x = np.arange(12.0).reshape(12, 1)
    source = tf_data.Dataset.from_tensor_slices((x, x)).batch(4)
    seen = []

    class Watch(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            seen.append(0)

        def on_train_batch_end(self, batch, logs=None):
            seen[-1] += 1

    model = keras.models.Sequential([keras.layers.Dense(1, input_shape=(1,))])
    model.compile("sgd", "mse")
    model.fit(source, steps_per_epoch=steps, epochs=epochs, verbose=0, callbacks=[Watch()])
    return seen


def test_keras_3_cuts_epochs():
    with pytest.warns(UserWarning, match=r"expected 5 batches an epoch; add .repeat\(\).*Received: 3") as told:
        assert batches_seen("keras3", 5, 3) == [3, 3, 3]
    assert len([w for w in told if "epochs end early" in str(w.message)]) == 1
    with pytest.warns(UserWarning, match="epochs end early"):
        assert batches_seen("keras3", 2, 4) == [2, 1, 2, 1]
    assert batches_seen("keras3", 3, 2) == [3, 3] and batches_seen("keras3", 1, 5) == [1, 1, 1, 1, 1]


def test_tf_keras_ends_training():
    with pytest.warns(RuntimeWarning, match="expected 5 batches an epoch. Received: 3 in epoch 1"):
        assert batches_seen("tf.keras", 5, 3) == [3]
    assert batches_seen("tf.keras", 3, 1) == [3]
