"""A file from a stranger runs nothing, reads nothing else and takes no more memory than itself.

Each published hole of the real Keras is here with the file that went through it, made on the spot.
"""

from __future__ import annotations

import base64
import io
import json
import marshal
import os
import pickle
import sys
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

import kerastorch as keras
from kerastorch import config, saving

DATA = Path(__file__).parent / "data"


def dense(name="dense", units=2, **more):
    return {"module": "keras.layers", "class_name": "Dense", "config": {"name": name, "units": units, **more}}


def first(shape=(None, 3)):
    return {"module": "keras.layers", "class_name": "InputLayer", "config": {"batch_shape": list(shape), "name": "x"}}


def sequential(*layers):
    return {"module": "keras", "class_name": "Sequential", "config": {"name": "model", "layers": [first(), *layers]}}


def archive(path, description, weights=None, **members):
    """A .keras archive with this configuration, and the weights of a small model."""
    buffer = io.BytesIO()
    if weights is None:
        with h5py.File(buffer, "w") as file:
            for i, array in enumerate((np.ones((3, 2), "f4"), np.ones(2, "f4"))):
                file.create_dataset(f"layers/dense/vars/{i}", data=array)
        weights = buffer.getvalue()
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("metadata.json", json.dumps({"keras_version": "3.8.0"}))
        target.writestr("config.json", json.dumps(description))
        target.writestr("model.weights.h5", weights)
        for name, content in members.items():
            target.writestr(name, content)
    return path


def h5_model(path, description):
    """A .h5 file with this configuration and no weights."""
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(description)
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = np.array([], "S1")
    return path


def evil(marker):
    """Code that leaves a mark where it ran, as a Lambda layer of Keras 2 and of Keras 3 keeps it."""
    code = compile(f"lambda x: (open({str(marker)!r}, 'w').close(), x)[1]", "evil", "eval").co_consts[0]
    return base64.encodebytes(marshal.dumps(code)).decode("ascii"), None, None


def keras2_lambda(code, key="function"):
    settings = {"name": "evil", "function": "same", "function_type": "function", "output_shape": None}
    settings.update({key: list(code), f"{key}_type": "lambda"})
    return {"class_name": "Lambda", "config": settings}


def keras3_lambda(code):
    function = {"class_name": "__lambda__", "config": dict(zip(("code", "defaults", "closure"), code))}
    return {"module": "keras.layers", "class_name": "Lambda", "config": {"name": "evil", "function": function}}


@pytest.fixture
def marker(tmp_path):
    """A file that only code from a file would write."""
    return tmp_path / "it-ran"


