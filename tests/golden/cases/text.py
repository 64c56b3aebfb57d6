"""What is printed: summaries, progress off a terminal, and the messages of callbacks, to the letter."""

from .kit import Area, captured, mask_times
from .networks import blobs, classifier, convnet, perceptron, regression, tokens

area = Area("text", tolerance=1e-4)


# model.summary()


def summary(name, make, **arguments):
    @area.run("summary/" + name)
    def _(k, t):
        model = make(k)
        with captured() as text:
            model.summary(**arguments)
        return {"text": text()}


summary("perceptron", perceptron)
summary("convnet", convnet)
summary("line_length", convnet, line_length=100)
summary("positions", convnet, positions=[0.4, 0.7, 1.0])


@area.run("summary/print_fn")
def _(k, t):
    lines = []
    with captured() as text:
        perceptron(k).summary(print_fn=lines.append)
    return {"lines_given": lines, "printed": text()}


summary(
    "recurrent",
    lambda k: k.models.Sequential(
        [
            k.layers.Embedding(1000, 16, input_length=20, name="words"),
            k.layers.LSTM(8, return_sequences=True),
            k.layers.LSTM(4),
            k.layers.Dense(1, activation="sigmoid"),
        ]
    ),
)
summary(
    "batch_normalization",
    lambda k: k.models.Sequential(
        [
            k.layers.Dense(8, input_dim=4, use_bias=False),
            k.layers.BatchNormalization(),
            k.layers.Activation("relu"),
            k.layers.Dropout(0.5),
            k.layers.Dense(2),
        ]
    ),
)
summary(
    "batch_input_shape",
    lambda k: k.models.Sequential([k.layers.LSTM(4, stateful=True, batch_input_shape=(3, 5, 2)), k.layers.Dense(1)]),
)
summary(
    "unknown_length",
    lambda k: k.models.Sequential([k.layers.Embedding(50, 4), k.layers.LSTM(4), k.layers.Dense(1)]),
)
summary(
    "long_names",
    lambda k: k.models.Sequential(
        [
            k.layers.Dense(4, input_dim=3, name="a_layer_whose_name_is_much_too_long_for_the_table"),
            k.layers.Dense(123456, name="many_parameters"),
        ]
    ),
)
summary(
    "input_layer_and_frozen",
    lambda k: k.models.Sequential(
        [k.layers.InputLayer(input_shape=(6,)), k.layers.Dense(4, trainable=False), k.layers.Dense(2)]
    ),
)


@area.run("summary/functional")
def _(k, t):
    a = k.layers.Input(shape=(4,), name="left")
    b = k.layers.Input(shape=(4,), name="right")
    shared = k.layers.Dense(3, name="shared")
    joined = k.layers.concatenate([shared(a), shared(b)])
    model = k.models.Model([a, b], [k.layers.Dense(1, name="one")(joined), k.layers.Dense(2, name="two")(joined)])
    with captured() as text:
        model.summary()
    return {"text": text()}


@area.run("summary/nested")
def _(k, t):
    inner = k.models.Sequential([k.layers.Dense(3, input_dim=4), k.layers.Dense(2)], name="inner")
    model = k.models.Sequential([inner, k.layers.Dense(1)])
    with captured() as text:
        model.summary()
    return {"text": text()}


# fit and evaluate


def trained(k, t, **arguments):
    x, _labels, y = blobs(t)
    model = classifier(k)
    t.set_weights(model)
    model.compile(k.optimizers.SGD(lr=0.2), "categorical_crossentropy", metrics=["accuracy"])
    t.seed(9)
    with captured() as text:
        model.fit(x, y, epochs=2, **arguments)
    return mask_times(text())


def fit(name, key="text", **arguments):
    area.add("fit/" + name, lambda k, t: {key: trained(k, t, **arguments)})


fit("verbose_1_one_batch", batch_size=22, verbose=1)
fit("verbose_1_two_batches", batch_size=12, verbose=1)
fit("verbose_1_validation", batch_size=12, verbose=1, validation_split=0.1)
fit("verbose_1_many_batches", "lines", batch_size=3, verbose=1)
fit("verbose_1_many_batches_validation", "lines", batch_size=4, verbose=1, validation_split=0.25)
fit("verbose_2", batch_size=8, verbose=2)
fit("verbose_2_validation", batch_size=8, verbose=2, validation_split=0.25)
fit("verbose_0", batch_size=8, verbose=0)
fit("verbose_1_steps", batch_size=None, steps_per_epoch=2, verbose=1)
fit("verbose_2_initial_epoch", batch_size=8, verbose=2, initial_epoch=1)


@area.run("fit/small_numbers")
def _(k, t):
    """Below 0.001 a value is printed with an exponent."""
    x, y = regression(t)
    model = perceptron(k)
    t.set_weights(model)
    model.compile(k.optimizers.SGD(lr=1e-6), lambda y_true, y_pred: 1e-5 * (y_true - y_pred) ** 2)
    t.seed(9)
    results = {}
    for verbose in (1, 2):
        with captured() as text:
            model.fit(x, y, batch_size=10, epochs=1, verbose=verbose)
        results[f"text_{verbose}"] = mask_times(text())
    return results


