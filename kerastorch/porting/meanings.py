"""What means something else from one Keras generation to the next, as rules over calls in a script."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["RULES", "Rule", "keyword"]


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """The value of a call's keyword argument, None where it is not given."""
    return next((item.value for item in call.keywords if item.arg == name), None)


def _without(*names: str, positions: int | None = None) -> Callable[[ast.Call], bool]:
    """True of calls that give none of the arguments, by name or by more than so many positions."""

    def applies(call: ast.Call) -> bool:
        many = positions is not None and len(call.args) > positions
        open_end = any(item.arg is None for item in call.keywords)
        return not many and not open_end and all(keyword(call, name) is None for name in names)

    return applies


def _with(*names: str) -> Callable[[ast.Call], bool]:
    return lambda call: any(keyword(call, name) is not None for name in names)


def _says(*words: str) -> Callable[[ast.Call], bool]:
    """True of calls with one of these texts somewhere among the arguments."""

    def applies(call: ast.Call) -> bool:
        leaves = [leaf for item in [*call.args, *call.keywords] for leaf in ast.walk(item)]
        return any(isinstance(leaf, ast.Constant) and leaf.value in words for leaf in leaves)

    return applies


def _always(call: ast.Call) -> bool:
    return True


def _both(first: Callable[[ast.Call], bool], second: Callable[[ast.Call], bool]) -> Callable[[ast.Call], bool]:
    return lambda call: first(call) and second(call)


@dataclass(frozen=True)
class Rule:
    """One difference between generations.

    Attributes:
        names: of the classes, functions or methods it is about.
        applies: whether it concerns a call.
        told: what is different, and how to say what one means.
    """

    names: tuple[str, ...]
    applies: Callable[[ast.Call], bool]
    told: str


_GATED = ("LSTM", "GRU", "ConvLSTM2D", "LSTMCell", "GRUCell")
_RATES = ("SGD", "Adam", "RMSprop", "Adagrad", "Adadelta", "Adamax", "Nadam")
_LEARNING = ("fit", "fit_generator")

RULES = (
    Rule(
        _GATED,
        _without("recurrent_activation", "inner_activation"),
        "recurrent_activation is hard_sigmoid in Keras 1 and 2, sigmoid from 2.3 on; name the one you mean",
    ),
    Rule(
        ("GRU", "GRUCell"), _without("reset_after"), "reset_after is False until Keras 2.3, True in tf.keras and later"
    ),
    Rule(
        ("LSTM", "GRU", "SimpleRNN"),
        _with("dropout", "recurrent_dropout", "dropout_W", "dropout_U"),
        "each gate has a dropout mask of its own until Keras 2.2; later they share one",
    ),
    Rule(
        ("Dense", "Activation", "LSTM", "GRU", "Conv2D", "Conv1D"),
        _says("hard_sigmoid"),
        "hard_sigmoid is clip(0.2 x + 0.5) until tf.keras, relu6(x + 3) / 6 in Keras 3",
    ),
    Rule(
        ("compile",),
        _says("accuracy"),
        "'accuracy' is logged as acc and val_acc until Keras 2.2, under its own name later",
    ),
    Rule(
        ("compile",),
        _both(_says("binary_crossentropy"), _says("accuracy", "acc")),
        "with several outputs 'accuracy' beside binary_crossentropy is the binary one in Keras 2, the categorical one "
        "in Keras 3",
    ),
    Rule(
        ("compile",),
        lambda call: len(call.args) > 2,
        "the third argument of compile() is metrics until tf.keras, loss_weights in Keras 3; give it by name",
    ),
    Rule(
        ("compile", *_RATES),
        _says("adagrad", "Adagrad"),
        "Adagrad's defaults are lr=0.01 and an empty accumulator in Keras 2, 0.001 and 0.1 later",
    ),
    Rule(("Adagrad",), _without("lr", "learning_rate", positions=0), "lr is 0.01 in Keras 2, 0.001 later"),
    Rule(
        ("compile",),
        _says("adadelta", "Adadelta"),
        "Adadelta's learning rate is 1.0 in Keras 2, 0.001 later",
    ),
    Rule(("Adadelta",), _without("lr", "learning_rate", positions=0), "lr is 1.0 in Keras 2, 0.001 later"),
    Rule(("compile",), _says("nadam", "Nadam"), "Nadam's learning rate is 0.002 in Keras 2, 0.001 later"),
    Rule(("Nadam",), _without("lr", "learning_rate", positions=0), "lr is 0.002 in Keras 2, 0.001 later"),
    Rule(
        _RATES,
        _with("clipnorm"),
        "clipnorm is of all gradients together in Keras 2, of each by itself in tf.keras and Keras 3",
    ),
    Rule(_RATES, _with("lr"), "lr= is called learning_rate since tf.keras; Keras 3 refuses lr="),
    Rule(_RATES, _with("decay"), "decay= lowers the rate in Keras 2; tf.keras 2.15 refuses it and Keras 3 ignores it"),
    Rule(
        ("BatchNormalization",),
        _always,
        "Keras 2 on TensorFlow corrects the moving averages for their start, and a frozen layer still uses the batch's "
        "statistics in training; later ones do neither",
    ),
    Rule(
        ("l1_l2", "l1l2"),
        _without("l1", "l2", positions=0),
        "l1_l2() means 0.01 and 0.01 until tf.keras, 0 and 0 in Keras 3",
    ),
    Rule(
        ("compile",),
        _says("hinge", "squared_hinge"),
        "targets of 0 and 1 are taken as -1 and 1 since Keras 2.3, as they are before",
    ),
    Rule(
        ("compile", "get"),
        _says("cosine_proximity"),
        "cosine_proximity is minus the mean in Keras 2.0, minus the sum from 2.2 on, and gone in Keras 3",
    ),
    Rule(
        _LEARNING,
        _with("class_weight", "sample_weight"),
        "weighted losses are divided by the number of samples with a weight in Keras 2, by all samples later",
    ),
    Rule(
        ("fit",),
        _both(_without("epochs", "nb_epoch"), lambda call: len(call.args) < 4),
        "epochs is 10 in the documented Sequential.fit, 1 in Keras 2.2's code and later",
    ),
    Rule(
        ("fit",),
        _says("batch"),
        "shuffle='batch' permutes the order of batches until tf.keras, within batches in Keras 3",
    ),
    Rule(
        ("ModelCheckpoint",),
        _with("period"),
        "period= is save_freq= since tf.keras",
    ),
    Rule(
        ("EarlyStopping", "ModelCheckpoint", "ReduceLROnPlateau"),
        _says("acc", "val_acc", "accuracy", "val_accuracy"),
        "the metric it monitors is called acc until Keras 2.2 and as compile() names it later",
    ),
    Rule(
        ("Dense", "Conv2D", "Activation", "LSTM", "ActivityRegularization"),
        _with("activity_regularizer"),
        "the penalty on outputs is a sum in Keras 2, divided by the batch's size in tf.keras and Keras 3",
    ),
    Rule(("Embedding",), _with("input_length"), "input_length is ignored with a warning in Keras 3"),
    Rule(
        ("UpSampling2D",),
        _says("bilinear"),
        "bilinear samples are taken at i / factor in Keras 2, at the pixels' centres later",
    ),
)
