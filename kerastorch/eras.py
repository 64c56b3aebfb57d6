"""What differs between Keras generations, as data.

One frozen record a generation; code asks ``eras.current()`` for a field and never compares versions. The environment
variable ``KERASTORCH_ERA`` chooses the one that a process begins with.

Example:
    >>> from kerastorch import eras
    >>> eras.current().name
    'keras2'
"""

from __future__ import annotations

import dataclasses
import difflib
import os
import warnings

__all__ = ["Era", "ERAS", "current", "set_era"]


@dataclasses.dataclass(frozen=True)
class Era:
    """One Keras generation.

    Fields are named after the behaviour they select; the values of ``keras2`` are those of real Keras 2.2.4,
    save where the documented signature says otherwise (``fit_epochs``).
    """

    name: str
    version: str
    recurrent_activation: str = "hard_sigmoid"  # default of LSTM and GRU
    conv_lstm_activation: str = "hard_sigmoid"  # the same of ConvLSTM2D
    hard_sigmoid: str = "linear"  # 'linear': clip(.2x + .5); 'relu6': relu6(x + 3) / 6
    gru_reset_after: bool = False
    rnn_implementation: int = 1  # default of LSTM and GRU: with 2 the gates share one dropout mask
    recurrent_dropout_masks: str = "by_implementation"  # or 'per_gate': recurrent_dropout makes it implementation 1
    accuracy_key: str = "acc"  # what 'accuracy' is called in logs: 'acc', or 'as_typed'
    accuracy_by: str = "loss"  # how 'accuracy' resolves with binary_crossentropy: by 'loss' or by 'shape'
    weighted_metrics: str = "objectives"  # weighed as losses are, batch by batch; or weighted 'means' of all batches
    weighted_loss: str = "count_nonzero"  # divisor of a weighted loss: 'count_nonzero' or 'batch'
    architectures_begin: str = "layer"  # a Sequential's config and copy begin with a layer; or with its 'input'
    auto_config: bool = False  # a script's class without a get_config has what it was made with in its config
    own_model_config: str = "base"  # what get_config of Model itself gives a subclass: name and trainable, or 'empty'
    loss_needed: str = "compile"  # when a model without a loss is refused; or when it is to 'fit'
    clones: str = "plain"  # clone_model of a script's class with a graph gives a Model; or another 'of_its_class'
    short_data_sets: str = "restart"  # a tf.data set with too few batches begins again; training is at its 'end'; 'cut'
    lone_loss: str = "named"  # the only loss of several outputs is logged by its output's name too; or 'unnamed'
    targets: str = "of_losses"  # a list of targets has one for each loss; or 'of_outputs': for outputs without one too
    masked_loss: str = "unmasked"  # divisor of a masked loss
    board: str = "one_run"  # TensorBoard's files: Keras 2's, or 'runs' of training and of validation
    board_rates: str = "scheduled"  # which learning rates they hold; or 'always'
    recurrent_calls: str = "mask_first"  # what recurrent layers take after the sequence; or 'states_first'
    masks_of_several: str = "first"  # a call with several tensors is given the first one's mask; or masks 'by_name'
    masked_first_outputs: str = "state"  # of steps masked before any that counts: the first state, or 'zeros'
    clipnorm: str = "global"  # norm over all gradients at once, or 'per_variable'
    optimizer_epsilon: float = 1e-7
    least_loss_scale: float = 1.0  # a dynamic loss scale is not halved below it
    left_out_steps_count: bool = True  # whether iterations counts steps that loss scaling leaves out
    rmsprop_epsilon: str = "outside"  # sqrt(a) + eps, or 'inside': sqrt(a + eps)
    optimizers: str = "keras2"  # which table of defaults and formulas (Adagrad, Adadelta, Nadam, lr/decay names)
    optimizer_variables: str = "as_weights"  # optimizer.variables is its weights; or 'by_weight', as Keras 3 has them
    optimizer_files: str = "keras2"  # whose order and names an optimizer's state has in files: 'tf.keras', 'keras3'
    keras_archives: str = "keras3"  # whose form of .keras archives is written; or 'tf.keras'
    architectures: str = "keras2"  # whose form to_json and .h5 files have; or 'keras3'
    unit_axis_fitted: bool = False  # a model adds or drops a last axis of 1 that its input has or lacks
    other_endings: str = "h5"  # a path that ends in neither .h5 nor .keras: HDF5, 'h5 with a warning', or 'refused'
    serialized: str = "plain"  # serialize_keras_object gives a class and a config; or 'wrapped', the module too
    weights_files: str = "named"  # the layout of .weights.h5 files: Keras 2's, by names; or Keras 3's, 'layered'
    load_weights_second: str = "by_name"  # what load_weights takes after the path; or 'skip_mismatch'
    truncated_normal_corrected: bool = True  # *_normal initializers divide their stddev by .8796
    orthogonal: str = "svd"  # or 'qr'
    weights_endings: str = "any"  # of files that ModelCheckpoint saves weights to; or 'checked': .weights.h5
    initializers: str = "keras2"  # whose names, fans of vectors and configs: 'tf.keras', 'keras3'
    initializer_draws: str = "numpy"  # who seeds an unseeded initializer: numpy at each call, or 'python' once
    identity: str = "tiled"  # Identity of an oblong shape repeats the short side, or 'eye': ones on the diagonal only
    regularizers: str = "l1l2"  # l1() and l2() give an L1L2; or 'classes': an L1, an L2
    regularizer_factors: str = "floatx"  # rounded to floatx, or 'exact'
    l1_l2_default: float = 0.01
    softmax_axis: str = "last_in_2d"  # softmax of a matrix goes along its last axis, whatever axis is; or 'as_given'
    softmax_1d: bool = False  # whether softmax accepts a vector
    batchnorm_variance: str = "sample"  # n/(n-1-eps) correction of the moving variance; 'bessel_fused', 'biased'
    batchnorm_zero_debias: bool = True
    batchnorm_frozen: str = "batch"  # a layer with trainable=False in training: 'batch' statistics or 'inference'
    bilinear: str = "corner"  # upsampling samples at i / factor, or with centres aligned: 'half_pixel'
    dropout_rate: str = "clipped"  # a rate outside [0, 1] is taken for the nearest inside; or 'refused'
    depthwise_length: str = "undilated"  # DepthwiseConv2D's reported length forgets the dilation; or 'dilated'
    local_conv1d_format: str = "ignored"  # LocallyConnected1D takes data_format and ignores it; or 'honoured'
    alpha_dropout_config: str = "rate"  # the config of AlphaDropout leaves noise_shape and seed out; or 'all'
    spatial_dropout_config: str = "rate"  # the config of SpatialDropout2D and 3D leaves data_format out; or 'all'
    sample_weight_mode: bool = True  # whether a model from a file is compiled with the sample_weight_mode it had
    activity_regularizer: str = "sum"  # or 'mean': divided by the batch size
    network_weights: str = "trainable_first"  # model.weights, and those of a model inside another; or 'by_layer'
    wrapper_penalties: str = (
        "own"  # a wrapper applies the inner layer's penalty to its own output; or 'inner' ones count
    )
    hinge_labels: str = "raw"  # or 'signed': labels in {0, 1} become {-1, 1}
    crossentropy: str = "keras2"  # which formulas: where probabilities are clipped and renormalised, logits looked up
    binary_accuracy: str = "round"  # predictions are rounded, or compared with a 'threshold'
    top_k_accuracy: str = "batch"  # the top-k functions give the mean of the batch, or one value a 'sample'
    trainable_at: str = "compile"  # which weights train: those at compile, by the 'flags' at compile, or 'live'
    trainable_inside: str = "own"  # setting a model's trainable leaves its layers' alone; or sets 'all' of them
    training_inherited: bool = False  # whether layers inside take over the training= of the layer that calls them
    plain_paths: str = "h5"  # what a path without .h5 or .keras means: HDF5, or 'tensorflow': folders are made for it
    metrics_property: str = "given"  # model.metrics is what compile() was given; 'objects'; or all 'together' as one
    predict_verbose: int = 0  # what verbose='auto' means to predict
    fit_epochs: int = 10
    keras1_names: bool = True  # nb_epoch, border_mode … are translated with a warning; or TypeError
    keras1_positions: bool = True  # Conv2D(64, 3, 3): the kernel's rows and columns; or its size and strides
    lr_key: str = "lr"  # the learning rate's name in logs
    shuffle_draws: str = "numpy"  # whose global generator permutes the rows: 'torch', or 'torch_sampler' to the draw
    shuffle_batch: str = "order"  # shuffle='batch' permutes the order of batches, or the rows 'within' each
    test_hooks: bool = False  # whether callbacks hear of the validation inside fit: on_test_begin and its kin
    batch_logs: str = "batch"  # callbacks see a batch's own numbers, or the 'running' means of the epoch
    logged_numbers: str = "numpy"  # of batches in logs: numpy's, 'python' ones, or 'floats', the learning rate too
    lowered_rate: str = "exact"  # ReduceLROnPlateau multiplies in double precision; or in 'float32'
    end_logs: str = "empty"  # what on_train_end is told: nothing, or the numbers of the last 'epoch'
    next_logs: str = "kept"  # of a generator's next epoch: what callbacks wrote into the last ones; or 'new'
    cut_epochs: str = "unmeasured"  # an epoch that ends early is not validated; or 'measured'
    told_epochs: str = "five_digits"  # Epoch 00001 in what callbacks say; or 'plain': Epoch 1
    best_weights: str = "at_stop"  # when EarlyStopping brings them back; or at the 'end' of every training
    first_best: str = "infinite"  # what a monitored quantity has to beat at first: inf, or 'none', not even for NaN
    saving_told: str = "before"  # when ModelCheckpoint speaks of a file; or 'before_and_after'
    unmonitored: str = "skipped"  # an epoch without the quantity that ModelCheckpoint goes by; or 'saved'
    loss_tracked_by: str = "loss"  # whose value is logged as the loss: the compiled loss's, or that of the 'step'
    layer_dtype: str = "given"  # a layer has a dtype where it was given one; or 'always'
    reprs: str = "torch"  # how symbolic tensors, variables and layers print; or as Keras 3's, 'keras3'
    dtypes: str = "torch"  # of symbolic tensors and variables: torch's, or 'names' for scripts
    variable_names: str = "full"  # a weight's name is that of files; or 'own': its path has the layers' names
    variable_value: str = "method"  # variable.value() reads it; or a 'tensor' that has the weight's grad
    dicts_of_tensors: str = "given"  # a model's dict of inputs or outputs in that order, or 'sorted', and scored by key
    computes_at_once: bool = False  # whether a script that names no torch sees tensors as TensorFlow 2 has them
    positions: str = "keras2"  # whose order arguments without names have: 'tf.keras', 'keras3'
    progress: str = "keras2"  # whose progress bars are printed: 'tf.keras', 'keras3'
    summary: str = "keras2"  # whose table summary() prints: 'tf.keras', 'keras3'
    early_stopping_auto: str = "name"  # 'acc' in the name means max; its 'ending'; or the metric's 'direction'
    inline_epoch_end: bool = False  # a Sequence without workers is told of an epoch's end
    history_order: str = "val_first"  # or 'train_first', 'sorted'
    applications: str = "keras2"  # whose layer names, paddings and tops the architectures have: 'tf.keras', 'keras3'
    archives: str = "beside"  # get_file unpacks an archive beside it, or into a 'folder' of its own that it returns
    datasets: str = "keras2"  # loaders reseed numpy's global generator, CIFAR-10's test labels are int64; or 'tf.keras'
    bidirectional_stateful: bool = False  # whether Bidirectional carries the states of a stateful layer over
    bidirectional_masked: str = "repeated"  # what a masked step of its sequences gives: the last output, or 'zeros'
    layer_names: str = "from_one"  # dense_1 first; or 'from_zero': dense first
    graph_names: str = "counted"  # input_1, model_1; or after their 'classes': input_layer, functional
    graph_functions: str = "hidden"  # calls of functions in a graph are no layers; layers of 'tf.keras'; or operations
    normalization_axis: str = "as_given"  # how configs write a normalization's axis; or 'resolved', counted from 0
    later_layers: str = "tf.keras"  # whose defaults and configs the layers have that Keras 2.2.4 lacks; or 'keras3'
    learnt_shape: str = "fixed"  # a Sequential's input: as first seen, 'widened' by other data, or 'any' that is given
    embedding_starts: bool = True  # a Sequential that begins with an Embedding has an input (None, None) at once
    batch_size_of_streams: str = "refused"  # batch_size for what makes its own batches; or 'passed over'
    shapes: str = "tuple"  # what build and compute_output_shape are told; or a 'tensor_shape', with as_list()
    sizes: str = "dimension"  # a tensor's sizes have a value, as TensorFlow 1's; or are numbers: 'int'
    output_shape: str = "asked"  # a layer's compute_output_shape counts in a graph, or what is 'traced' counts alone
    inputs_listed: bool = True  # a tuple of inputs reaches a layer as a list
    absent_masks: str = "listed"  # compute_mask of several inputs gets None for each; or a single 'none'
    unsupported_mask: str = "refused"  # a mask that comes to a layer that supports none; or 'dropped', 'warned' of
    masked_softmax: str = "ignored"  # a mask of Softmax; or where all is masked: 'uniform' values, or 'zero'
    batch_dot: str = "matrices"  # K.batch_dot multiplies the last two axes; or 'outer': all other axes stay
    variables: str = "graph"  # K functions of variables are recorded and run later; or 'eager': computed at once


