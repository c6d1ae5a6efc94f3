"""States of any form are changed tensor by tensor."""

from typing import NamedTuple

import pytest
import torch
from torch import Tensor

from course_lib.language.states import detach_state, map_state, take_rows


class Pair(NamedTuple):
    h: Tensor
    c: Tensor


def test_the_form_stays():
    h, c = torch.ones(2, 3), torch.zeros(2, 3)
    for state in (None, h, (h, c), [h, None], Pair(h, c), Pair((h, c), None)):
        doubled = map_state(lambda part: 2 * part, state)
        assert type(doubled) is type(state)
    assert map_state(lambda part: 2 * part, Pair((h, c), None)).h[0].sum() == 12


def test_detached_states_have_the_numbers_and_no_graph():
    h = torch.ones(2, 3, requires_grad=True)
    state = detach_state(Pair(h * 2, (h * 3,)))
    assert not state.h.requires_grad
    assert not state.c[0].requires_grad
    assert state.c[0].sum() == 18


def test_rows_are_taken_in_every_part():
    h = torch.arange(6.0).view(3, 2)
    taken = take_rows(Pair(h, (h + 10, None)), torch.tensor([2, 0, 2]))
    torch.testing.assert_close(taken.h, h[[2, 0, 2]])
    torch.testing.assert_close(taken.c[0], h[[2, 0, 2]] + 10)


def test_something_else_is_refused():
    with pytest.raises(TypeError, match="holds a dict, expected tensors"):
        detach_state((torch.ones(1), {"h": torch.ones(1)}))
