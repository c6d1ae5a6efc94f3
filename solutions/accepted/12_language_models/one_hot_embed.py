"""Right answers to `one_hot_embed`, written in other ways."""

import torch


def embed_by_comparison(ids, W):
    places = torch.arange(W.shape[0], device=ids.device)
    return (ids.unsqueeze(-1) == places).to(W) @ W


def embed_by_rows(ids, W):
    return W[ids]


def embed_by_scattering(ids, W):
    vocab, _ = W.shape
    rows = W.new_zeros(*ids.shape, vocab)
    return torch.einsum("...v,ve->...e", rows.scatter(-1, ids[..., None], 1.0), W)


def embed_with_the_identity(ids, W):
    identity = torch.eye(len(W), dtype=W.dtype, device=W.device)
    return torch.matmul(identity.index_select(0, ids.flatten()), W).view(*ids.shape, -1)
