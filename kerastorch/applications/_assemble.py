"""What all architectures share: their arguments, how a model is put together, and where its published weights are.

An architecture is a *body*, which turns images into features, a *top*, which classifies them, and what takes the top's
place when it is left out. ``application`` makes the public function out of these; families whose arguments differ
call ``assemble`` themselves.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

from .. import backend, config, layers
from ..engine import checks
from ..initializers.drawn import undrawn
from ..models import Model
from ..utils import get_file, get_source_inputs
from . import imagenet_utils

__all__ = [
    "File",
    "application",
    "assemble",
    "channel_axis",
    "check_modules",
    "dense_top",
    "divisible",
    "kernels",
    "pooled",
    "pooled_by_name",
    "published",
]

STORAGE = "https://storage.googleapis.com/tensorflow/keras-applications/"

Tensor = Any  # symbolic


@dataclasses.dataclass(frozen=True)
class File:
    """A published file of weights.

    Args:
        url: where it is.
        hash: its md5 or sha256, where one was published.
        name: its name in the cache; by default the last part of the URL.
    """

    url: str
    hash: str | None = None
    name: str | None = None

    def fetch(self) -> str:
        """The path of the file in ``~/.keras/models``, fetched first when it is not there."""
        return get_file(self.name or self.url.rpartition("/")[2], self.url, cache_subdir="models", file_hash=self.hash)


def kernels(folder: str, stem: str, with_top: str, without: str) -> tuple[File, File]:
    """The two files of most architectures, with the top and without, by their hashes."""
    base = f"{STORAGE}{folder}/{stem}_weights_tf_dim_ordering_tf_kernels"
    return File(f"{base}.h5", with_top), File(f"{base}_notop.h5", without)


def channel_axis(last: int = 3) -> int:
    """The axis of the channels in a batch of images; ``last`` is how a family writes the last one in its configs."""
    return 1 if config.image_data_format() == "channels_first" else last


def divisible(value: float, divisor: int = 8) -> int:
    """The multiple of the divisor next to the value that is not below nine tenths of it."""
    rounded = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * value else rounded


def dense_top(name: str = "predictions", pool: str | None = "avg_pool") -> Callable[[Tensor, int, Any], Tensor]:
    """A top that averages over the image and then classifies with one Dense layer.

    Args:
        name: the Dense layer's.
        pool: the pooling layer's; None for a numbered one.
    """

    def top(x: Tensor, classes: int, activation: Any) -> Tensor:
        x = layers.GlobalAveragePooling2D(name=pool)(x)
        return layers.Dense(classes, activation=activation, name=name)(x)

    return top


def pooled(x: Tensor, pooling: str | None) -> Tensor:
    """What comes in place of the top: the features, or their average or maximum over the image."""
    kinds = {"avg": layers.GlobalAveragePooling2D, "max": layers.GlobalMaxPooling2D}
    return kinds[pooling]()(x) if pooling else x


def pooled_by_name(x: Tensor, pooling: str | None) -> Tensor:
    """The same, with names for the pooling layers."""
    kinds = {"avg": layers.GlobalAveragePooling2D, "max": layers.GlobalMaxPooling2D}
    return kinds[pooling](name=f"{pooling}_pool")(x) if pooling else x


def check_modules(owner: str, given: dict[str, Any]) -> None:
    """Lets pass what the keras_applications package needs and kerastorch does not: the modules to build with.

    Raises:
        TypeError: for any other keyword.
    """
    for key in given:
        if key not in imagenet_utils.MODULES:
            raise TypeError(f"{owner}: expected only known keyword arguments. Received: {key!r}")


def image_input(input_tensor: Any, shape: Sequence[int | None]) -> Tensor:
    """Where the model begins: a new input, or the caller's tensor."""
    if input_tensor is None:
        return layers.Input(shape=shape)
    if backend.is_keras_tensor(input_tensor):
        return input_tensor
    return layers.Input(tensor=input_tensor, shape=shape)


def assemble(
    owner: str,
    body: Callable[[Tensor], Tensor],
    *,
    top: Callable[[Tensor, int, Any], Tensor],
    bare: Callable[[Tensor, str | None], Tensor] = pooled,
    shape: Sequence[int | None],
    files: Callable[[], tuple[File, File]],
    name: str,
    include_top: bool,
    weights: Any,
    input_tensor: Any,
    pooling: str | None,
    classes: int,
    classifier_activation: Any,
) -> Model:
    """Builds the model and loads its weights.

    Args:
        owner: the public function, for errors.
        body: from images to features.
        top: from features, the number of classes and the activation to predictions.
        bare: from features and the pooling to what a model without a top gives.
        shape: the shape of one image.
        files: the published weights with the top and without; called when they are asked for.
        name: the model's.
        include_top, weights, input_tensor, pooling, classes, classifier_activation: the caller's.

    Raises:
        ValueError: for an argument that does not fit.
    """
    _check(owner, include_top, weights, pooling, classes, classifier_activation)
    image = image_input(input_tensor, shape)
    with contextlib.nullcontext() if weights is None else undrawn():
        x = body(image)
        x = top(x, classes, classifier_activation) if include_top else bare(x, pooling)
    model = Model(image if input_tensor is None else get_source_inputs(image), x, name=name)
    if weights == "imagenet":
        with_top, without = files()
        model.load_weights((with_top if include_top else without).fetch())
    elif weights is not None:
        model.load_weights(weights)
    return model


