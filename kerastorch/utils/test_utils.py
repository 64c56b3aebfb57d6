"""What Keras 2's own tests are written with, which authors of custom layers use too.

Source: Keras 2.2.4, ``keras.utils.test_utils``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import backend
from ..engine.input_layer import Input
from ..models import Model
from .generic_utils import has_arg

__all__ = ["get_test_data", "keras_test", "layer_test"]

Pair = tuple[np.ndarray, np.ndarray]


def get_test_data(
    num_train: int = 1000,
    num_test: int = 500,
    input_shape: Sequence[int] = (10,),
    output_shape: Sequence[int] = (2,),
    classification: bool = True,
    num_classes: int = 2,
) -> tuple[Pair, Pair]:
    """Random samples that a small model learns from, drawn from numpy's generator as Keras draws them.

    Args:
        num_train: how many samples to train on.
        num_test: how many samples to test on.
        input_shape: shape of one sample.
        output_shape: shape of one target, where targets are numbers.
        classification: whether targets are classes; else they are numbers around which the inputs lie.
        num_classes: how many classes there are.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = get_test_data(6, 2, (3,))
        >>> x_train.shape, y_test.shape
        ((6, 3), (2,))
    """
    samples, input_shape, output_shape = num_train + num_test, tuple(input_shape), tuple(output_shape)
    x = np.zeros((samples, *input_shape), dtype="float32")
    if classification:
        y = centers = np.random.randint(0, num_classes, size=(samples,))
    else:
        centers = np.random.random((samples,))
        y = np.zeros((samples, *output_shape), dtype="float32")
    for i, center in enumerate(centers):
        x[i] = np.random.normal(loc=center, scale=0.7, size=input_shape)
        if not classification:
            y[i] = np.random.normal(loc=center, scale=0.7, size=output_shape)
    return (x[:num_train], y[:num_train]), (x[num_train:], y[num_train:])


def layer_test(
    layer_cls: type,
    kwargs: dict[str, Any] | None = None,
    input_shape: Sequence[int | None] | None = None,
    input_dtype: str | None = None,
    input_data: np.ndarray | None = None,
    expected_output: np.ndarray | None = None,
    expected_output_dtype: str | None = None,
    fixed_batch_size: bool = False,
) -> np.ndarray:
    """Checks a layer of one input and one output: shapes, types, weights, config and a step of training.

    Args:
        layer_cls: the layer's class.
        kwargs: its arguments.
        input_shape: shape of the input, the batch axis first; a size takes the place of each None.
        input_dtype: type of the input.
        input_data: the input; random numbers when missing.
        expected_output: what the layer has to give for it, within 0.1%.
        expected_output_dtype: type of the output, that of the input when missing.
        fixed_batch_size: whether the model is built for the batch's size alone.

    Returns:
        The layer's output.

    Raises:
        AssertionError: when something is not as it must be.
        ValueError: when neither ``input_shape`` nor ``input_data`` is given.

    Example:
        >>> import kerastorch as keras
        >>> layer_test(keras.layers.Dense, {"units": 3}, input_shape=(2, 4)).shape
        (2, 3)
    """
    if input_data is None:
        if input_shape is None:
            raise ValueError("layer_test: expected input_shape or input_data. Received: neither")
        input_dtype = input_dtype or backend.floatx()
        sizes = [np.random.randint(1, 4) if size is None else size for size in input_shape]
        input_data = (10 * np.random.random(sizes)).astype(input_dtype)
    input_shape = tuple(input_data.shape if input_shape is None else input_shape)
    input_dtype = input_dtype or str(input_data.dtype)
    layer = layer_cls(**(kwargs or {}))
    layer.set_weights(layer.get_weights())
    expected_shape = layer.compute_output_shape(input_shape)
    size = {"batch_shape": input_shape} if fixed_batch_size else {"shape": input_shape[1:]}
    x = Input(dtype=input_dtype, **size)
    y = layer(x)
    assert backend.dtype(y) == (expected_output_dtype or input_dtype)
    output = _check_model(Model(x, y), input_data, expected_shape, expected_output)
    layer_cls.from_config({**layer.get_config(), "batch_input_shape": input_shape})
    return output


def _check_model(model: Model, data: np.ndarray, shape: Sequence[int | None], expected: Any) -> np.ndarray:
    output = model.predict(data)
    assert len(shape) == output.ndim and all(a in (None, b) for a, b in zip(shape, output.shape, strict=True))
    if expected is not None:
        np.testing.assert_allclose(output, expected, rtol=1e-3)
    again = type(model).from_config(model.get_config())
    if model.weights:
        again.set_weights(model.get_weights())
        np.testing.assert_allclose(again.predict(data), output, rtol=1e-3)
    if has_arg(model.layers[-1].call, "training"):
        model.compile("rmsprop", "mse")
        model.train_on_batch(data, output)
    return output


def keras_test(func: Callable) -> Callable:
    """Decorator that forgets names and graphs after a test.

    Example:
        >>> @keras_test
        ... def test_nothing():
        ...     return "done"
        >>> test_nothing()
        'done'
    """

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return func(*args, **kwargs)
        finally:
            backend.clear_session()

    return wrapper