class TestCode:
    """Bytecode in a configuration: CVE-2024-3660, CVE-2025-9905, CVE-2025-9906."""

    @pytest.mark.parametrize("key", ["function", "output_shape", "mask"])
    def test_cve_2024_3660_keras_2_files(self, tmp_path, marker, key):
        layers = [{"class_name": "Dense", "config": {"units": 2, "batch_input_shape": [None, 3]}}]
        description = {"class_name": "Sequential", "config": [*layers, keras2_lambda(evil(marker), key)]}
        with keras.utils.custom_object_scope({"same": lambda x: x}):
            with pytest.raises(ValueError, match=r"Lambda evil.*safe_mode=False.*bytecode"):
                saving.load_model(h5_model(tmp_path / "m.h5", description))
            with pytest.raises(ValueError, match="bytecode"):
                saving.model_from_json(json.dumps(description))
            with pytest.raises(ValueError, match="bytecode"):
                keras.layers.deserialize(keras2_lambda(evil(marker), key))
            with pytest.raises(ValueError, match="bytecode"):
                keras.layers.Lambda.from_config(keras2_lambda(evil(marker), key)["config"])
        assert not marker.exists()

    def test_cve_2025_9905_safe_mode_counts_for_h5(self, tmp_path, marker):
        description = {"class_name": "Sequential", "config": [keras2_lambda(evil(marker))]}
        path = h5_model(tmp_path / "m.h5", description)
        for safe_mode in (True, None, 0, ""):
            with pytest.raises((ValueError, TypeError), match="bytecode|expected True or False"):
                saving.load_model(path, safe_mode=safe_mode)
        assert not marker.exists()

    @pytest.mark.parametrize("kind", ["h5", "keras"])
    def test_the_code_runs_for_whoever_asks(self, tmp_path, marker, kind):
        """So the files above are real, and refused because of safe_mode alone."""
        layer = keras2_lambda(evil(marker)) if kind == "h5" else keras3_lambda(evil(marker))
        description = sequential(dense(), layer)
        path = tmp_path / f"m.{kind}"
        if kind == "keras":
            archive(path, description)
        else:
            keras.models.Sequential([keras.layers.Dense(2, input_shape=(3,))]).save(path)
            with h5py.File(path, "r+") as file:
                file.attrs["model_config"] = json.dumps(description)
        with pytest.warns(UserWarning, match="not compiled|no compile arguments"):
            model = saving.load_model(path, safe_mode=False)
        model.predict(np.ones((1, 3)))
        assert marker.exists()

    def test_keras_3_archives(self, tmp_path, marker):
        with pytest.raises(ValueError, match="bytecode"):
            saving.load_model(archive(tmp_path / "m.keras", sequential(dense(), keras3_lambda(evil(marker)))))
        function = keras3_lambda(evil(marker))["config"]["function"]
        for settings in ({"activation": function}, {"kernel_initializer": function}, {"kernel_regularizer": function}):
            with pytest.raises(ValueError, match="bytecode|[Ee]xpected"):
                saving.load_model(archive(tmp_path / "m.keras", sequential(dense(**settings))))
        with pytest.raises(ValueError, match="bytecode"):
            saving.deserialize_keras_object(function)
        assert not marker.exists()

    def test_cve_2025_9906_a_file_cannot_switch_safe_mode_off(self, tmp_path, marker):
        switch = {
            "module": "keras.config",
            "class_name": "function",
            "config": "enable_unsafe_deserialization",
            "registered_name": "enable_unsafe_deserialization",
            "name": "switch",
            "inbound_nodes": [{"args": [], "kwargs": {}}],
        }
        for layers in ([switch, keras3_lambda(evil(marker))], [dense(activation=switch), keras3_lambda(evil(marker))]):
            with pytest.raises(ValueError, match="[Ee]xpected"):
                saving.load_model(archive(tmp_path / "m.keras", sequential(*layers)))
        assert not config.unsafe_deserialization() and not marker.exists()

    def test_a_class_cannot_switch_it_off_either(self, tmp_path, marker):
        """A caller's own class that trusts its configuration is still inside of the load."""

        class Trusting(keras.layers.Layer):
            @classmethod
            def from_config(cls, config):
                saving.deserialize_keras_object(config["inner"], safe_mode=False)

        layer = {"class_name": "Trusting", "config": {"inner": keras3_lambda(evil(marker))["config"]["function"]}}
        path = archive(tmp_path / "m.keras", sequential(layer))
        with pytest.raises(ValueError, match="bytecode"):
            saving.load_model(path, {"Trusting": Trusting})

    def test_the_switch(self, tmp_path, marker):
        path = archive(tmp_path / "m.keras", sequential(dense(), keras3_lambda(evil(marker))))
        config.enable_unsafe_deserialization()
        try:
            with pytest.warns(UserWarning):
                saving.load_model(path).predict(np.ones((1, 3)))
        finally:
            config.disable_unsafe_deserialization()
        assert marker.exists()

    def test_files_of_the_real_kerases(self, tmp_path):
        """Their Lambda layers are bytecode; a function of the caller's stands in for it."""
        for era, file in (("keras2", "functions.h5"), ("tfkeras", "functions.keras")):
            with zipfile.ZipFile(DATA / f"{era}.zip") as data:
                data.extract(file, tmp_path)
            own = {"double": lambda x: 2 * x}
            with pytest.raises(ValueError, match="custom_objects={'doubled': function}"):
                saving.load_model(tmp_path / file, own, compile=False)
            saving.load_model(tmp_path / file, {**own, "doubled": own["double"]}, compile=False)


