"""Data sets that are compared with TensorFlow's, one a line: their elements, in order."""

from pathlib import Path

import numpy as np

CSV = str(Path(__file__).with_name("rows.csv"))
PIPELINES = """
D.range(5)
D.range(2, 20, 5)
D.range(3, output_type=tf.int32)
D.from_tensors(([1, 2], "a"))
D.from_tensor_slices([1.5, 2.5])
D.from_tensor_slices(([1, 2], ["a", "b"]))
D.from_tensor_slices({"x": [[1, 2], [3, 4]], "y": [0, 1]})
D.from_tensor_slices((np.arange(6.0).reshape(3, 2), {"y": np.arange(3)}))
D.from_generator(lambda: iter([(1, [1.0, 2.0]), (2, [3.0, 4.0])]), (tf.int64, tf.float32))
D.from_generator(lambda: range(3), output_signature=tf.TensorSpec((), tf.int32))
D.from_generator(lambda n: range(n), tf.int64, args=(3,))
D.range(7).batch(3)
D.range(7).batch(3, drop_remainder=True)
D.from_tensor_slices((np.arange(5), np.arange(10.0).reshape(5, 2))).batch(2)
D.range(4).map(lambda x: x * 2)
D.range(4).map(lambda x: (x, {"a": tf.cast(x, tf.float32) / 2}), num_parallel_calls=tf.data.AUTOTUNE)
D.from_tensor_slices(([1, 2], [3, 4])).map(lambda a, b: a + b)
D.range(6).filter(lambda x: x % 2 == 0)
D.range(3).repeat(2)
D.range(3).repeat().take(7)
D.range(9).skip(3).take(4)
D.range(9).take(-1).skip(7)
D.range(10).shard(3, 1)
D.zip((D.range(3), D.range(3, 6)))
D.zip((D.range(3), D.from_tensor_slices(["a", "b"])))
D.range(2).concatenate(D.range(5, 7))
D.range(3).enumerate(start=5)
D.range(3).cache().repeat(2)
D.range(3).prefetch(tf.data.AUTOTUNE)
D.range(6).batch(2).unbatch()
D.range(3).flat_map(lambda x: D.from_tensors(x).repeat(x))
D.range(3).interleave(lambda x: D.from_tensors(x).repeat(4), cycle_length=2, block_length=2)
D.range(5).interleave(lambda x: D.from_tensors(x).repeat(3), cycle_length=3, block_length=1)
D.range(7).window(3, drop_remainder=True).flat_map(lambda w: w.batch(3))
D.range(7).window(3, shift=1, drop_remainder=True).flat_map(lambda w: w.batch(3))
D.range(9).window(2, shift=2, stride=3).flat_map(lambda w: w.batch(2))
D.from_tensor_slices(([1, 2, 3], [4, 5, 6])).window(2).flat_map(lambda a, b: D.zip((a.batch(2), b.batch(2))))
D.range(1, 5).map(lambda x: tf.fill([x], x)).padded_batch(2)
D.range(1, 5).map(lambda x: tf.fill([x], x)).padded_batch(3, [5], tf.constant(-1, tf.int64))
D.range(1, 4).map(lambda x: (tf.fill([x], x), x)).padded_batch(2, padded_shapes=([None], []))
D.from_tensor_slices(["ab", "c"]).map(lambda s: tf.strings.bytes_split(s)).padded_batch(2, padding_values="-")
D.range(10).map(lambda x: tf.range(x)).bucket_by_sequence_length(lambda x: tf.size(x), [3, 6], [2, 2, 2])
D.range(6).group_by_window(lambda x: x % 2, lambda key, ds: ds.batch(2), window_size=2)
D.range(5).scan(tf.constant(0, tf.int64), lambda s, x: (s + x, s))
D.range(5).take_while(lambda x: x < 3)
D.range(5).apply(lambda ds: ds.map(lambda x: x + 1))
D.from_tensor_slices([1, 2, 2, 1]).unique()
D.from_tensor_slices([[1, 2], [3, 4]]).batch(2).map(lambda x: tf.reduce_sum(x, axis=1))
D.choose_from_datasets([D.range(3), D.range(10, 13)], D.from_tensor_slices(tf.constant([0, 1, 1, 0], tf.int64)))
D.range(3).map(lambda x: tf.py_function(lambda v: v + 1, [x], tf.int64))
D.range(20).shuffle(20, seed=1)
D.range(20).shuffle(5, seed=1)
D.range(20).shuffle(5, seed=1).batch(4)
D.range(10).shuffle(10, seed=3, reshuffle_each_iteration=False).repeat(2)
D.range(10).shuffle(10, seed=3).repeat(3)
D.from_tensor_slices((np.arange(8), np.arange(8) * 2)).shuffle(8, seed=7).batch(3).repeat(2)
D.range(10).map(lambda x: x + 1).shuffle(4, seed=2)
(tf.random.set_seed(5), D.range(12).shuffle(12))[1]
(tf.random.set_seed(5), D.range(12).shuffle(12, seed=9))[1]
csv(CSV, 2, shuffle=False, num_epochs=1, na_value="?")
csv(CSV, 3, shuffle=False, num_epochs=1, na_value="?", label_name="b", column_defaults=[[7], [0.25], ["none"]])
csv(CSV, 3, shuffle=False, na_value="?", select_columns=["a", "c"]).take(3)
csv(CSV, 2, shuffle=False, num_epochs=1, na_value="?", column_names=["x", "y", "z"], num_rows_for_inference=2)
""".strip().splitlines()


def values(tf, text):
    """The elements of a data set as a flat list of arrays."""
    csv = tf.data.experimental.make_csv_dataset
    made = eval(text, {"tf": tf, "np": np, "D": tf.data.Dataset, "csv": csv, "CSV": CSV})
    found = []
    for element in made.as_numpy_iterator():
        for leaf in tf.nest.flatten(element):
            array = np.asarray(leaf)
            found.append(array.astype("S") if array.dtype == object or isinstance(leaf, bytes) else array)
    return found, int(made.cardinality())
