"""Wrong answers to `memory`, each with what it is and a hint."""

import torch


def without_bias(x, h_0, params):
    """a bias left out

    The formula has a third term, b_h.
    """
    return memory(x, h_0, params._replace(b_h=torch.zeros_like(params.b_h)))
