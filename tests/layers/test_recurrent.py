"""What recurrent layers do beside their numbers, which tests/golden compares with Keras 2.2.4."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
import torch

from kerastorch import activations, eras, layers, models
from kerastorch.backend import phase
from kerastorch.kernels import fast_paths
from kerastorch.layers.recurrent.base import kernel_name

RECURRENT = [layers.SimpleRNN, layers.GRU, layers.LSTM]
CUDNN = [layers.CuDNNGRU, layers.CuDNNLSTM]


class Minimal(layers.Layer):
    """The cell of Keras's own documentation, with the constants of an attention mechanism."""

    def __init__(self, units, **kwargs):
        self.units = units
        self.state_size = units
        super().__init__(**kwargs)

    def build(self, input_shape):
        step, constant = input_shape
        self.kernel = self.add_weight("kernel", (step[-1], self.units), initializer="ones")
        self.outer = self.add_weight("outer", (constant[-1], self.units), initializer="ones")
        self.built = True

    def call(self, inputs, states, constants):
        output = inputs @ self.kernel + 0.5 * states[0] + constants[0] @ self.outer
        return output, [output]

    def get_config(self):
        return {**super().get_config(), "units": self.units}


# Defaults and arguments


def test_defaults_follow_the_era():
    assert layers.LSTM(2).get_config()["recurrent_activation"] == "hard_sigmoid"
    assert layers.GRU(2).reset_after is False
    eras.set_era("tf.keras")
    assert layers.LSTM(2).get_config()["recurrent_activation"] == "sigmoid"
    assert layers.LSTM(2, recurrent_activation="hard_sigmoid").recurrent_activation is activations.hard_sigmoid
    assert layers.GRU(2).reset_after is True
    assert layers.GRU(2, reset_after=False).reset_after is False


def test_no_recurrent_activation_means_linear():
    assert layers.LSTM(2, recurrent_activation=None).recurrent_activation is activations.linear


def test_kernels_know_an_activation_by_identity_not_by_name():
    def tanh(x):
        return x

    assert kernel_name(activations.tanh) == kernel_name(torch.tanh) == "tanh"
    assert kernel_name(tanh) is tanh
    assert kernel_name(activations.hard_sigmoid) == "hard_sigmoid"
    eras.set_era("keras3")
    assert kernel_name(activations.hard_sigmoid) == "hard_sigmoid_relu6"


@pytest.mark.parametrize("era", ["keras2", "keras3"])
def test_fast_and_slow_layers_agree(era):
    eras.set_era(era)
    layer, x = layers.LSTM(3, recurrent_activation="hard_sigmoid"), torch.randn(2, 5, 4) * 3
    fast = layer(x)
    with fast_paths(False):
        assert torch.allclose(layer(x), fast, atol=1e-6)


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: layers.LSTM(-3), ValueError, r"LSTM: expected units to be a positive integer. Received: units=-3"),
        (lambda: layers.GRU(2.5), TypeError, r"GRU: expected units .* Received: units=2.5"),
        (lambda: layers.LSTM(2, implementation=3), ValueError, r"LSTM: expected implementation .* implementation=3"),
        (lambda: layers.LSTM(2, activation="tan"), ValueError, r"Received: 'tan'.*'tanh'"),
        (lambda: layers.LSTM(2, unit=3), TypeError, r"LSTM: .* Received: 'unit'"),
        (lambda: layers.RNN(3), ValueError, r"RNN: expected a cell .* Received: 3 without call"),
        (lambda: layers.RNN([3]), ValueError, r"StackedRNNCells: expected a cell .* Received: 3 without call"),
        (lambda: layers.ConvLSTM2D(2, 3, padding="causal"), ValueError, r"ConvLSTM2D: expected padding"),
        (lambda: layers.ConvLSTM2D(2, 3, strides=2, dilation_rate=2), ValueError, r"ConvLSTM2D: expected strides or"),
        (lambda: layers.ConvLSTM2D(0, 3), ValueError, r"ConvLSTM2D: expected filters .* Received: filters=0"),
        (lambda: layers.CuDNNLSTM(0), ValueError, r"CuDNNLSTM: expected units .* Received: units=0"),
    ],
)
def test_bad_arguments(make, error, text):
    with pytest.raises(error, match=text):
        make()


