"""Optimizers as scripts for tf.keras 2.0 to 2.10 write them, by slots, and what they learn.

Records with ``python tests/optimizers/golden/by_slot.py``, run by tf_keras; they derive from its ``optimizers.legacy``.
"""

import json
import os

import numpy as np

X = np.random.RandomState(0).rand(20, 3).astype("float32")
Y = X.sum(1, keepdims=True)


def momentum(keras, tf):
    """The whole formula in a class of the script's."""

    class Momentum(keras.optimizers.legacy.Optimizer):
        def __init__(self, learning_rate=0.01, rho=0.9, epsilon=1e-3, name="Momentum", **kwargs):
            super().__init__(name, **kwargs)
            self._set_hyper("learning_rate", kwargs.get("lr", learning_rate))
            self._set_hyper("decay", self._initial_decay)
            self._set_hyper("rho", rho)
            self.epsilon = epsilon

        def _create_slots(self, var_list):
            for var in var_list:
                self.add_slot(var, "m")
            for var in var_list:
                self.add_slot(var, "v", "ones")

        def _resource_apply_dense(self, grad, var, apply_state=None):
            rate = self._decayed_lr(var.dtype.base_dtype)
            rho = self._get_hyper("rho", var.dtype.base_dtype)
            m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
            step = tf.cast(self.iterations + 1, var.dtype.base_dtype)
            m_t = m.assign(rho * m + (1.0 - rho) * grad, use_locking=self._use_locking)
            v_t = v.assign_add(tf.square(grad), use_locking=self._use_locking)
            change = rate * m_t / (1.0 - tf.pow(rho, step)) / (tf.sqrt(v_t) + self.epsilon)
            return tf.group(var.assign_sub(change, use_locking=self._use_locking), m_t, v_t)

        def _resource_apply_sparse(self, grad, var, indices, apply_state=None):
            raise NotImplementedError

        def get_config(self):
            config = {name: self._serialize_hyperparameter(name) for name in ("learning_rate", "decay", "rho")}
            return {**super().get_config(), **config, "epsilon": self.epsilon}

    return Momentum


def prepared(keras, tf):
    """Numbers worked out once a step, and a look at the norm before gradients are applied."""

    class Prepared(keras.optimizers.legacy.Optimizer):
        _HAS_AGGREGATE_GRAD = True

        def __init__(self, learning_rate=0.01, weight_decay=0.01, name="Prepared", **kwargs):
            super().__init__(name, **kwargs)
            self._set_hyper("learning_rate", learning_rate)
            self._set_hyper("weight_decay", weight_decay)

        def _prepare_local(self, var_device, var_dtype, apply_state):
            super()._prepare_local(var_device, var_dtype, apply_state)
            shrink = tf.identity(self._get_hyper("weight_decay", var_dtype))
            apply_state[(var_device, var_dtype)].update({"shrink": shrink})

        def apply_gradients(self, grads_and_vars, name=None, experimental_aggregate_gradients=True):
            grads, variables = zip(*list(grads_and_vars))
            grads, _ = tf.clip_by_global_norm(grads, clip_norm=0.5)
            return super().apply_gradients(
                zip(grads, variables), name=name, experimental_aggregate_gradients=experimental_aggregate_gradients
            )

        def _resource_apply_dense(self, grad, var, apply_state=None):
            device, dtype = var.device, var.dtype.base_dtype
            numbers = (apply_state or {}).get((device, dtype)) or self._fallback_apply_state(device, dtype)
            return var.assign_sub(numbers["lr_t"] * (grad + numbers["shrink"] * var))

        def get_config(self):
            config = {name: self._serialize_hyperparameter(name) for name in ("learning_rate", "weight_decay")}
            return {**super().get_config(), **config}

    return Prepared


def decaying(keras, tf):
    """Adam with weights that decay beside it, as for BERT."""

    class Decaying(keras.optimizers.legacy.Adam):
        def __init__(self, learning_rate=0.001, weight_decay_rate=0.0, exclude=("bias",), name="Decaying", **kwargs):
            super().__init__(learning_rate, name=name, **kwargs)
            self.weight_decay_rate, self.exclude = weight_decay_rate, exclude

        def _prepare_local(self, var_device, var_dtype, apply_state):
            super()._prepare_local(var_device, var_dtype, apply_state)
            apply_state[(var_device, var_dtype)]["weight_decay_rate"] = tf.constant(self.weight_decay_rate)

        def _resource_apply_dense(self, grad, var, apply_state=None):
            numbers = apply_state[(var.device, var.dtype.base_dtype)]
            if not any(word in var.name for word in self.exclude):
                var.assign_sub(numbers["lr_t"] * var * numbers["weight_decay_rate"], use_locking=self._use_locking)
            return super()._resource_apply_dense(grad, var, apply_state=apply_state)

        def get_config(self):
            return {**super().get_config(), "weight_decay_rate": self.weight_decay_rate}

    return Decaying


