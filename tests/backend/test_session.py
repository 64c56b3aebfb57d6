"""``K.get_session()``: values of symbolic tensors and variables; everything else is refused."""

import numpy as np
import pytest

from kerastorch import backend as K
from kerastorch.layers import Dense, Dropout, Input


def test_run_gives_values_in_the_nesting_of_its_fetches():
    x, v = K.placeholder((2,)), K.variable([1.0, 2.0])
    session = K.get_session()
    got = session.run({"sum": x + v, "both": [v, (K.sum(x),)]}, feed_dict={x: [3.0, 4.0]})
    assert got["sum"].tolist() == [4.0, 6.0] and got["both"][0].tolist() == [1.0, 2.0] and got["both"][1][0] == 7.0
    assert session.run(v).tolist() == [1.0, 2.0]


def test_run_carries_out_updates_and_takes_the_phase():
    v = K.variable(1.0)
    with K.get_session() as session:
        assert session.run(K.update_add(v, 2.0)) == 3.0 and session.run(v) == 3.0
        a = Input((1000,))
        b = Dropout(0.5)(a)
        x = np.ones((1, 1000))
        assert session.run(b, {a: x, K.learning_phase(): 0}).min() == 1.0
        assert session.run(b, {a: x, K.learning_phase(): 1}).min() == 0.0


def test_what_is_missing_or_unknown():
    a = Input((3,))
    b = Dense(2)(a)
    with pytest.raises(ValueError, match="not among the model's inputs"):
        K.get_session().run(b)
    with pytest.raises(AttributeError, match=r"get_session\(\).graph: there is no TensorFlow session"):
        _ = K.get_session().graph


def test_settings_take_the_names_of_both_kerases():
    for names in ({"e": 1e-3}, {"value": 1e-3}):
        K.set_epsilon(1.0)
        K.set_epsilon(**names)
        assert K.epsilon() == 1e-3
    for names in ({"floatx": "float64"}, {"value": "float64"}):
        K.set_floatx("float32")
        K.set_floatx(**names)
        assert K.floatx() == "float64"
    with pytest.raises(ValueError, match="set_epsilon: expected a number"):
        K.set_epsilon()
    with pytest.raises(ValueError, match="set_floatx: expected one of"):
        K.set_floatx()
