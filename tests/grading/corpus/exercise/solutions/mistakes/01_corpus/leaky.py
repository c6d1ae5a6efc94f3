"""Wrong answers to `leaky`, each with what it is and a hint."""

import torch


def forgets_nothing(x, decay):
    """a sum that forgets nothing

    The old sum is multiplied by d.
    """
    return torch.cumsum(x, dim=1)
