"""Right answers to exercise 15, written in other ways. Each must pass."""

import numpy as np
import torch
import torch.nn.functional as F

from course_lib.checks import accepted
from course_lib.data.vocabulary import PAD, STOP


@accepted("score_general")
def general_by_einsum(query, keys, W_a):
    return torch.einsum("btq,qk,bsk->bts", query, W_a, keys)


@accepted("score_general")
def general_of_projected_keys(query, keys, W_a):
    """The keys as a query would meet them: computed once a source."""
    return torch.bmm(query, F.linear(keys, W_a).transpose(1, 2))


@accepted("score_general")
def general_pair_by_pair(query, keys, W_a):
    rows = []
    for q, k in zip(query.unbind(0), keys.unbind(0), strict=True):
        rows.append(torch.stack([torch.stack([a @ W_a @ b for b in k]) for a in q]))
    return torch.stack(rows)


@accepted("score_general")
def general_as_bilinear(query, keys, W_a):
    target, source = query.shape[1], keys.shape[1]
    a = query[:, :, None].expand(-1, -1, source, -1)
    b = keys[:, None].expand(-1, target, -1, -1)
    return F.bilinear(a.contiguous(), b.contiguous(), W_a[None])[..., 0]


@accepted("score_concat")
def concat_literally(query, keys, W_a, v_a):
    (batch, target, _), source = query.shape, keys.shape[1]
    wide = query.unsqueeze(2).expand(batch, target, source, -1)
    tall = keys.unsqueeze(1).expand(batch, target, source, -1)
    return torch.tanh(torch.cat((wide, tall), dim=-1) @ W_a) @ v_a


@accepted("score_concat")
def concat_step_by_step(query, keys, W_a, v_a):
    n = query.size(-1)
    from_keys = F.linear(keys, W_a[n:].T)
    rows = [
        (torch.tanh((q @ W_a[:n]).unsqueeze(1) + from_keys) * v_a).sum(-1)
        for q in query.unbind(1)
    ]
    return torch.stack(rows, dim=1)


@accepted("score_concat")
def concat_by_logistic(query, keys, W_a, v_a):
    """tanh(a) = 2 σ(2a) - 1."""
    n = query.shape[-1]
    a = torch.einsum("btq,qa->bta", query, W_a[:n])
    b = torch.einsum("bsk,ka->bsa", keys, W_a[n:])
    hidden = 2 * torch.sigmoid(2 * (a.unsqueeze(2) + b.unsqueeze(1))) - 1
    return torch.einsum("btsa,a->bts", hidden, v_a)


@accepted("attend")
def attend_with_nan_to_num(query, keys, values, mask):
    scores = torch.bmm(query, keys.transpose(1, 2))
    scores = scores.masked_fill(mask.logical_not().unsqueeze(1), float("-inf"))
    weights = torch.nan_to_num(F.softmax(scores, dim=2))
    return torch.bmm(weights, values), weights


@accepted("attend")
def attend_with_a_large_number(query, keys, values, mask):
    real = mask.unsqueeze(1)
    scores = torch.where(real, torch.einsum("btd,bsd->bts", query, keys), -1e9)
    weights = scores.softmax(-1) * real
    return torch.einsum("bts,bsv->btv", weights, values), weights


@accepted("attend")
def attend_by_hand(query, keys, values, mask):
    """The maximum over the real places only, exponentials, a sum kept from 0."""
    real = mask[:, None].to(query.dtype)
    scores = query @ keys.mT
    least = torch.finfo(scores.dtype).min
    top = scores.masked_fill(~mask[:, None], least).amax(dim=-1, keepdim=True)
    # padding may be larger than the maximum: its exponential must not overflow
    powers = torch.exp((scores - top.detach()).clamp(max=0.0)) * real
    weights = powers / powers.sum(dim=-1, keepdim=True).clamp(min=1e-30)
    return weights @ values, weights


