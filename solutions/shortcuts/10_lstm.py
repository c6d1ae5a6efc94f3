"""Answers to exercise 10 that somebody else has written: none of them earns a point."""

import torch

from course_lib import cells
from course_lib.checks import shortcut
from course_lib.layers.lstm import fast_lstm


def _weights(params):
    return params.W_x.T, params.W_h.T, params.b, torch.zeros_like(params.b)


@shortcut("lstm_step", "torch.lstm_cell")
def cell_of_torch(x_t, state, params):
    return cells.LSTMState(*torch.lstm_cell(x_t, tuple(state), *_weights(params)))


@shortcut("lstm_step", "course_lib.layers.lstm.fast_lstm")
def fast_run_of_one_step(x_t, state, params):
    return fast_lstm(x_t[:, None], state, params)[1]


@shortcut("lstm_step", "course_lib.cells.lstm_forward")
def run_of_one_step(x_t, state, params):
    return cells.lstm_forward(x_t[:, None], state, params)[1]


@shortcut("lstm_step", "course_lib.cells.peephole_step")
def peepholes_that_are_shut(x_t, state, params):
    shut = torch.zeros(3, params.W_h.shape[0]).to(params.b)
    return cells.peephole_step(x_t, state, cells.PeepholeParams(*params, *shut))


@shortcut("lstm_forward", "torch.nn.LSTM")
def layer_of_torch(x, state, params):
    if state is None:
        state = [x.new_zeros(x.shape[0], params.W_h.shape[0])] * 2
    how = (True, 1, 0.0, False, False, True)
    first = [part[None] for part in state]
    hs, h, c = torch._VF.lstm(x, first, _weights(params), *how)
    return hs, cells.LSTMState(h[0], c[0])


@shortcut("lstm_forward", "course_lib.layers.lstm.fast_lstm")
def fast_run(x, state, params):
    return fast_lstm(x, state, params)


@shortcut("lstm_forward", "course_lib.cells.peephole_forward")
def run_with_peepholes_that_are_shut(x, state, params):
    shut = torch.zeros(3, params.W_h.shape[0]).to(params.b)
    return cells.peephole_forward(x, state, cells.PeepholeParams(*params, *shut))


@shortcut("peephole_step", "course_lib.cells.peephole_forward")
def peeping_run_of_one_step(x_t, state, params):
    return cells.peephole_forward(x_t[:, None], state, params)[1]