def test_implementation_0_and_that_of_simple_rnn_warn():
    with pytest.warns(UserWarning, match="implementation=0"):
        assert layers.LSTM(2, implementation=0).implementation == 1
    with pytest.warns(UserWarning, match="no effect"):
        layers.SimpleRNN(2, implementation=2)


def test_input_dim_and_input_length_make_the_input_shape():
    assert layers.LSTM(2, input_dim=3).batch_input_shape == (None, None, 3)
    assert layers.GRU(2, input_dim=3, input_length=5).batch_input_shape == (None, 5, 3)
    model = models.Sequential([layers.LSTM(2, input_dim=3, input_length=5, return_sequences=True), layers.Flatten()])
    assert model.output_shape == (None, 10)


# Input


@pytest.mark.parametrize("kind", RECURRENT + CUDNN)
def test_bad_input(kind):
    layer = kind(3)
    with pytest.raises(
        ValueError, match=rf"{layer.name}: expected 3 dimensions in its input. Received: shape \(2, 4\)"
    ):
        layer(torch.ones(2, 4))
    layer(torch.ones(2, 5, 4))
    with pytest.raises(ValueError, match=r"Received: shape \(2, 5, 7\)"):
        layer(torch.ones(2, 5, 7))
    with pytest.raises(ValueError, match=r"expected at least one time step. Received: shape \(2, 0, 4\)"):
        layer(torch.ones(2, 0, 4))
    with pytest.raises(ValueError, match="expected axis -1 of its input to be known|expected weight"):
        kind(3)(layers.Input((5, None)))


@pytest.mark.parametrize("kind", RECURRENT + CUDNN)
def test_bad_initial_state(kind):
    layer, x = kind(3), torch.ones(2, 5, 4)
    count = 2 if "LSTM" in kind.__name__ else 1
    with pytest.raises(ValueError, match=rf"expected {count} states. Received: {count + 1}"):
        layer(x, initial_state=[torch.zeros(2, 3)] * (count + 1))
    with pytest.raises(ValueError, match=r"expected state 0 to have shape \(None, 3\). Received: shape \(2, 7\)"):
        layer(x, initial_state=[torch.zeros(2, 7)] * count)
    with pytest.raises(ValueError, match="expected state 0"):
        kind(3)(layers.Input((5, 4)), initial_state=[layers.Input((7,))] * count)


def test_unroll_needs_a_known_length():
    with pytest.raises(ValueError, match="unroll=True"):
        layers.LSTM(2, unroll=True)(layers.Input((None, 3)))
    with pytest.raises(TypeError, match="unroll=False"):
        layers.ConvLSTM2D(2, 3, unroll=True)


def test_masks_and_cudnn_layers():
    with pytest.raises(ValueError, match="does not support masking"):
        layers.CuDNNLSTM(2)(layers.Masking()(layers.Input((5, 3))))


@pytest.mark.parametrize(("unroll", "wanted"), [(False, [7.0, 8.0, 8.0]), (True, [0.0, 8.0, 8.0])])
def test_masked_steps_with_an_initial_state(unroll, wanted):
    # what Keras 2.2.4 printed for both of its loops
    layer = layers.SimpleRNN(1, activation=None, unroll=unroll, return_sequences=True)
    layer.build((None, 3, 1))
    layer.set_weights([np.ones((1, 1)), np.ones((1, 1)), np.zeros(1)])
    x, mask = torch.tensor([[[0.0], [1.0], [0.0]]]), torch.tensor([[False, True, False]])
    assert layer(x, mask=mask, initial_state=torch.full((1, 1), 7.0)).flatten().tolist() == wanted


# Dropout


