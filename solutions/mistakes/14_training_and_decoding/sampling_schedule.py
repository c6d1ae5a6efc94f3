"""Wrong answers to `sampling_schedule`, each with what it is and a hint."""

import math


def _kinds(line=None, power=None, sigmoid=None):
    """Return a schedule in which one of the three kinds is another function."""

    def schedule(kind, step, k, c=0.0, floor=0.0):
        other = {"linear": line, "exponential": power, "inverse_sigmoid": sigmoid}[kind]
        if other is None:
            return sampling_schedule(kind, step, k, c, floor)
        return other(step, k, c, floor)

    return schedule


def line_without_floor(kind, step, k, c=0.0, floor=0.0):
    """a line without a floor

    A line does not fall below `floor`: max(floor, …).
    """
    return _kinds(line=lambda i, k, c, floor: min(1.0, k - c * i))(kind, step, k, c)


def line_kept_above_zero(kind, step, k, c=0.0, floor=0.0):
    """a line that is kept above 0 instead of above its floor

    The least value of a line is `floor`, not 0.
    """
    line = _kinds(line=lambda i, k, c, floor: min(1.0, max(0.0, k - c * i)))
    return line(kind, step, k, c, floor)


def line_above_one(kind, step, k, c=0.0, floor=0.0):
    """a line that may rise above 1

    ε is a probability: min(1.0, …).
    """
    line = _kinds(line=lambda i, k, c, floor: max(floor, k - c * i))
    return line(kind, step, k, c, floor)


def floor_as_ceiling(kind, step, k, c=0.0, floor=0.0):
    """a floor that is used as a ceiling

    The larger of `floor` and the line is wanted: max, not min.
    """
    line = _kinds(line=lambda i, k, c, floor: max(0.0, min(floor, k - c * i)))
    return line(kind, step, k, c, floor)


def line_rises(kind, step, k, c=0.0, floor=0.0):
    """a line that rises

    ε falls from the truth to the model's own symbols: k - c i.
    """
    line = _kinds(line=lambda i, k, c, floor: min(1.0, max(floor, k + c * i)))
    return line(kind, step, k, c, floor)


def probability_of_its_own(kind, step, k, c=0.0, floor=0.0):
    """the probability of the model's own symbol

    ε is the probability of the *right* symbol; you return 1 - ε.
    """
    return 1 - sampling_schedule(kind, step, k, c, floor)


def line_counts_from_one(kind, step, k, c=0.0, floor=0.0):
    """a line that counts from 1

    `step` is the number of updates so far: the first one has i = 0.
    """
    line = _kinds(line=lambda i, k, c, floor: min(1.0, max(floor, k - c * (i - 1))))
    return line(kind, step, k, c, floor)


def slope_times_start(kind, step, k, c=0.0, floor=0.0):
    """a slope that is multiplied by k

    A line loses c in one step: k - c i, not k (1 - c i).
    """
    line = _kinds(line=lambda i, k, c, floor: min(1.0, max(floor, k * (1 - c * i))))
    return line(kind, step, k, c, floor)


def line_starts_at_one(kind, step, k, c=0.0, floor=0.0):
    """a line that always starts at 1

    A line starts at k: max(floor, k - c i).
    """
    line = _kinds(line=lambda i, k, c, floor: min(1.0, max(floor, 1 - c * i)))
    return line(kind, step, k, c, floor)


def floor_added(kind, step, k, c=0.0, floor=0.0):
    """a line that stands on its floor

    The floor is a limit, it is not added: max(floor, k - c i).
    """
    line = _kinds(line=lambda i, k, c, floor: min(1.0, floor + max(0.0, k - c * i)))
    return line(kind, step, k, c, floor)


def always_a_line(kind, step, k, c=0.0, floor=0.0):
    """a line for every kind

    The three kinds have three formulas: look at `kind`.
    """
    return sampling_schedule("linear", step, k, c, floor)


