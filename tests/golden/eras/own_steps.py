"""Models and loops that say themselves what a step does: ``train_step``, ``test_step``, ``compute_loss``, tapes."""

import numpy as np

from .kit import K3, LATER, TF, Area, chain, floats, regression

area = Area("own_steps", tolerance=1e-4)


def own(name, eras=LATER):
    return area.run("own_training/" + name, eras)


def settled(k, t, kind, *arguments):
    """A functional model of a class of one's own, with seeded weights."""
    first = k.layers.Input(shape=(4,))
    hidden = k.layers.Dense(3, activation="tanh")(first)
    model = kind(first, k.layers.Dense(2)(hidden), *arguments)
    t.set_weights(model)
    return model


def trained(model, x, y, **arguments):
    history = model.fit(x, y, epochs=2, batch_size=4, verbose=0, shuffle=False, **arguments)
    return {"history": floats(history.history), "weights": model.get_weights()}


@own("compute_loss")
def _(k, t):
    class Weighted(k.Model):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, **more):
            return 0.5 * super().compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, **more)

    x, y = regression(t)
    model = settled(k, t, Weighted)
    model.compile(k.optimizers.SGD(0.1), "mse", metrics=["mae"])
    return trained(model, x, y, validation_split=0.25)


@own("test_step_of_its_own")
def _(k, t):
    class Tested(k.Model):
        def test_step(self, data):
            found = super().test_step(data)
            return dict(found, twice=2 * found["loss"])

    x, y = regression(t)
    model = settled(k, t, Tested)
    model.compile(k.optimizers.SGD(0.1), "mse")
    results = trained(model, x, y, validation_data=(x, y))
    results["evaluate"] = {key: float(v) for key, v in model.evaluate(x, y, verbose=0, return_dict=True).items()}
    return results


@own("predict_step_of_its_own")
def _(k, t):
    class Shifted(k.Model):
        def predict_step(self, data):
            return super().predict_step(data) + 10.0

    x, y = regression(t)
    model = settled(k, t, Shifted)
    model.compile(k.optimizers.SGD(0.1), "mse")
    return {"predictions": model.predict(x, batch_size=4, verbose=0), "loss": float(model.evaluate(x, y, verbose=0))}


@own("metrics_of_its_own")
def _(k, t):
    class Tracked(k.Model):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.mine = k.metrics.Mean(name="mine")

        @property
        def metrics(self):
            return super().metrics + [] if self.mine in super().metrics else super().metrics + [self.mine]

        def train_step(self, data):
            found = super().train_step(data)
            self.mine.update_state(found["loss"])
            return dict(found, mine=self.mine.result())

    x, y = regression(t)
    model = settled(k, t, Tracked)
    model.compile(k.optimizers.SGD(0.1), "mse")
    history = model.fit(x, y, epochs=2, batch_size=4, verbose=0, shuffle=False)
    return {"history": floats(history.history), "predictions": model.predict(x, verbose=0)}


@own("train_step_with_a_tape", TF)
def _(k, t):
    tf = t.tf

    class Taped(k.Model):
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                y_pred = self(x, training=True)
                loss = tf.reduce_mean(tf.square(y - y_pred)) + 0.01 * tf.reduce_sum(
                    tf.square(self.trainable_weights[0])
                )
            grads = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(zip(grads, self.trainable_variables))
            return {"loss": loss}

    x, y = regression(t)
    model = settled(k, t, Taped)
    model.compile(k.optimizers.Adam(0.01))
    return trained(model, x.astype("float32"), y.astype("float32"))


@own("train_step_with_compiled_loss", TF)
def _(k, t):
    tf = t.tf

    class Taped(k.Model):
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                y_pred = self(x, training=True)
                loss = self.compiled_loss(y, y_pred, regularization_losses=self.losses)
            grads = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(zip(grads, self.trainable_variables))
            self.compiled_metrics.update_state(y, y_pred)
            return {m.name: m.result() for m in self.metrics}

    x, y = regression(t)
    model = settled(k, t, Taped)
    model.compile(k.optimizers.SGD(0.1), "mse", metrics=["mae"])
    return trained(model, x, y, validation_split=0.25)


@own("a_loop_with_a_tape", TF)
def _(k, t):
    tf = t.tf
    x, y = regression(t)
    model = chain(k, (4,), k.layers.Dense(3, activation="relu"), k.layers.Dense(2))
    t.set_weights(model)
    optimizer, loss_of, mean = k.optimizers.Adam(0.02), k.losses.MeanSquaredError(), k.metrics.Mean()
    data = tf.data.Dataset.from_tensor_slices((x.astype("float32"), y.astype("float32"))).batch(4)
    losses = []
    for _ in range(2):
        for rows, targets in data:
            with tf.GradientTape() as tape:
                loss = loss_of(targets, model(rows, training=True))
            grads = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(grads, model.trainable_variables))
            mean.update_state(loss)
        losses.append(float(mean.result()))
        mean.reset_state()
    return {"losses": losses, "weights": model.get_weights()}


