"""Wrong answers to exercise 8. Each must fail, and its hint must name it.

The functions run after the exercise's reference solution, so they may call it.
"""

import math

import torch

from course_lib.checks import mistake

# --- gradient_norm_by_lag -------------------------------------------------------------


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


@mistake(
    "gradient_norm_by_lag",
    "Jacobians without the slope of the tanh",
    "J_j is W_hh times diag(1 - h_j²), not W_hh alone.",
)
def slopes_forgotten(states, params):
    shape = (len(states), *params.W_hh.shape)
    return _norms(states, lambda t: params.W_hh.expand(shape))


@mistake(
    "gradient_norm_by_lag",
    "slopes that multiply the rows of W_hh",
    "The slope belongs to the new unit, a column of W_hh: slopes[:, None, :].",
)
def slopes_on_rows(states, params):
    return _norms(states, lambda t: params.W_hh * _slopes(states)[:, t, :, None])


@mistake(
    "gradient_norm_by_lag",
    "the slope of tanh taken at tanh",
    "The states have the tanh applied already: the slope is 1 - h².",
)
def tanh_applied_again(states, params):
    return _norms(
        states, lambda t: params.W_hh * (1 - states.tanh() ** 2)[:, t, None, :]
    )


@mistake(
    "gradient_norm_by_lag",
    "a slope 1 - h without the square",
    "The derivative of tanh is 1 - tanh².",
)
def square_forgotten(states, params):
    return _norms(states, lambda t: params.W_hh * (1 - states)[:, t, None, :])


@mistake(
    "gradient_norm_by_lag",
    "the slopes of a logistic σ",
    "h (1 - h) belongs to σ; the derivative of tanh is 1 - h².",
)
def logistic_slopes(states, params):
    slopes = states * (1 - states)
    return _norms(states, lambda t: params.W_hh * slopes[:, t, None, :])


@mistake(
    "gradient_norm_by_lag",
    "slopes of the step before",
    "J_T contains h_T, the state that the step made: start with the last state.",
)
def slopes_one_step_early(states, params):
    right = _right_factor(states, params)
    return _norms(states, right, steps=range(states.shape[1] - 2, -1, -1))


@mistake(
    "gradient_norm_by_lag",
    "a product that goes forward from the first step",
    "Lag k reaches back from the last step: begin with J_T, then put J_{T-1} in front.",
)
def from_the_first_step(states, params):
    right = _right_factor(states, params)
    return _norms(states, right, steps=range(1, states.shape[1]))


@mistake(
    "gradient_norm_by_lag",
    "Jacobians multiplied in the wrong order",
    "With rows for the old state, the earlier Jacobian stands in front.",
)
def wrong_order(states, params):
    right = _right_factor(states, params)
    return _norms(states, right, join=lambda factor, product: product @ factor)


@mistake(
    "gradient_norm_by_lag",
    "W_hh transposed",
    "For row vectors J_j is W_hh diag(1 - h_j²), with W_hh as it is.",
)
def transposed(states, params):
    return _norms(states, lambda t: params.W_hh.T * _slopes(states)[:, t, None, :])


@mistake(
    "gradient_norm_by_lag",
    "Jacobians multiplied element by element",
    "The chain rule multiplies matrices: use @.",
)
def product_by_elements(states, params):
    right = _right_factor(states, params)
    found = [right(t) for t in range(states.shape[1] - 1, 0, -1)]
    norms = [torch.ones_like(states[:, 0, 0])]
    product = None
    for factor in found:
        product = factor if product is None else factor * product
        norms.append(torch.linalg.matrix_norm(product, ord=2))
    return torch.stack(norms, dim=1)


@mistake(
    "gradient_norm_by_lag",
    "Jacobians that are added",
    "Going back through several steps multiplies their Jacobians.",
)
def sum_of_jacobians(states, params):
    right = _right_factor(states, params)
    return _norms(states, right, join=lambda factor, product: factor + product)


@mistake(
    "gradient_norm_by_lag",
    "products of norms, which are only a bound",
    "Multiply the matrices first and take the norm of the product.",
)
def product_of_norms(states, params):
    right = _right_factor(states, params)
    norms = [torch.ones_like(states[:, 0, 0])]
    for t in range(states.shape[1] - 1, 0, -1):
        norms.append(norms[-1] * torch.linalg.matrix_norm(right(t), ord=2))
    return torch.stack(norms, dim=1)


@mistake(
    "gradient_norm_by_lag",
    "the norm of a single Jacobian at each lag",
    "Lag k needs the product of k Jacobians: keep it from lag to lag.",
)
def single_jacobians(states, params):
    right = _right_factor(states, params)
    return _norms(states, right, join=lambda factor, product: factor)


@mistake(
    "gradient_norm_by_lag",
    "the bound by the powers of the norm of W_hh",
    "That is how large the norm could be; measure the product itself.",
)
def power_of_the_norm(states, params):
    size = torch.linalg.matrix_norm(params.W_hh, ord=2)
    lags = torch.arange(states.shape[1], device=states.device)
    return (size**lags).expand(len(states), -1).clone()


@mistake(
    "gradient_norm_by_lag",
    "Frobenius norms",
    "The spectral norm is the largest singular value: ord=2.",
)
def frobenius(states, params):
    return _norms(states, _right_factor(states, params), norm=torch.linalg.matrix_norm)


