"""Wrong answers to `memory`, each with what it is and a hint."""

import torch


def without_state(x, h_0, cell):
    """a state that is not handed on

    The cell needs the last state.
    """
    zeros = x.new_zeros(x.shape[0], cell.hidden_size)
    hs = [cell(x_t, zeros) for x_t in x.unbind(dim=1)]
    return torch.stack(hs, dim=1), hs[-1]
