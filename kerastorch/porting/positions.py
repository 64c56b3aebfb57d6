"""In which order later Kerases take arguments without names, and with which defaults, where Keras 2.2.4 differs.

Signatures here are those of Keras 2.2.4 with what came later at their end. ``SGD(0.1, 0.9, True)`` is momentum and a
decay there, momentum and Nesterov's in tf.keras and Keras 3. ``install`` wraps the constructors, methods and functions
of the tables: in a later era what comes after the first arguments, which are the same, is given by name.

Source: tf_keras 2.21 and Keras 3.15, whose signatures ``tests/porting/record_positions.py`` records.
"""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Callable, Collection
from typing import Any

from .. import eras

__all__ = ["DEFAULTS", "ORDERS", "by_script", "install", "named", "order_of"]

_PACKAGE = __name__.split(".")[0]

_REST = "use_bias kernel_initializer bias_initializer kernel_regularizer bias_regularizer activity_regularizer"
_CONV = f"activation {_REST} kernel_constraint bias_constraint"
_DEPTHWISE = (
    "dilation_rate activation use_bias depthwise_initializer bias_initializer depthwise_regularizer bias_regularizer "
    "activity_regularizer depthwise_constraint bias_constraint"
)
_NORMALIZED = "beta_initializer gamma_initializer beta_regularizer gamma_regularizer beta_constraint gamma_constraint"
_ATTENTION = f"kernel_initializer bias_initializer {_REST.split(' ', 3)[3]} kernel_constraint bias_constraint"
_BOARD = "write_graph write_images write_steps_per_second update_freq profile_batch embeddings_freq embeddings_metadata"
_CLIPS = "clipnorm clipvalue global_clipnorm use_ema ema_momentum ema_overwrite_frequency"
_SHOWN = "show_dtype show_layer_names rankdir expand_nested dpi"
_RNN = "return_sequences return_state go_backwards stateful"

Table = dict[str, tuple[int, str]]  # names, separated by blanks -> how many come first as ever, and what follows


def _optimizers(clips: str) -> Table:
    return {
        "optimizers.Adadelta optimizers.Lion": (3, f"weight_decay {clips}"),
        "optimizers.Adafactor": (6, f"weight_decay {clips}"),
        "optimizers.Adagrad": (1, f"initial_accumulator_value epsilon weight_decay {clips}"),
        "optimizers.Adam": (4, f"amsgrad weight_decay {clips}"),
        "optimizers.AdamW": (6, clips),
        "optimizers.Adamax optimizers.Nadam": (4, f"weight_decay {clips}"),
        "optimizers.Ftrl": (7, f"weight_decay {clips}"),
        "optimizers.RMSprop": (2, f"momentum epsilon centered weight_decay {clips}"),
        "optimizers.SGD": (2, f"nesterov weight_decay {clips}"),
    }


_LATER: Table = {
    "callbacks.CallbackList": (1, "add_history add_progbar model"),
    "callbacks.TensorBoard": (2, _BOARD),
    "layers.Conv1D layers.Conv2D layers.Conv3D": (6, f"groups {_CONV}"),
    "layers.DepthwiseConv2D": (5, _DEPTHWISE),
    "layers.LayerNormalization": (4, _NORMALIZED),
    "metrics.SparseCategoricalCrossentropy": (3, "ignore_class axis"),
}

