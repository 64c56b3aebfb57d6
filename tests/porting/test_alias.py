"""``install`` and ``uninstall``: kerastorch answers for Keras in between, and nowhere else."""

import importlib
import importlib.util
import os
import subprocess
import sys

import pytest

import kerastorch
from kerastorch import eras
from kerastorch.porting import alias


@pytest.fixture
def real_keras(tmp_path, monkeypatch):
    """A package called keras, and one called tensorflow, that are installed."""
    for name in ("keras", "tensorflow"):
        (tmp_path / name / "layers").mkdir(parents=True)
        (tmp_path / name / "__init__.py").write_text("__version__ = 'real'\n")
        (tmp_path / name / "layers" / "__init__.py").write_text("Dense = 'real'\n")
        (tmp_path / name / "only_real.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] in ("keras", "tensorflow")]:
        del sys.modules[name]


def test_every_way_to_import(installed):
    import keras
    import keras.backend as K  # Keras's own example
    import keras.layers
    from keras import layers, optimizers
    from keras.engine.topology import Layer
    from keras.layers.core import Dense
    from keras.utils.np_utils import to_categorical

    assert keras.layers is layers is kerastorch.layers
    assert optimizers is kerastorch.optimizers
    assert K is kerastorch.backend
    assert Dense is keras.layers.Dense is kerastorch.layers.Dense
    assert Layer is kerastorch.layers.Layer
    assert to_categorical is kerastorch.utils.to_categorical
    assert importlib.import_module("keras.callbacks") is kerastorch.callbacks


def test_modules_keep_their_own_names(installed):
    import keras.layers.core

    assert keras.layers.core.__name__ == keras.layers.core.__spec__.name == "kerastorch.layers.core"


@pytest.mark.parametrize("name", ["tf_keras", "keras_core"])
def test_other_names_of_the_package(installed, name):
    module = importlib.import_module(name)
    assert module.models is kerastorch.models
    assert importlib.import_module(f"{name}.layers") is kerastorch.layers
    assert module.__version__ == eras.current().version
    assert "layers" in dir(module) and module.__all__ == kerastorch.__all__


def test_what_is_not_there(installed):
    import keras

    with pytest.raises(ModuleNotFoundError, match="kerastorch answers for keras and has no such part") as error:
        importlib.import_module("keras.no_such_part")
    assert error.value.name == "keras.no_such_part"
    with pytest.raises(AttributeError, match="module 'keras' has no attribute 'no_such_part'"):
        _ = keras.no_such_part
    with pytest.raises(ImportError, match="no_such_layer"):
        exec("from keras.layers import no_such_layer")


def test_looking_for_a_module_is_no_error(installed):
    """Libraries look whether TensorFlow is there; that it has no such part is said to who imports it."""
    assert importlib.util.find_spec("keras.layers") is not None
    importlib.util.find_spec("tensorflow")
    importlib.util.find_spec("keras.no_such_part")


def test_kerastorch_answers_although_keras_is_installed(real_keras):
    alias.install()
    try:
        import keras

        assert keras.layers.Dense is kerastorch.layers.Dense
        with pytest.raises(ModuleNotFoundError, match="has no such part"):
            importlib.import_module("keras.only_real")
    finally:
        alias.uninstall()
    assert importlib.import_module("keras").__version__ == "real"
    assert importlib.import_module("keras.layers").Dense == "real"


def test_what_was_imported_before_is_there_again(real_keras):
    before = importlib.import_module("keras"), importlib.import_module("keras.layers")
    alias.install()
    try:
        assert importlib.import_module("keras").layers is kerastorch.layers
    finally:
        alias.uninstall()
    assert (sys.modules["keras"], sys.modules["keras.layers"]) == before
    assert before[0].layers is before[1]


def test_nowhere_else(real_keras):
    """A process of its own that does not ask for kerastorch gets the real package."""
    code = "import keras; print(keras.__version__)"
    command = [sys.executable, "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {code!r}])"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    runner = [sys.executable, "-m", "kerastorch", *command[1:]]
    done = subprocess.run(runner, env=environment, capture_output=True, text=True, timeout=120)
    assert done.stdout == "real\n"


def test_install_twice_uninstall_once():
    finders = list(sys.meta_path)
    alias.install()
    alias.install()
    alias.uninstall()
    assert sys.meta_path == finders
    alias.uninstall()
    assert sys.meta_path == finders
    assert "keras" not in sys.modules


def test_install_chooses_the_era():
    kerastorch.install(era="tf.keras")
    try:
        import keras

        assert keras.__version__ == "2.15"
    finally:
        kerastorch.uninstall()
    with pytest.raises(ValueError, match="set_era: expected one of"):
        kerastorch.install(era="keras9")
    assert "keras" not in sys.modules


def test_load_ext():
    """What ``%load_ext kerastorch`` and ``%unload_ext kerastorch`` call."""
    kerastorch.load_ipython_extension(None)
    try:
        import keras

        assert keras.models is kerastorch.models
    finally:
        kerastorch.unload_ipython_extension(None)
    assert "keras" not in sys.modules


def test_load_ext_in_ipython():
    pytest.importorskip("IPython")
    from IPython.testing.globalipapp import start_ipython

    shell = start_ipython()
    shell.run_line_magic("load_ext", "kerastorch")
    try:
        done = shell.run_cell("import keras\nunits = keras.layers.Dense(3).units")
        assert done.success and shell.user_ns["units"] == 3
    finally:
        shell.run_line_magic("unload_ext", "kerastorch")
    assert "keras" not in sys.modules
    assert not shell.run_cell("import keras.layers", silent=True).success or importlib.util.find_spec("keras")


# ------------------------------------------------------------------------------ star imports


def stars(module):
    names = {}
    exec(f"from {module} import *", names)
    return names


def test_star_imports_bring_what_keras_2_brought(installed):
    names = stars("keras.layers")
    assert names["K"] is kerastorch.backend
    assert names["np"].__name__ == "numpy"
    assert names["regularizers"] is kerastorch.regularizers
    assert names["Dense"] is kerastorch.layers.Dense
    assert stars("keras.layers.core")["K"] is kerastorch.backend
    assert stars("keras.models")["Input"] is kerastorch.layers.Input
    assert stars("keras.engine")["Layer"] is kerastorch.layers.Layer
    assert stars("keras.preprocessing.image")["np"].__name__ == "numpy"


def test_star_imports_of_the_package_itself_bring_its_own_names():
    kerastorch.install()
    stars("keras.layers")
    kerastorch.uninstall()
    assert "K" not in stars("kerastorch.layers")
    assert not hasattr(kerastorch.layers, "np")
