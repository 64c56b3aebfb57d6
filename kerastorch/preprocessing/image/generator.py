"""``ImageDataGenerator``: images augmented and normalized while a model learns from them.

Source: https://keras.io/2.16/api/data_loading/image/
"""

from __future__ import annotations

import numbers
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ... import config
from ...engine import checks
from .folders import DataFrameIterator, DirectoryIterator
from .iterators import NumpyArrayIterator
from .transforms import apply_affine_transform, apply_brightness_shift, apply_channel_shift, flip_axis
from .warp import FILL_MODES

__all__ = ["ImageDataGenerator"]

_OLD_FLOW_ARGUMENTS = ("has_ext", "sort", "drop_duplicates")


class ImageDataGenerator:
    """Makes batches of images with random changes, normalized, for ever.

    Random numbers come from numpy's global generator in Keras's order, so ``np.random.seed`` gives the same images.

    Args:
        featurewise_center: subtract the data set's mean, which ``fit`` finds.
        samplewise_center: subtract each image's own mean.
        featurewise_std_normalization: divide by the data set's standard deviation.
        samplewise_std_normalization: divide by each image's own.
        zca_whitening: decorrelate the pixels.
        zca_epsilon: keeps its divisors from zero.
        rotation_range: largest angle in degrees.
        width_shift_range: largest part of the width (a float below 1) or number of pixels (a float from 1); an int
            ``n`` for whole pixels below ``n`` either way, a list for shifts to choose from.
        height_shift_range: likewise.
        brightness_range: smallest and largest factor, or None.
        shear_range: largest angle in degrees.
        zoom_range: smallest and largest factor, or one number ``z`` for ``[1 - z, 1 + z]``.
        channel_shift_range: largest number to add to the pixels.
        fill_mode: what lies outside: ``'constant'``, ``'nearest'``, ``'reflect'`` or ``'wrap'``.
        cval: the constant.
        horizontal_flip: whether to mirror half of the images left to right.
        vertical_flip: whether to mirror half of them top to bottom.
        rescale: factor of the pixels, applied first when normalizing.
        preprocessing_function: function of one image, called before everything else when normalizing.
        data_format: ``'channels_last'`` or ``'channels_first'``.
        validation_split: part of the images that ``subset='validation'`` gives.
        dtype: of the images.
        interpolation_order: of the interpolating splines, 0 to 5; 1 is bilinear.

    Raises:
        ValueError: for an argument outside its range.

    Example:
        >>> np.random.seed(0)
        >>> generator = ImageDataGenerator(horizontal_flip=True, rescale=0.5)
        >>> x, y = next(generator.flow(np.arange(4.0).reshape(1, 1, 4, 1), [7]))
        >>> x[0, 0, :, 0].tolist(), y.tolist()
        ([0.0, 0.5, 1.0, 1.5], [7])

    Source: https://keras.io/2.16/api/data_loading/image/
    """

    def __init__(
        self,
        featurewise_center: bool = False,
        samplewise_center: bool = False,
        featurewise_std_normalization: bool = False,
        samplewise_std_normalization: bool = False,
        zca_whitening: bool = False,
        zca_epsilon: float = 1e-6,
        rotation_range: float = 0,
        width_shift_range: Any = 0.0,
        height_shift_range: Any = 0.0,
        brightness_range: Sequence[float] | None = None,
        shear_range: float = 0.0,
        zoom_range: Any = 0.0,
        channel_shift_range: float = 0.0,
        fill_mode: str = "nearest",
        cval: float = 0.0,
        horizontal_flip: bool = False,
        vertical_flip: bool = False,
        rescale: float | None = None,
        preprocessing_function: Callable[[np.ndarray], np.ndarray] | None = None,
        data_format: str | None = None,
        validation_split: float | None = 0.0,
        dtype: Any = None,
        interpolation_order: int = 1,
    ) -> None:
        self.featurewise_center = featurewise_center
        self.samplewise_center = samplewise_center
        self.featurewise_std_normalization = featurewise_std_normalization
        self.samplewise_std_normalization = samplewise_std_normalization
        self.zca_whitening = zca_whitening
        self.zca_epsilon = zca_epsilon
        self.rotation_range = rotation_range
        self.width_shift_range = width_shift_range
        self.height_shift_range = height_shift_range
        self.brightness_range = _pair_or_none(brightness_range)
        self.shear_range = shear_range
        self.zoom_range = _zoom(zoom_range)
        self.channel_shift_range = channel_shift_range
        self.fill_mode = checks.one_of("ImageDataGenerator", "fill_mode", fill_mode, FILL_MODES)
        self.cval = cval
        self.horizontal_flip = horizontal_flip
        self.vertical_flip = vertical_flip
        self.rescale = rescale
        self.preprocessing_function = preprocessing_function
        self.dtype = config.floatx() if dtype is None else dtype
        self.interpolation_order = interpolation_order
        self.data_format = config.normalize_data_format(data_format, "ImageDataGenerator")
        first = self.data_format == "channels_first"
        self.channel_axis, self.row_axis, self.col_axis = (1, 2, 3) if first else (3, 1, 2)
        if validation_split and not 0 < validation_split < 1:
            raise ValueError(
                "ImageDataGenerator: expected validation_split to be a number in (0, 1). "
                f"Received: validation_split={validation_split!r}"
            )
        self._validation_split = validation_split or 0.0
        self.mean: np.ndarray | None = None
        self.std: np.ndarray | None = None
        self.principal_components: np.ndarray | None = None
        self._settle_normalization()

    def _settle_normalization(self) -> None:
        """Some normalizations need another, or leave no room for it."""
        needs = [
            ("zca_whitening", "featurewise_center", True),
            ("zca_whitening", "featurewise_std_normalization", False),
            ("featurewise_std_normalization", "featurewise_center", True),
            ("samplewise_std_normalization", "samplewise_center", True),
        ]
        for name, other, value in needs:
            if getattr(self, name) and bool(getattr(self, other)) is not value:
                setattr(self, other, value)
                warnings.warn(f"ImageDataGenerator: {name}=True sets {other}={value}.", stacklevel=3)

    # ---------------------------------------------------------------- batches

    def flow(
        self,
        x: Any,
        y: Any = None,
        batch_size: int = 32,
        shuffle: bool = True,
        sample_weight: Any = None,
        seed: int | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
    ) -> NumpyArrayIterator:
        """Batches of changed images from arrays.

        Args:
            x: images of rank 4, or a tuple of them and further arrays, which are passed on as they are.
            y: labels, or None for images only.
            batch_size: samples in a batch.
            shuffle: whether each epoch has an order of its own.
            sample_weight: weights of the samples, or None.
            seed: of the shuffling and the transformations.
            save_to_dir: a directory to write the images to as pictures.
            save_prefix: beginning of their names.
            save_format: ending of their names.
            subset: ``'training'`` or ``'validation'`` where there is a ``validation_split``.

        Returns:
            An iterator of ``x``, ``(x, y)`` or ``(x, y, sample_weight)``.
        """
        return NumpyArrayIterator(
            x,
            y,
            self,
            batch_size=batch_size,
            shuffle=shuffle,
            sample_weight=sample_weight,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            subset=subset,
            dtype=self.dtype,
        )

    def flow_from_directory(
        self,
        directory: Any,
        target_size: Sequence[int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
    ) -> DirectoryIterator:
        """Batches of changed images from a directory with one below it for each class; see ``DirectoryIterator``."""
        return DirectoryIterator(
            directory,
            self,
            target_size=target_size,
            color_mode=color_mode,
            classes=classes,
            class_mode=class_mode,
            data_format=self.data_format,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            follow_links=follow_links,
            subset=subset,
            interpolation=interpolation,
            dtype=self.dtype,
        )

    def flow_from_dataframe(
        self,
        dataframe: Any,
        directory: Any = None,
        x_col: str = "filename",
        y_col: Any = "class",
        weight_col: str | None = None,
        target_size: Sequence[int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        interpolation: str = "nearest",
        validate_filenames: bool = True,
        **kwargs: Any,
    ) -> DataFrameIterator:
        """Batches of changed images whose names a data frame holds; see ``DataFrameIterator``.

        Args that older Keras had, ``has_ext``, ``sort`` and ``drop_duplicates``, have no effect and warn.
        """
        for name in kwargs:
            if name not in _OLD_FLOW_ARGUMENTS:
                raise TypeError(f"flow_from_dataframe: expected only known arguments. Received: {name!r}")
            warnings.warn(f"flow_from_dataframe: {name} has no effect.", DeprecationWarning, stacklevel=2)
        if class_mode == "other":
            warnings.warn("flow_from_dataframe: class_mode='other' is now 'raw'.", DeprecationWarning, stacklevel=2)
            class_mode = "raw"
        return DataFrameIterator(
            dataframe,
            directory,
            self,
            x_col=x_col,
            y_col=y_col,
            weight_col=weight_col,
            target_size=target_size,
            color_mode=color_mode,
            classes=classes,
            class_mode=class_mode,
            data_format=self.data_format,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            subset=subset,
            interpolation=interpolation,
            dtype=self.dtype,
            validate_filenames=validate_filenames,
        )

    # -------------------------------------------------------------- one image

    def standardize(self, x: np.ndarray) -> np.ndarray:
        """Images normalized, in place where that is possible.

        Args:
            x: an image, or a batch.
        """
        if self.preprocessing_function:
            x = self.preprocessing_function(x)
        if self.rescale:
            x *= self.rescale
        if self.samplewise_center:
            x -= np.mean(x, keepdims=True)
        if self.samplewise_std_normalization:
            x /= np.std(x, keepdims=True) + 1e-6
        if self.featurewise_center and self._is_fit("featurewise_center", self.mean):
            x -= self.mean
        if self.featurewise_std_normalization and self._is_fit("featurewise_std_normalization", self.std):
            x /= self.std + 1e-6
        if self.zca_whitening and self._is_fit("zca_whitening", self.principal_components):
            flat = np.reshape(x, (-1, int(np.prod(x.shape[-3:]))))
            x = np.reshape(np.dot(flat, self.principal_components), x.shape)
        return x

    @staticmethod
    def _is_fit(name: str, found: np.ndarray | None) -> bool:
        if found is None:
            warnings.warn(f"ImageDataGenerator: {name} has no effect before fit(x) has seen the data.", stacklevel=4)
        return found is not None

    def get_random_transform(self, img_shape: Sequence[int], seed: int | None = None) -> dict[str, Any]:
        """Draws the parameters of one random change.

        Args:
            img_shape: shape of the image.
            seed: for numpy's global generator; None leaves it as it is.

        Returns:
            A dict for ``apply_transform``.
        """
        if seed is not None:
            np.random.seed(seed)
        theta = np.random.uniform(-self.rotation_range, self.rotation_range) if self.rotation_range else 0
        tx = _draw_shift(self.height_shift_range, img_shape[self.row_axis - 1])
        ty = _draw_shift(self.width_shift_range, img_shape[self.col_axis - 1])
        shear = np.random.uniform(-self.shear_range, self.shear_range) if self.shear_range else 0
        low, high = self.zoom_range
        zx, zy = (1, 1) if low == 1 and high == 1 else np.random.uniform(low, high, 2)
        flip_horizontal = (np.random.random() < 0.5) * self.horizontal_flip
        flip_vertical = (np.random.random() < 0.5) * self.vertical_flip
        channel_shift = brightness = None
        if self.channel_shift_range != 0:
            channel_shift = np.random.uniform(-self.channel_shift_range, self.channel_shift_range)
        if self.brightness_range is not None:
            brightness = np.random.uniform(*self.brightness_range)
        return {
            "theta": theta,
            "tx": tx,
            "ty": ty,
            "shear": shear,
            "zx": zx,
            "zy": zy,
            "flip_horizontal": flip_horizontal,
            "flip_vertical": flip_vertical,
            "channel_shift_intensity": channel_shift,
            "brightness": brightness,
        }

    def apply_transform(self, x: np.ndarray, transform_parameters: dict[str, Any]) -> np.ndarray:
        """An image changed as the parameters say.

        Args:
            x: an image of rank 3.
            transform_parameters: any of ``theta``, ``tx``, ``ty``, ``shear``, ``zx``, ``zy``, ``flip_horizontal``,
                ``flip_vertical``, ``channel_shift_intensity`` and ``brightness``.

        Raises:
            ValueError: for another rank.
        """
        given = transform_parameters
        rows, columns, channels = self.row_axis - 1, self.col_axis - 1, self.channel_axis - 1
        x = apply_affine_transform(
            x,
            **{name: given[name] for name in ("theta", "tx", "ty", "shear", "zx", "zy") if name in given},
            row_axis=rows,
            col_axis=columns,
            channel_axis=channels,
            fill_mode=self.fill_mode,
            cval=self.cval,
            order=self.interpolation_order,
        )
        if given.get("channel_shift_intensity") is not None:
            x = apply_channel_shift(x, given["channel_shift_intensity"], channels)
        if given.get("flip_horizontal"):
            x = flip_axis(x, columns)
        if given.get("flip_vertical"):
            x = flip_axis(x, rows)
        if given.get("brightness") is not None:
            x = apply_brightness_shift(x, given["brightness"], self.data_format)
        return x

    def random_transform(self, x: np.ndarray, seed: int | None = None) -> np.ndarray:
        """An image changed at random.

        Args:
            x: an image of rank 3.
            seed: for numpy's global generator; None leaves it as it is.
        """
        return self.apply_transform(x, self.get_random_transform(x.shape, seed))

    # ------------------------------------------------------------------- fit

    def fit(self, x: Any, augment: bool = False, rounds: int = 1, seed: int | None = None) -> None:
        """Finds the mean, the standard deviation or the principal components of a data set.

        Needed for ``featurewise_center``, ``featurewise_std_normalization`` and ``zca_whitening``.

        Args:
            x: images of rank 4.
            augment: whether to look at changed images.
            rounds: how often to change each.
            seed: for numpy's global generator; None leaves it as it is.

        Raises:
            ValueError: for another rank.
        """
        x = np.array(x, dtype=self.dtype)
        if x.ndim != 4:
            raise ValueError(f"ImageDataGenerator.fit: expected images of rank 4. Received: shape {x.shape}")
        if x.shape[self.channel_axis] not in (1, 3, 4):
            warnings.warn(
                f"ImageDataGenerator.fit: expected 1, 3 or 4 channels with data_format={self.data_format!r}. "
                f"Received: {x.shape[self.channel_axis]} channels in images of shape {x.shape}",
                stacklevel=2,
            )
        if seed is not None:
            np.random.seed(seed)
        if self.rescale:
            x *= self.rescale
        if augment:
            x = np.stack([self.random_transform(image) for _ in range(rounds) for image in x]).astype(self.dtype)
        axes = (0, self.row_axis, self.col_axis)
        if self.featurewise_center:
            self.mean = np.mean(x, axis=axes, keepdims=True)[0]
            x -= self.mean
        if self.featurewise_std_normalization:
            self.std = np.std(x, axis=axes, keepdims=True)[0]
            x /= self.std + 1e-6
        if self.zca_whitening:
            flat = np.reshape(x, (x.shape[0], -1))
            u, s, _ = np.linalg.svd(np.dot(flat.T, flat) / flat.shape[0])
            self.principal_components = (u * (1.0 / np.sqrt(s[np.newaxis] + self.zca_epsilon))).dot(u.T)


def _pair_or_none(value: Any) -> Any:
    if value is not None and (not isinstance(value, (tuple, list)) or len(value) != 2):
        raise ValueError(
            f"ImageDataGenerator: expected brightness_range to be two numbers. Received: brightness_range={value!r}"
        )
    return value


def _zoom(value: Any) -> list[float]:
    if isinstance(value, numbers.Real):
        return [1 - value, 1 + value]
    if hasattr(value, "__len__") and len(value) == 2 and all(isinstance(v, numbers.Real) for v in value):
        return [value[0], value[1]]
    raise ValueError(f"ImageDataGenerator: expected zoom_range to be a number or two. Received: zoom_range={value!r}")


def _draw_shift(extent: Any, length: int) -> Any:
    """A shift in pixels: chosen from a list or the ints below an int, else a float drawn from a range."""
    if not extent:
        return 0
    try:
        shift = np.random.choice(extent)
        shift = shift * np.random.choice([-1, 1])
    except ValueError:
        shift = np.random.uniform(-extent, extent)
    return shift * length if np.max(extent) < 1 else shift
