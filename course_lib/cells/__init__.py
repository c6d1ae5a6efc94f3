"""One step of a recurrence, written as its formula; one module a family of cells.

A cell sees one time step: `(batch, feature)` in, `(batch, feature)` out. Its parameters
are a NamedTuple of tensors, named as in the formula. Each module holds a cell's
parameters, how to draw them, its step, and what converts from `torch.nn`.

    rnn         the plain recurrence; the output layer
    leaky       skips of d steps, leaky units with given and with learnt α
    clockwork   groups of units that are updated at different periods
    lstm        long short-term memory, with and without peepholes
    gru         the gated recurrent unit, both placements of its reset gate
    gates       relatives: a gate shared by units, a global gate times a local one
"""

from course_lib.cells.rnn import (
    OutputParams,
    RNNParams,
    init_rnn,
    output_scores,
    rnn_from_torch,
    rnn_step,
)

__all__ = [
    "OutputParams",
    "RNNParams",
    "init_rnn",
    "output_scores",
    "rnn_from_torch",
    "rnn_step",
]
