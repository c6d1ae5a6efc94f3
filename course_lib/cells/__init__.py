"""One step of a recurrence, written as its formula; one module a family of cells.

A step sees `(batch, feature)` and gives `(batch, feature)`; parameters are a NamedTuple
of tensors, named as in the formula. Each module holds a cell's parameters, how to draw
them, its step, its run over a sequence, and what converts from `torch.nn`.

    rnn         the plain recurrence; the output layer
    leaky       skips of d steps, leaky units with given and with learnt α
    clockwork   groups of units that are updated at different periods
    lstm        long short-term memory
    peephole    an LSTM whose gates see the cell
    gru         the gated recurrent unit, both placements of its reset gate
    gates       relatives: a gate shared by units, a global gate times a local one
"""

from course_lib.cells.clockwork import (
    clockwork_forward,
    clockwork_mask,
    clockwork_param_count,
    clockwork_step,
    init_clockwork,
)
from course_lib.cells.gates import (
    GlobalLocalParams,
    global_local_gate_forward,
    global_local_gate_step,
    init_global_local,
    init_shared_gate,
    shared_gate_forward,
    shared_gate_step,
)
from course_lib.cells.gru import (
    GRUParams,
    gru_as_leaky,
    gru_forward,
    gru_from_torch,
    gru_param_count,
    gru_step,
    init_gru,
    placements_agree,
)
from course_lib.cells.leaky import (
    DelayedParams,
    LeakyParams,
    delayed_rnn,
    in_groups,
    init_delayed,
    init_leaky,
    leaky_forward,
    leaky_step,
    learned_leaky_forward,
    sample_time_constants,
)
from course_lib.cells.lstm import (
    LSTMParams,
    LSTMState,
    LSTMTrace,
    cell_gradient_path,
    init_lstm,
    lstm_forward,
    lstm_from_torch,
    lstm_param_count,
    lstm_step,
    lstm_trace,
)
from course_lib.cells.peephole import (
    PeepholeParams,
    init_peephole,
    peephole_forward,
    peephole_step,
)
from course_lib.cells.rnn import (
    OutputParams,
    RNNParams,
    init_rnn,
    output_scores,
    rnn_forward,
    rnn_from_torch,
    rnn_step,
)

__all__ = [
    "DelayedParams",
    "GRUParams",
    "GlobalLocalParams",
    "LSTMParams",
    "LSTMState",
    "LSTMTrace",
    "LeakyParams",
    "OutputParams",
    "PeepholeParams",
    "RNNParams",
    "cell_gradient_path",
    "clockwork_forward",
    "clockwork_mask",
    "clockwork_param_count",
    "clockwork_step",
    "delayed_rnn",
    "global_local_gate_forward",
    "global_local_gate_step",
    "gru_as_leaky",
    "gru_forward",
    "gru_from_torch",
    "gru_param_count",
    "gru_step",
    "in_groups",
    "init_clockwork",
    "init_delayed",
    "init_global_local",
    "init_gru",
    "init_leaky",
    "init_lstm",
    "init_peephole",
    "init_rnn",
    "init_shared_gate",
    "leaky_forward",
    "leaky_step",
    "learned_leaky_forward",
    "lstm_forward",
    "lstm_from_torch",
    "lstm_param_count",
    "lstm_step",
    "lstm_trace",
    "output_scores",
    "peephole_forward",
    "peephole_step",
    "placements_agree",
    "rnn_forward",
    "rnn_from_torch",
    "rnn_step",
    "sample_time_constants",
    "shared_gate_forward",
    "shared_gate_step",
]
