"""Further calls of ``keras.ops`` whose results are compared with Keras 3's: (name, arguments, keywords)."""

import numpy as np

__all__ = ["CASES"]

RNG = np.random.RandomState(1)
NAN = float("nan")


def f(*shape):
    return RNG.uniform(-2, 2, shape).astype("float32")


def positive(*shape):
    return RNG.uniform(0.1, 2, shape).astype("float32")


def ints(*shape, most=5):
    return RNG.randint(0, most, shape).astype("int32")


def holes(*shape):
    """Numbers with some in ten missing."""
    x = f(*shape)
    x[RNG.uniform(size=shape) < 0.3] = NAN
    return x


CASES = []


def case(name, *args, **kwargs):
    CASES.append((name, args, kwargs))


# ---------------------------------------------------------------- what is not a number
EMPTY_ROW = np.array([[NAN, NAN, NAN], [1.0, NAN, 3.0], [5.0, 4.0, NAN]], "float32")
for _name in "nanmax nanmin nanprod nanvar nanstd nanmedian".split():
    case(_name, holes(3, 4))
    case(_name, holes(2, 3, 4), axis=1)
    case(_name, holes(2, 3, 4), axis=(0, 2), keepdims=True)
    case(_name, EMPTY_ROW, axis=-1)
    case(_name, ints(3, 4), axis=0)
    case(_name, holes(3, 4).astype("float64"), axis=1)
for _name in "nanargmax nanargmin".split():
    case(_name, holes(3, 4))
    case(_name, holes(3, 4), axis=1)
    case(_name, holes(3, 4), axis=0, keepdims=True)
    case(_name, EMPTY_ROW, axis=-1)
    case(_name, ints(3, 4), axis=1)
for _name in "nancumsum nancumprod".split():
    case(_name, holes(3, 4))
    case(_name, holes(3, 4), axis=1)
    case(_name, ints(2, 3), axis=0)
    case(_name, holes(4), axis=0, dtype="float64")
case("nanquantile", holes(4, 5), 0.3)
case("nanquantile", holes(4, 5), np.array([0.25, 0.75], "float32"), axis=1)
case("nanquantile", holes(2, 4, 5), np.array([0.25, 0.75], "float32"), axis=(0, 2), keepdims=True)
case("nanquantile", holes(4, 5), 0.4, axis=0, method="lower")
case("nanpercentile", holes(4, 5), 30)
case("nanpercentile", holes(4, 5), np.array([25.0, 75.0], "float32"), axis=1, keepdims=True)
case("nanpercentile", ints(4, 5), 50.0, axis=0, method="nearest")

# ---------------------------------------------------------------- samples
case("percentile", f(4, 5), 30)
case("percentile", f(4, 5), np.array([25.0, 75.0], "float32"), axis=1)
case("percentile", f(2, 4, 5), 10.0, axis=(0, 2), keepdims=True)
case("percentile", ints(4, 5), 50.0, axis=0, method="higher")
case("ptp", f(3, 4))
case("ptp", f(3, 4), axis=1, keepdims=True)
case("ptp", f(2, 3, 4), axis=(0, 2))
case("ptp", ints(3, 4), axis=0)
case("corrcoef", f(3, 6))
case("corrcoef", f(2, 5).astype("float64"))
case("correlate", f(6), f(3))
case("correlate", f(6), f(3), mode="same")
case("correlate", f(6), f(4), mode="full")
case("correlate", ints(5), ints(2), mode="full")
case("correlate", f(5), ints(5), mode="same")
case("histogram", f(30))
case("histogram", f(30), bins=4, range=(-1.0, 1.5))
case("histogram", np.array([2.0, 2.0], "float32"), bins=3)
case("trapezoid", f(3, 5))
case("trapezoid", f(3, 5), dx=0.5, axis=0)
case("trapezoid", f(3, 5), x=np.sort(f(5)))
case("trapezoid", ints(4), x=f(4))

# ---------------------------------------------------------------- every element by itself
for _name in "isneginf isposinf isreal".split():
    case(_name, np.array([NAN, np.inf, -np.inf, 0.0], "float32"))
    case(_name, np.array([NAN, np.inf, -np.inf, 0.0], "float16"))
case("isreal", np.array([1 + 2j, 3 + 0j], "complex64"))
for _name in "erfc fabs i0".split():
    case(_name, f(2, 3))
    case(_name, f(4).astype("float64"))
