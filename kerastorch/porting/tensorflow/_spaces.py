"""What ``tf`` and its parts hold, as data: where each name comes from, and what is not here.

Parts that only gather functions (``tf.math``, ``tf.nn``) are modules made from this table; the others are modules of
this package.
"""

from __future__ import annotations

import importlib
import sys
import types
from importlib.machinery import ModuleSpec
from typing import Any

from ._functions import refuse

__all__ = ["INNER", "MISSING", "MODULE_NAMES", "SPACES", "find", "space"]

_HERE = __name__.rpartition(".")[0]
_KERAS = _HERE.partition(".")[0]

#: parts that are modules of this package
MODULE_NAMES = frozenset(
    "audio compat config contrib data debugging distribute errors experimental feature_column image io lookup nest "
    "random ragged saved_model sets signal sparse strings summary test train".split()
)

#: inner modules that scripts import (``tensorflow.python.framework.ops``): their functions are those of tf
INNER = frozenset(
    "client device_lib framework ops python platform tensor_shape tensor_util tf_logging training util".split()
)

_INITIALIZERS = {
    f"{old}_initializer": f"={new}"
    for old, new in {
        "constant": "initializers.Constant",
        "glorot_normal": "initializers.GlorotNormal",
        "glorot_uniform": "initializers.GlorotUniform",
        "ones": "initializers.Ones",
        "orthogonal": "initializers.Orthogonal",
        "random_normal": "initializers.RandomNormal",
        "random_uniform": "initializers.RandomUniform",
        "truncated_normal": "initializers.TruncatedNormal",
        "variance_scaling": "initializers.VarianceScaling",
        "zeros": "initializers.Zeros",
    }.items()
}

#: names of `tf` under which TensorFlow 1 had what lives in a part today
_OLD_NAMES = {
    "cholesky": "linear:cholesky",
    "diag": "linear:tensor_diag",
    "diag_part": "linear:tensor_diag_part",
    "matrix_band_part": "linear:band_part",
    "matrix_determinant": "linear:det",
    "matrix_diag": "linear:diag",
    "matrix_diag_part": "linear:diag_part",
    "matrix_inverse": "linear:inv",
    "matrix_set_diag": "linear:set_diag",
    "matrix_solve": "linear:solve",
    "matrix_transpose": "linear:matrix_transpose",
    "multinomial": "random:multinomial",
    "neg": "elementwise:negative",
    "qr": "linear:qr",
    "random_gamma": "random:gamma",
    "random_normal": "random:normal",
    "random_poisson": "random:random_poisson",
    "random_shuffle": "random:shuffle",
    "random_uniform": "random:uniform",
    "read_file": "io.files:read_file",
    "regex_replace": "strings:regex_replace",
    "select": "indexing:where",
    "set_random_seed": "random:set_random_seed",
    "sparse_placeholder": "v1:sparse_placeholder",
    "sparse_tensor_dense_matmul": "sparse:sparse_dense_matmul",
    "sparse_tensor_to_dense": "sparse:to_dense",
    "sparse_to_dense": "sparse:from_parts",
    "string_join": "strings:join",
    "string_split": "strings:split",
    "string_to_number": "strings:to_number",
    "svd": "linear:svd",
    "trace": "linear:trace",
    "truncated_normal": "random:truncated_normal",
    "write_file": "io.files:write_file",
}

_TOP = {
    "Assert": "debugging:Assert",
    "RaggedTensor": "ragged:RaggedTensor",
    "SparseTensor": "sparse:SparseTensor",
    "Tensor": "_tensors:Tensor",
    "TensorShape": "_tensors:TensorShape",
    "device": "config:device",
    "edit_distance": "edits:edit_distance",
    "einsum": "linear:einsum",
    "matmul": "linear:matmul",
    "norm": "linear:norm",
    "tensordot": "linear:tensordot",
    "keras": "=",
    "initializers": "=initializers",
    "losses": "v1.losses:losses",
    "metrics": "=metrics",
    "optimizers": "=optimizers",
    **_INITIALIZERS,
    **_OLD_NAMES,
}

_FROM_MATH = ("log_sigmoid", "sigmoid", "softplus", "softsign", "tanh")
_FROM_ARRAYS = ("batch_to_space", "depth_to_space", "space_to_batch", "space_to_depth")

