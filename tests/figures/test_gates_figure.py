"""The gate explorer says what its unit does, and the unit is an LSTM."""

import json
from xml.etree import ElementTree as ET

import pytest
import torch

from course_lib.cells import LSTMState, lstm_step
from course_lib.figures import gates


def test_the_unit_is_an_lstm_with_the_gates_it_names():
    params = gates.hand_made_unit(1.0, 8.0, -6.0)
    trace = gates.run(1.0, 8.0, -6.0)
    x, marks = gates.sequence()
    state = LSTMState(torch.zeros(1, 1), torch.zeros(1, 1))
    for t in range(gates.STEPS):
        state = lstm_step(x[:, t], state, params)
        torch.testing.assert_close(trace.c[:, t], state.c)
    at = [t for t in range(gates.STEPS) if x[0, t, 1]]
    assert [t + 1 for t in at] == marks
    assert torch.allclose(trace.i[0, at], torch.tensor(4.0).sigmoid())
    assert torch.allclose(trace.f, torch.tensor(1.0).sigmoid())
    assert torch.allclose(trace.o, torch.tensor(-6.0).sigmoid())


def test_open_gates_that_listen_to_the_mark_solve_the_task():
    right = gates.run(9.0, 12.0, 6.0).c[0, :, 0]
    assert (right - gates.wanted()).abs().max() < 0.03
    deaf, forgetful = gates.run(9.0, 0.0, 6.0), gates.run(0.0, 12.0, 6.0)
    assert deaf.c[0, -1, 0] > 2 * gates.wanted()[-1]
    assert forgetful.c[0, -1, 0] < 0.1


def test_the_sentence_tells_the_numbers_of_the_run():
    _, marks = gates.sequence()
    says = gates.describe(gates.run(0.0, 12.0, 6.0), marks)
    assert "Forget gate <b>0.50</b>" in says
    assert "input gate <b>1.00</b> at a mark, <b>0.00</b> elsewhere" in says
    assert "<b>almost nothing</b> is left at step 24" in says
    closed = gates.describe(gates.run(9.0, 12.0, -6.0), marks)
    assert "shows <b>0.00</b>" in closed


def test_the_figure_holds_every_setting_and_is_small():
    figure = gates.gate_explorer().html
    assert len(figure) < 150_000
    say = ET.fromstring(figure).find(".//p[@role='status']")
    frames = json.loads(say.get("data-frames"))
    assert len(frames) == len(gates.FORGET) * len(gates.MARK) * len(gates.OUTPUT)
    assert len({json.dumps(frame) for frame in frames.values()}) == len(frames)
    # what the unit shows is all that the output bias changes
    one, two = frames["6,5,1"]["d"], frames["6,5,3"]["d"]
    assert [a == b for a, b in zip(one, two, strict=True)] == [True, False, True, True]


@pytest.mark.parametrize("part", ["marks", "wanted"])
def test_the_sequence_is_one_of_the_adding_problem(part):
    x, marks = gates.sequence()
    if part == "marks":
        assert marks[0] <= gates.STEPS // 2 < marks[1]
    else:
        total = sum(x[0, step - 1, 0].tanh() for step in marks)
        assert gates.wanted()[-1] == pytest.approx(float(total))
