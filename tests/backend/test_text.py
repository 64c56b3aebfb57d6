"""Tensors of text move like tensors, and are nothing to compute with."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from kerastorch.backend import text
from kerastorch.backend.fingerprints import fingerprint64, siphash

# of tf.strings.to_hash_bucket_fast and to_hash_bucket_strong(key=[1, 2]) of TensorFlow 2.21, in 1000003 buckets
FAST, STRONG = (727685, 978773), (548792, 535138)


def test_moving_keeps_the_strings():
    words = text.as_text([["a", "bé"], ["", "a"]])
    assert words.numpy().tolist() == [[b"a", "bé".encode()], [b"", b"a"]]
    for moved in (words[0], words.t()[1], torch.cat([words, words])[2], torch.stack([words, words])[1, 0]):
        assert isinstance(moved, text.StringTensor)
    assert words[0].numpy().tolist() == [b"a", "bé".encode()]
    assert [part.numpy().tolist() for part in words.split(1)] == [[[b"a", "bé".encode()]], [[b"", b"a"]]]
    assert text.as_text(np.array(words)).equal(words)


def test_equal_strings_are_equal():
    words, others = text.as_text(["a", "b"]), text.as_text(["a", "c"])
    assert (words == others).tolist() == [True, False] and type(words == others) is torch.Tensor
    assert text.as_text("a").numpy() == b"a" and repr(text.as_text(["a"])).startswith("StringTensor")


@pytest.mark.parametrize("compute", [lambda x: x + 1, torch.exp, lambda x: x.float().mean(), lambda x: x @ x])
def test_nothing_is_computed(compute):
    with pytest.raises(TypeError):
        compute(text.as_text(["a"]))
    with pytest.raises(TypeError, match="torch.exp: expected numbers.*Received: a tensor of text"):
        torch.exp(text.as_text(["a"]))


def test_what_holds_text():
    assert text.holds_text([["a"]]) and text.holds_text(b"a") and not text.holds_text([np.array(["a"])])
    assert not text.holds_text([]) and not text.holds_text(np.array([1.0]))
    with pytest.raises(TypeError, match="expected strings. Received: 1"):
        text.as_text(["a", 1])


def test_hashes():
    string = bytes(range(70))
    assert fingerprint64(b"kerastorch") % 1000003 == FAST[0] and fingerprint64(string) % 1000003 == FAST[1]
    assert siphash(b"kerastorch", (1, 2)) % 1000003 == STRONG[0] and siphash(string, (1, 2)) % 1000003 == STRONG[1]
