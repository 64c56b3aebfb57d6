"""Initializers against real Keras 2.2.4 and 3 (data/record_families.py, data/record_families_keras3.py)."""

import functools
import json
import math
import random
from pathlib import Path

import numpy as np
import pytest
import torch

from kerastorch import config, eras, initializers
from kerastorch.backend.registry import CustomObjectScope
from kerastorch.initializers.drawn import undrawn

DATA = Path(__file__).parent / "data"
KERAS2 = json.loads((DATA / "families.json").read_text())["initializers"]
KERAS3 = json.loads((DATA / "families_keras3.json").read_text())["initializers"]


@pytest.fixture(autouse=True)
def on_cpu():
    config.set_device("cpu")
    yield
    config.set_device(None)


@pytest.fixture
def keras3():
    eras.set_era("keras3")


def close(got, expected):
    expected = torch.tensor(expected, dtype=got.dtype)
    assert got.shape == expected.shape
    torch.testing.assert_close(got, expected, rtol=1e-5, atol=1e-6)


def label(value):
    return json.dumps(value) if isinstance(value, (dict, list)) and len(json.dumps(value)) < 90 else "values"


@pytest.mark.parametrize(("identifier", "shape", "expected"), KERAS2["values"], ids=label)
def test_values_are_those_of_keras_2(identifier, shape, expected):
    if identifier["class_name"] == "Orthogonal":
        return close(initializers.get(identifier)(shape).abs(), np.abs(expected).tolist())  # LAPACK chooses the signs
    close(initializers.get(identifier)(shape), expected)


@pytest.mark.parametrize(("identifier", "expected"), KERAS2["double"], ids=label)
def test_values_in_double_precision(identifier, expected):
    config.set_floatx("float64")
    got = initializers.get(identifier)((4, 5))
    assert got.dtype == torch.float64
    torch.testing.assert_close(got, torch.tensor(expected, dtype=torch.float64), rtol=1e-12, atol=1e-14)


def test_a_large_weight():
    close(initializers.he_normal(seed=99)((300, 500)).flatten()[::1499], KERAS2["large"])


def test_numpy_seed_gives_the_weights_of_keras_and_leaves_numpy_where_keras_leaves_it():
    np.random.seed(7)
    for name, expected in KERAS2["unseeded"]:
        got = initializers.get(name)((3, 3))
        close(
            got.abs() if name == "orthogonal" else got, np.abs(expected).tolist() if name == "orthogonal" else expected
        )
    assert np.random.rand(3).tolist() == KERAS2["numpy_after"]


@pytest.mark.parametrize("name", KERAS2["configs"])
def test_names_and_configs_of_keras_2(name):
    made = initializers.get(name)
    assert initializers.serialize(made) == KERAS2["configs"][name]
    again = initializers.get(KERAS2["configs"][name])
    assert type(again) is type(made)
    assert again.get_config() == made.get_config()


@pytest.mark.parametrize(("shape", "fans"), KERAS2["fans"])
def test_fans(shape, fans):
    assert initializers._compute_fans(shape) == tuple(fans)


def test_fans_of_channels_first():
    assert initializers._compute_fans((16, 8, 3, 3), "channels_first") == (72, 144)
    with pytest.raises(ValueError, match="data_format: expected .* Received: data_format='nhwc'"):
        initializers._compute_fans((1, 2, 3), "nhwc")


@pytest.mark.parametrize(("identifier", "shape", "expected"), KERAS3["values"], ids=label)
def test_values_are_those_of_keras_3_on_torch(identifier, shape, expected, keras3):
    close(initializers.get(identifier)(shape), expected)


@pytest.mark.parametrize("name", KERAS3["configs"])
def test_names_and_configs_of_keras_3(name, keras3):
    expected = KERAS3["configs"][name]
    if expected["class_name"] == "Identity":
        expected = {"class_name": "Identity", "config": {"gain": 1.0}}  # Keras 3 forgets to write the gain down
    assert initializers.serialize(initializers.get(name)) == expected
    written = {"module": "keras.initializers", "registered_name": None, **KERAS3["configs"][name]}
    assert initializers.serialize(initializers.get(written)) == expected


def test_an_unseeded_initializer_of_keras_3_is_fixed_when_made_and_draws_from_python(keras3):
    random.seed(3)
    first, second, after = KERAS3["unseeded_after_random_seed_3"]
    made = initializers.GlorotUniform()
    close(made((2, 3)), first)
    close(made((2, 3)), second)
    assert random.random() == after


def test_tf_keras_writes_classes_without_axes():
    eras.set_era("tf.keras")
    assert initializers.serialize(initializers.get("he_normal")) == {"class_name": "HeNormal", "config": {"seed": None}}
    assert initializers.get("VarianceScaling").get_config()["distribution"] == "truncated_normal"


