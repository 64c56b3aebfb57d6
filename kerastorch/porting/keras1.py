"""Keras 1's argument names, translated with a warning, from one table.

``install`` wraps the constructors and methods of the table, so that ``Convolution2D(64, 3, 3, border_mode="same")``
makes the layer that ``Conv2D(64, (3, 3), padding="same")`` makes. Their signatures stay those of Keras 2.

Source: Keras 1.2.2, and the translation that Keras 2.2.4 made itself (``keras.legacy.interfaces``).
"""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .. import eras
from ..backend.telling import warn
from . import positions

__all__ = ["FUNCTIONS", "METHODS", "TABLE", "Translation", "install", "translated"]

_PACKAGE = __name__.split(".")[0]

Arguments = tuple[tuple, dict[str, Any]]
Prepare = Callable[[str, tuple, dict[str, Any], list[str]], Arguments]


@dataclass(frozen=True)
class Translation:
    """How the arguments of one class or method are translated.

    Attributes:
        names: Keras 1's name -> Keras 2's.
        values: Keras 1's name -> old value -> new value.
        gone: names that have no meaning any more, and why.
        prepare: what cannot be said by a table; adds what it changed to a list of words.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[Any, Any]] = field(default_factory=dict)
    gone: Mapping[str, str] = field(default_factory=dict)
    prepare: Prepare | None = None


# ------------------------------------------------------------------ what a table cannot say


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _dense(owner: str, args: tuple, kwargs: dict[str, Any], told: list[str]) -> Arguments:
    """Keras 0: ``Dense(input_dim, output_dim)``."""
    if len(args) > 1 and _is_int(args[0]) and _is_int(args[1]):
        kwargs.setdefault("input_dim", args[0])
        args = args[1:]
        told.append("two sizes -> input_dim and units")
    return args, kwargs


def _kernel(axes: int, *old: str) -> Prepare:
    """A kernel's sizes given one by one become ``kernel_size``."""

    def prepare(owner: str, args: tuple, kwargs: dict[str, Any], told: list[str]) -> Arguments:
        sizes = list(args[1:])
        named = [name for name in old if name in kwargs]
        if axes == 2 and len(sizes) >= 3 and all(_is_int(size) for size in sizes[:3]):
            sizes = sizes[1:]  # Keras 0: (filters, channels, rows, columns)
        count = sum(1 for size in sizes[:axes] if _is_int(size))
        if named != list(old[axes - len(named) :]) or count + len(named) != axes or count == axes == 1:
            return args, kwargs
        if count == axes and not eras.current().keras1_positions:
            return args, kwargs  # later Kerases read Conv2D(64, 3, 2) as kernel 3, strides 2
        if count == axes and {"padding", "strides", "data_format", "kernel_size"} & set(kwargs):
            raise ValueError(
                f"{owner}: expected kernel_size as a tuple and strides by name; two integers may be Keras 1's rows "
                f"and columns or Keras 2's size and stride. Received: {tuple(sizes[:axes])}"
            )
        kernel = (*sizes[:count], *(kwargs.pop(name) for name in named))
        told.append(f"{'/'.join(old)} -> kernel_size")
        if not args:
            return args, {**kwargs, "kernel_size": kernel}
        return (args[0], kernel, *sizes[count:]), kwargs

    return prepare


def _input_length(owner: str, args: tuple, kwargs: dict[str, Any], told: list[str]) -> Arguments:
    """``input_dim`` of a layer of sequences; Keras 2 and tf.keras read it too, so nothing is said."""
    if kwargs.get("input_dim") is not None and kwargs.get("input_shape") is None:
        kwargs["input_shape"] = (kwargs.pop("input_length", None), kwargs.pop("input_dim"))
    return args, kwargs


def _forget_bias(owner: str, args: tuple, kwargs: dict[str, Any], told: list[str]) -> Arguments:
    if "forget_bias_init" in kwargs:
        if kwargs.pop("forget_bias_init") in ("one", "ones"):
            kwargs["unit_forget_bias"] = True
            told.append("forget_bias_init -> unit_forget_bias")
        else:
            warn(f"{owner}: forget_bias_init has no effect unless it is 'one'; use unit_forget_bias.")
    return args, kwargs


def _recurrent(owner: str, args: tuple, kwargs: dict[str, Any], told: list[str]) -> Arguments:
    if len(args) > 1 and _is_int(args[0]) and _is_int(args[1]):
        kwargs.setdefault("input_dim", args[0])  # Keras 0: LSTM(input_dim, output_dim)
        args = args[1:]
        told.append("two sizes -> input_dim and units")
    return _input_length(owner, *_forget_bias(owner, args, kwargs, told), told)


