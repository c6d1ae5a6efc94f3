"""Wrong answers to `vanishing_rate`, each with what it is and a hint."""

import math

import torch


def _slope(norms, logarithm=torch.log):
    kept = norms > 0
    lags = torch.arange(len(norms), dtype=norms.dtype)[kept]
    lags = lags - lags.mean()
    return (lags * logarithm(norms[kept])).sum() / (lags**2).sum()


def slope_returned(norms):
    """the logarithm of the rate

    The slope is log(rate); undo the logarithm.
    """
    return float(_slope(norms))


def bases_mixed(norms):
    """a fit in base 10 that is undone in base e

    Use one base for both: log with exp, or log10 with 10**.
    """
    return float(_slope(norms, torch.log10).exp())


def bases_two_and_e(norms):
    """a fit in base 2 that is undone in base e

    Use one base for both: log with exp, or log2 with 2**.
    """
    return float(_slope(norms, torch.log2).exp())


def inverse(norms):
    """the inverse of the rate

    The rate is what a norm is multiplied with when the lag grows by 1.
    """
    return float((-_slope(norms)).exp())


def what_is_lost(norms):
    """how much is lost a step, 1 - rate

    Return the factor that is left.
    """
    return 1 - float(_slope(norms).exp())


def half_life(norms):
    """the number of steps in which a norm halves

    Return the factor of one step.
    """
    return float(-math.log(2) / _slope(norms))


def end_points(norms):
    """the first and the last norm only

    Fit a line through all points: the ends alone follow every outlier.
    """
    kept = norms[norms > 0]
    return float((kept[-1] / kept[0]) ** (1 / (len(kept) - 1)))


def end_points_one_step_too_many(norms):
    """a root of the last norm over the first, one step too many

    n norms span n - 1 steps; and a fit uses all of them.
    """
    kept = norms[norms > 0]
    return float((kept[-1] / kept[0]) ** (1 / len(kept)))


def mean_ratio(norms):
    """the mean of the ratios of neighbours

    Fit the logarithms by least squares.
    """
    kept = norms[norms > 0]
    return float((kept[1:] / kept[:-1]).mean())


def median_ratio(norms):
    """the median of the ratios of neighbours

    Fit the logarithms by least squares.
    """
    kept = norms[norms > 0]
    return float((kept[1:] / kept[:-1]).median())


def first_ratio(norms):
    """the ratio of the first two norms

    Fit a line through all points.
    """
    return float(norms[1] / norms[0])


def through_the_origin(norms):
    """a line that is forced through 0

    The line has a constant c of its own: subtract the means of lags and logarithms.
    """
    kept = norms > 0
    lags = torch.arange(len(norms), dtype=norms.dtype)[kept]
    return float(((lags * norms[kept].log()).sum() / (lags**2).sum()).exp())


def through_the_first_point(norms):
    """a line that is forced through the first point

    The line has a constant c of its own; the first norm may be an outlier too.
    """
    kept = norms > 0
    lags = torch.arange(len(norms), dtype=norms.dtype)[kept]
    logs = (norms[kept] / norms[0]).log()
    return float(((lags * logs).sum() / (lags**2).sum()).exp())


def norms_not_logarithms(norms):
    """a line through the norms themselves

    An exponential is a line in the logarithms only.
    """
    lags = torch.arange(len(norms), dtype=norms.dtype)
    lags = lags - lags.mean()
    return float((lags * norms).sum() / (lags**2).sum())


def logarithm_forgotten(norms):
    """the exponential of a line through the norms themselves

    Take the logarithm before the fit.
    """
    return math.exp(norms_not_logarithms(norms))


def axes_exchanged(norms):
    """a fit of the lags by the logarithms

    The slope is Δlog per lag: divide by the spread of the lags, not of the logs.
    """
    kept = norms > 0
    lags = torch.arange(len(norms), dtype=norms.dtype)[kept]
    logs = norms[kept].log()
    logs = logs - logs.mean()
    return float(((lags * logs).sum() / (logs**2).sum()).exp())


def correlation(norms):
    """a correlation in place of a slope

    Divide by the sum of the squared lags alone.
    """
    kept = norms > 0
    lags = torch.arange(len(norms), dtype=norms.dtype)[kept]
    lags, logs = lags - lags.mean(), norms[kept].log()
    logs = logs - logs.mean()
    r = (lags * logs).sum() / (lags.norm() * logs.norm())
    return float(r.exp())


def variance_forgotten(norms):
    """a covariance divided by a standard deviation

    The slope is the covariance divided by the variance of the lags.
    """
    kept = norms > 0
    lags = torch.arange(len(norms), dtype=norms.dtype)[kept]
    lags = lags - lags.mean()
    return float(((lags * norms[kept].log()).sum() / lags.norm()).exp())


def zeros_kept(norms):
    """a fit that keeps the zeros

    log(0) is -∞: leave out the lags whose norm is 0.
    """
    lags = torch.arange(len(norms), dtype=norms.dtype)
    lags = lags - lags.mean()
    return float(((lags * norms.log()).sum() / (lags**2).sum()).exp())


def zeros_replaced(norms):
    """zeros that are replaced by a small number

    A made-up norm bends the line: leave such lags out.
    """
    return float(_slope(norms.clamp(min=1e-12)).exp())


def epsilon_added(norms):
    """logarithms with a small number added to the norms

    The 1e-8 swamps small norms: leave out zeros in place of adding to all.
    """
    return float(_slope(norms + 1e-8).exp())


def small_norms_left_out(norms):
    """a threshold that leaves out small norms too

    Only norms that are exactly 0 have no logarithm: norms > 0.
    """
    return float(_slope(torch.where(norms > 1e-12, norms, 0.0)).exp())


def slope_and_constant(norms):
    """the slope and the constant together

    Return one number, the rate.
    """
    return float(_slope(norms).exp()), float(norms[0])


def norms_overwritten(norms):
    """norms that are overwritten

    `log_()` changes the caller's tensor; use log().
    """
    rate = float(_slope(norms).exp())
    norms.log_()
    return rate
