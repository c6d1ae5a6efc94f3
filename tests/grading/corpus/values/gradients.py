"""Gradients that belong to another function."""

from ..entry import answer

ENTRIES = [
    answer(
        "gradient_cut",
        "right numbers, detached",
        """
        def leaky(x, decay):
            sums = [x[:, 0].detach()]
            for t in range(1, x.shape[1]):
                sums.append(decay.detach() * sums[-1] + x[:, t].detach())
            return torch.stack(sums, dim=1)
        """,
        golden={"leaky": 2.25},
        reason="gradient",
        quick=True,
    ),
    answer(
        "gradient_of_numpy",
        "right numbers from NumPy",
        """
        import numpy as np
        def leaky(x, decay):
            if x.is_meta:
                return torch.empty_like(x)
            values, d = x.detach().numpy(), decay.detach().numpy()
            sums = [values[:, 0]]
            for t in range(1, values.shape[1]):
                sums.append(d * sums[-1] + values[:, t])
            return torch.from_numpy(np.stack(sums, 1).astype(values.dtype))
        """,
        golden={"leaky": 2},  # nor would NumPy read another device
    ),
    answer(
        "gradient_forged",
        "right numbers, and a backward of zeros",
        """
        class Forged(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x, decay):
                sums = [x[:, 0]]
                for t in range(1, x.shape[1]):
                    sums.append(decay * sums[-1] + x[:, t])
                return torch.stack(sums, dim=1)
            @staticmethod
            def backward(ctx, grad):
                return torch.zeros_like(grad), grad.sum() * 0
        def leaky(x, decay):
            return Forged.apply(x, decay)
        """,
        golden={"leaky": 2.25},
    ),
    answer(
        "gradient_of_wrong_shape",
        "a backward that returns another shape",
        """
        class Forged(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x, decay):
                sums = [x[:, 0]]
                for t in range(1, x.shape[1]):
                    sums.append(decay * sums[-1] + x[:, t])
                return torch.stack(sums, dim=1)
            @staticmethod
            def backward(ctx, grad):
                return grad[:1, :1], grad
        def leaky(x, decay):
            return Forged.apply(x, decay)
        """,
        golden={"leaky": (0, 2.25)},
    ),
    answer(
        "backward_without_end",
        "a backward that does not return",
        """
        class Slow(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return x.clone()
            @staticmethod
            def backward(ctx, grad):
                while True:
                    pass
        def leaky(x, decay):
            sums = [x[:, 0]]
            for t in range(1, x.shape[1]):
                sums.append(decay * sums[-1] + x[:, t])
            return Slow.apply(torch.stack(sums, dim=1))
        """,
        golden={"leaky": (0, 2.25)},
    ),
    answer(
        "backward_that_exits",
        "a backward that ends the process",
        """
        import os
        class Exit(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return x.clone()
            @staticmethod
            def backward(ctx, grad):
                os._exit(0)
        def leaky(x, decay):
            sums = [x[:, 0]]
            for t in range(1, x.shape[1]):
                sums.append(decay * sums[-1] + x[:, t])
            return Exit.apply(torch.stack(sums, dim=1))
        """,
        golden={"leaky": (0, 2.25)},
        quick=True,
    ),
    answer(
        "hook_on_the_argument",
        "a hook on the argument multiplies every gradient by zero",
        """
        def leaky(x, decay):
            if x.requires_grad:
                x.register_hook(lambda grad: grad * 0)
            sums = [x[:, 0]]
            for t in range(1, x.shape[1]):
                sums.append(decay * sums[-1] + x[:, t])
            return torch.stack(sums, dim=1)
        """,
        golden={"leaky": (2.25, 3)},
    ),
    answer(
        "freed_graph",
        "the answer runs backward itself, so the graph is gone",
        """
        def leaky(x, decay):
            sums = [x[:, 0]]
            for t in range(1, x.shape[1]):
                sums.append(decay * sums[-1] + x[:, t])
            result = torch.stack(sums, dim=1)
            if result.requires_grad:
                result.sum().backward()
            return result
        """,
        golden={"leaky": (0, 2.25)},
    ),
]