def _both(first: Prepare, second: Prepare) -> Prepare:
    def prepare(owner: str, args: tuple, kwargs: dict[str, Any], told: list[str]) -> Arguments:
        return second(owner, *first(owner, args, kwargs, told), told)

    return prepare


def _separable(owner: str, args: tuple, kwargs: dict[str, Any], told: list[str]) -> Arguments:
    if "init" in kwargs:
        kwargs["depthwise_initializer"] = kwargs["pointwise_initializer"] = kwargs.pop("init")
        told.append("init -> depthwise_initializer and pointwise_initializer")
    return _kernel(2, "nb_row", "nb_col")(owner, args, kwargs, told)


def _transposed(owner: str, args: tuple, kwargs: dict[str, Any], told: list[str]) -> Arguments:
    """``output_shape`` followed from the other arguments already then."""
    if len(args) == 4 and isinstance(args[3], tuple):
        args = args[:3]
        told.append("output_shape -> nothing")
    if kwargs.pop("output_shape", None) is not None:
        told.append("output_shape -> nothing")
    return _kernel(2, "nb_row", "nb_col")(owner, args, kwargs, told)


def _normalization(owner: str, args: tuple, kwargs: dict[str, Any], told: list[str]) -> Arguments:
    if "mode" in kwargs:
        mode = kwargs.pop("mode")
        if mode not in (0, 2):
            raise TypeError(f"{owner}: expected mode=0, the only one that Keras 2 still has. Received: mode={mode!r}")
        if mode == 2:
            warn(f"{owner}: mode=2 is taken as mode=0: a prediction uses the moving statistics.")
        told.append("mode -> nothing")
    return args, kwargs


def _zero_padding(owner: str, args: tuple, kwargs: dict[str, Any], told: list[str]) -> Arguments:
    given = args[0] if args else kwargs.get("padding")
    if isinstance(given, dict):
        sides = [given.get(f"{side}_pad", 0) for side in ("top", "bottom", "left", "right")]
        args, kwargs["padding"] = (), ((sides[0], sides[1]), (sides[2], sides[3]))
        told.append("a dict of sides -> padding=((top, bottom), (left, right))")
    return args, kwargs


# ---------------------------------------------------------------------------------- the table

_WEIGHTS = {
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "bias": "use_bias",
}
_FORMAT = {"dim_ordering": "data_format"}
_FORMATS = {"dim_ordering": {"tf": "channels_last", "th": "channels_first", "default": None}}
_RECURRENT = {
    **_WEIGHTS,
    "output_dim": "units",
    "inner_init": "recurrent_initializer",
    "inner_activation": "recurrent_activation",
    "U_regularizer": "recurrent_regularizer",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
    "consume_less": "implementation",
}
_CONV = {**_WEIGHTS, **_FORMAT, "nb_filter": "filters", "subsample": "strides", "border_mode": "padding"}
_RATE = {"p": "rate"}

_SEQUENCES = Translation(_RECURRENT, {"consume_less": {"cpu": 0, "mem": 1, "gpu": 2}}, prepare=_recurrent)
_CONV_1D = Translation(
    {**_CONV, "filter_length": "kernel_size", "subsample_length": "strides", "atrous_rate": "dilation_rate"},
    _FORMATS,
    prepare=_input_length,
)
_CONV_2D = Translation({**_CONV, "atrous_rate": "dilation_rate"}, _FORMATS, prepare=_kernel(2, "nb_row", "nb_col"))
_CONV_3D = Translation(_CONV, _FORMATS, prepare=_kernel(3, "kernel_dim1", "kernel_dim2", "kernel_dim3"))
_CONV_LSTM = Translation({**_RECURRENT, **_CONV}, _FORMATS, prepare=_both(_forget_bias, _kernel(2, "nb_row", "nb_col")))
_SEPARABLE = Translation(_CONV, _FORMATS, prepare=_separable)
_TRANSPOSED = Translation(_CONV, _FORMATS, prepare=_transposed)
_POOL_1D = Translation({"pool_length": "pool_size", "stride": "strides", "border_mode": "padding"})
_POOL = Translation({**_FORMAT, "border_mode": "padding", "poolsize": "pool_size"}, _FORMATS)
_FORMATTED = Translation(_FORMAT, _FORMATS)

