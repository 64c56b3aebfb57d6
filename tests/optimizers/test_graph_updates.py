"""``get_updates``: one step of ``K.function`` is one step of training, and scripts' own optimizers learn by it."""

import numpy as np
import pytest

import kerastorch as keras
from kerastorch import backend as K
from kerastorch.layers import Dense, Input
from kerastorch.legacy import interfaces
from kerastorch.models import Model
from kerastorch.optimizers import SGD, Adam, Optimizer, RMSprop

X = np.random.RandomState(0).rand(8, 3).astype("float32")
Y = np.random.RandomState(1).rand(8, 2).astype("float32")


def model(**kwargs):
    x = Input((3,))
    made = Model(x, Dense(2, **kwargs)(x))
    made.set_weights([np.linspace(-1, 1, 6).reshape(3, 2), np.array([0.5, -0.5])])
    return made


def stepped(optimizer, arguments, steps=3, **kwargs):
    """Weights and losses of steps that K.function makes."""
    made, target = model(**kwargs), K.placeholder((None, 2))
    loss = K.mean(K.square(made.output - target))
    given = {"loss": loss, "params": made.trainable_weights, "constraints": []}
    step = K.function([made.input, target], [loss], updates=optimizer.get_updates(*map(given.get, arguments)))
    losses = [float(step([X, Y])[0]) for _ in range(steps)]
    return made.get_weights(), losses


def trained(optimizer, steps=3, **kwargs):
    made = model(**kwargs)
    made.compile(optimizer, "mse")
    losses = [float(made.train_on_batch(X, Y)) for _ in range(steps)]
    return made.get_weights(), losses


CASES = [
    (lambda: SGD(lr=0.1, momentum=0.9), ("loss", "params"), {}),
    (lambda: Adam(lr=0.1, decay=0.1), ("params", "constraints", "loss"), {}),
    (lambda: RMSprop(lr=0.1, epsilon=0.01), ("loss", "params"), {}),
    (lambda: SGD(lr=1.0, clipnorm=0.01), ("loss", "params"), {}),
    (lambda: SGD(lr=1.0, clipvalue=0.01), ("loss", "params"), {}),
    (lambda: SGD(lr=1.0), ("loss", "params"), {"kernel_constraint": "non_neg", "use_bias": True}),
]


@pytest.mark.parametrize("optimizer, arguments, layer", CASES)
def test_one_step_of_a_function_is_one_of_training(optimizer, arguments, layer):
    weights, losses = stepped(optimizer(), arguments, **layer)
    expected, expected_losses = trained(optimizer(), **layer)
    np.testing.assert_allclose(losses, expected_losses, rtol=1e-5)
    for found, known in zip(weights, expected, strict=True):
        np.testing.assert_allclose(found, known, rtol=1e-5, atol=1e-6)


def test_it_goes_on_with_training():
    """State and iterations are the optimizer's own, whoever steps."""
    optimizer, made, target = Adam(lr=0.1), model(), K.placeholder((None, 2))
    made.compile(optimizer, "mse")
    loss = K.mean(K.square(made.output - target))
    step = K.function([made.input, target], [], updates=optimizer.get_updates(loss=loss, params=made.trainable_weights))
    step([X, Y])
    made.train_on_batch(X, Y)
    step([X, Y])
    for found, known in zip(made.get_weights(), trained(Adam(lr=0.1))[0], strict=True):
        np.testing.assert_allclose(found, known, rtol=1e-5, atol=1e-6)
    assert K.get_value(optimizer.iterations) == 3


def test_wrong_arguments():
    loss = K.placeholder(())
    with pytest.raises(TypeError, match="SGD.get_updates: expected loss and params"):
        SGD().get_updates(loss)
    with pytest.raises(TypeError, match="SGD.get_updates: expected loss and params. Received: 0 arguments"):
        SGD().get_updates(loss=loss, params=[], lr=3)
    with pytest.raises(ValueError, match="SGD.get_updates: expected a symbolic loss"):
        SGD().get_updates(K.eval(K.variable(1.0)), [])