class TestNames:
    """Names of modules, classes and functions in a configuration: CVE-2025-1550, CVE-2025-8747."""

    def test_cve_2025_1550_modules_are_not_imported(self, tmp_path, marker):
        """Modules and arguments of one's choice, called while the graph is put together."""
        call = {"args": [["touch", str(marker)]], "kwargs": {"bufsize": -1}}
        node = {"name": "mem", "class_name": "function", "config": "Popen", "module": "subprocess"}
        inner = {
            "name": "inner",
            "layers": [{**node, "registered_name": "function", "inbound_nodes": [call]}],
            "input_layers": [["mem", 0, 0]],
            "output_layers": [["mem", 0, 0]],
        }
        for kind in ("Model", "Functional"):
            description = {"module": "keras.models", "class_name": kind, "config": inner}
            with pytest.raises(ValueError, match="[Ee]xpected"):
                saving.load_model(archive(tmp_path / "m.keras", description))
            with pytest.raises(ValueError, match="[Ee]xpected"):
                saving.load_model(archive(tmp_path / "m.keras", sequential(description)))
        assert not marker.exists()

    @pytest.mark.parametrize("module", ["os", "builtins", "keras.src.utils", "kerastorch.utils", "antigravity"])
    def test_a_module_is_never_imported(self, tmp_path, module):
        loaded = set(sys.modules)
        layer = {"module": module, "class_name": "system", "config": {"command": "true"}, "registered_name": "system"}
        with pytest.raises(ValueError, match="Unknown layer.*'system'"):
            saving.load_model(archive(tmp_path / "m.keras", sequential(layer)))
        with pytest.raises(ValueError, match="expected a class of kerastorch"):
            saving.deserialize_keras_object(layer)
        assert "antigravity" not in set(sys.modules) - loaded

    @pytest.mark.parametrize("name", ["get_file", "eval", "open"])
    def test_cve_2025_8747_only_modelling_functions(self, tmp_path, name, marker):
        """Keras's own functions that write files and reach the network are no layers, activations, losses …"""
        arguments = {"fname": str(marker), "origin": Path(__file__).as_uri()}
        function = {"module": "keras.utils", "class_name": "function", "config": name, "registered_name": name}
        called = {"module": "keras.utils", "class_name": name, "config": arguments, "registered_name": name}
        lambda_layer = {"class_name": "Lambda", "config": {"name": "a", "function": name, "arguments": arguments}}
        hostile = [
            sequential({**function, "name": "f", "inbound_nodes": [{"args": [str(marker)], "kwargs": arguments}]}),
            sequential(called),
            sequential(lambda_layer),
            sequential({"class_name": "Lambda", "config": {"name": "a", "function": function, "arguments": arguments}}),
            *(
                sequential(dense(**{key: value}))
                for key in ("activation", "kernel_initializer", "kernel_regularizer", "kernel_constraint")
                for value in (function, called, name)
            ),
        ]
        for description in hostile:
            with pytest.raises(ValueError, match="[Uu]nknown|[Ee]xpected"):
                saving.load_model(archive(tmp_path / "m.keras", description))
        for key in ("loss", "optimizer", "metrics", "weighted_metrics"):
            for value in (function, called, [function], [[called]], name):
                training = {"optimizer": "sgd", "loss": "mse", key: value}
                path = archive(tmp_path / "m.keras", {**sequential(dense()), "compile_config": training})
                with pytest.raises(ValueError, match="[Uu]nknown|[Ee]xpected"):
                    saving.load_model(path)
        for value in (function, called):
            with pytest.raises(ValueError, match="expected a (class|function) of kerastorch"):
                saving.deserialize_keras_object(value)
        assert not marker.exists()

    def test_pickled_modules_are_refused(self, tmp_path, marker):
        """Keras 3 keeps a torch module as a pickle."""

        class Evil:
            def __reduce__(self):
                return open, (str(marker), "w")

        module = {"class_name": "__bytes__", "config": {"value": pickle.dumps(Evil(), 0).decode()}}
        for name in ("TorchModuleWrapper", "TorchModule"):
            layer = {"module": "keras.layers", "class_name": name, "config": {"name": "t", "module": module}}
            with pytest.raises(ValueError, match="[Uu]nknown|[Ee]xpected"):
                saving.load_model(archive(tmp_path / "m.keras", sequential(layer)))
        assert not marker.exists()

    def test_state_dicts_with_code_are_refused(self, tmp_path, marker):
        import torch

        class Evil:
            def __reduce__(self):
                return open, (str(marker), "w")

        torch.save({"dense.weight": Evil()}, tmp_path / "w.pt")
        model = keras.models.Sequential([keras.layers.Dense(2, input_shape=(3,))])
        with pytest.raises(ValueError, match="state_dict of tensors and nothing else"):
            model.load_weights(tmp_path / "w.pt")
        assert not marker.exists()

    def test_yaml_makes_no_objects(self):
        pytest.importorskip("yaml")
        for text in (
            "!!python/object/apply:os.system ['true']",
            "class_name: Sequential\nconfig: !!python/name:os.system ''",
            "config: !!python/object/apply:numpy.core.multiarray._reconstruct [a]",  # as Keras 2 wrote numpy's numbers
        ):
            with pytest.raises(ValueError, match="no plain YAML.*constructor"):
                saving.model_from_yaml(text)


