"""Every other layer on images, sequences and volumes: convolutions, pooling, cropping, padding, local connections."""

from .kit import Area, normal

area = Area("more_conv")

SEQUENCE = normal(2, 7, 3)
IMAGE = normal(2, 6, 7, 3)
FIRST = normal(2, 3, 6, 7)
VOLUME = normal(2, 4, 5, 4, 2)
VOLUME_FIRST = normal(2, 2, 4, 5, 4)


def layer(cls, name, data, *args, **kwargs):
    """A case of k.layers.<cls>(*args, **kwargs); arguments that are functions are called with k."""

    def make(k):
        made = {key: value(k) if callable(value) else value for key, value in kwargs.items()}
        return getattr(k.layers, cls)(*args, **made)

    area.layer(f"{cls.lower()}/{name}", make, data)


# Conv1D

layer("Conv1D", "plain", SEQUENCE, 4, 3)
layer("Conv1D", "same", SEQUENCE, 4, 4, padding="same", activation="relu")
layer("Conv1D", "causal", SEQUENCE, 3, 3, padding="causal")
layer("Conv1D", "causal_dilation", SEQUENCE, 3, 2, padding="causal", dilation_rate=2, use_bias=False)
layer("Conv1D", "causal_strides", SEQUENCE, 3, 3, padding="causal", strides=2)
layer("Conv1D", "same_strides", SEQUENCE, 2, 3, padding="same", strides=2)
layer("Conv1D", "dilation", SEQUENCE, 2, 3, dilation_rate=2, activation="tanh")
layer("Conv1D", "dilation_same", SEQUENCE, 2, 3, dilation_rate=3, padding="same")
layer("Conv1D", "channels_first", normal(2, 3, 7), 4, 3, data_format="channels_first")
layer(
    "Conv1D",
    "channels_first_same_strides",
    normal(2, 3, 8),
    4,
    3,
    data_format="channels_first",
    padding="same",
    strides=3,
)

# Conv3D

layer("Conv3D", "plain", VOLUME, 3, 2)
layer("Conv3D", "same_strides", VOLUME, 2, (3, 2, 3), strides=(2, 1, 2), padding="same", activation="relu")
layer("Conv3D", "dilation_no_bias", VOLUME, 2, 2, dilation_rate=(2, 1, 2), use_bias=False)
layer("Conv3D", "channels_first", VOLUME_FIRST, 3, 2, data_format="channels_first")
layer("Conv3D", "channels_first_same", VOLUME_FIRST, 2, 3, data_format="channels_first", padding="same", strides=2)

# Transposed convolutions

layer("Conv2DTranspose", "plain", normal(2, 4, 3, 2), 3, 3)
layer("Conv2DTranspose", "strides", normal(2, 4, 3, 2), 3, 3, strides=2)
layer("Conv2DTranspose", "strides_past_kernel", normal(2, 4, 3, 2), 3, 2, strides=3)
layer("Conv2DTranspose", "same", normal(2, 4, 3, 2), 3, 3, padding="same", activation="relu")
layer("Conv2DTranspose", "same_strides", normal(2, 4, 3, 2), 3, 3, strides=2, padding="same")
layer("Conv2DTranspose", "same_strides_even_kernel", normal(2, 4, 3, 2), 2, (4, 2), strides=(2, 3), padding="same")
layer("Conv2DTranspose", "output_padding", normal(2, 4, 3, 2), 3, 3, strides=2, output_padding=1)
layer(
    "Conv2DTranspose", "output_padding_same", normal(2, 4, 3, 2), 3, 3, strides=3, output_padding=(1, 2), padding="same"
)
layer("Conv2DTranspose", "no_bias", normal(2, 4, 3, 2), 3, (2, 3), use_bias=False)
layer("Conv2DTranspose", "channels_first", normal(2, 2, 4, 3), 3, 3, strides=2, data_format="channels_first")
layer(
    "Conv2DTranspose",
    "channels_first_same",
    normal(2, 2, 4, 3),
    3,
    3,
    strides=2,
    padding="same",
    data_format="channels_first",
)
layer("Conv3DTranspose", "plain", normal(1, 2, 3, 2, 2), 2, 2)
layer("Conv3DTranspose", "same_strides", normal(1, 2, 3, 2, 2), 2, 3, strides=2, padding="same", activation="tanh")
layer("Conv3DTranspose", "strides_no_bias", normal(1, 2, 3, 2, 2), 2, (2, 1, 3), strides=(2, 3, 1), use_bias=False)
layer("Conv3DTranspose", "output_padding", normal(1, 2, 2, 2, 2), 2, 3, strides=2, output_padding=1)
layer("Conv3DTranspose", "channels_first", normal(1, 2, 2, 3, 2), 3, 2, strides=2, data_format="channels_first")

# Separable and depthwise convolutions

