"""Right answers to `sampling_schedule`, written in other ways."""

import math

import numpy as np
import torch


def schedule_with_match(kind, step, k, c=0.0, floor=0.0):
    match kind:
        case "linear":
            return sorted([floor, k - c * step, 1.0])[1]
        case "exponential":
            return math.exp(step * math.log(k))
        case "inverse_sigmoid":
            return 1 / (1 + math.exp(min(700.0, step / k - math.log(k))))


def schedule_in_torch(kind, step, k, c=0.0, floor=0.0):
    i = torch.tensor(float(step), dtype=torch.float64)
    if kind == "linear":
        return (k - c * i).clamp(floor, 1.0).item()
    if kind == "exponential":
        return (k**i).item()
    return torch.sigmoid(math.log(k) - i / k).item()


def schedule_from_a_table(kind, step, k, c=0.0, floor=0.0):
    def sigmoid():
        try:
            return k / (k + math.exp(step / k))
        except OverflowError:
            return 0.0

    formulas = {
        "linear": lambda: np.clip(k - c * step, floor, 1.0),
        "exponential": lambda: pow(k, step),
        "inverse_sigmoid": sigmoid,
    }
    return formulas[kind]()
