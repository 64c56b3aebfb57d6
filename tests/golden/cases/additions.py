"""What layers and scripts add to the loss and to the updates of a step: penalties, add_loss, add_update, states."""

import numpy as np

from .kit import Area

area = Area("additions", tolerance=1e-4)


def scored(k, t, model, *inputs):
    """The loss of some data, and the weights after a step."""
    t.set_weights(model)
    x = list(inputs)
    y = [t.rng.standard_normal(output.shape) for output in as_list(model.predict(x))]
    return {
        "losses": len(model.losses),
        "before": model.test_on_batch(x, y),
        "step": model.train_on_batch(x, y),
        "after": model.get_weights(),
    }


def as_list(value):
    return value if isinstance(value, list) else [value]


# Penalties on outputs: a wrapper applies the inner layer's to what it puts out itself.

for mode in ("concat", "sum", "mul", "ave"):
    for sequences in (False, True):

        @area.run("bidirectional/{}{}".format(mode, "_sequences" if sequences else ""))
        def _(k, t, mode=mode, sequences=sequences):
            rnn = k.layers.SimpleRNN(3, activity_regularizer="l2", return_sequences=sequences)
            model = k.models.Sequential([k.layers.Bidirectional(rnn, merge_mode=mode, input_shape=(4, 2))])
            model.compile("sgd", "mse")
            return scored(k, t, model, t.rng.standard_normal((3, 4, 2)))


@area.run("time_distributed/dense")
def _(k, t):
    dense = k.layers.Dense(3, activity_regularizer="l2", kernel_regularizer="l1")
    model = k.models.Sequential([k.layers.TimeDistributed(dense, input_shape=(4, 2)), k.layers.Flatten()])
    model.compile("sgd", "mse")
    return scored(k, t, model, t.rng.standard_normal((3, 4, 2)))


@area.run("time_distributed/model")
def _(k, t):
    inner = k.models.Sequential(
        [
            k.layers.Dense(3, activity_regularizer="l2", input_dim=2),
            k.layers.Dense(2, kernel_regularizer="l2"),
        ]
    )
    model = k.models.Sequential([k.layers.TimeDistributed(inner, input_shape=(4, 2)), k.layers.Flatten()])
    model.compile("sgd", "mse")
    return scored(k, t, model, t.rng.standard_normal((3, 4, 2)))


@area.run("nested_model")
def _(k, t):
    a = k.layers.Input((3,))
    inner = k.models.Model(a, k.layers.Dense(4, activity_regularizer="l1", kernel_regularizer="l2")(a))
    x, z = k.layers.Input((3,)), k.layers.Input((3,))
    model = k.models.Model([x, z], k.layers.add([inner(x), inner(z)]))
    model.compile("sgd", "mse")
    return scored(k, t, model, *t.rng.standard_normal((2, 5, 3)))


# Losses that were added


def half_square(k):
    class HalfSquare(k.layers.Layer):
        """Passes its input on; half of its mean square joins the loss."""

        def call(self, inputs):
            self.add_loss(0.5 * k.backend.mean(k.backend.square(inputs)), inputs=inputs)
            return inputs

    return HalfSquare()


@area.run("add_loss/in_call")
def _(k, t):
    x = k.layers.Input((3,))
    y = half_square(k)(k.layers.Dense(4)(x))
    model = k.models.Model(x, k.layers.Dense(2)(y))
    model.compile("sgd", "mse")
    return scored(k, t, model, t.rng.standard_normal((5, 3)))


@area.run("add_loss/in_call_alone")
def _(k, t):
    """No other loss: as a variational autoencoder with its loss in a layer."""
    x = k.layers.Input((3,))
    model = k.models.Model(x, half_square(k)(k.layers.Dense(4)(x)))
    model.compile("sgd", None)
    t.set_weights(model)
    data = t.rng.standard_normal((8, 3))
    t.seed(3)
    history = model.fit(data, epochs=2, batch_size=4, verbose=0)
    return {"history": history.history, "evaluate": model.evaluate(data, verbose=0), "after": model.get_weights()}


@area.run("add_loss/in_call_of_a_shared_layer")
def _(k, t):
    x, z = k.layers.Input((3,)), k.layers.Input((3,))
    shared = half_square(k)
    model = k.models.Model([x, z], k.layers.concatenate([shared(k.layers.Dense(2)(x)), shared(k.layers.Dense(2)(z))]))
    model.compile("sgd", "mse")
    return scored(k, t, model, *t.rng.standard_normal((2, 5, 3)))