@pytest.mark.parametrize("kind", RECURRENT)
@pytest.mark.parametrize("arguments", [{"dropout": 0.5}, {"recurrent_dropout": 0.5}])
def test_dropout_acts_in_training_only(kind, arguments):
    layer, x = kind(8, return_sequences=True, **arguments), torch.randn(4, 6, 5)
    assert torch.equal(layer(x), layer(x))
    with phase.of(True):
        torch.manual_seed(1)
        first, second = layer(x), layer(x)
        torch.manual_seed(1)
        assert not torch.equal(first, second) and torch.equal(first, layer(x))


def weights_of_ones(layer, x):
    layer(x)
    layer.set_weights([np.ones_like(w) if w.ndim == 2 else np.zeros_like(w) for w in layer.get_weights()])


def test_one_input_mask_for_the_whole_sequence():
    layer, x = layers.SimpleRNN(1, activation=None, dropout=0.5, return_sequences=True), torch.ones(64, 5, 1)
    weights_of_ones(layer, x)
    with phase.of(True):
        steps = layer(x)[..., 0].diff(dim=1)
    assert torch.equal(steps, steps[:, :1].expand_as(steps)) and set(steps.unique().tolist()) == {0.0, 2.0}


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize(("implementation", "patterns"), [(1, 4), (2, 2)])
def test_gates_share_masks_with_implementation_2(implementation, patterns, fast):
    # i * g with linear activations: both gates see the input (4), one (0) or none
    layer = layers.LSTM(
        1,
        activation=None,
        recurrent_activation=None,
        use_bias=False,
        dropout=0.5,
        implementation=implementation,
        return_state=True,
    )
    x = torch.ones(400, 1, 1)
    layer(x)
    layer.set_weights([np.array([[1.0, 0.0, 3.0, 1.0]]), np.zeros((1, 4))])
    torch.manual_seed(0)
    with phase.of(True), fast_paths(fast):
        h, _, c = layer(x)
    # c is 12 where i and g are kept; h = o * c is 24 where o is kept too: alike only with a mask of their own
    assert set(c.unique().tolist()) == {0.0, 12.0}
    seen = {tuple(pair) for pair in torch.cat([c, h], 1).tolist()}
    assert seen == ({(0.0, 0.0), (12.0, 0.0), (12.0, 24.0)} if patterns == 4 else {(0.0, 0.0), (12.0, 24.0)})


def test_cells_draw_new_masks_for_each_sequence():
    layer, x = layers.RNN([layers.SimpleRNNCell(3, dropout=0.5)] * 1), torch.randn(4, 3, 5)
    layer(x)
    mask = torch.tensor([[True, True, False]] * 4)
    with phase.of(True):
        for given in (None, mask):
            assert not torch.equal(layer(x, mask=given), layer(x, mask=given))


# Cells


def constant_model():
    """The same model in the oracle gave 15.53125."""
    x, h, c = layers.Input((5, 4)), layers.Input((3,)), layers.Input((2,))
    return models.Model([x, h, c], layers.RNN(Minimal(3))(x, initial_state=h, constants=c))


def test_custom_cell_with_constants_and_its_config():
    data = [np.ones((1, 5, 4)), np.ones((1, 3)), 2 * np.ones((1, 2))]
    model = constant_model()
    assert model.predict(data).tolist() == [[15.53125] * 3]
    config = model.get_config()
    found = next(entry for entry in config["layers"] if entry["class_name"] == "RNN")
    assert found["config"]["num_constants"] == 1
    assert [link[0] for link in found["inbound_nodes"][0]] == model.input_names
    again = models.Model.from_config(config, custom_objects={"Minimal": Minimal})
    assert again.predict(data).tolist() == [[15.53125] * 3]


def test_constants_of_tensors_and_cells_without_them():
    layer = layers.RNN(Minimal(3))
    out = layer(torch.ones(1, 5, 4), initial_state=torch.ones(1, 3), constants=torch.full((1, 2), 2.0))
    assert out.tolist() == [[15.53125] * 3]
    with pytest.raises(ValueError, match="expected a cell whose call takes constants"):
        layers.LSTM(2)(torch.ones(1, 5, 4), constants=torch.ones(1, 2))


