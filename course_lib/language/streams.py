"""A text read piece by piece: the state goes on from one batch to the next.

A long text does not fit into one backward pass. It is cut into pieces; each starts from
the state that the piece before has left, and no gradient crosses the cut.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.language.states import detach_state, map_state
from course_lib.shapes import check_ids, check_shape, out_of_range

NONE = -(2**62)  # no target has this number


class CarriedLoss:
    """The loss of truncated BPTT: each batch starts from the state the last one left.

        inputs, targets = batchify_text(ids, 32, 50)
        fit(model, zip(inputs, targets), CarriedLoss())

    The state is detached, so no gradient flows back into the batch before. Call
    `reset` where a new text begins. A checkpoint of `fit` keeps the state too.
    """

    def __init__(self) -> None:
        """Begin without a state."""
        self.state: Any = None

    def __call__(self, model: nn.Module, batch: tuple[Tensor, Tensor]) -> Tensor:
        """Return the mean loss a symbol, in nats.

        Args:
            model: model(ids, state) gives logits (batch, time, vocab) and the state.
            batch: inputs and targets, each (batch, time).
        """
        inputs, targets = batch
        # a state from a checkpoint lies on the CPU
        state = map_state(lambda part: part.to(inputs.device), self.state)
        logits, last = model(inputs, state)
        self.state = detach_state(last)
        return _loss(logits, targets, "mean")

    def reset(self) -> None:
        """Forget the state."""
        self.state = None

    def state_dict(self) -> dict[str, Any]:
        """Return the state in plain containers, as a checkpoint needs it."""
        return {"state": _plain(self.state)}

    def load_state_dict(self, kept: dict[str, Any]) -> None:
        """Take up the state of a checkpoint."""
        self.state = kept["state"]


@torch.no_grad()
def text_loss(
    model: Callable[[Tensor, Any], tuple[Tensor, Any]], pieces: tuple[Tensor, Tensor]
) -> tuple[float, int]:
    """Return the summed loss of a text and how many symbols it is summed over.

        perplexity(*text_loss(model, batchify_text(ids, 16, 100)))

    Args:
        model: model(ids, state) gives logits and the state; it is carried all along.
        pieces: inputs and targets, each (pieces, batch, time).
    """
    state, nats = None, 0.0
    for inputs, targets in zip(*pieces, strict=True):
        logits, state = model(inputs, state)
        nats += _loss(logits, targets, "sum").item()
    return nats, pieces[1].numel()


def _loss(logits: Tensor, targets: Tensor, reduction: str) -> Tensor:
    """Return the cross-entropy of scores; targets that are no symbols are named."""
    batch, time, vocab = check_shape("logits", logits, "batch time vocab")
    check_shape("targets", targets, "batch time", batch=batch, time=time)
    check_ids("targets", targets)
    scores, wanted = logits.flatten(0, 1), targets.flatten()
    try:
        # PyTorch leaves out -100 if nothing else is named; here all symbols count
        return F.cross_entropy(scores, wanted, reduction=reduction, ignore_index=NONE)
    except IndexError:
        raise out_of_range("targets", targets, vocab) from None


def _plain(state: Any) -> Any:
    """Return a state with tuples for NamedTuples, which a checkpoint may hold."""
    if isinstance(state, tuple | list):
        return tuple(map(_plain, state))
    return state
