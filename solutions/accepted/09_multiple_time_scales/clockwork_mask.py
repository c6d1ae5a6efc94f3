"""Right answers to `clockwork_mask`, written in other ways."""

import torch


def by_loops(periods):
    hidden = len(periods)
    mask = torch.zeros(hidden, hidden, device=periods.device)
    for i in range(hidden):
        for j in range(hidden):
            mask[i, j] = 1.0 if periods[i] >= periods[j] else 0.0
    return mask


def by_a_difference(periods):
    return ((periods.unsqueeze(1) - periods.unsqueeze(0)) >= 0).to(torch.float32)


def what_is_not_faster(periods):
    rows, columns = torch.meshgrid(periods, periods, indexing="ij")
    return 1.0 - (rows < columns).float()