def test_a_cell_need_not_be_a_layer():
    class Total:
        state_size = 3
        output_size = 6

        def call(self, inputs, states):
            total = inputs + states[0]
            return torch.cat([total, -total], -1), [total]

    layer = layers.RNN(Total(), return_sequences=True)
    assert layer(layers.Input((5, 3))).shape == (None, 5, 6)
    assert layer(torch.ones(1, 2, 3))[0, :, 0].tolist() == [1.0, 2.0] and layer.get_weights() == []
    masked = layer(torch.ones(1, 3, 3), mask=torch.tensor([[False, True, False]]))
    assert masked[0, :, 0].tolist() == [0.0, 1.0, 1.0]


def test_a_subclass_of_a_cell_is_run_by_its_own_call():
    class Doubled(layers.LSTMCell):
        def call(self, inputs, states, training=None):
            h, states = super().call(inputs, states, training)
            return 2 * h, states

    cell, x = Doubled(3), torch.randn(2, 1, 4)
    plain = layers.LSTM(3)
    plain(x)
    layer = layers.RNN(cell)
    layer(x)
    layer.set_weights(plain.get_weights())
    assert torch.allclose(layer(x), 2 * plain(x))


@pytest.mark.parametrize("masked", [False, True])
def test_a_stack_is_the_layers_one_after_the_other(masked):
    cells = [layers.LSTMCell(3), layers.GRUCell(4, reset_after=True), layers.SimpleRNNCell(2)]
    stack, x = layers.RNN(cells), torch.randn(2, 5, 3)
    mask = torch.tensor([[True] * 5, [True, True, True, False, False]]) if masked else None
    got = stack(x, mask=mask)
    single = [layers.RNN(cell, return_sequences=i < 2) for i, cell in enumerate(cells)]
    y = x
    for layer in single:
        y = layer(y, mask=mask)
    assert torch.allclose(got, y, atol=1e-6)
    assert len(stack.get_weights()) == 9


def test_states_of_a_stack_and_their_reverse():
    with pytest.warns(UserWarning, match="reverse_state_order"):
        reverse = layers.StackedRNNCells([layers.LSTMCell(3), layers.GRUCell(4)], reverse_state_order=True)
    assert reverse.state_size == (4, 3, 3) and reverse.output_size == 4
    natural = layers.StackedRNNCells([layers.LSTMCell(3), layers.GRUCell(4)])
    assert natural.state_size == (3, 3, 4)
    x = torch.randn(2, 5, 3)
    shapes = [tuple(t.shape) for t in layers.RNN(reverse, return_state=True)(x)]
    assert shapes == [(2, 4), (2, 4), (2, 3), (2, 3)]


# States


def test_a_state_given_as_a_tensor_gets_a_gradient():
    layer, h = layers.GRU(3), torch.zeros(2, 3, requires_grad=True)
    layer(torch.randn(2, 5, 4), initial_state=h).sum().backward()
    assert h.grad.abs().sum() > 0


@pytest.mark.parametrize("kind", RECURRENT + CUDNN)
def test_stateful_goes_on_where_it_stopped(kind):
    layer = kind(3, stateful=True, return_sequences=True)
    whole = kind(3, return_sequences=True)
    x = torch.randn(2, 6, 4)
    wanted = whole(x)
    layer(x[:, :3])
    layer.set_weights(whole.get_weights())
    layer.reset_states()
    with phase.of(True):  # in training, evaluation and prediction alike
        first = layer(x[:, :3])
    assert torch.allclose(torch.cat([first, layer(x[:, 3:])], 1), wanted, atol=1e-6)
    first.sum().backward()  # what the states became later does not disturb it
    assert not any("state" in key for key in layer.state_dict())


