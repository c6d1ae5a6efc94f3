"""Wrong answers to `perplexity`, each with what it is and a hint."""

import torch


def mean_of_perplexities(nats, tokens):
    """a mean of the batches' perplexities

    Batches have unequal lengths: add up all nats and all tokens before you divide.
    """
    return torch.exp(nats / tokens).mean().item()


def mean_of_means(nats, tokens):
    """a mean of the batches' means

    A short batch weighs as much as a long one so; divide the sums instead.
    """
    return torch.exp((nats / tokens).mean()).item()


def base_two(nats, tokens):
    """a power of two where the losses are in nats

    Nats belong to e: the exponential, not 2 to a power.
    """
    return (2 ** (nats.sum() / tokens.sum())).item()


def base_ten(nats, tokens):
    """a power of ten where the losses are in nats

    Nats belong to e: the exponential, not 10 to a power.
    """
    return (10 ** (nats.sum() / tokens.sum())).item()


def bits_in_exp(nats, tokens):
    """nats turned into bits before the exponential

    exp undoes ln; a loss in bits belongs to 2 to a power.
    """
    return torch.exp(nats.sum() / tokens.sum() / torch.log(torch.tensor(2.0))).item()


def no_exponential(nats, tokens):
    """a loss a symbol, without the exponential

    The perplexity is the exponential of the mean loss.
    """
    return (nats.sum() / tokens.sum()).item()


def divided_by_batches(nats, tokens):
    """a loss divided by the number of batches

    Divide by the number of symbols.
    """
    return torch.exp(nats.sum() / len(nats)).item()


def weighed_twice(nats, tokens):
    """losses that are taken for means and weighed by their tokens

    nats holds sums already: do not multiply them by the tokens.
    """
    return torch.exp((nats * tokens).sum() / tokens.sum()).item()


def sign_turned(nats, tokens):
    """a probability in place of its reciprocal

    The losses are -ln p: the sign is right already.
    """
    return torch.exp(-nats.sum() / tokens.sum()).item()


def exp_before_division(nats, tokens):
    """an exponential taken of each batch's sum

    First the sums, then one division, then one exponential.
    """
    return (torch.exp(nats).sum() / tokens.sum()).item()


def one_a_batch(nats, tokens):
    """a perplexity for every batch

    One number for the whole text: sum over the batches.
    """
    return torch.exp(nats / tokens)


def weighed_perplexities(nats, tokens):
    """a mean of the batches' perplexities weighed by their tokens

    Average the losses, not their exponentials.
    """
    each = torch.exp(nats / tokens.clamp(min=1))
    return ((each * tokens).sum() / tokens.sum()).item()


def one_token_less(nats, tokens):
    """a first symbol that is not counted in each batch

    tokens counts the losses that were summed: nothing is taken off.
    """
    return torch.exp(nats.sum() / (tokens - 1).clamp(min=0).sum().clamp(min=1)).item()


def padded_tokens(nats, tokens):
    """batches of equal length taken for granted

    Divide by the tokens there are, not by the longest batch times their number.
    """
    return torch.exp(nats.sum() / (tokens.max() * len(tokens))).item()


def last_batch(nats, tokens):
    """the last batch only

    All batches belong to the text.
    """
    return torch.exp(nats[-1] / tokens[-1]).item()