def test_axes_that_count_as_inputs_and_outputs():
    made = initializers.VarianceScaling(3.0, "fan_in", "uniform", seed=1, input_axes=[0], output_axes=[1, 2])
    assert made((12, 3, 400)).abs().max().item() == pytest.approx(math.sqrt(3 * 3.0 / 12), rel=1e-2)
    again = initializers.get(initializers.serialize(made))
    assert torch.equal(again((12, 3, 4)), made((12, 3, 4)))
    with pytest.raises(ValueError, match="GlorotUniform: expected input_axes and output_axes together"):
        initializers.GlorotUniform(input_axes=[0])


@pytest.mark.parametrize(
    "name", ["RandomNormal", "RandomUniform", "TruncatedNormal", "VarianceScaling", "GlorotNormal"]
)
@pytest.mark.parametrize("era", list(eras.ERAS))
def test_a_seed_means_the_same_values_at_each_call_and_touches_no_generator(name, era):
    eras.set_era(era)
    made = initializers.get({"class_name": name, "config": {"seed": 5}})
    states = str(np.random.get_state()), torch.get_rng_state().tolist(), random.getstate()
    assert torch.equal(made((3, 4)), made((3, 4)))
    assert states == (str(np.random.get_state()), torch.get_rng_state().tolist(), random.getstate())
    assert not torch.equal(made((3, 4)), initializers.get({"class_name": name, "config": {"seed": 6}})((3, 4)))


@pytest.mark.parametrize("shape", [(8, 8), (3, 9), (9, 3), (2, 3, 4)])
@pytest.mark.parametrize("era", list(eras.ERAS))
def test_orthogonal_is_orthogonal(shape, era):
    eras.set_era(era)
    matrix = initializers.Orthogonal(gain=2.0, seed=1)(shape).reshape(-1, shape[-1]) / 2
    gram = matrix @ matrix.T if matrix.shape[0] <= matrix.shape[1] else matrix.T @ matrix
    torch.testing.assert_close(gram, torch.eye(len(gram)), atol=1e-5, rtol=0)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64", "int32"])
def test_dtype(dtype):
    for name in ("zeros", "ones", "glorot_uniform", "normal", "truncated_normal", "orthogonal", "identity", "constant"):
        got = initializers.make(initializers.get(name), (4, 4), dtype)
        assert got.dtype == getattr(torch, dtype), name


@pytest.mark.parametrize("shape", [(), (0,), (5,), (0, 3)])
def test_small_shapes(shape):
    for name in ("zeros", "ones", "constant", "glorot_uniform", "he_normal", "normal", "uniform"):
        assert tuple(initializers.get(name)(shape).shape) == shape


def test_truncated_normal_statistics():
    got = initializers.VarianceScaling(1.0, seed=2)((100, 2000))
    assert got.std().item() == pytest.approx(0.1, rel=1e-2)
    assert got.abs().max().item() <= 2 * 0.1 / 0.8796256


def test_constant_from_an_array():
    values = np.arange(6.0).reshape(2, 3)
    assert torch.equal(initializers.Constant(values)((2, 3)), torch.arange(6.0).reshape(2, 3))
    assert torch.equal(initializers.get(values)((2, 3)), torch.arange(6.0).reshape(2, 3))
    assert torch.equal(initializers.get(torch.ones(2))((2,)), torch.ones(2))
    source = torch.zeros(3)
    initializers.Constant(source)((3,)).add_(1)
    assert torch.equal(source, torch.zeros(3))
    with pytest.raises(ValueError, match=r"Constant: expected a value of one entry or of shape \(4,\)"):
        initializers.Constant(values)((4,))


@pytest.mark.parametrize(
    "initializer",
    [
        lambda shape: np.full(shape, 2.0),
        lambda shape, dtype=None: torch.full(tuple(shape), 2.0, dtype=dtype),
        lambda shape, dtype: np.full(shape, 2, dtype=dtype),
        lambda shape, **kwargs: 2,
        lambda shape, name=None: [[2.0] * shape[1]] * shape[0],
        functools.partial(torch.nn.init.constant_, val=2.0),
        lambda shape: torch.full(shape, 2.0, requires_grad=True),
    ],
)
def test_make_takes_any_callable(initializer):
    got = initializers.make(initializers.get(initializer), (2, 3))
    assert torch.equal(got, torch.full((2, 3), 2.0))
    assert got.dtype == torch.float32
    assert not got.requires_grad


@pytest.mark.parametrize("mine", [np.zeros((2, 3), "float32"), torch.zeros(2, 3)], ids=["numpy", "torch"])
def test_make_leaves_the_callers_values_alone(mine):
    initializers.make(lambda shape: mine, (2, 3)).add_(1)
    assert not mine.any()


def test_make_takes_torch_and_numpy_functions():
    assert torch.equal(initializers.make(torch.zeros, (2, 3)), torch.zeros(2, 3))
    assert torch.equal(initializers.make(np.ones, (2, 3)), torch.ones(2, 3))


