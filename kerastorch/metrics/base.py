"""Metrics that remember: their state lives in buffers on the device and is read when somebody looks.

Source: https://keras.io/api/metrics/base_metric/
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import nn

from .. import config, initializers, losses
from ..backend import names
from ..backend.registry import callable_name
from ..backend.variable import State
from ..engine.symbolic.tracing import tracing
from ..engine.symbolic.trees import map_structure
from ..losses.base import same_rank
from ..losses.functions import as_tensor

__all__ = ["Metric", "Mean", "Sum", "MeanMetricWrapper", "MetricVariable", "is_stateful", "update"]


class MetricVariable(State):
    """A piece of a metric's state; assignments happen in place, on its device and without gradients.

    Example:
        >>> total = MetricVariable.of(torch.zeros(()))
        >>> _ = total.assign_add(2.0)
        >>> float(total)
        2.0
    """

    def _new(self, value: Any) -> Any:
        """The value in the state's type and place; a plain number stays one, which no device has to fetch."""
        if isinstance(value, (int, float)):
            return value
        plain = self.as_subclass(torch.Tensor)
        value = value.detach() if hasattr(value, "to") else torch.as_tensor(value)
        return value.to(device=plain.device, dtype=plain.dtype)

    def assign(self, value: Any) -> MetricVariable:
        """Writes new values in place."""
        new, plain = self._new(value), self.as_subclass(torch.Tensor)
        if isinstance(new, torch.Tensor):
            plain.copy_(new)
        else:
            plain.fill_(new)
        return self

    def assign_add(self, value: Any) -> MetricVariable:
        """Adds in place."""
        self.as_subclass(torch.Tensor).add_(self._new(value))
        return self

    def assign_sub(self, value: Any) -> MetricVariable:
        """Subtracts in place."""
        self.as_subclass(torch.Tensor).sub_(self._new(value))
        return self


def _fresh_name(class_name: str) -> str:
    """``auc``, ``auc_1`` …: metrics are counted from zero in every era that has them."""
    prefix = names.snake_case(class_name)
    number = names.get_uid(prefix)
    return prefix if number == 1 else f"{prefix}_{number - 1}"


def _on_data(update_state: Callable) -> Callable:
    """An ``update_state`` that leaves the state alone while a layer's code runs to learn shapes, on no data."""

    @functools.wraps(update_state)
    def update(self: Metric, *args: Any, **kwargs: Any) -> Any:
        return None if tracing.active() else update_state(self, *args, **kwargs)

    return update


