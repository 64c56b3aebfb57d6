"""A recorded step gives the bits of the step itself, with fewer operations; what must stay stays."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from kerastorch.kernels.opaque import opaque
from kerastorch.training import replay as replays
from kerastorch.training.replay import replay_of
from kerastorch.training.tape import Tape

pytestmark = pytest.mark.cpu  # on a GPU steps are recorded as CUDA graphs


@pytest.fixture
def operations(monkeypatch):
    """The names of the operations of each step that is made into a function."""
    seen: list[list[str]] = []
    compiled = replays._compiled

    def noting(inputs, calls, wanted, bound):
        seen.append([str(call.function).removeprefix("aten.") for call in calls])
        return compiled(inputs, calls, wanted, bound)

    monkeypatch.setattr(replays, "_compiled", noting)
    return seen


def taped(step, *inputs, known=()):
    """The step's results, and a function that replays it."""
    tape = Tape(inputs, known, 1 << 24)
    with tape:
        results = step(*inputs)
    function = replay_of(tape, results)

    def replay(*inputs):
        with torch._C._AutoDispatchBelowAutograd():
            return function(*inputs)

    return [r.detach().clone() for r in results], replay


def same(found, expected):
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one.stride() == other.stride() and one.shape == other.shape
        assert one.contiguous().numpy().tobytes() == other.contiguous().numpy().tobytes()


def gradients(model, loss):
    params = list(model.parameters())

    def step(x, y):
        total = loss(model(x), y)
        return [total.detach(), *torch.autograd.grad(total, params)]

    return step, params


def test_a_dense_network(operations):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(5, 8), nn.ReLU(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 1))
    step, params = gradients(model, F.binary_cross_entropy_with_logits)
    x, y = torch.randn(16, 5), (torch.rand(16, 1) > 0.5).float()
    expected, replay = taped(step, x, y, known=params)
    same(replay(x, y), expected)
    x, y = torch.randn(16, 5), (torch.rand(16, 1) > 0.5).float()
    same(replay(x, y), step(x, y))
    (names,) = operations
    assert "ones_like.default" not in names and "mul.Tensor" not in names and "view.default" not in names
    assert names.count("relu_.default") == 2 and names.count("threshold_backward.grad_input") == 2
    turned = names.count("t.default")
    assert turned == 3  # one a weight: the gradient of what a layer gives


@pytest.mark.parametrize(
    "loss",
    [F.mse_loss, F.l1_loss, lambda a, b: ((a - b) ** 2).mean(-1).mean(), lambda a, b: F.huber_loss(a, b) * 3],
)
def test_losses(loss):
    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    step, params = gradients(model, loss)
    x, y = torch.randn(7, 3), torch.randn(7, 2)
    expected, replay = taped(step, x, y, known=params)
    same(replay(x, y), expected)
    same(replay(y @ torch.ones(2, 3), y), step(y @ torch.ones(2, 3), y))


def test_convolutions_with_a_way_around(operations):
    torch.manual_seed(2)
    first, second = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1)
    norm = nn.BatchNorm2d(4)
    params = [*first.parameters(), *second.parameters(), *norm.parameters()]
    buffers = list(norm.buffers())

    def step(x):
        h = F.relu(first(x))
        h = F.relu(norm(second(h)) + h)
        return [h.mean().detach(), *torch.autograd.grad((h * h).mean(), params)]

    x = torch.randn(2, 3, 6, 6)
    state = [buffer.clone() for buffer in buffers]
    expected, replay = taped(step, x, known=[*params, *buffers])
    after = [buffer.clone() for buffer in buffers]
    for buffer, before in zip(buffers, state, strict=True):
        buffer.copy_(before)
    same(replay(x), expected)
    same(buffers, after)
    assert "relu_.default" in operations[0]


def test_what_is_read_again_is_not_overwritten():
    def step(x):
        a = x + 1
        b = torch.relu(a)
        return [b * a, a]

    x = torch.randn(8)
    expected, replay = taped(step, x)
    same(replay(x), expected)
    same(replay(x), expected)


def test_views_keep_what_they_show():
    def step(x):
        a = x + 1
        row = a[0]
        b = a * 2  # a is read for the last time, its first row is not
        return [b + row, row * 3]

    x = torch.randn(4, 4)
    expected, replay = taped(step, x)
    same(replay(x), expected)


