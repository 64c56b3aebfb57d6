"""``tf.train`` of TensorFlow 1: optimizers whose ``minimize`` gives an operation, savers, rates that decay.

Source: https://www.tensorflow.org/api_docs/python/tf/compat/v1/train
"""

from __future__ import annotations

from typing import Any

from .... import optimizers
from ....backend import differentiation
from ....backend.updates import Action, assign_all
from ....backend.variable import Variable
from ....engine.symbolic import is_symbolic
from .._functions import refuse
from ..train.checkpoints import Checkpoint
from .sessions import Operation
from .variables import global_variables, variables_of

__all__ = [
    "AdadeltaOptimizer",
    "AdagradOptimizer",
    "AdamOptimizer",
    "GradientDescentOptimizer",
    "MomentumOptimizer",
    "Optimizer",
    "RMSPropOptimizer",
    "Saver",
    "cosine_decay",
    "create_global_step",
    "exponential_decay",
    "get_global_step",
    "get_or_create_global_step",
    "global_step",
    "inverse_time_decay",
    "piecewise_constant",
    "polynomial_decay",
]


class Optimizer:
    """One of Keras's optimizers behind TensorFlow 1's methods.

    Args:
        optimizer: the Keras optimizer.
    """

    def __init__(self, optimizer: Any) -> None:
        self.keras = optimizer

    def compute_gradients(self, loss: Any, var_list: Any = None, *args: Any, **kwargs: Any) -> list[tuple[Any, Any]]:
        """Gradients of a loss with their variables.

        Args:
            loss: a symbolic tensor; a function, where everything computes at once.
            var_list: the variables; all that the loss depends on when missing.
            *args, **kwargs: accepted as in TensorFlow.

        Raises:
            ValueError: for a function without a list of variables.
        """
        if not is_symbolic(loss):
            if var_list is None:
                raise ValueError(
                    f"{type(self).__name__}: expected var_list beside a loss that computes at once. Received: None"
                )
            return self.keras.compute_gradients(loss, var_list)
        variables = list(variables_of(loss) if var_list is None else var_list)
        return list(zip(differentiation.gradients(loss, variables), variables))

    def apply_gradients(self, grads_and_vars: Any, global_step: Any = None, name: str | None = None) -> Any:
        """Updates variables: now, or in a graph when a session runs the operation that this gives.

        Args:
            grads_and_vars: pairs of a gradient and its variable.
            global_step: a variable that counts updates.
            name: accepted as in TensorFlow.
        """
        pairs = [(gradient, variable) for gradient, variable in grads_and_vars if gradient is not None]
        variables = [variable for _, variable in pairs]

        def run(values: list[Any]) -> None:
            self.keras.apply_gradients(zip(values, variables, strict=True))
            if global_step is not None:
                assign_all([(global_step, global_step.read_value() + 1)])

        if not is_symbolic([gradient for gradient, _ in pairs]):
            run([gradient for gradient, _ in pairs])
            return None
        return Operation(Action([gradient for gradient, _ in pairs], run))

    def minimize(self, loss: Any, global_step: Any = None, var_list: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Takes gradients and updates variables by them.

        Args:
            loss: as for ``compute_gradients``.
            global_step: a variable that counts updates.
            var_list: the variables.
            *args, **kwargs: accepted as in TensorFlow.
        """
        return self.apply_gradients(self.compute_gradients(loss, var_list), global_step)

    def variables(self) -> list[Any]:
        """The optimizer's state."""
        return list(self.keras.weights)


class GradientDescentOptimizer(Optimizer):
    """Plain descent."""

    def __init__(self, learning_rate: Any, use_locking: bool = False, name: str = "GradientDescent") -> None:
        super().__init__(optimizers.SGD(learning_rate=_rate(learning_rate)))


class MomentumOptimizer(Optimizer):
    """Descent with momentum."""

    def __init__(
        self,
        learning_rate: Any,
        momentum: float,
        use_locking: bool = False,
        name: str = "Momentum",
        use_nesterov: bool = False,
    ) -> None:
        super().__init__(optimizers.SGD(learning_rate=_rate(learning_rate), momentum=momentum, nesterov=use_nesterov))


class AdamOptimizer(Optimizer):
    """Adam."""

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        use_locking: bool = False,
        name: str = "Adam",
    ) -> None:
        super().__init__(
            optimizers.Adam(learning_rate=_rate(learning_rate), beta_1=beta1, beta_2=beta2, epsilon=epsilon)
        )


class RMSPropOptimizer(Optimizer):
    """RMSProp without momentum.

    Raises:
        NotImplementedError: for momentum and centred squares.
    """

    def __init__(
        self,
        learning_rate: Any,
        decay: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-10,
        use_locking: bool = False,
        centered: bool = False,
        name: str = "RMSProp",
    ) -> None:
        if momentum or centered:
            refuse("train.RMSPropOptimizer with momentum or centered", "torch.optim.RMSprop has both")
        super().__init__(optimizers.RMSprop(learning_rate=_rate(learning_rate), rho=decay, epsilon=epsilon))


