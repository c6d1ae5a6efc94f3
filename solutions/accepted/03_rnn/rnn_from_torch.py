"""Right answers to `rnn_from_torch`, written in other ways."""

import torch

from course_lib.cells import RNNParams


def detached_copies(module):
    weights = {k: v.detach().clone() for k, v in module.named_parameters()}
    zero = torch.zeros_like(weights["weight_hh_l0"][0])
    b_h = weights.get("bias_ih_l0", zero) + weights.get("bias_hh_l0", zero)
    return RNNParams(
        weights["weight_ih_l0"].t(), weights["weight_hh_l0"].t().contiguous(), b_h
    )


def from_all_weights(module):
    W_ih, W_hh, *biases = module.all_weights[0]
    b_h = sum(biases, start=W_hh.new_zeros(W_hh.shape[0]))
    return RNNParams(W_xh=W_ih.transpose(0, 1), W_hh=W_hh.transpose(0, 1), b_h=b_h)


def from_state_dict(module):
    state = module.state_dict()
    b_h = W_hh_sum = None
    if "bias_ih_l0" in state:
        b_h = state["bias_ih_l0"].add(state["bias_hh_l0"])
    else:
        W_hh_sum = state["weight_hh_l0"].sum(dim=1)
        b_h = torch.zeros_like(W_hh_sum)
    return RNNParams(state["weight_ih_l0"].mT, state["weight_hh_l0"].mT, b_h)
