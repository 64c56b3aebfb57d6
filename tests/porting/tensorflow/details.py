"""Expressions whose results are compared with TensorFlow's in type, shape and kind, one a line, by family.

Each is described with TensorFlow by ``record_details.py`` and with kerastorch by ``test_details.py``. Torch is not
imported here: this module asks for tensors' types as a script for TensorFlow does.
"""

import numpy as np
from PIL import Image


def brief(x):
    """An image's type, shape and some values, without the last digits."""
    values = np.asarray(x)
    return x.dtype, values.shape, [int(value) for value in np.round(values.reshape(-1)[::5])]


DATA = {
    "brief": brief,
    "np": np,
    "Image": Image,
    "U": np.arange(48, dtype="uint8").reshape(1, 4, 4, 3),
    "KINDS": "uint8 int32 float16 float32 float64".split(),
    "METHODS": "bilinear nearest bicubic area lanczos3 lanczos5".split(),
    "BLURS": "gaussian mitchellcubic".split(),
}

FAMILIES = {
    "resizing": """
[brief(tf.image.resize(U.astype(k), (4, 4), m)) for k in KINDS for m in METHODS]
[tf.image.resize(U.astype(k), (2, 6), m).dtype for k in KINDS for m in METHODS + BLURS]
[tf.image.resize(U.astype(k), (4, 4), m).dtype for k in KINDS for m in BLURS]
[brief(tf.image.resize(U.astype(k), (4, 4), m, antialias=True)) for k in KINDS for m in METHODS]
[brief(tf.image.resize(U[0].astype(k), (4, 9), m, preserve_aspect_ratio=True)) for k in KINDS for m in METHODS]
[brief(tf.image.resize_with_pad(U.astype(k), 4, 5, m)) for k in KINDS for m in METHODS]
[brief(tf.image.resize_with_crop_or_pad(U.astype(k), 4, 4)) for k in KINDS]
[tf.image.crop_and_resize(U.astype(k), [[0.0, 0.0, 1.0, 1.0]], [0], (4, 4)).dtype for k in KINDS]
[tf.image.crop_and_resize(U.astype(k), [[0.0, 0.0, 1.0, 1.0]], [0], (4, 4), "nearest").dtype for k in KINDS]
[brief(tf.compat.v1.image.resize_images(U.astype(k), s, m)) for k in KINDS for s in ((4, 4), (2, 4)) for m in (0, 1, 3)]
[brief(tf.compat.v1.image.resize_images(U.astype(k), (4, 4), m, align_corners=True)) for k in KINDS for m in (0, 1)]
[brief(tf.compat.v1.image.resize_bilinear(U.astype(k), (4, 4))) for k in KINDS]
[brief(tf.compat.v1.image.resize_nearest_neighbor(U.astype(k), (4, 4))) for k in KINDS]
[brief(tf.keras.preprocessing.image.smart_resize(U[0].astype(k), (4, 4), m)) for k in KINDS for m in METHODS[:2]]
[tf.keras.preprocessing.image.smart_resize(tf.constant(U[0]), (4, 4), m) for m in METHODS[:2]]
float(tf.reduce_max(tf.image.convert_image_dtype(tf.image.resize(U, (4, 4)), "float32") / 255.0))
""",
    "lists": """
tf.constant([np.float64(1)])
tf.constant([[np.float16(1)]])
tf.constant([np.float32(1), np.float64(2)])
tf.constant([np.float64(1), np.float32(2)])
tf.constant([np.float64(1), 2])
tf.constant([2, np.float64(1)])
tf.constant([2.5, np.float64(1)])
tf.constant([np.float16(1), 2.5])
tf.constant([np.float64(1), True])
tf.constant([np.int32(1), np.float64(2)])
tf.constant((np.ones(2), np.ones(2)))
tf.constant([np.ones(2), [1, 2]])
tf.constant([[1, 2], np.ones(2)])
tf.constant([[np.ones(2)], [np.ones(2)]])
tf.constant([np.array(1.5), 2])
tf.constant([np.ones(2, "float32"), np.ones(2)])
[tf.constant([np.ones(2, k)]).dtype for k in "bool int8 uint8 int16 uint16 int64 float16 float32 float64".split()]
[tf.constant([np.dtype(k).type(1)]).dtype for k in "bool int8 uint8 uint32 int64 float16 float32 float64".split()]
[tf.constant(np.dtype(k).type(1)).dtype for k in "bool int8 uint8 uint32 int64 float16 float32 float64".split()]
tf.constant(Image.new("L", (2, 1))).dtype
tf.constant([np.complex64(1)])
tf.constant([np.complex64(1), 2.5])
tf.constant([np.int64(2**40), 1])
tf.constant([np.int64(1), 2])
tf.constant(-(2**31))
tf.constant([2**31])
tf.constant([])
tf.constant([[], []])
tf.constant([np.zeros(0, "uint8")])
tf.constant(np.zeros(0, "uint8"))
tf.constant([True, False])
tf.constant([1, True])
tf.constant([True, 1])
tf.constant([True, np.int64(1)])
tf.constant([1.0, 1j])
tf.constant([b"a", "b"])
tf.constant([np.bytes_(b"a")])
tf.constant([1.5], tf.int32)
tf.constant(1.5, tf.int32)
tf.constant(np.array([1.5]), tf.int32)
tf.constant([1], tf.bool)
tf.constant([True], tf.float32)
tf.constant([np.float64(1.5)], tf.float32)
tf.constant([np.uint64(2**63)])
tf.convert_to_tensor([np.ones(2), tf.constant([1.0, 2.0])])
tf.convert_to_tensor([np.int64(1), tf.constant(1)])
tf.convert_to_tensor([np.float64(1.5), tf.constant(1)])
tf.convert_to_tensor([tf.constant(1.0), np.float64(2), 3])
tf.convert_to_tensor([tf.constant(1), 2.5])
tf.convert_to_tensor([1, tf.constant(1.5)])
tf.convert_to_tensor([1.0, 2.0], dtype_hint=tf.float64)
tf.convert_to_tensor([1.5], dtype_hint=tf.int32)
tf.stack([np.ones(2), np.ones(2)])
tf.stack([np.ones(2, "uint8"), np.ones(2, "uint8")])
tf.stack([np.ones(2, "uint8"), np.ones(2, "uint8")], axis=1)
tf.stack([np.ones(2, "uint8"), np.ones(2, "int64")], axis=1)
tf.stack([np.int64(1), 1])
tf.stack([1.5, np.float64(1)])
tf.stack([tf.constant([1, 2]), np.array([1, 2])], axis=1)
tf.stack([1, tf.constant(2, tf.int64)])
tf.concat([np.ones(2, "float32"), np.ones(2)], 0)
tf.concat([tf.constant([1, 2]), np.array([1.5])], 0)
tf.concat([np.ones(2, "int64"), tf.constant([1.5])], 0)
tf.concat([[1], np.array([2.5])], 0)
tf.reduce_mean([np.ones(2), np.zeros(2)])
tf.matmul([np.ones(2)], [[1.0], [2.0]])
tf.where([True, False], [np.float64(1), np.float64(2)], [0.0, 0.0])
tf.add(1, np.ones(2))
tf.multiply(0.5, np.array([1.5]))
tf.multiply(np.array([1.5]), 2)
tf.multiply(np.ones(1, "float32"), np.ones(1))
tf.maximum(0, np.array([1.5]))
tf.constant([3]) * np.array([3.5])
np.float64(2.5) * tf.constant([3])
tf.constant([3.0]) * np.array([3])
tf.constant([1.0, 2.0]) * [np.float64(1), np.float64(2)]
tf.constant([3]) + [2]
tf.image.convert_image_dtype([np.full((1, 1, 3), 51, "uint8")] * 2, tf.float32)
tf.map_fn(lambda x: x, [np.ones(2, "uint8")])
tf.boolean_mask([np.ones(2), np.zeros(2)], [True, False])
tf.function(lambda x: tf.convert_to_tensor(x))([np.ones(2), np.ones(2)])
tf.data.Dataset.from_tensor_slices([np.zeros(3, "uint8")] * 2).element_spec
tf.data.Dataset.from_tensor_slices([[np.zeros(3, "uint8")], [np.zeros(3, "uint8")]]).element_spec
tf.data.Dataset.from_tensor_slices([np.zeros(3), np.zeros(3, "float32")]).element_spec
tf.data.Dataset.from_tensor_slices([np.uint8(1), np.uint8(2)]).element_spec
tf.data.Dataset.from_tensor_slices(([np.ones(3), np.ones(3)], [np.int64(1), np.int64(2)])).element_spec
tf.data.Dataset.from_tensors([np.zeros(2, "int64")]).element_spec
tf.data.Dataset.from_tensors([np.float64(1)]).element_spec
""",
    "ragged": """
rt
tf.reduce_sum(rt, axis=1)
tf.reduce_sum(rt, axis=0)
tf.reduce_sum(rt)
tf.reduce_sum(rt, 1, True)
tf.reduce_sum(rt, 0, True)
tf.reduce_sum(rt, -1)
tf.reduce_sum(rt, axis=[0, 1])
tf.reduce_sum(rt, axis=[1])
tf.reduce_mean(rt, axis=1)
tf.reduce_mean(rf, axis=1)
tf.reduce_mean(rf, axis=0)
tf.reduce_mean(rf)
tf.reduce_mean(rt)
tf.reduce_mean(rf, axis=[0, 1])
tf.reduce_max(rt, axis=1)
tf.reduce_max(rt, axis=0)
tf.reduce_max(rt)
tf.reduce_min(rt, axis=1)
tf.reduce_min(rf, axis=1)
tf.reduce_max(rf, axis=1)
tf.reduce_min(rt, axis=0)
tf.reduce_prod(rt, axis=1)
tf.reduce_prod(rt, axis=0)
tf.reduce_any(rb, axis=1)
tf.reduce_all(rb, axis=1)
tf.reduce_any(rb)
tf.reduce_all(rb, axis=0)
tf.reduce_any(rb, axis=1, keepdims=True)
tf.math.reduce_variance(rf, axis=1)
tf.math.reduce_std(rf, axis=1)
tf.math.reduce_std(rf, axis=0)
tf.math.reduce_variance(rf)
tf.math.reduce_euclidean_norm(rf, axis=1)
r3
tf.reduce_sum(r3, axis=2)
tf.reduce_sum(r3, axis=1)
tf.reduce_sum(r3, axis=0)
tf.reduce_sum(r3, axis=-1)
tf.reduce_sum(r3, axis=[1, 2])
tf.reduce_sum(r3, axis=[0, 1])
tf.reduce_sum(r3, axis=[0, 2])
tf.reduce_max(r3, axis=1)
tf.reduce_mean(tf.cast(r3, tf.float32), axis=1)
tf.reduce_mean(tf.cast(r3, tf.float32), axis=[1, 2])
tf.reduce_sum(r3)
tf.reduce_sum(r3, axis=2, keepdims=True)
ri
tf.reduce_sum(ri, axis=1)
tf.reduce_mean(ri, axis=1)
tf.reduce_sum(ri, axis=2)
tf.reduce_mean(ri, axis=2)
tf.reduce_mean(ri, axis=[1, 2])
tf.reduce_sum(ri, axis=0)
tf.reduce_max(ri, axis=-1)
tf.reduce_sum(ri)
rt[0]
rt[-1]
rt[1, 0]
rt[0, 1:]
rt[:, :1]
rt[:, 1:]
rt[:, :-1]
rt[:, -1:]
rt[:, -2:]
rt[:, ::2]
rt[:, ::-1]
rt[:, 1:3]
rt[1:]
rt[::2]
rt[::-1]
rt[:0]
rt[5:]
rt[...]
rt[:]
rt[:, 0]
rt[:2, :2]
rt[:, tf.newaxis]
rt[tf.newaxis]
rt[..., tf.newaxis]
rt[:, :, tf.newaxis]
rt[:, None, :]
rt[tf.constant(1)]
rt[0:tf.constant(2)]
rt[..., :1]
rt[0, ...]
rt[3]
r3[0]
r3[0, 0]
r3[:, :1]
r3[:, :, :1]
r3[:, 0:1, 0:1]
r3[0, :, :1]
r3[:, 0]
r3[1:, 1:]
r3[..., :1]
ri[:, :1]
ri[:, :, 0]
ri[:, :, 0:1]
ri[..., 1]
ri[0, 0, 0]
ri[:, 0]
rs[:, :1]
rs[0]
rt + 1
1 + rt
rt - 1
1 - rt
rt * 2
2 * rt
rt / 2
1 / rt
rt // 2
7 // rt
rt % 2
7 % rt
rt ** 2
2 ** rt
-rt
abs(-rt)
~rb
rb & rb
rb | ~rb
rb ^ rb
True & rb
rt + rt
rt * rt
rt - rt
rt / rt
rf / 2
rf + 1
rf + rf
rt + tf.constant(1)
tf.constant(1) + rt
rt + tf.constant([1, 2, 3])
rt + tf.constant([[1], [2], [3]])
tf.constant([[1], [2], [3]]) + rt
rt + tf.constant([[1, 2, 3]])
rt + np.array([[1], [2], [3]])
rt + [[1], [2], [3]]
rt + rt2
rt * rt[:, :1]
rt == 2
rt != 2
rt == rt
rt != rt
rt < 2
rt <= 2
rt > 2
rt >= 2
2 > rt
rt > rt
rt == None
rt == [[1, 2, 3]]
r3 + 1
r3 * r3
ri + 1
ri * tf.constant([10, 20])
ri + rt
r3 + tf.constant([[[1]], [[2]]])
tf.add(rt, 1)
tf.add(rt, rt)
tf.subtract(5, rt)
tf.multiply(rt, rt)
tf.divide(rt, 2)
tf.maximum(rt, 2)
tf.minimum(rt, 2)
tf.pow(rt, 2)
tf.square(rt)
tf.abs(rt)
tf.negative(rt)
tf.sign(rt)
tf.round(rf)
tf.floor(rf)
tf.nn.relu(rf)
tf.nn.softmax(rf)
tf.nn.dropout(rf, 0.0)
tf.cast(rt, tf.float32)
tf.cast(rt, "int64")
tf.equal(rt, 2)
tf.not_equal(rt, 2)
tf.less(rt, 2)
tf.greater(rt, 2)
tf.greater_equal(rt, rt)
tf.logical_not(rb)
tf.logical_and(rb, rb)
tf.logical_or(rb, rb)
tf.clip_by_value(rt, 2, 3)
tf.where(rb, rt, -rt)
tf.where(rb, rt, 0)
tf.where(rb)
tf.identity(rt)
tf.zeros_like(rt)
tf.ones_like(rt)
tf.ones_like(rt, dtype=tf.float32)
tf.stop_gradient(rt)
tf.size(rt)
tf.rank(rt)
tf.rank(r3)
tf.rank(ri)
tf.concat([rt, rt], axis=1)
tf.concat([rt, rt], axis=0)
tf.concat([rt, rt], axis=-1)
tf.concat([rt, rt2], axis=0)
tf.concat([rt, rt[::-1]], axis=1)
tf.concat([rt, tf.constant([[1], [2], [3]])], axis=1)
tf.concat([tf.constant([[1], [2], [3]]), rt], axis=1)
tf.concat([rt, tf.constant([[1, 2]])], axis=0)
tf.concat([rt, [[7, 8]]], axis=0)
tf.concat([r3, r3], axis=0)
tf.concat([r3, r3], axis=1)
tf.concat([r3, r3], axis=2)
tf.concat([ri, ri], axis=1)
tf.concat([ri, ri], axis=2)
tf.concat([rs, rs], axis=1)
tf.concat([rt], axis=0)
tf.concat([rt, rt2], axis=1)
tf.stack([rt, rt], axis=0)
tf.stack([rt, rt], axis=1)
tf.stack([rt, rt], axis=2)
tf.stack([rt, rt], axis=-1)
tf.stack([rt, rt2], axis=0)
tf.stack([rt, rt[::-1]], axis=1)
tf.stack([rt, rt[::-1]])
tf.stack([r3, r3])
tf.stack([rs, rs], axis=1)
tf.stack([rs, rs])
tf.ragged.stack([tf.constant([1]), tf.constant([1, 2])])
tf.ragged.stack([[1], [1, 2]])
tf.ragged.stack([rt, rt])
tf.ragged.stack([rt, rt2])
tf.ragged.stack([rt, rt[::-1]], axis=1)
tf.ragged.stack([rt, rt], axis=1)
tf.ragged.stack([tf.constant([1, 2]), tf.constant([3, 4])])
tf.ragged.stack([tf.constant([1, 2]), tf.constant([3, 4])], axis=1)
tf.ragged.stack([1, 2])
tf.ragged.stack([tf.constant([[1, 2]]), tf.constant([[3], [4]])])
tf.ragged.stack([["a"], ["b", "c"]])
tf.ragged.stack([])
tf.ragged.stack([rt[0], rt[1], rt[2]])
tf.ragged.map_flat_values(tf.square, rt)
tf.ragged.map_flat_values(tf.add, rt, 1)
tf.ragged.map_flat_values(tf.multiply, rt, rt)
tf.ragged.map_flat_values(lambda x: x[:, None] * [1, 2], rt)
tf.ragged.map_flat_values(tf.add, 1, 2)
tf.ragged.map_flat_values(lambda x: x[:2], rt)
tf.ragged.map_flat_values(tf.add, x=rt, y=1)
tf.ragged.map_flat_values(tf.add, r3, 1)
tf.ragged.map_flat_values(tf.one_hot, rt, 5)
tf.ragged.boolean_mask(rt, rt > 1)
tf.ragged.boolean_mask(tf.constant([[1, 2, 3], [4, 5, 6]]), [[True, False, True], [False, False, False]])
tf.ragged.boolean_mask(rt, [True, False, True])
tf.ragged.boolean_mask([1, 2, 3], [True, False, True])
tf.ragged.boolean_mask(r3, [[True, False], [True]] )
tf.ragged.boolean_mask(r3, tf.ragged.constant([[True, False], [True]]))
tf.ragged.boolean_mask(tf.ones((2, 2, 2)), [[True, False], [True, True]])
tf.ragged.boolean_mask(tf.ones((2, 2)), [True, False])
tf.ragged.boolean_mask(["a", "b"], [True, False])
tf.ragged.boolean_mask(rs, tf.ragged.constant([[True, False], [True]]))
tf.gather(rt, [2, 0])
tf.gather(rt, 0)
tf.gather(rt, [[0, 1], [2, 0]])
tf.gather(tf.constant([10, 20, 30, 40, 50]), rt)
tf.gather(tf.constant([[1, 2], [3, 4], [5, 6], [7, 8], [9, 0]]), rt)
tf.gather(["a", "b", "c", "d", "e"], rt)
tf.gather(rt, rt2)
tf.gather(rt[:2], [[0], [0]], batch_dims=1)
tf.gather(rt[:2], [0, 0], batch_dims=1)
tf.gather(rt, tf.ragged.constant([[0, 2], [0], []], dtype=tf.int32), batch_dims=1)
tf.gather(r3, [1, 0])
tf.gather_nd(rt, [[0, 1], [1, 0]])
tf.gather_nd(rt, [[0], [1]])
tf.reverse(rt, [1])
tf.reverse(rt, [0])
tf.tile(rt, [2, 1])
tf.tile(rt, [1, 2])
tf.split(rt, 3)
tf.one_hot(rt, 5)
tf.reshape(rt, [-1])
rt.to_tensor()
rt.to_tensor(-1)
rt.to_tensor(default_value=9, shape=[None, 2])
rt.to_tensor(shape=[4, 4])
rt.to_tensor(shape=[None, 5])
rt.to_tensor(shape=(3, None))
rt.to_tensor(shape=[2, 2])
rt.to_tensor(0, shape=[2])
rs.to_tensor("x")
rs.to_tensor()
rf.to_tensor(-1.5)
r3.to_tensor()
r3.to_tensor(-1)
r3.to_tensor(shape=[None, None, 3])
r3.to_tensor(shape=[None, 1, 1])
ri.to_tensor()
ri.to_tensor(-1)
ri.to_tensor([7, 8])
rt.to_tensor(tf.constant(-1))
rt[:0].to_tensor()
tf.ragged.constant([[], []]).to_tensor()
rt.to_list()
r3.to_list()
ri.to_list()
rs.to_list()
rt[1:2].numpy()
rt.bounding_shape()
rt.bounding_shape(0)
rt.bounding_shape(1)
rt.bounding_shape(axis=[0, 1])
r3.bounding_shape()
ri.bounding_shape()
r3.bounding_shape(2)
rt.bounding_shape(out_type=tf.int32)
rt.row_lengths()
rt.row_lengths(0)
rt.row_lengths(1)
r3.row_lengths()
r3.row_lengths(2)
r3.row_lengths(axis=-1)
ri.row_lengths(2)
rt.row_splits
rt.row_starts()
rt.row_limits()
rt.value_rowids()
rt.nrows()
rt.nrows(tf.int32)
rt.nested_row_splits
r3.nested_row_splits
r3.nested_row_lengths()
r3.nested_value_rowids()
r3.flat_values
r3.values
rt.uniform_row_length
rt.dtype
rt.shape.as_list()
r3.shape.as_list()
rt.shape.rank
rt.get_shape().as_list()
rt.with_values(tf.constant([1., 2., 3., 4.]))
rt.with_flat_values(tf.constant([[1], [2], [3], [4]]))
rt.with_values([5, 6, 7, 8])
rt.merge_dims(0, 1)
r3.merge_dims(0, 1)
r3.merge_dims(1, 2)
r3.merge_dims(0, 2)
ri.merge_dims(1, 2)
rt.ragged_rank
tf.RaggedTensor.from_row_splits([1, 2, 3], [0, 2, 2, 3])
tf.RaggedTensor.from_row_splits(["a", "b"], [0, 2])
tf.RaggedTensor.from_row_splits([1, 2, 3], [0, 2, 2, 4])
tf.RaggedTensor.from_row_splits([1, 2, 3], [1, 2, 2, 3])
tf.RaggedTensor.from_row_splits([1, 2, 3], [])
tf.RaggedTensor.from_row_splits(rt, [0, 1, 3])
tf.RaggedTensor.from_row_lengths([1, 2, 3], [1, 0, 2])
tf.RaggedTensor.from_row_lengths([1, 2, 3], [1, 0, 1])
tf.RaggedTensor.from_row_lengths([1, 2, 3], tf.constant([3]))
tf.RaggedTensor.from_row_lengths([], [])
tf.RaggedTensor.from_row_starts([1, 2, 3], [0, 1, 1])
tf.RaggedTensor.from_row_limits([1, 2, 3], [1, 1, 3])
tf.RaggedTensor.from_value_rowids([1, 2, 3], [0, 0, 2])
tf.RaggedTensor.from_value_rowids([1, 2, 3], [0, 0, 2], nrows=5)
tf.RaggedTensor.from_value_rowids([1, 2, 3], [0, 2, 0])
tf.RaggedTensor.from_value_rowids([1, 2, 3], [0, 0])
tf.RaggedTensor.from_uniform_row_length([1, 2, 3, 4], 2)
tf.RaggedTensor.from_tensor([[1, 2, 0], [3, 0, 0]], padding=0)
tf.RaggedTensor.from_tensor([[1, 2, 0], [3, 0, 0]])
tf.RaggedTensor.from_tensor([[1, 2, 0], [3, 0, 0]], lengths=[1, 2])
tf.RaggedTensor.from_tensor([[1, 0, 2], [0, 0, 0]], padding=0)
tf.RaggedTensor.from_tensor(np.arange(8).reshape(2, 2, 2), ragged_rank=2)
tf.RaggedTensor.from_tensor(np.arange(8).reshape(2, 2, 2))
tf.RaggedTensor.from_tensor(np.arange(8).reshape(2, 2, 2), lengths=([2, 1], [1, 1, 2]))
tf.RaggedTensor.from_tensor([["a", ""], ["", ""]], padding="")
tf.RaggedTensor.from_tensor(np.array([[[1, 2], [0, 0]], [[0, 0], [0, 0]]]), padding=[0, 0])
tf.RaggedTensor.from_nested_row_splits([1, 2, 3], [[0, 2], [0, 1, 3]])
tf.RaggedTensor.from_nested_row_lengths([1, 2, 3], [[2], [1, 2]])
tf.RaggedTensor.from_nested_value_rowids([1, 2, 3], [[0, 0], [0, 1, 1]])
tf.RaggedTensor.from_sparse(tf.SparseTensor([[0, 0], [0, 1], [2, 0]], [1, 2, 3], (3, 3)))
tf.ragged.constant([[1, 2], [3]], dtype=tf.int64)
tf.ragged.constant([[1, 2], [3]], dtype=tf.float32)
tf.ragged.constant([[1.5, 2], [3]])
tf.ragged.constant([])
tf.ragged.constant([[]])
tf.ragged.constant([1, 2])
tf.ragged.constant([[[1], [2]], [[3]]])
tf.ragged.constant([[[1], [2]], [[3]]], ragged_rank=1)
tf.ragged.constant([[[1, 2], [2, 3]], [[3, 4]]], ragged_rank=1)
tf.ragged.constant([[[1, 2], [2, 3]], [[3, 4]]], inner_shape=(2,))
tf.ragged.constant([[], [[]]])
tf.ragged.constant([[[], []], []])
tf.ragged.constant([["a"], ["b", "c"]])
tf.ragged.constant([[1], 2])
tf.ragged.constant([np.array([1, 2]), np.array([3])])
tf.ragged.constant([np.array([1.5, 2]), np.array([3.])])
tf.ragged.constant([[True], [False, True]])
tf.ragged.range([3, 0, 2])
tf.ragged.range([1, 2], [3, 4])
tf.ragged.range([0, 0], [5, 6], 2)
tf.ragged.range([3.5, 2.0])
tf.ragged.range(tf.constant([3, 2], tf.int64))
tf.ragged.segment_ids_to_row_splits([0, 0, 2])
tf.ragged.row_splits_to_segment_ids([0, 2, 2, 3])
tf.map_fn(tf.reduce_sum, rt, fn_output_signature=tf.int32)
tf.map_fn(lambda x: x + 1, rt, fn_output_signature=tf.RaggedTensorSpec([None], tf.int32))
[x.numpy().tolist() for x in rt]
str(rt)
repr(rt)
repr(r3)
repr(rs)
str(rs)
tf.is_tensor(rt)
isinstance(rt, tf.RaggedTensor)
isinstance(rt, tf.Tensor)
tf.nest.flatten(rt)
tf.function(lambda x: x + 1)(rt)
tf.strings.join([rs, rs])
tf.strings.length(rs)
tf.strings.upper(rs)
tf.strings.reduce_join(rs, axis=1)
tf.strings.reduce_join(rs, axis=-1, separator=" ")
tf.strings.split(["a b", "c"])
tf.strings.to_number(tf.ragged.constant([["1"], ["2", "3"]]))
rs + "!"
rs == "a"
tf.nn.embedding_lookup(tf.constant([[1., 2.], [3., 4.], [5., 6.], [7., 8.], [9., 0.]]), rt)
tf.sparse.to_dense(rt.to_sparse())
tf.sequence_mask(rt.row_lengths())
tf.ragged.stack_dynamic_partitions([1, 2, 3, 4], [0, 1, 0, 2], 3)
tf.reduce_sum(rt + rt, axis=1) / tf.cast(rt.row_lengths(), tf.int32)
tf.reduce_sum(tf.cast(rt > 1, tf.int32), axis=1)
tf.add_n([rt, rt])
tf.math.add_n([rt, rt])
tf.reduce_sum(rt, axis=2)
tf.reduce_sum(rt, axis=-3)
rt.row_lengths(2)
""",
    "loops": """
tf.while_loop(lambda x, y: x < 2, lambda x, y: (x + 1, y * 2), [tf.constant(0), tf.constant(1)])
tf.while_loop(lambda x, y: x < 2, lambda x, y: [x + 1, y * 2], [tf.constant(0), tf.constant(1)])
tf.while_loop(lambda x, y: x < 2, lambda x, y: [x + 1, y * 2], (0, 1.0))
tf.while_loop(lambda x, y: x < 0, lambda x, y: (x + 1, y * 2), [0, 1])
tf.while_loop(lambda x: x < 2, lambda x: (x + 1,), (tf.constant(0),))
tf.while_loop(lambda x: x < 2, lambda x: [x + 1], [tf.constant(0)])
tf.while_loop(lambda x, y: x < 2, lambda x, y: (x + 1, {"a": y["a"] * 2}), (0, {"a": 1}))
tf.while_loop(lambda x: x < 9, lambda x: (x + 1,), (0,), maximum_iterations=2)
""",
    "types": """
str(tf.ones(2).dtype)
repr(tf.ones(2).dtype)
f"{(tf.ones(2) + 1).dtype} {tf.constant([1])[0].dtype}"
[tf.ones(2).dtype == other for other in ("float32", tf.float32, np.float32, np.dtype("float32"))]
[tf.ones(2).dtype != other for other in ("int32", tf.int32, np.int32, None)]
tf.ones(2).dtype in ("float16", "float32")
tf.constant([1]).dtype in (tf.float32, tf.float64)
tf.ones(2).dtype is tf.float32
{tf.float32: 1}[tf.ones(2).dtype]
(tf.ones(2).dtype.is_floating, tf.constant([1]).dtype.is_integer, tf.ones(2).dtype.size, tf.constant(1).dtype.max)
tf.zeros(2, dtype=tf.constant([1]).dtype)
tf.cast([1.5], tf.constant([1]).dtype)
tf.Variable([1, 2], dtype=tf.ones(2).dtype)
tf.keras.backend.cast(tf.constant([1]), tf.ones(2).dtype)
tf.keras.layers.Dense(1, kernel_initializer="ones", dtype=tf.ones(2).dtype)(tf.ones((1, 2)))
tf.keras.initializers.Ones()((2,), dtype=tf.ones(2).dtype)
np.ones(2).astype(tf.ones(2).dtype.as_numpy_dtype).dtype == tf.ones(2).dtype
tf.ragged.constant([[1]]).dtype
tf.SparseTensor([[0]], [1.0], [2]).dtype
next(iter(tf.data.Dataset.range(1))).dtype
tf.data.Dataset.range(1).map(lambda i: tf.cast(i, i.dtype) if i.dtype == "int64" else 0.5).element_spec
tf.function(lambda x: tf.zeros_like(x, dtype=x.dtype))(tf.ones(2))
""",
    "variables": """
tf.Variable(initial_value=lambda: tf.convert_to_tensor([[1, 2]]), trainable=False)
tf.Variable(lambda: 1.5)
tf.Variable(lambda: np.ones(2))
tf.Variable(lambda: [1, 2], dtype=tf.float32)
tf.Variable(lambda: tf.zeros(2), shape=(2,))
tf.Variable(lambda n=2: tf.zeros(n))
""",
    "edits": """
tf.edit_distance(S([[0, 0, 0], [1, 0, 0]], ["a", "b"], (2, 1, 1)), S(*TRUTH))
tf.edit_distance(S([[0, 0, 0], [1, 0, 0]], ["a", "b"], (2, 1, 1)), S(*TRUTH), normalize=False)
tf.edit_distance(S([[0, 0], [0, 1], [2, 0]], [1, 2, 3], (3, 2)), S([[0, 0], [1, 0], [1, 1]], [1, 5, 6], (3, 2)))
tf.edit_distance(tf.sparse.from_dense([[1, 2, 3, 4], [4, 3, 2, 1]]), tf.sparse.from_dense([[1, 3, 4, 0], [4, 4, 3, 2]]))
tf.edit_distance(S([[0, 0]], ["a"], (1, 1)), S(np.zeros((0, 2), "int64"), np.zeros(0, "str"), (1, 1)))
tf.edit_distance([1], [2])
tf.edit_distance(S([[0]], [1], (1,)), S([[0]], [1], (1,)))
tf.edit_distance(S([[0, 0]], [1], (1, 1)), S([[0, 0]], ["a"], (1, 1)))
""",
}
FAMILIES = {family: text.strip().splitlines() for family, text in FAMILIES.items()}
DATA["TRUTH"] = ([[0, 1, 0], [1, 0, 0], [1, 0, 1], [1, 1, 0]], ["a", "b", "c", "a"], (2, 2, 2))
RAGGED = {
    "rt": [[1, 2, 3], [4], []],
    "rf": [[0.5, -1.25, 3.5], [4.25], []],
    "rb": [[True, False, True], [False], []],
    "rt2": [[1], [0, 2]],
    "r3": [[[1, 2], [3]], [[4]]],
    "rs": [["a", "bc"], ["d"]],
}


