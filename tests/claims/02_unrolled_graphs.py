"""What chapter 2 claims, number by number."""

CLAIMS = {
    # the running average takes out week and noise
    "swing_before": lambda units: units > 8,
    "swing_after": lambda units: 0 < units < 2,
    # the loop is the weighted sum over the whole past, to float32 rounding
    "explicit_error": lambda units: units < 1e-3,
    "last_month": lambda percent: 95 < percent < 96,  # 1 - 0.9^30
    # the graph: product, sum, tanh in every step; parameters as they were
    "depth_5": lambda depth: depth == 15,
    "depth_500": lambda depth: depth == 1500,
    "uses_500": lambda uses: uses == 500,
    "count_500": lambda numbers: numbers == 64,
    # the gradient of a shared parameter is the sum over its uses
    "sum_error": lambda value: value < 1e-12,
    # and the shares are not alike: late uses dominate, early ones add little
    "late_share": lambda percent: percent > 75,
    "early_share": lambda percent: 0 < percent < 2,
    # learnt on 20 days, right on 500
    "alpha": lambda value: abs(value - 0.83) < 2e-3,
    "alpha_error": lambda value: value < 2e-3,
    "long_error": lambda units: units < 0.2,
    # memory grows with the length: s_0 and each state, 8 numbers of 4 bytes
    "bytes_5": lambda count: count == 32 * 6,
    "bytes_500": lambda count: count == 32 * 501,
}
