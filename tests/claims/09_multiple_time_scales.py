"""What chapter 9 claims, number by number."""

CLAIMS = {
    # the exponent of the decay is k / d
    "skip_rate_1": lambda slope: -0.5 < slope < -0.2,
    "skip_rate_10": lambda slope: -0.05 < slope < -0.02,
    "skip_ratio_2": lambda ratio: 1.8 < ratio < 2.2,
    "skip_ratio_5": lambda ratio: 4.4 < ratio < 5.6,
    "skip_ratio_10": lambda ratio: 8.5 < ratio < 11.5,
    # a skip alone is d networks that take turns
    "skip_holes": lambda norm: norm == 0,
    # two ways that vanish alone can explode together
    "skip_alone": lambda share: share < 0.6,
    "skip_both": lambda times: times > 3,
    # a leak of 100 steps keeps a gradient that the plain network loses
    "leak_1": lambda share: share < 1e-6,
    "leak_100": lambda share: 0.3 < share < 1.5,
    "leak_path": lambda share: 0.36 < share < 0.37,
    # learnt time constants are those of the task
    "averages_loss": lambda share: share < 0.03,
    "near_before": lambda percent: percent < 50,
    "near_after": lambda percent: percent > 75,
    "median_fast": lambda steps: 3.2 < steps < 5,
    "median_slow": lambda steps: 30 < steps < 50,
    # adding at 50 steps: the leaks learn, plain and skips are near 1/6
    "drawn_50": lambda error: error < 0.05,
    "learnt_50": lambda error: error < 0.05,
    "plain_50": lambda error: error > 0.13,
    "skips_50": lambda error: error > 0.1,
    # clocks do not, even at 20
    "clocks_20": lambda error: error > 0.1,
    # at 20 steps the plain network still does
    "plain_20": lambda error: error < 0.04,
    # at 100 steps some start, and some do not
    "started_100": lambda count: 1 <= count <= 4,
    "started_low": lambda percent: 0 < percent < 50,
    "started_high": lambda percent: 50 < percent < 100,
    # the waveform: the clockwork fits it, the others do not
    "wave_plain": lambda percent: percent > 40,
    "wave_leaky": lambda percent: 20 < percent < 70,
    "wave_clocks": lambda percent: percent < 2,
    "wave_clocks_worst": lambda percent: percent < 5,
    "clocks_count": lambda count: count == 40 + 64 * 15 + 40 + 41,
    "plain_count": lambda count: count == 1055,
    # a gate by hand holds a number that a leak mixes up
    "gate_error": lambda error: error < 1e-4,
    "gate_path": lambda share: 0.999 < share <= 1,
    "leak_error": lambda error: error > 0.05,
}
