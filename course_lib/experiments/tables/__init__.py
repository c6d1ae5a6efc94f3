"""The full tables of the book, which scripts of `benchmarks/` measure for hours.

A chapter prints them and trains a part of them again; the tests train other parts.
"""

from pathlib import Path

FOLDER = Path(__file__).parent
