"""Arguments for every function that a chapter, an exercise and the library share.

The library is compared with torch.nn, autograd and finite differences in its own tests;
chapters and reference solutions are compared with the library on these samples.
"""

import numpy as np
import torch

from course_lib import cells
from course_lib.cells import init_gru, init_lstm, init_peephole, init_rnn
from course_lib.experiments.memory import latch as runs
from course_lib.gradients import check, clipping, jacobians, starts, unrolled
from course_lib.gradients.bptt import gru as gru_bptt
from course_lib.gradients.bptt import lstm as lstm_bptt
from course_lib.gradients.bptt import rnn as bptt
from course_lib.language import metrics, seq2seq
from course_lib.language import models as language_models
from course_lib.language.attention import alignments, functions
from course_lib.language.decoding import choices
from course_lib.training import losses

LIBRARY = [
    cells,
    unrolled,
    losses,
    bptt,
    lstm_bptt,
    jacobians,
    starts,
    check,
    clipping,
    runs,
    gru_bptt,
    seq2seq,
    alignments,
    functions,
    choices,
    metrics,
    language_models,
]


def _params():
    return init_rnn(2, 4, torch.Generator().manual_seed(0))


def _cached():
    rng = np.random.default_rng(0)
    params = cells.RNNParams(*(p.double().numpy() for p in _params()))
    return bptt.rnn_forward_cached(
        rng.normal(size=(3, 5, 2)), rng.normal(size=(3, 4)), params
    )


def _lstm(init=init_lstm):
    return init(2, 4, torch.Generator().manual_seed(0))


def _lstm_state():
    return cells.LSTMState(torch.randn(3, 4), torch.randn(3, 4))


def _lstm_cached():
    rng = np.random.default_rng(0)
    params = cells.LSTMParams(*(p.double().numpy() for p in _lstm()))
    state = cells.LSTMState(rng.normal(size=(3, 4)), rng.normal(size=(3, 4)))
    return lstm_bptt.lstm_forward_cached(rng.normal(size=(3, 5, 2)), state, params)


def _gru(init=init_gru, *sizes):
    params = init(2, 4, *sizes, torch.Generator().manual_seed(0))
    return params._replace(b=torch.randn(params.b.shape), b_hn=torch.randn(4))


