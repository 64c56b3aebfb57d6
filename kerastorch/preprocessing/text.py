"""Texts as numbers: split into words, counted, looked up, hashed.

Source: Keras 2.2.4, ``keras.preprocessing.text``.
"""

from __future__ import annotations

import json
import warnings
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import md5
from typing import Any

import numpy as np

from ..engine import checks

__all__ = ["Tokenizer", "hashing_trick", "one_hot", "text_to_word_sequence", "tokenizer_from_json"]

_FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
_MODES = ("binary", "count", "freq", "tfidf")
_TABLES = ("word_counts", "word_docs", "index_docs", "index_word", "word_index")


def text_to_word_sequence(
    text: str, filters: str | Iterable[str] = _FILTERS, lower: bool = True, split: str = " "
) -> list[str]:
    """The words of a text.

    Args:
        text: the text.
        filters: characters that separate words and are dropped.
        lower: whether to turn everything to lower case.
        split: what separates words.

    Example:
        >>> text_to_word_sequence("The cat, the mat.")
        ['the', 'cat', 'the', 'mat']
    """
    text = text.lower() if lower else text
    text = text.translate(str.maketrans(dict.fromkeys(filters, split)))
    return [word for word in text.split(split) if word]


def one_hot(
    text: str, n: int, filters: str | Iterable[str] = _FILTERS, lower: bool = True, split: str = " "
) -> list[int]:
    """A number from 1 to ``n - 1`` for each word of a text, by Python's ``hash``: others in another process.

    Args:
        text: the text.
        n: size of the vocabulary.
        filters: characters that separate words and are dropped.
        lower: whether to turn everything to lower case.
        split: what separates words.

    Example:
        >>> len(one_hot("The cat", 10))
        2
    """
    return hashing_trick(text, n, hash, filters, lower, split)


def hashing_trick(
    text: str,
    n: int,
    hash_function: Callable[[str], int] | str | None = None,
    filters: str | Iterable[str] = _FILTERS,
    lower: bool = True,
    split: str = " ",
) -> list[int]:
    """A number from 1 to ``n - 1`` for each word of a text, by a hash; words may share one.

    Args:
        text: the text.
        n: size of the vocabulary.
        hash_function: ``'md5'``, which gives the same numbers everywhere, or a function of a string; Python's ``hash``
            when missing.
        filters: characters that separate words and are dropped.
        lower: whether to turn everything to lower case.
        split: what separates words.

    Raises:
        ValueError: unless n is at least 2, or for an unknown hash.

    Example:
        >>> hashing_trick("The cat, the mat.", 10, "md5")
        [6, 3, 6, 8]
    """
    if checks.positive_int("hashing_trick", "n", n) < 2:
        raise ValueError(f"hashing_trick: expected n to be at least 2, since 0 stands for no word. Received: n={n!r}")
    if hash_function is None:
        hash_function = hash
    elif hash_function == "md5":
        hash_function = _md5
    elif not callable(hash_function):
        raise ValueError(
            f"hashing_trick: expected hash_function to be 'md5' or a function. Received: {hash_function!r}"
        )
    return [hash_function(word) % (n - 1) + 1 for word in text_to_word_sequence(text, filters, lower, split)]


def _md5(word: str) -> int:
    return int(md5(word.encode(), usedforsecurity=False).hexdigest(), 16)


