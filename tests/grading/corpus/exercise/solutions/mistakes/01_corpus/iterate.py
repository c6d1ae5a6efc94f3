"""Wrong answers to `iterate`, each with what it is and a hint."""


def one_too_few(function, x, steps):
    """one step too few

    range(n) already counts n steps.
    """
    return iterate(function, x, max(steps - 1, 0))