def coefficients(keras, tf):
    """Adam's own numbers, used in another formula."""

    class Coefficients(keras.optimizers.legacy.Adam):
        def _resource_apply_dense(self, grad, var, apply_state=None):
            c = apply_state[(var.device, var.dtype.base_dtype)]
            m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
            m.assign(c["beta_1_t"] * m + c["one_minus_beta_1_t"] * grad)
            v.assign(c["beta_2_t"] * v + c["one_minus_beta_2_t"] * grad * grad)
            return var.assign_sub(c["lr"] * m / (tf.sqrt(v) + c["epsilon"]))

    return Coefficients


def wrapping(keras, tf):
    """An optimizer around another one, whose steps it follows at a distance."""

    class Wrapping(keras.optimizers.legacy.Optimizer):
        def __init__(self, optimizer, every=2, slow=0.5, name="Wrapping", **kwargs):
            super().__init__(name, **kwargs)
            self._optimizer = optimizer
            self._set_hyper("every", every)
            self._set_hyper("slow", slow)

        def _create_slots(self, var_list):
            self._optimizer._create_slots(var_list=var_list)
            for var in var_list:
                self.add_slot(var, "slow", initializer=var)

        def _create_hypers(self):
            self._optimizer._create_hypers()

        def _prepare(self, var_list):
            return self._optimizer._prepare(var_list=var_list)

        def apply_gradients(self, grads_and_vars, name=None, **kwargs):
            self._optimizer._iterations = self.iterations
            return super().apply_gradients(grads_and_vars, name, **kwargs)

        @property
        def weights(self):
            return self._weights + self._optimizer.weights

        @property
        def lr(self):
            return self._optimizer._get_hyper("learning_rate")

        def _resource_apply_dense(self, grad, var):
            self._optimizer._resource_apply_dense(grad, var)
            slow = self.get_slot(var, "slow")
            step = tf.cast(self.iterations + 1, tf.int64)
            every = self._get_hyper("every", tf.int64)
            met = slow + self._get_hyper("slow", var.dtype.base_dtype) * (var - slow)
            now = tf.equal(tf.math.floordiv(step, every) * every, step)
            slow.assign(tf.where(now, met, slow))
            return var.assign(tf.where(now, met, var))

        def get_config(self):
            return {**super().get_config(), "every": self._serialize_hyperparameter("every")}

    return Wrapping


def rate(keras):
    return keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=4, decay_rate=0.5)


RUNS = [
    (momentum, lambda keras: {"learning_rate": 0.05}),
    (momentum, lambda keras: {"lr": 0.1, "decay": 0.1, "clipnorm": 0.5}),
    (momentum, lambda keras: {"learning_rate": rate(keras), "rho": 0.5}),
    (prepared, lambda keras: {"learning_rate": 0.1}),
    (decaying, lambda keras: {"learning_rate": 0.02, "weight_decay_rate": 0.1}),
    (decaying, lambda keras: {"learning_rate": rate(keras), "weight_decay_rate": 0.2, "beta_1": 0.8, "amsgrad": True}),
    (coefficients, lambda keras: {"learning_rate": 0.02, "epsilon": 1e-4}),
    (wrapping, lambda keras: {"optimizer": keras.optimizers.legacy.Adam(0.02)}),
    (wrapping, lambda keras: {"optimizer": keras.optimizers.legacy.SGD(0.02, momentum=0.5), "every": 3, "slow": 0.2}),
]


def train(keras, kind, **arguments):
    """A model that has learnt by such an optimizer, and the losses on the way."""
    model = keras.Sequential([keras.layers.Dense(4), keras.layers.Dense(1)])
    model.build((None, 3))
    rng = np.random.RandomState(3)
    model.set_weights([rng.uniform(-1, 1, w.shape) for w in model.get_weights()])
    model.compile(kind(**arguments), "mse")
    history = model.fit(X, Y, epochs=3, batch_size=5, shuffle=False, verbose=0)
    return model, history.history["loss"]


if __name__ == "__main__":
    import tensorflow
    import tf_keras

    found = []
    for make, arguments in RUNS:
        model, losses = train(tf_keras, make(tf_keras, tensorflow), **arguments(tf_keras))
        optimizer = model.optimizer
        config = {k: v.item() if isinstance(v, np.generic) else v for k, v in optimizer.get_config().items()}
        found.append(
            {
                "losses": losses,
                "weights": [w.tolist() for w in model.get_weights()],
                "state": [np.shape(w) for w in optimizer.get_weights()],
                "config": config,
            }
        )
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "by_slot.json")
    with open(path, "w") as file:
        json.dump({"version": tf_keras.__version__, "runs": found}, file, indent=1)
        file.write("\n")
