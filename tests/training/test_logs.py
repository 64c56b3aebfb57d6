"""Logged numbers: fetched when somebody looks, all in one copy, and as plain numbers."""

import copy
import json
import pickle

import numpy as np
import pytest
import torch

from kerastorch.training import logs as module
from kerastorch.training.logs import Logs, RunningTotals, fetch


@pytest.fixture
def copies(monkeypatch):
    """Counts copies to the host."""
    made = []
    tolist = torch.Tensor.tolist

    def counted(tensor):
        made.append(tuple(tensor.shape))
        return tolist(tensor)

    monkeypatch.setattr(torch.Tensor, "tolist", counted)
    return made


def lazy():
    return Logs(batch=3, size=32, loss=torch.tensor(0.25), acc=torch.tensor(0.5))


LOOKS = {
    "item": lambda logs: logs["loss"],
    "get": lambda logs: logs.get("loss"),
    "items": lambda logs: list(logs.items()),
    "values": lambda logs: list(logs.values()),
    "copy": lambda logs: logs.copy(),
    "dict": dict,
    "merge": lambda logs: {**logs},
    "update": lambda logs: {}.update(logs),
    "keywords": lambda logs: "{loss}".format(**logs),
    "percent": lambda logs: "%(loss)f" % logs,  # noqa: UP031
    "or": lambda logs: logs | {},
    "ror": lambda logs: {} | logs,
    "equal": lambda logs: logs == {},
    "repr": repr,
    "pickle": pickle.dumps,
    "deepcopy": copy.deepcopy,
    "pop": lambda logs: logs.pop("loss"),
    "json": lambda logs: json.dumps({k: float(v) for k, v in logs.items()}),
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_looking_fetches_everything_in_one_copy(look, copies):
    logs = lazy()
    look(logs)
    assert copies == [(2,)]
    assert logs["acc"] == 0.5 and list(logs.values())
    assert copies == [(2,)]


@pytest.mark.parametrize(
    "ask",
    [list, len, bool, lambda logs: "loss" in logs, lambda logs: logs["size"], lambda logs: logs.get("batch")]
    + [lambda logs: logs.get("nothing", 1), lambda logs: list(logs.keys()), lambda logs: logs.setdefault("new", 1)],
)
def test_asking_for_no_value_fetches_nothing(ask, copies):
    ask(lazy())
    assert copies == []


def test_every_look_gives_the_numbers():
    plain = {"batch": 3, "size": 32, "loss": 0.25, "acc": 0.5}
    assert lazy() == plain and plain == lazy() and not lazy() != plain
    assert dict(lazy()) == {**lazy()} == lazy().copy() == copy.copy(lazy()) == copy.deepcopy(lazy()) == plain
    assert (lazy() | {"x": 1}) == {**plain, "x": 1} and ({"x": 1, "loss": 7} | lazy()) == {"x": 1, **plain}
    assert pickle.loads(pickle.dumps(lazy())) == plain
    assert repr(lazy()) == repr(dict(lazy()))
    assert sorted(lazy().items()) == sorted(plain.items())
    other = {}
    other.update(lazy())
    assert other == plain
    logs = lazy()
    assert logs.popitem()[0] == "acc" and logs.pop("loss") == 0.25 and logs.pop("loss", None) is None
    with pytest.raises(KeyError):
        logs["loss"]


def test_pandas_takes_them():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame([lazy(), lazy()])
    assert frame["loss"].tolist() == [0.25, 0.25] and frame.dtypes["loss"].kind == "f"


def test_values_may_be_set_before_and_after_a_look():
    logs = lazy()
    logs["lr"] = torch.tensor(0.5)
    assert logs["lr"] == 0.5
    logs["late"] = lambda: torch.tensor(2.0)
    logs.update(more=torch.tensor(3.0))
    assert logs["late"] == 2.0 and logs["more"] == 3.0


@pytest.mark.parametrize(
    ("dtype", "number"),
    [
        (torch.float64, np.float64),
        (torch.float32, np.float32),
        (torch.float16, np.float32),
        (torch.bfloat16, np.float32),
        (torch.int64, np.int64),
        (torch.int32, np.int64),
    ],
)
def test_types_of_numbers(dtype, number):
    (value,) = fetch([torch.tensor(2, dtype=dtype)])
    assert type(value) is number and value == 2


def test_fetch_mixes_types_and_keeps_the_rest(copies):
    marker = object()
    thirds = torch.tensor(1 / 3, dtype=torch.float64)
    found = fetch([torch.tensor(1 / 3), "text", thirds, marker, lambda: torch.tensor([7]), None, 5])
    assert copies == [(3,)]
    assert found[0] == np.float32(1 / 3) and found[2] == 1 / 3 and found[4] == 7
    assert found[1] == "text" and found[3:4] == [marker] and found[5:] == [None, 5]


def test_fetch_needs_no_gradient_and_takes_arrays():
    value = torch.tensor(0.5, requires_grad=True) * 2
    array = fetch([value, torch.ones(2, requires_grad=True)])
    assert array[0] == 1.0 and array[1].tolist() == [1.0, 1.0]
    assert fetch([]) == []


@pytest.mark.parametrize("of", [torch.tensor, np.float32, lambda value: lambda: torch.tensor(value)])
def test_running_totals_follow_numpy(of, monkeypatch):
    """Sums in float64, batch after batch, whatever the number of copies."""
    monkeypatch.setattr(module, "_WAITING", 10)
    rng = np.random.RandomState(0)
    values, sizes = rng.rand(25).astype(np.float32), rng.randint(1, 40, 25)
    totals = RunningTotals(stateful=["auc"])
    assert totals.read() == {}
    expected = np.float64(0)
    for value, size in zip(values, sizes):
        expected += np.float64(value) * size
        totals.add(Logs(loss=of(value), auc=of(value), other=1), int(size), ["loss", "auc", "no"])
    found = totals.read()
    assert found == {"loss": [expected, sizes.sum()], "auc": [values[-1], 1]}
    assert type(found["loss"][0]) is np.float64
    found["loss"][0] = None  # what is handed out is the reader's own
    assert totals.read()["loss"][0] == expected


def test_running_totals_copy_seldom(monkeypatch):
    copies = []
    cpu = torch.Tensor.cpu
    monkeypatch.setattr(torch.Tensor, "cpu", lambda tensor: copies.append(tensor.shape) or cpu(tensor))
    totals = RunningTotals()
    for _ in range(1000):
        totals.add({"loss": torch.tensor(0.5), "acc": torch.tensor(0.25, dtype=torch.float64)}, 2, ["loss", "acc"])
    assert totals.read() == {"loss": [1000.0, 2000], "acc": [500.0, 2000]}
    assert len(copies) <= 3


def test_running_totals_take_vectors_by_their_mean():
    totals = RunningTotals()
    totals.add({"each": torch.tensor([1.0, 3.0])}, 2, ["each"])
    assert totals.read() == {"each": [4.0, 2]}