def test_stateful_needs_a_batch_size_and_keeps_to_it():
    with pytest.raises(ValueError, match="expected a fixed batch size, since it is stateful"):
        models.Sequential([layers.LSTM(2, stateful=True, input_shape=(5, 3))])
    layer = layers.LSTM(2, stateful=True, batch_input_shape=(4, 5, 3))
    models.Sequential([layer])
    with pytest.raises(ValueError, match=r"Received: shape \(3, 5, 3\)"):
        layer(torch.ones(3, 5, 3))


def test_reset_states():
    layer = layers.LSTM(2, stateful=True, batch_input_shape=(1, 5, 3))
    assert layer.states == [None, None]
    models.Sequential([layer])
    layer.reset_states([np.ones((1, 2)), np.full((1, 2), 2.0)])
    assert [state.tolist() for state in layer.states] == [[[1.0, 1.0]], [[2.0, 2.0]]]
    for bad, text in (
        ([np.ones((1, 2))], "expected 2 states. Received: 1"),
        ([np.ones((2, 2))] * 2, "expected state 0"),
    ):
        with pytest.raises(ValueError, match=text):
            layer.reset_states(bad)
    assert layer.states[0].tolist() == [[1.0, 1.0]]
    layer.reset_states()
    assert layer.states[1].tolist() == [[0.0, 0.0]]
    with pytest.raises(AttributeError, match="stateful=True"):
        layers.LSTM(2).reset_states()


# As a torch module


def test_weights_are_stored_as_torchs():
    layer = layers.LSTM(3)
    layer(torch.ones(1, 2, 4))
    assert {key: tuple(value.shape) for key, value in layer.state_dict().items()} == {
        "cell.weight_ih": (12, 4),
        "cell.weight_hh": (12, 3),
        "cell.bias": (12,),
    }
    assert [w.shape for w in layer.get_weights()] == [(4, 12), (3, 12), (12,)]
    assert layer.cell.kernel.shape == (4, 12) and layer.cell.recurrent_kernel.shape == (3, 12)
    assert layer.cell.bias.tolist() == [0.0] * 3 + [1.0] * 3 + [0.0] * 6


def test_is_torchs_lstm_with_its_weights():
    theirs = torch.nn.LSTM(4, 3, batch_first=True)
    state = {key.removesuffix("_l0"): value for key, value in theirs.state_dict().items()}
    x, ours = torch.randn(2, 5, 4), layers.LSTM(3, recurrent_activation="sigmoid", return_sequences=True)
    ours(x)
    weights = {key: state[key] for key in ("weight_ih", "weight_hh")}
    weights["bias"] = state["bias_ih"] + state["bias_hh"]
    ours.load_state_dict({f"cell.{key}": value for key, value in weights.items()})
    assert torch.allclose(ours(x), theirs(x)[0], atol=1e-6)


def as_keras_hands_it_to_cudnn(stacked, gates):
    """torch's (gates * units, rows) as Keras's (rows, gates * units), whose blocks cuDNN reads by their memory."""
    return torch.cat([gate.reshape(gate.shape[::-1]) for gate in stacked.detach().chunk(gates)], 1)


def test_cudnn_lstm_is_torchs_lstm():
    theirs = torch.nn.LSTM(4, 3, batch_first=True)
    ours, x = layers.CuDNNLSTM(3, return_sequences=True), torch.randn(2, 5, 4)
    ours(x)
    weight_ih, weight_hh, bias_ih, bias_hh = theirs.parameters()
    kernels = [as_keras_hands_it_to_cudnn(weight, 4) for weight in (weight_ih, weight_hh)]
    ours.set_weights([*kernels, torch.cat([bias_ih, bias_hh])])
    assert torch.allclose(ours(x), theirs(x)[0], atol=1e-6)


