"""Calls of ``keras.ops`` whose results are compared with Keras 3's: (name, arguments, keywords)."""

import numpy as np

__all__ = ["CASES"]

RNG = np.random.RandomState(0)


def f(*shape):
    return RNG.uniform(-2, 2, shape).astype("float32")


def positive(*shape):
    return RNG.uniform(0.1, 2, shape).astype("float32")


def unit(*shape):
    return RNG.uniform(-0.9, 0.9, shape).astype("float32")


def ints(*shape, most=5):
    return RNG.randint(0, most, shape).astype("int32")


def probabilities(*shape):
    x = positive(*shape)
    return x / x.sum(-1, keepdims=True)


CASES = []


def case(name, *args, **kwargs):
    CASES.append((name, args, kwargs))


for _name in """
    abs absolute ceil conj cos cosh erf exp exp2 expm1 floor isfinite isinf isnan logical_not negative
    real sign sin sinh square tan tanh trunc arctan arcsinh deg2rad rad2deg sinc reciprocal cbrt signbit
    relu relu6 selu sigmoid silu swish softplus softsign tanh_shrink hard_silu hard_swish hard_tanh
    hard_sigmoid log_sigmoid elu celu gelu leaky_relu hard_shrink soft_shrink squareplus softmax
    log_softmax normalize
""".split():
    case(_name, f(2, 3))
for _name in "log log10 log1p log2 sqrt rsqrt".split():
    case(_name, positive(2, 3))
for _name in "arccos arcsin arctanh erfinv".split():
    case(_name, unit(2, 3))
case("arccosh", positive(4) + 1)
for _name in "exp sqrt cos sigmoid floor mean std var abs sign square negative relu".split():
    case(_name, ints(2, 3))
for (
    _name
) in """add subtract multiply divide true_divide maximum minimum fmax fmin floor_divide mod power equal not_equal
greater greater_equal less less_equal arctan2 hypot logaddexp""".split():
    case(_name, positive(2, 3), positive(3))
for _name in "add subtract multiply divide floor_divide mod maximum equal less power".split():
    case(_name, ints(2, 3) + 1, ints(3) + 1)
for _name in "add multiply divide maximum power".split():
    case(_name, f(2, 3), 2)
    case(_name, ints(2, 3), 2)
case("add", ints(3), 0.5)
case("subtract", 1, f(3))
for _name in "bitwise_and bitwise_or bitwise_xor left_shift right_shift bitwise_left_shift gcd lcm".split():
    case(_name, ints(4) + 1, ints(4) + 1)
for _name in "logical_and logical_or logical_xor".split():
    case(_name, f(4) > 0, f(4) > 0)
case("divide_no_nan", f(3), np.array([0.0, 1.0, 2.0], "float32"))
case("isclose", f(3), f(3))
case("clip", f(5), -1, 1)
case("round", f(5))
case("round", f(5), decimals=1)
case("nan_to_num", np.array([np.nan, np.inf, -np.inf, 1], "float32"), nan=3.0, posinf=9.0, neginf=-9.0)
for _name in "sum mean max min amax amin prod std var any all logsumexp median nansum nanmean average".split():
    case(_name, f(2, 3, 4))
    case(_name, f(2, 3, 4), axis=1)
for _name in "sum mean max min prod std var any all logsumexp median".split():
    case(_name, f(2, 3, 4), axis=(0, 2), keepdims=True)
for _name in "sum max prod mean cumsum cumprod any".split():
    case(_name, ints(2, 3))
case("average", f(2, 3), axis=1, weights=positive(3))
case("max", f(3), initial=9.0)
for _name in "argmax argmin argsort sort cumsum cumprod".split():
    case(_name, f(3, 4), axis=1)
    case(_name, f(3, 4), axis=0)
