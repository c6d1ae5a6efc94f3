"""Answers to exercise 13 that somebody else has written: none of them earns a point."""

import torch

from course_lib.checks import shortcut
from course_lib.language.decoding.choices import beam_search
from course_lib.layers.padding import backwards
from course_lib.training.losses import sequence_loss


@shortcut("reverse_sources", "course_lib.layers.padding.backwards")
def reversal_of_a_layer(sources, lengths):
    return backwards(sources[..., None], lengths.tolist())[..., 0]


@shortcut("masked_cross_entropy", "course_lib.training.losses.sequence_loss")
def sum_through_the_number(logits, targets, mask):
    vocab = logits.shape[-1]
    more = torch.cat([logits, torch.full_like(logits[..., :1], -1e30)], dim=-1)
    total = sequence_loss(more, targets.masked_fill(~mask, vocab), vocab)
    return total * len(logits) / mask.sum()


@shortcut("greedy_decode", "course_lib.language.decoding.beams.Search")
def beam_of_one(step, state, start, stop_id, max_steps, pad_id):
    found = beam_search(step, state, start, 1, stop_id, max_steps, 0.0)
    rows = [torch.tensor(best.symbols) for (best,) in found]
    padded = torch.nn.utils.rnn.pad_sequence(rows, True, padding_value=pad_id)
    return padded.to(start.device)