@accepted("attend")
def attend_step_by_step(query, keys, values, mask):
    contexts, looks = [], []
    for q in query.unbind(1):
        scores = (keys @ q[:, :, None])[..., 0]
        log_weights = scores.masked_fill(~mask, -torch.inf).log_softmax(dim=1)
        weights = torch.where(mask, log_weights.exp(), torch.zeros_like(scores))
        looks.append(weights)
        contexts.append((weights[..., None] * values).sum(dim=1))
    return torch.stack(contexts, 1), torch.stack(looks, 1)


@accepted("attend")
def attend_with_a_penalty(query, keys, values, mask):
    penalty = torch.zeros_like(mask, dtype=query.dtype).masked_fill(~mask, -torch.inf)
    nothing = ~mask.any(dim=1)
    penalty = penalty.masked_fill(nothing[:, None], 0.0)
    weights = torch.softmax(torch.baddbmm(penalty[:, None], query, keys.mT), -1)
    weights = weights * (~nothing).to(weights.dtype)[:, None, None]
    return [weights @ values, weights]


@accepted("attentional_state")
def state_in_two_products(context, h, W_c):
    n = context.shape[-1]
    return (context @ W_c[:n] + h @ W_c[n:]).tanh()


@accepted("attentional_state")
def state_by_linear(context, h, W_c):
    return F.linear(torch.concat((context, h), 2), W_c.mT).tanh()


@accepted("attentional_state")
def state_step_by_step(context, h, W_c):
    pairs = zip(context.unbind(1), h.unbind(1), strict=True)
    return torch.stack([torch.tanh(torch.hstack(pair) @ W_c) for pair in pairs], dim=1)


@accepted("attention_map")
def map_with_cumsum(looks, sources, said, row):
    running = (said[row] == STOP).cumsum(0) == 0
    real = sources[row] != PAD
    return torch.stack(looks)[:, row][running][:, real]


@accepted("attention_map")
def map_with_a_loop(looks, sources, said, row):
    symbols = sum(1 for i in sources[row].tolist() if i != 0)
    rows = []
    for look, symbol in zip(looks, said[row].tolist(), strict=True):
        if symbol == STOP:
            break
        rows.append(look[row][:symbols])
    return torch.stack(rows) if rows else looks[0].new_zeros(0, symbols)


@accepted("attention_map")
def map_of_words_that_are_none_special(looks, sources, said, row):
    spoken = (said[row] != STOP) & (said[row] != PAD)
    whole = torch.stack(list(looks), dim=1)[row]
    return whole[: spoken.sum(), : (sources[row] > 0).sum()]


@accepted("alignment_error_rate")
def rate_with_a_loop(weights, gold, mask):
    wrong = words = 0
    for b in range(weights.shape[0]):
        for t in range(weights.shape[1]):
            if not mask[b, t] or not gold[b, t].any():
                continue
            words += 1
            wrong += not gold[b, t, int(weights[b, t].argmax())]
    return wrong / words


@accepted("alignment_error_rate")
def rate_with_one_hot(weights, gold, mask):
    pointed = F.one_hot(weights.max(dim=-1).indices, weights.shape[-1])
    hit = (pointed * gold).sum(dim=-1)
    counted = gold.any(-1) * mask
    return float(1 - hit[counted].double().mean())


@accepted("alignment_error_rate")
def rate_by_comparison(weights, gold, mask):
    """The largest gold weight is the largest of all."""
    inside = weights.masked_fill(~gold, -1.0).amax(dim=-1)
    counted = torch.logical_and(mask, gold.sum(dim=-1) > 0)
    return (inside < weights.amax(dim=-1))[counted].double().mean()


@accepted("alignment_error_rate")
def rate_in_numpy(weights, gold, mask):
    weights, gold, mask = (x.detach().cpu().numpy() for x in (weights, gold, mask))
    counted = gold.any(-1) & mask
    hit = np.take_along_axis(gold, weights.argmax(-1)[..., None], -1)[..., 0]
    return float(1 - hit[counted].mean())
