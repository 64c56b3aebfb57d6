"""Names and arguments that a generation has and another has not."""

import importlib

import numpy as np

from ..cases.kit import captured
from .kit import K2, K3, KERAS2_AND_TF, Area, chain, floats, outcome, regression

area = Area("surface", tolerance=1e-4)


def data_of(t):
    return regression(t)


# Keras 1's argument names


def old(name, build):
    @area.run(f"keras1_names/{name}", K2)
    def _(k, t):
        return build(k, t)

    @area.run(f"keras1_names/{name}_raises", K3)
    def _(k, t):
        return {"raises": outcome(lambda: build(k, t)).get("raises", False)}


def _fit(k, t):
    x, y = data_of(t)
    model = chain(k, (4,), k.layers.Dense(2))
    t.set_weights(model)
    model.compile("sgd", "mse")
    history = model.fit(x, y, batch_size=4, nb_epoch=3, verbose=0, shuffle=False)
    return {"loss": [float(v) for v in history.history["loss"]], "weights": model.get_weights()}


def _dense(k, t):
    layer = k.layers.Dense(output_dim=3, init="one", W_regularizer="l2", bias=False)
    model = chain(k, (4,), layer)
    return {"shapes": [list(w.shape) for w in layer.get_weights()], "out": model.predict(data_of(t)[0])}


def _convolution(k, t):
    layer = k.layers.Conv2D(2, 3, 3, border_mode="same", subsample=(2, 2), init="one")
    model = chain(k, (5, 6, 1), layer)
    return {"out": model.predict(t.rng.standard_normal((2, 5, 6, 1)))}


def _lstm(k, t):
    layer = k.layers.LSTM(output_dim=3, inner_activation="sigmoid", init="one", inner_init="one")
    return {"out": chain(k, (5, 2), layer).predict(t.rng.standard_normal((2, 5, 2)))}


def _dropout(k, t):
    layer = k.layers.Dropout(p=0.4)
    chain(k, (4,), layer)
    return {"rate": layer.rate}


old("fit", _fit)
old("dense", _dense)
old("convolution", _convolution)
old("lstm", _lstm)
old("dropout", _dropout)


# Methods of Keras 2


def method(name, run, eras=K2):
    @area.run(f"keras2_methods/{name}", eras)
    def _(k, t):
        x, y = data_of(t)
        model = k.models.Sequential([k.layers.Dense(2, activation="softmax", input_shape=(4,))])
        t.set_weights(model)
        model.compile(k.optimizers.SGD(0.1), "mse")
        return run(k, model, x, y)


def batches(x, y, size=4):
    while True:
        for i in range(0, len(x), size):
            yield x[i : i + size], y[i : i + size]


def _fit_generator(k, model, x, y):
    history = model.fit_generator(batches(x, y), steps_per_epoch=4, epochs=2, verbose=0)
    return {"loss": [float(v) for v in history.history["loss"]], "weights": model.get_weights()}


method("fit_generator", _fit_generator, KERAS2_AND_TF)
method("predict_generator", lambda k, model, x, y: {"out": model.predict_generator(batches(x, y), 4)}, KERAS2_AND_TF)


def _evaluate_generator(k, model, x, y):
    return {"loss": float(model.evaluate_generator(batches(x, y), 4))}


method("evaluate_generator", _evaluate_generator, KERAS2_AND_TF)
method("predict_classes", lambda k, model, x, y: {"classes": model.predict_classes(x)})
method("predict_proba", lambda k, model, x, y: {"out": model.predict_proba(x)})


# Modules


def module(name, eras, read):
    area.add(f"old_paths/{name}", lambda k, t: read(k), eras)


def _imported(path, *names):
    found = importlib.import_module(path)
    return {name: getattr(found, name).__name__ for name in names}


def rooms(name, path, *names):
    def body(k, t):
        return _imported(path.replace("keras", k.__name__, 1), *names)

    area.add(f"old_paths/{name}", body, K2)


