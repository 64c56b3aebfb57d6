"""The functions of TensorFlow that a model's graph may call in files, as data.

They compute on what they are given and nothing else: none reads, writes, prints, draws or runs code of a script, and
none makes tensors of a size that its arguments' values tell (``tf.range``).

Source: https://www.tensorflow.org/api_docs/python/tf
"""

from __future__ import annotations

import dataclasses

__all__ = ["ALIASES", "BACKEND", "INNER", "METHODS", "SYMBOLS", "TORCH", "TORCH_ARGUMENTS", "V1", "Call"]

# part of tf: names in it
_NAMES = {
    "": """argsort batch_to_space boolean_mask broadcast_dynamic_shape broadcast_to cast clip_by_norm clip_by_value
        concat einsum ensure_shape expand_dims gather gather_nd histogram_fixed_width
        histogram_fixed_width_bins identity meshgrid norm one_hot ones_like pad rank
        realdiv repeat reshape reverse reverse_sequence roll searchsorted shape size slice sort
        space_to_batch split squeeze stack stop_gradient strided_slice tensor_scatter_nd_add tensor_scatter_nd_max
        tensor_scatter_nd_min tensor_scatter_nd_sub tensor_scatter_nd_update tensordot tile transpose truncatediv
        truncatemod unstack where zeros_like""",
    "bitwise": "bitwise_and bitwise_or bitwise_xor invert left_shift right_shift",
    "dtypes": "complex saturate_cast",
    "image": """adjust_brightness adjust_contrast adjust_gamma adjust_hue adjust_saturation central_crop
        convert_image_dtype crop_and_resize crop_to_bounding_box draw_bounding_boxes extract_patches flip_left_right
        flip_up_down grayscale_to_rgb hsv_to_rgb image_gradients pad_to_bounding_box per_image_standardization psnr
        resize resize_with_crop_or_pad rgb_to_grayscale rgb_to_hsv rgb_to_yiq rgb_to_yuv rot90 sobel_edges ssim
        ssim_multiscale total_variation transpose yiq_to_rgb yuv_to_rgb""",
    "linalg": """adjoint band_part cholesky cholesky_solve cross det diag diag_part eig eigh eigvals eigvalsh expm
        global_norm inv logdet lstsq lu matmul matrix_rank matrix_transpose matvec normalize pinv qr set_diag slogdet
        solve sqrtm svd tensor_diag tensor_diag_part trace triangular_solve""",
    "math": """abs acos acosh add add_n angle argmax argmin asin asinh atan atan2 atanh bessel_i0 bessel_i0e bessel_i1
        bessel_i1e bincount ceil confusion_matrix conj cos cosh count_nonzero cumprod cumsum cumulative_logsumexp
        digamma divide divide_no_nan equal erf erfc erfinv exp expm1 floor floordiv floormod greater greater_equal
        igamma igammac imag in_top_k invert_permutation is_finite is_inf is_nan l2_normalize less less_equal lgamma log
        log1p log_sigmoid logical_and logical_not logical_or logical_xor maximum minimum multiply multiply_no_nan ndtri
        negative nextafter not_equal polyval pow real reciprocal reciprocal_no_nan reduce_all reduce_any
        reduce_euclidean_norm reduce_logsumexp reduce_max reduce_mean reduce_min reduce_prod reduce_std reduce_sum
        reduce_variance rint round rsqrt scalar_mul segment_max segment_mean segment_min segment_prod segment_sum
        sigmoid sign sin sinh softplus sqrt square squared_difference subtract tan tanh top_k truediv
        unsorted_segment_max unsorted_segment_mean unsorted_segment_min unsorted_segment_prod unsorted_segment_sqrt_n
        unsorted_segment_sum xdivy xlog1py xlogy zero_fraction zeta""",
    "nn": """atrous_conv2d avg_pool avg_pool1d avg_pool2d avg_pool3d batch_normalization bias_add conv1d
        conv1d_transpose conv2d conv2d_transpose conv3d conv3d_transpose convolution crelu ctc_loss depth_to_space
        depthwise_conv2d elu gelu l2_loss leaky_relu local_response_normalization log_poisson_loss log_softmax max_pool
        max_pool1d max_pool2d max_pool3d moments pool relu relu6 selu separable_conv2d
        sigmoid_cross_entropy_with_logits silu softmax softmax_cross_entropy_with_logits softsign space_to_depth
        sparse_softmax_cross_entropy_with_logits weighted_cross_entropy_with_logits weighted_moments""",
    "signal": """dct fft fft2d fft3d fftshift frame idct ifft ifft2d ifft3d ifftshift inverse_stft irfft irfft2d
        mfccs_from_log_mel_spectrograms overlap_and_add rfft rfft2d stft""",
}
SYMBOLS = frozenset(f"{part}.{name}".lstrip(".") for part, names in _NAMES.items() for name in names.split())

# what TensorFlow calls a function of the second kind in files when it was the first version's that a graph met
V1 = frozenset({"gather", "norm", "pad", "shape", "size", "squeeze", "transpose", "nn.conv2d", "nn.separable_conv2d"})

# symbols of TensorFlow for what a table entry above computes
ALIASES = {
    "__operators__.add": "math.add",
    "__operators__.eq": "math.equal",
    "__operators__.ne": "math.not_equal",
    "compat.v1.floor_div": "math.floordiv",
}


