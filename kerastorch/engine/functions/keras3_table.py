"""The operations of Keras 3 that functions of ``kerastorch.ops`` compute, as data.

Source: Keras 3, ``keras.src.ops``
"""

from __future__ import annotations

import dataclasses

__all__ = ["BY_CLASS", "BY_NAME", "METHODS", "Operation"]


@dataclasses.dataclass(frozen=True)
class Operation:
    """An operation.

    Args:
        name: of the function in ``kerastorch.ops``.
        module: where Keras 3 has it: ``'numpy'`` for ``keras.src.ops.numpy``.
        kind: its class.
        tensors: how many of the function's first arguments a call is given; the others belong to the class. -1: all
            positional ones after those that belong to the class.
        named: further arguments of the call.
    """

    name: str
    module: str
    kind: str
    tensors: int = 1
    named: tuple[str, ...] = ()


# module, number of tensors: names of functions, with the name of the class where it is not the function's in camel case
_NAMES = {
    ("core", 1): "cast stop_gradient unstack saturate_cast convert_to_tensor",
    ("core", 2): "slice",
    ("core", 3): "scatter_update slice_update",
    ("image", 1): """rgb_to_grayscale=RGBToGrayscale resize extract_patches pad_images crop_images
        rgb_to_hsv=RGBToHSV hsv_to_rgb=HSVToRGB gaussian_blur elastic_transform sobel_edges""",
    ("image", 2): "affine_transform map_coordinates ssim=SSIM",
    ("image", 3): "perspective_transform",
    ("image", 4): "scale_and_translate",
    ("linalg", 1): "cholesky det eigh inv norm qr svd=SVD cholesky_inverse eig lu_factor matrix_rank pinv",
    ("linalg", 2): "solve solve_triangular lstsq",
    ("math", 1): """top_k logsumexp rsqrt erf erfinv logdet extract_sequences fft=FFT fft2=FFT2 ifft2=IFFT2
        rfft=RFFT irfft=IRFFT stft=STFT istft=ISTFT erfc view_as_complex view_as_real""",
    ("math", 2): "segment_sum segment_max in_top_k segment_min segment_prod cdist=CDist",
    ("nn", 1): """relu relu6 sigmoid softplus softsign soft_shrink silu squareplus log_sigmoid leaky_relu
        hard_sigmoid hard_silu elu selu gelu celu glu tanh_shrink hard_tanh hard_shrink threshold softmax
        log_softmax max_pool average_pool one_hot multi_hot moments normalize sparse_sigmoid sparse_plus
        sparsemax adaptive_max_pool adaptive_average_pool unfold fold depth_to_space space_to_depth""",
    ("nn", 2): """conv depthwise_conv conv_transpose binary_crossentropy categorical_crossentropy
        sparse_categorical_crossentropy psnr=PSNR polar""",
    ("nn", 3): "separable_conv layer_normalization=LayerNorm",
    ("numpy", 1): """rot90 absolute all angle any amax amin arccos arccosh arcsin arcsinh arctan arctanh argmax
        argmin argsort array bincount bitwise_invert bitwise_not broadcast_to cbrt ceil clip concatenate
        conjugate copy cos cosh count_nonzero cumprod cumsum deg2rad rad2deg diag diagonal diff empty_like exp
        exp2 expand_dims expm1 flip floor hstack imag isfinite isinf isnan log log10 log1p log2 logical_not max
        median min moveaxis nanmean nansum nan_to_num ones_like zeros_like prod ravel real reciprocal repeat
        reshape roll round sign signbit sin sinc sinh sort split stack std swapaxes tan tanh tile trace tril
        triu trunc vstack negative square sqrt squeeze transpose mean var sum slogdet fabs view diagflat dstack
        i0 isneginf isposinf isreal nanargmax nanargmin nancumsum nancumprod nanmax nanmin nanprod nanstd
        nanvar ptp unravel_index trapezoid vander corrcoef argpartition array_split""",
    ("numpy", 2): """add append arctan2 heaviside bitwise_and bitwise_or bitwise_xor bitwise_left_shift
        left_shift bitwise_right_shift right_shift cross digitize dot equal full_like gcd get_item greater
        greater_equal hypot kron lcm less less_equal logaddexp logaddexp2 logical_and logical_or matmul maximum
        fmax minimum fmin mod fmod not_equal outer quantile searchsorted=SearchSorted take take_along_axis
        tensordot vdot inner subtract multiply divide divide_no_nan true_divide power floor_divide logical_xor
        allclose=AllClose isin=IsIn ldexp nanpercentile nanquantile percentile nextafter correlate""",
    ("numpy", 3): "where select",
    ("numpy", 4): "isclose",
}
_OTHERS = (
    Operation("average", "numpy", "Average", 1, ("weights",)),
    Operation("pad", "numpy", "Pad", 1, ("constant_values",)),
    Operation("rms_normalization", "nn", "RMSNorm", 1, ("scale",)),
    Operation("dot_product_attention", "nn", "DotProductAttention", 3, ("bias", "mask", "scale")),
    Operation("einsum", "numpy", "Einsum", -1),
    Operation("meshgrid", "numpy", "Meshgrid", -1),
)
# the names under which some are recorded
_ALIASES = {"_chosen": "where", "abs": "absolute", "conj": "conjugate", "swish": "silu", "hard_swish": "hard_silu"}

# names of torch's methods and functions: the operation that Keras 3 has for the operator or activation, and whether
# the arguments change places
METHODS = {
    "__add__": ("add", False),
    "__radd__": ("add", True),
    "__sub__": ("subtract", False),
    "__rsub__": ("subtract", True),
    "__mul__": ("multiply", False),
    "__rmul__": ("multiply", True),
    "__truediv__": ("true_divide", False),
    "__rtruediv__": ("true_divide", True),
    "__rdiv__": ("true_divide", True),
    "__floordiv__": ("floor_divide", False),
    "__rfloordiv__": ("floor_divide", True),
    "__mod__": ("mod", False),
    "__rmod__": ("mod", True),
    "__pow__": ("power", False),
    "__rpow__": ("power", True),
    "__matmul__": ("matmul", False),
    "__rmatmul__": ("matmul", True),
    "__lt__": ("less", False),
    "__le__": ("less_equal", False),
    "__gt__": ("greater", False),
    "__ge__": ("greater_equal", False),
    "__and__": ("logical_and", False),
    "__rand__": ("logical_and", True),
    "__or__": ("logical_or", False),
    "__ror__": ("logical_or", True),
    "__xor__": ("logical_xor", False),
    "__rxor__": ("logical_xor", True),
    "__invert__": ("logical_not", False),
    "__neg__": ("negative", False),
    "__abs__": ("absolute", False),
    "__getitem__": ("get_item", False),
    "neg": ("negative", False),
    "abs": ("absolute", False),
    "pow": ("power", False),
    "round": ("round", False),
    "reshape": ("reshape", False),
    "squeeze": ("squeeze", False),
}


def _camel(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def _operations() -> list[Operation]:
    found = list(_OTHERS)
    for (module, count), names in _NAMES.items():
        for name in names.split():
            name, _, kind = name.partition("=")
            found.append(Operation(f"image.{name}" if module == "image" else name, module, kind or _camel(name), count))
    return found


BY_NAME = {operation.name: operation for operation in _operations()}
BY_CLASS = {(operation.module, operation.kind): operation for operation in BY_NAME.values()}
BY_NAME.update({alias: BY_NAME[name] for alias, name in _ALIASES.items()})
