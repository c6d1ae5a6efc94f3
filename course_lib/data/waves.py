"""Signals with slow and fast parts: a waveform, and moving averages of noise."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

SINES = ((160.0, 0.3), (50.0, 1.1), (17.0, 2.0), (6.0, 0.7))  # period, phase


def waveform(time: int) -> Tensor:
    """Return a sum of four sines whose periods lie far apart, with a variance near 1.

    Args:
        time: samples.

    Returns:
        (time,) float32.
    """
    t = torch.arange(time)
    parts = [torch.sin(2 * math.pi * t / period + phase) for period, phase in SINES]
    return torch.stack(parts).sum(dim=0) / (len(SINES) / 2) ** 0.5


def moving_averages(x: Tensor, time_constants: Sequence[float]) -> Tensor:
    """Average a signal over several spans, exponentially: a target for leaky units.

    The average with time constant τ keeps a share 1 - 1/τ at each step. Each is scaled
    so that white noise of variance 1 gives a variance of 1, once it has run for long.

    Args:
        x: (batch, time, 1) the signal.
        time_constants: in steps.

    Returns:
        (batch, time, averages).
    """
    tau = torch.tensor(time_constants).to(x)
    average, found = x.new_zeros(len(x), len(tau)), []
    for x_t in x.unbind(dim=1):
        average = average + (x_t - average) / tau
        found.append(average)
    return torch.stack(found, dim=1) * (2 * tau - 1).sqrt()
