"""Data sets of folders and series: ``image_dataset_from_directory`` and its kin, of ``keras.utils``.

Source: https://keras.io/api/data_loading/
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from ....engine.symbolic.immutable import as_immutable, plain
from .._texts import TextTensor
from ..image.codecs import decode_image
from ..image.resizing import ResizeMethod, resize
from ..io.files import path_of, read_file
from .dataset import Dataset

__all__ = [
    "image_dataset_from_directory",
    "smart_resize",
    "split_dataset",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
]

_PICTURES = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
_CHANNELS = {"rgb": 3, "rgba": 4, "grayscale": 1}
_LABEL_MODES = ("int", "categorical", "binary", None)


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


class _Folder:
    """The files of a folder and their labels.

    Args:
        owner: the function that was called.
        directory: the folder.
        labels: ``'inferred'`` from the folders inside, None, or one number a file.
        label_mode: how labels are written.
        class_names: the order of the classes.
        shuffle: whether the files come in random order.
        seed: what that depends on.
        follow_links: whether links to folders are followed.
        endings: of the files that count.
    """

    def __init__(
        self,
        owner: str,
        directory: Any,
        labels: Any,
        label_mode: str | None,
        class_names: Any,
        shuffle: bool,
        seed: int,
        follow_links: bool,
        endings: tuple[str, ...],
    ) -> None:
        if labels not in ("inferred", None) and not isinstance(labels, (list, tuple)):
            raise ValueError(f"{owner}: expected labels to be 'inferred', None or a list. Received: labels={labels!r}")
        if class_names and labels != "inferred":
            raise ValueError(f"{owner}: expected labels='inferred' beside class_names. Received: labels={labels!r}")
        if label_mode not in _LABEL_MODES:
            raise ValueError(
                f"{owner}: expected label_mode to be one of {_LABEL_MODES}. Received: label_mode={label_mode!r}"
            )
        self.owner = owner
        self.label_mode = None if labels is None else label_mode
        folder = path_of(directory)
        inner = [""] if labels != "inferred" or label_mode is None else _folders(folder)
        self.class_names = list(class_names or inner)
        if labels == "inferred" and label_mode is not None and set(self.class_names) != set(inner):
            raise ValueError(f"{owner}: expected class_names to be the folders {inner}. Received: {self.class_names}")
        found = [(os.path.join(folder, n, path), n) for n in inner for path in _files(folder, n, follow_links, endings)]
        self.paths = [path for path, _ in found]
        if isinstance(labels, (list, tuple)):
            if len(labels) != len(self.paths):
                raise ValueError(f"{owner}: expected {len(self.paths)} labels, one a file. Received: {len(labels)}")
            self.class_names = sorted(set(labels))
            numbers = list(labels)
        else:
            numbers = [self.class_names.index(name) for _, name in found]
        self.labels = np.asarray(numbers, dtype="int32")
        told = "" if self.label_mode is None else f" belonging to {len(self.class_names)} classes"
        print(f"Found {len(self.paths)} files{told}.")
        if self.label_mode == "binary" and len(self.class_names) != 2:
            raise ValueError(
                f"{owner}: expected two classes for label_mode='binary'. Received: class_names={self.class_names}"
            )
        if shuffle:
            np.random.RandomState(seed).shuffle(self.paths)
            np.random.RandomState(seed).shuffle(self.labels)

    def part(self, share: float | None, subset: str | None) -> tuple[list[str], np.ndarray]:
        """The files and labels of a subset.

        Raises:
            ValueError: when there are none.
        """
        paths, labels = self.paths, self.labels
        if share:
            last = int(share * len(paths))
            which = slice(None, -last) if subset == "training" else slice(-last, None)
            paths, labels = paths[which], labels[which]
            print(f"Using {len(paths)} files for {subset}.")
        if not paths:
            raise ValueError(f"{self.owner}: expected files in the folder. Received: none that count")
        return paths, labels

    def labelled(self, contents: Dataset, labels: np.ndarray) -> Dataset:
        """The contents of files with their labels."""
        if self.label_mode is None:
            return contents
        if self.label_mode == "categorical":
            labels = np.eye(len(self.class_names), dtype="float32")[labels]
        elif self.label_mode == "binary":
            labels = labels.astype("float32")[:, None]
        return Dataset.zip((contents, Dataset.from_tensor_slices(labels)))


def _folders(folder: str) -> list[str]:
    return sorted(n for n in os.listdir(folder) if os.path.isdir(os.path.join(folder, n)) and not n.startswith("."))


def _files(folder: str, name: str, follow_links: bool, endings: tuple[str, ...]) -> list[str]:
    """The files that count, by their paths in the folder of a class."""
    top = os.path.join(folder, name)
    walk = sorted(os.walk(top, followlinks=follow_links), key=lambda entry: entry[0])
    return [
        os.path.relpath(os.path.join(root, file), top)
        for root, _, files in walk
        for file in sorted(files)
        if file.lower().endswith(endings)
    ]


def _check_split(owner: str, share: float | None, subset: str | None, shuffle: bool, seed: int | None) -> None:
    if share and not 0 < share < 1:
        raise ValueError(f"{owner}: expected validation_split to be between 0 and 1. Received: {share}")
    if bool(share) != bool(subset):
        raise ValueError(
            f"{owner}: expected validation_split and subset together. Received: validation_split={share}, "
            f"subset={subset!r}"
        )
    if subset not in ("training", "validation", "both", None):
        raise ValueError(f"{owner}: expected subset to be 'training', 'validation' or 'both'. Received: {subset!r}")
    if share and shuffle and seed is None:
        raise ValueError(f"{owner}: expected a seed beside validation_split, or the parts overlap. Received: seed=None")


def _of_folder(
    folder: _Folder,
    read: Callable[[Any], Any],
    batch_size: int | None,
    shuffle: bool,
    seed: int,
    share: Any,
    subset: Any,
) -> Any:
    """The data set of a subset, or a list of both."""

    def made(name: str | None, mixed: bool) -> Dataset:
        paths, labels = folder.part(share, name)
        found: Dataset = folder.labelled(Dataset.from_tensor_slices(TextTensor(paths)), labels)
        if mixed:  # the order is drawn before the files are read: it is the same, and less is kept
            found = found.shuffle(1024 if batch_size is None else batch_size * 8, seed)
        if folder.label_mode is None:
            found = found.map(read)
        else:
            found = found.map(lambda path, label: (read(path), label))
        found = found if batch_size is None else found.batch(batch_size)
        found.class_names, found.file_paths = folder.class_names, paths  # type: ignore[attr-defined]
        return found

    if subset == "both":
        return [made("training", shuffle), made("validation", False)]
    return made(subset, shuffle)


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
        **kwargs: ``smart_resize``, the last argument's older name.

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
    if interpolation not in {value for key, value in vars(ResizeMethod).items() if key.isupper()}:
        raise ValueError(f"{owner}: expected a method of tf.image.resize. Received: interpolation={interpolation!r}")
    _check_split(owner, validation_split, subset, shuffle, seed)
    seed = int(np.random.randint(1e6)) if seed is None else seed
    folder = _Folder(owner, directory, labels, label_mode, class_names, shuffle, seed, follow_links, _PICTURES)

    def read(path: Any) -> Any:
        picture = plain(decode_image(read_file(path), _CHANNELS[color_mode], expand_animations=False)).float()
        found = (smart_resize if crop else resize)(as_immutable(picture), tuple(image_size), interpolation)
        return as_immutable(plain(found).float())

    return _of_folder(folder, read, batch_size, shuffle, seed, validation_split, subset)


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

    Returns:
        A ``Dataset`` with ``class_names``; a list of two for ``subset='both'``.

    Raises:
        ValueError: for arguments that do not fit, or no texts.

    Source: https://keras.io/api/data_loading/text/
    """
    owner = "text_dataset_from_directory"
    _check_split(owner, validation_split, subset, shuffle, seed)
    seed = int(np.random.randint(1e6)) if seed is None else seed
    folder = _Folder(owner, directory, labels, label_mode, class_names, shuffle, seed, follow_links, (".txt",))

    def read(path: Any) -> TextTensor:
        text = read_file(path)
        return text if max_length is None else TextTensor(bytes(text)[:max_length])

    return _of_folder(folder, read, batch_size, shuffle, seed, validation_split, subset)


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

    Raises:
        ValueError: for places outside of the series, and steps below 1.

    Source: https://keras.io/api/data_loading/timeseries/

    Example:
        >>> windows = timeseries_dataset_from_array(np.arange(5), np.arange(2, 7), 3, batch_size=2)
        >>> [(x.tolist(), y.tolist()) for x, y in windows.as_numpy_iterator()]
        [([[0, 1, 2], [1, 2, 3]], [2, 3]), ([[2, 3, 4]], [4])]
    """
    owner, count = "timeseries_dataset_from_array", len(data)
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
    return (found if batch_size is None else found.batch(batch_size)).map(window)


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
