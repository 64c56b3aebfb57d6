"""Looking up rows: the gradient is torch's, and lending it out never shows."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
import torch

from kerastorch import layers, models, optimizers, regularizers
from kerastorch.kernels import fast_paths
from kerastorch.kernels import lookup as kernel
from kerastorch.kernels.lookup import lending, lookup, lookup_slow

ROWS, WIDTH = 3000, 64  # large enough to be lent


def made(dtype=torch.float32):
    torch.manual_seed(0)
    return torch.randn(ROWS, WIDTH, dtype=dtype, requires_grad=True)


def gradient_of(find, indices, table, upstream):
    return torch.autograd.grad(find(indices, table), table, upstream)[0]


@pytest.mark.gpu
def test_numbers_outside_are_zeros_on_a_gpu_and_learn_nothing():
    table = torch.arange(1.0, 7.0, device="cuda").view(3, 2).requires_grad_()
    found = lookup(torch.tensor([[-1, 2], [0, 3]], device="cuda"), table)
    assert found.tolist() == [[[0.0, 0.0], [5.0, 6.0]], [[1.0, 2.0], [0.0, 0.0]]]
    assert torch.autograd.grad(found.sum(), table)[0].tolist() == [[1.0, 1.0], [0.0, 0.0], [1.0, 1.0]]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
@pytest.mark.parametrize("shape", [(), (5,), (7, 40), (2, 3, 4), (100, 90)])
@pytest.mark.parametrize("most", [3, ROWS])
@pytest.mark.parametrize("kind", [torch.int32, torch.int64])
def test_gives_the_bits_of_its_slow_twin(dtype, shape, most, kind):
    table = made(dtype)
    indices = torch.randint(0, most, shape, dtype=kind)
    upstream = torch.randn(*shape, WIDTH, dtype=dtype)
    assert torch.equal(lookup(indices, table), lookup_slow(indices, table))
    expected = gradient_of(lookup_slow, indices, table, upstream)
    assert torch.equal(gradient_of(lookup, indices, table, upstream), expected)
    with lending():
        assert torch.equal(gradient_of(lookup, indices, table, upstream), expected)


def test_a_gradient_with_time_before_batch():
    table, indices = made(torch.float64), torch.randint(0, 50, (6, 20))
    upstream = torch.randn(20, 6, WIDTH, dtype=torch.float64).transpose(0, 1)
    expected = gradient_of(lookup_slow, indices, table, upstream)
    assert torch.allclose(gradient_of(lookup, indices, table, upstream), expected, rtol=1e-12, atol=1e-13)


def test_differentiates_twice():
    table = torch.randn(4, 3, dtype=torch.float64, requires_grad=True)
    indices = torch.tensor([[0, 2], [2, 3]])
    assert torch.autograd.gradcheck(lambda t: lookup(indices, t), table)
    assert torch.autograd.gradgradcheck(lambda t: lookup(indices, t), table)


def test_transforms_and_compilers_see_plain_torch():
    table, indices = made(), torch.tensor([1, 2])
    found = torch.func.grad(lambda t: lookup(indices, t).square().sum())(table.detach())
    assert torch.equal(found, torch.autograd.grad(lookup_slow(indices, table).square().sum(), table)[0])
    with fast_paths(False):
        assert type(lookup(indices, table).grad_fn).__name__ == "EmbeddingBackward0"


def test_an_index_outside_of_the_table_is_an_error():
    with pytest.raises(IndexError):
        lookup(torch.tensor([ROWS]), made())


class Lent:
    """Gradients of one table, step by step, each beside what torch gives."""

    def __init__(self):
        self.table = made()

    def __call__(self, seed, indices=None):
        torch.manual_seed(seed)
        indices = torch.randint(0, ROWS, (90,)) if indices is None else indices
        upstream = torch.randn(len(indices), WIDTH)
        expected = gradient_of(lookup_slow, indices, self.table, upstream)
        with lending():
            found = gradient_of(lookup, indices, self.table, upstream)
        assert torch.equal(found, expected)
        return found


def test_the_same_memory_serves_each_step():
    step = Lent()
    assert len({step(seed).data_ptr() for seed in range(5)}) == 1


def test_two_gradients_at_a_time():
    step = Lent()
    first = step(1)
    kept = first.clone()
    second = step(2)
    assert first.data_ptr() != second.data_ptr() and torch.equal(first, kept)


@pytest.mark.parametrize("write", [lambda g: g.add_(1), lambda g: torch._foreach_add_([g], 1.0)])
def test_a_gradient_that_was_written_to_is_not_used_again(write):
    step = Lent()
    for seed in range(3):
        write(step(seed))


@pytest.mark.parametrize("view", [lambda g: g[5], torch.Tensor.numpy, torch.Tensor.detach])
def test_a_gradient_that_is_seen_by_somebody_is_not_used_again(view):
    step = Lent()
    first = step(1)
    kept, seen = first.clone(), view(first)
    del first
    for seed in range(2, 5):
        step(seed)
    assert np.array_equal(np.asarray(seen), np.asarray(view(kept)))


def test_the_script_may_write_to_its_batch():
    step, indices = Lent(), torch.arange(90)
    step(1, indices)
    indices.fill_(7)
    step(2)


def test_outside_of_steps_nothing_is_lent():
    table, indices = made(), torch.arange(9)
    gradient_of(lookup, indices, table, torch.ones(9, WIDTH))
    assert table not in kernel._kept


def test_the_memory_goes_with_the_table():
    step = Lent()
    step(1)
    kept = weakref.ref(kernel._kept[step.table])
    del step
    gc.collect()
    assert kept() is None


def summed(words, inputs):
    return layers.add([words(inputs), words(layers.Lambda(lambda x: (x + 1) % ROWS)(inputs))])


@pytest.mark.parametrize("twice", [False, True])
@pytest.mark.parametrize("penalty", [None, "l2"])
@pytest.mark.parametrize(
    "optimizer",
    [
        lambda: optimizers.SGD(0.1, momentum=0.9),
        lambda: optimizers.Adam(),
        lambda: optimizers.RMSprop(clipvalue=1e-4),
        lambda: optimizers.Nadam(clipnorm=1e-3),
        lambda: optimizers.Adadelta(),
    ],
)
def test_training_is_what_it_is_without(twice, penalty, optimizer):
    random = np.random.RandomState(0)
    x, y = random.randint(0, ROWS, (16 * 12, 8)), random.randint(0, 2, (16 * 12, 1))
    found = []
    for fast in (True, False):
        with fast_paths(fast):
            inputs = layers.Input((8,), dtype="int32")
            words = layers.Embedding(ROWS, WIDTH, embeddings_regularizer=regularizers.get(penalty))
            hidden = layers.GlobalAveragePooling1D()(summed(words, inputs) if twice else words(inputs))
            model = models.Model(inputs, layers.Dense(1, activation="sigmoid")(hidden))
            model.set_weights(
                [np.random.RandomState(k).normal(size=w.shape) for k, w in enumerate(model.get_weights())]
            )
            model.compile(optimizer(), "binary_crossentropy")
            model.fit(x, y, batch_size=16, epochs=2, verbose=0, shuffle=False)
            found.append(model.get_weights())
    for fast, slow in zip(*found, strict=True):
        np.testing.assert_allclose(fast, slow, rtol=1e-6, atol=1e-7)