@mistake(
    "gradient_norm_by_lag",
    "Frobenius norms divided by the root of the number of units",
    "That is an average gradient's gain; the spectral norm is the largest one: ord=2.",
)
def mean_gain(states, params):
    root = states.shape[-1] ** 0.5
    return _norms(
        states,
        _right_factor(states, params),
        norm=lambda product: torch.linalg.matrix_norm(product) / root,
    )


@mistake(
    "gradient_norm_by_lag",
    "the largest sum of a row or column in place of the spectral norm",
    "ord=1 adds up columns; the spectral norm is ord=2.",
)
def column_sums(states, params):
    return _norms(
        states,
        _right_factor(states, params),
        norm=lambda product: torch.linalg.matrix_norm(product, ord=1),
    )


@mistake(
    "gradient_norm_by_lag",
    "nuclear norms, the sums of the singular values",
    "The spectral norm is the largest singular value alone.",
)
def nuclear(states, params):
    return _norms(
        states,
        _right_factor(states, params),
        norm=lambda product: torch.linalg.matrix_norm(product, ord="nuc"),
    )


@mistake(
    "gradient_norm_by_lag",
    "the smallest singular values",
    "The spectral norm is the largest singular value: ord=2, not ord=-2.",
)
def smallest_singular_value(states, params):
    return _norms(
        states,
        _right_factor(states, params),
        norm=lambda product: torch.linalg.svdvals(product)[..., -1],
    )


@mistake(
    "gradient_norm_by_lag",
    "spectral radii of the products",
    "Eigenvalues are not singular values; a product may stretch far beyond its radius.",
)
def radius_of_the_product(states, params):
    return _norms(
        states,
        _right_factor(states, params),
        norm=lambda product: torch.linalg.eigvals(product).abs().amax(-1),
    )


@mistake(
    "gradient_norm_by_lag",
    "squared norms",
    "The spectral norm is the largest singular value, not its square.",
)
def squared_norms(states, params):
    return _norms(states, _right_factor(states, params)) ** 2


@mistake(
    "gradient_norm_by_lag",
    "logarithms of the norms",
    "Return the norms themselves; take logarithms when you fit a line.",
)
def logarithms(states, params):
    return _norms(states, _right_factor(states, params)).log()


@mistake(
    "gradient_norm_by_lag",
    "lags in the opposite order",
    "Column 0 is lag 0, where the product is the identity.",
)
def lags_reversed(states, params):
    return _norms(states, _right_factor(states, params)).flip(1)


@mistake(
    "gradient_norm_by_lag",
    "columns that begin with lag 1",
    "Column 0 is lag 0, the identity; J_T alone is lag 1, and J_1 is never used.",
)
def begins_with_lag_one(states, params):
    right = _right_factor(states, params)
    steps = range(states.shape[1] - 1, -1, -1)
    return _norms(states, right, steps=steps)[:, 1:]


@mistake(
    "gradient_norm_by_lag",
    "a lag too many",
    "From h_T back to h_1 are T - 1 steps; the Jacobian J_1 leads to h_0.",
)
def back_to_the_initial_state(states, params):
    right = _right_factor(states, params)
    return _norms(states, right, steps=range(states.shape[1] - 1, -1, -1))


@mistake(
    "gradient_norm_by_lag",
    "a result without lag 0",
    "The first column is lag 0: the identity has the norm 1.",
)
def lag_zero_missing(states, params):
    return _norms(states, _right_factor(states, params))[:, 1:]


@mistake(
    "gradient_norm_by_lag",
    "a result with time in front",
    "Stack the norms along axis 1: (batch, time).",
)
def time_first(states, params):
    return _norms(states, _right_factor(states, params)).T


@mistake(
    "gradient_norm_by_lag",
    "norms averaged over the batch",
    "Return one row for each sequence.",
)
def averaged_over_the_batch(states, params):
    return _norms(states, _right_factor(states, params)).mean(0)


@mistake(
    "gradient_norm_by_lag",
    "slopes averaged over the batch",
    "Every sequence has slopes, and a product, of its own.",
)
def slopes_averaged(states, params):
    mean = _slopes(states).mean(0, keepdim=True).expand_as(states)
    return _norms(states, lambda t: params.W_hh * mean[:, t, None, :])


@mistake(
    "gradient_norm_by_lag",
    "the slopes of the last step at every step",
    "J_j contains the state of its own step.",
)
def last_slopes_everywhere(states, params):
    return _norms(states, lambda t: params.W_hh * _slopes(states)[:, -1, None, :])


@mistake(
    "gradient_norm_by_lag",
    "one number for the slopes of a step",
    "Each unit has a slope of its own: diag(1 - h_j²) is not a mean.",
)
def mean_slope(states, params):
    slopes = _slopes(states).mean(-1, keepdim=True)
    return _norms(states, lambda t: params.W_hh * slopes[:, t, :, None])


@mistake(
    "gradient_norm_by_lag",
    "states that are overwritten",
    "`states.square_()` and `states *= …` change the caller's tensor: make a new one.",
)
def states_overwritten(states, params):
    states.square_().neg_().add_(1)
    return _norms(states, lambda t: params.W_hh * states[:, t, None, :])


@mistake(
    "gradient_norm_by_lag",
    "a product in float32 whatever the states' dtype",
    "Make the identity in the states' dtype and on their device: dtype=states.dtype.",
)
def in_float32(states, params):
    single = params._replace(W_hh=params.W_hh.float())
    return _norms(states.float(), _right_factor(states.float(), single))


# --- vanishing_rate -------------------------------------------------------------------


def _slope(norms, logarithm=torch.log):
    kept = norms > 0
    lags = torch.arange(len(norms), dtype=norms.dtype)[kept]
    lags = lags - lags.mean()
    return (lags * logarithm(norms[kept])).sum() / (lags**2).sum()


