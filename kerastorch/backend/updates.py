"""New values of variables that wait to be assigned: ``K.update``, ``K.update_add``, ``K.update_sub``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch

from .. import eras
from ..engine.symbolic import building, computing, record, recordable
from .arrays import forward
from .variable import Variable, stored

__all__ = [
    "Action",
    "MovedWeight",
    "Update",
    "assign_all",
    "moving_average_update",
    "update",
    "update_add",
    "update_sub",
]


class Update(tuple):
    """A ``(variable, new_value)`` pair.

    Args:
        variable: the variable.
        value: its new value, a tensor, a number or a symbolic tensor.
        beside: further updates that belong to this one.
    """

    beside: tuple[Update, ...]

    def __new__(cls, variable: torch.Tensor, value: Any, beside: Iterable[Update] = ()) -> Update:
        pair = super().__new__(cls, (variable, value))
        pair.beside = tuple(beside)
        return pair

    @property
    def variable(self) -> torch.Tensor:
        """What is assigned to."""
        return self[0]

    @property
    def value(self) -> Any:
        """What is assigned."""
        return self[1]


class Action:
    """Something that ``K.function`` does among its updates.

    Args:
        needs: symbolic tensors whose values it takes.
        run: what it does with the list of values.
        of_layers: whether it stands for layers' own updates of statistics and states.
    """

    def __init__(self, needs: Sequence[Any], run: Callable[[list[Any]], None], of_layers: bool = False) -> None:
        self.needs = list(needs)
        self.run = run
        self.of_layers = of_layers


class MovedWeight(Action):
    """A weight that a layer moves by itself while it runs in training: an average, a state.

    Args:
        variable: the weight.
        outputs: the symbolic outputs of the call that moves it.
    """

    def __init__(self, variable: torch.Tensor, outputs: Sequence[Any]) -> None:
        super().__init__(outputs, lambda values: None, of_layers=True)
        self.variable = variable

    def on(self, outputs: Sequence[Any]) -> MovedWeight:
        """The same weight, moved by another call."""
        return MovedWeight(self.variable, outputs)

    @property
    def shape(self) -> tuple[int, ...]:
        """The weight's shape."""
        return tuple(self.variable.shape)

    @property
    def name(self) -> str | None:
        """The weight's name."""
        return getattr(self.variable, "name", None)

    def __repr__(self) -> str:
        return f"<MovedWeight {self.name} {self.shape}>"


@torch.no_grad()
def assign_all(updates: Iterable[Any]) -> None:
    """Assigns new values, each of which was computed before any is written.

    Args:
        updates: ``Update`` objects or ``(variable, new_value)`` pairs, with values that are known.
    """
    for update in updates:
        variable, value = update
        if isinstance(value, torch.Tensor):
            variable.copy_(value)
        elif isinstance(value, (int, float)):
            variable.fill_(value)
        else:
            variable.copy_(torch.as_tensor(forward(value)))
        assign_all(getattr(update, "beside", ()))


def _settled(pending: Update) -> Any:
    """The update itself where a graph is built or a step runs; elsewhere it is carried out and gives the variable."""
    if building() or computing():
        return pending
    assign_all([pending])
    return pending.variable


def update(x: Any, new_x: Any) -> Any:
    """Gives a variable a new value.

    In an era of graphs nothing is written yet: the update takes effect when ``K.function`` runs it among its
    ``updates``, ``Layer.add_update`` takes it in training, or ``K.eval`` asks for it.

    Args:
        x: the variable.
        new_x: the new value.

    Returns:
        The update.

    Example:
        >>> from kerastorch import backend as K
        >>> x = K.variable(1.0)
        >>> K.eval(K.update(x, x + 2.0)).item(), K.get_value(x).item()
        (3.0, 3.0)
    """
    return _settled(Update(x, new_x))


def update_add(x: Any, increment: Any) -> Any:
    """Adds to a variable; like ``update(x, x + increment)``.

    Args:
        x: a variable.
        increment: a tensor or a number.

    Example:
        >>> from kerastorch import backend as K
        >>> x = K.variable(1.0)
        >>> count = K.function([], [], updates=[K.update_add(x, 1.0)])
        >>> for _ in range(3):
        ...     _ = count([])
        >>> K.get_value(x).item()
        4.0
    """
    return _settled(Update(x, _plus(x, increment)))


def update_sub(x: Any, decrement: Any) -> Any:
    """Subtracts from a variable; like ``update(x, x - decrement)``.

    Args:
        x: a variable.
        decrement: a tensor or a number.

    Example:
        >>> from kerastorch import backend as K
        >>> x = K.variable(1.0)
        >>> K.eval(K.update_sub(x, 0.5)).item()
        0.5
    """
    return _settled(Update(x, _plus(x, decrement, -1)))


def _plus(x: Any, amount: Any, sign: int = 1) -> Any:
    # parameters are no Variables, but in a graph they are read when it runs, too
    if building():
        return record(_sum, (x, amount, sign), {})
    return _sum(x, amount, sign)


def _sum(x: Any, amount: Any, sign: int) -> torch.Tensor:
    amount = amount if isinstance(amount, torch.Tensor) else torch.as_tensor(amount, device=x.device)
    return torch.add(x, amount.to(x.dtype), alpha=sign)


def moving_average_update(x: Any, value: Any, momentum: float) -> Any:
    """Moves a variable towards a value by ``1 - momentum`` of the way.

    Keras 2 on TensorFlow corrects for the bias of the initial value: the first update replaces it, later ones are
    averages of the values seen so far.

    Args:
        x: the variable.
        value: a tensor of the same shape.
        momentum: how much stays.

    Returns:
        The update.

    Example:
        >>> from kerastorch import backend as K
        >>> x = K.variable(0.0)
        >>> K.eval(K.moving_average_update(x, 8.0, 0.9)).round(5).item()
        8.0
    """
    if not eras.current().batchnorm_zero_debias:
        return _settled(Update(x, _moved(x, value, momentum)))
    home = stored(x)
    if not hasattr(home, "_moving_sums"):  # beside the variable, in no file: discounted sums of values and of ones
        blank = home.detach().as_subclass(torch.Tensor)
        home._moving_sums = Variable.of(torch.zeros_like(blank)), Variable.of(blank.new_zeros(()))
    total, share = home._moving_sums
    new_total = _moved(total, value, momentum)
    new_share = _moved(share, 1.0, momentum)
    beside = (Update(total, new_total), Update(share, new_share))
    return _settled(Update(x, new_total / new_share, beside))


@recordable
def _moved(x: torch.Tensor, value: Any, momentum: float) -> torch.Tensor:
    value = value if isinstance(value, torch.Tensor) else torch.as_tensor(value, dtype=x.dtype, device=x.device)
    return torch.lerp(x, value.detach().to(x.dtype).expand_as(x), 1.0 - momentum)
