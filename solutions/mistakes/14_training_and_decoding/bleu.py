"""Wrong answers to `bleu`, each with what it is and a hint."""

import math
from collections import Counter


def _ngrams(symbols, n):
    return Counter(tuple(symbols[i : i + n]) for i in range(len(symbols) - n + 1))


def _most(right, n):
    most = Counter()
    for one in right:
        most |= _ngrams(one, n)
    return most


def _clipped(output, right, n):
    return (_ngrams(output, n) & _most(right, n)).total()


def _number(output, right, n):
    return _ngrams(output, n).total()


def _nearest(output, right):
    return min((abs(len(one) - len(output)), len(one)) for one in right)[1]


def _brevity(c, r):
    return min(1.0, math.exp(1 - r / c)) if c else 0.0


def _root(p):
    return math.prod(p) ** (1 / len(p))


def _bleu(
    outputs,
    references,
    max_n,
    *,
    matched=_clipped,
    number=_number,
    length=_nearest,
    brevity=_brevity,
    mean=_root,
    orders=None,
    scale=100,
    zero=0.0,
):
    """Compute BLEU with a part replaced."""
    pairs = list(zip(outputs, references, strict=True))
    orders = orders or range(1, max_n + 1)
    m = [sum(matched(o, right, n) for o, right in pairs) for n in orders]
    t = [sum(number(o, right, n) for o, right in pairs) for n in orders]
    if zero is not None and (min(m) <= 0 or min(t) <= 0):
        return zero
    c = sum(len(o) for o in outputs)
    r = sum(length(o, right) for o, right in pairs)
    p = [x / y if y else 0.0 for x, y in zip(m, t, strict=True)]
    return scale * brevity(c, r) * mean(p)


def no_brevity_penalty(outputs, references, max_n):
    """a BLEU without brevity penalty

    Outputs that are too short in all are multiplied by exp(1 - r/c).
    """
    return _bleu(outputs, references, max_n, brevity=lambda c, r: float(c > 0))


def penalty_turned_round(outputs, references, max_n):
    """a brevity penalty for long outputs

    The penalty is 1 where c ≥ r: min(1, exp(1 - r/c)).
    """

    def brevity(c, r):
        return min(1.0, math.exp(1 - c / r)) if c else 0.0

    return _bleu(outputs, references, max_n, brevity=brevity)


def penalty_without_limit(outputs, references, max_n):
    """a brevity factor that rewards long outputs

    The factor never exceeds 1: min(1, exp(1 - r/c)).
    """

    def brevity(c, r):
        return math.exp(1 - r / c) if c else 0.0

    return _bleu(outputs, references, max_n, brevity=brevity)


def penalty_is_the_quotient(outputs, references, max_n):
    """a brevity penalty of c / r

    The penalty is exp(1 - r/c), not the quotient itself.
    """
    return _bleu(outputs, references, max_n, brevity=lambda c, r: min(1.0, c / r))


def penalty_by_sentence(outputs, references, max_n):
    """a brevity penalty of each sentence

    c and r are added up over all sentences before they are compared.
    """
    found = [
        _brevity(len(o), _nearest(o, right))
        for o, right in zip(outputs, references, strict=True)
    ]
    mean = sum(found) / len(found)
    return _bleu(outputs, references, max_n, brevity=lambda c, r: mean)


def shortest_reference(outputs, references, max_n):
    """the shortest reference's length for r

    r takes of each sentence the reference *nearest* in length to the output.
    """

    def length(output, right):
        return min(map(len, right))

    return _bleu(outputs, references, max_n, length=length)


def longest_reference(outputs, references, max_n):
    """the longest reference's length for r

    r takes of each sentence the reference *nearest* in length to the output.
    """

    def length(output, right):
        return max(map(len, right))

    return _bleu(outputs, references, max_n, length=length)


def first_length(outputs, references, max_n):
    """the first reference's length for r

    r takes of each sentence the reference *nearest* in length to the output.
    """
    return _bleu(outputs, references, max_n, length=lambda o, right: len(right[0]))


