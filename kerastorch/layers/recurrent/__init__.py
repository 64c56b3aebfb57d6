"""Recurrent layers and the cells that they are made of.

Source: https://keras.io/api/layers/recurrent_layers/
"""

from .abstract import AbstractRNNCell
from .cells import GRUCell, LSTMCell, SimpleRNNCell
from .gated import GRU, LSTM, SimpleRNN
from .rnn import RNN
from .stacked import StackedRNNCells

__all__ = [
    "RNN",
    "AbstractRNNCell",
    "StackedRNNCells",
    "SimpleRNNCell",
    "GRUCell",
    "LSTMCell",
    "SimpleRNN",
    "GRU",
    "LSTM",
]
