"""Calls of K functions, for the recorder (Python 3.7) and the tests alike.

A case is ``(name, function, arguments, keyword arguments)``. Arrays among the arguments become variables, placeholders
or tensors; everything else is passed as it is.
"""

import numpy as np


def some(*shape, seed=0, low=-2.0, high=2.0):
    """Floats that do not come near a tie."""
    return np.random.RandomState(seed).uniform(low, high, shape).astype("float32")


def ints(*shape, seed=0, below=5):
    return np.random.RandomState(seed).randint(below, size=shape).astype("int32")


def shares(*shape, seed=0):
    values = np.random.RandomState(seed).uniform(0.05, 1.0, shape)
    return (values / values.sum(-1, keepdims=True)).astype("float32")


EDGES = np.array([[-3.0, -2.5, -1.0, -0.5, 0.0, 0.5, 1.0, 2.5, 3.0, 6.0, 7.0, 1.5]], "float32")
MATRIX, BLOCK, DEEP = some(4, 3), some(2, 3, 4, seed=1), some(2, 3, 4, 5, seed=2)
FLAGS = np.array([[1.0, 0.0, 2.0], [0.0, 0.0, 0.0]], "float32")
TIES = np.array([[1.0, 3.0, 3.0, 0.0], [2.0, 2.0, 2.0, 2.0]], "float32")


def reductions():
    for name in "max min sum prod mean var std any all logsumexp".split():
        x = FLAGS if name in ("any", "all") else MATRIX
        yield name, name, [x], {}
        yield name + "_kept", name, [x], {"axis": 1, "keepdims": True}
        y = BLOCK > 0.5 if name in ("any", "all") else BLOCK
        yield name + "_two", name, [y.astype("float32")], {"axis": [1, -1]}
    for name in ("max", "min"):
        yield name + "_ties", name, [TIES], {"axis": -1}
    for name in ("argmax", "argmin"):
        yield name, name, [MATRIX], {}
        yield name + "_first", name, [TIES], {"axis": 1}
        yield name + "_0", name, [MATRIX], {"axis": 0}
    for name in ("cumsum", "cumprod"):
        yield name, name, [MATRIX], {}
        yield name + "_1", name, [MATRIX], {"axis": 1}
    yield "sum_int", "sum", [ints(3, 4)], {"axis": 0}


def elementwise():
    for name in "square abs exp round sign sin cos softplus softsign sigmoid hard_sigmoid tanh elu relu".split():
        yield name, name, [EDGES], {}
    yield "sqrt", "sqrt", [np.array([4.0, 0.25, -1.0], "float32")], {}
    yield "log", "log", [np.array([4.0, 0.25], "float32")], {}
    yield "pow", "pow", [MATRIX], {"a": 3}
    yield "clip", "clip", [EDGES, -1.0, 1.0], {}
    yield "clip_crossed", "clip", [EDGES, 1.0, -1.0], {}
    yield "elu_alpha", "elu", [EDGES], {"alpha": 0.5}
    yield "softmax", "softmax", [MATRIX], {}
    yield "softmax_axis", "softmax", [BLOCK], {"axis": 1}
    for i, kw in enumerate(
        [
            {"alpha": 0.1},
            {"max_value": 6},
            {"max_value": 2.5},
            {"threshold": 1.0},
            {"alpha": 0.2, "max_value": 3.0, "threshold": 0.6},
            {"alpha": 0.1, "max_value": 5.0, "threshold": -2.8},
            {"alpha": 0.1, "max_value": 0.0, "threshold": 0.8},
        ]
    ):
        yield f"relu_{i}", "relu", [EDGES], kw
    for name in "equal not_equal greater greater_equal less less_equal maximum minimum".split():
        yield name, name, [TIES, np.full((2, 4), 2.0, "float32")], {}
    yield "maximum_number", "maximum", [TIES, 2.0], {}
    yield "minimum_row", "minimum", [TIES, np.array([1.0, 3.0, 2.0, 2.0], "float32")], {}
    yield "l2_normalize", "l2_normalize", [MATRIX], {"axis": -1}
    yield "l2_normalize_all", "l2_normalize", [MATRIX], {}
    yield "cast", "cast", [EDGES, "int32"], {}
    yield "cast_up", "cast", [ints(3), "float32"], {}
    yield "zeros_like", "zeros_like", [MATRIX], {}
    yield "ones_like", "ones_like", [MATRIX], {"dtype": "int32"}
    yield "identity", "identity", [MATRIX], {}
    yield "stop_gradient", "stop_gradient", [MATRIX], {}