@mistake(
    "vanishing_rate",
    "the logarithm of the rate",
    "The slope is log(rate); undo the logarithm.",
)
def slope_returned(norms):
    return float(_slope(norms))


@mistake(
    "vanishing_rate",
    "a fit in base 10 that is undone in base e",
    "Use one base for both: log with exp, or log10 with 10**.",
)
def bases_mixed(norms):
    return float(_slope(norms, torch.log10).exp())


@mistake(
    "vanishing_rate",
    "a fit in base 2 that is undone in base e",
    "Use one base for both: log with exp, or log2 with 2**.",
)
def bases_two_and_e(norms):
    return float(_slope(norms, torch.log2).exp())


@mistake(
    "vanishing_rate",
    "the inverse of the rate",
    "The rate is what a norm is multiplied with when the lag grows by 1.",
)
def inverse(norms):
    return float((-_slope(norms)).exp())


@mistake(
    "vanishing_rate",
    "how much is lost a step, 1 - rate",
    "Return the factor that is left.",
)
def what_is_lost(norms):
    return 1 - float(_slope(norms).exp())


@mistake(
    "vanishing_rate",
    "the number of steps in which a norm halves",
    "Return the factor of one step.",
)
def half_life(norms):
    return float(-math.log(2) / _slope(norms))


@mistake(
    "vanishing_rate",
    "the first and the last norm only",
    "Fit a line through all points: the ends alone follow every outlier.",
)
def end_points(norms):
    kept = norms[norms > 0]
    return float((kept[-1] / kept[0]) ** (1 / (len(kept) - 1)))


@mistake(
    "vanishing_rate",
    "a root of the last norm over the first, one step too many",
    "n norms span n - 1 steps; and a fit uses all of them.",
)
def end_points_one_step_too_many(norms):
    kept = norms[norms > 0]
    return float((kept[-1] / kept[0]) ** (1 / len(kept)))


@mistake(
    "vanishing_rate",
    "the mean of the ratios of neighbours",
    "Fit the logarithms by least squares.",
)
def mean_ratio(norms):
    kept = norms[norms > 0]
    return float((kept[1:] / kept[:-1]).mean())


@mistake(
    "vanishing_rate",
    "the median of the ratios of neighbours",
    "Fit the logarithms by least squares.",
)
def median_ratio(norms):
    kept = norms[norms > 0]
    return float((kept[1:] / kept[:-1]).median())


@mistake(
    "vanishing_rate",
    "the ratio of the first two norms",
    "Fit a line through all points.",
)
def first_ratio(norms):
    return float(norms[1] / norms[0])


@mistake(
    "vanishing_rate",
    "a line that is forced through 0",
    "The line has a constant c of its own: subtract the means of lags and logarithms.",
)
def through_the_origin(norms):
    kept = norms > 0
    lags = torch.arange(len(norms), dtype=norms.dtype)[kept]
    return float(((lags * norms[kept].log()).sum() / (lags**2).sum()).exp())


@mistake(
    "vanishing_rate",
    "a line that is forced through the first point",
    "The line has a constant c of its own; the first norm may be an outlier too.",
)
def through_the_first_point(norms):
    kept = norms > 0
    lags = torch.arange(len(norms), dtype=norms.dtype)[kept]
    logs = (norms[kept] / norms[0]).log()
    return float(((lags * logs).sum() / (lags**2).sum()).exp())


@mistake(
    "vanishing_rate",
    "a line through the norms themselves",
    "An exponential is a line in the logarithms only.",
)
def norms_not_logarithms(norms):
    lags = torch.arange(len(norms), dtype=norms.dtype)
    lags = lags - lags.mean()
    return float((lags * norms).sum() / (lags**2).sum())


@mistake(
    "vanishing_rate",
    "the exponential of a line through the norms themselves",
    "Take the logarithm before the fit.",
)
def logarithm_forgotten(norms):
    return math.exp(norms_not_logarithms(norms))


@mistake(
    "vanishing_rate",
    "a fit of the lags by the logarithms",
    "The slope is Δlog per lag: divide by the spread of the lags, not of the logs.",
)
def axes_exchanged(norms):
    kept = norms > 0
    lags = torch.arange(len(norms), dtype=norms.dtype)[kept]
    logs = norms[kept].log()
    logs = logs - logs.mean()
    return float(((lags * logs).sum() / (logs**2).sum()).exp())


@mistake(
    "vanishing_rate",
    "a correlation in place of a slope",
    "Divide by the sum of the squared lags alone.",
)
def correlation(norms):
    kept = norms > 0
    lags = torch.arange(len(norms), dtype=norms.dtype)[kept]
    lags, logs = lags - lags.mean(), norms[kept].log()
    logs = logs - logs.mean()
    r = (lags * logs).sum() / (lags.norm() * logs.norm())
    return float(r.exp())


@mistake(
    "vanishing_rate",
    "a covariance divided by a standard deviation",
    "The slope is the covariance divided by the variance of the lags.",
)
def variance_forgotten(norms):
    kept = norms > 0
    lags = torch.arange(len(norms), dtype=norms.dtype)[kept]
    lags = lags - lags.mean()
    return float(((lags * norms[kept].log()).sum() / lags.norm()).exp())


@mistake(
    "vanishing_rate",
    "a fit that keeps the zeros",
    "log(0) is -∞: leave out the lags whose norm is 0.",
)
def zeros_kept(norms):
    lags = torch.arange(len(norms), dtype=norms.dtype)
    lags = lags - lags.mean()
    return float(((lags * norms.log()).sum() / (lags**2).sum()).exp())


