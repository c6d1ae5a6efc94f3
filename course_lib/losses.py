"""What a network is trained to make small; each loss says what it averages over."""

import torch
from torch import Tensor

from course_lib.shapes import check_shape


def sequence_loss(logits: Tensor, targets: Tensor, pad_id: int) -> Tensor:
    """Return the cross-entropy: summed over time, averaged over the batch.

        L = 1/B Σ_b Σ_t -log softmax(logits[b, t])[targets[b, t]]

    Args:
        logits: (batch, time, vocab) scores.
        targets: (batch, time) int64 symbols; `pad_id` marks padding.
        pad_id: the symbol that is not counted.

    Returns:
        A scalar: nats a sequence.

    Raises:
        ShapeError: targets do not have the batch and time of the scores.
    """
    batch, time, _ = check_shape("logits", logits, "batch time vocab")
    check_shape("targets", targets, "batch time", batch=batch, time=time)
    log_probs = torch.log_softmax(logits, dim=-1)
    picked = log_probs.gather(-1, targets[..., None]).squeeze(-1)
    return -torch.where(targets != pad_id, picked, 0.0).sum(dim=1).mean()
