"""Right answers to `lstm_param_count`, written in other ways."""

import torch


def layer_by_layer(input_size, hidden_size, peepholes=False):
    from_input = input_size * hidden_size
    from_state = hidden_size * hidden_size
    per_gate = from_input + from_state + hidden_size
    return sum(per_gate for _ in "ifgo") + (3 * hidden_size if peepholes else 0)


def counted_on_tensors(input_size, hidden_size, peepholes=False):
    shapes = [(input_size, 4 * hidden_size), (hidden_size, 4 * hidden_size)]
    shapes += [(4 * hidden_size,)] + [(hidden_size,)] * (3 if peepholes else 0)
    return sum(torch.empty(*shape).numel() for shape in shapes)


def counted_by_pytorch(input_size, hidden_size, peepholes=False):
    """nn.LSTM may be built, though not run: its count, less its second bias."""
    module = torch.nn.LSTM(input_size, hidden_size)
    count = sum(weight.numel() for weight in module.parameters()) - 4 * hidden_size
    return count + 3 * hidden_size * int(peepholes)
