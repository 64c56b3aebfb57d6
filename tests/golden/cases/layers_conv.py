"""The documented image layers: Conv2D, 2D pooling, ZeroPadding2D, UpSampling2D."""

from .kit import Area, normal

area = Area("layers_conv")
layer = area.layer


def image(batch=2, rows=7, cols=6, channels=3):
    return normal(batch, rows, cols, channels)


def first(batch=2, channels=3, rows=7, cols=6):
    return normal(batch, channels, rows, cols)


# Conv2D

layer("conv2d/plain", lambda k: k.layers.Conv2D(4, 3), image())
layer("conv2d/same", lambda k: k.layers.Conv2D(4, (3, 3), padding="same"), image())
layer("conv2d/same_even_kernel", lambda k: k.layers.Conv2D(2, (2, 4), padding="same"), image())
layer("conv2d/strides", lambda k: k.layers.Conv2D(2, 3, strides=2), image())
layer("conv2d/same_strides_2", lambda k: k.layers.Conv2D(2, 3, strides=(2, 2), padding="same"), image())
layer("conv2d/same_strides_even_size", lambda k: k.layers.Conv2D(2, 3, strides=2, padding="same"), image(2, 8, 8, 2))
layer(
    "conv2d/same_strides_3_2", lambda k: k.layers.Conv2D(2, (5, 2), strides=(3, 2), padding="same"), image(2, 8, 9, 2)
)
layer("conv2d/strides_past_kernel", lambda k: k.layers.Conv2D(2, 1, strides=3, padding="same"), image())
layer("conv2d/dilation", lambda k: k.layers.Conv2D(2, 3, dilation_rate=2), image())
layer("conv2d/dilation_same", lambda k: k.layers.Conv2D(2, (3, 2), dilation_rate=(2, 3), padding="same"), image())
layer("conv2d/relu_no_bias", lambda k: k.layers.Conv2D(3, (1, 2), activation="relu", use_bias=False), image())
layer("conv2d/softmax", lambda k: k.layers.Conv2D(4, 2, activation="softmax"), image())
layer("conv2d/one_channel", lambda k: k.layers.Conv2D(3, 3), image(3, 5, 5, 1))
layer("conv2d/channels_first", lambda k: k.layers.Conv2D(4, 3, data_format="channels_first"), first())
layer(
    "conv2d/channels_first_same_strides",
    lambda k: k.layers.Conv2D(4, 3, strides=2, padding="same", data_format="channels_first", activation="tanh"),
    first(),
)
layer(
    "conv2d/channels_first_dilation",
    lambda k: k.layers.Conv2D(2, 2, dilation_rate=2, padding="same", data_format="channels_first"),
    first(),
)
layer(
    "conv2d/channels_first_softmax",
    lambda k: k.layers.Conv2D(3, 2, data_format="channels_first", activation="softmax"),
    first(),
)
layer("conv2d/unknown_size", lambda k: k.layers.Conv2D(2, 3, padding="same"), image(), input_shape=(None, None, 3))
layer(
    "conv2d/every_argument",
    lambda k: k.layers.Conv2D(
        filters=3,
        kernel_size=(2, 3),
        strides=(1, 2),
        padding="valid",
        data_format="channels_last",
        dilation_rate=(1, 1),
        activation="selu",
        use_bias=True,
        kernel_initializer="he_normal",
        bias_initializer=k.initializers.Constant(0.1),
        kernel_regularizer=k.regularizers.l2(0.01),
        bias_regularizer=k.regularizers.l1(0.02),
        activity_regularizer=k.regularizers.l1_l2(l1=0.1, l2=0.2),
        kernel_constraint=k.constraints.MinMaxNorm(0.1, 0.9, rate=0.8, axis=[0, 1, 2]),
        bias_constraint=k.constraints.NonNeg(),
        trainable=True,
    ),
    image(),
)

# Pooling

