"""Optimizers: defaults, formulas, clipping, and the names of their arguments."""

import numpy as np

from .kit import ALL, K2, KERAS2_AND_TF, LATER, TF, Area, chain, fitted, outcome, regression

area = Area("optimizing", tolerance=1e-4)


def trained(row, name, build, eras=ALL, epochs=3, layers=1, scale=1.0, eagerly=False):
    """`eagerly`: tf_keras runs the formula as it is written. Inside a tf.function its Nadam counts while it is traced,
    so that the product of momenta is taken once for each weight; that is not followed."""

    def body(k, t):
        x, y = regression(t)
        hidden = [k.layers.Dense(3, activation="tanh")] if layers > 1 else []
        model = chain(k, (4,), *hidden, k.layers.Dense(2))
        t.set_weights(model)
        more = {"run_eagerly": True} if eagerly and t.era == "tf.keras" else {}
        model.compile(build(k), "mse", **more)
        return fitted(model, x, scale * y, epochs)

    area.add(f"{row}/{name}", body, eras)


def hyper(k, optimizer, *names):
    """Numbers of an optimizer's config, under the name that it has there."""
    config = optimizer.get_config()
    found = {name: config.get(name) for name in names}
    return {name: None if value is None else float(value) for name, value in found.items()}


# Clipping

trained("clipnorm", "sgd", lambda k: k.optimizers.SGD(0.1, clipnorm=0.3), layers=2, scale=5.0)
trained("clipnorm", "adam", lambda k: k.optimizers.Adam(0.01, clipnorm=0.1), layers=2, scale=5.0)
trained("clipnorm", "momentum", lambda k: k.optimizers.SGD(0.05, momentum=0.9, clipnorm=0.5), layers=2, scale=5.0)
trained("clipnorm", "rmsprop", lambda k: k.optimizers.RMSprop(0.01, clipnorm=0.2), layers=2, scale=5.0)
trained("clipnorm", "global_clipnorm", lambda k: k.optimizers.SGD(0.1, global_clipnorm=0.3), LATER, 3, 2, 5.0)
trained("clipnorm", "clipvalue", lambda k: k.optimizers.SGD(0.1, clipvalue=0.05), layers=2, scale=5.0)

# epsilon: its default is tried where it is as large as what it is added to


def tiny_gradients(name, build):
    """Gradients of about epsilon's size."""

    def body(k, t):
        x, y = regression(t)
        model = chain(k, (4,), k.layers.Dense(2, use_bias=False))
        t.set_weights(model)
        model.compile(build(k), "mse", loss_weights=[1e-6])
        return fitted(model, x, y)

    area.add(f"optimizer_epsilon/{name}", body)


tiny_gradients("adam", lambda k: k.optimizers.Adam(0.01))
tiny_gradients("adamax", lambda k: k.optimizers.Adamax(0.01))
tiny_gradients("rmsprop", lambda k: k.optimizers.RMSprop(0.01))


def default_epsilon(name):
    def body(k, t):
        return hyper(k, getattr(k.optimizers, name)(), "epsilon")

    area.add(f"optimizer_epsilon/config_of_{name.lower()}", body)


for optimizer in ("Adam", "RMSprop", "Adagrad", "Adadelta", "Adamax", "Nadam"):
    default_epsilon(optimizer)

# RMSprop

trained("rmsprop_denominator", "default", lambda k: k.optimizers.RMSprop())
trained("rmsprop_denominator", "large_epsilon", lambda k: k.optimizers.RMSprop(0.01, epsilon=0.1))
trained("rmsprop_denominator", "rho", lambda k: k.optimizers.RMSprop(0.01, rho=0.5, epsilon=1e-2), layers=2)
trained("rmsprop_denominator", "momentum", lambda k: k.optimizers.RMSprop(0.01, momentum=0.8, epsilon=0.01), LATER)
trained("rmsprop_denominator", "centered", lambda k: k.optimizers.RMSprop(0.01, centered=True, epsilon=0.01), LATER)

# Adagrad, Adadelta, Nadam

trained("adagrad", "default", lambda k: k.optimizers.Adagrad())
trained("adagrad", "by_name", lambda k: "adagrad", layers=2)
trained("adagrad", "rate", lambda k: k.optimizers.Adagrad(0.05, epsilon=0.01))
trained("adagrad", "accumulator", lambda k: k.optimizers.Adagrad(0.05, initial_accumulator_value=0.3), LATER)
trained("adadelta_and_nadam", "adadelta", lambda k: k.optimizers.Adadelta())
trained("adadelta_and_nadam", "adadelta_by_name", lambda k: "adadelta", layers=2)
trained("adadelta_and_nadam", "adadelta_rate", lambda k: k.optimizers.Adadelta(0.3, rho=0.9))
trained("adadelta_and_nadam", "nadam", lambda k: k.optimizers.Nadam(), eagerly=True)
trained("adadelta_and_nadam", "nadam_by_name", lambda k: "nadam", layers=2, eagerly=True)
trained("adadelta_and_nadam", "nadam_rate", lambda k: k.optimizers.Nadam(0.02, beta_1=0.8), layers=2, eagerly=True)
trained("adadelta_and_nadam", "adam_default", lambda k: "adam", layers=2)
trained("adadelta_and_nadam", "sgd_default", lambda k: "sgd", layers=2)
trained("adadelta_and_nadam", "adamax_default", lambda k: "adamax", layers=2)