@mistake(
    "vanishing_rate",
    "zeros that are replaced by a small number",
    "A made-up norm bends the line: leave such lags out.",
)
def zeros_replaced(norms):
    return float(_slope(norms.clamp(min=1e-12)).exp())


@mistake(
    "vanishing_rate",
    "logarithms with a small number added to the norms",
    "The 1e-8 swamps small norms: leave out zeros in place of adding to all.",
)
def epsilon_added(norms):
    return float(_slope(norms + 1e-8).exp())


@mistake(
    "vanishing_rate",
    "a threshold that leaves out small norms too",
    "Only norms that are exactly 0 have no logarithm: norms > 0.",
)
def small_norms_left_out(norms):
    return float(_slope(torch.where(norms > 1e-12, norms, 0.0)).exp())


@mistake(
    "vanishing_rate",
    "the slope and the constant together",
    "Return one number, the rate.",
)
def slope_and_constant(norms):
    return float(_slope(norms).exp()), float(norms[0])


@mistake(
    "vanishing_rate",
    "norms that are overwritten",
    "`log_()` changes the caller's tensor; use log().",
)
def norms_overwritten(norms):
    rate = float(_slope(norms).exp())
    norms.log_()
    return rate


# --- spectral_radius_scale ------------------------------------------------------------


@mistake(
    "spectral_radius_scale",
    "a matrix scaled by its spectral norm",
    "The radius is the largest absolute eigenvalue; the norm is a singular value.",
)
def by_the_spectral_norm(W, rho):
    return W * (rho / torch.linalg.matrix_norm(W, ord=2))


@mistake(
    "spectral_radius_scale",
    "a matrix scaled by its Frobenius norm",
    "`W.norm()` is the Frobenius norm; the radius is the largest absolute eigenvalue.",
)
def by_the_frobenius_norm(W, rho):
    return W * (rho / W.norm())


@mistake(
    "spectral_radius_scale",
    "a matrix scaled by its largest element",
    "Eigenvalues are not elements: torch.linalg.eigvals.",
)
def by_the_largest_element(W, rho):
    return W * (rho / W.abs().max())


@mistake(
    "spectral_radius_scale",
    "a matrix scaled by the largest sum of a row",
    "That is a norm, an upper bound of the radius; use the eigenvalues.",
)
def by_the_row_sums(W, rho):
    return W * (rho / W.abs().sum(1).max())


@mistake(
    "spectral_radius_scale",
    "a matrix scaled by the largest sum of a column",
    "That is a norm, an upper bound of the radius; use the eigenvalues.",
)
def by_the_column_sums(W, rho):
    return W * (rho / W.abs().sum(0).max())


@mistake(
    "spectral_radius_scale",
    "the largest real part of an eigenvalue",
    "A complex number is as large as its absolute value: .abs().",
)
def largest_real_part(W, rho):
    return W * (rho / torch.linalg.eigvals(W).real.max())


@mistake(
    "spectral_radius_scale",
    "the largest absolute real part of an eigenvalue",
    "A complex number is as large as its absolute value: .abs(), not .real.abs().",
)
def absolute_real_part(W, rho):
    return W * (rho / torch.linalg.eigvals(W).real.abs().max())


@mistake(
    "spectral_radius_scale",
    "the smallest eigenvalue",
    "The radius is the largest absolute value.",
)
def smallest_eigenvalue(W, rho):
    return W * (rho / torch.linalg.eigvals(W).abs().min())


@mistake(
    "spectral_radius_scale",
    "the eigenvalue that happens to come first",
    "eigvals does not sort: take the largest of the absolute values.",
)
def first_eigenvalue(W, rho):
    return W * (rho / torch.linalg.eigvals(W).abs()[0])


@mistake(
    "spectral_radius_scale",
    "the mean of the absolute eigenvalues",
    "The radius is the largest of them.",
)
def mean_eigenvalue(W, rho):
    return W * (rho / torch.linalg.eigvals(W).abs().mean())


@mistake(
    "spectral_radius_scale",
    "the sum of the absolute eigenvalues",
    "The radius is the largest of them: .max().",
)
def sum_of_eigenvalues(W, rho):
    return W * (rho / torch.linalg.eigvals(W).abs().sum())


@mistake(
    "spectral_radius_scale",
    "eigenvalues as if the matrix were symmetric",
    "eigvalsh reads one triangle only; W has no symmetry: eigvals.",
)
def as_if_symmetric(W, rho):
    return W * (rho / torch.linalg.eigvalsh(W).abs().max())


@mistake(
    "spectral_radius_scale",
    "the radius of the symmetric part of W",
    "W itself is scaled, and its own eigenvalues count.",
)
def symmetric_part(W, rho):
    return W * (rho / torch.linalg.eigvalsh((W + W.T) / 2).abs().max())


@mistake(
    "spectral_radius_scale",
    "the determinant in place of the radius",
    "The determinant is the product of all eigenvalues; the radius is the largest.",
)
def by_the_determinant(W, rho):
    return W * (rho / torch.linalg.det(W).abs() ** (1 / len(W)))


@mistake(
    "spectral_radius_scale",
    "the trace in place of the radius",
    "The trace is the sum of all eigenvalues; the radius is the largest.",
)
def by_the_trace(W, rho):
    return W * (rho / W.trace())


@mistake(
    "spectral_radius_scale",
    "a matrix of radius 1",
    "Divide by the radius and multiply by rho.",
)
def rho_forgotten(W, rho):
    return W / torch.linalg.eigvals(W).abs().max()


