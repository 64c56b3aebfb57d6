"""Random numbers: those of TensorFlow for the same seeds.

``tf.random.set_seed`` and the seeds of operations give TensorFlow's own numbers (its counter-based generator on a CPU,
outside of ``tf.function``). Without any seed torch's generator of the device draws.

Source: https://www.tensorflow.org/api_docs/python/tf/random
"""

from __future__ import annotations

from types import SimpleNamespace

from .draws import (
    categorical,
    gamma,
    get_seed,
    multinomial,
    normal,
    poisson,
    random_poisson,
    set_random_seed,
    set_seed,
    shuffle,
    truncated_normal,
    uniform,
)
from .generators import Generator, create_rng_state, get_global_generator, index_shuffle, set_global_generator
from .stateless import (
    split,
    stateless_categorical,
    stateless_normal,
    stateless_shuffle,
    stateless_split,
    stateless_truncated_normal,
    stateless_uniform,
)

__all__ = [
    "Generator",
    "categorical",
    "create_rng_state",
    "experimental",
    "gamma",
    "get_global_generator",
    "get_seed",
    "index_shuffle",
    "multinomial",
    "normal",
    "poisson",
    "random_poisson",
    "set_global_generator",
    "set_random_seed",
    "set_seed",
    "shuffle",
    "split",
    "stateless_categorical",
    "stateless_normal",
    "stateless_shuffle",
    "stateless_split",
    "stateless_truncated_normal",
    "stateless_uniform",
    "truncated_normal",
    "uniform",
]

experimental = SimpleNamespace(
    Generator=Generator,
    create_rng_state=create_rng_state,
    get_global_generator=get_global_generator,
    index_shuffle=index_shuffle,
    set_global_generator=set_global_generator,
    stateless_shuffle=stateless_shuffle,
    stateless_split=stateless_split,
)
