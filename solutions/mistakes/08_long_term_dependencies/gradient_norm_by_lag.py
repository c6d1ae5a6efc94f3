"""Wrong answers to `gradient_norm_by_lag`, each with what it is and a hint."""

import torch


def _slopes(states):
    return 1 - states**2


def _norms(states, jacobian, join=None, norm=None, steps=None):
    """Return norms by lag for any Jacobian, way of joining, norm, and steps.

    Args:
        states: (batch, time, hidden).
        jacobian: jacobian(t) is the factor of time step t, counted from 0.
        join: join(factor, product), by default factor @ product.
        norm: of a batch of matrices, by default the spectral norm.
        steps: the time steps whose factors are used, in order; by default T - 1 to 1.
    """
    batch, time, hidden = states.shape
    join = join or torch.matmul
    norm = norm or (lambda product: torch.linalg.matrix_norm(product, ord=2))
    product = torch.eye(hidden, dtype=states.dtype, device=states.device)
    product = product.expand(batch, hidden, hidden)
    found = [norm(product)]
    for t in range(time - 1, 0, -1) if steps is None else steps:
        product = join(jacobian(t), product)
        found.append(norm(product))
    return torch.stack(found, dim=1)


def _right_factor(states, params):
    return lambda t: params.W_hh * _slopes(states)[:, t, None, :]


def slopes_forgotten(states, params):
    """Jacobians without the slope of the tanh

    J_j is W_hh times diag(1 - h_j²), not W_hh alone.
    """
    shape = (len(states), *params.W_hh.shape)
    return _norms(states, lambda t: params.W_hh.expand(shape))


def slopes_on_rows(states, params):
    """slopes that multiply the rows of W_hh

    The slope belongs to the new unit, a column of W_hh: slopes[:, None, :].
    """
    return _norms(states, lambda t: params.W_hh * _slopes(states)[:, t, :, None])


def tanh_applied_again(states, params):
    """the slope of tanh taken at tanh

    The states have the tanh applied already: the slope is 1 - h².
    """
    return _norms(
        states, lambda t: params.W_hh * (1 - states.tanh() ** 2)[:, t, None, :]
    )


def square_forgotten(states, params):
    """a slope 1 - h without the square

    The derivative of tanh is 1 - tanh².
    """
    return _norms(states, lambda t: params.W_hh * (1 - states)[:, t, None, :])


def logistic_slopes(states, params):
    """the slopes of a logistic σ

    h (1 - h) belongs to σ; the derivative of tanh is 1 - h².
    """
    slopes = states * (1 - states)
    return _norms(states, lambda t: params.W_hh * slopes[:, t, None, :])


def slopes_one_step_early(states, params):
    """slopes of the step before

    J_T contains h_T, the state that the step made: start with the last state.
    """
    right = _right_factor(states, params)
    return _norms(states, right, steps=range(states.shape[1] - 2, -1, -1))


def from_the_first_step(states, params):
    """a product that goes forward from the first step

    Lag k reaches back from the last step: begin with J_T, then put J_{T-1} in front.
    """
    right = _right_factor(states, params)
    return _norms(states, right, steps=range(1, states.shape[1]))


def wrong_order(states, params):
    """Jacobians multiplied in the wrong order

    With rows for the old state, the earlier Jacobian stands in front.
    """
    right = _right_factor(states, params)
    return _norms(states, right, join=lambda factor, product: product @ factor)


def transposed(states, params):
    """W_hh transposed

    For row vectors J_j is W_hh diag(1 - h_j²), with W_hh as it is.
    """
    return _norms(states, lambda t: params.W_hh.T * _slopes(states)[:, t, None, :])


def product_by_elements(states, params):
    """Jacobians multiplied element by element

    The chain rule multiplies matrices: use @.
    """
    right = _right_factor(states, params)
    found = [right(t) for t in range(states.shape[1] - 1, 0, -1)]
    norms = [torch.ones_like(states[:, 0, 0])]
    product = None
    for factor in found:
        product = factor if product is None else factor * product
        norms.append(torch.linalg.matrix_norm(product, ord=2))
    return torch.stack(norms, dim=1)


def sum_of_jacobians(states, params):
    """Jacobians that are added

    Going back through several steps multiplies their Jacobians.
    """
    right = _right_factor(states, params)
    return _norms(states, right, join=lambda factor, product: factor + product)


def product_of_norms(states, params):
    """products of norms, which are only a bound

    Multiply the matrices first and take the norm of the product.
    """
    right = _right_factor(states, params)
    norms = [torch.ones_like(states[:, 0, 0])]
    for t in range(states.shape[1] - 1, 0, -1):
        norms.append(norms[-1] * torch.linalg.matrix_norm(right(t), ord=2))
    return torch.stack(norms, dim=1)


def single_jacobians(states, params):
    """the norm of a single Jacobian at each lag

    Lag k needs the product of k Jacobians: keep it from lag to lag.
    """
    right = _right_factor(states, params)
    return _norms(states, right, join=lambda factor, product: factor)


