"""Answers to exercise 15 that somebody else has written: none of them earns a point."""

import torch
from torch.nn import functional as F

from course_lib.checks import shortcut
from course_lib.language.attention import alignments, functions


@shortcut("score_concat", "course_lib.language.attention.functions.score_bahdanau")
def matrix_cut_in_two(query, keys, W_a, v_a):
    W_q, W_k = W_a.split([query.shape[2], keys.shape[2]])
    return functions.score_bahdanau(query, keys, W_q, W_k, v_a)


@shortcut("attend", "torch.nn.functional.scaled_dot_product_attention")
def attention_of_torch(query, keys, values, mask):
    eye = torch.eye(keys.shape[1]).to(keys).expand(len(keys), -1, -1)
    how = {"attn_mask": mask[:, None], "scale": 1.0}
    weights = F.scaled_dot_product_attention(query, keys, eye, **how).nan_to_num()
    return weights @ values, weights


@shortcut("attend", "course_lib.language.attention.functions.masked_softmax")
def softmax_of_the_library(query, keys, values, mask):
    weights = functions.masked_softmax(functions.score_dot(query, keys), mask)
    return weights @ values, weights


@shortcut(
    "alignment_error_rate", "course_lib.language.attention.alignments.alignment_errors"
)
def share_of_the_librarys_errors(weights, gold, mask):
    wrong, counted = alignments.alignment_errors(weights, gold, mask)
    return int(wrong) / int(counted)
