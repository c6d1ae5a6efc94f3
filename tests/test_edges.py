"""Honest slips at the edges of the library: each is told what came and what to do."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from course_lib import cells
from course_lib.cells import rnn_forward
from course_lib.data import characters, memory, verse
from course_lib.data.phrases import corrupt, draw_pairs
from course_lib.data.vocabulary import pad_sequences
from course_lib.device import make_generator
from course_lib.gradients.bptt.gru import gru_backward, gru_forward_cached
from course_lib.gradients.bptt.lstm import lstm_backward, lstm_forward_cached
from course_lib.gradients.bptt.rnn import (
    rnn_backward,
    rnn_forward_cached,
    truncated_bptt,
)
from course_lib.gradients.check import gradient_check
from course_lib.gradients.jacobians import input_gradient_by_lag, vanishing_rate
from course_lib.gradients.starts import spectral_radius, spectral_radius_scale
from course_lib.language.decoders import Decoder
from course_lib.language.decoding.choices import beam_search, scheduled_forward
from course_lib.language.encoders import Bridge, Encoder
from course_lib.language.models import (
    CharacterModel,
    embed,
    generate,
    perplexity,
    sample_next,
)
from course_lib.language.ngrams import NGramModel
from course_lib.language.seq2seq import (
    encode,
    greedy_decode,
    masked_cross_entropy,
    shift_right,
)
from course_lib.language.streams import CarriedLoss, text_loss
from course_lib.layers.gru import GRU, fast_gru
from course_lib.layers.lstm import LSTM, fast_lstm
from course_lib.shapes import ShapeError, check_like, check_shape
from course_lib.training.fit import fit
from course_lib.training.losses import sequence_loss
from course_lib.training.models import SequenceModel

NAN, INF = math.nan, math.inf
BATCH, TIME, INPUT, HIDDEN = 3, 4, 2, 5


def drawn(init, **more):
    return init(INPUT, HIDDEN, make_generator(0), **more)


RNN, GRU_PARAMS, LSTM_PARAMS = map(
    drawn, (cells.init_rnn, cells.init_gru, cells.init_lstm)
)
PERIODS = torch.tensor([1, 1, 2, 2, 4])
# every forward function: run(x, state), and its step where there is one
FORWARD = {
    "rnn": lambda x, h: rnn_forward(x, h, RNN),
    "delayed": lambda x, h: cells.delayed_rnn(x, h, drawn(cells.init_delayed), 2),
    "leaky": lambda x, h: cells.leaky_forward(x, h, RNN, 0.5),
    "clockwork": lambda x, h: cells.clockwork_forward(x, h, RNN, PERIODS),
    "gru": lambda x, h: cells.gru_forward(x, h, GRU_PARAMS),
    "shared gate": lambda x, h: cells.shared_gate_forward(x, h, GRU_PARAMS),
    "global gate": lambda x, h: cells.global_local_gate_forward(
        x, h, drawn(cells.init_global_local)
    ),
    "fast gru": lambda x, h: fast_gru(x, h, GRU_PARAMS),
    "lstm": lambda x, h: cells.lstm_forward(x, pair(h), LSTM_PARAMS),
    "peephole": lambda x, h: cells.peephole_forward(
        x, pair(h), drawn(cells.init_peephole)
    ),
    "trace": lambda x, h: (cells.lstm_trace(x, pair(h), LSTM_PARAMS).h, None),
    "fast lstm": lambda x, h: fast_lstm(x, pair(h), LSTM_PARAMS),
}
STEPS = {
    "rnn": lambda x, h: cells.rnn_step(x, h, RNN),
    "leaky": lambda x, h: cells.leaky_step(x, h, 0.5, RNN),
    "clockwork": lambda x, h: cells.clockwork_step(1, x, h, RNN, PERIODS),
    "gru": lambda x, h: cells.gru_step(x, h, GRU_PARAMS),
    "shared gate": lambda x, h: cells.shared_gate_step(x, h, GRU_PARAMS),
    "lstm": lambda x, h: cells.lstm_step(x, pair(h), LSTM_PARAMS),
    "peephole": lambda x, h: cells.peephole_step(
        x, pair(h), drawn(cells.init_peephole)
    ),
}


def pair(h):
    return h if h is None else cells.LSTMState(h, h)


# --- cells over time ------------------------------------------------------------------


@pytest.mark.parametrize("run", FORWARD.values(), ids=FORWARD)
class TestForward:
    def test_no_step_at_all(self, run):
        with pytest.raises(ShapeError, match=r"x has no time steps.*at least one"):
            run(torch.zeros(BATCH, 0, INPUT), None)

    def test_an_empty_batch_gives_an_empty_batch(self, run):
        hs, _ = run(torch.zeros(0, TIME, INPUT), None)
        assert hs.shape == (0, TIME, HIDDEN)

    def test_integers_and_doubles(self, run):
        for dtype in (torch.long, torch.float64):
            x = torch.zeros(BATCH, TIME, INPUT, dtype=dtype)
            with pytest.raises(
                TypeError, match=rf"x holds {dtype}, expected torch.float32.*x\.to"
            ):
                run(x, None)
        h = torch.zeros(BATCH, HIDDEN, dtype=torch.float64)
        with pytest.raises(TypeError, match=r"holds torch.float64, expected torch.f"):
            run(torch.zeros(BATCH, TIME, INPUT), h)

    def test_another_device(self, run):
        with pytest.raises(TypeError, match=r"x is on meta, expected cpu.*x\.to\('cpu"):
            run(torch.zeros(BATCH, TIME, INPUT, device="meta"), None)

    def test_an_array(self, run):
        with pytest.raises(TypeError, match=r"x is a ndarray.*torch\.from_numpy\(x\)"):
            run(torch.zeros(BATCH, TIME, INPUT).numpy(), None)

    def test_what_has_no_shape(self, run):
        with pytest.raises(ShapeError, match=r"x is a list, expected a tensor \(batch"):
            run([[0.0]], None)

    def test_a_state_of_another_batch(self, run):
        with pytest.raises(ShapeError, match=r"has shape \(4, 5\).*\n.*time first"):
            run(torch.zeros(BATCH, TIME, INPUT), torch.zeros(TIME, HIDDEN))


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_a_step_with_integers(step):
    h = torch.zeros(BATCH, HIDDEN)
    with pytest.raises(TypeError, match=r"x_t holds torch.int64, expected"):
        step(torch.zeros(BATCH, INPUT, dtype=torch.long), h)
    with pytest.raises(TypeError, match=r"holds torch.float64, expected"):
        step(torch.zeros(BATCH, INPUT), h.double())


def test_a_pair_in_place_of_a_state():
    h = torch.zeros(BATCH, HIDDEN)
    with pytest.raises(ShapeError, match=r"h_prev is a tuple.*pair \(h, c\)"):
        cells.gru_step(torch.zeros(BATCH, INPUT), (h, h), GRU_PARAMS)
    with pytest.raises(ShapeError, match="state is not a pair"):
        cells.lstm_step(torch.zeros(BATCH, INPUT), h, LSTM_PARAMS)
    with pytest.raises(ShapeError, match="h is None, expected a tensor"):
        check_shape("h", None, "batch hidden")


def test_autocast_brings_dtypes_together():
    with torch.autocast("cpu", torch.bfloat16):
        check_like("x", torch.zeros(2), torch.zeros(2, dtype=torch.bfloat16))


def test_states_that_do_not_fit_the_output_layer():
    params = cells.OutputParams(torch.zeros(HIDDEN, 2), torch.zeros(2))
    with pytest.raises(ShapeError, match=r"hs has shape \(3, 4, 6\),.*hidden=5"):
        cells.output_scores(torch.zeros(BATCH, TIME, 6), params)


@pytest.mark.parametrize("alpha", [5.0, -0.1, NAN])
def test_a_share_that_is_none(alpha):
    x, h = torch.zeros(BATCH, TIME, INPUT), torch.zeros(BATCH, HIDDEN)
    for given in (alpha, torch.full((HIDDEN,), alpha)):
        with pytest.raises(ValueError, match=r"from 0 to 1.*time constant"):
            cells.leaky_forward(x, h, RNN, given)
    with pytest.raises(ValueError, match="from 0 to 1"):
        cells.leaky_step(x[:, 0], h, alpha, RNN)
    with pytest.raises(ShapeError, match="alpha has shape"):
        cells.leaky_step(x[:, 0], h, torch.full((BATCH, 1), 0.5), RNN)


def test_a_period_of_no_step():
    x = torch.zeros(BATCH, TIME, INPUT)
    for least in (0, -2):
        periods = torch.tensor([1, 1, 2, 2, least])
        with pytest.raises(ValueError, match=f"a period is {least}, expected 1 step"):
            cells.clockwork_forward(x, None, RNN, periods)
    with pytest.raises(ShapeError, match="periods has shape"):
        cells.clockwork_forward(x, None, RNN, torch.ones(1))


# --- modules that take a recurrent module ---------------------------------------------

SECOND = [nn.RNN(INPUT, HIDDEN), nn.GRU(INPUT, HIDDEN), nn.LSTM(INPUT, HIDDEN)]
TAKERS = {
    "CharacterModel": lambda layer: CharacterModel(
        7, INPUT, layer, HIDDEN, make_generator(0)
    ),
    "SequenceModel": lambda layer: SequenceModel(layer, HIDDEN, 1, make_generator(0)),
    "encode": lambda layer: encode(
        torch.ones(BATCH, TIME, dtype=torch.long),
        [TIME] * BATCH,
        torch.zeros(7, INPUT),
        layer,
    ),
    "input_gradient_by_lag": lambda layer: input_gradient_by_lag(
        layer, torch.zeros(BATCH, TIME, INPUT), make_generator(0)
    ),
}


@pytest.mark.parametrize("take", TAKERS.values(), ids=TAKERS)
@pytest.mark.parametrize("layer", SECOND, ids=lambda layer: type(layer).__name__)
def test_a_module_with_the_batch_second_is_refused(take, layer):
    with pytest.raises(ValueError, match=r"batch_first=False.*batch_first=True"):
        take(layer)
    take(type(layer)(INPUT, HIDDEN, batch_first=True))


def test_a_wrapper_with_the_batch_second_is_found_by_its_states():
    class TimeFirst(nn.Module):
        def forward(self, x, state=None):
            return torch.zeros(TIME, BATCH, HIDDEN), state

    ids = torch.zeros(BATCH, TIME, dtype=torch.long)
    with pytest.raises(ShapeError, match="the layer's states has shape"):
        TAKERS["CharacterModel"](TimeFirst())(ids)
    with pytest.raises(ShapeError, match="the layer's states has shape"):
        TAKERS["SequenceModel"](TimeFirst())(torch.zeros(BATCH, TIME, INPUT))
    with pytest.raises(ShapeError, match="the layer's states has shape"):
        TAKERS["encode"](TimeFirst())


@pytest.mark.parametrize(
    "layer",
    [
        nn.GRU(INPUT, HIDDEN, batch_first=True, bidirectional=True),
        GRU(INPUT, HIDDEN, make_generator(0), bidirectional=True),
        LSTM(INPUT, HIDDEN, make_generator(0), bidirectional=True),
    ],
)
def test_a_language_model_does_not_look_ahead(layer):
    with pytest.raises(ValueError, match="two directions, expected one"):
        CharacterModel(7, INPUT, layer, 2 * HIDDEN, make_generator(0))


# --- drawing symbols ------------------------------------------------------------------


@pytest.mark.parametrize("temperature", [0, 1.0])
@pytest.mark.parametrize("row", [[NAN, 1.0], [1.0, INF], [-INF, -INF]])
def test_scores_without_a_largest_one(row, temperature):
    logits = torch.tensor([[0.0, 1.0], row])
    with pytest.raises(ValueError, match="row without a finite largest score"):
        sample_next(logits, temperature)
    with pytest.raises(ValueError, match="row without a finite largest score"):
        generate(model_that_says(logits), torch.zeros(2, 1).long(), 3, temperature)


def model_that_says(logits):
    return lambda ids, state: (logits[:, None], state)


def test_a_symbol_that_is_ruled_out_is_never_drawn():
    logits = torch.tensor([[-INF, 1.0, -INF]]).expand(50, -1)
    for temperature in (0, 1.0, 1e6):
        assert sample_next(logits, temperature).tolist() == [1] * 50


@pytest.mark.parametrize("temperature", [-1.0, NAN, INF])
def test_a_temperature_out_of_range(temperature):
    logits = torch.zeros(2, 3)
    with pytest.raises(ValueError, match="expected 0 or more, and finite"):
        sample_next(logits, temperature)
    with pytest.raises(ValueError, match="expected 0 or more, and finite"):
        generate(model_that_says(logits), torch.zeros(2, 1).long(), 3, temperature)


def test_a_temperature_next_to_nothing_takes_the_largest():
    for dtype in (torch.float16, torch.float32, torch.float64):
        logits = torch.tensor([[1.0, 3.0, 2.0]], dtype=dtype)
        for temperature in (1e-7, 1e-40, 1e-320):
            assert sample_next(logits, temperature).tolist() == [1]


def test_scores_that_are_none():
    with pytest.raises(TypeError, match=r"torch\.int64.*Did you pass the symbols"):
        sample_next(torch.zeros(2, 3, dtype=torch.long))
    with pytest.raises(ValueError, match="no symbols"):
        sample_next(torch.zeros(2, 0))
    assert sample_next(torch.zeros(0, 3)).shape == (0,)


def test_losses_and_symbols_that_are_none():
    with pytest.raises(ValueError, match="Did you pass log-probabilities"):
        perplexity(-4.0, 3)
    with pytest.raises(ValueError, match="negative number"):
        perplexity([1.0, 2.0], [-1, 3])
    with pytest.raises(TypeError, match=r"ids holds list.*int64"):
        embed([1], torch.zeros(3, 2))


@pytest.mark.parametrize("row", [[NAN, 1.0], [1.0, INF], [-INF, -INF]])
def test_decoders_refuse_scores_without_a_largest_one(row):
    logits, start = torch.tensor([[0.0, 1.0], row]), torch.ones(2, dtype=torch.long)

    def step(symbols, state):
        return logits.repeat_interleave(len(symbols) // 2, dim=0), state

    with pytest.raises(ValueError, match="row without a finite largest score"):
        greedy_decode(step, None, start, max_steps=3)
    with pytest.raises(ValueError, match="row without a finite largest score"):
        beam_search(step, None, start, beam_size=2, max_steps=3)
    inputs = torch.ones(2, 3, dtype=torch.long)
    with pytest.raises(ValueError, match="row without a finite largest score"):
        scheduled_forward(step, None, inputs, 0.5, make_generator(0))


# --- losses and training --------------------------------------------------------------


def real(logits, targets):
    return masked_cross_entropy(logits, targets, torch.ones_like(targets).bool())


@pytest.mark.parametrize("loss", [real, lambda *args: sequence_loss(*args, pad_id=0)])
def test_targets_that_are_no_symbols(loss):
    logits = torch.zeros(2, 3, 5)
    with pytest.raises(ValueError, match=r"targets goes from 5 to 5, expected 0 … 4"):
        loss(logits, torch.full((2, 3), 5))
    with pytest.raises(ValueError, match=r"targets goes from -1"):
        loss(logits, torch.full((2, 3), -1))
    with pytest.raises(TypeError, match=r"targets holds torch.float32.*int64"):
        loss(logits, torch.zeros(2, 3))


def test_padding_may_have_a_number_of_its_own():
    targets = torch.tensor([[1, 2, -100], [3, -100, -100]])
    loss = sequence_loss(torch.zeros(2, 3, 5), targets, pad_id=-100)
    assert loss.item() == pytest.approx(1.5 * math.log(5))


def test_a_translator_takes_layers_of_the_course():
    layer = nn.GRU(INPUT, HIDDEN, batch_first=True)
    with pytest.raises(TypeError, match=r"the layer is a GRU.*from_torch\(module\)"):
        Encoder(7, INPUT, layer, make_generator(0))
    ours = GRU.from_torch(layer)
    bridge = Bridge(ours, HIDDEN, 1, make_generator(0))
    with pytest.raises(TypeError, match=r"the layer is a GRU.*from_torch\(module\)"):
        Decoder(7, INPUT, layer, bridge, make_generator(0))
    Decoder(7, INPUT, ours, bridge, make_generator(0))


def squares(model, x):
    return model(x).square().mean()


def test_a_generator_of_batches_can_be_used_once():
    model, batches = nn.Linear(2, 1), (torch.ones(3, 2) for _ in range(4))
    assert len(fit(model, batches, squares).losses) == 4
    with pytest.raises(ValueError, match=r"there was no batch.*used up"):
        fit(model, batches, squares)


@pytest.mark.parametrize("max_norm", [0, -1.0, NAN])
def test_a_limit_that_turns_the_gradient_round(max_norm):
    with pytest.raises(ValueError, match="expected a positive number"):
        fit(nn.Linear(2, 1), [torch.ones(3, 2)], squares, max_norm=max_norm)


def test_a_gradient_that_is_not_finite_leaves_the_weights_as_they_are():
    model = nn.Linear(2, 1)
    before = model.weight.detach().clone()

    def root(model, x):
        return (0 * model(x)).sqrt().sum()  # its value is 0, its slope is not

    with pytest.raises(FloatingPointError, match="gradient is not finite at update 1"):
        fit(model, [torch.ones(3, 2)], root)
    assert torch.equal(model.weight, before)


def silent(ids, state):
    return torch.zeros(*ids.shape, 5), state


def test_a_text_whose_targets_are_no_symbols():
    ids = torch.ones(2, 3, dtype=torch.long)
    for wrong in (ids + 4, ids - 101):  # PyTorch would leave out -100
        with pytest.raises(ValueError, match=r"targets goes from .* expected 0 … 4"):
            CarriedLoss()(silent, (ids, wrong))
        with pytest.raises(ValueError, match=r"targets goes from .* expected 0 … 4"):
            text_loss(silent, (ids[None], wrong[None]))
    with pytest.raises(ShapeError, match="targets has shape"):
        CarriedLoss()(silent, (ids, ids[:, :2]))
    with pytest.raises(TypeError, match=r"ids holds torch\.float32"):
        NGramModel(2, 5).fit(torch.rand(9))


def test_no_symbols_are_shifted_to_none():
    assert shift_right(torch.zeros(2, 0, dtype=torch.long), 1).shape == (2, 0)
    with pytest.raises(TypeError, match=r"targets holds torch\.float32"):
        shift_right(torch.zeros(2, 3), 1)


# --- back-propagation by hand, and gradients ------------------------------------------


def in_numpy(params):
    return params._make(part.double().numpy() for part in params)


@pytest.mark.parametrize(
    ("forward", "backward", "params"),
    [
        (rnn_forward_cached, rnn_backward, in_numpy(RNN)),
        (gru_forward_cached, gru_backward, in_numpy(GRU_PARAMS)),
        (lstm_forward_cached, lstm_backward, in_numpy(LSTM_PARAMS)),
    ],
)
def test_a_sweep_over_no_step(forward, backward, params):
    with pytest.raises(ShapeError, match="x has no time steps"):
        forward(np.zeros((BATCH, 0, INPUT)), np.zeros((BATCH, HIDDEN)), params)
    with pytest.raises(ShapeError, match="caches is empty"):
        backward(np.zeros((BATCH, 0, HIDDEN)), [])


def test_targets_that_would_be_spread_over_a_window():
    x, h_0 = torch.zeros(BATCH, TIME, INPUT), torch.zeros(BATCH, HIDDEN)
    params = RNN._make(part.clone().requires_grad_() for part in RNN)
    for shape in ((BATCH, TIME - 1, HIDDEN), (BATCH, TIME, 1), (1, TIME, HIDDEN)):
        with pytest.raises(ShapeError, match="targets has shape"):
            truncated_bptt(x, torch.zeros(shape), h_0, params, 2)


@pytest.mark.parametrize("eps", [0.0, -1e-6, NAN])
def test_a_step_of_no_length(eps):
    theta = np.ones(3)
    with pytest.raises(ValueError, match="expected a positive step"):
        gradient_check(lambda t: (t**2).sum(), 2 * theta, theta, eps)


def test_matrices_and_norms_that_are_not_finite():
    for W in (torch.full((2, 2), NAN), torch.zeros(0, 0), torch.eye(2).long()):
        with pytest.raises(ValueError, match="expected finite floating-point numbers"):
            spectral_radius(W)
    with pytest.raises(ValueError, match="rho is nan"):
        spectral_radius_scale(torch.eye(2), NAN)
    with pytest.raises(ValueError, match="1 of 3 norms are not finite"):
        vanishing_rate(torch.tensor([1.0, NAN, 0.5]))


# --- data -----------------------------------------------------------------------------


def test_sequences_may_come_from_a_generator():
    ids, lengths = pad_sequences(iter([[1], [2, 3]]))
    assert ids.tolist() == [[1, 0], [2, 3]]
    assert lengths.tolist() == [1, 2]
    for wrong in (["ab"], [1, 2]):
        with pytest.raises(TypeError, match=r"vocabulary\.encode"):
            pad_sequences(wrong)


@pytest.mark.parametrize(
    "draw",
    [
        lambda g: memory.latch(-1, 5, g),
        lambda g: memory.adding(-1, 5, g),
        lambda g: memory.copying(2, 3, g, length=0),
        lambda g: memory.copying(2, 3, g, kinds=0),
        lambda g: memory.copying_baseline(0, 0),
        lambda g: characters.agreement(2, 0, g),
        lambda g: characters.agreement(-1, 5, g),
        lambda g: characters.forgetful_loss(-1),
        lambda g: characters.best_loss(1.0),
        lambda g: characters.spell(torch.tensor([-1])),
        lambda g: verse.quatrains(-1, g),
        lambda g: draw_pairs(-1, g),
        lambda g: corrupt(torch.zeros(2, 2).long(), 0.5, 5, g),
    ],
)
def test_numbers_out_of_their_range(draw):
    with pytest.raises(ValueError, match="expected"):
        draw(make_generator(0))
