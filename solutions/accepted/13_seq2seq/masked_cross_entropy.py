"""Right answers to `masked_cross_entropy`, written in other ways."""

from torch.nn import functional as F


def loss_of_chosen_tokens(logits, targets, mask):
    return F.cross_entropy(logits[mask], targets[mask])


def loss_by_ignoring(logits, targets, mask):
    wanted = targets.masked_fill(~mask, -100)
    return F.cross_entropy(logits.transpose(1, 2), wanted, ignore_index=-100)


def loss_by_logsumexp(logits, targets, mask):
    safe = logits.masked_fill(~mask.unsqueeze(-1), 0.0)
    index = targets.masked_fill(~mask, 0).unsqueeze(-1)
    nats = safe.logsumexp(dim=-1) - safe.gather(-1, index)[..., 0]
    return nats.masked_fill(~mask, 0.0).sum().div(mask.sum())


def loss_token_by_token(logits, targets, mask):
    total, count = 0.0, 0
    for scores, ids, real in zip(logits, targets, mask.tolist(), strict=True):
        for t, counts in enumerate(real):
            if counts:
                shifted = scores[t] - scores[t].max().detach()
                total = total - shifted[ids[t]] + shifted.exp().sum().log()
                count += 1
    return total / count
