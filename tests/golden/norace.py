"""Takes a race out of Keras 2.2.4 on TensorFlow 1, so that its training runs can be recorded.

There K.update and K.update_add make bare Assign ops that nothing orders against the gradient ops of the same
session.run: an update may overwrite a weight while backpropagation still reads it, and two runs of one fit differ in
the third digit. Here every new value of a step is computed before anything is assigned, which is what the formulas
say and what a float64 computation confirms.
"""


def install():
    """Patches the running Keras; call before any model is built."""
    import keras.backend as K
    import keras.backend.tensorflow_backend as tfb
    import tensorflow as tf

    if getattr(tfb, "_norace", False):
        return
    tfb._norace = True

    def update(x, new_x):
        return (x, new_x)

    def update_add(x, increment):
        return (x, x + increment)

    def update_sub(x, decrement):
        return (x, x - decrement)

    for module in (tfb, K):
        module.update, module.update_add, module.update_sub = update, update_add, update_sub
    original = tfb.Function.__init__

    def ordered(self, inputs, outputs, updates=None, name=None, **kwargs):
        updates = list(updates or [])
        new_values = {
            i: tf.cast(tf.convert_to_tensor(u[1]), u[0].dtype.base_dtype)
            for i, u in enumerate(updates)
            if isinstance(u, tuple)
        }
        with tf.control_dependencies([tf.convert_to_tensor(o) for o in outputs] + list(new_values.values())):
            updates = [(u[0], tf.identity(new_values[i])) if i in new_values else u for i, u in enumerate(updates)]
        original(self, inputs, outputs, updates=updates, name=name, **kwargs)

    tfb.Function.__init__ = ordered