# ------------------------------------------------------------- optimizers of a script's own


class MyAdam(Optimizer):
    """As such classes are copied from Keras 2 and changed."""

    def __init__(self, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, decay=0.0, **kwargs):
        super().__init__(**kwargs)
        with K.name_scope(self.__class__.__name__):
            self.iterations = K.variable(0, dtype="int64", name="iterations")
            self.lr = K.variable(lr, name="lr")
            self.decay = K.variable(decay, name="decay")
        self.beta_1, self.beta_2, self.epsilon, self.initial_decay = beta_1, beta_2, epsilon, decay

    @interfaces.legacy_get_updates_support
    def get_updates(self, loss, params):
        grads = self.get_gradients(loss, params)
        self.updates = [K.update_add(self.iterations, 1)]
        lr = self.lr
        if self.initial_decay > 0:
            lr *= 1.0 / (1.0 + self.decay * K.cast(self.iterations, K.dtype(self.decay)))
        t = K.cast(self.iterations, K.floatx()) + 1
        lr_t = lr * (K.sqrt(1.0 - K.pow(self.beta_2, t)) / (1.0 - K.pow(self.beta_1, t)))
        ms = [K.zeros(K.int_shape(p), dtype=K.dtype(p)) for p in params]
        vs = [K.zeros(K.int_shape(p), dtype=K.dtype(p)) for p in params]
        self.weights = [self.iterations, *ms, *vs]
        for p, g, m, v in zip(params, grads, ms, vs, strict=True):
            m_t = self.beta_1 * m + (1.0 - self.beta_1) * g
            v_t = self.beta_2 * v + (1.0 - self.beta_2) * K.square(g)
            p_t = p - lr_t * m_t / (K.sqrt(v_t) + self.epsilon)
            self.updates += [K.update(m, m_t), K.update(v, v_t)]
            if getattr(p, "constraint", None) is not None:
                p_t = p.constraint(p_t)
            self.updates.append(K.update(p, p_t))
        return self.updates

    def get_config(self):
        return {**super().get_config(), "lr": float(K.get_value(self.lr)), "beta_1": self.beta_1}


@pytest.mark.parametrize("arguments", [{}, {"decay": 0.1}, {"clipnorm": 0.01}])
def test_a_scripts_own_adam_is_adam(arguments):
    results = []
    for kind in (MyAdam, Adam):
        made = model()
        made.compile(kind(lr=0.1, **arguments), "mse", metrics=["mae"])
        halve = keras.callbacks.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1))
        options = {"epochs": 3, "batch_size": 4, "shuffle": False, "verbose": 0}
        history = made.fit(X, Y, callbacks=[halve], **options).history
        results.append((history["loss"], made.get_weights(), made.optimizer.get_weights()))
    for mine, known in zip(*results, strict=True):
        for found, expected in zip(mine, known, strict=False):
            np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def test_a_scripts_own_optimizer_is_saved_as_it_says():
    made = model()
    made.compile(MyAdam(lr=0.1), "mse")
    made.train_on_batch(X, Y)
    assert made.optimizer.get_config() == {"lr": pytest.approx(0.1), "beta_1": 0.9}
    assert [w.shape for w in made.optimizer.get_weights()] == [(), (3, 2), (2,), (3, 2), (2,)]


def test_gradients_of_a_graph():
    made = model()
    loss = K.sum(K.square(made.output))
    grads = SGD().get_gradients(loss, made.trainable_weights)
    kernel, bias = K.function([made.input], grads)([X])
    outputs = X @ made.get_weights()[0] + made.get_weights()[1]
    np.testing.assert_allclose(kernel, 2 * X.T @ outputs, rtol=1e-5)
    np.testing.assert_allclose(bias, 2 * outputs.sum(0), rtol=1e-5)
