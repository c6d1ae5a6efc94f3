"""Sequences made by rule, so that the truth about them is known.

Each module makes one kind of sequence. Every function takes a `torch.Generator`, so
that the same seed gives the same data, and returns what is known beside the data.
`text` alone reads what the reader has.

    vocabulary symbols and their numbers; padding, and masks of it
    sales      daily sales: trend, week, holidays, a promotion that acts late
    waves      signals with slow and fast parts, and moving averages
    symbols    symbols to remember; the best possible loss is known
    memory     a bit to hold, two numbers to add, ten symbols to say again
    characters sentences letter by letter, in which a verb agrees with a far noun
    phrases    Chinese phrases with English translations and their alignments
    verse      five-character quatrains in regulated verse; verse_rules checks them,
               verse_lexicon and verse_sounds are its words and how they sound
    text       any text file, split for training and validation
    draws      many small choices from one torch generator
"""
