"""Arguments for every function that a chapter, an exercise and the library share.

The library is compared with torch.nn, autograd and finite differences in its own tests;
chapters and reference solutions are compared with the library on these samples.
"""

import numpy as np
import torch

from course_lib import bptt, cells, losses, unroll
from course_lib.cells import init_rnn

LIBRARY = [cells, unroll, losses, bptt]


def _params():
    return init_rnn(2, 4, torch.Generator().manual_seed(0))


def _cached():
    rng = np.random.default_rng(0)
    params = cells.RNNParams(*(p.double().numpy() for p in _params()))
    return bptt.rnn_forward_cached(
        rng.normal(size=(3, 5, 2)), rng.normal(size=(3, 4)), params
    )


def _trained():
    return cells.RNNParams(*(p.requires_grad_() for p in _params()))


def _graph():
    theta = torch.ones(2, requires_grad=True)
    state = theta.exp()
    for _ in range(3):
        state = (state * theta).tanh() + state
    return theta, state


# arguments on which the chapter's function and the library's are compared
SAMPLES = {
    "unroll": lambda: (lambda state, x_t: 2 * state + x_t, 1, [1, 2, 3]),
    "graph_depth": lambda: (_graph()[1],),
    "uses_of": lambda: _graph(),
    "grad_by_use": lambda: (
        lambda state, x_t, theta: torch.tanh(state @ theta + x_t),
        torch.randn(3, 3),
        torch.randn(2, 3),
        [torch.randn(2, 3) for _ in range(4)],
    ),
    "rnn_step": lambda: (torch.randn(3, 2), torch.randn(3, 4), _params()),
    "rnn_forward": lambda: (torch.randn(3, 5, 2), None, _params()),
    "sequence_loss": lambda: (torch.randn(3, 5, 6), torch.randint(6, (3, 5)), 0),
    "rnn_from_torch": lambda: (torch.nn.RNN(2, 4),),
    "rnn_backward_step": lambda: (np.ones((3, 4)), _cached()[1][1]),
    "rnn_backward": lambda: _cached(),
    "path_terms": lambda: (np.ones(4), _cached()[1]),
    "gradient_check": lambda: (np.sum, np.ones((2, 3)), np.ones((2, 3)), 1e-3),
    "truncated_bptt": lambda: (
        torch.randn(3, 5, 2),
        torch.randn(3, 5, 4),
        torch.randn(3, 4),
        _trained(),
        2,
    ),
}


def library(name: str):
    """Return the library's function of that name, if there is one."""
    for module in LIBRARY:
        if name in vars(module):
            return vars(module)[name]
    return None


def agree(name: str, function) -> None:
    """Assert that a function gives what the library's function of its name gives."""
    assert name in SAMPLES, f"add sample arguments for {name}"
    # the arguments are drawn twice, from the same state: a function may change them
    state = torch.get_rng_state()
    ours = function(*SAMPLES[name]())
    torch.set_rng_state(state)
    assert_equal(ours, library(name)(*SAMPLES[name]()), name)


def assert_equal(a, b, name):
    if isinstance(a, tuple | list):
        assert len(a) == len(b), name
        for x, y in zip(a, b, strict=True):
            assert_equal(x, y, name)
    elif isinstance(a, torch.Tensor):
        torch.testing.assert_close(a, b)
    else:
        np.testing.assert_allclose(a, b, rtol=1e-12)