_TF_KERAS: Table = {
    **_LATER,
    **_optimizers(f"{_CLIPS} jit_compile name"),
    "callbacks.ModelCheckpoint": (6, "save_freq options initial_value_threshold"),
    "layers.Conv3DTranspose": (6, f"dilation_rate {_CONV}"),
    "layers.ConvLSTM1D layers.ConvLSTM2D layers.ConvLSTM3D": (
        21,
        "return_state go_backwards stateful dropout recurrent_dropout",
    ),
    "layers.Embedding": (8, "sparse"),
    "layers.GRU": (16, f"{_RNN} unroll time_major reset_after"),
    "layers.GRUCell": (15, "reset_after"),
    "layers.Input": (1, "batch_size name dtype sparse tensor ragged type_spec optional"),
    "layers.InputLayer": (2, "dtype input_tensor sparse name ragged type_spec optional"),
    "layers.LSTM": (17, f"{_RNN} time_major unroll"),
    "layers.LocallyConnected1D layers.LocallyConnected2D": (14, "implementation"),
    "layers.RNN": (6, "time_major"),
    "layers.RandomContrast": (1, "seed"),
    "layers.StringLookup": (6, "encoding invert output_mode sparse pad_to_max_tokens"),
    "losses.Loss": (0, "reduction name"),
    "models.Model.compile": (4, "weighted_metrics run_eagerly steps_per_execution jit_compile"),
    "models.Model.evaluate": (6, "callbacks max_queue_size workers use_multiprocessing return_dict"),
    "models.Model.evaluate_generator models.Model.predict_generator": (
        2,
        "callbacks max_queue_size workers use_multiprocessing verbose",
    ),
    "models.Model.fit": (14, "validation_batch_size validation_freq max_queue_size workers use_multiprocessing"),
    "models.Model.fit_generator": (
        7,
        "validation_freq class_weight max_queue_size workers use_multiprocessing shuffle initial_epoch",
    ),
    "preprocessing.image.ImageDataGenerator": (21, "interpolation_order dtype"),
    "preprocessing.text.Tokenizer": (6, "analyzer"),
    "utils.model_to_dot": (2, f"{_SHOWN} subgraph layer_range show_layer_activations show_trainable"),
    "utils.plot_model": (3, f"{_SHOWN} layer_range show_layer_activations show_trainable"),
}

_KERAS3: Table = {
    **_LATER,
    **_optimizers(f"{_CLIPS} loss_scale_factor gradient_accumulation_steps name"),
    "callbacks.BackupAndRestore": (2, "double_checkpoint delete_checkpoint"),
    "callbacks.LambdaCallback": (2, "on_train_begin on_train_end on_train_batch_begin on_train_batch_end"),
    "callbacks.ModelCheckpoint": (6, "save_freq initial_value_threshold"),
    "layers.AugMix": (8, "data_format"),
    "layers.AveragePooling1D layers.AveragePooling2D layers.AveragePooling3D": (4, "name"),
    "layers.BatchNormalization": (13, "renorm renorm_clipping renorm_momentum synchronized"),
    "layers.Conv3DTranspose": (4, f"data_format output_padding dilation_rate {_CONV}"),
    "layers.ConvLSTM1D layers.ConvLSTM2D layers.ConvLSTM3D": (20, f"dropout recurrent_dropout seed {_RNN}"),
    "layers.Dense": (10, "lora_rank lora_alpha quantization_config"),
    "layers.Discretization": (5, "dtype name"),
    "layers.EinsumDense": (8, "kernel_constraint bias_constraint lora_rank lora_alpha"),
    "layers.Embedding": (4, "embeddings_constraint mask_zero weights lora_rank lora_alpha quantization_config"),
    "layers.GRU": (16, f"seed {_RNN} unroll reset_after use_cudnn"),
    "layers.GRUCell": (15, "reset_after seed"),
    "layers.HashedCrossing": (3, "name dtype"),
    "layers.Input": (1, "batch_size dtype sparse ragged batch_shape name tensor optional"),
    "layers.InputLayer": (2, "dtype sparse ragged batch_shape input_tensor optional name"),
    "layers.IntegerLookup": (13, "name"),
    "layers.LSTM": (17, f"seed {_RNN} unroll use_cudnn"),
    "layers.LSTMCell": (16, "seed"),
    "layers.MaxPooling1D layers.MaxPooling2D layers.MaxPooling3D": (4, "name"),
    "layers.MultiHeadAttention": (7, f"sliding_window flash_attention {_ATTENTION} use_gate seed"),
    "layers.RandAugment layers.RandomPerspective layers.RandomRotation": (5, "data_format"),
    "layers.RandomColorDegeneration layers.RandomHue layers.RandomPosterization": (2, "data_format seed"),
    "layers.RandomColorJitter layers.RandomTranslation layers.RandomZoom": (6, "data_format"),
    "layers.RandomCrop": (3, "data_format name"),
    "layers.RandomElasticTransform": (7, "data_format"),
    "layers.RandomFlip": (2, "data_format"),
    "layers.RandomInvert": (3, "data_format"),
    "layers.RandomSaturation layers.RandomSharpness": (2, "data_format seed"),
    "layers.SimpleRNN": (20, "seed"),
    "layers.SimpleRNNCell": (14, "seed"),
    "layers.SpatialDropout1D": (1, "seed name dtype"),
    "layers.SpatialDropout2D layers.SpatialDropout3D": (2, "seed name dtype"),
    "layers.StringLookup": (6, "invert output_mode pad_to_max_tokens sparse encoding name salt"),
    "layers.ZeroPadding1D": (1, "data_format"),
    "losses.Dice": (0, "reduction name axis dtype"),
    "losses.SparseCategoricalCrossentropy": (3, "axis name dtype"),
    "losses.Tversky": (2, "reduction name axis dtype"),
    "metrics.Metric": (0, "dtype name"),
    "metrics.SparseTopKCategoricalAccuracy": (3, "from_sorted_ids"),
    "models.Model.compile": (
        2,
        "loss_weights metrics weighted_metrics run_eagerly steps_per_execution jit_compile auto_scale_loss",
    ),
    "models.Model.evaluate": (6, "callbacks return_dict"),
    "models.Model.fit": (14, "validation_batch_size validation_freq"),
    "models.Model.test_on_batch": (3, "return_dict"),
    "models.Model.train_on_batch": (4, "return_dict"),
    "models.Sequential": (1, "trainable name"),
    "optimizers.Lamb": (4, f"weight_decay {_CLIPS} loss_scale_factor gradient_accumulation_steps name"),
    "optimizers.LossScaleOptimizer": (1, "initial_scale dynamic_growth_steps name"),
    "optimizers.Muon": (6, f"{_CLIPS} loss_scale_factor gradient_accumulation_steps name"),
    "optimizers.ScheduleFreeAdamW": (5, f"weight_decay {_CLIPS} loss_scale_factor gradient_accumulation_steps name"),
    "utils.Progbar": (5, "stateless_metrics unit_name"),
    "utils.load_img": (1, "color_mode target_size interpolation keep_aspect_ratio"),
    "utils.model_to_dot": (2, f"{_SHOWN} subgraph show_layer_activations show_trainable"),
    "utils.plot_model": (3, f"{_SHOWN} show_layer_activations show_trainable"),
}

