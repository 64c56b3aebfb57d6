"""Reuters: 11,228 newswires as lists of word numbers, in 46 topics.

Words are numbered by how often they occur, 1 the most frequent.

Source: Lewis, Reuters-21578; https://keras.io/api/datasets/reuters/
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..utils.file_utils import get_file
from ._common import (
    ORIGIN,
    Split,
    check_test_split,
    random_generator,
    shuffle_together,
    split_tail,
)
from ._read import load_json, load_npz
from ._text import cut_vocabulary, legacy_num_words, offset_words, remove_long, to_array

__all__ = ["load_data", "get_word_index", "get_label_names"]

_TOPICS = (
    "cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves ship cotton carcass "
    "crude nat-gas cpi money-fx interest gnp meal-feed alum oilseed gold tin strategic-metal livestock retail ipi "
    "iron-steel rubber heat jobs lei bop zinc orange pet-chem dlr gas silver wpi hog lead"
)


def load_data(
    path: str = "reuters.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: int | None = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int | None = 3,
    **kwargs: Any,
) -> Split:
    """The newswires, as arrays of lists of word numbers, and the numbers of their topics.

    Args:
        path: the file's name under ``~/.keras/datasets``, or an absolute path.
        num_words: words with this number or a higher one (after ``index_from``) are left out.
        skip_top: words with a lower number (after ``index_from``) are left out.
        maxlen: only newswires shorter than this, the start mark included, are kept.
        test_split: the fraction that is test data.
        seed: of the shuffling.
        start_char: the number that begins each newswire; None for no mark.
        oov_char: the number put in the place of a word left out; None to close the gap.
        index_from: what is added to every word's number.
        **kwargs: ``nb_words``, the Keras 1 name of ``num_words``.

    Raises:
        OSError: when the file is neither cached nor reachable.
        ValueError: when it is broken, ``maxlen`` keeps nothing, or ``test_split`` is no fraction.
        TypeError: for an unknown argument.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data(num_words=1000)  # doctest: +SKIP
    """
    num_words = legacy_num_words("reuters.load_data", num_words, kwargs)
    check_test_split("reuters.load_data", test_split)
    path = get_file(
        path,
        origin=ORIGIN + "reuters.npz",
        file_hash="d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916",
    )
    x, labels = shuffle_together(random_generator(seed), *load_npz(path, ["x", "y"]))
    rows = offset_words(x, start_char, index_from)
    if maxlen:
        rows, labels = remove_long(rows, labels, maxlen)
        if not rows:
            raise ValueError(f"reuters.load_data: expected maxlen to keep some newswire. Received: maxlen={maxlen}")
    rows = cut_vocabulary(rows, num_words, skip_top, oov_char)
    (x_train, y_train), (x_test, y_test) = split_tail(rows, np.asarray(labels), test_split)
    return (to_array(x_train), y_train), (to_array(x_test), y_test)


def get_word_index(path: str = "reuters_word_index.json") -> dict[str, int]:
    """From words to their numbers, before ``index_from`` is added.

    Args:
        path: the file's name under ``~/.keras/datasets``, or an absolute path.

    Example:
        >>> get_word_index()["the"]  # doctest: +SKIP
        1
    """
    return load_json(
        get_file(path, origin=ORIGIN + "reuters_word_index.json", file_hash="4d44cc38712099c9e383dc6e5f11a921")
    )


def get_label_names() -> tuple[str, ...]:
    """The names of the topics, by their numbers.

    Example:
        >>> get_label_names()[3]
        'earn'
    """
    return tuple(_TOPICS.split())
