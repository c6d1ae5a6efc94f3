"""Wrong answers to `sample_time_constants`, each with what it is and a hint."""

import torch


def uniform_on_the_ordinary_scale(u, low, high):
    """time constants that are uniform on the ordinary scale

    u is an exponent: (high / low) ** u.
    """
    return low + (high - low) * u


def high_to_low(u, low, high):
    """time constants from high down to low

    u = 0 gives low, and u = 1 gives high.
    """
    return high * (low / high) ** u


def low_forgotten(u, low, high):
    """a quotient without low in front of it

    At u = 0 the power is 1; the result must be low.
    """
    return (high / low) ** u


def power_of_high(u, low, high):
    """a power of high alone

    The base is high / low, so that u = 1 gives high.
    """
    return low * high**u


def added_to_low(u, low, high):
    """a sum in place of a product

    On a logarithmic scale one multiplies: low times the power.
    """
    return low + (high / low) ** u


def logarithms(u, low, high):
    """logarithms of time constants

    You have log τ: take exp of it at the end.
    """
    low, high = (torch.as_tensor(float(v), dtype=torch.float64) for v in (low, high))
    return (low.log() + u * (high / low).log()).to(u.dtype)


def mixed_logarithms(u, low, high):
    """a natural logarithm undone with a power of ten

    exp undoes log, and 10 ** undoes log10: keep to one of the pairs.
    """
    return low * 10 ** (u * torch.log(torch.tensor(high / low)).item())


def shares_returned(u, low, high):
    """shares α where time constants are asked

    Return τ itself; 1 - 1/τ comes later.
    """
    return 1 - 1 / (low * (high / low) ** u)


def uniform_alpha(u, low, high):
    """time constants for a uniform α

    It is log τ that is uniform, not 1 - 1/τ.
    """
    first, last = 1 - 1 / low, 1 - 1 / high
    return 1 / (1 - (first + (last - first) * u))


def rounded(u, low, high):
    """time constants rounded to whole steps

    A time constant need not be a whole number.
    """
    return (low * (high / low) ** u).round()


def evenly_spaced(u, low, high):
    """even spacing that does not look at u

    The numbers u say where each time constant lies; use them.
    """
    even = torch.linspace(0, 1, u.numel(), dtype=u.dtype, device=u.device)
    return low * (high / low) ** even.reshape(u.shape)


def sorted_constants(u, low, high):
    """time constants in rising order

    Each u has its own time constant, in the same place: do not sort.
    """
    return (low * (high / low) ** u).flatten().sort().values.reshape(u.shape)


def squared(u, low, high):
    """u squared in place of an exponent

    u is the exponent of high / low.
    """
    return low + (high - low) * u**2


def integer_division(u, low, high):
    """quotients of whole numbers rounded down

    `//` throws the remainder away; divide with `/`.
    """
    return low * (high // low) ** u


def written_over_u(u, low, high):
    """time constants written over u

    Methods that end in _ change the caller's tensor; make a new one.
    """
    return u.mul_(torch.log(torch.tensor(high / low)).item()).exp_().mul_(low)


def default_dtype(u, low, high):
    """numbers of the default dtype

    torch.tensor(...) and .float() make float32; let the result follow u.
    """
    return (low * (high / low) ** u).float()
