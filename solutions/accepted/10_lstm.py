"""Right answers to exercise 10, written in other ways. Each must pass."""

import warnings

import numpy as np
import torch
import torch.nn.functional as F

from course_lib.cells import LSTMState
from course_lib.checks import accepted
from course_lib.gradients.bptt.lstm import LSTMGrads, LSTMStepGrads

# --- lstm_step ------------------------------------------------------------------------


@accepted("lstm_step")
def gate_by_gate(x_t, state, params):
    """Four products of their own, with slices of the stacked matrices."""
    H = state.h.shape[1]
    quarters = []
    for k in range(4):
        part = slice(k * H, (k + 1) * H)
        a = x_t @ params.W_x[:, part] + state.h @ params.W_h[:, part]
        quarters.append(a + params.b[part])
    i, f, o = (torch.sigmoid(quarters[k]) for k in (0, 1, 3))
    c_t = f * state.c + i * torch.tanh(quarters[2])
    return LSTMState(o * torch.tanh(c_t), c_t)


@accepted("lstm_step")
def one_product_for_both(x_t, state, params):
    """[x, h] times the matrices on top of each other; a plain tuple comes back."""
    h_prev, c_prev = state
    stacked = torch.cat([params.W_x, params.W_h])
    a_t = torch.addmm(params.b, torch.cat([x_t, h_prev], dim=1), stacked)
    i, f, g, o = a_t.reshape(len(x_t), 4, -1).unbind(1)
    c_t = torch.addcmul(f.sigmoid() * c_prev, i.sigmoid(), g.tanh())
    return o.sigmoid() * c_t.tanh(), c_t


@accepted("lstm_step")
def with_sigmoids_only(x_t, state, params):
    """tanh(a) = 2 σ(2a) - 1: one function for everything, as fast kernels do it."""
    warnings.warn("a right answer may warn", stacklevel=1)
    a_t = F.linear(x_t, params.W_x.T, params.b) + F.linear(state.h, params.W_h.T)
    H = a_t.shape[1] // 4
    scale = torch.ones_like(params.b)
    scale[2 * H : 3 * H] = 2
    i, f, g, o = torch.split(torch.sigmoid(a_t * scale), H, dim=1)
    c_t = f * state.c + i * (2 * g - 1)
    return LSTMState(c=c_t, h=o * (2 * torch.sigmoid(2 * c_t) - 1))


@accepted("lstm_step")
def with_einsum(x_t, state, params):
    D, H = params.W_x.shape[0], params.W_h.shape[0]
    W_x, W_h = params.W_x.view(D, 4, H), params.W_h.view(H, 4, H)
    a = torch.einsum("bd,dkh->kbh", x_t, W_x) + torch.einsum(
        "bm,mkh->kbh", state.h, W_h
    )
    i, f, g, o = a + params.b.view(4, 1, H)
    c_t = torch.lerp(torch.zeros_like(state.c), state.c, f.sigmoid())
    c_t = c_t + g.tanh() * i.sigmoid()
    return LSTMState(c_t.tanh().mul(o.sigmoid()), c_t)


# --- lstm_forward ---------------------------------------------------------------------


@accepted("lstm_forward")
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


@accepted("lstm_forward")
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


@accepted("lstm_forward")
def by_recursion(x, state, params):
    if state is None:
        zeros = torch.zeros_like(x[:, 0, :1]).repeat(1, params.W_h.shape[0])
        state = LSTMState(zeros, zeros)
    first = lstm_step(x[:, 0], state, params)
    if x.shape[1] == 1:
        return first.h[:, None], first
    rest, last = by_recursion(x[:, 1:], first, params)
    return torch.cat([first.h[:, None], rest], dim=1), last


# --- peephole_step --------------------------------------------------------------------


