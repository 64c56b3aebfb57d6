"""How convolutions, pooling and what changes the size of images are written down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from .. import eras
from ..backend import conv_utils
from ..backend.spatial import pool_padding
from .emit_core import finish
from .writer import Call, CannotWrite, ClassWriter, Value

__all__ = ["EMITTERS"]


def _lengths(value: Value, data_format: str) -> list[int | None]:
    return [value.shape[axis] for axis in conv_utils.spatial_axes(data_format, len(value.shape) - 2)]


def _text(amounts: Sequence[int]) -> str:
    """One number where all are the same, as torch takes it."""
    return str(amounts[0]) if len(set(amounts)) == 1 else str(tuple(amounts))


def _pad_text(variable: str, pads: Sequence[tuple[int, int]], value: str = "") -> str:
    amounts = [amount for pair in reversed(pads) for amount in pair]
    return f"F.pad({variable}, {amounts}{value})"


def _padded(
    writer: ClassWriter, variable: str, layer: Any, size: Sequence[int], lengths: Sequence[int | None]
) -> tuple[str, list[int]]:
    """The variable, padded where a convolution's own padding will not do, and that padding."""
    zero = [0] * len(size)
    if layer.padding == "valid":
        return variable, zero
    reach = [conv_utils.dilated_size(k, d) - 1 for k, d in zip(size, layer.dilation_rate, strict=True)]
    if layer.padding == "causal":
        pads = [(r, 0) for r in reach]
    elif max(layer.strides) == 1:
        pads = [(r // 2, r - r // 2) for r in reach]
    elif None in lengths:
        writer.use("same_pad")
        return f"same_pad({variable}, {tuple(size)}, {tuple(layer.strides)}, {tuple(layer.dilation_rate)})", zero
    else:
        each = zip(lengths, size, layer.strides, layer.dilation_rate, strict=True)
        pads = [conv_utils.same_padding(*one) for one in each]
    if all(before == after for before, after in pads):
        return variable, [before for before, _ in pads]
    return _pad_text(variable, pads), zero


def _options(layer: Any, padding: Sequence[int] = (0,), groups: int = 1, bias: bool = True) -> str:
    """The arguments of a torch convolution that are not its defaults."""
    parts = [("stride", layer.strides, 1), ("padding", padding, 0), ("dilation", layer.dilation_rate, 1)]
    found = [f", {name}={_text(amounts)}" for name, amounts, usual in parts if set(amounts) != {usual}]
    if groups != 1:
        found.append(f", groups={groups}")
    return "".join(found) + ("" if bias else ", bias=False")


def _output(writer: ClassWriter, call: Call, expression: str) -> Value:
    layer = call.layer
    shape = layer.compute_output_shape(call.value.shape)
    return finish(writer, call, expression, shape, layer.data_format == "channels_last")


def _each_channel(weight: torch.Tensor) -> torch.Tensor:
    """Depthwise filters (channels, multiplier, *size) as a grouped convolution has them."""
    return weight.reshape(-1, 1, *weight.shape[2:])


def _convolution(writer: ClassWriter, call: Call) -> Value:
    layer, x = call.layer, call.value
    variable = writer.second(x, layer.data_format)
    variable, padding = _padded(writer, variable, layer, layer.kernel_size, _lengths(x, layer.data_format))
    depthwise = type(layer).__name__ == "DepthwiseConv2D"
    weight = _each_channel(layer.weight) if depthwise else layer.weight
    channels = x.shape[conv_utils.channel_axis(layer.data_format)]
    groups = channels if depthwise else layer.groups
    made = f"{channels}, {weight.shape[0]}, {_text(layer.kernel_size)}"
    text = f"nn.Conv{layer.rank}d({made}{_options(layer, padding, groups, layer.use_bias)})"
    member = writer.member(layer, "", text, {"weight": weight, "bias": layer.bias})
    return _output(writer, call, f"{member}({variable})")


def _separable(writer: ClassWriter, call: Call) -> Value:
    layer, x = call.layer, call.value
    variable = writer.second(x, layer.data_format)
    variable, padding = _padded(writer, variable, layer, layer.kernel_size, _lengths(x, layer.data_format))
    depthwise, pointwise = _each_channel(layer.depthwise_weight), layer.pointwise_weight
    groups = x.shape[conv_utils.channel_axis(layer.data_format)]
    made = f"{groups}, {depthwise.shape[0]}, {_text(layer.kernel_size)}"
    text = f"nn.Conv{layer.rank}d({made}{_options(layer, padding, groups, False)})"
    first = writer.member(layer, "depthwise", text, {"weight": depthwise}, f"{layer.name}_depthwise")
    text = (
        f"nn.Conv{layer.rank}d({pointwise.shape[1]}, {pointwise.shape[0]}, 1{'' if layer.use_bias else ', bias=False'})"
    )
    weights = {"weight": pointwise, "bias": layer.bias}
    second = writer.member(layer, "pointwise", text, weights, f"{layer.name}_pointwise")
    return _output(writer, call, f"{second}({first}({variable}))")


def _transposed(writer: ClassWriter, call: Call) -> Value:
    layer, x = call.layer, call.value
    lengths = _lengths(x, layer.data_format)
    if None in lengths:
        raise CannotWrite("a transposed convolution of unknown size")
    variable = writer.second(x, layer.data_format)
    weight = layer.weight
    extra = layer.output_padding or (None,) * layer.rank
    each = zip(lengths, weight.shape[2:], layer.strides, extra, layer.dilation_rate, strict=True)
    crops = [conv_utils.transposed_crop(n, k, s, layer.padding, e, d) for n, k, s, e, d in each]
    longer = [max(start - end, 0) for start, end in crops]
    options = _options(layer, [start for start, _ in crops], 1, layer.use_bias)
    if any(longer):
        options += f", output_padding={_text(longer)}"
    made = f"{weight.shape[0]}, {weight.shape[1]}, {_text(layer.kernel_size)}"
    member = writer.member(
        layer, "", f"nn.ConvTranspose{layer.rank}d({made}{options})", {"weight": weight, "bias": layer.bias}
    )
    cuts = [f":-{end - start}" if end > start else ":" for start, end in crops]
    cut = f"[:, :, {', '.join(cuts)}]" if any(end > start for start, end in crops) else ""
    return _output(writer, call, f"{member}({variable}){cut}")


def _pooling(writer: ClassWriter, call: Call) -> Value:
    layer, x = call.layer, call.value
    variable = writer.second(x, layer.data_format)
    rank = len(x.shape) - 2
    options, cut = "", ""
    if layer.padding == "same":
        lengths = _lengths(x, layer.data_format)
        if None in lengths:
            raise CannotWrite("pooling of unknown size")
        amounts, ceil_mode, drop = pool_padding(lengths, layer.pool_size, layer.strides)
        options = f", padding={_text(amounts)}" if any(amounts) else ""
        options += ", ceil_mode=True" if ceil_mode else ""
        cut = f"[:, :, {', '.join('1:' if axis in drop else ':' for axis in range(2, rank + 2))}]" if drop else ""
    kind = "max" if layer.mode == "max" else "avg"
    if kind == "avg" and options:
        options += ", count_include_pad=False"
    text = f"F.{kind}_pool{rank}d({variable}, {_text(layer.pool_size)}, {_text(layer.strides)}{options}){cut}"
    return writer.new(layer.name, text, layer.compute_output_shape(x.shape), layer.data_format == "channels_last")


def _global_pooling(writer: ClassWriter, call: Call) -> Value:
    layer, x = call.layer, call.value
    variable, second = writer.either(x)
    rank = len(x.shape)
    axes = tuple(range(2, rank)) if second or layer.data_format == "channels_first" else tuple(range(1, rank - 1))
    function = "amax" if "Max" in type(layer).__name__ else "mean"
    kept = ", keepdim=True" if layer.keepdims else ""
    shape = layer.compute_output_shape(x.shape)
    return writer.new(layer.name, f"{variable}.{function}({axes}{kept})", shape, second and layer.keepdims)


def _zero_padding(writer: ClassWriter, call: Call) -> Value:
    layer, x = call.layer, call.value
    text = _pad_text(writer.second(x, layer.data_format), layer.padding)
    return writer.new(layer.name, text, layer.compute_output_shape(x.shape), layer.data_format == "channels_last")


def _cropping(writer: ClassWriter, call: Call) -> Value:
    layer, x = call.layer, call.value
    variable = writer.second(x, layer.data_format)
    cuts = [f"{before or ''}:{-after or ''}" for before, after in layer.cropping]
    text = f"{variable}[:, :, {', '.join(cuts)}]"
    return writer.new(layer.name, text, layer.compute_output_shape(x.shape), layer.data_format == "channels_last")


def _up_sampling(writer: ClassWriter, call: Call) -> Value:
    layer, x = call.layer, call.value
    shape = layer.compute_output_shape(x.shape)
    interpolation = getattr(layer, "interpolation", "nearest")
    if interpolation != "nearest" and (interpolation != "bilinear" or eras.current().bilinear != "half_pixel"):
        raise CannotWrite("the samples of TensorFlow 1's bilinear interpolation")
    mode = "mode='nearest'" if interpolation == "nearest" else "mode='bilinear', align_corners=False"
    factors = tuple(float(n) for n in layer.size)
    text = f"F.interpolate({writer.second(x, layer.data_format)}, scale_factor={factors}, {mode})"
    return writer.new(layer.name, text.replace("'", '"'), shape, layer.data_format == "channels_last")


def _floats_only(emitter: Callable[[ClassWriter, Call], Value]) -> Callable[[ClassWriter, Call], Value]:
    def emit(writer: ClassWriter, call: Call) -> Value:
        if call.mask is not None and "mask" in type(call.layer)._call_names():
            raise CannotWrite("a layer that heeds its mask")
        weights = list(call.layer.parameters())
        if any(weight.dtype != torch.float32 for weight in weights):
            raise CannotWrite("weights of another type")
        return emitter(writer, call)

    return emit


_BY_RANK: dict[str, Callable[[ClassWriter, Call], Value]] = {
    "Conv{}D": _convolution,
    "SeparableConv{}D": _separable,
    "Conv{}DTranspose": _transposed,
    "MaxPooling{}D": _pooling,
    "AveragePooling{}D": _pooling,
    "GlobalMaxPooling{}D": _global_pooling,
    "GlobalAveragePooling{}D": _global_pooling,
    "ZeroPadding{}D": _zero_padding,
    "Cropping{}D": _cropping,
    "UpSampling{}D": _up_sampling,
}
EMITTERS = {name.format(rank): _floats_only(emit) for name, emit in _BY_RANK.items() for rank in (1, 2, 3)}
EMITTERS["DepthwiseConv2D"] = _floats_only(_convolution)
