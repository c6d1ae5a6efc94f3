"""Fit a model: one loop for the whole course, with a history and a progress bar.

The loop is the usual five lines (loss, zero, backward, clip, step). What it adds is a
record of every update, so that a chapter can draw what happened.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from tqdm import tqdm


@dataclass
class History:
    """What happened at each update.

    Attributes:
        losses: the loss of each batch before its update.
        grad_norms: the norm of the whole gradient before clipping.
    """

    losses: list[float] = field(default_factory=list)
    grad_norms: list[float] = field(default_factory=list)

    def smoothed(self, window: int = 20) -> list[float]:
        """Return the mean of the last `window` losses at each update."""
        sums = torch.tensor([0.0, *self.losses], dtype=torch.float64).cumsum(0)
        ends = torch.arange(1, len(sums))
        starts = (ends - window).clamp(min=0)
        return ((sums[ends] - sums[starts]) / (ends - starts)).tolist()


def fit(
    model: nn.Module,
    batches: Iterable[Any],
    loss: Callable[[nn.Module, Any], Tensor],
    learning_rate: float = 1e-2,
    max_norm: float = 1.0,
    optimizer: type[torch.optim.Optimizer] = torch.optim.Adam,
) -> History:
    """Train a model on a sequence of batches, one update a batch.

    Args:
        model: the parameters to train.
        batches: one item an update; it ends the training when it ends.
        loss: loss(model, batch), a scalar.
        learning_rate: the step size.
        max_norm: gradients with a larger global norm are scaled down to it.
        optimizer: the class of the optimizer.

    Returns:
        The history, one entry an update.

    Raises:
        FloatingPointError: the loss is not finite; what was learnt before is kept.
    """
    history = History()
    update = optimizer(model.parameters(), lr=learning_rate)
    with tqdm(batches, desc="training", unit="batch") as progress:
        for batch in progress:
            value = loss(model, batch)
            if not value.isfinite():
                raise FloatingPointError(
                    f"the loss is {value.item()} at update {len(history.losses) + 1}; "
                    "try a smaller learning rate or a smaller max_norm"
                )
            update.zero_grad()
            value.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            update.step()
            history.losses.append(value.item())
            history.grad_norms.append(norm.item())
            progress.set_postfix(loss=f"{history.losses[-1]:.3f}", refresh=False)
    return history
