"""Convolutions and the layers around them, under Keras 2's module name.

Example:
    >>> from kerastorch.layers.convolutional import Conv2D, Convolution2D
    >>> Conv2D is Convolution2D
    True
"""

from __future__ import annotations

from .conv.base import BaseConv as _Conv  # noqa: F401 - what scripts of Keras 2 know a convolution by
from .conv.depthwise import DepthwiseConv1D, DepthwiseConv2D
from .conv.regular import AtrousConvolution1D, AtrousConvolution2D, Conv1D, Conv2D, Conv3D
from .conv.separable import SeparableConv1D, SeparableConv2D
from .conv.sizing import (
    Cropping1D,
    Cropping2D,
    Cropping3D,
    UpSampling1D,
    UpSampling2D,
    UpSampling3D,
    ZeroPadding1D,
    ZeroPadding2D,
    ZeroPadding3D,
)
from .conv.transposed import Conv1DTranspose, Conv2DTranspose, Conv3DTranspose
from .pooling import (
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
)

__all__ = [
    "Conv1D",
    "Conv2D",
    "Conv3D",
    "Conv1DTranspose",
    "Conv2DTranspose",
    "Conv3DTranspose",
    "SeparableConv1D",
    "SeparableConv2D",
    "DepthwiseConv1D",
    "DepthwiseConv2D",
    "UpSampling1D",
    "UpSampling2D",
    "UpSampling3D",
    "ZeroPadding1D",
    "ZeroPadding2D",
    "ZeroPadding3D",
    "Cropping1D",
    "Cropping2D",
    "Cropping3D",
    "Convolution1D",
    "Convolution2D",
    "Convolution3D",
    "SeparableConvolution1D",
    "SeparableConvolution2D",
    "Convolution1DTranspose",
    "Convolution2DTranspose",
    "Convolution3DTranspose",
    "Deconvolution2D",
    "Deconvolution3D",
    "Deconv2D",
    "Deconv3D",
    "AtrousConvolution1D",
    "AtrousConvolution2D",
    "AtrousConv1D",
    "AtrousConv2D",
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
]

Convolution1D = Conv1D
Convolution2D = Conv2D
Convolution3D = Conv3D
SeparableConvolution1D = SeparableConv1D
SeparableConvolution2D = SeparableConv2D
Convolution1DTranspose = Conv1DTranspose
Convolution2DTranspose = Deconvolution2D = Deconv2D = Conv2DTranspose
Convolution3DTranspose = Deconvolution3D = Deconv3D = Conv3DTranspose
AtrousConv1D = AtrousConvolution1D
AtrousConv2D = AtrousConvolution2D
