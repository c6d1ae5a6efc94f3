"""Wrong answers to the corpus's exercise, so that its banks name some."""

import torch

from course_lib.checks import mistake


@mistake("tally", "a set of ones", "Count every occurrence, not only the first.")
def ones(symbols):
    return dict.fromkeys(symbols, 1)


@mistake("leaky", "a sum that forgets nothing", "The old sum is multiplied by d.")
def forgets_nothing(x, decay):
    return torch.cumsum(x, dim=1)


@mistake("memory", "a bias left out", "The formula has a third term, b_h.")
def without_bias(x, h_0, params):
    return memory(x, h_0, params._replace(b_h=torch.zeros_like(params.b_h)))


@mistake("iterate", "one step too few", "range(n) already counts n steps.")
def one_too_few(function, x, steps):
    return iterate(function, x, max(steps - 1, 0))