layer("SeparableConv1D", "plain", SEQUENCE, 4, 3)
layer("SeparableConv1D", "same_strides_multiplier", SEQUENCE, 4, 3, padding="same", strides=2, depth_multiplier=2)
layer("SeparableConv1D", "no_bias", SEQUENCE, 4, (4,), padding="same", use_bias=False)
layer("SeparableConv1D", "dilation", SEQUENCE, 4, 2, dilation_rate=2, activation="relu")
layer("SeparableConv1D", "channels_first", normal(2, 3, 7), 4, 3, data_format="channels_first")
layer("SeparableConv2D", "plain", IMAGE, 4, 3)
layer("SeparableConv2D", "multiplier", IMAGE, 4, (2, 3), depth_multiplier=2, activation="tanh")
layer("SeparableConv2D", "same_strides", IMAGE, 4, 3, strides=2, padding="same", use_bias=False)
layer("SeparableConv2D", "dilation", IMAGE, 2, 2, dilation_rate=2)
layer("SeparableConv2D", "channels_first", FIRST, 4, 3, data_format="channels_first", depth_multiplier=2)
layer(
    "SeparableConv2D",
    "every_argument",
    IMAGE,
    3,
    2,
    activation="elu",
    depthwise_initializer="he_normal",
    pointwise_initializer="glorot_normal",
    bias_initializer="ones",
    depthwise_regularizer="l1",
    pointwise_regularizer="l2",
    bias_regularizer="l1_l2",
    activity_regularizer="l2",
    depthwise_constraint="max_norm",
    pointwise_constraint="non_neg",
    bias_constraint="unit_norm",
)
layer("DepthwiseConv2D", "plain", IMAGE, 3)
layer("DepthwiseConv2D", "multiplier", IMAGE, (2, 3), depth_multiplier=2, activation="relu")
layer("DepthwiseConv2D", "same_strides", IMAGE, 3, strides=2, padding="same", use_bias=False)
layer("DepthwiseConv2D", "channels_first", FIRST, 3, data_format="channels_first", depth_multiplier=2)
layer("DepthwiseConv2D", "dilation", IMAGE, 3, dilation_rate=2)
layer("DepthwiseConv2D", "regularized", IMAGE, 2, depthwise_regularizer="l2", depthwise_constraint="non_neg")

# Up, zero padding, cropping

layer("UpSampling1D", "default", SEQUENCE)
layer("UpSampling1D", "3", SEQUENCE, 3)
layer("UpSampling3D", "default", normal(1, 2, 3, 2, 2))
layer("UpSampling3D", "uneven", normal(1, 2, 3, 2, 2), (1, 2, 3))
layer("UpSampling3D", "channels_first", normal(1, 2, 2, 3, 2), 2, data_format="channels_first")
layer("ZeroPadding1D", "default", SEQUENCE)
layer("ZeroPadding1D", "uneven", SEQUENCE, (0, 3))
layer("ZeroPadding3D", "default", VOLUME)
layer("ZeroPadding3D", "pairs", VOLUME, ((1, 0), (0, 2), (1, 1)))
layer("ZeroPadding3D", "channels_first", VOLUME_FIRST, (1, 0, 2), data_format="channels_first")
layer("Cropping1D", "default", SEQUENCE)
layer("Cropping1D", "uneven", SEQUENCE, (0, 2))
layer("Cropping2D", "none_by_default", IMAGE)
layer("Cropping2D", "one", IMAGE, 1)
layer("Cropping2D", "pairs", IMAGE, ((1, 0), (2, 3)))
layer("Cropping2D", "channels_first", FIRST, (1, 2), data_format="channels_first")
layer("Cropping3D", "default", VOLUME)
layer("Cropping3D", "pairs", VOLUME, ((1, 0), (0, 2), (1, 1)))
layer("Cropping3D", "channels_first", VOLUME_FIRST, (1, 2, 0), data_format="channels_first")

# Pooling

for cls in ("MaxPooling1D", "AveragePooling1D"):
    layer(cls, "default", SEQUENCE)
    layer(cls, "same_strides", SEQUENCE, pool_size=3, strides=2, padding="same")
    layer(cls, "strides_1", SEQUENCE, 3, 1)
    layer(cls, "channels_first", normal(2, 3, 7), pool_size=2, data_format="channels_first")
for cls in ("MaxPooling3D", "AveragePooling3D"):
    layer(cls, "default", VOLUME)
    layer(cls, "same_strides", VOLUME, pool_size=(3, 2, 2), strides=(2, 1, 2), padding="same")
    layer(cls, "channels_first", VOLUME_FIRST, pool_size=2, data_format="channels_first")
for cls in ("GlobalMaxPooling1D", "GlobalAveragePooling1D"):
    layer(cls, "default", SEQUENCE)
    layer(cls, "channels_first", SEQUENCE, data_format="channels_first")
for cls in ("GlobalMaxPooling3D", "GlobalAveragePooling3D"):
    layer(cls, "default", VOLUME)
    layer(cls, "channels_first", VOLUME_FIRST, data_format="channels_first")

# Locally connected

layer("LocallyConnected1D", "plain", SEQUENCE, 4, 3)
layer("LocallyConnected1D", "strides_no_bias", SEQUENCE, 3, 2, strides=2, use_bias=False, activation="relu")
layer("LocallyConnected2D", "plain", normal(2, 4, 5, 2), 3, 2)
layer("LocallyConnected2D", "strides", normal(2, 5, 6, 2), 2, (3, 2), strides=(2, 1), activation="tanh")
layer("LocallyConnected2D", "no_bias", normal(2, 4, 4, 1), 2, 3, use_bias=False)
layer("LocallyConnected2D", "channels_first", normal(2, 2, 4, 5), 3, 2, data_format="channels_first")