def test_inputs_and_weights_are_not_overwritten():
    weight = torch.randn(4)
    x = torch.randn(4)
    before = x.clone(), weight.clone()
    expected, replay = taped(lambda x: [torch.relu(x), weight * x], x, known=[weight])
    same(replay(x), expected)
    assert torch.equal(x, before[0]) and torch.equal(weight, before[1])


def test_a_function_may_keep_what_it_is_given():
    kept = []

    def keeping(x):
        kept.append(x)
        return x * 2

    def step(x):
        a = x + 1
        b = opaque(keeping, a)
        return [torch.relu(a) + b, torch.relu(b)]

    x = torch.randn(6)
    expected, replay = taped(step, x)
    same(replay(x), expected)
    assert torch.equal(kept[-1], x + 1)


def test_a_constant_that_somebody_writes_to_stays_in_the_step():
    def step(x):
        total = torch.zeros(3)
        total += x
        ones = torch.ones_like(x)
        half = ones[:2]
        half *= 0.5
        return [total, x * ones]

    x = torch.randn(3)
    expected, replay = taped(step, x)
    for _ in range(2):
        same(replay(x), expected)


def test_results_that_are_constant_are_new_each_time():
    _, replay = taped(lambda x: [torch.zeros(2), x * torch.ones_like(x)], torch.randn(2))
    x = torch.randn(2)
    first = replay(x)
    first[0].add_(1)
    first[1].add_(1)
    second = replay(x)
    assert torch.equal(second[0], torch.zeros(2)) and torch.equal(second[1], x)


def test_products_with_ones_of_another_shape_or_type_stay():
    def step(x):
        a = x * 2
        return [a * torch.ones(3, 1), a * torch.ones(3, dtype=torch.float64)]

    x = torch.randn(3)
    expected, replay = taped(step, x)
    found = replay(x)
    same(found, expected)
    assert [f.dtype for f in found] == [torch.float32, torch.float64]


@pytest.mark.parametrize("shape", [(6, 1), (6, 1, 1), (6, 2), (1, 1)])
@pytest.mark.parametrize("dtype", [torch.bool, torch.float32])
def test_a_mean_of_means(shape, dtype):
    def step(x):
        hits = x > 0 if dtype is torch.bool else x * 1.5
        return [torch.mean(hits, -1, dtype=torch.float32).mean()]

    x = torch.randn(*shape)
    expected, replay = taped(step, x)
    same(replay(x), expected)
    x = torch.randn(*shape)
    same(replay(x), step(x))


@pytest.mark.parametrize("axes", [[0], [0, 1], [-1]])
def test_a_sum_whose_axes_are_taken_away(axes, operations):
    def step(x):
        kept = x.sum(axes, keepdim=True)
        gone = {axis % 3 for axis in axes}
        return [kept.view([n for i, n in enumerate(x.shape) if i not in gone]) * 2]

    x = torch.randn(3, 4, 5)
    expected, replay = taped(step, x)
    same(replay(x), expected)
    assert operations == [["sum.dim_IntList", "mul_.Tensor"]]


OPERATIONS = (
    lambda a, b: torch.relu(a),
    lambda a, b: a * b,
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a.t(),
    lambda a, b: a.add_(0.5),
    lambda a, b: torch.sigmoid(a),
    lambda a, b: torch.ones_like(a) * b,
    lambda a, b: a / (b.abs() + 1),
    lambda a, b: a.t().t(),
    lambda a, b: a + b.sum(0, keepdim=True).view(4),
    lambda a, b: a * opaque(torch.cos, b),
    lambda a, b: a - b.unsqueeze(-1).mean(-1).mean(),
)


@pytest.mark.parametrize("seed", range(60))
def test_random_steps(seed):
    """Operations drawn at random, with results used again, written to and looked at through views."""
    random = np.random.RandomState(seed)
    plan = random.randint(0, len(OPERATIONS), size=14).tolist()
    places = random.randint(0, 1 << 30, size=(14, 2)).tolist()

    def step(x):
        values = [x * 1.25, torch.ones_like(x)]
        for kind, (i, j) in zip(plan, places, strict=True):
            values.append(OPERATIONS[kind](values[i % len(values)], values[j % len(values)]))
        return [values[-1], values[len(values) // 2] + 0, values[2] * 1]

    torch.manual_seed(seed)
    x = torch.randn(4, 4)
    expected, replay = taped(step, x)
    for _ in range(2):
        same(replay(x), expected)
