"""The documentation's own fragments, put together into the scripts they describe, with only the import line changed."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest

IMPORTS = """
    from kerastorch.models import Sequential
    from kerastorch.layers import Dense, Dropout, Activation, Flatten
    from kerastorch.layers.convolutional import Conv2D
    from kerastorch.layers.pooling import MaxPooling2D
    from kerastorch.layers import Embedding, LSTM
    from kerastorch.utils import np_utils
    from kerastorch.datasets import mnist
    import numpy as np
    np.random.seed(1337)
"""

EMBEDDING = """
    # batches of 200 words, numbers up to 4000, become 32 * 200 features
    x_train = np.random.randint(1, 4000, (64, 200))
    y_train = (x_train[:, 0] > 2000).astype("int32")
    model = Sequential()
    model.add(Embedding(input_dim=4000, output_dim=32, input_length=200))
    assert model.output_shape == (None, 200, 32)
    model.add(Flatten())
    assert model.output_shape == (None, 32 * 200)
    model.add(Dense(250, activation='relu'))
    model.add(Dropout(0.5))
    model.add(Dense(1, activation='sigmoid'))
    model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])
    history = model.fit(x_train, y_train, batch_size=32, epochs=5, verbose=2, validation_split=0.25)
    assert list(history.history) == ['val_loss', 'val_acc', 'loss', 'acc']
    assert history.history['acc'][-1] > 0.9, history.history
"""

LSTM = """
    from kerastorch.layers.recurrent import LSTM as FromItsRoom
    assert FromItsRoom is LSTM
    x_train = np.random.randint(1, 20, (96, 12))
    x_train[:, 6:] *= np.random.rand(96, 6) > 0.3
    y_train = np_utils.to_categorical(x_train[:, 0] > 9, 2)
    model = Sequential()
    model.add(Embedding(20, 16, mask_zero=True))
    model.add(LSTM(16, dropout=0.1, recurrent_dropout=0.1, return_sequences=True))
    model.add(LSTM(16))
    model.add(Dense(2))
    model.add(Activation('softmax'))
    model.compile(loss='categorical_crossentropy', optimizer='rmsprop', metrics=['accuracy'])
    history = model.fit(x_train, y_train, batch_size=16, epochs=3, verbose=1, class_weight={0: 1., 1: 2.})
    assert history.history['loss'][-1] < history.history['loss'][0]
    score, acc = model.evaluate(x_train, y_train, batch_size=16)
    classes = model.predict_classes(x_train)
    assert abs((classes == y_train.argmax(1)).mean() - acc) < 1e-6
"""

CONVOLUTION = """
    import kerastorch as keras
    x_train = np.random.rand(64, 12, 12, 1).astype('float32')
    y_train = keras.utils.to_categorical(x_train[:, 3:9, 3:9].mean((1, 2, 3)) > 0.5, 2)
    model = Sequential()
    model.add(Conv2D(16, (3, 3), strides=(1, 1), padding='same', data_format='channels_last', activation='relu',
                     kernel_initializer='glorot_uniform', bias_initializer='zeros', input_shape=(12, 12, 1)))
    model.add(Conv2D(16, 3, dilation_rate=(2, 2), activation='relu', kernel_regularizer=keras.regularizers.l2(1e-4),
                     kernel_constraint=keras.constraints.max_norm(3.)))
    model.add(MaxPooling2D(pool_size=(2, 2), strides=None, padding='valid'))
    model.add(Dropout(0.25))
    model.add(Flatten())
    model.add(Dense(2, activation='softmax'))
    model.compile(loss='categorical_crossentropy', optimizer=keras.optimizers.Adam(lr=0.003), metrics=['accuracy'])
    model.fit(x_train, y_train, 32, 4, 1, None, 0.0, (x_train, y_train), True, None, np.ones(64), 0)
    assert len(model.history.epoch) == 4
    model.summary()
"""

DEFAULTS = """
    x, y = np.random.rand(40, 3), np.random.rand(40)
    model = Sequential([Dense(4, input_dim=3), Dense(1)])
    model.compile(optimizer='sgd', loss='mse')
    model.fit(x, y, initial_epoch=7)  # the documented epochs=10
    assert model.history.epoch == [7, 8, 9]
"""


@pytest.mark.parametrize(
    "script", [EMBEDDING, LSTM, CONVOLUTION, DEFAULTS], ids=["embedding", "lstm", "conv", "defaults"]
)
def test_script(script, tmp_path):
    path = tmp_path / "script.py"
    path.write_text(textwrap.dedent(IMPORTS) + textwrap.dedent(script))
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, cwd=tmp_path, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "Epoch" in done.stdout
    assert not done.stderr.strip(), done.stderr


def test_temporal_weights():
    """``sample_weight_mode='temporal'`` weighs each time step; a step of weight 0 teaches nothing."""
    from kerastorch.layers import Dense
    from kerastorch.models import Sequential

    x = np.eye(3, dtype="float32")[None].repeat(8, 0)
    y = np.ones((8, 3, 1), "float32")
    model = Sequential([Dense(1, use_bias=False, kernel_initializer="zeros", input_shape=(3, 3))])
    model.compile("sgd", "mse", sample_weight_mode="temporal")
    model.fit(x, y, sample_weight=np.array([[1.0, 0.0, 2.0]] * 8), epochs=1, verbose=0)
    # d/dw mean over steps of weight * (w - 1)^2, over the share of steps that count (2 of 3), at w = 0, lr 0.01
    wanted = 0.01 * 2 * np.array([1.0, 0.0, 2.0]) / 3 / (2 / 3)
    np.testing.assert_allclose(model.get_weights()[0].ravel(), wanted, rtol=1e-5)
