"""Masks of a layer's inputs and outputs: which steps or elements count."""

from __future__ import annotations

import warnings
from typing import Any

import torch

from .. import eras
from .arguments import masks_of, signature
from .symbolic import SymbolicTensor, flatten, map_structure

__all__ = ["Masking"]


class Masking:
    """The part of a layer that takes the masks of its inputs and gives its outputs theirs."""

    name: str
    supports_masking = False

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The output's mask: the input's where the layer supports masking.

        Raises:
            TypeError: in the era keras2 when a mask comes and the layer does not support one; later Kerases drop it.
        """
        if self.supports_masking:
            return mask
        era = eras.current()
        if mask is None or era.unsupported_mask == "dropped" or all(m is None for m in flatten(mask)):
            return None
        if era.unsupported_mask == "refused":
            raise TypeError(
                f"Layer {self.name}: expected an input without a mask, since {type(self).__name__} does not support "
                "masking. Received: a masked input"
            )
        warnings.warn(
            f"Layer {self.name}: its input's mask ends here, since {type(self).__name__} does not support masking.",
            stacklevel=2,
        )
        return None

    @staticmethod
    def _mask_argument(inputs: Any, mask: Any) -> Any:
        """The mask that ``compute_mask`` gets: without one, the era says whether several inputs have a list."""
        if mask is None and isinstance(inputs, (list, tuple, dict)) and eras.current().absent_masks == "listed":
            return map_structure(lambda _: None, inputs)
        return mask

    def _with_masks(self, args: tuple, kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """The mask of the inputs, and the arguments of the call with the masks that it asks for."""
        sig = signature(type(self).call)
        inputs, mask = args[0], kwargs.get("mask")
        if sig.masked:
            arguments = sig.arguments(args, kwargs)
            kwargs = {**masks_of(arguments, sig, lambda leaf: getattr(leaf, "_keras_mask", None)), **kwargs}
        if mask is not None:  # one that the caller names is the layer's own business where it hands none on
            hands_on = self.supports_masking or type(self).compute_mask is not Masking.compute_mask
            return mask if hands_on else None, kwargs
        masks = [getattr(x, "_keras_mask", None) for x in flatten(inputs)]
        if all(m is None for m in masks):
            return None, kwargs
        mask = masks if isinstance(inputs, (list, tuple)) else masks[0]
        if eras.current().masks_of_several == "by_name" and self._takes_several(args, kwargs):
            return mask, kwargs  # Keras 3 knows only arguments like x_mask then
        return mask, {**kwargs, "mask": mask} if "mask" in sig.names else kwargs

    def _takes_several(self, args: tuple, kwargs: dict[str, Any]) -> bool:
        """Whether more than one argument of a call holds tensors."""
        given = (*args, *kwargs.values())
        return sum(any(isinstance(x, (torch.Tensor, SymbolicTensor)) for x in flatten(each)) for each in given) > 1

    @staticmethod
    def _attach_masks(outputs: Any, masks: Any) -> None:
        if masks is None:
            return
        outputs = list(flatten(outputs))
        masks = masks if isinstance(masks, (list, tuple)) else [masks]
        for output, mask in zip(outputs, masks, strict=False):
            if mask is not None:
                output._keras_mask = mask
