"""Wrong answers to `cell_gradient_path`, each with what it is and a hint."""

import torch


def _later(f_gates):
    """Return f_2 … f_T and a 1."""
    return torch.cat([f_gates[:, 1:], torch.ones_like(f_gates[:, :1])], dim=1)


def own_gate_included(f_gates):
    """a product that includes the gate of its own step

    Between c_t and c_T stand f_{t+1} to f_T: f_t is not among them.
    """
    return f_gates.flip(1).cumprod(dim=1).flip(1)


def last_gate_left_out(f_gates):
    """a product that leaves out the last gate

    f_T stands between c_{T-1} and c_T: it belongs to every path but the last.
    """
    shifted = torch.cat([torch.ones_like(f_gates[:, :1]), f_gates[:, :-1]], dim=1)
    inner = torch.cat([shifted[:, 2:], torch.ones_like(f_gates[:, :2])], dim=1)
    return inner[:, : f_gates.shape[1]].flip(1).cumprod(dim=1).flip(1)


def from_the_front(f_gates):
    """a product of earlier gates instead of later ones

    The gradient comes from the end: multiply the gates after t.
    """
    return f_gates.cumprod(dim=1)


def gates_before(f_gates):
    """a product of the gates before each step

    The gradient comes from the end: multiply the gates after t.
    """
    ones = torch.ones_like(f_gates[:, :1])
    return torch.cat([ones, f_gates[:, :-1]], dim=1).cumprod(dim=1)


def sum_of_gates(f_gates):
    """a sum of gates

    Factors on a path multiply: a product, not a sum.
    """
    later = torch.cat([f_gates[:, 1:], torch.zeros_like(f_gates[:, :1])], dim=1)
    return later.flip(1).cumsum(dim=1).flip(1)


def not_turned_back(f_gates):
    """products in the wrong order of time

    After the cumulative product, turn time around again.
    """
    return _later(f_gates).flip(1).cumprod(dim=1)


def next_gate_only(f_gates):
    """only the gate of the next step

    All gates from t + 1 to T stand between c_t and c_T.
    """
    return _later(f_gates)


def product_over_the_batch(f_gates):
    """a product over the batch

    Axis 0 is the batch; time is axis 1.
    """
    return cell_gradient_path(f_gates.transpose(0, 1)).transpose(0, 1)


def product_over_the_units(f_gates):
    """a product over the units

    Each unit has a path of its own; time is axis 1, units are axis 2.
    """
    return cell_gradient_path(f_gates.transpose(1, 2)).transpose(1, 2)


def same_for_all_steps(f_gates):
    """the product of all gates at every step

    Each step has its own product: only the gates after it.
    """
    return f_gates.prod(dim=1, keepdim=True).expand_as(f_gates).clone()


def first_path_only(f_gates):
    """the path of the first step alone

    Return one product for each step, shaped as f_gates.
    """
    return cell_gradient_path(f_gates)[:, 0]


def one_step_short(f_gates):
    """a path of T - 1 steps

    There is a path for each step; that of the last one is 1.
    """
    return cell_gradient_path(f_gates)[:, :-1]


def zero_at_the_end(f_gates):
    """a path that ends in 0

    From c_T to itself nothing stands between: 1.
    """
    path = cell_gradient_path(f_gates)
    return torch.cat([path[:, :-1], torch.zeros_like(path[:, -1:])], dim=1)


def by_division(f_gates):
    """a quotient of products

    Where a gate is 0, or the product too small, this is 0 / 0: multiply instead.
    """
    front = f_gates.cumprod(dim=1)
    return front[:, -1:] / front


def what_is_forgotten(f_gates):
    """a product of 1 - f

    f itself is the factor that is kept.
    """
    return cell_gradient_path(1 - f_gates)


def squashed_again(f_gates):
    """a σ applied to gates that are gates already

    f_gates lie between 0 and 1 already.
    """
    return cell_gradient_path(f_gates.sigmoid())


def ones_on_the_default_device(f_gates):
    """ones made on the default device

    torch.ones is float32 on the CPU; torch.ones_like follows the gates.
    """
    path = [torch.ones(f_gates.shape[0], f_gates.shape[2])]
    for f_t in f_gates[:, 1:].unbind(dim=1)[::-1]:
        path.append(path[-1] * f_t)
    return torch.stack(path[::-1], dim=1)


def gates_overwritten(f_gates):
    """gates that are overwritten

    The product must not be written into the caller's tensor; begin with a copy.
    """
    path = f_gates.detach()  # shares its memory with the argument
    path[:, :-1] = path[:, 1:].clone()
    path[:, -1] = 1
    for t in range(path.shape[1] - 2, -1, -1):
        path[:, t] *= path[:, t + 1]
    return path


def by_logarithms(f_gates):
    """a product made of logarithms

    log 0 is -inf, and -inf minus -inf is NaN: multiply the gates themselves.
    """
    logs = f_gates.log()
    return (logs.flip(1).cumsum(dim=1).flip(1) - logs).exp()
