"""Models whose summaries are compared: each function builds one out of Keras 2.2.4's or kerastorch's classes."""

import collections

__all__ = ["SUMMARIES"]


def mlp(keras):
    L = keras.layers
    model = keras.models.Sequential()
    model.add(L.Dense(64, activation="relu", input_dim=20))
    model.add(L.Dropout(0.5))
    model.add(L.Dense(64, activation="relu"))
    model.add(L.Dropout(0.5))
    model.add(L.Dense(10, activation="softmax"))
    return model, {}


def convnet(keras):
    L = keras.layers
    model = keras.models.Sequential()
    model.add(L.Conv2D(32, (3, 3), activation="relu", input_shape=(28, 28, 1)))
    model.add(L.Conv2D(64, (3, 3), activation="relu"))
    model.add(L.MaxPooling2D(pool_size=(2, 2)))
    model.add(L.Flatten())
    model.add(L.Dense(128, activation="relu"))
    model.add(L.Activation("softmax"))
    return model, {}


def free_size(keras):
    L = keras.layers
    model = keras.models.Sequential([L.Conv2D(4, 3, input_shape=(None, None, 3)), L.GlobalAveragePooling2D()])
    return model, {}


def fixed_batch(keras):
    model = keras.models.Sequential([keras.layers.Dense(3, batch_input_shape=(16, 5, 4))])
    return model, {}


def embedding(keras):
    L = keras.layers
    model = keras.models.Sequential([L.Embedding(1000, 64, input_length=10), L.Flatten(), L.Dense(1)])
    return model, {}


def million(keras):
    model = keras.models.Sequential([keras.layers.Dense(1200, input_shape=(1000,))])
    return model, {}


def named_input(keras):
    L = keras.layers
    return keras.models.Sequential([L.InputLayer((7,), name="entry"), L.Dense(2, name="head")]), {}


def long_names(keras):
    L = keras.layers
    layer = L.Dense(3, name="a_name_that_does_not_fit_into_its_column", input_shape=(2,))
    return keras.models.Sequential([layer, L.Dense(4)]), {}


def narrow(keras):
    return mlp(keras)[0], {"line_length": 40}


def parts(keras):
    return mlp(keras)[0], {"positions": [0.3, 0.6, 1.0]}


def characters(keras):
    return mlp(keras)[0], {"line_length": 80, "positions": [30, 60, 80]}


def frozen(keras):
    L = keras.layers
    model = keras.models.Sequential([L.Dense(4, input_shape=(3,), trainable=False), L.Dense(2)])
    return model, {}


def frozen_after_compile(keras):
    L = keras.layers
    model = keras.models.Sequential([L.Dense(4, input_shape=(3,)), L.Dense(2)])
    model.compile("sgd", "mse")
    model.layers[0].trainable = False
    return model, {}


def nested_chain(keras):
    L = keras.layers
    inner = keras.models.Sequential([L.Dense(4, input_shape=(3,)), L.Dense(5)], name="inner")
    return keras.models.Sequential([inner, L.Dense(2)]), {}


def functional_chain(keras):
    L = keras.layers
    x = L.Input((8,))
    return keras.models.Model(x, L.Dense(2)(L.Dense(4)(x))), {}


def residual(keras):
    L = keras.layers
    x = L.Input((8,))
    y = L.Dense(8, activation="relu")(x)
    return keras.models.Model(x, L.Dense(1)(L.Add()([L.Dense(8)(y), x]))), {}


def two_inputs(keras):
    L = keras.layers
    a, b = L.Input((4,), name="left"), L.Input((6,), name="right")
    merged = L.Concatenate()([L.Dense(3)(a), L.Dense(5)(b)])
    return keras.models.Model([a, b], [L.Dense(1, name="score")(merged), L.Dense(2, name="kind")(merged)]), {}


def shared_layer(keras):
    L = keras.layers
    a, b = L.Input((4,)), L.Input((4,))
    shared = L.Dense(3, name="shared")
    return keras.models.Model([a, b], L.Dense(1)(L.Concatenate()([shared(a), shared(b)]))), {}


def shared_layer_of_two_sizes(keras):
    L = keras.layers
    a, b = L.Input((8, 8, 3)), L.Input((16, 16, 3))
    shared = L.Conv2D(4, 3, name="shared")
    pool = L.GlobalMaxPooling2D()
    return keras.models.Model([a, b], L.Concatenate()([pool(shared(a)), pool(shared(b))])), {}


def shared_model(keras):
    L = keras.layers
    x = L.Input((4,))
    inner = keras.models.Model(x, L.Dense(3)(x), name="tower")
    a, b = L.Input((4,)), L.Input((4,))
    return keras.models.Model([a, b], L.Dense(1)(L.Concatenate()([inner(a), inner(b)]))), {}


def part_of_another(keras):
    L = keras.layers
    x = L.Input((4,))
    y = L.Dense(3, name="body")(x)
    other = L.Input((4,))
    keras.models.Model(other, L.Dense(9)(L.Dense(3)(other)))
    keras.models.Model(x, L.Concatenate()([y, x]))
    return keras.models.Model(x, [y, L.Dense(2)(y)]), {}


def two_outputs_of_one(keras):
    L = keras.layers
    x = L.Input((5, 3))
    out, h, c = L.LSTM(4, return_state=True, name="lstm")(x)
    return keras.models.Model(x, L.Concatenate()([out, h, c])), {}


def recurrent(keras):
    L = keras.layers
    model = keras.models.Sequential()
    model.add(L.Embedding(50, 8, mask_zero=True, input_length=7))
    model.add(L.LSTM(5, return_sequences=True))
    model.add(L.LSTM(6))
    model.add(L.Dense(1))
    return model, {}


def normalized(keras):
    L = keras.layers
    model = keras.models.Sequential()
    model.add(L.Conv2D(8, 3, padding="same", input_shape=(16, 16, 3)))
    model.add(L.BatchNormalization())
    model.add(L.LeakyReLU(0.1))
    model.add(L.GlobalAveragePooling2D())
    return model, {}


def wide_graph(keras):
    return residual(keras)[0], {"line_length": 120, "positions": [0.25, 0.5, 0.7, 1.0]}


SUMMARIES = collections.OrderedDict(
    (function.__name__, function)
    for function in (
        [mlp, convnet, free_size, fixed_batch, embedding, million, named_input, long_names, narrow, parts, characters]
        + [frozen, frozen_after_compile, nested_chain, functional_chain, residual, two_inputs, shared_layer]
        + [shared_layer_of_two_sizes, shared_model, part_of_another, two_outputs_of_one, recurrent, normalized]
        + [wide_graph]
    )
)
