"""Sequences made by rule, so that the truth about them is known.

Each module makes one kind of sequence. Every function takes a `torch.Generator`, so
that the same seed gives the same data, and returns what is known beside the data.

    sales      daily sales: trend, week, holidays, a promotion that acts late
    symbols    symbols to remember; the best possible loss is known
    memory     a bit to hold, two numbers to add, ten symbols to say again
"""
