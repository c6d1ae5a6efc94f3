"""Cells that have to remember, one module for each question.

latch         plain SGD on the latch, all runs in one tensor, for chapter 8
side_by_side  leaks and clocks with equal budgets, for chapter 9
together      many seeds of one model trained as a batch, for chapter 10
comparison    all cells of the course on four tasks, for chapter 11
"""
