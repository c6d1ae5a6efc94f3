"""Right answers to `sample_time_constants`, written in other ways."""

import math

import torch


def through_logarithms(u, low, high):
    return torch.exp(math.log(low) + u * (math.log(high) - math.log(low)))


def as_a_weighted_geometric_mean(u, low, high):
    return low ** (1 - u) * high**u


def with_powers_of_ten(u, low, high):
    first, last = math.log10(low), math.log10(high)
    return torch.pow(
        10, torch.lerp(torch.full_like(u, first), torch.full_like(u, last), u)
    )


def one_number_at_a_time(u, low, high):
    flat = [low * (high / low) ** value for value in u.reshape(-1)]
    return torch.stack(flat).reshape(u.shape)
