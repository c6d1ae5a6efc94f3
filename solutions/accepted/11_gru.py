"""Right answers to exercise 11, written in other ways. Each must pass."""

import numpy as np
import torch
import torch.nn.functional as F

from course_lib.cells import GRUParams
from course_lib.checks import accepted
from course_lib.gradients.bptt.gru import GRUStepGrads


@accepted("gru_step")
def step_gate_by_gate(x_t, h_prev, params, reset):
    H = h_prev.size(1)

    def block(i, state):
        columns = slice(i * H, (i + 1) * H)
        a = F.linear(x_t, params.W_x[:, columns].T, params.b[columns])
        return a + F.linear(state, params.W_h[:, columns].T)

    r, z = block(0, h_prev).sigmoid(), block(1, h_prev).sigmoid()
    if reset == "before":
        n = torch.tanh(block(2, r * h_prev) + params.b_hn)
    else:
        from_input = block(2, torch.zeros_like(h_prev))
        n = torch.tanh(from_input + r * (h_prev @ params.W_h[:, 2 * H :] + params.b_hn))
    return torch.lerp(n, h_prev, z)


@accepted("gru_step")
def step_from_the_difference(x_t, h_prev, params, reset):
    hidden = h_prev.shape[-1]
    a_x = torch.addmm(params.b, x_t, params.W_x)
    a_h = h_prev @ params.W_h
    gates = torch.sigmoid(a_x[:, : 2 * hidden] + a_h[:, : 2 * hidden])
    r, z = torch.tensor_split(gates, 2, dim=-1)
    q = a_h[:, 2 * hidden :]
    if reset != "after":
        q = torch.einsum("bh,hk->bk", r * h_prev, params.W_h[:, 2 * hidden :])
        n = (a_x[:, 2 * hidden :] + q + params.b_hn).tanh()
    else:
        n = (a_x[:, 2 * hidden :] + r * q + r * params.b_hn).tanh()
    return n + z * (h_prev - n)


@accepted("gru_step")
def step_with_tanh_only(x_t, h_prev, params, reset):
    """σ(a) = (1 + tanh(a / 2)) / 2."""
    W = torch.cat([params.W_x, params.W_h])
    both = torch.cat([x_t, h_prev], dim=1)
    W_r, W_z, _ = W.split(h_prev.shape[1], dim=1)
    b_r, b_z, b_n = params.b.split(h_prev.shape[1])
    r = (1 + torch.tanh((both @ W_r + b_r) / 2)) / 2
    z = (1 + torch.tanh((both @ W_z + b_z) / 2)) / 2
    n_x = x_t @ params.W_x[:, -h_prev.shape[1] :] + b_n
    W_hn = params.W_h[:, -h_prev.shape[1] :]
    placed = {
        "after": lambda: r * (h_prev @ W_hn + params.b_hn),
        "before": lambda: (r * h_prev) @ W_hn + params.b_hn,
    }
    n = torch.tanh(n_x + placed[reset]())
    return n - z * n + z * h_prev


@accepted("gru_as_leaky")
def leaky_with_log(params, alpha):
    hidden = len(params.b_h)
    W_x = params.W_xh.new_zeros(params.W_xh.shape[0], 3 * hidden)
    W_h = params.W_hh.new_zeros(hidden, 3 * hidden)
    b = params.b_h.new_zeros(3 * hidden)
    W_x[:, 2 * hidden :] = params.W_xh
    W_h[:, 2 * hidden :] = params.W_hh + params.W_hh
    b[hidden : 2 * hidden] = alpha.log() - (1 - alpha).log()
    b[2 * hidden :] = params.b_h
    return GRUParams(W_x, W_h, b, params.b_h.new_zeros(hidden))


@accepted("gru_as_leaky")
def leaky_with_pad(params, alpha):
    hidden = alpha.numel()
    return GRUParams(
        F.pad(params.W_xh, (2 * hidden, 0)),
        F.pad(params.W_hh / 0.5, (2 * hidden, 0)),
        F.pad(torch.cat([-torch.log(1 / alpha - 1), params.b_h]), (hidden, 0)),
        params.b_h * 0,
    )


@accepted("gru_as_leaky")
def leaky_with_stack(params, alpha):
    W_xh, W_hh, b_h = params
    places = torch.tensor([0.0, 0.0, 1.0], dtype=b_h.dtype, device=b_h.device)
    middle = torch.zeros_like(b_h), torch.special.logit(alpha), b_h
    return [
        torch.kron(places[None], W_xh),
        torch.kron(2 * places[None], W_hh),
        torch.stack(middle).flatten(),
        torch.zeros_like(b_h),
    ]