case("fabs", ints(2, 3) - 2)
case("i0", ints(3))
case("i0", np.array([0, 1, 2], "int64"))
case("allclose", np.array([1.0, 2.0], "float32"), np.array([1.0, 2.0 + 1e-6], "float32"))
case("allclose", np.array([1.0, NAN], "float32"), np.array([1.0, NAN], "float32"))
case("allclose", np.array([1.0, NAN], "float32"), np.array([1.0, NAN], "float32"), equal_nan=True)
case("allclose", np.array([1.0], "float32"), np.array([1.05], "float32"), rtol=0.1)
case("allclose", ints(3), ints(3))
case("isin", ints(2, 3), ints(3))
case("isin", ints(2, 3), ints(3), invert=True)
case("isin", np.array([0.5, 1.0], "float32"), np.array([1, 2], "int32"))
case("isin", np.array([True, False]), np.array([True]))
case("ldexp", f(4), ints(4))
case("ldexp", ints(4), ints(4) - 2)
case("ldexp", f(2, 3).astype("float64"), ints(3))
case("nextafter", f(3).astype("float64"), f(3).astype("float64"))

# ---------------------------------------------------------------- made and rearranged
for _name in "bartlett blackman hamming hanning".split():
    case(_name, 5)
    case(_name, 8)
case("kaiser", 6, 3.0)
case("kaiser", 5, 14)
case("geomspace", 1.0, 100.0, 5)
case("geomspace", 1, 256, num=4, endpoint=False)
case("geomspace", -1.0, -8.0, num=4)
case("geomspace", np.array([1.0, 2.0], "float32"), np.array([8.0, 4.0], "float32"), num=3)
case("vander", f(3))
case("vander", f(3), N=5, increasing=True)
case("vander", ints(4), N=3)
case("array_split", f(7, 2), 3)
case("array_split", f(2, 7), 3, axis=1)
case("hsplit", f(2, 4, 2), 2)
case("hsplit", f(2, 5), [1, 3])
case("hsplit", f(6), 3)
case("vsplit", f(4, 2), 2)
case("vsplit", f(5, 2), [2, 3])
case("dsplit", f(2, 3, 4), 2)
case("dsplit", f(2, 3, 5), [1, 3])
case("dstack", [f(2, 3), f(2, 3)])
case("dstack", [f(3), f(3)])
case("dstack", [f(2, 1, 2), ints(2, 1, 1)])
case("diagflat", f(2, 2))
case("diagflat", ints(3), k=-1)
case("fliplr", f(2, 3))
case("fliplr", ints(2, 3, 2))
case("flipud", f(3, 2))
case("flipud", ints(4))
case("view", f(2, 3), dtype="int32")
case("view", f(2, 4), dtype="int16")
case("view", ints(2, 4), dtype="float64")
case("view_as_complex", f(3, 2))
case("view_as_complex", f(2, 3, 2))
case("view_as_real", (f(3) + 1j * f(3)).astype("complex64"))
case("rearrange", f(2, 3, 4, 5), "b h w c -> b c h w")
case("rearrange", f(2, 3, 4, 5), "b h w c -> (b h) w c")
case("rearrange", ints(2, 3, 4, 5), "b h w c -> b (c h w)")
case("rearrange", f(2, 4, 6, 3), "b (h1 h) (w1 w) c -> (b h1 w1) h w c", h1=2, w1=3)
case("rearrange", f(2, 4, 6, 3), "b (h h1) (w w1) c -> b h w (c h1 w1)", h1=2, w1=2)
case("unravel_index", np.array([3, 7, 11], "int32"), (3, 4))
case("unravel_index", np.array([[0, 5]], "int64"), (2, 3))
for _name in "segment_min segment_prod segment_sum segment_max".split():
    case(_name, f(5, 2), np.array([0, 1, 1, 0, 2], "int32"), num_segments=3)
    case(_name, ints(6), np.array([0, 0, 1, 1, 2, 2], "int32"), sorted=True)
    case(_name, f(4), np.array([0, -1, 1, 5], "int32"), num_segments=3)

# ---------------------------------------------------------------- signals
case("fft", (f(2, 6), f(2, 6)))
case("fft", (f(5), f(5).astype("float32")))
case("fft2", (f(3, 4), f(3, 4)))
case("fft2", (f(2, 3, 5), f(2, 3, 5)))
case("ifft2", (f(3, 4), f(3, 4)))
case("ifft2", (f(2, 4, 4), f(2, 4, 4)))
case("rfft", f(2, 6))
case("rfft", f(7))
case("rfft", f(2, 6), fft_length=8)
case("irfft", (f(2, 4), f(2, 4)))
case("irfft", (f(2, 5), f(2, 5)), fft_length=7)
case("extract_sequences", f(2, 9), 4, 2)
case("extract_sequences", f(7), 3, 3)
case("stft", f(2, 20), 8, 4, 8)
case("stft", f(24), 6, 3, 8)
case("stft", f(2, 20), 8, 4, 16, window="hamming", center=False)
case("stft", f(2, 3, 16), 4, 2, 4, window=None)
case("stft", f(16), 4, 2, 4, window=positive(4))
case("istft", (f(2, 6, 5), f(2, 6, 5)), 8, 4, 8)
case("istft", (f(6, 5), f(6, 5)), 8, 2, 8, length=10)
case("istft", (f(2, 6, 5), f(2, 6, 5)), 6, 3, 8)
case("istft", (f(2, 6, 5), f(2, 6, 5)), 8, 4, 8, window="hamming", center=False)
case("istft", (f(2, 6, 5), f(2, 6, 5)), 8, 4, 8, window=None)
case("istft", (f(2, 3, 6, 5), f(2, 3, 6, 5)), 8, 4, 8)

