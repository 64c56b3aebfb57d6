'''Tests a small convnet on handwritten digits, with the weights that it was trained to in 2017.'''

from __future__ import print_function
import numpy as np

from keras.datasets import digits
from keras.models import Sequential
from keras.layers.core import Activation, Dense, Dropout, Flatten
from keras.layers.convolutional import Convolution2D, MaxPooling2D
from keras.utils import np_utils

nb_classes = 10
img_rows, img_cols = 8, 8  # input image dimensions
nb_filters = 8  # number of convolutional filters to use

(X_train, y_train), (X_test, y_test) = digits.load_data()
X_test = X_test.reshape(X_test.shape[0], img_rows, img_cols, 1).astype('float32') / 16
Y_test = np_utils.to_categorical(y_test, nb_classes)

model = Sequential()
model.add(Convolution2D(nb_filters, 3, 3, border_mode='same',
                        input_shape=(img_rows, img_cols, 1)))
model.add(Activation('relu'))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Dropout(0.25))
model.add(Flatten())
model.add(Dense(nb_classes, init='he_normal'))
model.add(Activation('softmax'))

model.compile(loss='categorical_crossentropy', optimizer='adadelta', metrics=['accuracy'])
model.load_weights('digits_2017.h5')

score = model.evaluate(X_test, Y_test, verbose=0)
print('Test score: %.4f' % score[0])
print('Test accuracy: %.4f' % score[1])
print('First digits:', np.argmax(model.predict(X_test[:10]), axis=1), 'of', y_test[:10])
