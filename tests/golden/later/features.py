"""Feature columns and DenseFeatures, which tf.keras has and Keras 3 dropped."""

import numpy as np

from .kit import Area, plain_config

area = Area("features", eras=("tf.keras",))

ROWS = 12
WORDS, CITIES = np.array(["fixed", "normal", "reversible", "other", ""]), np.array(["Paris", "Rome", "Oslo"])


def table(t):
    rng = t.rng
    return {
        "age": rng.uniform(15, 80, ROWS).astype("float32"),
        "pair": rng.uniform(-2, 2, (ROWS, 2)).astype("float32"),
        "thal": WORDS[rng.randint(0, 5, ROWS)],
        "city": CITIES[rng.randint(0, 3, ROWS)],
        "kind": rng.randint(0, 4, ROWS),
        "zip": rng.randint(100, 120, ROWS),
        "tags": WORDS[rng.randint(0, 5, (ROWS, 3))],
    }


def scaled(x):
    return (x - 40.0) / 10.0


class Functions:
    """tf.feature_column, and what of TensorFlow else is passed to it."""

    def __init__(self, tf, k):
        self._tf, self.INT64, self.ONES = tf, tf.int64, k.initializers.Ones()

    def __getattr__(self, name):
        return getattr(self._tf.feature_column, name)


def columns(name, make):
    def body(k, t):
        made = k.layers.DenseFeatures(make(Functions(t.tf, k)))
        data = {key: t.tf.constant(value) for key, value in table(t).items()}
        made(data)
        rng = t.seeded("weights")
        made.set_weights([rng.uniform(-1, 1, w.shape) for w in made.get_weights()])
        results = {"output": t.value(made(data))}
        results["weight_shapes"] = [list(w.shape) for w in made.get_weights()]
        results["weight_names"] = [w.name for w in made.weights]
        results["config"] = plain_config(made)
        custom = {"scaled": scaled}
        if name != "embedding/initializer":  # tf_keras does not know again what it was given
            results["config_again"] = plain_config(made.from_config(made.get_config(), custom)) == plain_config(made)
        return results

    area.add(name, body)


def vocabulary(fc, **kwargs):
    return fc.categorical_column_with_vocabulary_list("thal", ["fixed", "normal", "reversible"], **kwargs)


def ages(fc):
    return fc.bucketized_column(fc.numeric_column("age"), [18, 30, 45.5, 60])


columns("numeric", lambda fc: [fc.numeric_column("age"), fc.numeric_column("pair", shape=2)])
columns("numeric/normalized", lambda fc: fc.numeric_column("age", normalizer_fn=scaled, default_value=1.0))
columns("bucketized", lambda fc: [ages(fc)])
columns(
    "bucketized/several", lambda fc: [fc.bucketized_column(fc.numeric_column("pair", shape=(2,)), [-1.0, 0.0, 1.0])]
)
columns("indicator", lambda fc: [fc.indicator_column(vocabulary(fc))])
columns("indicator/default", lambda fc: [fc.indicator_column(vocabulary(fc, default_value=1))])
columns("indicator/buckets", lambda fc: [fc.indicator_column(vocabulary(fc, num_oov_buckets=3))])
columns(
    "indicator/numbers",
    lambda fc: [fc.indicator_column(fc.categorical_column_with_vocabulary_list("zip", [101, 105, 110]))],
)
columns("indicator/identity", lambda fc: [fc.indicator_column(fc.categorical_column_with_identity("kind", 4))])
columns(
    "indicator/identity_default", lambda fc: [fc.indicator_column(fc.categorical_column_with_identity("kind", 3, 0))]
)
columns("indicator/hashed", lambda fc: [fc.indicator_column(fc.categorical_column_with_hash_bucket("thal", 6))])
columns(
    "indicator/hashed_numbers",
    lambda fc: [fc.indicator_column(fc.categorical_column_with_hash_bucket("zip", 7, fc.INT64))],
)
columns(
    "indicator/several",
    lambda fc: [fc.indicator_column(fc.categorical_column_with_vocabulary_list("tags", ["fixed", "other"]))],
)
columns("embedding", lambda fc: [fc.embedding_column(vocabulary(fc), 3)])
columns(
    "embedding/initializer",
    lambda fc: [fc.embedding_column(vocabulary(fc), dimension=2, initializer=fc.ONES, trainable=False)],
)
for combiner in ("mean", "sum", "sqrtn"):
    columns(
        f"embedding/{combiner}",
        lambda fc, combiner=combiner: [
            fc.embedding_column(fc.categorical_column_with_hash_bucket("tags", 5), 2, combiner=combiner)
        ],
    )