class TestOtherFiles:
    """Files that name other files: CVE-2025-12058, CVE-2026-1669, CVE-2025-12060."""

    @pytest.mark.parametrize("layer", ["StringLookup", "IntegerLookup", "TextVectorization"])
    @pytest.mark.parametrize("key", ["vocabulary", "idf_weights"])
    def test_cve_2025_12058_vocabularies_are_not_read(self, tmp_path, layer, key):
        secret = tmp_path / "secret.txt"
        secret.write_text("password\n")
        for place in (str(secret), secret.as_uri(), "https://example.com/vocabulary.txt"):
            settings = {"name": "words", "max_tokens": None, key: place}
            entry = {"module": "keras.layers", "class_name": layer, "config": settings, "registered_name": None}
            for description in (
                sequential(entry),
                sequential({"class_name": "TimeDistributed", "config": {"layer": entry}}),
            ):
                with pytest.raises(ValueError, match=f"[Ee]xpected.*{key}.*in the file itself"):
                    saving.load_model(archive(tmp_path / "m.keras", description))
            with pytest.raises(ValueError, match=f"[Ee]xpected.*{key}.*in the file itself"):
                saving.deserialize_keras_object(entry)

    def linked(self, path, place, link):
        """A weight file in which one node is a link."""
        model = keras.models.Sequential([keras.layers.Dense(2, input_shape=(3,), name="dense")])
        model.save(path)
        with h5py.File(path, "r+") as file:
            del file[place]
            file[place] = link
        return model

    @pytest.mark.parametrize("place", ["model_weights", "model_weights/dense", "model_weights/dense/dense/kernel:0"])
    @pytest.mark.parametrize("kind", ["external", "soft"])
    def test_cve_2026_1669_links(self, tmp_path, place, kind):
        other = tmp_path / "other.h5"
        keras.models.Sequential([keras.layers.Dense(2, input_shape=(3,), name="dense")]).save(other)
        link = h5py.ExternalLink(str(other), place) if kind == "external" else h5py.SoftLink(f"/copy/{place}")
        path = tmp_path / "m.h5"
        model = self.linked(path, place, link)
        if kind == "soft":
            with h5py.File(path, "r+") as file, h5py.File(other) as source:
                source.copy(source["/"], file, "copy")
        for load in (lambda: model.load_weights(path), lambda: saving.load_model(path)):
            with pytest.raises(ValueError, match="Link|without"):
                load()

    def test_links_in_archives(self, tmp_path):
        secret = tmp_path / "secret.h5"
        with h5py.File(secret, "w") as file:
            file["0"], file["1"] = np.ones((3, 2), "f4"), np.ones(2, "f4")
        for place in ("layers", "layers/dense", "layers/dense/vars", "layers/dense/vars/0"):
            buffer = io.BytesIO()
            with h5py.File(buffer, "w") as file:
                if place.endswith("0"):
                    file["layers/dense/vars/1"] = np.ones(2, "f4")
                file[place] = h5py.ExternalLink(str(secret), "/" if place.endswith("vars") else "0")
            path = archive(tmp_path / "m.keras", sequential(dense()), buffer.getvalue())
            with pytest.raises(ValueError, match="Link|without"):
                saving.load_model(path)

    def dataset(self, path, make):
        """A weight file in which the kernel is made in another way."""
        model = keras.models.Sequential([keras.layers.Dense(2, input_shape=(3,), name="dense")])
        model.save_weights(path)
        with h5py.File(path, "r+") as file:
            del file["dense/dense/kernel:0"]
            make(file["dense/dense"], "kernel:0")
        return model

    def test_external_storage(self, tmp_path):
        secret = tmp_path / "secret.bin"
        secret.write_bytes(b"password" * 3)

        def make(group, name):
            group.create_dataset(name, (3, 2), "f4", external=[(str(secret), 0, 24)])

        model = self.dataset(tmp_path / "w.h5", make)
        with pytest.raises(ValueError, match="lies? in other files"):
            model.load_weights(tmp_path / "w.h5")

    def test_virtual_datasets(self, tmp_path):
        with h5py.File(tmp_path / "secret.h5", "w") as file:
            file["d"] = np.ones((3, 2), "f4")
        layout = h5py.VirtualLayout((3, 2), "f4")
        layout[:] = h5py.VirtualSource(str(tmp_path / "secret.h5"), "d", (3, 2))
        model = self.dataset(tmp_path / "w.h5", lambda group, name: group.create_virtual_dataset(name, layout))
        with pytest.raises(ValueError, match="lies? in other files"):
            model.load_weights(tmp_path / "w.h5")

    def test_filters_that_are_not_built_in(self, tmp_path):
        def make(group, name):
            space, plist = h5py.h5s.create_simple((3, 2)), h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            plist.set_chunk((3, 2))
            plist.set_filter(32015, h5py.h5z.FLAG_OPTIONAL, ())  # would load a plugin
            h5py.h5d.create(group.id, name.encode(), h5py.h5t.IEEE_F32LE, space, plist)
            group[name][...] = np.ones((3, 2), "f4")

        model = self.dataset(tmp_path / "w.h5", make)
        with pytest.raises(ValueError, match="filter"):
            model.load_weights(tmp_path / "w.h5")

    def test_shards_stay_in_their_folder(self, tmp_path):
        model = keras.models.Sequential([keras.layers.Dense(2, input_shape=(3,), name="dense")])
        for name in ("../w.weights.h5", "/etc/passwd", "..", "a/b.h5"):
            listed = {"metadata": {}, "weight_map": {"/layers/dense/vars": name}}
            (tmp_path / "w.weights.json").write_text(json.dumps(listed))
            with pytest.raises(ValueError, match="folder of their list"):
                model.load_weights(tmp_path / "w.weights.json")

    def test_archives_are_not_unpacked(self, tmp_path):
        """So that no name in one can lead out of a folder, as in Keras's CVE-2026-12479."""
        members = {"../outside": b"x", "/tmp/outside": b"x", "assets/../../outside": b"x"}
        folder = tmp_path / "in"
        folder.mkdir()
        with pytest.warns(UserWarning):
            saving.load_model(archive(folder / "m.keras", sequential(dense()), **members))
        assert [path.name for path in tmp_path.rglob("*")] == ["in", "m.keras"]


