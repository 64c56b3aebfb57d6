"""The rows' models as a Keras script writes them.

Each function takes a Keras module (kerastorch, Keras 3, tf_keras, Keras 2) and gives a compiled model. Nothing else is
imported, because other interpreters run this file too.
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "mlp",
    "tiny",
    "cnn",
    "lstm",
    "lstm_hard",
    "embedding",
    "resnet",
    "masked_lstm",
    "gru",
    "bilstm",
    "two_tower",
]


def _optimizer(keras: Any, name: str, rate: float, **arguments: Any) -> Any:
    """The optimizer, whatever its learning rate is called."""
    make = getattr(keras.optimizers, name)
    try:
        return make(learning_rate=rate, **arguments)
    except TypeError:
        return make(lr=rate, **arguments)


def _binary(keras: Any, model: Any) -> Any:
    model.compile(_optimizer(keras, "Adam", 1e-3, epsilon=1e-7), "binary_crossentropy", metrics=["accuracy"])
    return model


def mlp(keras: Any) -> Any:
    """784-512-512-10 with dropout, as in Keras's mnist_mlp example."""
    k = keras.layers
    model = keras.models.Sequential(
        [
            k.Dense(512, activation="relu", input_shape=(784,)),
            k.Dropout(0.2),
            k.Dense(512, activation="relu"),
            k.Dropout(0.2),
            k.Dense(10, activation="softmax"),
        ]
    )
    optimizer = _optimizer(keras, "RMSprop", 1e-3, rho=0.9, epsilon=1e-7)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def tiny(keras: Any) -> Any:
    """20-64-64-1."""
    k = keras.layers
    model = keras.models.Sequential(
        [
            k.Dense(64, activation="relu", input_shape=(20,)),
            k.Dense(64, activation="relu"),
            k.Dense(1, activation="sigmoid"),
        ]
    )
    return _binary(keras, model)


def cnn(keras: Any) -> Any:
    """Two convolutions and two dense layers, as in Keras's mnist_cnn example."""
    k = keras.layers
    model = keras.models.Sequential(
        [
            k.Conv2D(32, (3, 3), activation="relu", input_shape=(28, 28, 1)),
            k.Conv2D(64, (3, 3), activation="relu"),
            k.MaxPooling2D((2, 2)),
            k.Dropout(0.25),
            k.Flatten(),
            k.Dense(128, activation="relu"),
            k.Dropout(0.5),
            k.Dense(10, activation="softmax"),
        ]
    )
    optimizer = _optimizer(keras, "Adadelta", 1.0, rho=0.95, epsilon=1e-7)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def _lstm(keras: Any, gates: str) -> Any:
    k = keras.layers
    model = keras.models.Sequential(
        [
            k.Embedding(20000, 128),
            k.LSTM(128, recurrent_activation=gates),
            k.Dense(1, activation="sigmoid"),
        ]
    )
    return _binary(keras, model)


def lstm(keras: Any) -> Any:
    """Embedding and LSTM(128), sigmoid gates."""
    return _lstm(keras, "sigmoid")


def lstm_hard(keras: Any) -> Any:
    """Embedding and LSTM(128) with Keras 2's gates, hard_sigmoid."""
    return _lstm(keras, "hard_sigmoid")


def embedding(keras: Any) -> Any:
    """Embedding, Flatten, Dense."""
    k = keras.layers
    try:
        first = [k.Embedding(4000, 32, input_length=200)]
    except (TypeError, ValueError):  # Keras 3 knows no input_length
        first = [k.Input((200,)), k.Embedding(4000, 32)]
    return _binary(keras, keras.models.Sequential([*first, k.Flatten(), k.Dense(1, activation="sigmoid")]))


def _block(k: Any, x: Any, filters: int, strides: int) -> Any:
    """Two convolutions with batch normalisation and a way around them."""
    y = k.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)(x)
    y = k.Activation("relu")(k.BatchNormalization(momentum=0.99, epsilon=1e-3)(y))
    y = k.Conv2D(filters, 3, padding="same", use_bias=False)(y)
    y = k.BatchNormalization(momentum=0.99, epsilon=1e-3)(y)
    if strides > 1:
        x = k.Conv2D(filters, 1, strides=strides, use_bias=False)(x)
    return k.Activation("relu")(k.add([x, y]))


def resnet(keras: Any) -> Any:
    """A residual network of one block for each of 16, 32 and 64 filters on 32x32 images."""
    k = keras.layers
    inputs = k.Input((32, 32, 3))
    x = k.Conv2D(16, 3, padding="same", use_bias=False)(inputs)
    x = k.Activation("relu")(k.BatchNormalization(momentum=0.99, epsilon=1e-3)(x))
    for filters, strides in ((16, 1), (32, 2), (64, 2)):
        x = _block(k, x, filters, strides)
    outputs = k.Dense(10, activation="softmax")(k.GlobalAveragePooling2D()(x))
    model = keras.models.Model(inputs, outputs)
    optimizer = _optimizer(keras, "SGD", 0.01, momentum=0.9)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def masked_lstm(keras: Any) -> Any:
    """An LSTM over padded sequences whose padding is masked."""
    k = keras.layers
    model = keras.models.Sequential(
        [
            k.Embedding(5000, 64, mask_zero=True),
            k.LSTM(64, recurrent_activation="sigmoid"),
            k.Dense(1, activation="sigmoid"),
        ]
    )
    return _binary(keras, model)


def gru(keras: Any) -> Any:
    """Embedding and GRU(64), of the kind that torch has too."""
    k = keras.layers
    model = keras.models.Sequential(
        [
            k.Embedding(5000, 64),
            k.GRU(64, recurrent_activation="sigmoid", reset_after=True),
            k.Dense(1, activation="sigmoid"),
        ]
    )
    return _binary(keras, model)


def bilstm(keras: Any) -> Any:
    """Two bidirectional LSTMs, one on the other."""
    k = keras.layers
    model = keras.models.Sequential(
        [
            k.Embedding(5000, 64),
            k.Bidirectional(k.LSTM(64, recurrent_activation="sigmoid", return_sequences=True)),
            k.Bidirectional(k.LSTM(64, recurrent_activation="sigmoid")),
            k.Dense(1, activation="sigmoid"),
        ]
    )
    return _binary(keras, model)


def two_tower(keras: Any) -> Any:
    """Two inputs, a tower of dense layers on each, joined."""
    k = keras.layers
    inputs, towers = [], []
    for _ in range(2):
        x = k.Input((32,))
        inputs.append(x)
        towers.append(k.Dense(64, activation="relu")(k.Dense(128, activation="relu")(x)))
    x = k.Dense(64, activation="relu")(k.concatenate(towers))
    return _binary(keras, keras.models.Model(inputs, k.Dense(1, activation="sigmoid")(x)))
