"""What chapter 14 claims, number by number."""

CLAIMS = {
    # trained with the page: after a mistake the decoder is wrong far more often than at
    # the same places forced, also if shifts are forgiven
    "live_before": lambda rate: rate < 0.25,
    "live_free": lambda rate: rate > 0.5,
    "live_forced": lambda rate: rate < 0.4,
    "live_edits": lambda rate: 0.35 < rate < 0.6,
    # the saved table: after a mistake scheduled sampling is better, before one worse
    "free_forcing": lambda rate: rate > 0.64,
    "free_line": lambda rate: rate < 0.6,
    "gap_left": lambda share: share < 0.75,
    "before_forcing": lambda rate: rate < 0.135,
    "before_line": lambda rate: rate > 0.14,
    # and fewer outputs are right
    "right_forcing": lambda share: share > 0.3,
    "right_line": lambda share: share < 0.28,
    # in every setting and with every seed
    "fewer_right": lambda pairs: pairs == 12,
    # edits: lower where most outputs are wrong, not otherwise
    "edits_plain": lambda pairs: pairs == 0,
    "edits_noise": lambda pairs: pairs == 3,
    "edits_freedom": lambda pairs: pairs <= 1,
    "edits_few": lambda pairs: pairs == 3,
    # two intervals leave out zero by a hair
    "edge": lambda end: -0.001 < end < 0,
    "dearer": lambda times: 1.2 < times < 2.2,
    # the table of two words
    "toy_1": lambda probability: abs(probability - 0.24) < 1e-6,
    "toy_2": lambda probability: abs(probability - 0.36) < 1e-6,
    # summed, a large beam shortens; with the mean it does not
    "short_greedy": lambda ratio: ratio > 0.97,
    "short_wide": lambda ratio: ratio < 0.94,
    "mean_wide": lambda ratio: 0.99 < ratio < 1.02,
    # a beam removes search errors and leaves model errors, about two thirds of all
    "search_greedy": lambda share: 0.05 < share < 0.12,
    "search_wide": lambda share: share < 0.01,
    "model_greedy": lambda share: share > 0.55,
    "model_wide": lambda share: 0.6 < share < 0.72,
    # the gain is small, and a wide beam that sums loses some of it
    "gain": lambda share: 0.01 < share < 0.05,
    "bleu_greedy": lambda score: score < 58,
    "bleu_four": lambda score: score > 59,
    "bleu_sum": lambda score: score < 58.3,
    "bleu_mean": lambda score: score > 58.8,
    # often more likely than greedy, at times less
    "above": lambda share: share > 0.3,
    "below_two": lambda share: 0.01 < share < 0.04,
    "below_wide": lambda share: 0 < share < 0.01,
    # none or hardly any phrase for which silence is likelier
    "empty": lambda phrases: phrases <= 4,
    # by hand: 50 / sqrt(e), and three edits
    "by_hand": lambda score: abs(score - 30.3265) < 1e-3,
    "edits_by_hand": lambda edits: edits == 3,
    # trained with the page: exact match prefers forcing, edits hardly tell them apart
    "exact_forcing": lambda share: 0.15 < share < 0.35,
    "exact_line": lambda share: 0.08 < share < 0.28,
    "apart_forcing": lambda edits: 0.27 < edits < 0.42,
    "apart_line": lambda edits: 0.27 < edits < 0.42,
}
