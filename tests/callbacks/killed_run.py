"""A training run that may be killed at any moment: ``run(folder)`` ends with its weights in ``folder/final.npz``."""

from __future__ import annotations

import os
import random

import numpy as np
import torch

import kerastorch as keras
from kerastorch import backend as K
from kerastorch import layers as L

__all__ = ["data", "model", "run"]


def data():
    rng = np.random.RandomState(0)
    x = rng.randn(96, 6).astype("float32")
    return x, (x[:, :1] * x[:, 1:2] > 0).astype("float32")


def model():
    """Everything that has a memory: two kinds of dropout, moving averages, a random operation, momentum."""
    np.random.seed(3)
    random.seed(4)
    torch.manual_seed(5)
    K.clear_session()
    x = L.Input((6,))
    hidden = L.Dropout(0.2, seed=7)(L.Dense(16, activation="relu")(x))
    hidden = L.GaussianNoise(0.1)(L.BatchNormalization()(hidden))
    hidden = L.Lambda(lambda t: K.in_train_phase(t + 0.1 * K.random_normal(K.shape(t), seed=2), t))(
        L.Dropout(0.3)(hidden)
    )
    net = keras.Model(x, L.Dense(1, activation="sigmoid")(hidden))
    net.compile(
        keras.optimizers.Adam(0.02, decay=1e-3), "binary_crossentropy", metrics=["acc", keras.metrics.AUC(name="auc")]
    )
    return net


def run(folder, epochs=5, more=(), save_freq=3, **arguments):
    net = model()
    callbacks = [
        keras.callbacks.ReduceLROnPlateau(patience=1, factor=0.5, monitor="loss", min_delta=0.05),
        keras.callbacks.EarlyStopping("val_loss", patience=4),
        keras.callbacks.BackupAndRestore(os.path.join(folder, "backup"), save_freq=save_freq),
        *more,
    ]
    x, y = data()
    history = net.fit(
        x, y, batch_size=16, epochs=epochs, validation_split=0.25, verbose=0, callbacks=callbacks, **arguments
    )
    weights = {f"w{i}": w for i, w in enumerate([*net.get_weights(), *net.optimizer.get_weights()])}
    logs = {f"log_{name}": values for name, values in history.history.items()}
    partial = os.path.join(folder, "final.partial.npz")
    np.savez(partial, epoch=history.epoch, **weights, **logs)
    os.replace(partial, os.path.join(folder, "final.npz"))
