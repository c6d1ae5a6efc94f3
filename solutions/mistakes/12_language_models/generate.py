"""Wrong answers to `generate`, each with what it is and a hint."""

import torch


def _write(model, prime, length, draw, state=None):
    """Write on with `draw(logits)`, from a state."""
    written, read = [], prime
    for _ in range(length):
        logits, state = model(read, state)
        written.append(draw(logits[:, -1]))
        read = written[-1][:, None]
    return torch.stack(written, dim=1)


def state_not_carried(model, prime, length, temperature, top_k, generator):
    """a state that is not carried

    Pass the state that the last call returned, not None.
    """
    written, read = [], prime
    for _ in range(length):
        logits, _ = model(read, None)
        written.append(sample_next(logits[:, -1], temperature, top_k, generator))
        read = written[-1][:, None]
    return torch.stack(written, dim=1)


def state_lost_after_the_prime(model, prime, length, temperature, top_k, generator):
    """a state that is forgotten after the prime

    The first new symbol is read with the state that the prime has left.
    """
    logits, _ = model(prime, None)
    first = sample_next(logits[:, -1], temperature, top_k, generator)[:, None]
    if length == 1:
        return first
    rest = generate(model, first, length - 1, temperature, top_k, generator)
    return torch.cat([first, rest], dim=1)


def state_of_the_prime_kept(model, prime, length, temperature, top_k, generator):
    """a state that stays what the prime left

    Every call returns a new state; the next one starts from it.
    """
    logits, state = model(prime, None)
    written = [sample_next(logits[:, -1], temperature, top_k, generator)]
    for _ in range(length - 1):
        logits, _ = model(written[-1][:, None], state)
        written.append(sample_next(logits[:, -1], temperature, top_k, generator))
    return torch.stack(written, dim=1)


def only_the_last_of_the_prime(model, prime, length, temperature, top_k, generator):
    """a prime of which only the last symbol is read

    Read the whole prime first: model(prime, None).
    """
    return generate(model, prime[:, -1:], length, temperature, top_k, generator)


def only_the_first_of_the_prime(model, prime, length, temperature, top_k, generator):
    """a prime of which only the first symbol is read

    Read the whole prime first: model(prime, None).
    """
    return generate(model, prime[:, :1], length, temperature, top_k, generator)


def last_of_the_prime_dropped(model, prime, length, temperature, top_k, generator):
    """a prime whose last symbol is dropped

    The last symbol of the prime is read like all others.
    """
    short = prime[:, :-1] if prime.shape[1] > 1 else prime
    return generate(model, short, length, temperature, top_k, generator)


def last_of_the_prime_twice(model, prime, length, temperature, top_k, generator):
    """a last symbol of the prime that is read twice

    The scores after the prime are there already: draw from them before you read on.
    """
    again = torch.cat([prime, prime[:, -1:]], dim=1)
    return generate(model, again, length, temperature, top_k, generator)


def first_scores(model, prime, length, temperature, top_k, generator):
    """scores after the first symbol of the prime

    What comes after the prime is in the last row of its scores: logits[:, -1].
    """
    written, read, state = [], prime, None
    for _ in range(length):
        logits, state = model(read, state)
        written.append(sample_next(logits[:, 0], temperature, top_k, generator))
        read = written[-1][:, None]
    return torch.stack(written, dim=1)


def first_left_out(model, prime, length, temperature, top_k, generator):
    """a first symbol that is drawn and left out

    The symbol drawn from the prime's scores is the first of the result.
    """
    text = generate(model, prime, length + 1, temperature, top_k, generator)
    return text[:, 1:]


def prime_returned(model, prime, length, temperature, top_k, generator):
    """a result that begins with the prime

    Return the new symbols only.
    """
    text = generate(model, prime, length, temperature, top_k, generator)
    return torch.cat([prime, text], dim=1)


def length_of_all(model, prime, length, temperature, top_k, generator):
    """a length that counts the prime

    length is the number of new symbols.
    """
    text = generate(model, prime, length, temperature, top_k, generator)
    return torch.cat([prime, text], dim=1)[:, :length]


def one_too_long(model, prime, length, temperature, top_k, generator):
    """one symbol too many

    Draw exactly `length` symbols.
    """
    return generate(model, prime, length + 1, temperature, top_k, generator)


def one_too_short(model, prime, length, temperature, top_k, generator):
    """one symbol too few

    The symbol drawn from the prime's scores is one of the `length`; so is the last.
    """
    return generate(model, prime, length, temperature, top_k, generator)[:, :-1]


def prime_read_again(model, prime, length, temperature, top_k, generator):
    """a prime that is read again at every step

    After the prime, read the new symbols one by one; the state holds the rest.
    """
    written, state = [], None
    for _ in range(length):
        logits, state = model(prime, state)
        written.append(sample_next(logits[:, -1], temperature, top_k, generator))
    return torch.stack(written, dim=1)


