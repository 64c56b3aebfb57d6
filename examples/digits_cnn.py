"""Trains a small convolutional network on handwritten digits: about 98% on the test images after 12 epochs.

    python examples/digits_cnn.py

The 1,797 images are part of the package. Only the imports tell this from a script for Keras 2.
"""

import numpy as np

import kerastorch as keras
from kerastorch.datasets import digits
from kerastorch.layers import Activation, Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from kerastorch.models import Sequential

np.random.seed(1337)  # the order of the batches and the initial weights

batch_size = 64
num_classes = 10
epochs = 12

(x_train, y_train), (x_test, y_test) = digits.load_data()
x_train = x_train.reshape(-1, 8, 8, 1).astype("float32") / 16
x_test = x_test.reshape(-1, 8, 8, 1).astype("float32") / 16
print(x_train.shape[0], "train samples")
print(x_test.shape[0], "test samples")

y_train = keras.utils.to_categorical(y_train, num_classes)
y_test = keras.utils.to_categorical(y_test, num_classes)

model = Sequential()
model.add(Conv2D(32, (3, 3), padding="same", activation="relu", input_shape=(8, 8, 1)))
model.add(Conv2D(64, (3, 3), activation="relu"))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Dropout(0.25))
model.add(Flatten())
model.add(Dense(128, activation="relu"))
model.add(Dropout(0.5))
model.add(Dense(num_classes))
model.add(Activation("softmax"))
model.summary()

model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(x_train, y_train, batch_size=batch_size, epochs=epochs, verbose=1, validation_split=0.1)

score = model.evaluate(x_test, y_test, verbose=0)
print("Test loss:", score[0])
print("Test accuracy:", score[1])
