"""What is compared with TensorFlow, one expression a line, by family.

Each is evaluated with TensorFlow by ``record.py`` and with kerastorch by ``test_expressions.py``: values, dtypes, and
for results of floats the gradient by ``A``, where it is used.
"""

import re

import numpy as np

draw = np.random.RandomState(0)
DATA = {
    "np": np,
    "A": draw.randn(3, 4).astype("float32"),
    "P": (draw.rand(3, 4) + 0.1).astype("float32"),
    "B": draw.randn(4, 5).astype("float32"),
    "V": draw.randn(4).astype("float32"),
    "S": draw.randn(2, 3, 3).astype("float32"),
    "T": draw.randn(2, 3, 4).astype("float32"),
    "N": draw.randint(-5, 6, (3, 4)).astype("int32"),
    "K": draw.randint(1, 6, (3, 4)).astype("int32"),
    "M": draw.rand(3, 4) > 0.5,
    "X": draw.rand(2, 7, 6, 3).astype("float32"),
    "F": draw.randn(3, 2, 3, 4).astype("float32"),
    "D": draw.randn(3, 3, 3, 2).astype("float32"),
    "Q": draw.randn(2, 9, 3).astype("float32"),
    "E": draw.randn(1, 5, 4, 3, 2).astype("float32"),
    "Y": draw.randint(0, 4, (3,)).astype("int32"),
    "BOXES": [[0.0, 0.0, 1.0, 1.0], [0.0, 0.1, 1.0, 1.1], [0.0, 2.0, 1.0, 3.0]],
}


def table(tf):
    return tf.lookup.KeyValueTensorInitializer(["a", "b"], tf.constant([0, 1], tf.int64))


def record(tf):
    train = tf.train
    feature = {
        "x": train.Feature(float_list=train.FloatList(value=[1.0, 2.0])),
        "y": train.Feature(int64_list=train.Int64List(value=[-3])),
        "z": train.Feature(bytes_list=train.BytesList(value=[b"ab"])),
        "v": train.Feature(int64_list=train.Int64List(value=[4, 5])),
    }
    return train.Example(features=train.Features(feature=feature)).SerializeToString()


def features(tf):
    fixed = tf.io.FixedLenFeature
    return {
        "x": fixed([2], tf.float32),
        "y": fixed([], tf.int64),
        "z": fixed([], tf.string),
        "w": fixed([1], tf.float32, default_value=[9.0]),
    }


DATA.update(table=table, record=record, features=features)

