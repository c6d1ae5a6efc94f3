"""Right answers to `cell_gradient_path`, written in other ways."""

import torch


def from_the_end(f_gates):
    path = [torch.ones_like(f_gates[:, 0])]
    for t in range(f_gates.shape[1] - 1, 0, -1):
        path.insert(0, path[0] * f_gates[:, t])
    return torch.stack(path, dim=1)


def with_prod(f_gates):
    """Empty products are 1."""
    steps = range(1, f_gates.shape[1] + 1)
    return torch.stack([f_gates[:, t:].prod(dim=1) for t in steps], dim=1)


def asked_of_autograd(f_gates):
    """The gradient of a cell that only forgets is what the task asks for."""
    if not f_gates.is_meta and not f_gates.requires_grad:
        with torch.enable_grad():
            c_t = torch.ones_like(f_gates[:, 0]).requires_grad_()
            cells = [c_t]
            for f_t in f_gates.detach()[:, 1:].unbind(1):
                cells.append(f_t * cells[-1])
            return torch.stack(torch.autograd.grad(cells[-1].sum(), cells), dim=1)
    return from_the_end(f_gates)
