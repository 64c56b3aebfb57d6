"""Pooling to a given size."""

from ..cases.kit import normal
from .kit import Area

area = Area("pooling", eras=("keras3",))

FIRST = "channels_first"


def layer(cls, name, data, *args, **kwargs):
    area.layer(f"{cls.lower()}/{name}", lambda k: getattr(k.layers, cls)(*args, **kwargs), data)


for kind in ("AdaptiveAveragePooling", "AdaptiveMaxPooling"):
    layer(kind + "1D", "default", normal(2, 9, 3), 4)
    layer(kind + "1D", "tuple", normal(2, 9, 3), (9,))
    layer(kind + "1D", "first", normal(2, 3, 7), 3, data_format=FIRST)
    layer(kind + "2D", "default", normal(2, 7, 8, 3), 3)
    layer(kind + "2D", "pair", normal(2, 5, 9, 3), (2, 4))
    layer(kind + "2D", "first", normal(2, 3, 5, 6), [4, 6], data_format=FIRST)
    layer(kind + "3D", "default", normal(2, 4, 5, 6, 2), 2)
    layer(kind + "3D", "triple", normal(1, 5, 4, 6, 2), (2, 3, 6))
    layer(kind + "3D", "first", normal(1, 2, 5, 4, 6), (3, 2, 4), data_format=FIRST)