class Tokenizer:
    """Gives each word a number, the most frequent the smallest; 0 stands for no word.

    Args:
        num_words: numbers below it are used only; None for all.
        filters: characters that separate words and are dropped.
        lower: whether to turn everything to lower case.
        split: what separates words.
        char_level: whether each character is a word.
        oov_token: stands for words that have no number; without it they are left out.
        document_count: how many texts were seen before.
        analyzer: function that splits a text into words, instead of ``filters`` and ``split``.

    Attributes:
        word_index: numbers by word.
        index_word: words by number.
        word_counts: how often each word occurred.
        word_docs: in how many texts.

    Raises:
        TypeError: for an unknown argument.

    Example:
        >>> tokenizer = Tokenizer()
        >>> tokenizer.fit_on_texts(["The cat sat on the mat.", "The dog!"])
        >>> tokenizer.texts_to_sequences(["the dog sat"])
        [[1, 6, 3]]
        >>> tokenizer.texts_to_matrix(["the the cat"], mode="count")[0, :3].tolist()
        [0.0, 2.0, 1.0]

    Source: https://www.tensorflow.org/api_docs/python/tf/keras/preprocessing/text/Tokenizer
    """

    def __init__(
        self,
        num_words: int | None = None,
        filters: str | Iterable[str] = _FILTERS,
        lower: bool = True,
        split: str = " ",
        char_level: bool = False,
        oov_token: str | None = None,
        document_count: int = 0,
        analyzer: Callable[[str], Sequence[str]] | None = None,
        **kwargs: Any,
    ) -> None:
        if "nb_words" in kwargs:
            warnings.warn("Tokenizer: nb_words is now called num_words.", stacklevel=2)
            num_words = kwargs.pop("nb_words")
        if kwargs:
            raise TypeError(f"Tokenizer: expected only known arguments. Received: {next(iter(kwargs))!r}")
        self.num_words = num_words
        self.filters = filters
        self.lower = lower
        self.split = split
        self.char_level = char_level
        self.oov_token = oov_token
        self.document_count = document_count
        self.analyzer = analyzer
        self.word_counts: dict[str, int] = OrderedDict()
        self.word_docs: dict[str, int] = defaultdict(int)
        self.index_docs: dict[int, int] = defaultdict(int)
        self.word_index: dict[str, int] = {}
        self.index_word: dict[int, str] = {}

    def _words(self, text: Any) -> Sequence[str]:
        """The words of a text; a list is taken as its words."""
        if self.char_level or isinstance(text, list):
            if not self.lower:
                return text
            return [word.lower() for word in text] if isinstance(text, list) else text.lower()
        if self.analyzer is not None:
            return self.analyzer(text)
        return text_to_word_sequence(text, self.filters, self.lower, self.split)

    def fit_on_texts(self, texts: Iterable[Any]) -> None:
        """Counts the words of texts and numbers them.

        Args:
            texts: strings, or lists of words.
        """
        for text in texts:
            self.document_count += 1
            words = self._words(text)
            for word in words:
                self.word_counts[word] = self.word_counts.get(word, 0) + 1
            for word in dict.fromkeys(words):
                self.word_docs[word] += 1
        by_count = sorted(self.word_counts, key=self.word_counts.__getitem__, reverse=True)
        vocabulary = by_count if self.oov_token is None else [self.oov_token, *by_count]
        self.word_index = dict(zip(vocabulary, range(1, len(vocabulary) + 1)))
        self.index_word = {number: word for word, number in self.word_index.items()}
        for word, count in self.word_docs.items():
            self.index_docs[self.word_index[word]] = count

    def fit_on_sequences(self, sequences: Sequence[Iterable[int]]) -> None:
        """Counts in how many sequences each number occurs.

        Args:
            sequences: lists of word numbers.
        """
        self.document_count += len(sequences)
        for sequence in sequences:
            for number in set(sequence):
                self.index_docs[number] += 1

    def texts_to_sequences(self, texts: Iterable[Any]) -> list[list[int]]:
        """The word numbers of each text.

        Args:
            texts: strings, or lists of words.
        """
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts: Iterable[Any]) -> Iterator[list[int]]:
        """The word numbers of one text after the other.

        Args:
            texts: strings, or lists of words.
        """
        unknown = self.word_index.get(self.oov_token)
        for text in texts:
            sequence = []
            for word in self._words(text):
                number = self.word_index.get(word)
                if number is None or (self.num_words and number >= self.num_words):
                    number = unknown
                if number is not None:
                    sequence.append(number)
            yield sequence

    def sequences_to_texts(self, sequences: Iterable[Iterable[int]]) -> list[str]:
        """The words of each sequence, put together with blanks.

        Args:
            sequences: lists of word numbers.
        """
        return list(self.sequences_to_texts_generator(sequences))

    def sequences_to_texts_generator(self, sequences: Iterable[Iterable[int]]) -> Iterator[str]:
        """The words of one sequence after the other.

        Args:
            sequences: lists of word numbers.
        """
        unknown = self.index_word.get(self.word_index.get(self.oov_token))
        for sequence in sequences:
            words = []
            for number in sequence:
                word = self.index_word.get(number)
                if word is None or (self.num_words and number >= self.num_words):
                    word = unknown
                if word is not None:
                    words.append(word)
            yield " ".join(words)

    def texts_to_matrix(self, texts: Iterable[Any], mode: str = "binary") -> np.ndarray:
        """A row a text, a column a word; see ``sequences_to_matrix``.

        Args:
            texts: strings, or lists of words.
            mode: what the numbers say.
        """
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode=mode)

    def sequences_to_matrix(self, sequences: Sequence[Sequence[int]], mode: str = "binary") -> np.ndarray:
        """A row a sequence, a column a word number.

        Args:
            sequences: lists of word numbers.
            mode: what the numbers say: ``'binary'`` (whether the word occurs), ``'count'`` (how often), ``'freq'`` (as
                a part of the sequence), ``'tfidf'`` (weighed by how rare it is).

        Raises:
            ValueError: for an unknown mode, or before anything was counted.
        """
        mode = checks.one_of("Tokenizer", "mode", mode, _MODES)
        if not self.num_words and not self.word_index:
            raise ValueError("Tokenizer: expected num_words, or fit_on_texts() before a matrix. Received: neither")
        if mode == "tfidf" and not self.document_count:
            raise ValueError("Tokenizer: expected fit_on_texts() before mode='tfidf'. Received: no texts yet")
        width = self.num_words or len(self.word_index) + 1
        x = np.zeros((len(sequences), width))
        for row, sequence in zip(x, sequences):
            counts: dict[int, int] = defaultdict(int)
            for number in sequence:
                if number < width:
                    counts[number] += 1
            for number, count in counts.items():
                row[number] = self._cell(mode, number, count, len(sequence))
        return x

    def _cell(self, mode: str, number: int, count: int, length: int) -> float:
        if mode == "tfidf":
            rarity = np.log(1 + self.document_count / (1 + self.index_docs.get(number, 0)))
            return (1 + np.log(count)) * rarity
        return {"count": count, "freq": count / length, "binary": 1}[mode]

    def get_config(self) -> dict[str, Any]:
        """The arguments and tables as plain data, tables as JSON text.

        Raises:
            ValueError: with an ``analyzer``, which is code.
        """
        if self.analyzer is not None:
            raise ValueError("Tokenizer: expected no analyzer in a configuration. Received: a function")
        return {
            "num_words": self.num_words,
            "filters": self.filters,
            "lower": self.lower,
            "split": self.split,
            "char_level": self.char_level,
            "oov_token": self.oov_token,
            "document_count": self.document_count,
            **{name: json.dumps(getattr(self, name)) for name in _TABLES},
        }

    def to_json(self, **kwargs: Any) -> str:
        """The configuration as JSON text, for ``tokenizer_from_json``.

        Args:
            **kwargs: passed to ``json.dumps``.
        """
        return json.dumps({"class_name": type(self).__name__, "config": self.get_config()}, **kwargs)


def tokenizer_from_json(json_string: str) -> Tokenizer:
    """The tokenizer that ``Tokenizer.to_json`` wrote.

    Args:
        json_string: the text.

    Example:
        >>> tokenizer = Tokenizer()
        >>> tokenizer.fit_on_texts(["The cat"])
        >>> tokenizer_from_json(tokenizer.to_json()).texts_to_sequences(["cat"])
        [[2]]
    """
    config = json.loads(json_string)["config"]
    tables = {name: json.loads(config.pop(name)) for name in _TABLES}
    tokenizer = Tokenizer(**config)
    for name, table in tables.items():
        # JSON has strings for keys only.
        setattr(tokenizer, name, {int(k): v for k, v in table.items()} if name.startswith("index") else table)
    return tokenizer
