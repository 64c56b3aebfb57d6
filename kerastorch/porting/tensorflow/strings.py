"""Functions of text, on the host.

Source: https://www.tensorflow.org/api_docs/python/tf/strings
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from ...backend.fingerprints import fingerprint64, siphash
from ...engine.symbolic.immutable import as_immutable
from ._dtypes import torch_type
from ._functions import ints
from ._texts import TextTensor
from .elementwise import as_string
from .errors import InvalidArgumentError
from .ragged import RaggedTensor, constant
from .ragged.elementwise import each

__all__ = [
    "as_string",
    "bytes_split",
    "format",
    "join",
    "length",
    "lower",
    "ngrams",
    "reduce_join",
    "regex_full_match",
    "regex_replace",
    "split",
    "strip",
    "substr",
    "to_hash_bucket_fast",
    "to_hash_bucket_strong",
    "to_number",
    "unicode_decode",
    "unicode_encode",
    "unicode_split",
    "unicode_transcode",
    "upper",
]


def _each(input: Any, fn: Callable[[bytes], bytes]) -> Any:
    if isinstance(input, RaggedTensor):
        return input.with_flat_values(_each(input.flat_values, fn))
    texts = TextTensor(input)
    return TextTensor(texts.map(fn))


def _decoded(fn: Callable[[str], str]) -> Callable[[bytes], bytes]:
    return lambda value: fn(value.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def lower(input: Any, encoding: str = "", name: str | None = None) -> Any:
    """The text in lower case; of ASCII letters only, unless the encoding is ``'utf-8'``."""
    return _each(input, _decoded(str.lower) if encoding else bytes.lower)


def upper(input: Any, encoding: str = "", name: str | None = None) -> Any:
    """The text in upper case; of ASCII letters only, unless the encoding is ``'utf-8'``."""
    return _each(input, _decoded(str.upper) if encoding else bytes.upper)


def strip(input: Any, name: str | None = None) -> Any:
    """The text without blanks at its ends."""
    return _each(input, bytes.strip)


def regex_replace(input: Any, pattern: str, rewrite: str, replace_global: bool = True, name: str | None = None) -> Any:
    """The text with what a pattern matches replaced.

    Example:
        >>> regex_replace("a<br />b", "<br />", " ").numpy()
        b'a b'
    """
    pattern, rewrite = (bytes(TextTensor(text)) for text in (pattern, rewrite))
    # as in RE2, \\0 is the whole match and the only escapes are digits and the backslash
    compiled, replacement = re.compile(pattern), re.sub(rb"\\0", rb"\\g<0>", rewrite)
    return _each(input, lambda value: compiled.sub(replacement, value, count=0 if replace_global else 1))


def regex_full_match(input: Any, pattern: str, name: str | None = None) -> Any:
    """Whether a pattern matches the whole text."""
    compiled = re.compile(bytes(TextTensor(pattern)))
    found = TextTensor(input).map(lambda value: compiled.fullmatch(value) is not None)
    return as_immutable(torch.as_tensor(found.astype(bool)))


def length(input: Any, unit: str = "BYTE", name: str | None = None) -> Any:
    """How many bytes each text has, or with ``'UTF8_CHAR'`` how many characters."""
    if isinstance(input, RaggedTensor):
        return input.with_flat_values(length(input.flat_values, unit))
    count = len if unit == "BYTE" else lambda value: len(value.decode("utf-8", "replace"))
    return as_immutable(torch.as_tensor(TextTensor(input).map(count).astype(np.int32)))


def split(input: Any = None, sep: Any = None, maxsplit: int = -1, name: str | None = None, **kwargs: Any) -> Any:
    """The parts between separators, blanks by default: one row of parts for each text.

    Example:
        >>> split(["a b", "c"]).to_list()
        [[b'a', b'b'], [b'c']]
    """
    texts = kwargs.get("source", input)
    if isinstance(texts, RaggedTensor):
        return RaggedTensor(split(texts.values, sep, maxsplit), texts.row_splits)
    texts = TextTensor(texts)
    by = None if sep is None or bytes(TextTensor(sep)) == b"" else bytes(TextTensor(sep))
    parts = texts.map(lambda value: value.split(by, maxsplit))
    if not texts.ndim:
        return TextTensor(parts[()])
    return _rows(parts)


def _rows(parts: np.ndarray) -> Any:
    """Lists of texts in an array as ragged rows."""
    rows = [row if isinstance(row, list) else _rows(row) for row in parts]
    if rows and isinstance(rows[0], RaggedTensor):
        return constant([row.to_list() for row in rows])
    splits = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(int)
    return RaggedTensor(TextTensor([item for row in rows for item in row]), splits)


def bytes_split(input: Any, name: str | None = None) -> Any:
    """The bytes of each text."""
    texts = TextTensor(input)
    parts = texts.map(lambda value: [value[i : i + 1] for i in range(len(value))])
    return TextTensor(parts[()]) if not texts.ndim else _rows(parts)


def unicode_split(
    input: Any,
    input_encoding: str,
    errors: str = "replace",
    replacement_char: int = 65533,
    name: str | None = None,
) -> Any:
    """The characters of each text."""
    texts = TextTensor(input)
    parts = texts.map(lambda value: [c.encode() for c in value.decode(input_encoding.replace("-", "_"), errors)])
    return TextTensor(parts[()]) if not texts.ndim else _rows(parts)


def unicode_decode(
    input: Any,
    input_encoding: str,
    errors: str = "replace",
    replacement_char: int = 65533,
    replace_control_characters: bool = False,
    name: str | None = None,
) -> Any:
    """The numbers of the characters of each text."""
    texts = TextTensor(input)
    parts = texts.map(lambda value: [ord(c) for c in value.decode(input_encoding.replace("-", "_"), errors)])
    if not texts.ndim:
        return as_immutable(torch.tensor(parts[()], dtype=torch.int32))
    return constant(list(parts), torch.int32)


def unicode_encode(
    input: Any,
    output_encoding: str,
    errors: str = "replace",
    replacement_char: int = 65533,
    name: str | None = None,
) -> TextTensor:
    """The text of rows of characters' numbers."""
    encoding = output_encoding.replace("-", "_")
    if isinstance(input, RaggedTensor) or len(np.shape(input)) > 1:
        return TextTensor(["".join(map(chr, ints(row))).encode(encoding) for row in input])
    return TextTensor("".join(map(chr, ints(input))).encode(encoding))