rooms("convolutional", "keras.layers.convolutional", "Conv2D", "UpSampling2D", "ZeroPadding2D", "Convolution2D")
rooms("advanced_activations", "keras.layers.advanced_activations", "LeakyReLU", "PReLU", "ELU")
rooms("np_utils", "keras.utils.np_utils", "to_categorical", "normalize")
rooms("topology", "keras.engine.topology", "Layer", "InputSpec", "Input")
rooms("objectives", "keras.objectives", "mean_squared_error", "categorical_crossentropy")
rooms("pooling", "keras.layers.pooling", "MaxPooling2D", "GlobalAveragePooling2D")


# Tokenizer and ImageDataGenerator

TEXTS = ["The cat sat on the mat.", "A dog, a cat and the mat!", "no words of these: zebra"]


def words(name, run):
    def body(k, t):
        return run(preprocessing(k, "text"))

    area.add(f"preprocessing/{name}", body)


def preprocessing(k, part):
    """Keras 3 keeps it among its legacy modules."""
    wanted = {"text": "Tokenizer", "image": "ImageDataGenerator"}[part]
    found = getattr(k.preprocessing, part, None)
    if hasattr(found, wanted):
        return found
    return importlib.import_module("keras.src.legacy.preprocessing." + part)


def _tokenizer(text, **arguments):
    made = text.Tokenizer(**arguments)
    made.fit_on_texts(TEXTS)
    return made


words("sequences", lambda text: {"rows": _tokenizer(text, num_words=6).texts_to_sequences(TEXTS)})
words("tfidf", lambda text: {"matrix": _tokenizer(text).texts_to_matrix(TEXTS, "tfidf")})
words("counts", lambda text: {"words": dict(sorted(_tokenizer(text, oov_token="?").word_index.items()))})
words("letters", lambda text: {"rows": _tokenizer(text, char_level=True).texts_to_sequences(TEXTS[:1])})


def pictures(name, **arguments):
    def body(k, t):
        made = preprocessing(k, "image").ImageDataGenerator(**arguments)
        x, y = 255 * t.rng.uniform(0, 1, (5, 6, 6, 3)), np.arange(5)
        made.fit(x)
        flow = made.flow(x, y, batch_size=2, shuffle=False)
        found = [next(flow) for _ in range(3)]
        return {"x": [pair[0] for pair in found], "y": [pair[1] for pair in found]}

    area.add(f"preprocessing/{name}", body)


pictures("rescaled", rescale=1 / 255.0)
pictures("centered", featurewise_center=True, featurewise_std_normalization=True)
pictures("samplewise", samplewise_center=True, samplewise_std_normalization=True)


# Keras 3's own names: operations, random numbers, Input, saving


SEGMENTS = np.array([0, 0, 1, 2, 2])


def rows_of(t, *shape):
    return t.tensor(t.rng.standard_normal(shape))


def operation(name, run):
    area.add(f"keras3_surface/{name}", lambda k, t: run(k, t), K3)


operation("softmax", lambda k, t: {"out": t.value(k.ops.softmax(t.tensor(t.rng.standard_normal((3, 4)))))})
operation("einsum", lambda k, t: {"out": t.value(k.ops.einsum("ij,jk->ik", rows_of(t, 3, 4), rows_of(t, 4, 2)))})
operation("moments", lambda k, t: {"out": [t.value(v) for v in k.ops.moments(rows_of(t, 3, 4), 0)]})
operation("segment_sum", lambda k, t: {"out": t.value(k.ops.segment_sum(rows_of(t, 5, 2), t.tensor(SEGMENTS), 3))})


@area.run("keras3_surface/ops_in_a_model", K3)
def _(k, t):
    first = k.Input(shape=(4,))
    x = k.layers.Dense(3)(first)
    x = k.ops.concatenate([k.ops.relu(x), k.ops.sum(x, axis=-1, keepdims=True)], axis=-1)
    model = k.Model(first, k.ops.reshape(x, (-1, 2, 2)))
    t.set_weights(model)
    results = t.forward(model, [t.rng.standard_normal((5, 4))])
    results["shape"] = list(model.output_shape)
    return results