columns("embedding/max_norm", lambda fc: [fc.embedding_column(vocabulary(fc), 4, max_norm=0.7)])
columns("embedding/of_a_cross", lambda fc: [fc.embedding_column(fc.crossed_column(["thal", "city"], 20), 3)])
columns("crossed", lambda fc: [fc.indicator_column(fc.crossed_column([ages(fc), "thal"], 13))])
columns(
    "crossed/three", lambda fc: [fc.indicator_column(fc.crossed_column(["thal", "kind", ages(fc)], 17, hash_key=5))]
)
columns("crossed/vocabulary", lambda fc: [fc.indicator_column(fc.crossed_column([vocabulary(fc), "city"], 11))])
columns("crossed/several", lambda fc: [fc.indicator_column(fc.crossed_column(["tags", "city"], 12))])
columns(
    "crossed/of_crosses",
    lambda fc: [fc.indicator_column(fc.crossed_column([fc.crossed_column(["thal", "city"], 9), ages(fc)], 14))],
)
columns(
    "together",
    lambda fc: [
        fc.numeric_column("age"),
        fc.embedding_column(vocabulary(fc), 4),
        ages(fc),
        fc.indicator_column(vocabulary(fc)),
        fc.embedding_column(fc.categorical_column_with_hash_bucket("city", 8), 2),
        fc.indicator_column(fc.crossed_column([ages(fc), "thal"], 10)),
    ],
)


@area.run("trained")
def _(k, t):
    """The tutorial on structured data: a Sequential that begins with the columns, fed by dicts."""
    fc = t.tf.feature_column
    model = k.models.Sequential(
        [
            k.layers.DenseFeatures(
                [
                    fc.numeric_column("age", normalizer_fn=scaled),
                    fc.embedding_column(vocabulary(fc), 3),
                    fc.embedding_column(fc.categorical_column_with_hash_bucket("tags", 5), 2),
                    fc.indicator_column(fc.crossed_column([ages(fc), "thal"], 6)),
                ]
            ),
            k.layers.Dense(4, activation="relu"),
            k.layers.Dense(1),
        ]
    )
    data = table(t)
    model.compile("sgd", "mse")
    model({key: t.tf.constant(value) for key, value in data.items()})
    t.set_weights(model)
    source = t.tf.data.Dataset.from_tensor_slices((data, t.rng.uniform(-1, 1, ROWS))).batch(5)
    history = model.fit(source, epochs=3, verbose=0)
    return {"loss": history.history["loss"], "weights": model.get_weights(), "output": model.predict(source, verbose=0)}


@area.run("functional")
def _(k, t):
    fc = t.tf.feature_column
    inputs = {
        "age": k.layers.Input((1,), name="age"),
        "thal": k.layers.Input((1,), name="thal", dtype="string"),
    }
    made = k.layers.DenseFeatures([fc.numeric_column("age"), fc.embedding_column(vocabulary(fc), 2)])
    model = k.models.Model(inputs, k.layers.Dense(2)(made(inputs)))
    t.set_weights(model)
    data = table(t)
    found = model({key: t.tf.constant(data[key].reshape(-1, 1)) for key in inputs})
    return {"output": t.value(found), "shape": list(made.output_shape)}


@area.run("spec")
def _(k, t):
    fc = t.tf.feature_column
    spec = fc.make_parse_example_spec(
        [fc.numeric_column("pair", 2), ages(fc), fc.indicator_column(fc.crossed_column([ages(fc), "thal"], 6))]
    )
    return {key: type(value).__name__ for key, value in sorted(spec.items())}
