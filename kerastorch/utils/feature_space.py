"""A table's columns as what a network takes: each is scaled, looked up or hashed as its kind asks for.

Source: https://keras.io/api/utils/feature_space/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import torch

from .. import layers
from ..backend import names, text
from ..backend.session import standardize_dtype
from ..engine import checks
from ..engine.input_layer import Input
from ..engine.layer import Layer
from ..engine.symbolic import is_symbolic
from ..layers.preprocessing.base import as_tensor

__all__ = ["Cross", "Feature", "FeatureSpace", "TFDConcat", "TFDIdentity"]

_BATCH = 32  # of rows that a data set gives one at a time
_SIZES = {  # how many categories a layer tells apart
    layers.StringLookup: lambda layer: layer.vocabulary_size(),
    layers.IntegerLookup: lambda layer: layer.vocabulary_size(),
    layers.CategoryEncoding: lambda layer: layer.num_tokens,
    layers.Discretization: lambda layer: len(layer.bin_boundaries) + 1,
    layers.HashedCrossing: lambda layer: layer.num_bins,
    layers.Hashing: lambda layer: layer.num_bins,
}


class TFDConcat(Layer):
    """Encoded features side by side.

    Args:
        axis: along which.
        **kwargs: those of ``Layer``.
    """

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, xs: Any) -> torch.Tensor:
        kind = torch.float32
        for x in xs:
            kind = torch.promote_types(kind, x.dtype)
        return torch.cat([x.to(kind) for x in xs], dim=self.axis)

    def compute_output_shape(self, input_shape: Any) -> Any:
        sizes = [shape[self.axis] for shape in input_shape]
        return (*input_shape[0][:-1], None if None in sizes else sum(sizes))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis}


class TFDIdentity(Layer):
    """A feature as it is."""

    def call(self, x: torch.Tensor) -> torch.Tensor:
        return x

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape


layers.REGISTRY.alias(TFDConcat=TFDConcat, TFDIdentity=TFDIdentity)


class Cross:
    """Which features together make one more; see ``FeatureSpace.cross``."""

    def __init__(self, feature_names: Iterable[str], crossing_dim: int, output_mode: str = "one_hot") -> None:
        checks.one_of("FeatureSpace.cross", "output_mode", output_mode, ("int", "one_hot"))
        self.feature_names = tuple(feature_names)
        self.crossing_dim = crossing_dim
        self.output_mode = output_mode

    @property
    def name(self) -> str:
        """The names of its features, joined."""
        return "_X_".join(self.feature_names)

    def get_config(self) -> dict[str, Any]:
        return {
            "feature_names": self.feature_names,
            "crossing_dim": self.crossing_dim,
            "output_mode": self.output_mode,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Cross:
        return cls(**config)


class Feature:
    """What a column holds, and the layer that prepares it; see ``FeatureSpace.feature``."""

    def __init__(self, dtype: str, preprocessor: Any, output_mode: str) -> None:
        checks.one_of("FeatureSpace.feature", "output_mode", output_mode, ("int", "one_hot", "float"))
        self.dtype = dtype
        if isinstance(preprocessor, dict):
            from ..saving import deserialize_keras_object

            preprocessor = deserialize_keras_object(preprocessor)
        self.preprocessor = preprocessor
        self.output_mode = output_mode

    def get_config(self) -> dict[str, Any]:
        from ..saving import modern

        return {
            "dtype": self.dtype,
            "preprocessor": modern.described(self.preprocessor, None),
            "output_mode": self.output_mode,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Feature:
        return cls(**config)


class FeatureSpace(Layer):
    """Prepares the columns of a table and joins them: one layer for all of them, in a data set's pipeline or a model.

    Args:
        features: for each column its kind: ``'float'``, ``'float_normalized'``, ``'float_rescaled'``,
            ``'float_discretized'``, ``'integer_categorical'``, ``'string_categorical'``, ``'integer_hashed'``,
            ``'string_hashed'``, or what the class's methods of these names give.
        output_mode: ``'concat'`` for one vector a row, ``'dict'`` for a dict of encoded columns.
        crosses: tuples of columns whose values together are hashed into further features, or what ``cross`` gives.
        crossing_dim: into how many values crosses are hashed.
        hashing_dim: into how many values hashed columns go.
        num_discretization_bins: how many ranges a discretized column has.
        name: the layer's name.

    Raises:
        ValueError: without features, or for a kind, mode or cross that is not there.

    Example:
        >>> space = FeatureSpace({"size": "float_normalized", "color": "string_categorical"})
        >>> space.adapt({"size": [1.0, 3.0], "color": ["red", "blue"]})
        >>> space({"size": 1.0, "color": "blue"}).tolist()  # unknown, red, blue; size
        [0.0, 0.0, 1.0, -1.0]
    """

    capturable = False  # its layers look at their data

    def __init__(
        self,
        features: dict[str, Any],
        output_mode: str = "concat",
        crosses: Iterable[Any] | None = None,
        crossing_dim: int = 32,
        hashing_dim: int = 32,
        num_discretization_bins: int = 32,
        name: str | None = None,
    ) -> None:
        super().__init__(name=name)
        if not features:
            raise ValueError(f"FeatureSpace: expected at least one feature. Received: features={features!r}")
        checks.one_of("FeatureSpace", "output_mode", output_mode, ("dict", "concat"))
        self.crossing_dim = crossing_dim
        self.hashing_dim = hashing_dim
        self.num_discretization_bins = num_discretization_bins
        self.features = {key: self._as_feature(key, value) for key, value in features.items()}
        self.crosses = [self._as_cross(cross) for cross in crosses or ()]
        self.crosses_by_name = {cross.name: cross for cross in self.crosses}
        self.output_mode = output_mode
        self.inputs = {key: Input(shape=(1,), dtype=value.dtype, name=key) for key, value in self.features.items()}
        self.preprocessors = {key: value.preprocessor for key, value in self.features.items()}
        self.crossers = {c.name: layers.HashedCrossing(c.crossing_dim, name=c.name) for c in self.crosses}
        self.one_hot_encoders: dict[str, Any] = {}
        self.encoded_features = None
        self.concat = None
        self._is_adapted = False

    # what a column may be

    @classmethod
    def cross(cls, feature_names: Iterable[str], crossing_dim: int, output_mode: str = "one_hot") -> Cross:
        """Features whose values together are hashed into ``crossing_dim`` values, as number or marked."""
        return Cross(feature_names, crossing_dim, output_mode=output_mode)

    @classmethod
    def feature(cls, dtype: str, preprocessor: Any, output_mode: str) -> Feature:
        """A column that a layer of the caller's prepares."""
        return Feature(dtype, preprocessor, output_mode)

    @classmethod
    def float(cls, name: str | None = None) -> Feature:
        """Numbers as they are."""
        return Feature("float32", TFDIdentity(dtype="float32", name=_named("float", name)), "float")

    @classmethod
    def float_rescaled(cls, scale: Any = 1.0, offset: Any = 0.0, name: str | None = None) -> Feature:
        """Numbers times ``scale`` plus ``offset``."""
        layer = layers.Rescaling(scale=scale, offset=offset, name=_named("float_rescaled", name))
        return Feature("float32", layer, "float")

    @classmethod
    def float_normalized(cls, name: str | None = None) -> Feature:
        """Numbers less their mean, divided by their deviation."""
        return Feature("float32", layers.Normalization(axis=-1, name=_named("float_normalized", name)), "float")

    @classmethod
    def float_discretized(
        cls, num_bins: int, bin_boundaries: Any = None, output_mode: str = "one_hot", name: str | None = None
    ) -> Feature:
        """Which of ``num_bins`` ranges a number is in."""
        named = _named("float_discretized", name)
        sizes = {"num_bins": num_bins} if bin_boundaries is None else {"bin_boundaries": bin_boundaries}
        return Feature("float32", layers.Discretization(**sizes, name=named), output_mode)

    @classmethod
    def integer_categorical(
        cls,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:
        """Whole numbers that name categories, which ``adapt`` learns."""
        named = _named("integer_categorical", name)
        layer = layers.IntegerLookup(max_tokens=max_tokens, num_oov_indices=num_oov_indices, name=named)
        return Feature("int32", layer, output_mode)

    @classmethod
    def string_categorical(
        cls,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:
        """Text that names categories, which ``adapt`` learns."""
        named = _named("string_categorical", name)
        layer = layers.StringLookup(max_tokens=max_tokens, num_oov_indices=num_oov_indices, name=named)
        return Feature("string", layer, output_mode)

    @classmethod
    def string_hashed(cls, num_bins: int, output_mode: str = "one_hot", name: str | None = None) -> Feature:
        """Text, hashed into ``num_bins`` values."""
        return Feature("string", layers.Hashing(num_bins, name=_named("string_hashed", name)), output_mode)

    @classmethod
    def integer_hashed(cls, num_bins: int, output_mode: str = "one_hot", name: str | None = None) -> Feature:
        """Whole numbers, hashed into ``num_bins`` values."""
        return Feature("int32", layers.Hashing(num_bins, name=_named("integer_hashed", name)), output_mode)

    def _as_feature(self, name: str, given: Any) -> Feature:
        if isinstance(given, Feature):
            return given
        if isinstance(given, dict):
            return Feature.from_config(given.get("config", given))
        sizes = {
            "float": (),
            "float_normalized": (),
            "float_rescaled": (),
            "float_discretized": (self.num_discretization_bins,),
            "integer_categorical": (),
            "string_categorical": (),
            "integer_hashed": (self.hashing_dim,),
            "string_hashed": (self.hashing_dim,),
        }
        checks.one_of("FeatureSpace", f"features[{name!r}]", given, tuple(sizes))
        return getattr(type(self), given)(*sizes[given], name=name)

    def _as_cross(self, given: Any) -> Cross:
        if isinstance(given, Cross):
            return given
        if isinstance(given, dict):
            return Cross.from_config(given.get("config", given))
        if not self.crossing_dim:
            raise ValueError(
                f"FeatureSpace: expected crossing_dim beside crosses. Received: crossing_dim={self.crossing_dim!r}"
            )
        if any(key not in self.features for key in given):
            raise ValueError(
                f"FeatureSpace: expected crosses of the features {sorted(self.features)}. Received: {given!r}"
            )
        return Cross(given, self.crossing_dim)

    # learning

    def _adaptable(self) -> list[str]:
        """The columns whose layers learn from data."""

        def given(layer: Any) -> bool:
            if isinstance(layer, layers.Normalization):
                return layer.input_mean is not None
            return isinstance(layer, layers.TextVectorization) and layer.get_vocabulary()[2:] != []

        return [key for key, layer in self.preprocessors.items() if hasattr(layer, "adapt") and not given(layer)]

    def adapt(self, dataset: Any) -> None:
        """Learns what the layers of the columns need: vocabularies, means, ranges.

        Args:
            dataset: a data set that gives dicts of columns, or one dict of whole columns.

        Raises:
            ValueError: for anything else.
        """
        if not isinstance(dataset, dict) and not hasattr(dataset, "element_spec"):
            raise ValueError(
                "FeatureSpace: expected adapt() to be given a tf.data.Dataset or a dict of columns. "
                f"Received: {dataset!r} of type {type(dataset).__name__}"
            )
        for key in self._adaptable():
            layer = self.preprocessors[key]
            if isinstance(layer, layers.Discretization) and layer.num_bins is None:
                continue  # its ranges were given
            layer.adapt(_column(dataset, key))
        self._is_adapted = True
        self.get_encoded_features()
        self.built = True

    # using

    def get_inputs(self) -> dict[str, Any]:
        """The input tensors of a model on raw columns, by name."""
        self.get_encoded_features()
        return self.inputs

    def get_encoded_features(self) -> Any:
        """The symbolic tensor, or dict of such, that ``get_inputs()`` become.

        Raises:
            ValueError: before ``adapt``, where a layer has something to learn.
        """
        self._check_adapted()
        if self.encoded_features is None:
            self.encoded_features = self._merged(self._prepared(self.inputs))
        return self.encoded_features

    def __call__(self, data: Any) -> Any:
        """Prepares a dict of columns, or of the values of one row."""
        self.get_encoded_features()
        if not isinstance(data, dict):
            raise ValueError(f"FeatureSpace {self.name}: expected a dict of columns. Received: {type(data).__name__}")
        columns = {key: value if is_symbolic(value) else as_tensor(value) for key, value in data.items()}
        alone = any(value.ndim == 0 for value in columns.values())
        columns = {key: _upright(value) for key, value in columns.items()}
        found = self._merged(self._prepared(columns))
        if not alone:
            return found
        if self.output_mode == "dict":
            return {key: value[0] if value.ndim == 2 and value.shape[0] == 1 else value for key, value in found.items()}
        if found.shape[0] != 1:
            raise ValueError(
                f"FeatureSpace {self.name}: expected one value in each column, as in the others. "
                f"Received: {found.shape[0]} rows"
            )
        return found[0]

    def _check_adapted(self) -> None:
        if not self._is_adapted and self._adaptable():
            raise ValueError(
                f"FeatureSpace {self.name}: expected adapt() before use, since there is something to learn. "
                f"Received: nothing for {self._adaptable()}"
            )
        self._is_adapted = True

    def _prepared(self, columns: dict[str, Any]) -> dict[str, Any]:
        """Columns and crosses in the order of their names, before they are marked."""
        single = {key: self.preprocessors[key](value) for key, value in columns.items()}
        crossed = {c.name: self.crossers[c.name]([single[key] for key in c.feature_names]) for c in self.crosses}
        return {key: part[key] for part in (single, crossed) for key in sorted(part)}

    def _merged(self, prepared: dict[str, Any]) -> Any:
        found = {key: self._encoded(key, value) for key, value in prepared.items()}
        if self.output_mode == "dict":
            return found
        if self.concat is None:
            self.concat = TFDConcat(axis=-1)
        return self.concat(list(found.values()))

    def _encoded(self, key: str, value: Any) -> Any:
        spec = self.features.get(key) or self.crosses_by_name[key]
        kind = _kind_of(value)
        if spec.output_mode == "one_hot":
            if key not in self.one_hot_encoders:
                depth = self._depth(key, kind)
                self.one_hot_encoders[key] = layers.CategoryEncoding(num_tokens=depth, output_mode="multi_hot")
            return self.one_hot_encoders[key](value)
        if self.output_mode == "concat" and (kind == "string" or kind.startswith("int")):
            raise ValueError(
                f"FeatureSpace {self.name}: expected feature {key!r} to be encoded beside output_mode='concat'; "
                f"output_mode='dict' takes it as it is. Received: dtype {kind}"
            )
        return value

    def _depth(self, key: str, kind: str) -> int:
        """How many categories a feature has."""
        layer = self.preprocessors.get(key) or self.crossers[key]
        if not kind.startswith("int"):
            raise ValueError(
                f"FeatureSpace {self.name}: expected the layer of feature {key!r} to give whole numbers beside "
                f"output_mode='one_hot'. Received: dtype {kind}"
            )
        size = next((size for found, size in _SIZES.items() if isinstance(layer, found)), None)
        if size is None:
            raise ValueError(
                f"FeatureSpace {self.name}: expected output_mode='int' for feature {key!r}, whose number of "
                f"categories is not known. Received: output_mode='one_hot'"
            )
        return size(layer)

    # files

    def get_config(self) -> dict[str, Any]:
        def wrapped(part: Any) -> dict[str, Any]:
            name = type(part).__name__
            module = "keras.src.layers.preprocessing.feature_space"
            return {"module": module, "class_name": name, "config": part.get_config(), "registered_name": name}

        return {
            "features": {key: wrapped(value) for key, value in self.features.items()},
            "output_mode": self.output_mode,
            "crosses": [wrapped(cross) for cross in self.crosses],
            "crossing_dim": self.crossing_dim,
            "hashing_dim": self.hashing_dim,
            "num_discretization_bins": self.num_discretization_bins,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> FeatureSpace:
        return cls(**config)

    def get_build_config(self) -> dict[str, Any]:
        """What files say beside the configuration: each layer's shape."""
        return {key: {"input_shape": [None, 1]} for key in self.features}

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Builds the layers, whose state a file brings."""
        for key in config:
            layer = self.preprocessors[key]
            if not layer.built:
                layer._ensure_built(self.inputs[key])
        self._is_adapted = self.built = True

    def save(self, filepath: Any) -> None:
        """Writes a ``.keras`` file, which ``load_model`` reads.

        Args:
            filepath: where to.
        """
        from ..saving import archive, files

        archive.write(self, files.as_text(filepath), True, False)


def _named(kind: str, name: str | None) -> str:
    return f"{name or names.unique_name(kind, as_is=True)}_preprocessor"


def _kind_of(value: Any) -> str:
    """The name of a tensor's type."""
    if is_symbolic(value):
        return value.dtype_name
    return "string" if isinstance(value, text.StringTensor) else standardize_dtype(value.dtype)


def _upright(value: Any) -> Any:
    """A number or a row of them as a column."""
    return value.reshape(1, 1) if value.ndim == 0 else value.unsqueeze(-1) if value.ndim == 1 else value


def _column(dataset: Any, key: str) -> list[Any]:
    """One column, batch by batch, each of rank 2 at least."""
    if isinstance(dataset, dict):
        whole = as_tensor(dataset[key])
        parts = list(whole.split(_BATCH)) if whole.ndim <= 1 else list(whole)
        return [_upright(part) for part in parts]
    parts = [as_tensor(element[key]) for element in dataset]
    if parts and parts[0].ndim == 0:
        parts = list(_stacked(parts))
    return [_upright(part) for part in parts]


def _stacked(parts: list[Any]) -> Iterator[Any]:
    for at in range(0, len(parts), _BATCH):
        yield torch.stack(parts[at : at + _BATCH])


layers.REGISTRY.alias(FeatureSpace=FeatureSpace)