def test_make_counts_the_fans_of_torch_initializers_on_torchs_layout():
    bound = math.sqrt(6 / (3 * 3 * 2))  # kaiming: fan_in of a kernel with two channels in
    got = initializers.make(initializers.get("kaiming_uniform_"), (3, 3, 2, 500))
    assert got.shape == (3, 3, 2, 500)
    assert got.is_contiguous()
    assert got.abs().max().item() == pytest.approx(bound, rel=1e-2)
    assert initializers.serialize(torch.nn.init.kaiming_uniform_) == "kaiming_uniform_"
    assert torch.equal(initializers.make(torch.nn.init.ones_, (4,)), torch.ones(4))


@pytest.mark.parametrize("found", [np.ones((2, 2)), "ones", None])
def test_make_refuses_what_does_not_fit(found):
    def mine(shape):
        return found

    with pytest.raises(ValueError, match=r"mine: expected initial values of shape \(2, 3\). Received"):
        initializers.make(mine, (2, 3))


class Halves(initializers.Initializer):
    def __init__(self, times=1):
        self.times = times

    def __call__(self, shape, dtype=None):
        return torch.full(shape, 0.5 * self.times)

    def get_config(self):
        return {"times": self.times}


def my_values(shape, dtype=None):
    return torch.full(shape, 7.0)


def test_custom_objects():
    written = initializers.serialize(Halves(3))
    assert written == {"class_name": "Halves", "config": {"times": 3}}
    assert torch.equal(initializers.deserialize(written, {"Halves": Halves})((2,)), torch.full((2,), 1.5))
    with CustomObjectScope({"Halves": Halves, "my_values": my_values}):
        assert initializers.get("Halves").times == 1
        assert initializers.get("my_values") is my_values
        function = {
            "module": "builtins",
            "class_name": "function",
            "config": "my_values",
            "registered_name": "function",
        }
        assert initializers.get(function) is my_values
    assert initializers.serialize(my_values) == "my_values"
    assert initializers.get(my_values) is my_values


def test_get_of_none_classes_and_factories():
    assert initializers.get(None) is None
    assert initializers.serialize(None) is None
    assert isinstance(initializers.get(initializers.Zeros), initializers.Zeros)
    assert isinstance(initializers.get(initializers.glorot_uniform), initializers.VarianceScaling)


def test_old_files_carry_a_dtype():
    old = {"class_name": "Zeros", "config": {"dtype": "float32"}}
    assert isinstance(initializers.get(old), initializers.Zeros)
    assert old["config"] == {"dtype": "float32"}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: initializers.get("glorot_unifrom"), ValueError, "Unknown initializer.*Did you mean 'glorot_uniform'?"),
        (lambda: initializers.get({"class_name": "Zeros"}), ValueError, "initializer: expected a dict with the keys"),
        (lambda: initializers.get(3), TypeError, "initializer: expected a name.*Received: 3 of type int"),
        (lambda: initializers.VarianceScaling(scale=0), ValueError, "expected scale to be a positive.*scale=0"),
        (lambda: initializers.VarianceScaling(scale="1"), ValueError, "expected scale to be a positive.*scale='1'"),
        (lambda: initializers.VarianceScaling(mode="fan"), ValueError, "expected mode to be one of.*mode='fan'"),
        (lambda: initializers.VarianceScaling(distribution=1), ValueError, "expected distribution to be one of"),
        (lambda: initializers.RandomNormal(seed="a"), ValueError, "RandomNormal: expected seed.*seed='a'"),
        (lambda: initializers.Identity()((2, 2, 2)), ValueError, "Identity: expected the shape of a matrix"),
        (lambda: initializers.Identity()((2, 3)), ValueError, "Identity: expected the long side to be a multiple"),
        (lambda: initializers.Orthogonal()((3,)), ValueError, "Orthogonal: expected a shape of at least two"),
        (lambda: initializers.Zeros()((None, 3)), ValueError, "Zeros: expected a shape of integers"),
        (lambda: initializers.Initializer()((3,)), NotImplementedError, "Initializer: expected __call__"),
    ],
)
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_a_seed_gives_the_same_values_on_every_device():
    on_cpu = [
        initializers.get({"class_name": n, "config": {"seed": 1}})((9, 5)) for n in ("RandomNormal", "Orthogonal")
    ]
    config.set_device("cuda")
    on_gpu = [
        initializers.get({"class_name": n, "config": {"seed": 1}})((9, 5)) for n in ("RandomNormal", "Orthogonal")
    ]
    for here, there in zip(on_cpu, on_gpu):
        assert there.is_cuda
        assert torch.equal(here, there.cpu())


def test_undrawn_values_take_a_seed_each():
    np.random.seed(1)
    with undrawn():
        values = [initializers.get(name)((2, 3)) for name in ("glorot_uniform", "random_normal", "ones")]
    assert [value.sum().item() for value in values] == [0, 0, 6]
    after = initializers.get("he_normal")((2, 3))
    np.random.seed(1)
    for name in ("glorot_uniform", "random_normal"):
        assert initializers.get(name)((2, 3)).any()
    assert torch.equal(after, initializers.get("he_normal")((2, 3)))