@area.run("add_loss/in_build")
def _(k, t):
    class Bounded(k.layers.Dense):
        def build(self, input_shape):
            super().build(input_shape)
            self.add_loss(0.25)

    model = k.models.Sequential([Bounded(2, input_dim=3), k.layers.Dense(1)])
    model.compile("sgd", "mse")
    return scored(k, t, model, t.rng.standard_normal((5, 3)))


@area.run("add_loss/to_a_model")
def _(k, t):
    K = k.backend
    x = k.layers.Input((3,))
    hidden = k.layers.Dense(4, activation="tanh")(x)
    y = k.layers.Dense(2)(hidden)
    model = k.models.Model(x, y)
    model.add_loss(K.mean(K.square(hidden)) * 0.1)
    model.add_loss(2.0)
    model.compile("sgd", "mse")
    return scored(k, t, model, t.rng.standard_normal((5, 3)))


@area.run("add_loss/to_a_layer_from_outside")
def _(k, t):
    K = k.backend
    x = k.layers.Input((3,))
    dense = k.layers.Dense(4)
    y = dense(x)
    dense.add_loss(K.mean(K.abs(y)), inputs=x)
    dense.add_loss(K.sum(K.square(dense.weights[0])))
    model = k.models.Model(x, y)
    model.compile("sgd", "mse")
    results = scored(k, t, model, t.rng.standard_normal((5, 3)))
    results["for_x"], results["for_none"] = len(dense.get_losses_for(x)), len(dense.get_losses_for(None))
    return results


# Updates


@area.run("add_update/in_call")
def _(k, t):
    K = k.backend

    class Count(k.layers.Layer):
        """Counts the steps of training and keeps the last batch's mean."""

        def build(self, input_shape):
            self.steps = self.add_weight(name="steps", shape=(), initializer="zeros", trainable=False)
            self.mean = self.add_weight(name="mean", shape=(3,), initializer="zeros", trainable=False)
            super().build(input_shape)

        def call(self, inputs):
            self.add_update([K.update_add(self.steps, 1.0), (self.mean, K.mean(inputs, axis=0))], inputs)
            return inputs

    count = Count(input_shape=(3,))
    model = k.models.Sequential([count, k.layers.Dense(2)])
    model.compile("sgd", "mse")
    x, y = t.rng.standard_normal((4, 3)), t.rng.standard_normal((4, 2))
    t.set_weights(model)
    results = {"updates": len(model.updates)}
    model.predict(x)
    model.evaluate(x, y, verbose=0)
    results["idle"] = count.get_weights()
    for i in range(3):
        model.train_on_batch(x + i, y)
    results["trained"] = count.get_weights()
    count.trainable = False
    model.compile("sgd", "mse")
    model.train_on_batch(x, y)
    results["frozen"] = count.get_weights()
    return results


@area.run("add_update/from_outside")
def _(k, t):
    K = k.backend
    model = k.models.Sequential([k.layers.Dense(2, input_dim=3)])
    steps = K.variable(0.0)
    model.layers[0].add_update(K.update_add(steps, 2.0))
    model.compile("sgd", "mse")
    x, y = t.rng.standard_normal((4, 3)), t.rng.standard_normal((4, 2))
    for _ in range(3):
        model.train_on_batch(x, y)
    model.evaluate(x, y, verbose=0)
    model.predict(x)
    return {"updates": len(model.updates), "steps": K.get_value(steps)}


@area.run("updates/of_functions")
def _(k, t):
    """K.function moves averages and states only where it was given the updates."""
    K = k.backend
    model = k.models.Sequential(
        [
            k.layers.BatchNormalization(batch_input_shape=(2, 4, 3)),
            k.layers.LSTM(2, stateful=True),
        ]
    )
    t.set_weights(model)
    x = t.rng.standard_normal((2, 4, 3))
    results = {"updates": len(model.updates), "state_updates": len(model.state_updates)}
    idle = K.function([model.input, K.learning_phase()], [model.output])
    results["idle"] = [idle([x, 1])[0], idle([x, 1])[0]]
    results["weights_idle"] = model.get_weights()
    stateful = K.function([model.input, K.learning_phase()], [model.output], updates=model.state_updates)
    results["stateful"] = [stateful([x, 0])[0], stateful([x, 0])[0]]
    everything = K.function([model.input, K.learning_phase()], [model.output], updates=model.updates)
    results["everything"] = everything([x, 1])[0]
    results["weights"] = model.get_weights()
    return results


