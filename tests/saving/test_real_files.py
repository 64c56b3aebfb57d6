"""Files that the real Kerases wrote are read: same predictions, same next training step.

data/ERA.zip was made by ``keras_side.py write FOLDER`` under each real Keras; expected.npz holds its own results.
"""

import io
import sys
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest

import kerastorch as keras
from kerastorch import eras

sys.path.insert(0, str(Path(__file__).parent))
import zoo  # noqa: E402

DATA = Path(__file__).parent / "data"
ERAS = {"keras2": "keras2", "tf.keras": "tfkeras", "keras3": "keras3"}
OPTIMIZERS = ("SGD", "RMSprop", "Adagrad", "Adadelta", "Adam", "Adamax", "Nadam")


@pytest.fixture(scope="module", params=list(ERAS))
def real(request, tmp_path_factory):
    """(era, folder of its files, its results)"""
    folder = tmp_path_factory.mktemp("real")
    with zipfile.ZipFile(DATA / f"{ERAS[request.param]}.zip") as archive:
        archive.extractall(folder)
    before = eras.current().name
    eras.set_era(request.param)
    yield request.param, folder, np.load(io.BytesIO((folder / "expected.npz").read_bytes()))
    eras.set_era(before)


def outputs(model, x):
    found = model.predict(x, batch_size=len(x[0] if isinstance(x, list) else x))
    return found if isinstance(found, list) else [found]


def check(model, x, expected, name):
    for i, y in enumerate(outputs(model, x)):
        np.testing.assert_allclose(y, expected[f"{name}.{i}"], rtol=1e-5, atol=1e-5)


def own_classes(name):
    if name in ("sequence", "bidirectional") and not hasattr(keras.layers, "Bidirectional"):
        pytest.skip("needs the wrapper layers")
    model, x = zoo.MODELS[name](keras)
    return getattr(model, "own_classes", {}), x


@pytest.mark.parametrize("name", zoo.MODELS)
@pytest.mark.parametrize("kind", ["h5", "keras", "weights", "json", "yaml"])
def test_reads(real, name, kind):
    era, folder, expected = real
    own, x = own_classes(name)
    path = folder / f"{name}.{kind}"
    weights = folder / f"{name}{'.weights.h5' if era == 'keras3' else '_weights.h5'}"
    if kind == "weights":
        model = zoo.MODELS[name](keras)[0]
        model.load_weights(weights)
    elif kind in ("json", "yaml"):
        if not path.exists():
            pytest.skip("that generation has no to_yaml")
        if kind == "yaml":
            pytest.importorskip("yaml")
        load = keras.models.model_from_json if kind == "json" else keras.models.model_from_yaml
        model = load(path.read_text(), own)
        model.load_weights(weights)
    elif not path.exists():
        pytest.skip("that generation has no such file")
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # not compiled
            model = keras.models.load_model(path, own)
    check(model, x, expected, name)


@pytest.mark.parametrize("ending", ["h5", "keras"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_training_goes_on(real, optimizer, ending):
    era, folder, expected = real
    path = folder / f"trained_{optimizer}.{ending}"
    if not path.exists():
        pytest.skip("that generation has no such file")
    if era == "keras2":
        pytest.skip("dropout stays in that Keras's recorded graph; golden/cases/files.py covers its resumed training")
    if era == "keras3" and ending == "keras":
        pytest.skip("Keras 3.15 on torch wrote no optimizer into its archive")
    if era != "keras2" and optimizer == "Nadam":
        pytest.skip("the later Nadam keeps its momentum schedule in the state, which is not read yet")
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)  # an optimizer that starts anew warns
        model = keras.models.load_model(path)
    _, x = zoo.MODELS["cnn" if optimizer == "Adam" else "mlp"](keras)
    for layer in model.layers:
        if hasattr(layer, "rate"):
            layer.rate = 0.0
    model.train_on_batch(x, zoo.targets(outputs(model, x)))
    for i, w in enumerate(model.get_weights()):
        np.testing.assert_allclose(w, expected[f"trained_{optimizer}.next.{i}"], rtol=1e-4, atol=1e-5)