def same_symbol_fed(model, prime, length, temperature, top_k, generator):
    """the prime's last symbol fed in at every step

    Feed back the symbol that was drawn last.
    """
    logits, state = model(prime, None)
    written = [sample_next(logits[:, -1], temperature, top_k, generator)]
    for _ in range(length - 1):
        logits, state = model(prime[:, -1:], state)
        written.append(sample_next(logits[:, -1], temperature, top_k, generator))
    return torch.stack(written, dim=1)


def text_and_state(model, prime, length, temperature, top_k, generator):
    """a whole text read again on top of the state

    Either carry the state and read the new symbol, or read all and start from None.
    """
    text, state = prime, None
    for _ in range(length):
        logits, state = model(text, state)
        drawn = sample_next(logits[:, -1], temperature, top_k, generator)
        text = torch.cat([text, drawn[:, None]], dim=1)
    return text[:, prime.shape[1] :]


def scores_fed(model, prime, length, temperature, top_k, generator):
    """scores fed in where a symbol is read

    Feed in the symbols that were drawn, int64, as a batch of texts of length one.
    """
    written, read, state = [], prime, None
    for _ in range(length):
        logits, state = model(read, state)
        written.append(sample_next(logits[:, -1], temperature, top_k, generator))
        read = logits[:, -1:]
    return torch.stack(written, dim=1)


def no_axis_of_time(model, prime, length, temperature, top_k, generator):
    """symbols fed in without an axis of time

    The model reads (batch, time): give the drawn symbols an axis of length one.
    """
    written, read, state = [], prime, None
    for _ in range(length):
        logits, state = model(read, state)
        read = sample_next(logits[:, -1], temperature, top_k, generator)
        written.append(read)
    return torch.stack(written, dim=1)


def argmax_fed(model, prime, length, temperature, top_k, generator):
    """a most likely symbol fed in instead of the drawn one

    What is fed back is the symbol that was drawn, the same that is returned.
    """
    written, read, state = [], prime, None
    for _ in range(length):
        logits, state = model(read, state)
        written.append(sample_next(logits[:, -1], temperature, top_k, generator))
        read = logits[:, -1].argmax(dim=-1, keepdim=True)
    return torch.stack(written, dim=1)


def drawn_twice(model, prime, length, temperature, top_k, generator):
    """a symbol fed in that is drawn a second time

    Draw once a step: return and feed in the same symbol.
    """
    written, read, state = [], prime, None
    for _ in range(length):
        logits, state = model(read, state)
        written.append(sample_next(logits[:, -1], temperature, top_k, generator))
        again = sample_next(logits[:, -1], temperature, top_k, generator)
        read = again[:, None]
    return torch.stack(written, dim=1)


def greedy_always(model, prime, length, temperature, top_k, generator):
    """the most likely symbol at every step

    Draw with sample_next and the temperature; argmax is for temperature 0 only.
    """
    return generate(model, prime, length, 0, top_k, generator)


def temperature_not_handed_on(model, prime, length, temperature, top_k, generator):
    """a temperature that is not handed on

    Pass the temperature to sample_next.
    """
    warm = temperature and 1.0
    return generate(model, prime, length, warm, top_k, generator)


def top_k_not_handed_on(model, prime, length, temperature, top_k, generator):
    """a top_k that is not handed on

    Pass top_k to sample_next.
    """
    return generate(model, prime, length, temperature, None, generator)


def generator_not_handed_on(model, prime, length, temperature, top_k, generator):
    """a generator that is not handed on

    Pass the generator to sample_next.
    """
    return generate(model, prime, length, temperature, top_k, None)


def seeded_at_every_step(model, prime, length, temperature, top_k, generator):
    """a generator that starts again at every step

    Use the generator as it comes; seeded anew it makes the same draw each time.
    """

    def draw(scores):
        if generator is not None:
            generator.manual_seed(generator.initial_seed())
        return sample_next(scores, temperature, top_k, generator)

    return _write(model, prime, length, draw)


def time_first_in_the_result(model, prime, length, temperature, top_k, generator):
    """a result with time as its first axis

    Batch first: stack along dim=1.
    """
    return generate(model, prime, length, temperature, top_k, generator).T


def reversed_text(model, prime, length, temperature, top_k, generator):
    """a text in the opposite order

    The first symbol drawn comes first.
    """
    return generate(model, prime, length, temperature, top_k, generator).flip(1)


def first_row_only(model, prime, length, temperature, top_k, generator):
    """the first beginning written on for all of them

    Every row of the batch is a text of its own.
    """
    first = prime[:1].expand_as(prime)
    return generate(model, first, length, temperature, top_k, generator)


def last_symbol_only(model, prime, length, temperature, top_k, generator):
    """a last symbol only

    Collect the symbol of every step.
    """
    return generate(model, prime, length, temperature, top_k, generator)[:, -1]
