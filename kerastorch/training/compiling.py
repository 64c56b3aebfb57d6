"""``compile``: loss, metrics and optimizer in, checked; what a training step needs out.

Source: https://keras.io/api/models/model_training_apis/ and Keras 2.2.4, ``keras.engine.training``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from .. import eras, optimizers
from ..backend.telling import warn
from ..engine.holder import WeightHolder
from ..engine.layer import partition
from ..engine.weights import Weight
from .objective import Objective
from .step import Program, bound

__all__ = ["Compiling"]


def _check_options(
    run_eagerly: Any = None,
    steps_per_execution: Any = None,
    jit_compile: Any = None,
    auto_scale_loss: Any = None,
    **rest: Any,
) -> None:
    """Checks the arguments of ``compile`` that say how steps are run.

    Raises:
        TypeError: for an unknown argument.
        ValueError: for a wrong value.
    """
    if rest:
        raise TypeError(f"compile: expected only known arguments. Received: {min(rest)!r}")
    if jit_compile not in (None, True, False, "auto"):
        raise ValueError(
            f"compile: expected jit_compile to be True, False or 'auto'. Received: jit_compile={jit_compile!r}"
        )
    if (steps_per_execution or 1) != 1:
        warn("compile: steps_per_execution changes nothing here.")


class Compiling:
    """The part of a model that settles how it learns. Mixed into ``Trainer``."""

    name: str
    optimizer: Any = None
    compiled = False  # whether compile() was called
    jit_compile = False
    run_eagerly = False
    _compile_arguments: dict[str, Any] | None = None
    _objective: Objective | None = None
    _program: Program | None = None

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        metrics: Any = None,
        loss_weights: Any = None,
        sample_weight_mode: Any = None,
        weighted_metrics: Any = None,
        target_tensors: Any = None,
        **kwargs: Any,
    ) -> None:
        """Settles how the model learns.

        Args:
            optimizer: name, config, Keras optimizer; torch optimizer, its class or a factory ``params -> optimizer``.
            loss: name, function of ``(y_true, y_pred)``, ``nn.Module`` loss; a list or dict for several outputs.
            metrics: list of names, functions or objects; a dict by output name.
            loss_weights: factor of each output's loss, list or dict.
            sample_weight_mode: ``'temporal'`` for weights of time steps.
            weighted_metrics: metrics that sample and class weights count for.
            target_tensors: variables or tensors of the model's graph that are targets by themselves, so that none are
                passed to ``fit``; one, a list, or a dict by output name.
            **kwargs: ``run_eagerly=True`` runs every step as it is written, none recorded and replayed;
                ``jit_compile=True`` gives the model to ``torch.compile`` (``'auto'`` means False);
                ``auto_scale_loss=False`` leaves the optimizer alone under ``mixed_float16``.

        Raises:
            ValueError: for an unknown name or an argument that does not match the outputs.
            TypeError: for an unknown argument.

        Example:
            >>> import kerastorch as keras
            >>> model = keras.models.Sequential([keras.layers.Dense(1, input_dim=2)])
            >>> model.compile("sgd", "mse", metrics=["mae"])
            >>> model.metrics_names
            ['loss', 'mean_absolute_error']
        """
        if target_tensors is not None and not self._graph:
            raise ValueError(
                "compile: expected target_tensors=None for a model whose shapes are not known yet. "
                "Received: target_tensors"
            )
        _check_options(**kwargs)
        settled = {
            "loss": loss,
            "metrics": metrics,
            "loss_weights": loss_weights,
            "sample_weight_mode": sample_weight_mode,
            "weighted_metrics": weighted_metrics,
            "target_tensors": target_tensors,
        }
        chosen = self._scaled(optimizers.get(optimizer), kwargs.get("auto_scale_loss", True))
        self._check_names(loss, metrics, weighted_metrics)
        waits = loss is None and eras.current().loss_needed == "fit" and not self._has_added_losses()
        known = self._is_ready() and not self._has_own_steps() and not waits
        objective = self._make_objective(settled) if known else None
        self.optimizer = chosen
        self.jit_compile, self.run_eagerly = kwargs.get("jit_compile") is True, bool(kwargs.get("run_eagerly"))
        self.__dict__.pop("_compiled", None)
        self.__dict__.pop("_looked_at_data", None)
        if eras.current().trainable_at == "flags":
            self.__dict__["_compiled_flags"] = [(layer, layer._trainable) for layer in self._flagged()]
        self.loss = loss if loss is not None else []
        self._given_metrics = metrics if metrics is not None else []
        self._settle_compiled(settled)
        self.loss_weights, self.weighted_metrics = loss_weights, weighted_metrics
        self.sample_weight_mode = sample_weight_mode
        self._compile_arguments, self.compiled = settled, True
        self._objective, self._program = objective, None
        if objective is not None:
            self._collect()

    def _flagged(self) -> Iterator[Any]:
        """The model and all in it that has a ``trainable`` of its own."""
        return (module for module in self.modules() if isinstance(module, WeightHolder))

    @contextlib.contextmanager
    def _as_compiled(self) -> Iterator[None]:
        """In the tf.keras era: layers are trainable, or not, as they were at ``compile``, while the model trains."""
        changed = []
        if eras.current().trainable_at == "flags":
            known = self.__dict__.get("_compiled_flags", ())
            changed = [(layer, layer._trainable) for layer, flag in known if layer._trainable != flag]
        for layer, flag in changed:
            layer._trainable = not flag
        try:
            yield
        finally:
            for layer, flag in changed:
                layer._trainable = flag

    def _scaled(self, optimizer: Any, wanted: bool) -> Any:
        """Under ``mixed_float16`` the loss is scaled, or small gradients would be zero."""
        if not wanted or self.dtype_policy.name != "mixed_float16":
            return optimizer
        scales = isinstance(optimizer, optimizers.LossScaleOptimizer)
        return optimizer if scales else optimizers.LossScaleOptimizer(optimizer)

    @staticmethod
    def _check_names(loss: Any, metrics: Any, weighted_metrics: Any) -> None:
        """Unknown names are refused at once, also by a model whose shapes are not known yet."""
        from .. import losses as losses_module
        from .. import metrics as metrics_module

        for name in _names_in(loss):
            losses_module.get(name)
        for name in _names_in([metrics, weighted_metrics]):
            if name.lower() not in ("accuracy", "acc", "crossentropy", "ce"):
                metrics_module.get(name)

    def _scored_names(self) -> list[str]:
        """What targets, losses and logs call the outputs: the keys of a dict of them in Keras 3, else their layers."""
        made = self.__dict__.get("_output_structure")
        keyed = isinstance(made, dict) and len(made) == len(self.output_names)
        return list(made) if keyed and eras.current().dicts_of_tensors == "sorted" else self.output_names

    def _make_objective(self, settled: dict[str, Any], target_shapes: Any = None) -> Objective:
        outputs = self._step_outputs()
        return Objective(
            outputs,
            self._scored_names(),
            output_shapes=self._output_shapes(),
            target_shapes=target_shapes,
            has_added_losses=self._has_added_losses(),
            **settled,
        )

    def _collect(self) -> None:
        """Fixes the weights that training changes: those that are trainable now."""
        self._collected: list[Weight] = partition(self)[0]
        self._program = None

    @property
    def metrics(self) -> list[Any]:
        """What ``compile`` was given; since tf.keras the metrics' objects."""
        if eras.current().metrics_property == "given":
            return self.__dict__.get("_given_metrics", [])
        return self._metric_objects()

    @property
    def metrics_names(self) -> list[str]:
        """The names of what ``evaluate`` and ``train_on_batch`` return."""
        if self._objective is None and self._compile_arguments is not None and self._has_own_steps():
            return [metric.name for metric in self.metrics]
        if self._objective is None:
            raise RuntimeError(
                f"Model {self.name}: metrics_names is known after compile(), and for a model without an input shape "
                "after its first batch"
            )
        names = self._objective.names
        return names if eras.current().metrics_property == "given" else list(names)

    @property
    def metrics_tensors(self) -> list[Any]:
        """Tensors of the graph that a script reports beside losses and metrics; their names go to ``metrics_names``.

        Raises:
            AttributeError: before ``compile``, and in an era that has ``add_metric`` in its place.
        """
        if self._objective is None or eras.current().metrics_property != "given":
            raise AttributeError(f"Model {self.name}: metrics_tensors is Keras 2's, and known after compile()")
        return self._objective.metrics_tensors

    @property
    def total_loss(self) -> Any:
        """What is minimised: set once the model is compiled."""
        return self._objective.loss if self._objective is not None else None

    def _trained_weights(self) -> list[Weight]:
        if eras.current().trainable_at != "compile":
            return partition(self)[0]
        self._check_trainable()
        return self._collected

    def _check_trainable(self) -> None:
        """Warns where ``trainable`` was changed since ``compile`` in an era that then still trains what it was."""
        if self._objective is None or eras.current().trainable_at != "compile":
            return
        if len(partition(self)[0]) != len(self._collected):
            warn(
                "Discrepancy between the trainable weights and those at compile(): trainable was changed since. "
                "Training goes on with those at compile(), as in Keras; compile again to change them."
            )

    def _make_train_function(self) -> None:
        """Readies training, as ``fit`` does by itself; scripts call it before they start threads."""
        self._need_compile("_make_train_function")
        if self._is_ready():
            self._ready_program().bind()  # the optimizer's state begins here

    def _bind_optimizer(self) -> list[Weight]:
        """Begins the optimizer's state, also for a model whose own steps know the only loss; gives what it trains."""
        if self._objective is not None:
            program = self._ready_program()
            program.bind()
            return program.trained
        trained = partition(self)[0]
        bound(self.optimizer, trained)
        return trained

    def _make_test_function(self) -> None:
        """Readies evaluation."""
        self._make_train_function()

    def _make_predict_function(self) -> None:
        """Readies predictions: here there is nothing to do."""

    def _ready_program(self) -> Program:
        """What a training step needs, made again when the trained weights changed.

        Raises:
            ValueError: when it is unknown what the model's inputs are: the data held no batch.
        """
        if self._objective is None:
            raise ValueError(f"Model {self.name}: expected at least one batch. Received: data without any")
        known = None if self._objective.take_appended() else self._program
        if known is not None and known.objective is self._objective and known.look():
            return known
        trained = self._trained_weights()
        if (
            known is None
            or known.objective is not self._objective
            or [id(w) for w in known.trained] != [id(w) for w in trained]
        ):
            self._program = known = Program(self, self._objective, self.optimizer, trained)
        else:
            known.params = [w.tensor for w in trained]
        known.look()
        return known


def _names_in(tree: Any) -> Iterator[str]:
    """The names in a nesting of losses or metrics; configs of objects are left out."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict):
        for entry in () if "class_name" in tree else tree.values():
            yield from _names_in(entry)
    elif isinstance(tree, (list, tuple)):
        for entry in tree:
            yield from _names_in(entry)