# ---------------------------------------------------------------- matrices
SQUARE = f(3, 3) + 3 * np.eye(3, dtype="float32")
SYMMETRIC = SQUARE @ SQUARE.T
LOW_RANK = f(4, 2) @ f(2, 5)
case("cholesky_inverse", np.linalg.cholesky(SYMMETRIC))
case("cholesky_inverse", np.linalg.cholesky(SYMMETRIC).T.copy(), upper=True)
case("lu_factor", SQUARE)
case("lu_factor", f(2, 3, 3))
case("matrix_rank", SQUARE)
case("matrix_rank", LOW_RANK)
case("matrix_rank", f(2, 3, 4), tol=5.0)
case("pinv", f(3, 4))
case("pinv", f(2, 4, 3))
case("pinv", LOW_RANK, rcond=0.1)
case("lstsq", LOW_RANK, f(4), rcond=0.01)
case("eig", np.diag([1.0, 2.0, 3.0]).astype("float32"))
case("eig", np.triu(np.ones((2, 2), "float32")) * 2 - np.eye(2, dtype="float32"))

# ---------------------------------------------------------------- images and channels, activations
case("adaptive_average_pool", f(2, 7, 3), 3)
case("adaptive_average_pool", f(2, 7, 5, 3), (3, 2))
case("adaptive_average_pool", f(2, 3, 6, 5), 2, data_format="channels_first")
case("adaptive_average_pool", f(1, 4, 5, 6, 2), (2, 3, 2))
case("adaptive_max_pool", f(2, 7, 3), 3)
case("adaptive_max_pool", f(2, 7, 5, 3), (3, 2))
case("adaptive_max_pool", f(2, 3, 6, 5), 2, data_format="channels_first")
case("adaptive_max_pool", f(1, 4, 5, 6, 2), 2)
case("depth_to_space", f(2, 2, 3, 8), 2)
case("depth_to_space", ints(1, 9, 2, 2), 3, data_format="channels_first")
case("space_to_depth", f(2, 4, 6, 3), 2)
case("space_to_depth", ints(1, 2, 4, 6), 2, data_format="channels_first")
case("unfold", f(2, 3, 5, 6), 2)
case("unfold", f(1, 2, 6, 5), (3, 2), dilation=2, padding=1, stride=(2, 1))
case("fold", f(2, 12, 20), (5, 6), 2)
case("fold", f(1, 8, 9), (6, 6), 2, stride=2)
for _name in "sparse_sigmoid sparse_plus".split():
    case(_name, f(2, 5))
    case(_name, f(3, 4).astype("float64"))
    case(_name, f(2, 3, 4).astype("float16"))
case("polar", positive(3), f(3))
case("polar", positive(2, 3), f(3))
case("psnr", f(2, 4, 4, 3), f(2, 4, 4, 3), 2.0)
case("psnr", positive(5), positive(5), max_val=1)
LABELS = np.array([[1, 2, 3], [2, 2, 0]], "int32")
case("ctc_loss", LABELS, f(2, 7, 5), np.array([3, 2], "int32"), np.array([7, 6], "int32"))
case("ctc_loss", LABELS, f(2, 7, 5), np.array([3, 2], "int32"), np.array([7, 6], "int32"), mask_index=4)
case("ctc_decode", f(3, 8, 5), np.array([8, 5, 3], "int32"))
case("ctc_decode", f(3, 8, 5), np.array([8, 5, 3], "int32"), merge_repeated=False, mask_index=4)
case("ctc_decode", f(2, 6, 4), np.array([6, 4], "int32"), strategy="beam_search", beam_width=20, top_paths=3)
case("ctc_decode", f(2, 6, 4), np.array([6, 4], "int32"), strategy="beam_search", beam_width=6, mask_index=3)

