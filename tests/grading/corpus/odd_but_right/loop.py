"""The body that most of these answers share."""

LOOP = """
    sums = [x[:, 0]]
    for t in range(1, x.shape[1]):
        sums.append(decay * sums[-1] + x[:, t])
    return torch.stack(sums, dim=1)
"""
