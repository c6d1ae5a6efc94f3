"""Fit a model: one loop for the whole course, with a history and a progress bar.

The loop is the usual five lines (loss, zero, backward, clip, step). What it adds is a
record of every update, so that a chapter can draw what happened, and a checkpoint, so
that it can be stopped and resumed.
"""

from collections.abc import Callable, Iterable, Sized
from dataclasses import asdict, dataclass, field
from itertools import islice
from os import PathLike
from typing import Any, Protocol, TypeVar, runtime_checkable

import torch
from torch import Tensor, nn
from tqdm import tqdm

from course_lib.training.checkpoints import (
    load_checkpoint,
    random_states,
    save_checkpoint,
    set_random_states,
)

Model = TypeVar("Model", bound=nn.Module)
Batch = TypeVar("Batch")


@runtime_checkable
class Stateful(Protocol):
    """What has a state to keep in a checkpoint, and to take up again."""

    def state_dict(self) -> dict[str, Any]:
        """Return the state."""

    def load_state_dict(self, state_dict: dict[str, Any], /) -> Any:
        """Take up a state that was returned."""


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
    model: Model,
    batches: Iterable[Batch],
    loss: Callable[[Model, Batch], Tensor],
    learning_rate: float = 1e-2,
    max_norm: float = 1.0,
    optimizer: Callable[..., torch.optim.Optimizer] = torch.optim.Adam,
    checkpoint: str | PathLike[str] | None = None,
    checkpoint_every: int = 100,
    generator: torch.Generator | None = None,
    schedule: Callable[[int], float] | None = None,
) -> History:
    """Train a model on a sequence of batches, one update a batch.

    With `checkpoint`, call it again with the same arguments to go on where it was
    stopped: the batches that were used up are drawn again and passed over, and what
    comes out is what an undisturbed run gives, bit by bit.

    Args:
        model: the parameters to train.
        batches: one item an update; it ends the training when it ends.
        loss: loss(model, batch), a scalar. If it has `state_dict` and
            `load_state_dict`, its state is kept in the checkpoint.
        learning_rate: the step size.
        max_norm: gradients with a larger global norm are scaled down to it.
        optimizer: the class of the optimizer.
        checkpoint: a file to go on from, if it is there, and to write; None: none.
        checkpoint_every: updates between two checkpoints; the last one is at the end.
        generator: what `loss` or `batches` draw from, kept in the checkpoint.
        schedule: schedule(n) multiplies the step size of the update after n others;
            None: it stays as it is.

    Returns:
        The history, one entry an update, those before an interruption among them.

    Raises:
        FloatingPointError: the loss or its gradient is not finite; what was learnt
            before is kept.
        ValueError: there is no batch, `max_norm` is not positive, or the checkpoint is
            of another model or of another training.
    """
    history = History()
    update = optimizer(model.parameters(), lr=learning_rate)
    settings = {"learning_rate": learning_rate, "max_norm": max_norm}
    run = _Run(model, update, loss, history, generator, checkpoint, settings)
    if checkpoint_every < 1:
        raise ValueError(f"checkpoint_every is {checkpoint_every}, expected 1 or more")
    if not max_norm > 0:
        raise ValueError(
            f"max_norm is {max_norm}, expected a positive number; infinity clips "
            "nothing"
        )
    with run.rest_of(batches) as progress:
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
            if not norm.isfinite():
                raise FloatingPointError(
                    f"the gradient is not finite at update {len(history.losses) + 1}, "
                    "though the loss is; look for a square root of 0, a logarithm of 0 "
                    "or a division by 0 in it"
                )
            if schedule:
                factor = schedule(len(history.losses))
                for group in update.param_groups:
                    group["lr"] = learning_rate * factor
            update.step()
            history.losses.append(value.item())
            history.grad_norms.append(norm.item())
            progress.set_postfix(loss=f"{history.losses[-1]:.3f}", refresh=False)
            if len(history.losses) % checkpoint_every == 0:
                run.save()
    if not history.losses:
        raise ValueError(
            "there was no batch, expected one or more. A generator or zip is used up "
            "after one training: make it anew, or use a list."
        )
    run.save()
    return history


@dataclass
class _Run:
    """All that a training has to remember; without a path it saves nothing."""

    model: nn.Module
    update: torch.optim.Optimizer
    loss: Callable
    history: History
    generator: torch.Generator | None
    path: str | PathLike[str] | None
    settings: dict[str, float]

    def save(self) -> None:
        """Write the checkpoint."""
        if self.path is None:
            return
        parts: dict[str, object] = {
            "model": self.model,
            "optimizer": self.update,
            "loss": self.loss,
        }
        states = {
            k: p.state_dict() for k, p in parts.items() if isinstance(p, Stateful)
        }
        content = {
            **{"loss": None, **states},
            "history": asdict(self.history),
            "random": random_states(self.generator),
            "training": self._training(),
        }
        save_checkpoint(self.path, content)

    def rest_of(self, batches: Iterable[Any]) -> tqdm:
        """Return the batches that are left, with a progress bar over all of them."""
        kept = None
        if self.path is not None:
            kept = load_checkpoint(self.path, ("model", "optimizer", "random"))
        bar = {"desc": "training", "unit": "batch"}
        if kept is None:
            return tqdm(batches, **bar)
        self._restore(kept)
        done, rest = len(self.history.losses), iter(batches)
        if sum(1 for _ in islice(rest, done)) < done:
            raise ValueError(f"{self.path} has seen {done} batches, there are fewer")
        # the batches passed over have moved the generators on
        set_random_states(kept["random"], self.generator)
        total = len(batches) if isinstance(batches, Sized) else None
        return tqdm(rest, initial=done, total=total, **bar)

    def _restore(self, kept: dict[str, Any]) -> None:
        here = self._training()
        if kept["training"] != here:
            raise ValueError(
                f"{self.path} is of another training: {kept['training']}, not {here}. "
                "Delete it or name another file."
            )
        try:
            self.model.load_state_dict(kept["model"])
        except RuntimeError as error:
            raise ValueError(
                f"{self.path} is of another model. Delete it or name another file.\n"
                f"{error}"
            ) from None
        self.update.load_state_dict(kept["optimizer"])
        if isinstance(self.loss, Stateful):
            self.loss.load_state_dict(kept["loss"])
        self.history.losses[:] = kept["history"]["losses"]
        self.history.grad_norms[:] = kept["history"]["grad_norms"]

    def _training(self) -> dict[str, Any]:
        return {**self.settings, "optimizer": type(self.update).__name__}
