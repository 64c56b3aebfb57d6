"""Names at Keras 3's top: operations of one's own, devices, policies, what is told of many devices."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import kerastorch as keras


@pytest.fixture(autouse=True)
def keras3():
    keras.set_era("keras3")


class Scaled(keras.Operation):
    def __init__(self, factor, name=None):
        super().__init__(name)
        self.factor = factor

    def call(self, x, y=None):
        return x * self.factor if y is None else x * self.factor + y


class Told(Scaled):
    def compute_output_spec(self, x):
        return keras.KerasTensor(x.shape, dtype=x.dtype)


@pytest.mark.parametrize("kind", [Scaled, Told])
def test_operations_on_tensors_and_in_graphs(kind):
    x = torch.arange(6.0).reshape(2, 3)
    operation = kind(3.0)
    torch.testing.assert_close(operation(x), x * 3)
    inputs = keras.Input((3,))
    outputs = kind(3.0)(inputs)
    assert tuple(outputs.shape) == (None, 3)
    torch.testing.assert_close(keras.Model(inputs, outputs)(x), x * 3)


def test_keras_tensors():
    assert isinstance(keras.Input((3,)), keras.KerasTensor) and not isinstance(torch.ones(1), keras.KerasTensor)
    made = keras.KerasTensor((None, 3), dtype="float16", name="mine")
    assert isinstance(made, keras.KerasTensor) and (made.shape, made.name) == ((None, 3), "mine")
    assert keras.backend.standardize_dtype(made.dtype) == "float16"
    with pytest.raises(NotImplementedError, match="KerasTensor: expected a dense one"):
        keras.KerasTensor((2,), sparse=True)


def test_operations_have_names_and_configs():
    assert Scaled(1.0).name != Scaled(1.0).name
    assert keras.Operation("mine").get_config() == {"name": "mine"}
    with pytest.raises(NotImplementedError, match="expected the class to define call"):
        keras.Operation()(torch.ones(1))


def test_remat_computes_again():
    calls = []

    def function(x):
        calls.append(x)
        return torch.sin(x) * x

    x = torch.ones(3, requires_grad=True)
    plain = torch.autograd.grad(function(x).sum(), x)[0]
    again = torch.autograd.grad(keras.remat(function)(x).sum(), x)[0]
    torch.testing.assert_close(plain, again)
    assert len(calls) == 3  # once, and once more on the way back
    inputs = keras.Input((3,))
    model = keras.Model(inputs, keras.remat(lambda t: keras.ops.sin(t) * t)(inputs))
    torch.testing.assert_close(model(torch.ones(1, 3)), torch.sin(torch.ones(1, 3)))


@pytest.mark.parametrize("name", ["cpu", "cpu:0", "/cpu:0", "CPU:0"])
def test_device(name):
    with keras.device(name):
        assert keras.ops.zeros((2,)).device.type == "cpu"


def test_policies():
    policies = keras.dtype_policies
    assert policies.get(None) == keras.config.dtype_policy()
    assert policies.get("mixed_float16").compute_dtype == "float16"
    assert policies.get(torch.float64).name == "float64"
    policy = keras.DTypePolicy("mixed_bfloat16")
    assert policies.deserialize(policies.serialize(policy)) == policy == policies.get(policies.serialize(policy))
    assert policies.get(policy) is policy and keras.FloatDTypePolicy is keras.DTypePolicy
    assert policy.quantization_mode is None
    assert policy.convert_input(np.ones(2), True, "bfloat16").dtype == torch.bfloat16
    assert policy.convert_input(np.ones(2, "int32"), True, "bfloat16").dtype == torch.int32
    assert policy.convert_input(torch.ones(2), False, "bfloat16").dtype == torch.float32
    with pytest.raises(AttributeError, match="DTypePolicyMap'.*: layers take their own dtype="):
        policies.DTypePolicyMap  # noqa: B018


def test_one_process():
    distribution = keras.distribution
    assert distribution.list_devices("cpu") == ["cpu:0"] and distribution.get_device_count("cpu") == 1
    assert distribution.distribution() is None and distribution.set_distribution(None) is None
    with pytest.raises(NotImplementedError, match="expected None, since a model is a torch.nn.Module"):
        distribution.set_distribution(object())
    with pytest.raises(AttributeError, match="DataParallel'.*DistributedDataParallel"):
        distribution.DataParallel  # noqa: B018
    with pytest.raises(ValueError, match="expected cpu, gpu or None"):
        distribution.list_devices("tpu")


@pytest.mark.parametrize("name", ["StatelessScope", "RematScope", "Quantizer", "visualization"])
def test_what_makes_no_sense_says_why(name):
    with pytest.raises(AttributeError, match=f"no attribute '{name}': "):
        getattr(keras, name)


def test_version():
    assert keras.version().startswith("3.")


def test_terminate_on_nan_raises_where_it_is_to():
    guard = keras.callbacks.TerminateOnNaN(raise_error=True)
    with pytest.raises(RuntimeError, match="expected finite losses. Received: loss=nan at batch 3"):
        guard.on_batch_end(3, {"loss": float("nan")})


def test_scopes_take_their_objects_by_name():
    def swish(x):
        return x * torch.sigmoid(x)

    with keras.utils.custom_object_scope(custom_objects={"my_swish": swish}):
        assert keras.activations.get("my_swish") is swish


def nested():
    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, name="deep")], name="inner")
    inputs = keras.Input((3,))
    x = keras.layers.Dense(4, activation="relu", name="first")(inputs)
    return keras.Model(inputs, keras.layers.Dense(1, name="last")(inner(x)))


@pytest.mark.parametrize("recursive", [False, True])
def test_clone_model_with_a_function(recursive):
    """As in Keras 3.15: inputs are not asked about; models inside are, unless it goes into them."""
    seen = []

    def clone(layer):
        seen.append(layer.name)
        config = layer.get_config()
        if isinstance(layer, keras.layers.Dense):
            config["use_bias"] = False
        return type(layer).from_config(config)

    copy = keras.models.clone_model(nested(), clone_function=clone, recursive=recursive)
    assert sorted(seen) == sorted(["first", "last", "deep" if recursive else "inner"])
    assert copy.get_layer("first").use_bias is False
    assert copy.get_layer("inner").layers[-1].use_bias is not recursive
    assert tuple(copy(torch.ones(2, 3)).shape) == (2, 1)
    with pytest.raises(NotImplementedError, match="expected call_function=None"):
        keras.models.clone_model(nested(), call_function=lambda layer, *args: layer(*args))


def test_clone_a_sequential_with_a_function():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dense(1)])
    copy = keras.models.clone_model(model, clone_function=lambda layer: keras.layers.Dense(5))
    assert [layer.units for layer in copy.layers] == [5, 5] and copy.output_shape == (None, 5)


@pytest.mark.parametrize("name", ["Identity", "Orthogonal", "STFT"])
def test_initializers_have_long_names(name):
    assert getattr(keras.initializers, f"{name}Initializer") is getattr(keras.initializers, name)


def test_standardize_dtype():
    assert keras.utils.standardize_dtype(torch.float16) == "float16"


def test_to_categorical_takes_x():
    np.testing.assert_array_equal(keras.utils.to_categorical(x=[1, 0]), [[0, 1], [1, 0]])
    for arguments in ({}, {"y": [1], "x": [1]}):
        with pytest.raises(TypeError, match="to_categorical: expected y, or x"):
            keras.utils.to_categorical(**arguments)


def test_a_model_says_whether_it_was_compiled():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    assert model.compiled is False
    model.compile("sgd", "mse")
    assert model.compiled is True and keras.models.clone_model(model).compiled is False