@mistake(
    "spectral_radius_scale",
    "a matrix multiplied by rho as it is",
    "W has a radius of its own: divide by it first.",
)
def radius_forgotten(W, rho):
    return W * rho


@mistake(
    "spectral_radius_scale",
    "the factor upside down",
    "The radius of c W is c times that of W: c must be rho / radius.",
)
def upside_down(W, rho):
    return W * (torch.linalg.eigvals(W).abs().max() / rho)


@mistake(
    "spectral_radius_scale",
    "a matrix multiplied by rho and by its radius",
    "Divide by the radius that W has.",
)
def multiplied_by_both(W, rho):
    return W * (rho * torch.linalg.eigvals(W).abs().max())


@mistake(
    "spectral_radius_scale",
    "a matrix that is only ever scaled down",
    "Scale up too: the radius asked for may be larger.",
)
def only_down(W, rho):
    return W * (rho / torch.linalg.eigvals(W).abs().max()).clamp(max=1)


@mistake(
    "spectral_radius_scale",
    "a square root of the factor",
    "Eigenvalues grow with the factor itself.",
)
def root_of_the_factor(W, rho):
    return W * (rho / torch.linalg.eigvals(W).abs().max()).sqrt()


@mistake(
    "spectral_radius_scale",
    "the radius of W Wᵀ, the square of a norm",
    "Take the eigenvalues of W itself.",
)
def radius_of_the_gram_matrix(W, rho):
    return W * (rho / torch.linalg.eigvals(W @ W.mT).abs().max())


@mistake(
    "spectral_radius_scale",
    "all eigenvalues with one absolute value",
    "Multiply the whole matrix by one number; smaller eigenvalues stay smaller.",
)
def all_eigenvalues_alike(W, rho):
    values, vectors = torch.linalg.eig(W)
    alike = torch.diag(rho * values / values.abs())
    return (vectors @ alike @ torch.linalg.inv(vectors)).real


@mistake(
    "spectral_radius_scale",
    "rho added to the diagonal",
    "Multiply W; adding to its diagonal moves all eigenvalues.",
)
def shifted(W, rho):
    radius = torch.linalg.eigvals(W).abs().max()
    identity = torch.eye(len(W), dtype=W.dtype, device=W.device)
    return W + (rho - radius) * identity


@mistake(
    "spectral_radius_scale",
    "a matrix that is transposed",
    "The eigenvalues do not tell, but W_hh is (old state, new state).",
)
def transposed_result(W, rho):
    return spectral_radius_scale(W, rho).T


@mistake(
    "spectral_radius_scale",
    "a complex result",
    "Divide by the absolute value, a real number, not by the eigenvalue.",
)
def complex_result(W, rho):
    values = torch.linalg.eigvals(W)
    return W * (rho / values[values.abs().argmax()])


@mistake(
    "spectral_radius_scale",
    "a matrix that is changed in place",
    "`W *= …` changes the caller's tensor: return W * ….",
)
def changed_in_place(W, rho):
    W *= rho / torch.linalg.eigvals(W).abs().max()
    return W


# --- clip_by_global_norm --------------------------------------------------------------


def _global(grads):
    return torch.stack([grad.norm() for grad in grads]).norm()


def _scaled(grads, max_norm, norm):
    return [grad * (max_norm / norm.clamp(min=max_norm)) for grad in grads]


@mistake(
    "clip_by_global_norm",
    "each gradient clipped alone",
    "One factor for all, from the norm of all together, keeps the direction.",
)
def each_alone(grads, max_norm):
    return [_scaled([g], max_norm, g.norm())[0] for g in grads], _global(grads)


@mistake(
    "clip_by_global_norm",
    "elements cut off at the limit",
    "Clamping elements turns the gradient; multiply all of them by one factor.",
)
def elements_cut_off(grads, max_norm):
    return [grad.clamp(-max_norm, max_norm) for grad in grads], _global(grads)


@mistake(
    "clip_by_global_norm",
    "small gradients scaled up",
    "A norm below the limit stays as it is: the factor is at most 1.",
)
def scaled_up(grads, max_norm):
    norm = _global(grads)
    return [grad * (max_norm / (norm + 1e-12)) for grad in grads], norm


@mistake(
    "clip_by_global_norm",
    "a division by a norm of zero",
    "0 / 0 is NaN: divide by the larger of norm and max_norm.",
)
def zero_by_zero(grads, max_norm):
    norm = _global(grads)
    scale = torch.where(norm < max_norm, norm / norm, max_norm / norm)
    return [grad * scale for grad in grads], norm


@mistake(
    "clip_by_global_norm",
    "small gradients scaled up, and a division by zero",
    "The factor is min(1, max_norm / n), and n may be 0.",
)
def no_minimum(grads, max_norm):
    norm = _global(grads)
    return [grad * (max_norm / norm) for grad in grads], norm


@mistake(
    "clip_by_global_norm",
    "a sum of norms in place of the global norm",
    "Add the squares and take one root.",
)
def sum_of_norms(grads, max_norm):
    norm = torch.stack([grad.norm() for grad in grads]).sum()
    return _scaled(grads, max_norm, norm), norm


@mistake(
    "clip_by_global_norm",
    "the squared norm",
    "Take the root of the sum of the squares.",
)
def root_forgotten(grads, max_norm):
    norm = _global(grads) ** 2
    return _scaled(grads, max_norm, norm), norm