class AdagradOptimizer(Optimizer):
    """Adagrad."""

    def __init__(
        self,
        learning_rate: Any,
        initial_accumulator_value: float = 0.1,
        use_locking: bool = False,
        name: str = "Adagrad",
    ) -> None:
        super().__init__(optimizers.Adagrad(learning_rate=_rate(learning_rate)))


class AdadeltaOptimizer(Optimizer):
    """Adadelta."""

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.95,
        epsilon: float = 1e-8,
        use_locking: bool = False,
        name: str = "Adadelta",
    ) -> None:
        super().__init__(optimizers.Adadelta(learning_rate=_rate(learning_rate), rho=rho, epsilon=epsilon))


def _rate(given: Any) -> Any:
    """A learning rate as Keras takes it: a number, or a schedule."""
    if is_symbolic(given):
        refuse("train.Optimizer with a symbolic learning_rate", "keras.optimizers.schedules has rates that decay")
    return given


class Saver:
    """Variables in files, by name.

    Args:
        var_list: the variables; those of ``get_variable`` when missing.
        *args, **kwargs: how many are kept and the like, accepted as in TensorFlow.
    """

    def __init__(self, var_list: Any = None, *args: Any, **kwargs: Any) -> None:
        given = global_variables() if var_list is None else var_list
        self._variables = given if isinstance(given, dict) else {str(v.name).split(":")[0]: v for v in given}

    def save(self, sess: Any, save_path: Any, global_step: Any = None, *args: Any, **kwargs: Any) -> str:
        """Writes the variables' values.

        Returns:
            The path.
        """
        path = save_path if global_step is None else f"{save_path}-{int(global_step)}"
        return Checkpoint(variables=dict(self._variables)).write(path)

    def restore(self, sess: Any, save_path: Any) -> None:
        """Reads the variables' values."""
        Checkpoint(variables=dict(self._variables)).restore(save_path).assert_existing_objects_matched()


# ------------------------------------------------------------------------ steps, rates

_step: Variable | None = None


def get_or_create_global_step(graph: Any = None) -> Variable:
    """The variable that counts steps."""
    global _step
    if _step is None:
        _step = Variable(0, trainable=False, name="global_step", dtype="int64")
    return _step


create_global_step = get_or_create_global_step


def get_global_step(graph: Any = None) -> Variable | None:
    """The variable that counts steps; None before it is made."""
    return _step


def global_step(sess: Any, global_step_tensor: Any) -> int:
    """The value of the variable that counts steps."""
    return int(global_step_tensor.numpy())


def _schedule(name: str, *args: Any, **kwargs: Any) -> Any:
    return getattr(optimizers.schedules, name)(*args, **kwargs)


def exponential_decay(
    learning_rate: float,
    global_step: Any,
    decay_steps: int,
    decay_rate: float,
    staircase: bool = False,
    name: Any = None,
) -> Any:
    """A rate that decays exponentially, for an optimizer; it counts the optimizer's own steps."""
    return _schedule("ExponentialDecay", learning_rate, decay_steps, decay_rate, staircase=staircase)


def inverse_time_decay(
    learning_rate: float,
    global_step: Any,
    decay_steps: int,
    decay_rate: float,
    staircase: bool = False,
    name: Any = None,
) -> Any:
    """A rate that decays with time, for an optimizer; it counts the optimizer's own steps."""
    return _schedule("InverseTimeDecay", learning_rate, decay_steps, decay_rate, staircase=staircase)


def polynomial_decay(
    learning_rate: float,
    global_step: Any,
    decay_steps: int,
    end_learning_rate: float = 0.0001,
    power: float = 1.0,
    cycle: bool = False,
    name: Any = None,
) -> Any:
    """A rate that decays as a power, for an optimizer; it counts the optimizer's own steps."""
    return _schedule("PolynomialDecay", learning_rate, decay_steps, end_learning_rate, power=power, cycle=cycle)


def cosine_decay(learning_rate: float, global_step: Any, decay_steps: int, alpha: float = 0.0, name: Any = None) -> Any:
    """A rate that decays as a cosine, for an optimizer; it counts the optimizer's own steps."""
    return _schedule("CosineDecay", learning_rate, decay_steps, alpha)


def piecewise_constant(x: Any, boundaries: Any, values: Any, name: Any = None) -> Any:
    """A rate that changes at given steps, for an optimizer; it counts the optimizer's own steps."""
    return _schedule("PiecewiseConstantDecay", list(boundaries), list(values))