_ALSO_IN = {
    "layers.Input": ("", "engine.input_layer", "layers.core", "models"),
    "utils.load_img": ("preprocessing.image",),
    "utils.model_to_dot": ("utils.vis_utils",),
    "utils.plot_model": ("utils.vis_utils",),
}


# Other defaults, where no era-wide setting chooses them: the argument's place and name, and what it is
_FORMAT = "data_format"
_AFFINE = [(7, "row_axis", 1), (8, "col_axis", 2), (9, "channel_axis", 0)]
DEFAULTS: dict[str, dict[str, list[tuple[int, str, Any]]]] = {
    "tf.keras": {
        "layers.SeparableConv1D": [(4, _FORMAT, None)],
        "metrics.KLDivergence": [(0, "name", "kullback_leibler_divergence")],
        "preprocessing.image.apply_affine_transform": _AFFINE,
    },
    "keras3": {
        "layers.AveragePooling1D": [(3, _FORMAT, None)],
        "layers.Conv1D": [(4, _FORMAT, None)],
        "layers.GlobalAveragePooling1D": [(0, _FORMAT, None)],
        "layers.GlobalMaxPooling1D": [(0, _FORMAT, None)],
        "layers.MaxPooling1D": [(3, _FORMAT, None)],
        "layers.SeparableConv1D": [(4, _FORMAT, None)],
        "layers.ZeroPadding1D": [(1, _FORMAT, None)],
        "preprocessing.image.apply_affine_transform": _AFFINE,
    },
}


def _by_path(table: Table) -> dict[str, tuple[int, list[str]]]:
    return {path: (first, tail.split()) for paths, (first, tail) in table.items() for path in paths.split()}


ORDERS = {"tf.keras": _by_path(_TF_KERAS), "keras3": _by_path(_KERAS3)}