# ---------------------------------------------------------------- images
PIXELS = RNG.randint(0, 256, (2, 5, 6, 3)).astype("uint8")
case("image.rgb_to_hsv", positive(2, 4, 5, 3) / 2)
case("image.rgb_to_hsv", np.array([[[0, 0, 0], [1, 1, 1], [0.2, 0.2, 0.7]]], "float32"))
case("image.rgb_to_hsv", positive(2, 3, 4, 5) / 2, data_format="channels_first")
case("image.hsv_to_rgb", positive(2, 4, 5, 3) / 2)
case("image.hsv_to_rgb", positive(3, 4, 5) / 2, data_format="channels_first")
case("image.gaussian_blur", f(2, 6, 7, 3), data_format="channels_last")
case("image.gaussian_blur", f(6, 7, 2), kernel_size=(5, 5), sigma=(0.5, 2.0), data_format="channels_last")
case("image.gaussian_blur", f(2, 2, 6, 7), sigma=(2.0, 1.0), data_format="channels_first")
case("image.sobel_edges", f(2, 5, 6, 3))
case("image.sobel_edges", f(1, 2, 5, 4), data_format="channels_first")
case("image.ssim", positive(2, 16, 14, 3), positive(2, 16, 14, 3))
case("image.ssim", positive(12, 12, 1), positive(12, 12, 1), max_val=2.0, filter_size=5, filter_sigma=1.0)
case("image.ssim", positive(2, 3, 12, 12), positive(2, 3, 12, 12), k1=0.05, k2=0.1, data_format="channels_first")
case("image.extract_patches_3d", f(2, 4, 4, 6, 2), 2)
case("image.extract_patches_3d", f(1, 5, 4, 5, 3), (2, 3, 2), strides=(1, 2, 1))
case("image.extract_patches_3d", f(1, 5, 5, 5, 1), 3, strides=2, padding="same")
case("image.extract_patches_3d", f(4, 4, 4, 2), 2, strides=1, dilation_rate=2)
for _mode in ("constant", "nearest", "wrap", "mirror", "reflect"):
    for _order in (0, 1):
        case("image.map_coordinates", f(4, 5), RNG.uniform(-3, 8, (2, 7)).astype("float32"), _order, fill_mode=_mode)
case("image.map_coordinates", ints(6, most=90), RNG.uniform(-1, 6, (1, 5)).astype("float32"), 1, fill_value=7)
case("image.map_coordinates", f(3, 4, 2), RNG.uniform(0, 3, (3, 2, 2)).astype("float32"), 1, fill_value=-1.5)
TURN = np.array([0.9, -0.3, 1.0, 0.2, 1.1, -0.5, 0, 0], "float32")
SHIFT = np.array([1, 0, 1.5, 0, 1, -0.5, 0, 0], "float32")
for _mode in ("constant", "nearest", "wrap", "mirror", "reflect"):
    case("image.affine_transform", f(2, 5, 6, 3), np.stack([TURN, SHIFT]), fill_mode=_mode, fill_value=0.5)
case("image.affine_transform", f(5, 6, 2), TURN, interpolation="nearest")
case("image.affine_transform", PIXELS, np.stack([TURN, SHIFT]))
case("image.affine_transform", f(2, 3, 5, 6), np.stack([SHIFT, TURN]), data_format="channels_first")
CORNERS = np.array([[0, 0], [5, 0], [0, 4], [5, 4]], "float32")
MOVED = np.array([[1, 0.5], [4.5, 0], [0, 4], [4, 3.5]], "float32")
case("image.perspective_transform", f(2, 5, 6, 3), np.stack([CORNERS] * 2), np.stack([MOVED, CORNERS]))
case("image.perspective_transform", f(5, 6, 2), CORNERS, MOVED, interpolation="nearest", fill_value=1.0)
case("image.perspective_transform", f(2, 2, 5, 6), MOVED, CORNERS, data_format="channels_first")
SCALE, MOVE = np.array([0.5, 1.5], "float32"), np.array([0.25, -1.0], "float32")
for _method in ("linear", "bilinear", "cubic", "lanczos3", "lanczos5"):
    case("image.scale_and_translate", f(2, 6, 5, 2), (2, 4, 8, 2), SCALE, MOVE, (1, 2), _method)
case("image.scale_and_translate", f(8, 5), (4, 5), SCALE[:1], MOVE[:1], (0,), "linear", antialias=False)
case("image.scale_and_translate", PIXELS, (2, 8, 4, 3), SCALE, MOVE, (1, 2), "linear")
case("cdist", f(3, 2), f(4, 2))
case("cdist", f(2, 3, 4), f(5, 4))
case("cdist", f(2, 1, 3, 2), f(4, 2, 2))
