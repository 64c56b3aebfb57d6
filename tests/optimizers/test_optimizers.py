"""What holds for optimizers as objects: arguments, live numbers, binding, saving, errors."""

import copy
import pickle

import numpy as np
import pytest
import torch

from kerastorch import eras, optimizers
from kerastorch.optimizers import SGD, Adadelta, Adagrad, Adam, Adamax, Ftrl, Lion, MissingGradientError, Nadam, RMSprop
from kerastorch.optimizers.clipping import common_factor

ALL = [SGD, RMSprop, Adagrad, Adadelta, Adam, Adamax, Nadam, optimizers.AdamW, Ftrl, Lion]


def param(*values):
    return torch.nn.Parameter(torch.tensor(values))


def test_lr_is_live_and_keeps_its_identity():
    weight, opt = param(1.0), SGD(lr=0.5)
    opt.bind([weight])
    held = opt.lr
    opt.step([torch.ones(1)])
    opt.lr = 0.25
    opt.step([torch.ones(1)])
    held.fill_(0.125)  # what K.set_value does
    opt.step([torch.ones(1)])
    assert held is opt.lr is opt.learning_rate
    assert weight.item() == 1 - 0.5 - 0.25 - 0.125


def test_lr_may_be_scaled_in_place():
    opt = SGD(lr=0.5)
    opt.lr *= 0.5
    opt.learning_rate = opt.lr * 0.5
    assert float(opt.lr) == 0.125


def test_learning_rate_is_another_name_of_lr():
    assert float(Adam(learning_rate=0.5).lr) == 0.5
    with pytest.raises(TypeError, match="lr or learning_rate.*not both. Received: lr=1, learning_rate=2"):
        Adam(lr=1, learning_rate=2)


def test_iterations_count_and_can_be_set():
    weight, opt = param(0.0), SGD(lr=1.0, decay=1.0)
    opt.bind([weight])
    opt.step([torch.ones(1)])
    assert int(opt.iterations) == 1
    opt.iterations = 3
    opt.step([torch.ones(1)])
    assert weight.item() == -1 - 1 / 4
    assert opt.iterations.dtype == torch.int64 and int(opt.iterations) == 4


def test_schedule_as_lr():
    weight = param(0.0)
    opt = SGD(lr=optimizers.schedules.PiecewiseConstantDecay([1], [0.5, 0.25]))
    opt.bind([weight])
    for _ in range(3):
        opt.step([torch.ones(1)])
    assert weight.item() == -0.5 - 0.5 - 0.25
    config = opt.get_config()
    again = SGD.from_config({**config, "lr": optimizers.schedules.deserialize(config["lr"])})
    assert float(again.lr(5)) == 0.25
    opt.lr = 0.75
    assert float(opt.lr) == 0.75


