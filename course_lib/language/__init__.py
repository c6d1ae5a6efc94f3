"""Text and translation: models of language, two halves that translate, attention.

models       embeddings, a character model, perplexity, sampling
streams      long texts read in pieces, the state carried on
ngrams       counting instead of learning: the baseline
states       one function applied to every tensor of a state
attention    a decoder looks back at every state of the source
seq2seq      lengths, shifts, masked loss, greedy decoding
encoders, decoders
             the two halves as modules
translation  both together: made, trained, asked to speak
decoding     from scores to symbols: draws, beam search, scheduled sampling
metrics      exact match, edit distance, BLEU
"""
