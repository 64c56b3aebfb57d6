"""What a layer of a script's own is told of its inputs while a graph is built: shapes, structures and masks."""

from .kit import LATER, TF, Area

area = Area("told")


def kind_of(shapes):
    """A shape as its sizes and whether it is a plain tuple, in the nesting that it comes in."""
    if isinstance(shapes, dict):
        return {key: kind_of(shape) for key, shape in shapes.items()}
    if isinstance(shapes, list) or (isinstance(shapes, tuple) and isinstance(shapes[0], tuple)):
        return [structure_of(shapes)] + [kind_of(shape) for shape in shapes]
    if isinstance(shapes, tuple) and shapes and type(shapes[0]).__name__ == "TensorShape":
        return [structure_of(shapes)] + [kind_of(shape) for shape in shapes]
    names = ["as_list"] if hasattr(shapes, "as_list") else []
    return {"sizes": list(shapes), "tuple": type(shapes) is tuple, "names": names}


def structure_of(value):
    """The kind of a container; of one tensor or nothing at all just that."""
    if value is None:
        return "none"
    return type(value).__name__ if isinstance(value, (list, tuple, dict)) else "tensor"


def telling(k, found, asked):
    """A layer that writes down what it is told, and its first input; `asked`: whether it says its output's shape."""

    def first(values):
        values = list(values.values()) if isinstance(values, dict) else values
        return values[0] if isinstance(values, (list, tuple)) else values

    class Telling(k.layers.Layer):
        def build(self, input_shape):
            found["build"] = kind_of(input_shape)
            super().build(input_shape)

        def call(self, inputs):
            found["call"] = structure_of(inputs)
            return first(inputs) * 2.0

        def compute_mask(self, inputs, mask=None):
            found["mask"] = structure_of(mask)
            found["no_masks"] = mask is None or structure_of(mask) != "tensor" and all(m is None for m in mask)
            return None

    class Asked(Telling):
        def compute_output_shape(self, input_shape):
            found["asked"] = kind_of(input_shape)
            one = isinstance(input_shape, tuple) and not isinstance(input_shape[0], tuple)
            return input_shape if one else first(input_shape)

    return (Asked if asked else Telling)()


def told(name, build, eras=("keras2",) + LATER):
    @area.run(f"shapes_told/{name}", eras)
    def _(k, t):
        found = {}
        build(k, lambda asked=True: telling(k, found, asked))
        return {key: value for key, value in sorted(found.items()) if key != "call" or t.era != "keras3"}


def inputs(k, *shapes):
    return [k.layers.Input(shape=shape) for shape in shapes]


told("one", lambda k, layer: layer(False)(inputs(k, (4,))[0]))
told("one_asked", lambda k, layer: layer()(inputs(k, (4,))[0]))
told("unknown_length", lambda k, layer: layer()(inputs(k, (None, 4))[0]))
told("several", lambda k, layer: layer()(inputs(k, (4,), (4,))))
told("tuple", lambda k, layer: layer()(tuple(inputs(k, (4,), (4,)))), LATER)
told("dict", lambda k, layer: layer(False)({"a": inputs(k, (4,))[0]}), TF)
told("masked", lambda k, layer: layer(False)(k.layers.Masking()(inputs(k, (5, 4))[0])))
told("first_of_a_sequential", lambda k, layer: k.models.Sequential([k.layers.InputLayer((4,)), layer(False)]))


def asks(name, build, shape):
    @area.run(f"shapes_told/asks_{name}", ("keras2",) + LATER)
    def _(k, t):
        return {"answer": kind_of(build(k.layers).compute_output_shape(shape))}


asks("dense", lambda L: L.Dense(2), (None, 3))
asks("conv", lambda L: L.Conv2D(2, 3, padding="same", strides=2), (None, 9, 8, 3))
asks("flatten", lambda L: L.Flatten(), (None, 9, 8))
asks("several", lambda L: L.Concatenate(), [(None, 3), (None, 4)])
