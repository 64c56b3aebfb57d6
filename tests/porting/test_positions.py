"""Arguments without names mean what they mean in the era's own Keras."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import kerastorch as keras
from kerastorch import layers as kl
from kerastorch import optimizers
from kerastorch.porting import positions

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from record_positions import at, order  # noqa: E402

# one thing under two names
ALIKE = {
    "lr": "learning_rate",
    "input_text": "text",
    "negative_slope": "alpha",
    "loss": "losses",
    "previous_mask": "mask",
    "config": "identifier",
    "obj": "instance",
    "x": "y",
}
# another order, and why
OTHER = {
    "layers.InputLayer": "shape stands for input_shape",
    "losses.sparse_categorical_crossentropy": "a function that is known by its identity",
    "models.Model.call": "called by the package itself, with a mask",
    "models.Model.save": "tf.keras itself had include_optimizer third up to 2.12",
    "optimizers.Adam": "adaptive_epsilon came with tf_keras 2.20; scripts have amsgrad there",
    "optimizers.Optimizer": "a rate without a name is told from one by its type",
    "preprocessing.image.DirectoryIterator": "keep_aspect_ratio is not known",
    "preprocessing.image.NumpyArrayIterator": "ignore_class_split is not known",
    "preprocessing.image.apply_brightness_shift": "scale is not known",
    "utils.GeneratorEnqueuer": "generator stands for sequence",
    "utils.deserialize_keras_object": "keras3's has no module_objects",
}


def recorded(era):
    lines = (HERE / f"positions_{era}.txt").read_text().splitlines()[1:]
    return {path: names for path, *names in map(str.split, lines)}


def own_order(path, era):
    """The order in which our thing takes arguments in an era; None where there is no such thing."""
    found = at(keras, path)
    if found is None or not callable(found):
        return None
    try:
        names = order(found.__init__ if isinstance(found, type) else found)
    except ValueError:
        return None
    table = positions.order_of(path, era)
    return names if table is None else names[: table[0]] + table[1]


@pytest.mark.parametrize("era", ["tf.keras", "keras3"])
def test_the_order_is_that_of_the_eras_keras(era):
    wrong = []
    for path, expected in recorded(era).items():
        found = own_order(path, era)
        if found is None:
            continue
        for theirs, ours in zip(expected, found):
            if ALIKE.get(theirs, theirs) != ALIKE.get(ours, ours) and path not in OTHER:
                wrong.append((path, theirs, ours))
                break
    assert not wrong


@pytest.mark.parametrize(
    ("era", "make", "attribute", "expected"),
    [
        ("keras2", lambda: optimizers.SGD(0.1, 0.9, 0.5), "decay", 0.5),
        ("tf.keras", lambda: optimizers.SGD(0.1, 0.9, True), "nesterov", True),
        ("keras3", lambda: optimizers.SGD(0.1, 0.9, True, 0.25), "weight_decay", 0.25),
        ("tf.keras", lambda: optimizers.Adam(0.1, 0.9, 0.99, 1e-7, True), "amsgrad", True),
        ("tf.keras", lambda: optimizers.Adam(0.1, 0.9, 0.99, 1e-7, False, "mine"), "name", "mine"),
        ("keras3", lambda: optimizers.RMSprop(0.1, 0.9, 0.5), "momentum", 0.5),
        ("keras2", lambda: optimizers.RMSprop(0.1, 0.9, 0.5), "epsilon", 0.5),
        ("keras3", lambda: optimizers.Adagrad(0.1, 0.5), "initial_accumulator_value", 0.5),
        ("keras3", lambda: kl.Embedding(9, 4, "zeros", None, None, True), "mask_zero", True),
        ("tf.keras", lambda: kl.Conv2D(4, 3, 1, "same", None, 1, 2, "relu"), "groups", 2),
        ("tf.keras", lambda: kl.LSTM(*[3, *[None] * 14], 0.0, 0.0, True), "return_sequences", True),
        ("keras3", lambda: kl.SpatialDropout1D(0.1, 7), "seed", 7),
        ("keras3", lambda: keras.Sequential([], True, "called"), "name", "called"),
        ("tf.keras", lambda: keras.callbacks.TensorBoard("logs", 0, False), "write_graph", False),
    ],
)
def test_what_an_argument_without_a_name_is(era, make, attribute, expected):
    keras.set_era(era)
    found = getattr(make(), attribute)
    assert (float(found) if isinstance(expected, float) else found) == pytest.approx(expected)


def test_inputs():
    keras.set_era("tf.keras")
    assert tuple(kl.Input((3,), 4, "named").shape) == (4, 3)
    keras.set_era("keras3")
    assert str(keras.Input((3,), 4, "int32").dtype).endswith("int32")


def test_classes_of_a_script_and_of_ours():
    keras.set_era("keras3")

    class Mine(optimizers.SGD):
        def __init__(self, rate):
            super().__init__(rate, 0.5, True)

    class Wider(kl.Conv1DTranspose):
        def __init__(self, filters):
            super().__init__(filters, 3, 1, "same")

    assert Mine(0.1).nesterov is True
    assert Wider(4).filters == 4 and kl.Conv1DTranspose(2, 3, 1, "same").padding == "same"


def test_wrong_arguments():
    keras.set_era("keras3")
    with pytest.raises(TypeError, match="SGD: expected nesterov once. Received: nesterov by position and by name"):
        optimizers.SGD(0.1, 0.9, True, nesterov=True)
    with pytest.raises(TypeError, match="Embedding: expected at most 10 positional arguments. Received: 11"):
        kl.Embedding(*[1] * 11)


SEQUENCES = ("Conv1D SeparableConv1D MaxPooling1D AveragePooling1D GlobalAveragePooling1D GlobalMaxPooling1D").split()


@pytest.mark.parametrize(
    ("era", "following"),
    [("keras2", []), ("tf.keras", ["SeparableConv1D"]), ("keras3", [*SEQUENCES, "ZeroPadding1D"])],
)
def test_where_layers_of_sequences_follow_the_data_format_of_the_process(era, following):
    keras.set_era(era)
    keras.backend.set_image_data_format("channels_first")
    for name in [*SEQUENCES, "ZeroPadding1D"]:
        kind, given = getattr(kl, name), (4, 3) if "Conv" in name else ()
        assert (kind(*given).data_format == "channels_first") == (name in following), name
        assert kind(*given, data_format="channels_last").data_format == "channels_last"


def test_defaults_that_are_the_eras():
    names = {}
    for era in ("keras2", "tf.keras", "keras3"):
        keras.set_era(era)
        names[era] = keras.metrics.KLDivergence().name
    assert names["tf.keras"] == "kullback_leibler_divergence" and names["keras3"] == "kl_divergence"
