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
    K = k.backend  # as scripts call it
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
    K = k.backend

    def ramp(shape, dtype=None):
        return K.ones(shape, dtype=dtype) * 0.3 + K.reshape(K.arange(0, shape[0] * shape[1], dtype="float32"), shape)

    def halved(shape, dtype=None):
        return K.variable(np.full(shape, 3.0)) / 2.0

    x = k.layers.Input((4,))
    inner = k.layers.Dense(2, kernel_initializer=ramp, bias_initializer=halved)
    model = k.models.Model(x, inner(x))
    return {"weights": model.get_weights()}


# Losses that find the layer behind a prediction, and what it was called on: so do conditional random fields.


def chain_layer(k):
    """The likelihood of sequences of labels: each has an energy, and so has each pair of neighbours."""
    K = k.backend

    class Chain(k.layers.Layer):
        def build(self, input_shape):
            self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], 3), initializer="glorot_uniform")
            self.pairs = self.add_weight(name="pairs", shape=(3, 3), initializer="glorot_uniform")
            self.first = self.add_weight(name="first", shape=(3,), initializer="zeros")
            super().build(input_shape)

        def call(self, x, mask=None):
            return K.softmax(K.dot(x, self.kernel))

        def compute_output_shape(self, input_shape):
            return input_shape[:-1] + (3,)

        def compute_mask(self, x, mask=None):
            return K.any(mask, axis=1)

        def energies(self, x):
            energies = K.dot(x, self.kernel)
            first = K.expand_dims(K.expand_dims(self.first, 0), 0)
            return K.concatenate([energies[:, :1] + first, energies[:, 1:]], axis=1)

        def partition(self, energies, mask):
            """The logarithm of the sum over all sequences of labels, place by place."""
            mask = K.concatenate([K.cast(mask, K.floatx()), K.zeros_like(energies[:, :1, 0])], axis=1)

            def step(energy, states):
                before, place, pairs, mask = states
                here = K.slice(mask, [0, K.cast(place[0, 0], "int32")], [-1, 2])
                pairs = pairs * K.expand_dims(K.expand_dims(here[:, 0] * here[:, 1]))
                after = K.logsumexp(K.expand_dims(before, 2) + pairs, axis=1) + energy * here[:, :1]
                return after, [after, place + 1]

            start = K.zeros_like(energies[:, 0])
            constants = [K.expand_dims(self.pairs, 0), mask]
            last, _, _ = K.rnn(step, energies, [start, K.zeros_like(start[:, :1])], constants=constants)
            return K.logsumexp(last, axis=-1)

    layer = Chain()
    layer.supports_masking = True
    return layer


def chain_loss(k):
    K = k.backend

    def loss(y_true, y_pred):
        layer, index = y_pred._keras_history[:2]
        node = layer._inbound_nodes[index]
        x, mask = node.input_tensors[0], node.input_masks[0]
        energies = layer.energies(x)
        kept = K.cast(mask, K.floatx())
        own = K.sum(K.sum(energies * y_true, 2) * kept, 1)
        pairs = K.sum(K.sum(K.dot(y_true[:, :-1], layer.pairs) * y_true[:, 1:], 2) * kept[:, :-1] * kept[:, 1:], 1)
        penalty = 0.1 * K.sum(layer.pairs**2) + 0.1 * K.sum(K.abs(layer.first))
        return layer.partition(energies, mask) - own - pairs + penalty

    return loss


@area.run("loss_of_a_layer/chain")
def _(k, t):
    model = k.models.Sequential([k.layers.Embedding(7, 4, mask_zero=True), chain_layer(k)])
    model.compile(k.optimizers.SGD(0.1), chain_loss(k))
    t.set_weights(model)
    x = t.rng.randint(1, 7, (5, 6))
    x[1, 4:] = x[3, 2:] = 0
    y = np.eye(3)[t.rng.randint(0, 3, (5, 6))]
    losses = [float(model.test_on_batch(x, y))] + [float(model.train_on_batch(x, y)) for _ in range(4)]
    return {"losses": losses, "after": model.get_weights(), "predictions": model.predict(x)}


@area.run("loss_of_a_layer/asks_only_which")
def _(k, t):
    K = k.backend

    def loss(y_true, y_pred):
        layer = y_pred._keras_history[0]
        return K.mean(K.square(y_pred - y_true), axis=-1) * layer.units

    model = k.models.Sequential([k.layers.Dense(3, input_dim=2)])
    model.compile(k.optimizers.SGD(0.1), loss)
    return scored(k, t, model, t.rng.standard_normal((5, 2)))


@area.run("loss_of_a_layer/penalty_of_weights")
def _(k, t):
    K = k.backend
    dense = k.layers.Dense(3, activation="tanh", kernel_initializer="ones")
    model = k.models.Sequential([k.layers.Dense(4, input_dim=2), dense])
    hidden = model.layers[0].output

    def loss(y_true, y_pred):
        penalty = 0.1 * K.sum(dense.kernel**2) + 0.1 * K.sum(K.abs(dense.bias))
        return K.mean(K.square(y_pred - y_true), axis=-1) + penalty + 0.1 * K.mean(K.abs(hidden))

    model.compile(k.optimizers.SGD(0.1), loss)
    return scored(k, t, model, t.rng.standard_normal((5, 2)))


@area.run("loss_of_a_layer/limits_that_are_learnt")
def _(k, t):
    K = k.backend

    class Limited(k.layers.Layer):
        def build(self, input_shape):
            self.slope = self.add_weight(name="slope", shape=input_shape[1:], initializer="glorot_uniform")
            self.most = self.add_weight(name="most", shape=input_shape[1:], initializer="glorot_uniform")
            self._trainable_weights.append(K.variable(np.ones(input_shape[1:]), name="factor"))
            self.factor = self._trainable_weights[-1]
            super().build(input_shape)

        def call(self, x):
            y = K.relu(x, self.slope, self.most)
            norm = K.sqrt(K.sum(K.square(self.factor)) + K.epsilon())
            norm /= K.maximum(K.mean(K.abs(x)), 0.1)
            return y * self.factor / norm

    model = k.models.Sequential([Limited(input_shape=(4, 3)), k.layers.Flatten(), k.layers.Dense(2)])
    model.compile(k.optimizers.SGD(0.1), "mse")
    return scored(k, t, model, t.rng.standard_normal((5, 4, 3)))
