"""Five epochs with every optimizer and each of its options, from given weights."""

from .kit import Area, results_of_fit
from .networks import blobs, classifier, convnet, perceptron, regression, tokens

area = Area("training_optimizers", tolerance=1e-4)


def optimizer(name, make):
    """Regression in batches of 8, 8 and 4, shuffled by numpy's global generator."""

    def body(k, t):
        x, y = regression(t)
        model = perceptron(k)
        t.set_weights(model)
        model.compile(make(k), "mse", metrics=["mae"])
        t.seed(5)
        history = model.fit(x, y, batch_size=8, epochs=5, verbose=0)
        results = results_of_fit(model, history, x)
        results["config"] = model.optimizer.get_config()
        results["class"] = type(model.optimizer).__name__
        results["optimizer_weights"] = model.optimizer.get_weights()
        return results

    area.add(name, body)


def options(cls, *variants):
    for suffix, arguments in variants:
        optimizer(
            cls.lower() + "/" + suffix,
            lambda k, arguments=arguments: getattr(k.optimizers, cls)(**arguments),
        )


options(
    "SGD",
    ("default", {}),
    ("lr", {"lr": 0.2}),
    ("decay", {"lr": 0.2, "decay": 0.05}),
    ("momentum", {"lr": 0.05, "momentum": 0.9}),
    ("nesterov", {"lr": 0.05, "momentum": 0.9, "nesterov": True}),
    ("nesterov_decay", {"lr": 0.1, "momentum": 0.8, "nesterov": True, "decay": 0.1}),
    ("clipnorm", {"lr": 0.2, "clipnorm": 0.5}),
    ("clipvalue", {"lr": 0.2, "clipvalue": 0.1}),
    ("clipnorm_and_clipvalue", {"lr": 0.2, "clipnorm": 0.7, "clipvalue": 0.15}),
    ("momentum_clipnorm", {"lr": 0.1, "momentum": 0.7, "clipnorm": 0.4}),
)
options(
    "RMSprop",
    ("default", {}),
    ("lr", {"lr": 0.02}),
    ("rho", {"lr": 0.01, "rho": 0.5}),
    ("epsilon", {"lr": 0.01, "epsilon": 0.1}),
    ("decay", {"lr": 0.02, "decay": 0.1}),
    ("clipnorm", {"lr": 0.01, "clipnorm": 0.5, "epsilon": 0.01}),
    ("clipvalue", {"lr": 0.01, "clipvalue": 0.1}),
)
options(
    "Adagrad",
    ("default", {}),
    ("lr", {"lr": 0.1}),
    ("epsilon", {"lr": 0.1, "epsilon": 0.05}),
    ("decay", {"lr": 0.1, "decay": 0.1}),
    ("clipnorm", {"lr": 0.05, "clipnorm": 0.5, "epsilon": 0.01}),
    ("clipvalue", {"lr": 0.05, "clipvalue": 0.1}),
)
options(
    "Adadelta",
    ("default", {}),
    ("lr", {"lr": 3.0}),
    ("rho", {"rho": 0.5}),
    ("epsilon", {"epsilon": 1e-3}),
    ("decay", {"lr": 2.0, "decay": 0.1}),
    ("clipnorm", {"clipnorm": 0.5, "epsilon": 1e-3}),
    ("clipvalue", {"clipvalue": 0.1}),
)
options(
    "Adam",
    ("default", {}),
    ("lr", {"lr": 0.02}),
    ("betas", {"lr": 0.01, "beta_1": 0.5, "beta_2": 0.9}),
    ("epsilon", {"lr": 0.01, "epsilon": 0.1}),
    ("decay", {"lr": 0.02, "decay": 0.1}),
    ("amsgrad", {"lr": 0.02, "amsgrad": True}),
    ("amsgrad_decay", {"lr": 0.02, "amsgrad": True, "decay": 0.05, "beta_2": 0.8}),
    ("clipnorm", {"lr": 0.01, "clipnorm": 0.5, "epsilon": 0.01}),
    ("clipvalue", {"lr": 0.01, "clipvalue": 0.1}),
)
options(
    "Adamax",
    ("default", {}),
    ("lr", {"lr": 0.02}),
    ("betas", {"lr": 0.01, "beta_1": 0.5, "beta_2": 0.9}),
    ("epsilon", {"lr": 0.02, "epsilon": 0.1}),
    ("decay", {"lr": 0.02, "decay": 0.1}),
    ("clipnorm", {"lr": 0.02, "clipnorm": 0.5}),
    ("clipvalue", {"lr": 0.02, "clipvalue": 0.1}),
)
options(
    "Nadam",
    ("default", {}),
    ("lr", {"lr": 0.02}),
    ("betas", {"lr": 0.01, "beta_1": 0.5, "beta_2": 0.9}),
    ("epsilon", {"lr": 0.02, "epsilon": 0.1}),
    ("schedule_decay", {"lr": 0.02, "schedule_decay": 0.5}),
    ("clipnorm", {"lr": 0.02, "clipnorm": 0.5, "epsilon": 0.01}),
    ("clipvalue", {"lr": 0.02, "clipvalue": 0.1}),
)
for name in "sgd rmsprop adagrad adadelta adam adamax nadam".split():
    optimizer("by_name/" + name, lambda k, name=name: name)
