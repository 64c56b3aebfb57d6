"""Which Keras generation a script was written for, read from its imports and arguments."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

__all__ = ["Verdict", "detect", "detect_file", "is_keras1", "names_torch"]

_KERAS1_NAMES = {
    "nb_epoch", "border_mode", "nb_filter", "nb_row", "nb_col", "filter_length", "subsample", "subsample_length",
    "W_regularizer", "b_regularizer", "U_regularizer", "W_constraint", "b_constraint", "dim_ordering", "inner_init",
    "inner_activation", "dropout_W", "dropout_U", "samples_per_epoch", "nb_val_samples", "val_samples", "max_q_size",
    "nb_worker", "show_accuracy", "pool_length", "forget_bias_init", "consume_less",
}  # fmt: skip
_KERAS2_CALLS = {"fit_generator", "evaluate_generator", "predict_generator", "predict_classes", "predict_proba"}
_KERAS2_NAMES = {"np_utils", "CuDNNLSTM", "CuDNNGRU", "multi_gpu_model", "set_image_dim_ordering", "image_dim_ordering"}
_KERAS2_MODULES = (
    "keras.layers.core", "keras.layers.convolutional", "keras.layers.recurrent", "keras.layers.normalization",
    "keras.layers.advanced_activations", "keras.layers.embeddings", "keras.layers.merge", "keras.layers.wrappers",
    "keras.layers.pooling", "keras.layers.local", "keras.layers.noise", "keras.engine", "keras.utils.np_utils",
    "keras.utils.vis_utils", "keras.utils.generic_utils", "keras.legacy", "keras.objectives", "keras.initializations",
    "keras.wrappers", "keras.utils.visualize_util", "keras.preprocessing.text", "keras.backend.tensorflow_backend",
)  # fmt: skip
_KERAS3_MODULES = ("keras.ops", "keras.random", "keras.saving", "keras.distribution", "keras.tree", "keras_core")
_KERAS3_NAMES = {"ops", "PyDataset", "KerasTensor", "SeedGenerator", "StatelessScope"}
#: classes and functions that Keras got with or after 2.3; Keras 2.2.4 had functions in the place of the first ones
_LATER_NAMES = {
    "Mean", "Accuracy", "BinaryAccuracy", "CategoricalAccuracy", "SparseCategoricalAccuracy",
    "TopKCategoricalAccuracy", "AUC", "Precision", "Recall", "MeanIoU", "CosineSimilarity", "RootMeanSquaredError",
    "MeanSquaredError", "MeanAbsoluteError", "BinaryCrossentropy", "CategoricalCrossentropy",
    "SparseCategoricalCrossentropy", "Huber", "KLDivergence", "image_dataset_from_directory",
    "text_dataset_from_directory", "timeseries_dataset_from_array", "audio_dataset_from_directory", "set_random_seed",
    "register_keras_serializable", "BackupAndRestore", "FeatureSpace", "split_dataset", "Dice", "Tversky", "CTC",
    "BinaryFocalCrossentropy", "CategoricalFocalCrossentropy", "F1Score", "FBetaScore", "R2Score", "AdamW", "Lion",
    "Lamb", "Adafactor", "SwapEMAWeights", "IntersectionOverUnion", "OneHotIoU", "BinaryIoU", "PrecisionAtRecall",
    "RecallAtPrecision", "SensitivityAtSpecificity", "SpecificityAtSensitivity",
}  # fmt: skip
_WHEN = ("begin", "end")
_LATER_TENSORFLOW = {"GradientTape", "function"}
_LATER_HOOKS = {f"on_{part}_{when}" for part in ("train_batch", "test", "test_batch", "predict") for when in _WHEN}
_OWN_STEPS = {"train_step", "test_step", "predict_step", "compute_loss"}
_LATER_LAYERS = {
    "MultiHeadAttention", "LayerNormalization", "Rescaling", "RandomFlip", "RandomRotation", "RandomZoom",
    "TextVectorization", "StringLookup", "IntegerLookup", "EinsumDense", "GroupNormalization", "RandomTranslation",
    "Conv1DTranspose", "Normalization", "Discretization", "CategoryEncoding", "Hashing", "HashedCrossing", "Resizing",
    "CenterCrop", "RandomCrop", "RandomContrast", "RandomBrightness", "RandomHeight", "RandomWidth",
    "UnitNormalization", "AdditiveAttention", "ConvLSTM1D", "ConvLSTM3D", "SpectralNormalization",
    "GroupQueryAttention", "RMSNormalization", "DepthwiseConv1D", "AutoContrast", "Solarization", "MelSpectrogram",
    "STFTSpectrogram",
}  # fmt: skip

_OF_TORCH = ("torch", "torchvision", "torchaudio", "lightning", "pytorch_lightning", "kerastorch")


@dataclass
class Verdict:
    """The generation found.

    Attributes:
        era: its name in ``eras.py``.
        reason: why, with the line.
        certain: whether something spoke for it.
    """

    era: str
    reason: str
    certain: bool = True


@dataclass
class _Marks:
    """What speaks for a generation: the first line and word of each kind."""

    found: dict[str, tuple[int, str]] = field(default_factory=dict)

    def add(self, kind: str, line: int, word: str) -> None:
        known = self.found.get(kind)
        if known is None or line < known[0]:
            self.found[kind] = (line, word)

    def why(self, kind: str) -> str:
        line, word = self.found[kind]
        return f"line {line} has {word}"


def _called(node: ast.expr) -> str:
    """The last name of a dotted one."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _root(node: ast.expr) -> str:
    """The first name of a dotted one."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return getattr(node, "id", "")


def _is_torchs(function: ast.expr) -> bool:
    return ast.unparse(function).startswith(("torch.", "optim."))


class _Reader(ast.NodeVisitor):
    """Collects marks from the source."""

    def __init__(self) -> None:
        self.marks = _Marks()
        self.tensorflow: set[str] = set()  # names that stand for tensorflow
        self.keras: set[str] = set()  # names that stand for plain keras
        self.parts: set[str] = set()  # names of what it imports out of keras
        self.own_keys: set[str] = set()  # log keys that the script chose itself

    def _module(self, name: str, line: int) -> None:
        if name.startswith(("tensorflow.keras", "tensorflow.python.keras", "tf_keras", "tensorflow.contrib.keras")):
            self.marks.add("tf", line, name)
        elif name == "keras" or name.startswith("keras."):
            self.marks.add("plain", line, name)
        if name.startswith("tensorflow.experimental"):
            self.marks.add("later", line, name)
        if name.startswith(_KERAS3_MODULES):
            self.marks.add("three", line, name)
        if name.startswith(_KERAS2_MODULES):
            self.marks.add("two", line, name)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._module(alias.name, node.lineno)
            bound = alias.asname or alias.name.partition(".")[0]
            if alias.name == "torch":
                self.marks.add("torch", node.lineno, "import torch")
            if alias.name == "tensorflow":
                self.marks.add("alone", node.lineno, alias.name)
            if alias.name.startswith("tensorflow") and (alias.asname is None or "keras" not in alias.name):
                self.tensorflow.add(bound)
            if alias.name == "keras" or (alias.name.startswith("keras.") and alias.asname is None):
                self.keras.add(bound)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        if node.level:
            return
        self._module(module, node.lineno)
        if module == "keras.utils" and any(alias.name == "pad_sequences" for alias in node.names):
            self.marks.add("later", node.lineno, "keras.utils.pad_sequences")
        if module == "keras":
            self.parts.update(alias.asname or alias.name for alias in node.names)
        for alias in node.names:
            if module.partition(".")[0] in ("keras", "tensorflow", "tf_keras"):
                self._module(f"{module}.{alias.name}", node.lineno)
                self._name(alias.name, node.lineno, plain=module.startswith("keras"))

    def _in_sequential(self, nodes: Sequence[ast.expr]) -> None:
        """An ``Input`` among the layers of a Sequential model, which Keras 2.2 refused."""
        for node in nodes:
            if isinstance(node, ast.Call) and _called(node.func) == "Input" and _root(node.func) not in self.tensorflow:
                self.marks.add("later", node.lineno, "an Input among a Sequential's layers")

    def _name(self, name: str, line: int, plain: bool) -> None:
        if name in _KERAS2_NAMES:
            self.marks.add("two", line, name)
        if plain and name in _KERAS3_NAMES:
            self.marks.add("three", line, name)
        if plain and (name in _LATER_LAYERS or name in _LATER_NAMES):
            self.marks.add("later", line, name)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        owner = node.value.id if isinstance(node.value, ast.Name) else None
        if owner in self.tensorflow and node.attr in _SESSIONS:
            self.marks.add("session", node.lineno, f"{owner}.{node.attr}")
        if owner in self.tensorflow and node.attr in _LATER_TENSORFLOW:
            self.marks.add("later", node.lineno, f"{owner}.{node.attr}")
        if owner in self.tensorflow and node.attr == "keras":
            self.marks.add("tf", node.lineno, f"{owner}.keras")
        if owner in self.keras and node.attr in ("ops", "random", "saving", "distribution", "tree", "KerasTensor"):
            self.marks.add("three", node.lineno, f"{owner}.{node.attr}")
        if node.attr == "pad_sequences" and ast.unparse(node.value) in {f"{name}.utils" for name in self.keras}:
            self.marks.add("later", node.lineno, ast.unparse(node))
        if node.attr != "ops":  # of keras: seen above; of anything else it means nothing
            self._name(node.attr, node.lineno, plain=_root(node) in self.keras | self.parts)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for keyword in node.keywords:
            if keyword.arg in _KERAS1_NAMES:
                self.marks.add("one", node.lineno, f"{keyword.arg}=")
            elif keyword.arg == "lr" and called.lower() in _OPTIMIZERS and not _is_torchs(node.func):
                self.marks.add("two", node.lineno, "lr=")
            elif keyword.arg == "learning_rate" and called.lower() in _OPTIMIZERS:
                self.marks.add("rate", node.lineno, "learning_rate=")
        if called == "get" and node.args and isinstance(node.args[0], ast.Constant):
            self._key(node.args[0].value, node.lineno)
        if called == "apply" and isinstance(node.func, ast.Attribute) and _called(node.func.value) == "optimizer":
            self.marks.add("three", node.lineno, "optimizer.apply()")
        if called == "Sequential" and node.args and isinstance(node.args[0], (ast.List, ast.Tuple)):
            self._in_sequential(node.args[0].elts)
        if called == "add" and len(node.args) == 1 and isinstance(node.func, ast.Attribute):
            self._in_sequential(node.args)
        if called in _KERAS2_CALLS:
            self.marks.add("two", node.lineno, f"{called}()")
        if called == "merge" and any(keyword.arg == "mode" for keyword in node.keywords):
            self.marks.add("one", node.lineno, "merge(mode=)")
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if isinstance(node.slice, ast.Constant):
            self._key(node.slice.value, node.lineno)
            if node.slice.value == "KERAS_BACKEND":
                self.marks.add("backend", node.lineno, "KERAS_BACKEND")
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        target = node.targets[0]
        named = isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant)
        if named and target.slice.value == "KERAS_BACKEND" and isinstance(node.value, ast.Constant):
            if node.value.value in ("jax", "torch"):
                self.marks.add("three", node.lineno, f"KERAS_BACKEND = {node.value.value!r}")
        self.generic_visit(node)

    def visit_keyword(self, node: ast.keyword) -> None:
        if node.arg == "monitor" and isinstance(node.value, ast.Constant):
            self._key(node.value.value, node.value.lineno)
        if node.arg == "metrics":  # 'acc' is logged as 'acc' in every generation
            self.own_keys.update("acc" for leaf in ast.walk(node.value) if getattr(leaf, "value", None) == "acc")
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if node.name in ("acc", "accuracy"):
            self.own_keys.add(node.name)
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        if any(_called(base) in ("Model", "Sequential") for base in node.bases):
            for part in node.body:
                if isinstance(part, ast.FunctionDef) and part.name in _OWN_STEPS:
                    self.marks.add("later", part.lineno, f"a {part.name} of its own")
        if any(_called(base) == "Callback" for base in node.bases):
            for part in node.body:
                if isinstance(part, ast.FunctionDef) and part.name in _LATER_HOOKS:
                    self.marks.add("later", part.lineno, part.name)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and (found := _KEY_IN_NAME.search(node.value)):
            self._key(found.group(1), node.lineno)
        if isinstance(node.value, str) and _ARCHIVE.search(node.value):
            self.marks.add("later", node.lineno, repr(node.value))

    def _key(self, key: object, line: int) -> None:
        if key in ("acc", "val_acc"):
            self.marks.add("acc", line, repr(key))
        elif key in ("accuracy", "val_accuracy"):
            self.marks.add("accuracy", line, repr(key))


_KEY_IN_NAME = re.compile(r"\{((?:val_)?acc(?:uracy)?)[:}]")  # as in "weights.{epoch:02d}-{val_acc:.2f}.h5"
_ARCHIVE = re.compile(r"[\w}]\.keras$")
_SESSIONS = {"Session", "InteractiveSession", "placeholder", "get_variable", "global_variables_initializer", "contrib"}
_OPTIMIZERS = {"sgd", "adam", "rmsprop", "adagrad", "adadelta", "adamax", "nadam"}


def detect(source: str) -> Verdict:
    """The generation of a script.

    Args:
        source: its text.

    Raises:
        SyntaxError: when it is no Python 3.

    Example:
        >>> detect("from keras.layers import Dense\\nmodel.fit(x, y, nb_epoch=3)").era
        'keras2'
    """
    reader = _Reader()
    reader.visit(ast.parse(source))
    marks = reader.marks
    for key in reader.own_keys:
        marks.found.pop(key, None)
    has = marks.found.__contains__
    if has("tf"):
        if has("acc") and not has("accuracy"):
            return Verdict("keras2", f"{marks.why('acc')}, which logs were called until Keras 2.2")
        return Verdict("tf.keras", marks.why("tf"))
    if has("one"):
        return Verdict("keras2", f"{marks.why('one')}, an argument of Keras 1")
    if has("three") and not (has("two") or has("acc")):
        return Verdict("keras3", marks.why("three"))
    if has("acc"):
        return Verdict("keras2", f"{marks.why('acc')}, which logs were called until Keras 2.2")
    if has("backend") and not has("two") and (has("later") or has("rate") or has("accuracy")):
        return Verdict("keras3", f"{marks.why('backend')} beside later names")
    if has("plain") and (has("later") or has("torch")) and not has("two"):
        kind = "later" if has("later") else "torch"
        return Verdict("keras3", f"{marks.why(kind)}, and nothing has a name of Keras 2")
    if has("accuracy"):
        return Verdict("tf.keras", f"{marks.why('accuracy')}, which logs are called since Keras 2.3")
    if has("rate") and not has("two"):
        return Verdict("tf.keras", f"{marks.why('rate')}, which was lr= until Keras 2.2")
    if has("two"):
        return Verdict("keras2", marks.why("two"))
    if has("alone") and not has("plain") and not has("session"):
        return Verdict("tf.keras", f"{marks.why('alone')}, and nothing has a session of TensorFlow 1")
    return Verdict("keras2", "nothing in it belongs to one generation only", certain=False)


def is_keras1(source: str) -> bool:
    """Whether a script has arguments of Keras 1.

    Args:
        source: its text.

    Raises:
        SyntaxError: when it is no Python 3.

    Example:
        >>> is_keras1("Dense(3, init='one', W_regularizer=None)"), is_keras1("Dense(3)")
        (True, False)
    """
    reader = _Reader()
    reader.visit(ast.parse(source))
    return "one" in reader.marks.found


def names_torch(source: str) -> bool:
    """Whether a script is written for torch's tensors: it imports torch or chooses that backend.

    Example:
        >>> names_torch("import torch"), names_torch("import os, keras")
        (True, False)
    """
    if os.environ.get("KERAS_BACKEND") == "torch":
        return True
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return False
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and any(alias.name.partition(".")[0] in _OF_TORCH for alias in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in _OF_TORCH:
            return True
        if isinstance(node, ast.Assign) and "KERAS_BACKEND" in ast.dump(node.targets[0]):
            if isinstance(node.value, ast.Constant) and node.value.value == "torch":
                return True
    return False


def detect_file(path: str, source: str) -> Verdict:
    """The generation of a script, or that of the modules beside it that it imports when it leaves the question open.

    Args:
        path: where the script is.
        source: its text.

    Raises:
        SyntaxError: when it is no Python 3.
    """
    verdict = detect(source)
    if verdict.certain:
        return verdict
    for beside in _modules_beside(path, source):
        try:
            with open(beside, encoding="utf-8") as file:
                found = detect(file.read())
        except (SyntaxError, UnicodeDecodeError):
            continue  # running it says where
        if found.certain:
            return Verdict(found.era, f"{os.path.basename(beside)}, {found.reason}")
    return verdict


def _modules_beside(path: str, source: str) -> Iterator[str]:
    """The files of the modules that a script imports from its own folder."""
    folder = os.path.dirname(os.path.abspath(path))
    for node in ast.walk(ast.parse(source)):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{a.name}" for a in node.names)]
        for name in names:
            base = os.path.join(folder, *name.split("."))
            yield from filter(os.path.isfile, (f"{base}.py", os.path.join(base, "__init__.py")))