def all_lengths(outputs, references, max_n):
    """the lengths of all references added up

    r takes one reference of each sentence, the nearest in length.
    """

    def length(output, right):
        return sum(map(len, right))

    return _bleu(outputs, references, max_n, length=length)


def longer_of_two(outputs, references, max_n):
    """the longer of two references that are equally near

    Of two equally near lengths the shorter one counts.
    """

    def length(output, right):
        return min((abs(len(one) - len(output)), -len(one)) for one in right)[1] * -1

    return _bleu(outputs, references, max_n, length=length)


def not_clipped(outputs, references, max_n):
    """matches that are not clipped

    An n-gram matches at most as often as it occurs in one reference.
    """

    def matched(output, right, n):
        most = _most(right, n)
        return sum(k for gram, k in _ngrams(output, n).items() if gram in most)

    return _bleu(outputs, references, max_n, matched=matched)


def sets_of_ngrams(outputs, references, max_n):
    """each n-gram counted once

    An n-gram that occurs twice in the output and in a reference matches twice.
    """

    def matched(output, right, n):
        return len(_ngrams(output, n).keys() & _most(right, n).keys())

    return _bleu(outputs, references, max_n, matched=matched)


def sets_everywhere(outputs, references, max_n):
    """n-grams counted once above and below the line

    Both sums count every occurrence, the upper one clipped.
    """

    def matched(output, right, n):
        return len(_ngrams(output, n).keys() & _most(right, n).keys())

    def number(output, right, n):
        return len(_ngrams(output, n))

    return _bleu(outputs, references, max_n, matched=matched, number=number)


def clipped_at_the_sum(outputs, references, max_n):
    """matches clipped at the sum over the references

    The limit is the count in the reference that has most of it: a | b, not a + b.
    """

    def matched(output, right, n):
        total = Counter()
        for one in right:
            total += _ngrams(one, n)
        return (_ngrams(output, n) & total).total()

    return _bleu(outputs, references, max_n, matched=matched)


def first_reference_only(outputs, references, max_n):
    """matches in the first reference only

    An n-gram may occur in any of the references.
    """

    def matched(output, right, n):
        return (_ngrams(output, n) & _ngrams(right[0], n)).total()

    return _bleu(outputs, references, max_n, matched=matched)


def best_reference(outputs, references, max_n):
    """the matches of the best reference

    Every n-gram has its own limit, which may stand in another reference.
    """

    def matched(output, right, n):
        return max((_ngrams(output, n) & _ngrams(one, n)).total() for one in right)

    return _bleu(outputs, references, max_n, matched=matched)


def arithmetic_mean(outputs, references, max_n):
    """an arithmetic mean of the precisions

    The mean is geometric: the N-th root of the product.
    """
    return _bleu(outputs, references, max_n, mean=lambda p: sum(p) / len(p))


def no_root(outputs, references, max_n):
    """a product without its root

    Take the N-th root of the product: ** (1 / max_n).
    """
    return _bleu(outputs, references, max_n, mean=math.prod)


def root_of_four(outputs, references, max_n):
    """an N-th root where N is always 4

    The root is the max_n-th, not the fourth.
    """
    return _bleu(outputs, references, max_n, mean=lambda p: math.prod(p) ** 0.25)


def longest_only(outputs, references, max_n):
    """the longest n-grams only

    All orders from 1 to N count.
    """
    return _bleu(outputs, references, max_n, orders=[max_n])


def one_order_too_few(outputs, references, max_n):
    """n-grams up to N - 1

    range(1, max_n) ends before max_n.
    """
    return _bleu(outputs, references, max_n, orders=range(1, max(max_n, 2)))


def mean_of_sentences(outputs, references, max_n):
    """a mean of the sentences' scores

    Matches and n-grams are added up over the corpus before they are divided.
    """
    found = [
        _bleu([o], [right], max_n) for o, right in zip(outputs, references, strict=True)
    ]
    return sum(found) / len(found)