class Metric(nn.Module):
    """The base of stateful metrics: write ``update_state`` and ``result``, make state with ``add_weight``.

    Args:
        name: what it is called in logs; by default the class's name in lower case, numbered.
        dtype: float type of its state, ``floatx()`` when missing.

    Example:
        >>> class Positives(Metric):
        ...     def __init__(self, name="positives", **kwargs):
        ...         super().__init__(name=name, **kwargs)
        ...         self.total = self.add_weight(name="total", initializer="zeros")
        ...     def update_state(self, y_true, y_pred, sample_weight=None):
        ...         self.total.assign_add((y_pred > 0.5).sum())
        ...     def result(self):
        ...         return self.total
        >>> metric = Positives()
        >>> float(metric(torch.zeros(3), torch.tensor([0.2, 0.7, 0.9])))
        2.0
        >>> metric.reset_state()
        >>> float(metric.result())
        0.0
    """

    stateful = True
    capturable = True  # whether update_state only queues work on the device, so that a CUDA graph may hold it
    _direction: str | None = None  # 'up' when more is better, 'down' when less is

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = vars(cls).get("update_state")
        if own is not None:
            cls.update_state = _on_data(own)

    def __new__(cls, *args: Any, **kwargs: Any) -> Metric:
        self = super().__new__(cls)
        nn.Module.__init__(self)  # here, so that a subclass may set attributes before super().__init__()
        self._state: list[str] = []  # the buffers that are state: other buffers are constants
        return self

    def __init__(self, name: str | None = None, dtype: Any = None) -> None:
        self.name = name or _fresh_name(type(self).__name__)
        self._dtype = config.torch_dtype(dtype)

    @property
    def dtype(self) -> str:
        """The float type's name."""
        return str(self._dtype).removeprefix("torch.")

    def add_weight(self, *args: Any, **kwargs: Any) -> MetricVariable:
        """``add_variable``; tf.keras puts the name first, Keras 3 the shape."""
        named = bool(args) and (args[0] is None or isinstance(args[0], str))
        order = ("name", "shape", "initializer", "dtype") if named else ("shape", "initializer", "dtype", "name")
        return self.add_variable(**dict(zip(order, args, strict=False)), **kwargs)

    def add_variable(
        self, shape: Sequence[int] = (), initializer: Any = None, dtype: Any = None, name: str | None = None
    ) -> MetricVariable:
        """Makes a piece of state, registered as a buffer under the attribute it is assigned to.

        Args:
            shape: its shape.
            initializer: how it starts; zeros when missing.
            dtype: its type, the metric's when missing.
            name: what to call it.
        """
        name = (name or f"state_{len(self._buffers)}").replace(".", "_").split(":")[0]
        dtype = self._dtype if dtype is None else config.torch_dtype(dtype)
        if initializer is None:
            value = torch.zeros(tuple(shape), dtype=dtype, device=config.device())
        else:
            value = torch.as_tensor(initializers.get(initializer)(tuple(shape))).to(device=config.device(), dtype=dtype)
        if name in self._buffers or hasattr(type(self), name):
            name = f"{name}_{len(self._buffers)}"
        self.register_buffer(name, value)
        self._state.append(name)
        return getattr(self, name)

    def __getattr__(self, name: str) -> Any:
        value = super().__getattr__(name)
        return MetricVariable.of(value, name) if name in self.__dict__["_state"] else value

    def __setattr__(self, name: str, value: Any) -> None:
        state, buffers = self.__dict__.get("_state", ()), self.__dict__.get("_buffers", {})
        if isinstance(value, MetricVariable):
            # What add_weight returned: the buffer takes the attribute's name.
            held = next((key for key in state if buffers[key].data_ptr() == value.data_ptr()), None)
            if held is not None:
                if held != name:
                    self.register_buffer(name, buffers.pop(held))
                    state[state.index(held)] = name
                return
        if name in state and isinstance(value, torch.Tensor) and value.shape == buffers[name].shape:
            MetricVariable.of(buffers[name]).assign(value)
            return
        super().__setattr__(name, value)

    def _states(self) -> Iterator[MetricVariable]:
        for module in self.modules():
            if isinstance(module, Metric):
                yield from (MetricVariable.of(module._buffers[name], name) for name in module._state)

    @property
    def variables(self) -> list[MetricVariable]:
        """All state, that of metrics inside it included."""
        return list(self._states())

    weights = variables

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        """Takes a batch in; subclasses write it."""
        raise NotImplementedError(f"{type(self).__name__}: expected the class to define update_state(...)")

    def result(self) -> Any:
        """The value so far, a tensor; subclasses write it."""
        raise NotImplementedError(f"{type(self).__name__}: expected the class to define result()")

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Takes a batch in and gives the value so far."""
        with torch.no_grad():
            self.update_state(*args, **kwargs)
            return self.result()

    def _defines(self, name: str) -> bool:
        return getattr(type(self), name) is not getattr(Metric, name)

    def _zero(self) -> None:
        for variable in self._states():
            variable.assign(0)

    def reset_state(self) -> None:
        """Forgets everything; a subclass may write it, or ``reset_states``, its older name."""
        if self._defines("reset_states") and not self._defines("reset_state"):
            self.reset_states()
        else:
            self._zero()

    def reset_states(self) -> None:
        """``reset_state`` under its older name."""
        if self._defines("reset_state") and not self._defines("reset_states"):
            self.reset_state()
        else:
            self._zero()

    @contextlib.contextmanager
    def _lent(self, values: Sequence[Any] | None) -> Iterator[list[MetricVariable]]:
        """The state with other values for a while."""
        own = self.variables
        if values is not None and len(values) != len(own):
            raise ValueError(f"{self.name}: expected {len(own)} metric_variables. Received: {len(values)}")
        before = [variable.read_value().clone() for variable in own]
        try:
            with torch.no_grad():
                for variable, value in zip(own, values or ()):
                    variable.assign(value)
                yield own
        finally:
            for variable, value in zip(own, before):
                variable.assign(value)

    def stateless_update_state(self, metric_variables: Sequence[Any], *args: Any, **kwargs: Any) -> list[torch.Tensor]:
        """The state that a batch makes of given one; the metric's own stays as it is.

        Args:
            metric_variables: values of ``variables``.
            *args: what ``update_state`` takes.
            **kwargs: as well.

        Raises:
            ValueError: for another number of values.

        Example:
            >>> Mean().stateless_update_state([torch.tensor(2.0), torch.tensor(1.0)], [4.0, 6.0])
            [tensor(12.), tensor(3.)]
        """
        with self._lent(metric_variables) as own:
            self.update_state(*args, **kwargs)
            return [variable.read_value().clone() for variable in own]

    def stateless_result(self, metric_variables: Sequence[Any]) -> Any:
        """The value that goes with a given state.

        Args:
            metric_variables: values of ``variables``.

        Example:
            >>> Mean().stateless_result([torch.tensor(12.0), torch.tensor(3.0)])
            tensor(4.)
        """
        with self._lent(metric_variables):
            return map_structure(lambda x: x.clone() if isinstance(x, torch.Tensor) else x, self.result())

    def stateless_reset_state(self) -> list[torch.Tensor]:
        """The state to begin with.

        Example:
            >>> Mean().stateless_reset_state()
            [tensor(0.), tensor(0.)]
        """
        with self._lent(None) as own:
            self.reset_state()
            return [variable.read_value().clone() for variable in own]

    def get_config(self) -> dict[str, Any]:
        """What ``from_config`` needs to make the same metric again."""
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Metric:
        """The metric that ``get_config`` described."""
        return cls(**config)

    def placed(self, value: Any) -> Any:
        """The value as a tensor, where this metric's state is.

        Example:
            >>> Mean().placed([1, 2])
            tensor([1, 2])
        """
        return as_tensor(value, next((held for held in self._buffers.values() if held is not None), None))

    def _weighted(self, values: Any, weights: Any) -> tuple[Any, Any]:
        """Values times weights, reduced to the weights' rank first, and the weights in the values' shape."""
        values = self.placed(values).detach().to(self._dtype)
        if weights is None:
            return values, None
        weights = as_tensor(weights, values).to(self._dtype)
        values, weights = same_rank(values, weights)
        if values.ndim > weights.ndim:
            values = values.mean(dim=tuple(range(weights.ndim, values.ndim)))
        weights = weights.broadcast_to(values.shape)
        return values * weights, weights


class Sum(Metric):
    """The sum of all values.

    Args:
        name: what it is called in logs.
        dtype: float type of the state.

    Example:
        >>> total = Sum()
        >>> float(total([1.0, 2.0]))
        3.0
    """

    def __init__(self, name: str | None = "sum", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_weight("total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Adds values, each times its weight."""
        values = self.placed(values).detach().to(self._dtype)
        if sample_weight is not None:
            weights = as_tensor(sample_weight, values).to(self._dtype)
            values, weights = same_rank(values, weights)
            values = values * weights.reshape(weights.shape + (1,) * (values.ndim - weights.ndim))
        self.total.assign_add(values.sum())

    def result(self) -> Any:
        """The sum so far."""
        return self.total.read_value().clone()


