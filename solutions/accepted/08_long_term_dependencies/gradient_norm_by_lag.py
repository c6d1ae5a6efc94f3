"""Right answers to `gradient_norm_by_lag`, written in other ways."""

import warnings

import torch


def with_diagonal_matrices(states, params):
    hidden = states.shape[-1]
    columns, product = [], None
    for t in range(states.shape[1] - 1, -1, -1):
        if product is None:
            product = torch.diag_embed(torch.ones_like(states[:, t]))
        columns.append(torch.linalg.svdvals(product)[:, 0])
        product = params.W_hh @ torch.diag_embed(1 - states[:, t] ** 2) @ product
    return torch.stack(columns, 1).reshape(-1, states.shape[1]) * (hidden / hidden)


def on_the_way_of_a_gradient(states, params):
    """Transpose everything: g ← (g ⊙ slope) W_hhᵀ for all unit vectors g at once."""
    batch, time, hidden = states.shape
    rows = torch.eye(hidden, dtype=states.dtype, device=states.device)
    rows = rows.repeat(batch, 1, 1)
    norms = states.new_ones(batch, time)
    for lag in range(1, time):
        slope = 1 - states[:, time - lag] * states[:, time - lag]
        rows = (rows * slope.unsqueeze(1)) @ params.W_hh.T
        norms[:, lag] = torch.linalg.norm(rows, ord=2, dim=(1, 2))
    return norms


def sequence_by_sequence(states, params):
    """Loop over the batch, and take the root of an eigenvalue of P Pᵀ."""
    warnings.warn("a right answer may warn", stacklevel=1)
    result = []
    for sequence in states:
        product, row = torch.eye(len(params.W_hh)).to(sequence), []
        for h_t in [None, *reversed(list(sequence)[1:])]:
            if h_t is not None:
                product = params.W_hh @ torch.diag((1 - h_t) * (1 + h_t)) @ product
            row.append(torch.linalg.matrix_norm(product, 2))
        result.append(torch.stack(row))
    return torch.stack(result)


def with_einsum(states, params):
    jacobians = torch.einsum("mn,btn->btmn", params.W_hh, 1 - states.square())
    products = [torch.eye(states.shape[2]).to(states).expand_as(jacobians[:, 0])]
    for t in reversed(range(1, states.shape[1])):
        products.append(torch.einsum("bij,bjk->bik", jacobians[:, t], products[-1]))
    return torch.linalg.matrix_norm(torch.stack(products, 1), ord=2, dim=(-2, -1))
