"""What the recurrent cells share: arguments, weights, dropout masks, config."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F

from ... import activations, constraints, eras, initializers, regularizers
from ...backend import phase
from ...engine import checks
from ...engine.layer import Layer
from ...engine.seeded import SeededLayer
from ...engine.symbolic import recordable
from ...engine.symbolic.calls import calls
from ...kernels.dropout import dropout_mask

__all__ = [
    "in_order",
    "EraDefault",
    "check_use_cudnn",
    "as_list",
    "call_takes",
    "check_cell",
    "differs_in_training",
    "state_sizes",
    "HARD_SIGMOID",
    "RecurrentCell",
    "forget_bias",
    "implementation_of",
    "kernel_name",
    "recurrent_activation_of",
    "zeros_for_rows",
]

Tensor = torch.Tensor


class EraDefault(str):
    """A default value that the era decides; it reads as Keras 2's."""


HARD_SIGMOID = EraDefault("hard_sigmoid")

# Activations that the kernels know. A function of the caller's that merely bears such a name is not among them.
_KERNEL_NAMES: dict[Any, str] = {
    activations.tanh: "tanh",
    torch.tanh: "tanh",
    F.tanh: "tanh",
    activations.sigmoid: "sigmoid",
    torch.sigmoid: "sigmoid",
    F.sigmoid: "sigmoid",
    activations.relu: "relu",
    torch.relu: "relu",
    F.relu: "relu",
    activations.softsign: "softsign",
    F.softsign: "softsign",
    activations.linear: "linear",
}


def kernel_name(activation: Callable[[Tensor], Tensor]) -> str | Callable[[Tensor], Tensor]:
    """The kernels' name for an activation function; the function itself where they have none.

    Example:
        >>> kernel_name(torch.tanh)
        'tanh'
    """
    if activation is activations.hard_sigmoid:
        return "hard_sigmoid" if eras.current().hard_sigmoid == "linear" else "hard_sigmoid_relu6"
    return _KERNEL_NAMES.get(activation, activation)


def recurrent_activation_of(value: Any, default: str | None = None) -> Callable[[Tensor], Tensor]:
    """The function that a ``recurrent_activation`` argument means; ``default`` where it is not the era's usual one."""
    usual = default or eras.current().recurrent_activation
    return activations.get(usual if isinstance(value, EraDefault) else value)


def implementation_of(owner: str, value: Any, recurrent_dropout: float) -> int:
    """1 or 2; 0, an old name of 1, warns. In later eras each gate has a mask where states are dropped."""
    era = eras.current()
    if value is None:
        value = era.rnn_implementation
    if recurrent_dropout and era.recurrent_dropout_masks == "per_gate":
        value = 1
    if value == 0:
        warnings.warn(f"{owner}: implementation=0 is now implementation=1; please use that.", stacklevel=4)
        return 1
    return checks.one_of(owner, "implementation", value, (1, 2))


