"""What chapter 3 claims, number by number."""

CLAIMS = {
    # a step is two dense layers, to float32 rounding
    "two_layers_error": lambda value: value < 1e-6,
    # the trace of an impulse fades: an untrained state is a short memory
    "impulse_left": lambda percent: 0 < percent < 10,
    # reading in two pieces gives the states of the whole
    "pieces_error": lambda value: value < 1e-6,
    # nn.RNN and ten lines are the same thing, in value and in gradient
    "parity_value": lambda value: value < 1e-12,
    "parity_gradient": lambda value: value < 1e-12,
    # 1000 inputs, 800 units, 40,000 words
    "parameters": lambda count: count == 1000 * 800 + 800 * 801 + 801 * 40_000,
    "output_share": lambda percent: 95 < percent < 96,
    "megabytes": lambda value: 133 < value < 135,
    # softmax, then log: infinite; both at once: the true loss
    "stable_loss": lambda nats: abs(nats - 200) < 1e-3,
    "naive_loss": lambda text: text == "inf",
    # an untrained network pays about log K a step
    "untrained": lambda nats: abs(nats - 3.912) < 0.1,
    "log_K": lambda nats: abs(nats - 3.912) < 1e-3,
    # echo: chance without the recurrence, nothing to pay with it
    "chance": lambda nats: abs(nats - 2.0794) < 1e-3,
    "with_memory": lambda nats: nats < 0.02,
    "without_memory": lambda nats: 2.0 < nats < 2.15,
}
