"""Text and translation: models of language, two halves that translate, attention.

models       embeddings, a character model, perplexity, sampling
streams      long texts read in pieces, the state carried on
ngrams       counting instead of learning: the baseline
states       one function applied to every tensor of a state
attention    scores, masks, weights as functions; `scores` makes modules of them
alignments   where a decoder looked, and whether that was right
seq2seq      lengths, shifts, masked loss, greedy decoding
encoders, decoders   the two halves as modules; `attentive` decoders look back
translation  both together: made, trained, asked to speak
decoding     scheduled sampling, beam search; `beams` keeps its books
metrics      exact match, edit distance, BLEU
"""
