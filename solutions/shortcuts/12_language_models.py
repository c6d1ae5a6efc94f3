"""Answers to exercise 12 that somebody else has written: none of them earns a point."""

import torch
from torch.nn import functional as F

from course_lib.checks import shortcut
from course_lib.language import models


@shortcut("one_hot_embed", "torch.nn.functional.embedding")
def rows_of_torch(ids, W):
    return F.embedding(ids, W)


@shortcut("one_hot_embed", "torch.embedding")
def rows_of_c(ids, W):
    return torch.embedding(W, ids)


@shortcut("one_hot_embed", "course_lib.language.models.embed")
def rows_of_the_library(ids, W):
    return models.embed(ids, W)