POOLINGS = (("max_pooling2d", "MaxPooling2D"), ("average_pooling2d", "AveragePooling2D"))
ARGUMENTS = (
    ("default", {}, image()),
    ("size_3", {"pool_size": 3}, image()),
    ("same", {"padding": "same"}, image()),
    ("same_3_strides_2", {"pool_size": (3, 3), "strides": 2, "padding": "same"}, image()),
    ("same_3_strides_1", {"pool_size": 3, "strides": (1, 1), "padding": "same"}, image()),
    ("strides", {"pool_size": (2, 3), "strides": (1, 2)}, image()),
    ("strides_past_size", {"pool_size": 2, "strides": 3}, image()),
    ("channels_first", {"data_format": "channels_first"}, first()),
    (
        "channels_first_same",
        {"pool_size": (3, 2), "strides": 2, "padding": "same", "data_format": "channels_first"},
        first(),
    ),
)
for prefix, cls in POOLINGS:
    for suffix, arguments, data in ARGUMENTS:
        layer(
            prefix + "/" + suffix,
            lambda k, cls=cls, arguments=arguments: getattr(k.layers, cls)(**arguments),
            data,
        )
for prefix, cls in (
    ("global_max_pooling2d", "GlobalMaxPooling2D"),
    ("global_average_pooling2d", "GlobalAveragePooling2D"),
):
    layer(prefix + "/default", lambda k, cls=cls: getattr(k.layers, cls)(), image())
    layer(
        prefix + "/channels_first",
        lambda k, cls=cls: getattr(k.layers, cls)(data_format="channels_first"),
        first(),
    )

# ZeroPadding2D, UpSampling2D

layer("zero_padding2d/default", lambda k: k.layers.ZeroPadding2D(), image())
layer("zero_padding2d/pair", lambda k: k.layers.ZeroPadding2D((1, 2)), image())
layer("zero_padding2d/pairs", lambda k: k.layers.ZeroPadding2D(((1, 0), (2, 3))), image())
layer("zero_padding2d/channels_first", lambda k: k.layers.ZeroPadding2D(2, data_format="channels_first"), first())
layer("up_sampling2d/default", lambda k: k.layers.UpSampling2D(), image(2, 3, 4, 2))
layer("up_sampling2d/uneven", lambda k: k.layers.UpSampling2D((3, 2)), image(2, 3, 4, 2))
layer("up_sampling2d/bilinear", lambda k: k.layers.UpSampling2D(interpolation="bilinear"), image(2, 3, 4, 2))
layer(
    "up_sampling2d/bilinear_3_2", lambda k: k.layers.UpSampling2D((3, 2), interpolation="bilinear"), image(2, 3, 4, 2)
)
layer(
    "up_sampling2d/channels_first",
    lambda k: k.layers.UpSampling2D((2, 3), data_format="channels_first"),
    first(2, 2, 3, 4),
)
layer(
    "up_sampling2d/bilinear_channels_first",
    lambda k: k.layers.UpSampling2D(2, data_format="channels_first", interpolation="bilinear"),
    first(2, 2, 3, 4),
)

# Together

layer(
    "stack/conv_pool_flatten_dense",
    lambda k: [
        k.layers.Conv2D(4, (3, 3), activation="relu"),
        k.layers.Conv2D(3, 2, padding="same", activation="relu"),
        k.layers.MaxPooling2D(pool_size=(2, 2)),
        k.layers.Dropout(0.25),
        k.layers.Flatten(),
        k.layers.Dense(5, activation="softmax"),
    ],
    normal(3, 8, 8, 1),
)
layer(
    "stack/channels_first_conv_flatten_dense",
    lambda k: [
        k.layers.Conv2D(4, (3, 3), activation="relu", data_format="channels_first"),
        k.layers.AveragePooling2D(data_format="channels_first"),
        k.layers.Flatten(data_format="channels_first"),
        k.layers.Dense(3),
    ],
    normal(2, 2, 6, 7),
)
layer(
    "stack/channels_first_flatten_keeps_order",
    lambda k: [
        k.layers.Conv2D(4, 3, data_format="channels_first"),
        k.layers.Flatten(),
        k.layers.Dense(3),
    ],
    normal(2, 2, 5, 6),
)
layer(
    "stack/batch_normalized",
    lambda k: [
        k.layers.Conv2D(4, 3, use_bias=False),
        k.layers.BatchNormalization(),
        k.layers.Activation("relu"),
        k.layers.ZeroPadding2D(1),
        k.layers.GlobalAveragePooling2D(),
    ],
    normal(3, 6, 6, 2),
    train=True,
)