def mean_of_precisions(outputs, references, max_n):
    """precisions averaged over the sentences

    Add up matches and n-grams over the corpus first, then divide.
    """
    pairs = list(zip(outputs, references, strict=True))
    p = []
    for n in range(1, max_n + 1):
        each = [
            _clipped(o, right, n) / _number(o, right, n) if _number(o, right, n) else 0
            for o, right in pairs
        ]
        p.append(sum(each) / len(each))
    c = sum(len(o) for o in outputs)
    r = sum(_nearest(o, right) for o, right in pairs)
    return 100 * _brevity(c, r) * _root(p)


def recall(outputs, references, max_n):
    """a share of the references' n-grams

    A precision divides by the n-grams of the *outputs*.
    """

    def number(output, right, n):
        return _ngrams(right[0], n).total()

    return _bleu(outputs, references, max_n, number=number)


def divided_by_symbols(outputs, references, max_n):
    """a division by the outputs' symbols, for every n

    Of length L there are L - n + 1 n-grams.
    """
    return _bleu(outputs, references, max_n, number=lambda o, right, n: len(o))


def last_ngram_lost(outputs, references, max_n):
    """n-grams without the last one

    range(len(s) - n) ends one too early: there are len(s) - n + 1 n-grams.
    """

    def lost(symbols, n):
        return Counter(tuple(symbols[i : i + n]) for i in range(len(symbols) - n))

    def matched(output, right, n):
        most = Counter()
        for one in right:
            most |= lost(one, n)
        return (lost(output, n) & most).total()

    def number(output, right, n):
        return lost(output, n).total()

    return _bleu(outputs, references, max_n, matched=matched, number=number)


def negative_numbers(outputs, references, max_n):
    """short outputs with a negative number of n-grams

    A sentence of fewer than n symbols has no n-gram: not len - n + 1 < 0 of them.
    """

    def number(output, right, n):
        return len(output) - n + 1

    return _bleu(outputs, references, max_n, number=number)


def short_left_out(outputs, references, max_n):
    """short outputs left out altogether

    A sentence with fewer than N symbols still counts for shorter n-grams, c and r.
    """
    pairs = [
        (o, right)
        for o, right in zip(outputs, references, strict=True)
        if len(o) >= max_n
    ]
    return _bleu([o for o, _ in pairs], [r for _, r in pairs], max_n) if pairs else 0.0


def from_zero_to_one(outputs, references, max_n):
    """a score from 0 to 1

    BLEU is given from 0 to 100 here.
    """
    return _bleu(outputs, references, max_n, scale=1)


def ngrams_of_letters(outputs, references, max_n):
    """n-grams of letters

    The symbols are the items of the lists: do not join them.
    """
    said = [" ".join(one) for one in outputs]
    return bleu(said, [[" ".join(y) for y in right] for right in references], max_n)


def logarithm_of_zero(outputs, references, max_n):
    """a logarithm of zero

    Where nothing matches, return 0.0 before any logarithm or division.
    """

    def mean(p):
        return math.exp(sum(math.log(x) for x in p) / len(p))

    return _bleu(outputs, references, max_n, mean=mean, zero=None)


def division_by_zero(outputs, references, max_n):
    """a division by zero where nothing was said

    Outputs may all be empty: return 0.0 then.
    """
    if not any(outputs):
        return 100 * math.exp(1 - 1 / sum(map(len, outputs)))
    return bleu(outputs, references, max_n)


def smoothed(outputs, references, max_n):
    """precisions that are smoothed by one

    Nothing is added to the counts here; a precision of 0 makes BLEU 0.
    """

    def matched(output, right, n):
        return _clipped(output, right, n) + 1 / len(outputs)

    def number(output, right, n):
        return _number(output, right, n) + 1 / len(outputs)

    return _bleu(outputs, references, max_n, matched=matched, number=number)


def zeros_left_out(outputs, references, max_n):
    """orders without a match left out

    A precision of 0 makes BLEU 0: leave none out.
    """

    def mean(p):
        p = [x for x in p if x]
        return _root(p) if p else 0.0

    return _bleu(outputs, references, max_n, mean=mean, zero=None)
