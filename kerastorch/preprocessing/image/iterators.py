"""Batches of images for ever, or by number: the base of all iterators, and the one over arrays.

Source: Keras 2.2.4, ``keras.preprocessing.image``.
"""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Iterator as AnyIterator
from typing import Any

import numpy as np

from ... import config
from ...engine import checks
from ...training.enqueuers import Sequence
from .files import array_to_img

__all__ = ["Iterator", "NumpyArrayIterator", "check_subset", "save_batch"]


class Iterator(Sequence):
    """Batches of samples that have numbers; subclasses write ``_get_batches_of_transformed_samples``.

    It is a ``Sequence`` of one epoch's batches and, through ``next``, a generator without an end.

    Args:
        n: how many samples there are.
        batch_size: samples in a batch.
        shuffle: whether each epoch has an order of its own.
        seed: seeds numpy's global generator before each batch, with the number of batches so far added.

    Raises:
        ValueError: when a number is negative, or the batch size 0.

    Example:
        >>> class Numbers(Iterator):
        ...     def _get_batches_of_transformed_samples(self, index_array):
        ...         return index_array
        >>> numbers = Numbers(5, batch_size=2, shuffle=False, seed=None)
        >>> len(numbers), numbers[2], next(numbers)
        (3, array([4]), array([0, 1]))
    """

    white_list_formats = ("png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff")

    def __init__(self, n: int, batch_size: int, shuffle: bool, seed: int | None) -> None:
        self.n = checks.positive_int(type(self).__name__, "n", n, zero=True)
        self.batch_size = checks.positive_int(type(self).__name__, "batch_size", batch_size)
        self.seed = seed
        self.shuffle = shuffle
        self.batch_index = 0
        self.total_batches_seen = 0
        self.lock = threading.Lock()
        self.index_array: np.ndarray | None = None
        self.index_generator = self._flow_index()

    def _set_index_array(self) -> None:
        self.index_array = np.random.permutation(self.n) if self.shuffle else np.arange(self.n)

    def _begin_batch(self) -> None:
        if self.seed is not None:
            np.random.seed(self.seed + self.total_batches_seen)
        self.total_batches_seen += 1

    def __getitem__(self, idx: int) -> Any:
        if not 0 <= idx < len(self):
            raise ValueError(f"{type(self).__name__}: expected an index below {len(self)}. Received: {idx}")
        self._begin_batch()
        if self.index_array is None:
            self._set_index_array()
        return self._get_batches_of_transformed_samples(
            self.index_array[self.batch_size * idx : self.batch_size * (idx + 1)]
        )

    def __len__(self) -> int:
        return (self.n + self.batch_size - 1) // self.batch_size

    def on_epoch_end(self) -> None:
        """Draws the next epoch's order."""
        self._set_index_array()

    def reset(self) -> None:
        """Lets ``next`` begin an epoch again."""
        self.batch_index = 0

    def _flow_index(self) -> AnyIterator[np.ndarray]:
        """The numbers of each batch's samples, for ever."""
        self.reset()
        while True:
            self._begin_batch()
            if self.batch_index == 0:
                self._set_index_array()
            start = (self.batch_index * self.batch_size) % self.n if self.n else 0
            self.batch_index = self.batch_index + 1 if self.n > start + self.batch_size else 0
            yield self.index_array[start : start + self.batch_size]

    def __iter__(self) -> Iterator:
        return self

    def __next__(self, *args: Any, **kwargs: Any) -> Any:
        return self.next(*args, **kwargs)

    def next(self) -> Any:
        """The next batch."""
        with self.lock:
            index_array = next(self.index_generator)
        # Transforming is outside the lock: several threads may do it at once.
        return self._get_batches_of_transformed_samples(index_array)

    def _get_batches_of_transformed_samples(self, index_array: np.ndarray) -> Any:
        """The batch of the samples with these numbers."""
        raise NotImplementedError(
            f"{type(self).__name__}: expected a method _get_batches_of_transformed_samples(self, index_array)"
        )


def check_subset(owner: str, subset: Any) -> None:
    """Refuses anything but a known subset.

    Raises:
        ValueError: unless it is ``'training'``, ``'validation'`` or None.
    """
    if subset not in (None, "training", "validation"):
        raise ValueError(f"{owner}: expected subset to be 'training' or 'validation'. Received: subset={subset!r}")


def save_batch(iterator: Any, batch: np.ndarray, index_array: np.ndarray, names: int) -> None:
    """Writes a batch as pictures where ``save_to_dir`` says so.

    Args:
        iterator: has ``save_to_dir``, ``save_prefix``, ``save_format`` and ``data_format``.
        batch: the images.
        index_array: their numbers.
        names: how many random numbers there are to tell files of one image apart.
    """
    if not iterator.save_to_dir:
        return
    for image, number in zip(batch, index_array, strict=True):
        img = array_to_img(image, iterator.data_format, scale=True)
        name = f"{iterator.save_prefix}_{number}_{np.random.randint(names)}.{iterator.save_format}"
        img.save(os.path.join(iterator.save_to_dir, name))