def kinds_exchanged(kind, step, k, c=0.0, floor=0.0):
    """the last two kinds exchanged

    "exponential" is the power k^i, "inverse_sigmoid" the fraction.
    """
    other = {"exponential": "inverse_sigmoid", "inverse_sigmoid": "exponential"}
    return sampling_schedule(other.get(kind, kind), step, k, c, floor)


def floor_under_everything(kind, step, k, c=0.0, floor=0.0):
    """a floor under every kind

    `c` and `floor` belong to the line; a power and a sigmoid fall towards 0.
    """
    return max(floor, sampling_schedule(kind, step, k, c, floor))


def base_and_exponent(kind, step, k, c=0.0, floor=0.0):
    """the base and the exponent exchanged

    It is k to the power of i, and k < 1: k**step.
    """
    return _kinds(power=lambda i, k, c, floor: min(1.0, i**k))(kind, step, k, c, floor)


def decay_of_e(kind, step, k, c=0.0, floor=0.0):
    """a decay of e^(-k i)

    The exponential schedule is the power k^i.
    """
    power = _kinds(power=lambda i, k, c, floor: math.exp(-k * i))
    return power(kind, step, k, c, floor)


def power_counts_from_one(kind, step, k, c=0.0, floor=0.0):
    """a power that counts from 1

    After no update ε is k^0 = 1.
    """
    return _kinds(power=lambda i, k, c, floor: k ** (i + 1))(kind, step, k, c, floor)


def product_for_power(kind, step, k, c=0.0, floor=0.0):
    """a product k · i for the power

    k^i is k**step in Python; k * step is a product.
    """
    return _kinds(power=lambda i, k, c, floor: k * i)(kind, step, k, c, floor)


def sigmoid_rises(kind, step, k, c=0.0, floor=0.0):
    """an inverse sigmoid that rises

    The exponential stands in the denominator as e^(+i/k), and grows.
    """
    found = _kinds(sigmoid=lambda i, k, c, floor: k / (k + math.exp(-i / k)))
    return found(kind, step, k, c, floor)


def sigmoid_without_k(kind, step, k, c=0.0, floor=0.0):
    """a sigmoid without its k

    It is k / (k + e^(i/k)), not 1 / (1 + e^(i/k)).
    """
    found = _kinds(
        sigmoid=lambda i, k, c, floor: math.exp(-i / k) / (1 + math.exp(-i / k))
    )
    return found(kind, step, k, c, floor)


def sigmoid_exponent_product(kind, step, k, c=0.0, floor=0.0):
    """an exponent of k · i in the sigmoid

    The exponent is i / k: a larger k makes the decay slower.
    """
    found = _kinds(
        sigmoid=lambda i, k, c, floor: k * math.exp(-i * k) / (k * math.exp(-i * k) + 1)
    )
    return found(kind, step, k, c, floor)


def sigmoid_divided_outside(kind, step, k, c=0.0, floor=0.0):
    """a sigmoid that is divided by k outside the exponential

    It is e^(i/k), the exponential of the quotient.
    """
    found = _kinds(sigmoid=lambda i, k, c, floor: k / (k + math.exp(min(i, 700)) / k))
    return found(kind, step, k, c, floor)


def sigmoid_integer_division(kind, step, k, c=0.0, floor=0.0):
    """an integer division in the exponent

    i / k is a fraction: / and not //.
    """

    def sigmoid(i, k, c, floor):
        fall = math.exp(-(i // k))
        return k * fall / (k * fall + 1)

    return _kinds(sigmoid=sigmoid)(kind, step, k, c, floor)


def sigmoid_overflows(kind, step, k, c=0.0, floor=0.0):
    """an e^(i/k) that overflows

    Divide numerator and denominator by e^(i/k): math.exp(-i / k) only becomes 0.
    """
    found = _kinds(sigmoid=lambda i, k, c, floor: k / (k + math.exp(i / k)))
    return found(kind, step, k, c, floor)
