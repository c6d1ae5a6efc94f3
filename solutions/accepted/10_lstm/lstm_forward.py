"""Right answers to `lstm_forward`, written in other ways."""

import torch

from course_lib.cells import LSTMState


def with_indexing(x, state, params):
    batch, time, _ = x.shape
    H = params.b.numel() // 4
    if state is None:
        state = LSTMState(*torch.zeros(2, batch, H, dtype=x.dtype, device=x.device))
    out = []
    for t in range(time):
        state = lstm_step(x[:, t, :], state, params)
        out.append(state[0].unsqueeze(1))
    return torch.cat(out, dim=1), state


def product_before_the_loop(x, state, params):
    """The input's product does not depend on the state: one for all steps."""
    from_input = x @ params.W_x + params.b
    H = params.W_h.shape[0]
    h, c = state or (x.new_zeros(len(x), H), x.new_zeros(len(x), H))
    hs = torch.empty(*x.shape[:2], H, dtype=x.dtype, device=x.device)
    for t, a_t in enumerate(from_input.unbind(1)):
        i, f, g, o = (a_t + h @ params.W_h).chunk(4, -1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        hs[:, t] = h
    return hs, (h, c)


def by_recursion(x, state, params):
    if state is None:
        zeros = torch.zeros_like(x[:, 0, :1]).repeat(1, params.W_h.shape[0])
        state = LSTMState(zeros, zeros)
    first = lstm_step(x[:, 0], state, params)
    if x.shape[1] == 1:
        return first.h[:, None], first
    rest, last = by_recursion(x[:, 1:], first, params)
    return torch.cat([first.h[:, None], rest], dim=1), last
