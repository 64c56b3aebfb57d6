"""Any step function over the time axis of a tensor: what ``K.rnn`` and layers with custom cells run on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

__all__ = ["rnn"]

Tensor = torch.Tensor
Step = Callable[[Tensor, list[Tensor]], tuple[Tensor, Sequence[Tensor]]]


def rnn(
    step_function: Step,
    inputs: Tensor,
    initial_states: Sequence[Tensor],
    go_backwards: bool = False,
    mask: Tensor | None = None,
    constants: Sequence[Tensor] | None = None,
    zeros_first: bool = False,
    input_length: int | None = None,
    zero_output_for_mask: bool = False,
    return_all_outputs: bool = True,
) -> tuple[Tensor, Tensor, list[Tensor]]:
    """Calls a step function for each time step, as Keras's ``K.rnn`` does.

    Args:
        step_function: ``f(input, states)`` giving ``(output, new_states)``; ``states`` ends with the constants.
        inputs: (batch, time, ...), at least 3 axes.
        initial_states: the states before the first step.
        go_backwards: from the last step to the first; the outputs come in the order in which they are made.
        mask: (batch, time), False where a step is to be left out: the states stay, and the output is the first state.
        constants: tensors handed to each step.
        zeros_first: a step that is left out gives the output of the step before it instead, zeros at first.
        input_length: how many steps there are, where that is known; the tensor knows it too.
        zero_output_for_mask: a step that is left out gives zeros, the last one too.
        return_all_outputs: False gives the last output (batch, 1, ...) in the place of all.

    Returns:
        The last output, all outputs (batch, time, ...) and the last states.

    Raises:
        ValueError: for fewer than 3 axes, no time step, another ``input_length`` or a mask without states.

    Source: https://faroit.com/keras-docs/2.2.4/backend/#rnn

    Example:
        >>> total = lambda x, states: (states[0] + x, [states[0] + x])
        >>> last, outputs, _ = rnn(total, torch.ones(1, 3, 1), [torch.zeros(1, 1)])
        >>> outputs.flatten().tolist()
        [1.0, 2.0, 3.0]
    """
    steps = inputs.shape[1] if inputs.ndim >= 3 else 0
    if not steps or (input_length is not None and input_length != steps):
        wanted = "at least one step" if input_length is None else f"{input_length} steps"
        raise ValueError(
            f"rnn: expected inputs (batch, time, ...) with {wanted}. Received: shape {tuple(inputs.shape)}"
        )
    if mask is not None and not len(initial_states):
        raise ValueError("rnn: expected initial states together with a mask. Received: none")
    if mask is not None:
        mask = mask.bool()
        mask = mask.reshape(mask.shape[0], steps, -1)[..., 0]
    states, constants = list(initial_states), list(constants or [])
    outputs: list[Tensor] = []
    for t in reversed(range(steps)) if go_backwards else range(steps):
        output, new_states = step_function(inputs[:, t], states + constants)
        new_states = list(new_states)
        if mask is not None:
            output = _where(mask[:, t], output, _held(output, outputs, states, zeros_first))
            new_states = [_where(mask[:, t], new, old) for new, old in zip(new_states, states, strict=True)]
        states = new_states
        if not return_all_outputs:
            outputs.clear()
        outputs.append(output)
    every = torch.stack(outputs, 1)
    if zero_output_for_mask and mask is not None:
        counts = mask.flip(1) if go_backwards else mask
        counts = counts if return_all_outputs else counts[:, -1:]
        every = torch.where(counts.reshape(*counts.shape, *[1] * (every.ndim - 2)), every, 0.0)
        outputs = [every[:, -1]]
    return outputs[-1], every, states


def _held(output: Tensor, outputs: list[Tensor], states: list[Tensor], zeros_first: bool) -> Tensor:
    """What a step that is left out gives."""
    if not zeros_first and states[0].shape == output.shape:
        return states[0]
    return outputs[-1] if outputs else torch.zeros_like(output)


def _where(valid: Tensor, new: Tensor, old: Tensor) -> Tensor:
    return torch.where(valid.reshape(-1, *[1] * (new.ndim - 1)), new, old)
