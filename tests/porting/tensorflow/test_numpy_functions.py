"""numpy's own functions on what scripts of TensorFlow 2 hold: they give arrays, as they do of TensorFlow's tensors."""

import numpy as np
import pytest

import kerastorch as keras
from kerastorch.porting import tensorflow as tf

VALUES = np.array([[1.0, 2.0], [3.0, 4.0]], dtype="float32")


@pytest.mark.parametrize(
    "function",
    "sum max min std argmax round squeeze transpose cumsum sort mean median any prod ravel exp".split(),
)
def test_functions_of_tensors(function):
    compute = getattr(np, function)
    for holder in (tf.constant(VALUES), tf.Variable(VALUES)):
        found, expected = compute(holder), compute(VALUES)
        assert type(found) is type(expected)
        np.testing.assert_array_equal(found, expected)


def test_functions_of_several():
    tensor = tf.constant(VALUES)
    np.testing.assert_array_equal(np.concatenate([tensor, VALUES]), np.concatenate([VALUES, VALUES]))
    np.testing.assert_array_equal(np.mean(tensor, axis=0, keepdims=True), [[2.0, 3.0]])
    np.testing.assert_array_equal(np.where(tensor > 2, tensor, 0), [[0.0, 0.0], [3.0, 4.0]])


def test_means_of_losses():
    from kerastorch.engine.symbolic import script
    from kerastorch.porting.tensorflow._tensors import Tensor

    keras.set_era("tf.keras")
    script.see_as(Tensor)
    try:
        loss = keras.losses.mean_squared_error(VALUES, np.zeros_like(VALUES))
        assert isinstance(loss, tf.Tensor) and np.mean(loss) == 7.5
    finally:
        script.see_as(None)


def test_parts_of_variables_are_assigned():
    from kerastorch.engine.symbolic.immutable import foreign

    variable = tf.Variable(VALUES)
    with foreign():
        variable[0, 0].assign(9.0)
        variable[:, 1].assign([0.0, 1.0])
    assert variable.numpy().tolist() == [[9.0, 0.0], [3.0, 1.0]]


def test_lists_of_numbers_into_layers():
    assert keras.layers.Lambda(lambda x: x * 2)([-1.0, 0.0, 1.0]).tolist() == [-2.0, 0.0, 2.0]
    assert keras.layers.Dense(1, kernel_initializer="ones")([[1, 2.5]]).tolist() == [[3.5]]


def test_defaults_of_columns_that_are_tensors():
    defaults = [0, np.nan, tf.constant(np.nan, dtype=tf.float64), "Hello", tf.constant([])]
    found = [column.numpy() for column in tf.io.decode_csv(",2,3,,5", defaults)]
    assert found == [0, 2.0, 3.0, b"Hello", 5.0]
    with pytest.raises(ValueError, match="expected a value in column 4"):
        tf.io.decode_csv("1,2,3,4,", defaults)


def test_what_classes_of_scripts_pass_on():
    class Rate(keras.optimizers.Optimizer):
        def __init__(self, name="Rate", **kwargs):
            super().__init__(name, **kwargs)

    class Net(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)

    assert Rate(clipnorm=1.0).name == "Rate" and Net(dynamic=True, name="net").name == "net"


@pytest.fixture
def tnp(tf):
    import tensorflow.experimental.numpy as tnp

    tf.begin()  # another test has ended it
    yield tnp
    tnp.behavior.forget()


def test_functions_of_numpy_become_parts_of_a_model(tf, tnp):
    assert tf.experimental.numpy is tnp
    i = tf.keras.Input((4,))
    out = tnp.concatenate([tnp.maximum(i, 0.0), tnp.matmul(i, np.ones((4, 2), "float32"))], axis=-1)
    assert tuple(out.shape) == (None, 6)
    found = tf.keras.Model(i, out).predict(np.array([[-1.0, 2.0, -3.0, 4.0]]), verbose=0)
    assert found.tolist() == [[0.0, 2.0, 0.0, 4.0, 2.0, 2.0]]
    assert tuple(tnp.shape(i)) == (None, 4) and tnp.ndim(i) == 2 and tnp.size(i, 1) == 4


def test_a_model_learns_through_functions_of_numpy(tf, tnp):
    """The losses are those of Keras 3.15 on TensorFlow 2.21."""

    class Net(tf.keras.Model):
        def build(self, shape):
            self.w = self.add_weight(name="w", shape=(shape[1], 1), initializer="ones")

        def call(self, x):
            return tnp.matmul(tnp.maximum(x, 0.0), self.w)

    net = Net()
    net.compile("sgd", lambda y_true, y_pred: tnp.mean(tnp.square(y_true - y_pred), axis=0))
    history = net.fit(np.ones((8, 3), "float32"), np.zeros((8, 1), "float32"), epochs=3, verbose=0).history
    np.testing.assert_allclose(history["loss"], [9.0, 7.952399730682373, 7.026740550994873], rtol=1e-6)


def test_names_that_are_not_here(tnp):
    for owner, name in ((tnp, "ix_"), (tnp.random, "gamma")):
        assert not hasattr(owner, name)
        with pytest.raises(AttributeError, match=f"^tf.experimental.numpy.*{name} is not among"):
            getattr(owner, name)


def test_types_of_numbers(tnp):
    assert [tnp.array(value).dtype.name for value in (1, 1.5, [True], 1j)] == ["int64", "float64", "bool", "complex128"]
    tnp.experimental_enable_numpy_behavior(prefer_float32=True)
    assert [tnp.array(value).dtype.name for value in (1, 1.5, [0.5])] == ["int64", "float32", "float32"]
    assert tnp.ones(2).dtype.name == "float64" and tnp.sqrt(4).dtype.name == "float64"


def test_methods_of_arrays(tf, tnp):
    tnp.experimental_enable_numpy_behavior()
    tnp.experimental_enable_numpy_behavior()
    x = tf.constant([[1.0, 2.5], [3.0, 0.0]])
    assert x.astype(tnp.int32).numpy().tolist() == [[1, 2], [3, 0]]
    assert x.max(axis=0).numpy().tolist() == x.max(0).numpy().tolist() == [3.0, 2.5]
    assert x.mean(axis=1, keepdims=True).numpy().tolist() == [[1.75], [1.5]]
    assert x.transpose().numpy().tolist() == x.transpose((1, 0)).numpy().tolist() == [[1.0, 3.0], [2.5, 0.0]]
    assert np.max(x) == 3.0
    tnp.behavior.forget()
    assert not hasattr(x, "astype") and x.max().numpy() == 3.0