case("argmax", f(3, 4))
case("argsort", f(3, 4), axis=None)
case("count_nonzero", ints(3, 4), axis=1)
case("moments", f(3, 4), axes=[0])
case("quantile", f(3, 4), [0.25, 0.75], axis=1)
case("quantile", f(3, 4), 0.3)
case("top_k", f(3, 6), 2)
case("bincount", ints(8), minlength=7)
case("bincount", ints(6), weights=positive(6))
case("digitize", f(5), np.array([-1.0, 0.0, 1.0], "float32"))
case("searchsorted", np.sort(f(6)), f(4))
case("searchsorted", np.sort(f(6)), f(4), side="right")
case("segment_sum", f(5, 2), np.array([0, 1, 1, 0, 2], "int32"), num_segments=3)
case("segment_max", f(5), np.array([0, 1, 1, 0, 1], "int32"), num_segments=2)
case("in_top_k", ints(4, most=6), f(4, 6), 3)
case("zeros", (2, 3))
case("ones", (2,), dtype="int32")
case("full", (2, 2), 3.0)
case("full", (2, 2), 3)
case("zeros_like", ints(3))
case("ones_like", f(2), dtype="int32")
case("full_like", f(2), 7)
case("arange", 5)
case("arange", 1, 7, 2)
case("arange", 0.0, 1.0, 0.25)
case("arange", 3, dtype="float32")
case("linspace", 0, 1, 5)
case("linspace", 0.0, 2.0, 4, endpoint=False)
case("logspace", 0, 2, 3)
case("eye", 3)
case("eye", 2, 4, 1)
case("identity", 3, dtype="int32")
case("tri", 3, 4, k=1)
case("array", [1, 2, 3])
case("array", [1.5, 2])
case("array", 3)
for _name in "tril triu diag diagonal trace ravel transpose flip squeeze copy".split():
    case(_name, f(3, 3))
case("tril", f(3, 3), k=-1)
case("diag", f(3), k=1)
case("meshgrid", f(2), f(3))
case("meshgrid", f(2), f(3), indexing="ij")
case("concatenate", [f(2, 3), f(1, 3)])
case("concatenate", [f(2, 3), ints(2, 1)], axis=-1)
case("stack", [f(2), f(2)], axis=1)
case("hstack", [f(2, 1), f(2, 2)])
case("vstack", [f(2), f(2)])
case("append", f(2), f(3))
case("split", f(6, 2), 3)
case("split", f(6, 2), [1, 4])
case("unstack", f(3, 2))
case("unstack", f(3, 2), axis=1)
case("reshape", f(2, 6), (3, -1))
case("transpose", f(2, 3, 4), axes=[1, 2, 0])
case("swapaxes", f(2, 3, 4), 0, 2)
case("moveaxis", f(2, 3, 4), 0, -1)
case("expand_dims", f(2, 3), 1)
case("expand_dims", f(2, 3), (0, -1))
case("squeeze", f(1, 3, 1))
case("squeeze", f(1, 3, 1), axis=-1)
case("broadcast_to", f(3), (2, 3))
case("repeat", f(2, 3), 2)
case("repeat", f(2, 3), 2, axis=1)
case("tile", f(2, 3), (2, 1))
case("roll", f(5), 2)
case("roll", f(2, 3), 1, axis=1)
case("flip", f(2, 3), axis=1)
case("rot90", f(2, 3))
case("pad", f(2, 3), ((1, 0), (0, 2)))
case("pad", f(2, 3), ((1, 1), (1, 1)), constant_values=4)
case("pad", f(3, 4), ((1, 1), (2, 1)), mode="reflect")
case("take", f(3, 4), np.array([0, 2, -1], "int32"), axis=1)
case("take", f(3, 4), np.array([[0, 5]], "int32"))
case("take_along_axis", f(3, 4), ints(3, 2, most=4), axis=1)
case("where", f(3) > 0, f(3), f(3))
case("where", f(3) > 0, f(3), 0)
case("nonzero", ints(2, 3))
case("select", [f(3) > 0, f(3) > 0], [f(3), f(3)], 9.0)
case("diff", f(2, 5))
case("diff", f(5), n=2)
case("one_hot", ints(4), 5)
case("one_hot", ints(2, 2), 5, axis=1)
case("multi_hot", ints(2, 3), 6)
case("get_item", f(3, 4), 1)
case("matmul", f(2, 3), f(3, 4))
case("matmul", f(5, 2, 3), f(3))
case("dot", f(2, 3), f(3, 2))
case("dot", f(3), f(3))
case("inner", f(2, 3), f(4, 3))
case("outer", f(2), f(3))
case("vdot", f(3), f(3))
case("kron", f(2, 2), f(2, 2))
case("cross", f(4, 3), f(4, 3))
case("tensordot", f(2, 3, 4), f(4, 3, 5), axes=[[1, 2], [1, 0]])
case("tensordot", f(2, 3), f(3, 4), axes=1)
case("einsum", "ij,kj->ik", f(2, 3), f(4, 3))
case("norm", f(3, 4))
case("norm", f(3, 4), ord=1, axis=1)
case("norm", f(3, 4), ord="fro", axis=(0, 1), keepdims=True)
SQUARE = f(3, 3) + 3 * np.eye(3, dtype="float32")
SYMMETRIC = SQUARE @ SQUARE.T
for _name in "det inv slogdet".split():
    case(_name, SQUARE)
