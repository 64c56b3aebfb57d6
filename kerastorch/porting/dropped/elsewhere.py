"""What h5py, scipy, PIL, gensim, networkx and PyYAML dropped; see ``shims`` for when each function is called."""

from __future__ import annotations

import functools
import os
import random as _random
from typing import Any

import numpy as np

from .. import shims

__all__ = [
    "extend_draw",
    "extend_font",
    "extend_gensim",
    "extend_h5py",
    "extend_sparse",
    "extend_word_vectors",
    "extend_yaml",
    "make_package",
    "sample",
    "to_numpy_matrix",
]

_sample = _random.sample


def extend_h5py(h5py: Any) -> None:
    """``dataset.value``, and files opened for reading and writing unless their mode is given."""
    known = h5py.File.__init__

    @functools.wraps(known)
    def __init__(self: Any, name: Any, mode: str | None = None, *args: Any, **kwargs: Any) -> None:
        if mode is None:
            plain = isinstance(name, (str, os.PathLike))
            mode = "r" if plain and os.path.exists(name) and not os.access(name, os.W_OK) else "a"
        known(self, name, mode, *args, **kwargs)

    shims.set_attribute(h5py.File, "__init__", __init__)
    if not hasattr(h5py.Dataset, "value"):
        shims.set_attribute(h5py.Dataset, "value", property(lambda self: self[()]))


def extend_sparse(sparse: Any) -> None:
    """``matrix.A``, the array."""
    for cls in {getattr(sparse, f"{kind}_{form}") for kind in ("csr", "csc", "coo") for form in ("matrix", "array")}:
        if not hasattr(cls, "A"):
            shims.set_attribute(cls, "A", property(lambda self: self.toarray()))


def make_package(module: Any) -> None:
    """A module that had modules inside may have them again."""
    if not hasattr(module, "__path__"):
        shims.set_attribute(module, "__path__", [])


def extend_yaml(yaml: Any) -> None:
    """``load`` without a loader; the safe one, whatever it was then."""
    known = yaml.load

    @functools.wraps(known)
    def load(stream: Any, Loader: Any = None) -> Any:  # PyYAML's name
        return known(stream, yaml.SafeLoader if Loader is None else Loader)

    shims.set_attribute(yaml, "load", load)


def _box(found: tuple[float, float, float, float]) -> tuple[int, int]:
    return int(np.ceil(found[2])), int(np.ceil(found[3]))


def extend_draw(module: Any) -> None:
    """``draw.textsize``: the size of a text."""

    def textsize(self: Any, text: str, font: Any = None, **kwargs: Any) -> tuple[int, int]:
        return _box(self.multiline_textbbox((0, 0), text, font=font, **kwargs))

    if not hasattr(module.ImageDraw, "textsize"):
        shims.set_attribute(module.ImageDraw, "textsize", textsize)


def extend_font(module: Any) -> None:
    """``font.getsize``: the size of a text."""
    for cls in (module.ImageFont, module.FreeTypeFont):
        if not hasattr(cls, "getsize"):
            shims.set_attribute(cls, "getsize", lambda self, text, *_, **__: _box(self.getbbox(text)))


class _Word:
    """What a vocabulary knew of a word."""

    def __init__(self, index: int, count: int) -> None:
        self.index, self.count = index, count


def extend_word_vectors(module: Any) -> None:
    """``vectors.vocab``, ``index2word`` and ``syn0``."""
    vectors = module.KeyedVectors

    def vocab(self: Any) -> dict[str, _Word]:
        counts = self.expandos.get("count", np.zeros(len(self), int))
        return {word: _Word(i, int(counts[i])) for word, i in self.key_to_index.items()}

    shims.set_attribute(vectors, "vocab", property(vocab))
    shims.set_attribute(vectors, "index2word", property(lambda self: self.index_to_key))
    shims.set_attribute(vectors, "index2entity", property(lambda self: self.index_to_key))
    shims.set_attribute(vectors, "syn0", property(lambda self: self.vectors))


def extend_gensim(models: Any) -> None:
    """``Word2Vec(size=, iter=)``, and the vectors asked of the model."""
    for cls in (models.Word2Vec, models.FastText, models.Doc2Vec):
        shims.set_attribute(cls, "__init__", shims.renaming(cls.__init__, {"size": "vector_size", "iter": "epochs"}))
    model = models.Word2Vec
    for name in ("vocab", "index2word", "syn0"):
        shims.set_attribute(model, name, property(lambda self, name=name: getattr(self.wv, name)))
    for name in ("most_similar", "similarity", "doesnt_match"):
        if not callable(getattr(model, name, None)):
            shims.set_attribute(
                model, name, lambda self, *args, _n=name, **kwargs: getattr(self.wv, _n)(*args, **kwargs)
            )
    shims.set_attribute(model, "__getitem__", lambda self, word: self.wv[word])
    shims.set_attribute(model, "__contains__", lambda self, word: word in self.wv)


def to_numpy_matrix(graph: Any, *args: Any, **kwargs: Any) -> Any:
    """A graph's adjacencies as a matrix."""
    import networkx

    return np.asmatrix(networkx.to_numpy_array(graph, *args, **kwargs))


def sample(population: Any, k: int, **kwargs: Any) -> list[Any]:
    """``random.sample``, of sets too."""
    return _sample(sorted(population) if isinstance(population, (set, frozenset)) else population, k, **kwargs)
