"""Sequences: padded to one length, as pairs of neighbours, as windows of a time series.

Source: https://keras.io/api/data_loading/timeseries/ and Keras 2.2.4, ``keras.preprocessing.sequence``.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..engine import checks
from ..training.enqueuers import Sequence as Batches

__all__ = [
    "TimeseriesGenerator",
    "make_sampling_table",
    "pad_sequences",
    "skipgrams",
    "timeseries_generator_from_json",
]


def pad_sequences(
    sequences: Sequence[Any],
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> np.ndarray:
    """Sequences of different lengths as one array.

    Args:
        sequences: lists of numbers, or of lists or arrays of one shape.
        maxlen: the length of all rows; that of the longest sequence when missing.
        dtype: of the array; ``object`` for strings of any length.
        padding: where short sequences are filled up: ``'pre'`` or ``'post'``.
        truncating: where long ones are cut: ``'pre'`` or ``'post'``.
        value: what they are filled up with.

    Shape:
        ``(len(sequences), maxlen, ...)``.

    Raises:
        ValueError: for something that is no list of sequences, entries of different shapes, or an unknown argument.

    Example:
        >>> pad_sequences([[1, 2, 3], [4]], maxlen=2)
        array([[2, 3],
               [0, 4]], dtype=int32)

    Source: https://keras.io/api/data_loading/timeseries/#padsequences-function
    """
    owner = "pad_sequences"
    padding = checks.one_of(owner, "padding", padding, ("pre", "post"))
    truncating = checks.one_of(owner, "truncating", truncating, ("pre", "post"))
    if not hasattr(sequences, "__len__"):
        raise ValueError(f"{owner}: expected a list of sequences. Received: {type(sequences).__name__}")
    for entry in sequences:
        if not hasattr(entry, "__len__"):
            raise ValueError(f"{owner}: expected a list of sequences. Received: {entry!r} in it")
    if isinstance(value, str) and np.dtype(dtype).kind not in "OU":
        raise ValueError(
            f"{owner}: expected dtype=object for strings of any length. Received: dtype={dtype!r} and value={value!r}"
        )
    if maxlen is None:
        maxlen = max(map(len, sequences), default=0)
    shape = next((np.asarray(entry).shape[1:] for entry in sequences if len(entry)), ())
    x = np.full((len(sequences), maxlen, *shape), value, dtype=dtype)
    for i, entry in enumerate(sequences):
        if not len(entry) or maxlen == 0:
            continue
        kept = np.asarray(entry[-maxlen:] if truncating == "pre" else entry[:maxlen], dtype=dtype)
        if kept.shape[1:] != shape:
            raise ValueError(
                f"{owner}: expected entries of shape {shape} in every sequence. Received: shape {kept.shape[1:]} in "
                f"sequence {i}"
            )
        if padding == "post":
            x[i, : len(kept)] = kept
        else:
            x[i, -len(kept) :] = kept
    return x


def make_sampling_table(size: int, sampling_factor: float = 1e-5) -> np.ndarray:
    """The probability to keep the word of each rank, so that frequent words do not crowd out the others.

    Word frequencies are taken to follow Zipf's law: ``1 / (rank * (log(rank) + gamma) + 1/2 - 1 / (12 * rank))``.

    Args:
        size: how many words there are.
        sampling_factor: word2vec's; smaller keeps fewer.

    Example:
        >>> make_sampling_table(3).round(6).tolist()
        [0.003152, 0.003152, 0.005476]

    Source: T. Mikolov et al., "Distributed Representations of Words and Phrases and their Compositionality", 2013.
    """
    rank = np.arange(checks.positive_int("make_sampling_table", "size", size))
    rank[0] = 1
    gamma = 0.577
    inverse = rank * (np.log(rank) + gamma) + 0.5 - 1.0 / (12.0 * rank)
    f = sampling_factor * inverse
    return np.minimum(1.0, f / np.sqrt(f))


def skipgrams(
    sequence: Sequence[int],
    vocabulary_size: int,
    window_size: int = 4,
    negative_samples: float = 1.0,
    shuffle: bool = True,
    categorical: bool = False,
    sampling_table: Sequence[float] | None = None,
    seed: int | None = None,
) -> tuple[list[list[int]], list[Any]]:
    """Pairs of words that stand near each other, and pairs that do not.

    Random numbers come from Python's ``random`` in Keras's order, so ``random.seed`` gives the same pairs.

    Args:
        sequence: word numbers; 0 is no word.
        vocabulary_size: the largest word number + 1.
        window_size: how far apart the words of a pair may be.
        negative_samples: how many random pairs for each real one.
        shuffle: whether to mix the pairs.
        categorical: whether labels are ``[0, 1]`` and ``[1, 0]`` instead of 1 and 0.
        sampling_table: probability to keep the word of each number; see ``make_sampling_table``.
        seed: of the mixing.

    Returns:
        ``(couples, labels)``.

    Example:
        >>> skipgrams([1, 2, 3], 4, window_size=1, negative_samples=0, shuffle=False)
        ([[1, 2], [2, 1], [2, 3], [3, 2]], [1, 1, 1, 1])

    Source: T. Mikolov et al., "Efficient Estimation of Word Representations in Vector Space", 2013.
    """
    real, unreal = ([0, 1], [1, 0]) if categorical else (1, 0)
    couples = []
    for i, word in enumerate(sequence):
        if not word or (sampling_table is not None and sampling_table[word] < random.random()):
            continue
        for j in range(max(0, i - window_size), min(len(sequence), i + window_size + 1)):
            if j != i and sequence[j]:
                couples.append([word, sequence[j]])
    labels = [real] * len(couples)
    if negative_samples > 0:
        count = int(len(labels) * negative_samples)
        words = [couple[0] for couple in couples]
        random.shuffle(words)
        couples += [[words[i % len(words)], random.randint(1, vocabulary_size - 1)] for i in range(count)]
        labels += [unreal] * count
    if shuffle:
        seed = random.randint(0, 10**7) if seed is None else seed
        for group in (couples, labels):  # with one seed both are mixed alike
            random.seed(seed)
            random.shuffle(group)
    return couples, labels


def _remove_long_seq(maxlen: int, seq: Iterable[Any], label: Iterable[Any]) -> tuple[list[Any], list[Any]]:
    """The sequences shorter than ``maxlen``, and their labels."""
    kept = [(x, y) for x, y in zip(seq, label) if len(x) < maxlen]
    return [x for x, _ in kept], [y for _, y in kept]


class TimeseriesGenerator(Batches):
    """Batches of windows of a time series, and the target that follows each.

    Args:
        data: one entry a step.
        targets: likewise; a window's target is that of the step after it.
        length: steps in a window.
        sampling_rate: every how many steps one is taken into the window.
        stride: steps from one window to the next.
        start_index: steps before it are left out.
        end_index: steps after it are left out.
        shuffle: whether windows are drawn at random.
        reverse: whether windows run backwards.
        batch_size: windows in a batch.

    Raises:
        ValueError: for lengths that differ, or when no window fits.

    Example:
        >>> steps = np.arange(50)[:, None]
        >>> batches = TimeseriesGenerator(steps, steps, length=10, sampling_rate=2, batch_size=2)
        >>> x, y = batches[0]
        >>> len(batches), x[..., 0].tolist(), y[:, 0].tolist()
        (20, [[0, 2, 4, 6, 8], [1, 3, 5, 7, 9]], [10, 11])
    """

    def __init__(
        self,
        data: Any,
        targets: Any,
        length: int,
        sampling_rate: int = 1,
        stride: int = 1,
        start_index: int = 0,
        end_index: int | None = None,
        shuffle: bool = False,
        reverse: bool = False,
        batch_size: int = 128,
    ) -> None:
        if len(data) != len(targets):
            raise ValueError(
                f"TimeseriesGenerator: expected as many targets as data. Received: {len(targets)} and {len(data)}"
            )
        self.data, self.targets = data, targets
        owner = "TimeseriesGenerator"
        self.length = checks.positive_int(owner, "length", length, zero=True)
        self.sampling_rate = checks.positive_int(owner, "sampling_rate", sampling_rate)
        self.stride = checks.positive_int(owner, "stride", stride)
        self.start_index = start_index + self.length
        self.end_index = len(data) - 1 if end_index is None else end_index
        self.shuffle, self.reverse = shuffle, reverse
        self.batch_size = checks.positive_int(owner, "batch_size", batch_size)
        if self.start_index > self.end_index:
            raise ValueError(
                "TimeseriesGenerator: expected a window to fit between start_index and end_index: "
                f"`start_index+length={self.start_index} > end_index={self.end_index}` is disallowed"
            )

    def __len__(self) -> int:
        reach = self.batch_size * self.stride
        return (self.end_index - self.start_index + reach) // reach

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        if self.shuffle:
            rows = np.random.randint(self.start_index, self.end_index + 1, size=self.batch_size)
        else:
            reach = self.batch_size * self.stride
            first = self.start_index + reach * index
            rows = np.arange(first, min(first + reach, self.end_index + 1), self.stride)
        samples = np.array([self.data[row - self.length : row : self.sampling_rate] for row in rows])
        targets = np.array([self.targets[row] for row in rows])
        return (samples[:, ::-1, ...] if self.reverse else samples), targets

    def get_config(self) -> dict[str, Any]:
        """The arguments as plain data, the series as JSON text.

        ``start_index`` comes with ``length`` added to it, as in Keras.

        Raises:
            TypeError: when the series cannot be written as JSON.
        """
        return {
            "data": _as_json("data", self.data),
            "targets": _as_json("targets", self.targets),
            "length": self.length,
            "sampling_rate": self.sampling_rate,
            "stride": self.stride,
            "start_index": self.start_index,
            "end_index": self.end_index,
            "shuffle": self.shuffle,
            "reverse": self.reverse,
            "batch_size": self.batch_size,
        }

    def to_json(self, **kwargs: Any) -> str:
        """The configuration as JSON text, for ``timeseries_generator_from_json``.

        Args:
            **kwargs: passed to ``json.dumps``.
        """
        return json.dumps({"class_name": type(self).__name__, "config": self.get_config()}, **kwargs)


def _as_json(name: str, series: Any) -> str:
    try:
        return json.dumps(series.tolist() if hasattr(series, "tolist") else series)
    except TypeError:
        raise TypeError(
            f"TimeseriesGenerator: expected {name} to be numbers that JSON can hold. Received: {type(series).__name__}"
        ) from None


def timeseries_generator_from_json(json_string: str) -> TimeseriesGenerator:
    """The generator that ``TimeseriesGenerator.to_json`` wrote.

    Args:
        json_string: the text.
    """
    config = json.loads(json_string)["config"]
    config["data"], config["targets"] = json.loads(config["data"]), json.loads(config["targets"])
    return TimeseriesGenerator(**config)
