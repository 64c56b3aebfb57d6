"""LSTM over sequences of images, with convolutions in the place of matrix products.

Source: Shi et al., Convolutional LSTM Network (2015), https://arxiv.org/abs/1506.04214
"""

from .cells import ConvLSTM2DCell
from .lstm import ConvLSTM1D, ConvLSTM2D, ConvLSTM3D
from .rnn import ConvRNN2D

__all__ = ["ConvRNN2D", "ConvLSTM2DCell", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"]