# lr= and decay=: Keras 2's names; tf_keras raises for decay, Keras 3 for lr, kerastorch takes both in every era

trained("lr_and_decay", "lr", lambda k: k.optimizers.SGD(lr=0.2), K2)
trained("lr_and_decay", "decay", lambda k: k.optimizers.SGD(lr=0.2, decay=0.1), K2)
trained("lr_and_decay", "adam_decay", lambda k: k.optimizers.Adam(lr=0.02, decay=0.05), K2)
trained("lr_and_decay", "nesterov", lambda k: k.optimizers.SGD(lr=0.05, decay=0.01, momentum=0.9, nesterov=True), K2)
trained("lr_and_decay", "legacy_lr", lambda k: k.optimizers.legacy.SGD(lr=0.2), TF)
trained("lr_and_decay", "legacy_decay", lambda k: k.optimizers.legacy.SGD(0.2, decay=0.1), TF)
trained("lr_and_decay", "legacy_adam", lambda k: k.optimizers.legacy.Adam(0.02, decay=0.05), TF)
trained("lr_and_decay", "learning_rate", lambda k: k.optimizers.SGD(learning_rate=0.2), LATER)


def schedule(k):
    return k.optimizers.schedules.InverseTimeDecay(0.2, decay_steps=1, decay_rate=0.1)


trained("lr_and_decay", "schedule", lambda k: k.optimizers.SGD(schedule(k)), LATER)
trained("lr_and_decay", "weight_decay", lambda k: k.optimizers.Adam(0.02, weight_decay=0.05), LATER)


@area.run("lr_and_decay/changed_by_hand", KERAS2_AND_TF)
def _(k, t):
    """``K.set_value(model.optimizer.lr, …)``, as old scripts change the rate."""
    x, y = regression(t)
    model = chain(k, (4,), k.layers.Dense(2))
    t.set_weights(model)
    model.compile(k.optimizers.SGD(0.2), "mse")
    losses = [float(model.train_on_batch(x, y))]
    k.backend.set_value(model.optimizer.lr, 0.05)
    losses += [float(model.train_on_batch(x, y)) for _ in range(2)]
    return {"losses": losses, "rate": float(k.backend.get_value(model.optimizer.lr)), "weights": model.get_weights()}


@area.run("lr_and_decay/changed_by_assignment", LATER)
def _(k, t):
    x, y = regression(t)
    model = chain(k, (4,), k.layers.Dense(2))
    t.set_weights(model)
    model.compile(k.optimizers.SGD(0.2), "mse")
    losses = [float(model.train_on_batch(x, y))]
    model.optimizer.learning_rate = 0.05
    losses += [float(model.train_on_batch(x, y)) for _ in range(2)]
    return {"losses": losses, "rate": float(t.value(model.optimizer.learning_rate)), "weights": model.get_weights()}


# The third positional argument of compile


@area.run("compile_third/one_output", KERAS2_AND_TF)
def _(k, t):
    x, y = regression(t)
    model = chain(k, (4,), k.layers.Dense(2))
    t.set_weights(model)
    model.compile(k.optimizers.SGD(0.1), "mse", ["mae"])
    return fitted(model, x, y)


@area.run("compile_third/accuracy", KERAS2_AND_TF)
def _(k, t):
    x = t.rng.standard_normal((12, 4))
    model = chain(k, (4,), k.layers.Dense(3, activation="softmax"))
    t.set_weights(model)
    model.compile("sgd", "categorical_crossentropy", ["accuracy"])
    return fitted(model, x, np.eye(3)[t.rng.randint(0, 3, 12)])


@area.run("compile_third/then_loss_weights", KERAS2_AND_TF)
def _(k, t):
    x, y = regression(t)
    model = chain(k, (4,), k.layers.Dense(2))
    t.set_weights(model)
    model.compile(k.optimizers.SGD(0.1), "mse", ["mae"], [0.5])
    return fitted(model, x, y)


def third(name, *arguments):
    def body(k, t):
        x, y = regression(t)
        model = chain(k, (4,), k.layers.Dense(2))
        t.set_weights(model)
        model.compile(k.optimizers.SGD(0.1), "mse", *arguments)
        return fitted(model, x, y)

    area.add(f"compile_third/{name}", body, ("keras3",))


third("weight", [0.5])
third("weight_then_metrics", [0.25], ["mae"])
third("none_then_metrics", None, ["mae"])


@area.run("compile_third/metrics_there_raise", ("keras3",))
def _(k, t):
    x, y = regression(t)
    model = chain(k, (4,), k.layers.Dense(2))

    def attempt():
        model.compile("sgd", "mse", ["mae"])
        model.fit(x, y, verbose=0)
        return {"raises": False}

    return outcome(attempt)
