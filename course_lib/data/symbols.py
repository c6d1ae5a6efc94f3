"""Sequences of symbols made by rule, so that the best possible loss is known."""

import torch
from torch import Tensor


def echo(
    batch: int, time: int, lag: int, num_symbols: int, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Draw random symbols, to be repeated `lag` steps later.

    The symbols are independent and uniform from 1 to `num_symbols`. So who remembers
    reaches a loss of 0, and who does not cannot do better than log(num_symbols) nats a
    step, whatever the size of the network. Symbol 0 is padding.

    Args:
        batch: number of sequences.
        time: steps a sequence.
        lag: how many steps later a symbol is asked for; 0 asks for it at once.
        num_symbols: how many there are, without the padding.
        generator: source of randomness.

    Returns:
        inputs: (batch, time) int64 symbols.
        targets: (batch, time) int64, `inputs` `lag` steps before; padding in the first
            `lag` steps, where nothing can be asked yet.

    Raises:
        ValueError: the lag is negative or not shorter than the sequence.
    """
    if not 0 <= lag < time:
        raise ValueError(f"lag is {lag}, expected 0 <= lag < time={time}")
    shape = (batch, time)
    inputs = torch.randint(1, num_symbols + 1, shape, generator=generator)
    targets = torch.zeros_like(inputs)
    targets[:, lag:] = inputs[:, : time - lag]
    return inputs, targets