class Mean(Metric):
    """The mean of all values, weighted if weights are given; 0 before the first.

    Args:
        name: what it is called in logs.
        dtype: float type of the state.

    Example:
        >>> mean = Mean()
        >>> mean.update_state([1.0, 3.0])
        >>> mean.update_state([5.0])
        >>> mean.result()
        tensor(3.)
    """

    def __init__(self, name: str | None = "mean", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_weight("total")
        self.count = self.add_weight("count")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Takes values in, each with its weight."""
        values, weights = self._weighted(values, sample_weight)
        self.total.assign_add(values.sum())
        if weights is None:
            self.count.read_value().add_(values.numel())
        else:
            self.count.assign_add(weights.sum())

    def result(self) -> Any:
        """The mean so far."""
        return divide_no_nan(self.total.read_value(), self.count.read_value())


class MeanMetricWrapper(Mean):
    """The running mean of a function of ``(y_true, y_pred)``.

    Args:
        fn: the function, with one number a sample.
        name: what it is called in logs; by default the function's name.
        dtype: float type of the state.
        **kwargs: further arguments of the function.

    Example:
        >>> error = MeanMetricWrapper(losses.mean_absolute_error)
        >>> error.name
        'mean_absolute_error'
        >>> error([[0.0], [0.0]], [[1.0], [2.0]])
        tensor(1.5000)
    """

    def __init__(self, fn: Callable, name: str | None = None, dtype: Any = None, **kwargs: Any) -> None:
        super().__init__(name or callable_name(fn), dtype)
        self._fn = fn.call if isinstance(fn, losses.Loss) else fn
        self._fn_kwargs = kwargs
        if isinstance(fn, losses.Loss) or getattr(fn, "__module__", "").startswith("kerastorch.losses"):
            self._direction = "down"

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes a batch of targets and predictions in."""
        y_pred = as_tensor(y_pred)
        y_true, y_pred = same_rank(as_tensor(y_true, y_pred), y_pred)
        super().update_state(self._fn(y_true, y_pred, **self._fn_kwargs), sample_weight)

    def get_config(self) -> dict[str, Any]:
        config = {**super().get_config(), **self._fn_kwargs}
        return {"fn": self._fn, **config} if type(self) is MeanMetricWrapper else config


def divide_no_nan(a: Any, b: Any) -> Any:
    """``a / b``, and 0 where b is 0."""
    return torch.where(b == 0, torch.zeros_like(a), a / torch.where(b == 0, torch.ones_like(b), b))


def is_stateful(metric: Any) -> bool:
    """Whether a metric keeps its own total: its value replaces the last one instead of being averaged over batches.

    True of a ``Metric`` and of a layer with ``stateful = True`` and ``reset_states()``, as Keras 2 wrote its metrics.

    Example:
        >>> is_stateful(Mean()), is_stateful(losses.mean_squared_error)
        (True, False)
    """
    if isinstance(metric, Metric):
        return True
    return bool(getattr(metric, "stateful", False)) and callable(getattr(metric, "reset_states", None))


def update(metric: Any, y_true: Any, y_pred: Any, weights: Any = None, mask: Any = None) -> Any:
    """Feeds one batch to a stateful metric, inside a training step.

    Args:
        metric: a ``Metric`` or a Keras 2 layer that is one.
        y_true: targets.
        y_pred: predictions.
        weights: sample weights, where the metric is to be weighted.
        mask: the predictions' mask.

    Returns:
        What to read the value from: the function ``metric.result``, to be called when somebody looks, or the tensor
        that a layer returned.

    Example:
        >>> read = update(MeanMetricWrapper(losses.mse), torch.tensor([[0.0]]), torch.tensor([[2.0]]))
        >>> read()
        tensor(4.)
    """
    with torch.no_grad():
        if not isinstance(metric, Metric):
            return losses.weighted_masked_mean(metric(y_true, y_pred), weights, mask)
        if mask is not None:
            mask = mask.to(y_pred.dtype)
            weights = (
                mask if weights is None else mask * weights.reshape(weights.shape + (1,) * (mask.ndim - weights.ndim))
            )
        if weights is None:
            metric.update_state(y_true, y_pred)
        else:
            metric.update_state(y_true, y_pred, sample_weight=weights)
        return metric.result
