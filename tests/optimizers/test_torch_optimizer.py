"""torch.optim optimizers behind the Keras interface."""

import functools

import pytest
import torch

from kerastorch import optimizers
from kerastorch.optimizers import MissingGradientError, TorchOptimizer


def param(*values):
    return torch.nn.Parameter(torch.tensor(values))


@pytest.mark.parametrize(
    "given",
    [
        torch.optim.SGD,
        functools.partial(torch.optim.SGD, lr=0.001),
        lambda params: torch.optim.SGD(params, lr=0.001),
    ],
)
def test_class_and_factory(given):
    weight = param(1.0)
    opt = optimizers.get(given)
    opt.bind([weight])
    opt.step([torch.tensor([2.0])])
    assert weight.item() == pytest.approx(0.998)
    assert weight.grad is None and int(opt.iterations) == 1


def test_same_steps_as_torch_alone():
    ours, theirs = param(1.0, -2.0), param(1.0, -2.0)
    opt = optimizers.get(torch.optim.AdamW([ours], lr=0.1, weight_decay=0.1))
    opt.bind([ours])
    alone = torch.optim.AdamW([theirs], lr=0.1, weight_decay=0.1)
    for i in range(5):
        grad = torch.tensor([1.0, float(i)])
        opt.step([grad])
        theirs.grad = grad.clone()
        alone.step()
    assert torch.equal(ours, theirs)


def test_lr_reads_and_writes_the_groups():
    weight = param(1.0)
    sgd = torch.optim.SGD([weight], lr=0.1)
    opt = TorchOptimizer(sgd)
    assert float(opt.lr) == pytest.approx(0.1)
    assert sgd.param_groups[0]["lr"] == 0.1  # reading rounds nothing
    opt.lr = 0.25
    assert sgd.param_groups[0]["lr"] == 0.25
    opt.lr.fill_(0.5)  # what K.set_value does
    opt.bind([weight])
    opt.step([torch.ones(1)])
    assert weight.item() == 0.5 and float(opt.learning_rate) == 0.5


def test_lr_held_in_a_tensor():
    weight = param(1.0)
    sgd = torch.optim.SGD([weight], lr=torch.tensor(0.5))
    opt = TorchOptimizer(sgd)
    opt.lr = 0.25
    assert opt.lr is sgd.param_groups[0]["lr"] and opt.lr.item() == 0.25


def test_torch_scheduler_stays_in_charge():
    weight = param(0.0)
    sgd = torch.optim.SGD([weight], lr=1.0)
    scheduler = torch.optim.lr_scheduler.StepLR(sgd, step_size=1, gamma=0.5)
    opt = TorchOptimizer(sgd)
    opt.bind([weight])
    for _ in range(3):
        opt.step([torch.ones(1)])
        scheduler.step()
    assert weight.item() == -1.75 and float(opt.lr) == 0.125


def test_instance_must_cover_the_model():
    known, other = param(1.0), param(2.0)
    opt = TorchOptimizer(torch.optim.Adam([known]))
    with pytest.raises(ValueError, match=r"Adam: expected an optimizer over all 2 .* lacks the weights \[1\]"):
        opt.bind([known, other])


def test_factory_makes_one_optimizer_for_each_list():
    one, two = param(0.0), param(0.0)
    opt = TorchOptimizer(lambda params: torch.optim.SGD(params, lr=1.0, momentum=0.5))
    first, second = opt.bind([one]), opt.bind([two])
    opt.step([torch.ones(1)], first)
    opt.step([torch.ones(1)], second)
    assert opt.bind([one]) is first
    opt.step([torch.ones(1)])
    assert one.item() == -2.5 and two.item() == -1.0


def test_missing_gradients():
    weights = [param(1.0), param(1.0)]
    opt = TorchOptimizer(torch.optim.SGD(weights, lr=0.5))
    opt.bind(weights)
    opt.step([torch.ones(1), None])  # torch skips it
    assert [w.item() for w in weights] == [0.5, 1.0]
    with pytest.raises(MissingGradientError):
        opt.step([None, None])


def test_state_dict():
    weight = param(0.0)
    opt = TorchOptimizer(torch.optim.SGD([weight], lr=1.0, momentum=0.5))
    opt.bind([weight])
    opt.step([torch.ones(1)])
    state = opt.state_dict()
    rest = torch.nn.Parameter(weight.detach().clone())
    again = TorchOptimizer(torch.optim.SGD([rest], lr=1.0, momentum=0.5))
    again.bind([rest])
    again.load_state_dict(state)
    again.step([torch.ones(1)])
    assert rest.item() == -2.5 and int(again.iterations) == 2


def test_errors():
    weight = param(1.0)
    with pytest.raises(TypeError, match="Received: 3"):
        TorchOptimizer(3)
    with pytest.raises(TypeError, match="returns an optimizer. Received: 3"):
        TorchOptimizer(lambda params: 3).bind([weight])
    with pytest.raises(ValueError, match="LBFGS.*closure"):
        TorchOptimizer(torch.optim.LBFGS).bind([weight])
    with pytest.raises(AttributeError, match="once the model is compiled"):
        _ = TorchOptimizer(torch.optim.SGD).lr
    with pytest.raises(NotImplementedError, match="state_dict"):
        TorchOptimizer(torch.optim.SGD([weight])).get_weights()
    with pytest.raises(NotImplementedError, match="Keras optimizer"):
        TorchOptimizer(torch.optim.SGD([weight])).get_config()
