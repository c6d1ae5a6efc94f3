"""Answers to exercise 9 that somebody else has written: none of them earns a point."""

import torch

from course_lib import cells
from course_lib.checks import shortcut


@shortcut("leaky_step", "course_lib.cells.leaky_forward")
def a_run_of_one_step(x_t, h_prev, alpha, params):
    return cells.leaky_forward(x_t[:, None], h_prev, params, alpha)[1]


@shortcut("leaky_step", "course_lib.cells.gru_step")
def a_gru_that_is_leaky(x_t, h_prev, alpha, params):
    alpha = torch.as_tensor(alpha).to(params.b_h).expand_as(params.b_h)
    return cells.gru_step(x_t, h_prev, cells.gru_as_leaky(params, alpha))


@shortcut("learned_leaky_forward", "course_lib.cells.leaky_forward")
def a_leak_that_is_given(x, h_0, params):
    alpha = torch.sigmoid(params.raw)
    return cells.leaky_forward(x, h_0, params, alpha)


@shortcut("clockwork_step", "course_lib.cells.clockwork_forward")
def a_clock_of_one_step(t, x_t, h_prev, params, periods):
    run = cells.clockwork_forward(x_t[:, None], h_prev, params, periods, start=t)
    return run[1]
