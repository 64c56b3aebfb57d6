"""How recurrent layers and the wrappers around layers are written down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from .. import activations
from .emit_core import function_text
from .writer import Call, CannotWrite, ClassWriter, Value

__all__ = ["EMITTERS"]


def _check(layer: Any) -> None:
    if layer.zero_output_for_mask or layer.unroll or layer.return_state:
        raise CannotWrite("a recurrent layer's rarer arguments")
    if layer.stateful:
        raise ValueError(
            f"to_source: expected layers that start over with each batch. Received: the stateful layer {layer.name}"
        )


def _is(function: Any, name: str) -> bool:
    return function is getattr(activations, name)


def _torch_lstm(writer: ClassWriter, layer: Any, hint: str) -> str:
    """An ``nn.LSTM``, whose gates are in Keras's order."""
    cell = layer.cell
    units, size = cell.weight_hh.shape[1], cell.weight_ih.shape[1]
    weights = {"weight_ih_l0": cell.weight_ih, "weight_hh_l0": cell.weight_hh}
    if cell.use_bias:
        weights |= {"bias_ih_l0": cell.bias, "bias_hh_l0": torch.zeros_like(cell.bias)}
    bias = "" if cell.use_bias else ", bias=False"
    return writer.member(layer, "", f"nn.LSTM({size}, {units}, batch_first=True{bias})", weights, hint)


def _torch_gru(writer: ClassWriter, layer: Any, hint: str) -> str:
    """An ``nn.GRU``: reset, update, candidate, where Keras has update, reset, candidate."""
    cell = layer.cell
    units, size = cell.weight_hh.shape[1], cell.weight_ih.shape[1]

    def order(tensor: torch.Tensor) -> torch.Tensor:
        z, r, h = tensor.chunk(3, 0)
        return torch.cat([r, z, h], 0)

    weights = {"weight_ih_l0": order(cell.weight_ih), "weight_hh_l0": order(cell.weight_hh)}
    if cell.use_bias:
        weights |= {"bias_ih_l0": order(cell.bias[0]), "bias_hh_l0": order(cell.bias[1])}
    bias = "" if cell.use_bias else ", bias=False"
    return writer.member(layer, "", f"nn.GRU({size}, {units}, batch_first=True{bias})", weights, hint)


def _own_scan(writer: ClassWriter, layer: Any, hint: str) -> str:
    """One of the ready-made recurrent classes."""
    cell = layer.cell
    kind = type(cell).__name__
    units, size = cell.weight_hh.shape[1], cell.weight_ih.shape[1]
    arguments = [str(size), str(units), function_text(writer, cell.activation)]
    name = {"LSTMCell": "KerasLSTM", "GRUCell": "KerasGRU", "SimpleRNNCell": "KerasRNN"}.get(kind)
    if name is None:
        raise CannotWrite(kind)
    if name != "KerasRNN":
        arguments.append(function_text(writer, cell.recurrent_activation))
    if not cell.use_bias:
        arguments.append("bias=False")
    if layer.go_backwards:
        arguments.append("backwards=True")
    if name == "KerasGRU" and cell.reset_after:
        arguments.append("reset_after=True")
    writer.use(name)
    weights = {"weight_ih": cell.weight_ih, "weight_hh": cell.weight_hh, "bias": cell.bias if cell.use_bias else None}
    return writer.member(layer, "", f"{name}({', '.join(arguments)})", weights, hint)


def _sequence(writer: ClassWriter, layer: Any, call: Call, hint: str) -> tuple[str, Any]:
    """An expression for all outputs of a recurrent layer, in the order in which it goes, and their shape."""
    _check(layer)
    cell, kind = layer.cell, type(layer.cell).__name__
    if call.nested or len(call.inputs) != 1:
        raise CannotWrite("given states")
    x = call.inputs[0]
    variable = writer.plain(x)
    shape = (*x.shape[:2], cell.units)
    usual = _is(cell.activation, "tanh") and _is(getattr(cell, "recurrent_activation", None), "sigmoid")
    torch_own = usual and call.mask is None and (kind == "LSTMCell" or (kind == "GRUCell" and cell.reset_after))
    if torch_own:
        make = _torch_lstm if kind == "LSTMCell" else _torch_gru
        given = f"{variable}.flip(1)" if layer.go_backwards else variable
        return f"{make(writer, layer, hint)}({given})[0]", shape
    given = variable if call.mask is None else f"{variable}, {writer.plain(call.mask)}"
    return f"{_own_scan(writer, layer, hint)}({given})[0]", shape


def _recurrent(writer: ClassWriter, call: Call) -> Value:
    layer = call.layer
    expression, shape = _sequence(writer, layer, call, layer.name)
    if not layer.return_sequences:
        expression, shape = f"{expression}[:, -1]", (shape[0], shape[2])
    return writer.new(layer.name, expression, shape)


def _bidirectional(writer: ClassWriter, call: Call) -> Any:
    layer = call.layer
    if layer.stateful:
        _check(layer.forward_layer)
    parts = []
    for inner, name in ((layer.forward_layer, "forward"), (layer.backward_layer, "backward")):
        expression, shape = _sequence(writer, inner, call, f"{layer.name}_{name}")
        if not inner.return_sequences:
            expression, shape = f"{expression}[:, -1]", (shape[0], shape[2])
        elif name == "backward":
            expression = f"{expression}.flip(1)"
        parts.append(writer.new(f"{layer.name}_{name}", expression, shape))
    first, second = (writer.plain(part) for part in parts)
    shape = parts[0].shape
    if layer.merge_mode is None:
        return parts
    text = {
        "concat": f"torch.cat([{first}, {second}], -1)",
        "sum": f"{first} + {second}",
        "ave": f"({first} + {second}) / 2",
        "mul": f"{first} * {second}",
    }[layer.merge_mode]
    last = shape[-1] + parts[1].shape[-1] if layer.merge_mode == "concat" else shape[-1]
    return writer.new(layer.name, text, (*shape[:-1], last))


def _time_distributed(writer: ClassWriter, call: Call) -> Value:
    layer, x = call.layer, call.value
    if call.mask is not None and "mask" in type(layer.layer)._call_names():
        raise CannotWrite("a layer that heeds its mask")
    variable = writer.plain(x)
    folded = writer.new(f"{layer.name}_steps", f"{variable}.flatten(0, 1)", (None, *x.shape[2:]))
    inner = writer.document.layer(writer, Call(layer.layer, [folded]))
    if isinstance(inner, list):
        raise CannotWrite("several outputs a step")
    text = f"{writer.plain(inner)}.unflatten(0, {variable}.shape[:2])"
    return writer.new(layer.name, text, (*x.shape[:2], *inner.shape[1:]))


EMITTERS: dict[str, Callable[[ClassWriter, Call], Any]] = {
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN", "CuDNNLSTM", "CuDNNGRU"), _recurrent),
    "Bidirectional": _bidirectional,
    "TimeDistributed": _time_distributed,
}
