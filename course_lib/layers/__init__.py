"""A cell run over time, as a module that can be trained.

    recurrent   any cell of the course, readable: its forward function, its parameters
    leaky       leaky units of many runs at once
    lstm, gru   the fast forms of two of them, with the features of `torch.nn`
    stack       several layers and both directions, of any cell
    blocks      what the fast forms share, and why they are fast
    padding     sequences of unequal length in one batch

All are called alike: `layer(x, state=None)` gives the state after every step,
(batch, time, hidden), and the last state.
"""
