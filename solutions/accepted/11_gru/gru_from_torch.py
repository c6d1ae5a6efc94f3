"""Right answers to `gru_from_torch`, written in other ways."""

import torch

from course_lib.cells import GRUParams


def torch_detached_copies(module):
    weights = {k: v.detach().clone() for k, v in module.named_parameters()}
    W_h = weights["weight_hh_l0"].t().contiguous()
    H = W_h.shape[0]
    zero = W_h.new_zeros(3 * H)
    b_x, b_h = weights.get("bias_ih_l0", zero), weights.get("bias_hh_l0", zero)
    b = b_x.clone()
    b[: 2 * H] += b_h[: 2 * H]
    return GRUParams(weights["weight_ih_l0"].t(), W_h, b, b_h[2 * H :])


def torch_from_all_weights(module):
    W_ih, W_hh, *biases = module.all_weights[0]
    if not biases:
        biases = [torch.zeros_like(W_hh[:, 0])] * 2
    (r_x, z_x, n_x), (r_h, z_h, n_h) = (bias.chunk(3) for bias in biases)
    b = torch.cat([r_x + r_h, z_x + z_h, n_x])
    return GRUParams(W_ih.transpose(0, 1), W_hh.transpose(0, 1), b, n_h)


def torch_with_where(module):
    state = module.state_dict()
    W_hh = state["weight_hh_l0"]
    rows = torch.arange(W_hh.shape[0], device=W_hh.device) < 2 * module.hidden_size
    b_x = state.get("bias_ih_l0", torch.zeros_like(W_hh[:, 0]))
    b_h = state.get("bias_hh_l0", torch.zeros_like(W_hh[:, 0]))
    b = b_x + b_h * rows
    return (state["weight_ih_l0"].mT, W_hh.mT, b, b_h[-module.hidden_size :])