EXPRESSIONS = {
    "making": """
tf.constant([1, 2, 3])
tf.constant([1.5, 2])
tf.constant(np.arange(3.0))
tf.constant(7, shape=(2, 2))
tf.constant([1, 2, 3, 4, 5, 6], shape=[2, 3])
tf.constant([True, False])
tf.constant(3, dtype=tf.float64)
tf.convert_to_tensor(np.arange(4))
tf.convert_to_tensor([tf.constant(1.0), 2.0])
tf.zeros([2, 3])
tf.zeros((2,), tf.int32)
tf.ones([2], dtype=tf.bool)
tf.zeros_like(A)
tf.ones_like(N)
tf.ones_like(N, dtype=tf.float32)
tf.fill([2, 3], 9)
tf.fill([2], 0.5)
tf.eye(3)
tf.eye(2, 3, batch_shape=[2])
tf.range(5)
tf.range(2, 10, 3)
tf.range(0.0, 1.0, 0.25)
tf.range(5, 1, -2)
tf.range(3, dtype=tf.float32)
tf.linspace(0.0, 1.0, 5)
tf.linspace(np.float64(1), np.float64(2), 3)
tf.one_hot([0, 2, 5, -1], 3)
tf.one_hot([[0, 1], [1, 2]], 3, on_value=5.0, off_value=-1.0, axis=1)
tf.one_hot([1], 3, dtype=tf.int32)
tf.shape(T)
tf.shape(T)[1]
tf.shape(T, out_type=tf.int64)
tf.size(T)
tf.rank(T)
tf.cast(A, tf.int32)
tf.cast(N, tf.float32) / 2
tf.cast(A, tf.bool)
tf.cast(M, tf.float64)
tf.saturate_cast(A * 300, tf.uint8)
tf.identity(A)
tf.meshgrid([1, 2, 3], [4, 5])
tf.meshgrid([1, 2, 3], [4, 5], indexing="ij")
tf.sequence_mask([1, 3, 0], 4)
tf.sequence_mask([[1, 2]], dtype=tf.float32)
tf.broadcast_to(V, [3, 4])
tf.stop_gradient(A) * A
tf.ensure_shape(A, [None, 4])
tf.zeros_initializer()([2])
tf.ones_initializer()([2])
tf.constant_initializer(2.5)([2])
""",
    "arrays": """
tf.reshape(A, [2, -1])
tf.reshape(A, (tf.shape(A)[0] * 2, 2))
tf.concat([A, A * 2], axis=0)
tf.concat([A, P], -1)
tf.stack([A, P])
tf.stack([A, P], axis=-1)
tf.unstack(A, axis=1)
tf.split(A, 2, axis=1)
tf.split(A, [1, 3], axis=1)
tf.split(A, [1, -1], axis=-1)
tf.tile(A, [2, 1])
tf.repeat(A, 2, axis=1)
tf.repeat([1, 2, 3], [1, 0, 2])
tf.repeat(N, 2)
tf.expand_dims(A, 0)
tf.expand_dims(A, axis=-1)
tf.squeeze(A[:, None, :, None])
tf.squeeze(A[:, None, :, None], axis=1)
tf.transpose(A)
tf.transpose(T, [2, 0, 1])
tf.transpose(T, perm=[0, 2, 1])
tf.reverse(A, axis=[1])
tf.reverse_sequence(A, [1, 4, 2], seq_axis=1)
tf.roll(A, shift=1, axis=0)
tf.roll(A, [1, -2], [0, 1])
tf.pad(A, [[1, 0], [0, 2]])
tf.pad(A, [[1, 1], [2, 1]], "REFLECT")
tf.pad(A, [[1, 1], [2, 2]], mode="SYMMETRIC")
tf.pad(A, [[0, 1], [1, 0]], constant_values=3.0)
tf.slice(A, [1, 0], [2, -1])
tf.strided_slice(A, [0, 1], [3, 4], [2, 1])
tf.constant(A)[::-1, 1:]
tf.constant(A)[..., tf.newaxis]
tf.constant(A)[:, 3:0:-2]
tf.constant(A)[tf.constant(1)]
tf.constant(A)[1:tf.constant(3), -1]
tf.constant(T)[0, ..., 1]
tf.nn.depth_to_space(tf.ones([1, 2, 2, 8]) * tf.range(8.0), 2)
tf.nn.space_to_depth(X[:, :6], 2)
tf.space_to_batch(X[:, :6], [2, 3], [[0, 0], [0, 0]])
tf.batch_to_space(tf.reshape(tf.range(64.0), [4, 2, 2, 4]), [2, 2], [[0, 1], [0, 0]])
tf.image.extract_patches(X, [1, 3, 3, 1], [1, 2, 2, 1], [1, 1, 1, 1], "VALID")
tf.image.extract_patches(X, [1, 2, 3, 1], [1, 2, 2, 1], [1, 2, 1, 1], "SAME")
""",
    "elementwise": """
tf.abs(A)
tf.add(A, V)
tf.subtract(A, 1)
tf.multiply(A, P)
tf.divide(A, P)
tf.math.divide(N, K)
tf.truediv(N, K)
tf.math.floordiv(N, K)
tf.math.floordiv(A, P)
tf.math.mod(N, K)
tf.math.floormod(A, P)
tf.truncatediv(N, K)
tf.truncatemod(N, K)
tf.constant(N) / tf.constant(K)
tf.constant(N) // tf.constant(K)
tf.constant(N) % 3
tf.constant(A) ** 2
2 ** tf.constant(K)
1 - tf.constant(A)
-tf.constant(A) + [1, 2, 3, 4]
tf.constant(A) > 0
tf.constant(N) == 2
tf.constant(N) != K
~tf.constant(M)
tf.constant(M) & (A > 0)
tf.math.divide_no_nan(A, tf.cast(N, tf.float32))
tf.math.multiply_no_nan(A, tf.cast(M, tf.float32))
tf.pow(P, 3.0)
tf.pow(P, A)
tf.square(A)
tf.sqrt(P)
tf.math.rsqrt(P)
tf.exp(A)
tf.math.expm1(A)
tf.math.log(P)
tf.math.log1p(P)
tf.sin(A)
tf.cos(A)
tf.tan(A)
tf.sinh(A)
tf.cosh(A)
tf.tanh(A)
tf.asin(A / 4)
tf.acos(A / 4)
tf.atan(A)
tf.atan2(A, P)
tf.asinh(A)
tf.acosh(P + 1)
tf.atanh(A / 4)
tf.sigmoid(A)
tf.math.log_sigmoid(A)
tf.math.softplus(A)
tf.nn.softsign(A)
tf.sign(A)
tf.floor(A)
tf.math.ceil(A)
tf.round(A * 2)
tf.round(tf.constant([0.5, 1.5, 2.5, -0.5]))
tf.math.rint(A)
tf.math.reciprocal(P)
tf.math.reciprocal_no_nan(tf.cast(N, tf.float32))
tf.math.erf(A)
tf.math.erfc(A)
tf.math.lgamma(P)
tf.math.digamma(P)
tf.math.xlogy(tf.cast(M, tf.float32), P)
tf.math.xdivy(A, P)
tf.math.squared_difference(A, P)
tf.maximum(A, 0.0)
tf.minimum(A, P)
tf.maximum(N, 1)
tf.negative(A)
tf.equal(N, 2)
tf.not_equal(N, K)
tf.less(A, P)
tf.less_equal(N, K)
tf.greater(A, 0)
tf.greater_equal(A, P)
tf.logical_and(M, A > 0)
tf.logical_or(M, A > 0)
tf.logical_not(M)
tf.math.logical_xor(M, A > 0)
tf.math.is_nan(A / 0)
tf.math.is_inf(A / 0)
tf.math.is_finite(A)
tf.add_n([A, P, A])
tf.math.add_n([A, P])
tf.math.polyval([1.0, 2.0, 3.0], A)
tf.clip_by_value(A, -0.5, 0.5)
tf.clip_by_value(N, -2, 2)
tf.clip_by_norm(A, 1.0)
tf.clip_by_norm(A, 1.0, axes=[1])
tf.clip_by_global_norm([A, P, None], 1.0)
tf.linalg.global_norm([A, P])
tf.complex(A, P)
tf.abs(tf.complex(A, P))
tf.math.real(tf.complex(A, P))
tf.math.imag(tf.complex(A, P))
tf.math.angle(tf.complex(A, P))
tf.math.conj(tf.complex(A, P))
tf.bitwise.bitwise_and(K, N)
tf.bitwise.left_shift(K, 2)
tf.math.scalar_mul(2.0, A)
""",
    "reducing": """
tf.reduce_sum(A)
tf.reduce_sum(A, axis=1)
tf.reduce_sum(A, 0, keepdims=True)
tf.reduce_sum(T, axis=[0, 2])
tf.reduce_sum(N, axis=1)
tf.reduce_sum(A, axis=-1)
tf.reduce_mean(A, axis=1)
tf.reduce_mean(T, axis=(1, 2))
tf.reduce_mean(N)
tf.reduce_mean(N, 0)
tf.reduce_max(A, axis=1)
tf.reduce_min(A, axis=0)
tf.reduce_max(N)
tf.reduce_prod(P, axis=1)
tf.reduce_prod(T, axis=[0, 1])
tf.reduce_any(M, axis=1)
tf.reduce_all(M)
tf.reduce_logsumexp(A, axis=1)
tf.math.reduce_std(A, axis=0)
tf.math.reduce_variance(A)
tf.math.reduce_euclidean_norm(A, axis=1)
tf.argmax(A, axis=1)
tf.argmax(A)
tf.argmin(N, axis=-1, output_type=tf.int32)
tf.math.argmax(tf.constant([True, False]))
tf.math.count_nonzero(N)
tf.math.count_nonzero(N, axis=1, dtype=tf.int32)
tf.nn.zero_fraction(N)
tf.cumsum(A, axis=1)
tf.cumsum(A, axis=1, exclusive=True)
tf.cumsum(N, reverse=True)
tf.cumsum(A, axis=0, exclusive=True, reverse=True)
tf.math.cumprod(P, axis=1)
tf.math.cumprod(P, axis=1, exclusive=True)
tf.math.cumulative_logsumexp(A, axis=1)
tf.math.bincount([1, 1, 3, 0])
tf.math.bincount([1, 1, 3], weights=[0.5, 1.0, 2.0])
tf.math.bincount([1, 5, 3], minlength=4, maxlength=4)
tf.math.bincount([[1, 1], [0, 2]], axis=-1)
tf.math.bincount([[1, 1], [0, 2]], axis=-1, binary_output=True)
tf.math.confusion_matrix([0, 1, 2, 1], [0, 2, 2, 1])
tf.math.confusion_matrix([0, 1, 1], [0, 1, 0], num_classes=3, weights=[1, 2, 3])
tf.histogram_fixed_width(A, [-1.0, 1.0], nbins=4)
""",
    "indexing": """
tf.gather(A, [2, 0])
tf.gather(A, [[0, 1], [3, 2]], axis=1)
tf.gather(T, [[0, 2], [1, 1]], axis=1, batch_dims=1)
tf.gather(T, [[0, 2], [1, 1]], axis=2, batch_dims=1)
tf.gather(A, 1)
tf.gather_nd(A, [[0, 1], [2, 3]])
tf.gather_nd(A, [[1], [0]])
tf.gather_nd(T, [[[0, 1]], [[2, 3]]], batch_dims=1)
tf.where(M, A, P)
tf.where(A > 0, A, 0.0)
tf.where(M)
tf.where([True, False, True], N[0, :3], 7)
tf.boolean_mask(A, M)
tf.boolean_mask(A, [True, False, True])
tf.boolean_mask(A, [True, False, True, True], axis=1)
tf.scatter_nd([[0], [3], [0]], [1.0, 2.0, 3.0], [5])
tf.scatter_nd([[0], [2]], A[:2], [4, 4])
tf.tensor_scatter_nd_update(A, [[0, 1], [2, 2]], [9.0, 8.0])
tf.tensor_scatter_nd_update(A, [[1]], [[1.0, 2.0, 3.0, 4.0]])
tf.tensor_scatter_nd_add(A, [[0, 1], [0, 1]], [9.0, 8.0])
tf.tensor_scatter_nd_sub(N, [[0], [2]], K[:2])
tf.tensor_scatter_nd_max(A, [[0], [1]], P[:2])
tf.tensor_scatter_nd_min(A, [[0], [1]], P[:2])
tf.sort(A, axis=1)
tf.sort(A, direction="DESCENDING")
tf.argsort(N[0])
tf.argsort(A, axis=0, direction="DESCENDING")
tf.math.top_k(A, 2)
tf.nn.top_k([1, 3, 3, 2], k=3)
tf.math.in_top_k([1, 0, 2], A, 2)
tf.searchsorted([1, 3, 5], [0, 3, 6])
tf.searchsorted([[1, 3, 5]], [[0, 3, 6]], side="right")
tf.math.invert_permutation([2, 0, 1])
tf.unique([3, 1, 3, 2])
tf.unique_with_counts([3, 1, 3, 2])
tf.math.segment_sum(A, [0, 0, 2])
tf.math.segment_mean(A, [0, 1, 1])
tf.math.segment_max(A, [0, 0, 2])
tf.math.segment_min(N, [0, 0, 1])
tf.math.segment_prod(P, [0, 0, 1])
tf.math.unsorted_segment_sum(A, [2, 0, 2], 3)
tf.math.unsorted_segment_mean(A, [1, 0, 1], 3)
tf.math.unsorted_segment_max(A, [1, 0, -1], 3)
tf.math.unsorted_segment_min(N, [1, 0, 1], 2)
tf.math.unsorted_segment_prod(P, [1, 0, 1], 2)
tf.math.unsorted_segment_sqrt_n(A, [1, 0, 1], 2)
tf.dynamic_partition(A, [1, 0, 1], 2)
tf.dynamic_stitch([[0, 2], [1]], [A[:2], A[2:]])
""",
    "linear": """
tf.matmul(A, B)
tf.matmul(A, A, transpose_b=True)
tf.matmul(T, T, transpose_a=True)
tf.constant(A) @ B
tf.linalg.matvec(A, V)
tf.tensordot(A, B, axes=1)
tf.tensordot(T, A, axes=[[1, 2], [0, 1]])
tf.tensordot(A, V, [[1], [0]])
tf.einsum("ij,jk->ik", A, B)
tf.einsum("bij,bkj->bik", T, T)
tf.einsum("ij->j", A)
tf.norm(A)
tf.norm(A, axis=1)
tf.norm(A, ord=1, axis=0)
tf.norm(A, ord=np.inf)
tf.norm(T, axis=[1, 2])
tf.linalg.normalize(A, axis=1)
tf.math.l2_normalize(A, axis=1)
tf.nn.l2_normalize(A, axis=[0, 1])
tf.linalg.diag(V)
tf.linalg.diag_part(S)
tf.linalg.set_diag(S, T[:, :, 0])
tf.linalg.tensor_diag([1.0, 2.0])
tf.linalg.tensor_diag_part(S[0])
tf.linalg.trace(S)
tf.linalg.band_part(S, 1, 0)
tf.linalg.band_part(tf.ones([3, 4]), -1, 0)
tf.linalg.matrix_transpose(T)
tf.linalg.det(S)
tf.linalg.slogdet(S)
tf.linalg.inv(S)
tf.linalg.pinv(A)
tf.linalg.solve(S, T)
tf.linalg.lstsq(B, B[:, :2], l2_regularizer=0.1)
tf.linalg.cholesky(tf.matmul(S, S, transpose_b=True) + tf.eye(3))
tf.linalg.triangular_solve(S, T)
tf.linalg.expm(S)
tf.linalg.svd(A, compute_uv=False)
tf.linalg.eigvalsh(tf.matmul(S, S, transpose_b=True))
tf.linalg.cross(S[0], S[1])
tf.linalg.adjoint(tf.complex(A, P))
tf.linalg.matmul(A, B)
""",
    "nn": """
tf.nn.relu(A)
tf.nn.relu6(A * 8)
tf.nn.leaky_relu(A)
tf.nn.leaky_relu(A, alpha=0.3)
tf.nn.elu(A)
tf.nn.selu(A)
tf.nn.gelu(A)
tf.nn.gelu(A, approximate=True)
tf.nn.silu(A)
tf.nn.swish(A)
tf.nn.crelu(A)
tf.nn.softmax(A)
tf.nn.softmax(A, axis=0)
tf.nn.log_softmax(A)
tf.nn.sigmoid_cross_entropy_with_logits(labels=P, logits=A)
tf.nn.weighted_cross_entropy_with_logits(labels=P, logits=A, pos_weight=2.0)
tf.nn.softmax_cross_entropy_with_logits(labels=tf.nn.softmax(P), logits=A)
tf.nn.sparse_softmax_cross_entropy_with_logits(labels=Y, logits=A)
tf.nn.log_poisson_loss(P, A)
tf.nn.l2_loss(A)
tf.nn.compute_average_loss(A[:, 0], global_batch_size=8)
tf.nn.compute_average_loss(P[:, 0], sample_weight=A[:, 0])
tf.nn.scale_regularization_loss(A)
tf.nn.moments(A, axes=[0])
tf.nn.moments(T, [0, 1], keepdims=True)
tf.nn.batch_normalization(A, V, P[0], V, P[1], 1e-3)
tf.nn.local_response_normalization(X, depth_radius=1)
tf.nn.bias_add(A, V)
tf.nn.embedding_lookup(A, [[0, 2], [1, 1]])
tf.nn.embedding_lookup(A, [0, 2], max_norm=0.5)
tf.nn.ctc_loss([[1, 2]], tf.reshape(B, [4, 1, 5]), [2], [4], blank_index=0)
tf.nn.conv2d(X, F, strides=1, padding="SAME")
tf.nn.conv2d(X, F, strides=[1, 2, 2, 1], padding="VALID")
tf.nn.conv2d(X, F, 2, "SAME")
tf.nn.conv2d(X, F, 1, "SAME", dilations=2)
tf.nn.conv2d(X, F, 1, [[0, 0], [1, 2], [0, 1], [0, 0]])
tf.nn.conv1d(Q, F[0, :, :, :3], stride=2, padding="SAME")
tf.nn.conv3d(E, tf.ones([2, 2, 2, 2, 3]), [1, 2, 1, 1, 1], "SAME")
tf.nn.convolution(X, F, padding="VALID")
tf.nn.atrous_conv2d(X, F, rate=2, padding="VALID")
tf.nn.conv2d_transpose(X, tf.ones([3, 3, 4, 3]), [2, 14, 12, 4], strides=2, padding="SAME")
tf.nn.conv1d_transpose(Q, tf.ones([3, 2, 3]), [2, 18, 2], strides=2, padding="SAME")
tf.nn.depthwise_conv2d(X, D, [1, 1, 1, 1], "SAME")
tf.nn.separable_conv2d(X, D, tf.ones([1, 1, 6, 2]), [1, 1, 1, 1], "VALID")
tf.nn.max_pool(X, 2, 2, "SAME")
tf.nn.max_pool2d(X, ksize=[1, 3, 3, 1], strides=[1, 2, 2, 1], padding="VALID")
tf.nn.avg_pool2d(X, 2, 2, "SAME")
tf.nn.avg_pool(X, 3, 1, "SAME")
tf.nn.max_pool1d(Q, 2, 2, "VALID")
tf.nn.avg_pool3d(E, 2, 1, "VALID")
tf.nn.pool(X, [2, 2], "AVG", strides=[2, 1], padding="VALID")
""",
    "control": """
tf.map_fn(lambda x: x * 2 + 1, A)
tf.map_fn(lambda x: (x, tf.reduce_sum(x)), A, fn_output_signature=(tf.float32, tf.float32))
tf.vectorized_map(lambda x: x * x, A)
tf.scan(lambda a, x: a * 0.5 + x, A)
tf.scan(lambda a, x: a + x, A, initializer=tf.zeros([4]), reverse=True)
tf.foldl(lambda a, x: a * 0.5 + x, A)
tf.foldr(lambda a, x: a * 0.5 + x, A)
tf.while_loop(lambda i, s: i < 3, lambda i, s: (i + 1, s * 2 + A), (tf.constant(0), tf.constant(A)))[1]
tf.cond(tf.constant(True), lambda: A * 2, lambda: A)
tf.case([(tf.constant(False), lambda: A), (tf.constant(True), lambda: A * 3)])
tf.switch_case(tf.constant(1), [lambda: A, lambda: A * 5])
tf.function(lambda x: x * 3)(A)
tf.py_function(lambda x: x + 1, [A], tf.float32)
tf.numpy_function(lambda x: x + 1, [A], tf.float32)
tf.TensorArray(tf.float32, 2).write(0, A[0]).write(1, A[1]).stack()
tf.nest.flatten({"b": [A, 1], "a": 2})
tf.nest.map_structure(lambda x: x + 1, {"a": A, "b": (1, 2)})
""",
    "signal_sets_sparse": """
tf.signal.fft(tf.complex(A, P))
tf.signal.ifft(tf.complex(A, P))
tf.signal.fft2d(tf.complex(A, P))
tf.signal.rfft(A)
tf.signal.rfft(A, [6])
tf.signal.irfft(tf.complex(A, P))
tf.signal.rfft2d(A)
tf.signal.irfft2d(tf.complex(A, P))
tf.signal.frame(V, 2, 1)
tf.signal.frame(tf.range(7.0), 3, 2, pad_end=True)
tf.signal.hann_window(8)
tf.signal.hamming_window(7)
tf.signal.stft(tf.reshape(X, [-1])[:40], 16, 8)
tf.signal.inverse_stft(tf.signal.stft(tf.reshape(X, [-1])[:40], 16, 8), 16, 8)
tf.signal.linear_to_mel_weight_matrix(5, 9, 8000, 20.0, 4000.0)
tf.signal.mfccs_from_log_mel_spectrograms(A)
tf.signal.dct(A)
tf.signal.overlap_and_add(A, 2)
tf.sparse.to_dense(tf.sparse.SparseTensor([[0, 1], [2, 3]], [1.0, 2.0], [3, 4]))
tf.sparse.to_dense(tf.sparse.SparseTensor([[0, 1], [2, 3]], [1, 2], [3, 4]), default_value=-1)
tf.sparse.sparse_dense_matmul(tf.sparse.SparseTensor([[0, 1], [2, 3]], [1.0, 2.0], [3, 4]), B)
tf.sparse.sparse_dense_matmul(tf.sparse.from_dense(tf.nn.relu(A)), B)
tf.sparse.to_dense(tf.sparse.transpose(tf.sparse.SparseTensor([[0, 1], [2, 3]], [1.0, 2.0], [3, 4])))
tf.sparse.reduce_sum(tf.sparse.SparseTensor([[0, 1], [2, 3]], [1.0, 2.0], [3, 4]), axis=1)
tf.sparse.to_dense(tf.sparse.reorder(tf.sparse.SparseTensor([[2, 1], [0, 3]], [1.0, 2.0], [3, 4])))
tf.sparse.to_dense(tf.sparse.concat(0, [tf.sparse.from_dense([[1, 0]]), tf.sparse.from_dense([[0, 2]])]))
tf.sparse.to_dense(tf.sparse.add(tf.sparse.from_dense([[1, 0]]), tf.sparse.from_dense([[0, 2]])))
tf.sparse.to_dense(tf.sparse.reshape(tf.sparse.from_dense([[1, 0], [0, 2]]), [4]))
tf.sparse.from_dense(N).indices
tf.sparse.to_dense(tf.sets.intersection([[1, 2, 3]], [[2, 3, 4]]))
tf.sparse.to_dense(tf.sets.union([[1, 2]], [[2, 4]]))
tf.sparse.to_dense(tf.sets.difference([[1, 2, 3]], [[2]]))
tf.sets.size(tf.sets.union([[1, 2], [5, 5]], [[2, 4], [5, 5]]))
""",
    "strings_ragged": """
tf.strings.lower(["ABC", "É"])
tf.strings.upper("abc")
tf.strings.strip([" a ", "b"])
tf.strings.length(["abc", "é"])
tf.strings.length(["abc", "é"], unit="UTF8_CHAR")
tf.strings.split("a b  c")
tf.strings.split(["a b", "c"])
tf.strings.split(["a,b", ",c"], sep=",")
tf.strings.join(["a", ["b", "c"]], separator="-")
tf.strings.reduce_join(["a", "b"], separator=" ")
tf.strings.reduce_join([["a", "b"], ["c", "d"]], axis=1)
tf.strings.regex_replace("hello world", "o", "0")
tf.strings.regex_replace(["aab", "b"], "(a+)b", r"<\\1>")
tf.strings.regex_replace("aaa", "a", "b", replace_global=False)
tf.strings.regex_full_match(["abc", "abd"], "ab[c]")
tf.strings.substr("hello", 1, 3)
tf.strings.substr(["hello", "world"], [0, -2], [2, 2])
tf.strings.to_number(["1.5", "2"])
tf.strings.to_number("7", tf.int32)
tf.strings.as_string([1, 2])
tf.strings.as_string(1.5, precision=2)
tf.as_string([True, False])
tf.strings.bytes_split("abc")
tf.strings.unicode_split(["hé", "x"], "UTF-8")
tf.strings.unicode_decode("hé", "UTF-8")
tf.strings.unicode_encode([104, 233], "UTF-8")
tf.strings.ngrams(["a", "b", "c"], 2)
tf.strings.format("x: {}", tf.constant([1, 2]))
tf.constant(["a", "b"]) + "!"
tf.constant(["a", "b"]) == "b"
tf.equal(["a", "b"], "b")
tf.gather(["a", "b", "c"], [2, 0])
tf.reshape(["a", "b"], [2, 1])
tf.concat([["a"], ["b"]], 0)
tf.ragged.constant([[1, 2], [], [3]])
tf.ragged.constant([[1, 2], [], [3]]).to_tensor()
tf.ragged.constant([["a"], ["b", "c"]]).to_tensor(default_value="-")
tf.ragged.constant([[1, 2], [], [3]]).row_lengths()
tf.ragged.constant([[1, 2], [3]]).values
tf.ragged.constant([[1, 2], [3]]).row_splits
tf.ragged.constant([[[1], [2, 3]], [[4]]]).to_tensor()
tf.RaggedTensor.from_row_splits([1, 2, 3], [0, 2, 2, 3]).to_tensor()
tf.RaggedTensor.from_row_lengths([1, 2, 3], [2, 1])
tf.RaggedTensor.from_tensor([[1, 2, 0], [3, 0, 0]], padding=0)
tf.ragged.range([2, 0, 3])
""",
    "image": """
tf.image.resize(X, [4, 9])
tf.image.resize(X, (14, 12), method="nearest")
tf.image.resize(X, [5, 5], method="bicubic")
tf.image.resize(X, [14, 3], method="lanczos3")
tf.image.resize(X, [3, 3], method="area")
tf.image.resize(X, [3, 3], antialias=True)
tf.image.resize(X, [5, 4], method="gaussian")
tf.image.resize(X, [5, 4], method="mitchellcubic", antialias=True)
tf.image.resize(X, [4, 8], preserve_aspect_ratio=True)
tf.image.resize(X[0], [4, 4])
tf.image.resize(tf.cast(X * 255, tf.uint8), [4, 4])
tf.image.resize_with_pad(X, 8, 8)
tf.image.resize_with_crop_or_pad(X, 4, 9)
tf.image.central_crop(X, 0.5)
tf.image.crop_to_bounding_box(X, 1, 2, 3, 4)
tf.image.pad_to_bounding_box(X, 1, 0, 9, 8)
tf.image.crop_and_resize(X, [[0.1, 0.2, 0.9, 1.0], [0.0, 0.0, 1.2, 1.0]], [0, 1], [4, 3])
tf.image.flip_left_right(X)
tf.image.flip_up_down(X[0])
tf.image.transpose(X)
tf.image.rot90(X)
tf.image.rot90(X[0], k=3)
tf.image.rgb_to_grayscale(X)
tf.image.grayscale_to_rgb(tf.constant(X)[..., :1])
tf.image.rgb_to_hsv(X)
tf.image.hsv_to_rgb(X)
tf.image.rgb_to_yuv(X)
tf.image.yuv_to_rgb(X)
tf.image.rgb_to_yiq(X)
tf.image.adjust_brightness(X, 0.1)
tf.image.adjust_contrast(X, 1.5)
tf.image.adjust_gamma(X, 0.8, 1.1)
tf.image.adjust_hue(X, 0.1)
tf.image.adjust_saturation(X, 0.5)
tf.image.per_image_standardization(X)
tf.image.convert_image_dtype(X, tf.uint8)
tf.image.convert_image_dtype(tf.cast(X * 255, tf.uint8), tf.float32)
tf.image.total_variation(tf.constant(X))
tf.image.psnr(X, X * 0.9, max_val=1.0)
tf.image.ssim(tf.image.resize(X, [16, 16]), tf.image.resize(X, [16, 16]) * 0.9, max_val=1.0)
tf.image.sobel_edges(tf.constant(X))
tf.image.image_gradients(tf.constant(X))
tf.image.non_max_suppression(BOXES, [0.9, 0.8, 0.7], 3, 0.5)
tf.image.draw_bounding_boxes(X, [[[0.1, 0.1, 0.8, 0.9]], [[0.0, 0.0, 0.5, 0.5]]], [[1.0, 0.0, 0.0]])
tf.image.stateless_random_flip_left_right(X, seed=[1, 2])
tf.image.stateless_random_brightness(X, 0.3, seed=[1, 2])
tf.image.stateless_random_contrast(X, 0.5, 1.5, seed=[1, 2])
tf.image.stateless_random_crop(X, [2, 4, 4, 3], seed=[1, 2])
tf.image.stateless_random_saturation(X, 0.5, 1.5, seed=[1, 2])
tf.image.stateless_random_hue(X, 0.2, seed=[1, 2])
tf.io.decode_png(tf.io.encode_png(tf.cast(X[0] * 255, tf.uint8)))
""",
    "random": """
(tf.random.set_seed(42), tf.random.uniform([3]), tf.random.normal([5]), tf.random.truncated_normal([5]))[1:]
(tf.random.set_seed(1), tf.random.uniform([5], 0, 100, dtype=tf.int32), tf.random.uniform([5], 0, 9, tf.int64))[1:]
(tf.random.set_seed(2), tf.random.shuffle(tf.range(9)), tf.random.shuffle(tf.range(9), seed=3))[1:]
(tf.random.set_seed(3), tf.random.shuffle(tf.range(9), seed=3), tf.random.shuffle(tf.range(9), seed=3))[1:]
(tf.random.set_seed(4), tf.random.uniform([2], seed=7), tf.random.uniform([2], seed=7))[1:]
(tf.random.set_seed(5), tf.random.categorical([[0.0, 1.0, 2.0, 0.5]], 6))[1]
(tf.random.set_seed(6), tf.nn.dropout(tf.ones([8]), 0.5))[1]
(tf.random.set_seed(7), tf.random.normal([3, 2], mean=1.0, stddev=2.0, dtype=tf.float64))[1]
(tf.random.set_seed(8), tf.random.uniform([3], -1.0, 1.0))[1]
tf.random.stateless_uniform([3], seed=[1, 2])
tf.random.stateless_uniform([3], seed=[1, 2], minval=0, maxval=100, dtype=tf.int32)
tf.random.stateless_uniform([3], seed=[1, 2], minval=0, maxval=100, dtype=tf.int64)
tf.random.stateless_normal([3], seed=[1, -2])
tf.random.stateless_truncated_normal([3], seed=[-1, 2])
tf.random.stateless_categorical([[0.0, 1.0, 2.0, 0.5]], 6, seed=[1, 2])
tf.random.experimental.stateless_split([1, 2], 3)
tf.random.Generator.from_seed(1).normal([3])
tf.random.Generator.from_seed(1).uniform([3])
tf.random.Generator.from_seed(5).make_seeds(2)
""",
    "io_lookup": """
tf.io.decode_raw(b"abcd", tf.uint8)
tf.io.decode_csv(["1,2.5,a", "3,,b"], [0, 0.5, ""])
tf.io.parse_tensor(tf.io.serialize_tensor(A), tf.float32)
tf.io.decode_base64(tf.io.encode_base64("hello"))
tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["a", "b"], [1, 2]), -1).lookup(tf.constant(["b", "c"]))
tf.lookup.StaticVocabularyTable(table(tf), 1).lookup(tf.constant(["b", "c"]))
tf.io.parse_single_example(record(tf), features(tf))
tf.sparse.to_dense(tf.io.parse_single_example(record(tf), {"v": tf.io.VarLenFeature(tf.int64)})["v"])
tf.io.parse_example([record(tf), record(tf)], features(tf))
""",
}
EXPRESSIONS = {family: [line for line in text.strip().splitlines() if line] for family, text in EXPRESSIONS.items()}


