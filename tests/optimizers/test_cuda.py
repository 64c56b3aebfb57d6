"""The same optimizers on a GPU, and replayed from a CUDA graph."""

import pytest
import torch

from kerastorch.optimizers import SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, Ftrl, Lion, Nadam, RMSprop
from kerastorch.optimizers.schedules import CosineDecay, ExponentialDecay, InverseTimeDecay, PiecewiseConstantDecay

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")]

CASES = [
    (SGD, {}),
    (SGD, {"learning_rate": ExponentialDecay(0.1, 2, 0.5)}),
    (SGD, {"momentum": 0.9, "decay": 0.1}),
    (SGD, {"momentum": 0.9, "learning_rate": PiecewiseConstantDecay([2, 4], [0.1, 0.05, 0.01])}),
    (SGD, {"momentum": 0.9, "nesterov": True, "clipnorm": 0.5}),
    (RMSprop, {"clipvalue": 0.3}),
    (RMSprop, {"learning_rate": InverseTimeDecay(0.1, 2, 0.5)}),
    (Adagrad, {}),
    (Adadelta, {}),
    (Adam, {"clipnorm": 0.5, "decay": 0.1}),
    (Adam, {"amsgrad": True}),
    (Adam, {"learning_rate": CosineDecay(0.1, 4, warmup_target=0.2, warmup_steps=2)}),
    (Adamax, {}),
    (Nadam, {}),
    (AdamW, {}),
    (Ftrl, {}),
    (Lion, {}),
]


def weights(device):
    torch.manual_seed(0)
    return [torch.nn.Parameter(torch.rand(shape).to(device)) for shape in ((5, 7), (7,))]


def gradients(device, steps):
    torch.manual_seed(1)
    return [[torch.randn(shape).to(device) for shape in ((5, 7), (7,))] for _ in range(steps)]


@pytest.mark.parametrize("make, arguments", CASES)
def test_gpu_agrees_with_cpu(make, arguments):
    found = []
    for device in ("cpu", "cuda"):
        params, opt = weights(device), make(**arguments)
        opt.bind(params)
        for grads in gradients(device, 6):
            opt.step(grads)
        found.append([p.detach().cpu() for p in params])
    torch.testing.assert_close(found[0], found[1], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("make, arguments", CASES)
def test_replay_equals_eager_to_the_bit(make, arguments):
    steps = gradients("cuda", 6)
    eager, opt = weights("cuda"), make(**arguments)
    opt.bind(eager)
    for i, grads in enumerate(steps):
        if i == 4 and "learning_rate" not in arguments:
            opt.lr = 0.5
        opt.step(grads)

    replayed, opt = weights("cuda"), make(**arguments)
    opt.bind(replayed)
    static = [torch.zeros_like(g) for g in steps[0]]

    def feed(grads):
        for held, g in zip(static, grads):
            held.copy_(g)

    feed(steps[0])
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        opt.step(static)
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        opt.step(static)
    for i, grads in enumerate(steps[1:], 1):
        if i == 4 and "learning_rate" not in arguments:
            opt.lr = 0.5
        feed(grads)
        graph.replay()
    assert int(opt.iterations) == 6
    for one, other in zip(eager, replayed):
        assert torch.equal(one, other)


@pytest.mark.parametrize("make, arguments", CASES)
def test_a_step_never_waits_for_the_gpu(make, arguments):
    params, opt = weights("cuda"), make(**arguments)
    opt.bind(params)
    first, second = gradients("cuda", 2)
    opt.step(first)
    torch.cuda.set_sync_debug_mode("error")
    try:
        opt.step(second)
    finally:
        torch.cuda.set_sync_debug_mode("default")


def test_state_follows_the_model_to_the_gpu():
    params, opt = weights("cpu"), Adam(lr=0.1)
    opt.bind(params)
    opt.step(gradients("cpu", 1)[0])
    held = opt.lr
    for p in params:
        p.data = p.data.cuda()
    opt.step(gradients("cuda", 1)[0])
    assert held is opt.lr and held.is_cuda and opt.iterations.is_cuda and int(opt.iterations) == 2
