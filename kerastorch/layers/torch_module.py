"""Any ``nn.Module`` as a layer."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import nn

from .. import config
from ..engine.layer import Layer
from ..engine.symbolic import examples_for, flatten

__all__ = ["TorchModule"]


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


def _name_of(module: nn.Module) -> str:
    from ..backend import names

    return names.unique_name(type(module).__name__)