class NumpyArrayIterator(Iterator):
    """Batches of augmented images from an array; what ``ImageDataGenerator.flow`` gives.

    Args:
        x: images of rank 4, or a tuple of them and further arrays, which are passed on as they are.
        y: labels, or None.
        image_data_generator: transforms and standardizes each image.
        batch_size: samples in a batch.
        shuffle: whether each epoch has an order of its own.
        sample_weight: weights of the samples, or None.
        seed: of the shuffling and the transformations.
        data_format: ``'channels_last'`` or ``'channels_first'``.
        save_to_dir: a directory to write the images to as pictures.
        save_prefix: beginning of their names.
        save_format: ending of their names.
        subset: ``'training'`` or ``'validation'`` where the generator has a ``validation_split``.
        dtype: of the images.

    Raises:
        ValueError: for arrays of different lengths, another rank or an unknown subset.

    Example:
        >>> from kerastorch.preprocessing.image import ImageDataGenerator
        >>> batches = NumpyArrayIterator(np.zeros((5, 4, 4, 1)), np.arange(5), ImageDataGenerator(), batch_size=3)
        >>> x, y = next(batches)
        >>> x.shape, y.tolist()
        ((3, 4, 4, 1), [0, 1, 2])
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        image_data_generator: Any,
        batch_size: int = 32,
        shuffle: bool = False,
        sample_weight: Any = None,
        seed: int | None = None,
        data_format: str | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        dtype: Any = None,
    ) -> None:
        self.dtype = config.floatx() if dtype is None else dtype
        self.data_format = config.normalize_data_format(data_format, "NumpyArrayIterator")
        misc: list[np.ndarray] = []
        if isinstance(x, (tuple, list)):
            misc = [np.asarray(part) for part in (x[1] if isinstance(x[1], list) else [x[1]])]
            x = x[0]
        x, y, sample_weight = (None if a is None else np.asarray(a) for a in (x, y, sample_weight))
        if any(len(part) != len(x) for part in misc):
            raise ValueError(
                "NumpyArrayIterator: All of the arrays in x have to have the same length. "
                f"Received: {[len(x), *(len(part) for part in misc)]} samples"
            )
        for name, array in [("`y` (labels)", y), ("`sample_weight`", sample_weight)]:
            if array is not None and len(array) != len(x):
                raise ValueError(
                    f"NumpyArrayIterator: expected `x` (images tensor) and {name} to have the same length, {len(x)}. "
                    f"Received: {len(array)}"
                )
        check_subset("NumpyArrayIterator", subset)
        if subset is not None:
            rows = self._rows(subset, y, len(x), image_data_generator._validation_split)
            x, misc = x[rows], [part[rows] for part in misc]
            y = None if y is None else y[rows]
            sample_weight = None if sample_weight is None else sample_weight[rows]
        self.x, self.x_misc, self.y, self.sample_weight = x.astype(self.dtype, copy=False), misc, y, sample_weight
        self._check_images()
        self.image_data_generator = image_data_generator
        self.save_to_dir, self.save_prefix, self.save_format = save_to_dir, save_prefix, save_format
        super().__init__(len(self.x), batch_size, shuffle, seed)

    @staticmethod
    def _rows(subset: str, y: np.ndarray | None, count: int, part: float) -> slice:
        cut = int(count * part)
        if y is not None and not np.array_equal(first := np.unique(y[:cut]), second := np.unique(y[cut:])):
            raise ValueError(
                "NumpyArrayIterator: expected the same classes on both sides of validation_split; shuffle arrays that "
                f"are sorted by label. Received: classes {first.tolist()} and {second.tolist()}"
            )
        return slice(None, cut) if subset == "validation" else slice(cut, None)

    def _check_images(self) -> None:
        if self.x.ndim != 4:
            raise ValueError(f"NumpyArrayIterator: expected images of rank 4. Received: shape {self.x.shape}")
        channels = self.x.shape[3 if self.data_format == "channels_last" else 1]
        if channels not in (1, 3, 4):
            warnings.warn(
                f"NumpyArrayIterator: expected 1, 3 or 4 channels with data_format={self.data_format!r}. "
                f"Received: {channels} channels in images of shape {self.x.shape}",
                stacklevel=4,
            )

    def _get_batches_of_transformed_samples(self, index_array: np.ndarray) -> Any:
        generator = self.image_data_generator
        batch = np.zeros((len(index_array), *self.x.shape[1:]), dtype=self.dtype)
        for place, number in enumerate(index_array):
            image = self.x[number]
            parameters = generator.get_random_transform(image.shape)
            image = generator.apply_transform(image.astype(self.dtype), parameters)
            batch[place] = generator.standardize(image)
        save_batch(self, batch, index_array, 10**4)
        x = [batch, *(part[index_array] for part in self.x_misc)] if self.x_misc else batch
        if self.y is None:
            return x
        if self.sample_weight is None:
            return x, self.y[index_array]
        return x, self.y[index_array], self.sample_weight[index_array]