def _check(owner: str, include_top: bool, weights: Any, pooling: Any, classes: Any, activation: Any) -> None:
    if not imagenet_utils.is_weights(weights):
        raise ValueError(f"{owner}: expected weights to be None, 'imagenet' or a file. Received: weights={weights!r}")
    checks.one_of(owner, "pooling", pooling, (None, "avg", "max"))
    checks.one_of(owner, "include_top", include_top, (True, False))
    if include_top:
        checks.positive_int(owner, "classes", classes)
        if weights == "imagenet" and classes != imagenet_utils.CLASSES:
            raise ValueError(
                f"{owner}: expected classes={imagenet_utils.CLASSES}, as the published weights have, or "
                f"include_top=False. Received: classes={classes}"
            )
        imagenet_utils.validate_activation(activation, weights)


_MEANINGS = {
    "input_shape": "the shape of one image, {size}x{size} by default and at least {smallest}x{smallest}; without the "
    "top it may be unknown.",
    "include_top": "whether the model ends in predictions of classes, or in features.",
    "weights": "``'imagenet'`` for those published by Keras, fetched into ``~/.keras/models``; the path of a file; "
    "None for random ones.",
    "input_tensor": "the tensor to begin with, of ``Input`` or of other layers.",
    "pooling": "without the top: ``'avg'`` or ``'max'`` over the image, or None for all features.",
    "classes": "how many classes the top tells apart.",
    "classifier_activation": "the top's activation; None for logits.",
    "include_preprocessing": "whether the model scales the pixels itself.",
    "name": "the model's name.",
}


def published(build: Callable[..., Model], owner: str, module: str, about: str, source: str, **facts: Any) -> Any:
    """Gives a function that was made by another one its name, its module and its docstring.

    Args:
        build: the function.
        owner: its name.
        module: where it belongs.
        about: the first line of its docstring.
        source: the paper.
        **facts: ``size``, ``smallest``, and what arguments of its own mean.
    """
    known = [key for key, kind in inspect.signature(build).parameters.items() if kind.kind is not kind.VAR_KEYWORD]
    options = facts.pop("options", {})
    meanings = {**_MEANINGS, **options}
    own = [key for key in options if key not in known]  # taken as keywords
    lines = [f"    {key}: {meanings[key].format(**facts)}" for key in known + own]
    parts = (about, "Args:\n" + "\n".join(lines), "Raises:\n    ValueError: for an argument that does not fit.")
    build.__name__ = build.__qualname__ = owner
    build.__module__ = module
    build.__doc__ = "\n\n".join((*parts, f"Source: {source}"))
    return build


def application(
    owner: str,
    body: Callable[..., Tensor],
    about: str,
    source: str,
    *,
    module: str,
    size: int,
    smallest: int = 32,
    files: tuple[File, File],
    top: Callable[[Tensor, int, Any], Tensor] | None = None,
    bare: Callable[[Tensor, str | None], Tensor] = pooled,
    name: str | None = None,
    options: dict[str, str] | None = None,
    tells_pretrained: bool = False,
) -> Callable[..., Model]:
    """Makes the public function of an architecture with the usual arguments.

    Args:
        owner: its name.
        body: from images, and options as keywords, to features.
        about: the first line of its docstring.
        source: the paper.
        module: where it belongs.
        size: how many rows and columns the published weights were trained on.
        smallest: how many it needs.
        files: the published weights with the top and without.
        top: the classifier; ``dense_top()`` when missing.
        bare: what comes in its place.
        name: the model's name by default; the function's in lower case when missing.
        options: further keywords and what they mean.
        tells_pretrained: whether the body takes ``pretrained``: are the published weights going to be loaded?
    """
    known, model_name = options or {}, name or owner.lower()

    def build(
        include_top: bool = True,
        weights: Any = "imagenet",
        input_tensor: Any = None,
        input_shape: Sequence[int | None] | None = None,
        pooling: str | None = None,
        classes: int = 1000,
        classifier_activation: Any = "softmax",
        name: str | None = None,
        **kwargs: Any,
    ) -> Model:
        chosen = {key: kwargs.pop(key) for key in known if key in kwargs}
        if tells_pretrained:
            chosen["pretrained"] = weights == "imagenet"
        check_modules(owner, kwargs)
        format_ = config.image_data_format()
        return assemble(
            owner,
            functools.partial(body, **chosen),
            top=top or dense_top(),
            bare=bare,
            shape=imagenet_utils.obtain_input_shape(input_shape, size, smallest, format_, include_top, weights),
            files=lambda: files,
            name=name or model_name,
            include_top=include_top,
            weights=weights,
            input_tensor=input_tensor,
            pooling=pooling,
            classes=classes,
            classifier_activation=classifier_activation,
        )

    return published(build, owner, module, about, source, size=size, smallest=smallest, options=known)
