"""``python -m kerastorch port``: what is written, and that it does the same."""

import subprocess
import sys

import pytest

from kerastorch.porting.port import main, port

CHANGES = {
    "import keras": "import kerastorch as keras",
    "import keras as k": "import kerastorch as k",
    "import numpy as np, keras": "import numpy as np\nimport kerastorch as keras",
    "import keras.backend as K  # backend": "from kerastorch import backend as K  # backend",
    "import keras.layers": "import kerastorch as keras\nimport kerastorch.layers",
    "from keras import layers, models as m": "from kerastorch import layers, models as m",
    "from keras.layers.convolutional import Conv2D": "from kerastorch.layers import Conv2D",
    "from keras.layers.core import Dense as D, Lambda": "from kerastorch.layers import Dense as D, Lambda",
    "from keras.layers import *": "from kerastorch.layers import *",
    "from tensorflow.keras.models import Sequential": "from kerastorch.models import Sequential",
    "from tensorflow import keras": "import kerastorch as keras",
    "import tensorflow as tf\na = tf.keras.layers.Dense(3)": "import kerastorch as keras\n"
    "import kerastorch\nkerastorch.set_era('tf.keras')\na = keras.layers.Dense(3)",
    "import tensorflow as tf\na = tf.ones(3)": "from kerastorch.porting import tensorflow as tf\na = tf.ones(3)",
    "import numpy as np\na = np.int(3) + np.float64(1)": "import numpy as np\na = int(3) + np.float64(1)",
    "# é\nfrom keras.layers import Dropout\nd = 'é'; Dropout(p=0.5)": "# é\nfrom kerastorch.layers import Dropout\n"
    "d = 'é'; Dropout(rate=0.5)",
    "from keras.layers import Convolution2D\nConvolution2D(8, 3, 5, subsample=(2, 2), dim_ordering='th')": "from "
    "kerastorch.layers import Convolution2D\nConvolution2D(8, (3, 5), strides=(2, 2), data_format='channels_first')",
    "from keras.layers import Convolution2D\nConvolution2D(n, size[0], size[1], border_mode='same')": "from "
    "kerastorch.layers import Convolution2D\nConvolution2D(n, (size[0], size[1]), padding='same')",
    "from keras.layers import Convolution2D\nConvolution2D(n, size, strides)": "from "
    "kerastorch.layers import Convolution2D\nConvolution2D(n, size, strides)",
    "from keras.models import Model\nm = Model(input=x, output=y)\nm.fit_generator(g, nb_epoch=3, nb_worker=2)": "from "
    "kerastorch.models import Model\nm = Model(inputs=x, outputs=y)\nm.fit_generator(g, epochs=3, workers=2)",
    "from keras.models import Sequential\nmodel = Sequential()\nmodel.fit(x, y,\n          nb_epoch=3)  # go": "from "
    "kerastorch.models import Sequential\nmodel = Sequential()\nmodel.fit(x, y,\n          epochs=3)  # go",
    "def f():\n    import keras\n    return keras": "def f():\n    import kerastorch as keras\n    return keras",
}


@pytest.mark.parametrize("before", CHANGES)
def test_changes(before):
    after = port(before)
    if "tf.ones" in before or before.startswith("from tensorflow"):
        after = after.replace("import kerastorch\nkerastorch.set_era('tf.keras')\n", "")
    assert after == CHANGES[before]
    compile(after, "ported", "exec")


def test_what_is_not_keras_stays():
    source = "from sklearn.svm import SVC\nmodel = SVC()\nmodel.fit(x, y, nb_epoch=3)\nnp.int = 3\n"
    assert port(source) == source


SCRIPT = """from __future__ import print_function
import numpy as np
np.random.seed(0)
from keras.models import Sequential
from keras.layers.core import Dense, Dropout, Activation, Flatten  # the basics
from keras.layers.convolutional import Convolution2D, MaxPooling2D
from keras.regularizers import l2
from keras.utils import np_utils

model = Sequential()
model.add(Convolution2D(4, 3, 3, border_mode='same', input_shape=(6, 6, 1), W_regularizer=l2(0.01)))
model.add(Activation('relu'))
model.add(MaxPooling2D(pool_size=(2, 2), border_mode='valid'))
model.add(Flatten())
model.add(Dense(output_dim=3, init='uniform', activation='softmax'))
model.compile('adagrad', 'categorical_crossentropy', metrics=['accuracy'])
y = np_utils.to_categorical(np.arange(12).astype(np.int) % 3, 3)
history = model.fit(np.random.rand(12, 6, 6, 1), y, nb_epoch=2, batch_size=4, verbose=0, validation_split=0.25)
for name in sorted(history.history):
    print(name, history.history[name])
"""


def test_the_ported_script_does_the_same(tmp_path):
    (tmp_path / "old.py").write_text(SCRIPT)
    assert main([str(tmp_path / "old.py"), "-o", str(tmp_path / "new.py")]) == 0
    new = (tmp_path / "new.py").read_text()
    assert "# the basics" in new and "nb_epoch" not in new and "from keras." not in new

    def run(*command):
        done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=True, cwd=tmp_path)
        return done.stdout, done.stderr

    (expected, _), (got, warnings) = run("-m", "kerastorch", "old.py"), run("new.py")
    assert got == expected and "val_acc" in got
    assert "Keras 1" not in warnings


def test_command_line(tmp_path, capsys):
    (tmp_path / "old.py").write_text("import keras\n")
    assert main([str(tmp_path / "old.py")]) == 0
    assert capsys.readouterr().out == "import kerastorch as keras\n"
    assert main([str(tmp_path / "absent.py")]) == 2
    (tmp_path / "two.py").write_text("print 'x'\n")
    assert main([str(tmp_path / "two.py")]) == 1
    assert "two.py, line 1: no Python 3" in capsys.readouterr().err


LATER = {
    "tf.keras": """import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

tf.keras.utils.set_random_seed(4)
i = tf.keras.Input(shape=(8,))  # the input
x = layers.Dropout(0.2)(layers.Dense(16, activation="relu")(i))
m = tf.keras.Model(inputs=i, outputs=layers.Dense(3, activation="softmax")(x))
m.compile(tf.keras.optimizers.Adam(learning_rate=0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
X, y = np.random.rand(64, 8), np.random.randint(0, 3, 64)
h = m.fit(X, y, epochs=2, validation_split=0.25, verbose=0)
print(h.history, m.evaluate(X, y, verbose=0))
m.summary()
""",
    "keras3": """import numpy as np
import keras
from keras import layers, ops

keras.utils.set_random_seed(2)


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.a, self.b = layers.Dense(8, activation="relu"), layers.Dense(1)

    def call(self, x):
        return self.b(ops.concatenate([self.a(x), x], axis=-1))  # both


m = Net()
m.compile(optimizer="adam", loss="mse", metrics=["mae"])
x = np.random.rand(32, 4).astype("float32")
print(m.fit(x, x.sum(1), epochs=2, batch_size=8, verbose=0).history)
""",
}


@pytest.mark.parametrize("era", LATER)
def test_a_ported_script_of_a_later_generation_does_the_same(era, tmp_path):
    (tmp_path / "old.py").write_text(LATER[era])
    ported = port(LATER[era])
    assert f"kerastorch.set_era({era!r})" in ported and ("# the input" in ported or "# both" in ported)
    (tmp_path / "new.py").write_text(ported)
    commands = (["-m", "kerastorch", "old.py"], ["new.py"])
    old, new = (
        subprocess.run([sys.executable, *words], capture_output=True, text=True, check=True, cwd=tmp_path).stdout
        for words in commands
    )
    assert old == new and "loss" in old