@accepted("peephole_step")
def through_diagonal_matrices(x_t, state, params):
    """A peephole is a matrix product with a diagonal matrix."""
    a = x_t @ params.W_x + state.h @ params.W_h + params.b
    a_i, a_f, a_g, a_o = a.split(a.shape[1] // 4, dim=1)
    i = torch.sigmoid(a_i + state.c @ torch.diag(params.p_i))
    f = torch.sigmoid(a_f + state.c @ torch.diag(params.p_f))
    c_t = f * state.c + i * torch.tanh(a_g)
    o = torch.sigmoid(a_o + c_t @ torch.diag(params.p_o))
    return LSTMState(o * torch.tanh(c_t), c_t)


@accepted("peephole_step")
def cell_as_another_input(x_t, state, params):
    """The old cell joins the sum for i and f; the rest follows."""
    h_prev, c_prev = state
    W_x, W_h, b, p_i, p_f, p_o = params
    none = torch.zeros_like(c_prev)
    peeping = torch.cat([p_i * c_prev, p_f * c_prev, none, none], dim=1)
    i, f, g, o = (x_t @ W_x + h_prev @ W_h + b + peeping).chunk(4, 1)
    c_t = f.sigmoid().mul(c_prev).addcmul(i.sigmoid(), g.tanh())
    return torch.sigmoid(o + p_o * c_t) * c_t.tanh(), c_t


@accepted("peephole_step")
def column_by_column(x_t, state, params):
    H = len(params.p_o)
    cells, shown = [], []
    for j in range(H):
        columns = [j, H + j, 2 * H + j, 3 * H + j]
        a = x_t @ params.W_x[:, columns] + state.h @ params.W_h[:, columns]
        a = a + params.b[columns]
        c = state.c[:, j]
        f = torch.sigmoid(a[:, 1] + params.p_f[j] * c)
        c = f * c + torch.sigmoid(a[:, 0] + params.p_i[j] * c) * torch.tanh(a[:, 2])
        cells.append(c)
        shown.append(torch.sigmoid(a[:, 3] + params.p_o[j] * c) * torch.tanh(c))
    return LSTMState(torch.stack(shown, dim=1), torch.stack(cells, dim=1))


# --- lstm_param_count -----------------------------------------------------------------


@accepted("lstm_param_count")
def layer_by_layer(input_size, hidden_size, peepholes=False):
    from_input = input_size * hidden_size
    from_state = hidden_size * hidden_size
    per_gate = from_input + from_state + hidden_size
    return sum(per_gate for _ in "ifgo") + (3 * hidden_size if peepholes else 0)


@accepted("lstm_param_count")
def counted_on_tensors(input_size, hidden_size, peepholes=False):
    shapes = [(input_size, 4 * hidden_size), (hidden_size, 4 * hidden_size)]
    shapes += [(4 * hidden_size,)] + [(hidden_size,)] * (3 if peepholes else 0)
    return sum(torch.empty(*shape).numel() for shape in shapes)


@accepted("lstm_param_count")
def counted_by_pytorch(input_size, hidden_size, peepholes=False):
    """nn.LSTM may be built, though not run: its count, less its second bias."""
    module = torch.nn.LSTM(input_size, hidden_size)
    count = sum(weight.numel() for weight in module.parameters()) - 4 * hidden_size
    return count + 3 * hidden_size * int(peepholes)


# --- cell_gradient_path ---------------------------------------------------------------


@accepted("cell_gradient_path")
def from_the_end(f_gates):
    path = [torch.ones_like(f_gates[:, 0])]
    for t in range(f_gates.shape[1] - 1, 0, -1):
        path.insert(0, path[0] * f_gates[:, t])
    return torch.stack(path, dim=1)


@accepted("cell_gradient_path")
def with_prod(f_gates):
    """Empty products are 1."""
    steps = range(1, f_gates.shape[1] + 1)
    return torch.stack([f_gates[:, t:].prod(dim=1) for t in steps], dim=1)


@accepted("cell_gradient_path")
def asked_of_autograd(f_gates):
    """The gradient of a cell that only forgets is what the task asks for."""
    if not f_gates.is_meta and not f_gates.requires_grad:
        with torch.enable_grad():
            c_t = torch.ones_like(f_gates[:, 0]).requires_grad_()
            cells = [c_t]
            for f_t in f_gates.detach()[:, 1:].unbind(1):
                cells.append(f_t * cells[-1])
            return torch.stack(torch.autograd.grad(cells[-1].sum(), cells), dim=1)
    return from_the_end(f_gates)


# --- lstm_backward_step ---------------------------------------------------------------


@accepted("lstm_backward_step")
def gates_first(dh, dc, cache):
    """The gradients of the gates' values, then one slope for all."""
    x_t, h_prev, c_prev, i, f, g, o, c_t, params = cache
    through_h = dh * o / np.cosh(c_t) ** 2
    total = through_h + dc
    values = np.hstack([i, f, g, o])
    slopes = values * (1 - values)
    H = c_t.shape[1]
    slopes[:, 2 * H : 3 * H] = (1 - g) * (1 + g)
    partners = [total * g, total * c_prev, total * i, dh * np.tanh(c_t)]
    da = np.hstack(partners) * slopes
    return (
        da.dot(params.W_x.T),
        da.dot(params.W_h.T),
        f * total,
        x_t.T.dot(da),
        h_prev.T.dot(da),
        np.add.reduce(da),
    )


@accepted("lstm_backward_step")
def quarter_by_quarter(dh, dc, cache):
    """Each gate as a dense layer of its own; their shares of dx and dh add up."""
    H = cache.c_t.shape[1]
    shown = np.tanh(cache.c_t)
    dc = dc + dh * cache.o - dh * cache.o * shown * shown
    da = {
        0: dc * cache.g * (cache.i - cache.i**2),
        1: dc * cache.c_prev * (cache.f - cache.f**2),
        2: (1 - cache.g * cache.g) * cache.i * dc,
        3: dh * shown * (cache.o - cache.o**2),
    }
    dx_t, dh_prev = np.zeros_like(cache.x_t), np.zeros_like(cache.h_prev)
    dW_x, dW_h = (np.zeros_like(weight) for weight in cache.params[:2])
    db = np.zeros_like(cache.params.b)
    for k, part in da.items():
        columns = slice(k * H, (k + 1) * H)
        dx_t += part @ cache.params.W_x[:, columns].T
        dh_prev += part @ cache.params.W_h[:, columns].T
        dW_x[:, columns] = cache.x_t.T @ part
        dW_h[:, columns] = cache.h_prev.T @ part
        db[columns] = part.sum(axis=0)
    return LSTMStepGrads(dx_t, dh_prev, cache.f * dc, dW_x, dW_h, db)


@accepted("lstm_backward_step")
def example_by_example(dh, dc, cache):
    warnings.warn("a right answer may warn", stacklevel=1)
    rows = []
    dW_x, dW_h = (np.zeros_like(weight) for weight in cache.params[:2])
    db = np.zeros_like(cache.params.b)
    for n in range(len(dh)):
        i, f, g, o = (gate[n] for gate in (cache.i, cache.f, cache.g, cache.o))
        shown = np.tanh(cache.c_t[n])
        cell = dc[n] + dh[n] * o * (1 - shown**2)
        da = np.r_[
            cell * g * i * (1 - i),
            cell * cache.c_prev[n] * f * (1 - f),
            cell * i * (1 - g**2),
            dh[n] * shown * o * (1 - o),
        ]
        dW_x += np.outer(cache.x_t[n], da)
        dW_h += np.outer(cache.h_prev[n], da)
        db += da
        rows.append((cache.params.W_x @ da, cache.params.W_h @ da, cell * f))
    return LSTMStepGrads(
        *(np.array(part) for part in zip(*rows, strict=True)), dW_x, dW_h, db
    )


# --- lstm_backward --------------------------------------------------------------------


@accepted("lstm_backward")
def with_running_sums(dstates, caches):
    dx = np.empty((*dstates.shape[:2], caches[0].params.W_x.shape[0]))
    sums = [np.zeros_like(weight) for weight in caches[0].params]
    dh, dc = np.zeros_like(dstates[:, 0]), np.zeros_like(dstates[:, 0])
    for t in range(len(caches) - 1, -1, -1):
        dh = dh + dstates[:, t]
        dx[:, t], dh, dc, *step = lstm_backward_step(dh, dc, caches[t])
        for total, part in zip(sums, step, strict=True):
            total += part
    return LSTMGrads(dx, dh, dc, *sums)


@accepted("lstm_backward")
def by_recursion_over_time(dstates, caches):
    if len(caches) == 1:
        none = np.zeros_like(dstates[:, 0])
        step = lstm_backward_step(dstates[:, 0], none, caches[0])
        return LSTMGrads(step.dx_t[:, None], *step[1:])
    rest = by_recursion_over_time(dstates[:, 1:], caches[1:])
    step = lstm_backward_step(dstates[:, 0] + rest.dh_0, rest.dc_0, caches[0])
    return LSTMGrads(
        np.concatenate([step.dx_t[:, None], rest.dx], axis=1),
        step.dh_prev,
        step.dc_prev,
        *(a + b for a, b in zip(step[3:], rest[3:], strict=True)),
    )


@accepted("lstm_backward")
def one_loss_at_a_time(dstates, caches):
    """The sum over t of each loss's own gradient: slow, and right."""
    parts = []
    for t in range(len(caches)):
        dh, dc = dstates[:, t], np.zeros_like(dstates[:, t])
        dx = [np.zeros_like(cache.x_t) for cache in caches]
        sums = [np.zeros_like(weight) for weight in caches[0].params]
        for k in range(t, -1, -1):
            dx[k], dh, dc, *step = lstm_backward_step(dh, dc, caches[k])
            sums = [a + b for a, b in zip(sums, step, strict=True)]
        parts.append([np.stack(dx, axis=1), dh, dc, *sums])
    return tuple(sum(part) for part in zip(*parts, strict=True))