@accepted("gru_from_torch")
def torch_detached_copies(module):
    weights = {k: v.detach().clone() for k, v in module.named_parameters()}
    W_h = weights["weight_hh_l0"].t().contiguous()
    H = W_h.shape[0]
    zero = W_h.new_zeros(3 * H)
    b_x, b_h = weights.get("bias_ih_l0", zero), weights.get("bias_hh_l0", zero)
    b = b_x.clone()
    b[: 2 * H] += b_h[: 2 * H]
    return GRUParams(weights["weight_ih_l0"].t(), W_h, b, b_h[2 * H :])


@accepted("gru_from_torch")
def torch_from_all_weights(module):
    W_ih, W_hh, *biases = module.all_weights[0]
    if not biases:
        biases = [torch.zeros_like(W_hh[:, 0])] * 2
    (r_x, z_x, n_x), (r_h, z_h, n_h) = (bias.chunk(3) for bias in biases)
    b = torch.cat([r_x + r_h, z_x + z_h, n_x])
    return GRUParams(W_ih.transpose(0, 1), W_hh.transpose(0, 1), b, n_h)


@accepted("gru_from_torch")
def torch_with_where(module):
    state = module.state_dict()
    W_hh = state["weight_hh_l0"]
    rows = torch.arange(W_hh.shape[0], device=W_hh.device) < 2 * module.hidden_size
    b_x = state.get("bias_ih_l0", torch.zeros_like(W_hh[:, 0]))
    b_h = state.get("bias_hh_l0", torch.zeros_like(W_hh[:, 0]))
    b = b_x + b_h * rows
    return (state["weight_ih_l0"].mT, W_hh.mT, b, b_h[-module.hidden_size :])


