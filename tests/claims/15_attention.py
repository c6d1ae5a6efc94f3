"""What chapter 15 claims, number by number."""

CLAIMS = {
    # weights: rows of 1, nothing on padding; a row of padding alone would be NaN
    "row_error": lambda value: value < 1e-6,
    "on_padding": lambda value: value == 0,
    "naive": lambda value: value == "nan",
    # concat is the additive score; what the scores have to learn
    "same_score": lambda value: value < 1e-5,
    "dot_count": lambda count: count == "0",
    "general_count": lambda count: count == "16,384",
    "concat_count": lambda count: count == "32,896",
    "bahdanau_count": lambda count: count == "32,896",
    "whole_count": lambda count: 150_000 < int(count.replace(",", "")) < 400_000,
    # the library's decoders are the steps of the chapter
    "luong_error": lambda value: value < 1e-12,
    "bahdanau_error": lambda value: value < 1e-12,
    # trained here: it translates, and looks at the right place far more often than not
    "live_exact": lambda share: share > 0.8,
    "live_rate": lambda rate: rate < 0.35,
    "blind_rate": lambda rate: rate > 0.75,
    # the saved table: the bottleneck gone
    "none_exact": lambda share: share < 0.45,
    "worst_exact": lambda share: share >= 0.95,
    "best_exact": lambda share: share >= 0.97,
    "none_far": lambda share: share <= 0.05,
    "gap": lambda gap: gap >= 0.90,
    "seed_spread": lambda spread: 0 < spread < 0.15,
    # where they look: mostly at the right character, and else at its neighbour
    "concat_rate": lambda rate: rate <= 0.10,
    "dot_rate": lambda rate: rate <= 0.22,
    "bahdanau_rate": lambda rate: rate <= 0.22,
    "general_rate": lambda rate: rate <= 0.22,
    "worst_rate": lambda rate: rate <= 0.30,
    "off_by_one": lambda share: share > 0.5,
    "bahdanau_cost": lambda times: times > 1.2,
    # one clause more, and all is wrong, at the lengths of training too
    "longer_exact": lambda share: share <= 0.02,
    "three_short": lambda share: share <= 0.05,
    "two_short": lambda share: share > 0.8,
    "two_of_three": lambda share: share > 0.5,
    # three short clauses in training: three right, long ones too, four not
    "remedy_short": lambda share: share > 0.8,
    "remedy_long": lambda share: share > 0.3,
    "remedy_four": lambda share: share < 0.3,
}
