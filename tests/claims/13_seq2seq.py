"""What chapter 13 claims, number by number."""

CLAIMS = {
    # the phrase of the chapter is never trained on by itself
    "split": lambda split: split == "test",
    "characters": lambda count: 250 < count < 400,
    "words": lambda count: 400 < count < 550,
    # right contexts differ and do not move; by the slip padding erases the difference
    "apart": lambda distance: distance > 0.3,
    "moved": lambda distance: distance < 1e-5,
    "left": lambda share: share < 2e-3,
    # a good deal of a batch is padding; the loss is PyTorch's
    "padding": lambda share: share > 0.4,
    "loss_error": lambda error: error < 1e-4,
    # from a blind guess, log 469, to far less
    "updates": lambda updates: updates == 600,
    "first_loss": lambda nats: 5.9 < nats < 6.5,
    "last_loss": lambda nats: nats < 1.1,
    # 早上好, with certainty, and with words that follow "good" elsewhere as its rivals
    "said": lambda words: words == "good morning <stop>",
    "surest": lambda probability: probability > 0.5,
    "rivals": lambda words: (
        set(words.split(" and ")) <= {"afternoon", "evening", "night", "luck", "noon"}
    ),
    # padding changes nothing as long as the lengths are right
    "told_right": lambda share: share > 0.7,
    "padded_right": lambda share: share > 0.7,
    "told_wrong": lambda share: share < 0.4,
    # phrases that were never seen alone, and to which the network adds something
    "further": lambda phrases: phrases >= 1,
    # the bottleneck: good on short sources, nothing beyond fifteen characters
    "live_short": lambda share: share > 0.7,
    "live_long": lambda share: share <= 0.05,
    "full_short": lambda share: share > 0.7,
    "full_next": lambda share: share > 0.8,
    "full_middle": lambda share: share < 0.5,
    "full_long": lambda share: share <= 0.12,
    "more": lambda updates: updates > 600,
    # attention does no better on the shortest phrases
    "attentive_short": lambda share: 0.75 < share < 0.99,
    # single words get worse with the length, and counting them does not explain it
    "word_short": lambda share: share > 0.9,
    "word_long": lambda share: share < 0.75,
    "by_chance": lambda share: share > 0.4,
    "live_middle": lambda share: share < 0.25,
    # reversing keeps the mean distance and shortens the shortest
    "mean_forwards": lambda steps: 10 < steps < 12,
    "mean_reversed": lambda steps: 10 < steps < 12,
    "least_forwards": lambda steps: steps > 4,
    "least_reversed": lambda steps: steps < 3,
    # it helps at the beginning, and hardly in the end; the limit stays
    "early": lambda updates: updates == 400,
    "late": lambda updates: updates >= 1200,
    "early_ahead": lambda share: share < 0.18,
    "early_back": lambda share: share > 0.18,
    "early_better": lambda seeds: seeds == 3,
    "late_ahead": lambda share: share > 0.4,
    "late_back": lambda share: share > 0.4,
    "late_gain": lambda share: abs(share) < 0.065,
    "noise": lambda half: 0.06 < half < 0.08,
    "reversed_long": lambda share: share <= 0.15,
}