class RecurrentCell(SeededLayer):
    """What the cells share: arguments, weights, dropout masks, config.

    Args:
        units: size of the output and of each state.
        gates: how many blocks of ``units`` the weights have.
        **kwargs: the arguments of every layer.
    """

    def __init__(
        self,
        units: int,
        gates: int,
        activation: Any,
        use_bias: bool,
        kernel_initializer: Any,
        recurrent_initializer: Any,
        bias_initializer: Any,
        kernel_regularizer: Any,
        recurrent_regularizer: Any,
        bias_regularizer: Any,
        kernel_constraint: Any,
        recurrent_constraint: Any,
        bias_constraint: Any,
        dropout: float,
        recurrent_dropout: float,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        owner = type(self).__name__.removesuffix("Cell")
        self.units = checks.positive_int(owner, "units", units)
        self.activation = activations.get(activation)
        self.use_bias = bool(use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.recurrent_regularizer = regularizers.get(recurrent_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.recurrent_constraint = constraints.get(recurrent_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.dropout = checks.dropped(owner, "dropout", dropout)
        self.recurrent_dropout = checks.dropped(owner, "recurrent_dropout", recurrent_dropout)
        self.state_size: int | tuple[int, ...] = self.units
        self.output_size = self.units
        self._gates = gates
        self._dropout_mask: list[Tensor] | None = None
        self._recurrent_dropout_mask: list[Tensor] | None = None

    def build(self, input_shape: Any) -> None:
        input_dim = input_shape[-1]
        if input_dim is None:
            raise ValueError(
                f"Layer {self.name}: expected the last axis of the input to be known. Received: shape {input_shape}"
            )
        width = self._gates * self.units
        for name, attribute, rows, prefix in (
            ("kernel", "weight_ih", input_dim, "kernel"),
            ("recurrent_kernel", "weight_hh", self.units, "recurrent"),
        ):
            self.add_weight(
                name,
                (rows, width),
                initializer=getattr(self, f"{prefix}_initializer"),
                regularizer=getattr(self, f"{prefix}_regularizer"),
                constraint=getattr(self, f"{prefix}_constraint"),
                axes=(1, 0),
                attribute=attribute,
            )
        if self.use_bias:
            self.add_weight(
                "bias",
                self._bias_shape(width),
                initializer=self._first_bias,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        else:
            self.bias = None
        super().build(input_shape)

    def _bias_shape(self, width: int) -> tuple[int, ...]:
        return (width,)

    def _first_bias(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        return initializers.make(self.bias_initializer, shape, dtype)

    def _shares_masks(self) -> bool:
        """Whether one dropout mask serves all gates."""
        return getattr(self, "implementation", 1) == 2

    def _masks(self, like: Tensor, rate: float, training: bool | None) -> list[Tensor]:
        """Fresh dropout masks for (batch, features); none outside of training."""
        now = phase.current() if training is None else training
        if not 0 < rate < 1 or not (self.training if now is None else now):
            return []
        count = 1 if self._shares_masks() else self._gates
        masks = like.detach().new_empty(count, *like.shape)
        return list(dropout_mask(masks, rate, generator=self.generator(masks.device)).unbind(0))

    def _differs_in_training(self) -> bool:
        return self.dropout + self.recurrent_dropout > 0

    def _draws(self) -> int:
        if self.seed is not None:
            return 0
        return sum(self._gates for rate in (self.dropout, self.recurrent_dropout) if 0 < rate < 1)

    def forget_masks(self) -> None:
        """Lets the next step draw new dropout masks: they hold for one sequence."""
        self._dropout_mask = self._recurrent_dropout_mask = None

    def _kept_masks(self, inputs: Tensor, h: Tensor, training: bool | None) -> tuple[list[Tensor], list[Tensor]]:
        """The masks of the sequence that is running, drawn at its first step."""
        if self._dropout_mask is None:
            self._dropout_mask = self._masks(inputs, self.dropout, training)
            self._recurrent_dropout_mask = self._masks(h, self.recurrent_dropout, training)
        return self._dropout_mask, self._recurrent_dropout_mask or []

    def _sequence_masks(self, inputs: Tensor, h: Tensor, training: bool | None) -> dict[str, list[Tensor]]:
        return {
            "input_masks": self._masks(inputs[:, 0], self.dropout, training),
            "recurrent_masks": self._masks(h, self.recurrent_dropout, training),
        }

    def compute_output_shape(self, input_shape: Any) -> Any:
        return (*input_shape[:-1], self.units)

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "_dropout_mask": None, "_recurrent_dropout_mask": None}

    def get_config(self) -> dict[str, Any]:
        own = {} if self.seed is None else {"seed": self.seed}  # an argument of Keras 3
        return {
            **super().get_config(),
            **own,
            "units": self.units,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "recurrent_initializer": initializers.serialize(self.recurrent_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "recurrent_regularizer": regularizers.serialize(self.recurrent_regularizer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
            "recurrent_constraint": constraints.serialize(self.recurrent_constraint),
            "bias_constraint": constraints.serialize(self.bias_constraint),
            "dropout": self.dropout,
            "recurrent_dropout": self.recurrent_dropout,
        }


def check_use_cudnn(owner: str, kwargs: dict[str, Any]) -> None:
    """Takes Keras 3's ``use_cudnn`` out of a layer's keywords: which kernel runs is not chosen by an argument here."""
    value = checks.one_of(owner, "use_cudnn", kwargs.pop("use_cudnn", "auto"), ("auto", True, False))
    if value != "auto":
        warnings.warn(
            f"{owner}: use_cudnn={value} changes nothing here; KERASTORCH_FAST=0 turns kernels off.", stacklevel=4
        )


def forget_bias(initializer: Callable, units: int, before: int, after: int, dtype: Any = None) -> Tensor:
    """A bias whose forget gate begins with ones and whose other gates come from an initializer.

    Args:
        initializer: makes the other gates' part.
        units: size of a gate.
        before: how many gates lie before the forget gate.
        after: how many lie after it.
        dtype: the bias's dtype.

    Example:
        >>> forget_bias(initializers.get("zeros"), 1, 1, 2).tolist()
        [0.0, 1.0, 0.0, 0.0]
    """
    first = initializers.make(initializer, (before * units,), dtype)
    last = initializers.make(initializer, (after * units,), dtype)
    return torch.cat([first, torch.ones_like(first[:units]), last])


def check_cell(owner: str, cell: Any) -> None:
    """Refuses what cannot be a cell.

    Raises:
        ValueError: for something without ``call`` or ``state_size``.
    """
    for needed in ("call", "state_size"):
        if not hasattr(cell, needed):
            raise ValueError(
                f"{owner}: expected a cell with a method call(inputs, states) and an attribute state_size. "
                f"Received: {cell!r} without {needed}"
            )


def state_sizes(cell: Any) -> list[Any]:
    """The sizes of a cell's states, as a list.

    Example:
        >>> from kerastorch.layers.recurrent import LSTMCell
        >>> state_sizes(LSTMCell(3))
        [3, 3]
    """
    sizes = cell.state_size
    return list(sizes) if hasattr(sizes, "__len__") else [sizes]


def differs_in_training(cell: Any) -> bool:
    """Whether a cell acts differently in training."""
    return cell._differs_in_training() if isinstance(cell, Layer) else call_takes(cell, "training")


@recordable
def zeros_for_rows(x: Tensor, shape: Sequence[int]) -> Tensor:
    """Zeros (batch, *shape), as many rows as ``x`` has.

    Example:
        >>> zeros_for_rows(torch.ones(2, 5), (3,)).shape
        torch.Size([2, 3])
    """
    return x.new_zeros((x.shape[0], *shape))


def as_list(value: Any) -> list[Any] | None:
    """A list or tuple as a list, a single thing as a list of one, None as it is."""
    if value is None or isinstance(value, list):
        return value
    return list(value) if isinstance(value, tuple) else [value]


def call_takes(cell: Any, name: str) -> bool:
    """Whether a cell's ``call`` has an argument of that name."""
    return name in inspect.signature(cell.call).parameters


def in_order(args: tuple, kwargs: dict[str, Any]) -> tuple[tuple, dict[str, Any]]:
    """A call's arguments with those named that come after the sequence: Keras 3 has the states before the mask."""
    if calls.from_graph:
        return args, kwargs
    if "sequences" in kwargs:
        kwargs = dict(kwargs)
        args = (kwargs.pop("sequences"), *args)
    if len(args) > 1 and eras.current().recurrent_calls == "states_first":
        kwargs = {**dict(zip(("initial_state", "mask", "training"), args[1:])), **kwargs}
        args = args[:1]
    return args, kwargs
