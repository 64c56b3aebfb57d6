"""Variables as objects."""

import numpy as np

from kerastorch import backend as K


def test_repr_shows_name_and_values():
    assert (
        repr(K.variable(np.array([1.0, 2.0]), name="scale"))
        == "<tf.Variable 'scale:0' shape=(2,) dtype=float32, numpy=array([1., 2.], dtype=float32)>"
    )
