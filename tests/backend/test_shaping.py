"""Blocks of tensors whose place only data tells."""

import pytest
import torch

from kerastorch import backend as K

X = torch.arange(10.0).reshape(2, 5)


def test_slice_from_a_tensor():
    assert torch.equal(K.slice(X, [torch.tensor(0), torch.tensor(2)], [2, 3]), X[:, 2:])
    assert torch.equal(K.slice(X, torch.tensor([1, 0]), [1, 2]), X[1:, :2])


@pytest.mark.cpu
@pytest.mark.parametrize("begin", [3, -1, 9])
def test_slice_outside_is_one_sentence(begin):
    with pytest.raises(ValueError, match=rf"slice: expected .* Received: start=\[0, {begin}\], size=.* \(2, 5\)"):
        K.slice(X, [0, torch.tensor(begin)], [2, 3])
