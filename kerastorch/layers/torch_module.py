"""Any ``nn.Module`` as a layer.

Source: https://keras.io/api/layers/backend_specific_layers/torch_module_wrapper/
"""

from __future__ import annotations

import base64
import copy
import io
from typing import Any

import torch
from torch import nn

from .. import config
from ..backend import names
from ..backend.safe_mode import in_safe_mode
from ..engine.layer import Layer
from ..engine.symbolic import flatten
from ..engine.symbolic.inference import examples_for

__all__ = ["TorchModule", "TorchModuleWrapper"]


class TorchModule(Layer):
    """Runs a torch module inside a model; ``model.add(module)`` makes one by itself.

    Args:
        module: the module; it sees the tensors as they are (batch first, channels where they are).
        output_shape: shape of one output sample, for a module that does not run on the meta device.
        **kwargs: the arguments of every layer.

    Raises:
        TypeError: when it is no ``nn.Module``.

    Example:
        >>> import torch
        >>> TorchModule(torch.nn.Linear(4, 3))(torch.ones(2, 4)).shape
        torch.Size([2, 3])
    """

    supports_masking = True
    casts_inputs = False  # the module's own weights stay what they are

    def __init__(self, module: nn.Module, output_shape: tuple[int | None, ...] | None = None, **kwargs: Any) -> None:
        if not isinstance(module, nn.Module):
            raise TypeError(f"TorchModule: expected an nn.Module. Received: {module!r} of type {type(module).__name__}")
        if kwargs.get("name") is None:
            kwargs["name"] = _name_of(module)
        super().__init__(**kwargs)
        self._given_shape = output_shape
        self.module = module.to(config.device()).train(self.training)

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        if training is not None and training != self.module.training:
            self.module.train(training)
        return self.module(inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        if self._given_shape is not None:
            return (input_shape[0], *self._given_shape)
        twin = copy.deepcopy(self.module).to("meta").eval()
        shapes = input_shape if isinstance(input_shape, list) else [input_shape]
        pairs = [examples_for(tuple(shape), config.torch_dtype(None)) for shape in shapes]
        results = []
        for i in range(max(len(pair) for pair in pairs)):
            inputs = [pair[min(i, len(pair) - 1)] for pair in pairs]
            try:
                with torch.no_grad():
                    results.append(list(flatten(twin(inputs if isinstance(input_shape, list) else inputs[0]))))
            except Exception as error:
                raise ValueError(
                    f"Layer {self.name}: expected an input that {type(self.module).__name__} takes. "
                    f"Received: shape {input_shape} ({str(error).splitlines()[0]})"
                ) from error
        found = [
            tuple(a if a == b else None for a, b in zip(first.shape, last.shape, strict=True))
            for first, last in zip(results[0], results[-1], strict=True)
        ]
        return found[0] if len(found) == 1 else found

    def get_config(self) -> dict[str, Any]:
        raise ValueError(
            f"Layer {self.name}: a {type(self.module).__name__} has no Keras configuration; save its state_dict instead"
        )


class TorchModuleWrapper(TorchModule):
    """A torch module as a layer, under Keras 3's name and with a config that holds the module itself.

    A ``TorchModule`` suits any script; this one has Keras 3's ways: ``output_shape`` has the batch axis, a call outside
    of ``fit`` and its kin counts as training unless it says otherwise, several arguments are handed on.

    Args:
        module: the module; a lazy one has to have seen data.
        name: name of the layer.
        output_shape: the output's shape with the batch axis, for a module that does not run on the meta device.
        **kwargs: the arguments of every layer.

    Raises:
        TypeError: when it is no ``nn.Module``.
        ValueError: for a lazy module that knows no shapes yet.

    Source: https://keras.io/api/layers/backend_specific_layers/torch_module_wrapper/

    Example:
        >>> import torch
        >>> TorchModuleWrapper(torch.nn.Linear(4, 3))(torch.ones(2, 4)).shape
        torch.Size([2, 3])
    """

    def __init__(self, module: nn.Module, name: str | None = None, output_shape: Any = None, **kwargs: Any) -> None:
        lazy = isinstance(module, nn.modules.lazy.LazyModuleMixin)
        if lazy and module.has_uninitialized_params():
            raise ValueError(
                "TorchModuleWrapper: expected a lazy module that has seen data, since only then its weights exist. "
                f"Received: {module}"
            )
        super().__init__(module, name=name or names.unique_name("TorchModuleWrapper"), **kwargs)
        self._whole_shape = output_shape
        self.built = True

    def call(self, *args: Any, training: bool = True, **kwargs: Any) -> Any:
        if training != self.module.training:
            self.module.train(training)
        return self.module(*args, **kwargs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return super().compute_output_shape(input_shape) if self._whole_shape is None else self._whole_shape

    def get_config(self) -> dict[str, Any]:
        file = io.BytesIO()
        torch.save(self.module, file)
        base = super(TorchModule, self).get_config()
        return {**base, "module": base64.b64encode(file.getvalue()).decode("ascii"), "output_shape": self._whole_shape}

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None, safe_mode: bool | None = None
    ) -> TorchModuleWrapper:
        """The layer that a config describes; its module is a pickle, which may run code, so it takes consent.

        Args:
            config: what ``get_config`` gave.
            custom_objects: not needed.
            safe_mode: False trusts the config; None asks what the file is loaded with.

        Raises:
            ValueError: without consent.
        """
        if in_safe_mode() if safe_mode is None else safe_mode is not False:
            raise ValueError(
                "TorchModuleWrapper: expected safe_mode=False, or config.enable_unsafe_deserialization(), for a config "
                "whose module is a pickle, since that runs code. Received: a config in safe mode"
            )
        file = io.BytesIO(base64.b64decode(config["module"]))
        return cls(**{**config, "module": torch.load(file, weights_only=False)})


def _name_of(module: nn.Module) -> str:
    return names.unique_name(type(module).__name__)
