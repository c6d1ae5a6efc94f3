"""Wrong answers to the exercise that lends, so that its banks name some."""

import torch

from course_lib.checks import mistake


@mistake("tally", "a set of ones", "Count every occurrence, not only the first.")
def ones(symbols):
    return dict.fromkeys(symbols, 1)


@mistake("leaky", "a sum that forgets nothing", "The old sum goes through d.")
def forgets_nothing(x, decay):
    return torch.cumsum(x, dim=1)


@mistake("memory", "a state that is not handed on", "The cell needs the last state.")
def without_state(x, h_0, cell):
    zeros = x.new_zeros(x.shape[0], cell.hidden_size)
    hs = [cell(x_t, zeros) for x_t in x.unbind(dim=1)]
    return torch.stack(hs, dim=1), hs[-1]


@mistake("iterate", "one step too few", "range(n) already counts n steps.")
def one_too_few(function, x, steps):
    return list(iterate(function, x, steps))[: max(steps, 1)]