@area.run("keras3_surface/subclass_made_of_layers", K3)
def _(k, t):
    class Net(k.Model):
        def __init__(self):
            super().__init__()
            self.hidden, self.out = k.layers.Dense(3, activation="tanh"), k.layers.Dense(2)

        def call(self, inputs):
            return self.out(self.hidden(inputs))

    x, y = data_of(t)
    model = Net()
    model(t.tensor(x))
    t.set_weights(model)
    model.compile(k.optimizers.Adam(0.01), "mse", metrics=["mae"])
    history = model.fit(x, y, batch_size=4, epochs=2, verbose=0, shuffle=False)
    return {"history": floats(history.history), "weights": model.get_weights()}


@area.run("keras3_surface/custom_layer_with_add_weight", K3)
def _(k, t):
    class Scale(k.layers.Layer):
        def build(self, input_shape):
            self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="factor")

        def call(self, inputs):
            return inputs * self.factor + k.ops.mean(inputs, axis=-1, keepdims=True)

    model = k.Sequential([k.Input((4,)), Scale(), k.layers.Dense(2)])
    t.set_weights(model)
    return t.forward(model, [t.rng.standard_normal((5, 4))])


@area.run("keras3_surface/saving", K3)
def _(k, t):
    @k.saving.register_keras_serializable(package="cases")
    def doubled(x):
        return 2 * x

    model = k.Sequential([k.Input((4,)), k.layers.Dense(2, activation=doubled)])
    t.set_weights(model)
    model.save(t.scratch("m.keras"))
    again = k.saving.load_model(t.scratch("m.keras"))
    x = t.rng.standard_normal((5, 4))
    return {"out": again.predict(x, verbose=0), "name": k.saving.get_registered_name(doubled)}


@area.run("keras3_surface/random_shapes", K3)
def _(k, t):
    """Numbers of its own generator: shapes, kinds and ranges are what other generators can share."""
    k.utils.set_random_seed(7)
    found = k.random.uniform((200, 50), 1.0, 3.0)
    values = np.asarray(t.value(found))
    again = k.random.SeedGenerator(5), k.random.SeedGenerator(5)
    same = [np.asarray(t.value(k.random.normal((3,), seed=seed))) for seed in again]
    return {
        "shape": list(values.shape),
        "range": [bool(values.min() >= 1), bool(values.max() < 3)],
        "seeded": bool(np.array_equal(*same)),
        "kinds": str(values.dtype),
        "choice": list(np.shape(t.value(k.random.categorical(t.tensor(np.zeros((2, 3))), 4)))),
    }


# summary()


def summary(name, build, eras=("tf.keras", "keras3"), **arguments):
    @area.run(f"summary/{name}", eras)
    def _(k, t):
        model = build(k)
        with captured() as text:
            model.summary(**arguments)
        return {"text": text()}


def _chain(k, *layers):
    return k.Sequential([k.layers.Input((28, 28, 1)), *layers], name="net")


def _convnet(k):
    L = k.layers
    layers = [L.Conv2D(32, 3, name="first_convolution"), L.MaxPooling2D(name="pool"), L.Flatten(name="flat")]
    return _chain(k, *layers, L.BatchNormalization(name="a_name_that_fills_its_column"), L.Dense(10, name="out"))


def _frozen(k):
    model = _convnet(k)
    model.layers[0].trainable = False
    return model


def _graph(k):
    L = k.layers
    a, b = L.Input((4,), name="left"), L.Input((5,), name="right")
    x = L.concatenate([L.Dense(3, name="a_rather_long_name_that_wraps_around")(a), L.Dense(300000, name="wide")(b)])
    return k.Model([a, b], [x, L.Dense(1, name="out")(x)], name="graph")


def _nested(k):
    inner = k.Sequential([k.layers.Input((4,)), k.layers.Dense(3, name="a"), k.layers.Dense(2, name="b")], name="inner")
    return k.Sequential([k.layers.Input((4,)), inner, k.layers.Dense(1, name="c")], name="outer")


summary("chain", _convnet)
summary("frozen", _frozen)
summary("graph", _graph)
summary("narrow", _convnet, line_length=50)
summary("wide", _graph, line_length=76)
summary("trainable", _frozen, show_trainable=True)
summary("nested", _nested, expand_nested=True)
summary("part", _convnet, layer_range=["pool", "flat"])