class TestSizes:
    """Files that declare more than they hold: CVE-2026-0897 and its like."""

    @pytest.mark.parametrize("make", [
        lambda g, n: g.create_dataset(n, (10**6, 10**6), "f4", chunks=(64, 64), compression="gzip"),
        lambda g, n: g.create_dataset(n, (10**6, 10**6), "f4", chunks=(64, 64)),
        lambda g, n: g.create_dataset(n, (10**9,), "f8", chunks=(1,), maxshape=(None,)),
        lambda g, n: g.create_dataset(n, (3, 2), "f4", chunks=(30000, 30000), maxshape=(None, None)),
        lambda g, n: g.create_dataset(n, (10**9,), "f4"),  # late allocation: nothing is stored
    ])  # fmt: skip
    def test_cve_2026_0897_shapes(self, tmp_path, make):
        path = tmp_path / "w.h5"
        model = TestOtherFiles().dataset(path, make)
        assert path.stat().st_size < 100_000
        with pytest.raises(ValueError, match="[Ee]xpected"):
            model.load_weights(path)

    def test_configurations(self, tmp_path):
        """A model is made only as large as its weights in the file."""
        for layer in (
            dense(units=10**9),
            dense(units=10**15),
            {"class_name": "Embedding", "config": {"input_dim": 10**10, "output_dim": 10**6}},
            {"class_name": "Conv2D", "config": {"filters": 10**6, "kernel_size": [10**3, 10**3]}},
        ):
            with pytest.raises(ValueError, match="[Ee]xpected"):
                saving.load_model(archive(tmp_path / "m.keras", sequential(layer)))

    def test_states(self, tmp_path):
        lstm = {"class_name": "LSTM", "config": {"units": 2, "stateful": True}}
        description = {"class_name": "Sequential", "config": {"layers": [first((10**9, 4, 3)), lstm]}}
        buffer = io.BytesIO()
        with h5py.File(buffer, "w") as file:
            for i, shape in enumerate(((3, 8), (2, 8), (8,))):
                file[f"layers/lstm/cell/vars/{i}"] = np.zeros(shape, "f4")
        with pytest.raises(ValueError, match="[Ee]xpected.*state"):
            saving.load_model(archive(tmp_path / "m.keras", description, buffer.getvalue()))

    def test_nesting(self, tmp_path):
        deep = "[" * 100_000 + "]" * 100_000
        for text in (deep, '{"class_name": "Sequential", "config": ' + deep + "}"):
            with pytest.raises(ValueError, match="nested"):
                saving.model_from_json(text)
        model = dense()
        for _ in range(300):
            model = sequential(model)
        with pytest.raises(ValueError, match="nested at most"):
            saving.load_model(archive(tmp_path / "m.keras", model))
        endless = sequential(dense())
        endless["config"]["layers"].append(endless)
        with pytest.raises(ValueError, match="nested at most"):
            saving.model_from_config(endless)

    def test_yaml_that_multiplies(self):
        pytest.importorskip("yaml")
        lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
        with pytest.raises(ValueError, match="entries"):
            saving.model_from_yaml("\n".join(lines))
        with pytest.raises(ValueError, match="nested at most"):
            saving.model_from_yaml("&a [*a]")

    def test_cyclic_graphs(self, tmp_path):
        def call(source):
            return [{"args": [{"class_name": "__keras_tensor__", "config": {"keras_history": [source, 0, 0]}}]}]

        layers = [
            {**first(), "name": "x", "inbound_nodes": []},
            {**dense("a"), "name": "a", "inbound_nodes": call("b")},
            {**dense("b"), "name": "b", "inbound_nodes": call("a")},
        ]
        settings = {"name": "m", "layers": layers, "input_layers": [["x", 0, 0]], "output_layers": [["b", 0, 0]]}
        description = {"module": "keras", "class_name": "Functional", "config": settings}
        with pytest.raises(ValueError, match="every call's inputs"):
            saving.load_model(archive(tmp_path / "m.keras", description))

    def test_archives_that_unpack_to_much(self, tmp_path):
        path = tmp_path / "m.keras"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
            target.writestr("config.json", b" " * (1 << 27))
            target.writestr("model.weights.h5", b"")
        assert path.stat().st_size < 1 << 18
        with pytest.raises(ValueError, match="unpack to about"):
            saving.load_model(path)

    def test_archives_that_say_less_than_they_hold(self, tmp_path):
        path = tmp_path / "m.keras"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
            target.writestr("config.json", b" " * (1 << 24))
            target.writestr("model.weights.h5", b"")
        data = path.read_bytes()
        path.write_bytes(data.replace((1 << 24).to_bytes(4, "little"), (100).to_bytes(4, "little")))
        with pytest.raises(ValueError, match="[Ee]xpected"):
            saving.load_model(path)

    def test_a_layer_listed_many_times(self, tmp_path):
        model = keras.models.Sequential([keras.layers.Dense(2, input_shape=(3,), name="dense")])
        model.save_weights(tmp_path / "w.h5")
        with h5py.File(tmp_path / "w.h5", "r+") as file:
            del file.attrs["layer_names"]
            file.attrs["layer_names"] = np.array([b"dense"] * 5000)
        with pytest.raises(ValueError, match="each layer once"):
            model.load_weights(tmp_path / "w.h5", by_name=True)

    def test_groups_that_hold_themselves(self, tmp_path):
        model = keras.models.Sequential([keras.layers.Dense(2, input_shape=(3,), name="dense")])
        model.save(tmp_path / "m.h5")
        with h5py.File(tmp_path / "m.h5", "r+") as file:
            file["model_weights/dense/again"] = file["model_weights"]
        assert saving.load_model(tmp_path / "m.h5", compile=False).count_params() == 8

    def test_torch_files_that_declare_much(self, tmp_path):
        path = tmp_path / "w.pt"
        model = keras.models.Sequential([keras.layers.Dense(2, input_shape=(3,), name="dense")])
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
            target.writestr("archive/data.pkl", b"\0" * (1 << 24))
        with pytest.raises(ValueError, match="no more than the file's"):
            model.load_weights(path)
        path.write_bytes(pickle.dumps({"dense.weight": 1}))
        with pytest.raises(ValueError, match="torch.save wrote"):
            model.load_weights(path)


def test_errors_are_one_sentence(tmp_path):
    """What a user sees of a refused file: a ValueError and an OSError at once, without a traceback inside of it."""
    path = tmp_path / "m.h5"
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + os.urandom(100))
    with pytest.raises(saving.FileError) as caught:
        saving.load_model(path)
    assert isinstance(caught.value, ValueError) and isinstance(caught.value, OSError)
    assert "\n" not in str(caught.value) and str(path) in str(caught.value)
