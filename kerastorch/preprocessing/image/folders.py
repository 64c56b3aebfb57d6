"""Batches of images read from files: by directory, one a class, or by a data frame.

Source: Keras 2.2.4, ``keras.preprocessing.image``.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from ... import config
from ...engine import checks
from .files import COLOR_MODES, img_to_array, load_img, valid_files
from .iterators import Iterator, check_subset, save_batch

__all__ = ["BatchFromFilesMixin", "DataFrameIterator", "DirectoryIterator"]

_UNLABELLED = ("input", "multi_output", "raw", None)


class BatchFromFilesMixin:
    """Reads the files of a batch and puts their labels beside them.

    A class that mixes it in has ``filepaths``, ``labels``, ``sample_weight``, ``class_mode`` and ``dtype``.
    """

    def set_processing_attrs(
        self,
        image_data_generator: Any,
        target_size: Sequence[int],
        color_mode: str,
        data_format: str | None,
        save_to_dir: Any,
        save_prefix: str,
        save_format: str,
        subset: str | None,
        interpolation: str,
    ) -> None:
        """Keeps what a batch needs to be read; the arguments are those of ``DirectoryIterator``.

        Raises:
            ValueError: for an unknown color mode, subset or data format.
        """
        owner = type(self).__name__
        self.image_data_generator = image_data_generator
        self.target_size = checks.int_tuple(owner, "target_size", target_size, 2)
        if color_mode not in COLOR_MODES:
            raise ValueError(
                f"{owner}: expected color_mode to be one of {tuple(COLOR_MODES)}. Received: {color_mode!r}"
            )
        self.color_mode = color_mode
        self.data_format = config.normalize_data_format(data_format, owner)
        channels = (COLOR_MODES[color_mode],)
        last = self.data_format == "channels_last"
        self.image_shape = self.target_size + channels if last else channels + self.target_size
        self.save_to_dir, self.save_prefix, self.save_format = save_to_dir, save_prefix, save_format
        self.interpolation = interpolation
        check_subset(owner, subset)
        part = image_data_generator._validation_split if subset is not None else 0.0
        self.split = {"validation": (0, part), "training": (part, 1), None: None}[subset]
        self.subset = subset

    def _image(self, path: str) -> np.ndarray:
        img = load_img(path, color_mode=self.color_mode, target_size=self.target_size, interpolation=self.interpolation)
        x = img_to_array(img, data_format=self.data_format, dtype="float32")
        img.close()
        generator = self.image_data_generator
        if generator:
            x = generator.apply_transform(x, generator.get_random_transform(x.shape))
            x = generator.standardize(x)
        return x

    def _get_batches_of_transformed_samples(self, index_array: np.ndarray) -> Any:
        batch = np.zeros((len(index_array), *self.image_shape), dtype=self.dtype)
        paths = self.filepaths
        for place, number in enumerate(index_array):
            batch[place] = self._image(paths[number])
        save_batch(self, batch, index_array, 10**7)
        if self.class_mode is None:
            return batch
        y = self._targets_of(batch, index_array)
        return (batch, y) if self.sample_weight is None else (batch, y, self.sample_weight[index_array])

    def _targets_of(self, batch: np.ndarray, index_array: np.ndarray) -> Any:
        if self.class_mode == "input":
            return batch.copy()
        if self.class_mode == "multi_output":
            return [column[index_array] for column in self.labels]
        if self.class_mode == "raw":
            return self.labels[index_array]
        classes = [self.classes[number] for number in index_array]
        if self.class_mode in ("binary", "sparse"):
            return np.asarray(classes, dtype=self.dtype)
        y = np.zeros((len(batch), len(self.class_indices)), dtype=self.dtype)
        for row, of_row in zip(y, classes, strict=True):
            row[of_row] = 1.0
        return y


class DirectoryIterator(BatchFromFilesMixin, Iterator):
    """Batches of images from a directory with one below it for each class.

    Args:
        directory: the directory.
        image_data_generator: transforms and standardizes each image.
        target_size: (height, width) that all images are resized to.
        color_mode: ``'rgb'``, ``'rgba'`` or ``'grayscale'``.
        classes: the names of the directories to read, in the order of their labels; all of them when missing.
        class_mode: the labels: ``'categorical'`` (one-hot), ``'binary'``, ``'sparse'`` (numbers), ``'input'`` (the
            images themselves), or None for no labels.
        batch_size: samples in a batch.
        shuffle: whether each epoch has an order of its own.
        seed: of the shuffling and the transformations.
        data_format: ``'channels_last'`` or ``'channels_first'``.
        save_to_dir: a directory to write the images to as pictures.
        save_prefix: beginning of their names.
        save_format: ending of their names.
        follow_links: whether to go into linked directories.
        subset: ``'training'`` or ``'validation'`` where the generator has a ``validation_split``.
        interpolation: how images are resized.
        dtype: of the images.

    Attributes:
        class_indices: the labels by class name.
        classes: the label of each image.
        filenames: their paths in the directory.
        samples: how many there are.

    Raises:
        ValueError: for an unknown argument value.
        FileNotFoundError: when the directory is not there.
    """

    allowed_class_modes = {"categorical", "binary", "sparse", "input", None}

    def __init__(
        self,
        directory: Any,
        image_data_generator: Any,
        target_size: Sequence[int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        data_format: str | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
        dtype: Any = None,
    ) -> None:
        self.set_processing_attrs(
            image_data_generator,
            target_size,
            color_mode,
            data_format,
            save_to_dir,
            save_prefix,
            save_format,
            subset,
            interpolation,
        )
        self.directory = os.fspath(directory)
        if class_mode not in self.allowed_class_modes:
            allowed = sorted(self.allowed_class_modes, key=str)
            raise ValueError(
                f"{type(self).__name__}: expected class_mode to be one of {allowed}. Received: {class_mode!r}"
            )
        if not os.path.isdir(self.directory):
            raise FileNotFoundError(
                f"{type(self).__name__}: expected a directory with one below it for each class. "
                f"Received: directory={self.directory!r}"
            )
        self.class_mode = class_mode
        self.dtype = config.floatx() if dtype is None else dtype
        if not classes:
            found = sorted(os.listdir(self.directory))
            classes = [name for name in found if os.path.isdir(os.path.join(self.directory, name))]
        self.num_classes = len(classes)
        self.class_indices = {name: label for label, name in enumerate(classes)}
        self.filenames: list[str] = []
        labels: list[int] = []
        for name, label in self.class_indices.items():
            files = self._files_of(name, follow_links)
            self.filenames += files
            labels += [label] * len(files)
        self.samples = len(self.filenames)
        self.classes = np.array(labels, dtype="int32")
        print(f"Found {self.samples} images belonging to {self.num_classes} classes.")
        self._filepaths = [os.path.join(self.directory, name) for name in self.filenames]
        super().__init__(self.samples, batch_size, shuffle, seed)

    def _files_of(self, name: str, follow_links: bool) -> list[str]:
        """The files of one class, as paths in the directory; those of the subset only."""
        folder = os.path.join(self.directory, name)
        paths = list(valid_files(folder, self.white_list_formats, follow_links))
        if self.split:
            paths = paths[int(self.split[0] * len(paths)) : int(self.split[1] * len(paths))]
        return [os.path.join(os.path.basename(folder), os.path.relpath(path, folder)) for path in paths]

    @property
    def filepaths(self) -> list[str]:
        """The path of each image."""
        return self._filepaths

    @property
    def labels(self) -> np.ndarray:
        """The label of each image."""
        return self.classes

    @property
    def sample_weight(self) -> None:
        """None: directories have no weights."""
        return None


class DataFrameIterator(BatchFromFilesMixin, Iterator):
    """Batches of images whose names and labels a pandas data frame holds.

    Args:
        dataframe: one row an image.
        directory: what the names are relative to; None when they are whole paths.
        image_data_generator: transforms and standardizes each image; None leaves them as they are.
        x_col: column of the names.
        y_col: column of the labels, or a list of columns.
        weight_col: column of sample weights, or None.
        target_size: (height, width) that all images are resized to.
        color_mode: ``'rgb'``, ``'rgba'`` or ``'grayscale'``.
        classes: the names of the classes to use; all when missing.
        class_mode: as for ``DirectoryIterator``; also ``'raw'`` (the columns' values) and ``'multi_output'`` (a list of
            them). With ``'categorical'`` an entry may be a list of classes.
        batch_size: samples in a batch.
        shuffle: whether each epoch has an order of its own.
        seed: of the shuffling and the transformations.
        data_format: ``'channels_last'`` or ``'channels_first'``.
        save_to_dir: a directory to write the images to as pictures.
        save_prefix: beginning of their names.
        save_format: ending of their names.
        subset: ``'training'`` or ``'validation'`` where the generator has a ``validation_split``.
        interpolation: how images are resized.
        dtype: of the images.
        validate_filenames: whether to leave out names without a file.

    Raises:
        ValueError: for an unknown argument value, or labels that do not fit ``class_mode``.
        TypeError: for columns of the wrong type.
    """

    allowed_class_modes = {"binary", "categorical", "input", "multi_output", "raw", "sparse", None}

    def __init__(
        self,
        dataframe: Any,
        directory: Any = None,
        image_data_generator: Any = None,
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
        data_format: str | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        interpolation: str = "nearest",
        dtype: Any = None,
        validate_filenames: bool = True,
    ) -> None:
        self.set_processing_attrs(
            image_data_generator,
            target_size,
            color_mode,
            data_format,
            save_to_dir,
            save_prefix,
            save_format,
            subset,
            interpolation,
        )
        self.directory = os.fspath(directory) if directory else ""
        self.class_mode = class_mode
        self.dtype = config.floatx() if dtype is None else dtype
        self._check_columns(dataframe, x_col, y_col, weight_col, classes)
        df = self._with_files(dataframe, x_col) if validate_filenames else dataframe.copy()
        if class_mode not in _UNLABELLED:
            df, classes = self._with_classes(df, y_col, classes)
            self.class_indices = {name: label for label, name in enumerate(classes)}
        if self.split:
            df = df.iloc[int(self.split[0] * len(df)) : int(self.split[1] * len(df)), :]
        if class_mode not in _UNLABELLED:
            self.classes = self.get_classes(df, y_col)
        self.filenames = df[x_col].tolist()
        self._sample_weight = df[weight_col].to_numpy() if weight_col else None
        if class_mode == "multi_output":
            self._targets: Any = [np.array(df[column].tolist()) for column in y_col]
        elif class_mode == "raw":
            self._targets = df[y_col].to_numpy()
        self.samples = len(self.filenames)
        kind = "validated" if validate_filenames else "non-validated"
        of = "" if class_mode in _UNLABELLED else f" belonging to {len(classes)} classes"
        print(f"Found {self.samples} {kind} image filenames{of}.")
        self._filepaths = [os.path.join(self.directory, name) for name in self.filenames]
        super().__init__(self.samples, batch_size, shuffle, seed)

    def _check_columns(self, df: Any, x_col: str, y_col: Any, weight_col: str | None, classes: Any) -> None:
        owner, mode = type(self).__name__, self.class_mode

        def expect(fits: bool, what: str, received: Any, error: type[Exception] = TypeError) -> None:
            if not fits:
                raise error(f"{owner}: expected {what}. Received: {received}")

        def holds(column: str, types: Any) -> bool:
            return all(isinstance(value, types) for value in df[column])

        allowed = sorted(self.allowed_class_modes, key=str)
        expect(mode in self.allowed_class_modes, f"class_mode to be one of {allowed}", repr(mode), ValueError)
        expect(
            mode != "multi_output" or isinstance(y_col, list),
            "y_col to be a list of columns with class_mode='multi_output'",
            type(y_col).__name__,
        )
        expect(holds(x_col, str), f"names of files in the column {x_col!r}", "other values")
        if mode in ("binary", "sparse"):
            expect(holds(y_col, str), f"strings in the column {y_col!r} with class_mode={mode!r}", "other values")
        if mode == "binary":
            count = len(set(classes or df[y_col]))
            expect(count == 2, "2 classes with class_mode='binary'", f"{count} classes", ValueError)
        if mode == "categorical":
            expect(
                holds(y_col, (str, list, tuple)),
                f"strings, lists or tuples in the column {y_col!r} with class_mode='categorical'",
                "other values",
            )
        if classes and mode in _UNLABELLED:
            warnings.warn(f"{owner}: classes has no effect with class_mode={mode!r}.", stacklevel=4)
        if weight_col:
            kind = getattr(df[weight_col].dtype, "kind", "O")
            expect(kind in "fiu", f"numbers in the column {weight_col!r}", f"dtype {df[weight_col].dtype}")

    def get_classes(self, df: Any, y_col: str) -> list[Any]:
        """The label of each row, or a list of them where a row has several."""
        return [
            [self.class_indices[name] for name in entry]
            if isinstance(entry, (list, tuple))
            else self.class_indices[entry]
            for entry in df[y_col]
        ]

    @staticmethod
    def _with_classes(df: Any, y_col: str, classes: Sequence[str] | None) -> tuple[Any, list[str]]:
        """The rows of the classes wanted, and those classes in order."""
        entries = [list(e) if isinstance(e, (list, tuple)) else e for e in df[y_col]]
        if not classes:
            every = {name for e in entries for name in (e if isinstance(e, list) else [e])}
            return df.copy(), sorted(every)
        wanted = set(classes)
        kept = [[n for n in e if n in wanted] if isinstance(e, list) else (e if e in wanted else None) for e in entries]
        rows = [i for i, entry in enumerate(kept) if entry is not None and entry != []]
        df = df.iloc[rows].copy()
        df[y_col] = [kept[i] for i in rows]
        return df, sorted(wanted)

    def _with_files(self, df: Any, x_col: str) -> Any:
        """The rows whose file is there and is a picture by its name."""
        there = [
            name.lower().endswith(self.white_list_formats) and os.path.isfile(os.path.join(self.directory, name))
            for name in df[x_col]
        ]
        missing = there.count(False)
        if missing:
            warnings.warn(
                f"{type(self).__name__}: {missing} name(s) in the column {x_col!r} have no picture and are left out.",
                stacklevel=4,
            )
        return df.iloc[[i for i, is_there in enumerate(there) if is_there]].copy()

    @property
    def filepaths(self) -> list[str]:
        """The path of each image."""
        return self._filepaths

    @property
    def labels(self) -> Any:
        """The targets of each image."""
        return self._targets if self.class_mode in ("multi_output", "raw") else self.classes

    @property
    def sample_weight(self) -> np.ndarray | None:
        """The weight of each image, or None."""
        return self._sample_weight