def unicode_transcode(
    input: Any,
    input_encoding: str,
    output_encoding: str,
    errors: str = "replace",
    replacement_char: int = 65533,
    replace_control_characters: bool = False,
    name: str | None = None,
) -> Any:
    """The text in another encoding."""
    return _each(input, lambda value: value.decode(input_encoding, errors).encode(output_encoding, errors))


def normalize_utf8(input: Any, normalization_form: str = "NFKC", name: str | None = None) -> Any:
    """The text in a normal form of Unicode."""
    return _each(input, _decoded(lambda text: unicodedata.normalize(normalization_form, text)))


def substr(input: Any, pos: Any, len: Any, unit: str = "BYTE", name: str | None = None) -> TextTensor:
    """A part of each text, from a place on."""
    texts = TextTensor(input)
    places, counts = np.broadcast_to(ints(pos), texts.array.shape), np.broadcast_to(ints(len), texts.array.shape)
    found = np.empty(texts.array.shape, dtype=object)
    for place, value in np.ndenumerate(texts.array):
        start, count = int(places[place]), int(counts[place])
        whole: Any = value if unit == "BYTE" else value.decode("utf-8", "replace")
        start += whole.__len__() if start < 0 else 0
        part = whole[start : start + count]
        found[place] = part if unit == "BYTE" else part.encode()
    return TextTensor(found)


def join(inputs: Any, separator: str = "", name: str | None = None) -> Any:
    """Texts put together, element by element.

    Example:
        >>> join(["a", ["b", "c"]], "-").numpy().tolist()
        [b'a-b', b'a-c']
    """
    if any(isinstance(x, RaggedTensor) for x in inputs):
        return each(lambda *texts: join(texts, separator), *inputs)
    arrays = np.broadcast_arrays(*(TextTensor(x).array for x in inputs))
    by = bytes(TextTensor(separator))
    found = np.empty(arrays[0].shape, dtype=object)
    for place in np.ndindex(arrays[0].shape):
        found[place] = by.join(array[place] for array in arrays)
    return TextTensor(found)