def order_of(path: str, era: str) -> tuple[int, list[str]] | None:
    """How many arguments come first as in Keras 2.2.4, and the names of those that follow; None for no other order.

    Args:
        path: where something is: ``'layers.Conv2D'``, ``'models.Model.fit'``.
        era: its name.

    Example:
        >>> order_of("layers.GRUCell", "tf.keras")
        (15, ['reset_after'])
    """
    return ORDERS.get(era, {}).get(path)


def named(path: str, args: tuple, kwargs: dict[str, Any]) -> tuple[tuple, dict[str, Any]]:
    """The arguments with those named that stand elsewhere in this era, or are something else when they are missing.

    Args:
        path: as for ``order_of``.
        args: positional arguments.
        kwargs: keyword arguments.

    Raises:
        TypeError: for too many arguments, or one that is there by position and by name.

    Example:
        >>> from kerastorch import eras
        >>> eras.set_era("keras3")
        >>> named("optimizers.SGD", (0.1, 0.9, True), {})
        ((0.1, 0.9), {'nesterov': True})
    """
    era = eras.current().positions
    for place, name, value in DEFAULTS.get(era, {}).get(path, ()):
        if len(args) <= place and name not in kwargs:
            kwargs = {**kwargs, name: value}
    found = order_of(path, era)
    if found is None or len(args) <= found[0]:
        return args, kwargs
    first, names = found
    owner = path.rpartition(".")[2]
    if len(args) > first + len(names):
        raise TypeError(f"{owner}: expected at most {first + len(names)} positional arguments. Received: {len(args)}")
    given = dict(zip(names, args[first:]))
    if path.startswith("optimizers.") and isinstance(args[-1], str):  # up to 2.10 the name came before clipping
        given = {**dict(list(given.items())[:-1]), "name": args[-1]}
    twice = sorted(given.keys() & kwargs.keys())
    if twice:
        raise TypeError(f"{owner}: expected {twice[0]} once. Received: {twice[0]} by position and by name")
    return args[:first], {**given, **kwargs}


@functools.lru_cache(maxsize=1024)
def by_script(kind: type, cls: type) -> bool:
    """Whether a script calls the constructor of ``cls`` for a ``kind``, rather than a class of ours in between.

    Example:
        >>> from kerastorch.layers import Conv1D, Conv1DTranspose
        >>> by_script(Conv1D, Conv1D), by_script(Conv1DTranspose, Conv1D)
        (True, False)
    """
    line = kind.__mro__
    callers = [each for each in line[: line.index(cls)] if "__init__" in each.__dict__]
    return not callers or not callers[-1].__module__.startswith(f"{_PACKAGE}.")


def _wrap_constructor(cls: type, path: str) -> None:
    init = cls.__init__

    @functools.wraps(init)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # takes the constructor's place
        if by_script(type(self), cls):
            args, kwargs = named(path, args, kwargs)
        init(self, *args, **kwargs)

    cls.__init__ = __init__  # type: ignore[misc]


def _wrapped(function: Callable, path: str, method: bool) -> Callable:
    skipped = 1 if method else 0

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        rest, kwargs = named(path, args[skipped:], kwargs)
        return function(*args[:skipped], *rest, **kwargs)

    return wrapper


def install(done: Collection[str]) -> None:
    """Makes what the tables name take arguments in the era's order; done once, when the package is imported.

    Args:
        done: paths that somebody else has wrapped, who calls ``named``.
    """
    for path in dict.fromkeys(path for tables in (ORDERS, DEFAULTS) for table in tables.values() for path in table):
        if path in done:
            continue
        module_name, _, name = path.rpartition(".")
        if module_name == "models.Model":
            owner = importlib.import_module(f"{_PACKAGE}.models").Model
            setattr(owner, name, _wrapped(getattr(owner, name), path, method=True))
            continue
        found = getattr(importlib.import_module(f"{_PACKAGE}.{module_name}"), name)
        if inspect.isclass(found):
            _wrap_constructor(found, path)
            continue
        wrapper = _wrapped(found, path, method=False)
        for place in (module_name, *_ALSO_IN.get(path, ())):
            module = importlib.import_module(f"{_PACKAGE}.{place}" if place else _PACKAGE)
            if getattr(module, name, None) is found:
                setattr(module, name, wrapper)