_KERAS2 = Era(name="keras2", version="2.2.4")

_TF_KERAS = dataclasses.replace(
    _KERAS2,
    name="tf.keras",
    version="2.15",
    recurrent_activation="sigmoid",
    gru_reset_after=True,
    rnn_implementation=2,
    recurrent_dropout_masks="per_gate",
    accuracy_key="as_typed",
    accuracy_by="shape",
    weighted_loss="batch",
    clipnorm="per_variable",
    rmsprop_epsilon="inside",
    optimizers="tf.keras",
    optimizer_files="tf.keras",
    keras_archives="tf.keras",
    unit_axis_fitted=True,
    other_endings="h5 with a warning",
    serialized="wrapped",
    weights_files="layered",
    load_weights_second="skip_mismatch",
    orthogonal="qr",
    initializers="tf.keras",
    initializer_draws="python",
    identity="eye",
    regularizers="classes",
    softmax_axis="as_given",
    batchnorm_variance="bessel_fused",
    batchnorm_zero_debias=False,
    batchnorm_frozen="inference",
    bilinear="half_pixel",
    dropout_rate="refused",
    depthwise_length="dilated",
    local_conv1d_format="honoured",
    alpha_dropout_config="all",
    spatial_dropout_config="all",
    sample_weight_mode=False,
    activity_regularizer="mean",
    network_weights="by_layer",
    wrapper_penalties="inner",
    masked_first_outputs="zeros",
    board="runs",
    layer_dtype="always",
    weighted_metrics="means",
    clones="of_its_class",
    loss_needed="fit",
    auto_config=True,
    own_model_config="empty",
    architectures_begin="input",
    targets="of_outputs",
    short_data_sets="end",
    hinge_labels="signed",
    crossentropy="tf.keras",
    binary_accuracy="threshold",
    top_k_accuracy="sample",
    trainable_at="flags",
    trainable_inside="all",
    training_inherited=True,
    metrics_property="objects",
    plain_paths="tensorflow",
    predict_verbose=1,
    fit_epochs=1,
    keras1_positions=False,
    shuffle_draws="torch",
    test_hooks=True,
    batch_logs="running",
    logged_numbers="python",
    lowered_rate="float32",
    end_logs="epoch",
    next_logs="new",
    cut_epochs="measured",
    told_epochs="plain",
    best_weights="end",
    progress="tf.keras",
    summary="tf.keras",
    inline_epoch_end=True,
    early_stopping_auto="ending",
    history_order="train_first",
    applications="tf.keras",
    datasets="tf.keras",
    positions="tf.keras",
    bidirectional_stateful=True,
    bidirectional_masked="zeros",
    layer_names="from_zero",
    graph_functions="tf.keras",
    normalization_axis="resolved",
    learnt_shape="widened",
    batch_size_of_streams="passed over",
    shapes="tensor_shape",
    sizes="int",
    output_shape="traced",
    inputs_listed=False,
    absent_masks="none",
    unsupported_mask="dropped",
    masked_softmax="uniform",
    batch_dot="outer",
    variables="eager",
)

