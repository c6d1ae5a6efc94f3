"""From scores to symbols.

drawing  one symbol from the scores of all
beams    the book-keeping of a beam search
choices  whose symbols the decoder reads in training, and which it chooses in use
"""
