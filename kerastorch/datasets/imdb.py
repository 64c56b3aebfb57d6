"""IMDB: 50,000 film reviews as lists of word numbers, half of them in favour.

Words are numbered by how often they occur, 1 the most frequent.

Source: Maas et al., "Learning Word Vectors for Sentiment Analysis", ACL 2011; https://keras.io/api/datasets/imdb/
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import eras
from ..utils.file_utils import get_file
from ._common import ORIGIN, Split, random_generator, shuffle_together
from ._read import load_json, load_npz
from ._text import cut_vocabulary, legacy_num_words, offset_words, remove_long, to_array

__all__ = ["load_data", "get_word_index"]


def load_data(
    path: str = "imdb.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    seed: int | None = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int | None = 3,
    **kwargs: Any,
) -> Split:
    """The reviews, as arrays of lists of word numbers, and 1 for a favourable one, 0 for another.

    Args:
        path: the file's name under ``~/.keras/datasets``, or an absolute path.
        num_words: words with this number or a higher one (after ``index_from``) are left out.
        skip_top: words with a lower number (after ``index_from``) are left out.
        maxlen: only reviews shorter than this, the start mark included, are kept.
        seed: of the shuffling.
        start_char: the number that begins each review; None for no mark.
        oov_char: the number put in the place of a word left out; None to close the gap.
        index_from: what is added to every word's number.
        **kwargs: ``nb_words``, the Keras 1 name of ``num_words``.

    Raises:
        OSError: when the file is neither cached nor reachable.
        ValueError: when it is broken, or ``maxlen`` keeps no review.
        TypeError: for an unknown argument.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data(num_words=10000)  # doctest: +SKIP
    """
    num_words = legacy_num_words("imdb.load_data", num_words, kwargs)
    path = get_file(
        path,
        origin=ORIGIN + "imdb.npz",
        file_hash="69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
    )
    x_train, y_train, x_test, y_test = load_npz(path, ["x_train", "y_train", "x_test", "y_test"])
    generator = random_generator(seed)
    x_train, y_train = shuffle_together(generator, x_train, y_train)
    x_test, y_test = shuffle_together(generator, x_test, y_test)
    rows_train, rows_test = (offset_words(rows, start_char, index_from) for rows in (x_train, x_test))
    cut = len(rows_train)
    if maxlen:
        rows_train, y_train = remove_long(rows_train, y_train, maxlen)
        rows_test, y_test = remove_long(rows_test, y_test, maxlen)
        if eras.current().datasets != "keras2":
            cut = len(rows_train)  # Keras to 2.3 cuts where the halves met before: test rows fill the gaps
    rows = rows_train + rows_test
    if not rows:
        raise ValueError(f"imdb.load_data: expected maxlen to keep some review. Received: maxlen={maxlen}")
    labels = np.concatenate([y_train, y_test])
    rows = cut_vocabulary(rows, num_words, skip_top, oov_char)
    return (to_array(rows[:cut]), labels[:cut]), (to_array(rows[cut:]), labels[cut:])


def get_word_index(path: str = "imdb_word_index.json") -> dict[str, int]:
    """From words to their numbers, before ``index_from`` is added.

    Args:
        path: the file's name under ``~/.keras/datasets``, or an absolute path.

    Example:
        >>> get_word_index()["the"]  # doctest: +SKIP
        1
    """
    return load_json(
        get_file(path, origin=ORIGIN + "imdb_word_index.json", file_hash="bfafd718b763782e994055a2d397834f")
    )