#: part -> modules all of whose names it has, and single names: "module:name", or "=path" of Keras's own
SPACES: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "": (
        "making arrays elementwise reducing indexing control containers tape variables _dtypes _specs odds v1".split(),
        _TOP,
    ),
    "math": (
        ("elementwise", "reducing", "indexing"),
        {
            "l2_normalize": "linear:l2_normalize",
            "log_softmax": "activations_and_losses:log_softmax",
            "softmax": "activations_and_losses:softmax",
        },
    ),
    "bitwise": (("elementwise",), {}),
    "nn": (
        ("activations_and_losses", "windows"),
        {
            **{name: f"elementwise:{name}" for name in _FROM_MATH},
            **{name: f"arrays:{name}" for name in _FROM_ARRAYS},
            "in_top_k": "indexing:in_top_k",
            "l2_normalize": "linear:l2_normalize",
            "local_response_norm": "activations_and_losses:local_response_normalization",
            "lrn": "activations_and_losses:local_response_normalization",
            "top_k": "indexing:top_k",
            "zero_fraction": "reducing:zero_fraction",
        },
    ),
    "linalg": (("linear",), {"eye": "making:eye", "global_norm": "elementwise:global_norm"}),
    "dtypes": (
        ("_dtypes",),
        {"cast": "making:cast", "complex": "elementwise:complex", "saturate_cast": "making:saturate_cast"},
    ),
}  # type: ignore[assignment]

#: what is not here, and what to use
MISSING: dict[str, str] = {
    "estimator": "it left TensorFlow with version 2.16; Model.fit trains models",
    "graph_util": "there are no TensorFlow graphs; torch.export exports models",
    "lite": "torch.export and ExecuTorch bring models to small devices",
    "load_library": "torch.utils.cpp_extension builds operations",
    "load_op_library": "torch.utils.cpp_extension builds operations",
    "math.special": "torch.special has these functions",
    "nn.bidirectional_dynamic_rnn": "keras.layers has Bidirectional",
    "nn.ctc_beam_search_decoder": "keras.backend.ctc_decode decodes",
    "nn.ctc_greedy_decoder": "keras.backend.ctc_decode decodes",
    "nn.dynamic_rnn": "keras.layers has LSTM, GRU and RNN",
    "nn.nce_loss": "draw classes with torch.multinomial for nn.sigmoid_cross_entropy_with_logits",
    "nn.rnn_cell": "keras.layers has LSTMCell, GRUCell and SimpleRNNCell",
    "nn.sampled_softmax_loss": "torch.nn.AdaptiveLogSoftmaxWithLoss is for many classes",
    "nn.static_rnn": "keras.layers has LSTM, GRU and RNN",
    "profiler": "torch.profiler profiles",
    "quantization": "torch.ao.quantization quantizes",
    "queue": "tf.data and torch.utils.data feed models",
    "raw_ops": "the functions of tf take the same arguments",
    "strings.to_hash_bucket": "keras.layers.Hashing hashes",
    "tpu": "there is no TPU",
    "xla": "torch.compile compiles",
}


def _part(path: str) -> Any:
    """What an entry of the table names."""
    if path.startswith("="):
        found = importlib.import_module(_KERAS)
        for name in filter(None, path[1:].split(".")):
            found = getattr(found, name)
        return found
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(f"{_HERE}.{module}"), name)


def find(part: str, name: str) -> Any:
    """A name of a part of ``tf``; of ``tf`` itself where the part is empty.

    Raises:
        NotHere: when it is not here.
    """
    modules, names = SPACES[part]
    if name in names:
        return _part(names[name])
    for module in modules:
        found = importlib.import_module(f"{_HERE}.{module}")
        if name in found.__all__:
            return getattr(found, name)
    full = f"{part}.{name}" if part else name
    refuse(full, MISSING.get(full, MISSING.get(part, "")))


def names_of(part: str) -> list[str]:
    """All names of a part."""
    modules, names = SPACES[part]
    found = {name for module in modules for name in importlib.import_module(f"{_HERE}.{module}").__all__}
    return sorted(found | set(names))


class _Space(types.ModuleType):
    """A part of ``tf`` whose names are looked up when they are asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        found = find(self.__name__.removeprefix(f"{_HERE}."), name)
        setattr(self, name, found)
        return found

    def __dir__(self) -> list[str]:
        return names_of(self.__name__.removeprefix(f"{_HERE}."))

    @property
    def __all__(self) -> list[str]:
        return self.__dir__()


def space(name: str) -> types.ModuleType:
    """The module of a part that only gathers functions."""
    full = f"{_HERE}.{name}"
    if full not in sys.modules:
        module = _Space(full, f"The functions of ``tf.{name}``.")
        module.__spec__ = ModuleSpec(full, None, is_package=True)
        module.__path__ = []
        sys.modules[full] = module
    return sys.modules[full]
