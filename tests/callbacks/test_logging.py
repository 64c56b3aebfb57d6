"""CSVLogger, LambdaCallback, RemoteMonitor and TerminateOnNaN beyond the scripted runs."""

import csv
import json
import sys
import types

import numpy as np
import pytest
import torch

import kerastorch as keras
from kerastorch.callbacks import CallbackList, CSVLogger, LambdaCallback, RemoteMonitor, TerminateOnNaN
from kerastorch.training.logs import Logs


def test_csv_of_a_real_run(tmp_path):
    model = keras.Sequential([keras.layers.Dense(1, input_dim=2)])
    model.compile("sgd", "mse", metrics=["mae"])
    x, y = np.random.rand(16, 2), np.random.rand(16)
    path = tmp_path / "log.csv"
    history = model.fit(x, y, epochs=3, validation_split=0.25, verbose=0, callbacks=[CSVLogger(path)])
    with open(path, newline="") as f:
        rows = list(csv.DictReader(f))
    assert list(rows[0]) == ["epoch", *sorted(history.history)]
    for epoch, row in enumerate(rows):
        assert row["epoch"] == str(epoch)
        assert {name: float(row[name]) for name in history.history} == {
            name: values[epoch] for name, values in history.history.items()
        }


def test_csv_row_is_on_disk_at_the_end_of_its_epoch(tmp_path):
    path = tmp_path / "log.csv"
    log = CSVLogger(path)
    log.on_train_begin()
    log.on_epoch_end(0, {"loss": 0.5})
    assert path.read_text() == "epoch,loss\n0,0.5\n" and path.read_bytes() == b"epoch,loss\r\n0,0.5\r\n"


def test_csv_epoch_without_a_column(tmp_path):
    path = tmp_path / "log.csv"
    log = CSVLogger(path)
    log.on_train_begin()
    log.on_epoch_end(0, {"loss": 0.5, "val_loss": 0.25})
    log.on_epoch_end(1, {"loss": 0.5, "other": np.zeros(2)})
    log.on_train_end()
    assert path.read_text().splitlines()[-1] == "1,0.5,NA"


def test_lambda_listens_only_to_what_it_is_given():
    seen = []
    callback = LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append(epoch),
        on_train_batch_end=lambda batch, logs: seen.append((batch, float(logs["loss"]))),
        note="kept",
    )
    hooks = CallbackList([callback])
    assert hooks.listens_to("on_epoch_end") and hooks.listens_to("on_batch_end")
    assert not hooks.listens_to("on_batch_begin") and not hooks.listens_to("on_train_end")
    hooks.on_batch_end(3, Logs(loss=torch.tensor(0.5)))
    hooks.on_epoch_end(1, {})
    assert seen == [(3, 0.5), 1] and callback.note == "kept"
    callback.on_train_begin({})  # what was not given may still be called
    callback.on_batch_begin(0, {})


@pytest.mark.parametrize(("loss", "stops"), [(1.0, False), (float("nan"), True), (float("-inf"), True), (None, False)])
def test_terminate_on_nan(loss, stops, capsys):
    model = types.SimpleNamespace(stop_training=False)
    hooks = CallbackList([TerminateOnNaN()])
    hooks.set_model(model)
    hooks.on_batch_end(4, Logs(size=3) if loss is None else Logs(size=3, loss=torch.tensor(loss)))
    assert model.stop_training is stops
    assert capsys.readouterr().out == ("Batch 4: Invalid loss, terminating training\n" if stops else "")


@pytest.fixture
def requests(monkeypatch):
    module = types.ModuleType("requests")
    module.posted = []
    module.exceptions = types.SimpleNamespace(RequestException=OSError)
    module.post = lambda url, **arguments: module.posted.append((url, arguments))
    monkeypatch.setitem(sys.modules, "requests", module)
    return module


def test_remote_monitor(requests):
    logs = {"loss": np.float32(0.5), "lr": np.array(0.25), "name": "x"}
    content = {"epoch": 2, "loss": 0.5, "lr": 0.25, "name": "x"}
    RemoteMonitor("http://here", headers={"a": "b"}).on_epoch_end(2, logs)
    RemoteMonitor("http://here", "/path", send_as_json=True).on_epoch_end(2, logs)
    (url, form), (path_url, plain) = requests.posted
    assert url == "http://here/publish/epoch/end/" and form["headers"] == {"a": "b"}
    assert json.loads(form["data"]["data"]) == content
    assert path_url == "http://here/path" and plain == {"headers": None, "json": content}


def test_remote_monitor_warns_when_nobody_answers(requests):
    def refuse(*_, **__):
        raise OSError

    requests.post = refuse
    with pytest.warns(UserWarning, match="could not reach the server at http://there"):
        RemoteMonitor("http://there").on_epoch_end(0, {})


def test_remote_monitor_without_requests(monkeypatch):
    monkeypatch.setitem(sys.modules, "requests", None)
    with pytest.raises(ImportError, match="pip install requests"):
        RemoteMonitor().on_epoch_end(0, {})
