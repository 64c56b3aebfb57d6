"""Which generation a script is taken for, and why."""

import pytest

from kerastorch.porting.detect import detect, detect_file

FIT = "model.fit(x, y)\n"
CASES = {
    "nothing special": ("from keras.layers import Dense\n", "keras2", "nothing in it"),
    "an argument of Keras 1": ("import keras\nmodel.fit(x, y, nb_epoch=3)\n", "keras2", "line 2 has nb_epoch="),
    "merge of Keras 1": ("from keras.layers import merge\nz = merge([a, b], mode='sum')\n", "keras2", "merge(mode=)"),
    "old paths": ("from keras.layers.convolutional import Conv2D\n", "keras2", "line 1 has keras.layers.convolutional"),
    "fit_generator": ("import keras\n\nmodel.fit_generator(g)\n", "keras2", "line 3 has fit_generator()"),
    "lr=": ("from keras.optimizers import SGD\nSGD(lr=0.1)\n", "keras2", "line 2 has lr="),
    "acc in a history": ("import keras\nh = model.fit(x).history['acc']\n", "keras2", "line 2 has 'acc'"),
    "acc read with get": ("import keras\na = logs.get('val_acc')\n", "keras2", "line 2 has 'val_acc'"),
    "acc in a file name": ("import keras\nf = 'w-{epoch:02d}-{val_acc:.2f}.h5'\n", "keras2", "line 2 has 'val_acc'"),
    "a monitored acc": ("import keras\nEarlyStopping(monitor='val_acc')\n", "keras2", "'val_acc'"),
    "a monitored accuracy": ("import keras\nEarlyStopping(monitor='val_accuracy')\n", "tf.keras", "'val_accuracy'"),
    "learning_rate=": ("from keras.optimizers import Adam\nAdam(learning_rate=1)\n", "tf.keras", "learning_rate="),
    "tensorflow.keras": ("from tensorflow.keras.layers import Dense\n", "tf.keras", "line 1 has tensorflow.keras"),
    "from tensorflow": ("from tensorflow import keras\n", "tf.keras", "line 1 has tensorflow.keras"),
    "tf.keras": ("import tensorflow as tf\nm = tf.keras.Sequential()\n", "tf.keras", "line 2 has tf.keras"),
    "tf_keras": ("import tf_keras as keras\n", "tf.keras", "tf_keras"),
    "tf.keras of 2018": ("from tensorflow import keras\nh['acc']\n", "keras2", "line 2 has 'acc'"),
    "acc as typed": ("from tensorflow import keras\nm.compile(metrics=['acc'])\nh['acc']\n", "tf.keras", "line 1"),
    "a metric called accuracy": ("import keras\ndef accuracy(t, p): pass\nh['accuracy']\n", "keras2", "nothing in it"),
    "keras.ops": ("from keras import ops\n", "keras3", "line 1 has keras.ops"),
    "ops of the package": ("import keras\ny = keras.ops.sum(x)\n", "keras3", "line 2 has keras.ops"),
    "ops of something else": ("import keras\ny = self.ops.sum(x)\n", "keras2", "nothing in it"),
    "the backend torch": ("import os\nos.environ['KERAS_BACKEND'] = 'torch'\nimport keras\n", "keras3", "'torch'"),
    "a later layer": ("from keras import layers\nlayers.MultiHeadAttention(2, 2)\n", "keras3", "MultiHeadAttention"),
    "a later layer beside an old path": (
        "from keras.layers.core import Dense\nfrom keras.layers import LayerNormalization\n",
        "keras2",
        "keras.layers.core",
    ),
    "a metric's class": ("import keras\nm = [keras.metrics.AUC()]\n", "keras3", "line 2 has AUC"),
    "a loss's class": ("from keras import losses\nl = losses.CategoricalCrossentropy()\n", "keras3", "line 2"),
    "a class of something else": ("import keras, my\nm = my.Precision()\n", "keras2", "nothing in it"),
    "a train_step of its own": (
        "import keras\nclass M(keras.Model):\n    def train_step(self, data):\n        pass\n",
        "keras3",
        "line 3 has a train_step",
    ),
    "a train_step of no model": ("import keras\nclass Gan:\n    def train_step(self):\n        pass\n", "keras2", ""),
    "a tape": ("import keras\nimport tensorflow as tf\nt = tf.GradientTape()\n", "keras3", "tf.GradientTape"),
    "an archive": ("import keras\nmodel.save('a/best_model.keras')\n", "keras3", "best_model.keras"),
    "a folder of data": ("import keras\np = '~/.keras'\n", "keras2", "nothing in it"),
    "torch beside it": ("import torch\nimport keras\n", "keras3", "import torch"),
    "an Input in a list": (
        "import keras\nm = keras.Sequential([keras.Input((3,))])\n",
        "keras3",
        "among a Sequential's",
    ),
    "an Input that is added": (
        "from keras import layers\nm.add(layers.Input((3,)))\n",
        "keras3",
        "among a Sequential's",
    ),
    "a set with Input": ("import keras\ns.add(my(Input((3,))))\n", "keras2", "nothing in it"),
    "sequences padded in utils": ("from keras.utils import pad_sequences\n", "keras3", "keras.utils.pad_sequences"),
    "utils.pad_sequences": ("import keras\nx = keras.utils.pad_sequences(x)\n", "keras3", "keras.utils.pad_sequences"),
    "sequences padded as ever": ("from keras.preprocessing.sequence import pad_sequences\n", "keras2", "nothing in it"),
    "a later hook": (
        "import keras\nclass C(keras.callbacks.Callback):\n    def on_train_batch_end(self, b):\n        pass\n",
        "keras3",
        "line 3 has on_train_batch_end",
    ),
    "a feature space": ("from keras.utils import FeatureSpace\n", "keras3", "FeatureSpace"),
    "TensorFlow's numpy": (
        "import tensorflow.experimental.numpy as tnp\nimport keras\n",
        "keras3",
        "tensorflow.experimental.numpy",
    ),
    "optimizer.apply": ("import keras\nself.optimizer.apply(g, w)\n", "keras3", "optimizer.apply()"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_detect(case):
    source, era, reason = case
    verdict = detect(source + FIT)
    assert verdict.era == era
    assert reason in verdict.reason


def test_not_python_3():
    with pytest.raises(SyntaxError):
        detect("print 'hello'")


def test_modules_beside_the_script_decide_when_it_says_nothing(tmp_path):
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "__init__.py").write_text("")
    (tmp_path / "nets" / "small.py").write_text("from tensorflow.keras.layers import Dense\n")
    (tmp_path / "broken.py").write_text("print 'x'\n")
    source = "import numpy, broken\nfrom nets import small\n"
    verdict = detect_file(str(tmp_path / "main.py"), source)
    assert (verdict.era, verdict.reason) == ("tf.keras", "small.py, line 1 has tensorflow.keras.layers")
    assert detect_file(str(tmp_path / "main.py"), source + "x = model.predict_classes(y)").era == "keras2"
    assert not detect_file(str(tmp_path / "main.py"), "import numpy\n").certain


@pytest.mark.parametrize(
    ("source", "era"),
    [
        ("import torch\nimport keras\no = torch.optim.SGD(p, lr=0.1)\nkeras.ops.add(1, 2)", "keras3"),
        ("import tensorflow as tf\nv = tf.Variable(1.0)", "tf.keras"),
        ("import tensorflow as tf\nwith tf.Session() as s:\n    s.run(x)", "keras2"),
        ("import tensorflow as tf\nimport keras\nv = tf.Variable(1.0)", "keras2"),
    ],
)
def test_rates_of_torch_and_tensorflow_alone(source, era):
    assert detect(source).era == era