def products():
    yield "dot", "dot", [some(4, 2), some(2, 5, seed=1)], {}
    yield "dot_3_2", "dot", [BLOCK, some(4, 5)], {}
    yield "dot_2_3", "dot", [some(4, 2), some(5, 2, 3, seed=1)], {}
    yield "dot_3_4", "dot", [some(2, 3, 4), some(5, 6, 4, 2, seed=1)], {}
    yield "transpose", "transpose", [BLOCK], {}
    for name, shapes, axes in [
        ("none", ((2, 3, 4), (2, 4, 5)), None),
        ("last", ((2, 3, 4), (2, 5, 4)), (2, 2)),
        ("one", ((2, 3, 4), (2, 3, 5)), 1),
        ("1_2", ((2, 4), (2, 5, 4)), (1, 2)),
        ("2_1", ((2, 5, 4), (2, 4)), (2, 1)),
        ("1_1", ((2, 4), (2, 4, 5)), (1, 1)),
        ("flat", ((3, 4), (3, 4)), 1),
        ("flat_0", ((3, 4), (3, 4)), 0),
        ("flat_0_1", ((3, 4), (4, 3)), (0, 1)),
        ("flat_1_0", ((3, 4), (4, 3)), (1, 0)),
        ("four", ((2, 3, 5, 4), (2, 3, 6, 4)), (3, 3)),
        ("four_none", ((2, 3, 5, 4), (2, 3, 4, 6)), None),
        ("four_two", ((2, 3, 5, 4), (2, 3, 5, 6)), (2, 2)),
    ]:
        yield "batch_dot_" + name, "batch_dot", [some(*shapes[0]), some(*shapes[1], seed=1)], {"axes": axes}


def shapes():
    yield "concatenate", "concatenate", [[some(4, 3), some(4, 2, seed=1)]], {}
    yield "concatenate_0", "concatenate", [[some(1, 3), some(4, 3, seed=1)]], {"axis": 0}
    yield "stack", "stack", [[MATRIX, MATRIX + 1]], {}
    yield "stack_1", "stack", [[MATRIX, MATRIX + 1]], {"axis": 1}
    yield "reshape", "reshape", [MATRIX, (2, -1)], {}
    yield "permute_dimensions", "permute_dimensions", [BLOCK, (2, 0, 1)], {}
    yield "expand_dims", "expand_dims", [BLOCK], {}
    yield "expand_dims_1", "expand_dims", [BLOCK], {"axis": 1}
    yield "squeeze", "squeeze", [some(4, 1, 3)], {"axis": 1}
    yield "flatten", "flatten", [BLOCK], {}
    yield "batch_flatten", "batch_flatten", [BLOCK], {}
    yield "repeat", "repeat", [MATRIX], {"n": 3}
    yield "repeat_elements", "repeat_elements", [BLOCK], {"rep": 2, "axis": 1}
    yield "tile", "tile", [MATRIX, [2, 3]], {}
    yield "gather", "gather", [BLOCK, ints(3, 2, below=2)], {}
    yield "one_hot", "one_hot", [ints(2, 3)], {"num_classes": 4}
    yield "reverse", "reverse", [BLOCK], {"axes": 1}
    yield "reverse_two", "reverse", [BLOCK], {"axes": (1, 2)}
    yield "slice", "slice", [BLOCK, [0, 1, 1], [2, 2, -1]], {}
    yield "shape", "shape", [BLOCK], {}
    yield "temporal_padding", "temporal_padding", [BLOCK], {}
    yield "temporal_padding_2", "temporal_padding", [BLOCK], {"padding": (1, 2)}
    for form in ("channels_last", "channels_first"):
        pads = ((1, 2), (2, 1), (0, 1))
        yield "spatial_2d_padding_" + form, "spatial_2d_padding", [DEEP], {"padding": pads[:2], "data_format": form}
        x = some(1, 2, 3, 2, 2)
        yield "spatial_3d_padding_" + form, "spatial_3d_padding", [x], {"padding": pads, "data_format": form}
        yield "resize_images_" + form, "resize_images", [DEEP, 2, 3, form], {}
        yield "resize_bilinear_" + form, "resize_images", [DEEP, 2, 3, form], {"interpolation": "bilinear"}
        yield "resize_volumes_" + form, "resize_volumes", [x, 2, 1, 3, form], {}