def _gru_cached():
    rng = np.random.default_rng(0)
    params = cells.GRUParams(*(p.double().numpy() for p in _gru()))
    return gru_bptt.gru_forward_cached(
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


def _delayed():
    W_xh, W_hh, b_h = _params()
    return cells.DelayedParams(W_xh, W_hh, torch.randn(4, 4) / 2, b_h)


def _leaky():
    return cells.LeakyParams(*_params(), raw=torch.tensor([-1.0, 0.0, 0.5, 2.0]))


def _states():
    return torch.tanh(torch.randn(3, 5, 4)), _params()


def _guesses():
    weights = torch.randn(6, 2, 4), torch.randn(6, 4, 4), torch.randn(6, 4)
    return cells.RNNParams(*weights)


def _phrases():
    sources = torch.tensor([[4, 5, 6, 7], [5, 8, 0, 0], [6, 4, 9, 0]])
    return sources, torch.tensor([4, 2, 3])


def _reader():
    params = cells.init_rnn(3, 5, torch.Generator().manual_seed(0))
    return lambda x, state: cells.rnn_forward(x, state, params)


def _speaker():
    """Return a step whose scores depend on the symbol and on how many came before."""
    scores = torch.randn(6, 10, 10, generator=torch.Generator().manual_seed(3))
    return lambda ids, at: (scores[at % 6][torch.arange(len(ids)), ids], at + 1)


def _attended():
    """Query, keys, values and a mask; the second source is all padding."""
    mask = torch.tensor([[True, True, False, True], [False] * 4])
    return torch.randn(2, 3, 5), torch.randn(2, 4, 5), torch.randn(2, 4, 6), mask


def _pointed():
    """Weights, gold places and a mask of words."""
    weights = torch.softmax(torch.randn(2, 5, 7), dim=-1)
    gold = torch.arange(70).reshape(2, 5, 7) % 3 == 0
    return weights, gold, torch.arange(5) < torch.tensor([[5], [3]])


def _decoder():
    E, A, W = torch.randn(6, 4), torch.randn(4, 4), torch.randn(4, 6)

    def step(symbols, state):
        state = torch.tanh(state @ A.double() + E.double()[symbols])
        return state @ W.double(), state

    return step, torch.zeros(3, 4, dtype=torch.float64), torch.tensor([1, 1, 3])


def _sentences():
    outputs = [["we", "see", "a", "cat", "now"], ["it", "is", "he"]]
    right = [["we", "see", "a", "cat", "."], ["a", "cat", "is", "seen"]]
    return outputs, [right, [["it", "is", "him"]]]


def _writer():
    """Return a model of six symbols whose scores add up over all it has read."""
    table = torch.randn(6, 6, generator=torch.Generator().manual_seed(4))

    def model(ids, state):
        sums = table[ids].cumsum(1) + (0 if state is None else state[:, None])
        return sums, sums[:, -1]

    return model


# arguments on which the chapter's function and the library's are compared
SAMPLES = {
    "gru_step": lambda: (torch.randn(3, 2), torch.randn(3, 4), _gru(), "before"),
    "gru_forward": lambda: (torch.randn(3, 5, 2), None, _gru()),
    "gru_as_leaky": lambda: (_params(), torch.tensor([0.0, 0.3, 0.9, 1.0])),
    "gru_from_torch": lambda: (torch.nn.GRU(2, 4),),
    "gru_param_count": lambda: (2, 4),
    "shared_gate_step": lambda: (
        torch.randn(3, 2),
        torch.randn(3, 4),
        _gru(cells.init_shared_gate, 2),
    ),
    "global_local_gate_step": lambda: (
        torch.randn(3, 2),
        torch.randn(3, 4),
        _gru(cells.init_global_local),
    ),
    "gru_backward_step": lambda: (np.ones((3, 4)), _gru_cached()[1][1]),
    "gru_backward": lambda: _gru_cached(),
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
    "lstm_step": lambda: (torch.randn(3, 2), _lstm_state(), _lstm()),
    "lstm_forward": lambda: (torch.randn(3, 5, 2), None, _lstm()),
    "peephole_step": lambda: (
        torch.randn(3, 2),
        _lstm_state(),
        _lstm(init_peephole),
    ),
    "lstm_param_count": lambda: (3, 5, True),
    "cell_gradient_path": lambda: (torch.rand(3, 5, 4),),
    "lstm_backward_step": lambda: (
        np.ones((3, 4)),
        np.linspace(-1, 1, 12).reshape(3, 4),
        _lstm_cached()[1][1],
    ),
    "lstm_backward": lambda: _lstm_cached(),
    "delayed_rnn": lambda: (torch.randn(3, 6, 2), torch.randn(3, 4), _delayed(), 2),
    "leaky_step": lambda: (
        *(torch.randn(3, 2), torch.randn(3, 4)),
        *(torch.tensor([0.0, 0.3, 0.9, 1.0]), _params()),
    ),
    "sample_time_constants": lambda: (torch.rand(5), 1.5, 100.0),
    "learned_leaky_forward": lambda: (torch.randn(3, 5, 2), None, _leaky()),
    "clockwork_mask": lambda: (torch.tensor([4, 1, 2, 1]),),
    "clockwork_step": lambda: (
        *(6, torch.randn(3, 2), torch.randn(3, 4)),
        *(_params(), torch.tensor([1, 2, 4, 4])),
    ),
    "gradient_norm_by_lag": _states,
    "predicted_rate": _states,
    "vanishing_rate": lambda: (torch.rand(9).double(),),
    "spectral_radius_scale": lambda: (torch.randn(4, 4), 1.3),
    "clip_by_global_norm": lambda: ([torch.randn(2, 3), torch.randn(4)], 1.0),
    "encode": lambda: (*_phrases(), torch.randn(10, 3), _reader()),
    "reverse_sources": _phrases,
    "shift_right": lambda: (_phrases()[0], 1),
    "masked_cross_entropy": lambda: (
        torch.randn(3, 4, 10),
        _phrases()[0],
        _phrases()[0] != 0,
    ),
    "greedy_decode": lambda: (
        *(_speaker(), torch.tensor([0, 1, 2]), torch.tensor([1, 1, 1])),
        *(2, 20, 0),
    ),
    "score_dot": lambda: _attended()[:2],
    "score_general": lambda: (
        *(torch.randn(2, 3, 5), torch.randn(2, 4, 6)),
        torch.randn(5, 6),
    ),
    "score_concat": lambda: (
        *(torch.randn(2, 3, 5), torch.randn(2, 4, 6)),
        *(torch.randn(11, 7), torch.randn(7)),
    ),
    "score_bahdanau": lambda: (
        *(torch.randn(2, 3, 5), torch.randn(2, 4, 6)),
        *(torch.randn(5, 7), torch.randn(6, 7), torch.randn(7)),
    ),
    "masked_softmax": lambda: (torch.randn(2, 3, 4), _attended()[3]),
    "attend": _attended,
    "attentional_state": lambda: (
        *(torch.randn(2, 3, 5), torch.randn(2, 3, 4)),
        torch.randn(9, 4),
    ),
    "attention_map": lambda: (
        *(_pointed()[0].unbind(1), torch.tensor([[4, 5, 0, 0, 0, 0, 0]] * 2)),
        *(torch.tensor([[6, 7, 2, 0, 0]] * 2), 1),
    ),
    "alignment_error_rate": _pointed,
    "one_hot_embed": lambda: (torch.tensor([[3, 0], [3, 2]]), torch.randn(5, 4)),
    "embed": lambda: (torch.tensor([[3, 0], [3, 2]]), torch.randn(5, 4)),
    "batchify_text": lambda: (torch.arange(40), 3, 4),
    "perplexity": lambda: (torch.tensor([9.0, 5.0]), torch.tensor([4, 7])),
    "sample_next": lambda: (torch.randn(50, 6), 0.8, 3, None),
    "generate": lambda: (_writer(), torch.tensor([[1, 2], [0, 5]]), 9, 0.5, 4, None),
    "score_guesses": lambda: (
        torch.randn(30, 4, 2),
        2.0 * torch.randint(2, (30,)) - 1,
        _guesses(),
    ),
    "sampling_schedule": lambda: ("inverse_sigmoid", 30, 12.0),
    "scheduled_inputs": lambda: (
        *(torch.arange(12).view(2, 6), torch.arange(12, 24).view(2, 6)),
        *(0.5, torch.Generator().manual_seed(3)),
    ),
    "beam_search": lambda: (*_decoder(), 3, 2, 5, 0.7),
    "edit_distance": lambda: (["we", "see", "a", "cat"], ["see", "fat", "cats"]),
    "bleu": lambda: (*_sentences(), 2),
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
