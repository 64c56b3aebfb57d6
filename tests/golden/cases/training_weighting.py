"""Class weights, sample weights, temporal weights and masks in training and evaluation."""

import numpy as np

from .kit import Area, lengths, results_of_fit
from .networks import blobs, classifier, perceptron, regression, sequences, tokens

area = Area("training_weighting", tolerance=1e-4)


def compiled(k, t, model, loss="categorical_crossentropy", metrics=("accuracy",), **arguments):
    t.set_weights(model)
    model.compile(k.optimizers.SGD(lr=0.1), loss, metrics=list(metrics), **arguments)
    t.seed(6)
    return model


def fit(model, x, y, **arguments):
    history = model.fit(x, y, batch_size=arguments.pop("batch_size", 8), epochs=5, verbose=0, **arguments)
    return results_of_fit(model, history, x)


def weights_with_zeros(t, *shape):
    weights = t.rng.uniform(0.2, 2.0, shape)
    weights[t.rng.uniform(0, 1, shape) < 0.3] = 0.0
    return weights


@area.run("class_weight/one_hot")
def _(k, t):
    x, _labels, y = blobs(t)
    return fit(compiled(k, t, classifier(k)), x, y, class_weight={0: 1.0, 1: 3.0, 2: 0.25})


@area.run("class_weight/sparse_labels")
def _(k, t):
    x, labels, _y = blobs(t)
    model = compiled(k, t, classifier(k), "sparse_categorical_crossentropy")
    return fit(model, x, labels, class_weight={0: 0.5, 1: 2.0, 2: 1.0})


@area.run("class_weight/binary")
def _(k, t):
    x, labels, _y = blobs(t, classes=2)
    model = compiled(k, t, classifier(k, 1, "sigmoid"), "binary_crossentropy")
    return fit(model, x, labels, class_weight={0: 0.2, 1: 1.8})


@area.run("class_weight/zero_for_one_class")
def _(k, t):
    x, _labels, y = blobs(t)
    return fit(compiled(k, t, classifier(k)), x, y, class_weight={0: 1.0, 1: 0.0, 2: 2.0})


@area.run("class_weight/with_validation_split")
def _(k, t):
    x, _labels, y = blobs(t)
    return fit(compiled(k, t, classifier(k)), x, y, class_weight={0: 1.0, 1: 3.0, 2: 0.25}, validation_split=0.25)


@area.run("class_weight/auto")
def _(k, t):
    """Anything but a dict has no effect."""
    x, _labels, y = blobs(t)
    return fit(compiled(k, t, classifier(k)), x, y, class_weight="auto")


@area.run("class_weight/and_sample_weight")
def _(k, t):
    x, _labels, y = blobs(t)
    model = compiled(k, t, classifier(k), weighted_metrics=["accuracy"])
    weights = weights_with_zeros(t, 22)
    return fit(model, x, y, class_weight={0: 1.0, 1: 3.0, 2: 0.25}, sample_weight=weights)


@area.run("sample_weight/plain")
def _(k, t):
    x, y = regression(t)
    return fit(compiled(k, t, perceptron(k), "mse", ["mae"]), x, y, sample_weight=t.rng.uniform(0.1, 2, 20))


@area.run("sample_weight/zeros")
def _(k, t):
    x, y = regression(t)
    return fit(compiled(k, t, perceptron(k), "mse", ["mae"]), x, y, sample_weight=weights_with_zeros(t, 20))


@area.run("sample_weight/validation_split")
def _(k, t):
    x, y = regression(t)
    model = compiled(k, t, perceptron(k), "mse", ["mae"], weighted_metrics=["mse"])
    return fit(model, x, y, sample_weight=weights_with_zeros(t, 20), validation_split=0.3)


@area.run("sample_weight/validation_data_with_weights")
def _(k, t):
    x, y = regression(t)
    model = compiled(k, t, perceptron(k), "mse", ["mae"], weighted_metrics=["mse"])
    return fit(model, x[:12], y[:12], validation_data=(x[12:], y[12:], weights_with_zeros(t, 8)))


@area.run("sample_weight/validation_data_without_weights")
def _(k, t):
    x, y = regression(t)
    model = compiled(k, t, perceptron(k), "mse", ["mae"])
    return fit(model, x[:12], y[:12], validation_data=(x[12:], y[12:]), sample_weight=weights_with_zeros(t, 12))


@area.run("sample_weight/one_batch_all_zero")
def _(k, t):
    """0 / 0: the loss of that batch, and all that is learned after it, is NaN."""
    x, y = regression(t)
    weights = np.ones(20)
    weights[8:16] = 0
    return fit(compiled(k, t, perceptron(k), "mse", ["mae"]), x, y, sample_weight=weights, shuffle=False)


@area.run("sample_weight/loss_of_rank_2")
def _(k, t):
    """A loss with a value for each step, and one weight for each sample."""
    x, y = sequences(t)
    model = k.models.Sequential([k.layers.LSTM(4, return_sequences=True, input_shape=(5, 3)), k.layers.Dense(2)])
    return fit(compiled(k, t, model, "mse", ["mae"]), x, y, sample_weight=weights_with_zeros(t, 12))


