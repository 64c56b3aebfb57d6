"""Activation functions against real Keras 2.2.4 and 3 (data/record_families.py, data/record_families_keras3.py)."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from kerastorch import activations, eras
from kerastorch.backend import torch_callables
from kerastorch.backend.registry import CustomObjectScope
from kerastorch.engine.symbolic import SymbolicTensor, placeholder

DATA = Path(__file__).parent / "data"
KERAS2 = json.loads((DATA / "families.json").read_text())["activations"]
KERAS3 = json.loads((DATA / "families_keras3.json").read_text())


# 1 + erf(x) cancels at x = -4: in float32 the formula itself is uncertain by 4 * 2**-23, and vector units differ in it
ROUNDING = {"gelu": 4 * 2**-23}


def check(function, x, expected, atol=1e-7):
    """The value, and the gradient of the sum of its value times 1, 2, 3 …"""
    x = torch.tensor(x, requires_grad=True)
    value = function(x)
    direction = torch.arange(1.0, value.numel() + 1).reshape(value.shape)
    (gradient,) = torch.autograd.grad((value * direction).sum(), x)
    torch.testing.assert_close(value, torch.tensor(expected[0]), rtol=1e-5, atol=atol)
    torch.testing.assert_close(gradient, torch.tensor(expected[1]), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", KERAS2["named"])
def test_keras_2(name):
    check(activations.get(name), [KERAS2["points"]], KERAS2["named"][name])


@pytest.mark.parametrize(("arguments", "expected"), KERAS2["relu"], ids=lambda v: str(v)[:60])
def test_every_argument_of_relu(arguments, expected):
    check(lambda x: activations.relu(x, **arguments), [KERAS2["points"]], expected)
    if "alpha" in arguments:
        renamed = {**arguments, "negative_slope": arguments["alpha"]}
        del renamed["alpha"]
        check(lambda x: activations.relu(x, **renamed), [KERAS2["points"]], expected)


def test_elu_with_alpha():
    check(lambda x: activations.elu(x, 0.3), [KERAS2["points"]], KERAS2["elu_alpha"])


@pytest.mark.parametrize(("axis", "expected"), KERAS2["softmax_block"], ids=lambda v: str(v)[:5])
def test_softmax_along_an_axis(axis, expected):
    check(lambda x: activations.softmax(x, axis=axis), KERAS2["block"], expected)


def test_keras_2_normalises_a_matrix_by_rows_whatever_the_axis():
    with pytest.warns(UserWarning, match="softmax: .* axis=0 has no effect"):
        check(lambda x: activations.softmax(x, axis=0), KERAS2["block"][0], KERAS2["softmax_matrix_axis_0"])
    eras.set_era("tf.keras")
    sums = activations.softmax(torch.randn(3, 4), axis=0).sum(0)
    torch.testing.assert_close(sums, torch.ones(4))


def test_softmax_of_a_vector():
    for era in ("keras2", "tf.keras"):
        eras.set_era(era)
        with pytest.raises(ValueError, match="Cannot apply softmax to a tensor that is 1D"):
            activations.softmax(torch.ones(3))
    eras.set_era("keras3")
    assert activations.softmax(torch.zeros(2)).tolist() == [0.5, 0.5]


@pytest.mark.parametrize("name", KERAS3["activations"])
def test_keras_3(name):
    eras.set_era("keras3")
    check(activations.get(name), [KERAS3["points"]], KERAS3["activations"][name], ROUNDING.get(name, 1e-7))


def test_gelu_approximated():
    check(lambda x: activations.gelu(x, approximate=True), [KERAS3["points"]], KERAS3["gelu_approximate"])


def test_threshold():
    assert activations.threshold(torch.tensor([0.5, 1.0, 2.0]), 1.0, -3.0).tolist() == [-3.0, -3.0, 2.0]


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_sparsemax_is_the_nearest_distribution(axis):
    x = torch.randn(4, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    got = activations.sparsemax(x, axis=axis).movedim(axis, -1)
    rows = x.movedim(axis, -1)
    low, high = rows.min(-1, keepdim=True).values - 1, rows.max(-1, keepdim=True).values
    for _ in range(80):  # bisection for the level at which what stands above it adds up to one
        middle = (low + high) / 2
        above = torch.relu(rows - middle).sum(-1, keepdim=True) > 1
        low, high = torch.where(above, middle, low), torch.where(above, high, middle)
    torch.testing.assert_close(got, torch.relu(rows - low))


@pytest.mark.parametrize(
    "name", [n for n in activations.__all__ if n not in ("get", "serialize", "deserialize", "threshold")]
)
def test_symbolic_tensors_pass_through(name):
    x = placeholder((None, 4))
    got = getattr(activations, name)(x)
    assert isinstance(got, SymbolicTensor)
    assert tuple(got.shape) == ((None, 2) if name == "glu" else (None, 4))


def test_names_round_trip():
    for name in activations.REGISTRY.objects:
        function = activations.get(name)
        assert activations.get(activations.serialize(function)) is function
    assert activations.get(None) is activations.linear
    assert activations.serialize(activations.swish) == "silu"


def test_config_dicts_of_functions():
    assert activations.get({"class_name": "relu", "config": {}}) is activations.relu
    written = {"module": "builtins", "class_name": "function", "config": "relu", "registered_name": "function"}
    assert activations.get(written) is activations.relu


@pytest.mark.parametrize("name", sorted(torch_callables._FUNCTIONS))
def test_torch_functions_keep_their_values_through_a_config(name):
    place, _, short = name.rpartition(".")
    function = getattr(torch if place == "torch" else nn.functional, short)
    assert activations.get(function) is function
    x = torch.tensor([[-4.0, -1.0, 0.5, 4.0]])
    again = activations.get(activations.serialize(function))
    torch.testing.assert_close(again(x), function(x), equal_nan=True)


def test_torch_names():
    assert activations.serialize(torch.relu) == "relu"
    assert activations.serialize(torch.tanh) == "tanh"
    assert activations.serialize(nn.functional.leaky_relu) == "torch.nn.functional.leaky_relu"


MODULES = [
    nn.GELU("tanh"),
    nn.LeakyReLU(0.3),
    nn.ReLU6(),
    nn.Hardtanh(-2.0, 3.0),
    nn.Softplus(2.0, 10.0),
    nn.Threshold(0.1, 20.0),
    nn.Softmax(dim=1),
    nn.Tanh(),
    nn.SiLU(),
    nn.ELU(0.5, inplace=True),
    nn.GLU(dim=1),
]


@pytest.mark.parametrize("module", MODULES, ids=lambda m: type(m).__name__)
def test_torch_modules(module):
    assert activations.get(module) is module
    written = json.loads(json.dumps(activations.serialize(module)))
    again = activations.get(written)
    assert type(again) is type(module)
    x = torch.tensor([[-4.0, -1.0, 0.5, 4.0]])
    torch.testing.assert_close(again(x.clone()), module(x.clone()))


def test_every_activation_module_of_torch_can_be_written_and_read():
    for cls in torch_callables._MODULES.values():
        needed = {"Threshold": (0.1, 2.0)}.get(cls.__name__, ())
        module = cls(*needed)
        assert repr(activations.get(activations.serialize(module))) == repr(module)


def test_a_module_class_is_called():
    assert isinstance(activations.get(nn.GELU), nn.GELU)


def test_layer_instances_are_accepted_with_a_warning():
    from kerastorch.engine.layer import Layer

    layer = Layer()
    with pytest.warns(UserWarning, match=r"Do not pass a layer instance \(such as Layer\)"):
        assert activations.get(layer) is layer


def mine(x):
    return x * 2


def test_custom_objects():
    assert activations.get(mine) is mine
    assert activations.serialize(mine) == "mine"
    assert activations.deserialize("mine", {"mine": mine}) is mine
    with CustomObjectScope({"mine": mine}):
        assert activations.get("mine") is mine


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: activations.get("rleu"), ValueError, "Unknown activation function.*Did you mean 'relu'?"),
        (lambda: activations.get("torch.nn.functional.linear"), ValueError, "Unknown activation function"),
        (lambda: activations.get({"class_name": "torch.nn.Linear", "config": {}}), ValueError, "Unknown activation"),
        (lambda: activations.get(3), ValueError, "activation function: expected a name.*Received: 3 of type int"),
        (lambda: activations.softmax(torch.ones(2, 2), axis=2), ValueError, "softmax: expected axis to be one of"),
        (lambda: activations.softmax(torch.ones(2, 2), axis="a"), ValueError, "softmax: expected axis .*axis='a'"),
        (lambda: activations.glu(torch.ones(2, 3)), ValueError, "glu: expected an even number of entries"),
        (lambda: activations.log_softmax(torch.ones(2), axis=1), ValueError, "log_softmax: expected axis"),
        (lambda: activations.sparsemax(torch.ones(2), axis=1), ValueError, "sparsemax: expected axis"),
    ],
)
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("name", ["softmax", "relu", "gelu", "swish"])
def test_code_alone_is_the_function(name):
    """Files of Keras before 2.1.2 keep the code of a function, which has to do without a closure."""
    assert getattr(activations, name).__code__.co_freevars == ()


@pytest.mark.parametrize("name", ["relu", "softmax", "gelu", "tanh", "hard_sigmoid", "log_softmax", "mish"])
def test_arrays_and_lists_are_taken(name):
    function = getattr(activations, name)
    rows = [[-1.0, 2.0, 0.5]]
    expected = function(torch.tensor(rows))
    assert torch.equal(function(rows), expected)
    assert torch.equal(function(np.asarray(rows, "float32")), expected)


@pytest.mark.parametrize("value", [1, 5.0, True, None, [1.0]])
def test_linear_gives_back_what_it_is_given(value):
    assert activations.linear(value) is value
