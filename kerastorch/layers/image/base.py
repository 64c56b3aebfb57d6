"""What layers of images share: the types and axes of images, batches of one, and drawn changes.

Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/
"""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

import torch

from ... import config, eras
from ...engine.layer import Layer
from ...engine.seeded import SeededLayer

__all__ = ["ImageLayer", "RandomImageLayer", "Shape", "as_later", "bounded", "on_host", "span"]

Shape = tuple[int | None, ...]


def as_later() -> bool:
    """Whether the era's images are Keras 3's, where they differ from those of tf.keras."""
    return eras.current().later_layers == "keras3"


def span(owner: str, name: str, value: Any, low: float, high: float, least: float | None = None) -> tuple[float, float]:
    """A setting that is drawn from a span: a pair as it is, a number as the span from its negative to itself.

    Args:
        owner: the layer.
        name: the argument.
        value: what was passed.
        low: the least that is allowed.
        high: the greatest.
        least: where the span of a single number begins at the lowest.

    Raises:
        ValueError: for anything else.

    Example:
        >>> span("RandomZoom", "height_factor", 0.25, -1, 1), span("RandomZoom", "height_factor", (0, 0.5), -1, 1)
        ((-0.25, 0.25), (0, 0.5))
    """
    pair = list(value) if isinstance(value, (list, tuple)) else [value]
    known = all(isinstance(v, numbers.Real) and not isinstance(v, bool) and low <= v <= high for v in pair)
    if not known or len(pair) > 2 or (len(pair) == 1) == isinstance(value, (list, tuple)):
        raise ValueError(
            f"{owner}: expected {name} to be a number or a pair of numbers from {low} to {high}. "
            f"Received: {name}={value!r}"
        )
    if len(pair) == 2:
        if pair[0] > pair[1]:
            raise ValueError(
                f"{owner}: expected the lower bound of {name} not to be above the upper one. Received: {name}={value!r}"
            )
        return pair[0], pair[1]
    size = abs(value)
    return (-size if least is None else max(-size, least)), size


def bounded(owner: str, name: str, value: Any, low: float, high: float) -> tuple[float, float]:
    """A setting of Keras 3's later layers: a pair in any order, or a number as the span up to it.

    Args:
        owner: the layer.
        name: the argument.
        value: what was passed.
        low: the least that is allowed; where a number's span begins at the lowest.
        high: the greatest.

    Raises:
        ValueError: for anything else.

    Example:
        >>> bounded("RandomInvert", "factor", 0.5, 0, 1), bounded("RandomHue", "factor", (0.5, 0.25), 0, 1)
        ((0, 0.5), (0.25, 0.5))
    """
    ordered = sorted(value) if isinstance(value, (list, tuple)) else value
    return span(owner, name, ordered, low, high, least=low)


def on_host(generator: torch.Generator | None) -> torch.Generator | None:
    """The stream that decisions of the host are drawn from, so that none waits for the device."""
    if generator is None or generator.device.type == "cpu":
        return generator
    return torch.Generator().manual_seed(generator.initial_seed())


