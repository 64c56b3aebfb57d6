"""Models in scikit-learn's hands."""

import functools
import pickle
import subprocess
import sys

import numpy as np
import pytest

import kerastorch as keras
from kerastorch.wrappers.scikit_learn import BaseWrapper, KerasClassifier, KerasRegressor

RNG = np.random.RandomState(0)
X = RNG.uniform(-1, 1, (60, 4)).astype("float32")
LABELS = (np.abs(X.sum(axis=1)) * 2).astype(int) % 3
NAMES = np.array(["lynx", "puma", "cat"])[LABELS]


def softmax(units=6, loss="categorical_crossentropy", lr=0.1, metrics=("accuracy",)):
    L = keras.layers
    model = keras.models.Sequential([L.Dense(units, activation="relu", input_dim=4), L.Dense(3, activation="softmax")])
    model.compile(keras.optimizers.Adam(lr=lr), loss, metrics=list(metrics))
    return model


def sigmoid():
    model = keras.models.Sequential([keras.layers.Dense(1, activation="sigmoid", input_dim=4)])
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    return model


def linear(lr=0.1, metrics=None):
    model = keras.models.Sequential([keras.layers.Dense(1, input_dim=4)])
    model.compile(keras.optimizers.Adam(lr=lr), "mse", metrics=metrics)
    return model


class Builder:
    def __call__(self, units=3):
        return softmax(units)


class Own(KerasClassifier):
    def __call__(self, units=3):
        return softmax(units)


@pytest.mark.parametrize(
    "build",
    [
        softmax,
        Builder(),
        functools.partial(softmax, loss="sparse_categorical_crossentropy"),
        functools.partial(softmax, loss=keras.losses.categorical_crossentropy),
        None,
    ],
    ids=["function", "object", "partial", "loss function", "subclass"],
)
@pytest.mark.parametrize(
    "y", [LABELS, NAMES, np.eye(3)[LABELS], NAMES.tolist()], ids=["ints", "names", "one-hot", "list"]
)
def test_classifier(build, y):
    if isinstance(build, functools.partial) and "sparse" in str(build) and np.ndim(y) == 2:
        return
    classifier = (Own if build is None else KerasClassifier)(build, units=5, epochs=3, batch_size=16, verbose=0)
    history = classifier.fit(X, y, sample_weight=np.ones(60))
    assert history.epoch == [0, 1, 2]
    assert classifier.n_classes_ == 3
    assert classifier.model.layers[0].units == 5
    wanted = np.arange(3) if np.ndim(y) == 2 else np.unique(y)
    assert classifier.classes_.tolist() == wanted.tolist()
    predicted, proba = classifier.predict(X), classifier.predict_proba(X, batch_size=7)
    assert predicted.shape == (60,) and proba.shape == (60, 3)
    np.testing.assert_array_equal(predicted, wanted[proba.argmax(axis=1)])
    score = classifier.score(X, y, verbose=0)
    if np.ndim(y) == 1:
        assert score == pytest.approx(np.mean(predicted == np.asarray(y)))