@mistake(
    "clip_by_global_norm",
    "the largest of the norms",
    "All gradients together have a norm that is larger than that of each.",
)
def largest_norm(grads, max_norm):
    norm = torch.stack([grad.norm() for grad in grads]).max()
    return _scaled(grads, max_norm, norm), norm


@mistake(
    "clip_by_global_norm",
    "the largest element in place of the norm",
    "The norm is the root of the sum of all squares.",
)
def largest_element(grads, max_norm):
    norm = torch.stack([grad.abs().max() for grad in grads]).max()
    return _scaled(grads, max_norm, norm), norm


@mistake(
    "clip_by_global_norm",
    "the sum of absolute values in place of the norm",
    "The norm is the root of the sum of all squares.",
)
def absolute_values(grads, max_norm):
    norm = torch.stack([grad.abs().sum() for grad in grads]).sum()
    return _scaled(grads, max_norm, norm), norm


@mistake(
    "clip_by_global_norm",
    "a root mean square in place of the norm",
    "Sum the squares; no mean.",
)
def root_mean_square(grads, max_norm):
    flat = torch.cat([grad.flatten() for grad in grads])
    norm = flat.square().mean().sqrt()
    return _scaled(grads, max_norm, norm), norm


@mistake(
    "clip_by_global_norm",
    "sums that are squared in place of squares that are summed",
    "Square the elements first: grad.norm(), or (grad**2).sum().",
)
def squares_of_sums(grads, max_norm):
    norm = torch.stack([grad.sum() for grad in grads]).norm()
    return _scaled(grads, max_norm, norm), norm


@mistake(
    "clip_by_global_norm",
    "the mean of the norms",
    "Add the squares of all gradients and take one root.",
)
def mean_of_norms(grads, max_norm):
    norm = torch.stack([grad.norm() for grad in grads]).mean()
    return _scaled(grads, max_norm, norm), norm


@mistake(
    "clip_by_global_norm",
    "the spectral norm of each matrix",
    "A gradient is a long vector here: its norm adds the squares of all elements.",
)
def spectral_norms(grads, max_norm):
    sizes = [
        torch.linalg.matrix_norm(grad, ord=2) if grad.ndim == 2 else grad.norm()
        for grad in grads
    ]
    norm = torch.stack(sizes).norm()
    return _scaled(grads, max_norm, norm), norm


@mistake(
    "clip_by_global_norm",
    "the norm of the first gradient only",
    "The global norm takes all gradients together.",
)
def first_gradient_only(grads, max_norm):
    norm = grads[0].norm()
    return _scaled(grads, max_norm, norm), norm


@mistake(
    "clip_by_global_norm",
    "gradients scaled to norm 1",
    "They are scaled to max_norm: the factor is max_norm / n.",
)
def to_norm_one(grads, max_norm):
    norm = _global(grads)
    scale = torch.where(norm > max_norm, 1 / norm.clamp(min=max_norm), 1.0)
    return [grad * scale for grad in grads], norm


@mistake(
    "clip_by_global_norm",
    "the factor upside down",
    "Large gradients are multiplied by max_norm / n.",
)
def factor_upside_down(grads, max_norm):
    norm = _global(grads)
    return [grad * (norm / max_norm).clamp(min=1) for grad in grads], norm


@mistake(
    "clip_by_global_norm",
    "small gradients clipped and large ones left",
    "Clip where the norm is larger than max_norm.",
)
def condition_reversed(grads, max_norm):
    norm = _global(grads)
    return [grad * (max_norm / norm.clamp(max=max_norm)) for grad in grads], norm


@mistake(
    "clip_by_global_norm",
    "large gradients thrown away",
    "Clipping keeps the direction: scale the gradients, do not drop them.",
)
def thrown_away(grads, max_norm):
    norm = _global(grads)
    keep = (norm <= max_norm).to(norm.dtype)
    return [grad * keep for grad in grads], norm


@mistake(
    "clip_by_global_norm",
    "gradients that are not clipped",
    "Multiply each gradient by the factor and return the products.",
)
def not_clipped(grads, max_norm):
    return [grad.clone() for grad in grads], _global(grads)


@mistake(
    "clip_by_global_norm",
    "a limit shared out between the gradients",
    "max_norm is the limit for all gradients together.",
)
def limit_shared_out(grads, max_norm):
    norm = _global(grads)
    return _scaled(grads, max_norm / len(grads), norm), norm


@mistake(
    "clip_by_global_norm",
    "a factor with the root of max_norm / n",
    "The norm is proportional to the factor itself.",
)
def root_of_the_clip_factor(grads, max_norm):
    norm = _global(grads)
    return [g * (max_norm / norm.clamp(min=max_norm)).sqrt() for g in grads], norm


@mistake(
    "clip_by_global_norm",
    "the norm after clipping",
    "Return the norm that the gradients had before.",
)
def norm_afterwards(grads, max_norm):
    clipped = _scaled(grads, max_norm, _global(grads))
    return clipped, _global(clipped)


@mistake(
    "clip_by_global_norm",
    "the factor in place of the norm",
    "The second result is the global norm before clipping.",
)
def factor_returned(grads, max_norm):
    norm = _global(grads)
    return _scaled(grads, max_norm, norm), max_norm / norm.clamp(min=max_norm)


@mistake(
    "clip_by_global_norm",
    "a result without the norm",
    "Return two things: the list and the norm.",
)
def norm_not_returned(grads, max_norm):
    return _scaled(grads, max_norm, _global(grads))


