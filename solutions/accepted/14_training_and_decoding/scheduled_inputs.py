"""Right answers to `scheduled_inputs`, written in other ways."""

import torch


def inputs_in_place_on_a_copy(inputs, predictions, truth_prob, generator):
    own = torch.rand(inputs.shape, generator=generator, device=inputs.device)
    own = own[:, 1:] >= truth_prob
    mixed = inputs.clone()
    mixed[:, 1:][own] = predictions[:, :-1][own]
    return mixed


def inputs_token_by_token(inputs, predictions, truth_prob, generator):
    coins = torch.rand(inputs.shape, generator=generator, device=inputs.device)
    batch, time = inputs.shape
    rows = [
        [
            inputs[b, t]
            if t == 0 or coins[b, t] < truth_prob
            else predictions[b, t - 1]
            for t in range(time)
        ]
        for b in range(batch)
    ]
    return torch.stack([torch.stack(row) for row in rows])


def inputs_as_a_sum(inputs, predictions, truth_prob, generator):
    """Rolled over the flat tensor: only the first column gets another row's guess."""
    coins = torch.rand(inputs.shape, generator=generator, device=inputs.device)
    coins[:, 0] = -1.0
    truth = (coins < truth_prob).long()
    return truth * inputs + (1 - truth) * torch.roll(predictions, 1)


def inputs_step_by_step(inputs, predictions, truth_prob, generator):
    """Other draws, and large coins for the truth: the same mixture by its law."""
    columns = [inputs[:, 0]]
    for t in range(1, inputs.shape[1]):
        coins = torch.rand(len(inputs), generator=generator)
        right = coins >= 1 - truth_prob
        columns.append(torch.where(right, inputs[:, t], predictions[:, t - 1]))
    return torch.stack(columns, dim=1)


def inputs_with_bernoulli(inputs, predictions, truth_prob, generator):
    own = torch.full(inputs[:, 1:].shape, 1 - truth_prob)
    own = torch.bernoulli(own, generator=generator).bool()
    rest = inputs[:, 1:].masked_scatter(own, predictions[:, :-1][own])
    return torch.cat([inputs[:, :1], rest], dim=1)