@area.run("fit/negative_numbers")
def _(k, t):
    """verbose=2 compares with 0.001 without taking the absolute value; verbose=1 takes it."""
    x, y = regression(t)
    model = perceptron(k)
    t.set_weights(model)
    model.compile(k.optimizers.SGD(lr=0.1), "cosine_proximity")
    t.seed(9)
    results = {}
    for verbose in (1, 2):
        with captured() as text:
            model.fit(x, y, batch_size=10, epochs=1, verbose=verbose)
        results[f"text_{verbose}"] = mask_times(text())
    return results


@area.run("evaluate/verbose_1")
def _(k, t):
    x, _labels, y = blobs(t)
    model = classifier(k)
    t.set_weights(model)
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
    results = {}
    for key, call in (
        ("text_two_batches", lambda: model.evaluate(x, y, batch_size=12, verbose=1)),
        ("text_one_batch", lambda: model.evaluate(x, y, batch_size=22)),
        ("text_steps", lambda: model.evaluate(x, y, steps=2, verbose=1)),
        ("many.lines", lambda: model.evaluate(x, y, batch_size=5)),
        ("text_silent", lambda: model.evaluate(x, y, verbose=0)),
        ("text_predict", lambda: model.predict(x, batch_size=12, verbose=1)),
        ("text_predict_default", lambda: model.predict(x)),
        ("text_predict_classes", lambda: model.predict_classes(x, batch_size=12, verbose=1)),
    ):
        with captured() as text:
            call()
        results[key] = mask_times(text())
    return results


# Callbacks


def messages(name, make, verbose=0, epochs=10, lr=0.6, **arguments):
    @area.run("callbacks/" + name)
    def _(k, t):
        x, y = regression(t)
        model = perceptron(k)
        t.set_weights(model)
        model.compile(k.optimizers.SGD(lr=lr), "mse")
        t.seed(8)
        with captured() as text:
            model.fit(
                x,
                y,
                batch_size=8,
                epochs=epochs,
                verbose=verbose,
                validation_split=0.2,
                callbacks=make(k, t),
                **arguments,
            )
        return {"text": mask_times(text().replace(t.folder, "FOLDER"))}


messages("reduce_lr", lambda k, t: [k.callbacks.ReduceLROnPlateau(factor=0.5, patience=1, verbose=1)])
messages(
    "reduce_lr_cooldown_min_lr",
    lambda k, t: [k.callbacks.ReduceLROnPlateau(factor=0.1, patience=1, verbose=1, cooldown=1, min_lr=0.01)],
    verbose=2,
)
messages("lr_scheduler", lambda k, t: [k.callbacks.LearningRateScheduler(lambda e: 0.1 / (e + 1), verbose=1)], epochs=3)
messages("early_stopping", lambda k, t: [k.callbacks.EarlyStopping(patience=1, verbose=1)])
messages(
    "early_stopping_restore",
    lambda k, t: [k.callbacks.EarlyStopping(patience=2, verbose=1, restore_best_weights=True)],
    verbose=2,
)
messages(
    "checkpoint_best",
    lambda k, t: [k.callbacks.ModelCheckpoint(t.scratch("best.h5"), save_best_only=True, verbose=1)],
    epochs=5,
)
messages(
    "checkpoint_each",
    lambda k, t: [k.callbacks.ModelCheckpoint(t.scratch("w{epoch:02d}.h5"), verbose=1, save_weights_only=True)],
    epochs=2,
    verbose=2,
)
messages(
    "several",
    lambda k, t: [
        k.callbacks.ModelCheckpoint(t.scratch("best.h5"), monitor="val_loss", save_best_only=True, verbose=1),
        k.callbacks.ReduceLROnPlateau(patience=1, verbose=1, factor=0.2),
        k.callbacks.EarlyStopping(patience=3, verbose=1),
    ],
    verbose=2,
)


@area.run("callbacks/terminate_on_nan")
def _(k, t):
    x, y = regression(t)
    y[13] = float("nan")
    model = perceptron(k)
    t.set_weights(model)
    model.compile("sgd", "mse")
    with captured() as text:
        model.fit(x, y, batch_size=4, epochs=3, verbose=0, shuffle=False, callbacks=[k.callbacks.TerminateOnNaN()])
    return {"text": text()}


@area.run("fit/embedding_lstm_verbose_2")
def _(k, t):
    x, y = tokens(t)
    model = k.models.Sequential(
        [k.layers.Embedding(9, 4, mask_zero=True), k.layers.LSTM(4), k.layers.Dense(1, activation="sigmoid")]
    )
    t.set_weights(model)
    model.compile("rmsprop", "binary_crossentropy", metrics=["acc", "mae"])
    t.seed(9)
    with captured() as text:
        model.fit(x, y, batch_size=4, epochs=3, verbose=2)
    return {"text": mask_times(text())}