@mistake(
    "clip_by_global_norm",
    "the two results in the wrong order",
    "First the clipped gradients, then the norm.",
)
def results_exchanged(grads, max_norm):
    norm = _global(grads)
    return norm, _scaled(grads, max_norm, norm)


@mistake(
    "clip_by_global_norm",
    "a result joined into one vector",
    "Return one tensor for each gradient, shaped as it was.",
)
def one_long_vector(grads, max_norm):
    norm = _global(grads)
    flat = torch.cat([grad.flatten() for grad in _scaled(grads, max_norm, norm)])
    return flat, norm


@mistake(
    "clip_by_global_norm",
    "the caller's gradients changed in place",
    "`grad.mul_()` and `grad *= …` change the caller's tensors: return new ones.",
)
def in_place(grads, max_norm):
    norm = _global(grads)
    for grad in grads:
        grad.mul_(max_norm / norm.clamp(min=max_norm))
    return list(grads), norm


# --- score_guesses --------------------------------------------------------------------


def _answers(x, guesses, step=None, read=None, start=0.0):
    """Return what each network reads from its last state, (runs, batch).

    Args:
        x: (batch, time, input).
        guesses: with the run axis in front.
        step: step(x_t, h_t, guesses) gives the next states.
        read: read(h_t) gives the answers, by default the first unit.
        start: what the states are before the first step.
    """
    step = step or _step
    runs, _, hidden = guesses.W_hh.shape
    h_t = x.new_full((runs, x.shape[0], hidden), start)
    for x_t in x.unbind(1):
        h_t = step(x_t, h_t, guesses)
    return read(h_t) if read else h_t[:, :, 0]


def _step(x_t, h_t, p):
    return torch.tanh(x_t @ p.W_xh + h_t @ p.W_hh + p.b_h[:, None])


def _share(answers, targets, x):
    return (answers.sign() == targets).to(x.dtype).mean(1)


@mistake(
    "score_guesses",
    "a step without the bias",
    "The step adds b_h, one row for each network: b_h[:, None].",
)
def bias_forgotten(x, targets, guesses):
    def step(x_t, h_t, p):
        return torch.tanh(x_t @ p.W_xh + h_t @ p.W_hh)

    return _share(_answers(x, guesses, step), targets, x)


@mistake(
    "score_guesses",
    "a step without the state",
    "h_{t-1} W_hh is what carries the sign from step to step.",
)
def state_forgotten(x, targets, guesses):
    def step(x_t, h_t, p):
        return torch.tanh(x_t @ p.W_xh + p.b_h[:, None])

    return _share(_answers(x, guesses, step), targets, x)


@mistake(
    "score_guesses",
    "a step without the input",
    "x_t W_xh is how the sign gets in.",
)
def input_forgotten(x, targets, guesses):
    def step(x_t, h_t, p):
        return torch.tanh(h_t @ p.W_hh + p.b_h[:, None])

    return _share(_answers(x, guesses, step), targets, x)


@mistake(
    "score_guesses",
    "a step without the tanh",
    "Squash the sum: without the tanh the network is linear.",
)
def tanh_forgotten(x, targets, guesses):
    def step(x_t, h_t, p):
        return x_t @ p.W_xh + h_t @ p.W_hh + p.b_h[:, None]

    return _share(_answers(x, guesses, step), targets, x)


@mistake(
    "score_guesses",
    "a ReLU in place of the tanh",
    "The step squashes its sum with torch.tanh.",
)
def relu_for_tanh(x, targets, guesses):
    def step(x_t, h_t, p):
        return torch.relu(x_t @ p.W_xh + h_t @ p.W_hh + p.b_h[:, None])

    return _share(_answers(x, guesses, step), targets, x)


@mistake(
    "score_guesses",
    "answers counted at every step",
    "Only the answer after the last step counts.",
)
def every_step_counts(x, targets, guesses):
    lengths = range(1, x.shape[1] + 1)
    shares = [_share(_answers(x[:, :n], guesses), targets, x) for n in lengths]
    return torch.stack(shares).mean(0)


@mistake(
    "score_guesses",
    "a bias added after the tanh",
    "b_h is part of the tanh's argument.",
)
def bias_outside(x, targets, guesses):
    def step(x_t, h_t, p):
        return torch.tanh(x_t @ p.W_xh + h_t @ p.W_hh) + p.b_h[:, None]

    return _share(_answers(x, guesses, step), targets, x)


@mistake(
    "score_guesses",
    "W_hh transposed",
    "W_hh is (runs, hidden, hidden), from old to new: h_t @ W_hh.",
)
def recurrent_matrix_transposed(x, targets, guesses):
    return _share(_answers(x, guesses._replace(W_hh=guesses.W_hh.mT)), targets, x)


@mistake(
    "score_guesses",
    "states that start at 1",
    "Start from a state of zeros.",
)
def start_at_one(x, targets, guesses):
    return _share(_answers(x, guesses, start=1.0), targets, x)


@mistake(
    "score_guesses",
    "the answer of the last unit",
    "The answer is read from the first unit, index 0.",
)
def last_unit(x, targets, guesses):
    return _share(_answers(x, guesses, read=lambda h_t: h_t[:, :, -1]), targets, x)


@mistake(
    "score_guesses",
    "the answer of all units together",
    "The answer is the sign of the first unit alone.",
)
def all_units(x, targets, guesses):
    return _share(_answers(x, guesses, read=lambda h_t: h_t.sum(2)), targets, x)


@mistake(
    "score_guesses",
    "the answer after the first step",
    "The sign has to be held: read it after the last step.",
)
def after_the_first_step(x, targets, guesses):
    return _share(_answers(x[:, :1], guesses), targets, x)


