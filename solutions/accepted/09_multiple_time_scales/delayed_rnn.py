"""Right answers to `delayed_rnn`, written in other ways."""

import collections

import torch


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


def with_a_past_in_front(x, h_0, params, d):
    if h_0 is None:
        h_0 = x.new_zeros(x.shape[0], len(params.b_h))
    states = [h_0] * d
    for a_t in (x @ params.W_xh + params.b_h).unbind(1):
        both = torch.cat([states[-1], states[-d]], dim=1)
        W = torch.cat([params.W_hh, params.W_dh])
        states.append(torch.tanh(a_t + both @ W))
    return torch.stack(states[d:], 1), states[-1]


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
