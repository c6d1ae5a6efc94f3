"""What chapter 5 claims, number by number."""

CLAIMS = {
    # holding h_2 constant gives another slope than moving the weight does
    "true_slope": lambda slope: -0.0815 < slope < -0.0805,
    "constant_slope": lambda slope: -0.4520 < slope < -0.4500,
    # the three path terms add up to the slope that was measured
    "path_slope_error": lambda value: value < 1e-9,
    # most of the gradient comes over short paths
    "nearest_share": lambda percent: percent > 75,
    "farthest_share": lambda percent: 0 < percent < 2,
    # one sweep gives the sum of all terms, 8 · 9 / 2 of them
    "sweep_error": lambda value: value < 1e-12,
    "terms": lambda count: count == 36,
    # hand-written gradients are autograd's
    "autograd_error": lambda value: value < 1e-10,
    # central differences are best near ε = 1e-5, one-sided ones and float32 are worse
    "best_eps": lambda eps: 1e-6 < eps < 1e-4,
    "best_central": lambda value: value < 1e-7,
    "best_one_sided": lambda value: 1e-7 < value < 1e-5,
    "best_float32": lambda value: 1e-4 < value < 1e-1,
    # a check leaves no doubt about a missing transpose
    "wrong_check": lambda value: value > 0.5,
    "right_check": lambda value: value < 1e-6,
    # the error of truncation falls with the window, and points roughly right even at 1
    "bias_1": lambda percent: 30 < percent < 50,
    "bias_30": lambda percent: 0 < percent < 6,
    "cosine_1": lambda value: 0.85 < value < 0.97,
    # it is a bias: between 1024 and 4096 sequences it hardly changes
    "few": lambda percent: percent > 15,
    "many": lambda percent: 8 < percent < 15,
    "more": lambda percent: 8 < percent < 15,
    # echo of six steps: chance below a window of seven, nearly nothing to pay above
    "echo_chance": lambda nats: abs(nats - 1.3863) < 1e-3,
    "echo_short": lambda nats: nats > 1.25,
    "echo_dip": lambda nats: 0.7 < nats < 1.2,
    "echo_7": lambda nats: nats < 0.3,
    "echo_12": lambda nats: nats < 0.1,
}