@mistake(
    "score_guesses",
    "the answer one step before the end",
    "All steps are read, the last one too.",
)
def last_step_missing(x, targets, guesses):
    return _share(_answers(x[:, :-1], guesses), targets, x)


@mistake(
    "score_guesses",
    "a sequence read without its first step",
    "The sign is shown in the first step: begin there.",
)
def first_step_missing(x, targets, guesses):
    return _share(_answers(x[:, 1:], guesses), targets, x)


@mistake(
    "score_guesses",
    "a sequence read backwards",
    "Read the first step first.",
)
def read_backwards(x, targets, guesses):
    return _share(_answers(x.flip(1), guesses), targets, x)


@mistake(
    "score_guesses",
    "a loop over the batch in place of time",
    "Axis 0 is the batch, axis 1 is time: x.unbind(dim=1).",
)
def loop_over_the_batch(x, targets, guesses):
    runs, _, hidden = guesses.W_hh.shape
    h_t = x.new_zeros(runs, x.shape[1], hidden)
    for x_t in x:
        h_t = _step(x_t, h_t, guesses)
    return (h_t[:, -1, :1].sign() == targets).to(x.dtype).mean(1)


@mistake(
    "score_guesses",
    "the first input at every step",
    "Each step reads its own input.",
)
def same_input_everywhere(x, targets, guesses):
    return _share(_answers(x[:, :1].expand_as(x), guesses), targets, x)


@mistake(
    "score_guesses",
    "states averaged over the networks",
    "Networks do not mix: keep the axis of runs to the end.",
)
def networks_mixed(x, targets, guesses):
    def step(x_t, h_t, p):
        return _step(x_t, h_t, p).mean(0, keepdim=True).expand_as(h_t)

    return _share(_answers(x, guesses, step), targets, x)


@mistake(
    "score_guesses",
    "the weights of the first network for all",
    "Each network has weights of its own, along the axis of runs.",
)
def first_network_for_all(x, targets, guesses):
    same = type(guesses)(*(weight[:1].expand_as(weight) for weight in guesses))
    return _share(_answers(x, same), targets, x)


@mistake(
    "score_guesses",
    "the first network's bias for all",
    "Each network has a bias of its own: b_h[:, None].",
)
def first_bias_for_all(x, targets, guesses):
    same = guesses._replace(b_h=guesses.b_h[:1].expand_as(guesses.b_h))
    return _share(_answers(x, same), targets, x)


@mistake(
    "score_guesses",
    "numbers of right answers",
    "Return the share: divide by the number of sequences.",
)
def counts(x, targets, guesses):
    return (_answers(x, guesses).sign() == targets).to(x.dtype).sum(1)


@mistake(
    "score_guesses",
    "shares in per cent",
    "A share lies between 0 and 1.",
)
def per_cent(x, targets, guesses):
    return 100 * _share(_answers(x, guesses), targets, x)


@mistake(
    "score_guesses",
    "shares of wrong answers",
    "Count where sign and target are equal.",
)
def wrong_answers(x, targets, guesses):
    return 1 - _share(_answers(x, guesses), targets, x)


@mistake(
    "score_guesses",
    "shares of positive answers",
    "Compare the sign with the target.",
)
def positive_answers(x, targets, guesses):
    return (_answers(x, guesses) > 0).to(x.dtype).mean(1)


@mistake(
    "score_guesses",
    "states compared with the targets without their sign",
    "A state is never exactly ±1: compare its sign.",
)
def sign_forgotten(x, targets, guesses):
    return (_answers(x, guesses) == targets).to(x.dtype).mean(1)


@mistake(
    "score_guesses",
    "products of state and target, averaged",
    "Only the sign counts, not how far the state is from 0.",
)
def margins(x, targets, guesses):
    return (_answers(x, guesses) * targets).mean(1)


@mistake(
    "score_guesses",
    "agreement between -1 and 1",
    "The mean of sign times target is 2 · share - 1; return the share.",
)
def agreement(x, targets, guesses):
    return (_answers(x, guesses).sign() * targets).mean(1)


@mistake(
    "score_guesses",
    "networks credited for answers that are always wrong",
    "A network that holds the opposite sign is wrong: no absolute value.",
)
def opposite_counts_too(x, targets, guesses):
    share = _share(_answers(x, guesses), targets, x)
    return torch.maximum(share, 1 - share)


@mistake(
    "score_guesses",
    "squared errors",
    "Return the share of right signs.",
)
def squared_errors(x, targets, guesses):
    return (_answers(x, guesses) - targets).square().mean(1)


@mistake(
    "score_guesses",
    "a mean over the networks",
    "Average over the batch, axis 1, and keep the runs.",
)
def mean_over_networks(x, targets, guesses):
    return (_answers(x, guesses).sign() == targets).to(x.dtype).mean(0)


@mistake(
    "score_guesses",
    "one share for all networks together",
    "Return one share for each network, (runs,).",
)
def one_share(x, targets, guesses):
    return _share(_answers(x, guesses), targets, x).mean()


@mistake(
    "score_guesses",
    "the best share only",
    "Return one share for each network, (runs,).",
)
def best_share(x, targets, guesses):
    return _share(_answers(x, guesses), targets, x).max()


@mistake(
    "score_guesses",
    "shares in float32 whatever x is",
    "Use x's dtype: .to(x.dtype) before the mean.",
)
def shares_in_float32(x, targets, guesses):
    return (_answers(x, guesses).sign() == targets).float().mean(1)