@accepted("shared_gate_step")
def shared_with_unflatten(x_t, h_prev, params):
    hidden = h_prev.shape[1]
    groups = (len(params.b) - hidden) // 2
    a_x, a_h = x_t @ params.W_x + params.b, h_prev @ params.W_h
    gates = torch.sigmoid(a_x[:, : 2 * groups] + a_h[:, : 2 * groups])
    r, z = gates[:, :groups, None], gates[:, groups:, None]
    shape = (groups, hidden // groups)
    q = (a_h[:, 2 * groups :] + params.b_hn).unflatten(1, shape)
    n = torch.tanh(a_x[:, 2 * groups :].unflatten(1, shape) + r * q)
    return ((1 - z) * n + z * h_prev.unflatten(1, shape)).flatten(1)


@accepted("shared_gate_step")
def shared_by_indexing(x_t, h_prev, params):
    hidden = params.b_hn.numel()
    groups = (params.W_h.size(1) - hidden) // 2
    group_of = [unit * groups // hidden for unit in range(hidden)]
    W_x, W_h, b = params.W_x, params.W_h, params.b

    def gate(columns):
        a = x_t @ W_x[:, columns] + h_prev @ W_h[:, columns] + b[columns]
        return torch.sigmoid(a)

    r, z = gate(group_of), gate([groups + group for group in group_of])
    q = h_prev @ W_h[:, 2 * groups :] + params.b_hn
    n = torch.tanh(x_t @ W_x[:, 2 * groups :] + b[2 * groups :] + r * q)
    return n + z * (h_prev - n)


@accepted("shared_gate_step")
def shared_group_by_group(x_t, h_prev, params):
    hidden = h_prev.shape[1]
    groups = (params.W_x.shape[1] - hidden) // 2
    width = hidden // groups
    a_x, a_h = x_t @ params.W_x + params.b, h_prev @ params.W_h
    parts = []
    for k in range(groups):
        r = torch.sigmoid(a_x[:, [k]] + a_h[:, [k]])
        z = torch.sigmoid(a_x[:, [groups + k]] + a_h[:, [groups + k]])
        units = slice(k * width, (k + 1) * width)
        columns = slice(2 * groups + k * width, 2 * groups + (k + 1) * width)
        n = torch.tanh(a_x[:, columns] + r * (a_h[:, columns] + params.b_hn[units]))
        parts.append((1 - z) * n + z * h_prev[:, units])
    return torch.cat(parts, dim=1)


@accepted("global_local_gate_step")
def product_by_the_step(x_t, h_prev, params):
    r, u, q = params.W_h.split(h_prev.shape[1], dim=1)
    r_x, u_x, n_x = torch.split(x_t @ params.W_x + params.b, h_prev.shape[1], dim=1)
    keep = (x_t @ params.W_xg + h_prev @ params.W_hg + params.b_g).sigmoid()
    keep = keep.expand_as(h_prev) * torch.sigmoid(u_x + h_prev @ u)
    gate = torch.sigmoid(r_x + h_prev @ r)
    new = torch.tanh(n_x + gate * (h_prev @ q + params.b_hn))
    return torch.lerp(new, h_prev, keep)


@accepted("global_local_gate_step")
def product_in_logarithms(x_t, h_prev, params):
    """σ(a) σ(b) = exp(log σ(a) + log σ(b))."""
    a_g = x_t @ params.W_xg + h_prev @ params.W_hg + params.b_g
    a_x, a_h = x_t @ params.W_x + params.b, h_prev @ params.W_h
    a_r, a_u, _ = (a_x + a_h).chunk(3, dim=1)
    z = torch.exp(F.logsigmoid(a_g) + F.logsigmoid(a_u))
    H = h_prev.shape[1]
    n = torch.tanh(a_x[:, -H:] + torch.sigmoid(a_r) * (a_h[:, -H:] + params.b_hn))
    return n - z * (n - h_prev)


@accepted("global_local_gate_step")
def product_with_one_fused_matrix(x_t, h_prev, params):
    H = h_prev.shape[1]
    a_x = x_t @ torch.cat([params.W_x, params.W_xg], dim=1)
    a_x = a_x + torch.cat([params.b, params.b_g])
    a_h = h_prev @ torch.cat([params.W_h, params.W_hg], dim=1)
    r, u, g = torch.sigmoid(a_x + a_h).split([H, H, H + 1], dim=1)
    z = u * g[:, [H]]
    q = a_h[:, 2 * H : 3 * H] + params.b_hn
    n = torch.tanh(a_x[:, 2 * H : 3 * H] + r * q)
    return z * h_prev + n * (1 - z)


@accepted("gru_backward_step")
def backward_with_einsum(dh, cache):
    p, z, r = cache.params, cache.z, cache.r
    dn = np.multiply(dh, 1 - z)
    da_n = dn * (1 - np.square(cache.n))
    da = np.stack([da_n * cache.q * r * (1 - r), z * (1 - z) * dh, da_n])
    da[1] *= cache.h_prev - cache.n
    H = dh.shape[1]
    W_x = p.W_x.reshape(-1, 3, H)
    W_h = p.W_h.reshape(-1, 3, H)
    gated = da.copy()
    gated[2] = da[2] * r
    return GRUStepGrads(
        np.einsum("gbh,igh->bi", da, W_x),
        dh * z + np.einsum("gbh,kgh->bk", gated, W_h),
        np.einsum("bi,gbh->igh", cache.x_t, da).reshape(p.W_x.shape),
        np.einsum("bk,gbh->kgh", cache.h_prev, gated).reshape(p.W_h.shape),
        da.sum(axis=1).reshape(-1),
        gated[2].sum(axis=0),
    )


@accepted("gru_backward_step")
def backward_example_by_example(dh, cache):
    p = cache.params
    dx_t, dh_prev = np.empty_like(cache.x_t), np.empty_like(cache.h_prev)
    sums = [np.zeros_like(weight) for weight in p]
    for i in range(dh.shape[0]):
        r, z, n, q = cache.r[i], cache.z[i], cache.n[i], cache.q[i]
        h, x, d = cache.h_prev[i], cache.x_t[i], dh[i]
        da_n = d * (1 - z) * (1 - n * n)
        da_r, da_z = da_n * q * (r - r**2), d * (h - n) * (z - z**2)
        by_input = np.hstack([da_r, da_z, da_n])
        by_state = np.hstack([da_r, da_z, r * da_n])
        dx_t[i], dh_prev[i] = p.W_x @ by_input, p.W_h @ by_state + z * d
        parts = np.outer(x, by_input), np.outer(h, by_state), by_input, r * da_n
        for total, part in zip(sums, parts, strict=True):
            total += part
    return GRUStepGrads(dx_t, dh_prev, *sums)


@accepted("gru_backward_step")
def backward_by_tangents(dh, cache):
    """A step is differentiable numbers in, numbers out: complex steps find them all."""
    _, h_prev, _, _, _, _, _ = cache
    H = h_prev.shape[1]

    def loss(x_t, h_prev, W_x, W_h, b, b_hn):
        a_x, a_h = x_t @ W_x + b, h_prev @ W_h
        gates = 1 / (1 + np.exp(-(a_x + a_h)[:, : 2 * H]))
        r, z = gates[:, :H], gates[:, H:]
        n = np.tanh(a_x[:, 2 * H :] + r * (a_h[:, 2 * H :] + b_hn))
        return (dh * ((1 - z) * n + z * h_prev)).sum()

    values = [cache.x_t, h_prev, *cache.params]
    grads = []
    for k, value in enumerate(values):
        grad = np.empty(value.shape)
        for index in np.ndindex(value.shape):
            moved = [v.astype(complex) for v in values]
            moved[k][index] += 1e-30j
            grad[index] = loss(*moved).imag / 1e-30
        grads.append(grad)
    return GRUStepGrads(*grads)