#: class -> how its arguments are translated; modules are those of the package
TABLE: dict[str, Translation] = {
    "layers.Dense": Translation({**_WEIGHTS, "output_dim": "units"}, prepare=_dense),
    "layers.Dropout": Translation(_RATE),
    "layers.GaussianDropout": Translation(_RATE),
    "layers.Reshape": Translation({"dims": "target_shape"}),
    "layers.GaussianNoise": Translation({"sigma": "stddev"}),
    "layers.SpatialDropout1D": Translation(_RATE),
    "layers.SpatialDropout2D": Translation({**_RATE, **_FORMAT}, _FORMATS),
    "layers.SpatialDropout3D": Translation({**_RATE, **_FORMAT}, _FORMATS),
    "layers.Embedding": Translation(
        {
            "init": "embeddings_initializer",
            "W_regularizer": "embeddings_regularizer",
            "W_constraint": "embeddings_constraint",
        },
        gone={"dropout": "put a SpatialDropout1D behind the layer"},
    ),
    "layers.PReLU": Translation({"init": "alpha_initializer"}),
    "layers.BatchNormalization": Translation(
        {"beta_init": "beta_initializer", "gamma_init": "gamma_initializer"}, prepare=_normalization
    ),
    "layers.SimpleRNN": _SEQUENCES,
    "layers.GRU": _SEQUENCES,
    "layers.LSTM": _SEQUENCES,
    "layers.ConvLSTM2D": _CONV_LSTM,
    "layers.Conv1D": _CONV_1D,
    "layers.Conv2D": _CONV_2D,
    "layers.Conv3D": _CONV_3D,
    "layers.AtrousConvolution1D": _CONV_1D,
    "layers.AtrousConvolution2D": _CONV_2D,
    "layers.SeparableConv1D": Translation(_CONV_1D.names, prepare=_input_length),
    "layers.SeparableConv2D": _SEPARABLE,
    "layers.Conv2DTranspose": _TRANSPOSED,
    "layers.LocallyConnected1D": _CONV_1D,
    "layers.LocallyConnected2D": _CONV_2D,
    "layers.MaxPooling1D": _POOL_1D,
    "layers.AveragePooling1D": _POOL_1D,
    "layers.MaxPooling2D": _POOL,
    "layers.AveragePooling2D": _POOL,
    "layers.MaxPooling3D": _POOL,
    "layers.AveragePooling3D": _POOL,
    "layers.GlobalMaxPooling2D": _FORMATTED,
    "layers.GlobalAveragePooling2D": _FORMATTED,
    "layers.GlobalMaxPooling3D": _FORMATTED,
    "layers.GlobalAveragePooling3D": _FORMATTED,
    "layers.UpSampling1D": Translation({"length": "size"}),
    "layers.UpSampling2D": _FORMATTED,
    "layers.UpSampling3D": _FORMATTED,
    "layers.ZeroPadding2D": Translation(_FORMAT, _FORMATS, prepare=_zero_padding),
    "layers.ZeroPadding3D": _FORMATTED,
    "layers.Cropping2D": _FORMATTED,
    "layers.Cropping3D": _FORMATTED,
    "constraints.MaxNorm": Translation({"m": "max_value"}),
}

_NO_MODE = {"class_mode": "the loss says it", "theano_mode": "there is no Theano here"}


def _show_accuracy(owner: str, args: tuple, kwargs: dict[str, Any], told: list[str]) -> Arguments:
    """Keras 0: ``fit(..., show_accuracy=True)`` stands for a metric of ``compile``."""
    if kwargs.pop("show_accuracy", False):
        model = args[0]
        if not model._given_metrics:
            model.compile(model.optimizer, **{**model._compile_arguments, "metrics": ["accuracy"]})
        told.append("show_accuracy -> compile(metrics=['accuracy'])")
    return args, kwargs


_LEARNING = Translation({"nb_epoch": "epochs"}, prepare=_show_accuracy)
_SHOWING = Translation(prepare=_show_accuracy)

#: method -> how its arguments are translated; ``self`` is the first of its arguments
METHODS: dict[str, Translation] = {
    "models.Model.compile": Translation(gone=_NO_MODE),
    "models.Model.fit": _LEARNING,
    "models.Model.evaluate": _SHOWING,
    "models.Model.train_on_batch": Translation({"accuracy": "show_accuracy"}, prepare=_show_accuracy),
    "models.Model.test_on_batch": Translation({"accuracy": "show_accuracy"}, prepare=_show_accuracy),
}


_OPERATION = Translation({"border_mode": "padding", **_FORMAT}, _FORMATS)

#: function -> how its arguments are translated, under the names that scripts import; ours call the functions themselves
FUNCTIONS: dict[str, Translation] = {
    **{
        f"backend.{name}": _OPERATION
        for name in (
            *("conv1d", "conv2d", "conv3d", "conv2d_transpose", "pool2d", "pool3d"),
            *("resize_images", "resize_volumes", "spatial_2d_padding", "spatial_3d_padding"),
        )
    },
    "backend.random_normal": Translation({"std": "stddev"}),
    "utils.np_utils.to_categorical": Translation({"nb_classes": "num_classes"}),
    "utils.test_utils.get_test_data": Translation(
        {"nb_train": "num_train", "nb_test": "num_test", "nb_class": "num_classes"}
    ),
}


