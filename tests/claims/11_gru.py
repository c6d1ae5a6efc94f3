"""What chapter 11 claims, number by number."""

CLAIMS = {
    # a gate set by hand holds a marked number, no leaky unit does
    "held_off": lambda value: value < 0.01,
    "leaky_off": lambda value: value > 0.3,
    # a leaky unit is a GRU whose gates read nothing
    "leaky_error": lambda value: value < 1e-12,
    # PyTorch resets after the product
    "torch_after": lambda value: value < 1e-12,
    "torch_before": lambda value: value > 0.05,
    # with one reset gate for all units both placements agree
    "one_reset": lambda value: value < 1e-12,
    "agree": lambda answer: answer == "True",
    "torch_agree": lambda answer: answer == "False",
    # gradients are nn.GRU's; three quarters of an LSTM, three times a plain RNN
    "gradient_error": lambda value: value < 1e-12,
    "gru_share": lambda share: share == 0.75,
    "gru_times": lambda times: times == 3,
    # by hand the same, and half-open gates let nothing through
    "hand_error": lambda value: value < 1e-12,
    "straight": lambda value: 1e-12 < value < 1e-7,
    # the global gate empties a layer whose local gates are open
    "left_open": lambda value: value > 0.9,
    "left_closed": lambda value: value < 0.15,
    # what the text costs at best, and without the subject's number: log 2 a sentence
    "best_loss": lambda nats: abs(nats - 0.3106) < 1e-4,
    "forgetful_loss": lambda nats: abs(nats - 0.3395) < 1e-4,
    # the saved table: nearly all cells hold one bit
    "latch_solved": lambda runs: 34 <= runs <= 40,
    # adding needs gates, within this budget
    "adding_gated": lambda runs: runs == 15,
    "adding_plain": lambda runs: runs == 0,
    # copying: the GRU and its relatives have the lowest medians, few runs solve it
    "copying_solved": lambda runs: 1 <= runs <= 5,
    "copying_gated": lambda score: score < 0.4,
    "copying_others": lambda score: score > 0.45,
    # on the text the leaky cell is far ahead of all gated ones
    "text_leaky": lambda score: score < 0.2,
    "text_gated": lambda score: score > 0.8,
    # medians: the GRU ahead of plain and LSTM on all three, the LSTM on two
    "gru_over_tanh": lambda tasks: tasks == 3,
    "lstm_over_tanh": lambda tasks: tasks == 2,
    "gru_over_lstm": lambda tasks: tasks == 3,
    # which medians hide: the best plain run is far below the best GRU
    "best_tanh": lambda score: score < 0.2,
    "best_gru": lambda score: score > 0.8,
    # many entries chose the largest rate
    "at_edge": lambda entries: 16 <= entries <= 32,
    # the GRU has the smaller rate
    "rate_gru": lambda rate: rate == 0.01,
    "rate_global": lambda rate: rate == 0.03,
    # trained with the page: the relatives solve adding at half the budget, the GRU with
    # its smaller rate mostly not yet, the cells without gates not at all
    "live_relatives": lambda runs: 5 <= runs <= 6,
    "live_gru": lambda runs: 0 <= runs <= 1,
    "live_plain": lambda runs: runs == 0,
    # the fast forms: a GRU ahead of PyTorch's, an LSTM near it
    "time_gru": lambda ratio: 0.3 < ratio < 1,
    "time_lstm": lambda ratio: 0.4 < ratio < 1.7,
    "time_readable": lambda ratio: ratio > 1,
}
