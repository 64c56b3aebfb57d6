"""Operations of one step, written down as they run below autograd.

Source: https://pytorch.org/docs/stable/notes/extending.html (``TorchDispatchMode``)
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode, _disable_current_modes

from ..kernels.opaque import recorded_by
from .recorded import NOTHING, Call, Kind, Name, NotRecordable, mapped

__all__ = ["Tape"]

# What comes out of these is what went in, with autograd's book-keeping around it.
_SAME = frozenset(("aten::detach", "aten::alias", "aten::lift_fresh"))
# These change a tensor's shape in place, so that one name would stand for two.
_RESHAPING = frozenset(
    f"aten::{name}_"
    for name in "t transpose swapdims swapaxes squeeze unsqueeze as_strided resize resize_as set detach".split()
)


# Matrix products, with the place of their second matrix; and what is divided among threads in other ways.
_PRODUCTS = {"mm": 1, "bmm": 1, "addmm": 2, "baddbmm": 2}
_LONG = 3000  # operations: a loop over so many time steps gains little
_HEAVY = ("convolution", "mkldnn", "native_batch_norm", "_scaled_dot", "lstm", "gru", "rnn", "addmv", "mv", "linalg")


def _place_of(tensor: torch.Tensor) -> tuple:
    """What two objects have in common that stand for the same elements in memory."""
    return tensor.data_ptr() or id(tensor), tensor.dtype, tensor.shape, tensor.stride()


class Tape(TorchDispatchMode):
    """Writes down the operations that run inside a ``with`` block, while they run as ever.

    Args:
        inputs: tensors that differ from step to step.
        known: tensors that are there before and after: weights, buffers. Their present values are read at each replay.
        most: how many bytes the results may take in all, which are all kept until the tape is gone.

    Attributes:
        problem: why the block cannot be replayed, None if it can.
        calls: the operations.
        kinds: what the tensors were that have names.
        largest_result: elements of the largest result.
        largest_product: multiplications of the largest matrix product, infinite where one cannot be counted.
        grad_mode: whether gradients were on for operations that look at it; None where there was none.
    """

    def __init__(self, inputs: Iterable[torch.Tensor], known: Iterable[torch.Tensor], most: int) -> None:
        super().__init__()
        self.problem: str | None = None
        self.calls: list[Call] = []
        self.constants: dict[str, Any] = {}
        self.kinds: dict[str, Kind] = {}
        self.inputs: list[str] = []
        self.largest_result = 0
        self.largest_product = 0.0
        self.grad_mode: bool | None = None
        self._left = most
        self._memory: set[int] = set()  # where results lie
        self._names: dict[int, Name] = {}
        self._places: dict[tuple, Name] = {}
        self._alive: list[Any] = []  # so that no id and no memory is given out twice
        self._known = {_place_of(tensor): tensor for tensor in known}
        self._opaque: contextlib.AbstractContextManager | None = None
        for i, tensor in enumerate(inputs):
            if id(tensor) in self._names:
                self.problem = "one tensor is two of its inputs"
            self.inputs.append(self._call_it(tensor, f"a{i}").text)

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # else torch imports its compiler first, which takes a second and does nothing here

    def __enter__(self) -> Tape:
        self._opaque = recorded_by(self._run_opaque)
        self._opaque.__enter__()
        return super().__enter__()

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        self._opaque.__exit__(*error)

    def _run_opaque(self, function: Callable[..., Any], args: tuple, product: int) -> Any:
        """A call that is one operation, whatever runs inside it."""
        with _disable_current_modes(), recorded_by(lambda function, args, product: function(*args)):
            results = function(*args)
        self.largest_product = max(self.largest_product, product)
        self._attempt(lambda: self._add(function, args, {}, results, self._opaque_result))
        return results

    def _attempt(self, work: Callable[[], None]) -> None:
        if self.problem is None:
            try:
                work()
            except NotRecordable as error:
                self.problem = str(error)
                self.calls.clear()
                self._alive.clear()

    def __torch_dispatch__(self, function: Any, types: Any, args: tuple = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        results = function(*args, **kwargs)
        self._attempt(lambda: self._write(function, args, kwargs, results))
        return results

    def _write(self, function: Any, args: tuple, kwargs: dict[str, Any], results: Any) -> None:
        schema = function._schema.name
        if schema in _SAME:
            name = self._name_of(args[0], constant=schema == "aten::lift_fresh")
            self._alive.append(results)
            self._names[id(results)] = name
            return
        if schema in _RESHAPING:
            raise NotRecordable(f"{schema} changes a shape in place")
        if schema == "aten::mkldnn_rnn_layer":
            self._look_at_grad_mode()
        self._add(function, args, kwargs, results, self._result)
        self._weigh(schema.removeprefix("aten::"), args, results)

    def _look_at_grad_mode(self) -> None:
        """oneDNN computes in another order where gradients are off."""
        if self.grad_mode not in (None, torch.is_grad_enabled()):
            raise NotRecordable("it runs oneDNN's layers with and without gradients")
        self.grad_mode = torch.is_grad_enabled()

    def _add(self, function: Any, args: tuple, kwargs: dict, results: Any, name_result: Callable[[Any], Any]) -> None:
        if len(self.calls) == _LONG:
            raise NotRecordable("it is a long loop")
        read = mapped(self._name_of, (args, kwargs))
        self.calls.append(Call(function, *read, mapped(name_result, results)))

    def _call_it(self, value: Any, text: str) -> Name:
        name = self._names[id(value)] = Name(text)
        if isinstance(value, torch.Tensor):
            self._places.setdefault(_place_of(value), name)
            self.kinds[text] = Kind.of(value)
        self._alive.append(value)
        return name

    def _name_of(self, leaf: Any, constant: bool = False) -> Any:
        name = self._names.get(id(leaf))
        if name is not None or not isinstance(leaf, torch.Tensor):
            return leaf if name is None else name
        place = _place_of(leaf)
        name = None if constant else self._places.get(place)
        if name is None:
            known = leaf if constant else self._known.get(place)
            if known is None:
                raise NotRecordable("it uses a tensor that is no input, weight or result")
            name = self._call_it(known, f"c{len(self.constants)}")
            self.constants[name.text] = known
        self._names[id(leaf)] = name  # another object for the same elements
        self._alive.append(leaf)
        return name

    def _opaque_result(self, leaf: Any) -> Any:
        """A result of a function may be an object that another function takes."""
        if leaf is None or isinstance(leaf, (torch.Tensor, bool, int, float, str)):
            return self._result(leaf)
        return self._call_it(leaf, f"v{len(self._alive)}")

    def _result(self, leaf: Any) -> Any:
        if leaf is None:
            return NOTHING
        if not isinstance(leaf, torch.Tensor):
            raise NotRecordable("it reads a value on the host")
        if id(leaf) in self._names:  # written in place
            return self._names[id(leaf)]
        self._account(leaf)
        self.largest_result = max(self.largest_result, leaf.numel())
        return self._call_it(leaf, f"v{len(self._alive)}")

    def _account(self, result: torch.Tensor) -> None:
        """Counts the memory of a result once, whatever views there are of it."""
        if result.layout is not torch.strided:
            raise NotRecordable("it computes with tensors that are not dense")
        memory = result.untyped_storage()
        if memory.data_ptr() not in self._memory:
            self._memory.add(memory.data_ptr())
            self._left -= memory.nbytes()
        if self._left < 0:
            raise NotRecordable("it computes so much that nothing else counts")

    def _weigh(self, name: str, args: tuple, results: Any) -> None:
        """Keeps the largest number of multiplications in one call."""
        if name in _PRODUCTS:
            second = args[_PRODUCTS[name]]
            self.largest_product = max(self.largest_product, results.numel() * second.shape[-2])
        elif name.startswith(_HEAVY):
            self.largest_product = math.inf

    def output(self, leaf: Any) -> Any:
        """The name of one of the step's results."""
        return self._name_of(leaf)