def names(tf):
    """What the expressions may name."""
    ragged = {name: tf.ragged.constant(rows) for name, rows in RAGGED.items()}
    inner = tf.RaggedTensor.from_row_splits([[1, 2], [3, 4], [5, 6], [7, 8]], [0, 3, 4, 4])
    return {**DATA, **ragged, "ri": inner, "tf": tf, "S": tf.SparseTensor}


def described(tf, text):
    """What an expression gives, as data; "refused" for an error."""
    given = names(tf)
    try:
        return describe(tf, eval(text, given))
    except Exception:
        return "refused"


def describe(tf, value):
    if isinstance(value, dict):
        return {key: describe(tf, item) for key, item in value.items()}
    if isinstance(value, (list, tuple)) and not hasattr(value, "as_list"):
        kind = "list" if isinstance(value, list) else "tuple"
        return [kind, *(describe(tf, item) for item in value)]
    if isinstance(value, tf.RaggedTensor):
        return ["ragged", value.dtype.name, sizes(value.shape), value.ragged_rank, plain(value.to_list())]
    if isinstance(value, tf.DType):
        return str(value)
    if isinstance(value, tf.TensorSpec):
        return ["spec", value.dtype.name, sizes(value.shape)]
    if hasattr(value, "numpy") or isinstance(value, np.ndarray):
        array = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
        kind = "text" if array.dtype == object or array.dtype.kind == "S" else array.dtype.name
        return [kind, list(array.shape), plain(array.tolist())]
    return repr(value)


def sizes(shape):
    return [None if size is None else int(size) for size in shape]


def plain(value):
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, (float, complex)):
        return f"{value:.4g}"
    return value.decode() if isinstance(value, bytes) else value