def reduce_join(
    inputs: Any, axis: Any = None, keepdims: bool = False, separator: str = "", name: str | None = None
) -> TextTensor:
    """The texts along an axis, or all of them, put together."""
    if isinstance(inputs, RaggedTensor):
        return TextTensor([bytes(TextTensor(separator)).join(TextTensor(row).array) for row in inputs])
    array, by = TextTensor(inputs).array, bytes(TextTensor(separator))
    if axis is None:
        found = np.asarray(by.join(array.reshape(-1)), dtype=object)
        return TextTensor(found.reshape([1] * array.ndim) if keepdims else found)
    axis = ints(axis)
    axis = axis[0] if isinstance(axis, list) else axis
    moved = np.moveaxis(array, axis, -1)
    found = np.empty(moved.shape[:-1], dtype=object)
    for place in np.ndindex(found.shape):
        found[place] = by.join(moved[place])
    return TextTensor(np.expand_dims(found, axis) if keepdims else found)


def to_number(input: Any, out_type: Any = torch.float32, name: str | None = None) -> Any:
    """The numbers that texts write down."""
    if isinstance(input, RaggedTensor):
        return input.with_flat_values(to_number(input.flat_values, out_type))
    kind = torch_type(out_type)
    read = float if kind.is_floating_point else int
    return as_immutable(
        torch.tensor(np.vectorize(read, otypes=[float if read is float else int])(TextTensor(input).array), dtype=kind)
    )


def format(
    template: str, inputs: Any, placeholder: str = "{}", summarize: int = 3, name: str | None = None
) -> TextTensor:
    """A template with tensors in the places of ``{}``."""
    from .control import _shown

    for value in inputs if isinstance(inputs, (list, tuple)) else [inputs]:
        template = template.replace(placeholder, _shown(value, summarize), 1)
    return TextTensor(template)


def _buckets(owner: str, input: Any, num_buckets: Any, hashed: Callable[[bytes], int]) -> Any:
    if isinstance(input, RaggedTensor):
        return input.with_flat_values(_buckets(owner, input.flat_values, num_buckets, hashed))
    count = ints(num_buckets)
    if count < 1:
        raise InvalidArgumentError(f"{owner}: expected a positive num_buckets. Received: {count}")
    found = TextTensor(input).map(lambda value: hashed(value) % count)
    return as_immutable(torch.as_tensor(found.astype(np.int64)))


def to_hash_bucket_fast(input: Any, num_buckets: int, name: str | None = None) -> Any:
    """A number below ``num_buckets`` for each text, by FarmHash's fingerprint.

    Raises:
        InvalidArgumentError: for a ``num_buckets`` that is not positive.

    Example:
        >>> to_hash_bucket_fast(["a", "hello"], 10).tolist()
        [9, 6]
    """
    return _buckets("tf.strings.to_hash_bucket_fast", input, num_buckets, fingerprint64)


def to_hash_bucket_strong(input: Any, num_buckets: int, key: Any, name: str | None = None) -> Any:
    """A number below ``num_buckets`` for each text, by SipHash under a key of two numbers.

    Raises:
        InvalidArgumentError: for a ``num_buckets`` that is not positive, and for another key.

    Example:
        >>> to_hash_bucket_strong(["a", "hello"], 10, [1, 2]).tolist()
        [6, 2]
    """
    owner, words = "tf.strings.to_hash_bucket_strong", ints(key)
    if len(words) != 2:
        raise InvalidArgumentError(f"{owner}: expected a key of two numbers. Received: key={words}")
    return _buckets(owner, input, num_buckets, lambda value: siphash(value, words))


def ngrams(
    data: Any,
    ngram_width: Any,
    separator: str = " ",
    pad_values: Any = None,
    padding_width: int | None = None,
    preserve_short_sequences: bool = False,
    name: str | None = None,
) -> Any:
    """Neighbouring texts put together, so many at a time."""
    widths = [ngram_width] if isinstance(ngram_width, int) else list(ngram_width)
    by = bytes(TextTensor(separator))
    ragged = isinstance(data, RaggedTensor)
    array = None if ragged else TextTensor(data).array
    rows = [list(TextTensor(row).array) for row in data] if ragged or array.ndim > 1 else [list(array)]
    left, right = (
        (pad_values if isinstance(pad_values, tuple) else (pad_values, pad_values)) if pad_values else ("", "")
    )
    found = []
    for row in rows:
        made: list[bytes] = []
        for width in widths:
            pad = 0 if pad_values is None else width - 1 if padding_width is None else min(padding_width, width - 1)
            padded = [bytes(TextTensor(left))] * pad + row + [bytes(TextTensor(right))] * pad
            made += [by.join(padded[i : i + width]) for i in range(max(len(padded) - width + 1, 0))]
        if not made and preserve_short_sequences and row:
            made = [by.join(row)]
        found.append(made)
    if not ragged and array.ndim == 1:
        return TextTensor(found[0])
    return constant(found) if ragged else TextTensor(found)