def evaluate(tf, text):
    """The value of an expression, and its gradient by A (None where it has none)."""
    names = {**DATA, "tf": tf}
    if not re.search(r"\bA\b", text):
        return eval(text, names), None
    A = tf.Variable(DATA["A"])
    with tf.GradientTape() as tape:
        found = eval(text, {**names, "A": A})
        floats = [x for x in tf.nest.flatten(found) if re.search("float", str(getattr(x, "dtype", "")))]
        total = sum((tf.reduce_sum(x * weights(tf, x)) for x in floats), 0.0)
    return found, tape.gradient(total, A) if floats else None


def weights(tf, x):
    return 1.0 + tf.cast(tf.reshape(tf.range(tf.size(x)), tf.shape(x)), x.dtype) / 7.0


def arrays(tf, value):
    """A result as a flat list of arrays; text as arrays of bytes, ragged rows as their elements and lengths."""
    if value is None:
        return []
    if isinstance(value, dict):
        return [a for key in sorted(value) for a in arrays(tf, value[key])]
    if isinstance(value, (list, tuple)):
        return [a for item in value for a in arrays(tf, item)]
    if hasattr(value, "row_lengths"):
        lengths = value.row_lengths()
        return [*arrays(tf, value.values), np.asarray(lengths)]
    if hasattr(value, "numpy"):
        value = value.numpy()
    array = np.asarray(value)
    return [array.astype("S") if array.dtype == object or array.dtype.kind == "S" else array]
