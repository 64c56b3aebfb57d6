"""The differences between Keras generations: what each is called in case names, which fields of ``eras.Era`` select it,
and the generations in which it is recorded.

``python -m golden.eras.rows`` (in ``tests``) prints the table, and how many golden cases each generation has.
"""

import collections

from .kit import ALL, K2, K3, KERAS2_AND_TF, LATER, TF

__all__ = ["ROWS", "Row", "cases_of"]

Row = collections.namedtuple("Row", "fields eras note")


def _row(fields="", eras=ALL, note=""):
    return Row(tuple(fields.split()), eras, note)


ROWS = collections.OrderedDict(
    recurrent_activation=_row("recurrent_activation conv_lstm_activation"),
    hard_sigmoid=_row("hard_sigmoid"),
    gru_reset_after=_row("gru_reset_after"),
    rnn_implementation=_row("rnn_implementation recurrent_dropout_masks"),
    rnn_dropout_masks=_row("rnn_implementation recurrent_dropout_masks"),
    accuracy_key=_row("accuracy_key"),
    accuracy_by=_row("accuracy_by"),
    weighted_loss=_row("weighted_loss"),
    weighted_metrics=_row("weighted_metrics sample_weight_mode"),
    masked_loss=_row("masked_loss"),
    masked_first_outputs=_row("masked_first_outputs"),
    unsupported_mask=_row("unsupported_mask"),
    clipnorm=_row("clipnorm"),
    optimizer_epsilon=_row("optimizer_epsilon"),
    rmsprop_denominator=_row("rmsprop_epsilon"),
    adagrad=_row("optimizers"),
    adadelta_and_nadam=_row("optimizers"),
    lr_and_decay=_row(
        "optimizers", note="lr= and decay= are taken in every era, also where the generation refuses them"
    ),
    normal_initializers=_row("truncated_normal_corrected initializers"),
    orthogonal=_row("orthogonal"),
    batchnorm_moving_variance=_row("batchnorm_variance"),
    batchnorm_moving_statistics=_row("batchnorm_zero_debias"),
    batchnorm_frozen=_row("batchnorm_frozen"),
    weights_argument=_row(
        note="weights= and batch_input_shape= are taken in every era; Keras 3 has the first for Embedding"
    ),
    embedding_input_length=_row(
        "embedding_starts", note="input_length= is taken in every era; what it changes in Keras 3 is nothing"
    ),
    learnt_shape=_row("learnt_shape"),
    batch_size_of_streams=_row("batch_size_of_streams", LATER, "Keras 2.2.4's fit takes no streams"),
    shapes_told=_row("shapes output_shape inputs_listed absent_masks"),
    activity_regularizer=_row("activity_regularizer"),
    l1_l2_defaults=_row("l1_l2_default regularizers"),
    hinge_labels=_row("hinge_labels"),
    cosine_proximity=_row(note="the old name is answered in every era"),
    compile_third=_row("positions"),
    fit_epochs=_row("fit_epochs", LATER, "in keras2 the documented default of 10 stands in for Keras 2.2.4's 1"),
    keras1_names=_row("keras1_names", ("keras2", "keras3"), "translated in tf.keras too, as Keras 2.3.1 did"),
    keras2_methods=_row("", K2, "fit_generator, predict_classes and predict_proba are there in every era"),
    predict_verbose=_row("predict_verbose progress"),
    shuffle_draws=_row("shuffle_draws"),
    shuffle_batch=_row("shuffle_batch shuffle_draws"),
    trainable_at=_row("trainable_at trainable_inside"),
    lr_key=_row("lr_key"),
    early_stopping_auto=_row("early_stopping_auto"),
    model_checkpoint=_row("weights_endings other_endings", note="period= is taken in every era"),
    old_paths=_row("", K2, "old modules are found in every era"),
    backend_functions=_row("variables batch_dot", note="every K function of Keras 2.2.4 is there in every era"),
    preprocessing=_row(note="the same in every generation, in Keras 3 among its legacy modules"),
    cudnn_layers=_row("", K2, "more_recurrent/cudnn_*: weights, and what they are as those of LSTM and GRU"),
    history_order=_row("history_order"),
    ignored_class=_row("crossentropy", LATER, "Keras 2.2.4 ignores no class"),
    # the same throughout
    validation_split=_row(),
    unit_forget_bias=_row(),
    glorot_uniform=_row(),
    weight_penalties_in_the_loss=_row(),
    # found while recording
    crossentropy=_row("crossentropy"),
    seeds_of_numpy=_row("initializer_draws", K2, "what np.random.seed decides besides the order of rows"),
    network_weights=_row("network_weights"),
    summary=_row("summary", LATER, "Keras 2.2.4's tables are in tests/printed"),
    keras3_surface=_row("", K3, "names that only Keras 3 has"),
    own_training=_row("", LATER, "train_step, test_step, compute_loss, loops of one's own"),
)

assert TF and KERAS2_AND_TF


def cases_of(row, era):
    """The names of a row's cases in an era, with their areas."""
    from .. import cases, eras

    if row == "cudnn_layers":
        found = cases.load("more_recurrent").cases if era == "keras2" else ()
        return ["more_recurrent/" + name for name in found if "cudnn" in name.lower()]
    found = []
    for area in eras.AREAS:
        found += [case.id for name, case in eras.load(area).cases[era].items() if name.split("/")[0] == row]
    return found


def _counts():
    """How many golden cases each generation has recorded, and where."""
    from .. import cases, eras, later

    found = collections.OrderedDict((era, collections.OrderedDict()) for era in ALL)
    found["keras2"]["cases"] = sum(len(cases.load(area).cases) for area in cases.AREAS)
    for name, package in (("later", later), ("eras", eras)):
        for area in package.AREAS:
            for era, known in package.load(area).cases.items():
                found[era][name] = found[era].get(name, 0) + len(known)
    return found


def main():
    head = "  ".join(f"{era:>8}" for era in ALL)
    print(f"{'row':<30} {head}  fields")
    for name, row in ROWS.items():
        counts = (len(cases_of(name, era)) if era in row.eras else "-" for era in ALL)
        columns = "  ".join(f"{count:>8}" for count in counts)
        print(f"{name:<30} {columns}  {' '.join(row.fields) or row.note}")
    print()
    for era, found in _counts().items():
        parts = ", ".join(f"{where} {count}" for where, count in found.items())
        print(f"golden cases of {era}: {sum(found.values())} ({parts})")


if __name__ == "__main__":
    main()
