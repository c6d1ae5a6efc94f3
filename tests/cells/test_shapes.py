"""Shape errors say what was expected, what came, and what to do."""

import numpy as np
import pytest
import torch

from course_lib.device import choose_device, make_generator
from course_lib.shapes import ShapeError, check_shape


def test_a_right_shape_is_returned():
    assert check_shape("x", torch.zeros(2, 3), "batch input", input=3) == (2, 3)
    assert check_shape("x", np.zeros((2, 3)), "batch input") == (2, 3)


def test_time_first_is_recognised():
    with pytest.raises(ShapeError) as error:
        check_shape("x", torch.zeros(50, 32, 8), "batch time input", batch=32, time=50)
    assert str(error.value) == (
        "x has shape (50, 32, 8), expected (batch, time, input) "
        "with batch=32, time=50: axis 0 is 50, axis 1 is 32.\n"
        "Did you pass time first? Use x.transpose(0, 1)."
    )


def test_a_missing_batch_axis_is_recognised():
    with pytest.raises(ShapeError, match=r"it has 2 axes, not 3.*\n.*x\[None\]"):
        check_shape("x", torch.zeros(5, 8), "batch time input", input=8)


def test_a_transposed_matrix_is_recognised():
    with pytest.raises(ShapeError, match=r"first two axes swapped"):
        check_shape("W", torch.zeros(4, 3), "input hidden", input=3, hidden=4)


def test_no_advice_where_none_fits():
    with pytest.raises(ShapeError) as error:
        check_shape("x", torch.zeros(5, 8), "batch input", batch=2, input=9)
    assert "\n" not in str(error.value)


def test_a_misspelt_axis_is_the_callers_error():
    with pytest.raises(TypeError, match="hiden"):
        check_shape("x", torch.zeros(2, 3), "batch hidden", hiden=3)


def test_the_device_is_the_best_there_is_or_an_error():
    assert choose_device().type == ("cuda" if torch.cuda.is_available() else "cpu")
    assert choose_device("cpu").type == "cpu"
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match=r"Use choose_device\(\)"):
            choose_device("cuda")


def test_a_generator_repeats_itself_and_leaves_global_state_alone():
    before = torch.get_rng_state()
    first, second = (torch.randn(3, generator=make_generator(1)) for _ in range(2))
    assert torch.equal(first, second)
    assert torch.equal(torch.get_rng_state(), before)
