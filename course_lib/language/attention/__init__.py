"""Attention: a decoder looks back at every state of the source.

functions   scores, the masked softmax, the context: the formulas
scores      the same as modules, and what they can do beforehand
decoders    decoders that look back after their step, or before it
alignments  where a decoder looked, and whether it was the right place
"""
