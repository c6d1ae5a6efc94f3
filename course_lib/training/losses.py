"""What a network is trained to make small; each loss says what it averages over."""

import torch
from torch import Tensor

from course_lib.shapes import check_ids, check_shape, out_of_range


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
        TypeError: the targets are no int64.
        ValueError: a target that is no padding is not in 0 … vocab - 1.
    """
    batch, time, vocab = check_shape("logits", logits, "batch time vocab")
    check_shape("targets", targets, "batch time", batch=batch, time=time)
    check_ids("targets", targets)
    log_probs = torch.log_softmax(logits, dim=-1)
    real = targets != pad_id
    # padding must not be looked up: its number may be no symbol's
    wanted = torch.where(real, targets, 0)
    try:
        picked = log_probs.gather(-1, wanted[..., None]).squeeze(-1)
    except RuntimeError:
        raise out_of_range("targets", wanted, vocab) from None
    return -torch.where(real, picked, 0.0).sum(dim=1).mean()