def networks():
    truth, guess = shares(4, 3), shares(4, 3, seed=1)
    for name in ("categorical_crossentropy", "binary_crossentropy"):
        yield name, name, [truth, guess], {}
        yield name + "_logits", name, [truth, MATRIX], {"from_logits": True}
    sure = np.array([[0.0, 1.0], [1.0, 0.0]], "float32")
    yield "binary_crossentropy_sure", "binary_crossentropy", [sure, sure[::-1].copy()], {}
    yield "categorical_crossentropy_sure", "categorical_crossentropy", [sure, sure[::-1].copy()], {}
    yield (
        "categorical_crossentropy_axis",
        "categorical_crossentropy",
        [shares(2, 3, 4), shares(2, 3, 4, seed=1)],
        {"axis": 1},
    )
    name = "sparse_categorical_crossentropy"
    yield name, name, [ints(4, below=3), guess], {}
    yield name + "_logits", name, [ints(4, 1, below=3), MATRIX], {"from_logits": True}
    yield name + "_steps", name, [ints(2, 3, below=4), shares(2, 3, 4)], {}
    yield name + "_axis", name, [ints(2, 4, below=3), shares(2, 3, 4)], {"axis": 1}
    many = some(6, 5)
    many[:, 2] = many[:, 0]
    for k in (1, 2, 3):
        yield f"in_top_k_{k}", "in_top_k", [many, ints(6), k], {}
    for form in ("channels_last", "channels_first"):
        for rank in (3, 4, 5):
            x = some(2, *[3, 4, 5, 3][: rank - 1])
            channels = x.shape[1 if form == "channels_first" else -1]
            yield f"bias_add_{rank}_{form}", "bias_add", [x, some(channels, seed=3)], {"data_format": form}
            rest = x.shape[2:] + (channels,) if form == "channels_first" else x.shape[1:]
            yield f"bias_add_{rank}_{form}_full", "bias_add", [x, some(*rest, seed=3)], {"data_format": form}
    yield "bias_add_2", "bias_add", [MATRIX, some(3, seed=3)], {}
    spread = some(3, seed=5, low=0.5, high=2.0)
    yield "batch_normalization", "batch_normalization", [MATRIX, some(3), spread, some(3, seed=6), some(3, seed=7)], {}
    x = some(2, 4, 5, 3)
    yield "batch_normalization_4", "batch_normalization", [x, some(3), spread, None, None], {"epsilon": 1e-9}
    yield "normalize_batch", "normalize_batch_in_training", [MATRIX, some(3), some(3, seed=6), [0]], {}
    yield "normalize_batch_3", "normalize_batch_in_training", [BLOCK, some(3), None, [0, 2]], {}
    yield "normalize_batch_4", "normalize_batch_in_training", [x, some(3), some(3, seed=6), [0, 1, 2]], {}
    x = some(2, 3, 4, 5)
    yield "normalize_batch_first", "normalize_batch_in_training", [x, some(3), some(3, seed=6), [0, 2, 3]], {}


