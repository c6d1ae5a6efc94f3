"""Translators, one module for each question.

translating   with and without attention, by length, for chapters 13 and 15
free_running  translators that read their own words in training, for chapter 14:
exposure      what happens after a mistake
searching     what a beam finds
longer        sources of more clauses than trained on, for chapter 15
"""