_KERAS3 = dataclasses.replace(
    _TF_KERAS,
    plain_paths="h5",
    board_rates="always",
    lone_loss="unnamed",
    short_data_sets="cut",
    learnt_shape="any",
    name="keras3",
    version="3.15",
    applications="keras3",
    archives="folder",
    keras1_names=False,
    conv_lstm_activation="sigmoid",
    hard_sigmoid="relu6",
    initializers="keras3",
    regularizer_factors="exact",
    l1_l2_default=0.0,
    softmax_1d=True,
    crossentropy="keras3",
    optimizers="keras3",
    least_loss_scale=0.0,
    left_out_steps_count=False,
    optimizer_files="keras3",
    keras_archives="keras3",
    architectures="keras3",
    unit_axis_fitted=True,
    other_endings="refused",
    weights_endings="checked",
    batchnorm_variance="biased",
    graph_names="classes",
    graph_functions="keras3",
    trainable_at="live",
    shuffle_draws="torch_sampler",
    shuffle_batch="within",
    logged_numbers="floats",
    lowered_rate="exact",
    first_best="none",
    saving_told="before_and_after",
    unmonitored="saved",
    loss_tracked_by="step",
    metrics_property="together",
    variable_names="own",
    dtypes="names",
    masks_of_several="by_name",
    optimizer_variables="by_weight",
    own_model_config="base",
    recurrent_calls="states_first",
    reprs="keras3",
    variable_value="tensor",
    dicts_of_tensors="sorted",
    computes_at_once=True,
    positions="keras3",
    progress="keras3",
    summary="keras3",
    lr_key="learning_rate",
    early_stopping_auto="direction",
    normalization_axis="as_given",
    later_layers="keras3",
    embedding_starts=False,
    shapes="tuple",
    output_shape="asked",
    absent_masks="listed",
    unsupported_mask="warned",
    masked_softmax="zero",
    history_order="sorted",
)

ERAS = {era.name: era for era in (_KERAS2, _TF_KERAS, _KERAS3)}

_current = _KERAS2


def current() -> Era:
    """The record in force."""
    return _current


def set_era(name: str) -> None:
    """Chooses the Keras generation whose numbers the process gives from here on.

    Args:
        name: ``'keras2'``, ``'tf.keras'`` or ``'keras3'``.

    Raises:
        ValueError: for any other name.

    Example:
        >>> set_era("keras2")
    """
    global _current
    if name not in ERAS:
        near = difflib.get_close_matches(str(name), ERAS, 1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"set_era: expected one of {tuple(ERAS)}. Received: {name!r}.{hint}")
    _current = ERAS[name]


def _from_environment() -> None:
    wanted = os.environ.get("KERASTORCH_ERA")
    if wanted in ERAS:
        set_era(wanted)
    elif wanted:
        warnings.warn(f"KERASTORCH_ERA: expected one of {tuple(ERAS)}. Received: {wanted!r}", stacklevel=2)


_from_environment()
