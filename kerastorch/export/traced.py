"""What has no readable form of its own, as the torch operations that it runs in inference.

Source: https://docs.pytorch.org/docs/stable/export.html
"""

from __future__ import annotations

import operator
from typing import Any

import torch
from torch import nn

from .. import config
from ..backend import phase
from ..engine.symbolic import Node, SymbolicTensor, flatten
from .writer import CannotWrite, ClassWriter, Value, identifier, literal

__all__ = ["emit"]

_OPERATORS = {
    operator.add: "+",
    operator.sub: "-",
    operator.mul: "*",
    operator.truediv: "/",
    operator.floordiv: "//",
    operator.mod: "%",
    operator.pow: "**",
}
_SIZES = (3, 8, 9, 10, 11)  # of axes that are free
# torch's own checks of sizes, which say nothing here
_CHECKS = ("_assert", "sym_constrain", "assert_")


class _Holder(nn.Module):
    """One recorded call as a module of its tensors."""

    def __init__(self, node: Node, tensors: list[SymbolicTensor]) -> None:
        super().__init__()
        self.node, self.tensors = node, tensors
        if isinstance(node.layer, nn.Module):
            self.layer = node.layer
        for i, leaf in enumerate(flatten((node.args, node.kwargs))):
            if isinstance(leaf, nn.Parameter):
                self.register_parameter(f"constant_{i}", leaf)

    def forward(self, *given: torch.Tensor) -> tuple[torch.Tensor, ...]:
        values = {id(tensor): value for tensor, value in zip(self.tensors, given, strict=True)}
        with phase.of(False):
            result = self.node.replay(lambda tensor: values[id(tensor)])
        return tuple(flatten(result))


def emit(writer: ClassWriter, node: Node, values: dict[int, Value], network: Any) -> list[Value]:
    """The results of one recorded call, computed by a class of its own.

    Raises:
        ValueError: when torch.export cannot follow the call.
    """
    tensors = list(
        {id(leaf): leaf for leaf in flatten((node.args, node.kwargs)) if isinstance(leaf, SymbolicTensor)}.values()
    )
    label = (
        getattr(node.layer, "name", None) or getattr(node.operation, "__name__", "function").strip("_") or "function"
    )
    key = (id(node.layer or node), tuple(tensor.shape for tensor in tensors), repr(sorted(node.kwargs)))
    given = ", ".join(writer.plain(values[id(tensor)]) for tensor in tensors)
    member = writer._known.get(key)
    if member is None:
        program = _export(node, tensors, writer.document.examples(network), label)
        inner = ClassWriter(writer.document.free_class(label), writer.document)
        text = _class(inner, program, label)
        writer.document.classes.append(text)
        writer.member(node.layer or node, str(key), f"{inner.name}()", inner.weights, hint=identifier(label))
        member = writer._known[key] = writer._known[(id(node.layer or node), str(key))]
    if len(node.outputs) == 1:
        return [writer.new(label, f"self.{member}({given})[0]", node.outputs[0].shape)]
    many = writer.free(label)
    writer.lines.append(f"{many} = self.{member}({given})")
    return [writer.new(f"{label}_{i}", f"{many}[{i}]", out.shape) for i, out in enumerate(node.outputs)]


def _export(node: Node, tensors: list[SymbolicTensor], known: dict[int, torch.Tensor], label: str) -> Any:
    holder = _Holder(node, tensors).eval()
    given = tuple(known[id(tensor)] for tensor in tensors)
    free = tuple({i: torch.export.Dim.AUTO for i, n in enumerate(t.shape) if n is None} for t in tensors)
    try:
        with torch.no_grad():
            return torch.export.export(holder, given, dynamic_shapes=(free,), strict=False)
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ValueError(
            f"to_source: expected {label} to be something that torch.export can trace. Received: {reason}"
        ) from error


def examples(network: Any) -> dict[int, torch.Tensor]:
    """A value for every tensor of a graph, from inputs of zeros: what is traced needs sizes that fit each other."""
    weight = next(network.parameters(), None)
    device = config.device() if weight is None else weight.device
    values: dict[int, torch.Tensor] = {}
    for tensor in network.inputs:
        shape = [_SIZES[i % len(_SIZES)] if n is None else n for i, n in enumerate(tensor.shape)]
        values[id(tensor)] = torch.zeros(shape, dtype=tensor.dtype, device=device)
    with torch.no_grad(), phase.of(False):
        for node in network._plan.nodes:
            result = node.replay(lambda tensor: values[id(tensor)])
            values.update(zip(map(id, node.outputs), flatten(result), strict=True))
    return values


def _class(inner: ClassWriter, program: Any, label: str) -> str:
    """The class of a traced program."""
    signature = program.graph_signature
    held = {
        **signature.inputs_to_parameters,
        **signature.inputs_to_buffers,
        **signature.inputs_to_lifted_tensor_constants,
    }
    state = {**program.state_dict, **program.constants}
    names: dict[Any, str] = {}
    arguments = []
    for node in program.graph.nodes:
        if node.op == "placeholder":
            if node.name in held:
                names[node] = _held(inner, held[node.name], state[held[node.name]])
            else:
                names[node] = inner.free(f"x{len(arguments)}")
                arguments.append(names[node])
        elif node.op == "call_function":
            if any(word in str(node.target) for word in _CHECKS):
                continue
            names[node] = inner.free(node.name)
            inner.lines.append(f"{names[node]} = {_called(node, names)}")
        elif node.op == "output":
            returned = ", ".join(_argument(item, names) for item in node.args[0])
    return inner.text(arguments, f"({returned},)", f"The operations of {label}, traced in inference.")


def _held(inner: ClassWriter, path: str, tensor: torch.Tensor) -> str:
    """A weight or constant as an attribute of the class."""
    name = identifier(path.removeprefix("layer.").replace(".", "_"))
    size = f"torch.empty({tuple(tensor.shape)}, dtype={tensor.dtype})"
    if isinstance(tensor, nn.Parameter) and tensor.is_floating_point():
        text = f"nn.Parameter({size})"
    else:
        text = f"nn.Buffer({size})"
    inner.members[name] = text
    inner.weights[name] = tensor
    return f"self.{name}"


def _called(node: Any, names: dict[Any, str]) -> str:
    target = node.target
    arguments = [_argument(arg, names) for arg in node.args]
    keywords = [f"{key}={_argument(arg, names)}" for key, arg in node.kwargs.items()]
    if target in _OPERATORS:
        return f"{arguments[0]} {_OPERATORS[target]} {arguments[1]}"
    if target is operator.getitem:
        return f"{arguments[0]}[{arguments[1]}]"
    if target is operator.neg:
        return f"-{arguments[0]}"
    inside = ", ".join([*arguments, *keywords])
    if isinstance(target, torch._ops.OpOverload):
        return f"torch.ops.{target}({inside})"
    name = getattr(target, "__name__", "")
    if getattr(torch, name, None) is target:
        return f"torch.{name}({inside})"
    if getattr(__import__("math"), name, None) is target:
        return f"math.{name}({inside})"
    raise ValueError(f"to_source: expected torch operations in a traced part. Received: {target}")


def _argument(leaf: Any, names: dict[Any, str]) -> str:
    if isinstance(leaf, torch.fx.Node):
        return names[leaf]
    if isinstance(leaf, (list, tuple)):
        inside = ", ".join(_argument(item, names) for item in leaf)
        return f"[{inside}]"
    try:
        return literal(leaf)
    except CannotWrite as error:
        raise ValueError(f"to_source: expected plain constants in a traced part. Received: {error}") from None