case("cholesky", SYMMETRIC)
case("solve", SQUARE, f(3, 2))
case("solve", SQUARE, f(3))
case("solve_triangular", np.tril(SQUARE), f(3, 2), lower=True)
case("lstsq", f(5, 3), f(5))
case("softmax", f(2, 3, 4), axis=(1, 2))
case("softmax", f(2, 3), axis=None)
case("gelu", f(5), approximate=False)
case("elu", f(5), alpha=0.5)
case("leaky_relu", f(5), negative_slope=0.1)
case("glu", f(2, 6))
case("threshold", f(5), 0.5, 7.0)
case("normalize", f(3, 4), axis=0, order=1)
case("categorical_crossentropy", np.eye(4, dtype="float32")[ints(3, most=4)], probabilities(3, 4))
case("categorical_crossentropy", np.eye(4, dtype="float32")[ints(3, most=4)], f(3, 4), from_logits=True)
case("sparse_categorical_crossentropy", ints(3, most=4), probabilities(3, 4))
case("sparse_categorical_crossentropy", ints(3, most=4), f(3, 4), from_logits=True)
case("binary_crossentropy", (f(3, 4) > 0).astype("float32"), positive(3, 4) / 2.1)
case("binary_crossentropy", (f(3, 4) > 0).astype("float32"), f(3, 4), from_logits=True)
case("conv", f(2, 7, 6, 3), f(3, 2, 3, 4), strides=2, padding="same")
case("conv", f(2, 7, 3), f(3, 3, 4), dilation_rate=2)
case("conv", f(2, 6, 6, 4), f(3, 3, 2, 6))
case("conv_transpose", f(2, 4, 3, 3), f(3, 2, 5, 3), strides=2, padding="same")
case("depthwise_conv", f(2, 6, 6, 3), f(3, 3, 3, 2), padding="same")
case("separable_conv", f(2, 6, 6, 3), f(3, 3, 3, 2), f(1, 1, 6, 4))
case("max_pool", f(2, 5, 6, 3), 2, padding="same")
case("max_pool", f(2, 6, 3), 3, 1)
case("average_pool", f(2, 5, 6, 3), (2, 3), padding="same")
case("batch_normalization", f(2, 4, 3), f(3), positive(3), -1, f(3), f(3), 0.01)
case("layer_normalization", f(2, 4), gamma=f(4), beta=f(4))
case("rms_normalization", f(2, 4), scale=f(4))
case("dot_product_attention", f(2, 4, 2, 3), f(2, 5, 2, 3), f(2, 5, 2, 3))
case("dot_product_attention", f(2, 4, 2, 3), f(2, 4, 2, 3), f(2, 4, 2, 3), is_causal=True)
case("cast", f(3), "int32")
case("saturate_cast", np.array([-3.0, 300.0], "float32"), "uint8")
case("slice", f(4, 5), [1, 2], [2, 3])
case("slice_update", f(4, 5), [1, 2], f(2, 2))
case("scatter", ints(3, 1, most=4), f(3), (4,))
case("scatter_update", f(4, 2), np.array([[0, 1], [3, 0]], "int32"), f(2))
case("convert_to_tensor", [1, 2])
case("convert_to_tensor", [[1.0, 2.0]])
case("convert_to_tensor", np.array([1, 2], "int64"))
case("convert_to_tensor", 3, dtype="float32")
case("image.resize", f(2, 4, 6, 3), (8, 5))
case("image.resize", f(4, 6, 3), (2, 3), interpolation="nearest")
case("image.resize", f(2, 6, 6, 3), (3, 3), antialias=True)
case("image.resize", f(1, 4, 8, 1), (4, 4), crop_to_aspect_ratio=True)
case("image.resize", f(1, 4, 8, 1), (4, 4), pad_to_aspect_ratio=True)
case("image.extract_patches", f(2, 6, 6, 3), (2, 3))
case("image.extract_patches", f(2, 5, 5, 2), 3, strides=2, padding="same")
case("image.rgb_to_grayscale", f(2, 3, 3, 3))
case("image.pad_images", f(2, 3, 3, 1), top_padding=1, left_padding=2, target_height=6, target_width=7)
case("image.crop_images", f(2, 6, 6, 1), top_cropping=1, left_cropping=2, target_height=3, target_width=2)
