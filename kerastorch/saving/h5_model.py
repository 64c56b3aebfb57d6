"""Whole models in one HDF5 file: architecture, weights, compile arguments, optimizer state.

The layout is Keras 2's; tf.keras and Keras 3 read and write it too.

Source: Keras 2.2.4, ``keras.engine.saving``.
"""

from __future__ import annotations

import json
import warnings
from typing import Any

import numpy as np

from .. import eras, losses, metrics, optimizers
from ..backend import registry
from ..engine.budget import weight_budget
from . import dialects, files, guard, optimizer_state, plain, run_state
from .architecture import build, described, json_default, trusting
from .h5_weights import BACKEND, read_weights, write_weights

__all__ = ["write", "read", "compile_as", "slack", "training_config"]


def write(model: Any, filepath: Any, overwrite: bool, include_optimizer: bool) -> None:
    """Writes the file; see ``save_model``."""
    architecture = described(model)
    config = json.dumps({key: architecture[key] for key in ("class_name", "config")}, default=json_default).encode()
    arguments = training_config(model) if include_optimizer else None
    training = json.dumps(arguments, default=json_default).encode()
    if not files.may_write(filepath, overwrite):
        return
    with files.writing(filepath) as file:
        file.attrs["keras_version"] = architecture["keras_version"].encode()
        file.attrs["backend"] = BACKEND.encode()
        file.attrs["model_config"] = config
        write_weights(file.create_group("model_weights"), model)
        if arguments is not None:
            file.attrs["training_config"] = training
            if eras.current().architectures != "keras3":  # which cannot go on from an optimizer's state in such a file
                _write_optimizer(file, model)
        run = run_state.dumped(model)
        if run is not None:
            file.create_dataset(run_state.NAME, data=np.frombuffer(run, dtype=np.uint8))


def training_config(model: Any) -> dict[str, Any] | None:
    """The arguments of ``compile``; None where there is nothing that another process could use."""
    optimizer = model.optimizer
    if optimizer is None:
        return None
    if isinstance(optimizer, optimizers.TorchOptimizer):
        warnings.warn("save: a torch optimizer has no Keras configuration, so it is not written.", stacklevel=5)
        return None
    layout = eras.current().optimizer_files
    described = registry.described(optimizer)
    if layout != "keras2":
        described["config"] = _later_arguments(described["config"], layout)
    arguments = {
        "optimizer_config": described,
        "loss": _full_names(model.loss) if layout == "keras3" else model.loss,
        "metrics": model._given_metrics,
        "sample_weight_mode": model.sample_weight_mode,
        "loss_weights": model.loss_weights,
    }
    if model.weighted_metrics:  # Keras 2.2.4 forgets them
        arguments["weighted_metrics"] = model.weighted_metrics
    return arguments


def _later_arguments(config: dict[str, Any], layout: str) -> dict[str, Any]:
    """An optimizer's arguments under their later names; ``decay`` has none."""
    gone = ("decay", "schedule_decay")
    found = {("learning_rate" if key == "lr" else key): value for key, value in config.items() if key not in gone}
    return {**found, "is_legacy_optimizer": False} if layout == "tf.keras" else found


def _full_names(loss: Any) -> Any:
    """Losses by the names of their functions, since Keras 3 does not know its own short ones in .h5 files."""
    if isinstance(loss, str):
        return registry.get_registered_name(losses.get(loss))
    if isinstance(loss, (list, tuple)):
        return [_full_names(entry) for entry in loss]
    if isinstance(loss, dict):
        return {key: _full_names(entry) for key, entry in loss.items()}
    return loss


def _write_optimizer(file: Any, model: Any) -> None:
    named = optimizer_state.written(model)
    if not named:
        return
    group = file.create_group("optimizer_weights")
    files.write_names(group, "weight_names", [name for name, _ in named])
    for name, value in named:
        group.create_dataset(name, data=value)


def read(filepath: Any, custom_objects: dict[str, Any] | None, compile: bool, safe_mode: bool) -> Any:
    """Reads the file; see ``load_model``."""
    with files.reading(filepath) as file:
        text = guard.attribute(file, "model_config")
        if text is None:
            raise files.FileError(
                "load_model: expected a file with a model in it. Received: one with weights only; build the model and "
                "use load_weights()"
            )
        group = guard.child(file, "model_weights")
        description = plain.from_json(guard.text(text), "a model's configuration")
        with trusting(custom_objects, safe_mode):
            with weight_budget(guard.total_numbers(group) + slack(description)):
                model = build(description, custom_objects, "a model's configuration")
            read_weights(group, model)
            if compile:
                _compile(model, file, custom_objects)
                if guard.holds(file, run_state.NAME):
                    run_state.note(model, guard.numbers(file, run_state.NAME).tobytes())
    return model


def slack(description: Any) -> int:
    """Room for weights that are not in a file, such as the few counters of a layer."""
    config = description.get("config") if isinstance(description, dict) else None
    layers = config.get("layers") if isinstance(config, dict) else config
    return 64 * (1 + (len(layers) if isinstance(layers, list) else 0))


def _compile(model: Any, file: Any, custom_objects: dict[str, Any] | None) -> None:
    text = guard.attribute(file, "training_config")
    if text is None:
        warnings.warn("load_model: the file holds no compile arguments, so the model is not compiled.", stacklevel=6)
        return
    training = plain.from_json(guard.text(text), "compile arguments")
    if not isinstance(training, dict):
        raise files.FileError(f"load_model: expected compile arguments. Received: {type(training).__name__}")
    compile_as(model, training, custom_objects)
    if not guard.holds(file, "optimizer_weights"):
        return
    group = guard.child(file, "optimizer_weights")
    names = files.read_names(group, "weight_names")
    limit = 2 * sum(int(w.tensor.numel()) for w in model.ordered_weights()) + 64
    optimizer_state.restore(model, [(name, guard.numbers(group, name, limit)) for name in names])


def _made(given: Any, kind: Any, custom_objects: dict[str, Any] | None) -> Any:
    """Losses or metrics with objects in place of descriptions, which ``compile`` would take for dicts by output."""
    if isinstance(given, dict) and "class_name" in given:
        config = given.get("config")
        if isinstance(config, dict):  # tf.keras writes the function that its class stands for beside its arguments
            given = {**given, "config": {key: value for key, value in config.items() if key != "fn"}}
        return kind.deserialize(given, custom_objects)
    if isinstance(given, dict):
        return {name: _made(entry, kind, custom_objects) for name, entry in given.items()}
    return [_made(entry, kind, custom_objects) for entry in given] if isinstance(given, list) else given


def compile_as(model: Any, training: dict[str, Any], custom_objects: dict[str, Any] | None) -> None:
    """Compiles a model with arguments that came from a file of any generation."""
    given = dialects.optimizer_config(training.get("optimizer_config") or training.get("optimizer") or "rmsprop")
    model.compile(
        optimizer=optimizers.get(given) if isinstance(given, str) else optimizers.deserialize(given, custom_objects),
        loss=_made(dialects.objective(training.get("loss")), losses, custom_objects) or None,
        metrics=_made(dialects.objective(training.get("metrics"), model), metrics, custom_objects),
        weighted_metrics=_made(dialects.objective(training.get("weighted_metrics"), model), metrics, custom_objects),
        loss_weights=training.get("loss_weights"),
        sample_weight_mode=training.get("sample_weight_mode") if eras.current().sample_weight_mode else None,
    )