@area.run("sample_weight/evaluate_and_batches")
def _(k, t):
    x, _labels, y = blobs(t)
    model = compiled(k, t, classifier(k), weighted_metrics=["mae"])
    weights = weights_with_zeros(t, 22)
    results = {"evaluate": model.evaluate(x, y, batch_size=8, sample_weight=weights, verbose=0)}
    results["test"] = model.test_on_batch(x, y, sample_weight=weights)
    results["train"] = [model.train_on_batch(x, y, sample_weight=weights) for _ in range(3)]
    results["train_classes"] = model.train_on_batch(x, y, class_weight={0: 2.0, 1: 0.5, 2: 1.0})
    results["train_both"] = model.train_on_batch(x, y, sample_weight=weights, class_weight={0: 2.0, 1: 0.5, 2: 1.0})
    results["weights"] = model.get_weights()
    return results


# Temporal weights


def temporal_model(k, targets=2, activation=None):
    return k.models.Sequential(
        [
            k.layers.LSTM(4, return_sequences=True, input_shape=(5, 3)),
            k.layers.Dense(targets, activation=activation),
        ]
    )


@area.run("temporal/plain")
def _(k, t):
    x, y = sequences(t)
    model = compiled(k, t, temporal_model(k), "mse", ["mae"], sample_weight_mode="temporal")
    return fit(model, x, y, sample_weight=t.rng.uniform(0.1, 2, (12, 5)))


@area.run("temporal/zeros")
def _(k, t):
    x, y = sequences(t)
    model = compiled(k, t, temporal_model(k), "mse", ["mae"], sample_weight_mode="temporal", weighted_metrics=["mse"])
    return fit(model, x, y, sample_weight=weights_with_zeros(t, 12, 5))


@area.run("temporal/no_weights_given")
def _(k, t):
    x, y = sequences(t)
    model = compiled(k, t, temporal_model(k), "mse", ["mae"], sample_weight_mode="temporal")
    return fit(model, x, y, validation_split=0.25)


@area.run("temporal/sparse_labels")
def _(k, t):
    x, _y = sequences(t)
    y = t.rng.randint(0, 3, (12, 5, 1)).astype("float64")
    model = temporal_model(k, 3, "softmax")
    compiled(k, t, model, "sparse_categorical_crossentropy", [], sample_weight_mode="temporal")
    return fit(model, x, y, sample_weight=weights_with_zeros(t, 12, 5), validation_split=0.25)


@area.run("temporal/validation_data_with_weights")
def _(k, t):
    x, y = sequences(t)
    model = compiled(k, t, temporal_model(k), "mse", ["mae"], sample_weight_mode="temporal")
    weights = weights_with_zeros(t, 12, 5)
    validation = (x[8:], y[8:], weights[8:])
    return fit(model, x[:8], y[:8], batch_size=3, sample_weight=weights[:8], validation_data=validation)


# Masks


@area.run("mask/embedding_lstm")
def _(k, t):
    x, y = tokens(t)
    model = k.models.Sequential(
        [k.layers.Embedding(9, 4, mask_zero=True), k.layers.LSTM(4), k.layers.Dense(1, activation="sigmoid")]
    )
    return fit(compiled(k, t, model, "binary_crossentropy"), x, y, batch_size=4)


def masked_model(k, targets=2):
    return k.models.Sequential(
        [
            k.layers.Masking(input_shape=(5, 3)),
            k.layers.LSTM(4, return_sequences=True),
            k.layers.Dense(targets),
        ]
    )


RAGGED = lengths(5, 3, [5, 4, (0, 2), 1, 3, (1, 4), 2, 5, 4, (2,), 3, 2])


@area.run("mask/steps_left_out_of_the_loss")
def _(k, t):
    _x, y = sequences(t)
    return fit(compiled(k, t, masked_model(k), "mse", ["mae"]), RAGGED(t.rng), y, validation_split=0.25)


@area.run("mask/and_sample_weight")
def _(k, t):
    _x, y = sequences(t)
    model = compiled(k, t, masked_model(k), "mse", ["mae"], weighted_metrics=["mse"])
    return fit(model, RAGGED(t.rng), y, sample_weight=weights_with_zeros(t, 12))


@area.run("mask/and_temporal_weight")
def _(k, t):
    _x, y = sequences(t)
    model = compiled(k, t, masked_model(k), "mse", ["mae"], sample_weight_mode="temporal", weighted_metrics=["mse"])
    return fit(model, RAGGED(t.rng), y, sample_weight=weights_with_zeros(t, 12, 5))


@area.run("mask/evaluate")
def _(k, t):
    _x, y = sequences(t)
    x = RAGGED(t.rng)
    model = compiled(k, t, masked_model(k), "mse", ["mae"])
    return {
        "evaluate": model.evaluate(x, y, batch_size=5, verbose=0),
        "test": model.test_on_batch(x, y),
        "predict": model.predict(x),
    }


@area.run("mask/embedding_two_lstms")
def _(k, t):
    x, y = tokens(t)
    model = k.models.Sequential(
        [
            k.layers.Embedding(9, 4, mask_zero=True, input_length=6),
            k.layers.LSTM(3, return_sequences=True),
            k.layers.Dropout(0.0),
            k.layers.LSTM(3, go_backwards=True),
            k.layers.Dense(1, activation="sigmoid"),
        ]
    )
    return fit(compiled(k, t, model, "binary_crossentropy"), x, y, batch_size=4, class_weight={0: 1.0, 1: 2.0})
