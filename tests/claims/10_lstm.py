"""What chapter 10 claims, number by number."""

CLAIMS = {
    # ten lines and nn.LSTM are the same network, in value, cell and gradient
    "parity_value": lambda value: value < 1e-12,
    "parity_cell": lambda value: value < 1e-12,
    "parity_grad": lambda value: value < 1e-12,
    # each network that solves the task has a unit that keeps, and writes marked numbers
    "networks": lambda runs: 8 <= runs <= 10,
    "keeping": lambda gate: gate > 0.95,
    "match": lambda correlation: correlation > 0.9,
    # the four steps, at the unit in which it is clearest
    "kept": lambda gate: gate > 0.98,
    "others": lambda gate: 0.83 < gate < 0.92,
    "i_marked": lambda gate: gate > 0.4,
    "i_other": lambda gate: gate < 0.08,
    "zero": lambda number: 0.3 < number < 0.7,
    "between": lambda steps: steps == 19,
    "shown": lambda gate: gate > 0.75,
    # along the cell, the forget gates' product is the gradient, to float32 rounding
    "cut_error": lambda value: value < 1e-5,
    # in the trained unit it is nearly all of it, and nearly 1 over 38 steps
    "trained_path": lambda value: 0.6 < value <= 1,
    "trained_whole": lambda value: 0.6 < value < 1.2,
    "start_whole": lambda value: value < 0.01,
    # untrained: with half-open gates no better than a plain RNN; bias 1 helps, 5 grows
    "bias_0": lambda value: value < 1e-9,
    "rnn_50": lambda value: value < 1e-9,
    "bias_1": lambda value: 1e-5 < value < 1e-2,
    "path_1": lambda value: value < 1e-6,
    "bias_5": lambda value: value > 1.5,
    "path_5": lambda value: 0.6 < value < 0.8,
    # an LSTM can explode, in gradient and in value
    "large_90": lambda value: value > 1e3,
    "high_c": lambda value: 99 < value < 100,
    "high_h": lambda value: value > 0.999,
    # a closed output gate blinds the gates; a peephole sees
    "blind": lambda ratio: abs(ratio - 1) < 1e-4,
    "peeping": lambda ratio: ratio > 1.5,
    # the backward pass by hand is autograd's
    "by_hand": lambda value: value < 1e-12,
    # the adding problem at 40 steps: the LSTM solves it, the plain RNN does not
    "lstm_solved": lambda runs: 8 <= runs <= 10,
    "rnn_solved": lambda runs: runs == 0,
    "lstm_low": lambda percent: 45 < percent < 75,
    "rnn_high": lambda percent: 25 < percent < 30,
    "lstm_median": lambda updates: 200 < updates < 500,
    "lstm_right": lambda percent: percent > 85,
    "rnn_right": lambda percent: percent < 50,
}
