"""Wrong answers to `alignment_error_rate`, each with what it is and a hint."""

import torch


def _hit(weights, gold):
    return gold.gather(-1, weights.argmax(dim=-1, keepdim=True)).squeeze(-1)


def _rate(wrong, counted):
    return int((wrong & counted).sum()) / int(counted.sum())


def accuracy(weights, gold, mask):
    """the share of words that are right

    It is an error rate: count the words that miss.
    """
    return _rate(_hit(weights, gold), gold.any(dim=-1) & mask)


def accuracy_of_all_words(weights, gold, mask):
    """the share of words that are right, those without a gold place below the line

    It is an error rate, and words without a gold place do not count.
    """
    return _rate(_hit(weights, gold), mask)


def first_gold_of_all_words(weights, gold, mask):
    """words that miss the first gold place, those without any counted as place 0

    Any gold place is right, and words without one do not count.
    """
    return _rate(weights.argmax(dim=-1) != gold.int().argmax(dim=-1), mask)


def silent_words_wrong(weights, gold, mask):
    """words without a gold place counted as errors

    A word that no symbol says cannot be aligned: leave it out, gold.any(dim=-1).
    """
    return _rate(~_hit(weights, gold), mask)


def silent_words_right(weights, gold, mask):
    """words without a gold place counted as right

    Leave them out of both numbers, also of the one below the line.
    """
    wrong = ~_hit(weights, gold) & gold.any(dim=-1)
    return _rate(wrong, mask)


def padding_counted(weights, gold, mask):
    """padding counted too

    Only words whose mask is True count.
    """
    return _rate(~_hit(weights, gold), gold.any(dim=-1))


def everything_counted(weights, gold, mask):
    """padding counted, and words without a gold place

    A word counts if its mask is True and it has a gold place.
    """
    return (~_hit(weights, gold)).double().mean().item()


def divided_by_all(weights, gold, mask):
    """errors divided by all places of the target, padding among them

    Divide by the number of words that count.
    """
    wrong = ~_hit(weights, gold) & gold.any(dim=-1) & mask
    return wrong.double().mean().item()


def rate_mask_inverted(weights, gold, mask):
    """a mask that is turned round

    True is a real word.
    """
    counted = gold.any(dim=-1) & ~mask
    return ((counted & ~_hit(weights, gold)).sum() / counted.sum()).item()


def argmax_over_target(weights, gold, mask):
    """the largest weight over the target

    Each word points to a place of the source: argmax over the last axis.
    """
    words = weights.argmax(dim=1, keepdim=True)
    hit = gold.gather(1, words).squeeze(1)
    counted = gold.any(dim=1)
    return _rate(~hit, counted)


def pointed_at_by_place(weights, gold, mask):
    """the word with the largest weight for each place, marked as pointing there

    Each word points to a place of the source: argmax over the last axis.
    """
    best = weights == weights.max(dim=1, keepdim=True).values
    return _rate(~(best & gold).any(dim=-1), gold.any(dim=-1) & mask)


def smallest_weight(weights, gold, mask):
    """the smallest weight

    A word points to the place with its largest weight: argmax.
    """
    return _rate(~_hit(-weights, gold), gold.any(dim=-1) & mask)


def first_gold_only(weights, gold, mask):
    """only the first gold place taken for right

    Several symbols may say a word: any of its gold places is right.
    """
    wrong = weights.argmax(dim=-1) != gold.int().argmax(dim=-1)
    return _rate(wrong, gold.any(dim=-1) & mask)


def last_gold_only(weights, gold, mask):
    """the last gold place alone taken for right

    Several symbols may say a word: any of its gold places is right.
    """
    last = gold.shape[-1] - 1 - gold.flip(-1).int().argmax(dim=-1)
    return _rate(weights.argmax(dim=-1) != last, gold.any(dim=-1) & mask)


def all_gold_wanted(weights, gold, mask):
    """all gold places asked for

    One place is pointed at; it is right if it is any of the gold ones.
    """
    wrong = ~_hit(weights, gold) | (gold.sum(dim=-1) > 1)
    return _rate(wrong, gold.any(dim=-1) & mask)


def recall_of_places(weights, gold, mask):
    """gold places that were not found

    Count words, not gold places: a word of two symbols points to one of them.
    """
    places = weights.argmax(dim=-1, keepdim=True)
    found = torch.zeros_like(gold).scatter(-1, places, True)
    wanted = gold & mask[..., None]
    return ((wanted & ~found).sum() / wanted.sum()).item()


def soft_errors(weights, gold, mask):
    """the weight that lies on wrong places

    A word is right or wrong: only its largest weight counts.
    """
    counted = gold.any(dim=-1) & mask
    inside = (weights * gold).sum(dim=-1)
    return (1 - inside[counted].sum() / counted.sum()).item()


def threshold(weights, gold, mask):
    """words without a gold place that has half of the weight

    The largest weight counts, however large it is: argmax, no threshold.
    """
    hit = ((weights > 0.5) & gold).any(dim=-1)
    return _rate(~hit, gold.any(dim=-1) & mask)


def mean_of_rates(weights, gold, mask):
    """a mean of the sentences' rates

    Add up errors and words over the batch, and divide once.
    """
    counted = gold.any(dim=-1) & mask
    wrong = (counted & ~_hit(weights, gold)).sum(dim=1)
    return (wrong / counted.sum(dim=1).clamp(min=1)).mean().item()


def number_of_errors(weights, gold, mask):
    """the number of errors

    Divide by the number of words that count.
    """
    counted = gold.any(dim=-1) & mask
    return float((counted & ~_hit(weights, gold)).sum())


def errors_a_sentence(weights, gold, mask):
    """errors a sentence

    Divide by the number of words that count, not by the sentences.
    """
    counted = gold.any(dim=-1) & mask
    return (counted & ~_hit(weights, gold)).sum().item() / len(mask)


def percentage(weights, gold, mask):
    """a percentage

    A rate lies between 0 and 1.
    """
    return 100 * _rate(~_hit(weights, gold), gold.any(dim=-1) & mask)


def errors_by_hits(weights, gold, mask):
    """errors divided by the right ones

    Divide by all words that count, right and wrong.
    """
    counted, hit = gold.any(dim=-1) & mask, _hit(weights, gold)
    return ((counted & ~hit).sum() / (counted & hit).sum()).item()


def whole_division(weights, gold, mask):
    """a whole number where a share is meant

    `//` rounds down; divide with `/`.
    """
    counted = gold.any(dim=-1) & mask
    wrong = (counted & ~_hit(weights, gold)).sum()
    return float(wrong // counted.sum())


def errors_by_word(weights, gold, mask):
    """a right or wrong for each word

    Return one number for the whole batch.
    """
    return gold.any(dim=-1) & mask & ~_hit(weights, gold)


def among_two(weights, gold, mask):
    """the gold place counted as found if it is among the two largest weights

    Only the largest weight counts.
    """
    places = weights.topk(min(2, weights.shape[-1]), dim=-1).indices
    return _rate(~gold.gather(-1, places).any(-1), gold.any(dim=-1) & mask)
