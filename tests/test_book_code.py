"""Code that is a lesson stands in the chapter; the library holds the same function."""

import ast

import numpy as np
import pytest
import torch
from book_kit import CHAPTERS, code_cells

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


# arguments on which the chapter's function and the library's are compared
SAMPLES = {
    "unroll": lambda: (lambda state, x_t: 2 * state + x_t, 1, [1, 2, 3]),
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


def functions_of(chapter) -> dict:
    """Define the functions of a chapter, under its imports, without running it."""
    namespace = {"__name__": "chapter"}
    keep = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
    for _, lines in code_cells(chapter):
        body = [
            node for node in ast.parse("\n".join(lines)).body if isinstance(node, keep)
        ]
        exec(compile(ast.Module(body, []), chapter.name, "exec"), namespace)
    return {
        name: value
        for name, value in namespace.items()
        if getattr(value, "__module__", "") == "chapter"
    }


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_the_chapters_functions_are_those_of_the_library(chapter):
    shared = {
        name: (function, getattr(module, name))
        for name, function in functions_of(chapter).items()
        for module in LIBRARY
        if name in vars(module)
    }
    assert shared, "no function of this chapter is in the library"
    for name, (ours, library) in shared.items():
        assert name in SAMPLES, f"add sample arguments for {name}"
        args = SAMPLES[name]()
        _assert_equal(ours(*args), library(*args), name)


def _assert_equal(a, b, name):
    if isinstance(a, tuple | list):
        assert len(a) == len(b), name
        for x, y in zip(a, b, strict=True):
            _assert_equal(x, y, name)
    elif isinstance(a, torch.Tensor):
        torch.testing.assert_close(a, b)
    else:
        np.testing.assert_allclose(a, b, rtol=1e-12)
