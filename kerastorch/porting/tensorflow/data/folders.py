"""Data sets of folders and series: ``image_dataset_from_directory`` and its kin, of ``keras.utils``.

Source: https://keras.io/api/data_loading/
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from .... import config
from ....engine.symbolic.immutable import as_immutable, plain
from .._specs import RaggedTensorSpec, TensorSpec
from .._texts import TextTensor
from ..audio import decode_wav
from ..image.codecs import decode_image
from ..image.resizing import ResizeMethod, resize, resize_with_pad
from ..io.files import read_file
from ..ragged import RaggedTensor
from .dataset import Dataset
from .listing import Folder, check_format, check_split, in_batches, of_folder

__all__ = [
    "audio_dataset_from_directory",
    "image_dataset_from_directory",
    "smart_resize",
    "split_dataset",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
]

_PICTURES = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
_CHANNELS = {"rgb": 3, "rgba": 4, "grayscale": 1}
_CROSSINGS = 6  # zeros of the sinc functions on each side


def smart_resize(x: Any, size: Sequence[int], interpolation: str = "bilinear") -> Any:
    """Images of another size, cut in the middle first so that they keep their proportions.

    Args:
        x: one image or a batch, an array or a tensor.
        size: height and width.
        interpolation: a method of ``tf.image.resize``.

    Returns:
        An array for an array, else a tensor.
    """
    rows, columns = size
    height, width = x.shape[-3], x.shape[-2]
    inner = min(height, int(np.float32(width * rows) / np.float32(columns)))
    across = min(width, int(np.float32(height * columns) / np.float32(rows)))
    top, left = int((height - inner) / 2), int((width - across) / 2)
    found = resize(x[..., top : top + inner, left : left + across, :], (rows, columns), interpolation)
    return found.numpy() if isinstance(x, np.ndarray) else found


def image_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Any = None,
    color_mode: str = "rgb",
    batch_size: int | None = 32,
    image_size: Sequence[int] = (256, 256),
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    interpolation: str = "bilinear",
    follow_links: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    data_format: str | None = None,
    format: str = "tf",
    verbose: bool = True,
    **kwargs: Any,
) -> Any:
    """Batches of the pictures in a folder, with labels after the folders they are in.

    Args:
        directory: the folder.
        labels: ``'inferred'`` from the folders inside, None for none, or one number a file in the order of their names.
        label_mode: ``'int'``, ``'categorical'``, ``'binary'`` or None.
        class_names: the order of the classes; that of the alphabet when missing.
        color_mode: ``'rgb'``, ``'rgba'`` or ``'grayscale'``.
        batch_size: pictures in a batch; None for single pictures.
        image_size: height and width.
        shuffle: whether they come in random order.
        seed: what that depends on.
        validation_split: the share kept for validation.
        subset: ``'training'``, ``'validation'`` or ``'both'``.
        interpolation: a method of ``tf.image.resize``.
        follow_links: whether links to folders are followed.
        crop_to_aspect_ratio: whether pictures are cut to keep their proportions.
        pad_to_aspect_ratio: whether they get black borders to keep them.
        data_format: ``'channels_last'`` or ``'channels_first'``; ``image_data_format()`` when missing.
        format: ``'tf'``, what comes out.
        verbose: whether the number of files is printed.
        **kwargs: ``smart_resize``, an older name of ``crop_to_aspect_ratio``.

    Returns:
        A ``Dataset`` with ``class_names`` and ``file_paths``; a list of two for ``subset='both'``.

    Raises:
        ValueError: for arguments that do not fit, or no pictures.
        ImportError: without the package pillow.

    Source: https://keras.io/api/data_loading/image/
    """
    owner = "image_dataset_from_directory"
    crop = kwargs.pop("smart_resize", crop_to_aspect_ratio)
    if kwargs:
        raise TypeError(f"{owner}: expected only known arguments. Received: {min(kwargs)!r}")
    if color_mode not in _CHANNELS:
        raise ValueError(f"{owner}: expected color_mode to be one of {tuple(_CHANNELS)}. Received: {color_mode!r}")
    interpolation = interpolation.lower()
    if interpolation not in {value for key, value in vars(ResizeMethod).items() if key.isupper()}:
        raise ValueError(f"{owner}: expected a method of tf.image.resize. Received: interpolation={interpolation!r}")
    if crop and pad_to_aspect_ratio:
        raise ValueError(f"{owner}: expected crop_to_aspect_ratio or pad_to_aspect_ratio. Received: both")
    if not isinstance(image_size, int) and len(image_size) != 2:
        raise ValueError(f"{owner}: expected image_size to be two sizes. Received: {image_size}")
    check_format(owner, format)
    check_split(owner, validation_split, subset, shuffle, seed)
    size = (image_size, image_size) if isinstance(image_size, int) else tuple(image_size)
    first = config.normalize_data_format(data_format) == "channels_first"
    seed = int(np.random.randint(1e6)) if seed is None else seed
    folder = Folder(owner, directory, labels, label_mode, class_names, shuffle, seed, follow_links, _PICTURES, verbose)

    def read(path: Any) -> Any:
        picture = decode_image(read_file(path), _CHANNELS[color_mode], expand_animations=False)
        if pad_to_aspect_ratio:
            found = resize_with_pad(picture, *size, method=interpolation)
        else:
            found = (smart_resize if crop else resize)(picture, size, interpolation)
        return as_immutable(plain(found).permute(2, 0, 1)) if first else found

    return of_folder(folder, read, batch_size, shuffle, seed, validation_split, subset, in_batches(batch_size))


def text_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Any = None,
    batch_size: int | None = 32,
    max_length: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """Batches of the text files in a folder, with labels after the folders they are in.

    Args:
        directory: the folder.
        labels: as for ``image_dataset_from_directory``; so are the arguments that follow.
        label_mode: how labels are written.
        class_names: the order of the classes.
        batch_size: texts in a batch; None for single texts.
        max_length: how many bytes of a text are kept.
        shuffle: whether they come in random order.
        seed: what that depends on.
        validation_split: the share kept for validation.
        subset: which part.
        follow_links: whether links to folders are followed.
        format: ``'tf'``, what comes out.
        verbose: whether the number of files is printed.

    Returns:
        A ``Dataset`` with ``class_names``; a list of two for ``subset='both'``.

    Raises:
        ValueError: for arguments that do not fit, or no texts.

    Source: https://keras.io/api/data_loading/text/
    """
    owner = "text_dataset_from_directory"
    check_format(owner, format)
    check_split(owner, validation_split, subset, shuffle, seed)
    seed = int(np.random.randint(1e6)) if seed is None else seed
    folder = Folder(owner, directory, labels, label_mode, class_names, shuffle, seed, follow_links, (".txt",), verbose)

    def read(path: Any) -> TextTensor:
        text = read_file(path)
        return text if max_length is None else TextTensor(bytes(text)[:max_length])

    return of_folder(folder, read, batch_size, shuffle, seed, validation_split, subset, in_batches(batch_size))


def audio_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Any = None,
    batch_size: int | None = 32,
    sampling_rate: int | None = None,
    output_sequence_length: int | None = None,
    ragged: bool = False,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    verbose: bool = True,
) -> Any:
    """Batches of the sounds (.wav) in a folder, with labels after the folders they are in.

    A sound is (samples, channels) in float32; those of a batch get zeros at their ends up to the longest.

    Args:
        directory: the folder.
        labels: as for ``image_dataset_from_directory``; so are the arguments that follow.
        label_mode: how labels are written.
        class_names: the order of the classes.
        batch_size: sounds in a batch; None for single sounds.
        sampling_rate: how many samples make a second of what comes out; those of the files when missing.
        output_sequence_length: how many samples of a file are taken, zeros where it has fewer; all when missing.
        ragged: whether batches hold rows of different lengths in place of zeros.
        shuffle: whether they come in random order.
        seed: what that depends on.
        validation_split: the share kept for validation.
        subset: which part.
        follow_links: whether links to folders are followed.
        verbose: whether the number of files is printed.

    Returns:
        A ``Dataset`` with ``class_names`` and ``file_paths``; a tuple of two for ``subset='both'``.

    Raises:
        ValueError: for arguments that do not fit, or no sounds.
        InvalidArgumentError: while sounds are read, for a file that is no WAV file of 16 bits.

    Source: https://keras.io/api/data_loading/audio/
    """
    owner = "audio_dataset_from_directory"
    if ragged and output_sequence_length is not None:
        raise ValueError(f"{owner}: expected ragged or output_sequence_length. Received: both")
    if sampling_rate is not None and (not isinstance(sampling_rate, int) or sampling_rate < 1):
        raise ValueError(f"{owner}: expected sampling_rate to be a positive int. Received: {sampling_rate!r}")
    check_split(owner, validation_split, subset, shuffle, seed)
    seed = int(np.random.randint(1e6)) if seed is None else seed
    folder = Folder(owner, directory, labels, label_mode, class_names, shuffle, seed, follow_links, (".wav",), verbose)
    length = -1 if output_sequence_length is None else output_sequence_length

    def read(path: Any) -> Any:
        sound, rate = decode_wav(read_file(path), desired_samples=length)
        sound = sound if sampling_rate is None else as_immutable(_resampled(plain(sound), int(rate), sampling_rate))
        return RaggedTensor.from_tensor(sound) if ragged else sound

    known = output_sequence_length if sampling_rate is None else None
    told = RaggedTensorSpec([None, None], "float32", 1) if ragged else TensorSpec([known, None])

    def finish(found: Dataset) -> Dataset:
        def spec() -> Any:  # files differ in length and channels, also where the first ones do not
            return told if folder.label_mode is None else (told, found.element_spec[1])

        sounds = Dataset(found._make, found._count, spec).prefetch(1)
        if batch_size is None:
            return sounds
        alike = ragged or output_sequence_length is not None
        return sounds.batch(batch_size) if alike else sounds.padded_batch(batch_size)

    found = of_folder(folder, read, batch_size, shuffle, seed, validation_split, subset, finish)
    return tuple(found) if subset == "both" else found


def _resampled(sound: torch.Tensor, rate: int, wanted: int) -> torch.Tensor:
    """A sound with another number of samples a second, by windowed sinc functions as torchaudio has them.

    Args:
        sound: (samples, channels).
        rate: how many of its samples make a second.
        wanted: how many shall.

    Source: https://ccrma.stanford.edu/~jos/resample/
    """
    common = math.gcd(rate, wanted)
    before, after = rate // common, wanted // common
    if before == after:
        return sound
    cutoff = 0.99 * min(before, after)
    width = math.ceil(_CROSSINGS * before / cutoff)
    steps = torch.arange(-width, width + before, dtype=torch.float64) / before
    at = ((steps - torch.arange(after, dtype=torch.float64)[:, None] / after) * cutoff).clamp(-_CROSSINGS, _CROSSINGS)
    kernels = torch.sinc(at) * torch.cos(at * math.pi / _CROSSINGS / 2) ** 2 * cutoff / before
    padded = F.pad(sound.T[:, None], (width, width + before))
    found = F.conv1d(padded, kernels[:, None].to(sound.dtype), stride=before)  # (channels, after, steps)
    return found.transpose(1, 2).reshape(sound.shape[1], -1)[:, : math.ceil(len(sound) * after / before)].T


def timeseries_dataset_from_array(
    data: Any,
    targets: Any,
    sequence_length: int,
    sequence_stride: int = 1,
    sampling_rate: int = 1,
    batch_size: int | None = 128,
    shuffle: bool = False,
    seed: int | None = None,
    start_index: int | None = None,
    end_index: int | None = None,
    format: str = "tf",
) -> Dataset:
    """Batches of windows over a series.

    Args:
        data: the series, time first.
        targets: for each start of a window its target; None for none.
        sequence_length: how many steps a window has.
        sequence_stride: how far apart windows begin.
        sampling_rate: how far apart the steps of a window are.
        batch_size: windows in a batch; None for single windows.
        shuffle: whether they come in random order.
        seed: what that depends on.
        start_index: where the series begins.
        end_index: where it ends.
        format: ``'tf'``, what comes out.

    Raises:
        ValueError: for places outside of the series, and steps below 1.

    Source: https://keras.io/api/data_loading/timeseries/

    Example:
        >>> windows = timeseries_dataset_from_array(np.arange(5), np.arange(2, 7), 3, batch_size=2)
        >>> [(x.tolist(), y.tolist()) for x, y in windows.as_numpy_iterator()]
        [([[0, 1, 2], [1, 2, 3]], [2, 3]), ([[2, 3, 4]], [4])]
    """
    owner, count = "timeseries_dataset_from_array", len(data)
    check_format(owner, format)
    for name, value in (("sampling_rate", sampling_rate), ("sequence_stride", sequence_stride)):
        if not 0 < value < count:
            raise ValueError(f"{owner}: expected {name} to be from 1 to {count - 1}. Received: {name}={value}")
    for name, value in (("start_index", start_index), ("end_index", end_index)):
        if value and not 0 <= value < count:
            raise ValueError(f"{owner}: expected {name} within the series of {count}. Received: {name}={value}")
    if start_index and end_index and end_index <= start_index:
        raise ValueError(f"{owner}: expected end_index above start_index. Received: {end_index} and {start_index}")
    first, last = start_index or 0, end_index or count
    number = last - first - (sequence_length - 1) * sampling_rate
    number = number if targets is None else min(number, len(targets))
    starts = np.arange(0, number, sequence_stride)
    if shuffle:
        seed = int(np.random.randint(1e6)) if seed is None else seed
        np.random.RandomState(seed).shuffle(starts)
    series = _column(data, first, last)
    goals = None if targets is None else _column(targets, first, last)
    steps = torch.arange(sequence_length) * sampling_rate

    def window(start: Any) -> Any:
        places = plain(start)
        found = as_immutable(series[places.unsqueeze(-1) + steps])
        return found if goals is None else (found, as_immutable(goals[places]))

    found = Dataset.from_tensor_slices(starts)
    if shuffle:
        found = found.shuffle(1024 if batch_size is None else batch_size * 8, seed)
    found = (found if batch_size is None else found.batch(batch_size)).map(window)

    def spec() -> Any:  # the length of windows is what TensorFlow does not know
        rows = [None] if batch_size is None else [None, None]
        told = TensorSpec([*rows, *series.shape[1:]], series.dtype)
        return told if goals is None else (told, TensorSpec([*rows[1:], *goals.shape[1:]], goals.dtype))

    return Dataset(found._make, found._count, spec, kind="_PrefetchDataset" if batch_size is None else "_BatchDataset")


def _column(values: Any, first: int, last: int) -> torch.Tensor:
    array = values.to_numpy() if hasattr(values, "to_numpy") else values
    array = plain(array).cpu() if isinstance(array, torch.Tensor) else torch.from_numpy(np.ascontiguousarray(array))
    return array[first:last]


def split_dataset(
    dataset: Any, left_size: Any = None, right_size: Any = None, shuffle: bool = False, seed: int | None = None
) -> tuple[Dataset, Dataset]:
    """A data set, or rows of arrays, in two parts.

    Args:
        dataset: a ``Dataset``, an array, or a list or tuple of arrays.
        left_size: how many elements the first part has, or its share.
        right_size: the same for the second part.
        shuffle: whether elements are mixed first.
        seed: what that depends on.

    Raises:
        ValueError: when neither size is given, or they are too large.

    Source: https://keras.io/api/utils/python_utils/#split_dataset-function
    """
    if left_size is None and right_size is None:
        raise ValueError("split_dataset: expected left_size or right_size. Received: neither")
    whole = (
        dataset
        if isinstance(dataset, Dataset)
        else Dataset.from_tensor_slices(tuple(dataset) if isinstance(dataset, (list, tuple)) else dataset)
    )
    batch = whole._batch_size
    elements = list((whole if batch is None else whole.unbatch())._make())
    if shuffle:
        random.seed(random.randint(0, 10**6) if seed is None else seed)
        random.shuffle(elements)
    count = len(elements)
    left, right = (_absolute(size, count) for size in (left_size, right_size))
    left = count - right if left is None else left
    right = count - left if right is None else right
    if left + right > count or min(left, right) < 1:
        raise ValueError(f"split_dataset: expected two parts of {count} elements. Received: {left} and {right}")
    parts = (Dataset._of(elements[:left]), Dataset._of(elements[count - right :]))
    return tuple(part if batch is None else part.batch(batch) for part in parts)  # type: ignore[return-value]


def _absolute(size: Any, count: int) -> int | None:
    return size if size is None or isinstance(size, int) else round(size * count)