def test_binary_classifier():
    classifier = KerasClassifier(sigmoid, epochs=1, verbose=0)
    y = np.where(X[:, 0] > 0, "yes", "no")
    classifier.fit(X, y)
    proba = classifier.predict_proba(X)
    assert proba.shape == (60, 2)
    np.testing.assert_allclose(proba.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(classifier.predict(X)[:, 0], np.array(["no", "yes"])[(proba[:, 1] > 0.5).astype(int)])


@pytest.mark.parametrize("metrics", [None, ["mae"]])
def test_regressor(metrics):
    y = X @ [1.0, -2.0, 3.0, 0.5]
    regressor = KerasRegressor(functools.partial(linear, metrics=metrics), epochs=60, verbose=0, lr=0.2)
    regressor.fit(X, y)
    assert regressor.predict(X).shape == (60,) and regressor.predict(X[:1]).shape == (1,)
    assert regressor.score(X, y, verbose=0) == pytest.approx(-np.mean((regressor.predict(X) - y) ** 2), rel=1e-4)


def test_scikit_learn_clones():
    base = pytest.importorskip("sklearn.base")
    callbacks = [keras.callbacks.EarlyStopping()]
    for made in (
        KerasClassifier(softmax, units=4, callbacks=callbacks),
        KerasRegressor(linear, epochs=2),
        Own(units=4),
    ):
        copied = base.clone(made)
        assert type(copied) is type(made) and copied.build_fn is made.build_fn
        assert set(copied.get_params()) == set(made.get_params())
    assert base.is_classifier(KerasClassifier(softmax)) and not base.is_regressor(KerasClassifier(softmax))
    assert base.is_regressor(KerasRegressor(linear)) and not base.is_classifier(KerasRegressor(linear))


def test_grid_search():
    selection = pytest.importorskip("sklearn.model_selection")
    grid = {"units": [2, 4], "epochs": [1, 2], "batch_size": [16]}
    search = selection.GridSearchCV(KerasClassifier(softmax, verbose=0), grid, cv=3)
    search.fit(X, NAMES)
    assert len(search.cv_results_["mean_test_score"]) == 4
    assert not np.isnan(search.cv_results_["mean_test_score"]).any()
    assert search.best_estimator_.model.layers[0].units == search.best_params_["units"]
    assert set(search.predict(X)) <= set(NAMES)
    search = selection.RandomizedSearchCV(
        KerasRegressor(linear, verbose=0, epochs=1),
        {"lr": [0.1, 0.01]},
        n_iter=2,
        cv=2,
        scoring="neg_mean_absolute_error",
    )
    search.fit(X, X[:, 0])
    assert (search.cv_results_["mean_test_score"] < 0).all()


def test_cross_validation():
    selection = pytest.importorskip("sklearn.model_selection")
    classifier = KerasClassifier(softmax, epochs=2, verbose=0)
    folds = selection.StratifiedKFold(3, shuffle=True, random_state=0)
    assert selection.cross_val_score(classifier, X, LABELS, cv=folds).shape == (3,)
    for scoring in ("accuracy", "neg_log_loss", "f1_macro"):
        assert np.isfinite(selection.cross_val_score(classifier, X, LABELS, cv=folds, scoring=scoring)).all()
    assert selection.cross_val_predict(classifier, X, NAMES, cv=3).shape == (60,)
    assert selection.cross_val_predict(classifier, X, NAMES, cv=3, method="predict_proba").shape == (60, 3)
    found = selection.cross_validate(
        KerasRegressor(linear, verbose=0), X, X[:, 0], cv=2, scoring=("r2", "neg_mean_squared_error")
    )
    assert np.isfinite(found["test_r2"]).all()
    weights = np.ones(60)
    assert len(selection.cross_val_score(classifier, X, LABELS, cv=2, params={"sample_weight": weights})) == 2


def test_pipeline_and_ensemble():
    pipeline = pytest.importorskip("sklearn.pipeline")
    from sklearn.ensemble import BaggingClassifier, VotingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    net = KerasClassifier(softmax, epochs=2, verbose=0)
    made = pipeline.make_pipeline(StandardScaler(), net)
    made.fit(X, NAMES)
    assert made.predict(X).shape == (60,) and 0 <= made.score(X, NAMES) <= 1
    made.set_params(kerasclassifier__units=7).fit(X, NAMES)
    assert made[-1].model.layers[0].units == 7
    vote = VotingClassifier([("net", net), ("line", LogisticRegression())], voting="soft").fit(X, NAMES)
    assert vote.predict(X).shape == (60,)
    assert BaggingClassifier(net, n_estimators=2).fit(X, LABELS).predict(X).shape == (60,)


def test_a_fitted_estimator_pickles():
    classifier = KerasClassifier(softmax, epochs=1, verbose=0)
    classifier.fit(X, NAMES)
    again = pickle.loads(pickle.dumps(classifier))
    np.testing.assert_allclose(again.predict_proba(X), classifier.predict_proba(X), rtol=1e-6)


def test_params():
    classifier = KerasClassifier(softmax, units=5)
    assert classifier.get_params(deep=False) == {"units": 5, "build_fn": softmax}
    assert classifier.set_params(epochs=4, build_fn=Builder()).get_params()["epochs"] == 4
    with pytest.warns(UserWarning, match="nb_epoch is now called epochs"):
        assert KerasClassifier(softmax, nb_epoch=3).get_params()["epochs"] == 3
    assert classifier.filter_sk_params(softmax, {"loss": "mse"}) == {"units": 5, "loss": "mse"}


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: KerasClassifier(softmax, unit=5), "Received: 'unit'"),
        (lambda: KerasClassifier(softmax).set_params(unit=5), "Received: 'unit'"),
        (lambda: KerasClassifier(softmax).set_params(build_fn=Builder(), lr=5), "Received: 'lr'"),
        (lambda: KerasRegressor(), "expected build_fn to be a function"),
        (lambda: BaseWrapper(3), "Received: build_fn=3"),
        (lambda: KerasClassifier(softmax).fit(X, np.ones((60, 2, 2))), r"Received: shape \(60, 2, 2\)"),
    ],
)
def test_bad_input(call, text):
    with pytest.raises(ValueError, match=text):
        call()


def test_a_score_needs_its_metric():
    classifier = KerasClassifier(softmax, metrics=["mae"], epochs=1, verbose=0)
    classifier.fit(X, LABELS)
    with pytest.raises(ValueError, match=r"metrics=\['accuracy'\] for score"):
        classifier.score(X, LABELS, verbose=0)


def test_scikit_learn_is_not_imported():
    code = "import sys, kerastorch.wrappers.scikit_learn; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
