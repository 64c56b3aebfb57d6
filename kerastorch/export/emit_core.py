"""How dense, shape, merge, normalization and activation layers are written down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import activations, eras
from ..layers.normalization import FUSED_EPSILON, is_fused
from .writer import Call, CannotWrite, ClassWriter, Value, literal

__all__ = ["EMITTERS", "activated", "finish", "function_text"]

# an activation's name: what it is as an expression, and as a function of one tensor
_ACTIVATIONS: dict[str, tuple[str, str]] = {
    "linear": ("{}", "linear"),
    "relu": ("torch.relu({})", "torch.relu"),
    "tanh": ("torch.tanh({})", "torch.tanh"),
    "sigmoid": ("torch.sigmoid({})", "torch.sigmoid"),
    "hard_sigmoid": ("hard_sigmoid({})", "hard_sigmoid"),
    "exponential": ("torch.exp({})", "torch.exp"),
    "softmax": ("F.softmax({}, -1)", ""),
    "log_softmax": ("F.log_softmax({}, -1)", ""),
    "elu": ("F.elu({})", "F.elu"),
    "selu": ("F.selu({})", "F.selu"),
    "softplus": ("F.softplus({})", "F.softplus"),
    "softsign": ("F.softsign({})", "F.softsign"),
    "swish": ("F.silu({})", "F.silu"),
    "silu": ("F.silu({})", "F.silu"),
    "gelu": ("F.gelu({})", "F.gelu"),
    "mish": ("F.mish({})", "F.mish"),
    "relu6": ("F.relu6({})", "F.relu6"),
}


def _activation_name(function: Any) -> str:
    """The name of a built-in activation.

    Raises:
        CannotWrite: for any other function.
    """
    name = getattr(function, "__name__", "")
    if name not in _ACTIVATIONS or getattr(activations, name, None) is not function:
        raise CannotWrite(f"the activation {function!r}")
    if name == "hard_sigmoid" and eras.current().hard_sigmoid == "relu6":
        raise CannotWrite("the hard sigmoid of Keras 3")
    return name


def function_text(writer: ClassWriter, function: Any) -> str:
    """A built-in activation as the name of a function of one tensor."""
    text = _ACTIVATIONS[_activation_name(function)][1]
    if not text:
        raise CannotWrite("an activation over an axis")
    if "." not in text:
        writer.use(text)
    return text


def _applied(writer: ClassWriter, function: Any, expression: str, second: bool) -> str:
    """An expression with an activation around it."""
    template, text = _ACTIVATIONS[_activation_name(function)]
    if text and "." not in text and text != "linear":
        writer.use(text)
    if not text and second:  # over the channels, which are on axis 1
        template = template.replace("-1", "1")
    return template.format(expression)


def activated(writer: ClassWriter, function: Any, value: Value, hint: str) -> Value:
    """A value after an activation."""
    variable, second = writer.either(value)
    expression = _applied(writer, function, variable, second)
    return value if expression == variable else writer.new(hint, expression, value.shape, second)


def finish(writer: ClassWriter, call: Call, expression: str, shape: Any, second: bool = False) -> Value:
    """The new value of a layer with an activation."""
    return writer.new(call.layer.name, _applied(writer, call.layer.activation, expression, second), shape, second)


def _dense(writer: ClassWriter, call: Call) -> Value:
    layer, x = call.layer, call.value
    weights = {"weight": layer.weight, "bias": layer.bias}
    units, size = layer.weight.shape
    text = f"nn.Linear({size}, {units}{'' if layer.use_bias else ', bias=False'})"
    member = writer.member(layer, "", text, weights)
    return finish(writer, call, f"{member}({writer.plain(x)})", (*x.shape[:-1], units))


def _activation(writer: ClassWriter, call: Call) -> Value:
    return activated(writer, call.layer.activation, call.value, call.layer.name)


def _same(writer: ClassWriter, call: Call) -> Value:
    return call.value


def _each(expression: Callable[[Any], str]) -> Callable[[ClassWriter, Call], Value]:
    """An emitter for what acts on every element by itself."""

    def emit(writer: ClassWriter, call: Call) -> Value:
        variable, second = writer.either(call.value)
        text = expression(call.layer).replace("{}", variable)
        return writer.new(call.layer.name, text, call.value.shape, second)

    return emit


def _dropout(writer: ClassWriter, call: Call) -> Value:
    layer, x = call.layer, call.value
    if not 0 < layer.rate < 1:
        return x
    if layer.noise_shape is None:
        variable, second = writer.either(x)
        member = writer.member(layer, "", f"nn.Dropout({layer.rate})", {})
        return writer.new(layer.name, f"{member}({variable})", x.shape, second)
    variable = writer.plain(x)
    sizes = ", ".join(f"{variable}.shape[{i}]" if n is None else str(n) for i, n in enumerate(layer.noise_shape))
    keep = f"F.dropout({variable}.new_ones({sizes}), {layer.rate}, self.training)"
    return writer.new(layer.name, f"{variable} * {keep}", x.shape)


def _spatial_dropout(writer: ClassWriter, call: Call) -> Value:
    layer, x = call.layer, call.value
    first = layer.data_format == "channels_first" and layer.rank > 1
    variable = writer.second(x, "channels_first" if first else "channels_last")
    member = writer.member(layer, "", f"nn.Dropout{layer.rank}d({layer.rate})", {})
    return writer.new(layer.name, f"{member}({variable})", x.shape, not first)


def _flatten(writer: ClassWriter, call: Call) -> Value:
    layer, x = call.layer, call.value
    variable = writer.plain(x)
    if layer.data_format == "channels_first" and len(x.shape) > 2:
        variable = f"{variable}.permute{(0, *range(2, len(x.shape)), 1)}"
    return writer.new(layer.name, f"{variable}.flatten(1)", layer.compute_output_shape(x.shape))


def _reshape(writer: ClassWriter, call: Call) -> Value:
    layer, x = call.layer, call.value
    variable = writer.plain(x)
    sizes = ", ".join(map(str, layer.target_shape))
    return writer.new(
        layer.name, f"{variable}.reshape({variable}.shape[0], {sizes})", layer.compute_output_shape(x.shape)
    )


def _permute(writer: ClassWriter, call: Call) -> Value:
    layer, x = call.layer, call.value
    text = f"{writer.plain(x)}.permute{(0, *layer.dims)}"
    return writer.new(layer.name, text, layer.compute_output_shape(x.shape))


def _repeat_vector(writer: ClassWriter, call: Call) -> Value:
    layer, x = call.layer, call.value
    text = f"{writer.plain(x)}.unsqueeze(1).expand(-1, {layer.n}, -1)"
    return writer.new(layer.name, text, layer.compute_output_shape(x.shape))


def _masking(writer: ClassWriter, call: Call) -> Value:
    variable = writer.plain(call.value)
    text = f"{variable} * ({variable} != {literal(call.layer.mask_value)}).any(-1, keepdim=True)"
    return writer.new(call.layer.name, text, call.value.shape)


def _embedding(writer: ClassWriter, call: Call) -> Value:
    layer, x = call.layer, call.value
    rows, size = layer.weight.shape
    member = writer.member(layer, "", f"nn.Embedding({rows}, {size})", {"weight": layer.weight})
    return writer.new(layer.name, f"{member}({writer.plain(x)}.long())", (*x.shape, size))


# -------------------------------------------------------------------------------------- merging


def _merge(expression: Callable[[list[str]], str]) -> Callable[[ClassWriter, Call], Value]:
    def emit(writer: ClassWriter, call: Call) -> Value:
        ranks = {len(value.shape) for value in call.inputs}
        if len(ranks) != 1 or len(call.inputs) < 2:
            raise CannotWrite("inputs of several ranks")
        if len({value.shape for value in call.inputs}) == 1:
            variables, second = writer.alike(call.inputs)
        else:
            variables, second = [writer.plain(value) for value in call.inputs], False
        shape = call.layer.compute_output_shape([value.shape for value in call.inputs])
        return writer.new(call.layer.name, expression(variables), shape, second)

    return emit


def _pairwise(function: str) -> Callable[[list[str]], str]:
    def text(variables: list[str]) -> str:
        found = variables[0]
        for variable in variables[1:]:
            found = f"{function}({found}, {variable})"
        return found

    return text


def _concatenate(writer: ClassWriter, call: Call) -> Value:
    rank = len(call.inputs[0].shape)
    axis = call.layer.axis % rank
    variables, second = writer.alike(call.inputs)
    place = {0: 0, rank - 1: 1}.get(axis, axis + 1) if second else axis
    shape = call.layer.compute_output_shape([value.shape for value in call.inputs])
    return writer.new(call.layer.name, f"torch.cat([{', '.join(variables)}], {place})", shape, second)


# -------------------------------------------------------------------------------- normalization


def _batch_normalization(writer: ClassWriter, call: Call) -> Value:
    layer, x = call.layer, call.value
    rank = len(x.shape)
    axis = layer.axis % rank
    if axis not in (1, rank - 1) or rank > 5:
        raise CannotWrite("normalization along another axis")
    second = axis == rank - 1 and rank > 2
    variable = writer.second(x) if second else writer.plain(x)
    epsilon = max(layer.epsilon, FUSED_EPSILON) if is_fused(rank, axis) else layer.epsilon
    size = layer.running_mean.shape[0]
    affine = layer.scale or layer.center
    options = f"eps={epsilon!r}, momentum={round(1 - layer.momentum, 12)!r}" + ("" if affine else ", affine=False")
    text = f"nn.BatchNorm{max(rank - 2, 1)}d({size}, {options})"
    weights = {"running_mean": layer.running_mean, "running_var": layer.running_var}
    if affine:
        weights["weight"] = layer.weight if layer.scale else layer.running_var.new_ones(size)
        weights["bias"] = layer.bias if layer.center else layer.running_mean.new_zeros(size)
    weights["num_batches_tracked"] = layer.running_mean.new_zeros(()).long()
    member = writer.member(layer, "", text, weights)
    for has, name in ((layer.scale, "weight"), (layer.center, "bias")):
        path = f"{member.removeprefix('self.')}.{name}"
        if affine and not has and path not in writer.frozen:
            writer.frozen.append(path)
    return writer.new(layer.name, f"{member}({variable})", x.shape, second)


# ---------------------------------------------------------------------------------- activations


def _relu(layer: Any) -> str:
    if layer.threshold:
        raise CannotWrite("a threshold")
    text = f"F.leaky_relu({{}}, {layer.negative_slope!r})" if layer.negative_slope else "torch.relu({})"
    return text if layer.max_value is None else f"{text}.clamp(max={layer.max_value!r})"


def _prelu(writer: ClassWriter, call: Call) -> Value:
    layer, x = call.layer, call.value
    text = f"nn.Parameter(torch.empty{tuple(layer.alpha.shape)})"
    member = writer.member(layer, "", text, {"": layer.alpha})
    variable = writer.plain(x)
    return writer.new(layer.name, f"torch.relu({variable}) - {member} * torch.relu(-{variable})", x.shape)


def _softmax(writer: ClassWriter, call: Call) -> Value:
    axis, x = call.layer.axis, writer.plain(call.value)
    if isinstance(axis, (list, tuple)) and len(axis) > 1:
        text = f"torch.exp({x} - torch.logsumexp({x}, {tuple(axis)}, keepdim=True))"
    else:
        text = f"F.softmax({x}, {axis[0] if isinstance(axis, (list, tuple)) else axis})"
    return writer.new(call.layer.name, text, call.value.shape)


def _noise(layer: Any) -> str:
    return f"{{}} + {layer.stddev!r} * torch.randn_like({{}}) if self.training else {{}}"


def _gaussian_dropout(layer: Any) -> str:
    if not 0 < layer.rate < 1:
        return "{}"
    return (
        f"{{}} * (1 + {(layer.rate / (1 - layer.rate)) ** 0.5!r} * torch.randn_like({{}})) if self.training else {{}}"
    )


def _mask_free(emitter: Callable[[ClassWriter, Call], Any]) -> Callable[[ClassWriter, Call], Any]:
    """What takes no notice of a mask in inference."""

    def emit(writer: ClassWriter, call: Call) -> Any:
        if call.mask is not None and "mask" in type(call.layer)._call_names():
            raise CannotWrite("a layer that heeds its mask")
        return emitter(writer, call)

    return emit


EMITTERS: dict[str, Callable[[ClassWriter, Call], Any]] = {
    name: _mask_free(emitter)
    for name, emitter in {
        "Dense": _dense,
        "Activation": _activation,
        "ActivityRegularization": _same,
        "Identity": _same,
        "Dropout": _dropout,
        "SpatialDropout1D": _spatial_dropout,
        "SpatialDropout2D": _spatial_dropout,
        "SpatialDropout3D": _spatial_dropout,
        "GaussianNoise": _each(_noise),
        "GaussianDropout": _each(_gaussian_dropout),
        "Flatten": _flatten,
        "Reshape": _reshape,
        "Permute": _permute,
        "RepeatVector": _repeat_vector,
        "Masking": _masking,
        "Embedding": _embedding,
        "Add": _merge(" + ".join),
        "Multiply": _merge(" * ".join),
        "Subtract": _merge(" - ".join),
        "Average": _merge(lambda names: f"({' + '.join(names)}) / {len(names)}"),
        "Maximum": _merge(_pairwise("torch.maximum")),
        "Minimum": _merge(_pairwise("torch.minimum")),
        "Concatenate": _concatenate,
        "BatchNormalization": _batch_normalization,
        "ReLU": _each(_relu),
        "LeakyReLU": _each(lambda layer: f"F.leaky_relu({{}}, {layer.alpha!r})"),
        "ELU": _each(lambda layer: f"F.elu({{}}, {layer.alpha!r})"),
        "ThresholdedReLU": _each(lambda layer: f"{{}} * ({{}} > {layer.theta!r})"),
        "PReLU": _prelu,
        "Softmax": _softmax,
    }.items()
}
