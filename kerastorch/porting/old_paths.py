"""Module paths of Keras that are no modules of their own here, in one table.

``import kerastorch.engine.topology`` gives a module that holds what Keras 2 had there. The table is looked up by an
import hook, so that no stub files are needed and nothing is imported before somebody asks.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Sequence
from importlib.machinery import ModuleSpec

__all__ = ["MORE_NAMES", "OLD_PATHS", "install"]

_PACKAGE = __name__.split(".")[0]

_OPTIMIZER_MODULES = (
    "",
    ".adadelta",
    ".adagrad",
    ".adam",
    ".adamax",
    ".ftrl",
    ".nadam",
    ".gradient_descent",
    ".rmsprop",
)

_OPTIMIZER_V2 = ("optimizers", "optimizers:Optimizer as OptimizerV2")

# what the backend on TensorFlow held beside the K functions
_TENSORFLOW_BACKEND = (
    "porting.backend_names",
    *(
        f"porting.backend_names:{name}"
        for name in (
            "tf",
            "tf_ops",
            "moving_averages",
            "tensor_array_ops",
            "control_flow_ops",
            "functional_ops",
            "ctc",
            "device_lib",
        )
    ),
    "config:normalize_data_format",
)

# old path -> where its names are today; "module:name" or "module:name as other" brings one name, "module" all of them
OLD_PATHS: dict[str, tuple[str, ...]] = {
    "engine.base_layer": (
        "engine.layer",
        "engine.input_spec",
        "engine.symbolic:Node",
        "backend.names:snake_case as _to_snake_case",
    ),
    "engine.topology": (
        "engine.layer",
        "engine.input_spec",
        "engine.input_layer",
        "engine.network",
        "engine.network:Network as Container",
        "engine.symbolic:Node",
        "porting.saving_names",
        "utils.layer_utils:get_source_inputs",
        "porting.legacy_layers:merge",
        "porting.legacy_layers:Merge",
    ),
    "engine.sequential": ("models.sequential",),
    "engine.training": (
        "models.model",
        "training.data:batch_shuffle as _batch_shuffle",
        "porting.keras1_names:slice_arrays",
        "porting.keras1_names:slice_arrays as _slice_arrays",
        "porting.keras1_names:slice_arrays as slice_X",
        "porting.keras1_names:make_batches",
        "porting.keras1_names:make_batches as _make_batches",
        "porting.training_utils:weighted_masked_objective as weighted_objective",
        "porting.training_utils:weighted_masked_objective as _weighted_masked_objective",
    ),
    "engine.data_adapter": (
        "training.own_data:pack_x_y_sample_weight",
        "training.own_data:unpack_x_y_sample_weight",
    ),
    "preprocessing.image_dataset": ("porting.tensorflow.data.folders",),
    "preprocessing.text_dataset": ("porting.tensorflow.data.folders",),
    "preprocessing.timeseries": ("porting.tensorflow.data.folders",),
    "engine.training_utils": ("porting.training_utils",),
    "engine.saving": ("saving", "porting.saving_names"),
    "engine.functional": ("models.model", "models.model:Model as Functional"),
    "engine.keras_tensor": ("engine.symbolic", "engine.symbolic:SymbolicTensor as KerasTensor"),
    "applications.mobilenetv2": ("applications.mobilenet_v2",),
    "datasets.data_utils": ("utils",),
    "initializations": ("porting.initializations",),
    "objectives": ("losses",),
    **{f"optimizer_v2{part}": ("optimizers",) for part in _OPTIMIZER_MODULES},
    **{f"optimizers.optimizer_v2{part}": ("optimizers",) for part in _OPTIMIZER_MODULES},
    **{f"{path}optimizer_v2.optimizer_v2": _OPTIMIZER_V2 for path in ("", "optimizers.")},
    **{f"optimizers{part}_v2": ("optimizers",) for part in _OPTIMIZER_MODULES if part},
    **{f"optimizers{part}": ("optimizers",) for part in (".legacy", ".experimental")},
    "layers.merging": ("layers.merge",),
    "layers.activation": ("layers",),
    "layers.containers": ("models", "porting.graph_model:Graph"),
    "layers.experimental": ("layers",),
    "layers.experimental.preprocessing": ("layers",),
    "layers.reshaping": ("layers",),
    "layers.rnn": ("layers",),
    "layers.regularization": ("layers",),
    "utils.metrics_utils": ("metrics",),
    "utils.losses_utils": ("losses",),
    "utils.visualize_util": ("utils.vis_utils", "utils.vis_utils:plot_model as plot"),
    "utils.all_utils": ("utils",),
    "utils.image_utils": ("preprocessing.image",),
    "utils.tf_utils": ("utils",),
    "utils.training_utils": ("utils.multi_gpu_utils",),
    "backend.tensorflow_backend": ("backend", *_TENSORFLOW_BACKEND),
    "backend.theano_backend": ("backend",),
    "backend.torch_backend": ("backend",),
    "backend.common": ("config",),
    "backend.load_backend": ("backend",),
    "legacy.interfaces": ("porting.interfaces",),
    "legacy.layers": ("porting.legacy_layers",),
    "legacy.models": ("models", "porting.graph_model:Graph"),
}

# modules that hold more names than their own files: those that other Kerases kept there
MORE_NAMES: dict[str, tuple[str, ...]] = {
    "engine": (
        "models:Model",
        "models:Sequential",
        "engine.input_layer:Input",
        "engine.input_layer:InputLayer",
        "engine.layer:Layer",
        "engine.input_spec:InputSpec",
        "engine.network:Network as Container",
        "utils.layer_utils:get_source_inputs",
        "porting.legacy_layers:merge",
        "porting.legacy_layers:Merge",
    ),
    "backend": _TENSORFLOW_BACKEND,
    "config": (
        "utils:disable_interactive_logging",
        "utils:enable_interactive_logging",
        "utils:is_interactive_logging_enabled",
        "porting.keras3_config",
    ),
    "models": (
        "layers",
        "engine.network:Network as Container",
        "models:Model as Functional",
        "porting.graph_model:Graph",
        "porting.keras1_names:slice_arrays as slice_X",
        "porting.training_utils:weighted_masked_objective as weighted_objective",
        ":optimizers",
    ),
    "layers": (
        "backend.bytecode:func_dump",
        "backend.bytecode:func_load",
        "porting.legacy_activations",
        "utils:deserialize_keras_object",
    ),
    "layers.core": ("layers",),
    "layers.convolutional": ("layers",),
    "layers.recurrent": ("layers",),
    "layers.normalization": ("layers",),
    "layers.embeddings": ("layers",),
    "layers.advanced_activations": ("layers", "porting.legacy_activations"),
    "layers.wrappers": ("layers",),
    "layers.local": ("layers",),
    "layers.noise": ("layers",),
    "layers.pooling": ("layers",),
    "losses": ("losses.functions:huber as huber_loss",),
    "regularizers": ("porting.keras1_names",),
    "preprocessing": (
        "porting.tensorflow.data.folders:image_dataset_from_directory",
        "porting.tensorflow.data.folders:text_dataset_from_directory",
        "porting.tensorflow.data.folders:timeseries_dataset_from_array",
    ),
    "preprocessing.image": (
        "porting.tensorflow.data.folders:image_dataset_from_directory",
        "porting.tensorflow.data.folders:smart_resize",
    ),
    "preprocessing.text": ("porting.tensorflow.data.folders:text_dataset_from_directory",),
    "utils": (
        "porting.tensorflow.data.folders:audio_dataset_from_directory",
        "porting.tensorflow.data.folders:image_dataset_from_directory",
        "porting.tensorflow.data.folders:split_dataset",
        "porting.tensorflow.data.folders:text_dataset_from_directory",
        "porting.tensorflow.data.folders:timeseries_dataset_from_array",
        "preprocessing.image:array_to_img",
        "preprocessing.image:img_to_array",
        "preprocessing.image:load_img",
        "preprocessing.image:save_img",
        "preprocessing.sequence:pad_sequences",
        "training.own_data:pack_x_y_sample_weight",
        "training.own_data:unpack_x_y_sample_weight",
    ),
    "utils.np_utils": ("porting.keras1_names", "utils.conv_utils", "utils.layer_utils:convert_kernel"),
    "utils.layer_utils": ("porting.keras1_names:layer_from_config", "porting.keras1_names:print_layer_shapes"),
}


def _find(entries: tuple[str, ...], name: str) -> object:
    """What a name means in the modules of today.

    Raises:
        AttributeError: when none of them has it.
    """
    for entry in entries:
        where, _, wanted = entry.partition(":")
        original, _, alias = wanted.partition(" as ")
        if wanted and name != (alias or original):
            continue
        module = importlib.import_module(f"{_PACKAGE}.{where}" if where else _PACKAGE)
        if wanted:
            return getattr(module, original)
        if name in module.__dict__ or isinstance(module, _OldModule):
            return getattr(module, name)
    raise AttributeError(name)


def _submodule(parent: str, name: str) -> types.ModuleType | None:
    """A module that nobody imported yet: an old one, or one that is read only when somebody asks."""
    full = f"{parent}.{name}"
    try:
        return importlib.import_module(full) if importlib.util.find_spec(full) else None
    except ModuleNotFoundError as error:
        if f"{error.name}.".startswith(f"{parent}.") and f"{full}.".startswith(f"{error.name}."):
            return None
        raise


class _OldModule(types.ModuleType):
    """An old module: names are found in the modules of today."""

    def __getattr__(self, name: str) -> object:
        if not name.startswith("__"):
            try:
                return _find(OLD_PATHS[self.__dict__["__old_path__"]], name)
            except AttributeError:
                found = _submodule(self.__name__, name)
                if found is not None:
                    return found
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")

    def __dir__(self) -> list[str]:
        found: set[str] = set()
        for entry in OLD_PATHS[self.__dict__["__old_path__"]]:
            where, _, wanted = entry.partition(":")
            if wanted:
                found.add(wanted.split(" as ")[-1])
            else:
                module = importlib.import_module(f"{_PACKAGE}.{where}" if where else _PACKAGE)
                found.update(getattr(module, "__all__", ()))
        return sorted(found)

    @property
    def __all__(self) -> list[str]:
        return self.__dir__()


def _extend(module_name: str) -> None:
    """Lets a module of today find the names of ``MORE_NAMES``, and submodules that nobody imported yet."""
    module = importlib.import_module(f"{_PACKAGE}.{module_name}" if module_name else _PACKAGE)
    first = module.__dict__.get("__getattr__")

    def __getattr__(name: str) -> object:  # a module's hook
        told = AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
        if first is not None:
            try:
                return first(name)
            except AttributeError as error:
                told = error  # it may say why
        if not name.startswith("__"):
            try:
                return _find(MORE_NAMES.get(module_name, ()), name)
            except AttributeError:
                found = _submodule(module.__name__, name) if hasattr(module, "__path__") else None
                if found is not None:
                    return found
        raise told

    module.__getattr__ = __getattr__  # type: ignore[method-assign]


# modules whose parts are imported when somebody asks for them as attributes
_PARENTS = ("", "layers", "utils", "engine")
# modules that are imported when somebody asks for them, and know the old names of their parts themselves
_LAZY = ("applications",)


class _OldPaths(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name: str, path: Sequence[str] | None, target: object = None) -> ModuleSpec | None:
        old = name.removeprefix(f"{_PACKAGE}.")
        if old == name or old not in OLD_PATHS and not any(key.startswith(f"{old}.") for key in OLD_PATHS):
            return None
        return importlib.util.spec_from_loader(name, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        old = spec.name.removeprefix(f"{_PACKAGE}.")
        if old not in OLD_PATHS:
            return types.ModuleType(spec.name, f"Holds old modules; see {__name__}.")
        made = _OldModule(spec.name, f"Keras's {old}; what it held is in {', '.join(OLD_PATHS[old])}.")
        made.__dict__["__old_path__"] = old
        return made

    def exec_module(self, module: types.ModuleType) -> None:
        pass


class _WhenImported(importlib.abc.MetaPathFinder):
    """Extends modules that nobody has imported yet as soon as somebody does.

    Args:
        module_names: their names in the package.
    """

    def __init__(self, module_names: set[str]) -> None:
        self._module_names = module_names

    def find_spec(self, name: str, path: Sequence[str] | None, target: object = None) -> ModuleSpec | None:
        module_name = name.removeprefix(f"{_PACKAGE}.")
        if module_name == name or module_name not in self._module_names:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is None or spec.loader is None:
            return None  # no module of its own: an old path
        self._module_names.discard(module_name)
        run = spec.loader.exec_module

        def exec_module(module: types.ModuleType) -> None:
            run(module)
            _extend(module_name)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def install() -> None:
    """Makes the old paths importable; done once, when the package is imported."""
    if any(isinstance(finder, _OldPaths) for finder in sys.meta_path):
        return
    sys.meta_path.append(_OldPaths())
    parents = {path.rpartition(".")[0] for path in OLD_PATHS} - {*OLD_PATHS, *_LAZY}
    module_names = {*MORE_NAMES, *_PARENTS, *parents}
    loaded = {
        module_name
        for module_name in module_names
        if (f"{_PACKAGE}.{module_name}" if module_name else _PACKAGE) in sys.modules
    }
    for module_name in loaded:
        _extend(module_name)
    sys.meta_path.insert(0, _WhenImported(module_names - loaded))