def power_of_the_norm(states, params):
    """the bound by the powers of the norm of W_hh

    That is how large the norm could be; measure the product itself.
    """
    size = torch.linalg.matrix_norm(params.W_hh, ord=2)
    lags = torch.arange(states.shape[1], device=states.device)
    return (size**lags).expand(len(states), -1).clone()


def frobenius(states, params):
    """Frobenius norms

    The spectral norm is the largest singular value: ord=2.
    """
    return _norms(states, _right_factor(states, params), norm=torch.linalg.matrix_norm)


def mean_gain(states, params):
    """Frobenius norms divided by the root of the number of units

    That is an average gradient's gain; the spectral norm is the largest one: ord=2.
    """
    root = states.shape[-1] ** 0.5
    return _norms(
        states,
        _right_factor(states, params),
        norm=lambda product: torch.linalg.matrix_norm(product) / root,
    )


def column_sums(states, params):
    """the largest sum of a row or column in place of the spectral norm

    ord=1 adds up columns; the spectral norm is ord=2.
    """
    return _norms(
        states,
        _right_factor(states, params),
        norm=lambda product: torch.linalg.matrix_norm(product, ord=1),
    )


def nuclear(states, params):
    """nuclear norms, the sums of the singular values

    The spectral norm is the largest singular value alone.
    """
    return _norms(
        states,
        _right_factor(states, params),
        norm=lambda product: torch.linalg.matrix_norm(product, ord="nuc"),
    )


def smallest_singular_value(states, params):
    """the smallest singular values

    The spectral norm is the largest singular value: ord=2, not ord=-2.
    """
    return _norms(
        states,
        _right_factor(states, params),
        norm=lambda product: torch.linalg.svdvals(product)[..., -1],
    )


def radius_of_the_product(states, params):
    """spectral radii of the products

    Eigenvalues are not singular values; a product may stretch far beyond its radius.
    """
    return _norms(
        states,
        _right_factor(states, params),
        norm=lambda product: torch.linalg.eigvals(product).abs().amax(-1),
    )


def squared_norms(states, params):
    """squared norms

    The spectral norm is the largest singular value, not its square.
    """
    return _norms(states, _right_factor(states, params)) ** 2


def logarithms(states, params):
    """logarithms of the norms

    Return the norms themselves; take logarithms when you fit a line.
    """
    return _norms(states, _right_factor(states, params)).log()


def lags_reversed(states, params):
    """lags in the opposite order

    Column 0 is lag 0, where the product is the identity.
    """
    return _norms(states, _right_factor(states, params)).flip(1)


def begins_with_lag_one(states, params):
    """columns that begin with lag 1

    Column 0 is lag 0, the identity; J_T alone is lag 1, and J_1 is never used.
    """
    right = _right_factor(states, params)
    steps = range(states.shape[1] - 1, -1, -1)
    return _norms(states, right, steps=steps)[:, 1:]


def back_to_the_initial_state(states, params):
    """a lag too many

    From h_T back to h_1 are T - 1 steps; the Jacobian J_1 leads to h_0.
    """
    right = _right_factor(states, params)
    return _norms(states, right, steps=range(states.shape[1] - 1, -1, -1))


def lag_zero_missing(states, params):
    """a result without lag 0

    The first column is lag 0: the identity has the norm 1.
    """
    return _norms(states, _right_factor(states, params))[:, 1:]


def time_first(states, params):
    """a result with time in front

    Stack the norms along axis 1: (batch, time).
    """
    return _norms(states, _right_factor(states, params)).T


def averaged_over_the_batch(states, params):
    """norms averaged over the batch

    Return one row for each sequence.
    """
    return _norms(states, _right_factor(states, params)).mean(0)


def slopes_averaged(states, params):
    """slopes averaged over the batch

    Every sequence has slopes, and a product, of its own.
    """
    mean = _slopes(states).mean(0, keepdim=True).expand_as(states)
    return _norms(states, lambda t: params.W_hh * mean[:, t, None, :])


def last_slopes_everywhere(states, params):
    """the slopes of the last step at every step

    J_j contains the state of its own step.
    """
    return _norms(states, lambda t: params.W_hh * _slopes(states)[:, -1, None, :])


def mean_slope(states, params):
    """one number for the slopes of a step

    Each unit has a slope of its own: diag(1 - h_j²) is not a mean.
    """
    slopes = _slopes(states).mean(-1, keepdim=True)
    return _norms(states, lambda t: params.W_hh * slopes[:, t, :, None])


def states_overwritten(states, params):
    """states that are overwritten

    `states.square_()` and `states *= …` change the caller's tensor: make a new one.
    """
    states.square_().neg_().add_(1)
    return _norms(states, lambda t: params.W_hh * states[:, t, None, :])


def in_float32(states, params):
    """a product in float32 whatever the states' dtype

    Make the identity in the states' dtype and on their device: dtype=states.dtype.
    """
    single = params._replace(W_hh=params.W_hh.float())
    return _norms(states.float(), _right_factor(states.float(), single))
