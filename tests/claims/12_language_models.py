"""What chapter 12 claims, number by number."""

CLAIMS = {
    # the text: 20,000 poems of 27 symbols
    "poems": lambda count: count == 20_000,
    "symbols": lambda count: count == 540_000,
    "vocab": lambda count: 200 < count < 300,
    # a one-hot product is a row, in value and gradient, and costs far more
    "embed_error": lambda value: value == 0,
    "embed_grad_error": lambda value: value < 1e-4,
    "cost_ratio": lambda ratio: ratio >= 3,
    # the loop and PyTorch's layer give the same scores
    "loop_error": lambda value: value < 1e-4,
    # perplexity: by symbols, and wrongly by batches
    "by_symbol": lambda value: abs(value - 2.7727) < 1e-3,
    "by_batch": lambda value: abs(value - 11.402) < 1e-2,
    # counting: a context of four is best, far better than frequencies alone
    "unigram": lambda value: 80 < value < 130,
    "best_order": lambda order: order == 4,
    "best_ngram": lambda value: 4.5 < value < 5.5,
    # all seeds are below the best n-gram, by a good margin
    "net": lambda value: value < 4.2,
    "net_worst": lambda value: value < 4.4,
    # a look at PyTorch's layers: all near the n-gram already
    "brief_RNN": lambda value: 3.5 < value < 5.5,
    "brief_LSTM": lambda value: 3.5 < value < 5.5,
    "brief_GRU": lambda value: 3.5 < value < 5.5,
    # short pieces cost something, and are still better than counting
    "short": lambda value: 3.85 < value < 4.7,
    # forgetting the state costs far more
    "carried": lambda value: value < 4.2,
    "not_carried": lambda value: value > 6,
    # a seed is a poem
    "same": lambda answer: answer == "True",
    "other": lambda answer: answer == "False",
    # rules: lines are right, far above chance
    "after_tones": lambda score: score > 0.9,
    "chance_tones": lambda score: abs(score - 0.178) < 0.001,
    # rhyme is learnt late and in part; n-grams are near chance
    "cool_rhyme": lambda score: 0.05 < score < 0.7,
    "chance_rhyme": lambda score: abs(score - 0.0063) < 1e-4,
    "ngram_rhyme": lambda score: score < 0.06,
    # all rules at once: some poems in a hundred, against one in millions
    "cool_regulated": lambda percent: 1.5 < percent < 60,
    "chance_one_in": lambda count: 2_000_000 < count < 3_000_000,
    # not better than chance: no character twice
    "after_distinct": lambda score: score < 0.458,
    "chance_distinct": lambda score: abs(score - 0.458) < 0.001,
    # gradients that end after nine symbols: right lines, couplets confused
    "short_length": lambda score: score < 0.9,
    "after_length": lambda score: score > 0.93,
    "short_adhesion": lambda score: score < 0.8,
    "after_adhesion": lambda score: score > 0.85,
    # a few seconds on a file of one's own
    "own_net": lambda value: value < 14,
    "own_unigram": lambda value: value > 15,
}
