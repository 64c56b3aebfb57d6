"""Optimizers as scripts for Keras 3 and for tf.keras write them, and what they learn.

Records with ``KERAS_BACKEND=torch python tests/optimizers/golden/custom.py keras3``, run by Keras 3.15, and with
``python tests/optimizers/golden/custom.py tf.keras``, run by tf_keras.
"""

import json
import os
import sys

import numpy as np

X = np.random.RandomState(0).rand(20, 3).astype("float32")
Y = X.sum(1, keepdims=True)


def keras3_class(keras):
    ops = keras.ops

    class Mine(keras.optimizers.Optimizer):
        def __init__(self, learning_rate=0.01, momentum=0.9, name="mine", **kwargs):
            super().__init__(learning_rate=learning_rate, name=name, **kwargs)
            self.momentum = momentum

        def build(self, variables):
            if self.built:
                return
            super().build(variables)
            self._moments, self._ones = self.add_optimizer_variables(variables, ["m", "one"], ["zeros", "ones"])
            self._squares = [self.add_variable_from_reference(v, "v", "ones") for v in variables]

        def update_step(self, gradient, variable, learning_rate):
            i = self._get_variable_index(variable)
            self.assign(self._moments[i], self._moments[i] * self.momentum + gradient * self._ones[i])
            self.assign_add(self._squares[i], ops.square(gradient))
            rate = ops.cast(learning_rate, variable.dtype)
            self.assign_sub(variable, rate * self._moments[i] / ops.sqrt(self._squares[i]))

        def get_config(self):
            return {**super().get_config(), "momentum": self.momentum}

    return Mine


def tf_keras_class(keras):
    class Mine(keras.optimizers.Optimizer):
        def __init__(self, learning_rate=0.01, momentum=0.9, name="mine", **kwargs):
            super().__init__(name=name, **kwargs)
            self._learning_rate = self._build_learning_rate(learning_rate)
            self.momentum = momentum

        def build(self, var_list):
            super().build(var_list)
            if getattr(self, "_built", False):
                return
            self._built = True
            self.momentums = []
            for variable in var_list:
                made = self.add_variable_from_reference(model_variable=variable, variable_name="m")
                self.momentums.append(made)

        def update_step(self, gradient, variable):
            moment = self.momentums[self._index_dict[self._var_key(variable)]]
            moment.assign(moment * self.momentum + gradient)
            variable.assign_sub(self.learning_rate * moment)

        def get_config(self):
            rate = self._serialize_hyperparameter(self._learning_rate)
            return {**super().get_config(), "learning_rate": rate, "momentum": self.momentum}

    return Mine


CLASSES = {"keras3": keras3_class, "tf.keras": tf_keras_class}


def train(keras, kind, **arguments):
    """A model that has learnt by such an optimizer, and the losses on the way."""
    model = keras.Sequential([keras.layers.Dense(4), keras.layers.Dense(1)])
    model.build((None, 3))
    rng = np.random.RandomState(3)
    model.set_weights([rng.uniform(-1, 1, w.shape) for w in model.get_weights()])
    model.compile(kind(0.05, **arguments), "mse")
    history = model.fit(X, Y, epochs=3, batch_size=5, shuffle=False, verbose=0)
    return model, history.history["loss"]


ARGUMENTS = [{}, {"clipnorm": 1.0, "weight_decay": 0.01}, {"use_ema": True, "ema_momentum": 0.5}]


if __name__ == "__main__":
    era = sys.argv[1]
    if era == "keras3":
        import keras
    else:
        import tf_keras as keras
    found = []
    for arguments in ARGUMENTS:
        model, losses = train(keras, CLASSES[era](keras), **arguments)
        weights = [w.tolist() for w in model.get_weights()]
        found.append({"arguments": arguments, "losses": losses, "weights": weights})
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"custom_{era}.json")
    with open(path, "w") as file:
        json.dump({"version": keras.__version__, "runs": found}, file, indent=1)
        file.write("\n")