def test_schedule_of_the_users_own():
    class Halving(optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.5**step

    weight = param(0.0)
    opt = SGD(Halving())
    opt.bind([weight])
    for _ in range(3):
        opt.step([torch.ones(1)])
    assert weight.item() == -1.75


def test_step_leaves_the_gradients_alone():
    for make in ALL:
        opt = make(clipnorm=0.5, clipvalue=0.1)
        opt.bind([param(1.0, 2.0)])
        grad = torch.tensor([3.0, -4.0])
        opt.step([grad])
        opt.step([grad])
        assert grad.tolist() == [3.0, -4.0], make


@pytest.mark.parametrize("make", ALL)
@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_state_follows_the_parameters(make, dtype):
    weight, grad = param(1.0, -2.0), torch.tensor([0.5, 0.25])
    opt = make(lr=0.1)
    opt.bind([weight])
    opt.step([grad])
    weight.data = weight.data.to(dtype)
    opt.step([grad.to(dtype)])
    other = param(1.0, -2.0)
    plain = make(lr=0.1)
    plain.bind([other])
    plain.step([grad])
    plain.step([grad])
    assert weight.dtype == dtype
    torch.testing.assert_close(weight.float(), other, rtol=1e-2, atol=1e-2)


def test_parameters_of_two_dtypes():
    single, double = param(1.0), torch.nn.Parameter(torch.ones(2, dtype=torch.float64))
    opt = SGD(lr=0.5, momentum=0.5, clipnorm=1.0)
    opt.bind([single, double])
    opt.step([torch.tensor([3.0]), torch.tensor([0.0, 4.0], dtype=torch.float64)])
    assert single.item() == pytest.approx(1 - 0.5 * 0.6)
    assert double.tolist() == pytest.approx([1.0, 1 - 0.5 * 0.8])
    assert [w.dtype for w in opt.get_weights()[1:]] == [np.float32, np.float64]


def test_gradients_in_another_memory_layout():
    # Fused kernels read memory in order, so a transposed gradient would land on the wrong elements.
    start, grad = torch.rand(3, 4), torch.rand(4, 3)
    for make in ALL:
        plain, turned = torch.nn.Parameter(start.clone()), torch.nn.Parameter(start.clone())
        for weight, g in ((plain, grad.t().contiguous()), (turned, grad.t())):
            opt = make()
            opt.bind([weight])
            opt.step([g])
        assert torch.equal(plain, turned), make


def test_channels_last_parameters():
    weight = torch.nn.Parameter(torch.rand(4, 3, 2, 2).to(memory_format=torch.channels_last))
    grad = torch.rand(4, 3, 2, 2)
    expected = weight.detach() - 0.5 * grad
    opt = SGD(lr=0.5, momentum=0.9)
    opt.bind([weight], [lambda t: t.permute(2, 3, 1, 0)])
    opt.step([grad])
    torch.testing.assert_close(weight.detach(), expected)
    assert weight.is_contiguous(memory_format=torch.channels_last)
    moments = opt.get_weights()[1]
    np.testing.assert_allclose(moments, (-0.5 * grad).permute(2, 3, 1, 0).numpy(), rtol=1e-6)
    opt.set_weights([np.array(7), moments * 2])
    assert int(opt.iterations) == 7
    np.testing.assert_array_equal(opt.get_weights()[1], moments * 2)


def test_sparse_gradient():
    weight = param(1.0, 2.0)
    opt = Adagrad(lr=0.5)
    opt.bind([weight])
    opt.step([torch.sparse_coo_tensor([[1]], [4.0], (2,), check_invariants=True)])
    assert weight.tolist() == pytest.approx([1.0, 1.5])


def test_binding_again_keeps_the_state():
    weight, opt = param(0.0), SGD(lr=1.0, momentum=0.5)
    first = opt.bind([weight])
    opt.step([torch.ones(1)])
    assert opt.bind([weight]) is first
    opt.step([torch.ones(1)])
    assert weight.item() == -1 - 1.5


def test_two_models_share_an_optimizer():
    # As in Keras: lr and iterations are common, the momentum is each one's own, even of a weight in both lists.
    shared, own = param(0.0), param(0.0)
    opt = SGD(lr=1.0, momentum=0.5)
    one, both = opt.bind([shared]), opt.bind([shared, own])
    opt.step([torch.ones(1)], one)
    opt.step([torch.ones(1), torch.ones(1)], both)
    opt.step([torch.ones(1)], one)
    assert shared.item() == -1 - 1 - 1.5 and own.item() == -1
    assert int(opt.iterations) == 3
    assert len(opt.get_weights()) == 3
    opt.bind([shared])
    assert len(opt.get_weights()) == 2


def test_momentum_switched_on_later():
    # Keras keeps the velocity -lr*g also while momentum is 0.
    weight, opt = param(0.0), SGD(lr=0.5)
    opt.bind([weight])
    opt.step([torch.tensor([2.0])])
    assert opt.get_weights()[1].tolist() == [-1.0]
    opt.momentum = 0.5
    opt.step([torch.zeros(1)])
    assert weight.item() == -1 - 0.5


def test_clipping():
    def update(**arguments):
        weights = [param(0.0), param(0.0)]
        opt = SGD(lr=1.0, **arguments)
        opt.bind(weights)
        opt.step([torch.tensor([3.0]), torch.tensor([-4.0])])
        return [w.item() for w in weights]

    assert update(clipnorm=2.5) == pytest.approx([-1.5, 2.0])
    assert update(clipnorm=5.5) == [-3.0, 4.0]
    assert update(clipvalue=3.5) == [-3.0, 3.5]
    assert update(clipnorm=0.0, clipvalue=-1.0) == [-3.0, 4.0]
    assert update(global_clipnorm=2.5) == pytest.approx([-1.5, 2.0])
    eras.set_era("tf.keras")
    assert update(clipnorm=3.5) == pytest.approx([-3.0, 3.5])


def test_clipnorm_leaves_others_alone_when_one_gradient_is_nan():
    weights = [param(0.0), param(0.0)]
    opt = SGD(lr=1.0, clipnorm=1.0)
    opt.bind(weights)
    opt.step([torch.tensor([3.0]), torch.tensor([float("nan")])])
    assert weights[0].item() == -3.0 and weights[1].isnan().item()
    assert common_factor([torch.tensor(3.0), torch.tensor(float("nan"))], 1.0).item() == 1.0


def test_clipnorm_without_leaving_the_device():
    norms = [torch.tensor(3.0), torch.tensor(4.0)]
    assert [common_factor(norms, limit).item() for limit in (2.5, 5.0, 10.0)] == [0.5, 1.0, 1.0]


def test_zero_gradients_with_clipnorm():
    weight, opt = param(1.0), SGD(clipnorm=1.0)
    opt.bind([weight])
    opt.step([torch.zeros(1)])
    assert weight.item() == 1.0


def test_missing_gradient():
    weights, opt = [param(0.0), param(0.0)], SGD(lr=1.0)
    opt.bind(weights)
    with pytest.raises(MissingGradientError, match="weight 1") as error:
        opt.step([torch.ones(1), None])
    assert error.value.index == 1 and weights[0].item() == 0 and int(opt.iterations) == 0
    with pytest.raises(ValueError, match="weight 1"):
        opt.get_gradients(weights[0].sum(), weights)


def test_missing_gradient_in_later_generations():
    eras.set_era("keras3")
    weights, opt = [param(0.0), param(0.0)], SGD(lr=1.0, momentum=0.5)
    opt.bind(weights)
    opt.step([torch.ones(1), torch.ones(1)])
    with pytest.warns(UserWarning, match=r"weights \[1\]"):
        opt.step([torch.ones(1), None])
    assert [w.item() for w in weights] == [-2.5, -1.0]
    with pytest.raises(MissingGradientError):
        opt.step([None, None])


def test_get_gradients_clips():
    weight = param(3.0)
    (grad,) = SGD(clipvalue=0.5).get_gradients((weight**2).sum(), [weight])
    assert grad.item() == 0.5


@pytest.mark.parametrize("make", ALL)
def test_weights_survive_a_round_trip(make):
    def trained(opt, weight, steps):
        for i in range(steps):
            opt.step([torch.tensor([0.5 + i, -1.0, 0.0])])
        return weight

    whole, half = param(1.0, 2.0, 3.0), param(1.0, 2.0, 3.0)
    one, two, three = make(), make(), make.from_config(make().get_config())
    one.bind([whole])
    trained(one, whole, 4)
    two.bind([half])
    trained(two, half, 2)
    rest = torch.nn.Parameter(half.detach().clone())
    three.bind([rest])
    three.load_state_dict(two.state_dict())
    for i in (2, 3):
        three.step([torch.tensor([0.5 + i, -1.0, 0.0])])
    assert torch.equal(whole, rest)
    arrays = two.get_weights()
    three.set_weights(arrays)
    for got, expected in zip(three.get_weights(), arrays):
        np.testing.assert_array_equal(got, expected)


def test_set_weights_of_other_versions():
    opt = RMSprop()
    opt.bind([param(0.0)])
    opt.set_weights([np.array(9), np.array([2.0])])  # Keras 2.3 begins with iterations
    assert int(opt.iterations) == 9 and opt.get_weights()[0].tolist() == [2.0]
    opt = Adam()
    opt.bind([param(0.0)])
    opt.set_weights([np.array(9), np.array([2.0]), np.array([3.0])])  # before vhat
    assert [w.tolist() for w in opt.get_weights()] == [9, [2.0], [3.0], [0.0]]


def test_set_weights_that_do_not_match():
    opt = Adam()
    opt.bind([param(0.0)])
    before = opt.get_weights()
    with pytest.raises(ValueError, match="expected 4 arrays.*Received: 2"):
        opt.set_weights(before[:2])
    with pytest.raises(ValueError, match=r"array 1 of shape \(1,\). Received: \(2,\)"):
        opt.set_weights([np.array(5), np.zeros(2), np.zeros(1), np.zeros(1)])
    assert int(opt.iterations) == 0
    with pytest.raises(ValueError, match="expected state of shapes"):
        opt.load_state_dict(SGD().state_dict())


def test_copies():
    weight, opt = param(1.0), Adam(lr=0.5)
    opt.bind([weight])
    opt.step([torch.ones(1)])
    for again in (copy.deepcopy(opt), pickle.loads(pickle.dumps(opt))):
        assert [w.tolist() for w in again.get_weights()] == [w.tolist() for w in opt.get_weights()]
        assert again.get_config() == opt.get_config()
        again.lr = 0.25
    assert float(opt.lr) == 0.5


@pytest.mark.parametrize("name", ["adam", "Adam", "ADAM"])
def test_get_by_name(name):
    assert type(optimizers.get(name)) is Adam


def test_get():
    opt = SGD()
    assert optimizers.get(opt) is opt
    assert type(optimizers.get(SGD)) is SGD
    assert float(optimizers.get({"class_name": "rmsprop", "config": {"lr": 0.5}}).lr) == 0.5
    assert optimizers.get(optimizers.serialize(Adam(lr=0.5, clipnorm=1.0))).clipnorm == 1.0
    with pytest.raises(ValueError, match="Did you mean 'Adam'"):
        optimizers.get("adm")
    with pytest.raises(TypeError, match="Received: 3"):
        optimizers.get(3)
    with pytest.raises(ValueError, match="class_name"):
        optimizers.get({"class_name": "sgd"})


def test_custom_class():
    class Sign(optimizers.Optimizer):
        slots = ("last",)

        def __init__(self, lr=0.5, **kwargs):
            super().__init__(**kwargs)
            self.lr = torch.tensor(lr)

        def update(self, group, grads, lr, count):
            for p, g, last in zip(group.params, grads, group.state["last"]):
                last.copy_(g)
                p.sub_(lr * g.sign())

    opt = optimizers.get({"class_name": "Sign", "config": {"lr": 0.25}}, {"Sign": Sign})
    weight = param(1.0)
    opt.bind([weight])
    opt.step([torch.tensor([7.0])])
    assert weight.item() == 0.75
    assert [w.tolist() for w in opt.get_weights()] == [1, [7.0]]


def test_bad_arguments():
    with pytest.raises(TypeError, match="Unexpected keyword argument passed to optimizer Adam: 'beta1'. Did you mean"):
        Adam(beta1=0.5)
    with pytest.raises(TypeError, match="expected lr to be a number. Received: lr='fast'"):
        SGD(lr="fast")
    with pytest.raises(TypeError, match="expected clipnorm to be a number"):
        SGD(clipnorm="big")
    with pytest.raises(TypeError, match="use_ema"):
        SGD(use_ema=True)
    with pytest.raises(ValueError, match="learning_rate_power"):
        Ftrl(learning_rate_power=1.0)
    with pytest.raises(ValueError, match="l1_regularization_strength"):
        Ftrl(l1_regularization_strength=-1.0)
    with pytest.raises(ValueError, match="decay_steps to be a positive number. Received: decay_steps=0"):
        optimizers.schedules.ExponentialDecay(0.1, 0, 0.5)
    with pytest.raises(ValueError, match="3 in all. Received: 2"):
        optimizers.schedules.PiecewiseConstantDecay([1, 2], [0.1, 0.2])


def test_arguments_of_later_generations():
    opt = Adam(use_ema=False, jit_compile=False, gradient_accumulation_steps=None, name="mine", weight_decay=0.1)
    assert opt.name == "mine"
    with pytest.warns(UserWarning, match="jit_compile has no effect"):
        Adam(jit_compile=True)


def test_bad_use():
    opt = SGD()
    with pytest.raises(ValueError, match="bind"):
        opt.step([])
    with pytest.raises(ValueError, match="weight 0 to be of a float type"):
        opt.bind([torch.zeros(1, dtype=torch.int64)])
    with pytest.raises(ValueError, match="without gaps"):
        opt.bind([torch.zeros(4, 4)[:, ::2]])
    with pytest.raises(ValueError, match="one view per parameter, 1 in all. Received: 0"):
        opt.bind([torch.zeros(1)], [])
    opt.bind([param(1.0, 2.0)])
    with pytest.raises(ValueError, match="one gradient per weight, 1 in all. Received: 2"):
        opt.step([torch.zeros(2), torch.zeros(2)])
    with pytest.raises(ValueError, match=r"gradient 0 to have its weight's shape \(2,\). Received: \(1,\)"):
        opt.step([torch.zeros(1)])
    with pytest.raises(NotImplementedError, match="update"):
        custom = optimizers.Optimizer()
        custom.lr = torch.tensor(0.1)
        custom.bind([param(1.0)])
        custom.step([torch.zeros(1)])


def test_no_parameters():
    opt = Adam()
    opt.bind([])
    opt.step([])
    assert int(opt.iterations) == 1


def test_baked_numbers_change_when_a_graph_must_be_captured_again():
    opt = Adam(clipnorm=1.0)
    before = opt.baked()
    opt.lr = 0.5
    opt.iterations = 7
    assert opt.baked() == before
    opt.beta_1 = 0.5
    assert opt.baked() != before


def test_baked_numbers_can_be_looked_up_by():
    opt = optimizers.Muon(exclude_layers=["embedding"])
    assert opt.baked() in {opt.baked(): 1} and ("embedding",) in opt.baked()