class ImageLayer(Layer):
    """A layer of images, (batch, rows, columns, channels) or a single one without the batch.

    Args:
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        bounding_box_format: kept for the config; boxes themselves are refused.
        **kwargs: those of ``Layer``.
    """

    def __init__(self, data_format: str | None = None, bounding_box_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = config.normalize_data_format(data_format, type(self).__name__)
        self.bounding_box_format = bounding_box_format

    @property
    def axes(self) -> tuple[int, int]:
        """The axes of rows and columns, counted from the end."""
        return (-3, -2) if self.data_format == "channels_last" else (-2, -1)

    def _kind(self) -> torch.dtype:
        return self._compute or config.torch_dtype(self.__dict__.get("dtype"))

    def _output_dtype(self, first: torch.dtype) -> torch.dtype:
        return self._kind()

    def _sizes(self, images: torch.Tensor) -> tuple[int, int]:
        return images.shape[self.axes[0]], images.shape[self.axes[1]]

    def _channels_first(self, images: torch.Tensor) -> torch.Tensor:
        """The images as torch has them, which is the same memory for channels_last images."""
        return images.movedim(-1, 1) if self.data_format == "channels_last" else images

    def _back(self, images: torch.Tensor) -> torch.Tensor:
        return images.movedim(1, -1) if self.data_format == "channels_last" else images

    def _with_sizes(self, shape: Sequence[int | None], rows: int | None, columns: int | None) -> Shape:
        changed = list(shape)
        changed[self.axes[0]], changed[self.axes[1]] = rows, columns
        return tuple(changed)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def _output_specs(self, args: tuple, kwargs: dict[str, Any]) -> tuple[Any, Any]:
        if isinstance(args[0], dict):
            raise ValueError(
                f"Layer {self.name}: expected one tensor of images in a graph. Received: a dict, which only data may be"
            )
        return super()._output_specs(args, kwargs)

    def _check_rank(self, images: torch.Tensor) -> None:
        if images.ndim not in (3, 4):
            raise ValueError(
                f"Layer {self.name}: expected images of 3 or 4 dimensions. Received: shape {tuple(images.shape)}"
            )

    def get_config(self) -> dict[str, Any]:
        result = super().get_config()
        if as_later() or self.data_format != config.image_data_format():
            result["data_format"] = self.data_format
        if self.bounding_box_format is not None:
            result["bounding_box_format"] = self.bounding_box_format
        return result


class RandomImageLayer(ImageLayer, SeededLayer):
    """A layer that changes images by what it draws, in training only.

    ``get_random_transformation`` draws, ``transform_images`` applies it; calling the layer does both. As in Keras, a
    call outside of ``fit`` and its kin counts as training unless it says otherwise, or the layer's ``eval()`` was
    called. A dict of ``images``, ``labels`` and ``segmentation_masks`` is changed alike.

    Args:
        seed: fixes the layer's own stream of random numbers.
        **kwargs: those of ``ImageLayer``.
    """

    def __init__(self, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(seed=seed, **kwargs)

    def _uniform(
        self, shape: Sequence[int], low: float, high: float, device: torch.device, generator: Any = None
    ) -> torch.Tensor:
        generator = self.generator(device) if generator is None else generator
        return torch.rand(tuple(shape), generator=generator, device=device) * (high - low) + low

    def _normal(self, shape: Sequence[int], device: torch.device, generator: Any = None) -> torch.Tensor:
        generator = self.generator(device) if generator is None else generator
        return torch.randn(tuple(shape), generator=generator, device=device)

    def _beta(self, shape: Sequence[int], alpha: Any, device: torch.device, generator: Any = None) -> torch.Tensor:
        """From 0 to 1, near both ends the more often the smaller alpha is."""
        generator = self.generator(device) if generator is None else generator
        both = torch.as_tensor(alpha, dtype=torch.float32, device=device).expand(*shape, 2).contiguous()
        return torch._sample_dirichlet(both, generator)[..., 0]

    def _gamma(self, shape: Sequence[int], alpha: float, device: torch.device, generator: Any = None) -> torch.Tensor:
        generator = self.generator(device) if generator is None else generator
        return torch._standard_gamma(torch.full(tuple(shape), float(alpha), device=device), generator)

    def _permutation(self, count: int, device: torch.device, generator: Any = None) -> torch.Tensor:
        return self._uniform((count,), 0, 1, device, generator).argsort()

    def _integers(
        self, shape: Sequence[int], low: int, high: int, device: torch.device, generator: Any = None
    ) -> torch.Tensor:
        """Whole numbers from ``low`` to below ``high``."""
        return self._uniform(shape, low, high, device, generator).floor().clamp(max=high - 1)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        """What the next call may change the images by; None for nothing.

        Args:
            data: the images, or a dict of them.
            training: False draws nothing.
            seed: a number to draw from, instead of the layer's own stream.
        """
        images = data["images"] if isinstance(data, dict) else data
        if not training:
            return self._at_rest(images)
        images = images if images.ndim == 4 else images.unsqueeze(0)
        generator = None if seed is None else torch.Generator(images.device).manual_seed(int(seed))
        return self._draw(images, generator)

    def _at_rest(self, images: torch.Tensor) -> Any:
        """What is done to images in inference; None leaves them alone."""
        return None

    def _draw(self, images: torch.Tensor, generator: Any) -> dict[str, Any]:
        """What a batch of images is changed by."""
        raise NotImplementedError

    def transform_images(self, images: torch.Tensor, transformation: Any, training: bool = True) -> torch.Tensor:
        """A batch of images, changed.

        Args:
            images: the batch.
            transformation: what ``get_random_transformation`` gave.
            training: False leaves them alone.
        """
        images = images.to(self._kind())
        return images if transformation is None else self._apply(images, transformation, "images")

    def transform_segmentation_masks(self, masks: torch.Tensor, transformation: Any, training: bool = True) -> Any:
        """The same for masks of classes, which keep their values."""
        if transformation is None:
            return masks
        return self._apply(masks.to(config.torch_dtype(None)), transformation, "masks").to(masks.dtype)

    def transform_labels(self, labels: Any, transformation: Any, training: bool = True) -> Any:
        """The same for labels: as they were."""
        return labels

    def transform_bounding_boxes(self, bounding_boxes: Any, transformation: Any, training: bool = True) -> Any:
        """The same for boxes, which layers that move nothing leave alone.

        Raises:
            NotImplementedError: for a layer that moves things, since the boxes would have to move with them.
        """
        raise NotImplementedError(
            f"Layer {self.name}: expected no bounding_boxes, since {type(self).__name__} does not move them along. "
            "Received: data with boxes"
        )

    def _apply(self, images: torch.Tensor, transformation: dict[str, Any], what: str) -> torch.Tensor:
        """The change itself; ``what`` is ``'images'`` or ``'masks'``."""
        raise NotImplementedError

    def call(self, inputs: Any, training: bool = True) -> Any:
        if not isinstance(inputs, dict):
            return self._one(inputs, self.get_random_transformation(inputs, training), training)
        drawn = self.get_random_transformation(inputs, training)
        result = dict(inputs)
        result["images"] = self._one(inputs["images"], drawn, training)
        if "bounding_boxes" in inputs:
            result["bounding_boxes"] = self.transform_bounding_boxes(inputs["bounding_boxes"], drawn, training)
        if "labels" in inputs:
            result["labels"] = self.transform_labels(inputs["labels"], drawn, training)
        if "segmentation_masks" in inputs:
            masks = inputs["segmentation_masks"]
            single = inputs["images"].ndim == 3
            found = self.transform_segmentation_masks(masks.unsqueeze(0) if single else masks, drawn, training)
            result["segmentation_masks"] = found.squeeze(0) if single else found
        return result

    def _one(self, images: torch.Tensor, drawn: Any, training: bool) -> torch.Tensor:
        self._check_rank(images)
        if images.ndim == 4:
            return self.transform_images(images, drawn, training)
        return self.transform_images(images.unsqueeze(0), drawn, training).squeeze(0)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "seed": self.seed}
