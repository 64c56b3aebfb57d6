"""Optimizers that scripts write variable by variable, as later Kerases have them: ``build`` and ``update_step``.

Source: https://keras.io/api/optimizers/, https://www.tensorflow.org/api_docs/python/tf/keras/optimizers/Optimizer
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from .. import config
from ..backend.registry import described
from ..backend.variable import Variable
from .binding import Binding
from .hyper import Hyper, value_of

__all__ = ["ByVariable"]


class ByVariable:
    """The part of an optimizer that asks a script's ``update_step`` for each variable. Mixed into ``Optimizer``."""

    iterations: Any
    lr: Any
    learning_rate: Any
    weight_decay: float | None
    clip: Callable
    _current: Binding | None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "update_step" in cls.__dict__:
            cls.files_by_weight = True
            if not isinstance(getattr(cls, "lr", None), Hyper):
                cls.lr = Hyper()
                cls.lr.__set_name__(cls, "lr")

    def _is_by_variable(self) -> bool:
        """Whether a script's class says by ``update_step``, or for each variable's slots, how it learns."""
        return self._by_slot or hasattr(type(self), "update_step")

    def _rate_of_a_script(self, name: Any, kwargs: dict[str, Any]) -> Any:
        """The learning rate that a script's class hands to the base, by name or, as Keras 3 has it, in front."""
        if not self._is_by_variable():
            return None
        given = [kwargs.pop(key) for key in ("lr", "learning_rate") if key in kwargs]
        return (given[0] if given else None) if name is None or isinstance(name, str) else name

    # ------------------------------------------------------------------------ what scripts call

    def build(self, var_list: Sequence[Any]) -> None:
        """Makes the state for variables; a subclass makes its own here, after calling this.

        Args:
            var_list: the variables that gradients will come for.
        """
        self._built_for = list(var_list)
        self._index_dict = {self._var_key(variable): i for i, variable in enumerate(var_list)}
        self.built = True
        if self._by_slot:
            self._create_all_weights(var_list)

    def _var_key(self, variable: Tensor) -> Any:
        """What a variable is known by: where its values are."""
        return variable.data_ptr()

    def _get_variable_index(self, variable: Tensor) -> int:
        """The place of a variable among those of ``build``."""
        return self._index_dict[self._var_key(variable)]

    def add_variable(
        self,
        shape: Sequence[int],
        initializer: Any = "zeros",
        dtype: Any = None,
        aggregation: Any = None,
        layout: Any = None,
        name: str | None = None,
    ) -> Variable:
        """Makes a piece of state.

        Args:
            shape: its shape.
            initializer: how it starts.
            dtype: its type.
            aggregation: accepted as in Keras; there is one replica.
            layout: accepted as in Keras.
            name: what to call it.
        """
        from .. import initializers

        made = torch.as_tensor(initializers.get(initializer)(tuple(shape)))
        return self._kept(made.to(config.device(), config.torch_dtype(dtype)), name)

    def add_variable_from_reference(
        self,
        reference_variable: Any = None,
        name: str | None = None,
        initializer: Any = "zeros",
        shape: Sequence[int] | None = None,
        initial_value: Any = None,
        *,
        model_variable: Any = None,
        variable_name: str | None = None,
    ) -> Variable:
        """Makes a piece of state of the shape and type of a variable.

        Args:
            reference_variable: the variable.
            name: what to call it.
            initializer: how it starts.
            shape: another shape.
            initial_value: values to start with.
            model_variable: ``reference_variable`` as tf.keras calls it.
            variable_name: ``name`` as tf.keras calls it.
        """
        from .. import initializers

        like = model_variable if reference_variable is None else reference_variable
        called = f"{variable_name or name}/{getattr(like, 'name', None) or 'variable'}"
        if initial_value is not None:
            made = torch.as_tensor(initial_value).detach().clone()
        else:
            made = torch.as_tensor(initializers.get(initializer)(tuple(like.shape if shape is None else shape)))
        return self._kept(made.to(like.device, like.dtype), called)

    def add_optimizer_variables(
        self, trainable_variables: Sequence[Any], name: Any, initializer: Any = "zeros"
    ) -> list[Variable] | tuple[list[Variable], ...]:
        """Makes a piece of state for each variable, or several.

        Args:
            trainable_variables: the variables.
            name: what to call it, or a list of names for several.
            initializer: how they start, or one for each name.
        """
        single = isinstance(name, str)
        called = [name] if single else list(name)
        starts = list(initializer) if isinstance(initializer, (list, tuple)) else [initializer] * len(called)
        if len(called) != len(starts):
            raise ValueError(
                f"{type(self).__name__}.add_optimizer_variables: expected an initializer for each of {len(called)} "
                f"names. Received: {len(starts)}"
            )
        made: list[list[Variable]] = [[] for _ in called]
        for variable in trainable_variables:
            for column, one, start in zip(made, called, starts):
                column.append(self.add_variable_from_reference(variable, one, start))
        return made[0] if single else tuple(made)

    def _kept(self, values: Tensor, name: str | None) -> Variable:
        variable = Variable.of(values, name or f"variable_{len(self._own_variables())}")
        self._own_variables().append(variable)
        return variable

    def _own_variables(self) -> list[Variable]:
        return self.__dict__.setdefault("_made", [])

    def assign(self, variable: Any, value: Any) -> None:
        """Writes values into a variable of the model or of the optimizer."""
        variable.assign(value)

    def assign_add(self, variable: Any, value: Any) -> None:
        """Adds values to a variable."""
        variable.assign_add(value)

    def assign_sub(self, variable: Any, value: Any) -> None:
        """Subtracts values from a variable."""
        variable.assign_sub(value)

    def _build_learning_rate(self, learning_rate: Any) -> Any:
        """tf.keras's optimizers keep what this gives as ``_learning_rate``."""
        self.lr = learning_rate
        return self.lr

    @property
    def _learning_rate(self) -> Any:
        return self.lr

    @_learning_rate.setter
    def _learning_rate(self, value: Any) -> None:
        if value is not self.__dict__.get("lr"):
            self.lr = value

    def _serialize_hyperparameter(self, value: Any) -> Any:
        """A hyperparameter, or its name, as a config has it."""
        held = self._hyper(value) if isinstance(value, str) else value
        return described(held) if getattr(held, "is_schedule", False) else value_of(held)

    # ------------------------------------------------------------------------ the step

    def _prepare_variables(self, binding: Binding) -> list[Variable]:
        """The bound parameters as variables with Keras's axes; the script's ``build`` has seen them."""
        variables = binding.__dict__.get("variables")
        if variables is None:
            seen = binding.keras_view([p.detach() for p in binding.params])
            names = [name or f"weight_{i}" for i, name in enumerate(binding.names)]
            variables = binding.variables = [Variable.of(view, name) for view, name in zip(seen, names)]
        known = self.__dict__.get("_index_dict", {})
        if any(self._var_key(variable) not in known for variable in variables):
            self.build(variables)
        return variables

    def _step_by_variable(self, grads: Sequence[Tensor | None], binding: Binding) -> None:
        """Hands each variable with its gradient to ``update_step``."""
        variables = self._prepare_variables(binding)
        present = [i for i, g in enumerate(grads) if g is not None]
        dense = binding.dense(grads)
        clipped = dict(zip(present, self.clip([dense[i] for i in present])))
        views = [g if binding.views[i] is None else binding.views[i](g) for i, g in clipped.items()]
        if self._by_slot:  # weight decay is its own affair
            self._updated_by_slot(variables, views, present)
            return
        rate = self.learning_rate
        if self.weight_decay:
            for group in binding.groups:
                self.shrink(binding, group, float(value_of(rate)))
        update = self.update_step
        with_rate = len(inspect.signature(update).parameters) > 2
        for i, view in zip(present, views):
            update(view, variables[i], *([rate] if with_rate else []))
