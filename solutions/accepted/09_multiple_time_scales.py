"""Right answers to exercise 9, written in other ways. Each must pass."""

import collections
import math

import torch
import torch.nn.functional as F

from course_lib.cells import rnn_step
from course_lib.checks import accepted


@accepted("delayed_rnn")
def with_a_queue(x, h_0, params, d):
    if h_0 is None:
        h_0 = torch.zeros_like(x[:, 0, :1]).expand(-1, params.W_hh.shape[0])
    past = collections.deque([h_0] * d, maxlen=d)  # the oldest stands first
    hs = []
    for x_t in x.unbind(1):
        a_t = x_t @ params.W_xh + past[-1] @ params.W_hh + past[0] @ params.W_dh
        past.append((a_t + params.b_h).tanh())
        hs.append(past[-1])
    return torch.stack(hs, dim=1), past[-1]


@accepted("delayed_rnn")
def with_a_past_in_front(x, h_0, params, d):
    if h_0 is None:
        h_0 = x.new_zeros(x.shape[0], len(params.b_h))
    states = [h_0] * d
    for a_t in (x @ params.W_xh + params.b_h).unbind(1):
        both = torch.cat([states[-1], states[-d]], dim=1)
        W = torch.cat([params.W_hh, params.W_dh])
        states.append(torch.tanh(a_t + both @ W))
    return torch.stack(states[d:], 1), states[-1]


@accepted("delayed_rnn")
def by_recursion(x, h_0, params, d):
    if h_0 is None:
        h_0 = x.new_zeros((x.size(0), params.W_hh.size(1)))
    known = {}

    def state(t):
        if t < 0:
            return h_0
        if t not in known:
            bias = params.b_h + state(t - d) @ params.W_dh
            a_t = torch.addmm(bias, x[:, t], params.W_xh)
            known[t] = (a_t + state(t - 1) @ params.W_hh).tanh()
        return known[t]

    hs = [state(t) for t in range(x.shape[1])]
    return [torch.stack(hs, dim=-2), hs[-1]]


@accepted("leaky_step")
def with_lerp(x_t, h_prev, alpha, params):
    new = rnn_step(x_t, h_prev, params)
    return torch.lerp(new, h_prev, alpha + torch.zeros_like(new))


@accepted("leaky_step")
def as_a_small_move(x_t, h_prev, alpha, params):
    a_t = F.linear(x_t, params.W_xh.T, params.b_h) + h_prev @ params.W_hh
    return h_prev + (1 - alpha) * (torch.tanh(a_t) - h_prev)


@accepted("leaky_step")
def with_diagonal_matrices(x_t, h_prev, alpha, params):
    alpha = alpha * torch.ones_like(params.b_h)
    new = 2 * torch.sigmoid(2 * (x_t @ params.W_xh + h_prev @ params.W_hh + params.b_h))
    return h_prev @ torch.diag(alpha) + (new - 1) @ torch.diag(1 - alpha)


@accepted("sample_time_constants")
def through_logarithms(u, low, high):
    return torch.exp(math.log(low) + u * (math.log(high) - math.log(low)))


@accepted("sample_time_constants")
def as_a_weighted_geometric_mean(u, low, high):
    return low ** (1 - u) * high**u


@accepted("sample_time_constants")
def with_powers_of_ten(u, low, high):
    first, last = math.log10(low), math.log10(high)
    return torch.pow(
        10, torch.lerp(torch.full_like(u, first), torch.full_like(u, last), u)
    )


@accepted("sample_time_constants")
def one_number_at_a_time(u, low, high):
    flat = [low * (high / low) ** value for value in u.reshape(-1)]
    return torch.stack(flat).reshape(u.shape)


@accepted("learned_leaky_forward")
def in_one_loop(x, h_0, params):
    alpha = 1 / (1 + torch.exp(-params.raw))
    h_t = x.new_zeros(len(x), len(params.b_h)) if h_0 is None else h_0
    hs = []
    for a_t in (x @ params.W_xh + params.b_h).unbind(1):
        h_t = alpha * h_t + (1 - alpha) * torch.tanh(a_t + h_t @ params.W_hh)
        hs.append(h_t[:, None])
    return torch.cat(hs, dim=1), h_t


@accepted("learned_leaky_forward")
def with_indexing(x, h_0, params):
    batch, time, _ = x.shape
    if h_0 is None:
        h_0 = torch.zeros(batch, len(params.raw), dtype=x.dtype, device=x.device)
    hs = [h_0]
    for t in range(time):
        hs.append(leaky_step(x[:, t], hs[-1], torch.sigmoid(params.raw), params))
    return torch.stack(hs[1:], dim=1), hs[-1]


@accepted("learned_leaky_forward")
def with_the_share_of_the_new(x, h_0, params):
    let_in = torch.sigmoid(-params.raw)
    h_t = torch.zeros_like(x[:, 0] @ params.W_xh) if h_0 is None else h_0
    hs = []
    for x_t in x.transpose(0, 1):
        h_t = h_t + let_in * (rnn_step(x_t, h_t, params) - h_t)
        hs.append(h_t)
    return torch.stack(hs).transpose(0, 1), h_t


@accepted("clockwork_mask")
def by_loops(periods):
    hidden = len(periods)
    mask = torch.zeros(hidden, hidden, device=periods.device)
    for i in range(hidden):
        for j in range(hidden):
            mask[i, j] = 1.0 if periods[i] >= periods[j] else 0.0
    return mask


@accepted("clockwork_mask")
def by_a_difference(periods):
    return ((periods.unsqueeze(1) - periods.unsqueeze(0)) >= 0).to(torch.float32)


@accepted("clockwork_mask")
def what_is_not_faster(periods):
    rows, columns = torch.meshgrid(periods, periods, indexing="ij")
    return 1.0 - (rows < columns).float()


@accepted("clockwork_step")
def with_a_share(t, x_t, h_prev, params, periods):
    rests = (t % periods != 0).to(h_prev.dtype)
    W_hh = params.W_hh * clockwork_mask(periods).to(params.W_hh)
    new = torch.tanh(x_t @ params.W_xh + h_prev @ W_hh + params.b_h)
    return rests * h_prev + (1 - rests) * new


@accepted("clockwork_step")
def with_masked_fill(t, x_t, h_prev, params, periods):
    faster = periods[:, None] < periods[None, :]
    masked = params._replace(W_hh=params.W_hh.masked_fill(faster, 0.0))
    new = rnn_step(x_t, h_prev, masked)
    return new.where(torch.remainder(t, periods).eq(0), h_prev)


@accepted("clockwork_step")
def unit_by_unit(t, x_t, h_prev, params, periods):
    columns = []
    for j in range(len(periods)):
        if t % periods[j] != 0:
            columns.append(h_prev[:, j])
            continue
        read = (periods >= periods[j]).to(h_prev.dtype)
        a_t = x_t @ params.W_xh[:, j] + (h_prev * read) @ params.W_hh[:, j]
        columns.append(torch.tanh(a_t + params.b_h[j]))
    return torch.stack(columns, dim=1)