@own("second_gradient_of_a_tape", TF)
def _(k, t):
    tf = t.tf
    x = tf.constant(t.rng.standard_normal((3, 2)).astype("float32"))
    model = chain(k, (2,), k.layers.Dense(3, activation="tanh"), k.layers.Dense(1))
    t.set_weights(model)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as tape:
            tape.watch(x)
            out = tf.reduce_sum(model(x))
        slope = tape.gradient(out, x)
        penalty = tf.reduce_mean(tf.square(tf.norm(slope, axis=1) - 1.0))
    found = outer.gradient(penalty, model.trainable_variables)
    pairs = zip(found, model.trainable_variables)
    found = [np.zeros(tuple(v.shape), "float32") if g is None else g.numpy() for g, v in pairs]
    return {"penalty": float(penalty), "grad_weights": found}


@own("train_step_on_torch", K3)
def _(k, t):
    torch = t.torch

    class Own(k.Model):
        def train_step(self, data):
            x, y = data
            self.zero_grad()
            y_pred = self(x, training=True)
            loss = self.compute_loss(y=y, y_pred=y_pred)
            loss.backward()
            weights = list(self.trainable_weights)
            with torch.no_grad():
                self.optimizer.apply([w.value.grad for w in weights], weights)
            for metric in self.metrics:
                metric.update_state(loss) if metric.name == "loss" else metric.update_state(y, y_pred)
            return {m.name: m.result() for m in self.metrics}

    x, y = regression(t)
    model = settled(k, t, Own)
    model.compile(k.optimizers.SGD(0.1), "mse", metrics=["mae"])
    results = trained(model, x, y)
    results["history"] = dict(sorted(results["history"].items()))
    return results


@own("a_loop_on_torch", K3)
def _(k, t):
    torch = t.torch
    x, y = (torch.tensor(a, dtype=torch.float32) for a in regression(t))
    model = chain(k, (4,), k.layers.Dense(3, activation="relu"), k.layers.Dense(2))
    t.set_weights(model)
    optimizer, loss_of = k.optimizers.Adam(0.02), k.losses.MeanSquaredError()
    losses = []
    for start in (0, 4, 8, 12) * 2:
        loss = loss_of(y[start : start + 4], model(x[start : start + 4], training=True))
        model.zero_grad()
        loss.backward()
        weights = list(model.trainable_weights)
        with torch.no_grad():
            optimizer.apply([w.value.grad for w in weights], weights)
        losses.append(float(loss.detach()))
    return {"losses": losses, "weights": model.get_weights()}


# Layers that write to weights of their own while they run


def keeping(k):
    class Keeping(k.layers.Layer):
        def build(self, input_shape):
            self.scale = self.add_weight(name="scale", shape=(input_shape[-1],), initializer="ones")
            self.first = self.add_weight(name="first", shape=(input_shape[-1],), initializer="zeros", trainable=False)
            self.count = self.add_weight(name="count", shape=(), initializer="zeros", trainable=False)

        def call(self, x, training=False):
            if training:
                self.first.assign(0.75 * self.first + 0.25 * x[0])
                self.count.assign_add(1.0)
            return (x - self.first) * self.scale

        def compute_output_shape(self, input_shape):
            return input_shape

    return Keeping()


def kept(name, build):
    @own(name)
    def _(k, t):
        layer = keeping(k)
        model = build(k, layer)
        t.set_weights(model)
        model.compile(k.optimizers.SGD(0.1), "mse")
        x, y = regression(t)
        history = model.fit(x, y, batch_size=4, epochs=3, shuffle=False, verbose=0).history
        layer.scale.assign(layer.scale * 2.0)
        return {
            "losses": floats(history)["loss"],
            "weights": model.get_weights(),
            "predictions": model.predict(x[:3], verbose=0),
            "kinds": [len(model.trainable_weights), len(model.non_trainable_weights)],
        }


kept("layer_keeps_states", lambda k, layer: chain(k, (4,), layer, k.layers.Dense(2)))
kept(
    "layer_keeps_states_in_a_sequential",
    lambda k, layer: k.models.Sequential([k.layers.InputLayer((4,)), layer, k.layers.Dense(2)]),
)


@own("kernels_are_assigned")
def _(k, t):
    model = chain(k, (4,), k.layers.Dense(3), k.layers.Dense(2))
    t.set_weights(model)
    first, second = model.layers[-2:]
    first.kernel.assign(first.kernel * 0.5)
    second.kernel.assign_sub(second.kernel * second.kernel)
    x, _ = regression(t)
    return {"weights": model.get_weights(), "predictions": model.predict(x[:3], verbose=0)}