_ALSO_IN = {"utils.np_utils.to_categorical": ("utils",)}


def _renamed(owner: str, table: Translation, kwargs: dict[str, Any], told: list[str]) -> None:
    for old in [name for name in kwargs if name in table.names or name in table.gone]:
        value = kwargs.pop(old)
        if old in table.gone:
            warn(f"{owner}: {old} has no effect any more; {table.gone[old]}.")
            continue
        new = table.names[old]
        if new in kwargs:
            raise TypeError(f"{owner}: expected {new} once. Received: {new} and Keras 1's {old}")
        choices = table.values.get(old)
        kwargs[new] = choices.get(value, value) if choices and isinstance(value, str) else value
        told.append(f"{old} -> {new}")


def translated(owner: str, table: Translation, args: tuple, kwargs: dict[str, Any]) -> Arguments:
    """The arguments under Keras 2's names; warns when some were Keras 1's.

    Args:
        owner: what messages call the class or method.
        table: how it is translated.
        args: positional arguments.
        kwargs: keyword arguments.

    Raises:
        TypeError: for an argument that is there under both names, and for any in an era without Keras 1's names.

    Example:
        >>> import warnings
        >>> with warnings.catch_warnings():
        ...     warnings.simplefilter("ignore")
        ...     translated("Dense", TABLE["layers.Dense"], (), {"output_dim": 3})
        ((), {'units': 3})
    """
    told: list[str] = []
    kwargs = dict(kwargs)
    if table.prepare is not None:
        args, kwargs = table.prepare(owner, args, kwargs, told)
    _renamed(owner, table, kwargs, told)
    if told and not eras.current().keras1_names:
        raise TypeError(
            f"{owner}: expected Keras 3's argument names, since the era is {eras.current().name}. "
            f"Received: {', '.join(told)}"
        )
    if told:
        warn(f"{owner}: Keras 1's arguments are translated: {', '.join(told)}.")
    return args, kwargs


def _wrap_constructor(cls: type, path: str, table: Translation) -> None:
    init = cls.__init__

    @functools.wraps(init)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # takes the constructor's place
        state = self.__dict__
        if "_translating" in state:  # a base class's constructor, called by ours with arguments of today
            init(self, *args, **kwargs)
            return
        if positions.by_script(type(self), cls):
            args, kwargs = positions.named(path, args, kwargs)
        args, kwargs = translated(type(self).__name__, table, args, kwargs)
        state["_translating"] = True
        try:
            init(self, *args, **kwargs)
        finally:
            state.pop("_translating", None)

    cls.__init__ = __init__  # type: ignore[misc]


def _wrap_method(cls: type, name: str, path: str, table: Translation) -> None:
    method = getattr(cls, name)
    known = set(table.names) | set(table.gone) | {"show_accuracy"}

    @functools.wraps(method)
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        args, kwargs = positions.named(path, args, kwargs)
        if known & set(kwargs):
            (self, *rest), kwargs = translated(name, table, (self, *args), kwargs)
            args = tuple(rest)
        return method(self, *args, **kwargs)

    setattr(cls, name, wrapper)


@functools.cache
def _wrapped_function(function: Callable, path: str) -> Callable:
    name, table = function.__name__, FUNCTIONS[path]

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if not kwargs.keys().isdisjoint(table.names):
            args, kwargs = translated(name, table, args, kwargs)
        return function(*args, **kwargs)

    return wrapper


def install() -> None:
    """Makes what the tables name understand Keras 1; done once, when the package is imported."""
    for path, table in TABLE.items():
        module_name, _, name = path.rpartition(".")
        cls = getattr(importlib.import_module(f"{_PACKAGE}.{module_name}"), name)
        if inspect.isclass(cls) and not hasattr(cls.__init__, "__wrapped__"):
            _wrap_constructor(cls, path, table)
    for path, table in METHODS.items():
        module_name, owner, name = path.rsplit(".", 2)
        _wrap_method(getattr(importlib.import_module(f"{_PACKAGE}.{module_name}"), owner), name, path, table)
    for path in FUNCTIONS:
        module_name, _, name = path.rpartition(".")
        for place in (module_name, *_ALSO_IN.get(path, ())):
            module = importlib.import_module(f"{_PACKAGE}.{place}")
            setattr(module, name, _wrapped_function(getattr(module, name), path))