@dataclasses.dataclass(frozen=True)
class Call:
    """How TensorFlow has what a function of ours computes.

    Args:
        symbol: its name in files.
        names: TensorFlow's names of our function's arguments after the first, in order.
        swapped: whether the two arguments change places.
        extra: arguments that ours does not take.
        listed: arguments that are written as lists.
    """

    symbol: str
    names: tuple[str, ...] = ()
    swapped: bool = False
    extra: tuple[tuple[str, object], ...] = ()
    listed: tuple[str, ...] = ()


def _pair(symbol: str, swapped: bool = False) -> Call:
    return Call(symbol, ("y",), swapped)


def _operators() -> dict[str, Call]:
    found = {}
    for name, symbol in {
        "add": "__operators__.add",
        "sub": "math.subtract",
        "mul": "math.multiply",
        "truediv": "math.truediv",
        "floordiv": "compat.v1.floor_div",
        "mod": "math.floormod",
        "pow": "math.pow",
        "and": "math.logical_and",
        "or": "math.logical_or",
    }.items():
        found[f"__{name}__"], found[f"__r{name}__"] = _pair(symbol), _pair(symbol, swapped=True)
    for name, symbol in {"lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal"}.items():
        found[f"__{name}__"] = _pair(f"math.{symbol}")
    found["__rdiv__"] = found["__rtruediv__"]
    found["__matmul__"] = Call("linalg.matmul", ("b",))
    found["__rmatmul__"] = Call("linalg.matmul", ("b",), swapped=True)
    return found


# methods of torch's tensors, which operators are
METHODS = {
    **_operators(),
    "__invert__": Call("math.logical_not"),
    "__neg__": Call("math.negative"),
    "__abs__": Call("math.abs"),
    "neg": Call("math.negative"),
    "abs": Call("math.abs"),
    "pow": _pair("math.pow"),
}
# functions of torch, which keras.activations call
TORCH = {
    "relu": Call("nn.relu"),
    "relu6": Call("nn.relu6"),
    "silu": Call("nn.silu"),
    "gelu": Call("nn.gelu"),
    "sigmoid": Call("math.sigmoid"),
    "tanh": Call("math.tanh"),
    "elu": Call("nn.elu"),
    "selu": Call("nn.selu"),
    "softplus": Call("math.softplus"),
    "softsign": Call("nn.softsign"),
    "exp": Call("math.exp"),
    "softmax": Call("nn.softmax", ("axis",)),
    "log_softmax": Call("nn.log_softmax", ("axis",)),
    "leaky_relu": Call("nn.leaky_relu", ("alpha",)),
    "log_sigmoid": Call("math.log_sigmoid"),
    "clamp": Call("clip_by_value", ("clip_value_min", "clip_value_max")),
}
# arguments of torch's functions that TensorFlow names otherwise
TORCH_ARGUMENTS = {"dim": "axis", "negative_slope": "alpha", "min": "clip_value_min", "max": "clip_value_max"}
_REDUCED = {name: Call(f"math.reduce_{name}", ("axis", "keepdims")) for name in "max min sum prod mean var std".split()}
_REDUCED["var"] = Call("math.reduce_variance", ("axis", "keepdims"))
# functions of kerastorch.backend
BACKEND = {
    **_REDUCED,
    **{name: Call(f"math.{name}") for name in "abs exp log round sign square sin cos sigmoid tanh softplus".split()},
    **{name: _pair(f"math.{name}") for name in "maximum minimum equal not_equal greater greater_equal less".split()},
    "less_equal": _pair("math.less_equal"),
    "pow": _pair("math.pow"),
    "clip": Call("clip_by_value", ("clip_value_min", "clip_value_max")),
    "argmax": Call("math.argmax", ("axis",)),
    "argmin": Call("math.argmin", ("axis",)),
    "cumsum": Call("math.cumsum", ("axis",)),
    "cumprod": Call("math.cumprod", ("axis",)),
    "l2_normalize": Call("math.l2_normalize", ("axis",)),
    "concatenate": Call("concat", ("axis",)),
    "stack": Call("stack", ("axis",)),
    "reshape": Call("reshape", ("shape",)),
    "permute_dimensions": Call("compat.v1.transpose", ("perm",)),
    "expand_dims": Call("expand_dims", ("axis",)),
    "squeeze": Call("compat.v1.squeeze", ("axis",), listed=("axis",)),
    "flatten": Call("reshape", extra=(("shape", (-1,)),)),
    "tile": Call("tile", ("multiples",)),
    "gather": Call("compat.v1.gather", ("indices",)),
    "one_hot": Call("one_hot", ("depth",), extra=(("axis", -1),)),
    "reverse": Call("reverse", ("axis",), listed=("axis",)),
    "relu": Call("nn.relu"),
    "elu": Call("nn.elu"),
    "softmax": Call("nn.softmax", ("axis",)),
    "softsign": Call("nn.softsign"),
    "shape": Call("compat.v1.shape"),
    "cast": Call("cast", ("dtype",)),
    "zeros_like": Call("zeros_like", ("dtype",)),
    "ones_like": Call("ones_like", ("dtype",)),
    "_detached": Call("stop_gradient"),
    "slice": Call("slice", ("begin", "size")),
    "identity": Call("identity"),
    "logsumexp": Call("math.reduce_logsumexp", ("axis", "keepdims")),
}
# what functions of tf that are more than one operation here record
INNER = {
    "_cast": Call("cast", ("dtype",)),
    "_shape": Call("compat.v1.shape", ("out_type",)),
    "_size": Call("size", ("out_type",)),
    "_detached": Call("stop_gradient"),
}
