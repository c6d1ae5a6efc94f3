"""Answers to exercise 14 that somebody else has written: none of them earns a point."""

from rapidfuzz.distance import Levenshtein

from course_lib.checks import shortcut
from course_lib.language import metrics


@shortcut("bleu", "course_lib.language.metrics.bleu_parts")
def score_of_the_parts(outputs, references, max_n):
    return metrics.bleu_parts(outputs, references, max_n).score


@shortcut("edit_distance", "rapidfuzz.distance.Levenshtein.distance")
def distance_of_a_package(a, b):
    return Levenshtein.distance(a, b)