def windows():
    for form in ("channels_last", "channels_first"):
        first = form == "channels_first"

        def data(*lengths, channels=2, first=first):
            return some(2, *((channels,) + lengths if first else lengths + (channels,)))

        for padding in ("valid", "same"):
            kw = {"padding": padding, "data_format": form}
            end = f"_{padding}_{form}"
            yield "conv1d" + end, "conv1d", [data(8), some(3, 2, 4, seed=1)], dict(kw, strides=2)
            yield "conv1d_dilated" + end, "conv1d", [data(8), some(3, 2, 4, seed=1)], dict(kw, dilation_rate=2)
            yield "conv2d" + end, "conv2d", [data(7, 6), some(3, 2, 2, 4, seed=1)], dict(kw, strides=(2, 1))
            yield (
                "conv2d_dilated" + end,
                "conv2d",
                [data(7, 8), some(3, 2, 2, 4, seed=1)],
                dict(kw, dilation_rate=(2, 2)),
            )
            yield "conv3d" + end, "conv3d", [data(4, 5, 4), some(2, 3, 2, 2, 3, seed=1)], dict(kw, strides=(1, 2, 1))
            yield "depthwise" + end, "depthwise_conv2d", [data(6, 5), some(3, 3, 2, 2, seed=1)], kw
            kernels = [some(3, 3, 2, 2, seed=1), some(1, 1, 4, 3, seed=2)]
            yield "separable_2d" + end, "separable_conv2d", [data(6, 6)] + kernels, dict(kw, strides=(2, 2))
            kernels = [some(3, 2, 2, seed=1), some(1, 4, 3, seed=2)]
            yield "separable_1d" + end, "separable_conv1d", [data(6)] + kernels, dict(kw, strides=1)
            for mode in ("max", "avg"):
                more = dict(kw, pool_mode=mode)
                yield "pool2d_" + mode + end, "pool2d", [data(5, 6), (2, 3)], dict(more, strides=(2, 2))
                yield "pool3d_" + mode + end, "pool3d", [data(4, 5, 4), (2, 3, 2)], dict(more, strides=(1, 2, 2))
            for size in (7, 8) if padding == "same" else (9, 10):
                wanted = (2, 3, size, size) if first else (2, size, size, 3)
                x = data(4, 4)
                more = dict(kw, strides=(2, 2))
                yield (
                    f"conv2d_transpose_{size}" + end,
                    "conv2d_transpose",
                    [x, some(3, 3, 3, 2, seed=1), wanted],
                    more,
                )
            wanted = (2, 3, 4, 6, 4) if first else (2, 4, 6, 4, 3)
            x = data(2, 3, 2) if padding == "same" else data(2, 3, 2)
            more = dict(kw, strides=(2, 2, 2))
            yield "conv3d_transpose" + end, "conv3d_transpose", [x, some(2, 2, 2, 3, 2, seed=1), wanted], more
        wanted = (2, 3, 8, 8) if first else (2, 8, 8, 3)
        more = {"padding": "valid", "data_format": form, "dilation_rate": (2, 2)}
        yield (
            "conv2d_transpose_dilated_" + form,
            "conv2d_transpose",
            [data(4, 4), some(3, 3, 3, 2, seed=1), wanted],
            more,
        )
        kernel = some(4, 8, 3, seed=1)
        more = {"data_format": form}
        yield "local_conv2d_" + form, "local_conv2d", [data(3, 3), kernel, (2, 2), (1, 1), (2, 2)], more
    yield "conv1d_causal", "conv1d", [some(2, 6, 2), some(3, 2, 4, seed=1)], {"padding": "causal", "dilation_rate": 2}
    yield "local_conv1d", "local_conv1d", [some(2, 5, 2), some(2, 6, 3, seed=1), (3,), (2,)], {}


def ctc():
    guess, labels = shares(3, 6, 5), ints(3, 3, below=4)
    steps, lengths = np.array([[6], [5], [4]], "int32"), np.array([[3], [2], [1]], "int32")
    yield "ctc_batch_cost", "ctc_batch_cost", [labels, guess, steps, lengths], {}
    steps = np.array([6, 5, 4], "int32")
    sharp = shares(3, 6, 5, seed=4) ** 4
    sharp = (sharp / sharp.sum(-1, keepdims=True)).astype("float32")
    yield "ctc_decode", "ctc_decode", [sharp, steps], {}
    yield "ctc_decode_beams", "ctc_decode", [sharp, steps], {"greedy": False, "beam_width": 8, "top_paths": 3}
    long = shares(2, 12, 4, seed=9)
    steps = np.array([12, 9], "int32")
    yield "ctc_decode_long", "ctc_decode", [long, steps], {"greedy": False, "beam_width": 100, "top_paths": 2}
    yield "ctc_decode_narrow", "ctc_decode", [long, steps], {"greedy": False, "beam_width": 3, "top_paths": 1}


def cases():
    for family in (reductions, elementwise, products, shapes, networks, windows, ctc):
        yield from family()


RANDOM = [
    ("random_normal", [(5,)], {"mean": 1.0, "stddev": 2.0, "seed": 3}),
    ("random_uniform", [(2, 3)], {"minval": -1.0, "maxval": 3.0, "seed": 4}),
    ("truncated_normal", [(7,)], {"stddev": 0.5, "seed": 5}),
    ("random_binomial", [(9,)], {"p": 0.4, "seed": 6}),
    ("random_normal", [(3,)], {"dtype": "float64", "seed": 7}),
    ("random_normal", [(300,)], {"seed": 8}),
]
RANDOM_VARIABLES = [
    ("random_normal_variable", [(2, 3), 1.0, 2.0], {"seed": 3}),
    ("random_uniform_variable", [(2, 3), -1.0, 2.0], {"seed": 3}),
]
RNN = [
    ("plain", {}),
    ("backwards", {"go_backwards": True}),
    ("masked", {"masked": True}),
    ("masked_backwards", {"masked": True, "go_backwards": True}),
    ("unrolled", {"unroll": True}),
    ("unrolled_masked", {"unroll": True, "masked": True}),
    ("constants", {"with_constants": True}),
]
