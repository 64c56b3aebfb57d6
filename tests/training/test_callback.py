"""Hooks reach those who listen, under either name; BaseLogger and History do what Keras 2.2.4's do."""

import copy
import pickle

import numpy as np
import pytest
import torch

from kerastorch import eras
from kerastorch.training.callback import HOOKS, BaseLogger, Callback, CallbackList, History
from kerastorch.training.logs import Logs


class Recorder(Callback):
    def __init__(self):
        super().__init__()
        self.seen = []

    def on_batch_end(self, batch, logs=None):
        self.seen.append(("on_batch_end", batch))


class Later(Recorder):
    def on_train_batch_end(self, batch, logs=None):
        self.seen.append(("on_train_batch_end", batch))


class Polite(Later):
    def on_train_batch_end(self, batch, logs=None):
        Callback.on_train_batch_end(self, batch, logs)


def test_base_class_listens_to_nothing():
    hooks = CallbackList([Callback()])
    assert not any(hooks.listens_to(hook) for hook in HOOKS)
    for hook in HOOKS:
        getattr(hooks, hook)(*([] if hook.endswith(("n_begin", "n_end", "t_begin", "t_end")) else [0]))


@pytest.mark.parametrize("called", ["on_batch_end", "on_train_batch_end"])
@pytest.mark.parametrize(
    ("kind", "expected"), [(Recorder, "on_batch_end"), (Later, "on_train_batch_end"), (Polite, "on_batch_end")]
)
def test_either_name_of_a_batch_hook(called, kind, expected):
    listener = kind()
    hooks = CallbackList([listener])
    assert hooks.listens_to("on_batch_end") and hooks.listens_to("on_train_batch_end")
    assert not hooks.listens_to("on_batch_begin")
    getattr(hooks, called)(5, {})
    assert listener.seen == [(expected, 5)]


def test_a_direct_call_of_the_later_name_reaches_the_earlier():
    listener = Recorder()
    listener.on_train_batch_end(1, {})
    assert listener.seen == [("on_batch_end", 1)]


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_called_in_order(hook):
    seen = []
    arguments = [7] if ("epoch" in hook or "batch" in hook) else []

    def listener(name):
        kind = type(name, (Callback,), {hook: lambda self, *args: seen.append((name, *args))})
        return kind()

    hooks = CallbackList([listener("a"), Callback(), listener("b")])
    logs = {"loss": 1.0}
    getattr(hooks, hook)(*arguments, logs)
    assert seen == [("a", *arguments, logs), ("b", *arguments, logs)]
    assert seen[0][-1] is seen[1][-1] is logs
    seen.clear()
    getattr(hooks, hook)(*arguments)
    assert [entry[-1] for entry in seen] == [{}, {}]


def test_a_hook_put_on_an_object_is_heard():
    listener = Callback()
    hooks = CallbackList([listener])
    seen = []
    listener.on_epoch_end = lambda epoch, logs: seen.append(epoch)
    hooks.on_train_begin()
    assert hooks.listens_to("on_epoch_end")
    hooks.on_epoch_end(2)
    assert seen == [2]


def test_objects_of_no_particular_class():
    class Small:
        epochs = 0

        def on_epoch_end(self, epoch, logs):
            self.epochs += 1

    small = Small()
    hooks = CallbackList(small)
    hooks.set_model(object())
    hooks.set_params({})
    hooks.on_train_begin()
    hooks.on_batch_end(0, {})
    hooks.on_epoch_end(0, {})
    assert small.epochs == 1 and not hooks.listens_to("on_batch_end")


def test_subclass_that_forgets_init():
    class Forgetful(Callback):
        def __init__(self):
            pass

    listener = Forgetful()
    CallbackList([listener], model="model", epochs=3)
    assert (listener.model, listener.params, listener.validation_data) == ("model", {"epochs": 3}, None)


@pytest.mark.parametrize("wrong", [Callback, "early", 3, [History, None], [None]])
def test_what_is_no_callback(wrong):
    with pytest.raises(TypeError, match="callbacks: expected Callback objects. Received: "):
        CallbackList(wrong)
    with pytest.raises(TypeError, match="expected Callback objects"):
        CallbackList().append(wrong)


def test_list_of_callbacks():
    history = History()
    hooks = CallbackList(History(), add_history=True)
    assert len(hooks) == 1
    hooks.append(history)
    assert list(hooks)[1] is history and list(CallbackList(hooks)) == list(hooks)
    assert len(CallbackList(None, add_history=True)) == 1 and len(CallbackList()) == 0
    with pytest.warns(UserWarning, match="queue_length"):
        CallbackList([], 10)


def test_epoch_logs_are_numbers_before_anyone_sees_them():
    """Even C code that reads the dict past its methods gets numbers."""
    seen = []

    class Raw(Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append(dict.__getitem__(logs, "loss"))

    CallbackList([Raw()]).on_epoch_end(0, Logs(loss=torch.tensor(0.5)))
    assert seen == [0.5] and isinstance(seen[0], np.float32)


def test_base_logger_weighs_by_size():
    """Keras 2.2.4: (32 * 1 + 32 * 3 + 7 * 9) / 71."""
    hooks = CallbackList([BaseLogger(stateful_metrics=["auc"])], metrics=["loss", "auc", "val_loss"])
    for _ in range(2):
        hooks.on_epoch_begin(0)
        for batch, (size, value) in enumerate([(32, 1.0), (32, 3.0), (7, 9.0)]):
            value = torch.tensor(value)
            hooks.on_batch_end(batch, Logs(batch=batch, size=size, loss=value, auc=value))
        logs = {"val_loss": 0.5}
        hooks.on_epoch_end(0, logs)
        assert logs == {"val_loss": 0.5, "loss": (32 * 1.0 + 32 * 3.0 + 7 * 9.0) / 71, "auc": 9.0}
        assert list(logs) == ["val_loss", "loss", "auc"]


def test_history_starts_anew_with_each_training():
    history = History()
    for losses in ([1.0, 2.0], [3.0]):
        hooks = CallbackList([history])
        hooks.on_train_begin()
        for epoch, loss in enumerate(losses):
            hooks.on_epoch_end(epoch, Logs(val_loss=0.5, loss=torch.tensor(loss)))
    assert history.epoch == [0] and history.history == {"val_loss": [0.5], "loss": [3.0]}
    assert list(history.history) == ["val_loss", "loss"]


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_history_is_copied(duplicate):
    history = History()
    history.on_epoch_end(3, {"loss": np.float64(0.5)})
    assert duplicate(history).history == {"loss": [0.5]} and duplicate(history).epoch == [3]


def test_a_progress_bar_of_a_loop_of_ones_own(capsys):
    eras.set_era("tf.keras")
    hooks = CallbackList(None, add_progbar=True, epochs=2, steps=3, verbose=1)
    hooks.on_train_begin()
    hooks.on_epoch_begin(0)
    for batch in range(3):
        hooks.on_batch_begin(batch)
        hooks.on_batch_end(batch, {"loss": 0.5})
    hooks.on_epoch_end(0, {"loss": 0.5})
    shown = capsys.readouterr().out
    assert shown.startswith("Epoch 1/2") and "3/3 [" in shown and "loss: 0.5000" in shown
    assert len(CallbackList(hooks.callbacks, add_progbar=True)) == 1
