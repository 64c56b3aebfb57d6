"""Layers that prepare and augment images."""

from __future__ import annotations

from .blurring import RandomErasing, RandomGaussianBlur, RandomSharpness
from .boxes import MaxNumBoundingBoxes
from .color import RandomBrightness, RandomContrast
from .distortion import RandomElasticTransform, RandomPerspective, RandomShear
from .geometry import RandomCrop, RandomFlip, RandomHeight, RandomRotation, RandomTranslation, RandomWidth, RandomZoom
from .histograms import ContrastLimitedAdaptiveHistogramEqualization, Equalization
from .mixing import CutMix, MixUp
from .policies import AugMix, RandAugment
from .sizes import CenterCrop, Rescaling, Resizing
from .tints import RandomColorDegeneration, RandomColorJitter, RandomGrayscale, RandomHue, RandomSaturation
from .tones import AutoContrast, RandomInvert, RandomPosterization, Solarization

__all__ = [
    "AugMix",
    "AutoContrast",
    "CenterCrop",
    "ContrastLimitedAdaptiveHistogramEqualization",
    "CutMix",
    "Equalization",
    "MaxNumBoundingBoxes",
    "MixUp",
    "RandAugment",
    "RandomBrightness",
    "RandomColorDegeneration",
    "RandomColorJitter",
    "RandomContrast",
    "RandomCrop",
    "RandomElasticTransform",
    "RandomErasing",
    "RandomFlip",
    "RandomGaussianBlur",
    "RandomGrayscale",
    "RandomHeight",
    "RandomHue",
    "RandomInvert",
    "RandomPerspective",
    "RandomPosterization",
    "RandomRotation",
    "RandomSaturation",
    "RandomSharpness",
    "RandomShear",
    "RandomTranslation",
    "RandomWidth",
    "RandomZoom",
    "Rescaling",
    "Resizing",
    "Solarization",
]