# Constants and states of both directions


def cell_with_constant(k):
    K = k.backend

    class Cell(k.layers.Layer):
        def __init__(self, units, **kwargs):
            self.units = self.state_size = units
            super().__init__(**kwargs)

        def build(self, input_shape):
            step, constant = input_shape
            self.w = self.add_weight(name="w", shape=(step[-1], self.units), initializer="uniform")
            self.u = self.add_weight(name="u", shape=(self.units, self.units), initializer="uniform")
            self.v = self.add_weight(name="v", shape=(constant[-1], self.units), initializer="uniform")
            self.built = True

        def call(self, inputs, states, constants):
            h = K.tanh(K.dot(inputs, self.w) + K.dot(states[0], self.u) + K.dot(constants[0], self.v))
            return h, [h]

        def get_config(self):
            return dict(super().get_config(), units=self.units)

    return Cell


@area.run("bidirectional/constants")
def _(k, t):
    cls = cell_with_constant(k)
    with k.utils.CustomObjectScope({"Cell": cls}):
        layer = k.layers.Bidirectional(k.layers.RNN(cls(3)))
        x, c, there, back = (k.layers.Input(s) for s in ((4, 2), (5,), (3,), (3,)))
        model = k.models.Model([x, c], layer(x, constants=c))
        t.set_weights(model)
        data = [t.rng.standard_normal(s) for s in ((3, 4, 2), (3, 5), (3, 3), (3, 3))]
        results = {"output": model.predict(data[:2]), "num_constants": layer.get_config()["num_constants"]}
        again = k.layers.Bidirectional.from_config(layer.get_config())
        model = k.models.Model([x, there, back, c], again(x, initial_state=[there, back], constants=c))
        model.set_weights([w.copy() for w in layer.get_weights()])
        results["from_states"] = model.predict([data[0], data[2], data[3], data[1]])
        flat = k.layers.Bidirectional.from_config(layer.get_config())
        model = k.models.Model([x, there, back, c], flat([x, there, back, c]))
        model.set_weights(layer.get_weights())
        results["flat"] = model.predict([data[0], data[2], data[3], data[1]])
    return results


# What scripts report beside losses and metrics: tensors appended to the lists of the compiled model


@area.run("metrics_tensors")
def _(k, t):
    K = k.backend  # noqa: N806 - as scripts call it
    x = k.layers.Input((4,))
    hidden = k.layers.Dense(3, activation="relu")(x)
    model = k.models.Model(x, k.layers.Dense(1)(hidden))
    penalty = K.mean(K.square(hidden))
    model.add_loss(penalty * 0.1)
    model.compile("sgd", "mse", metrics=["mae"])
    t.set_weights(model)
    for name, tensor in (("penalty", penalty), ("largest", K.max(hidden))):
        model.metrics_names.append(name)
        model.metrics_tensors.append(tensor)
    data, targets = t.rng.standard_normal((7, 4)), t.rng.standard_normal((7, 1))
    history = model.fit(
        data, targets, batch_size=3, epochs=3, shuffle=False, verbose=0, validation_data=(data[:4], targets[:4])
    )
    return {
        "names": list(model.metrics_names),
        "history": history.history,
        "evaluate": model.evaluate(data, targets, batch_size=2, verbose=0),
        "train_on_batch": model.train_on_batch(data, targets),
        "test_on_batch": model.test_on_batch(data, targets),
        "weights": model.get_weights(),
    }


@area.run("initializers_that_compute")
def _(k, t):
    K = k.backend  # noqa: N806

    def ramp(shape, dtype=None):
        return K.ones(shape, dtype=dtype) * 0.3 + K.reshape(K.arange(0, shape[0] * shape[1], dtype="float32"), shape)

    def halved(shape, dtype=None):
        return K.variable(np.full(shape, 3.0)) / 2.0

    x = k.layers.Input((4,))
    inner = k.layers.Dense(2, kernel_initializer=ramp, bias_initializer=halved)
    model = k.models.Model(x, inner(x))
    return {"weights": model.get_weights()}