def test_cudnn_gru_is_torchs():
    theirs = torch.nn.GRU(4, 3, batch_first=True)

    def update_first(stacked):
        r, z, candidate = stacked.chunk(3)
        return torch.cat([z, r, candidate])

    ours, x = layers.CuDNNGRU(3, return_state=True), torch.randn(2, 5, 4)
    ours(x)
    weight_ih, weight_hh, bias_ih, bias_hh = map(update_first, theirs.parameters())
    kernels = [as_keras_hands_it_to_cudnn(weight, 3) for weight in (weight_ih, weight_hh)]
    ours.set_weights([*kernels, torch.cat([bias_ih, bias_hh])])
    out, h = ours(x)
    assert torch.allclose(out, theirs(x)[0][:, -1], atol=1e-6) and torch.equal(out, h)
    assert [w.shape for w in ours.get_weights()] == [(4, 9), (3, 9), (18,)]


def test_cudnn_lstm_starts_with_a_forget_bias():
    layer = layers.CuDNNLSTM(2)
    layer(torch.ones(1, 2, 3))
    assert layer.bias.tolist() == [0.0] * 10 + [1.0] * 2 + [0.0] * 4
    layer = layers.CuDNNLSTM(2, unit_forget_bias=False)
    layer(torch.ones(1, 2, 3))
    assert layer.bias.tolist() == [0.0] * 16


@pytest.mark.parametrize("kind", RECURRENT + CUDNN)
def test_copies_and_pickles(kind):
    layer, x = kind(3, stateful=True), torch.randn(2, 5, 4)
    layer(x)
    twins = [copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))]
    wanted = layer(x)
    assert all(torch.equal(twin(x), wanted) for twin in twins)


@pytest.mark.parametrize("kind", RECURRENT + CUDNN)
def test_config_makes_the_layer_again(kind):
    layer = kind(3, return_sequences=True, go_backwards=True, kernel_regularizer="l2", name="mine")
    again = kind.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()


def test_double_precision():
    layer, x = layers.LSTM(3, dtype="float64"), torch.randn(2, 5, 4, dtype=torch.float64)
    assert layer(x).dtype == torch.float64 and layer.cell.weight_ih.dtype == torch.float64


def test_is_part_of_an_exported_program():
    model = models.Sequential([layers.LSTM(3, input_shape=(4, 2)), layers.Dense(1)])
    x = torch.randn(2, 4, 2)
    program = torch.export.export(model, (x,))
    assert torch.allclose(program.module()(x), model(x), atol=1e-6)


# ConvLSTM2D


def test_conv_lstm_on_single_pixels_is_an_lstm():
    images = layers.ConvLSTM2D(3, 1, return_sequences=True)
    plain = layers.LSTM(3, return_sequences=True)
    x = torch.randn(2, 5, 4)
    plain(x)
    images(x[:, :, None, None])
    images.set_weights([w.reshape(1, 1, *w.shape) if w.ndim == 2 else w for w in plain.get_weights()])
    assert torch.allclose(images(x[:, :, None, None])[:, :, 0, 0], plain(x), atol=1e-6)


def test_conv_lstm_masks_and_dropout():
    layer = layers.ConvLSTM2D(2, 3, padding="same", return_sequences=True, dropout=0.4, recurrent_dropout=0.4)
    x = torch.randn(2, 4, 5, 5, 1)
    out = layer(x, mask=torch.tensor([[True, False, True, True]] * 2))
    assert torch.equal(out[:, 0], out[:, 1]) and not torch.equal(out[:, 1], out[:, 2])
    with phase.of(True):
        assert not torch.equal(layer(x), layer(x))


def test_conv_cell_runs_step_by_step_alike():
    class Stepwise(layers.ConvLSTM2DCell):
        def call(self, inputs, states, training=None):
            return super().call(inputs, states, training)

    whole = layers.ConvRNN2D(layers.ConvLSTM2DCell(2, 3), return_sequences=True)
    steps = layers.ConvRNN2D(Stepwise(2, 3), return_sequences=True)
    x = torch.randn(2, 4, 6, 6, 1)
    whole(x), steps(x)
    steps.set_weights(whole.get_weights())
    assert torch.allclose(whole(x), steps(x), atol=1e-6)
