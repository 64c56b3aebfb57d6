"""The files of a folder that are data, and their labels.

Source: https://keras.io/api/data_loading/
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from .._texts import TextTensor
from ..io.files import path_of
from .dataset import Dataset

__all__ = ["Folder", "check_format", "check_split", "in_batches", "of_folder"]

_LABEL_MODES = ("int", "categorical", "binary", None)


class Folder:
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
        verbose: whether the number of files is printed.
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
        verbose: bool = True,
    ) -> None:
        if labels not in ("inferred", None) and not isinstance(labels, (list, tuple)):
            raise ValueError(f"{owner}: expected labels to be 'inferred', None or a list. Received: labels={labels!r}")
        if class_names is not None and (labels != "inferred" or label_mode is None):
            raise ValueError(f"{owner}: expected labels='inferred' beside class_names. Received: labels={labels!r}")
        if label_mode not in _LABEL_MODES:
            raise ValueError(
                f"{owner}: expected label_mode to be one of {_LABEL_MODES}. Received: label_mode={label_mode!r}"
            )
        self.owner = owner
        self.label_mode = label_mode = None if labels is None else label_mode
        folder = path_of(directory)
        inner = [""] if labels != "inferred" or label_mode is None else _folders(folder)
        names = inner if class_names is None else list(class_names)
        if not set(names) <= set(inner):
            raise ValueError(f"{owner}: expected class_names to be among the folders {inner}. Received: {names}")
        found = [(os.path.join(folder, n, path), n) for n in names for path in _files(folder, n, follow_links, endings)]
        self.paths = [path for path, _ in found]
        numbers = [names.index(name) for _, name in found]
        if isinstance(labels, (list, tuple)) and label_mode is not None:
            if len(labels) != len(self.paths):
                raise ValueError(f"{owner}: expected {len(self.paths)} labels, one a file. Received: {len(labels)}")
            names, numbers = [str(label) for label in sorted(set(labels))], list(labels)
        self.class_names = None if label_mode is None else names
        self.labels = np.asarray(numbers, dtype="int32")
        if verbose:
            told = "" if label_mode is None else f" belonging to {len(names)} classes"
            print(f"Found {len(self.paths)} files{told}.")
        if label_mode == "binary" and len(names) != 2:
            raise ValueError(f"{owner}: expected two classes for label_mode='binary'. Received: class_names={names}")
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
            labels = (labels[:, None] == np.arange(len(self.class_names or ()))).astype("float32")
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


def in_batches(batch_size: int | None) -> Callable[[Dataset], Dataset]:
    """What makes batches of elements; for None it leaves them alone."""
    return lambda found: (found if batch_size is None else found.batch(batch_size)).prefetch(1)


def check_format(owner: str, format: str) -> None:
    """Checks that what is asked for is a ``tf.data.Dataset``.

    Raises:
        ValueError: when it is something else.
    """
    if format != "tf":
        raise ValueError(f"{owner}: expected format='tf', a tf.data.Dataset. Received: format={format!r}")


def check_split(owner: str, share: float | None, subset: str | None, shuffle: bool, seed: int | None) -> None:
    """Checks the arguments that tell the parts for training and validation.

    Raises:
        ValueError: when they do not go together.
    """
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


def of_folder(
    folder: Folder,
    read: Callable[[Any], Any],
    batch_size: int | None,
    shuffle: bool,
    seed: int,
    share: Any,
    subset: Any,
    finish: Callable[[Dataset], Dataset],
) -> Any:
    """The data set of a subset, or a list of both; ``finish`` makes batches of what was read."""

    def made(name: str | None, mixed: bool) -> Dataset:
        paths, labels = folder.part(share, name)
        found: Dataset = folder.labelled(Dataset.from_tensor_slices(TextTensor(paths)), labels)
        if mixed:  # the order is drawn before the files are read: it is the same, and less is kept
            found = found.shuffle(1024 if batch_size is None else batch_size * 8, seed)
        if folder.label_mode is None:
            found = found.map(read)
        else:
            found = found.map(lambda path, label: (read(path), label))
        found = finish(found)
        found.class_names, found.file_paths = folder.class_names, paths  # type: ignore[attr-defined]
        return found

    if subset == "both":
        return [made("training", shuffle), made("validation", False)]
    return made(subset, shuffle)