optimizer("by_name/capitals", lambda k: "RMSprop")
optimizer(
    "by_config/adam",
    lambda k: k.optimizers.get({"class_name": "Adam", "config": {"lr": 0.03, "beta_1": 0.8}}),
)


@area.run("by_config/round_trip")
def _(k, t):
    made = [
        k.optimizers.SGD(0.3, momentum=0.5, nesterov=True, clipnorm=2.0),
        k.optimizers.Adam(0.3, amsgrad=True, clipvalue=0.5),
        k.optimizers.Nadam(schedule_decay=0.1),
    ]
    copies = [type(item).from_config(item.get_config()) for item in made]
    return {
        "configs": [item.get_config() for item in copies],
        "serialized": [k.optimizers.serialize(item) for item in made],
    }


# Other layers' weights under optimizers that scale each step: kernels in other layouts, sparse gradients.

for name, arguments in (
    ("SGD", {"lr": 0.1, "momentum": 0.9, "clipnorm": 0.5}),
    ("Adam", {"lr": 0.01}),
    ("Adadelta", {}),
):

    @area.run("convnet/" + name.lower())
    def _(k, t, name=name, arguments=arguments):
        x = t.rng.standard_normal((10, 8, 8, 1))
        y = t.rng.randint(0, 3, (10, 1)).astype("float64")
        model = convnet(k)
        t.set_weights(model)
        model.compile(getattr(k.optimizers, name)(**arguments), "sparse_categorical_crossentropy", metrics=["acc"])
        t.seed(1)
        return results_of_fit(model, model.fit(x, y, batch_size=4, epochs=5, verbose=0), x)


for name, arguments in (
    ("RMSprop", {"lr": 0.01}),
    ("Adam", {"lr": 0.01}),
    ("Adagrad", {"lr": 0.05}),
    ("Nadam", {}),
    ("SGD", {"lr": 0.3, "momentum": 0.5}),
):

    @area.run("embedding_lstm/" + name.lower())
    def _(k, t, name=name, arguments=arguments):
        x, y = tokens(t)
        model = k.models.Sequential(
            [k.layers.Embedding(9, 4, mask_zero=True), k.layers.LSTM(4), k.layers.Dense(1, activation="sigmoid")]
        )
        t.set_weights(model)
        model.compile(getattr(k.optimizers, name)(**arguments), "binary_crossentropy", metrics=["accuracy"])
        t.seed(2)
        return results_of_fit(model, model.fit(x, y, batch_size=4, epochs=5, verbose=0), x)


@area.run("state/second_fit_goes_on")
def _(k, t):
    x, _labels, y = blobs(t)
    model = classifier(k)
    t.set_weights(model)
    model.compile(k.optimizers.Adam(lr=0.02, decay=0.05), "categorical_crossentropy")
    t.seed(3)
    first = model.fit(x, y, batch_size=8, epochs=2, verbose=0)
    second = model.fit(x, y, batch_size=8, epochs=3, verbose=0)
    results = results_of_fit(model, second, x)
    results["first_history"] = first.history
    return results


@area.run("state/compile_starts_afresh")
def _(k, t):
    x, _labels, y = blobs(t)
    model = classifier(k)
    t.set_weights(model)
    for _i in range(2):
        model.compile(k.optimizers.SGD(lr=0.05, momentum=0.9, decay=0.1), "categorical_crossentropy")
        t.seed(3)
        history = model.fit(x, y, batch_size=8, epochs=3, verbose=0)
    return results_of_fit(model, history, x)


@area.run("state/set_weights_keeps_it")
def _(k, t):
    x, _labels, y = blobs(t)
    model = classifier(k)
    t.set_weights(model)
    start = model.get_weights()
    model.compile(k.optimizers.Adam(lr=0.05), "categorical_crossentropy")
    t.seed(3)
    model.fit(x, y, batch_size=8, epochs=3, verbose=0)
    model.set_weights(start)
    return results_of_fit(model, model.fit(x, y, batch_size=8, epochs=3, verbose=0), x)
